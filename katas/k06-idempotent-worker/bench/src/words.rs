//! Everything that is said, in both languages.

use bench_lab::{Lang, transactions};

/// One language's words. `{}` is where a number or a name goes.
pub struct Words {
    pub usage: &'static str,
    pub table: transactions::Words,
    /// With the bytes that a mark takes.
    pub growth: &'static str,
}

/// The words of a language.
pub fn of(lang: Lang) -> &'static Words {
    lang.of(&EN, &ES)
}

static EN: Words = Words {
    usage: "\
Usage: k06-bench [--quick] [--points LIST] [--json] [--lang en|es] [--plain]

Measures what duplicates cost the inbox of kata 6, and what the inbox costs, on
the private PostgreSQL.

  --quick         a few seconds instead of a minute: no result
  --points LIST   workers x duplicates of a hundred, as in 1x0,16x50
  --json          one document (trece-bench/v1) instead of the table
  --lang en|es    the language (default: the locale's)
  --plain         one sentence a row, no drawing: for a screen reader

Example: cargo xtask bench k06 --quick
Exit: 0 measured (steps not written yet are left out), 1 some code is wrong or
there is no PostgreSQL, 2 wrong arguments.
",
    table: transactions::Words {
        title: "k06 bench: with a memory and without",
        how: "Each line: the median of {} rounds of {} s, in which the two take turns. Counted are \
              useful messages: those that come for the first time. After each run of the inbox, \
              what was told, what was paid and what was marked agreed.",
        head: &["workers", "memory", "useful/s", "p50 ms", "p99 ms", "dupl."],
        few_keys: "50 % duplicates",
        many_keys: "{} % duplicates",
        spoken: "{}, workers: {}, memory {}: {} useful messages a second, median {} ms, 99th \
                 percentile {} ms, {} duplicates a useful message.",
        troubles: [
            ("not_written", "not written yet"),
            ("panicked", "panicked"),
            ("refused", "refused a message"),
            ("wrong_books", "wrong books"),
            ("stuck", "did not end"),
        ],
        wrong: "No number is told for wrong code. `cargo xtask check k06` shows more.",
        not_optimised: "This program was built without --release: these numbers mean little.",
        notes: [
            "none: one UPDATE and a COMMIT, which pays duplicates again. It is there for what the \
             inbox costs, and is wrong wherever anything comes twice.",
            "dupl.: duplicates that were handled beside each useful message. No broker is \
             measured: its deliveries cost the same for both.",
            "The private server does not wait for its disk (fsync and synchronous_commit are off). \
             Lines are to be compared, and only on one machine.",
        ],
    },
    growth: "A mark takes {} bytes, its place in the index included, with ids as long as a UUID.",
};

static ES: Words = Words {
    usage: "\
Uso: k06-bench [--quick] [--points LISTA] [--json] [--lang en|es] [--plain]

Mide lo que los duplicados le cuestan al inbox de la kata 6, y lo que cuesta el
inbox, en el PostgreSQL privado.

  --quick         unos segundos en lugar de un minuto: solo un vistazo
  --points LISTA  workers x duplicados por cada cien, como en 1x0,16x50
  --json          un documento (trece-bench/v1) en lugar de la tabla
  --lang en|es    el idioma (si falta: el del sistema)
  --plain         una frase por fila, sin dibujos: para un lector de pantalla

Ejemplo: cargo xtask bench k06 --quick
Salida: 0 medido (los pasos sin escribir se omiten), 1 hay código incorrecto o
no hay PostgreSQL, 2 argumentos incorrectos.
",
    table: transactions::Words {
        title: "k06 bench: con memoria y sin ella",
        how: "Cada línea: la mediana de {} rondas de {} s en las que los dos se turnan. Se cuentan \
              los mensajes útiles: los que llegan por primera vez. Tras cada una del inbox, lo \
              respondido, lo pagado y lo marcado coincidían.",
        head: &["workers", "memoria", "útiles/s", "p50 ms", "p99 ms", "dupl."],
        few_keys: "50 % de duplicados",
        many_keys: "{} % de duplicados",
        spoken: "{}, workers: {}, memoria {}: {} mensajes útiles por segundo, mediana {} ms, \
                 percentil 99 {} ms, {} duplicados por mensaje útil.",
        troubles: [
            ("not_written", "sin escribir"),
            ("panicked", "entró en pánico"),
            ("refused", "rechazó un mensaje"),
            ("wrong_books", "cuentas erróneas"),
            ("stuck", "no terminó"),
        ],
        wrong: "Del código incorrecto no se da ningún número. `cargo xtask check k06` enseña más.",
        not_optimised: "Este programa se compiló sin --release: estos números dicen poco.",
        notes: [
            "none: un UPDATE y un COMMIT, que paga otra vez los duplicados. Está para ver lo que \
             cuesta el inbox, y es incorrecto donde algo llega dos veces.",
            "dupl.: duplicados tratados junto a cada mensaje útil. No se mide ningún broker: \
             sus entregas cuestan lo mismo a los dos.",
            "El servidor privado no espera a su disco (fsync y synchronous_commit están apagados). \
             Se comparan las líneas, y solo dentro de una máquina.",
        ],
    },
    growth: "Una marca ocupa {} bytes, con su lugar en el índice, con ids tan largos como un UUID.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_fill_the_same_places() {
        let places = |w: &Words| {
            [w.table.how, w.table.many_keys, w.table.spoken, w.growth]
                .map(|text| text.matches("{}").count())
        };
        assert_eq!(places(&EN), places(&ES));
    }
}
