use explorer::{Bounds, Fault, Harm, explore, replay};
use protocol::Status;

use crate::memory::{Memory, Op, with};

const BEFORE: Fault = Fault { name: "lost before its effect", harm: Harm::LostBefore };
const AFTER: Fault = Fault { name: "lost after its effect", harm: Harm::LostAfter };
const DIES: Fault = Fault { name: "dies before its effect", harm: Harm::DiesBefore };

fn memory(faults: &[Fault]) -> Memory {
    let mut memory = Memory::default();
    memory.faults = faults.to_vec();
    memory
}

fn bounds(faults: usize) -> Bounds {
    Bounds { faults, reduce: false, ..Bounds::default() }
}

#[test]
fn faults_are_further_choices_and_bounded() {
    // One lane of n steps with two ways to go wrong: 1, then 2n more, then 2² for each pair, ….
    let lane = vec![Op::Write(0, 1), Op::Write(1, 1), Op::Write(2, 1)];
    for (faults, schedules) in [(0, 1), (1, 1 + 6), (2, 1 + 6 + 12), (3, 27), (9, 27)] {
        let scenario = with(&memory(&[BEFORE, AFTER]), std::slice::from_ref(&lane));
        let explored = explore(scenario.bounds(bounds(faults))).unwrap();
        assert_eq!(explored.schedules, schedules, "{faults} faults");
    }
}

#[test]
fn a_fault_is_in_the_code_and_in_the_timeline() {
    // The second write is lost before its effect: no serial order explains it.
    let lane = vec![Op::Write(0, 1), Op::Write(1, 1)];
    let scenario = || with(&memory(&[BEFORE, AFTER]), std::slice::from_ref(&lane)).serializable();
    let outcome = explore(scenario().bounds(bounds(1))).unwrap_err();
    assert_eq!(outcome.status, Status::Fail);
    let code = outcome.replay.unwrap();
    assert!(["A!1.A", "A.A!1"].contains(&code.as_str()), "{code}");
    let replayed = replay(scenario(), &code).unwrap().unwrap();
    assert_eq!(Some(replayed.timeline), outcome.timeline);
    let rows = outcome.timeline.unwrap().rows;
    assert!(rows.iter().any(|r| r.text.contains("lost before its effect")), "{rows:?}");
}

#[test]
fn a_crash_ends_the_process_or_begins_it_anew() {
    let lane = vec![Op::Write(0, 1), Op::Write(1, 1)];
    let crashes = |restarts| {
        let bounds = Bounds { restarts, ..bounds(1) };
        explore(with(&memory(&[DIES]), std::slice::from_ref(&lane)).bounds(bounds)).unwrap()
    };
    let dies = crashes(false);
    assert_eq!(dies.schedules, 3);
    // At the first write nothing is left, at the second one the first.
    let results: Vec<_> = dies.outcomes.keys().cloned().collect();
    assert_eq!(results, ["A dies; {0: 1}", "A dies; {}", "A: 0; {0: 1, 1: 1}"]);
    let anew = crashes(true);
    assert_eq!(anew.schedules, 3);
    assert_eq!(anew.outcomes.keys().cloned().collect::<Vec<_>>(), ["A: 0; {0: 1, 1: 1}"]);
}
