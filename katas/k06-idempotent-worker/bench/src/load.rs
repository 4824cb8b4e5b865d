//! The load: workers with a connection each, every one handling one message after the other, of
//! which some have been there before.

use std::time::{Duration, Instant};

use bench_lab::panics::PATIENCE;
use bench_lab::transactions::{Sample, Wrong};
use bench_lab::{Point, Trouble};
use k06_given::tables::LEDGER;
use k06_given::{Captured, Delivery, DeliveryTag, Handled, Headers, MessageId};
use postgres_lab::{Access, Database, Template, Unavailable, lab};
use tokio::time::timeout;
use tokio_postgres::{Client, Config, NoTls};

use crate::way::Memory;

const CENTS: i64 = 250;

/// So many that workers seldom wait for each other's merchant.
const MERCHANTS: i64 = 1000;

/// A duplicate is one of a worker's last so many messages.
const RECENT: u64 = 1000;

/// So many marks are written to see what one takes.
const MARKS: i64 = 20_000;

/// A database that nobody else uses meanwhile.
pub struct Ledger {
    database: Database,
    control: Client,
}

/// What one worker has done.
#[derive(Default)]
struct Work {
    /// Of each message that was not a duplicate.
    latencies: Vec<u64>,
    duplicates: u64,
}

impl Ledger {
    /// # Errors
    /// Where there is no PostgreSQL.
    pub fn open() -> Result<Self, Unavailable> {
        let template = Template::new(LEDGER);
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

    /// How many bytes a mark takes, its place in the index included.
    ///
    /// # Errors
    /// PostgreSQL's own.
    pub async fn growth(&self) -> Result<i64, tokio_postgres::Error> {
        let ids = "INSERT INTO inbox SELECT gen_random_uuid()::text FROM generate_series(1, $1)";
        self.control.batch_execute("TRUNCATE inbox").await?;
        self.control.execute(ids, &[&i32::try_from(MARKS).unwrap_or(i32::MAX)]).await?;
        let size = "SELECT pg_total_relation_size('inbox')";
        let bytes: i64 = self.control.query_one(size, &[]).await?.get(0);
        Ok(bytes / MARKS)
    }

    /// Lets `point.concurrency` workers handle messages for about `time`, of which `point.keys` in a
    /// hundred are duplicates, and adds up.
    ///
    /// # Errors
    /// When the code is not written yet, or wrong.
    pub async fn run(
        &self,
        memory: Memory,
        point: Point,
        time: Duration,
    ) -> Result<Sample, Trouble<Wrong>> {
        self.fill().await?;
        let lane = self.database.lane();
        let ended = timeout(time + PATIENCE, work(&lane, memory, point, time)).await;
        self.database.end_sessions("usename = 'lane'").await.map_err(Wrong::refused)?;
        let sample = ended.map_err(|_| Trouble::Stuck)??;
        let (paid, marked) = self.books().await?;
        let told = i64::try_from(sample.latencies.len()).unwrap_or(i64::MAX);
        // Who remembers nothing pays for duplicates, too, and says so by its name.
        if memory == Memory::Inbox && (paid, marked) != (told, told) {
            let books = format!("told {told}, paid {paid}, marked {marked}");
            return Err(Wrong::books(books).into());
        }
        Ok(sample)
    }

    async fn fill(&self) -> Result<(), Wrong> {
        let rows = format!(
            "TRUNCATE merchant, inbox;
             INSERT INTO merchant SELECT n, 0 FROM generate_series(1, {MERCHANTS}) n;"
        );
        self.control.batch_execute(&rows).await.map_err(Wrong::refused)
    }

    /// Payments that were made, and marks.
    async fn books(&self) -> Result<(i64, i64), Wrong> {
        let books = "SELECT (SELECT sum(balance)::bigint / $1 FROM merchant), \
                     (SELECT count(*) FROM inbox)";
        let row = self.control.query_one(books, &[&CENTS]).await.map_err(Wrong::refused)?;
        Ok((row.get(0), row.get(1)))
    }
}

async fn work(
    lane: &Config,
    memory: Memory,
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
    let tasks: Vec<_> = (1..)
        .zip(clients)
        .map(|(worker, client)| {
            tokio::spawn(handles(client, memory, worker, point.keys, begin + time))
        })
        .collect();
    let (mut sample, mut duplicates) = (Sample::default(), 0);
    for task in tasks {
        let done = task.await??;
        sample.latencies.extend(done.latencies);
        duplicates += done.duplicates;
    }
    sample.counts = vec![duplicates];
    sample.seconds = begin.elapsed().as_secs_f64();
    sample.latencies.sort_unstable();
    Ok(sample)
}

/// One message after the other, until the time is over.
async fn handles(
    mut client: Client,
    memory: Memory,
    worker: u64,
    percent: usize,
    end: Instant,
) -> Result<Work, Wrong> {
    let mut done = Work::default();
    let mut chance = worker;
    let mut new = 0_u64;
    for tag in 1.. {
        let asked = Instant::now();
        if asked >= end {
            break;
        }
        // The same each time.
        chance =
            chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let duplicate = new > 0 && (chance >> 33) % 100 < percent as u64;
        let number = if duplicate {
            new - (chance >> 40) % new.min(RECENT)
        } else {
            new += 1;
            new
        };
        let m = message(worker, number, tag);
        let handled = memory.handle(&mut client, &m).await.map_err(Wrong::refused)?;
        let told_new = handled == Handled::Applied;
        if !duplicate && !told_new || duplicate && told_new && memory == Memory::Inbox {
            return Err(Wrong::refused(format!("{handled:?} for {}", m.id)));
        }
        if duplicate {
            done.duplicates += 1;
        } else {
            done.latencies.push(u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX));
        }
    }
    Ok(done)
}

/// A message of this worker's.
fn message(worker: u64, number: u64, tag: u64) -> Delivery<Captured> {
    let merchant = 1 + i64::try_from(number * 31 + worker * 7).unwrap_or(0) % MERCHANTS;
    Delivery {
        id: MessageId::new(format!("{worker:08x}-0000-4000-8000-{number:012x}")),
        headers: Headers::new(),
        body: Captured { merchant, cents: CENTS },
        tag: DeliveryTag(tag),
        redelivered: false,
        deliveries: Some(1),
    }
}
