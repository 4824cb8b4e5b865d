//! Waiting until nothing can move without a decision.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::event::{Event, Kind, LaneId};
use crate::gate::{State, Strand};
use crate::stage::Stage;
use crate::world::{Trouble, Wait};

/// How long to wait for an answer before asking who waits for whom, although nobody should.
const LOOK: Duration = Duration::from_millis(20);

/// After so many looks a step that neither ends nor waits is given up: told by looks, not by a
/// clock, and it decides only how soon a wrong answer is reported.
const LOOKS: u32 = 400;

impl Stage {
    /// Runs all tasks of the world and of the lanes until none can run.
    pub(crate) fn quiet(&mut self) {
        loop {
            self.outer.until_idle();
            for (lane, inner) in self.loops.iter().enumerate() {
                let Some(inner) = inner.as_ref().filter(|l| l.woken()) else { continue };
                self.beat.inside.store(lane + 1, Ordering::SeqCst);
                inner.until_idle();
                self.beat.inside.store(0, Ordering::SeqCst);
                self.beat.beats.fetch_add(1, Ordering::SeqCst);
            }
            let hearing = std::mem::take(&mut self.gate.lock().hearing);
            let heard = hearing.into_iter().filter_map(|tell| tell.send(()).ok()).count();
            let lanes = self.loops.iter().flatten();
            if heard == 0
                && !self.outer.woken()
                && !lanes.into_iter().any(crate::drive::Loop::woken)
            {
                return;
            }
        }
    }

    /// Strands whose state is not known: those under way, and those that waited, if since then
    /// something was done that may have let them go.
    fn flying(&self) -> Vec<Strand> {
        let inner = self.gate.lock();
        let running = |s: &crate::gate::Held| matches!(s.state, State::Running);
        if !inner.freed && !inner.strands.iter().any(running) {
            return Vec::new();
        }
        let strands = inner.strands.iter().enumerate();
        strands
            .filter(|(_, s)| matches!(s.state, State::Running | State::Waiting))
            .map(|(index, s)| Strand {
                index,
                lane: s.lane,
                incarnation: inner.incarnations[s.lane],
            })
            .collect()
    }

    /// Waits until every strand is at the gate, waits for another, or is quiet. Says why not, if
    /// that never comes.
    pub(crate) fn settle(&mut self) -> Result<Option<String>, Trouble> {
        let mut looks = 0;
        loop {
            let before = self.gate.ticks();
            self.quiet();
            let flying = self.flying();
            if flying.is_empty() {
                self.gate.lock().freed = false;
                return Ok(None);
            }
            if before != self.gate.ticks() {
                continue;
            }
            let expected =
                self.gate.lock().strands.iter().any(|s| matches!(s.state, State::Running));
            if expected && self.changes_at_once() {
                continue;
            }
            if !self.world.may_wait(&flying) && self.changes_soon() {
                continue;
            }
            let waits = self.outer.block_on(self.world.waits(&flying))?;
            self.outer.until_idle();
            if before != self.gate.ticks() {
                continue;
            }
            if !flying.iter().all(|f| waits.iter().any(|w| w.who.index == f.index)) {
                looks += 1;
                // The first looks follow one another at once: who waits does so within
                // microseconds.
                let _ = if looks < 50 { self.changes_at_once() } else { self.changes_soon() };
                if looks > LOOKS {
                    return Ok(Some(self.too_long(&flying)));
                }
                continue;
            }
            if let Some(victim) = self.victim(&waits) {
                self.counters.circles += 1;
                self.outer.block_on(self.world.break_circle(victim))?;
                for _ in 0..LOOKS {
                    self.quiet();
                    if before != self.gate.ticks() || self.changes_soon() {
                        break;
                    }
                }
                continue;
            }
            self.all_wait(&waits);
            return Ok(None);
        }
    }

    /// Lets the world run until something changes, for one look's length at most.
    fn changes_soon(&self) -> bool {
        let before = self.gate.ticks();
        let gate = self.gate.clone();
        self.outer.block_on(async move {
            let changed = async {
                while before == gate.ticks() {
                    gate.changed.notified().await;
                }
            };
            tokio::time::timeout(LOOK, changed).await.is_ok()
        })
    }

    /// As [`Stage::changes_soon`], for as long as an answer usually takes (some 100 µs), which is
    /// cheaper than a look.
    fn changes_at_once(&self) -> bool {
        let before = self.gate.ticks();
        (0..40).any(|_| {
            self.outer.until_idle();
            before != self.gate.ticks()
        })
    }

    /// Of a circle of waits, the strand that was let go last: it closed the circle.
    fn victim(&self, waits: &[Wait]) -> Option<Strand> {
        let circle = waits.iter().find_map(|w| circle_through(w.who, waits))?;
        let inner = self.gate.lock();
        circle.into_iter().max_by_key(|s| inner.strands[s.index].order)
    }

    fn all_wait(&mut self, waits: &[Wait]) {
        let mut inner = self.gate.lock();
        inner.freed = false;
        for wait in waits {
            let strand = &mut inner.strands[wait.who.index];
            if !matches!(strand.state, State::Running) {
                continue;
            }
            strand.state = State::Waiting;
            if std::mem::replace(&mut strand.waited, true) {
                continue;
            }
            self.counters.waits += 1;
            let (lane, text, node) = (strand.lane, strand.text.clone(), strand.node);
            if let Some(node) = node {
                inner.footprints[node] = crate::Footprint::everything();
            }
            let mut by: Vec<usize> = wait.by.iter().map(|s| s.lane).collect();
            by.sort_unstable();
            by.dedup();
            inner.log.push(Event { lane, kind: Kind::Waits(by), text, detail: None });
        }
    }

    fn too_long(&self, flying: &[Strand]) -> String {
        let inner = self.gate.lock();
        let held = &inner.strands[flying[0].index];
        format!("{} is under way and does not end: {}", held.name, held.text)
    }

    /// Who waits for whom now.
    pub(crate) fn waiting(&self) -> Vec<(LaneId, Vec<LaneId>)> {
        let inner = self.gate.lock();
        let waits = |s: &&crate::gate::Held| matches!(s.state, State::Waiting | State::Held);
        inner
            .strands
            .iter()
            .filter(waits)
            .map(|s| {
                let row = inner.log.iter().rev().find(|e| e.lane == s.lane);
                let by = match row.map(|e| &e.kind) {
                    Some(Kind::Waits(by)) => by.clone(),
                    _ => Vec::new(),
                };
                (s.lane, by)
            })
            .collect()
    }

    /// Who is in the way of whom, in sentences.
    pub(crate) fn why_nobody_moves(&self, mask: u64, naps: bool) -> String {
        let waiting = self.waiting();
        let inner = self.gate.lock();
        let name = |l: usize| crate::short(&inner.lanes[l]).to_owned();
        let mut lines = Vec::new();
        for (lane, by) in &waiting {
            let who: Vec<String> = by.iter().map(|l| name(*l)).collect();
            let done = by.iter().find(|l| inner.ends[**l].is_some());
            lines.push(match done {
                Some(done) => format!(
                    "{} waits for ever: {} has returned and still holds what {} waits for.",
                    name(*lane),
                    name(*done),
                    name(*lane)
                ),
                None if who.is_empty() => format!("{} waits.", name(*lane)),
                None => format!("{} waits for {}.", name(*lane), who.join(" and ")),
            });
        }
        for (lane, end) in inner.ends.iter().enumerate() {
            if mask & 1 << lane != 0 && end.is_none() && !waiting.iter().any(|(l, _)| *l == lane) {
                let what = if naps { "only sleeps" } else { "takes no step and does not return" };
                lines.push(format!("{} {what}.", name(lane)));
            }
        }
        format!("Nobody can move any more.\n{}", lines.join("\n"))
    }
}

/// The strands of a circle of waits that leads from `start` back to it.
fn circle_through(start: Strand, waits: &[Wait]) -> Option<Vec<Strand>> {
    let mut paths = vec![vec![start]];
    while let Some(path) = paths.pop() {
        let at = path.last()?;
        for wait in waits.iter().filter(|w| w.who.index == at.index) {
            for by in &wait.by {
                if by.index == start.index {
                    return Some(path);
                }
                if !path.iter().any(|s| s.index == by.index) {
                    paths.push(path.iter().copied().chain([*by]).collect());
                }
            }
        }
    }
    None
}
