//! The behaviour of the loop on real brokers: one module a broker, each `#[suite::test]` one
//! behaviour, the same that the kata's own suite asks for. A broker that does not answer is *not
//! verified*.

#[path = "../../../tests/suite/behaviour.rs"]
mod behaviour;
#[path = "../../../tests/suite/doubles.rs"]
mod doubles;
#[path = "../../../tests/suite/messages.rs"]
mod messages;
mod queries;

mod rabbitmq;
mod redis_streams;
