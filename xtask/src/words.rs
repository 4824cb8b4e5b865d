//! Every word that a learner reads comes from a catalogue: `words/en.toml`, `words/es.toml`. So does
//! every word that an instructor reads of `grade`.
//!
//! `t!("check.loop", path = p)` is the phrase of that key with `{path}` replaced. A test holds the
//! catalogues together: same keys, same places to fill, and no key that nothing uses.

use std::cell::Cell;
use std::fmt::Display;
use std::sync::{LazyLock, OnceLock};

use toml_span::Value;

/// The languages of the runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    #[default]
    En,
    Es,
}

impl Lang {
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        match word.split(['_', '-', '.']).next() {
            Some("es" | "spanish" | "español") => Some(Self::Es),
            Some("en" | "english" | "c" | "posix") => Some(Self::En),
            _ => None,
        }
    }

    /// The locale's language: the first of `TRECE_LANG`, `LC_ALL`, `LC_MESSAGES` and `LANG` that
    /// is set decides; a language without a catalogue is English.
    pub fn of_locale() -> Self {
        ["TRECE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty())
            .and_then(|value| Self::parse(&value))
            .unwrap_or_default()
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
        }
    }

    fn catalogue(self) -> &'static str {
        match self {
            Self::En => include_str!("../words/en.toml"),
            Self::Es => include_str!("../words/es.toml"),
        }
    }
}

static CHOSEN: OnceLock<Lang> = OnceLock::new();
static ENGLISH: LazyLock<Value<'static>> = LazyLock::new(|| load(Lang::En));
static SPANISH: LazyLock<Value<'static>> = LazyLock::new(|| load(Lang::Es));

thread_local! {
    static MEANWHILE: Cell<Option<Lang>> = const { Cell::new(None) };
}

/// Chooses the language of this process; the first call wins.
pub fn choose(lang: Lang) {
    let _ = CHOSEN.set(lang);
}

/// Chooses the language that `--lang` names among a process's arguments, or the locale's. Help and
/// errors are in it too, so it is looked up before they are read. `None`: there is no such language,
/// and it is the default.
pub fn choose_asked(arguments: &[String]) -> Option<Lang> {
    let asked = arguments.iter().enumerate().find_map(|(at, name)| {
        let next = || arguments.get(at + 1).filter(|_| name == "--lang");
        name.strip_prefix("--lang=").or_else(|| next().map(String::as_str))
    });
    let language = asked.map_or_else(|| Some(Lang::of_locale()), Lang::parse);
    choose(language.unwrap_or_default());
    language
}

pub fn lang() -> Lang {
    MEANWHILE.get().unwrap_or_else(|| *CHOSEN.get_or_init(Lang::of_locale))
}

/// Says something in a language that need not be the process's: a page of the notebook stays in
/// the one that it was begun in.
pub fn within<T>(lang: Lang, say: impl FnOnce() -> T) -> T {
    let before = MEANWHILE.replace(Some(lang));
    let said = say();
    MEANWHILE.set(before);
    said
}

fn phrases() -> &'static Value<'static> {
    match lang() {
        Lang::En => &ENGLISH,
        Lang::Es => &SPANISH,
    }
}

fn load(lang: Lang) -> Value<'static> {
    toml_span::parse(lang.catalogue()).expect("a test parses every catalogue")
}

fn find<'a>(phrases: &'a Value<'_>, key: &str) -> Option<&'a str> {
    let (section, name) = key.split_once('.')?;
    phrases.as_table()?.get(section)?.as_table()?.get(name)?.as_str()
}

/// What `t!` expands to.
pub fn phrase(key: &str, fill: &[(&str, &dyn Display)]) -> String {
    let mut text = find(phrases(), key).unwrap_or(key).to_owned();
    for (name, value) in fill {
        text = text.replace(&format!("{{{name}}}"), &value.to_string());
    }
    text
}

/// The phrase of a key, in the chosen language.
#[macro_export]
macro_rules! t {
    ($key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::words::phrase($key, &[$((stringify!($name), &$value)),*])
    };
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::Lang;

    fn flat(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
        let catalogue = toml_span::parse(lang.catalogue()).expect("the catalogue is TOML");
        let mut keys = BTreeMap::new();
        for (section, phrases) in catalogue.as_table().expect("sections") {
            for (name, text) in phrases.as_table().expect("sections of phrases") {
                keys.insert(format!("{section}.{name}"), holes(text.as_str().expect("a phrase")));
            }
        }
        keys
    }

    fn holes(text: &str) -> BTreeSet<String> {
        text.split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .map(|(n, _)| n.into())
            .collect()
    }

    #[test]
    fn both_languages_say_the_same_things() {
        assert_eq!(flat(Lang::En), flat(Lang::Es));
    }

    #[test]
    fn every_phrase_is_used_and_every_used_phrase_exists() {
        let mut used = BTreeSet::new();
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut todo = vec![here.join("src"), here.join("grade/src")];
        while let Some(dir) = todo.pop() {
            for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
                if entry.path().is_dir() {
                    todo.push(entry.path());
                    continue;
                }
                // This file only speaks of phrases.
                if entry.file_name() == "words.rs" {
                    continue;
                }
                let source = std::fs::read_to_string(entry.path()).unwrap();
                used.extend(keys(&source));
            }
        }
        let said: BTreeSet<String> = flat(Lang::En).into_keys().collect();
        assert_eq!(said.difference(&used).collect::<Vec<_>>(), Vec::<&String>::new(), "unused");
        assert_eq!(used.difference(&said).collect::<Vec<_>>(), Vec::<&String>::new(), "missing");
    }

    /// The keys that a source file asks for; `format!(` ends in the same letters.
    fn keys(source: &str) -> BTreeSet<String> {
        let alone = |i: usize| !source[..i].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        source
            .match_indices("t!(")
            .filter(|(i, _)| alone(*i))
            .filter_map(|(i, call)| source[i + call.len()..].trim_start().strip_prefix('"'))
            .filter_map(|rest| rest.split('"').next())
            .filter(|key| key.contains('.'))
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn another_language_meanwhile() {
        let both = [Lang::Es, Lang::En].map(|lang| super::within(lang, || t!("word.fails")));
        assert_eq!(both, ["Falla:", "Fails:"]);
    }

    #[test]
    fn a_locale_names_a_language() {
        assert_eq!(Lang::parse("es_EC.UTF-8"), Some(Lang::Es));
        assert_eq!(Lang::parse("en-GB"), Some(Lang::En));
        assert_eq!(Lang::parse("C.UTF-8"), Some(Lang::En));
        assert_eq!(Lang::parse("fr_FR"), None);
    }
}
