use std::sync::{Arc, Mutex};

use effects::Gateway;
use k05::s1_observe::{charges, double_click};
use k05_given::naive::{Break, pay_naive};
use k05_given::tables::PAYMENTS;
use k05_given::{GatewayError, PayRequest};
use postgres_lab::wire::sessions::{
    Door, Fault, LaneFuture, Ran, Replayed, Scenario, explore, replay,
};
use protocol::{Outcome, Status};

use crate::ports::Till;
use crate::say::swept;

/// You know, for each point where the process can die, how often the customer is charged once the
/// client has asked again: the record is written after the charge, so it is late.
#[suite::test]
fn lost_reply_charges_twice() {
    for at in Break::ALL {
        let gateway = Gateway::new();
        let (expected, said) = (dies(&gateway, at), charges(at));
        if said == expected.1 {
            continue;
        }
        let message = format!(
            "The process dies {at}; the client asks again.\n\
             Expected: {said} charges, as you predict\nSaw:      {}",
            expected.1
        );
        let mut outcome = Outcome::new(Status::Fail, message);
        outcome.timeline = Some(expected.0.timeline);
        suite::fail(outcome);
    }
}

/// Two clicks are two requests: your schedule lets both look before either of them writes, so both
/// are charged.
#[suite::test]
fn two_clicks_charge_twice() {
    let gateway = Gateway::new();
    let replayed = match replay(payments(&gateway, &["A", "B"]), double_click()) {
        Ok(replayed) => replayed,
        Err(bad) => suite::fail(Outcome::new(Status::Fail, bad.to_string())),
    };
    let charged = gateway.ledger().times("order-1");
    if charged == 2 {
        return;
    }
    let message = format!(
        "A and B ask for the same order, by the schedule {:?}.\n\
         Expected: 2 charges\nSaw:      {charged}",
        double_click()
    );
    let mut outcome = Outcome::new(Status::Fail, message);
    outcome.timeline = Some(replayed.timeline);
    suite::fail(outcome);
}

/// What your table says is all there is to say: of every point where the process can die, it names
/// those that charge twice, and no others.
#[suite::test]
fn crash_anywhere_charges_once_or_twice() {
    let gateway = Gateway::new();
    let counts: Arc<Mutex<Vec<usize>>> = Arc::default();
    let (ledger, seen) = (gateway.ledger().clone(), counts.clone());
    let all = explore(
        payments(&gateway, &["A"])
            .faults(1)
            .fault_kinds(&[Fault::CutBefore, Fault::CutAfter])
            .crashes()
            .restarts()
            .check(move |_: &Ran| {
                seen.lock().unwrap().push(ledger.times("order-1"));
                Ok(())
            }),
    );
    swept(&all);
    let mut saw: Vec<usize> = counts.lock().unwrap().clone();
    // One schedule is undisturbed.
    let mut expected: Vec<usize> = Break::ALL.into_iter().map(charges).chain([1]).collect();
    saw.sort_unstable();
    expected.sort_unstable();
    let what = format!("{} crash points, and one run without: charges", all.crash_points);
    suite::say::same(what, saw, expected);
}

/// A client that asks until it has an answer, each time another process.
fn payments(gateway: &Gateway, lanes: &[&str]) -> Scenario {
    let mut scenario = Scenario::new(PAYMENTS, "").port(gateway.clone());
    for lane in lanes {
        let gateway = gateway.clone();
        scenario = scenario.lane_connecting(
            &format!("{lane}: pays order-1"),
            move |door: Door| -> LaneFuture<'static, String, GatewayError> {
                let till = Till(gateway.client(door.caller()));
                Box::pin(async move {
                    let db = door.connect().await.map_err(|_| GatewayError::Unavailable)?;
                    let request = PayRequest { order: "order-1".to_owned(), cents: 3000 };
                    pay_naive(&db, &till, &request).await
                })
            },
        );
    }
    scenario
}

/// What happens when the process dies there, and how often was charged.
fn dies(gateway: &Gateway, at: Break) -> (Replayed, usize) {
    let code = match at {
        Break::BeforeLook => "A!1",
        Break::BeforeCharge => "A.A!1",
        Break::AfterCharge => "A.A!2",
        Break::BeforeInsert => "A2.A!1",
        Break::AfterInsert => "A2.A!2",
    };
    let scenario = payments(gateway, &["A"]).crashes().restarts();
    let replayed = replay(scenario, code).unwrap_or_else(|bad| panic!("the suite's own: {bad}"));
    (replayed, gateway.ledger().times("order-1"))
}
