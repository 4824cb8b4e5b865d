//! `--target`: any HTTP server of this machine, under a load that does not wait for it.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bench_lab::load::{Arrivals, MachineClock, Measured, Schedule, Ticket, open_loop};
use bench_lab::run::{Kept, Labels, Run};
use bench_lab::say::{say, title};
use bench_lab::{End, Interrupt, Machine, Options, Progress, ProgressLine, Told, exit, fill};
use jzon::{JsonValue, object};
use tokio::runtime::{Builder, Runtime};

use crate::connections::Free;
use crate::http::{Connection, Target};
use crate::profile::RATE;
use crate::words::{self, Words};
use crate::{limits, table};

/// Who has no reply so long after the last request began gets none.
const PATIENCE: Duration = Duration::from_secs(10);
const FULL: Duration = Duration::from_secs(10);
const QUICK: Duration = Duration::from_secs(1);
const SEED: u64 = 13;

/// Measures the server at `url`, or says why not.
pub fn bench(options: &Options, url: &str) -> ExitCode {
    let words = words::of(options.lang);
    let Some(target) = Target::parse(url) else {
        eprintln!("{}", fill(words.not_local, &[&url]));
        return ExitCode::from(2);
    };
    let rate = options.value(RATE).unwrap_or("1000");
    let Some(asked) = rate.parse().ok().filter(|rate| (1..=100_000).contains(rate)) else {
        eprintln!("{}", fill(words.bad_rate, &[&rate]));
        return ExitCode::from(2);
    };
    let runtime = match Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    if let Err(why) = runtime.block_on(Connection::open(target.address)) {
        eprintln!("{}", fill(words.nobody, &[&url, &why]));
        return ExitCode::FAILURE;
    }
    let length = if options.quick { QUICK } else { FULL };
    let load = Load { target: Arc::new(target), rate: asked, length, runtime };
    exit(&load.measure_and_tell(options, words, url, &mut io::stdout().lock()))
}

struct Load {
    target: Arc<Target>,
    /// Requests a second.
    rate: u32,
    length: Duration,
    runtime: Runtime,
}

impl Load {
    fn measure_and_tell(
        &self,
        options: &Options,
        words: &Words,
        url: &str,
        out: &mut dyn Write,
    ) -> io::Result<End> {
        let (machine, interrupt) = (Machine::read(), Interrupt::listen()?);
        // Not in the place of the five runtimes.
        let mut aside = options.clone();
        let name = format!("target-{}", self.target.address.port());
        aside.keep = options.keep.as_ref().map(|folder| folder.join(name));
        let mut told = Told::new(options, out, Kept::open(&aside, "k01", None));
        told.write(|out, plain| {
            title(out, options.lang, plain, &machine, &fill(words.target_title, &[&url]))?;
            let how = fill(words.target_how, &[&self.rate, &self.length.as_secs_f64()]);
            say(out, plain, &how)?;
            writeln!(out)?;
            table::columns(out, words, words.target_way, plain)
        })?;
        let (possible, beyond) = limits::possible(options);
        let mut asking: Vec<usize> = possible.points.iter().map(|p| p.concurrency).collect();
        asking.dedup();
        let line = ProgressLine::new(options.plain);
        let count = u32::try_from(asking.len()).unwrap_or(u32::MAX);
        let mut progress = Progress { planned: self.length * count, ..Progress::default() };
        let mut entries = Vec::new();
        for connections in asking {
            line.say(&format!("{}  {connections}", progress.text(options.lang)));
            let (schedule, measured) = self.run(connections, &interrupt);
            progress.done += self.length;
            progress.taken += measured.time;
            line.hush();
            let run = Run::open(url, connections, &schedule, &measured);
            let numbers = table::numbers(run.throughput(), &run.summary);
            told.write(|out, plain| {
                if plain {
                    let place = fill(words.target_place, &[&connections, &self.rate]);
                    table::spoken(out, words, &place, url, &numbers)
                } else {
                    table::line(out, &connections.to_string(), &numbers)
                }
            })?;
            entries.push(entry(&run));
            told.keep(run, &measured.latencies)?;
            if interrupt.asked() {
                break;
            }
        }
        told.write(|out, plain| {
            writeln!(out)?;
            for (point, files, limit) in &beyond {
                say(out, plain, &fill(words.beyond, &[&point.concurrency, files, limit]))?;
            }
            words.target_notes.iter().try_for_each(|note| say(out, plain, note))
        })?;
        let end = if interrupt.asked() { End::Stopped } else { End::Sound };
        let labels = Labels::new(options.lang, words.connections, words.served, &|_| String::new());
        told.end(end, &labels.every_curve(), || {
            object! {
                "schema": "trece-bench/v1",
                "kata": "k01",
                "quick": options.quick,
                "target": url,
                "rate": self.rate,
                "points": JsonValue::Array(entries),
            }
        })?;
        Ok(end)
    }

    /// So many connections, opened before the first request where the server lets them in.
    fn run(&self, connections: usize, interrupt: &Interrupt) -> (Schedule, Measured) {
        let schedule = Schedule::new(Arrivals::Poisson, f64::from(self.rate), self.length, SEED);
        let open = async {
            let mut all = Vec::new();
            for _ in 0..connections {
                all.push(Connection::open(self.target.address).await.ok());
            }
            all
        };
        let free = Arc::new(Free::new(self.runtime.block_on(open)));
        let stop = interrupt.flag();
        let measured = open_loop(&schedule, MachineClock::start(), stop, PATIENCE, |_, ticket| {
            self.runtime.spawn(request(self.target.clone(), free.clone(), ticket));
        });
        (schedule, measured)
    }
}

/// On the next connection that is free.
async fn request(target: Arc<Target>, free: Arc<Free<Option<Connection>>>, ticket: Ticket) {
    let open = free.take().await;
    let (well, open) = asked(&target, open).await;
    ticket.ended(well);
    free.give(open);
}

/// Whether the reply was a success, and the connection, where it can be used again.
///
/// A server may close a connection after a reply, as those of HTTP/1.0 do. So a request that fails
/// on one that was open before goes out once more, on a new one; what fails there has failed.
async fn asked(target: &Target, open: Option<Connection>) -> (bool, Option<Connection>) {
    if let Some(mut open) = open
        && let Ok(well) = target.get(&mut open).await
    {
        return (well, Some(open));
    }
    let Ok(mut new) = Connection::open(target.address).await else { return (false, None) };
    match target.get(&mut new).await {
        Ok(well) => (well, Some(new)),
        Err(_) => (false, None),
    }
}

fn entry(run: &Run) -> JsonValue {
    let mut entry = object! {
        "connections": run.concurrency,
        "status": "measured",
        "served": run.summary.count,
        "served_per_second": run.throughput(),
        "errors": run.summary.errors,
    };
    for (name, time) in table::percentiles(&run.summary) {
        entry[format!("{name}_ms").as_str()] = table::millis(time).into();
    }
    entry
}
