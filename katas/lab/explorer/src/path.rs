//! The decisions of the schedule that runs now, and what is left to try at each of them.
//!
//! Sleep sets (P. Godefroid, *Partial-Order Methods for the Verification of Concurrent Systems*,
//! 1996): a lane that was tried at a decision sleeps in what is tried there afterwards, until a
//! step is taken that is not independent of its own. They do not go together with a bound on
//! preemptions, so a search has one or the other (Musuvathi and Qadeer, *Iterative context
//! bounding*, 2007, for the latter).

use crate::Footprint;
use crate::stage::{Moment, Pick, Way};

/// What a search covers.
#[derive(Debug, Clone)]
pub(crate) struct Reach {
    /// Sleep sets.
    pub reduce: bool,
    /// At most so many preemptions and faults together.
    pub most_cost: Option<usize>,
    pub faults: usize,
}

struct Node {
    ways: Vec<Way>,
    chosen: usize,
    /// What the strands tried here touched, by index into `ways`.
    tried: Vec<(usize, Footprint)>,
    /// Strands that sleep here, and what their step touches.
    asleep: Vec<(usize, Footprint)>,
    /// The strand that moved before.
    last: Option<usize>,
    /// Preemptions and faults before this decision.
    cost: usize,
}

impl Node {
    fn sleeps(&self, n: usize) -> bool {
        self.ways[n].alt == 0 && self.asleep.iter().any(|(s, _)| *s == self.ways[n].strand)
    }

    /// What it costs to go this way: a fault, and leaving a lane that could go on.
    fn cost_of(&self, n: usize) -> usize {
        let could_go_on = self.ways.iter().any(|w| Some(w.strand) == self.last);
        let preempts = could_go_on && Some(self.ways[n].strand) != self.last;
        usize::from(preempts) + usize::from(self.ways[n].alt > 0)
    }

    fn next(&self, reach: &Reach, from: usize) -> Option<usize> {
        (from..self.ways.len()).find(|n| {
            let too_dear = reach.most_cost.is_some_and(|most| self.cost + self.cost_of(*n) > most);
            !self.sleeps(*n) && !too_dear
        })
    }
}

/// See the module.
pub(crate) struct Path {
    reach: Reach,
    nodes: Vec<Node>,
}

impl Path {
    pub fn new(reach: Reach) -> Self {
        Self { reach, nodes: Vec::new() }
    }

    /// Preemptions and faults of the schedule.
    pub fn cost(&self) -> usize {
        self.nodes.last().map_or(0, |n| n.cost + n.cost_of(n.chosen))
    }

    /// The decision at this moment: the one that the path holds, or a new one.
    pub fn choose(&mut self, moment: &Moment) -> Pick {
        if let Some(node) = self.nodes.get(moment.depth) {
            if node.ways != moment.ways {
                return Pick::Diverged(difference(&node.ways, moment.ways));
            }
            return Pick::Go(node.chosen);
        }
        let (mut asleep, mut cost) = (Vec::new(), 0);
        if let Some(before) = self.nodes.last() {
            cost = before.cost + before.cost_of(before.chosen);
            let chosen = &before.ways[before.chosen];
            if self.reach.reduce && chosen.alt == 0 {
                let tried = before.tried.iter().filter(|(n, _)| before.ways[*n].alt == 0);
                let tried = tried.map(|(n, f)| (before.ways[*n].strand, f));
                let all = before.asleep.iter().map(|(s, f)| (*s, f)).chain(tried);
                asleep = all
                    .filter(|(s, f)| *s != chosen.strand && f.independent(&moment.before))
                    .map(|(s, f)| (s, f.clone()))
                    .collect();
            }
        }
        let ways = moment.ways.to_vec();
        let mut node = Node { ways, chosen: 0, tried: Vec::new(), asleep, last: moment.last, cost };
        let Some(chosen) = node.next(&self.reach, 0) else { return Pick::Prune };
        node.chosen = chosen;
        self.nodes.push(node);
        Pick::Go(chosen)
    }

    /// Goes to the next schedule; false when there is none. `footprints`: what the decisions of the
    /// schedule that has just ended touched.
    pub fn next(&mut self, footprints: &[Footprint]) -> bool {
        for (node, footprint) in self.nodes.iter_mut().zip(footprints) {
            if !node.tried.iter().any(|(n, _)| *n == node.chosen) {
                node.tried.push((node.chosen, footprint.clone()));
            }
        }
        while let Some(node) = self.nodes.last_mut() {
            if let Some(next) = node.next(&self.reach, node.chosen + 1) {
                node.chosen = next;
                return true;
            }
            self.nodes.pop();
        }
        false
    }
}

fn difference(expected: &[Way], found: &[Way]) -> String {
    let list = |ways: &[Way]| {
        let ways = ways.iter().filter(|w| w.alt == 0);
        ways.map(|w| format!("{} `{}`", w.name, w.key)).collect::<Vec<_>>().join(", ")
    };
    format!("could go on: first {}, then {}", list(expected), list(found))
}
