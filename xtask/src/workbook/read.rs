//! Reading the workbook's own TOML: `kata.toml`, `notebook.toml`, `month-N.toml`.

use std::path::Path;

use toml_span::Value;
use toml_span::value::Table;

use super::{Outcome, Trouble};
use crate::words::{Lang, lang};

/// A text in the languages there are; English is always there.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    en: String,
    es: Option<String>,
}

impl Texts {
    pub fn get(&self) -> &str {
        match lang() {
            Lang::Es => self.es.as_deref().unwrap_or(&self.en),
            Lang::En => &self.en,
        }
    }

    #[cfg(test)]
    pub fn in_both(&self) -> bool {
        !self.en.trim().is_empty() && self.es.as_deref().is_some_and(|es| !es.trim().is_empty())
    }
}

/// What a table of a file says, or which key is not what it must be.
pub struct Reader<'a> {
    pub path: &'a Path,
    pub table: &'a Table<'a>,
}

impl Reader<'_> {
    pub fn wrong(&self, key: &str) -> Trouble {
        Trouble::file(self.path, &format!("`{key}` is missing or not what it must be"))
    }

    pub fn text(&self, key: &str) -> Outcome<String> {
        let text = self.table.get(key).and_then(|v| v.as_str());
        text.map(str::to_owned).ok_or_else(|| self.wrong(key))
    }

    pub fn texts(&self, key: &str) -> Outcome<Texts> {
        let es = self.table.get(format!("{key}_es").as_str()).and_then(|v| v.as_str());
        Ok(Texts { en: self.text(key)?, es: es.map(str::to_owned) })
    }

    pub fn number(&self, key: &str) -> Outcome<i64> {
        self.table.get(key).and_then(Value::as_integer).ok_or_else(|| self.wrong(key))
    }

    pub fn list(&self, key: &str) -> Vec<String> {
        let list = self.table.get(key).and_then(|v| v.as_array()).map_or(&[][..], Vec::as_slice);
        list.iter().filter_map(|v| v.as_str()).map(str::to_owned).collect()
    }

    /// Texts in both languages; English ones without a Spanish one beside them stay alone.
    pub fn all_texts(&self, key: &str) -> Vec<Texts> {
        let spanish = self.list(&format!("{key}_es"));
        let both = |(i, en): (usize, String)| Texts { en, es: spanish.get(i).cloned() };
        self.list(key).into_iter().enumerate().map(both).collect()
    }

    /// A table below this one.
    pub fn below(&self, key: &str) -> Option<Reader<'_>> {
        let table = self.table.get(key)?.as_table()?;
        Some(Reader { path: self.path, table })
    }

    /// The tables of a list below this one.
    ///
    /// # Errors
    /// When something else is in it.
    pub fn each(&self, key: &str) -> Outcome<Vec<Reader<'_>>> {
        let list = self.table.get(key).and_then(|v| v.as_array()).map_or(&[][..], Vec::as_slice);
        if list.iter().any(|value| value.as_table().is_none()) {
            return Err(self.wrong(key));
        }
        let tables = list.iter().filter_map(|value| value.as_table());
        Ok(tables.map(|table| Reader { path: self.path, table }).collect())
    }
}
