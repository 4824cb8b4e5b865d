//! The explorer on worlds whose schedules can be counted by hand.

mod counts;
mod failures;
mod faults;
mod memory;
mod ports;
mod random;
mod time;
