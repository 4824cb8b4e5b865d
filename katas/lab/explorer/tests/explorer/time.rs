use std::time::Duration;

use explorer::{Scenario, explore};
use protocol::Status;

use crate::memory::{Memory, Op, value};

#[test]
fn sleeping_costs_nothing_and_is_not_stuck() {
    let memory = Memory::default();
    let sleeper = {
        let memory = memory.clone();
        move |me: explorer::Actor| -> explorer::Body {
            let memory = memory.clone();
            Box::pin(async move {
                for _ in 0..3 {
                    tokio::time::sleep(Duration::from_secs(3600)).await;
                    memory.step(&me, &Op::Write(0, 1), &mut 0).await.unwrap();
                }
                value("", true)
            })
        }
    };
    let scenario = Scenario::new(memory.clone())
        .lane("A", sleeper)
        .lane("B", memory.program(vec![Op::Write(0, 2); 2]));
    let explored = explore(scenario).unwrap();
    // A sleeps until B cannot move any more.
    assert_eq!(explored.outcomes.keys().cloned().collect::<Vec<_>>(), ["A: , B: 0; {0: 1}"]);
}

#[test]
fn a_timeout_fires_only_where_nobody_can_move() {
    let memory = Memory::default();
    let impatient = {
        let memory = memory.clone();
        move |me: explorer::Actor| -> explorer::Body {
            let memory = memory.clone();
            Box::pin(async move {
                let mut register = 0;
                let step = memory.step(&me, &Op::Lock(0), &mut register);
                match tokio::time::timeout(Duration::from_millis(1), step).await {
                    Ok(_) => value("has it", true),
                    Err(_) => value("timeout", true),
                }
            })
        }
    };
    let scenario = Scenario::new(memory.clone())
        .lane("A", impatient)
        .lane("B", memory.program(vec![Op::Lock(0), Op::Own]));
    let outcome = explore(scenario).unwrap_err();
    // A has the lock and returns with it; or A gives up waiting for ever. Only the first is stuck.
    assert_eq!(outcome.status, Status::Stuck);
    assert!(outcome.message.contains("B waits for ever: A has returned"), "{}", outcome.message);
}

#[test]
fn who_only_sleeps_is_stuck() {
    let scenario = Scenario::new(Memory::default()).lane("A", |_| {
        Box::pin(async {
            loop {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
    });
    let outcome = explore(scenario).unwrap_err();
    assert_eq!(outcome.status, Status::Stuck);
    assert!(outcome.message.contains("A only sleeps."), "{}", outcome.message);
}
