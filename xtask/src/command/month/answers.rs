//! What was answered: `.trece/month-N.toml`, readable, written atomically.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::PathBuf;

use crate::files;
use crate::progress::free_name;
use crate::t;
use crate::toml::quoted;
use crate::workbook::{Month, Outcome, Question, Trouble, Workbook};

const SCHEMA: &str = "trece-month/v1";

/// The choices of each question, by its name, in the order in which they were taken; from 1.
#[derive(Debug)]
pub struct Answers {
    path: PathBuf,
    tries: BTreeMap<String, Vec<usize>>,
    /// Said once, when a damaged or newer file was put aside.
    pub notice: Option<String>,
}

impl Answers {
    /// A file that cannot be understood is kept aside and never deleted.
    pub fn load(workbook: &Workbook, number: i64) -> Outcome<Self> {
        let path = Month::answers(workbook, number);
        let mut answers = Self { path, tries: BTreeMap::new(), notice: None };
        let text = match std::fs::read(&answers.path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(answers),
            Err(e) => return Err(Trouble::file(&answers.path, &e)),
        };
        if let Some(tries) = parse(&text) {
            answers.tries = tries;
        } else {
            let aside = free_name(&answers.path.with_extension("toml.aside"));
            std::fs::rename(&answers.path, &aside).map_err(|e| Trouble::file(&aside, &e))?;
            answers.notice = Some(t!("month.aside", path = workbook.shown(&aside)));
        }
        Ok(answers)
    }

    /// Keeps a choice, by its index, at once: whoever stops after this has it.
    pub fn add(&mut self, question: &Question, choice: usize) -> Outcome<()> {
        self.tries.entry(question.id.clone()).or_default().push(choice + 1);
        let mut out =
            format!("# What you answered. Safe to delete.\nschema = \"{SCHEMA}\"\n\n[tries]\n");
        for (id, choices) in &self.tries {
            let _ = writeln!(out, "{} = {choices:?}", quoted(id));
        }
        files::write_atomic(&self.path, out.as_bytes()).map_err(|e| Trouble::file(&self.path, &e))
    }

    /// At which try the question was answered right; none while it is open.
    pub fn solved(&self, question: &Question) -> Option<usize> {
        let tries = self.tries.get(&question.id)?;
        Some(tries.iter().position(|choice| *choice == question.answer + 1)? + 1)
    }

    /// All questions are open again, once the first of them is answered.
    pub fn forget(&mut self) {
        self.tries.clear();
    }
}

fn parse(text: &str) -> Option<BTreeMap<String, Vec<usize>>> {
    let document = toml_span::parse(text).ok()?;
    if document.pointer("/schema")?.as_str()? != SCHEMA {
        return None;
    }
    let mut tries = BTreeMap::new();
    for (id, choices) in document.pointer("/tries")?.as_table()? {
        let choice = |value: &toml_span::Value<'_>| value.as_integer()?.try_into().ok();
        let choices = choices.as_array()?.iter().map(choice).collect::<Option<Vec<usize>>>()?;
        tries.insert(id.name.to_string(), choices);
    }
    Some(tries)
}
