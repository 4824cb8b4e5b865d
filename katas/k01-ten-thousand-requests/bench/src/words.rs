//! Everything that is said, in both languages.

use bench_lab::Lang;

/// One language's words. `{}` is where a number or a name goes.
pub struct Words {
    pub usage: &'static str,
    pub title: &'static str,
    pub how: &'static str,
    /// Of the column of names.
    pub way: &'static str,
    /// Of the others, each at most seven characters.
    pub columns: [&'static str; 7],
    /// In flight, requests a second, milliseconds, microseconds.
    pub place: &'static str,
    /// A place, a name, and what `columns` names.
    pub spoken: &'static str,
    /// Of the pictures' axes.
    pub in_flight: &'static str,
    pub served: &'static str,
    /// With microseconds.
    pub computing: &'static str,
    /// In flight, files needed, files allowed.
    pub beyond: &'static str,
    /// By the trouble's name in JSON.
    pub troubles: [(&'static str, &'static str); 5],
    pub wrong: &'static str,
    pub not_optimised: &'static str,
    pub notes: [&'static str; 5],
    /// With the address.
    pub target_title: &'static str,
    /// Requests a second, seconds.
    pub target_how: &'static str,
    pub target_way: &'static str,
    /// Connections, requests a second.
    pub target_place: &'static str,
    pub connections: &'static str,
    pub target_notes: [&'static str; 2],
    /// With the argument.
    pub not_local: &'static str,
    pub bad_rate: &'static str,
    /// With the address and the error.
    pub nobody: &'static str,
}

/// The words of a language.
pub fn of(lang: Lang) -> &'static Words {
    lang.of(&EN, &ES)
}

static EN: Words = Words {
    usage: "\
Usage: k01-bench [--quick] [--points LIST] [--json] [--lang en|es] [--plain]
       k01-bench --target URL [--rate N] [--quick] [--points LIST] …

Measures requests that wait for another server, on threads, tokio (one thread
and all cores), async-std and rayon, and with your own run_all and CpuPool; or,
with --target, any HTTP server of this machine.

  --target URL    such as http://127.0.0.1:8080/path: this machine's alone
  --rate N        requests a second for the target (default: 1000)
  --quick         half a minute instead of five: no result
  --points LIST   in flight x microseconds that each computes, as in
                  100x50,10000x50; with --target, connections x 1
  --json          one document (trece-bench/v1) instead of the table
  --lang en|es    the language (default: the locale's)
  --plain         one sentence a row, no drawing: for a screen reader
  --keep FOLDER   keep what is measured there (the runner says where)

Example: cargo xtask bench k01 --quick
Exit: 0 measured (steps not written yet are left out), 1 some code is wrong or
the target does not answer, 2 wrong arguments, 130 stopped by Ctrl-C.
",
    title: "k01 bench: requests that wait, on five runtimes and on your code",
    how: "Requests come in by a schedule that was made before, and do not wait for each other. Each \
          waits for another process, over a TCP connection of its own, and then computes. \
          Latencies are in milliseconds, from the moment when a request was to begin.",
    way: "runtime",
    columns: ["served/s", "p50", "p95", "p99", "p99.9", "max", "errors"],
    place: "{} in flight: {} requests/s, each waits {} ms and computes {} µs",
    spoken: "{}; {}: {} served a second, median {} ms, 95th percentile {}, 99th {}, 99.9th {}, \
             slowest {}, {} errors.",
    in_flight: "in flight",
    served: "served/s",
    computing: "{} µs of computing",
    beyond: "- {} in flight were not measured: that needs {} open files, and this machine allows \
             {}. `ulimit -Hn` says how many; an administrator can raise it.",
    troubles: [
        ("not_written", "not written yet"),
        ("panicked", "panicked"),
        ("refused", "failed"),
        ("wrong_books", "wrong results"),
        ("stuck", "did not end"),
    ],
    wrong: "No number is told for wrong code. `cargo xtask check k01` shows more.",
    not_optimised: "- This program was built without --release: these numbers mean little.",
    notes: [
        "- In flight: as many as come a second, times how long each stays (Little's law). With 1 \
           in flight, 200 come a second; else 2000.",
        "- Errors: no reply within 3 s after the last one could have come. They have no latency.",
        "- threads: a new one for each request. rayon: a job for each, which keeps a thread of the \
           pool while it waits: the pool is made for work that never waits.",
        "- async-std is discontinued; its authors name smol instead.",
        "- The other process runs on the same cores. Lines are to be compared, and only on one \
           machine.",
    ],
    target_title: "k01 bench: {}",
    target_how: "GET by a schedule that was made before: {} requests a second for {} s, whatever \
                 becomes of them. Latencies are in milliseconds, from the moment when a request \
                 was to begin: what waits for a free connection has begun.",
    target_way: "connections",
    target_place: "{} connections, {} requests/s",
    connections: "connections",
    target_notes: [
        "- Errors: another status than 2xx, no connection, or no reply within 10 s after the last \
           one began. They have no latency.",
        "- Where served/s stays below what comes, the server is beyond its limit: then latencies \
           grow for as long as it is measured.",
    ],
    not_local: "{}: only servers of this machine are measured, as in http://127.0.0.1:8080/. \
                A load test of somebody else's server is an attack.",
    bad_rate: "{}: not a number of requests a second, from 1 to 100000.",
    nobody: "{} does not answer: {}. Start the server, then measure.",
};

static ES: Words = Words {
    usage: "\
Uso: k01-bench [--quick] [--points LISTA] [--json] [--lang en|es] [--plain]
     k01-bench --target URL [--rate N] [--quick] [--points LISTA] …

Mide peticiones que esperan a otro servidor, sobre hilos, tokio (un hilo y todos
los núcleos), async-std y rayon, y con tus propios run_all y CpuPool; o, con
--target, cualquier servidor HTTP de esta máquina.

  --target URL    como http://127.0.0.1:8080/ruta: solo de esta máquina
  --rate N        peticiones por segundo al servidor (si falta: 1000)
  --quick         medio minuto en lugar de cinco: solo un vistazo
  --points LISTA  en vuelo x microsegundos que calcula cada una, como en
                  100x50,10000x50; con --target, conexiones x 1
  --json          un documento (trece-bench/v1) en lugar de la tabla
  --lang en|es    el idioma (si falta: el del sistema)
  --plain         una frase por fila, sin dibujos: para un lector de pantalla
  --keep CARPETA  guarda ahí lo que se mide (el programa dice dónde)

Ejemplo: cargo xtask bench k01 --quick
Salida: 0 medido (los pasos sin escribir se omiten), 1 hay código incorrecto o
el servidor no responde, 2 argumentos incorrectos, 130 detenido con Ctrl-C.
",
    title: "k01 bench: peticiones que esperan, sobre cinco runtimes y tu código",
    how: "Las peticiones llegan según un horario hecho de antemano y no se esperan unas a otras. \
          Cada una espera a otro proceso, por su propia conexión TCP, y después calcula. Las \
          latencias están en milisegundos, desde el momento en que la petición debía empezar.",
    way: "runtime",
    columns: ["serv./s", "p50", "p95", "p99", "p99.9", "máx.", "errores"],
    place: "{} en vuelo: {} peticiones/s, cada una espera {} ms y calcula {} µs",
    spoken: "{}; {}: {} servidas por segundo, mediana {} ms, percentil 95 {}, 99 {}, 99.9 {}, la \
             más lenta {}, {} errores.",
    in_flight: "en vuelo",
    served: "servidas/s",
    computing: "{} µs de cálculo",
    beyond: "- {} en vuelo no se midieron: hacen falta {} archivos abiertos y esta máquina permite \
             {}. `ulimit -Hn` dice cuántos; un administrador puede subirlo.",
    troubles: [
        ("not_written", "sin escribir"),
        ("panicked", "entró en pánico"),
        ("refused", "falló"),
        ("wrong_books", "resultados erróneos"),
        ("stuck", "no terminó"),
    ],
    wrong: "Del código incorrecto no se da ningún número. `cargo xtask check k01` enseña más.",
    not_optimised: "- Este programa se compiló sin --release: estos números dicen poco.",
    notes: [
        "- En vuelo: cuántas llegan por segundo, por cuánto se queda cada una (ley de Little). Con \
           1 en vuelo llegan 200 por segundo; si no, 2000.",
        "- Errores: sin respuesta 3 s después de que pudiera llegar la última. No tienen latencia.",
        "- threads: uno nuevo por petición. rayon: una tarea por petición, que ocupa un hilo del \
           pool mientras espera: el pool está hecho para trabajo que nunca espera.",
        "- async-std ya no se mantiene; sus autores remiten a smol.",
        "- El otro proceso corre en los mismos núcleos. Se comparan las líneas, y solo dentro de \
           una máquina.",
    ],
    target_title: "k01 bench: {}",
    target_how: "GET según un horario hecho de antemano: {} peticiones por segundo durante {} s, \
                 pase lo que pase con ellas. Las latencias están en milisegundos, desde el momento \
                 en que la petición debía empezar: la que espera una conexión libre ya ha empezado.",
    target_way: "conexiones",
    target_place: "{} conexiones, {} peticiones/s",
    connections: "conexiones",
    target_notes: [
        "- Errores: un estado que no es 2xx, sin conexión, o sin respuesta 10 s después de que \
           empezara la última. No tienen latencia.",
        "- Donde las servidas no alcanzan a las que llegan, el servidor está más allá de su límite: \
           entonces las latencias crecen mientras se siga midiendo.",
    ],
    not_local: "{}: solo se miden servidores de esta máquina, como en http://127.0.0.1:8080/. \
                Una prueba de carga contra un servidor ajeno es un ataque.",
    bad_rate: "{}: no es un número de peticiones por segundo, de 1 a 100000.",
    nobody: "{} no responde: {}. Arranca el servidor y mide después.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_fill_the_same_places() {
        let places = |w: &Words| {
            [
                w.place,
                w.spoken,
                w.computing,
                w.beyond,
                w.target_title,
                w.target_how,
                w.target_place,
                w.not_local,
                w.bad_rate,
                w.nobody,
            ]
            .map(|text| text.matches("{}").count())
        };
        assert_eq!(places(&EN), places(&ES));
    }
}
