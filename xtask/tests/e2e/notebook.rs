//! The learner's notebook: pages of katas, and the milestone of a month. Nothing here builds a kata
//! but the test of the timeline.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use crate::book;
use crate::workbook::{Ran, Workbook};

fn page(workbook: &Workbook, name: &str) -> String {
    fs::read_to_string(workbook.root.join("notebook").join(name)).expect("a page")
}

/// What a bench leaves behind.
fn measure(workbook: &Workbook, kata: &str) {
    let folder = workbook.root.join(".trece/bench").join(kata);
    fs::create_dir_all(&folder).unwrap();
    let run = format!(
        r#"{{"schema": "trece-run/v1", "kata": "{kata}", "quick": false,
        "machine": {{"cores": 2, "cpu": "A processor", "os": "linux", "arch": "x86_64",
            "rustc": "rustc 1.89.0", "optimised": true}},
        "versions": {{"trece": "0.1.0"}}, "runs": [{{"stopped": false}}]}}"#
    );
    fs::write(folder.join("run.json"), run).unwrap();
    fs::write(folder.join("table.md"), "```text\n threads  way\n       2  lock\n```\n").unwrap();
    let svg = "<svg><title>k02: withdrawals</title></svg>";
    fs::write(folder.join("throughput.svg"), svg).unwrap();
}

/// A page as the book shows it: without the compiler and the stamps of the parts, which differ from
/// machine to machine.
fn as_shown(page: &str) -> String {
    let line = |line: &str| {
        let mark = line.strip_prefix("<!-- trece:begin ").and_then(|rest| rest.split_once(' '));
        match (mark, line.split_once(" (rustc ")) {
            (Some((name, _)), _) => format!("<!-- trece:begin {name} … -->\n"),
            (None, Some((language, _))) => format!("{language}\n"),
            (None, None) => format!("{line}\n"),
        }
    };
    page.lines().map(line).collect()
}

/// The milestone with this typed.
fn month(workbook: &Workbook, more: &[&str], typed: &str) -> Ran {
    let arguments = [&["month", "1"], more].concat();
    let mut child = workbook
        .command(&arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may have ended before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    child.wait_with_output().unwrap().into()
}

#[test]
fn a_page_is_begun_and_renewed_around_what_was_written() {
    let workbook = Workbook::fresh();
    let ran = workbook.run(&["report", "k02"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.says("notebook/k02.md is begun") && ran.says("8 places"), "{ran}");
    let fresh = page(&workbook, "k02.md");
    for heading in
        ["Problem", "Implementation", "Key code", "Results", "Learnings", "Real application"]
    {
        assert!(fresh.contains(&format!("\n## {heading}\n")), "{heading}:\n{fresh}");
    }
    assert!(fresh.contains("- Language: Rust (rustc 1."), "{fresh}");
    assert!(fresh.contains("tokio 1."), "{fresh}");
    assert!(fresh.contains("not written yet") && fresh.contains("cargo xtask bench k02"));

    // Somebody answers, writes more, and goes on with the kata.
    let mine = fresh.replacen("[✎ to write]", "Both read before either writes. ñ", 1);
    let mine = format!("{mine}\n## Asides\n\nMine alone.\n");
    fs::write(workbook.root.join("notebook/k02.md"), &mine).unwrap();
    workbook.solve("s2_lock.rs");
    measure(&workbook, "k02");
    let ran = workbook.run(&["report", "k02"]);
    assert!(ran.code == 0 && ran.says("renewed") && ran.says("7 places"), "{ran}");
    let renewed = page(&workbook, "k02.md");
    for kept in ["Both read before either writes. ñ", "\n## Asides\n\nMine alone.\n"] {
        assert!(renewed.contains(kept), "{renewed}");
    }
    for new in [
        "fn withdraw(&self, cents: u64)",
        "A processor, 2 cores, linux x86_64, rustc 1.89.0",
        " threads  way",
        "![k02: withdrawals](k02/throughput.svg)",
    ] {
        assert!(renewed.contains(new), "{new}:\n{renewed}");
    }
    assert!(workbook.root.join("notebook/k02/throughput.svg").is_file());
    let ran = workbook.run(&["report", "k02"]);
    assert!(ran.says("nothing has changed"), "{ran}");
    assert_eq!(page(&workbook, "k02.md"), renewed);
}

#[test]
fn what_is_written_into_generated_parts_is_kept_aside() {
    let workbook = Workbook::fresh();
    workbook.run(&["report", "k02"]);
    let edited = page(&workbook, "k02.md").replace("- Language:", "- I say: it was fun.\n- L:");
    fs::write(workbook.root.join("notebook/k02.md"), &edited).unwrap();
    let ran = workbook.run(&["report", "k02"]);
    assert_eq!(ran.code, 0, "{ran}");
    let told = ran.out.split_whitespace().find(|w| w.starts_with(".trece/backup/notebook-k02"));
    let folder = told.unwrap_or_else(|| panic!("{ran}")).trim_end_matches('.');
    let kept = fs::read_to_string(workbook.root.join(folder).join("k02.md")).unwrap();
    assert_eq!(kept, edited);
    assert!(!page(&workbook, "k02.md").contains("it was fun"));
}

#[test]
fn damage_is_told_and_nothing_is_lost() {
    let workbook = Workbook::fresh();
    workbook.run(&["report", "k02"]);
    let path = workbook.root.join("notebook/k02.md");
    let whole = page(&workbook, "k02.md");
    for (damaged, said) in [
        (whole.replace("trece:end made", "trece:fin made"), "`made` begins here"),
        ("My own page.\n".to_owned(), "yours alone"),
    ] {
        fs::write(&path, &damaged).unwrap();
        let ran = workbook.run(&["report", "k02"]);
        assert!(ran.code == 1 && ran.err.contains(said), "{ran}");
        assert_eq!(page(&workbook, "k02.md"), damaged);
    }
    fs::write(&path, &whole).unwrap();
    measure(&workbook, "k02");
    let run = workbook.root.join(".trece/bench/k02/run.json");
    for (damage, said) in [("{\"schema\": \"trece-", "run.json is damaged"), ("[]", "`schema`")] {
        fs::write(&run, damage).unwrap();
        let ran = workbook.run(&["report", "k02"]);
        assert!(ran.code == 1 && ran.err.contains(said), "{ran}");
        assert!(ran.err.contains("cargo xtask bench k02"), "{ran}");
        assert_eq!(page(&workbook, "k02.md"), whole);
    }
}

#[test]
fn a_page_and_its_report_are_as_shown() {
    for (outputs, lang) in [(book::outputs(), "--lang=en"), (book::spanish(), "--lang=es")] {
        let workbook = Workbook::fresh();
        let ran = workbook.run(&["report", "k02", lang]);
        let stale = [
            book::compare(&outputs.join("k02-report.txt"), &ran.out),
            book::compare(&outputs.join("k02-notebook.txt"), &as_shown(&page(&workbook, "k02.md"))),
        ];
        assert_eq!(stale, [None, None], "not what the book shows");
    }
}

#[test]
fn a_page_stays_in_the_language_that_it_was_begun_in() {
    let workbook = Workbook::fresh();
    let ran = workbook.run(&["report", "k00", "--lang", "es"]);
    assert!(ran.code == 0 && ran.says("lugares esperan"), "{ran}");
    let spanish = page(&workbook, "k00.md");
    assert!(spanish.contains("## Aplicación real") && spanish.contains("[✎ por escribir]"));
    let ran = workbook.run(&["report", "k00"]);
    assert!(ran.says("nothing has changed"), "{ran}");
    assert_eq!(page(&workbook, "k00.md"), spanish);
}

#[test]
fn every_kata_has_a_page() {
    let workbook = Workbook::fresh();
    let listed = workbook.run(&["list", "--json"]).json();
    for kata in listed["katas"].members() {
        let id = kata["id"].as_str().unwrap();
        let ran = workbook.run(&["report", id]);
        assert_eq!(ran.code, 0, "{ran}");
        assert!(page(&workbook, &format!("{id}.md")).contains("## Real application"), "{id}");
        for line in ran.out.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn the_milestone_asks_explains_and_remembers() {
    let workbook = Workbook::fresh();
    let ran = month(&workbook, &[], "");
    assert!(ran.code == 1 && ran.says("Question 1 of 7") && ran.says("0 of 7"), "{ran}");
    let stale = book::compare(&book::outputs().join("month-1.txt"), &ran.out);
    assert!(stale.is_none(), "not what the book shows: {stale:?}");

    // Wrong, explained, right; something else; left open.
    let ran = month(&workbook, &[], "1\nx\n2\n3\n\n2\n3\n2\n");
    assert!(ran.says("Not that one. Read, compare, write"), "{ran}");
    assert!(ran.says("A number from 1 to 3"), "{ran}");
    assert!(ran.says("A timeline") && ran.says("Question 6 of 7") && ran.says("49"), "{ran}");
    assert!(ran.code == 1 && ran.says("5 of 7 answered right, 4 of them at the first"), "{ran}");

    // What is right is not asked again.
    let ran = month(&workbook, &[], "1\n4\n");
    assert!(!ran.says("Question 1 of 7") && ran.says("Question 3 of 7"), "{ran}");
    assert!(ran.code == 0 && ran.says("7 of 7 answered right"), "{ran}");
    assert_eq!(month(&workbook, &[], "").code, 0);
    let ran = month(&workbook, &["--again"], "");
    assert!(ran.code == 1 && ran.says("0 of 7"), "{ran}");
    assert_eq!(month(&workbook, &[], "").code, 0, "nothing was answered anew");

    let path = workbook.root.join(".trece/month-1.toml");
    fs::write(&path, "schema = [").unwrap();
    let ran = month(&workbook, &[], "");
    assert!(ran.code == 1 && ran.err.contains("month-1.toml.aside"), "{ran}");
    assert_eq!(workbook.run(&["month", "4"]).code, 2);
}

#[test]
fn the_page_of_a_month_gathers_its_katas() {
    let workbook = Workbook::fresh();
    measure(&workbook, "k02");
    workbook.run(&["report", "k02"]);
    let ran = month(&workbook, &[], "2\n");
    assert!(ran.says("notebook/month-1.md is begun"), "{ran}");
    let gathered = page(&workbook, "month-1.md");
    for part in [
        "| k02 Balance race | 0 of 4 | [k02.md](k02.md), 8 places to write |",
        "`cargo xtask report k00`",
        "### k02: Balance race",
        "![k02: withdrawals](k02/throughput.svg)",
        "| at once |",
        "| open |",
        "[✎ to write]",
    ] {
        assert!(gathered.contains(part), "{part}:\n{gathered}");
    }
    // A page that cannot be read is told before anything is asked.
    fs::write(workbook.root.join("notebook/month-1.md"), "mine").unwrap();
    let ran = month(&workbook, &[], "2\n");
    assert!(ran.code == 1 && ran.out.is_empty(), "{ran}");
    assert_eq!(page(&workbook, "month-1.md"), "mine");
}

#[test]
fn the_milestone_in_spanish_and_in_sentences() {
    let workbook = Workbook::fresh();
    let open = "\n".repeat(7);
    let ran = month(&workbook, &["--lang", "es"], &open);
    assert!(ran.says("Pregunta 7 de 7") && ran.says("Una línea de tiempo"), "{ran}");
    for line in ran.out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let ran = month(&workbook, &["--plain"], &open);
    assert!(ran.says("Row 1, A:") && !ran.says("→"), "{ran}");
}

/// The timeline of the milestone is what the suite says of a wrong answer today.
#[test]
fn the_timeline_of_the_milestone_is_real() {
    let workbook = Workbook::fresh();
    workbook.lay_trap("undo-in-a-second-lock");
    let json = workbook.run(&["check", "k02", "--step", "2", "--json"]).json();
    let tests = json["katas"][0]["steps"][0]["tests"].members();
    let failing = tests.filter(|test| test["status"] == "fail").collect::<Vec<_>>();
    assert_eq!(failing.len(), 1, "{json:#}");
    let recorded = failing[0]["timeline"].as_str().expect("a timeline");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let kept = root.join("katas/month-1.timeline.json");
    let stale = book::compare(&kept, &fs::read_to_string(recorded).unwrap());
    assert!(stale.is_none(), "not what `check` records today: {stale:?}");
    workbook.stub();
}
