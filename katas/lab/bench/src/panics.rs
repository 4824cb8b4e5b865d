//! Panics of the code that is measured: they are told in the table, not printed over it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::Trouble;

/// Beyond the time that a run is to take. Only code that hangs gets near it.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// What a panic said, and where; nothing where nobody knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panic {
    pub message: String,
    pub at: String,
}

impl Panic {
    /// What a thread's or a task's join handle gives back. The place is known to the hook alone.
    pub fn of(payload: &(dyn Any + Send)) -> Self {
        Self { message: message(payload).to_owned(), at: String::new() }
    }
}

fn message(payload: &dyn Any) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no message)")
}

/// The first panic since the last run, of any thread: the panic of a thread that owns something
/// reaches those who ask it only as silence.
static FIRST: Mutex<Option<Panic>> = Mutex::new(None);

/// From now on panics are not printed; [`watched`] tells the first of a run.
pub fn listen() {
    std::panic::set_hook(Box::new(|info| {
        let panic = Panic {
            message: message(info.payload()).to_owned(),
            at: info.location().map(ToString::to_string).unwrap_or_default(),
        };
        FIRST.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(panic);
    }));
}

/// From now on panics are not printed: for a bench whose tasks give their panics back.
pub fn silence() {
    std::panic::set_hook(Box::new(|_| ()));
}

fn first() -> Option<Panic> {
    FIRST.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Lets `run`, which should take `time`, run on a thread of its own. A run that hangs is left
/// behind with its threads.
///
/// [`listen`] comes before: else only a panic that reaches `run` is noticed, without its place. One
/// at a time.
///
/// # Errors
/// Those of `run`; its first panic, of whichever thread; [`Trouble::Stuck`] after `time` and
/// [`PATIENCE`].
pub fn watched<T: Send + 'static, W: Send + 'static>(
    time: Duration,
    run: impl FnOnce() -> Result<T, Trouble<W>> + Send + 'static,
) -> Result<T, Trouble<W>> {
    let (tell, told) = mpsc::channel();
    first();
    thread::spawn(move || {
        let result = catch_unwind(AssertUnwindSafe(run));
        // After a time-out nobody listens any more.
        let _ = tell.send(result);
    });
    let result = told.recv_timeout(time + PATIENCE);
    match (first(), result) {
        (Some(panic), _) => Err(Trouble::of_panic(panic)),
        (None, Ok(Ok(result))) => result,
        (None, Ok(Err(payload))) => Err(Trouble::of_panic(Panic::of(&*payload))),
        (None, Err(_)) => Err(Trouble::Stuck),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_read_where_it_is_text() {
        let read = |payload: Box<dyn Any + Send>| Panic::of(&*payload).message;
        assert_eq!(read(Box::new("a")), "a");
        assert_eq!(read(Box::new("b".to_owned())), "b");
        assert_eq!(read(Box::new(7)), "(no message)");
    }
}
