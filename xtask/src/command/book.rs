use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use super::external::{code_of, not_started};
use super::target;
use crate::engine::cargo;
use crate::files;
use crate::progress::Progress;
use crate::t;
use crate::terminal::{bold, dim, fold, hint};
use crate::words::{Lang, lang};
use crate::workbook::{Kata, Outcome, Trouble, Workbook};

/// What is installed where no mdBook of this series is found.
const VERSION: &str = "0.5.4";
const SERIES: &str = "v0.5.";
/// Where it listens: on this machine alone.
const HOST: &str = "127.0.0.1";

/// What the Spanish edition has of its own; the rest of `book.toml` holds for both. Its source is
/// below the English one and its pages are below the English ones, so that a link from one to the
/// other is the same in the source and on the page.
const SPANISH: [(&str, &str); 3] = [
    ("MDBOOK_BOOK__SRC", "src/es"),
    ("MDBOOK_BOOK__LANGUAGE", "es"),
    (
        "MDBOOK_BOOK__DESCRIPTION",
        "Un cuaderno de trece katas sobre backends que sobreviven a la concurrencia y a los fallos",
    ),
];

/// Serves both editions and says where the kata's chapter is, in the learner's language.
pub fn run(workbook: &Workbook, port: u16, open: bool, name: Option<&str>) -> Outcome<ExitCode> {
    let progress = Progress::load(workbook)?;
    let kata = target::kata(workbook, &progress, name)?;
    let src = workbook.root.join("book/src");
    let chapter = chapter(&src, kata, lang());
    if TcpListener::bind((HOST, port)).is_err() {
        let next =
            (port.saturating_add(1)..=u16::MAX).find(|p| TcpListener::bind((HOST, *p)).is_ok());
        return Err(Trouble::new(t!("book.port", port = port, next = next.unwrap_or(8080))));
    }
    let Some(mdbook) = find(workbook).or_else(|| install(workbook)) else {
        let file = chapter.unwrap_or_else(|| summary(lang()));
        return Err(Trouble::new(t!("book.not_installed", file = workbook.shown(&src.join(file)))));
    };
    let folder = folder(workbook);
    let root = format!("http://localhost:{port}/");
    let start = format!("{root}{}", page(&summary(lang()).with_file_name("index.md")));
    let page = chapter.map(|file| format!("{root}{}", page(&file)));
    println!("{}  {}", t!("book.start"), hint(&start));
    if let Some(page) = &page {
        println!("{}  {}", bold(&format!("{} {}", kata.id, kata.title())), hint(page));
    }
    println!("{}", dim(&t!("book.end")));
    let mut command = Command::new(&mdbook);
    command
        .args(["serve", "--hostname", HOST, "--port", &port.to_string(), "--dest-dir"])
        .arg(&folder)
        .arg(workbook.root.join("book"));
    let mut server = command.spawn().map_err(|e| not_started(&e))?;
    if !listens(&mut server, port) {
        return Ok(code_of(server.wait()?));
    }
    let mut spanish = spanish(workbook, &mdbook, &folder);
    spanish.stdout(Stdio::null()).stderr(Stdio::null());
    let _ = spanish.status();
    // The chapter that was asked for, else the first page.
    let page = page.filter(|_| name.is_some()).unwrap_or(start);
    if open && !show(&page) {
        print!("{}", fold(&t!("book.no_browser", page = page), 0));
    }
    // When a source changes, the server empties its folder before it builds the English edition.
    loop {
        if let Some(status) = server.try_wait()? {
            return Ok(code_of(status));
        }
        if !folder.join("es/index.html").is_file() && folder.join("print.html").is_file() {
            let _ = spanish.status();
        }
        thread::sleep(Duration::from_millis(200));
    }
}

/// Builds the pages and says where they are.
pub fn build_only(workbook: &Workbook) -> Outcome<ExitCode> {
    let folder = build(workbook)?.map_err(Trouble::new)?;
    println!("{}", workbook.shown(&folder.join("index.html")));
    println!("{}", workbook.shown(&folder.join("es/index.html")));
    Ok(ExitCode::SUCCESS)
}

/// Builds both editions and gives their folder, or says why not.
pub fn build(workbook: &Workbook) -> Outcome<Result<PathBuf, String>> {
    let Some(mdbook) = find(workbook).or_else(|| install(workbook)) else {
        let file = Path::new("book/src").join(summary(lang()));
        return Ok(Err(t!("book.not_installed", file = file.display())));
    };
    let folder = folder(workbook);
    // In this order: the English edition empties the folder that the Spanish one is in.
    for mut command in [english(workbook, &mdbook, &folder), spanish(workbook, &mdbook, &folder)] {
        let output = command.output().map_err(|e| not_started(&e))?;
        let said = String::from_utf8_lossy(&output.stderr);
        // What cannot be included or parsed is only a warning to mdBook.
        if !output.status.success() || said.contains("WARN") || said.contains("ERROR") {
            return Ok(Err(said.trim_end().to_owned()));
        }
    }
    Ok(Ok(folder))
}

fn english(workbook: &Workbook, mdbook: &Path, folder: &Path) -> Command {
    let mut command = Command::new(mdbook);
    command.arg("build").arg("--dest-dir").arg(folder).arg(workbook.root.join("book"));
    command
}

fn spanish(workbook: &Workbook, mdbook: &Path, folder: &Path) -> Command {
    let mut command = english(workbook, mdbook, &folder.join("es"));
    command.envs(SPANISH);
    command
}

/// Where the book's pages are.
fn folder(workbook: &Workbook) -> PathBuf {
    workbook.target().join("book")
}

/// The table of contents of an edition, relative to the book's source.
fn summary(lang: Lang) -> PathBuf {
    match lang {
        Lang::En => PathBuf::from("SUMMARY.md"),
        Lang::Es => PathBuf::from("es/SUMMARY.md"),
    }
}

/// The chapter of a kata, relative to the book's source: in this language, else in English.
fn chapter(src: &Path, kata: &Kata, lang: Lang) -> Option<PathBuf> {
    let files = files::tree(src).ok()?;
    let name = |file: &PathBuf| file.file_stem().map(|s| s.to_string_lossy().into_owned());
    let of_kata = |file: &&PathBuf| {
        file.extension().is_some_and(|e| e == "md")
            && name(file).is_some_and(|n| n == kata.id || n == kata.folder())
    };
    let spanish = |file: &PathBuf| file.starts_with("es");
    let chapters: Vec<&PathBuf> = files.iter().filter(of_kata).collect();
    let own = chapters.iter().find(|file| spanish(file) == (lang == Lang::Es));
    own.or_else(|| chapters.iter().find(|file| !spanish(file))).map(|file| (*file).clone())
}

/// The page that mdBook makes of a chapter.
fn page(chapter: &Path) -> String {
    let page = chapter.with_extension("html");
    page.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn tools(workbook: &Workbook) -> PathBuf {
    workbook.target().join("tools")
}

/// mdBook from the PATH, else the one installed here, of the series that the book is written for.
pub fn find(workbook: &Workbook) -> Option<PathBuf> {
    let own = tools(workbook).join("bin/mdbook").with_extension(std::env::consts::EXE_EXTENSION);
    [PathBuf::from("mdbook"), own].into_iter().find(|program| {
        let output = Command::new(program).arg("--version").stderr(Stdio::null()).output();
        output.is_ok_and(|o| String::from_utf8_lossy(&o.stdout).contains(SERIES))
    })
}

/// Takes minutes, says so, and goes on where it stopped when it was interrupted.
fn install(workbook: &Workbook) -> Option<PathBuf> {
    eprint!("{}", fold(&t!("book.installing", version = VERSION), 0));
    let tools = tools(workbook);
    let build = tools.join("build");
    let status = cargo(&workbook.root)
        .args(["install", "mdbook", "--version", VERSION, "--locked", "--root"])
        .arg(&tools)
        .arg("--target-dir")
        .arg(&build)
        .stdin(Stdio::null())
        .status();
    if !status.is_ok_and(|s| s.success()) {
        return None;
    }
    let _ = std::fs::remove_dir_all(build);
    find(workbook)
}

/// Waits until the server answers; false when it has ended instead.
fn listens(server: &mut Child, port: u16) -> bool {
    while matches!(server.try_wait(), Ok(None)) {
        if TcpStream::connect((HOST, port)).is_ok() {
            return true;
        }
        thread::sleep(Duration::from_millis(50));
    }
    false
}

/// Opens a page in the browser.
fn show(page: &str) -> bool {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut command = Command::new("cmd");
        command.args(["/C", "start", ""]);
        command
    } else {
        Command::new("xdg-open")
    };
    command.arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{chapter, page, summary};
    use crate::files;
    use crate::words::Lang;
    use crate::workbook::Workbook;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    #[test]
    fn finds_the_chapter_and_its_page() {
        let workbook = Workbook::open(root()).unwrap();
        let kata = workbook.kata("k02").unwrap();
        let src = tempfile::tempdir().unwrap();
        let put = |file: &str| files::put(&src.path().join(file), b"").unwrap();
        let found = |lang| chapter(src.path(), kata, lang);
        assert_eq!(found(Lang::En), None);
        for other in ["outputs/k02-play.md", "outputs/k02.txt", "k021.md"] {
            put(other);
        }
        assert_eq!(found(Lang::En), None);
        put("katas/k02-balance-race.md");
        let english = PathBuf::from("katas/k02-balance-race.md");
        assert_eq!(page(&english), "katas/k02-balance-race.html");
        assert_eq!(found(Lang::En).as_ref(), Some(&english));
        assert_eq!(found(Lang::Es).as_ref(), Some(&english), "better than none");
        put("es/k02.md");
        assert_eq!(found(Lang::En).as_ref(), Some(&english));
        assert_eq!(found(Lang::Es), Some(PathBuf::from("es/k02.md")));
        let real = root().join("book/src");
        assert_eq!(chapter(&real, kata, Lang::En), Some(PathBuf::from("k02.md")));
        assert_eq!(chapter(&real, kata, Lang::Es), Some(PathBuf::from("es/k02.md")));
    }

    #[test]
    fn every_page_links_to_its_other_language() {
        let src = root().join("book/src");
        let read = |file: &Path| std::fs::read_to_string(src.join(file)).unwrap();
        let contents = read(&summary(Lang::Es));
        let pages: Vec<PathBuf> = contents
            .split("](")
            .skip(1)
            .map(|rest| rest.split_once(')').unwrap().0)
            .filter(|file| !file.starts_with(".."))
            .map(PathBuf::from)
            .collect();
        assert!(pages.contains(&PathBuf::from("index.md")), "{pages:?}");
        for page in pages {
            let up = "../".repeat(page.components().count());
            let file = page.display();
            let there = format!("*[En español]({}es/{file})*", &up[3..]);
            let back = format!("*[In English]({up}{file})*");
            assert!(read(&page).contains(&there), "{file} has no {there}");
            assert!(read(&Path::new("es").join(&page)).contains(&back), "es/{file} has no {back}");
        }
    }
}
