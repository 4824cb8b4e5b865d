//! The code that a page shows: what the learner has marked, else the function that the kata names.
//!
//! A mark is a comment as mdBook reads it: `ANCHOR: notebook` … `ANCHOR_END: notebook`.

use std::ops::Range;
use std::path::Path;
use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::files;
use crate::t;
use crate::workbook::{Item, Outcome, Trouble};

const BEGIN: &str = "ANCHOR: notebook";
const END: &str = "ANCHOR_END: notebook";

/// Lines of a file of the learner's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// In `src/`.
    pub file: String,
    /// From 1, the end not included.
    pub lines: Range<usize>,
    /// Moved to the left edge.
    pub text: String,
}

/// What there is to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    Shown(Vec<Excerpt>),
    /// The function is as the stub has it.
    Unwritten(Item),
    /// There is no function of that name.
    Renamed(Item),
    /// The kata names none.
    Unnamed,
}

impl Code {
    /// # Errors
    /// A file that cannot be read; a mark without its end.
    pub fn of(src: &Path, named: Option<&Item>) -> Outcome<Self> {
        let mut marked = Vec::new();
        for path in files::tree(src).map_err(|e| Trouble::file(src, &e))? {
            if path.extension().is_some_and(|e| e == "rs") {
                let text = read(&src.join(&path))?;
                let file = path.to_string_lossy().replace('\\', "/");
                marked.extend(anchored(&file, &text).map_err(|line| {
                    Trouble::new(t!(
                        "notebook.anchor",
                        file = src.join(&path).display(),
                        line = line
                    ))
                })?);
            }
        }
        if !marked.is_empty() {
            return Ok(Self::Shown(marked));
        }
        let Some(item) = named else { return Ok(Self::Unnamed) };
        let path = src.join(&item.file);
        let text = if path.is_file() { read(&path)? } else { String::new() };
        let Some(lines) = function_lines(&text, &item.name) else {
            return Ok(Self::Renamed(item.clone()));
        };
        let shown = excerpt(&item.file, &text, lines);
        let unwritten = shown.text.contains("todo!(");
        Ok(if unwritten { Self::Unwritten(item.clone()) } else { Self::Shown(vec![shown]) })
    }
}

fn read(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|e| Trouble::file(path, &e))
}

fn excerpt(file: &str, text: &str, lines: Range<usize>) -> Excerpt {
    let inside: Vec<&str> = text.lines().skip(lines.start - 1).take(lines.len()).collect();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let left = inside.iter().filter(|l| !l.trim().is_empty()).map(indent).min().unwrap_or(0);
    let moved = inside.iter().map(|line| line.get(left..).unwrap_or("").trim_end());
    Excerpt { file: file.to_owned(), lines, text: moved.collect::<Vec<_>>().join("\n") }
}

/// What lies between marks; the line of one that does not end.
fn anchored(file: &str, text: &str) -> Result<Vec<Excerpt>, usize> {
    let mut all = Vec::new();
    let mut begin = None;
    for (number, line) in (1..).zip(text.lines()) {
        let comment = line.trim_start().starts_with("//");
        if comment && line.contains(END) {
            let from = begin.take().ok_or(number)?;
            if from < number {
                all.push(excerpt(file, text, from..number));
            }
        } else if comment
            && line.contains(BEGIN)
            && let Some(open) = begin.replace(number + 1)
        {
            return Err(open - 1);
        }
    }
    match begin {
        Some(open) => Err(open - 1),
        None => Ok(all),
    }
}

/// The lines of `function` or `Type::function`, without its attributes and its documentation.
fn function_lines(text: &str, name: &str) -> Option<Range<usize>> {
    let tokens = TokenStream::from_str(text).ok()?;
    let bytes = match name.split_once("::") {
        None => function(tokens, name)?,
        Some((of, name)) => Items::of(tokens)
            .filter(|item| item.implements(of))
            .find_map(|item| function(item.body?.stream(), name))?,
    };
    let line = |at: usize| text[..at].matches('\n').count() + 1;
    Some(line(bytes.start)..line(bytes.end) + 1)
}

fn function(tokens: TokenStream, name: &str) -> Option<Range<usize>> {
    let named = |item: &Found| item.head.windows(2).any(|w| w[0] == "fn" && w[1] == name);
    Items::of(tokens).find(|item| item.body.is_some() && named(item)).map(|item| item.bytes)
}

/// One item: the words before its body, and where it stands.
struct Found {
    head: Vec<String>,
    body: Option<proc_macro2::Group>,
    bytes: Range<usize>,
}

impl Found {
    fn implements(&self, name: &str) -> bool {
        let is_impl = self.head.iter().any(|w| w == "impl");
        // `impl Trait for Type`: the type comes last.
        let last_for = self.head.iter().rposition(|w| w == "for").unwrap_or(0);
        is_impl && self.head[last_for..].iter().any(|w| w == name)
    }
}

/// The items of a file, a module or an `impl`, one by one.
struct Items(proc_macro2::token_stream::IntoIter);

impl Items {
    fn of(tokens: TokenStream) -> Self {
        Self(tokens.into_iter())
    }
}

impl Iterator for Items {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        let mut head = Vec::new();
        let mut start = None;
        let mut attribute = false;
        for token in self.0.by_ref() {
            let place = token.span().byte_range();
            match token {
                TokenTree::Punct(p) if p.as_char() == '#' && start.is_none() => attribute = true,
                TokenTree::Punct(p) if p.as_char() == '!' && attribute => {}
                TokenTree::Group(_) if attribute => attribute = false,
                TokenTree::Group(body) if body.delimiter() == Delimiter::Brace => {
                    let bytes = start.unwrap_or(place.start)..place.end;
                    return Some(Found { head, body: Some(body), bytes });
                }
                TokenTree::Punct(p) if p.as_char() == ';' => {
                    let bytes = start.unwrap_or(place.start)..place.end;
                    return Some(Found { head, body: None, bytes });
                }
                other => {
                    start.get_or_insert(place.start);
                    if let TokenTree::Ident(word) = other {
                        head.push(word.to_string());
                    }
                }
            }
        }
        None
    }
}

#[cfg(test)]
#[path = "excerpt_tests.rs"]
mod tests;
