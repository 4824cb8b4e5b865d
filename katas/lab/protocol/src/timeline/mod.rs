//! A failing schedule: who did what, in which order, and what came of it.
//!
//! One type for every explorer, with one text form ([`Timeline::text`], one column a lane), one
//! form for a screen reader ([`Timeline::plain`], a sentence a row) and one for machines
//! ([`Timeline::to_json`]).

mod json;
mod render;

/// One schedule, from its first row to what it led to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    /// One heading a column: `A: withdraw 70`.
    pub lanes: Vec<String>,
    /// In the order in which they happened. They are numbered from 1 when shown.
    pub rows: Vec<Row>,
    /// Numbers that show what broke, under the rows.
    pub tables: Vec<Table>,
    /// Sentences under the tables: the name of the anomaly, a question to think about.
    pub notes: Vec<String>,
}

/// One thing that one lane did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Index into [`Timeline::lanes`].
    pub lane: usize,
    /// The operation and its value: `lock → 100`.
    pub text: String,
    /// The source line that did it, where there is one.
    pub at: Option<crate::Place>,
    /// What the reader must not miss about this row: `overwrites 5`. Shown behind an arrow.
    pub mark: Option<String>,
}

/// A small table; its first row is the heading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    pub rows: Vec<Vec<String>>,
}

impl Row {
    pub fn new(lane: usize, text: impl Into<String>) -> Self {
        Self { lane, text: text.into(), at: None, mark: None }
    }

    #[must_use]
    pub fn at(mut self, file: impl Into<String>, line: u32) -> Self {
        self.at = Some(crate::Place { file: file.into(), line });
        self
    }

    #[must_use]
    pub fn mark(mut self, mark: impl Into<String>) -> Self {
        self.mark = Some(mark.into());
        self
    }
}
