use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use super::external::{code_of, hand_over, not_started};
use super::target;
use crate::engine::cargo;
use crate::files;
use crate::progress::Progress;
use crate::t;
use crate::terminal::{bold, dim, fold, hint};
use crate::workbook::{Kata, Outcome, Trouble, Workbook};

/// What is installed where no mdBook of this series is found.
const VERSION: &str = "0.5.4";
const SERIES: &str = "v0.5.";
/// Where it listens: on this machine alone.
const HOST: &str = "127.0.0.1";

/// Serves the book and says where the kata's chapter is.
pub fn run(workbook: &Workbook, port: u16, open: bool, name: Option<&str>) -> Outcome<ExitCode> {
    let progress = Progress::load(workbook)?;
    let kata = target::kata(workbook, &progress, name)?;
    let chapter = chapter(&workbook.root.join("book/src"), kata);
    if TcpListener::bind((HOST, port)).is_err() {
        let next =
            (port.saturating_add(1)..=u16::MAX).find(|p| TcpListener::bind((HOST, *p)).is_ok());
        return Err(Trouble::new(t!("book.port", port = port, next = next.unwrap_or(8080))));
    }
    let Some(mdbook) = find(workbook).or_else(|| install(workbook)) else {
        let file = chapter.unwrap_or_else(|| PathBuf::from("SUMMARY.md"));
        let file = workbook.shown(&workbook.root.join("book/src").join(file));
        return Err(Trouble::new(t!("book.not_installed", file = file)));
    };
    let start = format!("http://localhost:{port}/");
    let page = chapter.map(|file| format!("{start}{}", page(&file)));
    println!("{}  {}", t!("book.start"), hint(&start));
    if let Some(page) = &page {
        println!("{}  {}", bold(&format!("{} {}", kata.id, kata.title())), hint(page));
    }
    println!("{}", dim(&t!("book.end")));
    let mut command = Command::new(mdbook);
    command
        .args(["serve", "--hostname", HOST, "--port", &port.to_string(), "--dest-dir"])
        .arg(folder(workbook))
        .arg(workbook.root.join("book"));
    if !open {
        return hand_over(command);
    }
    let mut server = command.spawn().map_err(|e| not_started(&e))?;
    // The chapter that was asked for, else the first page.
    let page = page.filter(|_| name.is_some()).unwrap_or(start);
    if listens(&mut server, port) && !show(&page) {
        print!("{}", fold(&t!("book.no_browser", page = page), 0));
    }
    Ok(code_of(server.wait()?))
}

/// Builds the pages and says where they are.
pub fn build_only(workbook: &Workbook) -> Outcome<ExitCode> {
    let folder = build(workbook)?.map_err(Trouble::new)?;
    println!("{}", workbook.shown(&folder.join("index.html")));
    Ok(ExitCode::SUCCESS)
}

/// Builds the book and gives its folder, or says why not.
pub fn build(workbook: &Workbook) -> Outcome<Result<PathBuf, String>> {
    let Some(mdbook) = find(workbook).or_else(|| install(workbook)) else {
        return Ok(Err(t!("book.not_installed", file = "book/src/SUMMARY.md")));
    };
    let folder = folder(workbook);
    let mut command = Command::new(mdbook);
    command.arg("build").arg("--dest-dir").arg(&folder).arg(workbook.root.join("book"));
    let output = command.output().map_err(|e| not_started(&e))?;
    let said = String::from_utf8_lossy(&output.stderr);
    // What cannot be included or parsed is only a warning to mdBook.
    let fine = output.status.success() && !said.contains("WARN") && !said.contains("ERROR");
    Ok(if fine { Ok(folder) } else { Err(said.trim_end().to_owned()) })
}

/// Where the book's pages are.
fn folder(workbook: &Workbook) -> PathBuf {
    workbook.target().join("book")
}

/// The chapter of a kata, relative to the book's source.
fn chapter(src: &Path, kata: &Kata) -> Option<PathBuf> {
    let files = files::tree(src).ok()?;
    let name = |file: &PathBuf| file.file_stem().map(|s| s.to_string_lossy().into_owned());
    let of_kata = |file: &&PathBuf| {
        file.extension().is_some_and(|e| e == "md")
            && name(file).is_some_and(|n| n == kata.id || n == kata.folder())
    };
    files.iter().find(of_kata).cloned()
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

    use super::{chapter, page};
    use crate::files;
    use crate::workbook::Workbook;

    #[test]
    fn finds_the_chapter_and_its_page() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let workbook = Workbook::open(root).unwrap();
        let kata = workbook.kata("k02").unwrap();
        let src = tempfile::tempdir().unwrap();
        assert_eq!(chapter(src.path(), kata), None);
        for file in ["outputs/k02-play.md", "outputs/k02.txt", "k021.md"] {
            files::put(&src.path().join(file), b"").unwrap();
        }
        assert_eq!(chapter(src.path(), kata), None);
        files::put(&src.path().join("katas/k02-balance-race.md"), b"").unwrap();
        let found = chapter(src.path(), kata).unwrap();
        assert_eq!(found, PathBuf::from("katas/k02-balance-race.md"));
        assert_eq!(page(&found), "katas/k02-balance-race.html");
        assert!(chapter(&root.join("book/src"), kata).is_some(), "k02 has a chapter");
    }
}
