use explorer::{Bounds, Returned, Scenario, Trouble, World, explore, play, replay};
use protocol::Status;

use crate::memory::{Memory, Op, programs, value};

fn add_one() -> Vec<Op> {
    vec![Op::Own, Op::Read(0), Op::Own, Op::Write(0, 1), Op::Own]
}

#[test]
fn a_lost_update_is_found_and_shown_with_the_fewest_switches() {
    let outcome = explore(programs(&[add_one(), add_one()]).serializable()).unwrap_err();
    assert_eq!(outcome.status, Status::Fail);
    // A reads, B does all, A writes: one switch away from a lane that could go on.
    let code = outcome.replay.clone().unwrap();
    assert_eq!(code, "A3.B5.A2", "{outcome:?}");
    let timeline = outcome.timeline.unwrap();
    assert_eq!(timeline.lanes, ["A", "B"]);
    assert!(timeline.rows.iter().any(|r| r.text == "read 0 → 0"));

    for _ in 0..50 {
        let again =
            replay(programs(&[add_one(), add_one()]).serializable(), &code).unwrap().unwrap();
        assert_eq!(again.timeline, timeline);
        assert_eq!(again.outcome.unwrap().message, outcome.message);
    }
}

#[test]
fn three_lanes_are_shown_with_the_fewest_switches_too() {
    let lanes = [add_one(), add_one(), add_one()];
    let outcome = explore(programs(&lanes).serializable()).unwrap_err();
    let code = outcome.replay.unwrap();
    let switches = code.split('.').count() - 1;
    assert!(switches <= 4, "{code}");
}

#[test]
fn locks_in_one_order_pass_and_in_two_orders_deadlock() {
    let section = |x, y| {
        vec![Op::Lock(x), Op::Lock(y), Op::Read(0), Op::Write(0, 1), Op::Unlock(y), Op::Unlock(x)]
    };
    let explored = explore(programs(&[section(0, 1), section(0, 1)]).serializable()).unwrap();
    assert!(explored.waits > 0 && explored.deadlocks == 0 && explored.exhaustive);
    // A victim gives up, and what the other did is what it would have done alone.
    let explored = explore(programs(&[section(0, 1), section(1, 0)]).serializable()).unwrap();
    assert!(explored.deadlocks > 0);
}

#[test]
fn who_returns_with_a_lock_keeps_others_waiting() {
    let forgets = vec![Op::Lock(0)];
    let outcome = explore(programs(&[forgets.clone(), forgets])).unwrap_err();
    assert_eq!(outcome.status, Status::Stuck);
    assert!(outcome.message.contains("B waits for ever: A has returned"), "{}", outcome.message);
}

#[test]
fn a_lane_that_never_returns_is_stuck() {
    let memory = Memory::default();
    let scenario = Scenario::new(memory.clone())
        .lane("A", memory.program(vec![Op::Own]))
        .lane("B: waits for nothing", |_| Box::pin(std::future::pending()));
    let outcome = explore(scenario).unwrap_err();
    assert_eq!(outcome.status, Status::Stuck);
    assert!(outcome.message.contains("B takes no step and does not return."), "{outcome:?}");
}

#[test]
fn a_lane_that_never_gives_way_is_stuck() {
    let memory = Memory::default();
    let over = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let end = over.clone();
    let scenario = Scenario::new(memory.clone()).lane("A", memory.program(vec![Op::Own])).lane(
        "B",
        move |_| {
            let end = end.clone();
            Box::pin(async move {
                while !end.load(std::sync::atomic::Ordering::SeqCst) {
                    tokio::task::yield_now().await;
                }
                value("", true)
            })
        },
    );
    let outcome = explore(scenario).unwrap_err();
    over.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(outcome.status, Status::Stuck);
    assert!(outcome.message.starts_with("B runs and runs"), "{outcome:?}");
}

#[test]
fn a_panic_fails_with_its_message() {
    let memory = Memory::default();
    let scenario = Scenario::new(memory.clone())
        .lane("A", memory.program(vec![Op::Own]))
        .lane("B", |_| Box::pin(async { panic!("no such account") }));
    let outcome = explore(scenario).unwrap_err();
    assert_eq!(outcome.status, Status::Fail);
    assert_eq!(outcome.message, "B panicked: no such account");
}

/// Tries for the lock until it has it.
fn spin(memory: &Memory) -> impl Fn(explorer::Actor) -> explorer::Body + Send + Sync + 'static {
    let memory = memory.clone();
    move |me| {
        let memory = memory.clone();
        Box::pin(async move {
            while !memory.step(&me, &Op::TryLock(0), &mut 0).await.unwrap() {}
            memory.step(&me, &Op::Unlock(0), &mut 0).await.unwrap();
            value("done", true)
        })
    }
}

#[test]
fn a_spinning_lane_must_wait_for_one_that_can_move() {
    let memory = Memory::default();
    let scenario = Scenario::new(memory.clone()).lane("A", spin(&memory)).lane("B", spin(&memory));
    let explored = explore(scenario).unwrap();
    assert!(explored.exhaustive, "{explored:?}");
    // By hand: A A B B, A B A B, A B B A B B and the like; and the same with A and B exchanged.
    let bounds = Bounds { reduce: false, ..Bounds::default() };
    let scenario = Scenario::new(memory.clone()).lane("A", spin(&memory)).lane("B", spin(&memory));
    assert_eq!(explore(scenario.bounds(bounds)).unwrap().schedules, 6);
}

#[test]
fn a_lane_that_spins_in_vain_is_stuck() {
    let memory = Memory::default();
    let scenario = Scenario::new(memory.clone())
        .lane("A", memory.program(vec![Op::TryLock(0)]))
        .lane("B", spin(&memory));
    let outcome = explore(scenario).unwrap_err();
    assert_eq!(outcome.status, Status::Stuck);
    assert!(outcome.message.starts_with("B fails again and again"), "{outcome:?}");
}

#[test]
fn steps_without_an_end_are_stuck_alone_and_not_covered_in_company() {
    let endless = |memory: &Memory| {
        let memory = memory.clone();
        move |me: explorer::Actor| -> explorer::Body {
            let memory = memory.clone();
            Box::pin(async move {
                loop {
                    memory.step(&me, &Op::Write(0, 1), &mut 0).await.unwrap();
                }
            })
        }
    };
    let memory = Memory::default();
    let alone = Scenario::new(memory.clone()).lane("A", endless(&memory));
    let outcome = explore(alone).unwrap_err();
    assert_eq!(outcome.status, Status::Stuck);
    assert!(outcome.message.contains("comes to no end"), "{outcome:?}");

    let bounds = Bounds { steps: 6, schedules: 10, reduce: false, ..Bounds::default() };
    let both =
        Scenario::new(memory.clone()).lane("A", endless(&memory)).lane("B", endless(&memory));
    let explored = explore(both.bounds(bounds)).unwrap();
    assert!(explored.cut > 0 && !explored.exhaustive, "{explored:?}");
}

#[test]
fn codes_that_do_not_fit_are_explained() {
    for (code, says) in [
        ("A..B", "names no lane"),
        ("C", "decision 1: there is no lane C"),
        ("A6", "decision 6: A cannot move here, only B"),
        ("A!1", "decision 1: A's step has 0 faults, not 1"),
        ("A5.B5.A", "the schedule ends after 10 decisions, and the code has 11"),
    ] {
        let error = replay(programs(&[add_one(), add_one()]), code).unwrap().unwrap_err();
        assert!(error.to_string().contains(says), "{code}: {error}");
    }
    // A code may be shorter than its schedule: who moved last goes on.
    let replayed = replay(programs(&[add_one(), add_one()]), "B").unwrap().unwrap();
    assert_eq!(replayed.run.code.to_string(), "B5.A5");
    assert_eq!(replayed.outcome, None);
}

#[test]
fn somebody_else_may_decide() {
    let driver = |situation: &explorer::Situation| {
        let turn = situation.code.0.len() % situation.moves.len();
        assert!(!situation.moves[turn].text.is_empty());
        Some(turn)
    };
    let played = play(programs(&[add_one(), add_one()]).serializable(), driver).unwrap().unwrap();
    assert_eq!(played.run.code.to_string(), "A.B.A.B.A.B.A.B.A.B");
    assert_eq!(played.outcome.unwrap().status, Status::Fail);
    assert!(play(programs(&[add_one()]), |_| None).unwrap().is_none());
}

#[test]
fn code_that_does_not_repeat_itself_is_told_loudly() {
    let memory = Memory::default();
    let runs = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let moody = {
        let memory = memory.clone();
        move |me: explorer::Actor| -> explorer::Body {
            let (memory, run) =
                (memory.clone(), runs.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
            Box::pin(async move {
                memory.step(&me, &Op::Write(run % 2, 1), &mut 0).await.unwrap();
                value("", true)
            })
        }
    };
    let scenario = Scenario::new(memory.clone())
        .lane("A", moody)
        .lane("B", memory.program(vec![Op::Write(0, 1)]));
    let outcome = explore(scenario).unwrap_err();
    assert_eq!(outcome.status, Status::InfraError);
    assert!(outcome.message.contains("went differently the second time"), "{outcome:?}");
}

#[test]
fn trouble_of_the_world_is_no_failure_of_a_lane() {
    struct Broken;
    impl World for Broken {
        async fn reset(&mut self) -> Result<(), Trouble> {
            Err(Trouble("no server".into()))
        }
    }
    let lane = |_| -> explorer::Body {
        Box::pin(async { Returned { text: String::new(), ok: true, gave_up: false } })
    };
    let outcome = explore(Scenario::new(Broken).lane("A", lane)).unwrap_err();
    assert_eq!((outcome.status, outcome.message.as_str()), (Status::InfraError, "no server"));
}

/// Memory that has to learn something the first time that it is asked.
struct Learns {
    memory: Memory,
    asked: std::sync::Arc<std::sync::atomic::AtomicBool>,
    known: std::sync::Arc<std::sync::atomic::AtomicBool>,
    /// How often a schedule was begun.
    begun: std::sync::Arc<std::sync::atomic::AtomicU64>,
}

impl World for Learns {
    async fn reset(&mut self) -> Result<(), Trouble> {
        use std::sync::atomic::Ordering::SeqCst;
        self.begun.fetch_add(1, SeqCst);
        if self.asked.swap(false, SeqCst) {
            self.known.store(true, SeqCst);
        }
        self.memory.reset().await
    }

    fn again(&mut self) -> bool {
        self.asked.load(std::sync::atomic::Ordering::SeqCst)
    }

    async fn state(&mut self) -> Result<String, Trouble> {
        self.memory.state().await
    }
}

#[test]
fn a_world_that_learns_in_the_middle_changes_no_schedule() {
    use std::sync::atomic::Ordering::SeqCst;
    use std::sync::atomic::{AtomicBool, AtomicU64};
    let search = |knows: bool| {
        let memory = Memory::default();
        let (asked, begun) = <(std::sync::Arc<AtomicBool>, std::sync::Arc<AtomicU64>)>::default();
        let known = std::sync::Arc::new(AtomicBool::new(knows));
        let (ask, knowledge) = (asked.clone(), known.clone());
        let world = Learns { memory: memory.clone(), asked, known, begun: begun.clone() };
        let lane = {
            let memory = memory.clone();
            move |me: explorer::Actor| -> explorer::Body {
                let (memory, ask, known) = (memory.clone(), ask.clone(), knowledge.clone());
                Box::pin(async move {
                    memory.step(&me, &Op::Write(0, 1), &mut 0).await.unwrap();
                    if !known.load(SeqCst) {
                        ask.store(true, SeqCst);
                        std::future::pending::<()>().await;
                    }
                    memory.step(&me, &Op::Write(0, 2), &mut 0).await.unwrap();
                    value("", true)
                })
            }
        };
        let scenario = Scenario::new(world)
            .lane("A", lane)
            .lane("B", memory.program(vec![Op::Write(0, 3), Op::Write(0, 4)]));
        (explore(scenario).unwrap(), begun.load(SeqCst))
    };
    let (knew, at_once) = search(true);
    let (learned, begun) = search(false);
    assert_eq!((knew.schedules, at_once), (6, 6));
    assert_eq!(learned, knew);
    assert_eq!(begun, 7);
}
