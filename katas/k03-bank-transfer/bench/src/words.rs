//! Everything that is said, in both languages.

use bench_lab::{Lang, transactions};

/// One language's words. `{}` is where a number or a name goes.
pub struct Words {
    pub usage: &'static str,
    pub table: transactions::Words,
    pub grid_title: &'static str,
    pub grid_how: &'static str,
    pub grid_head: [&'static str; 2],
    pub grid_spoken: &'static str,
    pub grid_shown: &'static str,
    pub verdicts: [&'static str; 2],
    /// By anomaly.
    pub anomalies: [&'static str; 10],
    pub undecided: &'static str,
}

/// The words of a language.
pub fn of(lang: Lang) -> &'static Words {
    lang.of(&EN, &ES)
}

impl Words {
    pub fn verdict(&self, possible: bool) -> &'static str {
        self.verdicts[usize::from(possible)]
    }
}

static EN: Words = Words {
    usage: "\
Usage: k03-bench [--quick] [--points LIST] [--json] [--lang en|es] [--plain]
       k03-bench --grid [--json] [--lang en|es] [--plain]

Measures what the isolation levels cost, on the private PostgreSQL, with your
`in_transaction`; or, with --grid, tries which anomalies each of them lets
happen, in every order of a few sessions' statements.

  --grid          the grid of anomalies instead of a measurement
  --quick         a few seconds instead of a minute: no result
  --points LIST   clients x accounts, as in 2x2,16x64
  --json          one document instead of the table
  --lang en|es    the language (default: the locale's)
  --plain         one sentence a row, no drawing: for a screen reader

Example: cargo xtask bench k03 --grid
Exit: 0 measured or tried, 1 some code is wrong, a cell could not be decided or
there is no PostgreSQL, 2 wrong arguments.
",
    table: transactions::Words {
        title: "k03 bench: one bank, three isolation levels",
        how: "Each line: the median of {} rounds of {} s, in which the three take turns. READ \
              COMMITTED locks what it reads; the others read, compute, write and begin anew when \
              they are refused. After each run the total was that of its beginning.",
        head: &["clients", "level", "trans./s", "p50 ms", "p99 ms", "retries", "aborts"],
        few_keys: "2 accounts",
        many_keys: "{} accounts",
        spoken: "{}, clients: {}, {}: {} transfers a second, median {} ms, 99th percentile {} ms, \
                 {} retries and {} aborts a transfer.",
        troubles: [
            ("not_written", "step 5 is not written yet"),
            ("panicked", "panicked"),
            ("refused", "refused a transfer"),
            ("wrong_books", "wrong books"),
            ("stuck", "did not end"),
        ],
        wrong: "No number is told for wrong code. `cargo xtask check k03` shows more.",
        not_optimised: "This program was built without --release: these numbers mean little.",
        notes: [
            "Retries: attempts beyond one a transfer. Aborts: transactions that were rolled \
             back. Both a transfer.",
            "The private server does not wait for its disk (fsync and synchronous_commit are off). \
             One that does holds its locks longer.",
            "Lines are to be compared, and only on one machine.",
        ],
    },
    grid_title: "k03 grid: what each isolation level of {} lets happen",
    grid_how: "Every order of a few sessions' statements was run, or one with the same result.",
    grid_head: ["", "anomaly"],
    grid_spoken: "{}, {}: {} at {}.",
    grid_shown: "{}, {}, at {}:",
    verdicts: ["prevented", "possible"],
    anomalies: [
        "write cycle",
        "aborted read",
        "intermediate read",
        "circular information flow",
        "observed write vanishes",
        "predicate-many-preceders",
        "lost update",
        "read skew",
        "write skew",
        "anti-dependency cycle",
    ],
    undecided: "The grid could not be decided.",
};

static ES: Words = Words {
    usage: "\
Uso: k03-bench [--quick] [--points LISTA] [--json] [--lang en|es] [--plain]
     k03-bench --grid [--json] [--lang en|es] [--plain]

Mide lo que cuestan los niveles de aislamiento, en el PostgreSQL privado, con tu
`in_transaction`; o, con --grid, prueba qué anomalías permite cada uno, en todos
los órdenes de las sentencias de unas pocas sesiones.

  --grid          la tabla de anomalías en lugar de una medición
  --quick         unos segundos en lugar de un minuto: solo un vistazo
  --points LISTA  clientes x cuentas, como en 2x2,16x64
  --json          un documento en lugar de la tabla
  --lang en|es    el idioma (si falta: el del sistema)
  --plain         una frase por fila, sin dibujos: para un lector de pantalla

Ejemplo: cargo xtask bench k03 --grid
Salida: 0 medido o probado, 1 hay código incorrecto, una celda no se pudo
decidir o no hay PostgreSQL, 2 argumentos incorrectos.
",
    table: transactions::Words {
        title: "k03 bench: un banco, tres niveles de aislamiento",
        how: "Cada línea: la mediana de {} rondas de {} s en las que los tres se turnan. READ \
              COMMITTED bloquea lo que lee; los otros leen, calculan, escriben y empiezan de nuevo \
              cuando se les rechaza. Tras cada una, el total era el del principio.",
        head: &["clientes", "nivel", "transf./s", "p50 ms", "p99 ms", "reint.", "abortos"],
        few_keys: "2 cuentas",
        many_keys: "{} cuentas",
        spoken: "{}, clientes: {}, {}: {} transferencias por segundo, mediana {} ms, percentil 99 \
                 {} ms, {} reintentos y {} abortos por transferencia.",
        troubles: [
            ("not_written", "el paso 5 está sin escribir"),
            ("panicked", "entró en pánico"),
            ("refused", "rechazó una transferencia"),
            ("wrong_books", "cuentas erróneas"),
            ("stuck", "no terminó"),
        ],
        wrong: "Del código incorrecto no se da ningún número. `cargo xtask check k03` enseña más.",
        not_optimised: "Este programa se compiló sin --release: estos números dicen poco.",
        notes: [
            "Reintentos: intentos más allá de uno por transferencia. Abortos: transacciones \
             deshechas. Ambos por transferencia.",
            "El servidor privado no espera a su disco (fsync y synchronous_commit están apagados). \
             Uno que espera mantiene sus bloqueos más tiempo.",
            "Se comparan las líneas, y solo dentro de una máquina.",
        ],
    },
    grid_title: "k03: lo que permite cada nivel de aislamiento de {}",
    grid_how: "Se probó cada orden de las sentencias de unas sesiones, o uno equivalente.",
    grid_head: ["", "anomalía"],
    grid_spoken: "{}, {}: {} en {}.",
    grid_shown: "{}, {}, en {}:",
    verdicts: ["impedida", "posible"],
    anomalies: [
        "ciclo de escrituras",
        "lectura abortada",
        "lectura intermedia",
        "flujo circular",
        "lo visto desaparece",
        "predicado, dos versiones",
        "actualización perdida",
        "lectura sesgada",
        "escritura sesgada",
        "ciclo de antidependencias",
    ],
    undecided: "La tabla no se pudo decidir.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_fill_the_same_places() {
        let places = |w: &Words| {
            [
                w.table.how,
                w.table.many_keys,
                w.table.spoken,
                w.grid_title,
                w.grid_spoken,
                w.grid_shown,
            ]
            .map(|text| text.matches("{}").count())
        };
        assert_eq!(places(&EN), places(&ES));
    }

    #[test]
    fn names_fit_their_column() {
        for name in EN.anomalies.iter().chain(&ES.anomalies) {
            assert!(name.chars().count() <= 25, "{name}");
        }
    }
}
