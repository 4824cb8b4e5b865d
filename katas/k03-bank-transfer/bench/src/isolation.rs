//! The isolation levels that are measured: a transfer as it has to be written at each, run by the
//! learner's `in_transaction`.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use bench_lab::Way;
use k03::s5_retry::in_transaction;
use k03_given::{Outcome, Transfer, TxError};
use tokio_postgres::{Client, Error, IsolationLevel, Transaction};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// READ COMMITTED: what is read has to be locked.
    Locked,
    /// REPEATABLE READ: it reads, computes and writes, and may be refused.
    Snapshot,
    /// SERIALIZABLE: the same.
    Serializable,
}

/// So many that none of them is ever used up.
const ATTEMPTS: u32 = 1_000_000;

impl Way for Isolation {
    const ALL: &'static [Self] = &[Self::Locked, Self::Snapshot, Self::Serializable];

    /// The name of its level.
    fn key(self) -> &'static str {
        match self {
            Self::Locked => "READ COMMITTED",
            Self::Snapshot => "REPEATABLE READ",
            Self::Serializable => "SERIALIZABLE",
        }
    }
}

impl Isolation {
    fn level(self) -> IsolationLevel {
        match self {
            Self::Locked => IsolationLevel::ReadCommitted,
            Self::Snapshot => IsolationLevel::RepeatableRead,
            Self::Serializable => IsolationLevel::Serializable,
        }
    }

    /// Makes the transfer, and counts into `attempts` how often it was begun.
    pub async fn transfer(
        self,
        db: &mut Client,
        t: &Transfer,
        attempts: &AtomicU64,
    ) -> Result<Outcome, TxError> {
        let t = *t;
        in_transaction(db, self.level(), ATTEMPTS, |tx| {
            attempts.fetch_add(1, Relaxed);
            Box::pin(async move { Ok(self.moves(tx, &t).await?) })
        })
        .await
    }

    async fn moves(self, tx: &Transaction<'_>, t: &Transfer) -> Result<Outcome, Error> {
        let read = match self {
            Self::Locked => {
                "SELECT id, balance FROM account WHERE id IN ($1, $2) ORDER BY id FOR NO KEY UPDATE"
            }
            _ => "SELECT id, balance FROM account WHERE id IN ($1, $2) ORDER BY id",
        };
        let rows = tx.query(read, &[&t.from, &t.to]).await?;
        if rows.len() < 2 {
            return Ok(Outcome::UnknownAccount);
        }
        for row in &rows {
            let (id, balance): (i64, i64) = (row.get(0), row.get(1));
            let rest = if id == t.from { balance - t.cents } else { balance + t.cents };
            tx.execute("UPDATE account SET balance = $2 WHERE id = $1", &[&id, &rest]).await?;
        }
        Ok(Outcome::Done)
    }
}
