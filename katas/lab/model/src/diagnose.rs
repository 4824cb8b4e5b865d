//! Why a schedule failed, in words.

use std::any::Any;
use std::panic::Location;

use protocol::{Outcome, Status};

use crate::log::{Event, How, LaneId, ObjectId};
use crate::run::{place, words};
use crate::state::{Awaited, Lane, State, Told, Wait};
use crate::timeline::{self, name};

/// Columns of a message.
const WIDTH: usize = 76;

/// So many rows at the end of a log say who spins.
const TAIL: usize = 60;

/// So many of a lane's last operations are alike when it repeats itself.
const SAME: usize = 10;

pub(crate) fn nothing_seen() -> Outcome {
    Outcome::new(
        Status::Fail,
        "The model saw no lock and no atomic of `crate::sync`:\n\
         it cannot see what bypasses it.",
    )
}

pub(crate) fn unrepeatable() -> Outcome {
    Outcome::new(Status::Fail, wrap(&format!("{UNREPEATED}.")))
}

const UNREPEATED: &str = "The code did not repeat itself: with the same schedule it took other \
    steps than before. A model's code must not depend on the order of a HashMap, on time, on \
    random numbers or on statics";

/// What ended the schedule, from what the facade noted or else from loom's own panic.
pub(crate) fn diagnose(state: &State, panic: &(dyn Any + Send)) -> Outcome {
    match &state.told {
        Some(Told::Lab(outcome)) => return (**outcome).clone(),
        Some(Told::Panic { lane, message, place }) => {
            let message = match lane {
                0 => message.clone(),
                lane => format!("{} panicked: {message}", state.lanes[*lane].short()),
            };
            let mut outcome = Outcome::new(Status::Fail, message);
            outcome.place = Some(place.clone());
            return outcome;
        }
        Some(Told::Misuse { status, message, place }) => {
            let mut outcome = Outcome::new(*status, wrap(message));
            outcome.place = Some(place.clone());
            return outcome;
        }
        None => {}
    }
    let message = words(panic);
    if message.contains("deadlock") {
        deadlock(state)
    } else if message.contains("exceeded maximum number of branches") {
        spins(state)
    } else {
        let first = message.lines().find(|line| !line.is_empty()).unwrap_or_default();
        Outcome::new(Status::Fail, wrap(&format!("{UNREPEATED}. (loom says: {first})")))
    }
}

pub(crate) fn deadlock(state: &State) -> Outcome {
    let waiting = |lane: &Lane| lane.waits.filter(|_| !lane.ended);
    // Who only waits for the end of another thread is no part of the knot.
    let tied = |wait: &Wait| !matches!(wait.on, Awaited::End(_));
    let all: Vec<(LaneId, Wait)> = state
        .lanes
        .iter()
        .enumerate()
        .filter_map(|(id, lane)| Some((id, waiting(lane)?)))
        .collect();
    let knot: Vec<_> = all.iter().filter(|(_, wait)| tied(wait)).collect();
    let shown = if knot.is_empty() { all.iter().collect() } else { knot };
    let sentence: Vec<String> =
        shown.iter().map(|(lane, wait)| waits_for(state, *lane, wait.on)).collect();
    let message = wrap(&format!("Deadlock: {}.", sentence.join(", ")));
    let mut outcome = Outcome::new(Status::Stuck, message + &last_steps(state));
    outcome.place = shown.first().map(|(_, wait)| place(wait.at));
    outcome
}

/// A line for each lane that has begun and not ended: the last thing that it did, and where.
fn last_steps(state: &State) -> String {
    let lanes = state.lanes.iter().enumerate().skip(1).filter(|(_, lane)| !lane.ended);
    let last = lanes.filter_map(|(id, lane)| {
        let (text, at) = timeline::last(state, id)?;
        Some(format!("\nLast of {}: {text}, at {}", lane.short(), short(at)))
    });
    last.collect()
}

/// `s3_bank.rs:60`.
fn short(at: &Location<'_>) -> String {
    let place = place(at);
    format!("{}:{}", place.file.rsplit('/').next().unwrap_or_default(), place.line)
}

/// Where a lane took the lock that it holds.
fn taken(state: &State, lane: LaneId, lock: ObjectId) -> Option<String> {
    let takes = |event: &Event| match event {
        Event::Acquired { object, .. } | Event::Woken { lock: object, .. } => *object == lock,
        _ => false,
    };
    let mut own = state.log.iter().rev().filter(|entry| entry.lane == lane);
    own.find(|entry| takes(&entry.event)).map(|entry| short(entry.at))
}

fn waits_for(state: &State, lane: LaneId, on: Awaited) -> String {
    let who = state.lanes[lane].short();
    match on {
        Awaited::Lock { object, how } => {
            let lock = named(state, object);
            let holders: Vec<(LaneId, How)> = state.objects[object].holders.clone();
            if let Some((_, own)) = holders.iter().find(|(holder, _)| *holder == lane) {
                let verb = if *own == How::Read { "reads" } else { "holds" };
                return format!("{who} waits for {lock}, which it {verb} itself");
            }
            let verb = match holders.first() {
                Some((_, How::Read)) => "read",
                Some(_) => "held",
                None => return format!("{who} waits for {lock}"),
            };
            let ended = holders.iter().any(|(holder, _)| state.lanes[*holder].ended);
            let names: Vec<&str> = holders.iter().map(|(h, _)| state.lanes[*h].short()).collect();
            let ended = if ended && how != How::Read { ", which has ended" } else { "" };
            let since = match holders.as_slice() {
                [(holder, _)] => taken(state, *holder, object),
                _ => None,
            };
            let since = since.map_or_else(String::new, |place| format!(" since {place}"));
            format!("{who} waits for {lock} ({verb} by {}{since}{ended})", names.join(" and "))
        }
        Awaited::Notification(object) => {
            format!("{who} sleeps on {}, and nobody is left to notify it", named(state, object))
        }
        Awaited::End(other) => format!("{who} waits for {} to end", state.lanes[other].short()),
    }
}

/// `the lock`, or `lock 2` when there are more of them.
fn named(state: &State, object: ObjectId) -> String {
    let name = name(state, object);
    if name.ends_with(|c: char| c.is_ascii_digit()) { name } else { format!("the {name}") }
}

fn spins(state: &State) -> Outcome {
    let tail = &state.log[state.log.len().saturating_sub(TAIL)..];
    let mut who: Vec<LaneId> = tail.iter().map(|entry| entry.lane).collect();
    who.sort_unstable();
    who.dedup();
    // The test's own body spins only where nobody else does: else it waits for them.
    if who.len() > 1 {
        who.retain(|lane| *lane != 0);
    }
    let spin = if who.len() == 1 { "spins" } else { "spin" };
    let names: Vec<&str> = who.iter().map(|lane| state.lanes[*lane].short()).collect();
    let names = names.join(" and ");
    let message = if let Some(stale) = who.iter().find_map(|lane| repeats(state, *lane)) {
        stale
    } else if tail.iter().any(|entry| matches!(entry.event, Event::Yield { .. })) {
        format!("Livelock: {names} {spin} for ever, and nobody changes what is waited for.")
    } else {
        format!(
            "{names} {spin} without yielding: a loop that waits for another thread calls \
             `hint::spin_loop` or `thread::yield_now` in each round, or takes a lock that waits."
        )
    };
    let mut outcome = Outcome::new(Status::Stuck, wrap(&message) + &last_steps(state));
    outcome.place = tail.last().map(|entry| place(entry.at));
    outcome
}

/// What to tell a lane that looked once and tries again and again to swap what it saw then. One
/// that never saw what it expects is another matter: it waits, for a flag of 0 and 1 for example.
fn repeats(state: &State, lane: LaneId) -> Option<String> {
    let own = || state.log.iter().rev().filter(|entry| entry.lane == lane).map(|e| &e.event);
    let mut tries = own().filter(|event| !matches!(event, Event::Yield { .. })).take(SAME);
    let Event::Exchange { object, expected, found: Err(value), .. } = tries.next()? else {
        return None;
    };
    let same = |event: &Event| {
        matches!(event, Event::Exchange { object: o, expected: e, found: Err(v), .. }
            if (o, e, v) == (object, expected, value))
    };
    let saw = |event: &Event| match event {
        Event::Load { object: o, value: v, .. }
        | Event::Exchange { object: o, found: Err(v), .. } => (o, v) == (object, expected),
        _ => false,
    };
    let outdated = value != expected && tries.all(same) && own().any(saw);
    let who = state.lanes[lane].short();
    outdated.then(|| {
        format!(
            "{who} repeats a `compare_exchange` that cannot succeed: it still expects {expected}, \
             and the value is {value}. Look again before you try again."
        )
    })
}

/// Lines of at most 76 columns.
pub(crate) fn wrap(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= WIDTH {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.join("\n")
}
