use k00::s2_core::{decide, evolve};
use k00_given::{Cents, Command, Event, OrderState, Rejection, Status, Timestamp, ambient};
use suite::say::same;

use crate::orders::{BEFORE, added, item, open, states};

const NOW: Timestamp = Timestamp(2_000);

type Decision = Result<Vec<Event>, Rejection>;

/// Units and prices of what is on an order, of what is added, and whether it fits.
type Case = (&'static [(u64, u64)], (u64, u64), bool);

/// The same state, command and time give the same events, today and when somebody looks for a bug
/// next year: what is not in the arguments cannot matter.
#[suite::test]
fn same_input_same_events() {
    for now in [Timestamp(0), NOW, Timestamp(u64::MAX)] {
        let confirmed = Ok(vec![Event::Confirmed { total: Cents(8450), at: now }]);
        let cancelled = Ok(vec![Event::Cancelled { at: now }]);
        for (command, expected) in [(Command::Confirm, confirmed), (Command::Cancel, cancelled)] {
            let what = format!("An open order, {command:?}, at {}", now.0);
            let first: Decision = decide(&open(), &command, now);
            same(&what, first, expected.clone());
            let second: Decision = decide(&open(), &command, now);
            same(format!("{what}, once more"), second, expected);
        }
    }
}

/// In every state each command does what the table says, or is refused for the reason that the
/// table says.
#[suite::test]
fn illegal_transition_is_rejected() {
    let lamp = || Command::Add(item("lamp", 1, 4550));
    let add = || Ok(vec![added("lamp", 1, 4550)]);
    let confirm = || Ok(vec![Event::Confirmed { total: Cents(8450), at: NOW }]);
    let cancel = || Ok(vec![Event::Cancelled { at: NOW }]);
    let no = Err::<Vec<Event>, Rejection>;
    let rows: [[Decision; 3]; 4] = [
        [add(), no(Rejection::Empty), no(Rejection::Empty)],
        [add(), confirm(), cancel()],
        [no(Rejection::Confirmed), no(Rejection::Confirmed), cancel()],
        [no(Rejection::Cancelled), no(Rejection::Cancelled), no(Rejection::Cancelled)],
    ];
    for ((name, state), row) in states().into_iter().zip(rows) {
        for (command, expected) in [lamp(), Command::Confirm, Command::Cancel].iter().zip(row) {
            let saw: Decision = decide(&state, command, NOW);
            same(format!("{name}, {command:?}"), saw, expected);
        }
    }
    let nothing = Command::Add(item("lamp", 0, 4550));
    for ((name, state), expected) in states().into_iter().zip([
        Rejection::NoUnits,
        Rejection::NoUnits,
        Rejection::Confirmed,
        Rejection::Cancelled,
    ]) {
        let saw: Decision = decide(&state, &nothing, NOW);
        same(format!("{name}, {nothing:?}"), saw, Err(expected));
    }
}

/// A total is the sum to the cent, for every price that there is: money is counted, not measured.
#[suite::test]
fn cents_never_round() {
    let total = |what: String, items: &[(u64, u64)], expected: u64| {
        let items = items.iter().map(|(units, price)| item("book", *units, *price)).collect();
        let state = OrderState { items, status: Status::Open };
        let saw: Decision = decide(&state, &Command::Confirm, NOW);
        same(what, saw, Ok(vec![Event::Confirmed { total: Cents(expected), at: NOW }]));
    };
    for units in [1, 3] {
        for price in 0..=3_000 {
            let what = format!("{units} × {}, confirmed", Cents(price));
            total(what, &[(units, price)], units * price);
        }
    }
    for price in 0..=3_000 {
        let what = format!("{} and {}, confirmed", Cents(price), Cents(1999));
        total(what, &[(1, price), (1, 1999)], price + 1999);
    }
    // Beyond 2^53 an `f64` has no odd numbers.
    let odd = (1 << 53) + 1;
    total(format!("1 × {}, confirmed", Cents(odd)), &[(1, odd)], odd);
    total("Two items, confirmed".into(), &[(1, odd - 2), (1, 2)], odd);
}

/// An order that would cost more than a number can hold is refused when it grows too big, and the
/// largest one that fits is accepted: a sum that wraps around is a gift.
#[suite::test]
fn total_overflow_is_rejected() {
    const MAX: u64 = u64::MAX;
    let with = |items: &[(u64, u64)]| OrderState {
        items: items.iter().map(|(units, price)| item("book", *units, *price)).collect(),
        status: Status::Open,
    };
    let cases: [Case; 9] = [
        (&[], (1, MAX), true),
        (&[], (2, MAX), false),
        (&[], (MAX, 2), false),
        (&[], (1 << 32, 1 << 32), false),
        (&[], (MAX, 0), true),
        (&[(1, MAX)], (1, 1), false),
        (&[(1, MAX)], (1, 0), true),
        (&[(1, MAX - 5)], (5, 1), true),
        (&[(1, MAX - 5), (1, 5)], (1, 1), false),
    ];
    for (items, (units, price), fits) in cases {
        let what = format!("Items (units, price in cents) {items:?}, add {:?}", (units, price));
        let saw: Decision = decide(&with(items), &Command::Add(item("book", units, price)), NOW);
        let expected =
            if fits { Ok(vec![added("book", units, price)]) } else { Err(Rejection::TooMuch) };
        same(what, saw, expected);
    }
    // Only an order from a time with other rules can be too much already.
    let nothing = Command::Add(item("book", 0, 1));
    let saw: Decision = decide(&with(&[(1, MAX), (1, MAX)]), &nothing, NOW);
    same("Add no units to an order that is too much already", saw, Err(Rejection::NoUnits));
    let full = with(&[(1, MAX - 5), (5, 1)]);
    let saw: Decision = decide(&full, &Command::Confirm, NOW);
    let all = Event::Confirmed { total: Cents(MAX), at: NOW };
    same(format!("Confirm an order of {}", Cents(MAX)), saw, Ok(vec![all]));
}

/// To find out what an order looks like, its events are applied again: every day, on every replica.
/// Each gives the state after it, and nobody gets a mail because of it.
#[suite::test]
fn replay_sends_no_mail() {
    let before = ambient::mails_sent();
    let total = Cents(8450);
    let events = [
        added("book", 2, 1950),
        added("lamp", 1, 4550),
        Event::Confirmed { total, at: BEFORE },
        Event::Cancelled { at: NOW },
    ];
    let one = OrderState { items: vec![item("book", 2, 1950)], status: Status::Open };
    let status = |status| OrderState { status, ..open() };
    let expected = [
        one,
        open(),
        status(Status::Confirmed { total, at: BEFORE }),
        status(Status::Cancelled { at: NOW }),
    ];
    let mut state = OrderState::default();
    for (event, expected) in events.iter().zip(expected) {
        state = evolve(state, event);
        same(format!("The state after: {event}"), &state, &expected);
    }
    let sent = ambient::mails_sent() - before;
    same("The events of one order, applied again. Mails that leave", sent, 0);
    let saw: Decision = decide(&open(), &Command::Confirm, NOW);
    same("Confirm", saw, Ok(vec![Event::Confirmed { total, at: NOW }]));
    let sent = ambient::mails_sent() - before;
    same("A decision alone. Mails that leave", sent, 0);
}

/// What has happened has happened: the state follows the journal, also where the rules of today
/// would have refused it.
#[suite::test]
fn replay_takes_events_as_facts() {
    let empty = OrderState::default();
    let confirmed = Event::Confirmed { total: Cents(5), at: BEFORE };
    let status = Status::Confirmed { total: Cents(5), at: BEFORE };
    let cases = [
        (
            "An item without units, from a time when that was allowed",
            vec![added("poster", 0, 0)],
            OrderState { items: vec![item("poster", 0, 0)], status: Status::Open },
        ),
        (
            "A total of 0.05 for 3 × 0.02: there was a discount then",
            vec![added("pen", 3, 2), confirmed.clone()],
            OrderState { items: vec![item("pen", 3, 2)], status },
        ),
        (
            "An item that came after the confirmation",
            vec![confirmed.clone(), added("pen", 1, 2)],
            OrderState { items: vec![item("pen", 1, 2)], status },
        ),
        (
            "Cancelled, and confirmed again by hand",
            vec![Event::Cancelled { at: BEFORE }, confirmed],
            OrderState { status, ..empty.clone() },
        ),
        (
            "The same thing twice, and cheaper the second time",
            vec![added("pen", 1, 200), added("pen", 2, 200), added("pen", 1, 150)],
            OrderState {
                items: vec![item("pen", 1, 200), item("pen", 2, 200), item("pen", 1, 150)],
                status: Status::Open,
            },
        ),
        (
            "Two items that are too much together",
            vec![added("moon", 1, u64::MAX), added("sun", 1, u64::MAX)],
            OrderState {
                items: vec![item("moon", 1, u64::MAX), item("sun", 1, u64::MAX)],
                status: Status::Open,
            },
        ),
    ];
    for (what, events, expected) in cases {
        let saw: OrderState = events.iter().fold(empty.clone(), evolve);
        same(what, saw, expected);
    }
}
