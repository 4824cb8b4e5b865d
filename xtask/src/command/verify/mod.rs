//! Proves the workbook: right answers pass, wrong ones fail where they should, and the lab and the
//! runner keep their own tests. Never reads a learner's `src/`.

mod batch;
mod house;
mod judge;
mod links;
mod report;
mod statics;
mod variants;
mod wrong;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cli::Verify;
use crate::t;
use crate::workbook::{Kata, Outcome, Trouble, Workbook};
use report::{Line, Report};

pub fn run(workbook: &Workbook, options: &Verify) -> Outcome<ExitCode> {
    workbook.need_solutions(|| t!("verify.no_solutions"))?;
    let scope = Scope::of(workbook, options)?;
    let mut report = Report::new(options.json);
    let busy = Load::start(options.load);
    for kata in &scope.katas {
        if scope.wants(&format!("{} statics", kata.id), "statics") {
            for finding in statics::check(workbook, kata, options.bless)? {
                report.line(Line::new(&kata.id, finding.name, finding.problems));
            }
        }
        variants::prove(workbook, kata, &scope, &mut report)?;
    }
    drop(busy);
    if scope.whole {
        house::check(workbook, &scope, &mut report)?;
    }
    Ok(report.finish(options.allow_unverified))
}

/// What this run is to look at.
pub struct Scope<'a> {
    pub katas: Vec<&'a Kata>,
    pub runs: usize,
    only: Option<&'a str>,
    shard: Option<(u64, u64)>,
    /// Also what belongs to no kata.
    whole: bool,
}

impl<'a> Scope<'a> {
    fn of(workbook: &'a Workbook, options: &'a Verify) -> Outcome<Self> {
        if options.runs == 0 {
            return Err(Trouble::usage(t!("verify.no_runs")));
        }
        let only = options.only.as_deref();
        let katas = match &options.kata {
            Some(name) => vec![workbook.kata(name)?],
            None if only == Some("workbook") => Vec::new(),
            None => workbook.path().collect(),
        };
        let whole = options.kata.is_none() && only.is_none_or(|o| o == "workbook");
        let shard = options.shard.as_deref().map(shard).transpose()?;
        Ok(Self { katas, runs: options.runs, only, shard, whole })
    }

    /// Is this part asked for, and this shard's? `id` is unique, `name` what `--only` takes.
    pub fn wants(&self, id: &str, name: &str) -> bool {
        let asked = self.only.is_none_or(|only| only == name);
        let mine =
            self.shard.is_none_or(|(i, n)| xxhash_rust::xxh3::xxh3_64(id.as_bytes()) % n == i - 1);
        asked && mine
    }
}

/// `1/4`.
fn shard(text: &str) -> Outcome<(u64, u64)> {
    text.split_once('/')
        .and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)))
        .filter(|(i, n)| (1..=*n).contains(i))
        .ok_or_else(|| Trouble::usage(t!("verify.bad_shard", shard = text)))
}

/// Keeps every processor busy: a suite must say the same on a loaded machine.
struct Load {
    stop: &'static AtomicBool,
}

impl Load {
    fn start(wanted: bool) -> Option<Self> {
        static STOP: AtomicBool = AtomicBool::new(false);
        if !wanted {
            return None;
        }
        let processors = std::thread::available_parallelism().map_or(2, Into::into);
        for _ in 0..processors * 2 {
            std::thread::spawn(|| {
                while !STOP.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        Some(Self { stop: &STOP })
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::shard;

    #[test]
    fn a_shard_is_one_of_n() {
        assert_eq!(shard("2/4").ok(), Some((2, 4)));
        for wrong in ["0/4", "5/4", "1", "a/b", "1/0"] {
            assert!(shard(wrong).is_err(), "{wrong}");
        }
    }
}
