//! What is taken from a submission: the `*.rs` files of each kata's `src/`, and nothing else.
//!
//! They are read once, into memory, and written anew where they are built. A submission is a folder
//! or an archive; neither is ever unpacked or linked to.

mod archive;
mod folder;

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};
use xtask::engine::{Finding, Overlay};
use xtask::t;
use xtask::workbook::{Kata, Outcome, Trouble};

use crate::table::Table;

/// Where a submission lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub id: String,
    pub path: PathBuf,
    pub submitted_at: Option<String>,
}

/// What was taken of one.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// By the kata's id; those for which there is something.
    pub trees: BTreeMap<String, Overlay>,
    /// What is refused in a kata's folder.
    pub refused: BTreeMap<String, Vec<Finding>>,
    /// What is refused of the submission as a whole.
    pub refused_whole: Vec<Finding>,
}

/// Bytes of one file, and of all files of a kata.
const FILE: u64 = 1 << 20;
const KATA: usize = 4 << 20;
/// Files of a kata.
const FILES: usize = 200;

impl Taken {
    /// Reads a submission.
    ///
    /// # Errors
    /// Only where the grader's own machine fails; whatever is wrong with a submission is *refused*.
    pub fn of(source: &Source, katas: &[&Kata]) -> Outcome<Self> {
        let there = std::fs::symlink_metadata(&source.path);
        let there = there.map_err(|e| Trouble::file(&source.path, &e))?;
        let mut taking = Taking { katas, taken: Self::default() };
        if there.is_dir() {
            folder::read(&source.path, &mut taking)?;
        } else if there.is_file() {
            archive::read(&source.path, &mut taking)?;
        } else {
            taking.refuse_whole(&source.path, t!("grade.not_regular"));
        }
        Ok(taking.taken)
    }

    /// SHA-256 over names and contents.
    pub fn sha256(&self) -> String {
        let mut sum = Sha256::new();
        for (kata, tree) in &self.trees {
            add(&mut sum, kata.as_bytes());
            add_tree(&mut sum, tree);
        }
        hex(sum)
    }
}

/// Adds bytes so that two of them never look like two others.
pub fn add(sum: &mut Sha256, bytes: &[u8]) {
    sum.update((bytes.len() as u64).to_le_bytes());
    sum.update(bytes);
}

pub fn add_tree(sum: &mut Sha256, tree: &Overlay) {
    for (path, bytes) in tree.files() {
        add(sum, path.to_string_lossy().as_bytes());
        add(sum, bytes);
    }
}

pub fn hex(sum: Sha256) -> String {
    use std::fmt::Write as _;
    sum.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A submission that is being read.
struct Taking<'a> {
    katas: &'a [&'a Kata],
    taken: Taken,
}

/// What a path of a submission is.
enum Place {
    /// A file of a kata's `src/`: the kata's id, and the path below `src/`.
    Of(String, PathBuf),
    Elsewhere,
}

impl Taking<'_> {
    /// `katas/FOLDER/src/…`, perhaps below one folder of any name, as archives have it.
    fn place(&self, path: &Path) -> Place {
        let parts: Vec<&str> = path
            .components()
            .filter_map(|c| match c {
                Component::Normal(part) => part.to_str(),
                _ => None,
            })
            .collect();
        let from = usize::from(parts.first() != Some(&"katas"));
        let Some([first, folder, src, rest @ ..]) = parts.get(from..) else {
            return Place::Elsewhere;
        };
        if (*first, *src) != ("katas", "src") || rest.is_empty() {
            return Place::Elsewhere;
        }
        match self.katas.iter().find(|k| k.folder() == *folder) {
            Some(kata) => Place::Of(kata.id.clone(), rest.iter().collect()),
            None => Place::Elsewhere,
        }
    }

    fn refuse(&mut self, kata: &str, path: &Path, message: String) {
        let file = path.display().to_string();
        let findings = self.taken.refused.entry(kata.to_owned()).or_default();
        findings.push(Finding { file, line: 0, message });
    }

    fn refuse_whole(&mut self, path: &Path, message: String) {
        let file = path.display().to_string();
        self.taken.refused_whole.push(Finding { file, line: 0, message });
    }

    /// Takes a regular file of a kata. `read` is called only when it is wanted.
    fn file(
        &mut self,
        kata: &str,
        below: PathBuf,
        path: &Path,
        size: u64,
        read: impl FnOnce() -> std::io::Result<Vec<u8>>,
    ) -> Outcome<()> {
        if below.extension().is_none_or(|e| e != "rs") {
            return Ok(());
        }
        if size > FILE {
            self.refuse(kata, path, t!("grade.too_big", bytes = size));
            return Ok(());
        }
        let tree = self.taken.trees.entry(kata.to_owned()).or_default();
        let (count, bytes) = tree.files().fold((0, 0), |(n, sum), (_, b)| (n + 1, sum + b.len()));
        if count >= FILES || bytes > KATA {
            self.refuse(kata, path, t!("grade.too_many"));
            return Ok(());
        }
        let content = read().map_err(|e| Trouble::file(path, &e))?;
        tree.put(below, content);
        Ok(())
    }
}

/// The submissions of a folder or of a manifest, by id.
///
/// # Errors
/// With code 2 for what a person typed or wrote.
pub fn sources(from: &Path) -> Outcome<Vec<Source>> {
    let mut all = if has_ending(from, "csv") { manifest(from)? } else { listed(from)? };
    all.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(pair) = all.windows(2).find(|pair| pair[0].id == pair[1].id) {
        return Err(Trouble::usage(t!("grade.twice", id = pair[0].id, from = from.display())));
    }
    if all.is_empty() {
        return Err(Trouble::usage(t!("grade.nobody", from = from.display())));
    }
    Ok(all)
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case(ending))
}

fn listed(dir: &Path) -> Outcome<Vec<Source>> {
    let wrong =
        |e: std::io::Error| Trouble::usage(t!("trouble.file", path = dir.display(), error = e));
    let mut all = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') || has_ending(&path, "csv") {
            continue;
        }
        let id = identified(archive::stem(&name).unwrap_or(&name))?;
        all.push(Source { id, path, submitted_at: None });
    }
    Ok(all)
}

/// `id,path[,submitted_at]`, with a line of headings; paths are relative to the manifest.
fn manifest(path: &Path) -> Outcome<Vec<Source>> {
    let table = Table::read(path)?;
    let (id, place) = (table.need("id")?, table.need("path")?);
    let at = table.column("submitted_at");
    let base = path.parent().unwrap_or(Path::new("."));
    let mut lines: BTreeMap<String, u64> = BTreeMap::new();
    let mut all = Vec::new();
    for row in table.rows() {
        let id = identified(row.cell(id).unwrap_or_default()).map_err(|e| row.wrong(&e.message))?;
        if let Some(line) = lines.insert(id.clone(), row.line()) {
            return Err(row.wrong(&t!("grade.twice_in_table", id = id, line = line)));
        }
        let path = base.join(row.cell(place).unwrap_or_default());
        if row.cell(place).is_none() || path.symlink_metadata().is_err() {
            let path = path.display();
            return Err(row.wrong(&t!("grade.nothing_there", id = id, path = path)));
        }
        let submitted_at = row.cell(at).map(str::to_owned);
        if let Some(instant) = &submitted_at
            && humantime::parse_rfc3339_weak(instant).is_err()
        {
            return Err(row.wrong(&t!("collect.bad_instant", id = id, instant = instant)));
        }
        all.push(Source { id, path, submitted_at });
    }
    Ok(all)
}

/// An id is also a file's name.
pub fn identified(id: &str) -> Outcome<String> {
    let fine = |c: char| c.is_alphanumeric() || "-_.@+".contains(c);
    if id.is_empty() || id.len() > 100 || id.starts_with('.') || !id.chars().all(fine) {
        return Err(Trouble::usage(t!("grade.bad_id", id = id)));
    }
    Ok(id.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{identified, sources};

    #[test]
    fn a_manifest_names_whom_and_where() {
        let dir = tempfile::tempdir().unwrap();
        let csv = dir.path().join("class.csv");
        fs::write(dir.path().join("a.zip"), "").unwrap();
        fs::create_dir_all(dir.path().join("work/bob")).unwrap();
        fs::write(
            &csv,
            "name,ID,path,submitted_at\nB,bob,work/bob,2026-01-01T00:00:00Z\nA,al,a.zip,\n",
        )
        .unwrap();
        let all = sources(&csv).unwrap();
        assert_eq!(all[0].path, dir.path().join("a.zip"));
        assert_eq!(all[1].submitted_at.as_deref(), Some("2026-01-01T00:00:00Z"));
        for (wrong, line) in [
            ("id\nal\n", 1),
            ("id,path\nal,a.zip\nbob,work\nal,work\n", 4),
            ("id,path\nal,a.zip\nbo b,work\n", 3),
            ("id,path\nal,nowhere\n", 2),
            ("id,path\nal\n", 2),
            ("id,path,submitted_at\nal,a.zip,yesterday\n", 2),
        ] {
            fs::write(&csv, wrong).unwrap();
            let trouble = sources(&csv).unwrap_err();
            assert_eq!(trouble.code, 2, "{wrong}");
            let told = format!("{}:{line}: ", csv.display());
            assert!(trouble.message.starts_with(&told), "{}", trouble.message);
        }
        assert_eq!(sources(Path::new("/no/such/folder")).unwrap_err().code, 2);
    }

    #[test]
    fn an_id_is_a_file_name_and_nothing_more() {
        for fine in ["alice", "a.b-c_d@e", "ñandú"] {
            assert!(identified(fine).is_ok(), "{fine}");
        }
        for wrong in ["", "..", ".git", "a/b", "a b", "a\n"] {
            assert!(identified(wrong).is_err(), "{wrong}");
        }
    }
}
