//! Nothing but its tests: `cargo xtask check k06 --real` builds and runs them.
