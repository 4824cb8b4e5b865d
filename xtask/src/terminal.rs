//! What the terminal can show: colours, signs, width.

use std::io::IsTerminal;
use std::sync::OnceLock;

use anstyle::{AnsiColor, Style};

/// How this process writes to standard output.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// No columns, no signs, no colours, nothing that redraws: for a screen reader or a log.
    pub plain: bool,
    pub colour: bool,
    pub width: usize,
}

static LOOK: OnceLock<Look> = OnceLock::new();

/// `NO_COLOR` (<https://no-color.org>) and a pipe switch colours off, `CLICOLOR_FORCE` switches
/// them on; `COLUMNS` gives the width, 80 without it.
pub fn choose(plain: bool) {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    let colour = !plain
        && !set("NO_COLOR")
        && (set("CLICOLOR_FORCE") || (std::io::stdout().is_terminal() && !dumb()));
    let _ = LOOK.set(Look { plain, colour, width: width() });
}

/// Columns of the terminal, within reason.
pub fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    columns.unwrap_or(80_usize).clamp(40, 160)
}

fn dumb() -> bool {
    std::env::var("TERM").is_ok_and(|t| t == "dumb")
}

pub fn look() -> Look {
    *LOOK.get_or_init(|| Look { plain: false, colour: false, width: 80 })
}

/// May a question be asked?
pub fn interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal() && !look().plain
}

fn paint(text: &str, style: Style) -> String {
    if look().colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

pub fn bold(text: &str) -> String {
    paint(text, Style::new().bold())
}

pub fn dim(text: &str) -> String {
    paint(text, Style::new().dimmed())
}

pub fn good(text: &str) -> String {
    paint(text, AnsiColor::Green.on_default())
}

pub fn bad(text: &str) -> String {
    paint(text, AnsiColor::Red.on_default().bold())
}

pub fn hint(text: &str) -> String {
    paint(text, AnsiColor::Cyan.on_default())
}

/// The sign, or the word where signs are not wanted.
pub fn sign<'a>(sign: &'a str, word: &'a str) -> &'a str {
    if look().plain { word } else { sign }
}

/// `text` broken at spaces to the terminal's width, every line indented by `indent` spaces.
pub fn fold(text: &str, indent: usize) -> String {
    let room = look().width.saturating_sub(indent).max(20);
    let mut out = String::new();
    for paragraph in text.lines() {
        // What is already laid out (a table, code) keeps its lines.
        if paragraph.starts_with(' ') || paragraph.chars().count() <= room {
            out.push_str(&" ".repeat(indent));
            out.push_str(paragraph);
            out.push('\n');
            continue;
        }
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                out.push_str(&" ".repeat(indent));
                out.push_str(&line);
                out.push('\n');
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        out.push_str(&" ".repeat(indent));
        out.push_str(&line);
        out.push('\n');
    }
    out
}
