//! Programs.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use protocol::postgres::BIN_ENV;

use super::Finding;
use super::install::{self, Names, on_path};
use crate::command::book;
use crate::t;
use crate::workbook::{Kata, Workbook};

const RUSTUP: &str = "https://rustup.rs";

/// Where a system has no package manager that is known here.
const POSTGRESQL: &str = "https://www.postgresql.org/download/";

/// The first line that a program says with these arguments; none when it cannot.
fn first_line(workbook: &Workbook, program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(&workbook.root)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().next()?.trim().to_owned();
    (output.status.success() && !line.is_empty()).then_some(line)
}

pub fn rustc(workbook: &Workbook) -> Finding {
    let Some(line) = first_line(workbook, "rustc", &["--version"]) else {
        return Finding::missing("rustc", t!("doctor.no_rust"), RUSTUP);
    };
    let wanted = least_rust(workbook).unwrap_or_default();
    if numbers(&line) >= numbers(&wanted) {
        return Finding::good("rustc", line);
    }
    let says = t!("doctor.old_rust", found = line, wanted = wanted);
    // A toolchain that does not come from rustup is mended by becoming one.
    let rustup = on_path("rustup").is_some();
    Finding::missing("rustc", says, if rustup { "rustup update stable" } else { RUSTUP })
}

/// What the workspace asks for.
fn least_rust(workbook: &Workbook) -> Option<String> {
    let text = std::fs::read_to_string(workbook.root.join("Cargo.toml")).ok()?;
    let manifest = toml_span::parse(&text).ok()?;
    manifest.pointer("/workspace/package/rust-version")?.as_str().map(str::to_owned)
}

/// The numbers of the first version in a text: `rustc 1.95.0 (…)` has 1, 95 and 0.
fn numbers(text: &str) -> Vec<u32> {
    let version = text.split_whitespace().find(|w| w.starts_with(|c: char| c.is_ascii_digit()));
    version.unwrap_or_default().split(['.', '-']).map_while(|n| n.parse().ok()).collect()
}

pub fn cargo(workbook: &Workbook) -> Finding {
    match first_line(workbook, "cargo", &["--version"]) {
        Some(line) => Finding::good("cargo", line),
        None => Finding::missing("cargo", t!("doctor.no_rust"), RUSTUP),
    }
}

pub fn rustfmt(workbook: &Workbook) -> Finding {
    match first_line(workbook, "cargo", &["fmt", "--version"]) {
        Some(line) => Finding::good("rustfmt", line),
        None => {
            Finding::missing("rustfmt", t!("doctor.no_rustfmt"), "rustup component add rustfmt")
        }
    }
}

pub fn clippy(workbook: &Workbook) -> Finding {
    match first_line(workbook, "cargo", &["clippy", "--version"]) {
        Some(line) => Finding::good("clippy", line),
        None => Finding::missing("clippy", t!("doctor.no_clippy"), "rustup component add clippy"),
    }
}

pub fn linker(workbook: &Workbook) -> Finding {
    if cfg!(windows) {
        return Finding::good("linker", t!("doctor.linker_windows"));
    }
    if let Some(line) = first_line(workbook, "cc", &["--version"]) {
        return Finding::good("linker", line);
    }
    let mend = if cfg!(target_os = "macos") {
        "xcode-select --install".to_owned()
    } else {
        install::command(&Names {
            apt: "build-essential",
            dnf: "gcc",
            pacman: "base-devel",
            apk: "build-base",
            brew: "",
            winget: "",
            page: "https://gcc.gnu.org/install/binaries.html",
        })
    };
    Finding::missing("linker", t!("doctor.no_linker"), mend)
}

pub fn git(workbook: &Workbook) -> Finding {
    if let Some(line) = first_line(workbook, "git", &["--version"]) {
        return Finding::good("git", line);
    }
    let mend = install::command(&Names {
        apt: "git",
        dnf: "git",
        pacman: "git",
        apk: "git",
        brew: "git",
        winget: "Git.Git",
        page: "https://git-scm.com/downloads",
    });
    Finding::optional("git", t!("doctor.no_git"), mend)
}

pub fn mdbook(workbook: &Workbook) -> Finding {
    match book::find(workbook) {
        Some(path) if path.is_absolute() => Finding::good("mdBook", workbook.shown(&path)),
        Some(path) => {
            let line = first_line(workbook, &path.to_string_lossy(), &["--version"]);
            Finding::good("mdBook", line.unwrap_or_default())
        }
        None => Finding::optional("mdBook", t!("doctor.no_mdbook"), "cargo xtask book"),
    }
}

pub fn postgres(workbook: &Workbook) -> Finding {
    match protocol::postgres::find(None) {
        Ok(found) => Finding::good(
            "PostgreSQL",
            format!("{} ({})", found.version, workbook.shown(&found.dir)),
        ),
        Err(missing) => {
            let needs = |k: &&Kata| k.needs.iter().any(|n| n == "postgres");
            let katas: Vec<&str> = workbook.path().filter(needs).map(|k| k.id.as_str()).collect();
            let mut says = if katas.is_empty() {
                t!("doctor.no_postgres")
            } else {
                t!("doctor.no_postgres_for", katas = katas.join(", "))
            };
            if std::env::var_os(BIN_ENV).is_some_and(|dir| !dir.is_empty()) {
                says = format!("{says} {}", t!("doctor.postgres_named", name = BIN_ENV));
            }
            Finding::optional("PostgreSQL", says, missing.install.unwrap_or(POSTGRESQL.to_owned()))
        }
    }
}

pub fn chromium(_workbook: &Workbook) -> Finding {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
    let applications = [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ];
    let application = || applications.iter().map(PathBuf::from).find(|p| p.is_file());
    if let Some(path) = names.into_iter().find_map(on_path).or_else(application) {
        return Finding::good("Chromium", path.display().to_string());
    }
    let mend = install::command(&Names {
        apt: "chromium",
        dnf: "chromium",
        pacman: "chromium",
        apk: "chromium",
        brew: "--cask chromium",
        winget: "Google.Chrome",
        page: "https://www.chromium.org/getting-involved/download-chromium/",
    });
    Finding::optional("Chromium", t!("doctor.no_chromium"), mend)
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert_eq!(numbers("rustc 1.95.0 (59807616e 2026-04-14)"), [1, 95, 0]);
        assert!(numbers("rustc 1.100.0-nightly (x)") > numbers("1.89"));
        assert!(numbers("rustc 1.88.0") < numbers("1.89"));
        assert!(numbers("rustc 1.89.0") >= numbers("1.89"));
        assert!(numbers("gibberish").is_empty());
    }
}
