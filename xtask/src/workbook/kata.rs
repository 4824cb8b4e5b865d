use std::path::{Path, PathBuf};

use toml_span::Value;

use super::read::{Reader, Texts};
use super::{Outcome, Trouble};

/// What `kata.toml` says.
#[derive(Debug, Clone)]
pub struct Kata {
    /// `k02`.
    pub id: String,
    pub dir: PathBuf,
    title: Texts,
    pub order: i64,
    pub month: i64,
    pub weeks: String,
    /// What the machine must have beyond Rust: `postgres`, `broker`.
    pub needs: Vec<String>,
    /// Further scans for the whole kata.
    pub scan: Vec<String>,
    /// Not proved yet: learners do not see it, and `verify` looks at it only when it is named.
    pub draft: bool,
    /// The package and binary behind `cargo xtask play`.
    pub play: Option<String>,
    /// Module of the step whose behaviour the tests of the package in `real/` ask of real
    /// components.
    pub real: Option<String>,
    pub steps: Vec<Step>,
}

/// An ordered part of a kata: one module of stubs, one module of the suite.
#[derive(Debug, Clone)]
pub struct Step {
    /// `s2_lock`: the file in `src/` and the module in `tests/suite/`.
    pub module: String,
    /// From 1.
    pub number: usize,
    title: Texts,
    /// Asked by the plan; the others are offered.
    pub core: bool,
    pub points: i64,
    pub minutes: i64,
    /// What its file must not contain, beyond what no submission may.
    pub scan: Vec<String>,
    pub predict: Option<Predict>,
}

/// A question before the first run of a step.
#[derive(Debug, Clone)]
pub struct Predict {
    question: Texts,
    choices: Vec<Texts>,
    /// Index into the choices.
    pub answer: usize,
    because: Texts,
}

impl Kata {
    pub fn read(dir: &Path) -> Outcome<Self> {
        let path = dir.join("kata.toml");
        let text = std::fs::read_to_string(&path).map_err(|e| Trouble::file(&path, &e))?;
        let document = toml_span::parse(&text).map_err(|e| Trouble::file(&path, &e))?;
        let table = document.as_table().expect("a document is a table");
        let reader = Reader { path: &path, table };
        let steps = reader.each("step")?;
        let steps = steps.iter().enumerate().map(|(i, step)| step_of(step, i + 1));
        let steps = steps.collect::<Outcome<Vec<_>>>()?;
        if steps.is_empty() {
            return Err(reader.wrong("step"));
        }
        Ok(Self {
            id: reader.text("id")?,
            dir: dir.to_owned(),
            title: reader.texts("title")?,
            order: reader.number("order")?,
            month: reader.number("month")?,
            weeks: reader.text("weeks")?,
            needs: reader.list("needs"),
            scan: reader.list("scan"),
            draft: table.get("draft").and_then(Value::as_bool).unwrap_or(false),
            play: table.get("play").and_then(|p| p.as_str()).map(str::to_owned),
            real: table.get("real").and_then(|p| p.as_str()).map(str::to_owned),
            steps,
        })
    }

    pub fn title(&self) -> &str {
        self.title.get()
    }

    /// `k02-balance-race`.
    pub fn folder(&self) -> String {
        self.dir.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    pub fn src(&self) -> PathBuf {
        self.dir.join("src")
    }

    pub fn stub(&self) -> PathBuf {
        self.dir.join("stub")
    }

    /// Whether it has a bench.
    pub fn measures(&self) -> bool {
        self.dir.join("bench/Cargo.toml").is_file()
    }

    pub fn step(&self, number: usize) -> Option<&Step> {
        self.steps.get(number.checked_sub(1)?)
    }

    pub fn core(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|s| s.core)
    }
}

impl Step {
    pub fn title(&self) -> &str {
        self.title.get()
    }

    pub fn file(&self) -> String {
        format!("{}.rs", self.module)
    }
}

impl Predict {
    pub fn question(&self) -> &str {
        self.question.get()
    }

    pub fn choices(&self) -> impl Iterator<Item = &str> {
        self.choices.iter().map(Texts::get)
    }

    pub fn because(&self) -> &str {
        self.because.get()
    }
}

fn step_of(reader: &Reader<'_>, number: usize) -> Outcome<Step> {
    let predict = reader.below("predict").map(|predict| predict_of(&predict)).transpose()?;
    Ok(Step {
        module: reader.text("module")?,
        number,
        title: reader.texts("title")?,
        core: reader
            .table
            .get("core")
            .and_then(Value::as_bool)
            .ok_or_else(|| reader.wrong("core"))?,
        points: reader.number("points")?,
        minutes: reader.number("minutes")?,
        scan: reader.list("scan"),
        predict,
    })
}

fn predict_of(reader: &Reader<'_>) -> Outcome<Predict> {
    let choices = reader.all_texts("choices");
    let answer = usize::try_from(reader.number("answer")?).unwrap_or(0);
    if answer == 0 || answer > choices.len() {
        return Err(reader.wrong("answer"));
    }
    Ok(Predict {
        question: reader.texts("question")?,
        choices,
        answer: answer - 1,
        because: reader.texts("because")?,
    })
}
