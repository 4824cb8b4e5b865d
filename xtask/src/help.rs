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
        ("did you mean", t!("cli.did_you_mean")),
        ("couldn't parse", t!("cli.could_not_parse")),
        ("is not expected in this context", t!("cli.not_expected")),
    ]
    .iter()
    .fold(text.to_owned(), |text, (english, phrase)| text.replace(english, phrase))
}

/// Folds paragraphs, and entries of a term and its explanation, which go on under the explanation.
fn fold(text: &str, width: usize) -> String {
    // (where a line of it goes on, its whole text)
    let mut entries: Vec<(usize, String)> = Vec::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let continues = entries.last().is_some_and(|(hang, whole)| {
            *hang == indent && !whole.is_empty() && !line.is_empty() && !whole.ends_with(':')
        });
        if let (true, Some((_, whole))) = (continues, entries.last_mut()) {
            whole.push(' ');
            whole.push_str(line.trim_start());
            continue;
        }
        entries.push((hanging(line, indent), line.to_owned()));
    }
    let mut out = String::new();
    for (hang, whole) in entries {
        put(&mut out, &whole, hang, width);
    }
    out
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
}
