use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use xtask::t;
use xtask::workbook::{Outcome, Trouble};

use super::{Place, Taking};

/// Folders below one another.
const DEEPEST: usize = 12;

/// Takes what a folder has, without following a link.
pub fn read(root: &Path, taking: &mut Taking<'_>) -> Outcome<()> {
    let top = if root.join("katas").exists() { None } else { only_folder(root) };
    let base = top.as_deref().unwrap_or(root);
    let katas: Vec<(String, String)> =
        taking.katas.iter().map(|k| (k.id.clone(), k.folder())).collect();
    for (id, folder) in katas {
        let mut dir = base.to_owned();
        let parts = ["katas", &folder, "src"];
        let found = parts.iter().all(|part| {
            dir.push(part);
            match fs::symlink_metadata(&dir) {
                Ok(there) if there.is_dir() => true,
                Ok(_) => {
                    let shown = dir.strip_prefix(root).unwrap_or(&dir).to_owned();
                    taking.refuse(&id, &shown, t!("grade.not_regular"));
                    false
                }
                Err(_) => false,
            }
        });
        if found {
            walk(root, &dir, &id, taking, DEEPEST)?;
        }
    }
    Ok(())
}

/// An archive that was unpacked often has one folder of its own.
fn only_folder(root: &Path) -> Option<std::path::PathBuf> {
    let mut entries = fs::read_dir(root).ok()?.flatten().map(|e| e.path());
    let only = entries.next()?;
    let alone = entries.next().is_none();
    let there = fs::symlink_metadata(&only).ok()?;
    (alone && there.is_dir()).then_some(only)
}

fn walk(root: &Path, dir: &Path, id: &str, taking: &mut Taking<'_>, depth: usize) -> Outcome<()> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(dir).map_err(|e| Trouble::file(dir, &e))? {
        entries.push(entry.map_err(|e| Trouble::file(dir, &e))?.path());
    }
    entries.sort();
    for path in entries {
        let shown = path.strip_prefix(root).unwrap_or(&path).to_owned();
        let there = fs::symlink_metadata(&path).map_err(|e| Trouble::file(&path, &e))?;
        if shown.to_str().is_none() {
            taking.refuse(id, &shown, t!("grade.not_utf8"));
        } else if there.is_dir() {
            if depth == 0 {
                taking.refuse(id, &shown, t!("grade.too_many"));
            } else {
                walk(root, &path, id, taking, depth - 1)?;
            }
        } else if !there.is_file() || there.nlink() > 1 {
            taking.refuse(id, &shown, t!("grade.not_regular"));
        } else if let Place::Of(kata, below) = taking.place(&shown) {
            taking.file(&kata, below, &shown, there.len(), || fs::read(&path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use xtask::workbook::Workbook;

    use crate::intake::{Source, Taken};

    fn taken(prepare: impl FnOnce(&Path)) -> Taken {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let workbook = Workbook::open(&root).unwrap();
        let kata = workbook.kata("k02").unwrap();
        let dir = tempfile::tempdir().unwrap();
        let src = dir.path().join("katas").join(kata.folder()).join("src");
        fs::create_dir_all(&src).unwrap();
        fs::write(src.join("lib.rs"), "//! Mine.\n").unwrap();
        fs::write(src.join("notes.txt"), "not taken").unwrap();
        fs::write(src.join("../build.rs"), "fn main() {}").unwrap();
        prepare(&src);
        let source = Source { id: "a".into(), path: dir.path().to_owned(), submitted_at: None };
        Taken::of(&source, &[kata]).unwrap()
    }

    #[test]
    fn only_rust_sources_are_taken() {
        let taken = taken(|_| ());
        let files: Vec<_> = taken.trees["k02"].files().map(|(p, _)| p.to_owned()).collect();
        assert_eq!(files, [Path::new("lib.rs")]);
        assert!(taken.refused.is_empty() && taken.refused_whole.is_empty());
    }

    #[test]
    fn what_is_no_regular_file_is_refused_with_its_path() {
        let refused = |prepare: &dyn Fn(&Path)| {
            let taken = taken(prepare);
            taken.refused.get("k02").map(|f| f[0].file.clone()).unwrap_or_default()
        };
        let name = |file: &str| format!("katas/k02-balance-race/src/{file}");
        assert_eq!(refused(&|src| symlink("/etc/passwd", src.join("x.rs")).unwrap()), name("x.rs"));
        assert_eq!(refused(&|src| symlink("/etc", src.join("dir")).unwrap()), name("dir"));
        assert_eq!(
            refused(&|src| fs::hard_link(src.join("lib.rs"), src.join("z.rs")).unwrap()),
            name("lib.rs")
        );
        let odd = |src: &Path| {
            fs::write(src.join(std::ffi::OsStr::from_bytes(b"\xff.rs")), "").unwrap();
        };
        assert!(refused(&odd).contains(".rs"));
        let big = |src: &Path| {
            fs::File::create(src.join("big.rs")).unwrap().set_len(2 << 20).unwrap();
        };
        assert_eq!(refused(&big), name("big.rs"));
    }

    #[test]
    fn a_linked_folder_on_the_way_is_refused() {
        let taken = taken(|src| {
            let elsewhere = src.parent().unwrap().join("elsewhere");
            fs::rename(src, &elsewhere).unwrap();
            symlink(&elsewhere, src).unwrap();
        });
        assert_eq!(taken.refused["k02"][0].file, "katas/k02-balance-race/src");
    }
}
