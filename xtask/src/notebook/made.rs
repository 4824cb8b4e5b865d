//! With what a kata was made, and in which time.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::progress::{PAUSE, Progress};
use crate::t;
use crate::workbook::{Kata, Workbook};

/// Language, tools and time, and what has come of each step.
pub fn text(workbook: &Workbook, progress: &Progress, kata: &Kata) -> String {
    let mut tools = crates(workbook, kata);
    if kata.needs.iter().any(|need| need == "postgres")
        && let Ok(found) = protocol::postgres::find(None)
    {
        tools.push(format!("PostgreSQL {}", found.version));
    }
    let tools = if tools.is_empty() { t!("page.std_alone") } else { tools.join(", ") };
    let language = rustc().map_or_else(|| "Rust".to_owned(), |rustc| format!("Rust ({rustc})"));
    // Rounded before they are added, so that the column adds up to what stands above it.
    let spent = |step| minutes(progress.time_at(kata, step));
    let all = kata.steps.iter().map(spent).sum();
    let mut lines = vec![
        format!("- {} {language}", t!("page.language")),
        format!("- {} {tools}", t!("page.tools")),
        format!(
            "- {} {}",
            t!("page.time"),
            t!("page.time_of", time = time(all), most = time(minutes(PAUSE)))
        ),
        String::new(),
        format!(
            "| {} | {} | {} | {} | {} |",
            t!("page.step"),
            t!("page.state"),
            t!("page.since"),
            t!("page.spent"),
            t!("page.estimate")
        ),
        "|---|---|---|---:|---:|".to_owned(),
    ];
    for step in &kata.steps {
        let estimate = u64::try_from(step.minutes).unwrap_or(0);
        lines.push(format!(
            "| {}. {} | {} | {} | {} | {} |",
            step.number,
            step.title(),
            crate::show::state_word(progress.state(kata, step)),
            progress.day(kata, step).unwrap_or_default(),
            time(spent(step)),
            time(estimate),
        ));
    }
    lines.join("\n")
}

/// `3 h 20 min`.
fn time(minutes: u64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// In whole minutes; a begun one counts.
fn minutes(time: Duration) -> u64 {
    time.as_secs().div_ceil(60)
}

/// `rustc 1.95.0`, as the workbook's folder chooses it.
fn rustc() -> Option<String> {
    let output = Command::new("rustc").arg("--version").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let words: Vec<&str> = text.split_whitespace().take(2).collect();
    (words.len() == 2).then(|| words.join(" "))
}

/// The crates that the learner's code may use, with their versions, but for the workbook's own.
fn crates(workbook: &Workbook, kata: &Kata) -> Vec<String> {
    let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap_or_default();
    let manifest = read(&kata.dir.join("Cargo.toml"));
    let lock = read(&workbook.root.join("Cargo.lock"));
    versions(&manifest, &lock).unwrap_or_default()
}

fn versions(manifest: &str, lock: &str) -> Option<Vec<String>> {
    let manifest = toml_span::parse(manifest).ok()?;
    let lock = toml_span::parse(lock).ok()?;
    let packages = lock.pointer("/package")?.as_array()?;
    let own = manifest.pointer("/package/name")?.as_str()?;
    let own = packages.iter().find(|p| word(p, "name") == Some(own))?;
    let needed = own.as_table()?.get("dependencies")?.as_array()?;
    let mut found = Vec::new();
    for key in manifest.pointer("/dependencies")?.as_table()?.keys() {
        // `name`, or `name version` where there are several.
        let parts =
            needed.iter().filter_map(|n| n.as_str()).map(|n| n.split_once(' ').unwrap_or((n, "")));
        let Some((name, version)) = parts.into_iter().find(|(name, _)| *name == key.name) else {
            continue;
        };
        let package = packages.iter().find(|p| {
            word(p, "name") == Some(name)
                && (version.is_empty() || word(p, "version") == Some(version))
        });
        // What has no source is the workbook's own.
        if let Some(package) = package.filter(|p| word(p, "source").is_some()) {
            found.push(format!("{name} {}", word(package, "version")?));
        }
    }
    found.sort();
    Some(found)
}

fn word<'v>(package: &'v toml_span::Value<'_>, key: &str) -> Option<&'v str> {
    package.as_table()?.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{minutes, time, versions};

    #[test]
    fn times_are_in_hours_and_minutes() {
        let shown = [0, 59, 60, 3600, 3661, 12_000].map(|s| time(minutes(Duration::from_secs(s))));
        assert_eq!(shown, ["0 min", "1 min", "1 min", "1 h", "1 h 2 min", "3 h 20 min"]);
    }

    #[test]
    fn only_crates_of_others_and_of_the_code_are_tools() {
        let manifest = "[package]\nname = \"k99\"\n[dependencies]\ntokio = \"1\"\nrand.workspace = true\nmodel = { path = \"x\" }\n[dev-dependencies]\ninsta = \"1\"\n";
        let package = |name: &str, version: &str, more: &str| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{more}\n")
        };
        let source = "source = \"registry\"";
        let lock = [
            package(
                "k99",
                "0.1.0",
                "dependencies = [\"insta\", \"lab-model\", \"rand 0.9.1\", \"tokio\"]",
            ),
            package("lab-model", "0.1.0", ""),
            package("insta", "1.0.0", source),
            package("rand", "0.8.5", source),
            package("rand", "0.9.1", source),
            package("tokio", "1.54.0", source),
        ];
        assert_eq!(versions(manifest, &lock.concat()).unwrap(), ["rand 0.9.1", "tokio 1.54.0"]);
        assert_eq!(versions(manifest, "damaged ["), None);
    }
}
