//! One schedule by its code, or one that somebody steers.

use protocol::timeline::{Table, Timeline};
use protocol::{Outcome, Status};

use crate::event::timeline;
use crate::search::Search;
use crate::stage::{Close, Moment, Pick, Stage};
use crate::world::{Run, Trouble};
use crate::{BadCode, Code, short};

/// One schedule, run again.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// What is wrong with it, if anything.
    pub outcome: Option<Outcome>,
    pub timeline: Timeline,
    pub run: Run,
}

impl Replayed {
    /// For somebody who has asked for this schedule. Where nothing is wrong, the status says so, and
    /// nothing was verified all the same.
    pub fn told(self) -> Outcome {
        self.outcome.unwrap_or_else(|| {
            let mut outcome = Outcome::new(Status::Pass, "Nothing is wrong with this schedule.");
            outcome.timeline = Some(self.timeline);
            outcome.replay = Some(self.run.code.to_string());
            outcome
        })
    }
}

/// Where a schedule stands that somebody steers.
#[derive(Debug)]
pub struct Situation<'a> {
    /// Who can move, and what each would do.
    pub moves: Vec<Move>,
    /// What happened so far.
    pub timeline: Timeline,
    /// The world now, as [`crate::World::glance`] shows it.
    pub tables: Vec<Table>,
    /// The decisions so far.
    pub code: &'a Code,
}

/// One way to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// `A`, as in a replay code.
    pub strand: String,
    /// The step that waits to be let go.
    pub text: String,
    /// What goes wrong with it, if this way is a fault.
    pub fault: Option<&'static str>,
}

/// Runs the schedule; when the code ends before it, the lane that moved last goes on.
pub(crate) fn by_code(stage: &mut Stage, code: &Code) -> Result<(Close, Run), Trouble> {
    let mask = (1 << stage.lanes.len()) - 1;
    let faults = code.0.iter().filter(|(_, alt)| *alt > 0).count();
    let ended = std::cell::Cell::new(0);
    let (close, run) = stage.run(mask, faults, &mut |moment: &Moment| {
        ended.set(moment.depth + 1);
        let Some((name, alt)) = code.0.get(moment.depth) else { return Pick::Go(0) };
        let way = moment.ways.iter().position(|w| w.name == *name && w.alt == *alt);
        way.map_or_else(|| Pick::Diverged(misfit(moment, name, *alt)), Pick::Go)
    })?;
    if ended.get() < code.0.len() && close != Close::Stopped && !matches!(close, Close::Diverged(_))
    {
        let why = format!(
            "the schedule ends after {} decisions, and the code has {}",
            ended.get(),
            code.0.len()
        );
        return Ok((Close::Diverged(why), run));
    }
    Ok((close, run))
}

fn misfit(moment: &Moment, name: &str, alt: usize) -> String {
    let inner = moment.gate.lock();
    let at = moment.depth + 1;
    if !inner.lanes.iter().any(|l| name.starts_with(short(l))) {
        return format!("decision {at}: there is no lane {name}");
    }
    let mut able: Vec<&str> = moment.ways.iter().map(|w| w.name.as_str()).collect();
    able.dedup();
    if able.contains(&name) {
        let most = moment.ways.iter().filter(|w| w.name == name).count() - 1;
        return format!("decision {at}: {name}'s step has {most} faults, not {alt}");
    }
    format!("decision {at}: {name} cannot move here, only {}", able.join(" and "))
}

impl Search {
    /// One schedule by its code.
    pub fn replay(&mut self, code: &Code) -> Result<Result<Replayed, BadCode>, Trouble> {
        self.learn_the_serial_orders()?;
        if code.0.iter().any(|(_, fault)| *fault > 0) {
            self.learn_the_steps()?;
        }
        let (close, run) = by_code(&mut self.stage, code)?;
        if let Close::Diverged(why) = close {
            return Ok(Err(BadCode(format!("replay code `{code}` does not fit: {why}"))));
        }
        self.replayed(run, &close).map(Ok)
    }

    /// One schedule whose decisions `driver` makes: an index into [`Situation::moves`], or `None`
    /// to leave.
    pub fn play(
        &mut self,
        driver: &mut dyn FnMut(&Situation) -> Option<usize>,
    ) -> Result<Option<Replayed>, Trouble> {
        self.learn_the_serial_orders()?;
        self.stage.steered = true;
        let mask = (1 << self.stage.lanes.len()) - 1;
        let mut code = Code::default();
        let faults = self.stage.bounds.faults;
        let (close, run) = self.stage.run(mask, faults, &mut |moment: &Moment| {
            // In the order of the lanes: who moved last does not matter to somebody who looks.
            let mut ways: Vec<usize> = (0..moment.ways.len()).collect();
            ways.sort_by_key(|n| (moment.ways[*n].strand, moment.ways[*n].alt));
            let situation = situation(moment, &ways, &code);
            match driver(&situation).and_then(|n| ways.get(n)) {
                Some(n) => {
                    code.0.push((moment.ways[*n].name.clone(), moment.ways[*n].alt));
                    Pick::Go(*n)
                }
                None => Pick::Stop,
            }
        })?;
        if close == Close::Stopped {
            return Ok(None);
        }
        self.replayed(run, &close).map(Some)
    }

    fn replayed(&mut self, run: Run, close: &Close) -> Result<Replayed, Trouble> {
        let finding = match close {
            Close::Done | Close::Stuck => self.judge(&run)?,
            _ => None,
        };
        let outcome = finding.map(|finding| self.tell(&run, &finding));
        let told = outcome.as_ref().and_then(|o| o.timeline.clone());
        let told = told.unwrap_or_else(|| {
            let mut plain = Outcome::new(Status::Pass, "");
            self.stage.world.tell(&run, &[], &mut plain);
            plain.timeline.unwrap_or_else(|| timeline(&run.lanes, &run.log))
        });
        Ok(Replayed { outcome, timeline: told, run })
    }
}

fn situation<'a>(moment: &Moment, ways: &[usize], code: &'a Code) -> Situation<'a> {
    let inner = moment.gate.lock();
    let moves = ways.iter().map(|n| {
        let way = &moment.ways[*n];
        let held = &inner.strands[way.strand];
        let fault = match &held.state {
            crate::gate::State::AtGate(step, _) => {
                way.alt.checked_sub(1).and_then(|n| step.faults.get(n)).map(|f| f.name)
            }
            _ => None,
        };
        Move { strand: way.name.clone(), text: held.text.clone(), fault }
    });
    Situation {
        moves: moves.collect(),
        timeline: timeline(&inner.lanes, &inner.log),
        tables: moment.tables.clone(),
        code,
    }
}
