use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use k05::s6_leases::{abandon, claim, complete};
use k05_given::tables::LEASES;
use k05_given::{Claim, Lease, Timestamp};
use postgres_lab::wire::sessions::{Fault, Ran, Scenario, explore};
use postgres_lab::{Db, is_at_rest};
use suite::cancel::after_polls;
use suite::say::{holds, same};
use tokio_postgres::Client;

use crate::rows::{Lane, Says, anew, caller, key, print, response, text};
use crate::say::{Told, fail_without_tables, swept, told, word, wrong};

/// A lease keeps others out until it has lapsed, to the second; then the same request may have the
/// key, with a higher fence. An answer ends all of that.
#[suite::test(postgres)]
async fn lapsed_lease_is_taken_over(db: Db) {
    let mut desk = Desk::open(&db).await;
    let first = desk.fresh(1, 100).await;
    desk.is(1, 109, "InFlight").await;
    let second = desk.fresh(1, 110).await;
    higher(&first, &second);
    desk.is(1, 119, "InFlight").await;
    let third = desk.fresh(1, 130).await;
    higher(&second, &third);
    same("the third owner completes", desk.completes(&third, "third").await, Ok(()));
    desk.is(1, 131, "Replay of 201 \"third\"").await;
    desk.is(1, 1000, "Replay of 201 \"third\"").await;
}

/// A slow owner must not write over the next one: his fence is lower, so his answer is refused,
/// before the next owner has answered and after it.
#[suite::test(postgres)]
async fn late_owner_is_fenced(db: Db) {
    let mut desk = Desk::open(&db).await;
    let slow = desk.fresh(1, 100).await;
    let next = desk.fresh(1, 110).await;
    let lost = Err(Told::new("LeaseLost"));
    same("the slow owner completes", desk.completes(&slow, "slow").await, lost.clone());
    desk.is(1, 111, "InFlight").await;
    same("the next owner completes", desk.completes(&next, "next").await, Ok(()));
    same("the slow owner completes", desk.completes(&slow, "slow").await, lost.clone());
    desk.is(1, 111, "Replay of 201 \"next\"").await;
    let never = Lease { key: key("never"), ..slow };
    same("a key that is not there", desk.completes(&never, "never").await, lost);
}

/// A lease that has lapsed is lost only when somebody else has taken it: who is late, and alone, has
/// done the work.
#[suite::test(postgres)]
async fn late_and_alone_may_complete(db: Db) {
    let mut desk = Desk::open(&db).await;
    let late = desk.fresh(1, 100).await;
    desk.is(2, 500, "Mismatch").await;
    same("the late owner completes", desk.completes(&late, "late").await, Ok(()));
    same("he completes again", desk.completes(&late, "again").await, Ok(()));
    desk.is(1, 501, "Replay of 201 \"late\"").await;
}

/// A lapsed lease is there for the same request only: for another one the key stands for the first
/// one still.
#[suite::test(postgres)]
async fn lapsed_lease_is_not_for_another_request(db: Db) {
    let mut desk = Desk::open(&db).await;
    let first = desk.fresh(1, 100).await;
    desk.is(2, 105, "Mismatch").await;
    desk.is(2, 110, "Mismatch").await;
    desk.is(2, 999, "Mismatch").await;
    let next = desk.fresh(1, 999).await;
    higher(&first, &next);
    same("the next owner completes", desk.completes(&next, "next").await, Ok(()));
    desk.is(2, 2000, "Mismatch").await;
}

/// A key that was given up is free at once, and the next owner's fence is higher all the same: one
/// that begins anew would let the first owner in again.
#[suite::test(postgres)]
async fn fence_never_repeats(db: Db) {
    let mut desk = Desk::open(&db).await;
    let first = desk.fresh(1, 100).await;
    desk.abandons(&first).await;
    let second = desk.fresh(1, 101).await;
    higher(&first, &second);
    let lost = Err(Told::new("LeaseLost"));
    same("the first owner completes", desk.completes(&first, "first").await, lost.clone());
    desk.abandons(&first).await;
    desk.is(1, 102, "InFlight").await;
    desk.abandons(&second).await;
    let third = desk.fresh(1, 102).await;
    higher(&second, &third);
    same("the second owner completes", desk.completes(&second, "second").await, lost);
    same("the third owner completes", desk.completes(&third, "third").await, Ok(()));
    desk.abandons(&third).await;
    desk.is(1, 103, "Replay of 201 \"third\"").await;
}

/// Keys of different callers have nothing in common, leases neither.
#[suite::test(postgres)]
async fn callers_do_not_share_leases(db: Db) {
    let mut desk = Desk::open(&db).await;
    let shop = desk.fresh(1, 100).await;
    let bank = desk.fresh_of("bank", 2, 100).await;
    // Each gives up his own key, and only that: their fences may be the same.
    desk.abandons(&bank).await;
    desk.is(1, 101, "InFlight").await;
    desk.fresh_of("bank", 2, 101).await;
    // As new as the shop's was: an owner whose fence may be the shop's.
    desk.fresh_of("club", 2, 101).await;
    same("the shop completes", desk.completes(&shop, "shop's").await, Ok(()));
    for other in ["bank", "club"] {
        let saw = desk.claim(other, 2, 105).await.map(|claim| word(&claim));
        same(format!("the {other} asks again"), saw, Ok("InFlight".to_owned()));
    }
    desk.is(1, 200, "Replay of 201 \"shop's\"").await;
}

/// Of those who find a lease lapsed, one gets it, however they meet.
#[suite::test]
fn two_find_it_lapsed_and_one_gets_it() {
    for lanes in [&["A", "B"][..], &["A", "B", "C"]] {
        let mut scenario = Scenario::new(LEASES, LAPSED).state(LOOK);
        for lane in lanes {
            scenario = scenario.lane(&format!("{lane}: claims k"), claims);
        }
        let names = lanes.to_vec();
        explore(scenario.check(move |ran| {
            let said: Vec<&str> = names.iter().map(|name| told(ran, name)).collect();
            let fresh = said.iter().filter(|text| took_over(text, ran.state())).count();
            let others = said.iter().filter(|text| **text == "Ok(\"InFlight\")").count();
            if fresh == 1 && others + 1 == said.len() {
                return Ok(());
            }
            let saw = format!("{said:?}; the row: {:?}", ran.state());
            wrong(
                "A lease with fence 7 has lapsed.",
                "one is Fresh with a higher fence, the others InFlight",
                &saw,
            )
        }));
    }
}

/// A late owner's answer and somebody who takes over: one of them is first, and the other one is
/// told so.
#[suite::test]
fn takeover_meets_a_late_answer() {
    let taken = |ran: &Ran, a: &str| told(ran, "A") == a && took_over(told(ran, "B"), ran.state());
    let saw = |ran: &Ran| {
        format!("A {}, B {}, the row {:?}", told(ran, "A"), told(ran, "B"), ran.state())
    };
    let first = Arc::new(AtomicBool::new(false));
    let seen = first.clone();
    explore(
        Scenario::new(LEASES, LAPSED)
            .state(LOOK)
            .lane("A: completes, late", |db| -> Says<'_> {
                Box::pin(async move {
                    complete(db, &late(), &response(201, "A")).await?;
                    Ok("stored".to_owned())
                })
            })
            .lane("B: claims k", claims)
            .check(move |ran| {
                let stored = ("Ok(\"stored\")", "Ok(\"Replay of 201 \\\"A\\\"\")", "7\t201\tA");
                let a_first = (told(ran, "A"), told(ran, "B"), ran.state()) == stored;
                seen.fetch_or(a_first, Relaxed);
                if a_first || taken(ran, "Err(LeaseLost)") {
                    return Ok(());
                }
                let expected = "A's answer is stored and replayed to B; \
                                or A has lost the lease, and B has it with a higher fence";
                wrong("A completes with fence 7, which has lapsed; B claims.", expected, &saw(ran))
            }),
    );
    let (expected, saw_none) = ("it is stored if it comes first", "it is stored in no order");
    holds("A late answer, and somebody who takes over", expected, saw_none, first.load(Relaxed));
    explore(
        Scenario::new(LEASES, LAPSED)
            .state(LOOK)
            .lane("A: gives it up, late", |db| -> Says<'_> {
                Box::pin(async move {
                    abandon(db, &late()).await?;
                    Ok("done".to_owned())
                })
            })
            .lane("B: claims k", claims)
            .check(move |ran| {
                if taken(ran, "Ok(\"done\")") {
                    return Ok(());
                }
                let expected = "B has the key, with a fence that is higher than 7";
                wrong("A gives up fence 7, which has lapsed; B claims.", expected, &saw(ran))
            }),
    );
}

/// The process dies, or its connection ends, around any statement of an owner who claims and
/// answers; another one comes when the lease has lapsed. The key ends with one answer, and whoever
/// was told that his was stored finds it there. A store that fails has said nothing: that is an
/// error, and no answer.
#[suite::test]
fn crash_anywhere_ends_with_one_answer() {
    let cuts = [Fault::CutBefore, Fault::CutAfter];
    let scenario = || {
        Scenario::new(LEASES, "")
            .state(LOOK)
            .lane("A: owns k at 100 s", |db| -> Says<'_> { Box::pin(owns(db, "A", 100)) })
            .lane("B: owns k at 200 s", |db| -> Says<'_> { Box::pin(owns(db, "B", 200)) })
            .faults(1)
            .faults_on(&["A"])
            .fault_kinds(&cuts)
            .check(one_answer)
    };
    explore(scenario());
    let all = explore(scenario().crashes());
    swept(&all);
    fail_without_tables(failing());
}

/// A call of each function, for a store that is not in order.
fn failing() -> [(&'static str, Lane); 3] {
    [
        ("A: claims k", claims),
        ("A: completes k", |db| {
            Box::pin(async move {
                complete(db, &late(), &response(201, "A")).await?;
                Ok("stored".to_owned())
            })
        }),
        ("A: gives k up", |db| {
            Box::pin(async move {
                abandon(db, &late()).await?;
                Ok("done".to_owned())
            })
        }),
    ]
}

/// A caller that goes away at any of its awaits leaves all or nothing, and a connection that the
/// next one can use.
#[suite::test(postgres)]
async fn dropped_caller_leaves_all_or_nothing(db: Db) {
    let _exploring = suite::exploring();
    let (mut client, admin) = (db.client_here().await, db.admin().await);
    let answer = response(201, "A");
    for (what, before, after) in [
        ("claim", "running lapsed", "running live"),
        ("complete", "running lapsed", "201 A lapsed"),
        ("abandon", "running lapsed", "running lapsed"),
    ] {
        for polls in 0.. {
            anew(&client, LEASES, LAPSED).await;
            let ended = match what {
                "claim" => {
                    let (caller, key, first) = (caller("shop"), key("k"), print(1));
                    let call = claim(&mut client, &caller, &key, &first, Timestamp(100), 10);
                    after_polls(polls, call).await.map(|r| r.is_ok())
                }
                "complete" => {
                    let lease = late();
                    let call = complete(&mut client, &lease, &answer);
                    after_polls(polls, call).await.map(|r| r.is_ok())
                }
                _ => {
                    let lease = late();
                    after_polls(polls, abandon(&mut client, &lease)).await.map(|r| r.is_ok())
                }
            };
            let what = match ended {
                None => format!("`{what}` is dropped after poll {polls}"),
                Some(_) => format!("`{what}` runs to its end"),
            };
            is_at_rest(&what, &client, &admin).await;
            let look = "SELECT concat_ws(' ', coalesce(status::text, 'running'), \
                        convert_from(body, 'UTF8'), \
                        CASE WHEN leased_until <= 100 THEN 'lapsed' ELSE 'live' END) \
                        FROM idempotency_key";
            let saw = text(&admin, look).await;
            let gone = what.contains("abandon") && saw.is_empty();
            let fits = gone || saw == [after] || saw == [before] && ended.is_none();
            holds(&what, format!("{before:?}, or {after:?}"), format!("{saw:?}"), fits);
            if let Some(ok) = ended {
                same(format!("{what}: whether it is Ok"), ok, true);
                break;
            }
        }
    }
}

/// Somebody owns it with fence 7, and is late.
const LAPSED: &str = "INSERT INTO idempotency_key VALUES \
                      ('shop', 'k', decode(repeat('01', 32), 'hex'), 50, 7);";

const LOOK: &str = "SELECT fence, coalesce(status::text, 'running'), \
                    coalesce(convert_from(body, 'UTF8'), '') FROM idempotency_key";

fn late() -> Lease {
    Lease { caller: caller("shop"), key: key("k"), fence: 7 }
}

fn claims(db: &mut Client) -> Says<'_> {
    Box::pin(async move {
        let said = claim(db, &caller("shop"), &key("k"), &print(1), Timestamp(100), 10).await?;
        Ok(word(&said))
    })
}

/// Claims the key, and answers if it is the one to do so.
async fn owns(db: &mut Client, name: &str, now: i64) -> Result<String, Told> {
    let said = claim(db, &caller("shop"), &key("k"), &print(1), Timestamp(now), 10).await?;
    let Claim::Fresh(lease) = &said else { return Ok(word(&said)) };
    complete(db, lease, &response(201, name)).await?;
    Ok("stored".to_owned())
}

/// The lane was told that it has the key, with a fence higher than 7, and the row says so.
fn took_over(told: &str, row: &str) -> bool {
    let fence = told.strip_prefix("Ok(\"Fresh, fence ").and_then(|rest| rest.strip_suffix("\")"));
    let fence = fence.and_then(|fence| fence.parse::<i64>().ok());
    fence.is_some_and(|fence| fence > 7 && row == format!("{fence}\trunning\t"))
}

/// A was disturbed and B was not: B ends with an answer, its own or A's.
fn one_answer(ran: &Ran) -> Result<(), String> {
    let (a, b) = (told(ran, "A"), told(ran, "B"));
    let row = ran.state().split_once('\t').map_or("", |(_, row)| row);
    let fits = match (a, b) {
        (_, "Ok(\"stored\")") => row == "201\tB" && a != "Ok(\"stored\")",
        ("Ok(\"stored\")", b) => {
            row == "201\tA" && (b == "Ok(\"Replay of 201 \\\"A\\\"\")" || b == "Ok(\"InFlight\")")
        }
        // A has taken it over from B, whose lease is at 210 s: impossible, A's clock says 100.
        (a, "Ok(\"Replay of 201 \\\"A\\\"\")") => {
            row == "201\tA" && (a.is_empty() || a.starts_with("Err(Sql("))
        }
        _ => false,
    };
    if fits {
        return Ok(());
    }
    wrong(
        "A claims at 100 s for 10 s and answers; B does so at 200 s.",
        "one answer is stored, and its owner was told so unless he died",
        &format!("A {a}, B {b}, the row: {row:?}"),
    )
}

#[track_caller]
fn higher(first: &Lease, next: &Lease) {
    let saw = format!("{} after {}", next.fence, first.fence);
    holds("the next owner's fence", "higher than the one before", saw, next.fence > first.fence);
}

/// Owners of `shop`'s key `k`, one after the other; each lease is for 10 s.
struct Desk {
    client: Client,
    admin: Client,
}

impl Desk {
    async fn open(db: &Db) -> Self {
        let (client, admin) = (db.client().await, db.admin().await);
        anew(&client, LEASES, "").await;
        Self { client, admin }
    }

    async fn claim(&mut self, of: &str, request: u8, now: i64) -> Result<Claim, Told> {
        let (caller, key) = (caller(of), key("k"));
        let now = Timestamp(now);
        let answer = claim(&mut self.client, &caller, &key, &print(request), now, 10).await;
        is_at_rest("`claim`", &self.client, &self.admin).await;
        answer.map_err(Told::from)
    }

    async fn is(&mut self, request: u8, now: i64, expected: &str) {
        let saw = self.claim("shop", request, now).await.map(|claim| word(&claim));
        let what = format!("request {request} claims the key at {now} s");
        same(what, saw, Ok(expected.to_owned()));
    }

    async fn fresh(&mut self, request: u8, now: i64) -> Lease {
        self.fresh_of("shop", request, now).await
    }

    async fn fresh_of(&mut self, of: &str, request: u8, now: i64) -> Lease {
        let saw = self.claim(of, request, now).await;
        let what = format!("request {request} of {of} claims the key at {now} s, for 10 s");
        let words = format!("{:?}", saw.as_ref().map(word));
        holds(what, "Fresh", words, matches!(saw, Ok(Claim::Fresh(_))));
        match saw {
            Ok(Claim::Fresh(lease)) => lease,
            _ => unreachable!("that was looked at"),
        }
    }

    async fn completes(&mut self, lease: &Lease, body: &str) -> Result<(), Told> {
        let done = complete(&mut self.client, lease, &response(201, body)).await;
        is_at_rest("`complete`", &self.client, &self.admin).await;
        done.map_err(Told::from)
    }

    async fn abandons(&mut self, lease: &Lease) {
        let done = abandon(&mut self.client, lease).await;
        is_at_rest("`abandon`", &self.client, &self.admin).await;
        same("the owner abandons the key", done.map_err(Told::from), Ok(()));
    }
}
