//! The suite of kata 6: one module a step, each `#[suite::test]` one behaviour.

mod behaviour;
mod clerk;
mod deliveries;
mod doubles;
mod lost;
mod messages;
mod queries;
mod say;
mod supervised;

mod s1_observe;
mod s2_inbox;
mod s3_external;
mod s4_loop;
mod s5_versions;
mod s6_retention;
