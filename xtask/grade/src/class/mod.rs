//! A class, graded: submissions × katas, in parallel slots, resumable.

mod feedback;
mod key;
mod pace;
mod slot;
mod unit;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use xtask::engine::Overlay;
use xtask::t;
use xtask::workbook::{self, Kata, Outcome, TestEntry, Trouble, Workbook};

use crate::intake::{Source, Taken, hex};
use crate::postgres::Template;
use crate::result::{Grade, KataGrade, Submission, Tool, UNIT_SCHEMA, Unit, flag};
use crate::sandbox::{self, Allowance, Kind, MOST_SLOTS, Places, Run};
use crate::store::Store;

pub use slot::{Bench, clear, copy, give};

/// How a class is graded.
#[derive(Debug, Clone)]
pub struct Settings {
    pub kind: Kind,
    pub jobs: usize,
    pub seed: u64,
    /// A failing test is run so many times more.
    pub confirm: usize,
    pub require_oracle: bool,
    /// What was graded stays, whatever else has changed, as long as the files have not.
    pub only_changed: bool,
}

/// What grading needs to know of a kata.
pub struct Course<'w> {
    pub workbook: &'w Workbook,
    pub katas: Vec<Subject<'w>>,
}

/// A kata with its tests.
pub struct Subject<'w> {
    pub kata: &'w Kata,
    pub tests: Vec<TestEntry>,
    pub stub: Overlay,
    /// SHA-256 of everything but the submission.
    pub template: String,
}

impl<'w> Course<'w> {
    /// The katas that are named, or all that learners see.
    pub fn new(workbook: &'w Workbook, named: Option<&str>) -> Outcome<Self> {
        let chosen: Vec<&Kata> = match named {
            Some(list) => {
                let chosen: Outcome<Vec<&Kata>> =
                    list.split(',').map(|name| workbook.kata(name.trim())).collect();
                let chosen = chosen?;
                workbook.katas.iter().filter(|k| chosen.iter().any(|c| c.id == k.id)).collect()
            }
            None => workbook.path().collect(),
        };
        let subject = |kata: &'w Kata| -> Outcome<Subject<'w>> {
            Ok(Subject {
                kata,
                tests: workbook::read(kata)?,
                stub: Overlay::of(&kata.stub())?,
                template: key::template(workbook, kata)?,
            })
        };
        let katas = chosen.into_iter().map(subject).collect::<Outcome<_>>()?;
        Ok(Self { workbook, katas })
    }
}

/// What a run came to.
#[derive(Debug, Default, Clone, Copy)]
pub struct Tally {
    pub graded: usize,
    pub kept: usize,
    pub failed: usize,
    pub open: usize,
    pub interrupted: bool,
}

/// Everything that is there while a class is graded.
pub struct Class<'c> {
    pub course: &'c Course<'c>,
    pub settings: Settings,
    pub tool: Tool,
    pub benches: Vec<Bench>,
    /// Where some kata needs one, and has a sandbox to be in.
    template: Option<Template>,
    _run: Run,
    /// An unchanged stub is graded once.
    stubs: Mutex<BTreeMap<String, KataGrade>>,
    stop: Arc<AtomicBool>,
}

impl<'c> Class<'c> {
    /// Makes the slots ready: dependencies are built here, once.
    pub fn open(course: &'c Course<'c>, settings: Settings) -> Outcome<Self> {
        let run = Run::new()?;
        let places = Arc::new(Places::find(&run)?);
        let (builds, tests) = (Allowance::build(), Allowance::tests());
        let policy = sandbox::policy(settings.kind, &builds, &tests);
        let tool = Tool {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rustc: places.rustc.lines().next().unwrap_or_default().to_owned(),
            sandbox: settings.kind.as_str().to_owned(),
            policy_sha256: hex(key::of(&[policy.as_bytes()])),
        };
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            // Asked a second time, it ends at once.
            let now =
                || signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop));
            let registered =
                now().and_then(|_| signal_hook::flag::register(signal, Arc::clone(&stop)));
            registered.map_err(|e| Trouble::new(e.to_string()))?;
        }
        let needed =
            settings.kind != Kind::None && course.katas.iter().any(|s| needs_postgres(s.kata));
        let template = if needed { Some(Template::make(&run)?) } else { None };
        let benches = slot::open(course, &settings, &places, &run);
        // The signal also reached the build that was under way.
        if stop.load(Ordering::Relaxed) {
            return Err(Trouble { message: t!("grade.interrupted"), code: 130 });
        }
        let benches = benches?;
        let stubs = Mutex::default();
        Ok(Self { course, settings, tool, benches, template, _run: run, stubs, stop })
    }

    /// Grades what is not graded yet and puts the grades together.
    pub fn grade(&self, sources: &[Source], store: &Store) -> Outcome<Tally> {
        let katas: Vec<&Kata> = self.course.katas.iter().map(|s| s.kata).collect();
        let taken: Vec<Taken> =
            sources.iter().map(|s| Taken::of(s, &katas)).collect::<Outcome<_>>()?;
        let mut todo = Vec::new();
        let mut tally = Tally::default();
        for (source, taken) in sources.iter().zip(&taken) {
            for subject in &self.course.katas {
                let work = Work { source, taken, subject };
                if self.done(store, &work) {
                    tally.kept += 1;
                } else {
                    todo.push(work);
                }
            }
        }
        let tally = Mutex::new(tally);
        let next = AtomicUsize::new(0);
        let pace = pace::Pace::new(todo.len());
        let trouble = Mutex::new(None);
        std::thread::scope(|scope| {
            for bench in &self.benches {
                let (next, tally, todo, pace, trouble) = (&next, &tally, &todo, &pace, &trouble);
                scope.spawn(move || {
                    while !self.stop.load(Ordering::Relaxed) {
                        let Some(work) = todo.get(next.fetch_add(1, Ordering::Relaxed)) else {
                            return;
                        };
                        let done = self.one(bench, work, store);
                        match done {
                            Ok(None) => return,
                            Ok(Some(unit)) => {
                                let mut tally = tally.lock().expect("nobody panics with it");
                                tally.graded += 1;
                                pace.tell(tally.graded, &unit);
                            }
                            Err(error) => {
                                self.stop.store(true, Ordering::Relaxed);
                                *trouble.lock().expect("nobody panics with it") = Some(error);
                                return;
                            }
                        }
                    }
                });
            }
        });
        if let Some(trouble) = trouble.into_inner().expect("nobody panics with it") {
            return Err(trouble);
        }
        let mut tally = tally.into_inner().expect("nobody panics with it");
        tally.interrupted = self.stop.load(Ordering::Relaxed);
        self.assemble(sources, store, &mut tally)?;
        Ok(tally)
    }

    /// One unit, written; none when it was interrupted.
    fn one(&self, bench: &Bench, work: &Work<'_>, store: &Store) -> Outcome<Option<Unit>> {
        let kata = self.verdict(bench, work);
        // The signal also reached what this unit had started: whatever it came to is not its own.
        if self.stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let unit = Unit {
            schema: UNIT_SCHEMA.to_owned(),
            tool: self.tool.clone(),
            submission: work.submission(),
            graded_at: now(),
            seed: format!("{:016x}", self.settings.seed),
            key: key::unit(self, work),
            kata,
        };
        store.put_unit(&unit)?;
        Ok(Some(unit))
    }

    fn unit(&self, bench: &Bench, work: &Work<'_>) -> KataGrade {
        unit::grade(self, bench, work)
    }

    fn verdict(&self, bench: &Bench, work: &Work<'_>) -> KataGrade {
        let subject = work.subject;
        let stub = work.tree().is_some_and(|tree| tree.differing(&subject.stub).is_empty());
        if !stub {
            return self.unit(bench, work);
        }
        let id = &subject.kata.id;
        let known = self.stubs.lock().expect("nobody panics with it").get(id).cloned();
        if let Some(known) = known {
            return known;
        }
        let mut grade = self.unit(bench, work);
        grade.flags.push(flag::UNCHANGED.to_owned());
        if !grade.is_open() {
            self.stubs.lock().expect("nobody panics with it").insert(id.clone(), grade.clone());
        }
        grade
    }

    fn done(&self, store: &Store, work: &Work<'_>) -> bool {
        let id = &work.subject.kata.id;
        let Some(unit) = store.unit(&work.source.id, id) else { return false };
        let same = if self.settings.only_changed {
            // The sum is of what was taken, and says nothing of files that were refused.
            let refused = unit.kata.flags.iter().any(|f| f == flag::FILES);
            !refused && unit.submission.tree_sha256 == work.taken.sha256()
        } else {
            unit.key == key::unit(self, work)
        };
        same && !unit.kata.is_open()
    }

    /// A grade for each submission all of whose units are there.
    fn assemble(&self, sources: &[Source], store: &Store, tally: &mut Tally) -> Outcome<()> {
        for source in sources {
            let units: Option<Vec<Unit>> =
                self.course.katas.iter().map(|s| store.unit(&source.id, &s.kata.id)).collect();
            let Some(units) = units.filter(|u| !u.is_empty()) else { continue };
            for unit in &units {
                tally.open += usize::from(unit.kata.is_open());
                tally.failed += usize::from(unit.kata.status != protocol::Status::Pass);
            }
            let previous = store.grade(&source.id).and_then(|g| g.previous);
            store.put_grade(&Grade::of(&units, previous))?;
        }
        Ok(())
    }
}

/// A unit that is to be graded.
pub struct Work<'a> {
    pub source: &'a Source,
    pub taken: &'a Taken,
    pub subject: &'a Subject<'a>,
}

impl Work<'_> {
    fn tree(&self) -> Option<&Overlay> {
        self.taken.trees.get(&self.subject.kata.id)
    }

    fn submission(&self) -> Submission {
        Submission {
            id: self.source.id.clone(),
            tree_sha256: self.taken.sha256(),
            submitted_at: self.source.submitted_at.clone(),
        }
    }
}

fn needs_postgres(kata: &Kata) -> bool {
    kata.needs.iter().any(|need| need == "postgres")
}

/// RFC 3339, UTC.
pub fn now() -> String {
    humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string()
}

/// Where the slots of a sandbox build; they are kept.
fn base(workbook: &Workbook, kind: Kind) -> PathBuf {
    workbook.target().join("grade").join(kind.as_str())
}

/// As many slots as there are processors, where nothing else was said.
pub fn jobs(asked: Option<usize>) -> Outcome<usize> {
    match asked {
        Some(jobs @ 1..=MOST_SLOTS) => Ok(jobs),
        Some(_) => Err(Trouble::usage(t!("grade.bad_jobs", most = MOST_SLOTS))),
        None => {
            let processors = std::thread::available_parallelism().map_or(2, Into::into);
            Ok(MOST_SLOTS.min(processors))
        }
    }
}
