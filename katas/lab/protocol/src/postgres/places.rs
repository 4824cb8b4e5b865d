//! Folders that hold server programs and are on nobody's `PATH`.

use std::fs;
use std::path::{Path, PathBuf};

/// `*` stands for the rest of one component.
const PATTERNS: &[&str] = &[
    // Debian, Ubuntu, PGDG's apt repository.
    "/usr/lib/postgresql/*/bin",
    // PGDG's yum repository.
    "/usr/pgsql-*/bin",
    // openSUSE, Alpine.
    "/usr/lib/postgresql*/bin",
    "/usr/libexec/postgresql*",
    // Fedora, Arch and a build by hand: for a process that got a bare PATH.
    "/usr/bin",
    "/usr/local/bin",
    "/usr/local/pgsql/bin",
    // Homebrew on both kinds of Mac and on Linux; its versioned formulae are not linked.
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
    // MacPorts, Postgres.app, EDB's installers.
    "/opt/local/lib/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/Library/PostgreSQL/*/bin",
    "/opt/PostgreSQL/*/bin",
    // FreeBSD installs to /usr/local/bin; NixOS and asdf put what they have on PATH.
    "C:/Program Files/PostgreSQL/*/bin",
];

/// The folders that exist.
pub fn known() -> Vec<PathBuf> {
    PATTERNS.iter().flat_map(|pattern| matches(pattern)).collect()
}

/// In an order that does not depend on the file system's.
fn matches(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else {
        return vec![pattern.into()];
    };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let after = after.trim_start_matches('/');
    let entries = fs::read_dir(Path::new(parent)).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| if after.is_empty() { entry.path() } else { entry.path().join(after) })
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use std::fs;

    #[test]
    fn a_star_is_the_rest_of_one_component() {
        let root = std::env::temp_dir().join(format!("trece-places-{}", std::process::id()));
        for dir in ["pg-15/bin", "pg-9/bin", "pg-16/share", "other/bin"] {
            fs::create_dir_all(root.join(dir)).expect("a folder");
        }
        let found = super::matches(&format!("{}/pg-*/bin", root.display()));
        let bare = super::matches(&format!("{}/pg-*", root.display()));
        let absent = super::matches(&format!("{}/absent/*/bin", root.display()));
        fs::remove_dir_all(&root).expect("the folder can be removed");
        assert_eq!(found, [root.join("pg-15/bin"), root.join("pg-9/bin")]);
        assert_eq!(bare.len(), 3);
        assert!(absent.is_empty());
    }
}
