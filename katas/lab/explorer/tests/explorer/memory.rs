//! A world for tests: named cells, locks that are waited for, and programs over them.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use explorer::{
    Actor, Body, Done, Event, Fault, Footprint, Returned, Scenario, Step, Strand, Trouble, Wait,
    World,
};
use tokio::sync::oneshot;

/// One step of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// Reads a cell into the lane's register.
    Read(usize),
    /// Writes the register plus this to a cell.
    Write(usize, i32),
    /// Touches a cell of the lane's own.
    Own,
    Lock(usize),
    Unlock(usize),
    /// Fails if the lock is taken.
    TryLock(usize),
}

#[derive(Default)]
struct Cells {
    values: BTreeMap<usize, i32>,
    holders: BTreeMap<usize, Strand>,
    /// Those who wait, and how they are told that they have it (true) or must give up.
    queue: VecDeque<(usize, Strand, oneshot::Sender<bool>)>,
}

#[derive(Clone, Default)]
pub struct Memory {
    cells: Arc<Mutex<Cells>>,
    pub faults: Vec<Fault>,
}

impl World for Memory {
    async fn reset(&mut self) -> Result<(), Trouble> {
        *self.cells.lock().unwrap() = Cells::default();
        Ok(())
    }

    async fn state(&mut self) -> Result<String, Trouble> {
        Ok(format!("{:?}", self.cells.lock().unwrap().values))
    }

    fn may_wait(&self, _: &[Strand]) -> bool {
        true
    }

    async fn waits(&mut self, _: &[Strand]) -> Result<Vec<Wait>, Trouble> {
        let cells = self.cells.lock().unwrap();
        Ok(cells
            .queue
            .iter()
            .map(|(lock, who, _)| Wait {
                who: *who,
                by: cells.holders.get(lock).copied().into_iter().collect(),
            })
            .collect())
    }

    async fn break_circle(&mut self, victim: Strand) -> Result<(), Trouble> {
        let mut cells = self.cells.lock().unwrap();
        let at = cells.queue.iter().position(|(_, s, _)| *s == victim).unwrap();
        let (_, _, tell) = cells.queue.remove(at).unwrap();
        tell.send(false).unwrap();
        Ok(())
    }
}

impl Memory {
    /// One operation. `Err` when a circle of waits was broken here.
    pub async fn step(&self, me: &Actor, op: &Op, register: &mut i32) -> Result<bool, ()> {
        let mut step = Step::new(format!("{op:?}"));
        step.faults.clone_from(&self.faults);
        match op {
            Op::Lock(lock) => return self.lock(me, *lock, step).await.map(|()| true),
            Op::Unlock(lock) => {
                me.step(step, |_| {
                    self.release(*lock);
                    (format!("unlock {lock}"), Done::touching(touch("lock", *lock)), ())
                })
                .await;
            }
            Op::TryLock(lock) => {
                // The one that the step then takes.
                let strand = me.strand();
                return Ok(me
                    .step(step, |_| {
                        let mut cells = self.cells.lock().unwrap();
                        let free = !cells.holders.contains_key(lock);
                        if free {
                            cells.holders.insert(*lock, strand);
                        }
                        let done = Done::touching(touch("lock", *lock)).failed(!free);
                        (format!("try {lock}: {free}"), done, free)
                    })
                    .await);
            }
            Op::Own => {
                let mine = Footprint::nothing().writes(format!("own {}", me.lane()));
                me.step(step, |_| ("own".into(), Done::touching(mine), ())).await;
            }
            Op::Read(cell) => {
                *register = me
                    .step(step, |_| {
                        let value = *self.cells.lock().unwrap().values.entry(*cell).or_default();
                        let touched = Footprint::nothing().reads(format!("cell {cell}"));
                        (format!("read {cell} → {value}"), Done::touching(touched), value)
                    })
                    .await;
            }
            Op::Write(cell, add) => {
                let value = *register * 2 + add;
                me.step(step, |choice| {
                    if !matches!(choice, explorer::Choice::Fault(0)) {
                        self.cells.lock().unwrap().values.insert(*cell, value);
                    }
                    (format!("write {cell} = {value}"), Done::touching(touch("cell", *cell)), ())
                })
                .await;
            }
        }
        Ok(true)
    }

    async fn lock(&self, me: &Actor, lock: usize, step: Step) -> Result<(), ()> {
        let (gate, strand) = (me.gate(), me.strand());
        if gate.enter(strand, step).await.is_err() {
            return std::future::pending().await;
        }
        let waits = {
            let mut cells = self.cells.lock().unwrap();
            if let Entry::Vacant(free) = cells.holders.entry(lock) {
                free.insert(strand);
                None
            } else {
                let (tell, told) = oneshot::channel();
                cells.queue.push_back((lock, strand, tell));
                Some(told)
            }
        };
        let has_it = match waits {
            None => true,
            Some(told) => match told.await {
                Ok(has_it) => has_it,
                Err(_) => return std::future::pending().await,
            },
        };
        let text = if has_it { format!("lock {lock}") } else { format!("lock {lock}: deadlock") };
        let done = Done::touching(touch("lock", lock)).failed(!has_it);
        gate.leave(strand, Some(Event::step(text)), &done);
        if has_it { Ok(()) } else { Err(()) }
    }

    fn release(&self, lock: usize) {
        let mut cells = self.cells.lock().unwrap();
        cells.holders.remove(&lock);
        if let Some(at) = cells.queue.iter().position(|(l, _, _)| *l == lock) {
            let (_, next, tell) = cells.queue.remove(at).unwrap();
            cells.holders.insert(lock, next);
            let _ = tell.send(true);
        }
    }

    /// Runs these operations and returns the register; gives up (`Err`) when chosen as a victim.
    pub fn program(&self, ops: Vec<Op>) -> impl Fn(Actor) -> Body + Send + Sync + 'static {
        let memory = self.clone();
        move |me| {
            let (memory, ops) = (memory.clone(), ops.clone());
            Box::pin(async move {
                let mut register = 0;
                let mut held = Vec::new();
                for op in &ops {
                    match (op, memory.step(&me, op, &mut register).await) {
                        (Op::Lock(lock), Ok(_)) => held.push(*lock),
                        (Op::Unlock(lock), _) => held.retain(|l| l != lock),
                        (_, Ok(_)) => {}
                        (_, Err(())) => {
                            for lock in held {
                                memory.release(lock);
                            }
                            return value("deadlock", false);
                        }
                    }
                }
                value(&register.to_string(), true)
            })
        }
    }
}

pub fn value(text: &str, ok: bool) -> Returned {
    Returned { text: text.into(), ok, gave_up: !ok }
}

fn touch(what: &str, n: usize) -> Footprint {
    Footprint::nothing().writes(format!("{what} {n}"))
}

/// A scenario of these programs, in lanes A, B, C, …
pub fn programs(programs: &[Vec<Op>]) -> Scenario {
    with(&Memory::default(), programs)
}

pub fn with(memory: &Memory, programs: &[Vec<Op>]) -> Scenario {
    let mut scenario = Scenario::new(memory.clone());
    for (name, ops) in ["A", "B", "C", "D"].iter().zip(programs) {
        scenario = scenario.lane(name, memory.program(ops.clone()));
    }
    scenario
}
