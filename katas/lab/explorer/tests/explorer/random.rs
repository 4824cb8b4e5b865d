//! The reduced search sees every result that the full one sees.

use explorer::{Bounds, Explored, explore};
use proptest::prelude::{Strategy, prop, prop_assert_eq, prop_oneof, proptest};
use proptest::test_runner::Config;

use crate::memory::{Op, programs};

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        (0..2_usize).prop_map(Op::Read),
        (0..2_usize, 1..4).prop_map(|(cell, add)| Op::Write(cell, add)),
        (0..1_usize).prop_map(|_| Op::Own),
        (0..2_usize).prop_map(Op::Lock),
    ]
}

/// Every lock that is taken is given back at the end, in the order in which they were taken.
fn program(most: usize) -> impl Strategy<Value = Vec<Op>> {
    prop::collection::vec(op(), 1..=most).prop_map(|ops| {
        let mut whole = Vec::new();
        let mut locks = Vec::new();
        for op in ops {
            match op {
                Op::Lock(l) if locks.contains(&l) => continue,
                Op::Lock(l) => locks.push(l),
                _ => {}
            }
            whole.push(op);
        }
        whole.extend(locks.into_iter().map(Op::Unlock));
        whole
    })
}

fn search(lanes: &[Vec<Op>], reduce: bool) -> Explored {
    let bounds = Bounds { reduce, schedules: 100_000, ..Bounds::default() };
    explore(programs(lanes).bounds(bounds)).unwrap()
}

proptest! {
    #![proptest_config(Config { cases: 150, failure_persistence: None, ..Config::default() })]

    #[test]
    fn sleep_sets_lose_no_result(lanes in prop_oneof![
        prop::collection::vec(program(4), 2),
        prop::collection::vec(program(2), 3),
    ]) {
        let (full, reduced) = (search(&lanes, false), search(&lanes, true));
        prop_assert_eq!(
            full.outcomes.keys().collect::<Vec<_>>(),
            reduced.outcomes.keys().collect::<Vec<_>>()
        );
        assert!(reduced.schedules <= full.schedules);
    }
}
