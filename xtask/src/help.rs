//! The argument parser's own texts, in the learner's language and in the terminal's width.

use std::process::ExitCode;

use bpaf::ParseFailure;

use crate::t;
use crate::terminal;

/// Prints why the parser stopped: help, a completion, or an error and `see_help` behind it.
pub fn stopped(stop: ParseFailure, see_help: &str) -> ExitCode {
    match stop {
        ParseFailure::Stdout(help, full) => {
            print!("{}", shown(&help.monochrome(full)));
            ExitCode::SUCCESS
        }
        ParseFailure::Completion(script) => {
            print!("{script}");
            ExitCode::SUCCESS
        }
        ParseFailure::Stderr(error) => {
            eprint!("{}", shown(&error.monochrome(true)));
            eprintln!("{see_help}");
            ExitCode::from(2)
        }
    }
}

/// Translates what the parser writes by itself and folds it anew: it only knows a width of 100.
pub fn shown(text: &str) -> String {
    fold(&translated(text), terminal::width())
}

fn translated(text: &str) -> String {
    [
        ("Usage:", t!("cli.usage")),
        ("Available positional items:", t!("cli.positional")),
        ("Available options:", t!("cli.options")),
        ("Available commands:", t!("cli.commands")),
        ("Prints help information", t!("cli.help")),
        ("no such command or positional:", t!("cli.no_such_command")),
        ("couldn't parse", t!("cli.could_not_parse")),
        ("is not expected in this context", t!("cli.not_expected")),
        (", pass `--help` for usage information", String::new()),
        (". Pass `--help` for usage information", String::new()),
        ("expected `", format!("{} `", t!("cli.missing"))),
        ("flag `", "`".to_owned()),
        ("is not valid in this context", t!("cli.not_expected")),
        ("did you mean to pass it to command", t!("cli.behind")),
        ("did you mean", t!("cli.did_you_mean")),
        ("invalid digit found in string", t!("cli.no_number")),
    ]
    .iter()
    .fold(text.to_owned(), |text, (english, phrase)| text.replace(english, phrase))
}

/// Folds paragraphs, and entries of a term and its explanation, which go on under the explanation.
fn fold(text: &str, width: usize) -> String {
    let mut entries: Vec<Entry> = Vec::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        match entries.last_mut().filter(|entry| entry.goes_on(line, indent)) {
            Some(entry) => entry.append(line.trim_start()),
            None => entries.push(Entry { indent, hang: hanging(line, indent), whole: line.into() }),
        }
    }
    // A term that is longer than its column has its explanation further to the right; where that
    // goes on, it is in the column.
    for block in entries.split_mut(|entry| entry.whole.is_empty()) {
        let column = block.iter().filter(|e| e.is_term()).map(|e| e.hang).min();
        for entry in block.iter_mut().filter(|e| e.is_term()) {
            entry.hang = column.unwrap_or(entry.hang);
        }
    }
    let mut out = String::new();
    for Entry { hang, whole, .. } in entries {
        put(&mut out, &whole, hang, width);
    }
    out
}

struct Entry {
    indent: usize,
    /// Where a further line of it begins.
    hang: usize,
    whole: String,
}

impl Entry {
    fn is_term(&self) -> bool {
        self.hang > self.indent
    }

    /// Further in than a term begins, which is at 4 or, without a short form, at 8.
    fn goes_on(&self, line: &str, indent: usize) -> bool {
        let under = self.hang == indent || (self.is_term() && indent > self.indent + 8);
        under && !self.whole.is_empty() && !line.is_empty() && !self.whole.ends_with(':')
    }

    /// The parser breaks its lines within words, too: `[` and `--plain]`, `-j` and `=N]`.
    fn append(&mut self, more: &str) {
        let within = self.whole.ends_with(['[', '(']) || more.starts_with(['=', ']', ')']);
        if !within {
            self.whole.push(' ');
        }
        self.whole.push_str(more);
    }
}

/// Where the explanation of `    --plain   sentences …` begins; the indent of anything else.
fn hanging(line: &str, indent: usize) -> usize {
    let body = &line[indent..];
    match body.find("  ").filter(|_| indent > 0) {
        Some(gap) => indent + gap + (body[gap..].len() - body[gap..].trim_start().len()),
        None => indent,
    }
}

fn put(out: &mut String, whole: &str, hang: usize, width: usize) {
    let (head, rest) = whole.split_at(hang.min(whole.len()));
    let mut line = head.to_owned();
    let mut empty = true;
    for word in rest.split(' ') {
        if !empty && line.chars().count() + 1 + word.chars().count() > width {
            out.push_str(line.trim_end());
            out.push('\n');
            line = " ".repeat(hang);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn folds_entries_under_their_explanation() {
        let text = "One two three\nfour five\n\nOptions:\n    --lang=LANG  language of the words\n                 and more\n    --plain      no signs\n";
        assert_eq!(
            fold(text, 30),
            "One two three four five\n\nOptions:\n    --lang=LANG  language of\n                 the words and\n                 more\n    --plain      no signs\n"
        );
    }

    #[test]
    fn a_term_longer_than_its_column_goes_on_in_the_column() {
        let text = "    --plain     no signs\n    --submissions=DIR  where all of them\n                are now\n        -j=N    how many\n";
        assert_eq!(
            fold(text, 35),
            "    --plain     no signs\n    --submissions=DIR  where all of\n                them are now\n        -j=N    how many\n"
        );
    }

    #[test]
    fn what_the_parser_broke_within_a_word_is_whole_again() {
        assert_eq!(
            fold("Usage: run [\n--plain] [-j\n=N] [--only=ROW\n]", 80),
            "Usage: run [--plain] [-j=N] [--only=ROW]\n"
        );
    }
}
