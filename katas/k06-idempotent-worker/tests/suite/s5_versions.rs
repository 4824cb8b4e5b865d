use k06::s5_versions::apply_versioned;
use k06_given::tables::STOCK;
use k06_given::{Delivery, HandleError, StockMoved, Versioned};
use postgres_lab::wire::sessions::{LaneFuture, Ran, Scenario, explore};
use postgres_lab::{Db, is_at_rest};
use suite::cancel::after_polls;
use suite::say::same;
use tokio_postgres::Client;

use crate::deliveries::delivery;
use crate::queries::{anew, cells, numbers, told};
use crate::say::Told;

const ITEMS: &str = "INSERT INTO item VALUES (1, 0, 0), (2, 0, 0)";

/// The item's version and stock, and what is early of it.
const BOOKS: &str = "
    SELECT version, stock, (SELECT count(*) FROM early WHERE early.sku = item.sku)
    FROM item WHERE sku = 1";

/// The same, a line each, with the versions that are early by name.
const NAMED: &str = "
    SELECT 'version', version::text FROM item WHERE sku = 1
    UNION ALL SELECT 'stock', stock::text FROM item WHERE sku = 1
    UNION ALL SELECT 'early', coalesce(string_agg(version::text, ' ' ORDER BY version), 'none')
        FROM early WHERE sku = 1";

/// Movement `version` of this item: 1, 10, 100 or 1000 units, so that each sum tells which.
fn moved(sku: i64, version: i64) -> Delivery<StockMoved> {
    let units = 10_i64.pow(u32::try_from(version - 1).expect("a small version"));
    delivery(&format!("w-{sku}-{version}"), 1, StockMoved { sku, version, units })
}

async fn committed(m: &Delivery<StockMoved>, db: &mut Client) -> Result<Versioned, Told> {
    let tx = db.transaction().await?;
    let applied: Result<Versioned, HandleError> = apply_versioned(m, &tx).await;
    if applied.is_ok() {
        tx.commit().await?;
    }
    applied.map_err(Told::from)
}

/// A version that is in the stock already has no further effect, however it comes again: next to its
/// first time, after others, or long after. And it is no error.
#[suite::test(postgres)]
async fn stale_version_is_ignored(db: Db) {
    use Versioned::{Applied, Stale};
    let (mut client, admin) = (db.client().await, db.admin().await);
    anew(&client, STOCK, ITEMS).await;
    for (version, answer, stock) in [
        (1, Applied, 1),
        (1, Stale, 1),
        (2, Applied, 11),
        (1, Stale, 11),
        (3, Applied, 111),
        (2, Stale, 111),
    ] {
        let what = format!("`apply_versioned`, version {version}");
        same(&what, committed(&moved(1, version), &mut client).await, Ok(answer));
        is_at_rest(&what, &client, &admin).await;
        let saw = numbers(&admin, "SELECT stock FROM item ORDER BY sku").await;
        same(format!("{what}; the stock of items 1 and 2"), saw, vec![vec![stock], vec![0]]);
    }
    let saw = committed(&moved(7, 1), &mut client).await;
    same("`apply_versioned`, an item that there is not", saw, Err(Told::new("Unknown")));
}

/// Whatever order four movements come in, and each three times: at the end all four are in the stock, once,
/// and at any time those that are there without a gap. Movements of another item are another matter.
#[suite::test(postgres)]
async fn early_version_is_not_lost(db: Db) {
    let (mut client, admin) = (db.client().await, db.admin().await);
    for order in orders() {
        anew(&client, STOCK, ITEMS).await;
        let mut come = Vec::new();
        // Each comes again at once, and all of them once more at the end.
        for &version in order.iter().flat_map(|version| [version; 2]).chain(&order) {
            let what = format!("`apply_versioned`, versions {come:?} have come, now {version}");
            let before = without_gap(&come);
            let twice = come.contains(&version);
            come.push(version);
            let after = without_gap(&come);
            let expected = match version {
                version if version <= before => Versioned::Stale,
                _ if after > before => Versioned::Applied,
                _ => Versioned::Early,
            };
            same(&what, committed(&moved(1, version), &mut client).await, Ok(expected));
            let stock: i64 = (0..after).map(|v| 10_i64.pow(u32::try_from(v).expect("small"))).sum();
            let mut early: Vec<i64> = come.iter().copied().filter(|v| *v > after).collect();
            early.sort_unstable();
            early.dedup();
            let count = i64::try_from(early.len()).expect("small");
            let saw = numbers(&admin, BOOKS).await;
            let what =
                format!("{what}{}; version, stock, early", if twice { " again" } else { "" });
            same(what, saw, vec![vec![after, stock, count]]);
        }
        let other = numbers(&admin, "SELECT version, stock FROM item WHERE sku = 2").await;
        same("Version and stock of item 2, of which nothing came", other, vec![vec![0, 0]]);
    }
    anew(&client, STOCK, ITEMS).await;
    for (m, answer) in [
        (moved(2, 2), Versioned::Early),
        (moved(1, 1), Versioned::Applied),
        (moved(2, 1), Versioned::Applied),
    ] {
        let what = format!("`apply_versioned`, {:?}", m.body);
        same(what, committed(&m, &mut client).await, Ok(answer));
    }
    let books = numbers(&admin, "SELECT version, stock FROM item ORDER BY sku").await;
    same("Version and stock of items 1 and 2", books, vec![vec![1, 1], vec![2, 11]]);
}

/// Up to which version all have come.
fn without_gap(come: &[i64]) -> i64 {
    (1..=4).take_while(|version| come.contains(version)).last().unwrap_or(0)
}

/// All orders of versions 1 to 4.
fn orders() -> Vec<Vec<i64>> {
    let mut orders = vec![Vec::new()];
    for version in 1..=4 {
        orders = orders
            .into_iter()
            .flat_map(|order: Vec<i64>| {
                (0..=order.len()).map(move |at| {
                    let mut order = order.clone();
                    order.insert(at, version);
                    order
                })
            })
            .collect();
    }
    orders
}

/// A scenario in which each of these is handled by a worker of its own, A, B, C.
fn workers(versions: &'static [(i64, i64)]) -> Scenario {
    let scenario = Scenario::new(STOCK, ITEMS).state(NAMED);
    ["A", "B", "C"].iter().zip(versions).fold(scenario, |scenario, (lane, &(sku, version))| {
        let name = format!("{lane}: version {version} of item {sku}");
        scenario.lane(&name, move |db| -> LaneFuture<'_, Versioned, Told> {
            Box::pin(async move { committed(&moved(sku, version), db).await })
        })
    })
}

/// Version, stock, and what is early.
fn books_are(expected: [&'static str; 3]) -> impl Fn(&Ran) -> Result<(), String> {
    move |ran| {
        let saw: Vec<&str> = cells(ran).iter().map(|row| row[1]).collect();
        let errors = ["A", "B"].iter().any(|lane| told(ran, lane).starts_with("Err"));
        if saw == expected && !errors {
            return Ok(());
        }
        Err(format!(
            "All of them have committed.\n\
             Expected: version {}, stock {}, early {}, and no error\n\
             Saw:      version {}, stock {}, early {}; A {}, B {}",
            expected[0],
            expected[1],
            expected[2],
            saw[0],
            saw[1],
            saw[2],
            told(ran, "A"),
            told(ran, "B")
        ))
    }
}

/// Two workers have two versions of one item at once. The one that is early looks before the other
/// has committed, and the other looks before the early one is there: whoever is last must find it.
#[suite::test]
fn early_version_is_not_lost_between_two_workers() {
    explore(workers(&[(1, 1), (1, 2)]).check(books_are(["2", "11", "none"])));
    explore(workers(&[(1, 2), (1, 3)]).check(books_are(["0", "0", "2 3"])));
}

/// Three at once, of which the first closes the gap.
#[suite::test]
fn three_workers_leave_no_gap() {
    explore(workers(&[(1, 1), (1, 2), (1, 3)]).check(books_are(["3", "111", "none"])));
}

/// The same version with two workers is applied once.
#[suite::test]
fn same_version_twice_at_once_applies_once() {
    explore(workers(&[(1, 1), (1, 1)]).check(books_are(["1", "1", "none"])));
    explore(workers(&[(1, 2), (1, 2)]).check(books_are(["0", "0", "2"])));
}

/// Whoever moves another item does not wait.
#[suite::test]
fn other_items_do_not_wait() {
    explore(workers(&[(1, 1), (2, 1)]).check(|ran| match ran.first_wait() {
        None => books_are(["1", "1", "none"])(ran),
        Some(wait) => {
            Err(format!("A moves item 1, B item 2.\nExpected: nobody waits\nSaw:      {wait}"))
        }
    }));
}

/// A worker that is stopped at any of its awaits has rolled back, and the message can be handled
/// anew.
#[suite::test(postgres)]
async fn dropped_handler_leaves_nothing(db: Db) {
    let _exploring = suite::exploring();
    let (mut client, admin) = (db.client_here().await, db.admin().await);
    let early = "INSERT INTO early VALUES (1, 2, 10), (1, 3, 100)";
    let m = moved(1, 1);
    for polls in 0.. {
        anew(&client, STOCK, &format!("{ITEMS}; {early}")).await;
        let ended = {
            let tx = client.transaction().await.expect("a transaction");
            after_polls(polls, apply_versioned(&m, &tx)).await
        };
        let what =
            format!("`apply_versioned` is dropped after poll {polls}, or done, and rolled back");
        is_at_rest(&what, &client, &admin).await;
        let saw = committed(&m, &mut client).await;
        same(format!("{what}; then it comes again"), saw, Ok(Versioned::Applied));
        let saw = numbers(&admin, BOOKS).await;
        same(format!("{what}; version, stock, early"), saw, vec![vec![3, 111, 0]]);
        if let Some(ended) = ended {
            let what = "`apply_versioned`, not dropped";
            return same(what, ended.map_err(Told::from), Ok(Versioned::Applied));
        }
    }
}
