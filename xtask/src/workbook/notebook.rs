use std::collections::BTreeMap;
use std::io::ErrorKind;

use super::read::{Reader, Texts};
use super::{Kata, Outcome, Trouble};
use crate::t;

/// What a person writes on the page of a kata, in the order of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    Problem,
    Implementation,
    Code,
    Results,
    Worked,
    Failed,
    TradeOffs,
    Application,
}

impl Section {
    /// In the order of the page.
    pub const ALL: [Self; 8] = [
        Self::Problem,
        Self::Implementation,
        Self::Code,
        Self::Results,
        Self::Worked,
        Self::Failed,
        Self::TradeOffs,
        Self::Application,
    ];

    fn key(self) -> &'static str {
        match self {
            Self::Problem => "problem",
            Self::Implementation => "implementation",
            Self::Code => "code",
            Self::Results => "results",
            Self::Worked => "worked",
            Self::Failed => "failed",
            Self::TradeOffs => "trade_offs",
            Self::Application => "application",
        }
    }

    /// What is asked where a kata asks nothing of its own.
    fn asked_of_all(self) -> String {
        match self {
            Self::Problem => t!("ask.problem"),
            Self::Implementation => t!("ask.implementation"),
            Self::Code => t!("ask.code"),
            Self::Results => t!("ask.results"),
            Self::Worked => t!("ask.worked"),
            Self::Failed => t!("ask.failed"),
            Self::TradeOffs => t!("ask.trade_offs"),
            Self::Application => t!("ask.application"),
        }
    }
}

/// A function of the learner's code: the file in `src/`, and `function` or `Type::function`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub file: String,
    pub name: String,
}

/// What `notebook.toml` of a kata says: the code that its page shows, and what the page asks.
#[derive(Debug, Default)]
pub struct Asks {
    pub code: Option<Item>,
    asks: BTreeMap<Section, Vec<Texts>>,
}

impl Asks {
    /// A kata without the file asks what all katas ask.
    ///
    /// # Errors
    /// A file that cannot be read, or that is not what it must be.
    pub fn of(kata: &Kata) -> Outcome<Self> {
        let path = kata.dir.join("notebook.toml");
        let text = match std::fs::read_to_string(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            read => read.map_err(|e| Trouble::file(&path, &e))?,
        };
        let document = toml_span::parse(&text).map_err(|e| Trouble::file(&path, &e))?;
        let table = document.as_table().expect("a document is a table");
        let reader = Reader { path: &path, table };
        let item = |code: Reader<'_>| -> Outcome<Item> {
            Ok(Item { file: code.text("file")?, name: code.text("item")? })
        };
        let mut asks = BTreeMap::new();
        for section in Section::ALL {
            asks.insert(section, reader.all_texts(section.key()));
        }
        Ok(Self { code: reader.below("excerpt").map(item).transpose()?, asks })
    }

    /// The questions of a section: at least one.
    pub fn questions(&self, section: Section) -> Vec<String> {
        match self.asks.get(&section).filter(|own| !own.is_empty()) {
            Some(own) => own.iter().map(|text| text.get().to_owned()).collect(),
            None => vec![section.asked_of_all()],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Asks, Section, Texts};
    use crate::workbook::Workbook;

    #[test]
    fn what_a_kata_asks_it_asks_in_both_languages() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let workbook = Workbook::open(root).unwrap();
        for kata in workbook.katas.iter().filter(|k| k.dir.join("notebook.toml").is_file()) {
            let asks = Asks::of(kata).unwrap();
            assert!(asks.code.is_some(), "{} shows no code", kata.id);
            for section in Section::ALL {
                let own = &asks.asks[&section];
                assert!(!own.is_empty(), "{} {}", kata.id, section.key());
                let both = own.iter().all(Texts::in_both);
                assert!(both, "{} {}: a language is missing", kata.id, section.key());
            }
            let text = std::fs::read_to_string(kata.dir.join("notebook.toml")).unwrap();
            let document = toml_span::parse(&text).unwrap();
            for (key, list) in document.as_table().unwrap() {
                let spanish = key.name.strip_suffix("_es");
                let name = spanish.unwrap_or(&key.name);
                let known = name == "excerpt" || Section::ALL.iter().any(|s| s.key() == name);
                assert!(known, "{}: nothing reads `{}`", kata.id, key.name);
                let many = |value: &toml_span::Value<'_>| value.as_array().map(Vec::len);
                if spanish.is_some() {
                    let english = document.pointer(&format!("/{name}")).and_then(many);
                    assert_eq!(many(list), english, "{}: {name}", kata.id);
                }
            }
        }
    }
}
