use std::sync::Arc;

use crate::actor::{Actor, Body, Play};
use crate::event::{LaneId, short};
use crate::harm::{Harm, Harms};
use crate::world::{AnyWorld, World};

/// How far a search goes.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// At most so many faults in one schedule.
    pub faults: usize,
    /// A lane whose process dies begins anew.
    pub restarts: bool,
    /// Whether schedules that differ only in the order of independent steps count as one.
    pub reduce: bool,
    /// At most so many schedules. Where they do not suffice, as many again with at most two
    /// preemptions are tried, and the result is said not to be exhaustive.
    pub schedules: u64,
    /// At most so many decisions in one schedule; one that needs more is cut and *not covered*.
    pub steps: usize,
    /// A lane that failed so often while no other moved must wait for one that can.
    pub spins: u32,
    /// At most so many schedules to find the failure with the fewest switches.
    pub shrink: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            faults: 0,
            restarts: false,
            reduce: true,
            schedules: 4000,
            steps: 200,
            spins: 2,
            shrink: 200,
        }
    }
}

/// A world, the lanes in it, and what is looked at.
pub struct Scenario {
    pub(crate) world: Box<dyn AnyWorld>,
    pub(crate) lanes: Vec<(String, Play)>,
    pub(crate) bounds: Bounds,
    pub(crate) oracle: bool,
    pub(crate) harms: Harms,
    pub(crate) pulse: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl Scenario {
    pub fn new(world: impl World) -> Self {
        Self {
            world: Box::new(world),
            lanes: Vec::new(),
            bounds: Bounds::default(),
            oracle: false,
            harms: Harms::default(),
            pulse: None,
        }
    }

    /// A lane: `A` or `A: what it does`. Its function runs once in each schedule.
    ///
    /// # Panics
    /// When the name is not one to six capital letters, or is taken.
    #[must_use]
    pub fn lane(
        mut self,
        name: &str,
        play: impl Fn(Actor) -> Body + Send + Sync + 'static,
    ) -> Self {
        let letters = short(name);
        assert!(
            (1..=6).contains(&letters.len()) && letters.bytes().all(|b| b.is_ascii_uppercase()),
            "a lane is named by capital letters, `A` or `A: what it does`, not `{name}`"
        );
        assert!(
            self.lanes.iter().all(|(other, _)| short(other) != letters),
            "two lanes are named {letters}"
        );
        self.lanes.push((name.to_owned(), Arc::new(play)));
        self
    }

    #[must_use]
    pub fn bounds(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// Every schedule must give what some serial order of the lanes gives: the same
    /// [`World::state`] and the same returned values. Lanes that gave up are left out.
    #[must_use]
    pub fn serializable(mut self) -> Self {
        self.oracle = true;
        self
    }

    /// What may go wrong with calls of ports in this process ([`crate::Caller::call`]), within
    /// [`Bounds::faults`]. A port of another kind offers what it likes with each step.
    #[must_use]
    pub fn port_faults(mut self, harms: &[Harm]) -> Self {
        self.harms.all = harms.into();
        self
    }

    /// Only calls of these lanes go wrong.
    #[must_use]
    pub fn port_faults_on(mut self, lanes: &[LaneId]) -> Self {
        self.harms.lanes = Some(lanes.to_vec());
        self
    }

    /// Called at every schedule: a heartbeat for whoever watches the test.
    #[must_use]
    pub fn pulse(mut self, pulse: impl Fn() + Send + Sync + 'static) -> Self {
        self.pulse = Some(Arc::new(pulse));
        self
    }
}
