//! A service that was written in a hurry, as it was found. Two replicas of it are running.
//!
//! ```text
//! static NEXT_ID: AtomicU64 = AtomicU64::new(0);
//! static RECENT: Mutex<BTreeMap<u64, Order>> = Mutex::new(BTreeMap::new());
//!
//! fn post(item: &str, units: u64, price: u64) -> Result<u64, Error> {
//!     let id = NEXT_ID.fetch_add(1, SeqCst) + 1;                  // [a]
//!     let total = units * price;                                  // [b]
//!     let at = SystemTime::now();                                 // [c]
//!     smtp.send(&format!("order {id} at {at}: {total}"))?;        // [d]
//!     disk.append(&Order { id, item, total, at })?;               // [e]
//!     RECENT.lock().insert(id, Order { id, item, total, at });    // [f]
//!     Ok(id)
//! }
//!
//! fn get(id: u64) -> Option<Order> {
//!     RECENT.lock().get(&id).cloned()                             // [g]
//! }
//! ```

mod judge;
mod scene;
mod service;

pub use judge::judge;

use std::fmt;

/// A marked line of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    A,
    B,
    C,
    D,
    E,
    F,
    G,
}

/// What a line has to do with the world outside of its arguments and its result. Where several are
/// true of a line, the last one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing. The same arguments give the same result, whenever, wherever and however often.
    Pure,
    /// What time it is decides what it gives.
    ReadsClock,
    /// What earlier calls have left decides what it gives.
    ReadsState,
    /// It changes what a later call of the service can read.
    WritesState,
    /// It changes something that the service can neither read nor take back.
    ExternalEffect,
}

impl Line {
    pub const ALL: [Self; 7] = [Self::A, Self::B, Self::C, Self::D, Self::E, Self::F, Self::G];

    /// What stands on it, in short.
    pub fn code(self) -> &'static str {
        match self {
            Self::A => "NEXT_ID.fetch_add(1)",
            Self::B => "units * price",
            Self::C => "SystemTime::now()",
            Self::D => "smtp.send(…)",
            Self::E => "disk.append(…)",
            Self::F => "RECENT.insert(…)",
            Self::G => "RECENT.get(…)",
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]", format!("{self:?}").to_lowercase())
    }
}
