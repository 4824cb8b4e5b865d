use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::files;
use crate::t;
use crate::terminal::{fold, hint};
use crate::toml::{members, quoted, with_members};
use crate::workbook::{self, Kata, Outcome, Trouble, Workbook};

/// What a new kata begins with: its path below the kata's folder, and its text with places to fill.
const KATA: [(&str, &str); 11] = [
    ("Cargo.toml", include_str!("../../templates/kata/manifest.toml")),
    ("kata.toml", include_str!("../../templates/kata/kata.toml")),
    ("hints.md", include_str!("../../templates/kata/hints.md")),
    ("hints.es.md", include_str!("../../templates/kata/hints.es.md")),
    ("notebook.toml", include_str!("../../templates/kata/notebook.toml")),
    ("stub/lib.rs", include_str!("../../templates/kata/stub/lib.rs")),
    ("stub/s1_first.rs", include_str!("../../templates/kata/stub/s1_first.rs")),
    ("src/lib.rs", include_str!("../../templates/kata/stub/lib.rs")),
    ("src/s1_first.rs", include_str!("../../templates/kata/stub/s1_first.rs")),
    ("tests/suite/main.rs", include_str!("../../templates/kata/suite/main.rs")),
    ("tests/suite/s1_first.rs", include_str!("../../templates/kata/suite/s1_first.rs")),
];
/// The same for its answers.
const ANSWERS: [(&str, &str); 6] = [
    ("reference/lib.rs", include_str!("../../templates/kata/stub/lib.rs")),
    ("reference/s1_first.rs", include_str!("../../templates/solutions/s1_first.rs")),
    ("wrong.toml", include_str!("../../templates/solutions/wrong.toml")),
    ("alternates/.gitkeep", ""),
    (
        "traps/later-is-larger/s1_first.rs",
        include_str!("../../templates/solutions/trap/s1_first.rs"),
    ),
    ("traps/later-is-larger/trap.toml", include_str!("../../templates/solutions/trap/trap.toml")),
];

/// Scaffolds a kata that builds and fails as it should. Never writes over anything.
pub fn run(workbook: &Workbook, id: &str, title: Option<&str>) -> Outcome<ExitCode> {
    let name = Name::parse(id)?;
    let title = title.map_or_else(|| name.as_title(), str::to_owned);
    if title.trim().is_empty() || title.contains(char::is_control) {
        return Err(Trouble::usage(t!("new.bad_title")));
    }
    if let Some(taken) = workbook.katas.iter().find(|k| k.id == name.id()) {
        return Err(Trouble::usage(t!("new.taken", id = name.id(), folder = taken.folder())));
    }
    let kata = workbook.root.join("katas").join(name.folder);
    let answers = workbook.root.join("solutions-hidden").join(name.folder);
    for dir in [&kata, &answers] {
        if dir.exists() {
            return Err(Trouble::usage(t!("new.exists", path = workbook.shown(dir))));
        }
    }
    let manifest = workbook.root.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).map_err(|e| Trouble::file(&manifest, &e))?;
    // Before anything is written: a manifest that cannot be edited stops it here.
    let members = members(&text).map(|mut members| {
        members.push(format!("katas/{}", name.folder));
        members
    });
    let edited = members
        .and_then(|members| with_members(&text, &members))
        .ok_or_else(|| Trouble::new(t!("new.members", path = workbook.shown(&manifest))))?;

    let mut written = Vec::new();
    let done = write(workbook, &name, &title, &kata, &answers, &mut written).and_then(|()| {
        files::write_atomic(&manifest, edited.as_bytes())
            .map_err(|e| Trouble::file(&manifest, &e))?;
        written.push(manifest);
        Ok(())
    });
    for path in &written {
        println!("  {}", workbook.shown(path));
    }
    if let Err(trouble) = done {
        return Err(Trouble {
            message: format!("{}\n{}", trouble.message, t!("new.half")),
            ..trouble
        });
    }
    println!();
    print!("{}", fold(&t!("new.done", title = title), 0));
    for (command, what) in [
        (format!("cargo xtask check {}", name.id()), t!("new.check")),
        (format!("cargo xtask verify {}", name.id()), t!("new.verify")),
    ] {
        println!("  {} {what}", hint(&format!("{command:<24}")));
    }
    Ok(ExitCode::SUCCESS)
}

/// `k99-rate-limit`: the kata's folder.
#[derive(Debug, Clone, Copy)]
struct Name<'a> {
    folder: &'a str,
}

impl<'a> Name<'a> {
    fn parse(folder: &'a str) -> Outcome<Self> {
        let word = |w: &str| {
            !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        let right = folder.split_once('-').is_some_and(|(id, name)| {
            let digits = id.strip_prefix('k').unwrap_or_default();
            digits.len() == 2
                && digits.bytes().all(|b| b.is_ascii_digit())
                && name.split('-').all(word)
        });
        if right { Ok(Self { folder }) } else { Err(Trouble::usage(t!("new.bad_id", id = folder))) }
    }

    fn id(&self) -> &'a str {
        &self.folder[..3]
    }

    fn number(&self) -> &'a str {
        self.folder[1..3].trim_start_matches('0')
    }

    /// `Rate limit`.
    fn as_title(&self) -> String {
        let words = self.folder[4..].replace('-', " ");
        words[..1].to_uppercase() + &words[1..]
    }
}

fn write(
    workbook: &Workbook,
    name: &Name<'_>,
    title: &str,
    kata: &Path,
    answers: &Path,
    written: &mut Vec<PathBuf>,
) -> Outcome<()> {
    let last = workbook.katas.last();
    let number = if name.number().is_empty() { "0" } else { name.number() };
    let fill = [
        ("@ID@", name.id().to_owned()),
        ("@NUMBER@", number.to_owned()),
        ("@TITLE@", quoted(title)),
        ("@DESCRIPTION@", quoted(&format!("Kata {number}: {title}"))),
        ("@HEADING@", format!("Kata {number}: {title}.")),
        // At the end of the path, until it is decided where it belongs.
        ("@ORDER@", last.map_or(1, |k| k.order + 1).to_string()),
        ("@MONTH@", last.map_or(1, |k| k.month).to_string()),
        ("@WEEKS@", last.map_or("1", |k| k.weeks.as_str()).to_owned()),
    ];
    let all = KATA
        .iter()
        .map(|(file, text)| (kata.join(file), text))
        .chain(ANSWERS.iter().map(|(file, text)| (answers.join(file), text)));
    for (path, text) in all {
        let text =
            fill.iter().fold((*text).to_owned(), |text, (hole, value)| text.replace(hole, value));
        put(path, &text, written)?;
    }
    let tests = workbook::render(&workbook::from_suite(&Kata::read(kata)?)?);
    put(kata.join("tests.toml"), &tests, written)
}

fn put(path: PathBuf, text: &str, written: &mut Vec<PathBuf>) -> Outcome<()> {
    files::write_atomic(&path, text.as_bytes()).map_err(|e| Trouble::file(&path, &e))?;
    written.push(path);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Name, run};
    use crate::files;
    use crate::workbook::{self, Asks, Section, Workbook};

    const MANIFEST: &str = "[workspace]\nresolver = \"3\"\nmembers = [\n    \"katas/k02-x\",\n    \"xtask\",\n] # all\n\n[profile]\n";

    fn small_workbook(root: &Path) -> Workbook {
        let kata = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .unwrap()
            .join("katas/k02-balance-race/kata.toml");
        files::put(&root.join("katas/k02-x/kata.toml"), &fs::read(kata).unwrap()).unwrap();
        files::put(&root.join("Cargo.toml"), MANIFEST.as_bytes()).unwrap();
        Workbook::open(root).unwrap()
    }

    #[test]
    fn a_new_kata_is_complete_and_its_parts_fit_together() {
        let dir = tempfile::tempdir().unwrap();
        let book = small_workbook(dir.path());
        run(&book, "k99-rate-limit", None).unwrap();

        let book = Workbook::open(dir.path()).unwrap();
        let kata = book.kata("k99").unwrap();
        assert_eq!(kata.title(), "Rate limit");
        let all: String = files::tree(dir.path())
            .unwrap()
            .iter()
            .filter_map(|f| fs::read_to_string(dir.path().join(f)).ok())
            .collect();
        let hole = all.split('@').nth(1);
        assert_eq!(hole, None, "every place is filled");

        assert_eq!(files::hash_tree(&kata.stub()).unwrap(), files::hash_tree(&kata.src()).unwrap());
        let tests = workbook::read(kata).unwrap();
        assert_eq!(tests, workbook::from_suite(kata).unwrap());
        assert_eq!(workbook::hints(kata, "s1_first").unwrap().len(), 3);
        let asks = Asks::of(kata).unwrap();
        for section in Section::ALL {
            let of_all = Asks::default().questions(section);
            assert_ne!(asks.questions(section), of_all, "it asks what fits any kata");
        }
        let shown = asks.code.unwrap();
        let code = fs::read_to_string(kata.src().join(&shown.file)).unwrap();
        assert!(code.contains(&format!("fn {}(", shown.name)), "{code}");
        let traps = workbook::traps(&book, kata).unwrap();
        assert_eq!(traps[0].fails[0].test, tests[0].id());
        let manifest = fs::read_to_string(dir.path().join("Cargo.toml")).unwrap();
        assert_eq!(
            manifest,
            MANIFEST.replace("\"xtask\",\n", "\"xtask\",\n    \"katas/k99-rate-limit\",\n")
        );
    }

    #[test]
    fn a_title_is_text_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let book = small_workbook(dir.path());
        run(&book, "k00-orders", Some("\"Quoted\" & ñ \\ done")).unwrap();
        let book = Workbook::open(dir.path()).unwrap();
        assert_eq!(book.kata("k00").unwrap().title(), "\"Quoted\" & ñ \\ done");
        let manifest = fs::read_to_string(dir.path().join("katas/k00-orders/Cargo.toml")).unwrap();
        let manifest = toml_span::parse(&manifest).unwrap();
        let description = manifest.pointer("/package/description").unwrap().as_str();
        assert!(description.unwrap().starts_with("Kata 0: \"Quoted"));
        assert!(run(&book, "k98-x", Some("two\nlines")).is_err());
    }

    #[test]
    fn nothing_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let book = small_workbook(dir.path());
        for (folder, path) in
            [("k98-a", "katas/k98-a/mine"), ("k97-b", "solutions-hidden/k97-b/mine")]
        {
            files::put(&dir.path().join(path), b"mine").unwrap();
            assert_eq!(run(&book, folder, None).unwrap_err().code, 2);
        }
        assert_eq!(run(&book, "k02-again", None).unwrap_err().code, 2);
        assert_eq!(fs::read_to_string(dir.path().join("Cargo.toml")).unwrap(), MANIFEST);
        assert_eq!(fs::read_dir(dir.path().join("katas/k98-a")).unwrap().count(), 1);
    }

    #[test]
    fn a_name_has_a_number_and_words() {
        for right in ["k99-rate-limit", "k00-x", "k10-top-10"] {
            assert!(Name::parse(right).is_ok(), "{right}");
        }
        for wrong in [
            "k99", "99-x", "k9-x", "k999-x", "k99-", "k99-X", "k99-a--b", "k99-a/b", "k99-../b",
            "kñ-x",
        ] {
            assert!(Name::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Name::parse("k07-outbox").unwrap().number(), "7");
    }
}
