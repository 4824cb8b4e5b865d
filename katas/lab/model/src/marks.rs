//! What a reader must not miss: a value that changed behind a lane's back.

use std::collections::HashMap;

use crate::log::{Entry, Event, LaneId, ObjectId};
use crate::timeline::Draft;

/// What a row tells about the value of an object.
struct Sight<'a> {
    object: ObjectId,
    /// What the lane saw.
    saw: Option<&'a str>,
    /// What it left there, if it changed it.
    left: Option<&'a str>,
}

/// Marks the rows in which a lane meets or overwrites what another one did since it last looked.
pub(crate) fn add(log: &[Entry], drafts: &mut [Draft]) {
    let rows: HashMap<usize, usize> =
        drafts.iter().enumerate().map(|(n, draft)| (draft.entry, n + 1)).collect();
    // Per lane and object the last look, per object the last change, as indices into the log.
    let mut looks: HashMap<(LaneId, ObjectId), (usize, &str)> = HashMap::new();
    let mut changes: HashMap<ObjectId, (usize, LaneId)> = HashMap::new();
    let mut marks: HashMap<usize, String> = HashMap::new();

    for (i, entry) in log.iter().enumerate() {
        if let Event::Load { value, newest, .. } = &entry.event
            && value != newest
        {
            marks.insert(i, format!("an old value: {newest} is stored already"));
        }
        let Some(sight) = sight(&entry.event) else { continue };
        let key = (entry.lane, sight.object);
        if let (Some((look, value)), Some((change, by))) =
            (looks.get(&key), changes.get(&sight.object))
            && look < change
            && *by != entry.lane
        {
            let blind = matches!(entry.event, Event::Store { .. });
            if let (true, Some(row)) = (blind, rows.get(change)) {
                marks.insert(i, format!("overwrites {row}"));
            }
            if let (Some(saw), Some(row)) = (sight.saw, rows.get(look))
                && saw != *value
            {
                marks.entry(i).or_insert_with(|| format!("was {value} at {row}"));
            }
        }
        if let Some(value) = sight.left.or(sight.saw) {
            looks.insert(key, (i, value));
        }
        if sight.left.is_some() {
            changes.insert(sight.object, (i, entry.lane));
        }
    }
    for draft in drafts {
        if let Some(mark) = marks.remove(&draft.entry) {
            draft.remark(mark);
        }
    }
}

fn sight(event: &Event) -> Option<Sight<'_>> {
    let (object, saw, left) = match event {
        Event::Acquired { object, value, .. } => (*object, value.as_deref(), None),
        Event::Woken { lock, value, .. } => (*lock, value.as_deref(), None),
        Event::Released { object, value, .. } => (*object, None, value.as_deref()),
        Event::Slept { lock, value, .. } => (*lock, None, value.as_deref()),
        Event::Load { object, value, .. } => (*object, Some(value.as_str()), None),
        Event::Store { object, value } => (*object, None, Some(value.as_str())),
        Event::Change { object, from, to, .. } => (*object, Some(from.as_str()), Some(to.as_str())),
        Event::Exchange { object, new, found: Ok(()), .. } => (*object, None, Some(new.as_str())),
        Event::Exchange { object, found: Err(is), .. } => (*object, Some(is.as_str()), None),
        _ => return None,
    };
    Some(Sight { object, saw, left })
}
