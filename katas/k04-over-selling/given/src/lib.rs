//! What kata 4 gives to the learner: purchases and how they end, reservations, and the tables.

mod buy;
mod reservation;
pub mod tables;

pub use buy::{Buy, BuyError, Line, Sale};
pub use reservation::{ReservationError, ReservationId, Timestamp};
