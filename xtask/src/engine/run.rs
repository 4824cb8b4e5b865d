//! Running tests: one process each, in parallel, each with a deadline, believed by its receipt.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use protocol::{Outcome as Told, REQUEST_ENV, Request, Status};

use super::patience::{Patience, progress};
use super::{BEGUN, Jail, Progress, TestResult};
use crate::workbook::{Outcome, TestEntry, Trouble};

/// A built suite and the folder it runs in.
#[derive(Debug, Clone)]
pub struct Binary {
    pub executable: PathBuf,
    pub dir: PathBuf,
    /// What the compiler warned about in the submission.
    pub warnings: String,
}

/// What a test process may use up.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Longer than every deadline of the lab: where this one ends a test, the lab knew nothing. An
    /// exploration that gets further has it anew ([`Patience`]).
    pub deadline: Duration,
    /// Bytes of output, both streams.
    pub output: usize,
    pub jobs: usize,
    /// What every generator starts from.
    pub seed: u64,
    /// One schedule instead of all.
    pub replay: Option<String>,
    pub jail: Option<Arc<dyn Jail>>,
}

impl Default for Limits {
    fn default() -> Self {
        let jobs = thread::available_parallelism().map_or(2, Into::into);
        Self {
            deadline: Duration::from_secs(60),
            output: 1 << 20,
            jobs,
            seed: 13,
            replay: None,
            jail: None,
        }
    }
}

/// What of the environment a test may see; the same in `check`, `verify` and `grade`.
const ENVIRONMENT: [&str; 12] = [
    "PATH",
    "HOME",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "LD_LIBRARY_PATH",
    "TRECE_POSTGRES_BIN",
    "TRECE_DATABASE_URL",
    "TRECE_AMQP_URL",
    "TRECE_REDIS_URL",
    "TERM",
];

/// Runs the tests and gives their results in the order in which they were given.
pub fn run_all(
    scratch: &Path,
    binary: &Binary,
    tests: &[TestEntry],
    limits: &Limits,
    progress: &mut dyn FnMut(Progress),
) -> Outcome<Vec<TestResult>> {
    sweep(scratch);
    let next = AtomicUsize::new(0);
    let done = Mutex::new(tests.iter().map(|_| None).collect::<Vec<_>>());
    let (tell, told) = std::sync::mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..limits.jobs.min(tests.len()) {
            let (tell, next, done) = (tell.clone(), &next, &done);
            scope.spawn(move || {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(test) = tests.get(i) else { return };
                    let result = run_one(scratch, binary, test, limits);
                    done.lock().expect("no worker panics")[i] = Some(result);
                    let _ = tell.send(());
                }
            });
        }
        drop(tell);
        let mut finished = 0;
        while told.recv().is_ok() {
            finished += 1;
            progress(Progress::Ran { finished, of: tests.len() });
        }
    });
    let done = done.into_inner().expect("no worker panics");
    done.into_iter().map(|r| r.expect("every test was run")).collect()
}

/// Runs one test in a process of its own.
fn run_one(
    scratch: &Path,
    binary: &Binary,
    test: &TestEntry,
    limits: &Limits,
) -> Outcome<TestResult> {
    let dir = Scratch::new(scratch)?;
    let request = Request {
        token: token(),
        dir: limits.jail.as_ref().map_or_else(|| dir.0.clone(), |jail| jail.test_dir(&dir.0)),
        seed: limits.seed,
        replay: limits.replay.clone(),
    };
    let mut command = match &limits.jail {
        Some(jail) => jail.test(&binary.executable, &dir.0)?,
        None => freely(binary),
    };
    command
        .args(["--exact", &test.id(), "--nocapture", "--test-threads=1"])
        .env(REQUEST_ENV, "stdin")
        // A snapshot is compared, never written or waved through.
        .env("INSTA_UPDATE", "no")
        .env("INSTA_FORCE_PASS", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let started = Instant::now();
    let mut child = command.spawn().map_err(|e| Trouble::file(&binary.executable, &e))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A process that ended before reading has told enough: it has no receipt.
        let _ = writeln!(stdin, "{}", request.to_json());
    }
    let output = Output::collect(&mut child, limits.output);
    let end = wait(&mut child, limits, &output, &dir.0)?;
    if let Some(jail) = &limits.jail {
        jail.end(&mut child);
    }
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let said = output.text();
    let began = limits.jail.is_none() || said.contains(BEGUN);
    let output = said.replacen(BEGUN, "", 1);

    let request = Request { dir: dir.0.clone(), ..request };
    let receipt = left(&request.receipt()).is_some_and(|r| r == request.token);
    let outcome = left(&request.outcome()).and_then(|json| Told::from_json(&json).ok());
    let told = outcome.as_ref().map(|o| o.status);
    let status = match end {
        End::Deadline => Status::Timeout,
        End::Flood => Status::OutputLimit,
        End::Exceeded => Status::ResourceLimit,
        End::Exit(_) if !began => Status::InfraError,
        End::Exit(status) if status.success() && receipt => Status::Pass,
        // The list names a test that the suite has not: the workbook's fault.
        End::Exit(status)
            if status.success() && limits.jail.is_none() && output.contains(NOTHING_RAN) =>
        {
            Status::InfraError
        }
        End::Exit(status) if status.success() => Status::NoReceipt,
        // Only how it failed is taken from the test's own word.
        End::Exit(_) if receipt => Status::Fail,
        End::Exit(status)
            if limits.jail.is_some() && ran_out(status, outcome.as_ref(), &output) =>
        {
            Status::ResourceLimit
        }
        End::Exit(status) => match told {
            Some(told @ (Status::Fail | Status::Stuck | Status::NotVerified)) => told,
            // libtest's own end after a panic is 101; anything else left in the middle.
            _ if status.code() == Some(101) => Status::Fail,
            _ => Status::NoReceipt,
        },
    };
    let fingerprint = left(&dir.0.join("fingerprint"));
    Ok(TestResult { entry: test.clone(), status, ms, outcome, output, fingerprint })
}

/// What libtest prints when no test has the name that was asked for. A submission that prints it
/// as well only turns its own failure into another. (Not where a class is graded: there that would
/// be nobody's zero, and the lists have been proved.)
const NOTHING_RAN: &str = "\nrunning 0 tests\n";

/// The program as it is, where nothing wraps it.
fn freely(binary: &Binary) -> Command {
    let mut command = Command::new(&binary.executable);
    command
        .current_dir(&binary.dir)
        .env_clear()
        .envs(ENVIRONMENT.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    command
}

/// What a test left in a file: a file, and no more of it than makes sense. The folder was the
/// submission's to write.
fn left(path: &Path) -> Option<String> {
    const MOST: u64 = 4 << 20;
    let there = std::fs::symlink_metadata(path).ok()?;
    (there.is_file() && there.len() <= MOST).then(|| std::fs::read_to_string(path).ok())?
}

/// Does it look as if a limit of the operating system had ended it? It failed in any case.
fn ran_out(status: ExitStatus, outcome: Option<&Told>, output: &str) -> bool {
    const TOO_LARGE: i32 = 25;
    let signal = signal(status).or(status.code().and_then(|code| code.checked_sub(128)));
    let said = |words: &str| outcome.is_some_and(|o| o.message.contains(words));
    signal == Some(TOO_LARGE)
        || output.contains("memory allocation of ")
        || ["failed to spawn thread", "os error 12)", "os error 28)"].into_iter().any(said)
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

enum End {
    Exit(ExitStatus),
    Deadline,
    Flood,
    Exceeded,
}

fn wait(child: &mut Child, limits: &Limits, output: &Output, dir: &Path) -> Outcome<End> {
    let mut patience = Patience::new(limits.deadline, Instant::now());
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(End::Exit(status));
        }
        let left = patience.left(Instant::now(), || progress(dir));
        output.pause(left.min(Duration::from_millis(50)));
        let flood = output.flooded.load(Ordering::Relaxed);
        let exceeded = limits.jail.as_ref().is_some_and(|jail| jail.exceeded(child, dir));
        if flood || exceeded || left.is_zero() {
            match &limits.jail {
                Some(jail) => jail.end(child),
                None => drop(child.kill()),
            }
            child.wait()?;
            return Ok(match (flood, exceeded) {
                (true, _) => End::Flood,
                (false, true) => End::Exceeded,
                (false, false) => End::Deadline,
            });
        }
    }
}

/// Both streams of a process, read as they come so that it never waits, kept up to a limit.
struct Output {
    text: Arc<Mutex<Vec<u8>>>,
    flooded: Arc<AtomicBool>,
    readers: Vec<thread::JoinHandle<()>>,
    /// Disconnected when both streams have ended.
    open: Receiver<()>,
}

impl Output {
    fn collect(child: &mut Child, limit: usize) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let flooded = Arc::new(AtomicBool::new(false));
        let (reading, open) = std::sync::mpsc::channel();
        let streams: [Option<Box<dyn Read + Send>>; 2] = [
            child.stdout.take().map(|s| Box::new(s) as _),
            child.stderr.take().map(|s| Box::new(s) as _),
        ];
        let readers = streams
            .into_iter()
            .flatten()
            .map(|mut stream| {
                let (text, flooded) = (Arc::clone(&text), Arc::clone(&flooded));
                let reading = reading.clone();
                thread::spawn(move || {
                    let _reading = reading;
                    let mut buffer = [0; 8192];
                    while let Ok(n @ 1..) = stream.read(&mut buffer) {
                        let mut text = text.lock().expect("no reader panics");
                        if text.len() + n > limit {
                            flooded.store(true, Ordering::Relaxed);
                            return;
                        }
                        text.extend_from_slice(&buffer[..n]);
                    }
                })
            })
            .collect();
        Self { text, flooded, readers, open }
    }

    /// Until the streams end, which a process's end does; then it is only to be collected.
    fn pause(&self, at_most: Duration) {
        if self.open.recv_timeout(at_most) == Err(RecvTimeoutError::Disconnected) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// What was printed. A grandchild that holds the streams open is not waited for.
    fn text(self) -> String {
        let patience = Instant::now() + Duration::from_millis(200);
        while Instant::now() < patience && self.readers.iter().any(|r| !r.is_finished()) {
            thread::sleep(Duration::from_millis(1));
        }
        let text = self.text.lock().expect("no reader panics");
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// A folder of one test process, removed with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(scratch: &Path) -> Outcome<Self> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("run-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let dir = scratch.join(name);
        std::fs::create_dir_all(&dir).map_err(|e| Trouble::file(&dir, &e))?;
        Ok(Self(dir))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Removes what interrupted runs left: folders of processes that are gone, and, where that cannot
/// be told, of an hour ago.
fn sweep(scratch: &Path) {
    let Ok(entries) = std::fs::read_dir(scratch) else { return };
    let processes = Path::new("/proc/self").exists();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some((pid, _)) = name.strip_prefix("run-").and_then(|n| n.split_once('-')) else {
            continue;
        };
        let old = || {
            let modified = entry.metadata().and_then(|m| m.modified());
            modified.is_ok_and(|m| m.elapsed().is_ok_and(|age| age > Duration::from_secs(3600)))
        };
        let gone = processes && !Path::new("/proc").join(pid).exists();
        if gone || old() {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Nobody guesses it: `SipHash` under keys that the system's generator gave.
fn token() -> String {
    let word = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", word(), word())
}
