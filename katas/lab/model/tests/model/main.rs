//! Right and wrong code of every kind that the suites model, and what is said about it.

mod atomics;
mod beside;
mod determinism;
mod faults;
mod limits;
mod locks;
mod overtaken;
mod plain;
mod soundness;
mod timelines;
mod waiting;

use model::Explored;
use protocol::{Outcome, Status};

/// Every schedule holds.
#[track_caller]
fn holds(body: impl Fn() + Send + Sync + 'static) -> Explored {
    match model::explore(body) {
        Ok(explored) => explored,
        Err(outcome) => panic!("{}\n{}", outcome.message, text(&outcome)),
    }
}

/// Some schedule fails.
#[track_caller]
fn fails(status: Status, body: impl Fn() + Send + Sync + 'static) -> Outcome {
    let outcome = model::explore(body).expect_err("a schedule fails");
    assert_eq!(outcome.status, status, "{}", outcome.message);
    *outcome
}

/// Two threads, joined.
fn two(a: impl FnOnce() + Send + 'static, b: impl FnOnce() + Send + 'static) {
    let a = model::lane("A: first", a);
    let b = model::lane("B: second", b);
    a.join().unwrap();
    b.join().unwrap();
}

/// A deadlock's sentence, without the places that change with every line of these files.
fn gist(outcome: &Outcome) -> String {
    let message = outcome.message.split("\nLast of").next().unwrap_or_default();
    let mut gist = String::new();
    for part in message.replace('\n', " ").split(" since ") {
        // The place ends where the bracket goes on: `locks.rs:60)`, `locks.rs:60, which…`.
        let from = if gist.is_empty() { 0 } else { part.find([')', ',']).unwrap_or(0) };
        gist.push_str(&part[from..]);
    }
    gist
}

/// The timeline in 80 columns, with `:n` for every line.
fn text(outcome: &Outcome) -> String {
    let Some(timeline) = &outcome.timeline else { return String::new() };
    let mut timeline = timeline.clone();
    for row in &mut timeline.rows {
        if let Some(place) = &mut row.at {
            place.line = 7;
        }
    }
    timeline.text(80)
}

/// Deadlocks.
fn locks_in_opposite_orders() -> Outcome {
    use model::sync::{Arc, Mutex};
    fails(Status::Stuck, || {
        let bank = Arc::new([Mutex::new(100_u64), Mutex::new(50_u64)]);
        let transfer = |bank: &Arc<[Mutex<u64>; 2]>, from: usize, to: usize| {
            let bank = Arc::clone(bank);
            move || {
                let mut from = bank[from].lock().unwrap();
                let mut to = bank[to].lock().unwrap();
                *from -= 10;
                *to += 10;
            }
        };
        let a = model::lane("A: 10 from 1 to 2", transfer(&bank, 0, 1));
        let b = model::lane("B: 10 from 2 to 1", transfer(&bank, 1, 0));
        a.join().unwrap();
        b.join().unwrap();
    })
}
