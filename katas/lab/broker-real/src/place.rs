//! Names that no other test has.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Of queues, streams and consumers. Whoever looks at a broker sees whose they are.
pub fn name(of: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    format!("trece-{of}-{:x}-{now:x}-{next}", process::id())
}
