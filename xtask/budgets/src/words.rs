//! Everything that is said, in both languages.

use bench_lab::Lang;

use crate::measure::Measure;

/// One language's words. `{}` is where a number or a name goes.
pub struct Words {
    pub title: &'static str,
    /// What, measured, budget, and whether it is kept.
    pub head: [&'static str; 4],
    pub kept: &'static str,
    pub over: &'static str,
    pub not_measured: &'static str,
    /// One row as a sentence: the four of `head`.
    pub spoken: &'static str,
    measures: [&'static str; Measure::ALL.len()],
    pub notes: [&'static str; 3],
}

/// The words of a language.
pub fn words(lang: Lang) -> &'static Words {
    lang.of(&EN, &ES)
}

impl Words {
    /// What is measured, in at most 47 characters.
    pub fn of(&self, measure: Measure) -> &'static str {
        self.measures[measure as usize]
    }
}

static EN: Words = Words {
    title: "trece bench self: the workbook's own budgets",
    head: ["what", "measured", "budget", ""],
    kept: "kept",
    over: "over",
    not_measured: "not measured",
    spoken: "{}: {}, budget {}: {}.",
    measures: [
        "clone to first verdict on k00, nothing built",
        "edit to verdict, to `cargo test` on the same",
        "nothing changed to verdict",
        "nothing changed to verdict, with PostgreSQL",
        "slowest solved kata, whole suite, built",
        "one more submission: staged, built, run",
        "verify of everything",
    ],
    notes: [
        "- Of what is short, the median of five; of suites, of three. The budgets are for two \
           cores with nothing beside.",
        "- The first verdict is without the download of crates. With --quick it is left out; \
           verify is measured with --all alone.",
        "- Measured in a copy, target/budgets/workbook, which may be deleted.",
    ],
};

static ES: Words = Words {
    title: "trece bench self: los presupuestos del propio cuaderno",
    head: ["qué", "medido", "tope", ""],
    kept: "cumple",
    over: "excede",
    not_measured: "sin medir",
    spoken: "{}: {}, tope {}: {}.",
    measures: [
        "del clon al primer veredicto en k00, de cero",
        "de editar al veredicto, frente a `cargo test`",
        "sin cambios, hasta el veredicto",
        "sin cambios, hasta el veredicto, con PostgreSQL",
        "la kata resuelta más lenta, ya compilada",
        "una entrega más: preparada, compilada, corrida",
        "verify de todo",
    ],
    notes: [
        "- De lo breve, la mediana de cinco; de las suites, de tres. Los topes son para dos \
           núcleos sin nada más.",
        "- El primer veredicto no cuenta la descarga de crates. Con --quick se omite; verify se \
           mide solo con --all.",
        "- Se mide en una copia, target/budgets/workbook, que se puede borrar.",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_their_column_and_all_have_one() {
        for words in [&EN, &ES] {
            for measure in Measure::ALL {
                let length = words.of(measure).chars().count();
                assert!((1..=47).contains(&length), "{}", words.of(measure));
            }
        }
        assert!(Measure::ALL.iter().enumerate().all(|(n, measure)| *measure as usize == n));
    }
}
