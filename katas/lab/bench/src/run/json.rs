//! `trece-run/v1`: times are in whole nanoseconds.

use std::collections::BTreeMap;
use std::time::Duration;

use jzon::{JsonValue, object};

use super::{Load, Run, Runs};
use crate::Machine;
use crate::latency::{Curve, Summary};
use crate::load::Arrivals;

const SCHEMA: &str = "trece-run/v1";

/// The document; `files` are the names of the runs' curves, in their order.
pub fn write(runs: &Runs, files: &[Option<String>]) -> JsonValue {
    let versions = runs.versions.iter().map(|(name, version)| (name, version.as_str()));
    let mut machine = runs.machine.json();
    machine["optimised"] = runs.machine.optimised.into();
    let entries: Vec<JsonValue> =
        runs.runs.iter().zip(files).map(|(run, file)| entry(run, file.as_deref())).collect();
    object! {
        "schema": SCHEMA,
        "kata": runs.kata.as_str(),
        "quick": runs.quick,
        "keys": runs.keys.as_deref(),
        "machine": machine,
        "versions": JsonValue::Object(versions.collect()),
        "runs": entries,
    }
}

fn entry(run: &Run, file: Option<&str>) -> JsonValue {
    let Summary { count, errors, mean, p50, p90, p95, p99, p999, max } = run.summary;
    let mut entry = object! {
        "variant": run.variant.as_str(),
        "concurrency": run.concurrency,
        "keys": run.keys,
        "load": load(run.load),
        "time_ns": nanos(run.time),
        "stopped": run.stopped,
        "count": count,
        "errors": errors,
        "throughput": run.throughput(),
    };
    if !run.counts.is_empty() {
        let counts = run.counts.iter().map(|(name, each)| (name, *each));
        entry["counts"] = JsonValue::Object(counts.collect());
    }
    // Where nobody asked for latencies there are none, rather than noughts.
    if let Some(file) = file {
        entry["latency_ns"] = object! {
            "mean": nanos(mean),
            "p50": nanos(p50),
            "p90": nanos(p90),
            "p95": nanos(p95),
            "p99": nanos(p99),
            "p999": nanos(p999),
            "max": nanos(max),
        };
        entry["curve"] = file.into();
    }
    entry
}

/// The seed as text: not every reader of JSON keeps 64 bits.
fn load(load: Load) -> JsonValue {
    match load {
        Load::Closed { seed } => object! { "kind": "closed", "seed": seed.to_string() },
        Load::Open { arrivals, rate, seed, latest } => object! {
            "kind": "open",
            "arrivals": arrivals.key(),
            "rate": rate,
            "seed": seed.to_string(),
            "latest_ns": nanos(latest),
        },
    }
}

/// Reads the document; `curve` gives the curve in the file of that name.
///
/// # Errors
/// What is missing, by its name; those of `curve`.
pub fn read<E: From<String>>(
    document: &JsonValue,
    mut curve: impl FnMut(&str) -> Result<Curve, E>,
) -> Result<Runs, E> {
    let schema = text(document, "schema")?;
    if schema != SCHEMA {
        return Err(format!("the schema is {schema}, not {SCHEMA}").into());
    }
    let versions = document["versions"].entries().map(|(name, version)| {
        version.as_str().map(|v| (name.to_owned(), v.to_owned())).ok_or_else(|| missing(name))
    });
    let mut runs = Runs {
        kata: text(document, "kata")?,
        quick: flag(document, "quick")?,
        keys: document["keys"].as_str().map(str::to_owned),
        machine: machine(&document["machine"])?,
        versions: versions.collect::<Result<BTreeMap<_, _>, _>>()?,
        runs: Vec::new(),
    };
    for entry in document["runs"].as_array().ok_or_else(|| missing("runs"))? {
        runs.runs.push(Run {
            variant: text(entry, "variant")?,
            concurrency: count(entry, "concurrency")?,
            keys: if entry["keys"].is_null() { None } else { Some(count(entry, "keys")?) },
            load: load_of(&entry["load"])?,
            time: time(entry, "time_ns")?,
            stopped: flag(entry, "stopped")?,
            summary: summary(entry)?,
            counts: counts(&entry["counts"])?,
            curve: match entry["curve"].as_str() {
                Some(file) => curve(file)?,
                None => Curve::default(),
            },
        });
    }
    Ok(runs)
}

fn machine(machine: &JsonValue) -> Result<Machine, String> {
    Ok(Machine {
        cores: count(machine, "cores")?,
        cpu: machine["cpu"].as_str().map(str::to_owned),
        os: text(machine, "os")?,
        arch: text(machine, "arch")?,
        rustc: text(machine, "rustc")?,
        optimised: flag(machine, "optimised")?,
    })
}

fn load_of(load: &JsonValue) -> Result<Load, String> {
    let seed = text(load, "seed")?.parse().map_err(|_| missing("seed"))?;
    match text(load, "kind")?.as_str() {
        "closed" => Ok(Load::Closed { seed }),
        "open" => Ok(Load::Open {
            arrivals: Arrivals::parse(&text(load, "arrivals")?)
                .ok_or_else(|| missing("arrivals"))?,
            rate: load["rate"].as_f64().ok_or_else(|| missing("rate"))?,
            seed,
            latest: time(load, "latest_ns")?,
        }),
        _ => Err(missing("kind")),
    }
}

fn counts(counts: &JsonValue) -> Result<BTreeMap<String, f64>, String> {
    let each = |(name, each): (&str, &JsonValue)| {
        each.as_f64().map(|each| (name.to_owned(), each)).ok_or_else(|| missing(name))
    };
    counts.entries().map(each).collect()
}

fn summary(entry: &JsonValue) -> Result<Summary, String> {
    let at = &entry["latency_ns"];
    let (count, errors) = (count(entry, "count")?, count(entry, "errors")?);
    if at.is_null() {
        return Ok(Summary { count, errors, ..Summary::default() });
    }
    Ok(Summary {
        count,
        errors,
        mean: time(at, "mean")?,
        p50: time(at, "p50")?,
        p90: time(at, "p90")?,
        p95: time(at, "p95")?,
        p99: time(at, "p99")?,
        p999: time(at, "p999")?,
        max: time(at, "max")?,
    })
}

fn text(value: &JsonValue, key: &str) -> Result<String, String> {
    value[key].as_str().map(str::to_owned).ok_or_else(|| missing(key))
}

fn flag(value: &JsonValue, key: &str) -> Result<bool, String> {
    value[key].as_bool().ok_or_else(|| missing(key))
}

fn count<N: TryFrom<u64>>(value: &JsonValue, key: &str) -> Result<N, String> {
    value[key].as_u64().and_then(|n| n.try_into().ok()).ok_or_else(|| missing(key))
}

fn time(value: &JsonValue, key: &str) -> Result<Duration, String> {
    count(value, key).map(Duration::from_nanos)
}

fn missing(key: &str) -> String {
    format!("`{key}` is missing or wrong")
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
