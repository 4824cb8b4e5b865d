//! Every answer of a kata, right and wrong, through the one path. The next ones are built while the
//! last ones run.

use std::collections::VecDeque;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use jzon::object;

use super::batch::{Batch, batches};
use super::judge::{Judgement, Role, judge};
use super::report::{Line, Report};
use super::{Scope, wrong};
use crate::engine::{self, Limits, Overlay, Prepared, Slot, Suite, Verdict, cargo};
use crate::workbook::{self, Kata, Outcome, Step, TestEntry, Workbook};

/// For each run that is asked for, a test that the operating system schedules is run this often…
const OS_RUNS: usize = 50;
/// … and a trap's named test of that kind this often (`design`: 1,000 and 200 for 20 runs).
const OS_TRAP_RUNS: usize = 10;

/// One answer to a whole kata.
pub struct Variant {
    pub name: String,
    pub role: Role,
    pub tree: Overlay,
    /// Modules of the steps that it answers otherwise than the reference.
    pub own: Vec<String>,
}

struct Ready {
    batch: Batch,
    prepared: Prepared,
    /// What formatter and linter say of a right answer, and warnings of the stub.
    style: Vec<String>,
    started: Instant,
}

/// Builds and runs the variants that the scope asks for.
pub fn prove(
    workbook: &Workbook,
    kata: &Kata,
    scope: &Scope<'_>,
    report: &mut Report,
) -> Outcome<()> {
    let tests = workbook::from_suite(kata)?;
    let reference = Overlay::of(&workbook.solutions(kata).join("reference"))?;
    let variants: Vec<Variant> = variants(workbook, kata, &reference)?
        .into_iter()
        .filter(|v| scope.wants(&format!("{} {}", kata.id, v.name), asked_as(v)))
        .collect();
    if variants.is_empty() {
        return Ok(());
    }
    report.kata(&kata.id);
    let mut todo: VecDeque<Batch> = batches(kata, &reference, variants).into();
    let slot = Slot::lock(workbook)?;
    let (send, receive) = sync_channel::<Outcome<Ready>>(1);
    std::thread::scope(|threads| {
        let slot = &slot;
        threads.spawn(move || {
            while let Some(batch) = todo.pop_front() {
                let ready = match prepare(workbook, slot, kata, batch) {
                    // Each by itself shows which one it is that does not build.
                    Ok(Ready {
                        batch,
                        prepared: Prepared::Broken(_) | Prepared::Refused(_),
                        ..
                    }) if batch.variants.len() > 1 => {
                        todo.extend(batch.variants.into_iter().map(Batch::alone));
                        continue;
                    }
                    ready => ready,
                };
                let stop = ready.is_err();
                if send.send(ready).is_err() || stop {
                    return;
                }
            }
        });
        for ready in receive {
            run(workbook, kata, scope, &tests, ready?, report)?;
        }
        Ok(())
    })
}

fn variants(workbook: &Workbook, kata: &Kata, reference: &Overlay) -> Outcome<Vec<Variant>> {
    let over = |dir: &std::path::Path| -> Outcome<Overlay> {
        let mut tree = reference.clone();
        tree.lay(dir)?;
        Ok(tree)
    };
    let steps = |tree: &Overlay| -> Vec<String> {
        let differing = tree.differing(reference);
        let of = |s: &Step| differing.contains(&s.file().as_ref());
        // What no step's own file is may matter to each of them.
        let shared = differing.len() > kata.steps.iter().filter(|s| of(s)).count();
        kata.steps.iter().filter(|s| shared || of(s)).map(|s| s.module.clone()).collect()
    };
    let variant = |name: &str, role: Role, tree: Overlay| Variant {
        name: name.to_owned(),
        role,
        own: steps(&tree),
        tree,
    };
    let mut all = vec![
        variant("reference", Role::Reference, reference.clone()),
        variant("stub", Role::Hollow, Overlay::of(&kata.stub())?),
    ];
    for (name, tree) in wrong::answers(workbook, kata)? {
        all.push(variant(name, Role::Hollow, tree));
    }
    for alternate in workbook::alternates(workbook, kata)? {
        all.push(variant(&alternate.name, Role::Alternate, over(&alternate.dir)?));
    }
    for trap in workbook::traps(workbook, kata)? {
        let tree = over(&trap.variant.dir)?;
        all.push(variant(&trap.variant.name.clone(), Role::Trap(trap), tree));
    }
    Ok(all)
}

/// What `--only` calls it.
fn asked_as(variant: &Variant) -> &str {
    if variant.name.starts_with("wrong-") { "wrong" } else { &variant.name }
}

fn prepare(workbook: &Workbook, slot: &Slot, kata: &Kata, batch: Batch) -> Outcome<Ready> {
    let started = Instant::now();
    let name = format!("{}-{}", kata.id, batch.name());
    let prepared =
        engine::prepare_staged(workbook, slot, kata, Suite::Own, &batch.tree, &name, &mut |_| ())?;
    let mut style = Vec::new();
    let role = batch.variants.first().map(|v| &v.role);
    match (role, &prepared) {
        (Some(role @ (Role::Reference | Role::Alternate)), Prepared::Ready(_)) => {
            let reference = matches!(role, Role::Reference);
            // The suite is the same for all of them.
            let targets = if reference { "--all-targets" } else { "--lib" };
            for arguments in [
                &["fmt", "-p", &kata.id, "--check"][..],
                &["clippy", "--quiet", "-p", &kata.id, targets, "--", "-D", "warnings"][..],
            ] {
                style.extend(complaint(slot, arguments)?);
            }
            if reference {
                for part in ["bench", "play", "real"] {
                    if kata.dir.join(part).is_dir() {
                        style.extend(beside(slot, kata, part)?);
                    }
                }
            }
        }
        (Some(Role::Hollow), Prepared::Ready(binary))
            if !binary.warnings.is_empty() && batch.name() == "stub" =>
        {
            style.push(format!("the stub compiles with warnings:\n{}", binary.warnings));
        }
        _ => {}
    }
    Ok(Ready { batch, prepared, style, started })
}

/// What measures a kata's code, or plays with it, stands on a solution: it is proved on the
/// reference.
fn beside(slot: &Slot, kata: &Kata, part: &str) -> Outcome<Vec<String>> {
    let package = format!("{}-{part}", kata.id);
    let mut complaints = Vec::new();
    for arguments in [
        &["fmt", "-p", &package, "--check"][..],
        &["clippy", "--quiet", "-p", &package, "--all-targets", "--", "-D", "warnings"][..],
        &["test", "--quiet", "-p", &package][..],
    ] {
        // What real components say is asked by `check --real`: they may be missing here.
        if part == "real" && arguments[0] == "test" {
            continue;
        }
        complaints.extend(complaint(slot, arguments)?);
    }
    Ok(complaints)
}

fn complaint(slot: &Slot, arguments: &[&str]) -> Outcome<Option<String>> {
    let output =
        cargo(&slot.root()).args(arguments).env("CARGO_TARGET_DIR", slot.target()).output()?;
    Ok(if output.status.success() {
        None
    } else {
        let text = [output.stdout, output.stderr].concat();
        Some(format!("cargo {}:\n{}", arguments[0], String::from_utf8_lossy(&text).trim_end()))
    })
}

fn run(
    workbook: &Workbook,
    kata: &Kata,
    scope: &Scope<'_>,
    tests: &[TestEntry],
    ready: Ready,
    report: &mut Report,
) -> Outcome<()> {
    let Ready { batch, prepared, style, started } = ready;
    Report::doing(&format!("{} {}", kata.id, batch.name()));
    let plans = batch.variants.iter().map(|v| plan(kata, v, tests, scope.runs));
    let plans: Vec<Vec<TestEntry>> = plans.collect();
    let verdict = prepared.verdict(workbook, &plans.concat(), &Limits::default(), &mut |_| ())?;
    let share = u32::try_from(batch.variants.len()).unwrap_or(1);
    let mut results = verdict.tests.iter();
    for (variant, plan) in batch.variants.iter().zip(plans) {
        let own = results.by_ref().take(plan.len()).cloned().collect();
        let verdict = Verdict { tests: own, ..verdict.clone() };
        let mut judgement = judge(kata, &variant.role, &verdict);
        judgement.problems.splice(0..0, style.clone());
        let extent = (plan.len(), tests.len());
        tell(kata, variant, &judgement, extent, started.elapsed() / share, report);
    }
    Ok(())
}

/// One variant's line, and its place in the JSON.
fn tell(
    kata: &Kata,
    variant: &Variant,
    judgement: &Judgement,
    (ran, of): (usize, usize),
    took: Duration,
    report: &mut Report,
) {
    if let Some(why) = judgement.unverified.as_deref() {
        report.missing(why);
    }
    note(report, kata, variant, judgement);
    let what = match &variant.role {
        Role::Alternate => "alternate ",
        Role::Trap(_) => "trap ",
        _ => "",
    };
    report.line(Line {
        extent: format!("{ran} runs of {of} tests"),
        took,
        unverified: judgement.unverified.is_some() && judgement.problems.is_empty(),
        ..Line::new(&kata.id, &format!("{what}{}", variant.name), judgement.problems.clone())
    });
}

/// Which tests to run, how often. No test needs the code of another step, so what a trap or an
/// alternate answers as the reference does is proved there: not run again for a trap, not repeated
/// for an alternate.
fn plan(kata: &Kata, variant: &Variant, tests: &[TestEntry], runs: usize) -> Vec<TestEntry> {
    let role = &variant.role;
    let number = |module: &str| kata.steps.iter().position(|s| s.module == module);
    let mut plan = Vec::new();
    for test in tests {
        if let Role::Trap(trap) = role
            && (number(&test.step) > number(&trap.step) || !variant.own.contains(&test.step))
        {
            continue;
        }
        let os = test.kind == "os";
        let times = match role {
            Role::Alternate if !variant.own.contains(&test.step) => 1,
            Role::Reference | Role::Alternate => runs * if os { OS_RUNS } else { 1 },
            Role::Trap(trap) if trap.fails.iter().any(|e| e.test == test.id()) => {
                runs * if os { OS_TRAP_RUNS } else { 1 }
            }
            Role::Trap(_) | Role::Hollow => 1,
        };
        plan.extend(std::iter::repeat_n(test.clone(), times));
    }
    plan
}

/// The variant's place in the JSON.
fn note(report: &mut Report, kata: &Kata, variant: &Variant, judgement: &Judgement) {
    let fine = judgement.problems.is_empty();
    let verdict = match (fine, &judgement.unverified) {
        (false, _) => "fail",
        (true, Some(_)) => "not_verified",
        (true, None) => "pass",
    };
    let entry = report.kata(&kata.id);
    let (list, item) = match &variant.role {
        Role::Reference => {
            entry["reference"] = verdict.into();
            return;
        }
        Role::Hollow if variant.name == "stub" => {
            entry["stub"] = verdict.into();
            return;
        }
        Role::Hollow => ("wrong", object! { "name": variant.name.as_str(), "verdict": verdict }),
        Role::Alternate => {
            ("alternates", object! { "name": variant.name.as_str(), "verdict": verdict })
        }
        Role::Trap(trap) => {
            let expected: Vec<&str> = trap.fails.iter().map(|e| e.test.as_str()).collect();
            let item = object! {
                "name": variant.name.as_str(), "expected": expected,
                "failed": &*judgement.failed, "caught": verdict == "pass",
            };
            ("traps", item)
        }
    };
    entry[list].push(item).expect("made as a list");
}
