//! Why there is no number.

use std::fmt;

use tokio::task::JoinError;

use crate::panics::Panic;

/// What a kata's own check found wrong with the code that is measured.
pub trait Finding: fmt::Display {
    /// Its name in JSON, such as `wrong_sum`.
    fn key(&self) -> &'static str;
}

/// Why a way has no number: what can happen to any code, and what only a kata can find.
///
/// Displayed it is short and English, for a note or JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble<W> {
    /// The code is still the stub's `todo!`.
    NotWritten,
    Panicked(Panic),
    /// A run did not come to its end.
    Stuck,
    Wrong(W),
}

impl<W> Trouble<W> {
    /// A panic, or what a `todo!` or an `unimplemented!` is: code that is not written yet.
    pub fn of_panic(panic: Panic) -> Self {
        let stub = ["not yet implemented", "not implemented"];
        if stub.iter().any(|said| panic.message.starts_with(said)) {
            Self::NotWritten
        } else {
            Self::Panicked(panic)
        }
    }

    /// What is not written yet is not wrong.
    pub fn is_wrong(&self) -> bool {
        !matches!(self, Self::NotWritten)
    }
}

impl<W: Finding> Trouble<W> {
    /// The name in JSON.
    pub fn key(&self) -> &'static str {
        match self {
            Self::NotWritten => "not_written",
            Self::Panicked(_) => "panicked",
            Self::Stuck => "stuck",
            Self::Wrong(what) => what.key(),
        }
    }
}

impl<W: Finding> From<W> for Trouble<W> {
    fn from(what: W) -> Self {
        Self::Wrong(what)
    }
}

/// A task that panicked; one that was cancelled did not come to its end.
impl<W> From<JoinError> for Trouble<W> {
    fn from(error: JoinError) -> Self {
        let panic = error.try_into_panic().map(|payload| Panic::of(&*payload));
        panic.map_or(Self::Stuck, Self::of_panic)
    }
}

impl<W: Finding> fmt::Display for Trouble<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWritten | Self::Stuck => f.write_str(self.key()),
            Self::Panicked(panic) => f.write_str(&panic.message),
            Self::Wrong(what) => what.fmt(f),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Money that is not there.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Missing(pub u32);

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
    fn a_todo_is_not_yet_written_and_another_panic_is_a_panic() {
        let of = |message: &str| {
            let panic = Panic { message: message.to_owned(), at: "a.rs:1:2".to_owned() };
            Trouble::<Missing>::of_panic(panic)
        };
        assert_eq!(of("not yet implemented: take cents out"), Trouble::NotWritten);
        assert_eq!(of("not implemented"), Trouble::NotWritten);
        assert_eq!((of("boom").key(), of("boom").to_string()), ("panicked", "boom".to_owned()));
        assert!(of("boom").is_wrong() && !of("not implemented").is_wrong());
    }

    #[tokio::test]
    async fn a_task_that_ends_badly_is_told() {
        let stub = tokio::spawn(async { todo!("step 5") }).await;
        let stub: Result<(), Trouble<Missing>> = stub.map_err(Trouble::from);
        assert_eq!(stub, Err(Trouble::NotWritten));
        let cancelled = tokio::spawn(std::future::pending::<()>());
        cancelled.abort();
        let cancelled = cancelled.await.map_err(Trouble::<Missing>::from);
        assert_eq!(cancelled, Err(Trouble::Stuck));
    }

    #[test]
    fn a_katas_own_finding_keeps_its_name_and_its_words() {
        let trouble: Trouble<Missing> = Missing(3).into();
        assert_eq!((trouble.key(), trouble.to_string()), ("wrong_books", "3 missing".to_owned()));
    }
}
