//! Step 1: see it break.
//!
//! This service was written in a hurry, and it worked. Then somebody started a second replica of
//! it. Run the check to see what happened then; the whole story is in the chapter.
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

use k00_given::accident::{Effect, Line};

/// What each marked line has to do with the world outside: one entry a line, in any order.
///
/// ```text
/// Effect::Pure            nothing: the same arguments, the same result, always
/// Effect::ReadsClock      the time decides what it gives
/// Effect::ReadsState      what earlier calls have left decides what it gives
/// Effect::WritesState     it changes what a later call of the service can read
/// Effect::ExternalEffect  it changes what the service can neither read nor take back
/// ```
///
/// Where several are true of a line, the last of them counts.
pub fn effect_inventory() -> Vec<(Line, Effect)> {
    vec![
        // (Line::A, Effect::…),
        // (Line::B, Effect::…),
        // (Line::C, Effect::…),
        // (Line::D, Effect::…),
        // (Line::E, Effect::…),
        // (Line::F, Effect::…),
        // (Line::G, Effect::…),
    ]
}
