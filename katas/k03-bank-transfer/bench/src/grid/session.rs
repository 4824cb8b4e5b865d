//! A session of a scene: what it says, and what it was answered.

use std::sync::{Arc, Mutex, PoisonError};

use postgres_lab::wire::sessions::LaneFuture;
use tokio_postgres::{Client, Error, IsolationLevel, Transaction};

/// Rows as id and value, in the order of their ids.
pub type Rows = Vec<(i32, i32)>;

/// The statements between BEGIN and the end.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    pub says: &'static [&'static str],
    pub commits: bool,
}

/// What came of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Saw {
    /// What each SELECT gave.
    pub reads: Vec<Rows>,
    pub committed: bool,
}

/// What each session saw in the schedule that has run last. Lanes hand their values to a check as
/// text only.
#[derive(Debug, Clone, Default)]
pub struct Seen(Arc<Mutex<Vec<Option<Saw>>>>);

impl Seen {
    /// Everything as before the first schedule.
    pub fn forget(&self, sessions: usize) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = vec![None; sessions];
    }

    /// By session; nothing if one of them has not ended.
    pub fn all(&self) -> Option<Vec<Saw>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn put(&self, session: usize, saw: Saw) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)[session] = Some(saw);
    }
}

impl Session {
    pub const fn commits(says: &'static [&'static str]) -> Self {
        Self { says, commits: true }
    }

    pub const fn rolls_back(says: &'static [&'static str]) -> Self {
        Self { says, commits: false }
    }

    /// A lane that is this session at this level.
    pub fn lane(
        self,
        number: usize,
        level: IsolationLevel,
        seen: &Seen,
    ) -> impl for<'a> Fn(&'a mut Client) -> LaneFuture<'a, &'static str, Error> + Send + Sync + 'static
    {
        let seen = seen.clone();
        move |db| {
            let seen = seen.clone();
            Box::pin(async move {
                let mut saw = Saw::default();
                let told = match self.run(db, level, &mut saw.reads).await {
                    Ok(()) if self.commits => {
                        saw.committed = true;
                        "committed"
                    }
                    Ok(()) => "rolled back",
                    Err(error) if is_undone(&error) => "undone",
                    Err(error) => return Err(error),
                };
                seen.put(number, saw);
                Ok(told)
            })
        }
    }

    async fn run(
        self,
        db: &mut Client,
        level: IsolationLevel,
        reads: &mut Vec<Rows>,
    ) -> Result<(), Error> {
        let tx = db.build_transaction().isolation_level(level).start().await?;
        for statement in self.says {
            if statement.starts_with("SELECT") {
                reads.push(read(&tx, statement).await?);
            } else {
                tx.execute(*statement, &[]).await?;
            }
        }
        if self.commits { tx.commit().await } else { tx.rollback().await }
    }
}

async fn read(tx: &Transaction<'_>, statement: &str) -> Result<Rows, Error> {
    let rows = tx.query(statement, &[]).await?;
    let mut rows: Rows = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    rows.sort_unstable();
    Ok(rows)
}

/// PostgreSQL has refused it because of the others: that is how it prevents something.
fn is_undone(error: &Error) -> bool {
    error.code().is_some_and(|code| ["40001", "40P01"].contains(&code.code()))
}
