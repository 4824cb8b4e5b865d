//! How lanes begin, are held, die, sleep and end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::actor::Actor;
use crate::drive::Loop;
use crate::event::{Event, Kind, LaneId};
use crate::gate::{State, Strand};
use crate::stage::Stage;
use crate::world::{Ended, Trouble};

impl Stage {
    pub(crate) fn start(&mut self, lane: LaneId, incarnation: u32) {
        let actor = Actor {
            gate: self.gate.clone(),
            lane,
            incarnation,
            harms: self.harms.of(lane),
            outside: self.outer.handle(),
            kept: Arc::default(),
        };
        let inner = Loop::of_a_lane();
        inner.spawn(actor.live(self.lanes[lane].1.clone()));
        self.loops[lane] = Some(inner);
    }

    /// A step that lets several waiting strands go would start a race: they go one by one, the
    /// first to come first.
    pub(crate) fn hold_back(&mut self) -> Vec<Strand> {
        let mut waiting: Vec<(u64, Strand)> = {
            let inner = self.gate.lock();
            let waits = |(_, s): &(usize, &crate::gate::Held)| matches!(s.state, State::Waiting);
            let strands = inner.strands.iter().enumerate().filter(waits);
            strands
                .map(|(index, s)| (s.order, Strand { index, lane: s.lane, incarnation: 0 }))
                .collect()
        };
        waiting.sort_by_key(|(order, _)| *order);
        let mut held = Vec::new();
        for (_, strand) in waiting.into_iter().skip(1) {
            if self.world.hold(strand, true) {
                self.gate.lock().strands[strand.index].state = State::Held;
                held.push(strand);
            }
        }
        held
    }

    /// The process of this lane dies: its ports are fenced already.
    pub(crate) fn kill(&mut self, lane: LaneId) -> Result<(), Trouble> {
        self.outer.block_on(self.world.cut(lane))?;
        self.loops[lane] = None;
        let incarnation = {
            let mut inner = self.gate.lock();
            for strand in inner.strands.iter_mut().filter(|s| s.lane == lane && s.local) {
                strand.state = State::Quiet;
            }
            let text =
                if self.bounds.restarts { "process dies, starts anew" } else { "process dies" };
            inner.log.push(Event { lane, kind: Kind::Life, text: text.into(), detail: None });
            if !self.bounds.restarts {
                inner.ends[lane] = Some(Ended::Crashed);
            }
            inner.incarnations[lane] += 1;
            inner.incarnations[lane]
        };
        if self.bounds.restarts {
            self.start(lane, incarnation);
        }
        Ok(())
    }

    /// Ends the schedule: what is at the gate is taken back, what still runs may run out, what is
    /// open is closed.
    pub(crate) fn end(&mut self) -> Result<(), Trouble> {
        let held: Vec<Strand> = {
            let mut inner = self.gate.lock();
            inner.closed = true;
            inner.hearing.clear();
            let mut held = Vec::new();
            for (index, strand) in inner.strands.iter_mut().enumerate() {
                match strand.state {
                    State::AtGate(..) => strand.state = State::Running,
                    State::Held => {
                        strand.state = State::Waiting;
                        held.push(Strand { index, lane: strand.lane, incarnation: 0 });
                    }
                    _ => {}
                }
            }
            held
        };
        for strand in held {
            self.world.hold(strand, false);
        }
        self.loops.clear();
        for patience in 0.. {
            self.outer.until_idle();
            let open = |s: &crate::gate::Held| !s.local && !matches!(s.state, State::Closed);
            if !self.gate.lock().strands.iter().any(open) {
                break;
            }
            let gate = self.gate.clone();
            let late = self.outer.block_on(async move {
                let changed = gate.changed.notified();
                tokio::time::timeout(Duration::from_millis(100), changed).await.is_err()
            });
            if late && patience >= 3 {
                self.world.hurry();
            }
            if patience > 1000 {
                return Err(Trouble("a connection does not close".into()));
            }
        }
        Ok(())
    }

    /// Lets time pass for every lane that has not ended. Returns whether something came of it.
    pub(crate) fn pass_time(&mut self) -> bool {
        let mut moved = false;
        for lane in 0..self.loops.len() {
            let unfinished = self.gate.lock().ends[lane].is_none();
            if let (true, Some(inner)) = (unfinished, &self.loops[lane]) {
                let (gate, ticks) = (self.gate.clone(), self.gate.ticks());
                let polls = gate.lock().polls[lane].clone();
                let polled = polls.load(Ordering::SeqCst);
                let others: Vec<_> = [self.outer.metrics()]
                    .into_iter()
                    .chain(self.loops.iter().flatten().map(Loop::metrics))
                    .collect();
                self.beat.inside.store(lane + 1, Ordering::SeqCst);
                moved |= inner.pass_time(move || {
                    gate.ticks() != ticks
                        || polls.load(Ordering::SeqCst) != polled
                        || others.iter().any(|m| m.global_queue_depth() > 0)
                });
                self.beat.inside.store(0, Ordering::SeqCst);
                self.beat.beats.fetch_add(1, Ordering::SeqCst);
            }
        }
        moved
    }
}
