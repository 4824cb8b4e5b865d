//! A thread that is overtaken, again and again, in a plain test.
//!
//! A search tries every order of a few steps; how a thread fares that loses a race a thousand times
//! in a row is beyond it. Here there is one order, and one thread plays all parts: before each
//! operation of A on [`crate::sync`] A stands still, and another call runs from start to end. That
//! call may be overtaken likewise. Whoever stands still cannot move, so a call that waits for it
//! waits for ever, and is told so.

use std::cell::RefCell;
use std::panic::Location;
use std::rc::Rc;

use protocol::{Outcome, Status};

use crate::diagnose::wrap;
use crate::run::place;

/// A call that nobody overtakes any more takes fewer operations than this, or it goes in circles.
const PATIENCE: usize = 1_000;

thread_local! {
    /// Whose turn it is, above those who stand still.
    static TURNS: RefCell<Vec<Turn>> = const { RefCell::new(Vec::new()) };
}

struct Turn {
    name: &'static str,
    /// So many times it will still be overtaken.
    left: usize,
    by: Option<Rc<RefCell<dyn FnMut()>>>,
    /// Operations since it was overtaken for the last time.
    alone: usize,
}

/// Runs `f`, and `by` before each operation that `f` makes on [`crate::sync`], `times` times at
/// most. `name` is what `f` is called in a message. Nothing limits how deep this is used: `by` may
/// be [`overtaken`] itself.
///
/// # Panics
/// With [`suite::Failure`], when a call waits for one that stands still; and in a model.
pub fn overtaken<R>(
    name: &'static str,
    times: usize,
    by: impl FnMut() + 'static,
    f: impl FnOnce() -> R,
) -> R {
    assert!(!crate::search::exploring(), "`overtaken` is for plain tests, not for models");
    turn(Turn { name, left: times, by: Some(Rc::new(RefCell::new(by))), alone: 0 }, f)
}

fn turn<R>(turn: Turn, f: impl FnOnce() -> R) -> R {
    struct End;
    impl Drop for End {
        fn drop(&mut self) {
            TURNS.with_borrow_mut(Vec::pop);
        }
    }
    TURNS.with_borrow_mut(|turns| turns.push(turn));
    let _end = End;
    f()
}

/// An operation of the facade is about to happen, outside a model.
pub(crate) fn point() {
    if std::thread::panicking() {
        return;
    }
    let by = TURNS.with_borrow_mut(|turns| {
        let turn = turns.last_mut()?;
        if turn.left > 0 {
            turn.left -= 1;
            return turn.by.clone();
        }
        turn.alone += 1;
        (turn.alone == PATIENCE).then(|| spins(turn.name))?
    });
    if let Some(by) = by {
        let name = "another call";
        turn(Turn { name, left: 0, by: None, alone: 0 }, || (by.borrow_mut())());
    }
}

/// Whether calls are overtaken on this thread: then nobody else will give a lock back.
pub(crate) fn underway() -> bool {
    TURNS.with_borrow(|turns| !turns.is_empty())
}

fn spins(name: &str) -> ! {
    let message = format!(
        "{} makes {PATIENCE} operations without coming to its end, though nobody is in its way any \
         more but threads that stand still: it waits for one of them.",
        capital(name)
    );
    suite::fail(Outcome::new(Status::Fail, wrap(&message)))
}

/// The call whose turn it is asks for a lock that is taken, or sleeps.
pub(crate) fn waits(what: &str, at: &'static Location<'static>) -> ! {
    let names = TURNS.with_borrow(|turns| turns.iter().map(|turn| turn.name).collect::<Vec<_>>());
    let (last, rest) = names.split_last().expect("somebody's turn");
    let message = match rest {
        [] => format!("{} waits for {what}, and nobody else is there.", capital(last)),
        rest => format!(
            "{} waits for {what}, while {} stands still: it would wait as long as that thread is \
             stopped.",
            capital(last),
            rest.join(", before it ")
        ),
    };
    let mut outcome = Outcome::new(Status::Fail, wrap(&message));
    outcome.place = Some(place(at));
    suite::fail(outcome)
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
