use std::fs;
use std::path::Path;
use std::process::Stdio;

use protocol::Status;
use xtask::t;
use xtask::workbook::{Outcome, Trouble, Workbook};

use crate::class::{self, Class, Course, Settings, clear};
use crate::cli::Doctor;
use crate::doctor::{self, Attack, KATA, probe};
use crate::intake::Source;
use crate::result::KataGrade;
use crate::sandbox::{self, Kind};
use crate::store::Store;

/// The exit code of a self-test that failed.
const FAILED: u8 = 6;
/// Of one that was stopped.
const INTERRUPTED: u8 = 130;

/// Grades the reference, the stub and every attack of the corpus, and compares.
pub fn run(options: &Doctor) -> Outcome<u8> {
    let workbook = Workbook::find()?;
    let reference = workbook.need_solutions(|| t!("grade.no_reference"));
    reference.map_err(|e| Trouble { code: 2, ..e })?;
    let attacks = doctor::corpus(options.only.as_deref())?;
    if let Some(dir) = &options.lay_out {
        for attack in attacks.iter().filter(|a| !a.probe) {
            println!("{}", attack.lay_out(&workbook, dir)?.path.display());
        }
        return Ok(0);
    }
    let kind = sandbox::choose(&options.sandbox)?;
    if kind == Kind::None {
        return Err(Trouble::usage(t!("grade.nothing_to_prove")));
    }
    let course = Course::new(&workbook, Some(KATA))?;
    let settings = Settings {
        kind,
        jobs: class::jobs(options.jobs)?,
        seed: 13,
        confirm: 0,
        require_oracle: false,
        only_changed: false,
    };
    let scratch = workbook.target().join("grade/doctor");
    // Nothing of an earlier proof may be kept for this one.
    clear(&scratch)?;
    let class = Class::open(&course, settings)?;
    let Some(report) = Report::of(&workbook, &class, &attacks, &scratch)? else {
        return Ok(INTERRUPTED);
    };
    for line in &report.lines {
        println!("{line}");
    }
    println!("{}", t!("grade.examined", sandbox = kind.as_str(), wrong = report.wrong));
    Ok(if report.wrong == 0 { 0 } else { FAILED })
}

#[derive(Default)]
struct Report {
    lines: Vec<String>,
    wrong: usize,
}

impl Report {
    /// None where it was interrupted.
    fn of(
        workbook: &Workbook,
        class: &Class<'_>,
        attacks: &[Attack],
        scratch: &Path,
    ) -> Outcome<Option<Self>> {
        let submissions = scratch.join("class");
        let mut sources = vec![plain(workbook, &submissions, "00-reference", true)?];
        sources.push(plain(workbook, &submissions, "00-stub", false)?);
        for attack in attacks.iter().filter(|a| !a.probe) {
            sources.push(attack.lay_out(workbook, &submissions)?);
        }
        // After all of them, in each slot: what went before must not matter.
        for bench in &class.benches {
            let id = format!("99-reference-{}", bench.number);
            sources.push(plain(workbook, &submissions, &id, true)?);
        }
        let store = Store::new(scratch.join("marks"));
        if class.grade(&sources, &store)?.interrupted {
            return Ok(None);
        }
        let grade = |id: &str| {
            let unit = store.unit(id, KATA);
            unit.map(|u| u.kata).ok_or_else(|| Trouble::new(t!("grade.no_result", id = id)))
        };
        let mut report = Self::default();
        for source in sources.iter().filter(|s| s.id.contains("-reference")) {
            let right = |g: &KataGrade| g.status == Status::Pass && g.score == Some(g.max);
            report.line(&source.id, &grade(&source.id)?, right);
        }
        report.line("00-stub", &grade("00-stub")?, |g| {
            g.status == Status::Fail && g.score == Some(0)
        });
        for attack in attacks {
            if attack.probe {
                report.probe(class, attack)?;
                continue;
            }
            let found = grade(&attack.id())?;
            let left = attack.leaves_nothing.as_deref().map(doctor::left_behind);
            let wrong = match left {
                Some(left) if !left.is_empty() => Some(t!("grade.left_behind", n = left.len())),
                _ => attack.wrong(&found),
            };
            report.told(&attack.id(), found.status, wrong);
        }
        Ok(Some(report))
    }

    fn line(&mut self, id: &str, grade: &KataGrade, right: impl Fn(&KataGrade) -> bool) {
        let said = || grade.message.clone().unwrap_or_default();
        let wrong = (!right(grade)).then(|| format!("{} {}", grade.status, said()));
        self.told(id, grade.status, wrong);
    }

    fn told(&mut self, id: &str, status: Status, wrong: Option<String>) {
        let sign = xtask::terminal::sign("✓", "ok");
        let cross = xtask::terminal::sign("✗", "wrong");
        match wrong {
            None => self.lines.push(format!("{sign} {id:<40} {status}")),
            Some(why) => {
                self.wrong += 1;
                self.lines.push(format!("{cross} {id:<40} {status}  {}", why.trim()));
            }
        }
    }

    /// Runs the grader's own program in the place of a test.
    fn probe(&mut self, class: &Class<'_>, attack: &Attack) -> Outcome<()> {
        let bench = class.benches.first().expect("there is a slot");
        let jail = bench.jail.as_ref().expect("there is a sandbox");
        let (program, dir) = (bench.dir.join("probe"), bench.dir.join("probe-run"));
        let own = std::env::current_exe().and_then(|own| {
            fs::copy(own, &program)?;
            fs::create_dir_all(&dir)
        });
        own.map_err(|e| Trouble::file(&program, &e))?;
        let grader = std::process::id().to_string();
        let mut command = jail.test(&program, &dir)?;
        let output = command.args([probe::WORD, &grader]).stdin(Stdio::null()).output();
        let output = output.map_err(|e| Trouble::file(&program, &e))?;
        let got = String::from_utf8_lossy(&output.stdout).trim().replace('\n', ", ");
        let held = output.status.success() && got.is_empty();
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        let wrong = (!held).then(|| format!("{got} {said}"));
        self.told(&attack.id(), if held { Status::Pass } else { Status::Fail }, wrong);
        Ok(())
    }
}

/// The reference, or the stub, as a submission.
fn plain(workbook: &Workbook, class: &Path, id: &str, right: bool) -> Outcome<Source> {
    let kata = workbook.kata(KATA)?;
    let root = class.join(id);
    let src = root.join("katas").join(kata.folder()).join("src");
    if right {
        doctor::reference(workbook, kata, &src)?;
    } else {
        doctor::copy(&kata.stub(), &src)?;
    }
    Ok(Source { id: id.to_owned(), path: root, submitted_at: None })
}
