use std::process::ExitCode;

use super::target;
use crate::notebook::{Measured, Shelf, Written, parts_of_kata, skeleton_of_kata};
use crate::progress::Progress;
use crate::t;
use crate::terminal::{fold, hint};
use crate::words::{lang, within};
use crate::workbook::{Asks, Kata, Outcome, Workbook};

/// Writes the page of a kata, or renews what is generated on it.
pub fn run(workbook: &Workbook, name: Option<&str>) -> Outcome<ExitCode> {
    let progress = Progress::load(workbook)?;
    if let Some(notice) = &progress.notice {
        eprintln!("{notice}");
    }
    let kata = target::kata(workbook, &progress, name)?;
    let shelf = Shelf::open(workbook, &kata.id)?;
    let asks = Asks::of(kata)?;
    let measured = Measured::read(workbook, kata)?;
    let page_lang = shelf.lang().unwrap_or_else(lang);
    let parts =
        within(page_lang, || parts_of_kata(workbook, &progress, kata, &asks, measured.as_ref()))?;
    let pictures: Vec<(&str, &Measured)> =
        measured.iter().map(|measured| (kata.id.as_str(), measured)).collect();
    let written = shelf.write(|| skeleton_of_kata(kata, &asks), &parts, &pictures)?;
    tell(&written);
    next(kata, measured.is_some());
    Ok(ExitCode::SUCCESS)
}

/// What has become of a page, and what is left to do on it.
pub fn tell(written: &Written) {
    let file = &written.file;
    let line = match (written.new, written.changed) {
        (true, _) => t!("notebook.new", file = file),
        (false, true) => t!("notebook.renewed", file = file),
        (false, false) => t!("notebook.same", file = file),
    };
    print!("{}", fold(&line, 0));
    if let Some(backup) = &written.backup {
        print!("{}", fold(&t!("notebook.kept", backup = backup), 2));
    }
    for name in &written.renewed.absent {
        print!("{}", fold(&t!("notebook.absent", name = name), 2));
        println!("    <!-- trece:begin {name} -->\n    <!-- trece:end {name} -->");
    }
    let open = &written.open;
    if open.is_empty() {
        print!("{}", fold(&t!("notebook.complete"), 2));
        return;
    }
    let lines: Vec<String> = open.iter().map(ToString::to_string).collect();
    print!("{}", fold(&t!("notebook.open", n = open.len(), lines = lines.join(", ")), 2));
}

/// What would make the page better.
fn next(kata: &Kata, measured: bool) {
    if kata.measures() && !measured {
        println!(
            "  {} {}",
            hint(&format!("cargo xtask bench {}", kata.id)),
            t!("notebook.measure")
        );
    }
}
