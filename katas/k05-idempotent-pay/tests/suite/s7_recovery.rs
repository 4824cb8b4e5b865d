use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use effects::{Gateway, GatewayAnswer};
use explorer::Caller;
use k05::s7_recovery::recover;
use k05_given::tables::INTENTS;
use k05_given::{CallerId, IdemKey, Timestamp, gateway_key};
use postgres_lab::wire::sessions::{Door, Fault, LaneFuture, Ran, Scenario, explore};
use postgres_lab::{Db, is_at_rest};
use suite::cancel::after_polls;
use suite::say::{holds, same};
use tokio_postgres::Client;

use crate::ports::Till;
use crate::rows::{anew, text};
use crate::say::{Told, swept, told, wrong};

/// The process has died before it charged: nobody else will, so recovery does, however many
/// intents are left.
#[suite::test(postgres)]
async fn crash_before_charge_recovers(db: Db) {
    let mut desk = Desk::open(&db, &Gateway::new(), LEFT).await;
    same("one intent is left; resolved", desk.recovers(100).await, Ok(1));
    desk.rows(&["k 2 201 {\"charge\":\"ch_1\",\"cents\":3000}"]).await;
    same("charges of order-1", desk.gateway.ledger().times("order-1"), 1);
    let many = "INSERT INTO intent SELECT 'shop', 'k' || n, 'order-' || n, 100, 50, 1 \
                FROM generate_series(1, 120) AS n";
    let mut desk = Desk::open(&db, &Gateway::new(), many).await;
    same("120 intents are left; resolved", desk.recovers(100).await, Ok(120));
    same("120 intents were left; charges", desk.gateway.ledger().total(), 120);
}

/// The process has died after it charged: recovery asks with the key that it was charged with, so
/// the gateway says what it did and does nothing.
#[suite::test(postgres)]
async fn crash_after_charge_charges_once(db: Db) {
    let gateway = Gateway::new();
    let first = gateway_key(&CallerId("shop".to_owned()), &IdemKey("k".to_owned()));
    let before = gateway.client(Caller::Plain).charge("order-1", 3000, Some(&first)).await;
    same("the process that has died: charged", before.is_ok(), true);
    let mut desk = Desk::open(&db, &gateway, LEFT).await;
    same("one intent is left; resolved", desk.recovers(100).await, Ok(1));
    desk.rows(&["k 2 201 {\"charge\":\"ch_1\",\"cents\":3000}"]).await;
    same("charges of order-1", gateway.ledger().times("order-1"), 1);
}

/// Recovery runs again and again, and what is resolved stays so.
#[suite::test(postgres)]
async fn recovery_is_safe_twice(db: Db) {
    let mut desk = Desk::open(&db, &Gateway::new(), LEFT).await;
    same("the first time; resolved", desk.recovers(100).await, Ok(1));
    for now in [100, 110, 1000] {
        same(format!("again at {now} s; resolved"), desk.recovers(now).await, Ok(0));
    }
    desk.rows(&["k 2 201 {\"charge\":\"ch_1\",\"cents\":3000}"]).await;
    same("calls of the gateway", desk.gateway.calls().len(), 1);
}

/// Whoever has a lease that has not lapsed is alive, and does it himself; what was answered is
/// answered.
#[suite::test(postgres)]
async fn running_payment_is_left_alone(db: Db) {
    let rows = "
        INSERT INTO intent VALUES ('shop', 'live', 'order-2', 100, 101, 1);
        INSERT INTO intent VALUES ('shop', 'lapsed', 'order-3', 200, 100, 5);
        INSERT INTO intent VALUES ('shop', 'done', 'order-4', 300, 50, 1, 402, 'no'::bytea);
        INSERT INTO intent VALUES ('bank', 'lapsed', 'order-5', 400, 101, 6);";
    let mut desk = Desk::open(&db, &Gateway::new(), rows).await;
    same("one of four has lapsed at 100 s; resolved", desk.recovers(100).await, Ok(1));
    desk.rows(&[
        "done 1 402 no",
        "lapsed 6 201 {\"charge\":\"ch_1\",\"cents\":200}",
        "lapsed 6 running",
        "live 1 running",
    ])
    .await;
    same("charges of any", desk.gateway.ledger().total(), 1);
    same("at 101 s; resolved", desk.recovers(101).await, Ok(2));
    let charges = ["order-2", "order-5"].map(|order| desk.gateway.ledger().times(order));
    same("charges of order-2 and order-5", charges, [1, 1]);
}

/// A declined card is an answer. Where the gateway says nothing final, the intent waits for its
/// lease to lapse, and the next ones are resolved all the same. Where the database fails, it says so.
#[suite::test(postgres)]
async fn one_without_an_answer_stops_nobody(db: Db) {
    use GatewayAnswer::{ChargesThenTimesOut, Declines, Unavailable};
    let rows = "INSERT INTO intent SELECT 'shop', 'k' || n, 'order-' || n, 100, 50, 1 \
                FROM generate_series(1, 4) AS n";
    let gateway = Gateway::scripted([Unavailable, Declines, ChargesThenTimesOut]);
    let mut desk = Desk::open(&db, &gateway, rows).await;
    same("503, declined, no reply, charged; resolved", desk.recovers(100).await, Ok(2));
    let saw =
        text(&desk.admin, "SELECT coalesce(status::text, 'running') FROM intent ORDER BY 1").await;
    same("their answers", saw, ["201", "402", "running", "running"].map(str::to_owned).to_vec());
    same("before the leases lapse; resolved", desk.recovers(109).await, Ok(0));
    same("when they have lapsed; resolved", desk.recovers(110).await, Ok(2));
    same("charges of any", gateway.ledger().total(), 3);
    holds(
        "orders that were charged twice",
        "none",
        gateway.ledger().more_than_once().join(", "),
        gateway.ledger().more_than_once().is_empty(),
    );
    desk.client.batch_execute("DROP TABLE intent").await.expect("a hurdle");
    let lost = Err(Told::new("Sql(42P01)"));
    same("the table is not there", desk.recovers(200).await, lost);
}

/// The gateway takes its time, and nobody else has to: while it is asked, no transaction is open and
/// no row is locked.
#[suite::test]
fn nobody_waits_for_the_gateway() {
    let gateway = Gateway::new();
    let touch = "UPDATE intent SET cents = cents WHERE key = 'k'";
    explore(
        recovering(&gateway, &[("A", 100)])
            .lane("B: another service, the same row", move |db| {
                Box::pin(async move { db.execute(touch, &[]).await })
            })
            .check(|ran| {
                let what = "A recovers; B changes the row at any time.";
                let told = told(ran, "A");
                match ran.first_wait() {
                    _ if told != "Ok(1)" => wrong(what, "A Ok(1)", told),
                    Some(wait) if wait.starts_with('B') => {
                        wrong(what, "B never waits for a call of the gateway", &wait)
                    }
                    _ => Ok(()),
                }
            }),
    );
}

/// Two instances recover at once, with one clock or with two: each intent is resolved by one of
/// them, and charged once. Where one of them is slow, the other one takes over what it has.
#[suite::test]
fn two_recover_and_each_is_resolved_once() {
    for later in [100, 200] {
        let gateway = Gateway::new();
        let ledger = gateway.ledger().clone();
        explore(recovering(&gateway, &[("A", 100), ("B", later)]).check(move |ran| {
            let both = [told(ran, "A"), told(ran, "B")];
            let one = both == ["Ok(1)", "Ok(0)"] || both == ["Ok(0)", "Ok(1)"];
            resolved(ran, one, &ledger, &format!("A {}, B {}", both[0], both[1]))
        }));
    }
}

/// An owner who was believed dead and is only slow comes back while the gateway is asked: what he
/// has written down stays.
#[suite::test]
fn slow_owner_and_recovery_agree() {
    let gateway = Gateway::new();
    let ledger = gateway.ledger().clone();
    let (slow, first) = (gateway.clone(), Arc::new(AtomicBool::new(false)));
    let seen = first.clone();
    let owner = move |door: Door| -> LaneFuture<'static, u64, Told> {
        let till = slow.client(door.caller());
        Box::pin(async move {
            let db = connect(&door).await?;
            let key = gateway_key(&CallerId("shop".to_owned()), &IdemKey("k".to_owned()));
            till.charge("order-1", 3000, Some(&key))
                .await
                .map_err(|e| Told::new(&e.to_string()))?;
            let keep = "UPDATE intent SET status = 201, body = 'the owner''s'::bytea \
                        WHERE key = 'k' AND fence = 1 AND status IS NULL";
            db.execute(keep, &[]).await.map_err(sql)
        })
    };
    explore(recovering(&gateway, &[("A", 100)]).lane_connecting("B: the slow owner", owner).check(
        move |ran| {
            let both = (told(ran, "A"), told(ran, "B"));
            let row = ran.state();
            let fits = match both {
                ("Ok(1)", "Ok(0)") => row.starts_with("2\t201\t{\"charge\":\"ch_1\""),
                ("Ok(0)", "Ok(1)") => row.starts_with("1\t201\tthe owner's"),
                _ => false,
            };
            if fits && ledger.total() == 1 {
                seen.fetch_or(both.0 == "Ok(1)", Relaxed);
                return Ok(());
            }
            wrong(
                "B owns the intent with fence 1; A recovers it.",
                "one of the two resolves it and the other one does not; 1 charge",
                &format!("A {}, B {}, the row {row:?}, {} charges", both.0, both.1, ledger.total()),
            )
        },
    ));
    let (expected, saw) = ("it resolves the intent if it comes first", "it does so in no order");
    holds("A slow owner and a recovery", expected, saw, first.load(Relaxed));
}

/// The process that recovers dies at any statement and at any call of the gateway, before its effect
/// or after it; another one recovers when the lease has lapsed. The customer is charged once, and the
/// intent is resolved.
#[suite::test]
fn crash_anywhere_in_recovery_charges_once() {
    for faults in [1, 2] {
        let gateway = Gateway::new();
        let ledger = gateway.ledger().clone();
        let (again, seen) = (gateway.clone(), ledger.clone());
        let until_done = move |door: Door| -> LaneFuture<'static, i64, Told> {
            let gateway = again.clone();
            Box::pin(async move {
                let till = Till(gateway.client(door.caller()));
                for now in [100, 200, 300, 400] {
                    let Ok(mut db) = connect(&door).await else { continue };
                    let _ = recover(&mut db, &till, Timestamp(now), 10).await;
                    let Ok(mut look) = connect(&door).await else { continue };
                    if is_resolved(&mut look).await {
                        return Ok(now);
                    }
                }
                Err(Told::new("not resolved after four times"))
            })
        };
        let scenario = || {
            let seen = seen.clone();
            Scenario::new(INTENTS, LEFT)
                .state(LOOK)
                .port(gateway.clone())
                .lane_connecting("A: recovers until it is done", until_done.clone())
                .faults(faults)
                .fault_kinds(&[Fault::CutBefore, Fault::CutAfter])
                .check(move |ran| {
                    let ok = told(ran, "A").starts_with("Ok(");
                    resolved(ran, ok, &seen, &format!("A {}", told(ran, "A")))
                })
        };
        explore(scenario());
        let all = explore(scenario().crashes().restarts());
        swept(&all);
        let what = format!("at most {faults} deaths in a schedule; places to die at");
        holds(
            what,
            "take over, charge, write down: 6 at least",
            all.crash_points,
            all.crash_points >= 6,
        );
    }
}

/// A recovery that is dropped at any of its awaits leaves nothing that the next one cannot resolve,
/// and a connection that is ready.
#[suite::test(postgres)]
async fn dropped_recovery_is_taken_up_again(db: Db) {
    let _exploring = suite::exploring();
    for polls in 0.. {
        let gateway = Gateway::new();
        let mut desk = Desk::open(&db, &gateway, LEFT).await;
        let till = Till(gateway.client(Caller::Plain));
        let call = recover(&mut desk.client, &till, Timestamp(100), 10);
        let ended = after_polls(polls, call).await.map(|resolved| resolved.map_err(Told::from));
        let what = format!("`recover` is dropped after poll {polls}");
        is_at_rest(&what, &desk.client, &desk.admin).await;
        let next = desk.recovers(200).await.unwrap_or_default();
        let saw =
            text(&desk.admin, "SELECT status::text FROM intent WHERE status IS NOT NULL").await;
        same(format!("{what}, and the next one runs; its answer"), saw, vec!["201".to_owned()]);
        same(format!("{what}; charges"), gateway.ledger().total(), 1);
        if let Some(ended) = ended {
            same("one that runs to its end, and the next one", (ended, next), (Ok(1), 0));
            break;
        }
    }
}

/// Left behind by a process that has died: its lease was until 50 s.
const LEFT: &str = "INSERT INTO intent VALUES ('shop', 'k', 'order-1', 3000, 50, 1);";

const LOOK: &str = "SELECT fence, coalesce(status::text, 'running'), \
                    coalesce(convert_from(body, 'UTF8'), '') FROM intent";

/// Each lane recovers once, when its clock says so.
fn recovering(gateway: &Gateway, lanes: &[(&str, i64)]) -> Scenario {
    let mut scenario = Scenario::new(INTENTS, LEFT).state(LOOK).port(gateway.clone());
    for &(lane, now) in lanes {
        let gateway = gateway.clone();
        scenario = scenario.lane_connecting(
            &format!("{lane}: recovers at {now} s"),
            move |door: Door| -> LaneFuture<'static, u64, Told> {
                let till = Till(gateway.client(door.caller()));
                Box::pin(async move {
                    let mut db = connect(&door).await?;
                    Ok(recover(&mut db, &till, Timestamp(now), 10).await?)
                })
            },
        );
    }
    scenario
}

/// It is resolved, with the one charge that there was.
fn resolved(ran: &Ran, ok: bool, ledger: &effects::Ledger, said: &str) -> Result<(), String> {
    let mut cells = ran.state().split(['\t', '\n']).skip(1);
    let status = cells.next().unwrap_or_default();
    let charge = cells.next().unwrap_or_default();
    if ok
        && status == "201"
        && charge == "{\"charge\":\"ch_1\",\"cents\":3000}"
        && ledger.total() == 1
    {
        return Ok(());
    }
    wrong(
        "An intent is left, and its lease has lapsed.",
        "it is resolved once, with 201 and ch_1; 1 charge",
        &format!("{said}; {status} {charge}; {} charges", ledger.total()),
    )
}

async fn connect(door: &Door) -> Result<Client, Told> {
    door.connect().await.map_err(sql)
}

async fn is_resolved(db: &mut Client) -> bool {
    let look = "SELECT count(*) FROM intent WHERE status IS NOT NULL";
    db.query_one(look, &[]).await.is_ok_and(|row| row.get::<_, i64>(0) == 1)
}

fn sql(error: tokio_postgres::Error) -> Told {
    Told::from(k05_given::StoreError::from(error))
}

/// Intents that nobody works on.
struct Desk {
    client: Client,
    admin: Client,
    gateway: Gateway,
}

impl Desk {
    async fn open(db: &Db, gateway: &Gateway, rows: &str) -> Self {
        let (client, admin) = (db.client_here().await, db.admin().await);
        anew(&client, INTENTS, rows).await;
        Self { client, admin, gateway: gateway.clone() }
    }

    async fn recovers(&mut self, now: i64) -> Result<u64, Told> {
        let till = Till(self.gateway.client(Caller::Plain));
        let resolved = recover(&mut self.client, &till, Timestamp(now), 10).await;
        is_at_rest(&format!("`recover` at {now} s"), &self.client, &self.admin).await;
        resolved.map_err(Told::from)
    }

    async fn rows(&self, expected: &[&str]) {
        let look = "SELECT concat_ws(' ', key, fence, coalesce(status::text, 'running'), \
                    convert_from(body, 'UTF8')) FROM intent ORDER BY key, caller DESC";
        let saw = text(&self.admin, look).await;
        let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
        same("key, fence and answer of each intent", saw, expected);
    }
}
