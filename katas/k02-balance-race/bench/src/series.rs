//! The four ways, measured.

use std::fmt::Display;

use bench_lab::panics::watched;
use bench_lab::{Bench, ProgressLine, Turn, fill};
use k02::s2_lock::LockAccount;
use k02::s5_cas::AtomicAccount;

use crate::load::{self, Sample};
use crate::strategy::{Shared, Strategy, ThreadActors, TokioActors};
use crate::trouble::{Trouble, Wrong};
use crate::words::Words;

/// What was measured of the four ways.
pub type Results = bench_lab::Results<Balances>;

/// Says what it measures while it does.
pub struct Balances {
    words: &'static Words,
    progress: ProgressLine,
}

impl Balances {
    pub fn new(words: &'static Words) -> Self {
        Self { words, progress: ProgressLine::new() }
    }

    /// Before something else is said.
    pub fn hush(&self) {
        self.progress.hush();
    }
}

impl Bench for Balances {
    type Way = Strategy;
    type Sample = Sample;
    type Wrong = Wrong;

    fn run(&mut self, turn: &Turn<Strategy>) -> Result<Sample, Trouble> {
        let &Turn { way, point, round, rounds, time } = turn;
        let name = self.words.strategies[way as usize];
        let count = format!("{round}/{rounds}");
        let values: [&dyn Display; 4] = [&name, &point.concurrency, &point.keys, &count];
        self.progress.say(&fill(self.words.progress, &values));
        let run = match way {
            Strategy::Lock => load::run::<Shared<LockAccount>>,
            Strategy::Cas => load::run::<Shared<AtomicAccount>>,
            Strategy::ThreadActor => load::run::<ThreadActors>,
            Strategy::TokioActor => load::run::<TokioActors>,
        };
        watched(time, move || run(point, time, 1000 * round as u64))
    }
}
