//! The folder of a run, `--out DIR`: what it was asked, its units, and the grades made from them.
//!
//! ```text
//! run.json             what was asked: katas, seed, shard, the submissions of this shard
//! units/ID/KATA.json   a unit each, written whole or not at all
//! grades/ID.json       a submission each, from its units
//! before/              units and grades that `regrade` has not replaced in full yet
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use xtask::files;
use xtask::t;
use xtask::workbook::{Outcome, Trouble};

use crate::result::{Grade, Tool, Unit};

/// Of [`Run::schema`].
pub const RUN_SCHEMA: &str = "trece-grade-run/v1";

/// What a run was asked, so that it can be resumed, merged and regraded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub schema: String,
    pub tool: Tool,
    pub seed: String,
    /// In the order of the path.
    pub katas: Vec<String>,
    /// `2/3`, from 1; none for the whole class.
    pub shard: Option<String>,
    /// Those of this shard, sorted.
    pub submissions: Vec<String>,
    /// The folder or the manifest that they came from: absolute, so that it means the same from
    /// wherever they are graded again.
    pub from: String,
    #[serde(default)]
    pub confirm_failures: usize,
    /// As it was typed.
    #[serde(default)]
    pub require_trust: Option<String>,
}

/// A run's folder.
#[derive(Debug, Clone)]
pub struct Store {
    pub dir: PathBuf,
}

impl Store {
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// # Errors
    /// With code 2 where this is no such folder.
    pub fn run(&self) -> Outcome<Run> {
        let path = self.dir.join("run.json");
        if !path.is_file() {
            return Err(Trouble::usage(t!("grade.no_run", dir = self.dir.display())));
        }
        read(&path).map_err(|e| Trouble { code: 2, ..e })
    }

    pub fn put_run(&self, run: &Run) -> Outcome<()> {
        write(&self.dir.join("run.json"), run)
    }

    pub fn unit_path(&self, submission: &str, kata: &str) -> PathBuf {
        self.dir.join("units").join(submission).join(format!("{kata}.json"))
    }

    /// None where there is none, or half of one that an older version wrote.
    pub fn unit(&self, submission: &str, kata: &str) -> Option<Unit> {
        read(&self.unit_path(submission, kata)).ok()
    }

    pub fn put_unit(&self, unit: &Unit) -> Outcome<()> {
        write(&self.unit_path(&unit.submission.id, &unit.kata.id), unit)
    }

    pub fn grade_path(&self, submission: &str) -> PathBuf {
        self.dir.join("grades").join(format!("{submission}.json"))
    }

    pub fn grade(&self, submission: &str) -> Option<Grade> {
        read(&self.grade_path(submission)).ok()
    }

    pub fn put_grade(&self, grade: &Grade) -> Outcome<()> {
        write(&self.grade_path(&grade.submission.id), grade)
    }

    /// All grades, by the submission's id.
    ///
    /// # Errors
    /// When one is missing or cannot be read: a report must not leave somebody out in silence.
    pub fn grades(&self) -> Outcome<Vec<Grade>> {
        let of = |id: &String| {
            let path = self.grade_path(id);
            if path.exists() { read(&path) } else { Err(self.incomplete(id)) }
        };
        self.run()?.submissions.iter().map(of).collect()
    }

    fn incomplete(&self, id: &str) -> Trouble {
        let dir = self.dir.display();
        Trouble { message: t!("grade.incomplete", id = id, dir = dir), code: 3 }
    }

    /// What was graded before `regrade`, for as long as it has not replaced all of it.
    pub fn before(&self) -> Self {
        Self::new(self.dir.join("before"))
    }

    /// Puts all units and grades aside, so that they are made anew. Where that was done already,
    /// and what came after was interrupted, nothing changes.
    pub fn set_aside(&self) -> Outcome<()> {
        let before = self.before().dir;
        if before.is_dir() {
            return Ok(());
        }
        // Its name says that it is complete.
        let moving = self.dir.join("before.new");
        fs::create_dir_all(&moving).map_err(|e| Trouble::file(&moving, &e))?;
        for part in ["units", "grades"] {
            let part = (self.dir.join(part), moving.join(part));
            if part.0.exists() {
                fs::rename(&part.0, &part.1).map_err(|e| Trouble::file(&part.0, &e))?;
            }
        }
        fs::rename(&moving, &before).map_err(|e| Trouble::file(&moving, &e))
    }
}

/// Reads a JSON file.
pub fn read<T: DeserializeOwned>(path: &Path) -> Outcome<T> {
    let text = fs::read(path).map_err(|e| Trouble::file(path, &e))?;
    serde_json::from_slice(&text).map_err(|e| Trouble::file(path, &e))
}

/// Writes a JSON file, whole or not at all.
pub fn write<T: Serialize>(path: &Path, value: &T) -> Outcome<()> {
    let mut json = serde_json::to_string_pretty(value).map_err(|e| Trouble::file(path, &e))?;
    json.push('\n');
    files::write_atomic(path, json.as_bytes()).map_err(|e| Trouble::file(path, &e))
}
