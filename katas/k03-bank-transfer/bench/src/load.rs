//! The load: clients with a connection each, every one making one transfer after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bench_lab::panics::PATIENCE;
use bench_lab::transactions::{Sample, Wrong};
use bench_lab::{Point, Trouble};
use k03_given::{Outcome, Transfer};
use postgres_lab::{Access, Database, Template, Unavailable, lab};
use tokio::time::timeout;
use tokio_postgres::{Client, Config, NoTls};

use crate::isolation::Isolation;

/// What each account holds at first: so much that nothing is ever refused.
const BALANCE: i64 = 1 << 40;

const TABLE: &str = "CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL)";

/// A database that nobody else uses meanwhile.
pub struct Bank {
    database: Database,
    control: Client,
}

impl Bank {
    /// # Errors
    /// Where there is no PostgreSQL.
    pub fn open() -> Result<Self, Unavailable> {
        let template = Template::new(TABLE);
        lab::wait(async move {
            let database = Database::lease(&template, Access::Shared).await?;
            let control = database.control().await;
            let control = control.map_err(|error| Unavailable::Broken(error.to_string()))?;
            Ok(Self { database, control })
        })
    }

    /// Which PostgreSQL it is, where it says so.
    pub async fn server(&self) -> Option<String> {
        let row = self.control.query_one("SHOW server_version", &[]).await.ok()?;
        Some(row.get(0))
    }

    /// Opens `point.keys` accounts, lets `point.concurrency` clients transfer for about `time`, and
    /// adds up.
    ///
    /// # Errors
    /// When the code is not written yet, or wrong.
    pub async fn run(
        &self,
        way: Isolation,
        point: Point,
        time: Duration,
    ) -> Result<Sample, Trouble<Wrong>> {
        let before = self.fill(point.keys).await?;
        let lane = self.database.lane();
        let ended = timeout(time + PATIENCE, transfers(&lane, way, point, time)).await;
        // The server counts what a session has done when the session ends.
        self.database.end_sessions("usename = 'lane'").await.map_err(Wrong::refused)?;
        let mut sample = ended.map_err(|_| Trouble::Stuck)??;
        let missing = self.missing().await?;
        if missing != 0 {
            return Err(Wrong::books(format!("{missing:+} in all")).into());
        }
        let aborts = self.rolled_back().await? - before;
        sample.counts.push(u64::try_from(aborts).unwrap_or(0));
        Ok(sample)
    }

    /// So many new accounts; how many transactions were ever rolled back before them.
    async fn fill(&self, accounts: usize) -> Result<i64, Wrong> {
        let rows = format!(
            "TRUNCATE account;
             INSERT INTO account SELECT n, {BALANCE} FROM generate_series(1, {accounts}) n;"
        );
        self.control.batch_execute(&rows).await.map_err(Wrong::refused)?;
        self.rolled_back().await
    }

    async fn missing(&self) -> Result<i64, Wrong> {
        let books = "SELECT sum(balance - $1)::bigint FROM account";
        let row = self.control.query_one(books, &[&BALANCE]).await.map_err(Wrong::refused)?;
        Ok(row.get(0))
    }

    async fn rolled_back(&self) -> Result<i64, Wrong> {
        let sql = "SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()";
        Ok(self.control.query_one(sql, &[]).await.map_err(Wrong::refused)?.get(0))
    }
}

async fn transfers(
    lane: &Config,
    way: Isolation,
    point: Point,
    time: Duration,
) -> Result<Sample, Trouble<Wrong>> {
    let mut clients = Vec::new();
    for _ in 0..point.concurrency {
        // On this runtime: what carries a connection is part of what is measured.
        let (client, connection) = lane.connect(NoTls).await.map_err(Wrong::refused)?;
        tokio::spawn(connection);
        clients.push(client);
    }
    let begin = Instant::now();
    let accounts = i64::try_from(point.keys).unwrap_or(2);
    let attempts = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = (1..)
        .zip(clients)
        .map(|(seed, db)| {
            tokio::spawn(customers(db, way, seed, accounts, begin + time, attempts.clone()))
        })
        .collect();
    let mut sample = Sample::default();
    for task in tasks {
        sample.latencies.extend(task.await??);
    }
    sample.seconds = begin.elapsed().as_secs_f64();
    let done = u64::try_from(sample.latencies.len()).unwrap_or(u64::MAX);
    sample.counts.push(attempts.load(Relaxed).saturating_sub(done));
    sample.latencies.sort_unstable();
    Ok(sample)
}

/// One transfer after the other, until the time is over.
async fn customers(
    mut client: Client,
    way: Isolation,
    seed: i64,
    accounts: i64,
    end: Instant,
    attempts: Arc<AtomicU64>,
) -> Result<Vec<u64>, Wrong> {
    let mut latencies = Vec::new();
    let mut next = seed;
    // Spread over the accounts, the same each time.
    let mut draw = |below: i64| {
        next = next.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (next >> 33).rem_euclid(below)
    };
    loop {
        let asked = Instant::now();
        if asked >= end {
            return Ok(latencies);
        }
        let from = draw(accounts);
        let to = (from + 1 + draw(accounts - 1)) % accounts;
        let t = Transfer { id: 0, from: from + 1, to: to + 1, cents: 1 };
        match way.transfer(&mut client, &t, &attempts).await.map_err(Wrong::refused)? {
            Outcome::Done => {}
            other => return Err(Wrong::refused(format!("{other:?}"))),
        }
        latencies.push(u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
}
