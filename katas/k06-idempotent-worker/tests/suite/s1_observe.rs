use k06::s1_observe::{handle_naive, losing_schedule};
use k06_given::tables::LEDGER;
use k06_given::{Captured, HandleError};
use postgres_lab::wire::sessions::{Fault, Scenario, replay, search};
use postgres_lab::{Db, is_at_rest};
use protocol::{Outcome, Status};
use suite::say::same;

use crate::clerk::Office;
use crate::deliveries::delivery;
use crate::queries::{anew, cell, numbers};
use crate::say::Told;

/// Alone, and each message once, the naive worker does everything right: that is why it passes every
/// test that its author thinks of.
#[suite::test(postgres)]
async fn naive_is_right_when_nothing_comes_twice(db: Db) {
    let (mut client, admin) = (db.client().await, db.admin().await);
    anew(&client, LEDGER, "INSERT INTO merchant VALUES (1, 0), (2, 100)").await;
    for (tag, (merchant, cents, answer, balances)) in (1..).zip([
        (1, 250, Ok(()), [250, 100]),
        (2, 50, Ok(()), [250, 150]),
        (1, 250, Ok(()), [500, 150]),
        (7, 50, Err(Told::new("Unknown")), [500, 150]),
    ]) {
        let m = delivery(&format!("m-{tag}"), tag, Captured { merchant, cents });
        let what = format!("`handle_naive`, {cents} cents for merchant {merchant}");
        let saw: Result<(), HandleError> = handle_naive(&m, &mut client).await;
        same(&what, saw.map_err(Told::from), answer);
        is_at_rest(&what, &client, &admin).await;
        let saw = numbers(&admin, "SELECT balance FROM merchant ORDER BY id").await;
        let balances = balances.map(|balance| vec![balance]).to_vec();
        same(format!("{what}; the balances afterwards"), saw, balances);
    }
}

/// One message, one worker, one death at the right moment: the money is paid out twice. Each side
/// has done what it promised.
#[suite::test]
fn duplicate_is_applied_twice() {
    let code: &'static str = losing_schedule();
    let replayed = match replay(scenario(), code) {
        Ok(replayed) => replayed,
        Err(bad) => panic!("`losing_schedule` answers `{code}`.\n{bad}"),
    };
    let said = replayed.outcome.as_ref().map_or("", |outcome| outcome.message.as_str());
    if said.contains(TWICE) {
        return;
    }
    let mut message = format!(
        "One message of 250 cents, a worker that dies as `{code}` says.\n\
         Expected: 500 cents are paid out\nSaw:      not that"
    );
    if !said.is_empty() {
        message = format!("{message}\n{said}");
    } else if search(scenario()).is_ok() {
        message.push_str("\nNo death makes this `handle_naive` pay twice: it is not naive enough.");
    }
    let mut outcome = Outcome::new(Status::Fail, message);
    outcome.timeline = Some(replayed.timeline);
    suite::fail(outcome);
}

const TWICE: &str = "One message of 250 cents was paid out twice.";

fn scenario() -> Scenario {
    Office::with(&["m-1"])
        .scenario(&["A: the worker"], |m, db, _| Box::pin(handle_naive(m, db)))
        .crashes()
        .restarts()
        .faults(1)
        .fault_kinds(&[Fault::CutBefore, Fault::CutAfter])
        .check(|ran| if cell(ran) == "500" { Err(TWICE.to_owned()) } else { Ok(()) })
}
