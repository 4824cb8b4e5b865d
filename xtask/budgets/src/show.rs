//! What was found, with its budget beside it.

use std::io::{self, Write};

use bench_lab::say::{say, title};
use bench_lab::{Machine, fill};
use jzon::{JsonValue, object};

use crate::measure::{Found, Unit};
use crate::options::Options;
use crate::words::{Words, words};

/// The table, or one sentence a budget, or the document.
///
/// # Errors
/// Those of standard output.
pub fn tell(options: &Options, machine: &Machine, found: &[Found]) -> io::Result<()> {
    let out = &mut io::stdout().lock();
    if options.json {
        writeln!(out, "{}", json(machine, found).pretty(2))
    } else {
        table(out, options, machine, found)
    }
}

fn table(
    out: &mut dyn Write,
    options: &Options,
    machine: &Machine,
    found: &[Found],
) -> io::Result<()> {
    let words = words(options.lang);
    title(out, options.lang, options.plain, machine, words.title)?;
    writeln!(out)?;
    if !options.plain {
        line(out, words.head)?;
        writeln!(out, "{}", "─".repeat(79))?;
    }
    for found in found {
        let cells = cells(words, found);
        let [what, measured, budget, kept] = cells.each_ref().map(String::as_str);
        if options.plain {
            writeln!(out, "{}", fill(words.spoken, &[&what, &measured, &budget, &kept]))?;
        } else {
            line(out, [what, measured, budget, kept])?;
        }
        if let Err(why) = &found.value {
            say(out, options.plain, &format!("- {why}"))?;
        }
    }
    writeln!(out)?;
    words.notes.iter().try_for_each(|note| say(out, options.plain, note))
}

fn line(out: &mut dyn Write, [what, measured, budget, kept]: [&str; 4]) -> io::Result<()> {
    let line = format!("{what:<47}{measured:>11}{budget:>8}  {kept}");
    writeln!(out, "{}", line.trim_end())
}

fn cells(words: &Words, found: &Found) -> [String; 4] {
    let (budget, unit) = found.measure.budget();
    let shown = |value: f64| match unit {
        Unit::Seconds => format!("{} s", digits(value)),
        Unit::Times => format!("{}×", digits(value)),
    };
    let (measured, kept) = match &found.value {
        Ok(value) => (shown(*value), if *value <= budget { words.kept } else { words.over }),
        Err(_) => ("–".to_owned(), words.not_measured),
    };
    let measured = match &found.of {
        Some(kata) => format!("{kata} {measured}"),
        None => measured,
    };
    [words.of(found.measure).to_owned(), measured, shown(budget), kept.to_owned()]
}

fn digits(value: f64) -> String {
    if value >= 99.5 { format!("{value:.0}") } else { format!("{value:.2}") }
}

fn json(machine: &Machine, found: &[Found]) -> JsonValue {
    let entry = |found: &Found| {
        let (budget, unit) = found.measure.budget();
        let value = found.value.as_ref().ok().copied();
        object! {
            "name": found.measure.key(),
            "of": found.of.as_deref(),
            "unit": if unit == Unit::Seconds { "s" } else { "ratio" },
            "measured": value,
            "budget": budget,
            "kept": value.map(|value| value <= budget),
            "message": found.value.as_ref().err().map(String::as_str),
        }
    };
    object! {
        "schema": "trece-budgets/v1",
        "cores": machine.cores,
        "cpu": machine.cpu.as_deref(),
        "rustc": machine.rustc.as_str(),
        "budgets": JsonValue::Array(found.iter().map(entry).collect()),
    }
}

#[cfg(test)]
mod tests {
    use bench_lab::Lang;

    use super::*;
    use crate::measure::Measure;

    fn found() -> Vec<Found> {
        let found =
            |measure, value, of: Option<&str>| Found { measure, value, of: of.map(str::to_owned) };
        vec![
            found(Measure::FirstVerdict, Ok(21.4), None),
            found(Measure::EditRatio, Ok(1.41), Some("k02")),
            found(Measure::UnchangedServed, Err("no server".to_owned()), None),
            found(Measure::Verify, Ok(701.2), None),
        ]
    }

    fn told(lang: Lang, plain: bool) -> String {
        let root = "/".into();
        let options = Options { lang, plain, json: false, quick: false, all: true, root };
        let mut out = Vec::new();
        table(&mut out, &options, &Machine::read(), &found()).expect("memory");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn each_budget_stands_beside_what_was_measured() {
        let told = told(Lang::En, false);
        let row = |what: &str, rest: &str| {
            assert!(told.lines().any(|l| l.starts_with(what) && l.ends_with(rest)), "{told}");
        };
        row("clone to first verdict", "    21.40 s 31.00 s  kept");
        row("edit to verdict", "  k02 1.41×   1.30×  over");
        row("nothing changed to verdict, with", "–  1.50 s  not measured");
        row("verify of everything", " 701 s   900 s  kept");
        assert!(told.contains("- no server\n"), "{told}");
        for told in [told, self::told(Lang::Es, false)] {
            assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
        }
    }

    #[test]
    fn plain_is_a_sentence_a_budget() {
        let told = told(Lang::En, true);
        assert!(told.contains("edit to verdict, to `cargo test` on the same: k02 1.41×, budget"));
        assert!(!told.contains('─'), "{told}");
    }

    #[test]
    fn json_has_what_the_table_has() {
        let document = json(&Machine::read(), &found());
        assert_eq!(document["schema"], "trece-budgets/v1");
        let [first, ratio, none] = [0, 1, 2].map(|n| &document["budgets"][n]);
        assert_eq!((&first["kept"], &ratio["kept"]), (&true.into(), &false.into()));
        assert!(none["measured"].is_null() && none["kept"].is_null());
        assert_eq!(none["message"], "no server");
    }
}
