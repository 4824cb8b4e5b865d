//! Step 4: schema and transfer id.

use k03::s4_schema::{SCHEMA, reconcile, transfer};
use k03_given::{Discrepancy, Outcome, Transfer};
use postgres_lab::wire::sessions::{Ran, Scenario, explore};
use postgres_lab::{Access, Db, Unavailable, lab};
use suite::say::same;
use tokio_postgres::Client;

use crate::alone::{self, Bank};
use crate::bank::{BOOKS, UNDONE, answer, balances, books_agree, order};

/// PostgreSQL itself refuses a balance below zero, whoever writes it: the next program that uses
/// these tables is not yours. What a bigint can hold, it accepts.
#[suite::test(postgres)]
async fn schema_refuses_negative_balance(db: Db) {
    let client = tables(&db).await;
    accepts(&client, "UPDATE account SET balance = 0 WHERE id = 1").await;
    refuses(&client, "UPDATE account SET balance = -1 WHERE id = 1").await;
    refuses(&client, "INSERT INTO account (id, opening, balance) VALUES (7, 0, -1)").await;
    for column in ["id", "opening", "balance"] {
        let nothing = format!("UPDATE account SET {column} = NULL WHERE id = 3");
        refuses(&client, &nothing).await;
    }
    refuses(&client, "INSERT INTO account (id, opening, balance) VALUES (1, 5, 5)").await;
    let rich =
        format!("INSERT INTO account (id, opening, balance) VALUES ({0}, {0}, {0})", i64::MAX);
    accepts(&client, &rich).await;
}

/// PostgreSQL itself refuses a row in `transfer` that is none: of nothing, to oneself, with an
/// account that there is not, a second one of the same id.
#[suite::test(postgres)]
async fn schema_refuses_what_is_no_transfer(db: Db) {
    let client = tables(&db).await;
    let row = |values: &str| {
        format!("INSERT INTO transfer (id, from_account, to_account, cents) VALUES ({values})")
    };
    accepts(&client, &row("1, 1, 2, 30")).await;
    accepts(&client, &row("-1, 2, 1, 1")).await;
    accepts(&client, &row("2, 1, 2, 30")).await;
    accepts(&client, &row(&format!("{0}, 1, 2, {0}", i64::MAX))).await;
    for values in [
        "3, 1, 2, 0",
        "3, 1, 2, -30",
        "3, 1, 1, 30",
        "3, 1, 9, 30",
        "3, 9, 1, 30",
        "1, 2, 3, 5",
        "NULL, 1, 2, 30",
        "3, NULL, 2, 30",
        "3, 1, NULL, 30",
        "3, 1, 2, NULL",
    ] {
        refuses(&client, &row(values)).await;
    }
    refuses(&client, "DELETE FROM account WHERE id = 1").await;
}

/// The same id again moves nothing and is answered as before, even when the account could not pay a
/// second time. A refused transfer leaves no row, and may succeed later. Another id is another
/// transfer, of the same amount too.
#[suite::test(postgres)]
async fn same_transfer_id_twice_is_one_transfer(db: Db) {
    let client = tables(&db).await;
    let admin = db.admin().await;
    let mut bank = Bank { client, admin, transfer: |db, t| Box::pin(transfer(db, t)) };
    bank.makes(order(1, 1, 2, 80), Outcome::Done, [20, 130, 0]).await;
    bank.makes(order(1, 1, 2, 80), Outcome::Done, [20, 130, 0]).await;
    rows_are(&bank, &[(1, 1, 2, 80)]).await;
    bank.makes(order(2, 1, 3, 80), Outcome::InsufficientFunds, [20, 130, 0]).await;
    rows_are(&bank, &[(1, 1, 2, 80)]).await;
    bank.makes(order(3, 2, 1, 90), Outcome::Done, [110, 40, 0]).await;
    bank.makes(order(2, 1, 3, 80), Outcome::Done, [30, 40, 80]).await;
    bank.makes(order(2, 1, 3, 80), Outcome::Done, [30, 40, 80]).await;
    rows_are(&bank, &[(1, 1, 2, 80), (2, 1, 3, 80), (3, 2, 1, 90)]).await;
    bank.makes(order(4, 1, 2, 5), Outcome::Done, [25, 45, 80]).await;
    bank.makes(order(5, 1, 2, 5), Outcome::Done, [20, 50, 80]).await;
}

/// A transfer that nobody disturbs is made, or refused with the reason, as in step 2.
#[suite::test(postgres)]
async fn undisturbed_transfers_end_as_before(db: Db) {
    let client = tables(&db).await;
    let admin = db.admin().await;
    let mut bank = Bank { client, admin, transfer: |db, t| Box::pin(transfer(db, t)) };
    alone::refusals_change_nothing(&mut bank).await;
    rows_are(&bank, &[(6, 1, 2, 100)]).await;
}

/// Two callers with the same id at once, as when somebody clicks twice: one transfer, and both are
/// told that it is done.
#[suite::test]
fn same_id_at_once_is_one_transfer() {
    const T: Transfer = order(1, 1, 2, 30);
    explore(
        scenario()
            .lane("A: 30 from 1 to 2, id 1", |db| Box::pin(async move { transfer(db, &T).await }))
            .lane("B: the same, id 1", |db| Box::pin(async move { transfer(db, &T).await }))
            .retryable(UNDONE)
            .serializable_outcome()
            .invariant(ROWS_AND_BALANCES_AGREE.0, ROWS_AND_BALANCES_AGREE.1)
            .check(|ran| {
                let (told, saw) = (["A", "B"].map(|lane| answer(ran, lane)), balances(ran));
                if told.contains(&"Ok(Done)") && saw == [70, 80, 0] {
                    return Ok(());
                }
                Err(format!(
                    "A and B move 30 with the same id; they were told {told:?}.\n\
                     Expected: Done, and balances [70, 80, 0]\nSaw:      {saw:?}"
                ))
            }),
    );
}

/// However two transfers with different ids overlap, no money appears or vanishes.
#[suite::test]
fn conserved_in_every_interleaving() {
    const A: Transfer = order(1, 1, 2, 70);
    const B: Transfer = order(2, 1, 3, 70);
    // The giver has the larger id of one pair, and the smaller one of the other.
    const DOWN: Transfer = order(1, 2, 1, 40);
    const UP: Transfer = order(2, 2, 3, 40);
    two(("A: 70 from 1 to 2, id 1", A), ("B: 70 from 1 to 3, id 2", B));
    two(("A: 40 from 2 to 1, id 1", DOWN), ("B: 40 from 2 to 3, id 2", UP));
}

fn two(a: (&'static str, Transfer), b: (&'static str, Transfer)) {
    explore(
        scenario()
            .lane(a.0, move |db| Box::pin(async move { transfer(db, &a.1).await }))
            .lane(b.0, move |db| Box::pin(async move { transfer(db, &b.1).await }))
            .retryable(UNDONE)
            .serializable_outcome()
            .invariant(ROWS_AND_BALANCES_AGREE.0, ROWS_AND_BALANCES_AGREE.1)
            .check(books_agree(&[100, 50, 0], [("A", a.1), ("B", b.1)])),
    );
}

/// The connection is lost before or after any statement, and the caller asks again with the same
/// id: the money has moved once. An id that is remembered without its money is money that never
/// moves.
#[suite::test]
fn crash_anywhere_and_again_is_one_transfer() {
    const T: Transfer = order(1, 1, 2, 30);
    explore(
        scenario()
            .lane_connecting("A: 30 from 1 to 2, id 1", |door| {
                Box::pin(async move {
                    let mut db = door.connect().await?;
                    match transfer(&mut db, &T).await {
                        Err(error) if ends_session(&error) => {
                            let mut db = door.connect().await?;
                            transfer(&mut db, &T).await
                        }
                        ended => ended,
                    }
                })
            })
            .faults(1)
            .invariant(ROWS_AND_BALANCES_AGREE.0, ROWS_AND_BALANCES_AGREE.1)
            .check(once),
    );
}

/// A future that is dropped at any of its awaits leaves all of the transfer, its row
/// included, or nothing, and a connection that the next caller can use.
#[suite::test(postgres)]
async fn dropped_future_leaves_a_clean_connection(db: Db) {
    let client = tables(&db).await;
    let admin = db.admin().await;
    let mut bank = Bank { client, admin, transfer: |db, t| Box::pin(transfer(db, t)) };
    let anew = format!("DELETE FROM transfer; DELETE FROM account; {ACCOUNTS}");
    alone::dropped_anywhere(&mut bank, &anew).await;
}

/// Reconciliation names each account whose balance is not what its transfers say, with both
/// numbers, also where the errors cancel out in the total, and no other account.
#[suite::test(postgres)]
async fn reconcile_finds_planted_errors(db: Db) {
    let mut client = tables(&db).await;
    client.batch_execute("DELETE FROM account").await.expect("no account");
    found(&mut client, "No account at all", &[]).await;
    let books = "
        INSERT INTO account (id, opening, balance) VALUES
            (1, 100, 40), (2, 0, 30), (3, 50, 45), (4, 0, 0), (5, 200, 145), (10, 0, 60), (7, 9, 9);
        INSERT INTO transfer (id, from_account, to_account, cents) VALUES
            (1, 1, 2, 10), (2, 1, 2, 20), (3, 1, 5, 25), (4, 2, 1, 5), (5, 5, 10, 50), (6, 5, 2, 5);
    ";
    client.batch_execute(books).await.expect("rows that SCHEMA must accept");
    let planted = [
        // Gave 55 and received 5: 50. It was debited once more.
        Discrepancy { account: 1, expected: 50, actual: 40 },
        // No transfer at all, and yet another balance.
        Discrepancy { account: 3, expected: 50, actual: 45 },
        // Received 25 and gave 55: a credit of 25 has never arrived.
        Discrepancy { account: 5, expected: 170, actual: 145 },
        // By number it comes last.
        Discrepancy { account: 10, expected: 50, actual: 60 },
    ];
    found(&mut client, "Four planted errors", &planted).await;
    let mended = "UPDATE account SET balance = 50 WHERE id IN (1, 3, 10);
                  UPDATE account SET balance = 170 WHERE id = 5;";
    client.batch_execute(mended).await.expect("the books mended");
    found(&mut client, "The books mended", &[]).await;
    let large = "UPDATE account SET opening = 5000000000, balance = 2000000000 WHERE id = 4;
                 UPDATE account SET balance = 3000000009 WHERE id = 7;
                 INSERT INTO transfer (id, from_account, to_account, cents)
                     VALUES (7, 4, 7, 3000000000);";
    accepts(&client, large).await;
    found(&mut client, "A transfer of 30 million", &[]).await;
    let cancels = "UPDATE account SET balance = balance - 7 WHERE id = 7;
                   UPDATE account SET balance = balance + 7 WHERE id = 4;";
    client.batch_execute(cancels).await.expect("the books spoilt");
    let planted = [
        Discrepancy { account: 4, expected: 2_000_000_000, actual: 2_000_000_007 },
        Discrepancy { account: 7, expected: 3_000_000_009, actual: 3_000_000_002 },
    ];
    found(&mut client, "Two errors that cancel out", &planted).await;
}

/// A transfer that is under way is no discrepancy: whenever reconciliation runs, it sees all of the
/// transfer or nothing of it.
#[suite::test]
fn reconcile_beside_a_transfer_finds_nothing() {
    explore(
        scenario()
            .lane("A: 30 from 1 to 2, id 1", |db| {
                Box::pin(async move {
                    let tx = db.transaction().await?;
                    for statement in [
                        "UPDATE account SET balance = balance - 30 WHERE id = 1",
                        "UPDATE account SET balance = balance + 30 WHERE id = 2",
                        "INSERT INTO transfer (id, from_account, to_account, cents) \
                         VALUES (1, 1, 2, 30)",
                    ] {
                        tx.execute(statement, &[]).await?;
                    }
                    tx.commit().await
                })
            })
            .lane("B: reconcile", |db| {
                Box::pin(async move {
                    let found = reconcile(db).await?;
                    let short = found.iter().map(|d| (d.account, d.expected, d.actual));
                    Ok::<Vec<_>, tokio_postgres::Error>(short.collect())
                })
            })
            .retryable(UNDONE)
            .check(|ran| {
                let told = answer(ran, "B");
                if told == "Ok([])" || ran.returned("B").is_some_and(|b| b.gave_up) {
                    return Ok(());
                }
                Err(format!(
                    "The books are in order.\nExpected: Ok([])\n\
                     Saw:      {told}: account, expected, actual"
                ))
            }),
    );
}

/// True if, and only if, the balances are what the rows of `transfer` make them.
const ROWS_AND_BALANCES_AGREE: (&str, &str) = (
    "the rows in transfer say what has moved",
    "SELECT coalesce(bool_and(balance = opening
         + coalesce((SELECT sum(cents) FROM transfer WHERE to_account = account.id), 0)
         - coalesce((SELECT sum(cents) FROM transfer WHERE from_account = account.id), 0)), false)
     FROM account",
);

const ACCOUNTS: &str =
    "INSERT INTO account (id, opening, balance) VALUES (1, 100, 100), (2, 50, 50), (3, 0, 0)";

/// The learner's tables with three accounts. They are made once beforehand: an exploration has no
/// words for a table that there is not.
fn scenario() -> Scenario {
    let tried = lab::wait(async {
        let db = Db::open(Access::Shared).await?;
        let made = make_tables(&db).await.map(drop);
        let _ = db.close().await;
        Ok::<_, Unavailable>(made)
    });
    match tried {
        Ok(Ok(())) => Scenario::new(SCHEMA, ACCOUNTS).state(BOOKS),
        Ok(Err(why)) => panic!("{why}"),
        Err(unavailable) => unavailable.end_test(),
    }
}

/// The learner's tables with three accounts of 100, 50 and 0.
async fn tables(db: &Db) -> Client {
    make_tables(db).await.unwrap_or_else(|why| panic!("{why}"))
}

async fn make_tables(db: &Db) -> Result<Client, String> {
    let client = db.client_here().await;
    let made = client.batch_execute(SCHEMA).await;
    made.map_err(|e| format!("SCHEMA.\nExpected: PostgreSQL accepts it\nSaw:      {}", told(&e)))?;
    let planted = client.batch_execute(ACCOUNTS).await;
    planted.map_err(|e| {
        format!("{ACCOUNTS}\nExpected: SCHEMA has such a table\nSaw:      {}", told(&e))
    })?;
    let rows = "SELECT id, from_account, to_account, cents FROM transfer";
    let transfers = client.query(rows, &[]).await;
    transfers.map_err(|e| {
        format!("{rows}\nExpected: SCHEMA has such a table\nSaw:      {}", told(&e))
    })?;
    Ok(client)
}

/// 30 have moved from 1 to 2, once, and the caller knows.
fn once(ran: &Ran) -> Result<(), String> {
    let (told, saw) = (answer(ran, "A"), balances(ran));
    if told == "Ok(Done)" && saw == [70, 80, 0] {
        return Ok(());
    }
    Err(format!(
        "30 from 1 to 2 until there is an answer, which is {told}.\n\
         Expected: Ok(Done), and balances [70, 80, 0]\nSaw:      {saw:?}"
    ))
}

async fn accepts(client: &Client, sql: &str) {
    if let Err(error) = client.batch_execute(sql).await {
        panic!("{sql}\nExpected: SCHEMA lets it be\nSaw:      {}", told(&error));
    }
}

/// Which constraint refuses it is the learner's affair, so any of class 23 will do.
async fn refuses(client: &Client, sql: &str) {
    let saw = match client.batch_execute(sql).await {
        Ok(()) => "it is accepted".to_owned(),
        Err(error) if error.code().is_some_and(|saw| saw.code().starts_with("23")) => return,
        Err(error) => told(&error),
    };
    panic!("{sql}\nExpected: refused by a constraint (SQLSTATE 23…)\nSaw:      {saw}");
}

fn told(error: &tokio_postgres::Error) -> String {
    error
        .as_db_error()
        .map_or(error.to_string(), |e| format!("{} {}", e.code().code(), e.message()))
}

async fn rows_are(bank: &Bank, expected: &[(i64, i64, i64, i64)]) {
    let sql = "SELECT id, from_account, to_account, cents FROM transfer ORDER BY id";
    let rows = bank.admin.query(sql, &[]).await.expect("the table transfer");
    let saw: Vec<(i64, i64, i64, i64)> =
        rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect();
    same("The rows in transfer", saw, expected.to_vec());
}

async fn found(client: &mut Client, what: &str, expected: &[Discrepancy]) {
    let saw = reconcile(client).await.map_err(|error| told(&error));
    same(what, saw, Ok(expected.to_vec()));
}

/// The connection is lost, or PostgreSQL has ended the session.
fn ends_session(error: &tokio_postgres::Error) -> bool {
    error.code().is_none_or(|code| code.code() == "57P01")
}
