use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workbook's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::canonicalize(here).expect("the workbook is there")
}

/// Attacks on everybody beside them.
pub const BOMBS: [&str; 3] = ["22-fork-bomb", "22-memory-bomb", "23-endless-loop"];

/// Submissions that were laid out in a folder.
pub struct Class {
    pub dir: PathBuf,
    pub size: usize,
    /// Of a student and a kata: is what was handed in right?
    pub right: BTreeMap<(String, String), bool>,
}

/// What a student did with a kata: the reference with the files of a folder over it, or a stub.
enum Work {
    Over(Option<PathBuf>),
    Stub,
}

impl Work {
    fn is_right(&self) -> bool {
        match self {
            Self::Over(None) => true,
            Self::Over(Some(dir)) => !dir.join("trap.toml").exists(),
            Self::Stub => false,
        }
    }
}

/// A kata's folder and everything that can be handed in for it.
struct Kata {
    folder: String,
    works: Vec<Work>,
}

impl Class {
    /// One of each kind, for k00.
    pub fn small(dir: &Path) -> Self {
        let kata = Kata::read("k00-orders");
        let solutions = root().join("solutions-hidden/k00-orders");
        let first = |kind: &str| folders(&solutions.join(kind)).first().cloned();
        kata.hand_in(dir, "reference", &Work::Over(None));
        kata.hand_in(dir, "alternate", &Work::Over(first("alternates")));
        kata.hand_in(dir, "stub", &Work::Stub);
        let trap = folders(&solutions.join("traps")).into_iter().find(|trap| {
            fs::read_to_string(trap.join("trap.toml"))
                .is_ok_and(|text| text.contains("s3_shell") && text.contains("how = \"fail\""))
        });
        kata.hand_in(dir, "trap", &Work::Over(trap));
        kata.hand_in(dir, "exits", &Work::Over(None));
        let armed = dir.join("exits/katas/k00-orders/src/s2_core.rs");
        let text = fs::read_to_string(&armed).expect("a source");
        let text = text.replace("    match (state", "    std::process::exit(0);\n    match (state");
        fs::write(armed, text).expect("written");
        fs::write(dir.join("broken.zip"), "PK and nothing").expect("written");
        fs::create_dir_all(dir.join("nothing/notebook")).expect("a folder");
        Self { dir: dir.to_owned(), size: 7, right: BTreeMap::new() }
    }

    /// Attacks as `lay_out` writes them, three broken archives, and students with a work a kata.
    pub fn of_sixty(dir: &Path, lay_out: impl FnOnce(&Path)) -> Self {
        let _ = fs::remove_dir_all(dir);
        fs::create_dir_all(dir).expect("a folder");
        lay_out(dir);
        let mut size = fs::read_dir(dir).expect("attacks").count();
        // Of the many attacks every second one and all bombs, so that others come as well.
        let bomb = |path: &PathBuf| BOMBS.iter().any(|bomb| path.ends_with(bomb));
        let mut entries: Vec<PathBuf> =
            fs::read_dir(dir).expect("attacks").map(|e| e.expect("an attack").path()).collect();
        entries.retain(|path| !bomb(path));
        entries.sort();
        for entry in entries.iter().skip(1).step_by(2) {
            let gone =
                if entry.is_dir() { fs::remove_dir_all(entry) } else { fs::remove_file(entry) };
            gone.expect("it can be removed");
            size -= 1;
        }
        for name in ["torn.zip", "torn.tar.gz", "torn.tar"] {
            fs::write(dir.join(name.replace('.', "-") + name.trim_start_matches("torn")), "torn")
                .expect("written");
            size += 1;
        }
        let katas: Vec<Kata> = folders(&root().join("solutions-hidden"))
            .iter()
            .filter_map(|dir| dir.file_name()?.to_str().map(Kata::read))
            .collect();
        let mut right = BTreeMap::new();
        for number in 0..60 - size {
            let id = format!("student-{number:02}");
            for (n, kata) in katas.iter().enumerate() {
                // Each third has all of it right.
                let work =
                    if number % 3 == 0 { 0 } else { (number * 5 + n * 3) % kata.works.len() };
                kata.hand_in(dir, &id, &kata.works[work]);
                let short = kata.folder.split('-').next().expect("a name").to_owned();
                right.insert((id.clone(), short), kata.works[work].is_right());
            }
        }
        Self { dir: dir.to_owned(), size: 60, right }
    }
}

impl Kata {
    fn read(folder: &str) -> Self {
        let solutions = root().join("solutions-hidden").join(folder);
        let mut works = vec![Work::Over(None), Work::Stub];
        for kind in ["alternates", "traps"] {
            works.extend(
                folders(&solutions.join(kind)).into_iter().map(|dir| Work::Over(Some(dir))),
            );
        }
        Self { folder: folder.to_owned(), works }
    }

    fn hand_in(&self, class: &Path, id: &str, work: &Work) {
        let src = class.join(id).join("katas").join(&self.folder).join("src");
        match work {
            Work::Stub => copy(&root().join("katas").join(&self.folder).join("stub"), &src),
            Work::Over(files) => {
                let reference =
                    root().join("solutions-hidden").join(&self.folder).join("reference");
                copy(&reference, &src);
                if let Some(files) = files {
                    copy(files, &src);
                }
            }
        }
    }
}

/// A clone of the workbook with the reference of a kata where learners write.
pub fn workbook_with_reference(dir: &Path, kata: &str) {
    let cloned = Command::new("git").args(["clone", "--quiet"]).arg(root()).arg(dir).status();
    assert!(cloned.expect("git starts").success());
    let katas = folders(&root().join("solutions-hidden"));
    let reference = katas
        .iter()
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(kata)))
        .expect("a kata with a reference");
    let src = dir.join("katas").join(reference.file_name().expect("a name")).join("src");
    copy(&reference.join("reference"), &src);
}

/// Folders in a folder, by name.
fn folders(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let mut all: Vec<PathBuf> =
        entries.flatten().map(|e| e.path()).filter(|path| path.is_dir()).collect();
    all.sort();
    all
}

/// The Rust sources of a folder over another.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            copy(&path, &to.join(entry.file_name()));
        } else if path.extension().is_some_and(|e| e == "rs") {
            fs::copy(&path, to.join(entry.file_name())).expect("copied");
        }
    }
}
