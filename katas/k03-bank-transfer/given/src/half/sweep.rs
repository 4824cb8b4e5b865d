//! The crash sweep: the process is killed at every point in turn.

use std::future::pending;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

use protocol::timeline::{Row, Table, Timeline};
use protocol::{Outcome, Status};

use super::{Account, Books, Kill, Ledger, Violation, transfer_naive};
use crate::Transfer;

/// What the accounts hold before the transfer.
pub const BEFORE: Books = Books { giver: 100, taker: 0 };
/// What it is to move, in cents.
pub const ASKED: i64 = 30;

const ORDER: Transfer = Transfer { id: 1, from: 1, to: 2, cents: ASKED };

/// Says where a prediction differs from what the sweep finds: what the accounts hold after the
/// kill (`left`), after the kill and a second, undisturbed transfer (`again`), and whether the
/// learner's invariant notices.
///
/// # Errors
/// With the first difference and its timeline.
pub fn judge(
    left: impl Fn(Kill) -> Books,
    again: impl Fn(Kill) -> Books,
    invariant: impl Fn(&[Account], &[Account]) -> Result<(), Violation>,
) -> Result<(), Box<Outcome>> {
    for at in Kill::ALL {
        let mut disk = Disk::new();
        disk.run(Some(at));
        let found = disk.books();
        if left(at) != found {
            let said = format!("You predict:  {}\nThe books say {found}", left(at));
            return Err(disk.no(at, &said));
        }
        disk.notices(at, &invariant)?;
        disk.run(None);
        let found = disk.books();
        if again(at) != found {
            let said = format!(
                "After the second attempt you predict: {}\nThe books say {found}",
                again(at)
            );
            return Err(disk.no(at, &said));
        }
        disk.notices(at, &invariant)?;
    }
    Ok(())
}

/// The ledger, and the process that uses it.
struct Disk {
    state: Mutex<State>,
    kill: Option<Kill>,
}

struct State {
    books: Books,
    rows: Vec<Row>,
}

impl Disk {
    fn new() -> Self {
        Self { state: Mutex::new(State { books: BEFORE, rows: Vec::new() }), kill: None }
    }

    /// A process runs the transfer until it returns or is killed. No line of a killed process runs
    /// any more, no destructor either; here it is left where it is.
    fn run(&mut self, kill: Option<Kill>) {
        self.kill = kill;
        let mut process = pin!(transfer_naive(self, &ORDER));
        let mut nobody = Context::from_waker(Waker::noop());
        if process.as_mut().poll(&mut nobody).is_ready() {
            self.say("answer: done");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn books(&self) -> Books {
        self.state().books
    }

    fn say(&self, text: impl Into<String>) {
        self.state().rows.push(Row::new(0, text));
    }

    async fn call(&self, name: &str, change: impl Fn(&mut Books), kills: [Kill; 2]) {
        if self.kill == Some(kills[0]) {
            self.say(format!("✗ killed before `{name}` has an effect"));
            pending::<()>().await;
        }
        let books = {
            let mut state = self.state();
            change(&mut state.books);
            state.books
        };
        self.say(format!("{name} → {books}"));
        if self.kill == Some(kills[1]) {
            self.say(format!("✗ killed before the reply of `{name}` arrives"));
            pending::<()>().await;
        }
    }

    fn no(&self, at: Kill, said: &str) -> Box<Outcome> {
        let outcome = Outcome::new(Status::Fail, format!("The process is killed: {at:?}.\n{said}"));
        Box::new(Outcome { timeline: Some(self.timeline()), ..outcome })
    }

    /// The learner's invariant must say of these books what is true of them.
    fn notices(
        &self,
        at: Kill,
        invariant: impl Fn(&[Account], &[Account]) -> Result<(), Violation>,
    ) -> Result<(), Box<Outcome>> {
        let books = self.books();
        let (before, after) = (i128::from(BEFORE.total()), i128::from(books.total()));
        let true_of_them =
            if before == after { Ok(()) } else { Err(Violation::Total { before, after }) };
        let said = invariant(&BEFORE.accounts(), &books.accounts());
        if said == true_of_them {
            return Ok(());
        }
        let said =
            format!("`check_invariant` says {said:?}\nof books where it must be {true_of_them:?}");
        Err(self.no(at, &said))
    }

    fn timeline(&self) -> Timeline {
        let state = self.state();
        let off = match state.books.total() - BEFORE.total() {
            0 => String::new(),
            n if n < 0 => format!("✗ {} vanished", -n),
            n => format!("✗ {n} too many"),
        };
        let row = |name: &str, books: Books, off: &str| {
            let [giver, taker] = [books.giver, books.taker].map(|n| n.to_string());
            vec![name.to_owned(), giver, taker, books.total().to_string(), off.to_owned()]
        };
        Timeline {
            lanes: vec![format!("process: {ASKED} from 1 to 2")],
            rows: state.rows.clone(),
            tables: vec![Table {
                rows: vec![
                    ["", "1", "2", "total", ""].map(str::to_owned).to_vec(),
                    row("before", BEFORE, ""),
                    row("after", state.books, &off),
                ],
            }],
            notes: Vec::new(),
        }
    }
}

impl Ledger for Disk {
    async fn debit(&self, _: i64, cents: i64) {
        let kills = [Kill::BeforeDebit, Kill::AfterDebit];
        self.call("debit", |books| books.giver -= cents, kills).await;
    }

    async fn credit(&self, _: i64, cents: i64) {
        let kills = [Kill::BeforeCredit, Kill::AfterCredit];
        self.call("credit", |books| books.taker += cents, kills).await;
    }
}
