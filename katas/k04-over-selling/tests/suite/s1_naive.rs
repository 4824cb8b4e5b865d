use k04::s1_naive::{buy_naive, losing_schedule};
use k04_given::tables::SHOP;
use k04_given::{Buy, Sale};
use postgres_lab::Db;
use postgres_lab::wire::sessions::{Scenario, replay, search};
use protocol::{Outcome, Status};
use suite::say::same;

use crate::queries::{anew, numbers};
use crate::say::Told;
use crate::shop::{self, Way, books, told, wants};

/// Alone, the naive purchase does everything right: that is why it passes every test that its
/// author thinks of.
#[suite::test(postgres)]
async fn naive_is_right_when_nobody_disturbs(db: Db) {
    shop::zero_rows_is_sold_out(&db, NAIVE).await;
    let mut client = db.client().await;
    anew(&client, SHOP, "INSERT INTO item (sku, stock) VALUES (1, 10)").await;
    for n in 1..=12 {
        let answer = buy_naive(&mut client, &Buy { buyer: n, sku: 1, units: 1 }).await;
        let expected = if n <= 10 {
            Ok(Sale { sku: 1, units: 1, left: 10 - n })
        } else {
            Err(Told::new("SoldOut"))
        };
        same(format!("Customer {n} of 12 wants 1 of 10"), answer.map_err(Told::from), expected);
    }
    let sold = numbers(&client, "SELECT count(*), sum(units)::bigint FROM sale").await;
    same("Sales and units sold, of 10", sold, vec![vec![10, 10]]);
}

/// In your order of statements both customers get the last unit: each statement is right, and the
/// shop owes somebody a console.
#[suite::test]
fn naive_oversells_in_some_interleaving() {
    let code: &'static str = losing_schedule();
    let replayed = match replay(scenario(), code) {
        Ok(replayed) => replayed,
        Err(bad) => panic!("`losing_schedule` answers `{code}`.\n{bad}"),
    };
    let said = replayed.outcome.as_ref().map_or("", |outcome| outcome.message.as_str());
    if said.contains(OVERSOLD) {
        return;
    }
    let mut message = format!(
        "One unit, two customers, in the order `{code}`.\n\
         Expected: both are told that it is theirs\nSaw:      not both"
    );
    if !said.is_empty() {
        message = format!("{message}\n{said}");
    } else if search(scenario()).is_ok() {
        message.push_str("\nNo order makes this `buy_naive` oversell: it is not naive enough.");
    }
    let mut outcome = Outcome::new(Status::Fail, message);
    outcome.timeline = Some(replayed.timeline);
    suite::fail(outcome);
}

const NAIVE: Way = Way { name: "buy_naive", buy: |db, b| Box::pin(buy_naive(db, b)) };

const OVERSOLD: &str = "Two customers hold a receipt for one unit.";

fn scenario() -> Scenario {
    shop::customers(NAIVE, 1, &[wants(1, 1), wants(2, 1)]).check(|ran| {
        let told = ["A", "B"].iter().all(|lane| told(ran, lane).starts_with("Ok("));
        let booked = books(ran).get(1..3) == Some(&[1, 1]);
        if told && booked { Err(OVERSOLD.to_owned()) } else { Ok(()) }
    })
}
