//! Step 3: two at once.

use k03::s3_two_at_once::transfer;
use k03_given::Transfer;
use postgres_lab::Db;
use postgres_lab::wire::sessions::{Scenario, explore};

use crate::alone::{self, Bank};
use crate::bank::{ACCOUNTS, BOOKS, UNDONE, answer, books_agree, order};

/// However two transfers from one account overlap, no money appears or vanishes.
#[suite::test]
fn conserved_in_every_interleaving() {
    const ROWS: &str = "INSERT INTO account VALUES (1, 100), (2, 0), (3, 0)";
    const A: Transfer = order(1, 1, 2, 30);
    const B: Transfer = order(2, 1, 3, 50);
    two(ROWS, ("A: 30 from 1 to 2", A), ("B: 50 from 1 to 3", B), &[100, 0, 0]);
}

/// However two transfers overlap that want the same money, only one gets it: what was checked must
/// still be true when it is taken.
#[suite::test]
fn never_negative_in_every_interleaving() {
    const ROWS: &str = "INSERT INTO account VALUES (1, 100), (2, 0), (3, 0)";
    const A: Transfer = order(1, 1, 2, 70);
    const B: Transfer = order(2, 1, 3, 70);
    // The giver has the larger id of one pair, and the smaller one of the other.
    const BETWEEN: &str = "INSERT INTO account VALUES (1, 0), (2, 100), (3, 0)";
    const DOWN: Transfer = order(1, 2, 1, 70);
    const UP: Transfer = order(2, 2, 3, 70);
    two(ROWS, ("A: 70 from 1 to 2", A), ("B: 70 from 1 to 3", B), &[100, 0, 0]);
    two(BETWEEN, ("A: 70 from 2 to 1", DOWN), ("B: 70 from 2 to 3", UP), &[0, 100, 0]);
}

/// An account that receives while it gives ends with both: who only puts money in can lose it, too.
#[suite::test]
fn receiver_may_give_meanwhile() {
    const ROWS: &str = "INSERT INTO account VALUES (1, 100), (2, 150), (3, 0)";
    const A: Transfer = order(1, 1, 2, 30);
    const B: Transfer = order(2, 2, 3, 120);
    two(ROWS, ("A: 30 from 1 to 2", A), ("B: 120 from 2 to 3", B), &[100, 150, 0]);
}

/// Two transfers in opposite directions lose nothing. PostgreSQL may undo one of them, and then
/// nothing of it has happened.
#[suite::test]
fn opposite_transfers_lose_nothing() {
    const ROWS: &str = "INSERT INTO account VALUES (1, 100), (2, 100)";
    const A: Transfer = order(1, 1, 2, 30);
    const B: Transfer = order(2, 2, 1, 50);
    two(ROWS, ("A: 30 from 1 to 2", A), ("B: 50 from 2 to 1", B), &[100, 100]);
}

/// Whoever looks at all accounts in the middle of a transfer finds every cent, none between two
/// accounts, and none that an account does not have: what is committed has happened.
#[suite::test]
fn auditor_sees_every_cent() {
    const A: Transfer = order(1, 1, 2, 30);
    const POOR: Transfer = order(2, 1, 2, 130);
    explore(
        Scenario::new(ACCOUNTS, "INSERT INTO account VALUES (1, 100), (2, 50)")
            .lane("A: 30 from 1 to 2", |db| Box::pin(async move { transfer(db, &A).await }))
            .lane("B: add up", |db| {
                Box::pin(async move {
                    let sum = "SELECT sum(balance)::bigint FROM account";
                    let row = db.query_one(sum, &[]).await?;
                    Ok::<i64, tokio_postgres::Error>(row.get(0))
                })
            })
            .state(BOOKS)
            .every_lane_succeeds()
            .check(|ran| match answer(ran, "B") {
                "Ok(150)" => Ok(()),
                other => Err(format!("The auditor's sum.\nExpected: Ok(150)\nSaw:      {other}")),
            })
            .check(books_agree(&[100, 50], [("A", A)])),
    );
    explore(
        Scenario::new(ACCOUNTS, "INSERT INTO account VALUES (1, 100), (2, 50)")
            .lane("A: 130 from 1 to 2", |db| Box::pin(async move { transfer(db, &POOR).await }))
            .lane("B: the lowest balance", |db| {
                Box::pin(async move {
                    let least = "SELECT min(balance) FROM account";
                    let row = db.query_one(least, &[]).await?;
                    Ok::<i64, tokio_postgres::Error>(row.get(0))
                })
            })
            .state(BOOKS)
            .every_lane_succeeds()
            .check(|ran| match answer(ran, "B") {
                "Ok(50)" => Ok(()),
                other => Err(format!("The auditor's look.\nExpected: Ok(50)\nSaw:      {other}")),
            })
            .check(books_agree(&[100, 50], [("A", POOR)])),
    );
}

/// A transfer that nobody disturbs is made, or refused with the reason, as in step 2.
#[suite::test(postgres)]
async fn undisturbed_transfers_end_as_before(db: Db) {
    alone::refusals_change_nothing(&mut bank(&db).await).await;
}

/// A future that is dropped at any of its awaits leaves all of the transfer or nothing, and a
/// connection that the next caller can use.
#[suite::test(postgres)]
async fn dropped_future_leaves_a_clean_connection(db: Db) {
    let mut bank = bank(&db).await;
    alone::dropped_anywhere(&mut bank, &format!("DELETE FROM account; {ROWS}")).await;
}

const ROWS: &str = "INSERT INTO account VALUES (1, 100), (2, 50), (3, 0)";

async fn bank(db: &Db) -> Bank {
    let (client, admin) = (db.client_here().await, db.admin().await);
    client.batch_execute(&format!("{ACCOUNTS} {ROWS}")).await.expect("the bank's table");
    Bank { client, admin, transfer: |db, t| Box::pin(transfer(db, t)) }
}

/// Two transfers in every order: the ending is that of one after the other.
fn two(
    rows: &str,
    a: (&'static str, Transfer),
    b: (&'static str, Transfer),
    start: &'static [i64],
) {
    explore(
        Scenario::new(ACCOUNTS, rows)
            .lane(a.0, move |db| Box::pin(async move { transfer(db, &a.1).await }))
            .lane(b.0, move |db| Box::pin(async move { transfer(db, &b.1).await }))
            .retryable(UNDONE)
            .serializable_outcome()
            .state(BOOKS)
            .check(books_agree(start, [("A", a.1), ("B", b.1)])),
    );
}
