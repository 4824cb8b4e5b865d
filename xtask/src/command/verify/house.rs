//! What belongs to no kata: the lab's and the runner's own tests, format, lints, the book.

use std::path::{Path, PathBuf};
use std::time::Instant;

use jzon::JsonValue;

use super::report::{Line, Report};
use super::{Scope, links};
use crate::command;
use crate::engine::cargo;
use crate::workbook::{Outcome, Trouble, Workbook};

/// Everything of the workspace that is not a learner's.
pub fn check(workbook: &Workbook, scope: &Scope<'_>, report: &mut Report) -> Outcome<()> {
    let packages = packages(workbook)?;
    let mut named: Vec<String> = Vec::new();
    for package in &packages {
        named.extend(["-p".into(), package.clone()]);
    }
    let with = |first: &[&str], last: &[&str]| -> Vec<String> {
        let first = first.iter().map(|s| (*s).to_owned());
        let last = last.iter().map(|s| (*s).to_owned());
        first.chain(named.clone()).chain(last).collect()
    };
    cargo_line(workbook, scope, report, "format", &with(&["fmt"], &["--check"]))?;
    let lint = with(&["clippy", "--quiet", "--all-targets"], &["--", "-D", "warnings"]);
    cargo_line(workbook, scope, report, "lints", &lint)?;
    for package in &packages {
        let arguments = ["test", "--quiet", "-p", package].map(str::to_owned);
        cargo_line(workbook, scope, report, &format!("tests of {package}"), &arguments)?;
    }
    book(workbook, scope, report)
}

/// Both editions of the book build without a warning, and their links to one another and within lead
/// somewhere.
fn book(workbook: &Workbook, scope: &Scope<'_>, report: &mut Report) -> Outcome<()> {
    let name = "the book and its links";
    if !scope.wants(&format!("workbook {name}"), "workbook") {
        return Ok(());
    }
    Report::doing(name);
    let started = Instant::now();
    let problems = match command::book::build(workbook)? {
        Ok(folder) => links::broken(&folder)?,
        Err(why) => vec![why],
    };
    report.line(Line { took: started.elapsed(), ..Line::new("workbook", name, problems) });
    Ok(())
}

fn cargo_line(
    workbook: &Workbook,
    scope: &Scope<'_>,
    report: &mut Report,
    name: &str,
    arguments: &[String],
) -> Outcome<()> {
    if !scope.wants(&format!("workbook {name}"), "workbook") {
        return Ok(());
    }
    Report::doing(name);
    let started = Instant::now();
    let output = cargo(&workbook.root).args(arguments).output()?;
    let problems = if output.status.success() {
        Vec::new()
    } else {
        let text = [output.stdout, output.stderr].concat();
        vec![String::from_utf8_lossy(&text).trim_end().to_owned()]
    };
    report.line(Line { took: started.elapsed(), ..Line::new("workbook", name, problems) });
    Ok(())
}

/// The members of the workspace but the katas themselves. What only drafts use is a draft too.
fn packages(workbook: &Workbook) -> Outcome<Vec<String>> {
    let output = cargo(&workbook.root)
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .output()?;
    let metadata = jzon::parse(&String::from_utf8_lossy(&output.stdout))
        .map_err(|e| Trouble::new(format!("cargo metadata: {e}")))?;
    let all = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    let folder =
        |package: &JsonValue| PathBuf::from(package["manifest_path"].as_str().unwrap_or(""));
    let drafts: Vec<&Path> =
        workbook.katas.iter().filter(|k| k.draft).map(|k| k.dir.as_path()).collect();
    let lab = workbook.root.join("katas/lab");
    let (lab, others): (Vec<&JsonValue>, Vec<&JsonValue>) =
        all.iter().partition(|p| folder(p).starts_with(&lab));
    let mut used: Vec<&JsonValue> =
        others.into_iter().filter(|p| !drafts.iter().any(|d| folder(p).starts_with(d))).collect();
    let mut next = 0;
    while let Some(package) = used.get(next) {
        let needs = package["dependencies"].as_array().map_or(&[][..], Vec::as_slice);
        let needed = |l: &&&JsonValue| needs.iter().any(|d| d["name"] == l["name"]);
        let more: Vec<&JsonValue> =
            lab.iter().filter(needed).filter(|l| !used.contains(l)).copied().collect();
        used.extend(more);
        next += 1;
    }
    // What stands on a learner's code is proved where the reference is staged.
    let kata = |name: &JsonValue| workbook.katas.iter().any(|k| name == k.id.as_str());
    let learners = |p: &&&JsonValue| {
        let needs = p["dependencies"].as_array().map_or(&[][..], Vec::as_slice);
        kata(&p["name"]) || needs.iter().any(|d| kata(&d["name"]))
    };
    let own = used.iter().filter(|p| !learners(p)).filter_map(|p| p["name"].as_str());
    Ok(own.map(str::to_owned).collect())
}
