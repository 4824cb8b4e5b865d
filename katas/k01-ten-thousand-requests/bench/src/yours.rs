//! The learner's code: `run_all` lets requests in, and `CpuPool` computes.

use std::net::TcpStream;
use std::num::NonZeroUsize;
use std::sync::Arc;

use bench_lab::load::{Measured, Ticket};
use bench_lab::panics::Panic;
use bench_lab::transactions::Wrong;
use bench_lab::{Trouble, cores};
use k01::s3_isolated::run_all;
use k01::s4_pool::CpuPool;
use k01_given::Job;
use tokio::runtime::{Builder, Runtime};

use crate::connections::Free;
use crate::price::price;
use crate::service::{OneRun, on_tokio};

/// So many computations may wait for a thread.
const QUEUE: usize = 1 << 20;

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(cores()).enable_all().build().expect("a runtime")
}

fn threads() -> NonZeroUsize {
    NonZeroUsize::new(cores()).unwrap_or(NonZeroUsize::MIN)
}

/// One job, to see whether the code is written at all.
///
/// # Errors
/// What it does instead. It panics with the code.
pub fn probe() -> Result<(), Trouble<Wrong>> {
    let pool = Arc::new(CpuPool::new(threads(), 1));
    let jobs = run_all(1, NonZeroUsize::MIN, |n| {
        let pool = pool.clone();
        async move { pool.run(move || n + 1).await }
    });
    match runtime().block_on(jobs)[..] {
        [Job::Done(1)] => Ok(()),
        ref other => Err(Wrong::refused(format!("one job ended as {other:?}")).into()),
    }
}

/// As many jobs as there are requests, each for the next one that comes. How long a request waits
/// until a job takes it is part of its latency.
///
/// # Errors
/// When jobs ended otherwise than they did.
pub fn run(run: &OneRun, connections: Vec<TcpStream>) -> Result<Measured, Trouble<Wrong>> {
    let runtime = runtime();
    let count = run.schedule.starts().len();
    let limit = NonZeroUsize::new(connections.len()).unwrap_or(NonZeroUsize::MIN);
    let free = Arc::new(Free::new(on_tokio(runtime.handle(), connections)));
    let pool = Arc::new(CpuPool::new(threads(), QUEUE));
    let (come, next) = async_channel::unbounded::<Ticket>();
    let job = |number: usize| {
        let (work, free) = (run.work.clone(), free.clone());
        let (pool, next) = (pool.clone(), next.clone());
        async move {
            let Ok(ticket) = next.recv().await else { return Err("stopped".to_owned()) };
            let mut connection = free.take().await;
            let flight = work.begin();
            let asked = work.ask(&mut connection).await;
            let micros = work.computing();
            let priced = pool.run(move || price(micros)).await;
            drop(flight);
            ticket.ended(asked.is_ok() && priced.is_ok());
            free.give(connection);
            asked.map_err(|error| error.to_string())?;
            priced.map_err(|error| error.to_string())?;
            Ok(number)
        }
    };
    std::thread::scope(|scope| {
        let jobs = scope.spawn(|| runtime.block_on(run_all(count, limit, job)));
        let measured = run.pace(|_, ticket| {
            // Nobody takes it: the ticket is dropped, and the request has failed.
            let _ = come.try_send(ticket);
        });
        come.close();
        let ended = jobs.join().map_err(|panic| Trouble::of_panic(Panic::of(&*panic)))?;
        check(&ended, &measured, count)?;
        Ok(measured)
    })
}

/// Each has its own result, in order; those that were stopped have none.
fn check(ended: &[Job<usize, String>], measured: &Measured, count: usize) -> Result<(), Wrong> {
    if ended.len() != count {
        return Err(Wrong::books(format!("{count} jobs, {} results", ended.len())));
    }
    for (number, job) in ended.iter().enumerate() {
        match job {
            Job::Done(own) if *own == number => {}
            Job::Failed(_) if measured.paced.stopped || measured.unanswered > 0 => {}
            other => return Err(Wrong::books(format!("job {number} ended as {other:?}"))),
        }
    }
    Ok(())
}
