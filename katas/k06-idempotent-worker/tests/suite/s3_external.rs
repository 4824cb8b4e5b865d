use effects::{MailAnswer, MailError, Mailer};
use k06::s3_external::notify;
use k06_given::tables::NOTIFIED;
use k06_given::{Captured, Delivery, Guarantee, HandleError, Handled};
use postgres_lab::wire::sessions::{Caller, Explored, Fault, Scenario, explore};
use postgres_lab::{Db, is_at_rest};
use suite::cancel::after_polls;
use suite::say::{holds, same};
use tokio_postgres::Client;

use crate::clerk::{Each, Office};
use crate::deliveries::{again, delivery};
use crate::queries::anew;
use crate::say::Told;

const PAYS: Captured = Captured { merchant: 1, cents: 250 };
const EVERY: [Guarantee; 3] = [Guarantee::AtMostOnce, Guarantee::AtLeastOnce, Guarantee::KeyedOnce];
use Guarantee::{AtLeastOnce, AtMostOnce, KeyedOnce};

/// A learner's function with this guarantee, for the suite's own worker.
fn each(g: Guarantee) -> Each {
    match g {
        AtMostOnce => {
            |m, db, mail| Box::pin(async { notify(m, db, mail, AtMostOnce).await.map(drop) })
        }
        AtLeastOnce => {
            |m, db, mail| Box::pin(async { notify(m, db, mail, AtLeastOnce).await.map(drop) })
        }
        KeyedOnce => {
            |m, db, mail| Box::pin(async { notify(m, db, mail, KeyedOnce).await.map(drop) })
        }
    }
}

async fn notified(
    m: &Delivery<Captured>,
    db: &mut Client,
    mailer: &Mailer,
    g: Guarantee,
) -> Result<Handled, Told> {
    let answer: Result<Handled, HandleError> =
        notify(m, db, &mailer.client(Caller::Plain), g).await;
    answer.map_err(Told::from)
}

/// When nothing goes wrong there is one mail for each message, whatever is promised. A message that
/// comes again is a duplicate, also to another process; another message with the same body is not.
#[suite::test(postgres)]
async fn one_mail_when_nothing_goes_wrong(db: Db) {
    let (mut client, admin) = (db.client().await, db.admin().await);
    for g in EVERY {
        anew(&client, NOTIFIED, "").await;
        let mailer = Mailer::new();
        let (a, b) = (delivery("m-1", 1, PAYS), delivery("m-2", 2, PAYS));
        for (m, how, answer) in [
            (a.clone(), "for the first time", Handled::Applied),
            (again(&a, 1), "again", Handled::Duplicate),
            (b, "with the same body", Handled::Applied),
            (delivery("m-1", 3, PAYS), "published twice", Handled::Duplicate),
        ] {
            let what = format!("`notify`, {g:?}, message {}, {how}", m.id);
            same(&what, notified(&m, &mut client, &mailer, g).await, Ok(answer));
            is_at_rest(&what, &client, &admin).await;
        }
        let mails = ["m-1", "m-2"].map(|id| mailer.ledger().times(id));
        same(format!("{g:?}: mails about m-1 and m-2"), mails, [1, 1]);
        let keyed = mailer.keys().iter().all(Option::is_some);
        let says = if g == KeyedOnce { "every call has a key" } else { "no call has a key" };
        let none = mailer.keys().iter().all(Option::is_none);
        let fits = if g == KeyedOnce { keyed } else { none };
        holds(format!("{g:?}: the keys"), says, format!("{:?}", mailer.keys()), fits);
    }
}

/// A mailer that does not answer, or says no, is an error, so that the message comes again; and what
/// is done then is what was promised.
#[suite::test(postgres)]
async fn silent_mailer_is_an_error(db: Db) {
    use MailAnswer::{Refuses, SendsThenTimesOut, TimesOut, Unavailable};
    let (mut client, admin) = (db.client().await, db.admin().await);
    for (script, error) in [
        (TimesOut, MailError::TimedOut),
        (SendsThenTimesOut, MailError::TimedOut),
        (Unavailable, MailError::Unavailable),
        (Refuses, MailError::Refused),
    ] {
        for g in EVERY {
            anew(&client, NOTIFIED, "").await;
            let mailer = Mailer::scripted([script]);
            let m = delivery("m-1", 1, PAYS);
            let what = format!("`notify`, {g:?}, the mailer's first answer: {script:?}");
            let saw = notified(&m, &mut client, &mailer, g).await;
            same(&what, saw, Err(Told::from(HandleError::Mail(error))));
            is_at_rest(&what, &client, &admin).await;
            let saw = notified(&again(&m, 1), &mut client, &mailer, g).await;
            let what = format!("{what}; then the message comes again");
            is_at_rest(&what, &client, &admin).await;
            let mails = mailer.ledger().times("m-1");
            let told = format!("{mails} mails, and it answered {saw:?}");
            match g {
                AtMostOnce => holds(what, "at most one mail", told, mails <= 1),
                // A refusal is final, with a key; then there is nothing to be had.
                KeyedOnce if script == Refuses => {
                    holds(what, "no mail, an error", told, mails == 0 && saw.is_err());
                }
                AtLeastOnce => holds(what, "a mail, and Ok", told, mails >= 1 && saw.is_ok()),
                KeyedOnce => holds(what, "one mail, and Ok", told, mails == 1 && saw.is_ok()),
            }
        }
    }
}

/// The worker's process dies anywhere, or a connection breaks anywhere, and the message comes again
/// until it is acknowledged.
fn swept(g: Guarantee, expected: &'static str, fits: fn(usize) -> bool) -> Explored {
    let sweep = |scenario: Scenario, office: &Office, what: &'static str| {
        let ledger = office.mailer.ledger().clone();
        explore(scenario.fault_kinds(&[Fault::CutBefore, Fault::CutAfter]).check(move |ran| {
            let (mails, told) = (ledger.times("m-1"), crate::queries::told(ran, "A"));
            if fits(mails) && told == "Ok(())" {
                return Ok(());
            }
            Err(format!(
                "One message, {g:?}; {what}.\nExpected: {expected}, and the worker ends with Ok(())\n\
                 Saw:      {mails} mails, the worker {told}"
            ))
        }))
    };
    let office = Office::with(&["m-1"]);
    let scenario = || office.scenario(&["A: the worker"], each(g)).faults(1);
    sweep(scenario(), &office, "a connection breaks");
    let explored = sweep(scenario().crashes().restarts(), &office, "the worker's process dies");
    println!("{g:?}: {} crash points", explored.crash_points);
    let points = explored.crash_points;
    holds("Places to die at", "at least 6", points, points >= 6);
    explored
}

/// Two workers have the same message at once.
fn two_at_once(g: Guarantee, expected: &'static str, fits: fn(usize) -> bool) {
    let office = Office::with(&["m-1", "m-1"]);
    let ledger = office.mailer.ledger().clone();
    explore(office.scenario(&["A: a worker", "B: a worker"], each(g)).check(move |ran| {
        let (mails, told) =
            (ledger.times("m-1"), ["A", "B"].map(|lane| crate::queries::told(ran, lane)));
        if fits(mails) && told == ["Ok(())"; 2] {
            return Ok(());
        }
        Err(format!(
            "One message, published twice; two workers, {g:?}; nothing goes wrong.\n\
             Expected: {expected}, and both end with Ok(())\n\
             Saw:      {mails} mails, A {}, B {}",
            told[0], told[1]
        ))
    }));
}

/// With a key the mailer compares, one mail: wherever the process dies, whichever reply is lost, and
/// also when two workers are at it.
#[suite::test]
fn keyed_mail_is_sent_once_under_crash_sweep() {
    swept(KeyedOnce, "1 mail", |mails| mails == 1);
    two_at_once(KeyedOnce, "1 mail", |mails| mails == 1);
}

/// What was promised at most once never comes twice, wherever the process dies, whichever reply is
/// lost, and also when two workers are at it. The price: sometimes it does not come at all.
#[suite::test]
fn at_most_once_never_doubles() {
    swept(AtMostOnce, "at most 1 mail", |mails| mails <= 1);
    two_at_once(AtMostOnce, "at most 1 mail", |mails| mails <= 1);
}

/// What was promised at least once is never lost, wherever the process dies and whichever reply is
/// lost. The price: sometimes it comes twice.
#[suite::test]
fn at_least_once_never_loses() {
    swept(AtLeastOnce, "at least 1 mail", |mails| mails >= 1);
    two_at_once(AtLeastOnce, "at least 1 mail", |mails| mails >= 1);
}

/// A worker that goes away at any of its awaits keeps the promise, and leaves a connection that the
/// next one can use.
#[suite::test(postgres)]
async fn dropped_notify_keeps_its_promise(db: Db) {
    let _exploring = suite::exploring();
    let (mut client, admin) = (db.client_here().await, db.admin().await);
    for g in EVERY {
        for polls in 0.. {
            anew(&client, NOTIFIED, "").await;
            let (mailer, m) = (Mailer::new(), delivery("m-1", 1, PAYS));
            let mail = mailer.client(Caller::Plain);
            let ended = after_polls(polls, notify(&m, &mut client, &mail, g)).await;
            let what = format!("`notify`, {g:?}, is dropped after poll {polls}, or done");
            is_at_rest(&what, &client, &admin).await;
            let saw = notified(&again(&m, 1), &mut client, &mailer, g).await;
            let mails = mailer.ledger().times("m-1");
            let (expected, fits) = match g {
                AtMostOnce => ("at most 1 mail", mails <= 1),
                AtLeastOnce => ("at least 1 mail", mails >= 1),
                KeyedOnce => ("1 mail", mails == 1),
            };
            let told = format!("{mails} mails, and {saw:?}");
            holds(
                format!("{what}; then the message comes again"),
                expected,
                told,
                fits && saw.is_ok(),
            );
            if let Some(ended) = ended {
                let what = format!("`notify`, {g:?}, not dropped");
                same(what, ended.map_err(Told::from), Ok(Handled::Applied));
                break;
            }
        }
    }
}
