//! Everything that is said, in both languages.

/// The language of the words; the program itself is Rust in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    En,
    Es,
}

/// One language's words. `{}` is where a number, a name or a file goes.
pub struct Words {
    pub intro: &'static [&'static str],
    pub program: &'static str,
    pub keys: &'static str,
    pub unknown: &'static str,
    pub nothing_to_undo: &'static str,
    pub undone: &'static str,
    pub balance: &'static str,
    pub paid_out: &'static str,
    pub pays: &'static str,
    pub refused: &'static str,
    pub paid: &'static str,
    pub prompt: &'static str,
    pub already_finished: &'static str,
    pub did_read: &'static str,
    pub did_check: &'static str,
    pub did_refuse: &'static str,
    pub did_pay: &'static str,
    pub books: &'static str,
    pub fine: &'static str,
    pub lost: &'static [&'static str],
    pub answer: &'static str,
    pub written: &'static str,
    pub not_written: &'static str,
    pub no_answer: &'static str,
    pub usage: &'static str,
    pub bad_argument: &'static str,
}

impl Lang {
    /// `es`, `es_MX.UTF-8`: Spanish; anything else: English.
    pub fn of_locale(locale: &str) -> Self {
        if locale.starts_with("es") { Self::Es } else { Self::En }
    }

    pub fn words(self) -> &'static Words {
        match self {
            Self::En => &EN,
            Self::Es => &ES,
        }
    }
}

static EN: Words = Words {
    intro: &[
        "The account holds 100. Threads A and B each withdraw 70, at the same time.",
        "Only one can be paid. You are the scheduler: make the bank pay both.",
    ],
    program: "Each thread runs these three lines, with a `seen` of its own:",
    keys: "a, b: that thread runs its next line    u: undo    r: restart    q: quit",
    unknown: "“{}” is no move.",
    nothing_to_undo: "Nobody has moved yet.",
    undone: "Taken back: {} is at line {} again.",
    balance: "balance",
    paid_out: "paid out",
    pays: "pay 70",
    refused: "refused",
    paid: "paid 70",
    prompt: "Who moves?",
    already_finished: "{} has finished and has no line left.",
    did_read: "{} reads the balance: seen is {}.",
    did_check: "{} checks: {} is enough.",
    did_refuse: "{} checks: {} is not enough. Refused.",
    did_pay: "{} writes the balance, now {}, and pays 70.",
    books: "Balance {}, paid out {}.",
    fine: "Both have finished and nothing is lost: 100 in all. Undo (u) or restart (r).",
    lost: &[
        "The bank has paid out 140, and its books say that 30 are left.",
        "It had 100. 70 are lost, and no line of the program is wrong by itself.",
    ],
    answer: "Your schedule, as the answer of step 1:",
    written: "Written to {}.",
    not_written: "Cannot write {}.",
    no_answer: "No losing schedule yet. Come back when you like.",
    usage: "\
Usage: k02-play [--lang en|es] [--plain] [--answer FILE]

Be the scheduler of two threads that race for one balance.

  --lang en|es    the language (default: the locale's)
  --plain         one sentence a move, no drawing: for a screen reader
  --answer FILE   write the losing schedule to FILE, one A or B a line

Moves are letters, one or more a line: type “aab” and Enter.
Exit: 0 a losing schedule was found, 1 none was, 2 wrong arguments, or FILE
cannot be written.
",
    bad_argument: "{}: no such argument, or its value is missing. See --help.",
};

static ES: Words = Words {
    intro: &[
        "La cuenta tiene 100. Los hilos A y B retiran 70 cada uno, al mismo tiempo.",
        "Alcanza para uno. Tú eres el planificador: haz que el banco pague a los dos.",
    ],
    program: "Cada hilo ejecuta estas tres líneas, con su propio `seen`:",
    keys: "a, b: ese hilo ejecuta su línea    u: deshacer    r: reiniciar    q: salir",
    unknown: "«{}» no es una jugada.",
    nothing_to_undo: "Todavía nadie se ha movido.",
    undone: "Deshecho: {} está otra vez en la línea {}.",
    balance: "saldo",
    paid_out: "pagado",
    pays: "pagar 70",
    refused: "rechazado",
    paid: "pagó 70",
    prompt: "¿Quién se mueve?",
    already_finished: "{} ya terminó y no le queda ninguna línea.",
    did_read: "{} lee el saldo: seen vale {}.",
    did_check: "{} comprueba: {} alcanza.",
    did_refuse: "{} comprueba: {} no alcanza. Rechazado.",
    did_pay: "{} escribe el saldo, ahora {}, y paga 70.",
    books: "Saldo {}, pagado {}.",
    fine: "Los dos terminaron y no se perdió nada: 100 en total. Deshaz (u) o reinicia (r).",
    lost: &[
        "El banco ha pagado 140 y sus libros dicen que quedan 30.",
        "Tenía 100. Se perdieron 70, y ninguna línea del programa está mal por sí sola.",
    ],
    answer: "Tu orden, como respuesta del paso 1:",
    written: "Escrito en {}.",
    not_written: "No se puede escribir {}.",
    no_answer: "Todavía no hay un orden que pierda dinero. Vuelve cuando quieras.",
    usage: "\
Uso: k02-play [--lang en|es] [--plain] [--answer ARCHIVO]

Sé el planificador de dos hilos que compiten por un saldo.

  --lang en|es      el idioma (por defecto, el del sistema)
  --plain           una frase por jugada, sin dibujo: para lectores de pantalla
  --answer ARCHIVO  escribe el orden que pierde dinero, una A o B por línea

Las jugadas son letras, una o más por línea: escribe «aab» y Enter.
Sale con 0 si se halló un orden que pierde dinero, con 1 si no, con 2 si los
argumentos están mal o no se puede escribir ARCHIVO.
",
    bad_argument: "{}: no existe ese argumento o le falta el valor. Mira --help.",
};

/// Puts `values` in place of the `{}` of `text`, in order.
pub fn fill(text: &str, values: &[&str]) -> String {
    let mut parts = text.split("{}");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (n, part) in parts.enumerate() {
        out.push_str(values.get(n).copied().unwrap_or("{}"));
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Lang, Words, fill};

    fn all(words: &'static Words) -> Vec<&'static str> {
        let mut all = vec![
            words.program,
            words.keys,
            words.unknown,
            words.nothing_to_undo,
            words.undone,
            words.balance,
            words.paid_out,
            words.pays,
            words.refused,
            words.paid,
            words.prompt,
            words.already_finished,
            words.did_read,
            words.did_check,
            words.did_refuse,
            words.did_pay,
            words.books,
            words.fine,
            words.answer,
            words.written,
            words.not_written,
            words.no_answer,
            words.usage,
            words.bad_argument,
        ];
        all.extend(words.intro);
        all.extend(words.lost);
        all
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let (en, es) = (all(Lang::En.words()), all(Lang::Es.words()));
        assert_eq!(en.len(), es.len());
        for (en, es) in en.iter().zip(&es) {
            assert_ne!(en, es, "not translated");
            assert_eq!(en.matches("{}").count(), es.matches("{}").count(), "{en} / {es}");
        }
    }

    #[test]
    fn every_line_fits_eighty_columns() {
        for text in [Lang::En, Lang::Es].into_iter().flat_map(|lang| all(lang.words())) {
            assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        }
    }

    #[test]
    fn fills_in_order() {
        assert_eq!(fill("{} sees {}.", &["A", "100"]), "A sees 100.");
    }
}
