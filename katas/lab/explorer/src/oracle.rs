//! Is there an order of the lanes, one after the other, that gives the same?

use std::fmt::Write as _;

use crate::stage::{Close, Moment, Pick, Stage};
use crate::world::{Ended, Run, Trouble};
use crate::{LaneId, short};

/// What one serial order of some of the lanes gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serial {
    pub order: Vec<LaneId>,
    pub state: String,
    /// By lane; `None` for those who did not take part.
    pub returned: Vec<Option<String>>,
}

/// Runs every serial order of every subset of the lanes: 5 of two lanes, 16 of three.
pub(crate) fn serial_orders(stage: &mut Stage) -> Result<(Vec<Serial>, u64), Trouble> {
    let mut serial = Vec::new();
    let mut runs = 0;
    for order in orders(stage.lanes.len()) {
        let mask = order.iter().fold(0, |mask, lane| mask | 1 << lane);
        let mut first_of = |moment: &Moment| {
            let inner = moment.gate.lock();
            let place = |strand: usize| {
                order.iter().position(|l| *l == inner.strands[strand].lane).unwrap_or(usize::MAX)
            };
            let best = (0..moment.ways.len()).min_by_key(|n| place(moment.ways[*n].strand));
            Pick::Go(best.expect("a decision has a way to go on"))
        };
        let (close, run) = stage.run(mask, 0, &mut first_of)?;
        runs += 1;
        if close == Close::Done {
            let returned = (0..run.ends.len())
                .map(|lane| (mask & 1 << lane != 0).then(|| told(&run.ends[lane])))
                .collect();
            serial.push(Serial { order, state: run.state, returned });
        }
    }
    Ok((serial, runs))
}

/// Whether some serial order explains this schedule.
///
/// Lanes that gave up must be without effect. Of a lane with which something went wrong on
/// purpose and that returned an error, nobody knows: an order with it will do, and one without.
pub(crate) fn explains(serial: &[Serial], run: &Run) -> bool {
    serial.iter().any(|order| {
        order.state == run.state && (0..run.ends.len()).all(|lane| fits(order, run, lane))
    })
}

/// Whether this lane ended as it may, given this order.
fn fits(order: &Serial, run: &Run, lane: LaneId) -> bool {
    let there = &order.returned[lane];
    match &run.ends[lane] {
        Ended::Returned(r) if run.hit[lane] && !r.ok => true,
        Ended::Crashed => true,
        Ended::Returned(r) if r.gave_up => there.is_none(),
        end => there.as_ref() == Some(&told(end)),
    }
}

/// What is wrong with a schedule that no order explains. Where the states of some are the same, the
/// difference is not to be seen in them: it is in what the lanes returned.
pub(crate) fn unexplained(serial: &[Serial], run: &Run) -> String {
    let mut said = "No order of one after the other gives this result.".to_owned();
    let gave_up =
        |lane: LaneId| matches!(&run.ends[lane], Ended::Returned(returned) if returned.gave_up);
    let alike = serial.iter().filter(|order| {
        let lanes = &mut (0..run.ends.len());
        order.state == run.state
            && lanes.all(|lane| gave_up(lane) == order.returned[lane].is_none())
    });
    // Orders with the same answers are told together.
    let mut answers: Vec<(Vec<String>, &Serial)> = Vec::new();
    for order in alike {
        let names: Vec<&str> = order.order.iter().map(|lane| short(&run.lanes[*lane])).collect();
        let name = names.join(" then ");
        match answers.iter_mut().find(|(_, other)| other.returned == order.returned) {
            Some((orders, _)) => orders.push(name),
            None => answers.push((vec![name], order)),
        }
    }
    for (orders, order) in answers {
        let orders = orders.join(" or ");
        let _ = write!(said, "\nWhat is left is that of {orders}, the answers are not:");
        for lane in (0..run.ends.len()).filter(|lane| !fits(order, run, *lane)) {
            let (name, saw) = (short(&run.lanes[lane]), told(&run.ends[lane]));
            let there = order.returned[lane].as_deref().unwrap_or("nothing");
            let _ = write!(said, "\n{name} returned {saw}, and not {there}.");
        }
    }
    said
}

fn told(end: &Ended) -> String {
    match end {
        Ended::Returned(returned) => returned.text.clone(),
        Ended::Panicked(message) => format!("panics: {message}"),
        Ended::Crashed => "process dies".into(),
        Ended::Unfinished => "no end".into(),
    }
}

/// Every order of every subset, shorter ones first among those that begin alike.
fn orders(lanes: usize) -> Vec<Vec<LaneId>> {
    fn longer(lanes: usize, order: &mut Vec<LaneId>, out: &mut Vec<Vec<LaneId>>) {
        out.push(order.clone());
        for lane in 0..lanes {
            if !order.contains(&lane) {
                order.push(lane);
                longer(lanes, order, out);
                order.pop();
            }
        }
    }
    let mut out = Vec::new();
    longer(lanes, &mut Vec::new(), &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::{Serial, orders, unexplained};
    use crate::{Code, Ended, Returned, Run};

    /// A run of two lanes that returned these, and left this.
    fn run(state: &str, returned: [&str; 2]) -> Run {
        let end =
            |text: &str| Ended::Returned(Returned { text: text.into(), ok: true, gave_up: false });
        Run {
            lanes: vec!["A: pays".into(), "B: the same".into()],
            log: Vec::new(),
            ends: returned.map(end).to_vec(),
            state: state.into(),
            code: Code::default(),
            hit: vec![false; 2],
            steps: vec![0; 2],
            harmed: Vec::new(),
            stuck: None,
            waiting: Vec::new(),
        }
    }

    #[test]
    fn where_the_states_agree_the_answers_are_told() {
        let order = |order: &[usize], state: &str, first: &str, second: &str| Serial {
            order: order.to_vec(),
            state: state.into(),
            returned: vec![Some(first.into()), Some(second.into())],
        };
        let first = "No order of one after the other gives this result.";
        let serial = [order(&[0, 1], "70", "Done", "Done"), order(&[1, 0], "70", "Done", "Done")];
        assert_eq!(unexplained(&serial, &run("40", ["Done", "Done"])), first);
        assert_eq!(
            unexplained(&serial, &run("70", ["Error", "Done"])),
            format!(
                "{first}\nWhat is left is that of A then B or B then A, the answers are not:\n\
                 A returned Error, and not Done."
            )
        );
        let serial = [order(&[0, 1], "70", "1", "2"), order(&[1, 0], "70", "2", "1")];
        assert_eq!(
            unexplained(&serial, &run("70", ["1", "1"])),
            format!(
                "{first}\nWhat is left is that of A then B, the answers are not:\n\
                 B returned 1, and not 2.\n\
                 What is left is that of B then A, the answers are not:\n\
                 A returned 1, and not 2."
            )
        );
    }

    #[test]
    fn orders_of_all_subsets() {
        assert_eq!(orders(2).len(), 5);
        assert_eq!(orders(3).len(), 16);
    }
}
