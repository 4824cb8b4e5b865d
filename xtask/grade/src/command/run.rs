use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use xtask::t;
use xtask::workbook::{Outcome, Trouble, Workbook};

use crate::class::{self, Class, Course, Settings, Tally};
use crate::cli::Run;
use crate::intake::{self, Source};
use crate::sandbox::{self, Kind};
use crate::store::{self, RUN_SCHEMA, Store};

/// Grades the submissions of this shard.
pub fn run(options: &Run) -> Outcome<u8> {
    let workbook = Workbook::find()?;
    let course = Course::new(&workbook, options.katas.as_deref())?;
    let sources = mine(intake::sources(&options.submissions)?, options.shard.as_deref())?;
    let store = Store::new(&options.out);
    let known = store.run().ok();
    let require_oracle = oracle(options.require_trust.as_deref())?;
    let from = std::path::absolute(&options.submissions)
        .map_err(|e| Trouble::file(&options.submissions, &e))?;
    let seed = match (&options.seed, &known) {
        (Some(seed), _) => parsed(seed)?,
        (None, Some(run)) => parsed(&run.seed)?,
        (None, None) => RandomState::new().build_hasher().finish(),
    };
    let settings = Settings {
        kind: sandbox::choose(&options.sandbox)?,
        jobs: class::jobs(options.jobs)?,
        seed,
        confirm: options.confirm_failures,
        require_oracle,
        only_changed: options.only_changed,
    };
    if settings.kind == Kind::None {
        eprintln!("{}", t!("grade.unsafe"));
    }
    let class = Class::open(&course, settings)?;
    store.put_run(&store::Run {
        schema: RUN_SCHEMA.to_owned(),
        tool: class.tool.clone(),
        seed: format!("{seed:016x}"),
        katas: course.katas.iter().map(|s| s.kata.id.clone()).collect(),
        shard: options.shard.clone(),
        submissions: sources.iter().map(|s| s.id.clone()).collect(),
        from: from.display().to_string(),
        confirm_failures: options.confirm_failures,
        require_trust: options.require_trust.clone(),
    })?;
    let tally = class.grade(&sources, &store)?;
    tell(&tally, &store);
    Ok(code(&tally, options.strict))
}

/// Does `--require-trust` ask for the stronger of the two?
pub fn oracle(level: Option<&str>) -> Outcome<bool> {
    match level {
        None | Some("receipt") => Ok(false),
        Some("oracle") => Ok(true),
        Some(other) => Err(Trouble::usage(t!("grade.bad_trust", level = other))),
    }
}

/// What a run came to, on standard output.
pub fn tell(tally: &Tally, store: &Store) {
    println!(
        "{}",
        t!(
            "grade.done",
            graded = tally.graded,
            kept = tally.kept,
            failed = tally.failed,
            open = tally.open,
            dir = store.dir.display()
        )
    );
}

/// The exit code.
pub fn code(tally: &Tally, strict: bool) -> u8 {
    match tally {
        Tally { interrupted: true, .. } => 130,
        Tally { open: 1.., .. } => 3,
        Tally { failed: 1.., .. } if strict => 1,
        _ => 0,
    }
}

pub fn parsed(seed: &str) -> Outcome<u64> {
    u64::from_str_radix(seed, 16).map_err(|_| Trouble::usage(t!("grade.bad_seed", seed = seed)))
}

/// Those of a shard, `I/N` from 1: by a hash of the id, so that somebody new moves nobody.
fn mine(sources: Vec<Source>, shard: Option<&str>) -> Outcome<Vec<Source>> {
    let Some(shard) = shard else { return Ok(sources) };
    let parts = shard.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    let Some((i, n)) = parts.filter(|(i, n): &(u64, u64)| (1..=*n).contains(i)) else {
        return Err(Trouble::usage(t!("grade.bad_shard", shard = shard)));
    };
    Ok(sources.into_iter().filter(|s| shard_of(&s.id, n) == i - 1).collect())
}

fn shard_of(id: &str, n: u64) -> u64 {
    use sha2::Digest;
    let sum = sha2::Sha256::digest(id.as_bytes());
    let word = sum.iter().take(8).fold(0, |word: u64, byte| (word << 8) | u64::from(*byte));
    word % n
}

#[cfg(test)]
mod tests {
    use super::{mine, parsed};
    use crate::intake::Source;

    fn class() -> Vec<Source> {
        let source =
            |i: usize| Source { id: format!("s{i}"), path: "x".into(), submitted_at: None };
        (0..100).map(source).collect()
    }

    #[test]
    fn shards_are_a_partition_that_growth_moves_nobody_in() {
        let of = |i: u64, class: Vec<Source>| mine(class, Some(&format!("{i}/3"))).unwrap();
        let parts: Vec<Vec<Source>> = (1..=3).map(|i| of(i, class())).collect();
        assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), 100);
        assert!(parts.iter().all(|p| p.len() > 20));
        let fewer: Vec<Source> = class().into_iter().take(50).collect();
        let still = of(1, fewer);
        assert!(still.iter().all(|s| parts[0].contains(s)));
        for wrong in ["0/3", "4/3", "x", "1/0"] {
            assert_eq!(mine(class(), Some(wrong)).unwrap_err().code, 2, "{wrong}");
        }
    }

    #[test]
    fn a_seed_is_hexadecimal() {
        assert_eq!(parsed("ff").unwrap(), 255);
        assert_eq!(parsed("zz").unwrap_err().code, 2);
    }
}
