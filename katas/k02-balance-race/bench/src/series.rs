//! The four ways, measured.

use bench_lab::panics::watched;
use bench_lab::{Bench, Turn};
use k02::s2_lock::LockAccount;
use k02::s5_cas::AtomicAccount;

use crate::load::{self, Sample};
use crate::strategy::{Shared, Strategy, ThreadActors, TokioActors};
use crate::trouble::{Trouble, Wrong};

/// What was measured of the four ways.
pub type Results = bench_lab::Results<Balances>;

/// Of the threads' requests, in the first round; others in each.
pub const SEED: u64 = 1000;

/// Accounts, opened anew for each run.
pub struct Balances;

impl Bench for Balances {
    type Way = Strategy;
    type Sample = Sample;
    type Wrong = Wrong;

    fn run(&mut self, turn: &Turn<Strategy>) -> Result<Sample, Trouble> {
        let &Turn { way, point, round, time, .. } = turn;
        let run = match way {
            Strategy::Lock => load::run::<Shared<LockAccount>>,
            Strategy::Cas => load::run::<Shared<AtomicAccount>>,
            Strategy::ThreadActor => load::run::<ThreadActors>,
            Strategy::TokioActor => load::run::<TokioActors>,
        };
        watched(time, move || run(point, time, SEED * round as u64))
    }
}
