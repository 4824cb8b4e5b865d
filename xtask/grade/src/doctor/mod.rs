//! The self-test: a corpus of attacks, graded like submissions.

mod make;
pub mod probe;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use protocol::Status;
use serde::Deserialize;
use xtask::t;
use xtask::workbook::{Kata, Outcome, Trouble, Workbook};

use crate::intake::Source;
use crate::result::KataGrade;

/// The kata that is attacked, and the file: a pure function, which every test of its step calls.
pub const KATA: &str = "k00";
const FILE: &str = "s2_core.rs";

const CORPUS: &str = include_str!("../../corpus.toml");

/// One attack. `corpus.toml` says what its fields mean.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attack {
    pub row: u32,
    pub name: String,
    #[serde(default)]
    call: String,
    #[serde(default)]
    items: String,
    returns: Option<String>,
    make: Option<String>,
    #[serde(default)]
    beside: BTreeMap<String, String>,
    #[serde(default)]
    pub probe: bool,
    expect: String,
    says: Option<String>,
    pub leaves_nothing: Option<String>,
}

#[derive(Deserialize)]
struct Corpus {
    attack: Vec<Attack>,
}

/// Rows of the table that the corpus covers, without a gap.
pub const ROWS: u32 = 31;

/// All attacks, or those of one row.
pub fn corpus(only: Option<&str>) -> Outcome<Vec<Attack>> {
    let corpus: Corpus = toml::from_str(CORPUS).map_err(|e| Trouble::new(e.to_string()))?;
    let wanted = |attack: &Attack| only.is_none_or(|row| attack.row.to_string() == row);
    let attacks: Vec<Attack> = corpus.attack.into_iter().filter(wanted).collect();
    if attacks.is_empty() {
        return Err(Trouble::usage(t!("grade.no_row", row = only.unwrap_or_default(), of = ROWS)));
    }
    Ok(attacks)
}

impl Attack {
    /// Its submission's id.
    pub fn id(&self) -> String {
        format!("{:02}-{}", self.row, self.name)
    }

    pub fn expected(&self) -> Status {
        Status::parse(&self.expect).unwrap_or(Status::InfraError)
    }

    /// Lays the submission out below `class` and says where it lies.
    pub fn lay_out(&self, workbook: &Workbook, class: &Path) -> Outcome<Source> {
        let kata = workbook.kata(KATA)?;
        let root = class.join(self.id());
        let src = root.join("katas").join(kata.folder()).join("src");
        reference(workbook, kata, &src)?;
        let file = src.join(FILE);
        let text = std::fs::read_to_string(&file).map_err(|e| Trouble::file(&file, &e))?;
        let armed = self.arm(&text).ok_or_else(|| Trouble::file(&file, &t!("grade.no_place")))?;
        put(&file, armed.as_bytes())?;
        for (path, content) in &self.beside {
            put(&root.join(path), content.as_bytes())?;
        }
        let path = match &self.make {
            Some(what) => make::make(what, &root, &src)?,
            None => root,
        };
        Ok(Source { id: self.id(), path, submitted_at: None })
    }

    fn arm(&self, text: &str) -> Option<String> {
        const RETURNS: &str = "-> Result<Vec<Event>, Rejection> {\n    match";
        let (before, after) = text.split_once(RETURNS)?;
        let returns = self.returns.as_deref().unwrap_or("Result<Vec<Event>, Rejection>");
        Some(format!(
            "{before}-> {returns} {{\n    {}\n    match{after}\n{}",
            self.call, self.items
        ))
    }

    /// Why the verdict is not what it must be; none where it is.
    pub fn wrong(&self, grade: &KataGrade) -> Option<String> {
        if grade.status != self.expected() {
            return Some(t!("grade.got", got = grade.status, wanted = self.expect));
        }
        let says = self.says.as_deref()?;
        let failure = grade.first_failure();
        let told = [grade.message.as_deref(), failure.and_then(|f| f.message.as_deref())];
        let said = told.iter().flatten().any(|text| text.contains(says));
        (!said).then(|| t!("grade.not_said", says = says))
    }
}

/// A kata's reference as a submission.
pub fn reference(workbook: &Workbook, kata: &Kata, src: &Path) -> Outcome<()> {
    copy(&workbook.solutions(kata).join("reference"), src)
}

/// The sources of a folder in another.
pub fn copy(from: &Path, to: &Path) -> Outcome<()> {
    for file in xtask::files::tree(from).map_err(|e| Trouble::file(from, &e))? {
        let bytes = std::fs::read(from.join(&file)).map_err(|e| Trouble::file(from, &e))?;
        put(&to.join(&file), &bytes)?;
    }
    Ok(())
}

fn put(path: &Path, bytes: &[u8]) -> Outcome<()> {
    xtask::files::put(path, bytes).map_err(|e| Trouble::file(path, &e))
}

/// Processes that were called so, and that a test left behind.
pub fn left_behind(name: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let called = |dir: &PathBuf| {
        let line = std::fs::read(dir.join("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).next() == Some(name.as_bytes())
    };
    entries.flatten().map(|entry| entry.path()).filter(called).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use protocol::Status;
    use xtask::workbook::Workbook;

    use super::{ROWS, corpus};

    #[test]
    fn every_row_has_an_attack_and_every_attack_a_place() {
        let all = corpus(None).unwrap();
        let rows: BTreeSet<u32> = all.iter().map(|a| a.row).collect();
        assert_eq!(rows, (1..=ROWS).collect());
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let workbook = Workbook::open(&root).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let mut ids = BTreeSet::new();
        for attack in all {
            assert!(ids.insert(attack.id()), "{} twice", attack.id());
            assert!(Status::parse(&attack.expect).is_some(), "{}", attack.id());
            attack.lay_out(&workbook, dir.path()).unwrap();
        }
        assert_eq!(corpus(Some("99")).unwrap_err().code, 2);
    }
}
