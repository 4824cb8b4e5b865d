//! One schedule: the world as new, the lanes alive, one decision after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize};

use protocol::timeline::Table;

use crate::actor::Play;
use crate::drive::Loop;
use crate::gate::{Choice, Gate, Held, State, Step};
use crate::harm::{Harmed, Harms};
use crate::scenario::{Bounds, Scenario};
use crate::world::{AnyWorld, Ended, Run, Trouble};
use crate::{Code, Footprint, LaneId, short};

/// A lane that fails so often while no other lane can move will fail for ever.
const IN_VAIN: u32 = 20;

/// A lane that only sleeps is woken so often.
const NAPS: u32 = 1000;

/// Signs of life for whoever watches the explorer's thread.
#[derive(Default)]
pub(crate) struct Beat {
    /// The lane whose code runs now, counted from 1.
    pub inside: AtomicUsize,
    pub beats: AtomicU64,
}

/// One way to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    pub strand: usize,
    /// 0: as it should; n: the step's n-th fault.
    pub alt: usize,
    pub name: String,
    pub key: String,
}

/// What a decision is made from.
pub(crate) struct Moment<'a> {
    pub depth: usize,
    pub ways: &'a [Way],
    /// The strand that moved last.
    pub last: Option<usize>,
    /// What the step before this decision touched.
    pub before: Footprint,
    /// See [`crate::World::glance`]; empty unless somebody steers.
    pub tables: Vec<Table>,
    pub gate: &'a Gate,
}

pub(crate) enum Pick {
    Go(usize),
    /// Nothing new follows from here.
    Prune,
    Diverged(String),
    Stop,
}

/// How a schedule came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Close {
    Done,
    Stuck,
    Cut,
    Pruned,
    Diverged(String),
    Stopped,
    /// See [`crate::World::again`].
    Again,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Counters {
    pub waits: u64,
    pub circles: u64,
    pub faults: u64,
}

/// The decisions of a schedule, and what they were about.
struct Course {
    code: Code,
    /// Of each lane, how many steps its process has taken.
    steps: Vec<usize>,
    harmed: Vec<Harmed>,
}

impl Course {
    fn new(lanes: usize) -> Self {
        Self { code: Code::default(), steps: vec![0; lanes], harmed: Vec::new() }
    }

    fn goes(&mut self, lane: LaneId, incarnation: u32, step: &Step, fault: Option<usize>) {
        self.steps[lane] += 1;
        let Some(fault) = fault.map(|n| step.faults[n]) else { return };
        let (text, step) = (step.text.clone(), self.steps[lane]);
        self.harmed.push(Harmed { lane, incarnation, step, text, fault });
        if fault.harm.kills() {
            self.steps[lane] = 0;
        }
    }
}

pub(crate) struct Stage {
    pub world: Box<dyn AnyWorld>,
    pub gate: Gate,
    pub bounds: Bounds,
    pub lanes: Vec<(String, Play)>,
    pub counters: Counters,
    pub harms: Harms,
    pub(crate) outer: Loop,
    pub(crate) loops: Vec<Option<Loop>>,
    pub(crate) beat: Arc<Beat>,
    pulse: Option<Arc<dyn Fn() + Send + Sync>>,
    /// Somebody makes the decisions, and wants to see the world before each.
    pub steered: bool,
}

impl Stage {
    pub fn new(scenario: Scenario, gate: Gate, beat: Arc<Beat>) -> Self {
        Self {
            world: scenario.world,
            gate,
            bounds: scenario.bounds,
            lanes: scenario.lanes,
            counters: Counters::default(),
            harms: scenario.harms,
            outer: Loop::of_the_world(),
            loops: Vec::new(),
            beat,
            pulse: scenario.pulse,
            steered: false,
        }
    }

    pub fn names(&self) -> Vec<String> {
        self.lanes.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Runs one schedule of the lanes in `mask`, once.
    pub fn run_once(
        &mut self,
        mask: u64,
        faults: usize,
        choose: &mut dyn FnMut(&Moment) -> Pick,
    ) -> Result<(Close, Run), Trouble> {
        if let Some(pulse) = &self.pulse {
            pulse();
        }
        self.outer.block_on(self.world.reset())?;
        self.gate.begin(&self.names());
        self.loops = (0..self.lanes.len()).map(|_| None).collect();
        for lane in (0..self.lanes.len()).filter(|l| mask & 1 << l != 0) {
            self.start(lane, 0);
        }
        let mut course = Course::new(self.lanes.len());
        let played = self.play(mask, faults, choose, &mut course);
        let (close, stuck) = match played {
            Ok(end) => end,
            Err(trouble) => {
                let _ = self.end();
                return Err(trouble);
            }
        };
        let waiting = self.waiting();
        // What still comes to its end while everything is closed is no part of the schedule.
        let mut run = {
            let inner = self.gate.lock();
            let ends = inner.ends.iter().map(|e| e.clone().unwrap_or(Ended::Unfinished)).collect();
            let (lanes, log) = (inner.lanes.clone(), inner.log.clone());
            let Course { code, steps, harmed } = course;
            let hit = (0..lanes.len()).map(|lane| harmed.iter().any(|h| h.lane == lane)).collect();
            let state = String::new();
            Run { lanes, log, ends, state, code, hit, steps, harmed, stuck, waiting }
        };
        self.end()?;
        if close == Close::Done {
            run.state = self.outer.block_on(self.world.state())?;
        }
        Ok((close, run))
    }

    fn play(
        &mut self,
        mask: u64,
        faults: usize,
        choose: &mut dyn FnMut(&Moment) -> Pick,
        course: &mut Course,
    ) -> Result<(Close, Option<String>), Trouble> {
        let (mut last, mut window, mut left, mut naps) = (None, 0, faults, 0);
        let mut alone: (Option<usize>, usize) = (None, 0);
        loop {
            let stuck = self.settle()?;
            if self.world.again() {
                return Ok((Close::Again, None));
            }
            if stuck.is_some() {
                return Ok((Close::Stuck, stuck));
            }
            window = self.sort(window, last);
            let ways = self.ways(last, left);
            if ways.is_empty() {
                if self.all_done(mask) {
                    return Ok((Close::Done, None));
                }
                naps += 1;
                if naps < NAPS && self.pass_time() {
                    continue;
                }
                return Ok((Close::Stuck, Some(self.why_nobody_moves(mask, naps >= NAPS))));
            }
            naps = 0;
            let strands = ways.iter().filter(|w| w.alt == 0).count();
            if let Some(in_vain) = self.in_vain(&ways) {
                return Ok((Close::Stuck, Some(in_vain)));
            }
            let depth = course.code.0.len();
            if depth >= self.bounds.steps {
                let endless = alone.1 > self.bounds.steps / 2;
                let name = &ways[0].name;
                return Ok(if endless {
                    let text = format!("{name} takes step after step and comes to no end.");
                    (Close::Stuck, Some(text))
                } else {
                    (Close::Cut, None)
                });
            }
            let before = match depth {
                0 => Footprint::nothing(),
                _ => self.gate.lock().footprints[depth - 1].clone(),
            };
            let glance = self.steered.then(|| self.outer.block_on(self.world.glance()));
            let tables = glance.transpose()?.unwrap_or_default();
            let gate = self.gate.clone();
            let moment = Moment { depth, ways: &ways, last, before, tables, gate: &gate };
            let way = match choose(&moment) {
                Pick::Go(n) => &ways[n],
                Pick::Prune => return Ok((Close::Pruned, None)),
                Pick::Diverged(why) => return Ok((Close::Diverged(why), None)),
                Pick::Stop => return Ok((Close::Stopped, None)),
            };
            let only = (strands == 1).then_some(way.strand);
            alone = if only.is_some() && only == alone.0 { (only, alone.1 + 1) } else { (only, 0) };
            last = Some(way.strand);
            course.code.0.push((way.name.clone(), way.alt));
            if way.alt > 0 {
                left -= 1;
                self.counters.faults += 1;
            }
            self.grant(way, depth, course)?;
        }
    }

    /// Every way to go on, the strand that moved last in front: so the first schedule of a search
    /// is a serial one.
    fn ways(&self, last: Option<usize>, faults: usize) -> Vec<Way> {
        let inner = self.gate.lock();
        let mut ways = Vec::new();
        for (strand, held) in inner.strands.iter().enumerate() {
            if let State::AtGate(step, _) = &held.state {
                let alts = if faults > 0 { step.faults.len() } else { 0 };
                ways.extend((0..=alts).map(|alt| Way {
                    strand,
                    alt,
                    name: held.name.clone(),
                    key: step.key.clone(),
                }));
            }
        }
        // A lane that can move in one way only is called by its name, whichever strand it is.
        for way in &mut ways {
            let lane = inner.strands[way.strand].lane;
            let asks = |(n, s): (usize, &Held)| {
                n != way.strand && s.lane == lane && matches!(s.state, State::AtGate(..))
            };
            if !inner.strands.iter().enumerate().any(asks) {
                short(&inner.lanes[lane]).clone_into(&mut way.name);
            }
        }
        let tired = |w: &Way| inner.strands[w.strand].fails >= self.bounds.spins;
        if ways.iter().any(|w| !tired(w)) {
            ways.retain(|w| !tired(w));
        }
        ways.sort_by_key(|w| {
            (Some(w.strand) != last, inner.strands[w.strand].lane, w.strand, w.alt)
        });
        ways
    }

    /// Whether steps fail and fail and nothing changes any more.
    fn in_vain(&self, ways: &[Way]) -> Option<String> {
        let inner = self.gate.lock();
        let alone = ways.iter().all(|w| w.strand == ways[0].strand);
        let name = &ways[0].name;
        if alone && inner.strands[ways[0].strand].fails >= IN_VAIN {
            return Some(format!(
                "{name} fails again and again, for ever: no other lane can move, so nothing will \
                 change."
            ));
        }
        (inner.fails_in_a_row >= 2 * IN_VAIN).then(|| {
            "Every lane fails again and again, for ever: each step fails, so nothing changes."
                .to_owned()
        })
    }

    fn all_done(&self, mask: u64) -> bool {
        let inner = self.gate.lock();
        inner.ends.iter().enumerate().all(|(l, end)| mask & 1 << l == 0 || end.is_some())
            && !inner.strands.iter().any(|s| matches!(s.state, State::Waiting | State::Held))
    }

    /// Lets one step go.
    fn grant(&mut self, way: &Way, depth: usize, course: &mut Course) -> Result<(), Trouble> {
        let held = self.hold_back();
        let (lane, kills) = {
            let mut inner = self.gate.lock();
            inner.footprints.resize(depth + 1, Footprint::nothing());
            if way.alt > 0 {
                inner.footprints[depth] = Footprint::everything();
            }
            for (i, other) in inner.strands.iter_mut().enumerate() {
                if i != way.strand {
                    other.fails = 0;
                }
            }
            let strand = &mut inner.strands[way.strand];
            strand.node = Some(depth);
            strand.order = depth as u64 + 1;
            let lane = strand.lane;
            let State::AtGate(step, grant) = std::mem::replace(&mut strand.state, State::Running)
            else {
                unreachable!("only a strand at the gate is a way to go on")
            };
            let fault = way.alt.checked_sub(1);
            let kills = fault.is_some_and(|n| step.faults[n].harm.kills());
            course.goes(lane, inner.incarnations[lane], &step, fault);
            if kills {
                inner.fences[lane] = inner.incarnations[lane] + 1;
            }
            if grant.send(fault.map_or(Choice::Go, Choice::Fault)).is_err() {
                inner.strands[way.strand].state = State::Quiet;
            }
            (lane, kills)
        };
        self.gate.tick();
        for strand in held {
            self.settle()?;
            {
                let mut inner = self.gate.lock();
                inner.strands[strand.index].state = State::Waiting;
                inner.freed = true;
            }
            self.world.hold(strand, false);
        }
        if kills {
            self.settle()?;
            self.kill(lane)?;
        }
        Ok(())
    }

    /// What happened between two decisions happened at once: it is put in a fixed order.
    fn sort(&self, window: usize, last: Option<usize>) -> usize {
        let mut inner = self.gate.lock();
        let last = last.map(|s| inner.strands[s].lane);
        let mut order = vec![0; inner.lanes.len()];
        for strand in &inner.strands {
            order[strand.lane] = strand.order.max(order[strand.lane]);
        }
        inner.log[window..].sort_by_key(|e| (Some(e.lane) != last, order[e.lane], e.lane));
        inner.log.len()
    }
}
