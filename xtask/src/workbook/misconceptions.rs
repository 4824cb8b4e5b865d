use std::path::{Path, PathBuf};

use protocol::Status;

use super::{Kata, Outcome, Trouble, Workbook};
use crate::words::{Lang, lang};

/// A right answer by another route.
#[derive(Debug, Clone)]
pub struct Variant {
    pub name: String,
    /// Only the files that differ from the reference.
    pub dir: PathBuf,
}

/// A wrong answer, the belief behind it, and where it must fail.
#[derive(Debug, Clone)]
pub struct Trap {
    pub variant: Variant,
    /// Module of the step whose file is wrong.
    pub step: String,
    misconception: String,
    misconception_es: Option<String>,
    pub fails: Vec<Expectation>,
}

/// One test that a trap must fail, and how.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// `s2_lock::loom_never_negative`.
    pub test: String,
    pub how: Status,
    /// Part of the message that the test must give.
    pub says: Option<String>,
}

impl Trap {
    pub fn misconception(&self) -> &str {
        match lang() {
            Lang::Es => self.misconception_es.as_deref().unwrap_or(&self.misconception),
            Lang::En => &self.misconception,
        }
    }
}

/// The right answers besides the reference, by name.
pub fn alternates(workbook: &Workbook, kata: &Kata) -> Outcome<Vec<Variant>> {
    folders(&workbook.solutions(kata).join("alternates"))
}

/// The wrong answers, by name.
pub fn traps(workbook: &Workbook, kata: &Kata) -> Outcome<Vec<Trap>> {
    folders(&workbook.solutions(kata).join("traps"))?.into_iter().map(read).collect()
}

/// What says of a wrong answer what it believes and where it fails.
pub const TRAP: &str = "trap.toml";

/// Where an export keeps what is known of wrong answers, below a kata: `NAME/trap.toml`, without
/// the answers.
pub const BELIEFS: &str = "beliefs";

/// The wrong answers that `check` knows the belief behind: all of them, in an export too.
pub fn beliefs(workbook: &Workbook, kata: &Kata) -> Outcome<Vec<Trap>> {
    if workbook.has_solutions() {
        return traps(workbook, kata);
    }
    folders(&kata.dir.join(BELIEFS))?.into_iter().map(read).collect()
}

fn folders(dir: &Path) -> Outcome<Vec<Variant>> {
    let mut found = Vec::new();
    // A repository for students has no solutions.
    let Ok(entries) = std::fs::read_dir(dir) else { return Ok(found) };
    for entry in entries {
        let entry = entry.map_err(|e| Trouble::file(dir, &e))?;
        if entry.path().is_dir() {
            let name = entry.file_name().to_string_lossy().into_owned();
            found.push(Variant { name, dir: entry.path() });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn read(variant: Variant) -> Outcome<Trap> {
    let path = variant.dir.join(TRAP);
    let text = std::fs::read_to_string(&path).map_err(|e| Trouble::file(&path, &e))?;
    let document = toml_span::parse(&text).map_err(|e| Trouble::file(&path, &e))?;
    let table = document.as_table().expect("a document is a table");
    let word = |key: &str| table.get(key).and_then(|v| v.as_str()).map(str::to_owned);
    let wrong = |key: &str| Trouble::file(&path, &format!("`{key}` is missing or wrong"));
    let fails = table.get("fails").and_then(|f| f.as_array()).ok_or_else(|| wrong("fails"))?;
    let fails = fails
        .iter()
        .map(|entry| {
            let word = |key: &str| entry.as_table()?.get(key)?.as_str();
            Ok(Expectation {
                test: word("test").ok_or_else(|| wrong("fails.test"))?.to_owned(),
                how: word("how").and_then(Status::parse).ok_or_else(|| wrong("fails.how"))?,
                says: word("says").map(str::to_owned),
            })
        })
        .collect::<Outcome<Vec<_>>>()?;
    if fails.is_empty() {
        return Err(wrong("fails"));
    }
    Ok(Trap {
        step: word("step").ok_or_else(|| wrong("step"))?,
        misconception: word("misconception").ok_or_else(|| wrong("misconception"))?,
        misconception_es: word("misconception_es"),
        fails,
        variant,
    })
}

impl Expectation {
    /// Did this test fail as expected?
    pub fn matches(&self, test: &crate::engine::TestResult) -> bool {
        let says = self.says.as_deref();
        self.test == test.entry.id()
            && self.how == test.status
            && says.is_none_or(|says| test.message().is_some_and(|m| m.contains(says)))
    }
}
