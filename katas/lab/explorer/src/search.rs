//! The search: depth first over the decisions, each schedule from a fresh state.

use std::collections::BTreeMap;

use protocol::{Outcome, Status};

use crate::event::Kind;
use crate::fingerprint::Fingerprint;
use crate::harm::{self, Points};
use crate::oracle::{self, Serial};
use crate::path::{Path, Reach};
use crate::stage::{Close, Pick, Stage};
use crate::world::{Ended, Finding, Run, Trouble};
use crate::{Code, short};

const CUT_COUNTS_AS: u64 = 20;

/// What a search that found nothing wrong has seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explored {
    /// Schedules that were run to their end.
    pub schedules: u64,
    /// Schedules that were left before their end, since another one with the same result was run.
    pub reduced: u64,
    /// Serial orders that were run for the oracle.
    pub serial: u64,
    /// Schedules with more decisions than the bound allows: *not covered*.
    pub cut: u64,
    /// Every schedule was run, or one with the same result.
    pub exhaustive: bool,
    /// Steps that had to wait for another lane.
    pub waits: u64,
    /// Circles of waits that were broken.
    pub deadlocks: u64,
    pub faults: u64,
    /// How often a process was killed.
    pub kills: u64,
    /// The different places at which one was: which lane, which of its steps, before the effect
    /// or after it.
    pub crash_points: usize,
    /// The same for the same schedules with the same results, in every process.
    pub fingerprint: u64,
    /// Every result that there was, with the replay code of the first schedule that gave it.
    pub outcomes: BTreeMap<String, String>,
}

/// A schedule that must not be.
struct Failing {
    run: Run,
    finding: Finding,
    cost: usize,
}

impl Failing {
    /// Smaller is easier to read.
    fn simplicity(&self) -> (usize, usize, usize) {
        let code = &self.run.code.0;
        let switches = code.windows(2).filter(|two| two[0].0 != two[1].0).count();
        let waits = self.run.log.iter().filter(|e| matches!(e.kind, Kind::Waits(_))).count();
        (self.cost, switches, waits)
    }
}

pub(crate) struct Search {
    pub stage: Stage,
    pub oracle: bool,
    explored: Explored,
    fingerprint: Fingerprint,
    serial: Vec<Serial>,
    points: Points,
    /// How many steps each lane takes where nothing goes wrong.
    steps: Vec<usize>,
}

impl Search {
    pub fn new(stage: Stage, oracle: bool) -> Self {
        Self {
            stage,
            oracle,
            explored: Explored::default(),
            fingerprint: Fingerprint::default(),
            serial: Vec::new(),
            points: Points::default(),
            steps: Vec::new(),
        }
    }

    /// The verdict over all schedules.
    pub fn explore(&mut self) -> Result<Result<Explored, Box<Outcome>>, Trouble> {
        self.learn_the_serial_orders()?;
        let bounds = self.stage.bounds.clone();
        let reach = Reach { reduce: bounds.reduce, most_cost: None, faults: bounds.faults };
        let mut found = self.depth_first(&reach, bounds.schedules)?;
        if found.is_ok_and_incomplete() {
            let few = Reach { reduce: false, most_cost: Some(2), faults: bounds.faults };
            if let Found::Failing(failing) = self.depth_first(&few, bounds.schedules)? {
                found = Found::Failing(failing);
            }
        }
        let schedules = self.explored.schedules;
        match found {
            Found::Nothing { complete } => {
                let counters = self.stage.counters.clone();
                self.explored.exhaustive = complete && self.explored.cut == 0;
                self.explored.waits = counters.waits;
                self.explored.deadlocks = counters.circles;
                self.explored.faults = counters.faults;
                self.explored.kills = self.points.tried();
                self.explored.crash_points = self.points.different();
                self.explored.fingerprint = self.fingerprint.value();
                Ok(Ok(self.explored.clone()))
            }
            Found::Failing(failing) => {
                let failing = self.with_fewest_switches(*failing)?;
                let mut outcome = self.tell(&failing.run, &failing.finding);
                outcome.schedules = Some(schedules);
                Ok(Err(Box::new(outcome)))
            }
        }
    }

    pub fn learn_the_serial_orders(&mut self) -> Result<(), Trouble> {
        if self.oracle {
            (self.serial, self.explored.serial) = oracle::serial_orders(&mut self.stage)?;
        }
        Ok(())
    }

    /// How many steps the lanes take where nothing goes wrong: what a search sees by itself.
    pub fn learn_the_steps(&mut self) -> Result<(), Trouble> {
        let mask = (1 << self.stage.lanes.len()) - 1;
        let (close, run) = self.stage.run(mask, 0, &mut |_| Pick::Go(0))?;
        if close == Close::Done {
            self.steps = run.steps;
        }
        Ok(())
    }

    pub fn tell(&mut self, run: &Run, finding: &Finding) -> Outcome {
        let mut message = vec![finding.message.clone()];
        message.extend(harm::told(&run.harmed, &run.lanes, &self.steps));
        let mut outcome = Outcome::new(finding.status, message.join("\n"));
        outcome.replay = Some(run.code.to_string());
        self.stage.world.tell(run, &self.serial, &mut outcome);
        outcome
    }

    /// What is wrong with a schedule that has come to its end.
    pub fn judge(&mut self, run: &Run) -> Result<Option<Finding>, Trouble> {
        for (lane, end) in run.ends.iter().enumerate() {
            if let Ended::Panicked(message) = end {
                let name = short(&run.lanes[lane]);
                return Ok(Some(Finding::fail(format!("{name} panicked: {message}"))));
            }
        }
        let world = &mut self.stage.world;
        if let Some(finding) = self.stage.outer.block_on(world.judge(run))? {
            return Ok(Some(finding));
        }
        if let Some(stuck) = &run.stuck {
            return Ok(Some(Finding::stuck(stuck.as_str())));
        }
        if self.oracle && !oracle::explains(&self.serial, run) {
            return Ok(Some(Finding::fail(oracle::unexplained(&self.serial, run))));
        }
        Ok(None)
    }

    fn depth_first(&mut self, reach: &Reach, most: u64) -> Result<Found, Trouble> {
        let mut path = Path::new(reach.clone());
        let mask = (1 << self.stage.lanes.len()) - 1;
        let mut spent = 0;
        loop {
            let (close, run) = self.stage.run(mask, reach.faults, &mut |m| path.choose(m))?;
            // One that was cut has many decisions, and each of them others to try.
            spent += if close == Close::Cut { CUT_COUNTS_AS } else { 1 };
            match &close {
                Close::Pruned => self.explored.reduced += 1,
                Close::Cut => self.explored.cut += 1,
                Close::Diverged(why) => return Err(Trouble(diverged(&run, why))),
                Close::Stopped | Close::Again => return Ok(Found::Nothing { complete: false }),
                Close::Done | Close::Stuck => {
                    self.explored.schedules += 1;
                    self.count(&run);
                    if let Some(finding) = self.judge(&run)? {
                        let cost = path.cost();
                        return Ok(Found::Failing(Box::new(Failing { run, finding, cost })));
                    }
                }
            }
            let footprints = self.stage.gate.lock().footprints.clone();
            if !path.next(&footprints) {
                return Ok(Found::Nothing { complete: true });
            }
            if spent >= most {
                return Ok(Found::Nothing { complete: false });
            }
        }
    }

    fn count(&mut self, run: &Run) {
        let result = result(run);
        let code = run.code.to_string();
        self.fingerprint.add(&code);
        self.fingerprint.add(&result);
        self.explored.outcomes.entry(result).or_insert(code);
        self.points.add(&run.harmed);
        if self.steps.is_empty() && run.harmed.is_empty() {
            self.steps.clone_from(&run.steps);
        }
    }

    /// The failing schedule with the fewest preemptions (switches away from a lane that could go
    /// on; a fault counts as one), and among those the one with the fewest switches at all and the
    /// fewest waits. Of the same status, so that it tells the same story.
    fn with_fewest_switches(&mut self, failing: Failing) -> Result<Failing, Trouble> {
        let before = (self.explored.clone(), self.fingerprint);
        let mut left = self.stage.bounds.shrink;
        let mut best = failing;
        for cost in 0..=best.cost {
            let found = self.simplest(cost, &mut left, best.finding.status)?;
            if let Some(simpler) = found.filter(|f| f.simplicity() < best.simplicity()) {
                best = simpler;
                break;
            }
            if left == 0 {
                break;
            }
        }
        (self.explored, self.fingerprint) = before;
        // The world's own notes must be those of the schedule that is shown.
        let code = best.run.code.clone();
        if let Some((run, finding)) = self.again(&code)? {
            best = Failing { run, finding, cost: best.cost };
        }
        Ok(best)
    }

    /// The simplest failing schedule of at most this cost, among the next `left` ones.
    fn simplest(
        &mut self,
        cost: usize,
        left: &mut u64,
        status: Status,
    ) -> Result<Option<Failing>, Trouble> {
        let faults = self.stage.bounds.faults;
        let mut path = Path::new(Reach { reduce: false, most_cost: Some(cost), faults });
        let mask = (1 << self.stage.lanes.len()) - 1;
        let mut best: Option<Failing> = None;
        while *left > 0 {
            *left -= 1;
            let (close, run) = self.stage.run(mask, faults, &mut |m| path.choose(m))?;
            match &close {
                Close::Diverged(why) => return Err(Trouble(diverged(&run, why))),
                Close::Done | Close::Stuck => {
                    let finding = self.judge(&run)?.filter(|f| f.status == status);
                    if let Some(finding) = finding {
                        let found = Failing { run, finding, cost: path.cost() };
                        if best.as_ref().is_none_or(|b| found.simplicity() < b.simplicity()) {
                            best = Some(found);
                        }
                    }
                }
                Close::Pruned | Close::Cut | Close::Stopped | Close::Again => {}
            }
            let footprints = self.stage.gate.lock().footprints.clone();
            if !path.next(&footprints) {
                break;
            }
        }
        Ok(best)
    }

    /// Runs a schedule once more and must find the same.
    fn again(&mut self, code: &Code) -> Result<Option<(Run, Finding)>, Trouble> {
        let (close, run) = crate::replay::by_code(&mut self.stage, code)?;
        match close {
            Close::Done | Close::Stuck => Ok(self.judge(&run)?.map(|finding| (run, finding))),
            Close::Diverged(why) => Err(Trouble(diverged(&run, &why))),
            _ => Ok(None),
        }
    }
}

enum Found {
    Failing(Box<Failing>),
    Nothing { complete: bool },
}

impl Found {
    fn is_ok_and_incomplete(&self) -> bool {
        matches!(self, Self::Nothing { complete: false })
    }
}

/// What a schedule led to, in one line.
pub(crate) fn result(run: &Run) -> String {
    let ends: Vec<String> = run
        .ends
        .iter()
        .enumerate()
        .map(|(lane, end)| {
            let name = short(&run.lanes[lane]);
            match end {
                Ended::Returned(returned) => format!("{name}: {}", returned.text),
                Ended::Panicked(_) => format!("{name} panics"),
                Ended::Crashed => format!("{name} dies"),
                Ended::Unfinished => format!("{name} has no end"),
            }
        })
        .collect();
    format!("{}; {}", ends.join(", "), run.state)
}

fn diverged(run: &Run, why: &str) -> String {
    format!(
        "The same schedule went differently the second time ({}: {why}).\n\
         Does the code under test depend on chance, on a clock, or on the order of a HashMap? \
         If not, this is a fault of the lab: please report it.",
        run.code
    )
}
