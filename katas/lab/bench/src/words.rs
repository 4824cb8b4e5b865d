//! The few words that all benches say alike.

use crate::Lang;

/// One language's words. `{}` is where a number or a name goes.
pub struct Words {
    pub bad_argument: &'static str,
    pub cores: &'static str,
    /// With a time.
    pub left: &'static str,
    pub latency: &'static str,
    pub p99: &'static str,
    /// Of the axis of percentiles.
    pub requests: &'static str,
    /// With a folder.
    pub kept: &'static str,
    /// With a folder.
    pub not_kept: &'static str,
    pub stopped: &'static str,
}

/// The words of a language.
pub fn words(lang: Lang) -> &'static Words {
    lang.of(&EN, &ES)
}

static EN: Words = Words {
    bad_argument: "{}: no such argument, or its value is missing or wrong. See --help.",
    cores: "cores: {}",
    left: "{} left",
    latency: "latency",
    p99: "99th percentile",
    requests: "requests",
    kept: "Kept for your notebook: {}",
    not_kept: "Not kept: a full result is in {}, and a glance does not replace it.",
    stopped: "Stopped: the rows above are all that was measured.",
};

static ES: Words = Words {
    bad_argument: "{}: no existe ese argumento, o su valor falta o no vale. Mira --help.",
    cores: "núcleos: {}",
    left: "faltan {}",
    latency: "latencia",
    p99: "percentil 99",
    requests: "peticiones",
    kept: "Guardado para tu cuaderno: {}",
    not_kept: "No se guarda: en {} hay un resultado completo, y un vistazo no lo sustituye.",
    stopped: "Detenido: las filas de arriba son todo lo que se midió.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_fill_the_same_places() {
        let places = |w: &Words| {
            [w.bad_argument, w.cores, w.left, w.kept, w.not_kept]
                .map(|text| text.matches("{}").count())
        };
        assert_eq!(places(&EN), places(&ES));
    }
}
