//! A made-up class, graded as an instructor would: twice, and once as three shards that are merged.
//! Whoever grades it and in how many parts, the marks are the same.

mod made_up;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use made_up::{BOMBS, Class};
use serde_json::Value;

/// The exit code where a machine has no sandbox.
const NO_ISOLATION: i32 = 4;

fn grader(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask-grade"))
        .args(arguments)
        .current_dir(made_up::root())
        .output()
        .expect("the grader starts")
}

/// None where this machine has no sandbox.
fn grade(arguments: &[&str]) -> Option<Output> {
    let output = grader(arguments);
    match output.status.code() {
        Some(0) => Some(output),
        Some(NO_ISOLATION) => None,
        code => panic!("{arguments:?} ended with {code:?}:\n{}", text(&output.stderr)),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Every grade of a folder of results, without the times: they alone may differ.
fn marks(out: &Path) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(out.join("grades")).expect("there are grades") {
        let path = entry.expect("a file").path();
        let json = std::fs::read_to_string(&path).expect("it is text");
        let mut grade = serde_json::from_str(&json).expect("it is JSON");
        without_times(&mut grade);
        let id = path.file_stem().expect("a name").to_string_lossy().into_owned();
        all.insert(id, grade);
    }
    all
}

fn without_times(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| name != "ms" && name != "graded_at");
            fields.values_mut().for_each(without_times);
        }
        Value::Array(items) => items.iter_mut().for_each(without_times),
        _ => {}
    }
}

/// Status and score of each kata and step: what a mark is made of. Of what is wrong, one test more
/// or less may fail from one run to the next, where a schedule is the machine's.
fn steps(grade: &Value) -> Vec<(String, Value, Value)> {
    parts(grade, &["steps"])
}

fn parts(grade: &Value, kinds: &[&str]) -> Vec<(String, Value, Value)> {
    let mut all = Vec::new();
    for kata in grade["katas"].as_array().expect("katas") {
        let parts = kinds.iter().flat_map(|kind| kata[*kind].as_array().expect("a list"));
        for part in std::iter::once(kata).chain(parts) {
            let name = part.get("module").unwrap_or(&part["id"]);
            all.push((name.to_string(), part["status"].clone(), part["score"].clone()));
        }
    }
    all
}

/// The marks alone: status and score of each kata, step and test.
fn scores(grade: &Value) -> Vec<(String, Value, Value)> {
    parts(grade, &["steps", "tests"])
}

fn score(marks: &BTreeMap<String, Value>, id: &str) -> (String, Option<u64>, u64) {
    let grade = &marks[id];
    let status = grade["katas"][0]["status"].as_str().expect("a status").to_owned();
    (status, grade["score"].as_u64(), grade["max"].as_u64().expect("points"))
}

#[test]
fn a_small_class_gets_the_same_marks_however_it_is_cut() {
    let dir = tempfile::tempdir().expect("a folder");
    let class = Class::small(&dir.path().join("class"));
    let path = |name: &str| dir.path().join(name).display().to_string();
    let submissions = class.dir.display().to_string();
    let common = ["--katas", "k00", "--seed", "2a"];
    let run = |out: &str, more: &[&str]| {
        let out = path(out);
        let mut arguments = vec!["run", "--submissions", &submissions, "--out", &out];
        arguments.extend(common.iter().chain(more));
        grade(&arguments).is_some()
    };
    if !run("once", &[]) {
        eprintln!("no sandbox on this machine: not tried");
        return;
    }
    let once = marks(Path::new(&path("once")));
    assert_eq!(once.len(), class.size);
    let full = once["reference"]["max"].as_u64();
    assert_eq!(score(&once, "reference"), ("pass".into(), full, full.unwrap()));
    assert_eq!(score(&once, "alternate").0, "pass");
    assert_eq!(score(&once, "stub"), ("fail".into(), Some(0), full.unwrap()));
    assert_eq!(score(&once, "exits").0, "no_receipt");
    assert_eq!(score(&once, "broken").0, "refused");
    assert_eq!(score(&once, "nothing").0, "skipped");
    let trap = score(&once, "trap");
    assert!(trap.0 == "fail" && trap.1 > Some(0) && trap.1 < full, "{trap:?}");

    for shard in 1..=3 {
        assert!(run(&format!("shard{shard}"), &["--shard", &format!("{shard}/3")]));
    }
    let roster = path("roster.csv");
    let ids: Vec<&str> = once.keys().map(String::as_str).collect();
    std::fs::write(&roster, format!("id\n{}\n", ids.join("\n"))).expect("a roster");
    let merged = path("merged");
    let shards = ["shard1", "shard2", "shard3"].map(path);
    let mut arguments = vec!["merge", "--roster", &roster, "--out", &merged];
    arguments.extend(shards.iter().map(String::as_str));
    assert!(grade(&arguments).is_some());
    let merged = marks(Path::new(&merged));
    assert_eq!(once.keys().collect::<Vec<_>>(), merged.keys().collect::<Vec<_>>());
    for (id, grade) in &once {
        assert_eq!(scores(grade), scores(&merged[id]), "{id}");
        assert_eq!(grade["katas"][0]["flags"], merged[id]["katas"][0]["flags"], "{id}");
    }

    // Started again, nothing is left to do; one unit that is lost is all that is graded.
    let again = path("once");
    std::fs::remove_file(Path::new(&again).join("units/exits/k00.json")).expect("it is there");
    let mut arguments = vec!["run", "--submissions", &submissions, "--out", &again];
    arguments.extend(common);
    let told = text(&grade(&arguments).expect("it ran before").stdout);
    assert!(told.starts_with(&format!("1 graded, {} kept", class.size - 1)), "{told}");

    // Shards of two different runs do not fit.
    let other = path("other");
    let arguments =
        ["run", "--submissions", &submissions, "--out", &other, "--katas", "k00", "--seed", "2b"];
    let mut arguments = arguments.to_vec();
    arguments.extend(["--shard", "1/3"]);
    assert!(grade(&arguments).is_some());
    let into = path("mixed");
    let mixed = grader(&["merge", "--out", &into, &other, &shards[1]]);
    assert_eq!(mixed.status.code(), Some(5), "{}", text(&mixed.stderr));
}

#[test]
fn bombs_leave_the_marks_of_the_others_as_they_are() {
    let dir = tempfile::tempdir().expect("a folder");
    let class = Class::small(&dir.path().join("class"));
    let submissions = class.dir.display().to_string();
    let run = |out: &str| {
        let out = dir.path().join(out);
        let shown = out.display().to_string();
        let arguments =
            ["run", "--katas", "k00", "--seed", "2a", "--submissions", &submissions, "--out"];
        let ran = grade(&[arguments.as_slice(), &[&shown]].concat()).is_some();
        ran.then(|| marks(&out))
    };
    let Some(alone) = run("alone") else {
        eprintln!("not verified: no sandbox on this machine");
        return;
    };
    let attacks = dir.path().join("attacks");
    let told = grader(&["doctor", "--lay-out", &attacks.display().to_string()]);
    assert!(told.status.success(), "{}", text(&told.stderr));
    // Their names come first, so that everybody else is graded beside them or after them.
    for bomb in BOMBS {
        std::fs::rename(attacks.join(bomb), class.dir.join(bomb)).expect("a bomb is laid");
    }
    let mut among = run("among").expect("it ran before");
    for bomb in BOMBS {
        let (status, score, max) = score(&among, bomb);
        assert!(status != "pass" && score.is_some_and(|s| s < max), "{bomb}: {status} {score:?}");
        among.remove(bomb);
    }
    assert_eq!(alone.keys().collect::<Vec<_>>(), among.keys().collect::<Vec<_>>());
    for (id, grade) in &alone {
        assert_eq!(scores(grade), scores(&among[id]), "{id}, among bombs");
    }
}

#[test]
fn without_isolation_nothing_is_graded() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask-grade"))
        .args(["run", "--submissions", "xtask", "--out", "/nonexistent/out"])
        .current_dir(made_up::root())
        .env("TRECE_GRADE_WITHOUT", "bwrap,landlock")
        .output()
        .expect("the grader starts");
    assert_eq!(output.status.code(), Some(NO_ISOLATION), "{}", text(&output.stderr));
}

/// A class of 60 over the katas of `TRECE_CLASS_KATAS` (default: all), graded twice, the second
/// time as three shards, and once more without its bombs. It takes as long as grading a class three
/// times, and a naive grader a submission; it prints how long.
#[test]
#[ignore = "minutes to hours: `cargo test -p xtask-grade --test class -- --ignored --nocapture`"]
fn a_class_of_sixty_gets_the_same_marks_however_it_is_cut() {
    let keep = std::env::var_os("TRECE_CLASS_DIR").map(PathBuf::from);
    let own = tempfile::tempdir().expect("a folder");
    let dir = keep.unwrap_or_else(|| own.path().to_owned());
    let class = Class::of_sixty(&dir.join("class"), |out| {
        let told = grader(&["doctor", "--lay-out", &out.display().to_string()]);
        assert!(told.status.success(), "{}", text(&told.stderr));
    });
    let katas = std::env::var("TRECE_CLASS_KATAS").ok();
    let submissions = class.dir.display().to_string();
    let run = |out: &str, more: &[&str]| {
        let out = dir.join(out).display().to_string();
        let mut arguments =
            vec!["run", "--submissions", &submissions, "--out", &out, "--seed", "2a"];
        if let Some(katas) = &katas {
            arguments.extend(["--katas", katas]);
        }
        arguments.extend(more);
        let started = Instant::now();
        assert!(grade(&arguments).is_some(), "this machine has no sandbox");
        println!("{out}: {:?}", started.elapsed());
        started.elapsed()
    };
    let grading = run("first", &[]);
    for shard in 1..=3 {
        run(&format!("part{shard}"), &["--shard", &format!("{shard}/3")]);
    }
    let into = dir.join("merged").display().to_string();
    let parts = ["part1", "part2", "part3"].map(|p| dir.join(p).display().to_string());
    let mut arguments = vec!["merge", "--out", &into];
    arguments.extend(parts.iter().map(String::as_str));
    assert!(grade(&arguments).is_some());
    let (first, merged) = (marks(&dir.join("first")), marks(&dir.join("merged")));
    assert_eq!(first.len(), 60);
    for (id, grade) in &first {
        assert_eq!(grade["score"], merged[id]["score"], "{id}, merged");
        // Which of its tests a bomb breaks first is chance.
        if !BOMBS.contains(&id.as_str()) {
            assert_eq!(steps(grade), steps(&merged[id]), "{id}, merged");
        }
    }

    // Whoever is right passes, and nobody else does.
    for (id, grade) in &first {
        for kata in grade["katas"].as_array().expect("katas") {
            let name = kata["id"].as_str().expect("an id").to_owned();
            if let Some(right) = class.right.get(&(id.clone(), name.clone())) {
                assert_eq!(kata["status"] == "pass", *right, "{id}, {name}: {}", kata["status"]);
            }
        }
    }

    // Without the bombs, the marks of everybody else are the same.
    for bomb in BOMBS {
        std::fs::remove_dir_all(class.dir.join(bomb)).expect("a bomb is taken away");
    }
    run("quiet", &[]);
    let quiet = marks(&dir.join("quiet"));
    assert_eq!(quiet.len(), 57);
    for (id, grade) in &quiet {
        assert_eq!(steps(grade), steps(&first[id]), "{id}, without bombs");
    }

    let graded: Vec<&str> = match &katas {
        Some(katas) => katas.split(',').collect(),
        None => first["student-00"]["katas"]
            .as_array()
            .expect("katas")
            .iter()
            .filter_map(|kata| kata["id"].as_str())
            .collect(),
    };
    let naive: Duration = graded.iter().map(|kata| naively(&dir.join("naive"), kata)).sum();
    let students = first.keys().filter(|id| id.starts_with("student-")).count();
    let naive = naive * u32::try_from(students).expect("few");
    println!(
        "graded naively, one after the other: {naive:?}, {:.1} times as long",
        naive.as_secs_f64() / grading.as_secs_f64()
    );
}

/// How long a grader takes that copies the workbook, puts the reference in, and calls `cargo test`:
/// with everything downloaded, and nothing built.
fn naively(dir: &Path, kata: &str) -> Duration {
    let _ = std::fs::remove_dir_all(dir);
    made_up::workbook_with_reference(dir, kata);
    let started = Instant::now();
    let output = Command::new("cargo")
        .args(["test", "--quiet", "--offline", "--test", "suite", "-p", kata])
        .current_dir(dir)
        .env("CARGO_TARGET_DIR", dir.join("target"))
        .output()
        .expect("cargo starts");
    let took = started.elapsed();
    assert!(output.status.success(), "{kata}: {}", text(&output.stderr));
    println!("{kata}, graded naively: {took:?}");
    took
}
