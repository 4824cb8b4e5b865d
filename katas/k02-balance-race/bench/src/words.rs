//! Everything that is said, in both languages.

use bench_lab::{Lang, fill};

use crate::trouble::{Trouble, Wrong};

/// One language's words. `{}` is where a number or a name goes.
pub struct Words {
    pub usage: &'static str,
    pub title: &'static str,
    pub how: &'static str,
    pub threads: &'static str,
    /// In the order of `Strategy::ALL`, at most a cell wide.
    pub strategies: [&'static str; 4],
    pub one_account: &'static str,
    pub many_accounts: &'static str,
    pub one_thread: &'static str,
    pub many_threads: &'static str,
    pub spoken: &'static str,
    /// Of a picture's axis.
    pub rate: &'static str,
    /// At most a cell wide.
    not_written: &'static str,
    panicked: &'static str,
    wrong_sum: &'static str,
    refused: &'static str,
    stuck: &'static str,
    why_not_written: &'static str,
    why_panicked: &'static str,
    why_wrong_sum: &'static str,
    why_refused: &'static str,
    why_stuck: &'static str,
    wrong: &'static str,
    pub not_optimised: &'static str,
    pub others: &'static str,
    pub spread: &'static str,
    pub few_cores: &'static str,
    pub enough_cores: &'static str,
    pub owners: &'static str,
    pub no_deposit: &'static str,
    pub facade: &'static str,
    pub travel: &'static str,
}

/// The words of a language.
pub fn of(lang: Lang) -> &'static Words {
    lang.of(&EN, &ES)
}

impl Words {
    /// For a cell.
    pub fn short(&self, trouble: &Trouble) -> &'static str {
        match trouble {
            Trouble::NotWritten => self.not_written,
            Trouble::Panicked(_) => self.panicked,
            Trouble::Wrong(Wrong::Sum { .. }) => self.wrong_sum,
            Trouble::Wrong(Wrong::Refused { .. }) => self.refused,
            Trouble::Stuck => self.stuck,
        }
    }

    /// A sentence or two.
    pub fn trouble(&self, trouble: &Trouble) -> String {
        let why = match trouble {
            Trouble::NotWritten => return self.why_not_written.to_owned(),
            Trouble::Panicked(panic) => fill(self.why_panicked, &[&panic.at, &panic.message]),
            Trouble::Wrong(Wrong::Sum { expected, found }) => {
                fill(self.why_wrong_sum, &[found, expected])
            }
            Trouble::Wrong(Wrong::Refused { refused }) => fill(self.why_refused, &[refused]),
            Trouble::Stuck => self.why_stuck.to_owned(),
        };
        format!("{why} {}", self.wrong)
    }
}

static EN: Words = Words {
    usage: "\
Usage: k02-bench [--quick] [--points LIST] [--json] [--lang en|es] [--plain]

Measures the four ways of kata 2 to share a balance: lock, CAS, two actors.

  --quick         a few seconds instead of a good minute: a glance, no result
  --points LIST   threads x accounts, as in 2x1,16x64
  --json          one document (trece-bench/v1) instead of the table
  --lang en|es    the language (default: the locale's)
  --plain         one sentence a row, no drawing: for a screen reader

Example: cargo xtask bench k02 --quick
Exit: 0 measured (steps not written yet are left out), 1 some code is wrong,
2 wrong arguments.
",
    title: "k02 bench: one balance, four ways to share it",
    how: "In each cell: how many times the rate of the lock in the same row, then requests a \
          second on this machine. Each is the median of {} rounds of {} s, in which the four take \
          turns. After each run the accounts must hold together what they should.",
    threads: "threads",
    strategies: ["lock", "CAS", "crossbeam actor", "tokio actor"],
    one_account: "1 account",
    many_accounts: "{} accounts",
    one_thread: "1 thread",
    many_threads: "{} threads",
    spoken: "{}: {} times the lock, {}",
    rate: "requests/s",
    not_written: "not written yet",
    panicked: "panicked",
    wrong_sum: "wrong sum",
    refused: "refused",
    stuck: "did not end",
    why_not_written: "not written yet (it is still a `todo!`).",
    why_panicked: "it panicked at {}: {}.",
    why_wrong_sum: "at the end the accounts held {} cents together and should have held {}.",
    why_refused: "it did not carry out {} requests, though every account held enough.",
    why_stuck: "a run did not end, and was given up after 20 s. Its threads are still there and \
                may have slowed down what was measured after it.",
    wrong: "No number is told for wrong code, and one that a row above still shows means nothing. \
            `cargo xtask check k02` shows more.",
    not_optimised: "This program was built without --release: these numbers mean nothing.",
    others: "Meanwhile other programs had {} % of this machine's time: above a few per cent, \
             measure again when it is calm.",
    spread: "Between its slowest and its fastest round, a ratio differs by the factor {} \
             (median of all cells); at worst by {} ({}).",
    few_cores: "This machine runs {} threads at one time. Rows with more threads than that do not \
                show what more cores would bring: they show what happens to each way when those \
                who ask have to wait for a core, and are stopped in the middle.",
    enough_cores: "In all rows no more threads ask than there are cores ({}).",
    owners: "The threads of a row are those that ask (rayon's); each waits for its answer before \
             it asks again. The owners of the actors run besides: a thread an account with \
             crossbeam, a task an account with tokio, on a runtime with a thread a core ({}). \
             Mailboxes hold {}.",
    no_deposit: "The others do deposits and withdrawals, half and half. The crossbeam account of \
                 step 6 has no deposit, so it only withdraws: as many requests and answers.",
    facade: "Lock and CAS stand on the lab's `sync`, the actors do not. On one thread its lock \
             takes {} times as long as std's and its load with compare_exchange {} times: with std, \
             these two columns would be higher, and the distance between them another.",
    travel: "Ratios are to be compared, and only on one machine. Absolute numbers belong to this \
             machine at this hour.",
};

static ES: Words = Words {
    usage: "\
Uso: k02-bench [--quick] [--points LISTA] [--json] [--lang en|es] [--plain]

Mide las cuatro formas de la kata 2 de compartir un saldo: candado, CAS, dos
actores.

  --quick         unos segundos en lugar de un minuto largo: solo un vistazo
  --points LISTA  hilos x cuentas, como en 2x1,16x64
  --json          un documento (trece-bench/v1) en lugar de la tabla
  --lang en|es    el idioma (si falta: el del sistema)
  --plain         una frase por fila, sin dibujos: para un lector de pantalla

Ejemplo: cargo xtask bench k02 --quick
Salida: 0 medido (los pasos sin escribir se omiten), 1 hay código incorrecto,
2 argumentos incorrectos.
",
    title: "k02 bench: un saldo, cuatro formas de compartirlo",
    how: "En cada celda: cuántas veces el ritmo del candado en la misma fila; después, peticiones \
          por segundo en esta máquina. Todo es la mediana de {} rondas de {} s en las que las \
          cuatro se turnan. Tras cada una, las cuentas deben sumar lo que les toca.",
    threads: "hilos",
    strategies: ["candado", "CAS", "actor crossbeam", "actor tokio"],
    one_account: "1 cuenta",
    many_accounts: "{} cuentas",
    one_thread: "1 hilo",
    many_threads: "{} hilos",
    spoken: "{}: {} veces el candado, {}",
    rate: "peticiones/s",
    not_written: "sin escribir",
    panicked: "entró en pánico",
    wrong_sum: "suma errónea",
    refused: "rechazó",
    stuck: "no terminó",
    why_not_written: "sin escribir todavía (sigue siendo un `todo!`).",
    why_panicked: "entró en pánico en {}: {}.",
    why_wrong_sum: "al final las cuentas sumaban {} centavos y debían sumar {}.",
    why_refused: "no llevó a cabo {} peticiones, aunque en cada cuenta había de sobra.",
    why_stuck: "una medición no terminó y se abandonó a los 20 s. Sus hilos siguen ahí y quizá \
                frenaron lo que se midió después.",
    wrong: "Del código incorrecto no se da ningún número, y el que aún muestre una fila de arriba \
            no significa nada. `cargo xtask check k02` enseña más.",
    not_optimised: "Este programa se compiló sin --release: estos números no significan nada.",
    others: "Mientras tanto, otros programas se llevaron el {} % del tiempo de esta máquina: si \
             es más que un poco, mide otra vez cuando esté tranquila.",
    spread: "Entre su ronda más lenta y la más rápida, una proporción varía en un factor {} \
             (mediana de todas las celdas); en el peor caso, {} ({}).",
    few_cores: "Esta máquina ejecuta {} hilos a la vez. Las filas con más hilos no muestran lo \
                que darían más núcleos: muestran qué le pasa a cada forma cuando quienes piden \
                tienen que esperar un núcleo y se les detiene a la mitad.",
    enough_cores: "En ninguna fila piden más hilos que núcleos hay ({}).",
    owners: "Los hilos de una fila son los que piden (los de rayon); cada uno espera su respuesta \
             antes de volver a pedir. Los dueños de los actores van aparte: un hilo por cuenta \
             con crossbeam, una tarea por cuenta con tokio, en un runtime con un hilo por núcleo \
             ({}). En cada buzón caben {}.",
    no_deposit: "Los demás depositan y retiran, mitad y mitad. La cuenta crossbeam del paso 6 no \
                 tiene depósito, así que solo retira: las mismas peticiones y respuestas.",
    facade: "El candado y el CAS usan el `sync` del laboratorio; los actores, no. En un hilo, su \
             candado tarda {} veces lo que el de std, y su load con compare_exchange {} veces: \
             con std, esas dos columnas serían más altas, y otra la distancia entre ellas.",
    travel: "Se comparan las proporciones, y solo dentro de una máquina. Los números absolutos \
             son de esta máquina y de esta hora.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fit_their_cells() {
        for words in [&EN, &ES] {
            let short =
                [words.not_written, words.panicked, words.wrong_sum, words.refused, words.stuck];
            for text in short.iter().chain(&words.strategies) {
                assert!(text.chars().count() <= 15, "{text}");
            }
            assert!(words.threads.chars().count() <= 7);
        }
    }

    #[test]
    fn both_languages_fill_the_same_places() {
        let places = |w: &Words| {
            [
                w.how,
                w.others,
                w.spread,
                w.owners,
                w.facade,
                w.few_cores,
                w.spoken,
                w.enough_cores,
                w.why_panicked,
                w.why_wrong_sum,
                w.why_refused,
                w.many_accounts,
                w.many_threads,
            ]
            .map(|text| text.matches("{}").count())
        };
        assert_eq!(places(&EN), places(&ES));
    }
}
