use std::collections::BTreeMap;
use std::path::Path;

use xtask::t;
use xtask::workbook::{Outcome, Trouble, Workbook};

use super::run::{code, parsed, tell};
use crate::class::{self, Class, Course, Settings};
use crate::cli::Regrade;
use crate::intake;
use crate::result::{Grade, Previous};
use crate::sandbox;
use crate::store::{self, Store};

/// Grades again what a folder of results has, from where it came.
pub fn run(options: &Regrade) -> Outcome<u8> {
    let workbook = Workbook::find()?;
    let store = Store::new(&options.dir);
    let known = store.run().map_err(|e| Trouble { code: 2, ..e })?;
    let before = store.grades()?;
    let course = Course::new(&workbook, Some(&known.katas.join(",")))?;
    let mut sources = intake::sources(Path::new(&known.from))?;
    sources.retain(|s| known.submissions.contains(&s.id));
    let settings = Settings {
        kind: sandbox::choose(&options.sandbox)?,
        jobs: class::jobs(options.jobs)?,
        seed: parsed(&known.seed)?,
        confirm: 0,
        require_oracle: false,
        again: true,
        only_changed: false,
    };
    let class = Class::open(&course, settings)?;
    let tally = class.grade(&sources, &store)?;
    if !tally.interrupted {
        store.put_run(&store::Run { tool: class.tool.clone(), ..known })?;
        compare(&store, &before, &options.reason)?;
    }
    tell(&tally, &store);
    Ok(code(&tally, false))
}

/// Keeps the scores from before beside the new ones, and writes `diff.csv`.
fn compare(store: &Store, before: &[Grade], reason: &str) -> Outcome<()> {
    let path = store.dir.join("diff.csv");
    let wrong = |e: csv::Error| Trouble::file(&path, &e);
    let mut table = csv::Writer::from_path(&path).map_err(wrong)?;
    let heads = ["id", "kata", "before", "after", "status_before", "status_after", "reason"];
    table.write_record(heads).map_err(wrong)?;
    for old in before {
        let Some(mut new) = store.grade(&old.submission.id) else { continue };
        let known: BTreeMap<&str, _> = old.katas.iter().map(|k| (k.id.as_str(), k)).collect();
        for kata in &new.katas {
            let Some(was) = known.get(kata.id.as_str()) else { continue };
            if (was.score, was.status) == (kata.score, kata.status) {
                continue;
            }
            let cell = |score: Option<u64>| score.map(|s| s.to_string()).unwrap_or_default();
            table
                .write_record([
                    &old.submission.id,
                    &kata.id,
                    &cell(was.score),
                    &cell(kata.score),
                    was.status.as_str(),
                    kata.status.as_str(),
                    reason,
                ])
                .map_err(wrong)?;
        }
        new.previous = Some(Previous {
            score: old.score,
            graded_at: old.graded_at.clone(),
            reason: reason.to_owned(),
        });
        store.put_grade(&new)?;
    }
    table.flush().map_err(|e| Trouble::file(&path, &e))?;
    println!("{}", t!("grade.compared", file = path.display()));
    Ok(())
}
