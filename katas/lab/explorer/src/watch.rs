//! The explorer's thread, and somebody who watches it from outside.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError};
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
    let (tx, rx) = mpsc::channel();
    let thread = {
        let (gate, beat) = (gate.clone(), beat.clone());
        std::thread::Builder::new()
            .name("explorer".into())
            .spawn(move || drop(tx.send(work(gate, beat))))
            .expect("the operating system gives a thread")
    };
    let mut seen = (u64::MAX, 0);
    loop {
        match rx.recv_timeout(LOOK) {
            Ok(result) => {
                let _ = thread.join();
                return Ok(result);
            }
            Err(RecvTimeoutError::Disconnected) => match thread.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => unreachable!("the thread sends what it has before it ends"),
            },
            Err(RecvTimeoutError::Timeout) => {
                let inside = beat.inside.load(Ordering::SeqCst);
                let beats = beat.beats.load(Ordering::SeqCst);
                let same = inside > 0 && seen.0 == beats;
                seen = (beats, if same { seen.1 + 1 } else { 0 });
                if seen.1 >= LOOKS {
                    return Err(Box::new(never_gives_way(&gate, inside - 1)));
                }
            }
        }
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
