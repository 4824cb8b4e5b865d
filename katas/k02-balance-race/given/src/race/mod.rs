//! Two withdrawals from one balance, by a program that looks right: a *step machine* whose
//! scheduler is the caller.
//!
//! ```text
//! 1  let seen = balance;
//! 2  if seen < 70 { refuse }
//! 3  balance = seen - 70; pay out 70
//! ```

mod verdict;

pub use verdict::{judge, one_after_the_other};

/// What the account holds before anybody moves, in cents.
pub const START: u64 = 100;
/// What each of the two threads wants to take out, in cents.
pub const ASKED: u64 = 70;

/// One of the two threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    A,
    B,
}

/// A line of the program that both threads run. One line is one move: nobody comes in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// `let seen = balance;`
    Read,
    /// `if seen < 70 { refuse }`
    Check,
    /// `balance = seen - 70; pay out 70`
    Pay,
}

/// What a move did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The thread now has its own copy of the balance.
    Saw(u64),
    /// Its copy is large enough: it will pay.
    Enough,
    /// Its copy is too small: it has finished without paying.
    Refused,
    /// It wrote this balance, paid and has finished.
    Wrote {
        balance: u64,
        /// The move, counted from 1, whose write was made after this thread had read: its effect
        /// on the balance is gone.
        overwrites: Option<usize>,
    },
}

/// One move of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    pub who: Who,
    pub line: Line,
    pub effect: Effect,
}

/// A thread that was told to move has no line left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finished;

/// The balance, both threads, and what has happened so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    balance: u64,
    threads: [Thread; 2],
    history: Vec<Move>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Thread {
    next: Option<Line>,
    seen: Option<u64>,
    paid: u64,
}

impl Who {
    pub const BOTH: [Self; 2] = [Self::A, Self::B];

    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

impl Line {
    /// In the order in which a thread runs them.
    pub const ALL: [Self; 3] = [Self::Read, Self::Check, Self::Pay];
}

impl Default for Machine {
    fn default() -> Self {
        Self::new()
    }
}

impl Machine {
    /// Nobody has moved.
    pub fn new() -> Self {
        let thread = Thread { next: Some(Line::Read), seen: None, paid: 0 };
        Self { balance: START, threads: [thread.clone(), thread], history: Vec::new() }
    }

    /// Lets `who` run its next line.
    ///
    /// # Errors
    /// [`Finished`] when it has none; then nothing changes.
    pub fn step(&mut self, who: Who) -> Result<Move, Finished> {
        let thread = &mut self.threads[who as usize];
        let line = thread.next.ok_or(Finished)?;
        let seen = thread.seen.unwrap_or_default();
        let effect = match line {
            Line::Read => {
                thread.seen = Some(self.balance);
                Effect::Saw(self.balance)
            }
            Line::Check if seen < ASKED => Effect::Refused,
            Line::Check => Effect::Enough,
            Line::Pay => {
                self.balance = seen - ASKED;
                thread.paid = ASKED;
                Effect::Wrote { balance: self.balance, overwrites: self.write_since_read(who) }
            }
        };
        self.threads[who as usize].next = match (line, effect) {
            (Line::Read, _) => Some(Line::Check),
            (Line::Check, Effect::Enough) => Some(Line::Pay),
            _ => None,
        };
        let done = Move { who, line, effect };
        self.history.push(done);
        Ok(done)
    }

    /// What the account says that it holds.
    pub fn balance(&self) -> u64 {
        self.balance
    }

    /// The line that `who` runs when it moves, or `None` when it has finished.
    pub fn next(&self, who: Who) -> Option<Line> {
        self.threads[who as usize].next
    }

    /// The copy of the balance that `who` has made, if it has.
    pub fn seen(&self, who: Who) -> Option<u64> {
        self.threads[who as usize].seen
    }

    /// What `who` has paid out.
    pub fn paid(&self, who: Who) -> u64 {
        self.threads[who as usize].paid
    }

    /// What both have paid out together.
    pub fn paid_out(&self) -> u64 {
        Who::BOTH.iter().map(|who| self.paid(*who)).sum()
    }

    /// Both threads have come to their end.
    pub fn is_finished(&self) -> bool {
        Who::BOTH.iter().all(|who| self.next(*who).is_none())
    }

    /// What the bank has paid out and yet still has in its books: 0 while all is well.
    pub fn lost(&self) -> u64 {
        (self.paid_out() + self.balance).saturating_sub(START)
    }

    /// Every move so far.
    pub fn history(&self) -> &[Move] {
        &self.history
    }

    fn write_since_read(&self, who: Who) -> Option<usize> {
        let read = self.history.iter().position(|m| m.who == who && m.line == Line::Read)?;
        let later = &self.history[read..];
        later.iter().position(|m| m.line == Line::Pay).map(|n| read + n + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::Who::{A, B};
    use super::{Effect, Finished, Machine, Move, Who};

    fn run(schedule: &[Who]) -> Machine {
        let mut machine = Machine::new();
        for who in schedule {
            machine.step(*who).expect("a legal move");
        }
        machine
    }

    #[test]
    fn one_after_the_other_is_safe() {
        let machine = run(&[A, A, A, B, B]);
        assert!(machine.is_finished());
        assert_eq!((machine.balance(), machine.paid_out(), machine.lost()), (30, 70, 0));
        assert_eq!(machine.history()[4].effect, Effect::Refused);
    }

    #[test]
    fn both_read_before_one_writes() {
        let machine = run(&[A, B, A, B, A, B]);
        assert!(machine.is_finished());
        assert_eq!((machine.balance(), machine.paid_out(), machine.lost()), (30, 140, 70));
        let Some(Move { effect: Effect::Wrote { overwrites, .. }, .. }) = machine.history().last()
        else {
            panic!("the last move writes");
        };
        assert_eq!(*overwrites, Some(5));
    }

    #[test]
    fn a_finished_thread_does_not_move() {
        let mut machine = run(&[A, A, A]);
        let before = machine.clone();
        assert_eq!(machine.step(A), Err(Finished));
        assert_eq!(machine, before);
    }

    #[test]
    fn money_is_lost_exactly_when_both_have_read_before_the_first_write() {
        let (mut orders, mut losing) = (0, 0);
        let mut open = vec![Machine::new()];
        while let Some(machine) = open.pop() {
            if machine.is_finished() {
                let history = machine.history();
                let first_write = history.iter().position(|m| m.line == super::Line::Pay);
                let last_read = history.iter().rposition(|m| m.line == super::Line::Read);
                orders += 1;
                losing += u32::from(machine.lost() == 70);
                assert_eq!(machine.lost() > 0, last_read < first_write);
            }
            for who in Who::BOTH {
                let mut next = machine.clone();
                if next.step(who).is_ok() {
                    open.push(next);
                }
            }
        }
        // Six moves where both pay, five where the second is refused.
        assert_eq!((orders, losing), (20, 18));
    }
}
