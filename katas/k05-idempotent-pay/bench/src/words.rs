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
Usage: k05-bench [--quick] [--points LIST] [--json] [--lang en|es] [--plain]

Measures what the keys of kata 5 cost a payment, on the private PostgreSQL, and
what each request charges that is sent twenty times at once.

  --quick         a few seconds instead of half a minute: no result
  --points LIST   clients x copies, as in 4x1,4x20
  --json          one document (trece-bench/v1) instead of the table
  --lang en|es    the language (default: the locale's)
  --plain         one sentence a row, no drawing: for a screen reader

Example: cargo xtask bench k05 --quick
Exit: 0 measured (steps not written yet are left out), 1 some code is wrong or
there is no PostgreSQL, 2 wrong arguments.
",
    table: transactions::Words {
        title: "k05 bench: what the keys cost, and what they save",
        how: "Each line: the median of {} rounds of {} s, in which the two take turns. With keys, \
          charges were exactly as many as payments, or there is no number.",
        head: &["clients", "service", "reqs/s", "p50 ms", "p99 ms", "409s", "charges"],
        few_keys: "each request once",
        many_keys: "each request {} times at once",
        spoken: "{}, clients: {}, {}: {} requests a second, median {} ms, 99th percentile {} ms, {} \
             times 409 and {} charges a payment.",
        troubles: [
            ("not_written", "not written yet"),
            ("panicked", "panicked"),
            ("refused", "refused a payment"),
            ("wrong_books", "wrong charges"),
            ("stuck", "did not end"),
        ],
        wrong: "No number is told for wrong code. `cargo xtask check k05` shows more.",
        not_optimised: "This program was built without --release: these numbers mean little.",
        notes: [
            "The service is called in process, and the gateway answers at once: the difference of two \
         lines is what the keys cost, and no network is in it.",
            "409s and charges are those of a payment. Without keys a payment is charged as often as it \
         is sent.",
            "The private server does not wait for its disk (fsync and synchronous_commit are off). \
         Lines are to be compared, and only on one machine.",
        ],
    },
};

static ES: Words = Words {
    usage: "\
Uso: k05-bench [--quick] [--points LISTA] [--json] [--lang en|es] [--plain]

Mide cuánto cuestan a un pago las claves de la kata 5, en el PostgreSQL privado,
y cuánto cobra cada petición que se envía veinte veces a la vez.

  --quick         unos segundos en lugar de medio minuto: solo un vistazo
  --points LISTA  clientes x copias, como en 4x1,4x20
  --json          un documento (trece-bench/v1) en lugar de la tabla
  --lang en|es    el idioma (si falta: el del sistema)
  --plain         una frase por fila, sin dibujos: para un lector de pantalla

Ejemplo: cargo xtask bench k05 --quick
Salida: 0 medido (los pasos sin escribir se omiten), 1 hay código incorrecto o
no hay PostgreSQL, 2 argumentos incorrectos.
",
    table: transactions::Words {
        title: "k05 bench: lo que cuestan las claves, y lo que ahorran",
        how: "Cada línea: la mediana de {} rondas de {} s en las que los dos se turnan. Con claves hubo \
          exactamente tantos cobros como pagos, o no hay número.",
        head: &["clientes", "servicio", "pet./s", "p50 ms", "p99 ms", "409", "cobros"],
        few_keys: "cada petición una vez",
        many_keys: "cada petición {} veces a la vez",
        spoken: "{}, clientes: {}, {}: {} peticiones por segundo, mediana {} ms, percentil 99 {} ms, \
             {} veces 409 y {} cobros por pago.",
        troubles: [
            ("not_written", "sin escribir"),
            ("panicked", "entró en pánico"),
            ("refused", "rechazó un pago"),
            ("wrong_books", "cobros erróneos"),
            ("stuck", "no terminó"),
        ],
        wrong: "Del código incorrecto no se da ningún número. `cargo xtask check k05` enseña más.",
        not_optimised: "Este programa se compiló sin --release: estos números dicen poco.",
        notes: [
            "El servicio se llama dentro del proceso y la pasarela responde al instante: la diferencia \
         entre dos líneas es lo que cuestan las claves, sin red de por medio.",
            "409 y cobros son por pago. Sin claves, un pago se cobra tantas veces como se envía.",
            "El servidor privado no espera a su disco (fsync y synchronous_commit están apagados). Se \
         comparan las líneas, y solo dentro de una máquina.",
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
