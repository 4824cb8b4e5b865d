use k06::s2_inbox::handle;
use k06_given::tables::LEDGER;
use k06_given::{Captured, Delivery, HandleError, Handled, MessageId};
use postgres_lab::wire::sessions::{Fault, Scenario, explore};
use postgres_lab::{Db, is_at_rest};
use suite::cancel::after_polls;
use suite::say::{holds, same};
use tokio_postgres::Client;

use crate::clerk::{Doing, Office};
use crate::deliveries::{again, delivery};
use crate::queries::{anew, cell, numbers, told};
use crate::say::Told;

const PAYS: Captured = Captured { merchant: 1, cents: 250 };
const MERCHANT: &str = "INSERT INTO merchant VALUES (1, 0)";
const BALANCE: &str = "SELECT balance FROM merchant WHERE id = 1";

/// As whoever calls does it: COMMIT after `Ok`, ROLLBACK after `Err`.
async fn committed(m: &Delivery<Captured>, db: &mut Client) -> Result<Handled, HandleError> {
    let tx = db.transaction().await?;
    let handled: Result<Handled, HandleError> = handle(m, &tx).await;
    if handled.is_ok() {
        // A transaction that is aborted answers nothing any more.
        tx.execute("SELECT 1", &[]).await?;
        tx.commit().await?;
    }
    handled
}

/// For the suite's own worker.
fn each<'a>(
    m: &'a Delivery<Captured>,
    db: &'a mut Client,
    _: &'a k06_given::MailerClient,
) -> Doing<'a> {
    Box::pin(async move { committed(m, db).await.map(drop) })
}

/// A message that comes again has no further effect, is no error, and leaves the transaction in
/// working order: an error would send it back to the queue, to come again for ever.
#[suite::test(postgres)]
async fn duplicate_applies_once(db: Db) {
    let (mut client, admin) = (db.client().await, db.admin().await);
    anew(&client, LEDGER, MERCHANT).await;
    let first = delivery("m-1", 1, PAYS);
    let twice = delivery("m-1", 2, PAYS);
    for (m, how, answer) in [
        (&first, "for the first time", Handled::Applied),
        (&again(&first, 1), "redelivered on a new connection", Handled::Duplicate),
        (&twice, "published twice, not marked", Handled::Duplicate),
    ] {
        let what = format!("`handle`, message m-1, {how}, then SELECT 1 and COMMIT");
        let saw = committed(m, &mut client).await.map_err(Told::from);
        same(&what, saw, Ok(answer));
        is_at_rest(&what, &client, &admin).await;
        let balance = numbers(&admin, BALANCE).await;
        same(format!("{what}; the balance afterwards"), balance, vec![vec![250]]);
    }
    let unknown = delivery("m-2", 3, Captured { merchant: 9, cents: 1 });
    let saw = committed(&unknown, &mut client).await.map_err(Told::from);
    same("`handle`, a payment to a merchant whom there is not", saw, Err(Told::new("Unknown")));
    client.execute("INSERT INTO merchant VALUES (9, 0)", &[]).await.expect("a new merchant");
    let saw = committed(&again(&unknown, 4), &mut client).await.map_err(Told::from);
    same("The same message, now that there is that merchant", saw, Ok(Handled::Applied));
}

/// Two customers pay the same sum to the same merchant: two messages whose bodies are equal, and two
/// payments.
#[suite::test(postgres)]
async fn equal_payload_other_id_is_two_effects(db: Db) {
    let (mut client, admin) = (db.client().await, db.admin().await);
    anew(&client, LEDGER, MERCHANT).await;
    for (id, balance) in [("m-1", 250), ("m-2", 500), ("M-1", 750)] {
        let what = format!("`handle`, 250 cents for merchant 1, message {id}");
        let saw = committed(&delivery(id, 1, PAYS), &mut client).await.map_err(Told::from);
        same(&what, saw, Ok(Handled::Applied));
        let saw = numbers(&admin, BALANCE).await;
        same(format!("{what}; the balance afterwards"), saw, vec![vec![balance]]);
    }
}

/// What the broker says of a *delivery* (its tag, its mark, its count) is about one connection and
/// one attempt. Only the id, which the producer chose, is about the message.
#[suite::test(postgres)]
async fn identity_is_the_producers_not_the_delivery_tag(db: Db) {
    let (mut client, admin) = (db.client().await, db.admin().await);
    anew(&client, LEDGER, MERCHANT).await;
    let m = |id: &str, tag, redelivered, deliveries| {
        let mut m = delivery(id, tag, PAYS);
        (m.redelivered, m.deliveries) = (redelivered, deliveries);
        m.id = MessageId::new(id);
        m
    };
    for (m, how, answer, balance) in [
        (m("a", 1, false, Some(1)), "tag 1", Handled::Applied, 250),
        (m("b", 1, false, Some(1)), "tag 1 of another connection", Handled::Applied, 500),
        (m("c", 1, true, Some(2)), "redelivered, was rolled back before", Handled::Applied, 750),
        (m("a", 2, false, Some(1)), "tag 2, not marked", Handled::Duplicate, 750),
        (
            m("d", 3, true, None),
            "redelivered, from a broker without a count",
            Handled::Applied,
            1000,
        ),
        (m("c", 1, true, Some(2)), "the very same delivery", Handled::Duplicate, 1000),
    ] {
        let what = format!("`handle`, message {}, {how}", m.id);
        let saw = committed(&m, &mut client).await.map_err(Told::from);
        same(&what, saw, Ok(answer));
        let saw = numbers(&admin, BALANCE).await;
        same(format!("{what}; the balance afterwards"), saw, vec![vec![balance]]);
    }
}

/// The same message is with two workers at once: one applies it, the other one waits and then knows
/// that it is a duplicate.
#[suite::test]
fn parallel_duplicates_apply_once() {
    explore(workers(|db| Box::pin(both(db, 1)), |db| Box::pin(both(db, 2))).check(|ran| {
        let answers = [told(ran, "A"), told(ran, "B")];
        let fits = answers == ["Ok(Applied)", "Ok(Duplicate)"]
            || answers == ["Ok(Duplicate)", "Ok(Applied)"];
        if fits && cell(ran) == "250" {
            return Ok(());
        }
        Err(format!(
            "Two workers have message m-1, 250 cents, and both commit.\n\
             Expected: one Applied, one Duplicate, balance 250\n\
             Saw:      A {}, B {}, balance {}",
            answers[0],
            answers[1],
            cell(ran)
        ))
    }));
}

/// A mark that is rolled back has never been: whoever waited for it must apply the message, or
/// nobody does.
#[suite::test]
fn rolled_back_mark_does_not_count() {
    explore(workers(|db| Box::pin(undone(db)), |db| Box::pin(both(db, 2))).check(|ran| {
        let (b, balance) = (told(ran, "B"), cell(ran));
        if b == "Ok(Applied)" && balance == "250" {
            return Ok(());
        }
        Err(format!(
            "Two workers have message m-1, 250 cents. A rolls back, B commits.\n\
             Expected: B Ok(Applied), balance 250\nSaw:      B {b}, balance {balance}"
        ))
    }));
}

type Lane =
    for<'a> fn(&'a mut Client) -> postgres_lab::wire::sessions::LaneFuture<'a, Handled, Told>;

fn workers(a: Lane, b: Lane) -> Scenario {
    Scenario::new(LEDGER, MERCHANT)
        .state("SELECT 'balance', balance FROM merchant")
        .lane("A: m-1", move |db| a(db))
        .lane("B: m-1 again", move |db| b(db))
}

async fn both(db: &mut Client, tag: u64) -> Result<Handled, Told> {
    committed(&delivery("m-1", tag, PAYS), db).await.map_err(Told::from)
}

async fn undone(db: &mut Client) -> Result<Handled, Told> {
    let tx = db.transaction().await?;
    let handled = handle(&delivery("m-1", 1, PAYS), &tx).await?;
    tx.rollback().await?;
    Ok(handled)
}

/// Wherever the worker's process dies, and however often the broker delivers again or the producer
/// publishes twice: each message has its effect exactly once.
#[suite::test]
fn crash_anywhere_applies_exactly_once() {
    let office = Office::with(&["m-1", "m-2", "m-1"]);
    let explored = explore(
        office
            .scenario(&["A: the worker"], each)
            .crashes()
            .restarts()
            .faults(1)
            .fault_kinds(&[Fault::CutBefore, Fault::CutAfter])
            .check(|ran| once_each(cell(ran), told(ran, "A"))),
    );
    println!("{} crash points", explored.crash_points);
    holds("Places to die at", "at least 6", explored.crash_points, explored.crash_points >= 6);
}

fn once_each(balance: &str, told: &str) -> Result<(), String> {
    if balance == "500" && told == "Ok(())" {
        return Ok(());
    }
    Err(format!(
        "Messages m-1 and m-2, 250 cents each; m-1 was published twice.\n\
         Expected: balance 500, the worker Ok(())\nSaw:      balance {balance}, the worker {told}"
    ))
}

/// A worker that is stopped at any of its awaits has rolled back, and the message can be handled
/// anew.
#[suite::test(postgres)]
async fn dropped_handler_leaves_nothing(db: Db) {
    let _exploring = suite::exploring();
    let (mut client, admin) = (db.client_here().await, db.admin().await);
    let m = delivery("m-1", 1, PAYS);
    for polls in 0.. {
        anew(&client, LEDGER, MERCHANT).await;
        let ended = {
            let tx = client.transaction().await.expect("a transaction");
            let ended = after_polls(polls, handle(&m, &tx)).await;
            drop(tx);
            ended
        };
        let what = format!("`handle` is dropped after poll {polls}, or done, and rolled back");
        is_at_rest(&what, &client, &admin).await;
        let saw = committed(&m, &mut client).await.map_err(Told::from);
        same(format!("{what}; then it comes again"), saw, Ok(Handled::Applied));
        let balance = numbers(&admin, BALANCE).await;
        same(format!("{what}; the balance afterwards"), balance, vec![vec![250]]);
        if let Some(ended) = ended {
            return same("`handle`, not dropped", ended.map_err(Told::from), Ok(Handled::Applied));
        }
    }
}
