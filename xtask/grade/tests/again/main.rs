//! What is graded more than once: again, on, only in part, and by somebody else.

mod made;
mod somebody;

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use made::{Class, ended, grader};

/// Every order costs nothing more than a wrong total: some tests of step 2 fail.
const WRONG: &str = "if state.items.len() > 1 { return Err(Rejection::TooMuch); }";

#[test]
fn a_regrade_keeps_the_scores_from_before_wherever_it_is_typed() {
    let class = Class::new();
    class.hand_in("alice", "");
    class.hand_in("bob", WRONG);
    // The class is named by its relative path.
    let shown = class.path("class");
    let relative = shown.strip_prefix(made::root()).expect("it is in the workbook");
    let mut run = grader();
    run.args(["run", "--katas", "k00", "--jobs", "1", "--out"]).arg(class.path("out"));
    let Some((code, said)) = ended(run.arg("--submissions").arg(relative)) else { return };
    assert_eq!(code, 0, "{said}");
    let full = class.grade("out", "alice")["score"].clone();
    let less = class.grade("out", "bob")["score"].clone();
    assert!(less.as_u64() < full.as_u64(), "{less} {full}");

    // The suite's error is mended, say: here bob's is. And it is typed in another folder.
    class.hand_in("bob", "");
    let out = class.shown("out");
    let regrade = |more: &[&str]| {
        let mut command = grader();
        command.args(["regrade", &out, "--jobs", "1", "--reason", "a wrong test"]).args(more);
        command.current_dir(made::root().join("xtask"));
        ended(&mut command).expect("there was a sandbox")
    };
    let (code, said) = regrade(&[]);
    assert_eq!(code, 0, "{said}");
    let diff = || fs::read_to_string(class.path("out/diff.csv")).expect("a comparison");
    let heads = "id,kata,before,after,status_before,status_after,reason\n";
    assert_eq!(diff(), format!("{heads}bob,k00,{less},{full},fail,pass,a wrong test\n"));
    for (id, before) in [("alice", &full), ("bob", &less)] {
        let grade = class.grade("out", id);
        assert_eq!((&grade["score"], &grade["previous"]["score"]), (&full, before), "{id}");
        assert_eq!(grade["previous"]["reason"], "a wrong test");
    }
    assert!(!class.path("out/before").exists());

    // The class has moved.
    fs::rename(class.path("class"), class.path("moved")).expect("moved");
    let (code, said) = regrade(&[]);
    assert!(code == 2 && said.contains("--submissions"), "{said}");
    let moved = class.shown("moved");
    let (code, said) = regrade(&["--submissions", &moved]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(diff(), heads);

    // Somebody is missing: nothing is touched.
    fs::remove_dir_all(class.path("moved/alice")).expect("removed");
    let (code, said) = regrade(&["--submissions", &moved]);
    assert!(code == 2 && said.contains("alice"), "{said}");
    assert_eq!(class.grade("out", "alice")["score"], full);
}

/// An interrupted regrade has put the old grades aside; the next one goes on and compares with them.
#[test]
fn a_regrade_goes_on_where_it_was_interrupted() {
    let class = Class::new();
    class.hand_in("alice", "");
    class.hand_in("bob", WRONG);
    let Some((code, said)) = ended(&mut class.run("out", &[])) else { return };
    assert_eq!(code, 0, "{said}");
    let before = class.marks("out");
    // As it is left when the first unit is done.
    let out = |name: &str| class.path("out").join(name);
    fs::create_dir(out("before")).expect("made");
    for part in ["units", "grades"] {
        fs::rename(out(part), out("before").join(part)).expect("put aside");
    }
    fs::create_dir_all(out("units/alice")).expect("made");
    fs::copy(out("before/units/alice/k00.json"), out("units/alice/k00.json")).expect("copied");
    let mut regrade = grader();
    regrade.args(["regrade", &class.shown("out"), "--jobs", "1", "--reason", "again"]);
    let (code, said) = ended(&mut regrade).expect("there was a sandbox");
    assert!(code == 0 && said.contains("1 graded, 1 kept"), "{said}");
    assert_eq!(class.marks("out"), before);
    let bob = class.grade("out", "bob");
    assert_eq!(bob["previous"]["score"], bob["score"]);
    assert!(!out("before").exists());
}

/// Outside of a sandbox, so that the submission can remember that it has failed once.
#[test]
fn a_test_that_fails_sometimes_is_flaky_and_one_that_fails_fails() {
    let class = Class::new();
    let marker = class.path("failed");
    let once = format!(
        "let marker = std::path::Path::new({marker:?});\n    \
         if !marker.exists() {{ std::fs::write(marker, \"\").unwrap(); panic!(\"only once\"); }}"
    );
    class.hand_in("sometimes", &once);
    class.hand_in("always", WRONG);
    let more = ["--sandbox", "none", "--confirm-failures", "2"];
    let (code, said) = ended(&mut class.run("out", &more)).expect("none is needed");
    assert_eq!(code, 0, "{said}");
    let marks = class.marks("out");
    let of = |id: &str, status: &str| marks[id].matches(&format!("\"{status}\"")).count();
    // The kata's and one test's.
    assert_eq!((of("sometimes", "flaky"), of("sometimes", "fail")), (2, 0), "{marks:#?}");
    assert!(of("always", "flaky") == 0 && of("always", "fail") > 1, "{marks:#?}");
    let kata = &class.grade("out", "sometimes")["katas"][0];
    assert!(kata["flags"].as_array().expect("flags").contains(&"flaky".into()), "{kata}");
    // For a person to look at, and no points.
    assert_eq!(
        (&kata["steps"][1]["status"], &kata["steps"][1]["score"]),
        (&"flaky".into(), &0.into())
    );
}

#[test]
fn only_what_changed_is_graded_when_that_is_asked() {
    let class = Class::new();
    for id in ["alice", "bob", "carol"] {
        class.hand_in(id, WRONG);
    }
    let link = class.path("class/carol/katas/k00-orders/src/link.rs");
    std::os::unix::fs::symlink("/etc/passwd", &link).expect("a link");
    let Some((code, said)) = ended(&mut class.run("out", &["--seed", "1"])) else { return };
    assert_eq!(code, 0, "{said}");
    assert!(class.marks("out")["carol"].starts_with("\"refused\""));
    // Other files; and the same files as were taken before, without the one that was refused.
    class.hand_in("bob", "");
    fs::remove_file(link).expect("removed");
    let mut run = class.run("out", &["--seed", "2", "--only-changed"]);
    let (code, said) = ended(&mut run).expect("there was a sandbox");
    assert!(code == 0 && said.contains("2 graded, 1 kept"), "{said}");
    let marks = class.marks("out");
    assert!(marks["bob"].starts_with("\"pass\""), "{marks:#?}");
    assert!(marks["carol"].starts_with("\"fail\""), "{marks:#?}");
}

/// A run that is interrupted once its first unit is done.
struct Interrupted {
    child: Child,
    told: BufReader<std::process::ChildStderr>,
}

impl Interrupted {
    /// None where this machine has no sandbox.
    fn after_one(command: &mut Command) -> Option<Self> {
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut told = BufReader::new(child.stderr.take().expect("piped"));
        let mut line = String::new();
        while !line.starts_with("[1/") {
            line.clear();
            if told.read_line(&mut line).expect("text") == 0 {
                assert_eq!(child.wait().expect("ended").code(), Some(made::NO_ISOLATION));
                eprintln!("not verified, for want of a sandbox");
                return None;
            }
        }
        let mut this = Self { child, told };
        this.interrupt();
        Some(this)
    }

    fn interrupt(&mut self) {
        let id = i32::try_from(self.child.id()).expect("a process");
        let id = rustix::process::Pid::from_raw(id).expect("a process");
        rustix::process::kill_process(id, rustix::process::Signal::INT).expect("it runs");
    }

    fn code(mut self) -> Option<i32> {
        for _ in self.told.lines() {}
        self.child.wait().expect("ended").code()
    }
}

/// The unit under way is finished and does not count: the signal may have reached it, too.
#[test]
fn an_interrupted_run_goes_on_to_the_same_marks() {
    let class = Class::new();
    let marker = class.path("go on");
    let waits =
        format!("while !std::path::Path::new({marker:?}).exists() {{ std::thread::yield_now(); }}");
    for (id, code) in [("1", WRONG), ("2", waits.as_str())] {
        class.hand_in(id, code);
    }
    let more = ["--sandbox", "none", "--seed", "7"];
    let run = Interrupted::after_one(&mut class.run("out", &more)).expect("none is needed");
    fs::write(&marker, "").expect("written");
    assert_eq!(run.code(), Some(130));
    let (code, said) = ended(&mut class.run("out", &more)).expect("none is needed");
    assert!(code == 0 && said.contains("1 graded, 1 kept"), "{said}");
    let (code, said) = ended(&mut class.run("whole", &more)).expect("none is needed");
    assert_eq!(code, 0, "{said}");
    assert_eq!(class.marks("out"), class.marks("whole"));
}

/// Somebody who does not want to wait for the unit under way asks twice.
#[test]
fn a_run_that_is_asked_twice_ends_at_once_and_goes_on_in_either_sandbox() {
    for sandbox in ["bwrap", "landlock"] {
        let class = Class::new();
        for (id, code) in [("1", WRONG), ("2", "loop {}")] {
            class.hand_in(id, code);
        }
        let more = ["--sandbox", sandbox, "--seed", "7"];
        let Some(mut run) = Interrupted::after_one(&mut class.run("out", &more)) else { continue };
        run.interrupt();
        assert_eq!(run.code(), Some(130), "{sandbox}");
        class.hand_in("2", "");
        let (code, said) = ended(&mut class.run("out", &more)).expect("there was a sandbox");
        assert!(code == 0 && said.contains("1 graded, 1 kept"), "{sandbox}: {said}");
        let marks = class.marks("out");
        assert!(marks["1"].starts_with("\"fail\""), "{sandbox}: {marks:#?}");
        assert!(marks["2"].starts_with("\"pass\""), "{sandbox}: {marks:#?}");
    }
}
