//! What goes wrong on purpose, and how it is said.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::event::{LaneId, short};

/// What goes wrong with a step, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// The caller's process dies before the effect.
    DiesBefore,
    /// The caller's process dies after the effect and before its reply.
    DiesAfter,
    /// The request is lost: no effect, and the caller hears that the connection broke.
    LostBefore,
    /// The reply is lost: the effect is there, and the caller hears that the connection broke.
    LostAfter,
    /// Whoever waits for the lane's answer hangs up before the effect: the request that is served
    /// ([`crate::Actor::until_hung_up`]) is dropped where it waits.
    HangsUpBefore,
    /// Whoever waits for the lane's answer hangs up after the effect and before its reply.
    HangsUpAfter,
}

impl Harm {
    /// The lane's process dies of it: its ports are fenced, what it has open is cut, and its
    /// runtime is dropped, spawned tasks included.
    pub fn kills(self) -> bool {
        matches!(self, Self::DiesBefore | Self::DiesAfter)
    }

    /// Whether the effect is there.
    pub fn after(self) -> bool {
        matches!(self, Self::DiesAfter | Self::LostAfter | Self::HangsUpAfter)
    }

    /// The request that the lane serves is dropped.
    pub fn hangs_up(self) -> bool {
        matches!(self, Self::HangsUpBefore | Self::HangsUpAfter)
    }

    /// In a few words, for showing a way to go on.
    pub fn name(self) -> &'static str {
        match self {
            Self::DiesBefore => "the process dies before it",
            Self::DiesAfter => "the process dies before its reply",
            Self::LostBefore => "the connection is cut before it",
            Self::LostAfter => "its reply is lost",
            Self::HangsUpBefore => "the client hangs up before it",
            Self::HangsUpAfter => "the client hangs up before its reply",
        }
    }

    /// What a row of the log says of it.
    pub fn row(self, call: &str, reply: &str) -> String {
        let arrow = if reply.is_empty() { "" } else { " → " };
        match self {
            Self::DiesBefore | Self::LostBefore => format!("{call} ✂ cut before it"),
            Self::HangsUpBefore => format!("{call} ✂ the client hangs up before it"),
            Self::DiesAfter | Self::LostAfter => format!("{call}{arrow}{reply} ✂ reply lost"),
            Self::HangsUpAfter => format!("{call}{arrow}{reply} ✂ the client hangs up"),
        }
    }
}

/// What may go wrong with calls of ports in this process, and for whom.
#[derive(Debug, Clone, Default)]
pub(crate) struct Harms {
    pub all: Arc<[Harm]>,
    /// `None`: for every lane.
    pub lanes: Option<Vec<LaneId>>,
}

impl Harms {
    pub fn of(&self, lane: LaneId) -> Arc<[Harm]> {
        let may = self.lanes.as_ref().is_none_or(|lanes| lanes.contains(&lane));
        if may { self.all.clone() } else { Arc::default() }
    }
}

/// A way in which a step may go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// In a few words, for showing.
    pub name: &'static str,
    pub harm: Harm,
}

impl From<Harm> for Fault {
    fn from(harm: Harm) -> Self {
        Self { name: harm.name(), harm }
    }
}

/// One thing that went wrong on purpose in a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Harmed {
    pub lane: LaneId,
    /// How often the lane's process had died before.
    pub incarnation: u32,
    /// The lane's so manieth step since its process began, from 1.
    pub step: usize,
    /// What the step was: `INSERT INTO charge …`.
    pub text: String,
    pub fault: Fault,
}

/// What went wrong, a sentence for each death and each client that hung up. `steps`: how many steps
/// each lane takes where nothing goes wrong; zero where that is not known.
pub(crate) fn told(harmed: &[Harmed], lanes: &[String], steps: &[usize]) -> Vec<String> {
    harmed.iter().filter_map(|one| sentence(one, lanes, steps)).collect()
}

fn sentence(one: &Harmed, lanes: &[String], steps: &[usize]) -> Option<String> {
    let name = short(&lanes[one.lane]);
    let again = if one.incarnation > 0 { " again" } else { "" };
    let of = steps.get(one.lane).copied().filter(|of| *of >= one.step && one.incarnation == 0);
    let of = of.map(|of| format!(" of {of}")).unwrap_or_default();
    let step = format!("step {}{of} (`{}`)", one.step, one.text);
    match one.fault.harm {
        Harm::DiesBefore => Some(format!("{name} was killed{again} before {step}.")),
        Harm::DiesAfter => {
            Some(format!("{name} was killed{again} after {step}, before its reply."))
        }
        Harm::HangsUpBefore => Some(format!("{name}'s client hung up before {step}.")),
        Harm::HangsUpAfter => {
            Some(format!("{name}'s client hung up after {step}, before its reply."))
        }
        Harm::LostBefore | Harm::LostAfter => None,
    }
}

/// The places at which processes were killed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Points {
    tried: u64,
    /// Lane, incarnation, step and its text, and whether the effect was there.
    points: BTreeSet<(LaneId, u32, usize, String, bool)>,
}

impl Points {
    pub fn add(&mut self, harmed: &[Harmed]) {
        for one in harmed.iter().filter(|one| one.fault.harm.kills()) {
            self.tried += 1;
            let after = one.fault.harm.after();
            self.points.insert((one.lane, one.incarnation, one.step, one.text.clone(), after));
        }
    }

    pub fn tried(&self) -> u64 {
        self.tried
    }

    pub fn different(&self) -> usize {
        self.points.len()
    }
}

#[cfg(test)]
mod tests {
    use super::{Harm, Harmed, Points, told};

    fn harmed(incarnation: u32, step: usize, harm: Harm) -> Harmed {
        Harmed {
            lane: 0,
            incarnation,
            step,
            text: "INSERT INTO charge …".into(),
            fault: harm.into(),
        }
    }

    #[test]
    fn a_death_is_a_sentence() {
        let lanes = ["A: pays".to_owned()];
        let say = |one: Harmed, of: usize| told(&[one], &lanes, &[of]).concat();
        assert_eq!(
            say(harmed(0, 3, Harm::DiesAfter), 5),
            "A was killed after step 3 of 5 (`INSERT INTO charge …`), before its reply."
        );
        assert_eq!(
            say(harmed(0, 3, Harm::DiesBefore), 0),
            "A was killed before step 3 (`INSERT INTO charge …`)."
        );
        assert_eq!(
            say(harmed(1, 1, Harm::DiesBefore), 5),
            "A was killed again before step 1 (`INSERT INTO charge …`)."
        );
        assert_eq!(
            say(harmed(0, 2, Harm::HangsUpAfter), 2),
            "A's client hung up after step 2 of 2 (`INSERT INTO charge …`), before its reply."
        );
        assert_eq!(say(harmed(0, 2, Harm::LostAfter), 2), "");
    }

    #[test]
    fn a_point_counts_once_however_often_it_is_tried() {
        let mut points = Points::default();
        points.add(&[harmed(0, 1, Harm::DiesBefore), harmed(1, 1, Harm::DiesBefore)]);
        points.add(&[harmed(0, 1, Harm::DiesBefore), harmed(0, 1, Harm::DiesAfter)]);
        points.add(&[harmed(0, 1, Harm::LostAfter)]);
        assert_eq!((points.tried(), points.different()), (4, 3));
    }
}
