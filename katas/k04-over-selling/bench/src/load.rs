//! The load: clients with a connection each, every one buying one unit after the other.

use std::time::{Duration, Instant};

use bench_lab::panics::PATIENCE;
use bench_lab::transactions::{Sample, Wrong};
use bench_lab::{Point, Trouble};
use k04_given::Buy;
use k04_given::tables::SHOP;
use postgres_lab::{Access, Database, Template, Unavailable, lab};
use tokio::time::timeout;
use tokio_postgres::{Client, Config, NoTls};

use crate::strategy::Strategy;

/// What each item has at first: so much that nothing is ever sold out.
const STOCK: i64 = 1 << 40;

/// Counts UPDATEs of items, also those that change nothing or are undone: a sequence forgets
/// nothing.
const COUNTER: &str = "
    CREATE SEQUENCE asked;
    CREATE FUNCTION count_it() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM nextval('asked'); RETURN NULL; END $$;
    CREATE TRIGGER count_it BEFORE UPDATE ON item FOR EACH STATEMENT EXECUTE FUNCTION count_it();";

/// A database that nobody else uses meanwhile.
pub struct Shop {
    database: Database,
    control: Client,
}

impl Shop {
    /// # Errors
    /// Where there is no PostgreSQL.
    pub fn open() -> Result<Self, Unavailable> {
        let template = Template::new(format!("{SHOP} {COUNTER}"));
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

    /// Fills the shop with `point.keys` items, lets `point.concurrency` clients buy for about
    /// `time`, and adds up.
    ///
    /// # Errors
    /// When the code is not written yet, or wrong.
    pub async fn run(
        &self,
        strategy: Strategy,
        point: Point,
        time: Duration,
    ) -> Result<Sample, Trouble<Wrong>> {
        let before = self.fill(point.keys).await?;
        let lane = self.database.lane();
        let ended = timeout(time + PATIENCE, buy(&lane, strategy, point, time)).await;
        // The server counts what a session has done when the session ends.
        self.database.end_sessions("usename = 'lane'").await.map_err(Wrong::refused)?;
        let mut sample = ended.map_err(|_| Trouble::Stuck)??;
        let (taken, booked, asked) = self.books().await?;
        let told = i64::try_from(sample.latencies.len()).unwrap_or(i64::MAX);
        if (taken, booked) != (told, told) {
            let books = format!("told {told}, taken {taken}, booked {booked}");
            return Err(Wrong::books(books).into());
        }
        let (retries, aborts) = (asked - told, self.rolled_back().await? - before);
        sample.counts = [retries, aborts].map(|n| u64::try_from(n).unwrap_or(0)).to_vec();
        Ok(sample)
    }

    /// So many new items; how many transactions were ever rolled back before them.
    async fn fill(&self, items: usize) -> Result<i64, Wrong> {
        let rows = format!(
            "TRUNCATE item, sale; SELECT setval('asked', 1, false);
             INSERT INTO item (sku, stock) SELECT n, {STOCK} FROM generate_series(1, {items}) n;"
        );
        self.control.batch_execute(&rows).await.map_err(Wrong::refused)?;
        self.rolled_back().await
    }

    /// Units that were taken, units that were booked, UPDATEs that were asked for.
    async fn books(&self) -> Result<(i64, i64, i64), Wrong> {
        let books = "SELECT (SELECT sum($1 - stock)::bigint FROM item), \
                     (SELECT coalesce(sum(units), 0)::bigint FROM sale), \
                     (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM asked)";
        let row = self.control.query_one(books, &[&STOCK]).await.map_err(Wrong::refused)?;
        Ok((row.get(0), row.get(1), row.get(2)))
    }

    async fn rolled_back(&self) -> Result<i64, Wrong> {
        let sql = "SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()";
        Ok(self.control.query_one(sql, &[]).await.map_err(Wrong::refused)?.get(0))
    }
}

async fn buy(
    lane: &Config,
    strategy: Strategy,
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
    let items = i64::try_from(point.keys).unwrap_or(1);
    let tasks: Vec<_> = (1..)
        .zip(clients)
        .map(|(buyer, client)| tokio::spawn(buys(client, strategy, buyer, items, begin + time)))
        .collect();
    let mut sample = Sample::default();
    for task in tasks {
        sample.latencies.extend(task.await??);
    }
    sample.seconds = begin.elapsed().as_secs_f64();
    sample.latencies.sort_unstable();
    Ok(sample)
}

/// One customer after the other, until the time is over.
async fn buys(
    mut client: Client,
    strategy: Strategy,
    buyer: i64,
    items: i64,
    end: Instant,
) -> Result<Vec<u64>, Wrong> {
    let mut latencies = Vec::new();
    let mut next = buyer;
    loop {
        let asked = Instant::now();
        if asked >= end {
            return Ok(latencies);
        }
        // Spread over the items, the same each time.
        next = next.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let sku = 1 + (next >> 33).rem_euclid(items);
        let order = Buy { buyer, sku, units: 1 };
        strategy.buy(&mut client, &order).await.map_err(Wrong::refused)?;
        latencies.push(u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
}
