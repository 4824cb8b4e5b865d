//! The sessions of an example, what they have seen, and what that is called.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use k03_given::{Example, Phenomenon};
use postgres_lab::wire::sessions::{Scenario, explore};
use tokio_postgres::{Client, Error, IsolationLevel, SimpleQueryMessage, Transaction};

use crate::bank::UNDONE;

pub const TABLE: &str = "CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL)";
pub const ROWS: &str = "INSERT INTO account VALUES (1, 100), (2, 100)";
pub const STATE: &str = "SELECT id::text, balance FROM account ORDER BY id";

pub fn level(isolation: IsolationLevel) -> &'static str {
    match isolation {
        IsolationLevel::ReadCommitted => "READ COMMITTED",
        IsolationLevel::RepeatableRead => "REPEATABLE READ",
        IsolationLevel::Serializable => "SERIALIZABLE",
        _ => "READ UNCOMMITTED",
    }
}

/// Whether an example has the form that its phenomenon asks for.
pub fn fits(example: &Example) -> Result<(), String> {
    if example.a.is_empty() || example.b.is_empty() {
        return Err("a session without a statement".into());
    }
    if level(example.isolation) == "READ UNCOMMITTED" {
        return Err("READ UNCOMMITTED, which is READ COMMITTED in PostgreSQL".into());
    }
    let control = ["BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "SET"];
    for (name, session) in [("A", &example.a), ("B", &example.b)] {
        let allowed = session.len() - usize::from(is_rollback(session.last()));
        for statement in &session[..allowed] {
            let first = first_word(statement);
            if control.contains(&first.as_str()) {
                return Err(format!("{name} says {first}, which the suite does for it"));
            }
        }
    }
    let only_reads = example.a.iter().all(|s| first_word(s) == "SELECT");
    let asks_twice = example.a.iter().enumerate().any(|(n, s)| example.a[..n].contains(s));
    match example.phenomenon {
        Phenomenon::DirtyRead if !is_rollback(example.b.last()) => {
            Err("B does not end with ROLLBACK".into())
        }
        Phenomenon::NonRepeatableRead | Phenomenon::Phantom if !only_reads => {
            Err("A does more than to read".into())
        }
        Phenomenon::NonRepeatableRead | Phenomenon::Phantom if !asks_twice => {
            Err("A asks for nothing twice".into())
        }
        _ => Ok(()),
    }
}

fn first_word(statement: &str) -> String {
    statement.split_whitespace().next().unwrap_or_default().to_uppercase()
}

fn is_rollback(statement: Option<&&'static str>) -> bool {
    statement.is_some_and(|s| s.trim_end_matches(';').trim().eq_ignore_ascii_case("rollback"))
}

/// One session's statements.
#[derive(Clone)]
pub struct Script {
    statements: Vec<&'static str>,
    commits: bool,
}

/// What a session has been answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saw {
    /// Each SELECT, with its rows.
    reads: Vec<(String, Vec<Vec<Option<String>>>)>,
    end: End,
}

/// How a session has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Committed,
    RolledBack,
    /// Refused with this SQLSTATE.
    Undone(String),
}

/// What A and B have seen in one schedule. Lanes hand their values to a check as text only.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<[Option<Saw>; 2]>>);

impl Seen {
    /// What A and B have seen, for the last time.
    pub fn take(&self) -> [Option<Saw>; 2] {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, name: &str, saw: Saw) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)[usize::from(name == "B")] = Some(saw);
    }
}

/// What a lane of the explorer is.
pub type Lane<'a> = Pin<Box<dyn Future<Output = Result<End, Error>> + Send + 'a>>;

impl Script {
    pub fn new(statements: &[&'static str]) -> Self {
        let commits = !is_rollback(statements.last());
        let end = statements.len() - usize::from(!commits);
        Self { statements: statements[..end].to_vec(), commits }
    }

    /// A lane that is this session. `seen` is told what it saw.
    pub fn lane(
        &self,
        name: &'static str,
        isolation: IsolationLevel,
        seen: &Seen,
    ) -> impl for<'a> Fn(&'a mut Client) -> Lane<'a> + Send + Sync + 'static {
        let (script, seen) = (self.clone(), seen.clone());
        move |db| {
            let (script, seen) = (script.clone(), seen.clone());
            Box::pin(async move {
                let saw = script.run(db, isolation).await?;
                let end = saw.end.clone();
                seen.put(name, saw);
                Ok(end)
            })
        }
    }

    /// The session's transaction, from BEGIN to its end.
    async fn run(&self, db: &mut Client, isolation: IsolationLevel) -> Result<Saw, Error> {
        let tx = db.build_transaction().isolation_level(isolation).start().await?;
        let mut saw = Saw { reads: Vec::new(), end: End::Committed };
        let ended = match self.execute(&tx, &mut saw).await {
            Err(error) => Err(error),
            Ok(()) if self.commits => tx.commit().await,
            Ok(()) => {
                saw.end = End::RolledBack;
                tx.rollback().await
            }
        };
        match ended.as_ref().map_err(Error::code) {
            Err(Some(code)) if UNDONE.contains(&code.code()) => {
                saw.end = End::Undone(code.code().to_owned());
                Ok(saw)
            }
            _ => ended.map(|()| saw),
        }
    }

    async fn execute(&self, tx: &Transaction<'_>, saw: &mut Saw) -> Result<(), Error> {
        let mut last = "NULL".to_owned();
        for statement in &self.statements {
            let asked = statement.replace("$1", &last);
            let answer = tx.simple_query(&asked).await?;
            if first_word(statement) != "SELECT" {
                continue;
            }
            let mut rows: Vec<Vec<Option<String>>> = answer
                .iter()
                .filter_map(|message| match message {
                    SimpleQueryMessage::Row(row) => {
                        Some((0..row.len()).map(|n| row.get(n).map(str::to_owned)).collect())
                    }
                    _ => None,
                })
                .collect();
            let first = rows.first().and_then(|row| row.first()).cloned().flatten();
            last = first.unwrap_or_else(|| "NULL".to_owned());
            // Rows have no order unless one asks for it.
            rows.sort();
            saw.reads.push((asked, rows));
        }
        Ok(())
    }
}

/// What a phenomenon is compared with: each session alone, and both in both orders.
#[derive(Clone)]
pub struct Alone {
    before: String,
    /// What A sees alone.
    a: Saw,
    /// The tables after A alone, and after B alone.
    after: [String; 2],
    /// The tables after A and then B, and after B and then A.
    serial: [String; 2],
}

impl Alone {
    /// Runs them, one after the other, in one session.
    pub fn of(example: &Example) -> Self {
        let result: Arc<Mutex<Option<Self>>> = Arc::default();
        let scripts = [Script::new(&example.a), Script::new(&example.b)];
        let (isolation, told) = (example.isolation, result.clone());
        explore(
            Scenario::new(TABLE, ROWS)
                .lane("S: A and B one after the other", move |db| {
                    let (scripts, told) = (scripts.clone(), told.clone());
                    Box::pin(async move {
                        let alone = Self::run(db, &scripts, isolation).await?;
                        *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(alone);
                        Ok::<(), Error>(())
                    })
                })
                .every_lane_succeeds(),
        );
        let alone = result.lock().unwrap_or_else(PoisonError::into_inner).take();
        alone.expect("the lane has come to its end")
    }

    async fn run(
        db: &mut Client,
        [a, b]: &[Script; 2],
        isolation: IsolationLevel,
    ) -> Result<Self, Error> {
        let before = tables(db).await?;
        let saw = a.run(db, isolation).await?;
        anew(db).await?;
        let again = a.run(db, isolation).await?;
        assert!(
            saw.reads == again.reads,
            "A, alone.\nExpected: it sees the same each time\nSaw:      {:?}, then {:?}",
            saw.reads,
            again.reads
        );
        let after_a = tables(db).await?;
        b.run(db, isolation).await?;
        let a_then_b = tables(db).await?;
        anew(db).await?;
        b.run(db, isolation).await?;
        let after_b = tables(db).await?;
        a.run(db, isolation).await?;
        let b_then_a = tables(db).await?;
        Ok(Self { before, a: saw, after: [after_a, after_b], serial: [a_then_b, b_then_a] })
    }

    /// The accounts that this session changes, alone.
    fn changes(&self, session: usize) -> BTreeSet<&str> {
        let rows = |tables| str::lines(tables).collect::<BTreeSet<&str>>();
        let differ = &rows(&self.before) ^ &rows(&self.after[session]);
        differ.into_iter().filter_map(|row| row.split('\t').next()).collect()
    }
}

/// The tables as they are at the beginning.
async fn anew(db: &Client) -> Result<(), Error> {
    db.batch_execute(&format!("DELETE FROM account; {ROWS}")).await
}

/// The tables as text, as the explorer has it: a line a row, cells divided by tabs.
async fn tables(db: &Client) -> Result<String, Error> {
    let answer = db.simple_query(STATE).await?;
    let rows = answer.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let line = |row: &tokio_postgres::SimpleQueryRow| {
        let cells: Vec<&str> = (0..row.len()).map(|n| row.get(n).unwrap_or_default()).collect();
        cells.join("\t")
    };
    Ok(rows.map(line).collect::<Vec<_>>().join("\n"))
}

/// Whether what the sessions saw and left behind is this phenomenon.
pub fn shows(phenomenon: Phenomenon, alone: &Alone, [a, b]: [&Saw; 2], tables: &str) -> bool {
    let both_commit = a.end == End::Committed && b.end == End::Committed;
    let impossible = both_commit && !alone.serial.iter().any(|t| t == tables);
    match phenomenon {
        Phenomenon::DirtyRead => a.end == End::Committed && a.reads != alone.a.reads,
        Phenomenon::NonRepeatableRead => a.twice(|one, other| one.len() == other.len()),
        Phenomenon::Phantom => a.twice(|one, other| one.len() != other.len()),
        Phenomenon::LostUpdate => impossible && alone.after.iter().any(|t| t == tables),
        Phenomenon::WriteSkew => {
            let (by_a, by_b) = (alone.changes(0), alone.changes(1));
            impossible && !by_a.is_empty() && !by_b.is_empty() && by_a.is_disjoint(&by_b)
        }
        Phenomenon::Refusal => [a, b].iter().any(|saw| saw.end == End::Undone("40001".into())),
    }
}

/// What a SELECT has answered.
type Rows = [Vec<Option<String>>];

impl Saw {
    /// The same SELECT has been answered in two ways, and `differently` tells in which.
    fn twice(&self, differently: impl Fn(&Rows, &Rows) -> bool) -> bool {
        self.reads.iter().enumerate().any(|(n, (asked, rows))| {
            let mut before = self.reads[..n].iter().filter(|(other, _)| other == asked);
            before.any(|(_, other)| other != rows && differently(other, rows))
        })
    }
}
