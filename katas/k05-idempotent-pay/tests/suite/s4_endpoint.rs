use std::sync::Arc;
use std::time::Duration;

use effects::GatewayAnswer::{ChargesThenTimesOut, Declines, TimesOut, Unavailable};
use explorer::Caller;
use k05_given::{Charged, StoredResponse};
use postgres_lab::wire::sessions::{Door, Fault, LaneFuture, Ran, Scenario, explore};
use suite::say::{holds, same};

use crate::desk::{Answer, Ask, Desk, JSON, send};
use crate::say::{swept, told, wrong};

/// A request that cannot be worked on charges nothing, and does not use its key up; neither does
/// one that comes while the key store does not answer: whoever cannot claim must not charge.
#[suite::test(paused)]
async fn refused_request_charges_nothing() {
    let desk = Desk::new();
    let good = Ask::first();
    for (what, ask, status) in [
        ("no key", Ask { key: None, ..good.clone() }, 400),
        ("a key without quotes", Ask { key: Some("k"), ..good.clone() }, 400),
        ("no payment", Ask { body: b"{\"order\":\"order-1\"}".to_vec(), ..good.clone() }, 400),
        ("no body", Ask { body: Vec::new(), ..good.clone() }, 400),
        ("nothing to pay", Ask::to_pay("shop", "\"k\"", "order-1", 0), 400),
    ] {
        let answer = desk.ask(&ask).await;
        same(format!("{what}: {}; the status", ask.words()), answer.status, status);
    }
    desk.keys.is_down(true);
    same("the key store does not answer; the status", desk.ask(&good).await.status, 503);
    desk.keys.is_down(false);
    same("calls of the gateway so far", desk.gateway.calls().len(), 0);
    same("the good request with the same key", desk.ask(&good).await, paid("ch_1", 3000));
    same("charges of order-1, and of any", desk.charges("order-1"), (1, 1));
}

/// The same request again is answered with the same bytes, as the same type, and charges nothing: the client cannot
/// tell, and need not, which attempt has done it.
#[suite::test(paused)]
async fn same_key_same_body_replays_bytes() {
    let desk = Desk::new();
    let first = desk.ask(&Ask::first()).await;
    same("the first request", first.clone(), paid("ch_1", 3000));
    for n in 2..4 {
        same(format!("the same, time {n}"), desk.ask(&Ask::first()).await, first.clone());
        desk.keys.leases_lapse(&Caller::Plain).await;
    }
    let next = Ask::to_pay("shop", "\"l\"", "order-1", 3000);
    same(
        "the same order with a new key is a new payment",
        desk.ask(&next).await,
        paid("ch_2", 3000),
    );
    same("charges of order-1, and of any", desk.charges("order-1"), (2, 2));
}

/// A key that stands for another request is refused with 422, whether that one runs or was answered:
/// the client has a fault, and must hear of it.
#[suite::test(paused)]
async fn same_key_other_body_is_422_and_charges_nothing() {
    let desk = Desk::scripted([ChargesThenTimesOut]);
    let other = Ask::to_pay("shop", "\"k\"", "order-2", 3000);
    let more = Ask::to_pay("shop", "\"k\"", "order-1", 4000);
    let silent = desk.ask(&Ask::first()).await;
    unknown_or_paid("the gateway has charged and does not answer", &silent);
    same("the same key, another order", desk.ask(&other).await.status, 422);
    desk.keys.leases_lapse(&Caller::Plain).await;
    same("the same, when the lease has lapsed", desk.ask(&other).await.status, 422);
    same("the first request again", desk.ask(&Ask::first()).await, paid("ch_1", 3000));
    same("the same key, another order", desk.ask(&other).await.status, 422);
    same("the same key, another amount", desk.ask(&more).await.status, 422);
    same("charges of order-1, and of any", desk.charges("order-1"), (1, 1));
    same("the first request again", desk.ask(&Ask::first()).await, paid("ch_1", 3000));
    // It is charged, and the answer could not be stored: the key stands for this request all the more.
    let desk = Desk::new();
    desk.keys.is_full(true);
    let unkept = desk.ask(&Ask::first()).await;
    let fits = unkept == paid("ch_1", 3000) || unkept.status >= 500;
    holds("the answer cannot be stored", "5xx, or the charge", format!("{unkept:?}"), fits);
    desk.keys.is_full(false);
    same("the same key, another order", desk.ask(&other).await.status, 422);
    desk.keys.leases_lapse(&Caller::Plain).await;
    same("the same, when the lease has lapsed", desk.ask(&other).await.status, 422);
    same("the first request again", desk.ask(&Ask::first()).await, paid("ch_1", 3000));
    same("charges of order-1, and of any", desk.charges("order-1"), (1, 1));
}

/// Of two requests with one key at once, one runs, and the other is told 409 or the answer, in
/// whatever order they meet.
#[suite::test]
fn running_duplicate_is_409() {
    let desk = Desk::new();
    let ledger = desk.gateway.ledger().clone();
    explore(
        scenario(&desk)
            .lane_connecting("A: pays order-1", once(&desk))
            .lane_connecting("B: the same request", once(&desk))
            .check(move |ran| {
                let answer = format!("Ok({:?})", paid("ch_1", 3000));
                let both = [told(ran, "A"), told(ran, "B")];
                let is_409 = |text: &str| text.starts_with("Ok(409 ");
                let fits = both.iter().all(|text| *text == answer || is_409(text))
                    && both.contains(&answer.as_str());
                let charged = ledger.total();
                if fits && charged == 1 {
                    return Ok(());
                }
                wrong(
                    "A and B send the same request with the same key.",
                    &format!("one is told {answer}, the other that or 409; 1 charge"),
                    &format!("A {}, B {}; {charged} charges", both[0], both[1]),
                )
            }),
    );
}

/// A declined card is a final answer: it is replayed, also when the card would be accepted now.
#[suite::test(paused)]
async fn declined_card_is_replayed() {
    let desk = Desk::scripted([Declines]);
    let declined = Answer::from(StoredResponse::declined());
    for n in 1..4 {
        let saw = desk.ask(&Ask::first()).await;
        same(format!("a declined card, request {n}"), saw, declined.clone());
        desk.keys.leases_lapse(&Caller::Plain).await;
    }
    same("calls of the gateway", desk.gateway.calls().len(), 1);
    let next = Ask::to_pay("shop", "\"l\"", "order-1", 3000);
    same("with a new key, a new attempt", desk.ask(&next).await, paid("ch_1", 3000));
}

/// 503 says nothing about the payment, so it must not be kept: the same key works as soon as the
/// gateway does, and need not wait for a lease to lapse.
#[suite::test(paused)]
async fn transient_503_is_not_cemented() {
    let desk = Desk::scripted([Unavailable, Unavailable]);
    for n in 1..3 {
        same(
            format!("the gateway says 503, request {n}"),
            desk.ask(&Ask::first()).await.status,
            503,
        );
    }
    same("now it works", desk.ask(&Ask::first()).await, paid("ch_1", 3000));
    same("charges of order-1, and of any", desk.charges("order-1"), (1, 1));
}

/// Where the gateway does not answer, nobody knows: whoever asks again, with the same key, is told
/// once the lease has lapsed; it is charged once, whether it was charged already or not.
#[suite::test(paused)]
async fn unknown_outcome_is_found_out() {
    for (what, script) in [
        ("it has charged", &[ChargesThenTimesOut][..]),
        ("it has not charged", &[TimesOut]),
        ("it says nothing three times", &[TimesOut, TimesOut, ChargesThenTimesOut]),
    ] {
        let desk = Desk::scripted(script.iter().copied());
        for n in 1..=script.len() {
            let answer = desk.ask(&Ask::first()).await;
            unknown_or_paid(&format!("{what}, and does not answer; request {n}"), &answer);
            desk.keys.leases_lapse(&Caller::Plain).await;
        }
        same(format!("{what}; asked again"), desk.ask(&Ask::first()).await, paid("ch_1", 3000));
        same(format!("{what}; charges of order-1, and of any"), desk.charges("order-1"), (1, 1));
    }
}

/// Two callers who happen to choose the same key pay for two things: at the gateway, too, one must
/// not get the other's charge.
#[suite::test(paused)]
async fn callers_do_not_share_charges() {
    let desk = Desk::new();
    let asks = [
        ("shop", "\"1\""),
        ("bank", "\"1\""),
        ("ban", "\"k1\""),
        ("a", "\"b/c\""),
        ("a/b", "\"c\""),
        ("a", "\"b:c\""),
        ("a:b", "\"c\""),
    ];
    for (n, (caller, key)) in asks.into_iter().enumerate() {
        let ask = Ask::to_pay(caller, key, "order-1", 3000);
        same(ask.words(), desk.ask(&ask).await, paid(&format!("ch_{}", n + 1), 3000));
    }
    let keys: Vec<Option<String>> = desk.gateway.calls().into_iter().map(|call| call.key).collect();
    let mut different = keys.clone();
    different.sort();
    different.dedup();
    let saw = format!("{keys:?}");
    let fits = different.len() == keys.len() && keys.iter().all(Option::is_some);
    holds("seven requests; the keys that the gateway is told", "seven different ones", saw, fits);
}

/// A client that hangs up stops nothing: its payment is finished, it is charged once, and when the
/// client asks again it is answered without waiting for a lease to lapse.
#[suite::test]
fn client_disconnect_does_not_wedge_the_key() {
    let desk = Desk::new();
    let ledger = desk.gateway.ledger().clone();
    let scenario = scenario(&desk)
        .lane_connecting("A: pays order-1", patient(&desk, false))
        .faults(2)
        .fault_kinds(&[Fault::CutBefore, Fault::CutAfter])
        .hang_ups();
    explore(scenario.check(move |ran| paid_once(ran, ledger.times("order-1"))));
}

/// The process dies at any call, before its effect or after it, and another one is asked again: the
/// customer is charged once. So it is when the connections break instead.
#[suite::test]
fn crash_anywhere_charges_once() {
    for faults in [1, 2] {
        let desk = Desk::new();
        let ledger = desk.gateway.ledger().clone();
        let scenario = || {
            let ledger = ledger.clone();
            scenario(&desk)
                .lane_connecting("A: pays order-1", patient(&desk, true))
                .faults(faults)
                .fault_kinds(&[Fault::CutBefore, Fault::CutAfter])
                .check(move |ran| paid_once(ran, ledger.times("order-1")))
        };
        explore(scenario());
        let all = explore(scenario().crashes().restarts());
        swept(&all);
        let what = format!("at most {faults} deaths in a schedule; places to die at");
        holds(what, "claim, charge, complete: 6 at least", all.crash_points, all.crash_points >= 6);
    }
}

/// No tables: the store and the gateway are ports.
fn scenario(desk: &Desk) -> Scenario {
    Scenario::new("", "").port(desk.keys.clone()).port(desk.gateway.clone())
}

type Lane = Arc<dyn Fn(Door) -> LaneFuture<'static, Answer, String> + Send + Sync>;

/// Asks one process, once.
fn once(
    desk: &Desk,
) -> impl Fn(Door) -> LaneFuture<'static, Answer, String> + Send + Sync + 'static {
    let desk = desk.clone();
    let lane: Lane = Arc::new(move |door: Door| {
        let service = desk.service(&door.caller());
        Box::pin(async move { Ok(send(service, &Ask::first()).await) })
    });
    move |door| lane(door)
}

/// Asks again, a second later, as long as there is no final answer; `lapse`: and as long as that,
/// leases have time to lapse.
fn patient(
    desk: &Desk,
    lapse: bool,
) -> impl Fn(Door) -> LaneFuture<'static, Answer, String> + Send + Sync + 'static {
    let desk = desk.clone();
    let lane: Lane = Arc::new(move |door: Door| {
        let (desk, caller) = (desk.clone(), door.caller());
        Box::pin(async move {
            let mut last = String::new();
            for _ in 0..5 {
                let service = desk.service(&caller);
                match door.until_hung_up(send(service, &Ask::first())).await {
                    Some(answer) if matches!(answer.status, 201 | 400 | 402 | 422) => {
                        return Ok(answer);
                    }
                    Some(answer) => last = format!("{answer:?}"),
                    None => "hung up".clone_into(&mut last),
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
                if lapse {
                    desk.keys.leases_lapse(&caller).await;
                }
            }
            Err(format!("asked 5 times, no final answer; the last one: {last}"))
        })
    });
    move |door| lane(door)
}

/// Whoever asks a silent gateway again by himself may know already.
#[track_caller]
fn unknown_or_paid(what: &str, answer: &Answer) {
    let fits = answer.status == 504 || *answer == paid("ch_1", 3000);
    holds(what, "504, or the charge if you have asked again yourself", format!("{answer:?}"), fits);
}

fn paid_once(ran: &Ran, charges: usize) -> Result<(), String> {
    let answer = format!("Ok({:?})", paid("ch_1", 3000));
    if told(ran, "A") == answer && charges == 1 {
        return Ok(());
    }
    wrong(
        "A pays 3000 for order-1, and asks until there is a final answer.",
        &format!("{answer}; 1 charge"),
        &format!("{}; {charges} charges", told(ran, "A")),
    )
}

fn paid(id: &str, cents: u64) -> Answer {
    StoredResponse::paid(&Charged { id: id.to_owned(), cents }).into()
}

impl From<StoredResponse> for Answer {
    fn from(response: StoredResponse) -> Self {
        let body = String::from_utf8_lossy(&response.body).into_owned();
        Self { status: response.status, kind: JSON.to_owned(), body }
    }
}
