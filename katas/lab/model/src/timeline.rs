//! From a log to the rows that a learner reads.

use std::collections::HashMap;
use std::panic::Location;

use protocol::Timeline;
use protocol::timeline::Row;

use crate::log::{Entry, Event, How, LaneId, ObjectId};
use crate::marks;
use crate::run::place;
use crate::state::{Awaited, Kind, State};

/// More rows than this nobody reads.
const MOST_ROWS: usize = 40;
/// How many of them come from the beginning, when there are too many.
const FROM_THE_START: usize = 12;
/// Rounds of a loop of at most so many rows are folded into one.
const LONGEST_LOOP: usize = 4;

/// A row before it has its number.
#[derive(Clone)]
pub(crate) struct Draft {
    /// Index into the log.
    pub entry: usize,
    lane: LaneId,
    text: String,
    mark: Option<String>,
}

/// The timeline of the first `end` entries of a schedule's log.
pub(crate) fn build(state: &State, end: usize) -> Timeline {
    let log = &state.log[..end];
    let mut drafts = drafts(state, log);
    let seen = visible(state, log, &drafts);
    drafts.retain(|draft| seen(draft));
    let mut drafts = shorten(fold(&drafts, log));
    marks::add(log, &mut drafts);

    let mut columns: Vec<LaneId> = drafts.iter().map(|draft| draft.lane).collect();
    columns.sort_unstable();
    columns.dedup();
    let rows = drafts
        .into_iter()
        .map(|draft| {
            let column = columns.iter().position(|lane| *lane == draft.lane).unwrap_or(0);
            let mut row = Row::new(column, draft.text);
            row.at = Some(place(log[draft.entry].at));
            row.mark = draft.mark;
            row
        })
        .collect();
    Timeline {
        lanes: columns.iter().map(|lane| state.lanes[*lane].name.clone()).collect(),
        rows,
        tables: state.tables.clone(),
        notes: state.notes.clone(),
    }
}

impl Draft {
    /// Adds to what the reader must not miss.
    pub fn remark(&mut self, mark: String) {
        self.mark = Some(match self.mark.take() {
            Some(before) => format!("{before}; {mark}"),
            None => mark,
        });
    }
}

/// The rows of all lanes.
///
/// loom decides who moves *before* each operation, so a lane may ask for a free lock and lose it
/// to another one before it has it. Such a lane is shown as if it had asked later: it makes no
/// difference to anybody, and reads as one switch less.
fn drafts(state: &State, log: &[Entry]) -> Vec<Draft> {
    // Where a lane that never got its lock began to wait: after the entry with this index.
    let mut late: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut drafts: Vec<Draft> = Vec::new();
    let mut push = |entry: usize, text: Option<String>| {
        let Some(text) = text else { return };
        drafts.push(Draft { entry, lane: log[entry].lane, text, mark: None });
    };
    for (i, entry) in log.iter().enumerate() {
        match &entry.event {
            Event::Request { object, held: false, .. } if next_of_lane(log, i).is_none() => {
                if let Some(taken) = taken_by_another(log, i, *object) {
                    late.entry(taken).or_default().push(i);
                }
            }
            _ => push(i, text(state, log, i)),
        }
        for waiting in late.remove(&i).unwrap_or_default() {
            if let Event::Request { object, how, .. } = log[waiting].event {
                push(waiting, Some(waits(state, object, how)));
            }
        }
    }
    drafts
}

fn next_of_lane(log: &[Entry], after: usize) -> Option<&Entry> {
    let lane = log[after].lane;
    log[after + 1..].iter().find(|entry| entry.lane == lane)
}

fn taken_by_another(log: &[Entry], after: usize, lock: ObjectId) -> Option<usize> {
    let takes = |entry: &Entry| match entry.event {
        Event::Acquired { object, .. } | Event::Woken { lock: object, .. } => object == lock,
        _ => false,
    };
    (after + 1..log.len()).find(|i| takes(&log[*i]) && log[*i].lane != log[after].lane)
}

/// The test's own steps are shown where they can meet others': between its first `spawn` and its
/// last `join`.
fn visible(state: &State, log: &[Entry], drafts: &[Draft]) -> impl Fn(&Draft) -> bool + use<> {
    let alone = state.lanes.len() == 1 || drafts.iter().all(|draft| draft.lane == 0);
    let own = |entry: &&Entry| entry.lane == 0;
    let spawned = log.iter().position(|e| e.lane == 0 && matches!(e.event, Event::Spawn { .. }));
    let waits = log.iter().rfind(own).is_some_and(|e| matches!(e.event, Event::Join { .. }));
    let joined = log.iter().rposition(|e| e.lane == 0 && matches!(e.event, Event::Joined { .. }));
    let unjoined = log.iter().filter(|e| matches!(e.event, Event::Spawn { .. })).count()
        > log.iter().filter(|e| matches!(e.event, Event::Joined { .. })).count();
    let (from, to) = match (spawned, joined) {
        (None, _) => (usize::MAX, 0),
        (Some(from), Some(to)) if !waits && !unjoined => (from, to),
        (Some(from), _) => (from, usize::MAX),
    };
    move |draft| alone || draft.lane != 0 || (from..=to).contains(&draft.entry)
}

/// Rounds of a loop, told once.
fn fold(drafts: &[Draft], log: &[Entry]) -> Vec<Draft> {
    let same = |a: &Draft, b: &Draft| {
        a.lane == b.lane && a.text == b.text && log[a.entry].at == log[b.entry].at
    };
    let mut folded = Vec::new();
    let mut i = 0;
    'rows: while i < drafts.len() {
        for length in 1..=LONGEST_LOOP.min(drafts.len() - i) {
            let round = &drafts[i..i + length];
            let rounds = drafts[i..]
                .chunks_exact(length)
                .take_while(|next| next.iter().zip(round).all(|(a, b)| same(a, b)))
                .count();
            if rounds > 2 {
                folded.extend_from_slice(round);
                let last: &mut Draft = folded.last_mut().expect("a round has rows");
                last.remark(format!("{rounds} times"));
                i += length * rounds;
                continue 'rows;
            }
        }
        folded.push(drafts[i].clone());
        i += 1;
    }
    folded
}

/// The beginning and the end, when there is too much in between.
fn shorten(mut drafts: Vec<Draft>) -> Vec<Draft> {
    if drafts.len() <= MOST_ROWS {
        return drafts;
    }
    let end = drafts.len() - (MOST_ROWS - FROM_THE_START);
    drafts[end].remark(format!("{} rows before it are left out", end - FROM_THE_START));
    drafts.drain(FROM_THE_START..end);
    drafts
}

/// `lock`, or `lock 2` when there are more of its kind.
pub(crate) fn name(state: &State, object: ObjectId) -> String {
    let kind = state.objects[object].kind;
    let word = match kind {
        Kind::Lock => "lock",
        Kind::RwLock => "rwlock",
        Kind::Condvar => "condvar",
        Kind::Atomic => "atomic",
    };
    let alike =
        |objects: &[crate::state::Object]| objects.iter().filter(|o| o.kind == kind).count();
    match alike(&state.objects) {
        1 => word.to_owned(),
        _ => format!("{word} {}", alike(&state.objects[..=object])),
    }
}

/// ` 2` when there are more of its kind, else nothing.
fn number(state: &State, object: ObjectId) -> String {
    name(state, object).split_once(' ').map_or_else(String::new, |(_, n)| format!(" {n}"))
}

/// `lock 2`, `read`, `write rwlock 2`: what a lane does to get a lock.
fn take(state: &State, object: ObjectId, how: How) -> String {
    let name = name(state, object);
    match how {
        How::Lock => name,
        How::Read if name == "rwlock" => "read".into(),
        How::Write if name == "rwlock" => "write".into(),
        How::Read => format!("read {name}"),
        How::Write => format!("write {name}"),
    }
}

fn waits(state: &State, object: ObjectId, how: How) -> String {
    format!("{} … waits", take(state, object, how))
}

/// What a lane is at, when it can go no further: what it waits for, or else its last row.
pub(crate) fn last(state: &State, lane: LaneId) -> Option<(String, &'static Location<'static>)> {
    if let Some(wait) = state.lanes[lane].waits {
        let text = match wait.on {
            Awaited::Lock { object, how } => waits(state, object, how),
            Awaited::Notification(object) => format!("wait{}", number(state, object)),
            Awaited::End(_) => return None,
        };
        return Some((text, wait.at));
    }
    let own = (0..state.log.len()).rev().filter(|i| state.log[*i].lane == lane);
    let mut told = own.filter_map(|i| Some((text(state, &state.log, i)?, state.log[i].at)));
    told.next()
}

fn text(state: &State, log: &[Entry], i: usize) -> Option<String> {
    let arrow =
        |value: &Option<String>| value.as_ref().map_or(String::new(), |v| format!(" → {v}"));
    let now =
        |value: &Option<String>| value.as_ref().map_or(String::new(), |v| format!(", now {v}"));
    let atomic = |object: ObjectId| match number(state, object) {
        number if number.is_empty() => String::new(),
        number => format!("atomic{number}: "),
    };
    Some(match &log[i].event {
        Event::Request { object, how, held: true } => waits(state, *object, *how),
        Event::Request { .. } | Event::Spawn { .. } | Event::Join { .. } | Event::Joined { .. } => {
            return None;
        }
        Event::Acquired { object, how, value } => {
            let waited = log[..i]
                .iter()
                .rfind(|entry| entry.lane == log[i].lane)
                .is_some_and(|entry| matches!(entry.event, Event::Request { held: true, .. }));
            match (waited, how) {
                (true, How::Lock) => {
                    format!("locked{}{} (waited)", number(state, *object), arrow(value))
                }
                (true, _) => format!("{}{} (waited)", take(state, *object, *how), arrow(value)),
                (false, _) => format!("{}{}", take(state, *object, *how), arrow(value)),
            }
        }
        Event::Busy { object, how } => format!("try {}: taken", take(state, *object, *how)),
        Event::Released { object, how, value } => match how {
            // The line behind it is that of the lock: a guard's end has none of its own.
            How::Lock => format!("unlock{}{}, locked", number(state, *object), now(value)),
            How::Read => format!("end of {}", take(state, *object, *how)),
            How::Write => format!("end of {}{}", take(state, *object, *how), now(value)),
        },
        Event::Slept { object, lock, value } => {
            format!("wait{}, unlock{}{}", number(state, *object), number(state, *lock), now(value))
        }
        Event::Woken { object, value, by_nobody, .. } => {
            let by = if *by_nobody { " by nobody" } else { "" };
            format!("woken{by}{}{}", number(state, *object), arrow(value))
        }
        Event::Notified { object, all, woken } => {
            let names: Vec<&str> = woken.iter().map(|lane| state.lanes[*lane].short()).collect();
            let whom = match names.as_slice() {
                [] => "nobody waits".into(),
                names => format!("wakes {}", names.join(" and ")),
            };
            let which = if *all { "all" } else { "one" };
            format!("notify_{which}{}: {whom}", number(state, *object))
        }
        Event::Load { object, value, .. } => format!("{}load → {value}", atomic(*object)),
        Event::Store { object, value } => format!("{}store {value}", atomic(*object)),
        Event::Change { object, name, from, to } => {
            format!("{}{name}: {from} → {to}", atomic(*object))
        }
        Event::Exchange { object, expected, new, found } => {
            let (name, end) = match found {
                Ok(()) => ("compare_exchange", "ok".into()),
                Err(is) if is == expected => {
                    ("compare_exchange_weak", format!("failed for no reason, is {is}"))
                }
                Err(is) => ("compare_exchange", format!("failed, is {is}")),
            };
            format!("{}{name} {expected} → {new} {end}", atomic(*object))
        }
        Event::Fence => "fence".into(),
        Event::Yield { name } => (*name).into(),
    })
}
