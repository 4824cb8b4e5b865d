use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The folders whose Rust files decide a verdict; beside them the kata's own `*.toml`.
const FOLDERS: [&str; 3] = ["src", "tests", "given"];

/// What a kata's files hold at one moment.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// By their path inside the kata.
    files: BTreeMap<PathBuf, File>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct File {
    bytes: Vec<u8>,
    time: Option<SystemTime>,
}

impl Snapshot {
    /// A file that vanishes meanwhile is left out: its end is a save to come.
    pub fn take(kata: &Path) -> Self {
        let mut snapshot = Self::default();
        snapshot.folder(kata, Path::new(""), false);
        for folder in FOLDERS {
            snapshot.folder(kata, Path::new(folder), true);
        }
        snapshot
    }

    fn folder(&mut self, kata: &Path, folder: &Path, deep: bool) {
        let Ok(entries) = fs::read_dir(kata.join(folder)) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let path = folder.join(&name);
            // Editors keep their own files hidden beside what is edited.
            if name.to_string_lossy().starts_with('.') {
                continue;
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if deep {
                    self.folder(kata, &path, true);
                }
            } else if path.extension().is_some_and(|e| e == "rs" || e == "toml")
                && let Ok(bytes) = fs::read(entry.path())
            {
                let time = entry.metadata().and_then(|m| m.modified()).ok();
                self.files.insert(path, File { bytes, time });
            }
        }
    }

    /// The first file whose content is not that of `other`, or that only one of the two has.
    pub fn changed<'a>(&'a self, other: &'a Self) -> Option<&'a Path> {
        self.first(other, |a, b| a.bytes == b.bytes)
    }

    /// Like [`changed`](Self::changed); a save that changed nothing counts too.
    pub fn saved<'a>(&'a self, other: &'a Self) -> Option<&'a Path> {
        self.first(other, |a, b| a == b)
    }

    fn first<'a>(&'a self, other: &'a Self, same: fn(&File, &File) -> bool) -> Option<&'a Path> {
        let mut paths = self.files.keys().chain(other.files.keys());
        let path = paths.find(|path| match (self.files.get(*path), other.files.get(*path)) {
            (Some(a), Some(b)) => !same(a, b),
            _ => true,
        });
        path.map(PathBuf::as_path)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::time::{Duration, SystemTime};

    use super::Snapshot;

    #[test]
    fn tells_a_change_from_a_save_without_one() {
        let kata = tempfile::tempdir().unwrap();
        let file = kata.path().join("src/s1.rs");
        fs::create_dir_all(kata.path().join("src")).unwrap();
        fs::write(&file, "one").unwrap();
        let first = Snapshot::take(kata.path());
        assert_eq!(first.saved(&Snapshot::take(kata.path())), None);

        let later = SystemTime::now() + Duration::from_secs(5);
        fs::File::options().append(true).open(&file).unwrap().set_modified(later).unwrap();
        let touched = Snapshot::take(kata.path());
        assert_eq!(touched.changed(&first), None);
        assert_eq!(touched.saved(&first), Some(Path::new("src/s1.rs")));

        fs::remove_file(&file).unwrap();
        let removed = Snapshot::take(kata.path());
        assert_eq!(removed.changed(&first), Some(Path::new("src/s1.rs")));
    }

    #[test]
    fn looks_at_what_decides_a_verdict_only() {
        let kata = tempfile::tempdir().unwrap();
        for folder in ["src/deep", "stub", "tests/suite"] {
            fs::create_dir_all(kata.path().join(folder)).unwrap();
        }
        let empty = Snapshot::take(kata.path());
        for file in ["stub/s1.rs", "src/.s1.rs.swp", "src/s1.rs~", "hints.md"] {
            fs::write(kata.path().join(file), "").unwrap();
        }
        assert_eq!(Snapshot::take(kata.path()).saved(&empty), None);
        for file in ["kata.toml", "src/deep/a.rs", "tests/suite/s1.rs"] {
            fs::write(kata.path().join(file), "").unwrap();
            assert_eq!(Snapshot::take(kata.path()).changed(&empty), Some(Path::new(file)));
            fs::remove_file(kata.path().join(file)).unwrap();
        }
    }
}
