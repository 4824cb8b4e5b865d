//! Everything that is said, in both languages. Rows of a timeline are the lab's, in English.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    En,
    Es,
}

/// One language's words. `{}` is where a number or a name goes.
pub struct Words {
    pub intro: &'static [&'static str],
    pub which_code: &'static str,
    pub codes: [&'static str; 4],
    pub which_scene: &'static str,
    pub scenes: [&'static str; 6],
    pub keys: &'static [&'static str],
    pub keys_at_the_end: &'static str,
    pub prompt: &'static str,
    pub unknown: &'static str,
    pub cannot_move: &'static str,
    pub cannot_go_on: &'static str,
    pub nothing_to_undo: &'static str,
    pub committed_only: &'static str,
    pub waits: &'static str,
    pub over: &'static str,
    pub broken: &'static str,
    pub fine: &'static str,
    pub code: &'static str,
    pub replay: &'static str,
    pub not_written: &'static str,
    pub cannot: &'static str,
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
        "Sessions of a real PostgreSQL run your own `transfer`, and each statement waits",
        "until you let it go. You are the scheduler: make them lose money, if you can.",
    ],
    which_code: "Your code of which step? (q: quit)",
    codes: [
        "All or nothing",
        "Two at once",
        "Schema and transfer id, on your SCHEMA",
        "Retry, and an unknown commit",
    ],
    which_scene: "Which transfers? (q: quit)",
    scenes: [
        "One account gives twice",
        "Two want the same money",
        "Opposite directions",
        "Who receives gives meanwhile",
        "Somebody clicks twice",
        "The connection may be lost, once",
    ],
    keys: &[
        "a, b: that session's next statement    a!1: what goes wrong, where it is offered",
        "A.B4.A3: a replay code    u: undo    r: restart    m: menu    q: quit",
    ],
    keys_at_the_end: "u: undo    r: restart    m: menu    q: quit",
    prompt: "Who moves?",
    unknown: "“{}” is not understood.",
    cannot_move: "{} cannot move here.",
    cannot_go_on: "{} cannot move here: {} of the {} moves are made.",
    nothing_to_undo: "Nobody has moved yet.",
    committed_only: "(now: what is committed)",
    waits: "{} {}",
    over: "This schedule is over.",
    broken: "That must not be: your code allows this order.",
    fine: "Nothing is wrong with this order. `check` tries all of them.",
    code: "Replay code: {}. Type it here to run these statements again.",
    replay: "Or:\n  cargo xtask replay k03:{}@{}",
    not_written: "Step {} is not written yet: a session ended at its `todo!`.",
    cannot: "The lab cannot go on:",
    usage: "\
Usage: k03-play [--lang en|es] [--plain]

Decide which of two sessions on a real PostgreSQL goes on, statement by
statement. The sessions run your own code of kata 3.

  --lang en|es   the language (default: the locale's)
  --plain        sentences instead of columns: for a screen reader

Reads numbers, letters and replay codes from standard input.
Example: cargo xtask play k03
Exit: 0 played, 1 the step is not written or there is no PostgreSQL, 2 wrong
arguments.
",
    bad_argument: "{}: no such argument, or its value is missing. See --help.",
};

static ES: Words = Words {
    intro: &[
        "Sesiones de un PostgreSQL real ejecutan tu propio `transfer`, y cada sentencia",
        "espera hasta que la dejes pasar. Tú planificas: ¡haz que pierdan dinero!",
    ],
    which_code: "¿Tu código de qué paso? (q: salir)",
    codes: [
        "Todo o nada",
        "Dos a la vez",
        "Esquema e id de transferencia, con tu SCHEMA",
        "Reintentar, y un commit desconocido",
    ],
    which_scene: "¿Qué transferencias? (q: salir)",
    scenes: [
        "Una cuenta da dos veces",
        "Dos quieren el mismo dinero",
        "Direcciones opuestas",
        "Quien recibe da mientras tanto",
        "Alguien hace clic dos veces",
        "La conexión puede perderse, una vez",
    ],
    keys: &[
        "a, b: la próxima sentencia de esa sesión    a!1: lo que falla, donde se ofrece",
        "A.B4.A3: un código    u: deshacer    r: reiniciar    m: menú    q: salir",
    ],
    keys_at_the_end: "u: deshacer    r: reiniciar    m: menú    q: salir",
    prompt: "¿Quién sigue?",
    unknown: "«{}» no se entiende.",
    cannot_move: "{} no puede avanzar aquí.",
    cannot_go_on: "{} no puede avanzar aquí: van {} de los {} pasos.",
    nothing_to_undo: "Todavía no se ha movido nadie.",
    committed_only: "(now: lo que está confirmado)",
    waits: "{}: {}",
    over: "Este orden ha terminado.",
    broken: "Eso no debe pasar: tu código permite este orden.",
    fine: "Nada está mal en este orden. `check` los prueba todos.",
    code: "Código: {}. Escríbelo aquí para repetir estas sentencias.",
    replay: "O bien:\n  cargo xtask replay k03:{}@{}",
    not_written: "El paso {} aún no está escrito: una sesión terminó en su `todo!`.",
    cannot: "El laboratorio no puede seguir:",
    usage: "\
Uso: k03-play [--lang en|es] [--plain]

Decide cuál de dos sesiones de un PostgreSQL real avanza, sentencia por
sentencia. Las sesiones ejecutan tu propio código de la kata 3.

  --lang en|es   el idioma (si falta: el del sistema)
  --plain        frases en lugar de columnas: para un lector de pantalla

Lee números, letras y códigos de repetición de la entrada estándar.
Ejemplo: cargo xtask play k03
Salida: 0 jugado, 1 el paso no está escrito o no hay PostgreSQL, 2 argumentos
incorrectos.
",
    bad_argument: "{}: no existe ese argumento o le falta el valor. Mira --help.",
};

/// Puts `values` in place of the `{}` of `text`, in order.
pub fn fill(text: &str, values: &[&dyn std::fmt::Display]) -> String {
    let mut parts = text.split("{}");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (n, part) in parts.enumerate() {
        out.push_str(&values.get(n).map(ToString::to_string).unwrap_or_default());
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Lang, Words};

    fn all(words: &'static Words) -> Vec<&'static str> {
        let mut all = vec![
            words.which_code,
            words.which_scene,
            words.prompt,
            words.unknown,
            words.cannot_move,
            words.cannot_go_on,
            words.nothing_to_undo,
            words.committed_only,
            words.waits,
            words.over,
            words.broken,
            words.fine,
            words.code,
            words.replay,
            words.not_written,
            words.cannot,
            words.usage,
            words.bad_argument,
            words.keys_at_the_end,
        ];
        all.extend(words.intro.iter().chain(words.keys));
        all.extend(words.codes.iter().chain(&words.scenes));
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
}
