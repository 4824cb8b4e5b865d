//! A schedule whose world had to learn something in the middle of it.

use crate::code::Code;
use crate::stage::{Close, Moment, Pick, Stage};
use crate::world::{Run, Trouble};

/// A world learns a few things once; one that never comes to an end of it is broken.
const MOST: u32 = 1000;

impl Stage {
    /// Runs one schedule of the lanes in `mask`. Where the world has to learn something first
    /// ([`crate::World::again`]), it begins anew, with the decisions that were made already.
    pub fn run(
        &mut self,
        mask: u64,
        faults: usize,
        choose: &mut dyn FnMut(&Moment) -> Pick,
    ) -> Result<(Close, Run), Trouble> {
        let counters = self.counters.clone();
        let mut made = Code::default();
        for _ in 0..MOST {
            let (close, run) = self.run_once(mask, faults, &mut |moment| {
                made.0.get(moment.depth).map_or_else(|| choose(moment), |d| as_before(moment, d))
            })?;
            if close != Close::Again {
                return Ok((close, run));
            }
            self.counters = counters.clone();
            made = run.code;
        }
        Err(Trouble("the world asks for the same schedule again and again".into()))
    }
}

fn as_before(moment: &Moment, (name, alt): &(String, usize)) -> Pick {
    let way = moment.ways.iter().position(|w| w.name == *name && w.alt == *alt);
    way.map_or_else(|| Pick::Diverged(format!("{name} could move before")), Pick::Go)
}
