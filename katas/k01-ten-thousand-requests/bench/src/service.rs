//! One run: a schedule of requests, carried by one of the ways.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use async_std::io::{ReadExt as _, WriteExt as _};
use bench_lab::load::{Arrivals, MachineClock, Measured, Schedule, Ticket, open_loop};
use bench_lab::panics::watched;
use bench_lab::run::Run;
use bench_lab::transactions::Wrong;
use bench_lab::{Bench, Interrupt, Point, Rate, Trouble, Turn, cores};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::runtime::Builder;

use crate::backend::{SIZE, request};
use crate::connections::{Free, needed, open};
use crate::price::{calibrate, price};
use crate::profile::load;
use crate::way::Runtime;
use crate::yours;

/// Who has no reply so long after the last request began (and what it waits) gets none.
const PATIENCE: Duration = Duration::from_secs(3);

/// Decides when requests come; each way gets the same ones.
const SEED: u64 = 13;

/// The ways, and the server that their requests wait for.
pub struct Services {
    backend: SocketAddr,
    interrupt: Interrupt,
}

/// What one run yields.
#[derive(Debug, Clone)]
pub struct Sample {
    pub measured: Measured,
    schedule: Schedule,
    /// How long each request waited for the other server.
    pub wait: Duration,
    /// The most requests that were in flight at one time.
    pub most: usize,
}

impl Rate for Sample {
    fn rate(&self) -> f64 {
        let time = self.serving().max(Duration::from_nanos(1));
        #[expect(clippy::cast_precision_loss, reason = "nobody reads the sixteenth digit")]
        let served = self.measured.latencies.count() as f64;
        served / time.as_secs_f64()
    }
}

impl Sample {
    /// The time in which there could be replies: the first requests have to wait before.
    fn serving(&self) -> Duration {
        self.measured.time.saturating_sub(self.wait)
    }

    /// As it is kept.
    pub fn kept(&self, variant: &str, point: Point) -> Run {
        let mut run = Run::open(variant, point.concurrency, &self.schedule, &self.measured);
        (run.keys, run.time) = (Some(point.keys), self.serving());
        #[expect(clippy::cast_precision_loss, reason = "at most 2^53")]
        let most = self.most as f64;
        run.counts = BTreeMap::from([
            ("most_in_flight".to_owned(), most),
            ("waited_ms".to_owned(), self.wait.as_secs_f64() * 1e3),
        ]);
        run
    }
}

impl Services {
    pub fn new(backend: SocketAddr, interrupt: Interrupt) -> Self {
        calibrate();
        Self { backend, interrupt }
    }
}

impl Bench for Services {
    type Way = Runtime;
    type Sample = Sample;
    type Wrong = Wrong;

    fn run(&mut self, turn: &Turn<Runtime>) -> Result<Sample, Trouble<Wrong>> {
        let &Turn { way, point, time, .. } = turn;
        if way == Runtime::Yours {
            watched(Duration::ZERO, yours::probe)?;
        }
        let (wait, rate) = load(point);
        // The first waits are over before the last request begins, so that there is a time with
        // all in flight.
        let schedule = Schedule::new(Arrivals::Poisson, rate, time + wait, SEED);
        let connections = open(self.backend, needed(point.concurrency)).map_err(Wrong::refused)?;
        let run = OneRun {
            schedule,
            work: Arc::new(Work::new(wait, point.keys)),
            stop: self.interrupt.clone(),
        };
        watched(time + 2 * wait + PATIENCE, move || run.on(way, connections))
    }
}

/// What a request does, on any way.
pub struct Work {
    wait: Duration,
    computing: usize,
    now: AtomicUsize,
    most: AtomicUsize,
    /// The run is over: what has not begun is not to begin.
    over: AtomicBool,
}

/// A request in flight.
pub struct Flight<'a>(&'a Work);

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Relaxed);
    }
}

impl Work {
    fn new(wait: Duration, computing: usize) -> Self {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { wait, computing, now, most, over: AtomicBool::new(false) }
    }

    pub fn begin(&self) -> Flight<'_> {
        self.most.fetch_max(self.now.fetch_add(1, Relaxed) + 1, Relaxed);
        Flight(self)
    }

    /// What there is to compute.
    pub fn computing(&self) -> usize {
        self.computing
    }

    fn blocking(&self, free: &Free<TcpStream>, ticket: Ticket) {
        if self.over.load(Relaxed) {
            return;
        }
        let mut connection = free.take_blocking();
        let flight = self.begin();
        let asked = connection
            .write_all(&request(self.wait))
            .and_then(|()| connection.read_exact(&mut [0; SIZE]));
        price(self.computing);
        drop(flight);
        ticket.ended(asked.is_ok());
        free.give(connection);
    }

    /// Waits for the other server, on tokio.
    pub async fn ask(&self, connection: &mut tokio::net::TcpStream) -> io::Result<()> {
        connection.write_all(&request(self.wait)).await?;
        connection.read_exact(&mut [0; SIZE]).await.map(drop)
    }

    async fn tokio(self: Arc<Self>, free: Arc<Free<tokio::net::TcpStream>>, ticket: Ticket) {
        let mut connection = free.take().await;
        let flight = self.begin();
        let asked = self.ask(&mut connection).await;
        price(self.computing);
        drop(flight);
        ticket.ended(asked.is_ok());
        free.give(connection);
    }

    async fn async_std(
        self: Arc<Self>,
        free: Arc<Free<async_std::net::TcpStream>>,
        ticket: Ticket,
    ) {
        let mut connection = free.take().await;
        let flight = self.begin();
        let asked = async {
            connection.write_all(&request(self.wait)).await?;
            connection.read_exact(&mut [0; SIZE]).await
        };
        let asked = asked.await;
        price(self.computing);
        drop(flight);
        ticket.ended(asked.is_ok());
        free.give(connection);
    }
}

/// Everything that a run needs but its connections.
pub struct OneRun {
    pub schedule: Schedule,
    pub work: Arc<Work>,
    stop: Interrupt,
}

impl OneRun {
    fn on(self, way: Runtime, connections: Vec<TcpStream>) -> Result<Sample, Trouble<Wrong>> {
        let measured = match way {
            Runtime::Threads => self.threads(connections),
            Runtime::CurrentThread => self.current_thread(connections),
            Runtime::MultiThread => self.multi_thread(connections),
            Runtime::AsyncStd => self.async_std(connections),
            Runtime::Rayon => self.rayon(connections),
            Runtime::Yours => yours::run(&self, connections)?,
        };
        self.work.over.store(true, Relaxed);
        let (wait, most) = (self.work.wait, self.work.most.load(Relaxed));
        Ok(Sample { measured, schedule: self.schedule, wait, most })
    }

    /// Starts all requests, and waits for them.
    pub fn pace(&self, submit: impl FnMut(usize, Ticket)) -> Measured {
        let patience = self.work.wait + PATIENCE;
        open_loop(&self.schedule, MachineClock::start(), self.stop.flag(), patience, submit)
    }

    fn threads(&self, connections: Vec<TcpStream>) -> Measured {
        let free = Arc::new(Free::new(connections));
        self.pace(|_, ticket| {
            let (work, free) = (self.work.clone(), free.clone());
            // Where there is no thread, the ticket is dropped, and the request has failed.
            let _ = std::thread::Builder::new().spawn(move || work.blocking(&free, ticket));
        })
    }

    fn rayon(&self, connections: Vec<TcpStream>) -> Measured {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(cores()).build().expect("threads");
        let free = Arc::new(Free::new(connections));
        self.pace(|_, ticket| {
            let (work, free) = (self.work.clone(), free.clone());
            pool.spawn_fifo(move || work.blocking(&free, ticket));
        })
    }

    /// The runtime's only thread is one that does nothing else.
    fn current_thread(&self, connections: Vec<TcpStream>) -> Measured {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (handle, (end, ended)) = (runtime.handle().clone(), async_channel::bounded::<()>(1));
        std::thread::scope(|scope| {
            scope.spawn(move || runtime.block_on(ended.recv()));
            let measured = self.spawn_on(&handle, connections);
            drop(end);
            measured
        })
    }

    fn multi_thread(&self, connections: Vec<TcpStream>) -> Measured {
        let runtime = Builder::new_multi_thread().worker_threads(cores()).enable_all().build();
        let runtime = runtime.expect("a runtime");
        self.spawn_on(runtime.handle(), connections)
    }

    fn spawn_on(&self, handle: &tokio::runtime::Handle, all: Vec<TcpStream>) -> Measured {
        let free = Arc::new(Free::new(on_tokio(handle, all)));
        self.pace(|_, ticket| {
            handle.spawn(self.work.clone().tokio(free.clone(), ticket));
        })
    }

    fn async_std(&self, connections: Vec<TcpStream>) -> Measured {
        let connections = connections.into_iter().map(async_std::net::TcpStream::from);
        let free = Arc::new(Free::new(connections));
        self.pace(|_, ticket| {
            async_std::task::spawn(self.work.clone().async_std(free.clone(), ticket));
        })
    }
}

/// The connections, as this runtime waits for them.
pub fn on_tokio(
    handle: &tokio::runtime::Handle,
    all: Vec<TcpStream>,
) -> Vec<tokio::net::TcpStream> {
    let _inside = handle.enter();
    all.into_iter()
        .map(|stream| {
            stream.set_nonblocking(true).expect("a socket");
            tokio::net::TcpStream::from_std(stream).expect("a runtime that waits for sockets")
        })
        .collect()
}
