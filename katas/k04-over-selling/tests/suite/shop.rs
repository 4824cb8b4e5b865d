//! What every way to sell must do: steps 2, 3 and 4 ask the same.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use k04_given::tables::SHOP;
use k04_given::{Buy, BuyError, Sale};
use postgres_lab::wire::sessions::{Ran, Scenario, explore, in_turns};
use postgres_lab::{Db, is_at_rest};
use protocol::{Outcome, Status};
use suite::say::{holds, same};
use tokio_postgres::Client;

use crate::queries::{anew, numbers};
use crate::say::Told;

/// What a learner's function promises.
pub type Selling<'a> = Pin<Box<dyn Future<Output = Result<Sale, BuyError>> + Send + 'a>>;

/// A learner's function, and its name.
#[derive(Clone, Copy)]
pub struct Way {
    pub name: &'static str,
    pub buy: for<'a> fn(&'a mut Client, &'a Buy) -> Selling<'a>,
}

/// Customer 1 is A, customer 2 is B.
const BOOKS: &str = "
    SELECT 'stock', stock FROM item WHERE sku = 1
    UNION ALL SELECT 'sold to A', coalesce(sum(units), 0)::bigint FROM sale WHERE buyer = 1
    UNION ALL SELECT 'sold to B', coalesce(sum(units), 0)::bigint FROM sale WHERE buyer = 2";

const AND_C: &str =
    " UNION ALL SELECT 'sold to C', coalesce(sum(units), 0)::bigint FROM sale WHERE buyer = 3";

/// Of item 1.
pub const fn wants(buyer: i64, units: i64) -> Buy {
    Buy { buyer, sku: 1, units }
}

/// So much of item 1, and another item.
fn stock(units: i64) -> String {
    format!("INSERT INTO item (sku, stock) VALUES (1, {units}), (2, 5)")
}

/// A scenario in which each of these customers calls `way`; the first one is A.
pub fn customers(way: Way, start: i64, buys: &[Buy]) -> Scenario {
    let lanes = ["A", "B", "C"];
    let third = if buys.len() == 3 { AND_C } else { "" };
    let mut scenario = Scenario::new(SHOP, &stock(start)).state(&format!("{BOOKS}{third}"));
    for (lane, buy) in lanes.into_iter().zip(buys) {
        scenario = joined(scenario, lane, way, *buy);
    }
    scenario
}

fn joined(scenario: Scenario, lane: &str, way: Way, b: Buy) -> Scenario {
    let name = format!("{lane}: {}, {} wanted", way.name, b.units);
    scenario
        .lane(&name, move |db| Box::pin(async move { (way.buy)(db, &b).await.map_err(Told::from) }))
}

/// In every order the ending is that of one customer after the other, `sales` of them get what they
/// want, and what they were told is what the books say.
pub fn one_after_another(way: Way, start: i64, buys: &'static [Buy], sales: usize) {
    explore(
        customers(way, start, buys)
            .serializable_outcome()
            .check(move |ran| booked(ran, start, buys, sales)),
    );
}

pub fn two_buyers_one_unit(way: Way) {
    one_after_another(way, 1, const { &[wants(1, 1), wants(2, 1)] }, 1);
}

/// There is enough for both, and whoever compares versions sees that the item has changed twice.
pub fn two_buyers_two_units(way: Way) {
    const BUYS: &[Buy] = &[wants(1, 1), wants(2, 1)];
    explore(
        customers(way, 2, BUYS)
            .serializable_outcome()
            .check(|ran| booked(ran, 2, BUYS, 2))
            .invariant("each sale has raised the version", RAISED),
    );
}

/// And what is to be seen.
const RAISED: &str = "
    SELECT version >= sales, format(E'Expected: version %s of item 1\\nSaw:      version %s',
        sales, version)
    FROM item, (SELECT count(*) AS sales FROM sale) AS sold WHERE sku = 1";

/// A and B want different items. One schedule will do: each statement of B comes between two of A,
/// so whatever one of them holds, the other one meets.
pub fn other_items(way: Way) {
    const BUYS: &[Buy] = &[wants(1, 1), Buy { buyer: 2, sku: 2, units: 1 }];
    let each = |ran: &Ran| {
        let what = "A buys item 1, B buys item 2.";
        if let Some(wait) = ran.first_wait() {
            return Err(format!("{what}\nExpected: nobody waits\nSaw:      {wait}"));
        }
        match books(ran)[..] {
            [2, 1, 1] => Ok(()),
            ref books => Err(format!(
                "{what}\n\
                 Expected: [2, 1, 1] (stock of item 1, sold to A, to B)\nSaw:      {books:?}"
            )),
        }
    };
    in_turns(customers(way, 3, BUYS).every_lane_succeeds().check(each));
}

pub fn stock_plus_sales(way: Way) {
    one_after_another(way, 3, const { &[wants(1, 2), wants(2, 2)] }, 1);
}

/// B is a program of its own that sells from the same tables, with versions; it has nothing in
/// common with A but the database.
pub fn two_instances(way: Way) {
    const BUYS: &[Buy] = &[wants(1, 1), wants(2, 1)];
    let first = Arc::new(AtomicBool::new(false));
    let seen = first.clone();
    explore(
        customers(way, 1, &BUYS[..1])
            .lane("B: another service, 1 wanted", |db| Box::pin(another_service(db)))
            .serializable_outcome()
            .check(move |ran| {
                seen.fetch_or(told(ran, "A").starts_with("Ok("), Relaxed);
                booked(ran, 1, BUYS, 1)
            }),
    );
    let what = format!("One unit; `{}` meets another service", way.name);
    let saw = "it gets it in no order";
    holds(what, "it gets the unit if it comes first", saw, first.load(Relaxed));
}

/// B changes something else about the item, and raises its version. `way` has one attempt; where B
/// comes between its look and its change, it is lost, although the stock is what it was.
pub fn notices_any_change(way: Way) {
    let noticed = Arc::new(AtomicBool::new(false));
    let seen = noticed.clone();
    explore(
        customers(way, 1, &[wants(1, 1)])
            .lane("B: another service, a new price", |db| {
                Box::pin(async move {
                    let change = "UPDATE item SET version = version + 1 WHERE sku = 1";
                    db.execute(change, &[]).await
                })
            })
            .check(move |ran| {
                seen.fetch_or(!told(ran, "A").starts_with("Ok("), Relaxed);
                Ok(())
            }),
    );
    let what = format!("`{}` with one attempt; another service raises the version only", way.name);
    let (expected, saw) = ("in some order the attempt is lost", "it is lost in no order");
    holds(what, expected, saw, noticed.load(Relaxed));
}

/// Looks, decides, and writes only if the version is still the one that it has seen.
async fn another_service(db: &mut Client) -> Result<Sale, Told> {
    loop {
        let look = "SELECT stock, version FROM item WHERE sku = 1 AND stock >= 1";
        let Some(row) = db.query_opt(look, &[]).await? else {
            return Err(BuyError::SoldOut.into());
        };
        let (left, version) = (row.get::<_, i64>(0) - 1, row.get::<_, i64>(1));
        let tx = db.transaction().await?;
        let take = "UPDATE item SET stock = $1, version = version + 1 \
                    WHERE sku = 1 AND version = $2";
        if tx.execute(take, &[&left, &version]).await? == 1 {
            tx.execute("INSERT INTO sale (buyer, sku, units) VALUES (2, 1, 1)", &[]).await?;
            tx.commit().await?;
            return Ok(Sale { sku: 1, units: 1, left });
        }
        tx.rollback().await?;
    }
}

/// The process dies, or its connection ends, around any statement.
pub fn crash_anywhere(way: Way) {
    const BUYS: &[Buy] = &[wants(1, 2)];
    let scenario = || customers(way, 3, BUYS).faults(1);
    explore(scenario().check(|ran| whole(ran, told(ran, "A"))));
    explore(scenario().crashes().check(|ran| whole(ran, "")));
}

/// All of A's two units of three, or none; whoever was told that they are sold finds them sold.
fn whole(ran: &Ran, told: &str) -> Result<(), String> {
    let [stock, sold, ..] = books(ran)[..] else { return Err("No books.".to_owned()) };
    let sure = told.starts_with("Ok(");
    let refused = told == "Err(SoldOut)" || told == "Err(Contended)";
    if !refused && ((stock, sold) == (1, 2) || (stock, sold) == (3, 0) && !sure) {
        return Ok(());
    }
    let expected = match (sure, refused) {
        (true, _) => "stock 1, sold 2",
        (_, true) => "a sale, or PostgreSQL's own error",
        _ => "stock 1, sold 2, or stock 3, sold 0",
    };
    let told = if told.is_empty() { "nothing" } else { told };
    Err(format!(
        "A wants 2 of 3 and was told {told}.\n\
         Expected: {expected}\nSaw:      stock {stock}, sold {sold}"
    ))
}

/// A caller that goes away at any of its awaits.
pub async fn dropped_anywhere(db: &Db, way: Way) {
    postgres_lab::dropped_anywhere(
        way.name,
        &mut (db.client_here().await, db.admin().await),
        async |(client, _)| anew(client, SHOP, &stock(3)).await,
        async |(client, _)| (way.buy)(client, &wants(1, 2)).await,
        async |(_, admin), what, ended| {
            let saw = numbers(admin, IN_ALL).await;
            let (all, nothing) = (vec![vec![1, 2]], vec![vec![3, 0]]);
            let expected = if ended.is_none() { "all of it or nothing" } else { "all of it" };
            let fits = saw == all || saw == nothing && ended.is_none();
            holds(format!("{what}: stock and sold"), expected, format!("{saw:?}"), fits);
            if let Some(ended) = ended {
                let sale = Sale { sku: 1, units: 2, left: 1 };
                same(what, ended.map_err(Told::from), Ok(sale));
            }
        },
    )
    .await;
}

/// Refusals, and the last unit.
pub async fn zero_rows_is_sold_out(db: &Db, way: Way) {
    let (mut client, admin) = (db.client().await, db.admin().await);
    anew(&client, SHOP, "INSERT INTO item (sku, stock) VALUES (1, 3), (2, 0), (3, 9)").await;
    let sold_out = || Err(Told::new("SoldOut"));
    let sale = |units, left| Ok(Sale { sku: 1, units, left });
    for (sku, units, answer, stock, sales) in [
        (2, 1, sold_out(), 3, &[][..]),
        (7, 1, sold_out(), 3, &[]),
        (1, 4, sold_out(), 3, &[]),
        (1, 2, sale(2, 1), 1, &[[8, 1, 2]]),
        (1, 2, sold_out(), 1, &[[8, 1, 2]]),
        (1, 1, sale(1, 0), 0, &[[8, 1, 1], [8, 1, 2]]),
        (1, 1, sold_out(), 0, &[[8, 1, 1], [8, 1, 2]]),
    ] {
        let what = format!("`{}`: customer 8 wants {units} of item {sku}", way.name);
        let saw = (way.buy)(&mut client, &Buy { buyer: 8, sku, units }).await;
        same(&what, saw.map_err(Told::from), answer);
        is_at_rest(&what, &client, &admin).await;
        let items = numbers(&admin, "SELECT sku, stock FROM item ORDER BY sku").await;
        let left = [[1, stock], [2, 0], [3, 9]].map(Vec::from).to_vec();
        same(format!("{what}; items and their stock afterwards"), items, left);
        let saw = numbers(&admin, "SELECT buyer, sku, units FROM sale ORDER BY 1, 2, 3").await;
        let sales: Vec<_> = sales.iter().copied().map(Vec::from).collect();
        same(format!("{what}; sales (buyer, item, units) afterwards"), saw, sales);
    }
}

/// One customer after the other, and what those who compare versions see of it.
pub async fn raises_the_version(db: &Db, way: Way) {
    let (mut client, admin) = (db.client().await, db.admin().await);
    anew(&client, SHOP, &stock(5)).await;
    for sales in [1, 2] {
        let answer = (way.buy)(&mut client, &wants(8, 1)).await;
        let what = format!("`{}`, sale {sales} of item 1", way.name);
        same(&what, answer.is_ok(), true);
        let version = numbers(&admin, "SELECT version FROM item WHERE sku = 1").await[0][0];
        if version < sales {
            // What is missing is a word of theirs, and no line of this file shows it.
            suite::fail(Outcome::new(
                Status::Fail,
                format!(
                    "{what}: its UPDATE of `item` must set `version = version + 1`, too.\n\
                     Expected: version {sales}\nSaw:      version {version}"
                ),
            ));
        }
    }
}

/// Stock, and units sold.
pub const IN_ALL: &str = "SELECT (SELECT stock FROM item WHERE sku = 1), \
                      (SELECT coalesce(sum(units), 0)::bigint FROM sale)";

/// What the lane's caller was told; nothing where its process died.
pub fn told<'a>(ran: &'a Ran, lane: &str) -> &'a str {
    ran.returned(lane).map_or("", |returned| returned.text.as_str())
}

/// Stock, and what was sold to A, B, C.
pub fn books(ran: &Ran) -> Vec<i64> {
    let number = |line: &str| line.split('\t').nth(1)?.parse().ok();
    ran.state().lines().map(|line| number(line).unwrap_or(i64::MIN)).collect()
}

/// What the customers were told is in the books, stock plus sales is what there was, and as many
/// customers as possible are happy.
pub fn booked(ran: &Ran, start: i64, buys: &[Buy], sales: usize) -> Result<(), String> {
    let (books, mut happy) = (books(ran), 0);
    for (lane, (buy, sold)) in ["A", "B", "C"].into_iter().zip(buys.iter().zip(&books[1..])) {
        let told = told(ran, lane);
        let units = match told {
            "Err(SoldOut)" => 0,
            ok if ok.starts_with("Ok(") => {
                happy += 1;
                buy.units
            }
            other => {
                return Err(format!(
                    "{lane} wants {} and is disturbed by nothing but another customer.\n\
                     Expected: a sale, or Err(SoldOut)\nSaw:      {other}",
                    buy.units
                ));
            }
        };
        if units != *sold {
            return Err(format!(
                "{lane} was told {told}.\nExpected: {units} sold to {lane}\nSaw:      {sold}"
            ));
        }
    }
    let (stock, sold) = (books[0], books[1..].iter().sum::<i64>());
    if sold > start {
        return Err(format!(
            "More was sold than there is.\n\
             Expected: at most {start} sold\nSaw:      {sold} sold, {stock} in stock"
        ));
    }
    if stock + sold != start {
        return Err(format!(
            "Stock plus sales.\nExpected: {start}\nSaw:      {stock} in stock, {sold} sold"
        ));
    }
    if happy == sales {
        return Ok(());
    }
    Err(format!(
        "There are {start} units.\n\
         Expected: enough for {sales} of {} customers\nSaw:      {happy} got what they want",
        buys.len()
    ))
}
