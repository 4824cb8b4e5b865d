//! What a schedule is judged by, beside the serial orders.

use explorer::{Ended, Finding, Kind, Returned, Run, short};

use super::shared::Facts;

type Check = Box<dyn Fn(&Ran) -> Result<(), String> + Send + Sync>;

#[derive(Default)]
pub struct Checks {
    /// A sentence, and SQL that answers whether it is true.
    pub invariants: Vec<(String, String)>,
    pub others: Vec<Check>,
    pub every_lane_succeeds: bool,
    pub before: Option<Box<dyn Fn() + Send + Sync>>,
}

/// A schedule that has come to its end, as a suite's own check sees it.
pub struct Ran<'a> {
    run: &'a Run,
    facts: &'a [Facts],
}

impl<'a> Ran<'a> {
    pub(super) fn new(run: &'a Run, facts: &'a [Facts]) -> Self {
        Self { run, facts }
    }

    /// The rows that the schedule left: a line for each row, cells divided by tabs.
    pub fn state(&self) -> &str {
        &self.run.state
    }

    /// What lane `A` returned; `None` if its process died, or if nothing came of it.
    ///
    /// # Panics
    /// When there is no such lane.
    pub fn returned(&self, lane: &str) -> Option<&Returned> {
        match &self.run.ends[self.lane(lane)] {
            Ended::Returned(returned) => Some(returned),
            _ => None,
        }
    }

    /// Whether there is a lane `A`.
    pub fn has(&self, lane: &str) -> bool {
        self.run.lanes.iter().any(|l| short(l) == lane)
    }

    /// The SQLSTATEs of lane `A`'s errors, in order.
    ///
    /// # Panics
    /// When there is no such lane.
    pub fn sql_errors(&self, lane: &str) -> &[String] {
        &self.facts[self.lane(lane)].errors
    }

    /// How many statements of lane `A` were steps: BEGIN and SET are not.
    ///
    /// # Panics
    /// When there is no such lane.
    pub fn steps(&self, lane: &str) -> usize {
        self.facts[self.lane(lane)].steps
    }

    /// The first statement that had to wait: `B waits for A: UPDATE …`.
    pub fn first_wait(&self) -> Option<String> {
        self.run.log.iter().find_map(|event| {
            let Kind::Waits(by) = &event.kind else { return None };
            let name = |lane: &usize| short(&self.run.lanes[*lane]);
            let by: Vec<&str> = by.iter().map(name).collect();
            Some(format!("{} waits for {}: {}", name(&event.lane), by.join(" and "), event.text))
        })
    }

    /// The replay code.
    pub fn code(&self) -> String {
        self.run.code.to_string()
    }

    fn lane(&self, lane: &str) -> usize {
        let found = self.run.lanes.iter().position(|l| short(l) == lane);
        found.unwrap_or_else(|| panic!("there is no lane {lane}"))
    }
}

/// What no suite has to ask for.
pub fn seen_for_free(run: &Run, facts: &[Facts]) -> Option<Finding> {
    for (lane, facts) in facts.iter().enumerate() {
        let name = short(&run.lanes[lane]);
        let Some(Ended::Returned(returned)) = run.ends.get(lane) else { continue };
        if facts.open.is_some() {
            let waits = run.waiting.iter().find(|(_, by)| by.contains(&lane));
            let mut message = format!("{name} returned, and its transaction is still open.");
            if let Some((other, _)) = waits {
                let other = short(&run.lanes[*other]);
                message.push_str(&["\n", other, " waits for it for ever."].concat());
            }
            return Some(Finding::fail(message));
        }
        if facts.swallowed && returned.ok {
            return Some(Finding::fail(format!(
                "{name} returned Ok, and nothing of it was saved: its transaction had failed\n\
                 before, so the server answered COMMIT with ROLLBACK."
            )));
        }
    }
    None
}

pub fn failed_lane(run: &Run) -> Option<Finding> {
    run.ends.iter().enumerate().find_map(|(lane, end)| match end {
        Ended::Returned(returned) if !returned.ok && !run.hit[lane] => {
            let name = short(&run.lanes[lane]);
            Some(Finding::fail(format!("{name} failed: {}", returned.text)))
        }
        _ => None,
    })
}
