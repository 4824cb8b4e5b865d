use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use broker::{Broker, Fault as Trouble, LocalQueue};
use k06::s4_loop::run;
use k06_given::tables::LEDGER;
use k06_given::{Consumer, End, Handler, WorkerReport};
use postgres_lab::Db;
use postgres_lab::wire::sessions::{Fault, Ran, explore};
use suite::cancel::after_polls;
use suite::say::{holds, same};
use tokio_util::sync::CancellationToken;

use crate::behaviour;
use crate::deliveries::QUEUE;
use crate::doubles::pays;
use crate::lost::{broker_is_lost, database_is_lost};
use crate::messages::captured;
use crate::queries::{anew, cell, cells, numbers, told};
use crate::supervised::Plant;

const CUTS: &[Fault] = &[Fault::CutBefore, Fault::CutAfter];

/// A queue in this process, which knows when nothing will come any more.
fn here() -> (LocalQueue, impl Fn(CancellationToken) + Sync) {
    let broker = Broker::new(&[QUEUE]);
    (broker.on(QUEUE), move |stop| broker.when_drained(move || stop.cancel()))
}

/// Every message is handled, counted, and gone: one that was published twice twice, as a duplicate.
/// One that was paid and not acknowledged, because a worker died between the two, comes again and is
/// a duplicate.
#[suite::test(postgres)]
async fn every_message_is_handled_and_acknowledged(db: Db) {
    let (queue, idle) = here();
    behaviour::every_message_is_handled_and_acknowledged(&queue, &db, &idle).await;
    let (queue, idle) = here();
    behaviour::redelivered_message_applies_once(&queue, &db, &idle).await;
}

/// What fails comes again, with nothing of it left in the tables. What cannot be read does not: it
/// would come for ever.
#[suite::test(postgres)]
async fn failed_comes_again_and_malformed_does_not(db: Db) {
    let (queue, idle) = here();
    behaviour::failed_comes_again_and_malformed_does_not(&queue, &db, &idle).await;
}

/// What the broker was told to forget has its effect: an ack comes after its COMMIT, wherever the
/// process dies, and nobody starts it anew.
#[suite::test]
fn no_ack_without_commit() {
    let plant = Plant::holding([captured("m-1", 1), captured("m-2", 1)], 2);
    let check = |broker: Broker| {
        move |ran: &Ran| {
            let inbox = cells(ran).concat();
            let acked = broker.acked(QUEUE);
            if !ran.code().contains('!') && acked.len() != 2 {
                let what = "Nothing goes wrong.\nExpected: both messages are acknowledged";
                return Err(format!("{what}\nSaw:      {} of them", acked.len()));
            }
            match acked.iter().find(|id| !inbox.contains(&id.as_str())) {
                None => Ok(()),
                Some(id) => Err(format!(
                    "What was acknowledged, and what had its effect.\n\
                     Expected: {id} had its effect, since it was acknowledged\n\
                     Saw:      effects of {inbox:?}"
                )),
            }
        }
    };
    let scenario = || {
        plant
            .scenario()
            .state("SELECT message_id FROM inbox ORDER BY 1")
            .faults(1)
            .fault_kinds(CUTS)
    };
    explore(scenario().crashes().check(check(plant.broker.clone())));
    explore(scenario().check(check(plant.broker.clone())));
}

/// A COMMIT can fail, too, and then nothing was done: the message must come again.
#[suite::test(postgres)]
async fn failed_commit_comes_again(db: Db) {
    let admin = db.admin().await;
    anew(&admin, LEDGER, "INSERT INTO merchant VALUES (1, 0)").await;
    admin.batch_execute(REFUSES_ONCE).await.expect("a hurdle");
    let broker = Broker::new(&[QUEUE]).holding(QUEUE, [captured("m-1", 1), captured("m-2", 1)]);
    let report = until_drained(&broker, &db).await;
    let expected =
        WorkerReport { applied: 2, duplicates: 0, refused: 0, requeued: 1, end: End::Stopped };
    same("`run`: m-1 and m-2; the first COMMIT fails", report, expected);
    let balance = numbers(&admin, "SELECT balance FROM merchant").await;
    same("The balance, 250 a message", balance, vec![vec![500]]);
}

/// The first transaction that marks a message is refused at its COMMIT.
const REFUSES_ONCE: &str = "
    CREATE SEQUENCE tries;
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('tries') = 1 THEN RAISE EXCEPTION 'a hurdle of this test'; END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON inbox DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION refuse();";

/// Runs the loop until the broker has nothing more.
async fn until_drained(broker: &Broker, db: &Db) -> WorkerReport {
    let stop = CancellationToken::new();
    let drained = stop.clone();
    broker.when_drained(move || drained.cancel());
    let mut consumer = broker.consumer(QUEUE, 2);
    let mut client = db.client_here().await;
    run(&mut consumer, &mut client, &pays(), stop).await
}

/// Wherever the worker's process dies, it starts anew, and each message has its effect exactly once,
/// although one was published twice.
#[suite::test]
fn crash_anywhere_in_the_loop_applies_exactly_once() {
    let plant = Plant::holding(["m-1", "m-2", "m-1"].map(|id| captured(id, 1)), 2);
    let scenario = plant.scenario().crashes().restarts().faults(1).fault_kinds(CUTS);
    let explored = explore(scenario.check(settled(&plant, "the process dies")));
    let points = explored.crash_points;
    println!("{points} crash points");
    holds("Places to die at", "at least 12", points, points >= 12);
}

/// Messages m-1 and m-2, of which all copies are dealt with.
fn settled(plant: &Plant, what: &'static str) -> impl Fn(&Ran) -> Result<(), String> + 'static {
    let broker = plant.broker.clone();
    move |ran| {
        let (balance, told) = (cell(ran), told(ran, "A"));
        let left = [broker.ready(QUEUE), broker.unacked(QUEUE)].concat();
        if balance == "500" && left.is_empty() && told.starts_with("Ok(") {
            return Ok(());
        }
        let left: Vec<&str> = left.iter().map(broker::MessageId::as_str).collect();
        Err(format!(
            "Messages m-1 and m-2, 250 cents each; {what}.\n\
             Expected: balance 500, nothing left in the queue\n\
             Saw:      balance {balance}, left {left:?}, the worker {told}"
        ))
    }
}

/// A connection breaks anywhere, and an ack may be lost with it: the worker says which one it was,
/// is started anew with new ones, and each message has its effect once.
#[suite::test]
fn lost_ack_applies_once() {
    let plant = Plant::holding(["m-1", "m-2"].map(|id| captured(id, 1)), 2);
    let scenario = plant.scenario().faults(1).fault_kinds(CUTS);
    explore(scenario.check(settled(&plant, "a connection breaks")));
}

/// Messages of one merchant come in another order, and a copy of one comes later, not marked: that
/// is no reason to lose any, or to acknowledge the wrong one.
#[suite::test]
fn reorder_within_key_is_tolerated() {
    let messages = ["m-1", "m-2"].map(|id| captured(id, 1));
    let broker = Broker::new(&[QUEUE]).holding(QUEUE, messages);
    let plant = Plant::new(broker.faults(&[Trouble::Reorder, Trouble::Duplicate]), 2);
    let scenario = plant.scenario().faults(2).fault_kinds(&[]);
    explore(scenario.check(settled(&plant, "they come out of order, and a copy comes later")));
}

/// At whichever moment it is told to stop: the message in hand is finished and acknowledged, what was
/// sent ahead goes back to the queue, in order, and the worker returns, also where it waits for a
/// message. What it held on to would be nobody's as long as its connection lives.
#[suite::test]
fn stop_finishes_current_and_releases_prefetched() {
    for ids in [&["m-1", "m-2", "m-3"][..], &[]] {
        let plant = Plant::holding(ids.iter().map(|id| captured(id, 1)), 3).until_told();
        let most = Arc::new(AtomicUsize::new(0));
        let seen = most.clone();
        let (broker, operator) = (plant.broker.clone(), plant.clone());
        let check = move |ran: &Ran| {
            let names = |ids: Vec<broker::MessageId>| ids.into_iter().map(|id| id.0).collect();
            let (acked, ready): (Vec<String>, Vec<String>) =
                (names(broker.acked(QUEUE)), names(broker.ready(QUEUE)));
            let unacked: Vec<String> = names(broker.unacked(QUEUE));
            let paid = cell(ran).parse::<usize>().unwrap_or(usize::MAX) / 250;
            seen.fetch_max(acked.len(), Ordering::Relaxed);
            let whole = [acked.clone(), ready.clone()].concat() == ids;
            let report = format!("applied: {}, ", acked.len());
            let says = told(ran, "A").contains("Stopped") && told(ran, "A").contains(&report);
            if unacked.is_empty() && whole && paid == acked.len() && says {
                return Ok(());
            }
            Err(format!(
                "{} messages were sent ahead; the worker is told to stop.\n\
                 Expected: each is paid, counted and acknowledged, or back in the queue, in order\n\
                 Saw:      paid {paid}, acknowledged {acked:?}, in the queue {ready:?},\n\
                 \x20         held by the worker {unacked:?}; it says {}",
                ids.len(),
                told(ran, "A")
            ))
        };
        explore(
            plant
                .scenario()
                .lane_connecting("B: stop", move |door| {
                    let operator = operator.clone();
                    Box::pin(async move {
                        let caller = door.caller();
                        let told = caller.call("tell A to stop", || {
                            operator.stop();
                            explorer::Reply::new((), "")
                        });
                        told.await.map_err(|explorer::Lost| ())
                    })
                })
                .check(check),
        );
        let (most, all) = (most.load(Ordering::Relaxed), ids.len());
        let what =
            format!("{all} messages; the worker is told to stop when it has waited for long");
        holds(what, format!("{all} were handled by then"), most, most == all);
    }
}

/// A worker that goes away at any of its awaits loses nothing: what it had in hand comes again.
#[suite::test(postgres)]
async fn dropped_worker_loses_nothing(db: Db) {
    let _exploring = suite::exploring();
    let admin = db.admin().await;
    for polls in 0.. {
        anew(&admin, LEDGER, "INSERT INTO merchant VALUES (1, 0)").await;
        let broker = Broker::new(&[QUEUE]).holding(QUEUE, [captured("m-1", 1), captured("m-2", 1)]);
        let stop = CancellationToken::new();
        let drained = stop.clone();
        broker.when_drained(move || drained.cancel());
        let ended = {
            let mut client = db.client_here().await;
            let mut consumer = broker.consumer(QUEUE, 2);
            let handler: Handler = pays();
            let ended = after_polls(polls, run(&mut consumer, &mut client, &handler, stop)).await;
            postgres_lab::is_at_rest("`run`, dropped or done", &client, &admin).await;
            consumer.close().await;
            ended
        };
        if let Some(report) = ended {
            let expected = WorkerReport {
                applied: 2,
                duplicates: 0,
                refused: 0,
                requeued: 0,
                end: End::Stopped,
            };
            return same("`run`, not dropped", report, expected);
        }
        let report = until_drained(&broker, &db).await;
        let balance = numbers(&admin, "SELECT balance FROM merchant").await[0][0];
        let what = format!("`run` is dropped after poll {polls}; then another one runs");
        same(format!("{what}; the balance, 250 a message"), balance, 500);
        same(format!("{what}; how it ends"), report.end, End::Stopped);
    }
}

/// When it returns, nothing of it goes on: no task, and no hold on a message. So it is also where a
/// connection was lost, and then it says which one.
#[suite::test(postgres)]
async fn no_task_left(db: Db) {
    database_is_lost(&db).await;
    broker_is_lost(&db).await;
    let (queue, idle) = here();
    behaviour::stop_releases_what_was_sent_ahead(&queue, &db, &idle).await;
    anew(&db.admin().await, LEDGER, "INSERT INTO merchant VALUES (1, 0)").await;
    // What drives the connections of before has ended.
    suite::tasks::settle().await;
    let before = suite::tasks::alive();
    let broker = Broker::new(&[QUEUE]).holding(QUEUE, [captured("m-1", 1), captured("m-2", 1)]);
    let report = until_drained(&broker, &db).await;
    suite::tasks::settle().await;
    same("`run` has ended; messages applied", report.applied, 2);
    same("`run` has ended; tasks that live", suite::tasks::alive(), before);
}
