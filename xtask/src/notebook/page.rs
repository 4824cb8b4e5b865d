//! A page: a person's text, and generated parts between marks.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

use crate::files;
use crate::t;
use crate::words::Lang;

const MARK: &str = "<!-- trece:";
/// Begins a line where a person has not written yet, in every language.
const OPEN: &str = "[✎";

/// A page in pieces that give, one after the other, the page to the letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pieces: Vec<Piece>,
    /// Whose page it says that it is, and the language that it was begun in.
    title: Option<(String, Lang)>,
    newline: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// A person's, with its line ends.
    Own(String),
    /// Written anew each time. The stamp is of what was generated last.
    Part { name: String, stamp: Option<String>, body: String },
}

/// Marks that do not fit together: nobody can tell what is a person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// From 1.
    pub line: usize,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The part begins here and does not end.
    NoEnd(String),
    /// The part ends here and has not begun.
    NoBegin(String),
    /// The part was there before.
    Twice(String),
}

/// What renewing the parts has met.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Renewed {
    /// Parts that a person had changed.
    pub edited: Vec<String>,
    /// Parts that the page has no place for.
    pub absent: Vec<String>,
}

/// A part of which only the beginning was read so far.
struct OpenPart {
    /// From 1.
    line: usize,
    name: String,
    stamp: Option<String>,
    body: String,
}

impl OpenPart {
    fn close(self) -> Piece {
        Piece::Part { name: self.name, stamp: self.stamp, body: self.body }
    }

    fn no_end(&self) -> Damage {
        Damage { line: self.line, what: What::NoEnd(self.name.clone()) }
    }
}

/// A mark alone on its line.
enum Mark<'a> {
    Page(&'a str),
    Begin(&'a str, Option<&'a str>),
    End(&'a str),
}

impl<'a> Mark<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let line = line.trim_start_matches('\u{feff}').trim();
        let words = line.strip_prefix(MARK)?.strip_suffix("-->")?;
        let (kind, rest) = words.trim().split_once(' ')?;
        let rest = rest.trim();
        match kind {
            "page" => Some(Self::Page(rest)),
            "begin" => Some(match rest.split_once(' ') {
                Some((name, stamp)) => Self::Begin(name, Some(stamp.trim())),
                None => Self::Begin(rest, None),
            }),
            "end" => Some(Self::End(rest)),
            _ => None,
        }
    }
}

impl Page {
    /// # Errors
    /// Marks that do not fit together.
    pub fn parse(text: &str) -> Result<Self, Damage> {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut page = Self { pieces: Vec::new(), title: None, newline };
        let mut own = String::new();
        let mut part: Option<OpenPart> = None;
        for (number, line) in (1..).zip(text.split_inclusive('\n')) {
            let mark = Mark::of(line);
            let damage = |what| Damage { line: number, what };
            match (mark, &mut part) {
                (Some(Mark::Begin(name, stamp)), None) => {
                    if page.has(name) {
                        return Err(damage(What::Twice(name.into())));
                    }
                    page.pieces.push(Piece::Own(std::mem::take(&mut own)));
                    let (name, stamp) = (name.to_owned(), stamp.map(str::to_owned));
                    part = Some(OpenPart { line: number, name, stamp, body: String::new() });
                }
                (Some(Mark::End(name)), Some(open)) if open.name == name => {
                    page.pieces.extend(part.take().map(OpenPart::close));
                }
                (Some(Mark::End(name)), None) => return Err(damage(What::NoBegin(name.into()))),
                (Some(Mark::Begin(..) | Mark::End(_)), Some(open)) => return Err(open.no_end()),
                (_, Some(open)) => {
                    open.body.push_str(line.trim_end_matches(['\r', '\n']));
                    open.body.push('\n');
                }
                (mark, None) => {
                    if let Some(Mark::Page(words)) = mark {
                        let (id, lang) = words.split_once(' ').unwrap_or((words, ""));
                        page.title = Some((id.to_owned(), Lang::parse(lang).unwrap_or_default()));
                    }
                    own.push_str(line);
                }
            }
        }
        if let Some(open) = part {
            return Err(open.no_end());
        }
        page.pieces.push(Piece::Own(own));
        Ok(page)
    }

    fn has(&self, wanted: &str) -> bool {
        self.pieces.iter().any(|p| matches!(p, Piece::Part { name, .. } if name == wanted))
    }

    /// Whether there is any generated part in it.
    pub fn is_generated(&self) -> bool {
        self.pieces.iter().any(|p| matches!(p, Piece::Part { .. }))
    }

    /// Whose page it says that it is.
    pub fn id(&self) -> Option<&str> {
        self.title.as_ref().map(|(id, _)| id.as_str())
    }

    /// The language that it was begun in.
    pub fn lang(&self) -> Option<Lang> {
        self.title.as_ref().map(|(_, lang)| *lang)
    }

    /// Puts new text into the parts of these names. All else stays as it is, to the letter.
    pub fn renew(&mut self, parts: &[(&'static str, String)]) -> Renewed {
        let mut renewed = Renewed::default();
        for (wanted, text) in parts {
            let place = self.pieces.iter_mut().find_map(|piece| match piece {
                Piece::Part { name, stamp, body } if name.as_str() == *wanted => {
                    Some((stamp, body))
                }
                _ => None,
            });
            let Some((stamp, body)) = place else {
                renewed.absent.push((*wanted).to_owned());
                continue;
            };
            if !body.trim().is_empty() && stamp.as_deref() != Some(&*stamp_of(body)) {
                renewed.edited.push((*wanted).to_owned());
            }
            *body = harmless(text);
            *stamp = Some(stamp_of(body));
        }
        renewed
    }

    /// The lines, from 1, that wait for a person's words.
    pub fn open(&self) -> Vec<usize> {
        let mut lines = Vec::new();
        let mut at = 0;
        for piece in &self.pieces {
            match piece {
                Piece::Own(text) => {
                    for line in text.split_inclusive('\n') {
                        at += 1;
                        lines.extend(line.trim_start().starts_with(OPEN).then_some(at));
                    }
                }
                Piece::Part { body, .. } => at += body.lines().count() + 2,
            }
        }
        lines
    }
}

impl std::fmt::Display for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let newline = self.newline;
        for piece in &self.pieces {
            match piece {
                Piece::Own(text) => f.write_str(text)?,
                Piece::Part { name, stamp, body } => {
                    let stamp = stamp.as_ref().map(|s| format!(" {s}")).unwrap_or_default();
                    write!(f, "{MARK}begin {name}{stamp} -->{newline}")?;
                    for line in body.lines() {
                        write!(f, "{line}{newline}")?;
                    }
                    write!(f, "{MARK}end {name} -->{newline}")?;
                }
            }
        }
        Ok(())
    }
}

/// Text that ends in a line end and in which no line is a mark of a page.
fn harmless(text: &str) -> String {
    let mut out = String::new();
    for line in text.trim_end().lines() {
        let line = line.trim_end();
        if Mark::of(line).is_some() {
            out.push_str(&line.replacen(MARK, "<!-- trece :", 1));
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

/// Tells whether a generated text was changed since.
fn stamp_of(body: &str) -> String {
    files::hash([(Path::new(""), body.as_bytes())])[..16].to_owned()
}

/// A page under construction.
#[derive(Debug)]
pub struct Skeleton(String);

impl Skeleton {
    pub fn new(id: &str, lang: Lang, title: &str) -> Self {
        Self(format!("{MARK}page {id} {} -->\n# {title}\n", lang.code()))
    }

    /// A place for a generated part.
    pub fn part(&mut self, name: &str) -> &mut Self {
        let _ = writeln!(self.0, "\n{MARK}begin {name} -->\n{MARK}end {name} -->");
        self
    }

    pub fn heading(&mut self, level: usize, text: &str) -> &mut Self {
        let _ = writeln!(self.0, "\n{} {text}", "#".repeat(level));
        self
    }

    /// Questions, each with a place for a person's answer.
    pub fn ask(&mut self, questions: impl IntoIterator<Item = impl AsRef<str>>) -> &mut Self {
        for question in questions {
            let question = question.as_ref();
            let _ = writeln!(self.0, "\n> {question}\n\n{OPEN} {}]", t!("page.to_write"));
        }
        self
    }

    pub fn finish(self) -> Page {
        Page::parse(&self.0).expect("a skeleton is whole")
    }
}

/// What encloses a listing: no backticks in it are taken for its end.
pub fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// `12–14`, or `12`.
pub fn lines(range: &Range<usize>) -> String {
    if range.len() == 1 {
        range.start.to_string()
    } else {
        format!("{}–{}", range.start, range.end - 1)
    }
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
