//! Open load: when each request is to start is decided before the first one does.
//!
//! A generator that waits for a reply before it asks again asks less when the server is slow, and
//! so measures a stall of a second as *one* slow request instead of all those that would have come
//! meanwhile. Gil Tene named this coordinated omission. The cure is that of his `wrk2`
//! (<https://github.com/giltene/wrk2>): a [`Schedule`] of intended starts, and a latency that counts
//! from there, however late the request really went out.
//!
//! ```
//! use std::sync::atomic::AtomicBool;
//! use std::thread;
//! use std::time::Duration;
//!
//! use bench_lab::load::{Arrivals, MachineClock, Schedule, open_loop};
//! use bench_lab::run::Run;
//!
//! let schedule = Schedule::new(Arrivals::Poisson, 500.0, Duration::from_millis(40), 7);
//! let (stop, patience) = (AtomicBool::new(false), Duration::from_secs(10));
//! let measured = open_loop(&schedule, MachineClock::start(), &stop, patience, |_, ticket| {
//!     thread::spawn(|| ticket.ended(true));
//! });
//! let run = Run::open("a thread each", schedule.starts().len(), &schedule, &measured);
//! assert_eq!(run.summary.count, schedule.starts().len() as u64);
//! ```

mod open;
mod pace;
mod random;
mod schedule;

pub use open::{Measured, Ticket, open_loop};
pub use pace::{Clock, MachineClock, Paced, pace};
pub use random::Random;
pub use schedule::{Arrivals, Schedule};
