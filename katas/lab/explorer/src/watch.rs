//! The explorer's thread, and somebody who watches it from outside.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use protocol::{Outcome, Status};

use crate::event::{short, timeline};
use crate::gate::Gate;
use crate::stage::Beat;

const LOOK: Duration = Duration::from_millis(100);

/// A lane whose code has run through so many looks gives nobody else a turn. Counted in looks, so
/// a machine that was asleep does not count; and it decides only how soon a wrong answer is told.
/// Five seconds, since a panic that prints its backtrace takes more than two on a busy machine.
const LOOKS: u32 = 50;

/// Runs `work` on a thread of its own, so that a lane which never gives way can be told.
///
/// # Errors
/// With the outcome, when a lane never gives way. The thread is then left behind.
///
/// # Panics
/// When `work` does, or when called inside a tokio runtime, whose thread it would block.
pub(crate) fn watched<T: Send + 'static>(
    work: impl FnOnce(Gate, Arc<Beat>) -> T + Send + 'static,
) -> Result<T, Box<Outcome>> {
    assert!(
        tokio::runtime::Handle::try_current().is_err(),
        "the explorer blocks its caller: call it in a plain `fn`, not in an `async fn`"
    );
    let (gate, beat) = (Gate::default(), Arc::new(Beat::default()));
    let end = Arc::new(End::default());
    let thread = {
        let (gate, beat, end) = (gate.clone(), beat.clone(), Ends(end.clone()));
        let work = move || {
            let _end = end;
            work(gate, beat)
        };
        std::thread::Builder::new()
            .name("explorer".into())
            .spawn(work)
            .expect("the operating system gives a thread")
    };
    let mut seen = (u64::MAX, 0);
    while !end.within(LOOK) {
        let inside = beat.inside.load(Ordering::SeqCst);
        let beats = beat.beats.load(Ordering::SeqCst);
        let same = inside > 0 && seen.0 == beats;
        seen = (beats, if same { seen.1 + 1 } else { 0 });
        if seen.1 >= LOOKS {
            return Err(Box::new(never_gives_way(&gate, inside - 1)));
        }
    }
    thread.join().map_or_else(|panic| std::panic::resume_unwind(panic), Ok)
}

/// Whether the work is over, for whoever waits for it with a time limit.
#[derive(Default)]
struct End(Mutex<bool>, Condvar);

impl End {
    fn within(&self, limit: Duration) -> bool {
        let over = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.1.wait_timeout_while(over, limit, |over| !*over);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Tells it, however the work ends.
struct Ends(Arc<End>);

impl Drop for Ends {
    fn drop(&mut self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }
}

fn never_gives_way(gate: &Gate, lane: usize) -> Outcome {
    let inner = gate.lock();
    let name = inner.lanes.get(lane).map_or("?", |l| short(l));
    let mut outcome = Outcome::new(
        Status::Stuck,
        format!(
            "{name} runs and runs: it takes no step, does not return and lets nobody else run.\n\
             A loop without an end, or a thread that is blocked?"
        ),
    );
    outcome.timeline = Some(timeline(&inner.lanes, &inner.log));
    outcome
}
