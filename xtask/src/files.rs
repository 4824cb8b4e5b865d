//! Files, so that an interrupted run leaves nothing broken.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

/// Writes `bytes` so that `path` holds either what it held before or all of `bytes`.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = dir.join(format!(".{name}.{}", std::process::id()));
    let written = fs::File::create(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let result = written.and_then(|()| fs::rename(&temporary, path));
    if result.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    result
}

/// The regular files below `dir`, as paths relative to it, sorted.
///
/// # Errors
/// When `dir` cannot be read. Links and other special files are an error as well: nothing of the
/// workbook needs them, and a submission must not reach out of its folder through one.
pub fn tree(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut dirs = vec![PathBuf::new()];
    while let Some(sub) = dirs.pop() {
        for entry in fs::read_dir(dir.join(&sub))? {
            let entry = entry?;
            let path = sub.join(entry.file_name());
            let kind = entry.file_type()?;
            if kind.is_dir() {
                dirs.push(path);
            } else if kind.is_file() {
                files.push(path);
            } else {
                let shown = dir.join(path);
                return Err(io::Error::other(format!("{} is not a regular file", shown.display())));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// A fingerprint of names and contents: equal for equal trees, stable over versions of Rust.
pub fn hash<'a>(files: impl IntoIterator<Item = (&'a Path, &'a [u8])>) -> String {
    let mut hasher = Xxh3::new();
    for (path, bytes) in files {
        let name = path.to_string_lossy().replace('\\', "/");
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    }
    format!("{:032x}", hasher.digest128())
}

/// [`hash`] of the files of a folder.
pub fn hash_tree(dir: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    for path in tree(dir)? {
        let bytes = fs::read(dir.join(&path))?;
        files.push((path, bytes));
    }
    Ok(hash(files.iter().map(|(p, b)| (p.as_path(), b.as_slice()))))
}

/// Makes `to` equal to `from`, leaving files alone that are equal already (their age tells cargo
/// that nothing changed) and removing what is not in `from`.
pub fn mirror(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    let wanted = tree(from)?;
    for old in tree(to)? {
        if wanted.binary_search(&old).is_err() {
            fs::remove_file(to.join(old))?;
        }
    }
    for path in wanted {
        let bytes = fs::read(from.join(&path))?;
        put(&to.join(path), &bytes)?;
    }
    Ok(())
}

/// Writes a file unless it holds these bytes already.
pub fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir)?;
    }
    fs::write(path, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrors_and_keeps_the_age_of_what_is_equal() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("from"), dir.path().join("to"));
        put(&from.join("a/b.rs"), b"1").unwrap();
        put(&from.join("c.rs"), b"2").unwrap();
        mirror(&from, &to).unwrap();
        let age = fs::metadata(to.join("c.rs")).unwrap().modified().unwrap();
        put(&from.join("a/b.rs"), b"3").unwrap();
        put(&to.join("stray.rs"), b"").unwrap();
        mirror(&from, &to).unwrap();
        assert_eq!(fs::read(to.join("a/b.rs")).unwrap(), b"3");
        assert!(!to.join("stray.rs").exists());
        assert_eq!(fs::metadata(to.join("c.rs")).unwrap().modified().unwrap(), age);
        assert_eq!(hash_tree(&from).unwrap(), hash_tree(&to).unwrap());
    }

    #[test]
    fn a_name_and_a_content_cannot_be_confused() {
        let one = hash([(Path::new("ab"), &b"c"[..])]);
        let other = hash([(Path::new("a"), &b"bc"[..])]);
        assert_ne!(one, other);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join("s.rs")).unwrap();
        assert!(tree(dir.path()).is_err());
    }
}
