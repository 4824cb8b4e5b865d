use std::collections::BTreeMap;

use k05::s3_claim::{KEEP, abandon, claim, complete};
use k05_given::tables::KEYS;
use k05_given::{Claim, Fingerprint, Lease, StoredResponse, Timestamp};
use postgres_lab::wire::sessions::{Ended, Fault, Ran, Scenario, Situation, explore, play};
use postgres_lab::{Db, is_at_rest};
use suite::cancel::after_polls;
use suite::say::{holds, same};
use tokio_postgres::Client;

use crate::rows::{Lane, Says, anew, caller, key, print, response, text};
use crate::say::{Told, fail_without_tables, swept, told, word, wrong};

/// However requests with one key meet, one of them gets it, and the others are told that it runs or
/// what it was answered with: whoever looks first and takes afterwards finds it free twice.
#[suite::test]
fn twenty_claims_one_fresh() {
    for lanes in [&["A", "B"][..], &["A", "B", "C"]] {
        explore(paying(lanes).check(|ran| one_owner(ran, true)));
    }
    // Twenty at once, one statement each in turn.
    let names: Vec<String> = (b'A'..=b'T').map(|c| char::from(c).to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut moved: BTreeMap<String, u32> = BTreeMap::new();
    let in_turn = move |now: &Situation| {
        let count = |name: &String| moved.get(name).copied().unwrap_or_default();
        let n = (0..now.moves.len()).min_by_key(|n| count(&now.moves[*n].strand))?;
        *moved.entry(now.moves[n].strand.clone()).or_default() += 1;
        Some(n)
    };
    let replayed = play(paying(&names), in_turn).expect("nobody leaves");
    if let Some(outcome) = replayed.outcome {
        suite::fail(outcome);
    }
    let fresh = |end: &&Ended| matches!(end, Ended::Returned(r) if r.text.contains("Fresh"));
    let fresh = replayed.run.ends.iter().filter(fresh).count();
    same("20 sessions claim one key, a statement each in turn. Fresh", fresh, 1);
}

/// A key belongs to its caller: another one with the same key is another request, and must not see
/// the first one's answer.
#[suite::test(postgres)]
async fn callers_do_not_share_keys(db: Db) {
    let mut desk = Desk::open(&db).await;
    desk.is("shop", "k", 1, 0, "Fresh, fence 0").await;
    desk.is("bank", "k", 2, 0, "Fresh, fence 0").await;
    desk.completes("shop", "k", response(201, "of the shop")).await;
    desk.is("bank", "k", 2, 0, "InFlight").await;
    desk.abandons("bank", "k").await;
    desk.is("shop", "k", 1, 0, "Replay of 201 \"of the shop\"").await;
    desk.is("bank", "k", 1, 0, "Fresh, fence 0").await;
    desk.completes("bank", "k", response(402, "of the bank")).await;
    desk.is("shop", "k", 1, 0, "Replay of 201 \"of the shop\"").await;
    desk.is("shop", "l", 1, 0, "Fresh, fence 0").await;
    desk.is("", "shopk", 1, 0, "Fresh, fence 0").await;
}

/// A key stands for one request: with another payload it is refused, whether the first one runs or
/// has been answered, and the first one does not notice.
#[suite::test(postgres)]
async fn other_payload_is_a_mismatch(db: Db) {
    let mut desk = Desk::open(&db).await;
    desk.is("shop", "k", 1, 0, "Fresh, fence 0").await;
    desk.is("shop", "k", 2, 0, "Mismatch").await;
    desk.is("shop", "k", 1, 0, "InFlight").await;
    desk.completes("shop", "k", response(201, "first")).await;
    desk.is("shop", "k", 2, 0, "Mismatch").await;
    desk.is("shop", "k", 1, 0, "Replay of 201 \"first\"").await;
}

/// An answer is replayed as it was, byte for byte, an error too, and an empty one.
#[suite::test(postgres)]
async fn answer_is_replayed_as_it_was(db: Db) {
    let mut desk = Desk::open(&db).await;
    for (n, (status, body)) in
        [(201, &b"{\"charge\":\"ch_1\"}"[..]), (402, b"declined"), (204, b""), (201, b"\0\xff\xfe")]
            .into_iter()
            .enumerate()
    {
        let name = format!("k{n}");
        desk.is("shop", &name, 1, 0, "Fresh, fence 0").await;
        let stored = StoredResponse { status, body: body.to_vec() };
        desk.completes("shop", &name, stored.clone()).await;
        for _ in 0..2 {
            let saw = desk.claim("shop", &name, print(1), 5).await;
            same(format!("the answer to {name}"), saw, Ok(Claim::Replay(stored.clone())));
        }
    }
}

/// The first answer stays, and only a key that runs is answered: a late answer does not bring back
/// a key that was given up.
#[suite::test(postgres)]
async fn first_answer_stays(db: Db) {
    let mut desk = Desk::open(&db).await;
    desk.is("shop", "k", 1, 0, "Fresh, fence 0").await;
    desk.completes("shop", "k", response(201, "first")).await;
    desk.completes("shop", "k", response(500, "second")).await;
    desk.is("shop", "k", 1, 0, "Replay of 201 \"first\"").await;
    desk.abandons("shop", "k").await;
    desk.is("shop", "k", 1, 0, "Replay of 201 \"first\"").await;
    desk.is("shop", "l", 1, 0, "Fresh, fence 0").await;
    desk.abandons("shop", "l").await;
    desk.completes("shop", "l", response(201, "late")).await;
    desk.is("shop", "l", 2, 0, "Fresh, fence 0").await;
    desk.abandons("shop", "never claimed").await;
    desk.completes("shop", "never claimed", response(201, "never")).await;
    desk.is("shop", "never claimed", 1, 0, "Fresh, fence 0").await;
}

/// A key is kept for a day, to the second, whether it was answered or not; then it is as new, for
/// any request, and again for one of those who ask.
#[suite::test(postgres)]
async fn expired_key_is_reusable(db: Db) {
    let mut desk = Desk::open(&db).await;
    desk.is("shop", "k", 1, 100, "Fresh, fence 0").await;
    desk.completes("shop", "k", response(201, "first")).await;
    desk.is("shop", "k", 1, 100 + KEEP - 1, "Replay of 201 \"first\"").await;
    desk.is("shop", "k", 2, 100 + KEEP - 1, "Mismatch").await;
    desk.is("shop", "k", 2, 100 + KEEP, "Fresh, fence 0").await;
    desk.is("shop", "k", 2, 100 + KEEP, "InFlight").await;
    desk.is("shop", "k", 1, 100 + KEEP, "Mismatch").await;
    desk.is("shop", "k", 2, 100 + 2 * KEEP - 1, "InFlight").await;
    desk.is("shop", "k", 2, 100 + 2 * KEEP, "Fresh, fence 0").await;
    desk.completes("shop", "k", response(402, "third")).await;
    desk.is("shop", "k", 2, 101 + 2 * KEEP, "Replay of 402 \"third\"").await;
}

/// Two who find an expired key take it over: one of them.
#[suite::test]
fn two_find_it_expired_and_one_gets_it() {
    let old = "INSERT INTO idempotency_key VALUES \
               ('shop', 'k', decode(repeat('07', 32), 'hex'), 100, 201, 'old'::bytea)";
    explore(scenario(old, &["A", "B"]).check(|ran| one_owner(ran, true)));
}

/// A key that is given up while somebody asks for it is his or not yet: it is never an error.
#[suite::test]
fn claim_meets_abandon() {
    let running = "INSERT INTO idempotency_key VALUES \
                   ('shop', 'k', decode(repeat('01', 32), 'hex'), 86500)";
    explore(
        Scenario::new(KEYS, running)
            .state(LOOK)
            .lane("A: gives it up", |db| -> Says<'_> {
                Box::pin(async move {
                    abandon(db, &lease("shop", "k"))
                        .await
                        .map(|()| "done".to_owned())
                        .map_err(Told::from)
                })
            })
            .lane("B: claims it", |db| -> Says<'_> { Box::pin(claims(db)) })
            .check(|ran| match (told(ran, "A"), told(ran, "B"), ran.state()) {
                ("Ok(\"done\")", "Ok(\"Fresh, fence 0\")", "running\t")
                | ("Ok(\"done\")", "Ok(\"InFlight\")", "") => Ok(()),
                (a, b, state) => wrong(
                    "A gives the key up, B claims it.",
                    "B has it and it runs, or B is told InFlight and it is free",
                    &format!("A {a}, B {b}, the row: {state:?}"),
                ),
            }),
    );
}

/// The process dies, or its connection ends, around any statement: the key has one owner or none,
/// and an answer that was stored stays. A store that fails has said nothing: that is an error, and
/// no answer.
#[suite::test]
fn crash_anywhere_leaves_one_owner() {
    let cuts = [Fault::CutBefore, Fault::CutAfter];
    let scenario = || paying(&["A", "B"]).faults(1).faults_on(&["A"]).fault_kinds(&cuts);
    explore(scenario().check(|ran| one_owner(ran, false)));
    let all = explore(scenario().crashes().check(|ran| one_owner(ran, false)));
    swept(&all);
    fail_without_tables(failing());
}

/// A call of each function, for a store that is not in order.
fn failing() -> [(&'static str, Lane); 3] {
    [
        ("A: claims k", |db| Box::pin(claims(db))),
        ("A: completes k", |db| {
            Box::pin(async move {
                complete(db, &lease("shop", "k"), &response(201, "A")).await?;
                Ok("stored".to_owned())
            })
        }),
        ("A: gives k up", |db| {
            Box::pin(async move {
                abandon(db, &lease("shop", "k")).await?;
                Ok("done".to_owned())
            })
        }),
    ]
}

/// A caller that goes away at any of its awaits leaves a key that is claimed or not, and a
/// connection that the next one can use.
#[suite::test(postgres)]
async fn dropped_caller_leaves_all_or_nothing(db: Db) {
    let _exploring = suite::exploring();
    let (mut client, admin) = (db.client_here().await, db.admin().await);
    let running = "INSERT INTO idempotency_key VALUES \
                   ('shop', 'k', decode(repeat('01', 32), 'hex'), 100)";
    let answer = response(201, "A");
    for (what, rows, before, after) in [
        ("claim", "", &[][..], &["running"][..]),
        ("complete", running, &["running"], &["201 A"]),
        ("abandon", running, &["running"], &[]),
    ] {
        for polls in 0.. {
            anew(&client, KEYS, rows).await;
            let ended = match what {
                "claim" => {
                    let (caller, key, first) = (caller("shop"), key("k"), print(1));
                    let call = claim(&mut client, &caller, &key, &first, Timestamp(100));
                    after_polls(polls, call).await.map(|r| r.is_ok())
                }
                "complete" => {
                    let lease = lease("shop", "k");
                    let call = complete(&mut client, &lease, &answer);
                    after_polls(polls, call).await.map(|r| r.is_ok())
                }
                _ => {
                    let lease = lease("shop", "k");
                    after_polls(polls, abandon(&mut client, &lease)).await.map(|r| r.is_ok())
                }
            };
            let what = match ended {
                None => format!("`{what}` is dropped after poll {polls}"),
                Some(_) => format!("`{what}` runs to its end"),
            };
            is_at_rest(&what, &client, &admin).await;
            let look = "SELECT coalesce(status || ' ' || convert_from(body, 'UTF8'), 'running') \
                        FROM idempotency_key";
            let saw = text(&admin, look).await;
            let fits = saw == after || saw == before && ended.is_none();
            holds(&what, format!("{before:?}, or {after:?}"), format!("{saw:?}"), fits);
            if let Some(ok) = ended {
                same(format!("{what}: whether it is Ok"), ok, true);
                break;
            }
        }
    }
}

const LOOK: &str = "SELECT coalesce(status::text, 'running'), \
                    coalesce(convert_from(body, 'UTF8'), '') FROM idempotency_key";

fn lease(of: &str, named: &str) -> Lease {
    Lease { caller: caller(of), key: key(named), fence: 0 }
}

/// Each lane claims the key, and answers the request if it is the one to do so.
fn paying(lanes: &[&str]) -> Scenario {
    scenario("", lanes)
}

fn scenario(rows: &str, lanes: &[&str]) -> Scenario {
    let mut scenario = Scenario::new(KEYS, rows).state(LOOK);
    for lane in lanes {
        let name = (*lane).to_owned();
        scenario = scenario.lane(&format!("{lane}: claims k"), move |db| -> Says<'_> {
            let name = name.clone();
            Box::pin(async move {
                let said = claims(db).await?;
                if said.starts_with("Fresh") {
                    complete(db, &lease("shop", "k"), &response(201, &name)).await?;
                }
                Ok(said)
            })
        });
    }
    scenario
}

async fn claims(db: &mut Client) -> Result<String, Told> {
    let now = Timestamp(100 + KEEP);
    let said: Claim = claim(db, &caller("shop"), &key("k"), &print(1), now).await?;
    Ok(word(&said))
}

/// One is Fresh (`sure`: exactly one), its answer is stored, and the others are told the truth.
fn one_owner(ran: &Ran, sure: bool) -> Result<(), String> {
    let names = ["A", "B", "C"].into_iter().filter(|name| ran.has(name));
    let said: Vec<(&str, &str)> = names.map(|name| (name, told(ran, name))).collect();
    let words: Vec<String> = said.iter().map(|(name, text)| format!("{name} {text}")).collect();
    let fresh: Vec<&str> =
        said.iter().filter(|(_, text)| text.contains("Fresh")).map(|(name, _)| *name).collect();
    let saw = format!("{}; the row: {:?}", words.join(", "), ran.state());
    let what = "Several claim one key, and who has it answers with his name.";
    if fresh.len() > 1 || sure && fresh.is_empty() {
        return wrong(what, "one of them is told Fresh", &saw);
    }
    for (name, text) in &said {
        let replays = |of: &str| *text == format!("Ok(\"Replay of 201 \\\"{of}\\\"\")");
        let fits = match (*text, fresh.first()) {
            ("Ok(\"Fresh, fence 0\")" | "Ok(\"InFlight\")", _) => true,
            // Its process died, or its connection was cut.
            ("", _) if !sure => true,
            (text, _) if !sure && *name == "A" && text.starts_with("Err(Sql(") => true,
            (_, Some(owner)) => replays(owner),
            (_, None) => !sure && replays("A"),
        };
        if !fits {
            let expected = format!("{name} is told Fresh, InFlight, or the owner's answer");
            return wrong(what, &expected, &saw);
        }
    }
    // Who is not there any more may have claimed it.
    if fresh.is_empty() && ran.state().is_empty() {
        return wrong(what, "the key is claimed", &saw);
    }
    let stored = fresh.first().is_none_or(|owner| ran.state() == format!("201\t{owner}"));
    if stored { Ok(()) } else { wrong(what, "the owner's answer is in the row", &saw) }
}

/// Requests one after the other.
struct Desk {
    client: Client,
    admin: Client,
}

impl Desk {
    async fn open(db: &Db) -> Self {
        let (client, admin) = (db.client().await, db.admin().await);
        anew(&client, KEYS, "").await;
        Self { client, admin }
    }

    async fn claim(
        &mut self,
        of: &str,
        named: &str,
        request: Fingerprint,
        now: i64,
    ) -> Result<Claim, Told> {
        let (caller, key) = (caller(of), key(named));
        let answer = claim(&mut self.client, &caller, &key, &request, Timestamp(now)).await;
        is_at_rest(&format!("`claim` of {of}/{named}"), &self.client, &self.admin).await;
        answer.map_err(Told::from)
    }

    #[track_caller]
    fn same(what: String, saw: Result<String, Told>, expected: &str) {
        same(what, saw, Ok(expected.to_owned()));
    }

    async fn is(&mut self, of: &str, named: &str, request: u8, now: i64, expected: &str) {
        let saw = self.claim(of, named, print(request), now).await.map(|claim| word(&claim));
        let what = format!("{of} claims {named:?} for request {request}, at {now} s");
        Self::same(what, saw, expected);
    }

    async fn completes(&mut self, of: &str, named: &str, with: StoredResponse) {
        let done = complete(&mut self.client, &lease(of, named), &with).await;
        let what = format!("{of} completes {named:?}");
        is_at_rest(&what, &self.client, &self.admin).await;
        same(what, done.map_err(Told::from), Ok(()));
    }

    async fn abandons(&mut self, of: &str, named: &str) {
        let done = abandon(&mut self.client, &lease(of, named)).await;
        let what = format!("{of} abandons {named:?}");
        is_at_rest(&what, &self.client, &self.admin).await;
        same(what, done.map_err(Told::from), Ok(()));
    }
}
