use std::time::Duration;

use k05::s5_client::pay;
use k05_given::{ClientPolicy, IdemKey, Paid, PayError, PayRequest};
use suite::cancel::sweep;
use suite::say::{holds, same};
use tokio::time::Instant;

use crate::server::Act::{Breaks, Hangs, Pays, PaysAndBreaks, PaysLate, Says};
use crate::server::Server;

/// One call is one intent, so all of its attempts carry one key and one body; a key for each
/// attempt would make each attempt a payment.
#[suite::test(paused)]
async fn one_key_across_retries() {
    for script in [
        &[Pays][..],
        &[Breaks, Pays],
        &[PaysAndBreaks, Pays],
        &[PaysAndBreaks, PaysAndBreaks, Says(503), PaysAndBreaks, Pays],
        &[Hangs, PaysLate(s(10)), Pays],
    ] {
        let server = Server::new(script);
        let answer = asks(&server, s(100)).await;
        let what = format!("the server: {script:?}");
        let attempts = server.attempts();
        same(format!("{what}; attempts"), attempts.len(), script.len());
        same(format!("{what}; different keys"), server.keys().len(), 1);
        let bodies = attempts.iter().all(|attempt| attempt.body == order().to_json());
        same(format!("{what}; whether each attempt has the request's body"), bodies, true);
        same(format!("{what}; the answer"), answer, Ok(paid(&attempts[0].key)));
        same(format!("{what}; charges"), server.ledger.total(), 1);
    }
}

/// To pay again on purpose is another intent, with another key: otherwise the second payment is
/// taken for the first one.
#[suite::test(paused)]
async fn new_intent_new_key() {
    let server = Server::new(&[Pays]);
    for n in 1..4 {
        same(format!("intent {n}; the answer"), asks(&server, s(100)).await.is_ok(), true);
    }
    same("three intents; different keys", server.keys().len(), 3);
    same("three intents; charges", server.ledger.total(), 3);
}

/// No answer, a broken connection, 5xx and whatever a proxy on the way may say tell nothing about
/// the payment: the client asks again, after a pause, until somebody knows.
#[suite::test(paused)]
async fn silence_is_no_answer() {
    let statuses = [500, 502, 503, 504, 200, 202, 302, 404, 408, 429].map(Says);
    for act in [Breaks, PaysAndBreaks].into_iter().chain(statuses) {
        let server = Server::new(&[act, act, Pays]);
        let answer = asks(&server, s(100)).await;
        same(format!("twice {act:?}, then it pays; the answer"), answer, Ok(paid("key-1")));
        let times = [s(0), s(2), s(4)];
        same(format!("twice {act:?}; a pause of 2 s; attempts at"), server.times(), times.to_vec());
    }
}

/// 409 says that an earlier attempt is being worked on: the client waits and asks again, with the
/// same key.
#[suite::test(paused)]
async fn conflict_409_waits_and_asks_again() {
    let server = Server::new(&[PaysAndBreaks, Says(409), Says(409), Pays]);
    same("409 twice, then its answer", asks(&server, s(100)).await, Ok(paid("key-1")));
    let times = [s(0), s(2), s(4), s(6)].to_vec();
    same("a pause of 2 s; attempts at", server.times(), times);
    same("charges", server.ledger.total(), 1);
    let server = Server::new(&[Says(409)]);
    same("nothing but 409", asks(&server, s(5)).await, unknown());
}

/// 400, 402 and 422 are answers: asked again, the service says the same.
#[suite::test(paused)]
async fn status_422_is_not_retried() {
    for status in [400, 402, 422] {
        let server = Server::new(&[Says(status)]);
        let answer = asks(&server, s(100)).await;
        same(format!("the server says {status}"), answer, Err(PayError::Refused(status)));
        same(format!("the server says {status}; attempts"), server.attempts().len(), 1);
    }
    let server = Server::new(&[Says(503), Says(409), Says(402)]);
    same("503, 409, 402", asks(&server, s(100)).await, Err(PayError::Refused(402)));
}

/// An attempt without an answer is given up: the next one may find somebody.
#[suite::test(paused)]
async fn hung_attempt_is_given_up() {
    let server = Server::new(&[Hangs, Hangs, Pays]);
    same("it hangs twice, then pays", asks(&server, s(100)).await, Ok(paid("key-1")));
    let times = [s(0), s(7), s(14)].to_vec();
    same("5 s an attempt, a pause of 2 s; attempts at", server.times(), times);
    let server = Server::new(&[PaysLate(s(4))]);
    same("it answers after 4 s", asks(&server, s(100)).await, Ok(paid("key-1")));
    same("it answers after 4 s; attempts", server.attempts().len(), 1);
}

/// The deadline is the caller's: at it, and not later, the client says that it does not know, and
/// with which key it can be found out; and it does not wait for what would be too late.
#[suite::test(paused)]
async fn stops_at_deadline() {
    for (what, script, deadline, ends, attempts) in [
        ("it hangs, and the deadline is within the attempt", &[Hangs][..], s(3), s(3), 1),
        ("it hangs, and the deadline is within the second attempt", &[Hangs], s(9), s(9), 2),
        ("the pause would end after the deadline", &[Breaks], s(1), s(0), 1),
        ("the pause would end at the deadline", &[Breaks], s(4), s(2), 2),
        ("the deadline is within the third pause", &[Says(503)], s(5), s(4), 3),
        ("the deadline has passed", &[Pays], s(0), s(0), 0),
        ("the answer would come after the deadline", &[PaysLate(s(4))], s(3), s(3), 1),
        ("it hangs, and the pause would end at the deadline", &[Hangs], s(7), s(5), 1),
    ] {
        let server = Server::new(script);
        let begun = Instant::now();
        let answer = asks(&server, deadline).await;
        same(format!("{what}; the answer"), answer, unknown());
        same(format!("{what}; it ends after"), begun.elapsed(), ends);
        same(format!("{what}; attempts"), server.attempts().len(), attempts);
    }
}

/// A client that is dropped asks no more, wherever it waits.
#[suite::test(paused)]
async fn dropped_client_asks_no_more() {
    let script = [Breaks, Hangs, Says(503), Pays];
    let cuts = sweep(
        async || Server::new(&script),
        async |server: &mut Server| asks(server, s(100)).await,
        async |server: Server, cut| {
            let before = server.attempts().len();
            tokio::time::sleep(s(200)).await;
            same("attempts after it was dropped", server.attempts().len(), before);
            if let Some(answer) = cut.output {
                same("the answer of one that was not dropped", answer, Ok(paid("key-1")));
            }
        },
    )
    .await;
    holds("places to drop it at", "one for each wait", cuts, cuts > script.len());
}

/// 5 s an attempt, 2 s a pause.
async fn asks(server: &Server, deadline: Duration) -> Result<Paid, PayError> {
    let policy = ClientPolicy { attempt: s(5), pause: s(2) };
    pay(server, &order(), &policy, Instant::now() + deadline).await
}

fn order() -> PayRequest {
    PayRequest { order: "order-1".to_owned(), cents: 3000 }
}

fn paid(key: &str) -> Paid {
    Paid(format!("paid with {key}").into_bytes())
}

fn unknown() -> Result<Paid, PayError> {
    Err(PayError::Unknown(IdemKey("key-1".to_owned())))
}

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
