//! Building a suite with cargo, and never running a stale one.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use jzon::JsonValue;
use protocol::Status;

use super::{BuildFailure, Jail};
use crate::files;
use crate::workbook::{Outcome, Trouble};

/// What a long run tells while it goes on.
#[derive(Debug, Clone)]
pub enum Progress {
    /// One more package is compiled.
    Compiled { package: String },
    /// One more test has ended.
    Ran { finished: usize, of: usize },
}

/// A suite to be built.
#[derive(Debug, Clone)]
pub struct Build {
    /// Folder of the workspace.
    pub root: PathBuf,
    /// Where to build; none for where cargo builds this workspace anyway.
    pub target: Option<PathBuf>,
    /// Where the fingerprint of what was built is kept.
    pub marks: PathBuf,
    pub package: String,
    /// Folder of that package.
    pub dir: PathBuf,
    /// The submission as cargo will see it.
    pub src: PathBuf,
    pub jail: Option<Arc<dyn Jail>>,
    pub limits: BuildLimits,
}

/// What a build may use up; nobody waits for his own code in vain, so nothing is limited by itself.
#[derive(Debug, Clone, Default)]
pub struct BuildLimits {
    pub deadline: Option<Duration>,
    /// Bytes of what the compiler says.
    pub output: Option<usize>,
}

/// What a build gives.
#[derive(Debug)]
pub struct Built {
    pub executable: PathBuf,
    /// The submission's own warnings, as cargo renders them.
    pub warnings: String,
}

/// What cargo is asked for.
#[derive(Debug, Clone, Copy)]
enum Goal {
    Library,
    Suite,
}

impl Goal {
    fn arguments(self) -> (&'static str, &'static [&'static str]) {
        match self {
            // There are no examples. But where some are asked for, cargo chooses the dependencies'
            // features as for a suite, which then finds the library as it needs it.
            Self::Library => ("build", &["--lib", "--examples"]),
            Self::Suite => ("test", &["--no-run", "--test", "suite"]),
        }
    }
}

struct Artefact {
    executable: Option<PathBuf>,
    warnings: String,
    /// Was the submission's library compiled by this very call?
    compiled: bool,
}

impl Build {
    /// Builds and gives the test binary, or what the compiler says.
    ///
    /// Cargo takes a file for unchanged when its age says so, but a copied file can be older than
    /// the last build and yet another. So the submission's fingerprint is kept beside the binary:
    /// where it differs and cargo compiled nothing, the sources are touched and built again.
    ///
    /// # Errors
    /// When cargo cannot be started or still builds nothing.
    pub fn run(&self, progress: &mut dyn FnMut(Progress)) -> Outcome<Result<Built, BuildFailure>> {
        let mark = self.marks.join(format!("{}.built", self.package));
        let hash = files::hash_tree(&self.src).map_err(|e| Trouble::file(&self.src, &e))?;
        let known = fs::read_to_string(&mark).is_ok_and(|built| built == hash);
        let mut artefact = match self.cargo(Goal::Suite, progress)? {
            Ok(artefact) => artefact,
            Err(failure) => return Ok(Err(failure)),
        };
        if !known && !artefact.compiled {
            self.touch()?;
            artefact = match self.cargo(Goal::Suite, progress)? {
                Ok(artefact) => artefact,
                Err(failure) => return Ok(Err(failure)),
            };
            if !artefact.compiled {
                return Err(Trouble::new(crate::t!("trouble.stale", package = self.package)));
            }
        }
        // Sources saved while cargo read them belong to neither hash: the next run builds anew.
        if files::hash_tree(&self.src).is_ok_and(|now| now == hash) {
            files::write_atomic(&mark, hash.as_bytes()).map_err(|e| Trouble::file(&mark, &e))?;
        } else {
            let _ = fs::remove_file(&mark);
        }
        match artefact.executable {
            Some(executable) => Ok(Ok(Built { executable, warnings: artefact.warnings })),
            None => Err(Trouble::new(crate::t!("trouble.no_suite", package = self.package))),
        }
    }

    /// Builds the submission's library anew; there need not be a suite yet.
    ///
    /// # Errors
    /// When cargo cannot be started or builds nothing.
    pub fn library(&self) -> Outcome<Result<(), BuildFailure>> {
        match self.cargo(Goal::Library, &mut |_| ())? {
            Ok(artefact) if artefact.compiled => Ok(Ok(())),
            Ok(_) => Err(Trouble::new(crate::t!("trouble.stale", package = self.package))),
            Err(failure) => Ok(Err(failure)),
        }
    }

    /// Builds the suite for a library that is built, and leaves that alone.
    ///
    /// # Errors
    /// When cargo cannot be started, builds nothing, or builds the library again.
    pub fn suite(&self) -> Outcome<Result<Built, BuildFailure>> {
        match self.cargo(Goal::Suite, &mut |_| ())? {
            Err(failure) => Ok(Err(failure)),
            Ok(Artefact { compiled: true, .. }) => {
                Err(Trouble::new(crate::t!("trouble.built_again", package = self.package)))
            }
            Ok(Artefact { executable: Some(executable), warnings, .. }) => {
                Ok(Ok(Built { executable, warnings }))
            }
            Ok(_) => Err(Trouble::new(crate::t!("trouble.no_suite", package = self.package))),
        }
    }

    fn touch(&self) -> Outcome<()> {
        let now = SystemTime::now();
        for file in files::tree(&self.src)? {
            let path = self.src.join(file);
            fs::File::options()
                .append(true)
                .open(&path)
                .and_then(|f| f.set_modified(now))
                .map_err(|e| Trouble::file(&path, &e))?;
        }
        Ok(())
    }

    fn command(&self, verb: &str) -> Outcome<Command> {
        if let Some(jail) = &self.jail {
            return jail.cargo(verb);
        }
        let mut command = cargo(&self.root);
        command.arg(verb);
        if let Some(target) = &self.target {
            command.env("CARGO_TARGET_DIR", target);
        }
        Ok(command)
    }

    fn cargo(
        &self,
        goal: Goal,
        progress: &mut dyn FnMut(Progress),
    ) -> Outcome<Result<Artefact, BuildFailure>> {
        let (verb, targets) = goal.arguments();
        let colour = if crate::terminal::look().colour {
            "--message-format=json-diagnostic-rendered-ansi"
        } else {
            "--message-format=json"
        };
        let mut child = self
            .command(verb)?
            .args(["--quiet", colour, "-p", &self.package])
            .args(targets)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| Trouble::new(crate::t!("trouble.no_cargo", error = e)))?;
        let limit = self.limits.output.map_or(u64::MAX, |bytes| bytes as u64);
        let stderr = child.stderr.take().expect("piped");
        let complaints = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.take(limit).read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        let stdout = child.stdout.take().expect("piped");
        let watch = Watch::start(child, self.limits.deadline, self.jail.clone());
        let mut rendered = String::new();
        let mut file = None;
        let mut artefact = Artefact { executable: None, warnings: String::new(), compiled: false };
        let mut said = 0;
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            said += line.len() as u64;
            if said > limit {
                watch.stop(true);
                return Ok(Err(self.met(Status::OutputLimit, cut(&rendered))));
            }
            let Ok(message) = jzon::parse(&line) else { continue };
            match message["reason"].as_str() {
                Some("compiler-message") => {
                    let text = message["message"]["rendered"].as_str().unwrap_or_default();
                    match message["message"]["level"].as_str() {
                        Some("error") => {
                            rendered += text;
                            let span = &message["message"]["spans"][0]["file_name"];
                            file = file.or_else(|| span.as_str().map(str::to_owned));
                        }
                        Some("warning") if self.own(&message) => artefact.warnings += text,
                        _ => {}
                    }
                }
                Some("compiler-artifact") => self.artefact(&message, &mut artefact, progress),
                _ => {}
            }
        }
        let (success, late) = watch.stop(false);
        let complaints = complaints.join().unwrap_or_default();
        if success {
            return Ok(Ok(artefact));
        }
        if late {
            // A compiler's own limit is one of processor time: this machine was too busy.
            return Err(Trouble::new(crate::t!("trouble.build_late", package = self.package)));
        }
        if rendered.is_empty() {
            rendered = complaints;
        }
        if self.jail.is_some() && rendered.contains(NO_THREAD) {
            return Err(Trouble::new(rendered));
        }
        if self.jail.is_some() && OUT_OF_TIME.iter().any(|word| rendered.contains(word)) {
            return Ok(Err(self.met(Status::Timeout, cut(&rendered))));
        }
        if self.jail.is_some() && OUT_OF_MEMORY.iter().any(|word| rendered.contains(word)) {
            return Ok(Err(self.met(Status::ResourceLimit, cut(&rendered))));
        }
        Ok(Err(BuildFailure { status: Status::BuildFailed, rendered, file }))
    }

    /// The build met a limit.
    fn met(&self, status: Status, said: &str) -> BuildFailure {
        let file = self.src.strip_prefix(&self.root).unwrap_or(&self.src);
        let file = Some(file.display().to_string());
        BuildFailure { status, rendered: said.to_owned(), file }
    }

    /// Is this message about the submission's package?
    fn own(&self, message: &JsonValue) -> bool {
        self.src.parent().is_some_and(|dir| self.of(message, dir))
    }

    /// Is this message about the package in `dir`?
    fn of(&self, message: &JsonValue, dir: &Path) -> bool {
        let manifest = message["manifest_path"].as_str().map(Path::new);
        let seen = self.jail.as_ref().map(|jail| jail.inside(dir));
        manifest.and_then(Path::parent) == Some(seen.as_deref().unwrap_or(dir))
    }

    fn artefact(
        &self,
        message: &JsonValue,
        into: &mut Artefact,
        progress: &mut dyn FnMut(Progress),
    ) {
        let name = message["target"]["name"].as_str().unwrap_or_default();
        let fresh = message["fresh"] == true;
        if !fresh {
            progress(Progress::Compiled { package: name.to_owned() });
        }
        let test = message["profile"]["test"] == true;
        if test && name == "suite" && self.of(message, &self.dir) {
            let outside = |path| match &self.jail {
                Some(jail) => jail.outside(Path::new(path)),
                None => PathBuf::from(path),
            };
            into.executable = message["executable"].as_str().map(outside);
        } else if !test && self.own(message) {
            into.compiled |= !fresh;
        }
    }
}

/// How a compiler says that it was given no more threads. No submission asks for any: it is the
/// machine that has none.
const NO_THREAD: &str = "Resource temporarily unavailable";

/// How cargo says that a compiler has used up its processor time.
const OUT_OF_TIME: [&str; 2] = ["SIGXCPU", "signal: 24"];

/// How a compiler, a linker and what stands between them say that memory ran out.
const OUT_OF_MEMORY: [&str; 7] = [
    "memory allocation of",
    "out of memory",
    "Cannot allocate memory",
    "signal: 6, SIGABRT",
    "signal: 9, SIGKILL",
    "memory exhausted",
    "more memory than available to compiler",
];

/// As much as a person reads.
fn cut(text: &str) -> &str {
    let end = text.char_indices().map(|(i, _)| i).find(|i| *i >= 4096);
    &text[..end.unwrap_or(text.len())]
}

/// Ends a process at its deadline.
struct Watch {
    over: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<(bool, bool)>,
}

impl Watch {
    fn start(mut child: Child, deadline: Option<Duration>, jail: Option<Arc<dyn Jail>>) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&over);
        let thread = std::thread::spawn(move || {
            let started = Instant::now();
            let mut late = false;
            loop {
                match child.try_wait() {
                    Ok(Some(status)) => return (status.success(), late),
                    Ok(None) => {}
                    Err(_) => return (false, late),
                }
                late |= deadline.is_some_and(|d| started.elapsed() > d);
                if late || stop.load(Ordering::Relaxed) {
                    match &jail {
                        Some(jail) => jail.end(&mut child),
                        None => drop(child.kill()),
                    }
                }
                std::thread::park_timeout(Duration::from_millis(20));
            }
        });
        Self { over, thread }
    }

    /// Did it succeed, and was it ended at its deadline? With `now` it is ended, else waited for.
    fn stop(self, now: bool) -> (bool, bool) {
        self.over.store(now, Ordering::Relaxed);
        self.thread.thread().unpark();
        self.thread.join().unwrap_or((false, false))
    }
}

/// Cargo in a folder, without what a surrounding `cargo run` left in the environment.
pub fn cargo(root: &Path) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let about_xtask = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
        if about_xtask.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
}
