use std::fmt::Debug;
use std::pin::Pin;

use k04::s6_reservations::{confirm, expire, reserve};
use k04_given::tables::RESERVATIONS;
use k04_given::{Buy, ReservationId, Timestamp};
use postgres_lab::wire::sessions::{Ran, Scenario, explore};
use postgres_lab::{Db, dropped_anywhere};
use suite::say::{holds, same};
use tokio_postgres::Client;

use crate::desk::{Desk, books_are, ends};
use crate::queries::{anew, numbers};
use crate::say::Told;
use crate::shop::{self, wants};

/// What is reserved is out of the stock, is confirmed before its time, and sold to whom it was
/// reserved for. What is not there cannot be reserved.
#[suite::test(postgres)]
async fn reservation_holds_until_its_time(db: Db) {
    let mut desk = Desk::open(&db, "INSERT INTO item VALUES (1, 5), (2, 1)").await;
    let first =
        desk.reserve(Buy { buyer: 8, sku: 1, units: 3 }, 10).await.expect("3 of 5 are there");
    let open = [[1, 2, 3, 0], [2, 1, 0, 0]];
    books_are("3 of 5 are reserved", &desk.books().await, open);
    for b in [wants(9, 3), Buy { buyer: 9, sku: 2, units: 2 }, Buy { buyer: 9, sku: 7, units: 1 }] {
        let answer = desk.reserve(b, 10).await;
        same(format!("`reserve`, {b:?}"), answer, Err(Told::new("SoldOut")));
    }
    same("Reserved until 10; `expire` at 9", desk.expire(9).await, Ok(0));
    books_are("Reserved until 10; `expire` at 9", &desk.books().await, open);
    let second = desk.reserve(wants(9, 2), 20).await.expect("2 are left");
    let bought = Buy { buyer: 8, sku: 1, units: 3 };
    same("Reserved until 10; `confirm` at 9", desk.confirm(first, 9).await, Ok(bought));
    books_are("The first is confirmed", &desk.books().await, [[1, 0, 2, 3], [2, 1, 0, 0]]);
    same("Reserved until 20; `confirm` at 19", desk.confirm(second, 19).await, Ok(wants(9, 2)));
    books_are("Both are confirmed", &desk.books().await, [[1, 0, 0, 5], [2, 1, 0, 0]]);
    let sales = numbers(&desk.admin, "SELECT buyer, sku, units FROM sale ORDER BY 1").await;
    same("Sales (buyer, item, units)", sales, vec![vec![8, 1, 3], vec![9, 1, 2]]);
}

/// Who confirms at the last moment or later is too late, whether or not anybody has cleared up; and
/// who is early by his own clock is too late when another clock was faster.
#[suite::test(postgres)]
async fn confirm_after_expiry_fails(db: Db) {
    let mut desk = Desk::open(&db, "INSERT INTO item VALUES (1, 5), (2, 1)").await;
    let id = desk.reserve(wants(8, 3), 10).await.expect("3 of 5 are there");
    let expired = || Err(Told::new("Expired"));
    for now in [10, 99] {
        let what = format!("Reserved until 10; `confirm` at {now}");
        same(what, desk.confirm(id, now).await, expired());
    }
    let late = [[1, 2, 3, 0], [2, 1, 0, 0]];
    books_are("Too late, and not cleared up", &desk.books().await, late);
    same("Reserved until 10; `expire` at 10", desk.expire(10).await, Ok(1));
    for now in [10, 9] {
        let what = format!("Reserved until 10, and ended by `expire`; `confirm` at {now}");
        same(what, desk.confirm(id, now).await, expired());
    }
    books_are("Cleared up", &desk.books().await, [[1, 5, 0, 0], [2, 1, 0, 0]]);
    let unknown = desk.confirm(ReservationId(id.0 + 1), 5).await;
    same("`confirm` of a number that no reservation has", unknown, Err(Told::new("Unknown")));
}

/// What expires goes back to the stock: all of it, of each item, once. What is confirmed, or has
/// time left, does not.
#[suite::test(postgres)]
async fn expired_stock_returns_once(db: Db) {
    let mut desk = Desk::open(&db, "INSERT INTO item VALUES (1, 9), (2, 9)").await;
    let two = |units| Buy { buyer: 8, sku: 2, units };
    let bought = desk.reserve(wants(8, 1), 10).await.expect("there is stock");
    for (b, until) in [(wants(8, 1), 10), (wants(9, 2), 8), (two(4), 10), (two(2), 11)] {
        desk.reserve(b, until).await.expect("there is stock");
    }
    same("Reserved until 10; `confirm` at 5", desk.confirm(bought, 5).await, Ok(wants(8, 1)));
    let open = [[1, 5, 3, 1], [2, 3, 6, 0]];
    books_are("Four are reserved, and a fifth is confirmed", &desk.books().await, open);
    let over = "`expire` at 10. Open and over are 1 of item 1 and 4 of item 2, both until 10, and 2 \
                of item 1, until 8";
    same(format!("{over}; how many it ended"), desk.expire(10).await, Ok(3));
    books_are(over, &desk.books().await, [[1, 8, 0, 1], [2, 7, 2, 0]]);
    same("`expire` at 10, once more; how many it ended", desk.expire(10).await, Ok(0));
    let last = "`expire` at 11. Open and over are 2 of item 2, until 11";
    same(format!("{last}; how many it ended"), desk.expire(11).await, Ok(1));
    let back = [[1, 8, 0, 1], [2, 9, 0, 0]];
    books_are(last, &desk.books().await, back);
    same("`confirm` again, at 50", desk.confirm(bought, 50).await, Ok(wants(8, 1)));
    books_are("Confirmed again, at 50", &desk.books().await, back);
}

/// However two customers overlap, what is there is reserved for one of them, and each is told the
/// number of his own reservation.
#[suite::test]
fn last_unit_is_reserved_once() {
    explore(
        scenario("INSERT INTO item VALUES (1, 1)")
            .lane("A: reserve 1", |db| reserving(db, wants(1, 1)))
            .lane("B: reserve 1", |db| reserving(db, wants(2, 1)))
            .serializable_outcome()
            .check(ends(&[
                ("Ok(())", "Err(SoldOut)", [0, 1, 0]),
                ("Err(SoldOut)", "Ok(())", [0, 1, 0]),
            ])),
    );
    let other = Buy { buyer: 2, sku: 2, units: 1 };
    explore(
        Scenario::new(RESERVATIONS, "INSERT INTO item VALUES (1, 1), (2, 1)")
            .lane("A: reserve 1 of item 1", |db| numbered(db, wants(1, 1)))
            .lane("B: reserve 1 of item 2", move |db| numbered(db, other))
            .state("SELECT buyer, 'Ok(' || id || ')' FROM reservation ORDER BY buyer")
            .check(|ran| {
                let expected: Vec<_> =
                    ran.state().lines().filter_map(|line| line.split('\t').nth(1)).collect();
                let saw = ["A", "B"].map(|lane| shop::told(ran, lane));
                if expected == saw {
                    return Ok(());
                }
                Err(format!(
                    "The numbers of A's and B's reservations.\n\
                     Expected: {expected:?}\nSaw:      {saw:?}"
                ))
            }),
    );
}

/// A reservation expires by one clock while it is confirmed by another one: it is sold, or its
/// units are back in the stock; never both, and never neither. A customer who is too late keeps
/// nothing from being cleared up.
#[suite::test]
fn expire_and_confirm_never_both_win() {
    explore(
        scenario(ONE_RESERVED)
            .lane("A: confirm at 9", |db| confirming(db, 9))
            .lane("B: expire at 10", |db| expiring(db, 10))
            .serializable_outcome()
            .check(ends(&[(SOLD, "Ok(0)", [3, 0, 2]), ("Err(Expired)", "Ok(1)", [5, 0, 0])])),
    );
    explore(
        scenario(ONE_RESERVED)
            .lane("A: confirm at 10", |db| confirming(db, 10))
            .lane("B: expire at 10", |db| expiring(db, 10))
            .serializable_outcome()
            .check(ends(&[("Err(Expired)", "Ok(1)", [5, 0, 0])])),
    );
}

/// The customer clicks twice on *confirm*: one sale, and both requests are told of it.
#[suite::test]
fn confirm_twice_sells_once() {
    explore(
        scenario(ONE_RESERVED)
            .lane("A: confirm", |db| confirming(db, 5))
            .lane("B: confirm", |db| confirming(db, 6))
            .serializable_outcome()
            .check(ends(&[(SOLD, SOLD, [3, 0, 2])])),
    );
}

/// Two that clear up at the same time give nothing back twice, count nothing twice, and are not in
/// each other's way, whatever their clocks say.
#[suite::test]
fn two_expirers_do_not_double_return() {
    const TWO: &str = "(1, 2, 1, 10), (2, 1, 2, 9)";
    // Those that are over at 9 are of both items, and the others, too, the other way round.
    const FOUR: &str = "(1, 2, 1, 10), (2, 1, 1, 9), (3, 2, 2, 9), (4, 1, 1, 10)";
    two_expire(TWO, 2, |db| expiring(db, 10), "A: expire at 10", "stock = 8 - sku");
    two_expire(FOUR, 4, |db| expiring(db, 9), "A: expire at 9", "stock = 6 + sku");
}

/// A and B expire all of these reservations; B's clock says 10.
fn two_expire(
    reservations: &str,
    count: u64,
    a: for<'a> fn(&'a mut Client) -> Calling<'a, u64>,
    name: &str,
    back: &str,
) {
    let rows = format!(
        "INSERT INTO item VALUES (1, 5), (2, 5); \
         INSERT INTO reservation (buyer, sku, units, until) VALUES {reservations}"
    );
    explore(
        scenario(&rows)
            .lane(name, a)
            .lane("B: expire at 10", |db| expiring(db, 10))
            .every_lane_succeeds()
            .check(move |ran| {
                let told = ["A", "B"].map(|lane| shop::told(ran, lane));
                let ended: Vec<u64> = told
                    .iter()
                    .filter_map(|text| text.strip_prefix("Ok(")?.strip_suffix(')')?.parse().ok())
                    .collect();
                if ended.len() == 2 && ended.iter().sum::<u64>() == count {
                    return Ok(());
                }
                Err(format!(
                    "{count} reservations are over.\n\
                     Expected: A and B have ended {count} together\nSaw:      A {}, B {}",
                    told[0], told[1]
                ))
            })
            .invariant("all are back, once", &format!("SELECT bool_and({back}) FROM item"))
            .invariant(
                "none is open",
                "SELECT count(*) = 0 FROM reservation WHERE status = 'open'",
            ),
    );
}

/// Units come back while somebody takes some: the stock has seen both.
#[suite::test]
fn returned_units_meet_a_new_reservation() {
    explore(
        scenario(ONE_RESERVED)
            .lane("A: reserve 1", |db| reserving(db, wants(2, 1)))
            .lane("B: expire at 10", |db| expiring(db, 10))
            .serializable_outcome()
            .check(ends(&[("Ok(())", "Ok(1)", [4, 1, 0])])),
    );
}

/// The process dies, or its connection ends, around any statement of any of the three: all of it
/// has happened or nothing, and every unit is in stock, reserved or sold.
#[suite::test]
fn crash_anywhere_keeps_every_unit() {
    type Call = for<'a> fn(&'a mut Client) -> Calling<'a, String>;
    let calls: [(&str, Call, &str, [i64; 3]); 3] = [
        ("A: reserve 1", |db| text(reserving(db, wants(2, 1))), "()", [2, 3, 0]),
        ("A: confirm", |db| text(confirming(db, 5)), BOUGHT, [3, 0, 2]),
        ("A: expire at 10", |db| text(expiring(db, 10)), "1", [5, 0, 0]),
    ];
    for (name, call, answer, all) in calls {
        let whole = move |ran: &Ran| {
            let (told, books) = (shop::told(ran, "A"), shop::books(ran));
            let fits = match told {
                "" => books == [3, 2, 0] || books == all,
                error if error.starts_with("Err(Sql(") => books == [3, 2, 0] || books == all,
                told => told == format!("Ok({answer:?})") && books == all,
            };
            if fits {
                return Ok(());
            }
            Err(format!(
                "{name}, and A was told: {told}\n\
                 Expected: {all:?} (in stock, reserved, sold), or [3, 2, 0] and an error\n\
                 Saw:      {books:?}"
            ))
        };
        explore(scenario(ONE_RESERVED).lane(name, call).faults(1).check(whole));
        explore(scenario(ONE_RESERVED).lane(name, call).faults(1).crashes().check(whole));
    }
}

/// A caller that goes away at any of its awaits leaves every unit in stock, reserved or sold, and a
/// connection that the next one can use.
#[suite::test(postgres)]
async fn dropped_caller_keeps_every_unit(db: Db) {
    let mut desk = Desk::open(&db, "").await;
    let calls =
        [("reserve", 0, [1, 2, 3, 0]), ("confirm", 1, [1, 3, 0, 2]), ("expire", 2, [1, 5, 0, 0])];
    for (name, n, done) in calls {
        dropped_anywhere(
            name,
            &mut desk,
            async |desk| anew(&desk.client, RESERVATIONS, ONE_RESERVED).await,
            async |desk| match n {
                0 => reserving(&mut desk.client, wants(2, 1)).await.is_ok(),
                1 => confirming(&mut desk.client, 5).await.is_ok(),
                _ => expiring(&mut desk.client, 10).await.is_ok(),
            },
            async |desk, what, ended| {
                let kept = format!("SELECT (({CONSTANT}) AND ({CONSISTENT}))::int::bigint");
                let kept = numbers(&desk.admin, &kept).await == [[1]];
                let books = desk.books().await;
                let saw = format!("{books:?} (item, stock, reserved, sold)");
                holds(what, "every unit in stock, reserved or sold", saw, kept);
                if let Some(ok) = ended {
                    same(format!("{what}: whether it is Ok"), ok, true);
                    let done = vec![done.to_vec()];
                    same(format!("{what}: item, stock, reserved, sold"), books, done);
                }
            },
        )
        .await;
    }
}

/// 5 units of item 1; 2 of them are reserved until 10, by customer 1.
const ONE_RESERVED: &str = "
    INSERT INTO item VALUES (1, 3);
    INSERT INTO reservation (id, buyer, sku, units, until) OVERRIDING SYSTEM VALUE
        VALUES (1000, 1, 1, 2, 10);";
const RESERVED: ReservationId = ReservationId(1000);
const BOUGHT: &str = "Buy { buyer: 1, sku: 1, units: 2 }";
const SOLD: &str = "Ok(Buy { buyer: 1, sku: 1, units: 2 })";

const CONSTANT: &str = "
    SELECT 5 = (SELECT sum(stock) FROM item)
        + (SELECT coalesce(sum(units), 0) FROM reservation WHERE status = 'open')
        + (SELECT coalesce(sum(units), 0) FROM sale)";

const CONSISTENT: &str = "
    SELECT (SELECT coalesce(sum(units), 0) FROM reservation WHERE status = 'confirmed')
        = (SELECT coalesce(sum(units), 0) FROM sale)";

const BOOKS: &str = "
    SELECT 'in stock', sum(stock)::bigint FROM item
    UNION ALL SELECT 'reserved', coalesce(sum(units), 0)::bigint FROM reservation
        WHERE status = 'open'
    UNION ALL SELECT 'sold', coalesce(sum(units), 0)::bigint FROM sale";

fn scenario(rows: &str) -> Scenario {
    Scenario::new(RESERVATIONS, rows).state(BOOKS)
}

type Calling<'a, T> = Pin<Box<dyn Future<Output = Result<T, Told>> + Send + 'a>>;

/// PostgreSQL chooses the id, so it is not compared.
fn reserving(db: &mut Client, b: Buy) -> Calling<'_, ()> {
    Box::pin(async move { reserve(db, &b, Timestamp(20)).await.map(|_| ()).map_err(Told::from) })
}

/// With the number.
fn numbered(db: &mut Client, b: Buy) -> Calling<'_, i64> {
    Box::pin(async move { reserve(db, &b, Timestamp(20)).await.map(|id| id.0).map_err(Told::from) })
}

fn confirming(db: &mut Client, now: i64) -> Calling<'_, Buy> {
    Box::pin(async move { confirm(db, RESERVED, Timestamp(now)).await.map_err(Told::from) })
}

fn expiring(db: &mut Client, now: i64) -> Calling<'_, u64> {
    Box::pin(async move { expire(db, Timestamp(now)).await.map_err(Told::from) })
}

/// One type for three calls.
fn text<T: Debug + Send + 'static>(call: Calling<'_, T>) -> Calling<'_, String> {
    Box::pin(async move { call.await.map(|value| format!("{value:?}")) })
}
