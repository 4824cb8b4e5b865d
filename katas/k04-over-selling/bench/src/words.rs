//! Everything that is said, in both languages.

use bench_lab::{Lang, transactions};

/// One language's words. `{}` is where a number or a name goes.
pub struct Words {
    pub usage: &'static str,
    pub table: transactions::Words,
}

/// The words of a language.
pub fn of(lang: Lang) -> &'static Words {
    lang.of(&EN, &ES)
}

static EN: Words = Words {
    usage: "\
Usage: k04-bench [--quick] [--points LIST] [--json] [--lang en|es] [--plain]

Measures the four ways of kata 4 to sell an item, on the private PostgreSQL.

  --quick         a few seconds instead of a minute and a half: no result
  --points LIST   clients x items, as in 2x1,16x64
  --json          one document (trece-bench/v1) instead of the table
  --lang en|es    the language (default: the locale's)
  --plain         one sentence a row, no drawing: for a screen reader

Example: cargo xtask bench k04 --quick
Exit: 0 measured (steps not written yet are left out), 1 some code is wrong or
there is no PostgreSQL, 2 wrong arguments.
",
    table: transactions::Words {
        title: "k04 bench: one shop, four ways to sell",
        how: "Each line: the median of {} rounds of {} s, in which the four take turns. After each \
              run, what was told, what was taken and what was booked agreed.",
        head: &["clients", "way", "sales/s", "p50 ms", "p99 ms", "retries", "aborts"],
        few_keys: "1 item",
        many_keys: "{} items",
        spoken: "{}, clients: {}, {}: {} sales a second, median {} ms, 99th percentile {} ms, {} \
                 retries and {} aborts a sale.",
        troubles: [
            ("not_written", "not written yet"),
            ("panicked", "panicked"),
            ("refused", "refused a sale"),
            ("wrong_books", "wrong books"),
            ("stuck", "did not end"),
        ],
        wrong: "No number is told for wrong code. `cargo xtask check k04` shows more.",
        not_optimised: "This program was built without --release: these numbers mean little.",
        notes: [
            "Retries: UPDATEs of an item beyond one a sale, counted by a trigger. Aborts: \
             transactions that were rolled back, by PostgreSQL or by the program. Both a sale.",
            "The private server does not wait for its disk (fsync and synchronous_commit are off). \
             One that does holds its locks longer.",
            "Lines are to be compared, and only on one machine.",
        ],
    },
};

static ES: Words = Words {
    usage: "\
Uso: k04-bench [--quick] [--points LISTA] [--json] [--lang en|es] [--plain]

Mide las cuatro formas de la kata 4 de vender un artículo, en el PostgreSQL
privado.

  --quick         unos segundos en lugar de minuto y medio: solo un vistazo
  --points LISTA  clientes x artículos, como en 2x1,16x64
  --json          un documento (trece-bench/v1) en lugar de la tabla
  --lang en|es    el idioma (si falta: el del sistema)
  --plain         una frase por fila, sin dibujos: para un lector de pantalla

Ejemplo: cargo xtask bench k04 --quick
Salida: 0 medido (los pasos sin escribir se omiten), 1 hay código incorrecto o
no hay PostgreSQL, 2 argumentos incorrectos.
",
    table: transactions::Words {
        title: "k04 bench: una tienda, cuatro formas de vender",
        how: "Cada línea: la mediana de {} rondas de {} s en las que las cuatro se turnan. Tras cada \
              una, lo respondido, lo descontado y lo registrado coincidían.",
        head: &["clientes", "forma", "ventas/s", "p50 ms", "p99 ms", "reint.", "abortos"],
        few_keys: "1 artículo",
        many_keys: "{} artículos",
        spoken: "{}, clientes: {}, {}: {} ventas por segundo, mediana {} ms, percentil 99 {} ms, {} \
                 reintentos y {} abortos por venta.",
        troubles: [
            ("not_written", "sin escribir"),
            ("panicked", "entró en pánico"),
            ("refused", "rechazó una venta"),
            ("wrong_books", "cuentas erróneas"),
            ("stuck", "no terminó"),
        ],
        wrong: "Del código incorrecto no se da ningún número. `cargo xtask check k04` enseña más.",
        not_optimised: "Este programa se compiló sin --release: estos números dicen poco.",
        notes: [
            "Reintentos: UPDATE de un artículo más allá de uno por venta, contados por un \
             trigger. Abortos: transacciones deshechas, por PostgreSQL o por el programa. Ambos \
             por venta.",
            "El servidor privado no espera a su disco (fsync y synchronous_commit están apagados). \
             Uno que espera mantiene sus bloqueos más tiempo.",
            "Se comparan las líneas, y solo dentro de una máquina.",
        ],
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_fill_the_same_places() {
        let places = |w: &Words| {
            [w.table.how, w.table.many_keys, w.table.spoken].map(|text| text.matches("{}").count())
        };
        assert_eq!(places(&EN), places(&ES));
    }
}
