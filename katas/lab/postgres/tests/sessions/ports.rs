//! A payment gateway beside the database, in one scenario.

use effects::{Gateway, GatewayClient, GatewayError};
use postgres_lab::wire::sessions::{Door, Fault, LaneFuture, Ran, Scenario, replay, search};
use protocol::Status;
use tokio_postgres::Client;

const SCHEMA: &str = "CREATE TABLE payment (purchase text PRIMARY KEY, charge text NOT NULL)";

const INSERT: &str = "INSERT INTO payment VALUES ('order-1', $1) ON CONFLICT DO NOTHING";

/// Charges unless it is written that it has, and writes it down afterwards.
async fn pay(db: &Client, gateway: &GatewayClient, key: Option<&str>) -> Result<(), GatewayError> {
    let paid = db.query_opt("SELECT charge FROM payment WHERE purchase = 'order-1'", &[]).await;
    if paid.map_err(|_| GatewayError::TimedOut)?.is_some() {
        return Ok(());
    }
    let charged = gateway.charge("order-1", 3000, key).await?;
    db.execute(INSERT, &[&charged.id]).await.map_err(|_| GatewayError::TimedOut)?;
    Ok(())
}

fn lane(
    gateway: &Gateway,
    key: Option<&'static str>,
    hangs_up: bool,
) -> impl Fn(Door) -> LaneFuture<'static, (), GatewayError> + Send + Sync + 'static {
    let gateway = gateway.clone();
    move |door| {
        let client = gateway.client(door.caller());
        Box::pin(async move {
            let db = door.connect().await.unwrap();
            let request = pay(&db, &client, key);
            let heard =
                if hangs_up { door.until_hung_up(request).await } else { Some(request.await) };
            match heard {
                Some(result) => result,
                None => pay(&db, &client, key).await,
            }
        })
    }
}

fn payments(gateway: &Gateway, key: Option<&'static str>, hangs_up: bool) -> Scenario {
    let ledger = gateway.ledger().clone();
    let once = move |_: &Ran| match ledger.times("order-1") {
        1 => Ok(()),
        times => Err(format!("order-1 was charged {times} times.")),
    };
    Scenario::new(SCHEMA, "")
        .port(gateway.clone())
        .lane_connecting("A: pays order-1", lane(gateway, key, hangs_up))
        .faults(1)
        .fault_kinds(&[Fault::CutBefore, Fault::CutAfter])
        .check(once)
}

#[test]
fn a_crash_between_charge_and_row_is_told_as_a_sentence() {
    let gateway = Gateway::new();
    let crashes = || payments(&gateway, None, false).crashes().restarts();
    let outcome = search(crashes()).unwrap_err();
    assert_eq!(outcome.status, Status::Fail);
    assert_eq!(
        outcome.message,
        "order-1 was charged 2 times.\n\
         A was killed before step 3 of 3 (`INSERT INTO payment VALUES ('order-1', 'ch_1') \
         ON CONFLICT DO NOTHING`)."
    );
    assert_eq!(outcome.replay.as_deref(), Some("A2.A!1.A3"));
    let replayed = replay(crashes(), "A2.A!1.A3").unwrap();
    assert_eq!(replayed.outcome.unwrap().message, outcome.message);
    let after = replay(crashes(), "A.A!2.A3").unwrap().outcome.unwrap();
    assert_eq!(
        after.message,
        "order-1 was charged 2 times.\n\
         A was killed after step 2 of 3 (`charge 3000 for order-1, no key`), before its reply."
    );
    let told = after.timeline.unwrap().text(80);
    for row in ["ch_1 ✂ reply lost", "process dies, starts anew", "→ ch_2", "charges   order-1"]
    {
        assert!(told.contains(row), "{row}:\n{told}");
    }
}

#[test]
fn with_a_key_every_crash_point_charges_once() {
    let gateway = Gateway::new();
    let explored = search(payments(&gateway, Some("k"), false).crashes().restarts()).unwrap();
    // Before the SELECT, before and after the charge, before and after the INSERT.
    assert_eq!((explored.crash_points, explored.kills), (5, 5));
    let twice = payments(&gateway, Some("k"), false).crashes().restarts().faults(2);
    assert!(search(twice).unwrap().crash_points > 5);
}

#[test]
fn a_client_hangs_up_at_every_statement_and_call() {
    let gateway = Gateway::new();
    let hang_ups = || payments(&gateway, None, true).hang_ups();
    let outcome = search(hang_ups()).unwrap_err();
    let said = "A's client hung up after step 2 of 3 (`charge 3000 for order-1, no key`)";
    assert!(outcome.message.contains(said), "{}", outcome.message);
    let outcome = replay(hang_ups(), "A.A!2.A3").unwrap().outcome.unwrap();
    let said = "A's client hung up after step 2 of 3 (`charge 3000 for order-1, no key`)";
    assert!(outcome.message.contains(said), "{}", outcome.message);
    let explored = search(payments(&gateway, Some("k"), true).hang_ups()).unwrap();
    // One without; each of two statements after its effect, and the call before it and after it.
    assert_eq!((explored.schedules, explored.faults, explored.kills), (5, 4, 0));
}

/// What a request has left to a task is finished, whichever statement its client hangs up at.
#[test]
fn a_task_hears_of_its_statements_when_the_client_hangs_up() {
    let gateway = Gateway::new();
    let work = gateway.clone();
    let scenario = Scenario::new(SCHEMA, "")
        .port(gateway)
        .lane_connecting("A: pays order-1", move |door| -> LaneFuture<'static, (), GatewayError> {
            let client = work.client(door.caller());
            Box::pin(async move {
                let db = door.connect().await.unwrap();
                let task = tokio::spawn(async move { pay(&db, &client, None).await });
                let mut task = std::pin::pin!(task);
                match door.until_hung_up(task.as_mut()).await {
                    Some(paid) => paid.unwrap(),
                    None => task.await.unwrap(),
                }
            })
        })
        .faults(1)
        .fault_kinds(&[Fault::CutBefore, Fault::CutAfter])
        .hang_ups()
        .check(|ran| match ran.returned("A").map(|paid| paid.text.as_str()) {
            Some("Ok(())") => Ok(()),
            other => Err(format!("The task: {other:?}")),
        });
    let explored = search(scenario).unwrap();
    assert_eq!((explored.schedules, explored.faults, explored.kills), (5, 4, 0));
}

#[test]
fn what_ports_hold_is_compared_with_the_serial_orders() {
    let gateway = Gateway::new();
    let two = Scenario::new(SCHEMA, "")
        .port(gateway.clone())
        .lane_connecting("A: pays", lane(&gateway, None, false))
        .lane_connecting("B: pays the same", lane(&gateway, None, false))
        .serializable_outcome();
    let outcome = search(two).unwrap_err();
    let told = outcome.timeline.unwrap().text(80);
    assert!(told.contains("A then B"), "{told}");
}
