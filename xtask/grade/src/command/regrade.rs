use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use xtask::t;
use xtask::workbook::{Outcome, Trouble, Workbook};

use super::run::{code, oracle, parsed, tell};
use crate::class::{self, Class, Course, Settings};
use crate::cli::Regrade;
use crate::intake::{self, Source};
use crate::report;
use crate::result::{Grade, Previous};
use crate::sandbox;
use crate::store::{self, Store};

/// Grades again what a folder of results has, from where it came. What was graded before is put
/// aside until all of it is replaced; interrupted, the same command goes on.
pub fn run(options: &Regrade) -> Outcome<u8> {
    let workbook = Workbook::find()?;
    let store = Store::new(&options.dir);
    let known = store.run()?;
    if !store.before().dir.is_dir() {
        store.grades()?;
    }
    let course = Course::new(&workbook, Some(&known.katas.join(",")))?;
    let sources = sources(options, &known)?;
    let settings = Settings {
        kind: sandbox::choose(&options.sandbox)?,
        jobs: class::jobs(options.jobs)?,
        seed: parsed(&known.seed)?,
        confirm: known.confirm_failures,
        require_oracle: oracle(known.require_trust.as_deref())?,
        only_changed: false,
    };
    let class = Class::open(&course, settings)?;
    store.set_aside()?;
    let tally = class.grade(&sources, &store)?;
    if !tally.interrupted {
        store.put_run(&store::Run { tool: class.tool.clone(), ..known })?;
        compare(&store, &options.reason)?;
        if tally.open == 0 {
            let before = store.before().dir;
            fs::remove_dir_all(&before).map_err(|e| Trouble::file(&before, &e))?;
        }
    }
    tell(&tally, &store);
    Ok(code(&tally, false))
}

/// Those that were graded, all of them.
fn sources(options: &Regrade, known: &store::Run) -> Outcome<Vec<Source>> {
    let from = options.submissions.clone().unwrap_or_else(|| PathBuf::from(&known.from));
    if !from.exists() {
        return Err(Trouble::usage(t!("grade.gone_whole", from = from.display())));
    }
    let mut all = intake::sources(&from)?;
    all.retain(|s| known.submissions.contains(&s.id));
    let gone: Vec<&str> = known
        .submissions
        .iter()
        .filter(|id| all.iter().all(|s| s.id != **id))
        .map(String::as_str)
        .collect();
    if gone.is_empty() {
        return Ok(all);
    }
    Err(Trouble::usage(t!("grade.gone", ids = gone.join(", "), from = from.display())))
}

/// Keeps the scores from before beside the new ones, and writes `diff.csv`.
fn compare(store: &Store, reason: &str) -> Outcome<()> {
    let heads = ["id", "kata", "before", "after", "status_before", "status_after", "reason"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for id in store.run()?.submissions {
        let (Some(old), Some(mut new)) = (store.before().grade(&id), store.grade(&id)) else {
            continue;
        };
        rows.extend(moves(&old, &new, reason));
        new.previous = Some(Previous {
            score: old.score,
            graded_at: old.graded_at,
            reason: reason.to_owned(),
        });
        store.put_grade(&new)?;
    }
    let path = store.dir.join("diff.csv");
    write(&path, &rows)?;
    println!("{}", t!("grade.compared", file = path.display()));
    Ok(())
}

fn write(path: &Path, rows: &[Vec<String>]) -> Outcome<()> {
    let text = report::table(rows)?;
    xtask::files::write_atomic(path, text.as_bytes()).map_err(|e| Trouble::file(path, &e))
}

/// A row for each kata that came out otherwise.
fn moves(old: &Grade, new: &Grade, reason: &str) -> Vec<Vec<String>> {
    let known: BTreeMap<&str, _> = old.katas.iter().map(|k| (k.id.as_str(), k)).collect();
    let cell = |score: Option<u64>| score.map(|s| s.to_string()).unwrap_or_default();
    let mut rows = Vec::new();
    for kata in &new.katas {
        let Some(was) = known.get(kata.id.as_str()) else { continue };
        if (was.score, was.status) == (kata.score, kata.status) {
            continue;
        }
        rows.push(vec![
            new.submission.id.clone(),
            kata.id.clone(),
            cell(was.score),
            cell(kata.score),
            was.status.to_string(),
            kata.status.to_string(),
            reason.to_owned(),
        ]);
    }
    rows
}
