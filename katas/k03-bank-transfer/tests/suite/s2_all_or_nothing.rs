//! Step 2: all or nothing.

use k03::s2_all_or_nothing::transfer;
use postgres_lab::wire::sessions::{Ran, Scenario, explore};
use postgres_lab::{Db, is_at_rest};

use crate::alone::{self, Bank};
use crate::bank::{ACCOUNTS, BOOKS, answer, balances, order};

/// A transfer takes from one account what it gives to another, touches no third, and leaves its
/// connection outside of any transaction.
#[suite::test(postgres)]
async fn transfer_moves_the_money(db: Db) {
    alone::moves_the_money(&mut bank(&db, ACCOUNTS, ROWS).await).await;
}

/// A transfer that is refused says why, changes nothing, and does not leave a transaction open
/// behind it: the next user of the connection would be in the middle of it.
#[suite::test(postgres)]
async fn refusals_change_nothing(db: Db) {
    alone::refusals_change_nothing(&mut bank(&db, ACCOUNTS, ROWS).await).await;
}

/// The process dies, or its connection is cut or killed by the server, before or after any
/// statement: the books show all of the transfer or nothing of it, and who was told "done" finds
/// it done.
#[suite::test]
fn crash_anywhere_conserves_money() {
    let scenario = || {
        Scenario::new(ACCOUNTS, "INSERT INTO account VALUES (1, 100), (2, 0)")
            .lane("A: 30 from 1 to 2", |db| {
                Box::pin(async move { transfer(db, &order(1, 1, 2, 30)).await })
            })
            .state(BOOKS)
            .every_lane_succeeds()
            .faults(1)
    };
    explore(scenario().check(|ran| whole(ran, answer(ran, "A"))));
    explore(scenario().crashes().check(|ran| whole(ran, "")));
    let poor = || {
        Scenario::new(ACCOUNTS, "INSERT INTO account VALUES (1, 100), (2, 0)")
            .lane("A: 130 from 1 to 2", |db| {
                Box::pin(async move { transfer(db, &order(1, 1, 2, 130)).await })
            })
            .state(BOOKS)
            .every_lane_succeeds()
            .faults(1)
            .invariant("nothing of it has happened", NOTHING)
    };
    explore(poor());
    explore(poor().crashes());
}

/// PostgreSQL refuses the second change, whichever that is: the first one is taken back, the error
/// reaches the caller, and the connection can be used on.
#[suite::test(postgres)]
async fn error_after_debit_rolls_back(db: Db) {
    let full = "ALTER TABLE account ADD CONSTRAINT receiver_is_full CHECK (balance <= 60);";
    let rows = "INSERT INTO account VALUES (1, 60), (2, 50), (3, 0);";
    refused(&db, &format!("{ACCOUNTS}{full}"), rows, [60, 50, 0], STATEMENT).await;
    let least = "ALTER TABLE account ADD CONSTRAINT giver_must_keep_90 \
                 CHECK (id <> 1 OR balance >= 90);";
    refused(&db, &format!("{ACCOUNTS}{least}"), ROWS, [100, 50, 0], STATEMENT).await;
}

/// A future that is dropped at any of its awaits leaves all of the transfer or nothing, and a
/// connection that the next caller can use: a pool hands it to somebody else.
#[suite::test(postgres)]
async fn dropped_future_leaves_a_clean_connection(db: Db) {
    let mut bank = bank(&db, ACCOUNTS, ROWS).await;
    alone::dropped_anywhere(&mut bank, &format!("DELETE FROM account; {ROWS}")).await;
}

/// PostgreSQL answers COMMIT with an error when a constraint is checked that late, and with a mere
/// ROLLBACK when a statement has failed before: neither is a success.
#[suite::test(postgres)]
async fn aborted_commit_is_not_success(db: Db) {
    let late = format!(
        "{ACCOUNTS}
         CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             RAISE EXCEPTION 'refused at COMMIT' USING ERRCODE = 'check_violation';
         END $$;
         CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON account DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION refuse();"
    );
    refused(&db, &late, ROWS, [100, 50, 0], COMMIT).await;
    let early = format!("{ACCOUNTS} ALTER TABLE account ADD CHECK (balance <= 100);");
    let rows = "INSERT INTO account VALUES (1, 60), (2, 80), (3, 0);";
    refused(&db, &early, rows, [60, 80, 0], STATEMENT).await;
}

const NOTHING: &str = "SELECT min(balance) = 0 AND max(balance) = 100 FROM account";
const ROWS: &str = "INSERT INTO account VALUES (1, 100), (2, 50), (3, 0);";

/// The tables of `schema` anew, with these rows.
async fn bank(db: &Db, schema: &str, rows: &str) -> Bank {
    let (client, admin) = (db.client_here().await, db.admin().await);
    let anew = "DROP TABLE IF EXISTS account; DROP FUNCTION IF EXISTS refuse;";
    client.batch_execute(&format!("{anew} {schema} {rows}")).await.expect("the bank's tables");
    Bank { client, admin, transfer: |db, t| Box::pin(transfer(db, t)) }
}

/// What has happened to a transfer that was told to be done and is not.
const STATEMENT: &str = "A statement had failed with 23514. PostgreSQL answers a COMMIT after that \
                         with ROLLBACK, which the client takes for a success.";
const COMMIT: &str = "PostgreSQL had answered COMMIT with 23514.";

/// A transfer of 30 from 1 to 2 that PostgreSQL refuses with 23514. `why`: what then happens to who
/// does not look.
async fn refused(db: &Db, schema: &str, rows: &str, books: [i64; 3], why: &str) {
    let mut bank = bank(db, schema, rows).await;
    let what = "30 from 1 to 2, which a constraint refuses";
    let answer = transfer(&mut bank.client, &order(1, 1, 2, 30)).await;
    let saw = match answer {
        Err(error) if error.code().is_some_and(|code| code.code() == "23514") => None,
        Err(error) => Some(format!("an error, and another one: {error}")),
        Ok(outcome) if bank.balances().await == books => {
            Some(format!("it says {outcome:?}, and nothing was saved.\n{why}"))
        }
        Ok(outcome) => Some(format!("it says {outcome:?}")),
    };
    if let Some(saw) = saw {
        panic!("{what}.\nExpected: PostgreSQL's error, 23514\nSaw:      {saw}");
    }
    is_at_rest(what, &bank.client, &bank.admin).await;
    bank.holds(&format!("{what}: the balances afterwards"), books).await;
}

/// All of 30 from 1 to 2, or nothing of it.
fn whole(ran: &Ran, answer: &str) -> Result<(), String> {
    let saw = balances(ran);
    let expected = if answer == "Ok(Done)" { "[70, 30]" } else { "[100, 0] or [70, 30]" };
    if saw == [70, 30] || (saw == [100, 0] && answer != "Ok(Done)") {
        return Ok(());
    }
    let told = if answer.is_empty() { "nothing" } else { answer };
    Err(format!("A was told {told}.\nExpected: balances {expected}\nSaw:      {saw:?}"))
}
