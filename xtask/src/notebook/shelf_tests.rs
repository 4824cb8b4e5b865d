use std::fs;
use std::path::Path;

use super::{Shelf, Written};
use crate::files;
use crate::notebook::Measured;
use crate::notebook::measured::Picture;
use crate::notebook::page::{Page, Skeleton};
use crate::words::Lang;
use crate::workbook::{Outcome, Workbook};

fn workbook(root: &Path) -> Workbook {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let kata = fs::read(source.join("katas/k02-balance-race/kata.toml")).unwrap();
    files::put(&root.join("katas/k02-x/kata.toml"), &kata).unwrap();
    Workbook::open(root).unwrap()
}

fn skeleton() -> Page {
    let mut skeleton = Skeleton::new("k02", Lang::En, "k02");
    skeleton.part("results").heading(2, "Problem").ask(["Why?"]);
    skeleton.finish()
}

fn write(workbook: &Workbook, results: &str, measured: &[(&str, &Measured)]) -> Outcome<Written> {
    let parts = [("results", results.to_owned())];
    Shelf::open(workbook, "k02")?.write(skeleton, &parts, measured)
}

fn page(workbook: &Workbook) -> String {
    fs::read_to_string(workbook.root.join("notebook/k02.md")).unwrap()
}

#[test]
fn a_page_is_begun_renewed_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let workbook = workbook(dir.path());
    let first = write(&workbook, "1", &[]).unwrap();
    assert!(first.new && first.changed && first.backup.is_none());
    assert_eq!((first.file.as_str(), first.open.len()), ("notebook/k02.md", 1));

    let mine = page(&workbook).replace("[✎ ", "Because. [✎ no more] ") + "\n## Mine\n";
    fs::write(workbook.root.join("notebook/k02.md"), &mine).unwrap();
    let again = write(&workbook, "2", &[]).unwrap();
    assert!(!again.new && again.changed && again.backup.is_none() && again.open.is_empty());
    assert!(page(&workbook).contains("Because.") && page(&workbook).ends_with("\n## Mine\n"));
    assert!(!write(&workbook, "2", &[]).unwrap().changed);
}

#[test]
fn what_was_changed_between_marks_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let workbook = workbook(dir.path());
    write(&workbook, "numbers", &[]).unwrap();
    for words in ["mine", "mine again"] {
        let edited = page(&workbook).replace("numbers", words);
        fs::write(workbook.root.join("notebook/k02.md"), &edited).unwrap();
        let written = write(&workbook, "numbers", &[]).unwrap();
        assert_eq!(written.renewed.edited, ["results"]);
        let kept = workbook.root.join(written.backup.unwrap()).join("k02.md");
        assert_eq!(fs::read_to_string(kept).unwrap(), edited);
    }
}

#[test]
fn a_page_that_cannot_be_read_is_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    let workbook = workbook(dir.path());
    let path = workbook.root.join("notebook/k02.md");
    let whole = {
        write(&workbook, "1", &[]).unwrap();
        page(&workbook)
    };
    for (damaged, said) in [
        (b"\xff\xfe".to_vec(), "UTF-8"),
        (b"My own notes.".to_vec(), "notebook/k02.md"),
        (whole.replace("trece:end", "trece:gone").into_bytes(), ":4:"),
        (whole.replace("trece:begin", "trece:gone").into_bytes(), ":6:"),
        (format!("{whole}{whole}").into_bytes(), "results"),
        (whole.replace("page k02", "page k03").into_bytes(), "k03"),
    ] {
        fs::write(&path, &damaged).unwrap();
        let trouble = write(&workbook, "2", &[]).unwrap_err();
        assert!(trouble.message.contains(said), "{}", trouble.message);
        assert_eq!(fs::read(&path).unwrap(), damaged);
    }
    fs::write(&path, "\n").unwrap();
    assert!(write(&workbook, "2", &[]).unwrap().new, "an empty file is no page");
}

#[test]
fn pictures_lie_beside_the_page_and_others_of_that_name_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let workbook = workbook(dir.path());
    let mut measured = Measured {
        cpu: None,
        cores: 1,
        system: String::new(),
        versions: Vec::new(),
        quick: false,
        runs: 1,
        stopped: 0,
        table: None,
        pictures: vec![Picture { name: "a.svg".into(), title: "A".into(), bytes: b"1".into() }],
    };
    let path = workbook.root.join("notebook/k02/a.svg");
    let hang = |measured: &Measured| {
        let stamp = Picture::stamp(&measured.pictures[0].bytes);
        write(&workbook, &format!("<!-- a.svg {stamp} -->"), &[("k02", measured)]).unwrap()
    };
    assert!(hang(&measured).backup.is_none());
    // A newer one takes the place of what a report has put there.
    measured.pictures[0].bytes = b"2".into();
    assert!(hang(&measured).backup.is_none());
    assert_eq!(fs::read(&path).unwrap(), b"2");
    fs::write(&path, "mine").unwrap();
    let kept = workbook.root.join(hang(&measured).backup.unwrap()).join("a.svg");
    assert_eq!(fs::read_to_string(kept).unwrap(), "mine");
    assert_eq!(fs::read(&path).unwrap(), b"2");
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let dir = tempfile::tempdir().unwrap();
    let workbook = workbook(dir.path());
    let elsewhere = dir.path().join("elsewhere.md");
    fs::write(&elsewhere, skeleton().to_string()).unwrap();
    fs::create_dir(dir.path().join("notebook")).unwrap();
    let link = dir.path().join("notebook/k02.md");
    std::os::unix::fs::symlink(&elsewhere, &link).unwrap();
    write(&workbook, "through the link", &[]).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&elsewhere).unwrap().contains("through the link"));
}
