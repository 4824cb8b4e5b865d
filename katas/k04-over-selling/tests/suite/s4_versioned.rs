use k04::s4_versioned::{buy_serializable, buy_versioned};
use k04_given::tables::SHOP;
use postgres_lab::Db;
use suite::say::{holds, same};

use crate::attempts::{Hurdle, makes};
use crate::crowd;
use crate::queries::anew;
use crate::say::Told;
use crate::shop::{self, Way, wants};

/// With as many attempts as a hundred customers can use up.
const VERSIONED: Way =
    Way { name: "buy_versioned", buy: |db, b| Box::pin(buy_versioned(db, b, 1_000)) };
const ONE_V: Way = Way { buy: |db, b| Box::pin(buy_versioned(db, b, 1)), ..VERSIONED };
const SERIALIZABLE: Way =
    Way { name: "buy_serializable", buy: |db, b| Box::pin(buy_serializable(db, b, 1_000)) };

/// What is not there is sold out, whether it is too little, nothing, or no such item. What is there
/// is sold, down to the last unit, and booked, and the item's version goes up by 1. Who only reads a
/// version waits for nobody: too little is too little also while somebody holds the row.
#[suite::test(postgres)]
async fn zero_rows_is_sold_out(db: Db) {
    shop::zero_rows_is_sold_out(&db, VERSIONED).await;
    shop::raises_the_version(&db, VERSIONED).await;
    shop::zero_rows_is_sold_out(&db, SERIALIZABLE).await;
    shop::raises_the_version(&db, SERIALIZABLE).await;
    crowd::sold_out_without_waiting(&db, VERSIONED).await;
}

/// However two customers overlap who want the last unit, one gets it and the other is told that it
/// is sold out.
#[suite::test]
fn two_buyers_one_unit_every_interleaving() {
    shop::two_buyers_one_unit(VERSIONED);
    shop::two_buyers_one_unit(SERIALIZABLE);
}

/// Where there is enough for both, both get it: whoever finds that somebody was faster looks again
/// and begins anew. To say *sold out* then is to sell seven of ten. And each has raised the version.
#[suite::test]
fn two_buyers_two_units_both_succeed() {
    shop::two_buyers_two_units(VERSIONED);
    shop::two_buyers_two_units(SERIALIZABLE);
}

/// In every order what is in stock and what was sold give what there was, and everybody was told
/// what the books say.
#[suite::test]
fn stock_plus_sales_is_constant() {
    shop::stock_plus_sales(VERSIONED);
    shop::stock_plus_sales(SERIALIZABLE);
}

/// Another program uses the same tables, and raises the version too, whatever it changes: only the
/// database knows of both.
#[suite::test]
fn two_service_instances_one_stock() {
    shop::two_instances(VERSIONED);
    shop::two_instances(SERIALIZABLE);
    shop::notices_any_change(ONE_V);
}

/// The process dies, or its connection ends, before or after any statement: all of the sale has
/// happened or nothing, and who was told that it is his finds it so.
#[suite::test]
fn crash_anywhere_sells_all_or_nothing() {
    shop::crash_anywhere(VERSIONED);
    shop::crash_anywhere(SERIALIZABLE);
}

/// A caller that goes away at any of its awaits leaves all of the sale or nothing, and a connection
/// that the next one can use.
#[suite::test(postgres)]
async fn dropped_buyer_leaves_all_or_nothing(db: Db) {
    shop::dropped_anywhere(&db, VERSIONED).await;
    shop::dropped_anywhere(&db, SERIALIZABLE).await;
}

/// A hundred customers at once, ten units: ten sales, not one more, and not one less. Nobody is
/// turned away while there is stock, however often others were faster.
#[suite::test(postgres, deadline = 60)]
async fn hundred_buyers_ten_units_ten_sales(db: Db) {
    crowd::hundred_buyers(&db, &[VERSIONED, SERIALIZABLE]).await;
}

/// As many attempts as are allowed, not one more: then the caller is told. And none is made again
/// that others are not the cause of: it would fail in the same way.
#[suite::test(postgres)]
async fn attempts_are_bounded(db: Db) {
    const THREE_V: Way = Way { buy: |db, b| Box::pin(buy_versioned(db, b, 3)), ..VERSIONED };
    const THREE_S: Way = Way { buy: |db, b| Box::pin(buy_serializable(db, b, 3)), ..SERIALIZABLE };
    const ONE_S: Way = Way { buy: |db, b| Box::pin(buy_serializable(db, b, 1)), ..SERIALIZABLE };
    let contended = || Err(Told::new("Contended"));
    let refused = || Err(Told::new("Sql(23514)"));
    makes(&db, ONE_V, Hurdle::NoRow, 0, 1, Ok(())).await;
    makes(&db, ONE_V, Hurdle::NoRow, 9, 1, contended()).await;
    makes(&db, THREE_V, Hurdle::NoRow, 9, 3, contended()).await;
    makes(&db, THREE_V, Hurdle::NoRow, 2, 3, Ok(())).await;
    makes(&db, THREE_V, Hurdle::Update("23514"), 9, 1, refused()).await;
    makes(&db, ONE_S, Hurdle::Commit("40001"), 0, 1, Ok(())).await;
    makes(&db, ONE_S, Hurdle::Update("40001"), 9, 1, contended()).await;
    makes(&db, THREE_S, Hurdle::Update("40001"), 9, 3, contended()).await;
    makes(&db, THREE_S, Hurdle::Update("40P01"), 2, 3, Ok(())).await;
    makes(&db, THREE_S, Hurdle::Commit("40001"), 2, 3, Ok(())).await;
    makes(&db, THREE_S, Hurdle::Update("23514"), 9, 1, refused()).await;
    makes(&db, THREE_S, Hurdle::Commit("23514"), 9, 1, refused()).await;
    // Of the same class as 40001, and not because of others; because of others, and not undone.
    for code in ["40002", "55P03"] {
        let refused = Err(Told::new(&format!("Sql({code})")));
        makes(&db, THREE_S, Hurdle::Update(code), 9, 1, refused).await;
    }
}

/// The purchase runs at SERIALIZABLE, so that others who rely on that level see it in order; and
/// whoever uses the connection next has the level that he had before.
#[suite::test(postgres)]
async fn serializable_for_this_transaction_only(db: Db) {
    let mut client = db.client().await;
    let level = "ALTER TABLE sale ADD COLUMN level text NOT NULL \
                 DEFAULT upper(current_setting('transaction_isolation'))";
    let rows = format!("{level}; INSERT INTO item (sku, stock) VALUES (1, 3)");
    anew(&client, SHOP, &rows).await;
    let answer = buy_serializable(&mut client, &wants(1, 1), 3).await;
    same("`buy_serializable`", answer.is_ok(), true);
    let written = client.query_one("SELECT level FROM sale", &[]).await;
    let written: String = written.expect("one sale").get(0);
    let fits = written == "SERIALIZABLE";
    holds("The level at which the sale was written", "SERIALIZABLE", written, fits);
    let after = client.query_one("SHOW transaction_isolation", &[]).await;
    let after: String = after.expect("the connection can be used on").get(0);
    same("The connection's level afterwards", after.as_str(), "read committed");
}
