//! Paragraphs of 80 columns, or one line each for who wants it plain.

use std::io::{self, Write};

use crate::words::words;
use crate::{Lang, Machine, fill};

/// No line of a bench is longer.
pub const WIDTH: usize = 80;

/// A paragraph: broken to the width, a note (`- …`) with its lines indented; or, plain, one line
/// without the mark of a note.
///
/// # Errors
/// Those of the writer.
pub fn say(out: &mut dyn Write, plain: bool, text: &str) -> io::Result<()> {
    if plain {
        return writeln!(out, "{}", text.trim_start_matches("- "));
    }
    let indent = if text.starts_with("- ") { 2 } else { 0 };
    writeln!(out, "{}", wrap(text, WIDTH, indent))
}

/// The title, and what the absolute numbers below it belong to.
///
/// # Errors
/// Those of the writer.
pub fn title(
    out: &mut dyn Write,
    lang: Lang,
    plain: bool,
    machine: &Machine,
    title: &str,
) -> io::Result<()> {
    writeln!(out, "{title}")?;
    let mut facts = vec![fill(words(lang).cores, &[&machine.cores])];
    facts.extend(machine.cpu.clone());
    facts.push(format!("{} {}", machine.os, machine.arch));
    facts.push(machine.rustc.clone());
    say(out, plain, &facts.join(", "))
}

/// Lines of at most `width` characters; those after the first begin with `indent` spaces.
pub fn wrap(text: &str, width: usize, indent: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("never empty");
        let used = line.chars().count();
        if line.trim().is_empty() {
            line.push_str(word);
        } else if used + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(format!("{:indent$}{word}", ""));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(plain: bool, text: &str) -> String {
        let mut out = Vec::new();
        say(&mut out, plain, text).expect("memory");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn long_lines_are_broken_between_words() {
        assert_eq!(wrap("aa bb cc dd", 6, 1), "aa bb\n cc dd");
        assert_eq!(wrap("longer than that", 4, 0), "longer\nthan\nthat");
    }

    #[test]
    fn a_note_is_indented_and_plain_is_one_line() {
        let note = format!("- {}", "word ".repeat(20).trim_end());
        let lines = said(false, &note);
        assert!(lines.contains("\n  word"), "{lines}");
        assert!(lines.lines().all(|line| line.chars().count() <= WIDTH), "{lines}");
        assert_eq!(said(true, &note), format!("{}\n", &note[2..]));
        assert_eq!(said(false, ""), "\n");
    }
}
