//! The process's panic hook while a model is explored.
//!
//! loom's coroutines end by panics of their own, thousands of them. The hook that was there before
//! sees none but the one that ends the schedule.

use std::panic::{PanicHookInfo, set_hook, take_hook};
use std::sync::{Arc, Mutex, PoisonError};

use crate::search;

type Hook = Arc<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

/// How many threads explore now, and the hook that was there before the first.
static QUIET: Mutex<(usize, Option<Hook>)> = Mutex::new((0, None));

/// Panics on a thread that explores are quiet while this lives.
pub(crate) struct Quiet;

pub(crate) fn quiet() -> Quiet {
    let mut quiet = QUIET.lock().unwrap_or_else(PoisonError::into_inner);
    quiet.0 += 1;
    if quiet.0 == 1 {
        let before: Hook = Arc::from(take_hook());
        quiet.1 = Some(Arc::clone(&before));
        set_hook(Box::new(move |info| {
            if !search::exploring() || told(info) {
                before(info);
            }
        }));
    }
    Quiet
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let mut quiet = QUIET.lock().unwrap_or_else(PoisonError::into_inner);
        quiet.0 -= 1;
        // A hook cannot be changed while unwinding; then it stays, and passes on what is not ours.
        if quiet.0 == 0
            && !std::thread::panicking()
            && let Some(before) = quiet.1.take()
        {
            drop(take_hook());
            set_hook(Box::new(move |info| before(info)));
        }
    }
}

/// Tells the schedule of this thread about a panic; whether it is the one that ends it.
fn told(info: &PanicHookInfo<'_>) -> bool {
    match (search::current(), info.location()) {
        (Some(run), Some(at)) => run.panicked(info.payload(), at),
        _ => false,
    }
}
