//! Alone in its process: the hook hears the panics of every thread, those of other tests too.

use std::fmt;
use std::thread;
use std::time::Duration;

use bench_lab::panics::{listen, watched};
use bench_lab::{Finding, Trouble};

/// Money that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Missing(u32);

impl Finding for Missing {
    fn key(&self) -> &'static str {
        "wrong_books"
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} missing", self.0)
    }
}

#[test]
fn results_and_panics_come_back_from_the_watched_thread() {
    listen();
    let of = |run: fn() -> Result<u32, Trouble<Missing>>| watched(Duration::ZERO, run);
    let fine = of(|| Ok(3));
    let wrong = of(|| Err(Missing(1).into()));
    let stub = of(|| todo!("later"));
    // Of an owner, whose callers only notice that nobody answers.
    let owner = of(|| {
        assert!(thread::spawn(|| panic!("owner")).join().is_err());
        Err(Missing(2).into())
    });
    // What fails below is to be printed.
    drop(std::panic::take_hook());
    assert_eq!(fine, Ok(3));
    assert_eq!(wrong, Err(Trouble::Wrong(Missing(1))));
    assert_eq!(stub, Err(Trouble::NotWritten));
    let Err(Trouble::Panicked(panic)) = owner else { panic!("the owner's panic counts") };
    assert_eq!(panic.message, "owner");
    assert!(panic.at.contains("panics.rs"), "{}", panic.at);
}
