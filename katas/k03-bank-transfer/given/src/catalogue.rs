use std::fmt;

use tokio_postgres::IsolationLevel;

/// What two sessions can do to each other. `A` and `B` are the sessions of an [`Example`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phenomenon {
    /// A reads what B has written and never commits: B ends with `ROLLBACK`, and A sees something
    /// else than it would alone.
    DirtyRead,
    /// A, which only reads, asks for the same thing twice and is given as many rows as before, with
    /// other contents.
    NonRepeatableRead,
    /// A, which only reads, asks for the same thing twice and is given more rows than before, or
    /// fewer.
    Phantom,
    /// Both commit, and the tables look as if one of the two had never been there.
    LostUpdate,
    /// Both commit, each has changed other rows than the other, and the tables look as they never
    /// could if one had come after the other.
    WriteSkew,
    /// A session is refused with 40001, `serialization_failure`, and has to begin anew.
    Refusal,
}

/// Two sessions, and what they can or cannot do to each other.
///
/// The tables are `account (id bigint PRIMARY KEY, balance bigint NOT NULL)` with the rows (1, 100)
/// and (2, 100). Each session begins a transaction at `isolation`, executes its statements one
/// after the other, and commits. A last statement `ROLLBACK` rolls back instead. A session whose
/// statement is refused with 40001 or 40P01 is over.
///
/// A statement may contain `$1`: the number that the session's last `SELECT` has answered with, in
/// its first column and row. It stands for what an application has computed in between.
#[derive(Debug, Clone)]
pub struct Example {
    pub phenomenon: Phenomenon,
    pub isolation: IsolationLevel,
    /// What session A executes.
    pub a: Vec<&'static str>,
    /// What session B executes.
    pub b: Vec<&'static str>,
    /// Whether `isolation` lets it happen: in some order of the statements, or in none.
    pub happens: bool,
}

impl fmt::Display for Phenomenon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DirtyRead => "dirty read",
            Self::NonRepeatableRead => "non-repeatable read",
            Self::Phantom => "phantom",
            Self::LostUpdate => "lost update",
            Self::WriteSkew => "write skew",
            Self::Refusal => "refusal",
        })
    }
}
