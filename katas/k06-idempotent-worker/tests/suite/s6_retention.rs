use std::time::Duration;

use k06::s6_retention::prune;
use k06_given::Timestamp;
use k06_given::tables::DATED;
use postgres_lab::wire::sessions::{LaneFuture, Scenario, explore};
use postgres_lab::{Db, is_at_rest};
use suite::cancel::after_polls;
use suite::say::{holds, same};
use tokio_postgres::{Client, Error};

use crate::queries::{anew, cells, numbers, told};
use crate::say::Told;

/// Marks m-0, m-10, … m-90, seen at 0, 10, … 90.
const MARKS: &str = "INSERT INTO inbox SELECT 'm-' || n, n FROM generate_series(0, 90, 10) AS n";
const SEEN: &str = "SELECT seen_at FROM inbox ORDER BY seen_at";

async fn pruned(db: &mut Client, keep: Duration, now: i64) -> Result<u64, Told> {
    let answer: Result<u64, Error> = prune(db, keep, Timestamp(now)).await;
    answer.map_err(Told::from)
}

/// A mark lives as long as its message can come again, to the second: forgotten a moment too early,
/// the duplicate that comes then is a new message.
#[suite::test(postgres)]
async fn prune_keeps_the_redelivery_horizon(db: Db) {
    let (mut client, admin) = (db.client().await, db.admin().await);
    let seconds = Duration::from_secs;
    for (keep, now, oldest_left) in [
        (seconds(60), 100, 40),
        (seconds(60), 101, 50),
        (seconds(60), 109, 50),
        (seconds(60), 59, 0),
        (seconds(60), 60, 0),
        (seconds(0), 40, 40),
        (Duration::from_millis(59_001), 100, 40),
        (Duration::from_millis(60_999), 101, 40),
        (Duration::from_nanos(1), 41, 40),
        (Duration::MAX, 1_000, 0),
        (seconds(u64::MAX), i64::MAX, 0),
        (seconds(60), i64::MIN, 0),
        (seconds(60), 0, 0),
    ] {
        anew(&client, DATED, MARKS).await;
        let what = format!("`prune`, keep {keep:?}, now {now}; seen at 0, 10, … 90");
        let deleted = u64::try_from(oldest_left / 10).expect("a small number");
        same(&what, pruned(&mut client, keep, now).await, Ok(deleted));
        is_at_rest(&what, &client, &admin).await;
        let left: Vec<Vec<i64>> = (oldest_left / 10..10).map(|n| vec![10 * n]).collect();
        same(format!("{what}; what is left"), numbers(&admin, SEEN).await, left);
        same(format!("{what}; once more"), pruned(&mut client, keep, now).await, Ok(0));
    }
}

/// A worker that marks a message does not wait until somebody has cleared up.
#[suite::test]
fn workers_do_not_wait() {
    let scenario = Scenario::new(DATED, MARKS).state(SEEN).lane("A: prune", clears).lane(
        "B: a worker",
        |db| -> LaneFuture<'_, u64, Told> {
            Box::pin(async move {
                let tx = db.transaction().await?;
                tx.execute("INSERT INTO inbox VALUES ('m-100', 100)", &[]).await?;
                let again = "INSERT INTO inbox VALUES ('m-90', 95) ON CONFLICT DO NOTHING";
                let marked = tx.execute(again, &[]).await?;
                tx.commit().await?;
                Ok(marked)
            })
        },
    );
    explore(scenario.check(|ran| {
        if let Some(wait) = ran.first_wait() {
            let what = "Somebody prunes, a worker marks.\nExpected: nobody waits";
            return Err(format!("{what}\nSaw:      {wait}"));
        }
        let (pruned, marked) = (told(ran, "A"), told(ran, "B"));
        let left = cells(ran).concat().join(" ");
        if (pruned, marked, &*left) == ("Ok(4)", "Ok(0)", "40 50 60 70 80 90 100") {
            return Ok(());
        }
        Err(format!(
            "Somebody prunes what was seen before 40, a worker marks m-100, and m-90 again.\n\
             Expected: Ok(4), Ok(0), seen at 40 50 60 70 80 90 100\n\
             Saw:      {pruned}, {marked}, seen at {left}"
        ))
    }));
}

fn clears(db: &mut Client) -> LaneFuture<'_, u64, Told> {
    Box::pin(pruned(db, Duration::from_secs(60), 100))
}

/// Two who clear up at once count each mark once, and neither fails.
#[suite::test]
fn parallel_prunes_count_each_mark_once() {
    let scenario =
        Scenario::new(DATED, MARKS).state(SEEN).lane("A: prune", clears).lane("B: prune", clears);
    explore(scenario.check(|ran| {
        let answers = [told(ran, "A"), told(ran, "B")];
        let count =
            |answer: &str| answer.strip_prefix("Ok(")?.strip_suffix(')')?.parse::<u64>().ok();
        let sum = answers.iter().map(|answer| count(answer)).sum::<Option<u64>>();
        if sum == Some(4) && cells(ran).len() == 6 {
            return Ok(());
        }
        Err(format!(
            "Two prune what was seen before 40: four marks.\n\
             Expected: both Ok, four marks in all, six are left\n\
             Saw:      A {}, B {}, {} are left",
            answers[0],
            answers[1],
            cells(ran).len()
        ))
    }));
}

/// A caller that goes away at any await has deleted nothing that is still needed, and leaves a
/// connection that the next one can use.
#[suite::test(postgres)]
async fn dropped_prune_keeps_what_is_needed(db: Db) {
    let _exploring = suite::exploring();
    let (mut client, admin) = (db.client_here().await, db.admin().await);
    let keep = Duration::from_secs(60);
    for polls in 0.. {
        anew(&client, DATED, MARKS).await;
        let ended = after_polls(polls, prune(&mut client, keep, Timestamp(100))).await;
        let what = format!("`prune` is dropped after poll {polls}, or done");
        is_at_rest(&what, &client, &admin).await;
        let left = numbers(&admin, SEEN).await.concat();
        let needed = left.ends_with(&[40, 50, 60, 70, 80, 90]);
        holds(format!("{what}; what is left"), "at least 40 to 90", format!("{left:?}"), needed);
        if let Some(ended) = ended {
            return same("`prune`, not dropped", ended.map_err(Told::from), Ok(4));
        }
    }
}
