//! The tap between an ordinary client and the server's socket, and what an exploration needs
//! besides.
//!
//! A learner's function holds a plain `tokio_postgres::Client`. Each batch of messages that
//! executes something waits at the explorer's gate ([`tap`]). Kept in mind here, since each of
//! these was once forgotten:
//!
//! - Parse takes the snapshot at REPEATABLE READ and above, and the client parses in a round trip
//!   of its own. So Parse is answered from a description that another session gave, and sent
//!   together with the execution.
//! - BEGIN is no choice point. It waits here for the first statement inside.
//! - Dropping a `Transaction` sends ROLLBACK, and nobody waits for its answer: a marker behind it
//!   does.
//! - Who waits is asked of the server in one look at its table of locks, once nothing else moves;
//!   the victim of a deadlock is who closed the circle.
//! - Two waiters that one COMMIT frees would race: all but the first are stopped meanwhile.
//! - Dead rows change what SERIALIZABLE sees: VACUUM between two schedules.
//!
//! Limits: a step is a whole statement. What a statement touches is told by its text. Timeouts of
//! the server (`lock_timeout`, `statement_timeout`) run in real time. Notifications have no order.

mod anomaly;
mod answer;
mod backend;
mod check;
mod door;
mod group;
mod lease;
mod message;
mod open;
mod said;
pub mod sessions;
mod shared;
mod sql;
mod step;
mod tap;
mod tell;
mod text;
mod touch;
mod world;
