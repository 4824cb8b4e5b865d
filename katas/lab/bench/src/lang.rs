//! The two languages, and how a sentence takes its values.

use std::fmt::Display;

/// The language that is spoken. Words themselves are with those who say them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// English.
    En,
    /// Spanish.
    Es,
}

impl Lang {
    /// `en`, `es`; nothing of another word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "en" => Some(Self::En),
            "es" => Some(Self::Es),
            _ => None,
        }
    }

    /// `es`, `es_MX.UTF-8`: Spanish; anything else: English.
    pub fn of_locale(locale: &str) -> Self {
        if locale.starts_with("es") { Self::Es } else { Self::En }
    }

    /// As the runner asks for it (`TRECE_LANG`), or else the locale's.
    pub fn of_environment() -> Self {
        let locale = ["TRECE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        Self::of_locale(&locale.unwrap_or_default())
    }

    /// The one of the two that is in this language.
    pub fn of<T>(self, english: T, spanish: T) -> T {
        match self {
            Self::En => english,
            Self::Es => spanish,
        }
    }
}

/// `text` with its `{}` replaced, in order; a place without a value becomes nothing.
pub fn fill(text: &str, values: &[&dyn Display]) -> String {
    let mut parts = text.split("{}");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for (i, part) in parts.enumerate() {
        filled.push_str(&values.get(i).map(ToString::to_string).unwrap_or_default());
        filled.push_str(part);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_chooses() {
        assert_eq!(Lang::of_locale("es_MX.UTF-8"), Lang::Es);
        assert_eq!(Lang::of_locale("C"), Lang::En);
        assert_eq!(Lang::parse("es"), Some(Lang::Es));
        assert_eq!(Lang::parse("fr"), None);
        assert_eq!(Lang::Es.of("one", "uno"), "uno");
    }

    #[test]
    fn values_take_their_places_in_order() {
        assert_eq!(fill("{} of {}: {}", &[&1, &"two"]), "1 of two: ");
        assert_eq!(fill("nothing", &[&1]), "nothing");
    }
}
