use explorer::{Bounds, Explored, explore};

use crate::memory::{Op, programs};

fn count(lanes: usize, steps: usize, op: &Op, reduce: bool) -> Explored {
    let scenario = programs(&vec![vec![op.clone(); steps]; lanes]);
    explore(scenario.bounds(Bounds { reduce, ..Bounds::default() })).unwrap()
}

#[test]
fn without_blocking_the_schedules_are_the_binomials() {
    for (lanes, steps, schedules) in [(2, 4, 70), (2, 5, 252), (2, 6, 924), (3, 2, 90), (1, 5, 1)] {
        let explored = count(lanes, steps, &Op::Write(0, 1), false);
        assert_eq!(explored.schedules, schedules, "{lanes} × {steps}");
        assert!(explored.exhaustive);
    }
}

#[test]
fn independent_steps_are_not_permuted() {
    for (lanes, steps) in [(2, 4), (2, 6), (3, 4)] {
        let explored = count(lanes, steps, &Op::Own, true);
        assert_eq!(explored.schedules, 1, "{lanes} × {steps}");
        assert_eq!(explored.outcomes.len(), 1);
    }
    // Readers of one cell change places too; writers do not.
    assert_eq!(count(2, 4, &Op::Read(0), true).schedules, 1);
    assert_eq!(count(2, 4, &Op::Write(0, 1), true).schedules, 70);
}

#[test]
fn one_dependent_step_a_lane_gives_two_schedules() {
    let lane = vec![Op::Own, Op::Write(0, 1), Op::Own];
    let explored = explore(programs(&[lane.clone(), lane])).unwrap();
    assert_eq!(explored.schedules, 2);
    assert!(explored.reduced > 0);
}

#[test]
fn the_same_code_gives_the_same_schedules() {
    let a =
        vec![Op::Lock(0), Op::Read(0), Op::Lock(1), Op::Write(0, 1), Op::Unlock(1), Op::Unlock(0)];
    let b =
        vec![Op::Lock(1), Op::Lock(0), Op::Read(0), Op::Write(1, 1), Op::Unlock(0), Op::Unlock(1)];
    let c = vec![Op::Lock(0), Op::Write(0, 5), Op::Unlock(0)];
    for reduce in [false, true] {
        let bounds = Bounds { reduce, schedules: 1500, ..Bounds::default() };
        let run = || explore(programs(&[a.clone(), b.clone(), c.clone()]).bounds(bounds.clone()));
        let first = run().unwrap();
        assert!(first.waits > 0 && first.deadlocks > 0);
        for _ in 0..20 {
            assert_eq!(run().unwrap(), first);
        }
    }
}

#[test]
fn beyond_the_bound_it_says_so() {
    let lane = vec![Op::Write(0, 1); 6];
    let bounds = Bounds { schedules: 100, ..Bounds::default() };
    let explored = explore(programs(&[lane.clone(), lane]).bounds(bounds)).unwrap();
    assert!(!explored.exhaustive);
    assert!(explored.schedules > 100);
}
