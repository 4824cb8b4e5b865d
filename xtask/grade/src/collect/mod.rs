//! `grade collect`: gathers the submissions of a class into a folder that `grade run` takes.
//!
//! Nothing is unpacked here. What a commit holds is kept as the archive that git makes of it, and
//! an archive stays the archive that it is: unpacking what a stranger packed is one place's work,
//! that of `grade run`.
//!
//! ```text
//! manifest.csv    id, path, submitted_at, commit: what was taken, for `grade run --submissions`
//! ID.tar.gz       the last commit before the deadline
//! ID.zip, …       the archive that was handed in
//! ID/             a folder with a note in it: nothing was handed in, which is a zero and no gap
//! ```

mod git;
mod roster;

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use xtask::t;
use xtask::terminal::fold;
use xtask::workbook::{Outcome, Trouble};

use crate::cli::Collect;
use roster::Row;

/// Exit code: somebody's submission could not be reached.
const INCOMPLETE: u8 = 3;
/// Remotes asked at a time: waiting for them is all that there is to do.
const AT_ONCE: usize = 8;
const MANIFEST: &str = "manifest.csv";

/// What became of one student's submission.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Taken {
    id: String,
    /// Relative to the manifest.
    path: String,
    /// RFC 3339, UTC; empty where nobody knows.
    submitted_at: String,
    commit: String,
}

/// Started again, it goes on with those that are missing.
///
/// # Errors
/// For a roster that cannot be used, and a folder that is not a collection of this deadline. A
/// remote that does not answer is told, counted, and exit code 3.
pub fn run(options: &Collect) -> Outcome<u8> {
    let deadline = options.deadline.trim();
    let until = humantime::parse_rfc3339_weak(deadline)
        .map_err(|_| Trouble::usage(t!("collect.bad_deadline", deadline = deadline)))?;
    let rows = roster::read(&options.roster, until)?;
    let mut taken = before(&options.to, until)?;
    let missing: Vec<&Row> = rows.iter().filter(|r| taken.iter().all(|t| t.id != r.id)).collect();
    fs::create_dir_all(&options.to).map_err(|e| Trouble::file(&options.to, &e))?;

    let queue: Mutex<VecDeque<&Row>> = Mutex::new(missing.into());
    let next = || queue.lock().expect("nobody panics with it").pop_front();
    let answers = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(row) = next() {
                    let answer = take(&options.to, row, until);
                    answers.lock().expect("nobody panics with it").push((row, answer));
                }
            });
        }
    });
    let mut unreached = Vec::new();
    for (row, answer) in answers.into_inner().expect("nobody panics with it") {
        match answer {
            Ok(one) => taken.push(one),
            Err(trouble) => unreached.push(format!("{}: {}", row.id, trouble.message)),
        }
    }
    taken.sort_by(|a, b| a.id.cmp(&b.id));
    write_manifest(&options.to, until, &taken)?;

    let nothing: Vec<&str> = taken
        .iter()
        .filter(|t| t.submitted_at.is_empty() && t.is_empty())
        .map(|t| t.id.as_str())
        .collect();
    print!("{}", fold(&t!("collect.done", n = taken.len(), of = rows.len()), 0));
    if !nothing.is_empty() {
        let ids = nothing.join(", ");
        print!("{}", fold(&t!("collect.nothing", n = nothing.len(), ids = ids), 0));
    }
    println!("{}", options.to.join(MANIFEST).display());
    if unreached.is_empty() {
        return Ok(0);
    }
    unreached.sort();
    eprintln!("{}", t!("collect.unreached", n = unreached.len()));
    for line in unreached {
        eprintln!("  {}", line.trim_end());
    }
    Ok(INCOMPLETE)
}

impl Taken {
    fn nothing(id: &str) -> Self {
        let id = id.to_owned();
        Self { path: id.clone(), id, submitted_at: String::new(), commit: String::new() }
    }

    fn is_empty(&self) -> bool {
        self.path == self.id
    }
}

fn take(to: &Path, row: &Row, until: SystemTime) -> Outcome<Taken> {
    let Some(source) = &row.source else { return nothing(to, &row.id) };
    if let Some(ending) = roster::archive(source) {
        let path = format!("{}.{ending}", row.id);
        let copy = to.join(&path);
        fs::copy(source, &copy).map_err(|e| Trouble::file(Path::new(source), &e))?;
        let submitted_at = row.submitted_at.map(rfc3339).unwrap_or_default();
        return Ok(Taken { id: row.id.clone(), path, submitted_at, commit: String::new() });
    }
    let folder = tempfile::tempdir_in(to).map_err(|e| Trouble::file(to, &e))?;
    let clone = git::Clone::of(source, row.branch.as_deref(), folder.path())?;
    let Some((commit, at)) = clone.last_before(until)? else { return nothing(to, &row.id) };
    let path = format!("{}.tar.gz", row.id);
    if !clone.pack(&commit, &to.join(&path))? {
        return nothing(to, &row.id);
    }
    Ok(Taken { id: row.id.clone(), path, submitted_at: rfc3339(at), commit })
}

fn nothing(to: &Path, id: &str) -> Outcome<Taken> {
    let dir = to.join(id);
    // Artefacts of pipelines do not keep empty folders.
    let note = dir.join("nothing-handed-in.txt");
    xtask::files::write_atomic(&note, b"Nothing was handed in before the deadline.\n")
        .map_err(|e| Trouble::file(&note, &e))?;
    Ok(Taken::nothing(id))
}

fn rfc3339(at: SystemTime) -> String {
    humantime::format_rfc3339_seconds(at).to_string()
}

/// What an earlier run took.
///
/// # Errors
/// When the folder holds anything else, or was collected with another deadline.
fn before(to: &Path, until: SystemTime) -> Outcome<Vec<Taken>> {
    let path = to.join(MANIFEST);
    if !path.is_file() {
        let holds = fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_some());
        return if holds {
            Err(Trouble::usage(t!("collect.not_empty", dir = to.display())))
        } else {
            Ok(Vec::new())
        };
    }
    let mut reader = csv::Reader::from_path(&path).map_err(|e| Trouble::file(&path, &e))?;
    let header = reader.headers().map_err(|e| Trouble::file(&path, &e))?.clone();
    let deadline = rfc3339(until);
    let mut taken = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| Trouble::file(&path, &e))?;
        let cell = |name: &str| {
            let at = header.iter().position(|h| h == name);
            at.and_then(|at| record.get(at)).unwrap_or_default().to_owned()
        };
        if cell("deadline") != deadline {
            let other = cell("deadline");
            return Err(Trouble::usage(t!(
                "collect.other_deadline",
                path = path.display(),
                deadline = other
            )));
        }
        let [id, path, submitted_at, commit] = ["id", "path", "submitted_at", "commit"].map(cell);
        taken.push(Taken { id, path, submitted_at, commit });
    }
    taken.retain(|t| to.join(&t.path).exists());
    Ok(taken)
}

fn write_manifest(to: &Path, until: SystemTime, taken: &[Taken]) -> Outcome<()> {
    let path: PathBuf = to.join(MANIFEST);
    let mut rows =
        vec![["id", "path", "submitted_at", "commit", "deadline"].map(str::to_owned).into()];
    for one in taken {
        let Taken { id, path, submitted_at, commit } = one.clone();
        rows.push(vec![id, path, submitted_at, commit, rfc3339(until)]);
    }
    let text = crate::report::table(&rows)?;
    xtask::files::write_atomic(&path, text.as_bytes()).map_err(|e| Trouble::file(&path, &e))
}

#[cfg(test)]
mod tests;
