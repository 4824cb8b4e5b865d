//! What the learner has done: `.trece/progress.toml`, ignored by git, readable, written atomically.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::files;
use crate::toml::quoted;
use crate::workbook::{Kata, Outcome, Step, Trouble, Workbook};

const SCHEMA: &str = "trece-progress/v1";
/// A step whose solution was read is offered again after this long.
const READ_AGAIN: Duration = Duration::from_secs(7 * 24 * 3600);
/// Whoever is away for longer than this between two runs was not at work meanwhile.
pub const PAUSE: Duration = Duration::from_secs(30 * 60);

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its suite passed.
    Passed,
    /// Passed a suite that has changed since.
    Recheck,
    /// Left for later; owed.
    Skipped,
    /// The solution was read before it passed.
    Read,
    Open,
}

#[derive(Debug, Clone, Default)]
struct Entry {
    state: Option<State>,
    at: Option<SystemTime>,
    /// Fingerprint of the step's suite when it passed.
    suite: String,
    /// Levels of hints shown.
    hints: usize,
    /// The prediction was asked for.
    asked: bool,
    /// Seconds at work on it.
    worked: u64,
}

/// The learner's progress, by kata and step.
#[derive(Debug)]
pub struct Progress {
    path: PathBuf,
    /// The kata that was worked on last.
    pub current: Option<String>,
    /// When code was last run.
    seen: Option<SystemTime>,
    entries: BTreeMap<(String, String), Entry>,
    /// Said once, when a damaged or newer file was put aside.
    pub notice: Option<String>,
}

impl Progress {
    /// Reads the progress. A file that cannot be understood is kept aside and never deleted.
    pub fn load(workbook: &Workbook) -> Outcome<Self> {
        let path = workbook.root.join(".trece/progress.toml");
        let mut progress =
            Self { path, current: None, seen: None, entries: BTreeMap::new(), notice: None };
        let text = match std::fs::read(&progress.path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(progress),
            Err(e) => return Err(Trouble::file(&progress.path, &e)),
        };
        if progress.parse(&text).is_none() {
            (progress.current, progress.seen) = (None, None);
            progress.entries.clear();
            let aside = free_name(&progress.path.with_extension("toml.aside"));
            std::fs::rename(&progress.path, &aside).map_err(|e| Trouble::file(&aside, &e))?;
            progress.notice = Some(crate::t!("progress.aside", path = workbook.shown(&aside)));
        }
        Ok(progress)
    }

    fn parse(&mut self, text: &str) -> Option<()> {
        let document = toml_span::parse(text).ok()?;
        let table = document.as_table()?;
        if table.get("schema")?.as_str()? != SCHEMA {
            return None;
        }
        self.current = table.get("current").and_then(|c| c.as_str()).map(str::to_owned);
        let seen = table.get("seen").and_then(|s| s.as_str());
        self.seen = seen.and_then(|s| humantime::parse_rfc3339(s).ok());
        for (kata, steps) in table.get("kata").and_then(|k| k.as_table()).into_iter().flatten() {
            for (module, step) in steps.as_table()? {
                let step = step.as_table()?;
                let word = |key: &str| step.get(key).and_then(|v| v.as_str());
                let number = |key: &str| step.get(key).and_then(toml_span::Value::as_integer);
                let entry = Entry {
                    state: word("state").and_then(state_of),
                    at: word("at").and_then(|a| humantime::parse_rfc3339(a).ok()),
                    suite: word("suite").unwrap_or_default().to_owned(),
                    hints: number("hints").and_then(|h| h.try_into().ok()).unwrap_or(0),
                    asked: step.get("asked").and_then(toml_span::Value::as_bool).unwrap_or(false),
                    worked: number("worked").and_then(|w| w.try_into().ok()).unwrap_or(0),
                };
                self.entries.insert((kata.name.to_string(), module.name.to_string()), entry);
            }
        }
        Some(())
    }

    pub fn save(&self) -> Outcome<()> {
        let mut out = format!(
            "# Your progress. Readable, and safe to delete: you would begin anew.\nschema = \"{SCHEMA}\"\n"
        );
        if let Some(current) = &self.current {
            let _ = writeln!(out, "current = {}", quoted(current));
        }
        if let Some(seen) = self.seen {
            let _ = writeln!(out, "seen = \"{}\"", humantime::format_rfc3339_seconds(seen));
        }
        for ((kata, module), entry) in &self.entries {
            let _ = writeln!(out, "\n[kata.{kata}.{module}]");
            if let (Some(state), Some(at)) = (entry.state, entry.at) {
                let _ = writeln!(out, "state = \"{}\"", word_of(state));
                let _ = writeln!(out, "at = \"{}\"", humantime::format_rfc3339_seconds(at));
            }
            if !entry.suite.is_empty() {
                let _ = writeln!(out, "suite = \"{}\"", entry.suite);
            }
            let _ = writeln!(out, "hints = {}", entry.hints);
            if entry.asked {
                out.push_str("asked = true\n");
            }
            if entry.worked > 0 {
                let _ = writeln!(out, "worked = {}", entry.worked);
            }
        }
        files::write_atomic(&self.path, out.as_bytes()).map_err(|e| Trouble::file(&self.path, &e))
    }

    fn entry(&self, kata: &Kata, step: &Step) -> Option<&Entry> {
        self.entries.get(&(kata.id.clone(), step.module.clone()))
    }

    fn entry_mut(&mut self, kata: &Kata, step: &Step) -> &mut Entry {
        self.entries.entry((kata.id.clone(), step.module.clone())).or_default()
    }

    pub fn state(&self, kata: &Kata, step: &Step) -> State {
        match self.entry(kata, step) {
            Some(Entry { state: Some(State::Passed), suite, .. }) => {
                if *suite == suite_hash(kata, step) { State::Passed } else { State::Recheck }
            }
            Some(Entry { state: Some(state), .. }) => *state,
            _ => State::Open,
        }
    }

    pub fn set(&mut self, kata: &Kata, step: &Step, state: State) {
        let suite = if state == State::Passed { suite_hash(kata, step) } else { String::new() };
        let entry = self.entry_mut(kata, step);
        entry.state = Some(state);
        entry.at = Some(SystemTime::now());
        entry.suite = suite;
    }

    /// The step is open again, its hints unread.
    pub fn forget(&mut self, kata: &Kata, step: &Step) {
        self.entries.remove(&(kata.id.clone(), step.module.clone()));
    }

    pub fn hints(&self, kata: &Kata, step: &Step) -> usize {
        self.entry(kata, step).map_or(0, |e| e.hints)
    }

    pub fn count_hint(&mut self, kata: &Kata, step: &Step) {
        self.entry_mut(kata, step).hints += 1;
    }

    pub fn asked(&self, kata: &Kata, step: &Step) -> bool {
        self.entry(kata, step).is_some_and(|e| e.asked)
    }

    pub fn set_asked(&mut self, kata: &Kata, step: &Step) {
        self.entry_mut(kata, step).asked = true;
    }

    /// The step was run: from now on the learner has begun.
    pub fn begin(&mut self, kata: &Kata, step: &Step) {
        self.entry_mut(kata, step);
    }

    /// The code of a step was run now: the time since the last run of any was spent on it, unless it
    /// is longer than [`PAUSE`].
    pub fn worked(&mut self, kata: &Kata, step: &Step, now: SystemTime) {
        let since = self.seen.replace(now).and_then(|seen| now.duration_since(seen).ok());
        let spent = since.filter(|gap| *gap <= PAUSE).map_or(0, |gap| gap.as_secs());
        self.entry_mut(kata, step).worked += spent;
    }

    /// Time at work on a step, as far as runs of it tell.
    pub fn time_at(&self, kata: &Kata, step: &Step) -> Duration {
        Duration::from_secs(self.entry(kata, step).map_or(0, |e| e.worked))
    }

    /// The day when the step came to its state: `2026-11-22`, in UTC.
    pub fn day(&self, kata: &Kata, step: &Step) -> Option<String> {
        let at = self.entry(kata, step)?.at?;
        Some(humantime::format_rfc3339_seconds(at).to_string()[..10].to_owned())
    }

    /// Its solution was read a week ago: worth doing with one's own hands now.
    pub fn offer_again(&self, kata: &Kata, step: &Step) -> bool {
        self.entry(kata, step).is_some_and(|e| {
            e.state == Some(State::Read)
                && e.at.and_then(|at| at.elapsed().ok()).is_some_and(|age| age >= READ_AGAIN)
        })
    }

    /// Nothing was ever run, asked for or skipped.
    pub fn untouched(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn started(&self) -> bool {
        self.entries.values().any(|e| e.state.is_some())
    }

    /// The step of a kata to work on: the first core step that is open, then the first deep one.
    pub fn next_step<'k>(&self, kata: &'k Kata) -> Option<&'k Step> {
        let open = |s: &&Step| matches!(self.state(kata, s), State::Open | State::Recheck);
        kata.core().find(open).or_else(|| kata.steps.iter().find(open))
    }

    /// The kata to work on: the current one while it has open core steps, else the next on the path.
    pub fn next_kata<'w>(&self, workbook: &'w Workbook) -> Option<&'w Kata> {
        let open =
            |k: &&Kata| k.core().any(|s| matches!(self.state(k, s), State::Open | State::Recheck));
        let current = self.current.as_deref();
        workbook
            .path()
            .find(|k| Some(k.id.as_str()) == current)
            .filter(open)
            .or_else(|| workbook.path().find(open))
    }

    /// A kata with deep steps that are open, when no core step is.
    pub fn next_deep<'w>(&self, workbook: &'w Workbook) -> Option<&'w Kata> {
        let open = |k: &&Kata| {
            k.steps.iter().any(|s| matches!(self.state(k, s), State::Open | State::Recheck))
        };
        workbook.path().find(open)
    }
}

/// Fingerprint of what a step is graded by.
pub fn suite_hash(kata: &Kata, step: &Step) -> String {
    let suite = kata.dir.join("tests/suite");
    let names = [PathBuf::from("main.rs"), PathBuf::from(step.file())];
    let read: Vec<(PathBuf, Vec<u8>)> = names
        .into_iter()
        .map(|name| {
            let bytes = std::fs::read(suite.join(&name)).unwrap_or_default();
            (name, bytes)
        })
        .collect();
    files::hash(read.iter().map(|(p, b)| (p.as_path(), b.as_slice())))
}

fn word_of(state: State) -> &'static str {
    match state {
        State::Passed | State::Recheck => "passed",
        State::Skipped => "skipped",
        State::Read => "read",
        State::Open => "open",
    }
}

fn state_of(word: &str) -> Option<State> {
    [State::Passed, State::Skipped, State::Read].into_iter().find(|s| word_of(*s) == word)
}

/// `path`, or the first of `path.2`, `path.3`, … that does not exist.
pub fn free_name(path: &Path) -> PathBuf {
    let mut free = path.to_owned();
    let mut n = 1;
    while free.exists() {
        n += 1;
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{n}"));
        free = name.into();
    }
    free
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::{Duration, SystemTime};

    use super::Progress;
    use crate::files;
    use crate::workbook::Workbook;

    fn workbook(root: &Path) -> Workbook {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let kata = std::fs::read(source.join("katas/k02-balance-race/kata.toml")).unwrap();
        files::put(&root.join("katas/k02-x/kata.toml"), &kata).unwrap();
        Workbook::open(root).unwrap()
    }

    #[test]
    fn time_is_counted_between_runs_and_not_over_pauses() {
        let dir = tempfile::tempdir().unwrap();
        let workbook = workbook(dir.path());
        let kata = &workbook.katas[0];
        let [one, two] = [&kata.steps[0], &kata.steps[1]];
        let mut progress = Progress::load(&workbook).unwrap();
        let begin = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let minutes = |n: u64| begin + Duration::from_secs(60 * n);
        // The first run begins it; an hour's pause does not count; a clock put back does no harm.
        for (step, at) in [(one, 0), (one, 10), (two, 25), (two, 85), (two, 95), (two, 90)] {
            progress.worked(kata, step, minutes(at));
            progress.save().unwrap();
            progress = Progress::load(&workbook).unwrap();
        }
        assert_eq!(progress.time_at(kata, one), Duration::from_secs(60 * 10));
        assert_eq!(progress.time_at(kata, two), Duration::from_secs(60 * 25));
        assert_eq!(progress.time_at(kata, &kata.steps[2]), Duration::ZERO);
    }
}
