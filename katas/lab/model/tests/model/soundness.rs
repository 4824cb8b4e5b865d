//! The search finds what is there and nothing else: random small programs, explored by the model
//! and by brute force over all interleavings, have the same outcomes.

use std::collections::{BTreeSet, HashSet};
use std::sync::Mutex as StdMutex;

use model::sync::atomic::{AtomicU64, Ordering::SeqCst};
use model::sync::{Arc, Mutex};
use protocol::Status;

/// One thing that a lane does, with its register.
#[derive(Debug, Clone, Copy)]
enum Op {
    Load(usize),
    Store(usize),
    Add(usize),
    Exchange(usize),
    /// Takes the lock, and gives it back at the end of the program.
    Lock(usize),
    /// Takes the lock, adds the register to its value, keeps the sum, and gives it back.
    Under(usize),
    /// The same if the lock is free.
    Try(usize),
}

type Program = Vec<Vec<Op>>;
/// Registers, atomics, values under locks.
type Outcome = (Vec<u64>, [u64; 2], [u64; 2]);

/// A linear congruential generator: the same programs each time.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from((self.0 >> 33) % n).unwrap()
    }

    fn program(&mut self, lanes: usize, ops: usize) -> Program {
        let mut lane = || (0..ops).map(|_| self.op()).collect();
        (0..lanes).map(|_| lane()).collect()
    }

    fn op(&mut self) -> Op {
        let which = self.below(2);
        match self.below(7) {
            0 => Op::Load(which),
            1 => Op::Store(which),
            2 => Op::Add(which),
            3 => Op::Exchange(which),
            4 => Op::Lock(which),
            5 => Op::Try(which),
            _ => Op::Under(which),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Machine {
    at: Vec<usize>,
    registers: Vec<u64>,
    atomics: [u64; 2],
    values: [u64; 2],
    owners: [Option<usize>; 2],
    /// A lock that the lane gives back next.
    inside: Vec<Option<usize>>,
}

/// All outcomes; `None` when a deadlock is among them.
fn brute_force(program: &Program) -> Option<BTreeSet<Outcome>> {
    let lanes = program.len();
    let start = Machine {
        at: vec![0; lanes],
        registers: (0..lanes as u64).collect(),
        atomics: [0; 2],
        values: [0; 2],
        owners: [None; 2],
        inside: vec![None; lanes],
    };
    let (mut seen, mut todo, mut outcomes) = (HashSet::new(), vec![start], BTreeSet::new());
    while let Some(machine) = todo.pop() {
        if !seen.insert(machine.clone()) {
            continue;
        }
        let next: Vec<Machine> =
            (0..lanes).filter_map(|lane| step(&machine, program, lane)).collect();
        let done = (0..lanes).all(|lane| machine.at[lane] > program[lane].len());
        match (done, next.is_empty()) {
            (true, _) => {
                outcomes.insert((machine.registers, machine.atomics, machine.values));
            }
            (false, true) => return None,
            (false, false) => todo.extend(next),
        }
    }
    Some(outcomes)
}

fn step(machine: &Machine, program: &Program, lane: usize) -> Option<Machine> {
    let mut next = machine.clone();
    let at = machine.at[lane];
    let register = machine.registers[lane];
    if let Some(lock) = next.inside[lane].take() {
        next.owners[lock] = None;
        return Some(next);
    }
    next.at[lane] += 1;
    match program[lane].get(at) {
        None if at > program[lane].len() => return None,
        None => {
            for owner in &mut next.owners {
                *owner = owner.filter(|owner| *owner != lane);
            }
        }
        Some(Op::Store(a)) => next.atomics[*a] = register + 1,
        Some(Op::Add(a)) => {
            next.registers[lane] = machine.atomics[*a];
            next.atomics[*a] += 1;
        }
        Some(Op::Exchange(a)) if machine.atomics[*a] == register => next.atomics[*a] += 1,
        Some(Op::Load(a) | Op::Exchange(a)) => next.registers[lane] = machine.atomics[*a],
        Some(Op::Lock(l)) => {
            if machine.owners[*l].is_some() {
                return None;
            }
            next.owners[*l] = Some(lane);
        }
        Some(Op::Try(l)) if machine.owners[*l].is_some() => next.registers[lane] = 100,
        Some(Op::Under(l) | Op::Try(l)) => {
            if machine.owners[*l].is_some() {
                return None;
            }
            next.owners[*l] = Some(lane);
            next.inside[lane] = Some(*l);
            next.values[*l] += register + 1;
            next.registers[lane] = next.values[*l];
        }
    }
    Some(next)
}

fn run(program: &[Op], atomics: &[AtomicU64; 2], locks: &[Mutex<u64>; 2], start: u64) -> u64 {
    let mut register = start;
    let mut guards = Vec::new();
    for op in program {
        match op {
            Op::Load(a) => register = atomics[*a].load(SeqCst),
            Op::Store(a) => atomics[*a].store(register + 1, SeqCst),
            Op::Add(a) => register = atomics[*a].fetch_add(1, SeqCst),
            Op::Exchange(a) => {
                let exchanged =
                    atomics[*a].compare_exchange(register, register + 1, SeqCst, SeqCst);
                register = exchanged.unwrap_or_else(|other| other);
            }
            Op::Lock(l) => guards.push(locks[*l].lock().unwrap()),
            Op::Try(l) => match locks[*l].try_lock() {
                Ok(mut value) => {
                    *value += register + 1;
                    register = *value;
                }
                Err(_) => register = 100,
            },
            Op::Under(l) => {
                let mut value = locks[*l].lock().unwrap();
                *value += register + 1;
                register = *value;
            }
        }
    }
    register
}

/// As [`brute_force`], by the model. False when the program is too large for a complete search.
fn explored(program: &Program) -> (bool, Option<BTreeSet<Outcome>>) {
    let outcomes: Arc<StdMutex<BTreeSet<Outcome>>> = Arc::default();
    let (program, found) = (program.clone(), Arc::clone(&outcomes));
    let result = model::explore(move || {
        let shared = Arc::new(([0, 0].map(AtomicU64::new), [0, 0].map(Mutex::new)));
        let lanes: Vec<_> = program
            .iter()
            .cloned()
            .zip(0..)
            .map(|(ops, start)| {
                let shared = Arc::clone(&shared);
                model::lane("lane", move || run(&ops, &shared.0, &shared.1, start))
            })
            .collect();
        let registers = lanes.into_iter().map(|lane| lane.join().unwrap()).collect();
        let (atomics, locks) = Arc::into_inner(shared).unwrap();
        let outcome = (
            registers,
            atomics.map(AtomicU64::into_inner),
            locks.map(|lock| lock.into_inner().unwrap()),
        );
        found.lock().unwrap().insert(outcome);
    });
    match result {
        Ok(explored) if !explored.complete => return (false, None),
        Ok(_) => {}
        Err(outcome) => {
            assert_eq!(outcome.status, Status::Stuck, "{}", outcome.message);
            return (true, None);
        }
    }
    let outcomes = std::mem::take(&mut *outcomes.lock().unwrap());
    (true, Some(outcomes))
}

#[test]
fn random_programs_have_the_same_outcomes_as_by_brute_force() {
    let mut random = Random(0x7265_6365);
    let (mut deadlocks, mut several) = (0, 0);
    for (lanes, ops, programs) in [(2, 2, 60), (2, 3, 80), (3, 1, 30), (3, 2, 5)] {
        for _ in 0..programs {
            let program = random.program(lanes, ops);
            let expected = brute_force(&program);
            let (complete, found) = explored(&program);
            if !complete {
                continue;
            }
            assert_eq!(found, expected, "{program:?}");
            deadlocks += u32::from(expected.is_none());
            several += u32::from(expected.is_some_and(|outcomes| outcomes.len() > 1));
        }
    }
    assert!(deadlocks > 5 && several > 50, "{deadlocks} deadlocks, {several} with a choice");
}
