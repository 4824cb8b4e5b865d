//! The suite of kata @NUMBER@: one module a step, each `#[suite::test]` one behaviour.

mod s1_first;
