//! The few words that all benches say alike.

use crate::Lang;

/// One language's words. `{}` is where a number or a name goes.
pub struct Words {
    pub bad_argument: &'static str,
    pub cores: &'static str,
    /// With a time.
    pub left: &'static str,
}

/// The words of a language.
pub fn words(lang: Lang) -> &'static Words {
    lang.of(&EN, &ES)
}

static EN: Words = Words {
    bad_argument: "{}: no such argument, or its value is missing or wrong. See --help.",
    cores: "cores: {}",
    left: "{} left",
};

static ES: Words = Words {
    bad_argument: "{}: no existe ese argumento, o su valor falta o no vale. Mira --help.",
    cores: "núcleos: {}",
    left: "faltan {}",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_fill_the_same_places() {
        let places =
            |w: &Words| [w.bad_argument, w.cores, w.left].map(|text| text.matches("{}").count());
        assert_eq!(places(&EN), places(&ES));
    }
}
