use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{MANIFEST, run};
use crate::cli::Collect;

const DEADLINE: &str = "2026-06-01T22:00:00Z";

/// A class on this machine.
struct Class {
    dir: TempDir,
}

impl Class {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A remote with one commit for each of these instants, the file's text being its number.
    fn remote(&self, name: &str, file: &str, commits: &[&str]) {
        let dir = self.path(name);
        fs::create_dir_all(&dir).unwrap();
        git(&dir, "", &["init", "--quiet", "--initial-branch=main"]);
        for (n, at) in commits.iter().enumerate() {
            let path = dir.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, n.to_string()).unwrap();
            git(&dir, at, &["add", "-A"]);
            git(&dir, at, &["commit", "--quiet", "-m", "work"]);
        }
    }

    fn collect(&self, roster: &str) -> super::Outcome<u8> {
        fs::write(self.path("roster.csv"), roster).unwrap();
        run(&Collect {
            roster: self.path("roster.csv"),
            deadline: DEADLINE.into(),
            to: self.path("class"),
        })
    }

    /// The manifest's rows: id, path, instant.
    fn manifest(&self) -> Vec<[String; 3]> {
        let mut reader = csv::Reader::from_path(self.path("class").join(MANIFEST)).unwrap();
        let records = reader.records().map(Result::unwrap);
        records.map(|r| [0, 1, 2].map(|at| r[at].to_owned())).collect()
    }
}

fn git(dir: &Path, at: &str, arguments: &[&str]) {
    let output = Command::new("git")
        .current_dir(dir)
        .args(["-c", "user.name=a", "-c", "user.email=a@x", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .env("GIT_AUTHOR_DATE", at)
        .env("GIT_COMMITTER_DATE", at)
        .env_remove("GIT_DIR")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The files of an archive that git made.
fn packed(path: &Path) -> Vec<(String, String)> {
    use std::io::Read;
    let mut archive =
        tar::Archive::new(flate2::read::GzDecoder::new(fs::File::open(path).unwrap()));
    let mut files = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.header().entry_type().is_file() {
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            files.push((entry.path().unwrap().display().to_string(), text));
        }
    }
    files
}

#[test]
fn the_last_commit_before_the_deadline_counts() {
    let class = Class::new();
    let file = "katas/k03-bank-transfer/src/s1_observe.rs";
    let commits = ["2026-06-01T20:00:00Z", "2026-06-01T23:59:00+02:00", "2026-06-01T22:00:01Z"];
    class.remote("alice", file, &commits);
    class.remote("late", file, &["2026-06-02T00:00:00Z"]);
    class.remote("empty", "README.md", &["2026-05-01T00:00:00Z"]);
    class.remote("none", file, &[]);
    let at = |name: &str| class.path(name).display().to_string();
    let roster = format!(
        "id,name,source\nalice,Alice,{}\nbob,Bob,{}\ncarol,Carol,{}\ndan,Dan,{}\neve,Eve,\n",
        at("alice"),
        at("late"),
        at("empty"),
        at("none")
    );
    assert_eq!(class.collect(&roster).unwrap(), 0);
    let rows = class.manifest();
    assert_eq!(rows[0], ["alice", "alice.tar.gz", "2026-06-01T21:59:00Z"]);
    for (row, id) in rows[1..].iter().zip(["bob", "carol", "dan", "eve"]) {
        assert_eq!(*row, [id, id, ""], "nothing was handed in, and that is no gap");
        let folder = fs::read_dir(class.path("class").join(id)).unwrap();
        assert_eq!(folder.count(), 1, "a note, and nothing that could be graded");
    }
    let files = packed(&class.path("class/alice.tar.gz"));
    assert_eq!(files, [(file.to_owned(), "1".to_owned())]);
    // No clone is left behind.
    assert_eq!(fs::read_dir(class.path("class")).unwrap().count(), 6);
}

#[test]
fn a_branch_of_the_roster_is_taken() {
    let class = Class::new();
    class.remote("alice", "katas/a.rs", &["2026-05-01T00:00:00Z"]);
    git(&class.path("alice"), "2026-05-02T00:00:00Z", &["checkout", "-q", "-b", "submit"]);
    fs::write(class.path("alice/katas/a.rs"), "submitted").unwrap();
    git(&class.path("alice"), "2026-05-02T00:00:00Z", &["commit", "-qam", "x"]);
    git(&class.path("alice"), "", &["checkout", "-q", "main"]);
    let at = class.path("alice").display().to_string();
    class.collect(&format!("id,source,branch\nalice,{at},submit\n")).unwrap();
    assert_eq!(packed(&class.path("class/alice.tar.gz"))[0].1, "submitted");
}

#[test]
fn of_several_archives_the_last_in_time_counts() {
    let class = Class::new();
    for name in ["first.zip", "second.zip", "third.zip"] {
        fs::write(class.path(name), name).unwrap();
    }
    let roster = "id,source,submitted_at\n\
        alice,second.zip,2026-06-01T10:00:00Z\n\
        alice,first.zip,2026-05-01T10:00:00Z\n\
        alice,third.zip,2026-06-01T22:00:01Z\n\
        bob,third.zip,2026-06-03T00:00:00Z\n";
    assert_eq!(class.collect(roster).unwrap(), 0);
    assert_eq!(fs::read_to_string(class.path("class/alice.zip")).unwrap(), "second.zip");
    assert_eq!(class.manifest()[0], ["alice", "alice.zip", "2026-06-01T10:00:00Z"]);
    assert_eq!(class.manifest()[1], ["bob", "bob", ""]);
}

#[test]
fn what_cannot_be_reached_is_no_zero_and_is_asked_again() {
    let class = Class::new();
    let later = class.path("later").display().to_string();
    fs::write(class.path("a.zip"), "a").unwrap();
    let roster = format!("id,source\nalice,a.zip\nbob,{later}\ncarol,missing.zip\n");
    assert_eq!(class.collect(&roster).unwrap(), 3);
    assert_eq!(class.manifest().len(), 1);
    class.remote("later", "katas/a.rs", &["2026-05-01T00:00:00Z"]);
    fs::write(class.path("missing.zip"), "c").unwrap();
    // What is there already is not asked for again.
    fs::remove_file(class.path("a.zip")).unwrap();
    assert_eq!(class.collect(&roster).unwrap(), 0);
    let ids: Vec<String> = class.manifest().into_iter().map(|[id, ..]| id).collect();
    assert_eq!(ids, ["alice", "bob", "carol"]);
}

#[test]
fn a_folder_with_something_else_in_it_stays_as_it_is() {
    let class = Class::new();
    fs::create_dir(class.path("class")).unwrap();
    fs::write(class.path("class/mine.txt"), "mine").unwrap();
    assert_eq!(class.collect("id,source\n").unwrap_err().code, 2);
    assert_eq!(fs::read_dir(class.path("class")).unwrap().count(), 1);
}

#[test]
fn an_id_that_is_no_file_name_is_refused() {
    for id in ["../up", "a/b", ".hidden", "a b"] {
        let class = Class::new();
        let trouble = class.collect(&format!("id,source\n{id},\n")).unwrap_err();
        assert_eq!(trouble.code, 2, "{id}");
    }
    let class = Class::new();
    assert_eq!(class.collect("name,source\nalice,\n").unwrap_err().code, 2);
}

#[test]
fn another_deadline_is_another_collection() {
    let class = Class::new();
    fs::write(class.path("a.zip"), "a").unwrap();
    class.collect("id,source\nalice,a.zip\n").unwrap();
    let other = Collect {
        roster: class.path("roster.csv"),
        deadline: "2026-06-08T22:00:00Z".into(),
        to: class.path("class"),
    };
    assert_eq!(run(&other).unwrap_err().code, 2);
}
