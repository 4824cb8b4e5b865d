use k00_given::{Cents, Command, Delivery, Event, Mail, OrderError, Placed, Rejection, Version};
use suite::cancel::sweep;
use suite::say::same;

use crate::orders::{BEFORE, added, item};
use crate::shop::{Broken, NOW, ORDER, Ran, Scenario, Sent, answer_text, explore};
use crate::yielding::Slow;

/// What is decided rests on all that the journal says about the order, and on the time that the
/// clock says; and it is in the journal, to the last event.
#[suite::test]
fn decides_on_what_the_journal_says() {
    let pens = |n: usize| vec![added("pen", 1, 100); n];
    let pen = || Command::Add(item("pen", 1, 100));
    let cancelled = || vec![added("pen", 1, 100), Event::Cancelled { at: BEFORE }];
    let new = both()[1..].to_vec();
    ends(&pens(0), &pen(), done(1, Delivery::NotNeeded), &pens(1), 0);
    ends(&pens(4), &pen(), done(5, Delivery::NotNeeded), &pens(5), 0);
    ends(&pens(0), &Command::Confirm, done(2, Delivery::Sent), &new, 1);
    ends(&pens(5), &pen(), Err(OrderError::Rejected(Rejection::TooMuch)), &pens(5), 0);
    ends(&one(), &Command::Confirm, done(3, Delivery::Sent), &both(), 1);
    let over = [one(), vec![Event::Cancelled { at: NOW }]].concat();
    ends(&one(), &Command::Cancel, done(2, Delivery::NotNeeded), &over, 0);
    let no = Err(OrderError::Rejected(Rejection::Cancelled));
    ends(&cancelled(), &Command::Confirm, no, &cancelled(), 0);
}

/// First it is written down, then it is told: when the mail leaves, what it says is in the journal.
#[suite::test]
fn mail_only_after_append() {
    explore(|| {
        Scenario::new(&one()).lane("A: confirm", Command::Confirm).check(|ran| {
            true_mails(ran)?;
            mails(ran, 1)?;
            journal(ran, &both())?;
            told(ran, "A", &done(3, Delivery::Sent))
        })
    });
}

/// A mail that does not leave is a nuisance. An order that is lost because of it is a customer.
#[suite::test]
fn mail_failure_keeps_the_order() {
    explore(|| {
        Scenario::new(&one()).broken(Broken::Mail).lane("A: confirm", Command::Confirm).check(
            |ran| {
                journal(ran, &both())?;
                told(ran, "A", &done(3, Delivery::Failed))
            },
        )
    });
}

/// Only what is new is told, and all of that: an order that was confirmed last week, and is cancelled
/// today, sends no second confirmation; what is confirmed today is told today, once for each event.
#[suite::test]
fn old_events_mail_nothing() {
    let confirmed = |cents, at| Event::Confirmed { total: Cents(cents), at };
    let start = [one(), vec![confirmed(100, BEFORE)]].concat();
    let over = [start.clone(), vec![Event::Cancelled { at: NOW }]].concat();
    ends(&start, &Command::Cancel, done(3, Delivery::NotNeeded), &over, 0);
    let more = [start.clone(), vec![added("pen", 1, 100)]].concat();
    let pen = Command::Add(item("pen", 1, 100));
    ends(&start, &pen, done(3, Delivery::NotNeeded), &more, 0);
    let again = [more.clone(), vec![added("bookmark", 1, 0), confirmed(100, NOW)]].concat();
    ends(&more, &Command::Confirm, done(5, Delivery::Sent), &again, 1);
    let four = vec![added("pen", 1, 100); 4];
    let parcels = vec![added("bookmark", 1, 0), confirmed(60, NOW), confirmed(40, NOW)];
    let all = [four.clone(), parcels].concat();
    ends(&four, &Command::Confirm, done(7, Delivery::Sent), &all, 2);
}

/// However two replicas overlap, it ends as if one had come after the other. Whoever decided on what
/// is no longer so has changed nothing and told nobody.
#[suite::test]
fn conflict_mails_nothing() {
    let pen = Command::Add(item("pen", 1, 100));
    for (name, other) in
        [("B: confirm", Command::Confirm), ("B: cancel", Command::Cancel), ("B: add a pen", pen)]
    {
        explore(|| {
            Scenario::new(&one())
                .lane("A: confirm", Command::Confirm)
                .lane(name, other.clone())
                .serializable()
                .check(|ran| {
                    let (confirmed, mails) = (ran.confirmations(), ran.mails.len());
                    if confirmed > 1 || mails != confirmed {
                        return Err(format!(
                            "Two replicas, one order that is open.\n\
                             Expected: confirmed at most once, and a mail about each\n\
                             Saw:      {confirmed} in the journal, {mails} by mail"
                        ));
                    }
                    true_mails(ran)?;
                    let lucky = |lane| ran.told(lane).is_some_and(|t| t.starts_with("Ok("));
                    let (lucky, more) = (lucky("A") || lucky("B"), ran.events.len() > 1);
                    if lucky && more {
                        return Ok(());
                    }
                    let saw = if lucky { "it is not there" } else { "both are refused" };
                    Err(format!(
                        "Two replicas, one order that is open.\n\
                         Expected: one of the two is faster, and what it did is in the journal\n\
                         Saw:      {saw}"
                    ))
                })
        });
    }
}

/// Two instances take turns with one order, and each knows what the other has done: neither keeps
/// anything of its own.
#[suite::test(paused)]
async fn two_instances_agree() {
    let shop = Slow::new(&one());
    let (a, b) = (shop.orders(), shop.orders());
    let pen = || Command::Add(item("pen", 1, 100));
    let no = |why| Err(OrderError::Rejected(why));
    let turns = [
        ("A: add a pen", &a, pen(), done(2, Delivery::NotNeeded)),
        ("B: confirm", &b, Command::Confirm, done(4, Delivery::Sent)),
        ("A: confirm", &a, Command::Confirm, no(Rejection::Confirmed)),
        ("A: cancel", &a, Command::Cancel, done(5, Delivery::NotNeeded)),
        ("B: add a pen", &b, pen(), no(Rejection::Cancelled)),
    ];
    let mut before = Vec::new();
    for (name, instance, command, expected) in turns {
        before.push(name);
        let saw = instance.handle(ORDER, command).await;
        same(format!("One order; {}", before.join(", then ")), saw, expected);
    }
}

/// A command that is refused, or a journal that cannot be reached, leaves no event and no mail. And
/// whoever is always too slow gives up at some time.
#[suite::test]
fn refusal_leaves_nothing() {
    let gone = vec![added("pen", 1, 100), Event::Cancelled { at: BEFORE }];
    let rejected = OrderError::Rejected(Rejection::Cancelled);
    for (broken, start, error) in [
        (Broken::Nothing, gone, rejected),
        (Broken::Reading, one(), OrderError::Unavailable),
        (Broken::Appending, one(), OrderError::Unavailable),
        (Broken::TooSlow, one(), OrderError::Conflict),
    ] {
        explore(|| {
            let start = start.clone();
            Scenario::new(&start.clone()).broken(broken).lane("A: confirm", Command::Confirm).check(
                move |ran| {
                    journal(ran, &start)?;
                    mails(ran, 0)?;
                    told(ran, "A", &Err(error))
                },
            )
        });
    }
}

/// The process dies before or after any effect, and nobody comes back to it: the order is confirmed
/// or it is not, and nobody was told what is not so.
#[suite::test]
fn crash_anywhere_tells_no_lie() {
    explore(|| {
        Scenario::new(&one()).lane("A: confirm", Command::Confirm).killed(false).check(|ran| {
            true_mails(ran)?;
            if ran.events != one() && ran.events != both() {
                return Err(format!(
                    "The process was killed.\nExpected: {}\n      or: {}\nSaw:      {}",
                    shown(&one()),
                    shown(&both()),
                    shown(&ran.events)
                ));
            }
            if ran.told("A").is_none() {
                return Ok(());
            }
            journal(ran, &both())?;
            told(ran, "A", &done(3, Delivery::Sent))
        })
    });
}

/// The process dies before or after any effect, and a new one is asked again: the order is confirmed
/// once, with all that belongs to it, and told at most once.
#[suite::test]
fn crash_after_append_loses_no_order() {
    explore(|| {
        Scenario::new(&one()).lane("A: confirm", Command::Confirm).killed(true).check(|ran| {
            journal(ran, &both())?;
            true_mails(ran)?;
            if ran.mails.len() > 1 {
                return Err(format!(
                    "The process was killed, and asked again.\n\
                     Expected: the customer is told once, or not at all\n\
                     Saw:      {} mails",
                    ran.mails.len()
                ));
            }
            let again = answer_text(&Err(OrderError::Rejected(Rejection::Confirmed)));
            if ran.told("A") == Some(&again) {
                return Ok(());
            }
            told(ran, "A", &done(3, Delivery::Sent))
        })
    });
}

/// A caller that goes away at any of its awaits leaves all of the command or nothing, tells nobody
/// what is not so, and leaves no work behind that nobody waits for.
#[suite::test(paused)]
async fn dropped_anywhere_tells_no_lie() {
    let cuts = sweep(
        async || Slow::new(&one()),
        async |shop: &mut Slow| shop.orders().handle(ORDER, Command::Confirm).await,
        async |shop: Slow, cut| {
            let (events, mails) = (shop.events(), shop.mails());
            let all = events == both();
            let kept = all || events == one();
            let what = "Confirm, and then the journal and the number of mails";
            let saw = (shown(&events), mails);
            let expected = match cut.output {
                Some(answer) => {
                    same("Confirm", answer, done(3, Delivery::Sent));
                    (shown(&both()), 1)
                }
                None if kept => (shown(&events), mails.min(usize::from(all))),
                None => (shown(&one()), 0),
            };
            same(what, saw, expected);
        },
    )
    .await;
    same("There are awaits to drop it at", cuts > 1, true);
}

/// What has happened to the order before.
fn one() -> Vec<Event> {
    vec![added("book", 2, 1999)]
}

/// And after it was confirmed.
fn both() -> Vec<Event> {
    let confirmed = Event::Confirmed { total: Cents(100), at: NOW };
    [one(), vec![added("bookmark", 1, 0), confirmed]].concat()
}

#[expect(clippy::unnecessary_wraps, reason = "an answer, as `handle` gives it")]
fn done(version: u64, mail: Delivery) -> Result<Placed, OrderError> {
    Ok(Placed { version: Version(version), mail })
}

/// One replica, whom nobody disturbs.
fn ends(
    start: &[Event],
    command: &Command,
    answer: Result<Placed, OrderError>,
    events: &[Event],
    count: usize,
) {
    explore(|| {
        let events = events.to_vec();
        Scenario::new(start).lane("A: one command", command.clone()).check(move |ran| {
            told(ran, "A", &answer)?;
            journal(ran, &events)?;
            mails(ran, count)
        })
    });
}

fn told(ran: &Ran, lane: &str, answer: &Result<Placed, OrderError>) -> Result<(), String> {
    let (expected, saw) = (answer_text(answer), ran.told(lane).unwrap_or("no answer"));
    if saw == expected {
        return Ok(());
    }
    Err(format!("What {lane} is told.\nExpected: {expected}\nSaw:      {saw}"))
}

fn journal(ran: &Ran, expected: &[Event]) -> Result<(), String> {
    if ran.events == expected {
        return Ok(());
    }
    let (mut was, mut is) = (shown(expected), shown(&ran.events));
    if was == is {
        (was, is) = (format!("{expected:?}"), format!("{:?}", ran.events));
    }
    Err(format!("What the journal says.\nExpected: {was}\nSaw:      {is}"))
}

fn mails(ran: &Ran, expected: usize) -> Result<(), String> {
    if ran.mails.len() == expected {
        return Ok(());
    }
    Err(format!("Mails that have left.\nExpected: {expected}\nSaw:      {}", ran.mails.len()))
}

/// Whoever was told something was told what the journal says, at that moment and at the end.
fn true_mails(ran: &Ran) -> Result<(), String> {
    let at_last = |mail: Mail| ran.events.iter().any(|e| Mail::about(ORDER, e) == Some(mail));
    let lie = |sent: &&Sent| !sent.is_true || !at_last(sent.mail);
    match ran.mails.iter().find(lie) {
        None => Ok(()),
        Some(Sent { mail, .. }) => Err(format!(
            "A mail leaves: {mail}.\n\
             Expected: by then the journal says so\nSaw:      it does not"
        )),
    }
}

fn shown(events: &[Event]) -> String {
    let names: Vec<String> = events.iter().map(ToString::to_string).collect();
    names.join("; ")
}
