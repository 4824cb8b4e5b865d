use k04::s2_conditional::buy_conditional;
use postgres_lab::Db;

use crate::crowd;
use crate::shop::{self, Way, wants};

const WAY: Way = Way { name: "buy_conditional", buy: |db, b| Box::pin(buy_conditional(db, b)) };

/// What is not there is sold out, whether it is too little, nothing, or no such item. What is there
/// is sold, down to the last unit, and booked, and the item's version goes up by 1.
#[suite::test(postgres)]
async fn zero_rows_is_sold_out(db: Db) {
    shop::zero_rows_is_sold_out(&db, WAY).await;
    shop::raises_the_version(&db, WAY).await;
}

/// However two customers overlap who want the last unit, one gets it and the other is told that it
/// is sold out.
#[suite::test]
fn two_buyers_one_unit_every_interleaving() {
    shop::two_buyers_one_unit(WAY);
}

/// Where there is enough for both, both get it: whoever was second must look again, not give up.
/// And each has raised the version, for those who compare it.
#[suite::test]
fn two_buyers_two_units_both_succeed() {
    shop::two_buyers_two_units(WAY);
}

/// Three customers, two units: whoever waits behind two others decides on what they have left.
#[suite::test]
fn three_buyers_two_units() {
    shop::one_after_another(WAY, 2, const { &[wants(1, 1), wants(2, 1), wants(3, 1)] }, 2);
}

/// Who buys another item does not wait: only those who want the same thing are in each other's way.
#[suite::test]
fn other_items_do_not_wait() {
    shop::other_items(WAY);
}

/// In every order what is in stock and what was sold give what there was, and everybody was told
/// what the books say.
#[suite::test]
fn stock_plus_sales_is_constant() {
    shop::stock_plus_sales(WAY);
}

/// Another program sells from the same tables: only the database knows of both.
#[suite::test]
fn two_service_instances_one_stock() {
    shop::two_instances(WAY);
}

/// The process dies, or its connection ends, before or after any statement: all of the sale has
/// happened or nothing, and who was told that it is his finds it so.
#[suite::test]
fn crash_anywhere_sells_all_or_nothing() {
    shop::crash_anywhere(WAY);
}

/// A caller that goes away at any of its awaits leaves all of the sale or nothing, and a connection
/// that the next one can use.
#[suite::test(postgres)]
async fn dropped_buyer_leaves_all_or_nothing(db: Db) {
    shop::dropped_anywhere(&db, WAY).await;
}

/// A hundred customers at once, ten units: ten sales, not one more, and not one less.
#[suite::test(postgres, deadline = 60)]
async fn hundred_buyers_ten_units_ten_sales(db: Db) {
    crowd::hundred_buyers(&db, &[WAY]).await;
}
