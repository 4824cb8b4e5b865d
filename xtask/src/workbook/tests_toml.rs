//! `tests.toml`: the list of tests that are asked for, made from the suite's own source.
//!
//! Nothing trusts a test binary's `--list`: a submission is part of that binary.

use std::fmt::Write as _;
use std::path::Path;
use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{Kata, Outcome, Trouble};
use crate::toml::quoted;

/// One test of a suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestEntry {
    /// Module of its step.
    pub step: String,
    pub name: String,
    /// `plain`, `paused`, `model`, `os`, …: how it is scheduled, so how often it is repeated.
    pub kind: String,
    /// How far a pass can be believed: `receipt` or `oracle`.
    pub trust: String,
    /// The doc comment: what the learner reads when the test fails.
    pub behaviour: String,
}

impl TestEntry {
    /// What libtest calls it.
    pub fn id(&self) -> String {
        format!("{}::{}", self.step, self.name)
    }
}

/// The committed list.
pub fn read(kata: &Kata) -> Outcome<Vec<TestEntry>> {
    read_list(&kata.dir.join("tests.toml"))
}

/// The committed list of what is asked of real components.
pub fn read_real(kata: &Kata) -> Outcome<Vec<TestEntry>> {
    read_list(&kata.dir.join("real/tests.toml"))
}

fn read_list(path: &Path) -> Outcome<Vec<TestEntry>> {
    let text = std::fs::read_to_string(path).map_err(|e| Trouble::file(path, &e))?;
    let document = toml_span::parse(&text).map_err(|e| Trouble::file(path, &e))?;
    let tests = document.pointer("/test").and_then(|t| t.as_array()).map_or(&[][..], Vec::as_slice);
    tests
        .iter()
        .map(|test| {
            let word = |key: &str| {
                let word = test.as_table().and_then(|t| t.get(key)?.as_str()).map(str::to_owned);
                word.ok_or_else(|| Trouble::file(path, &format!("a test without `{key}`")))
            };
            Ok(TestEntry {
                step: word("step")?,
                name: word("name")?,
                kind: word("kind")?,
                trust: word("trust")?,
                behaviour: word("behaviour")?,
            })
        })
        .collect()
}

/// The list as the suite's source has it, in source order.
pub fn from_suite(kata: &Kata) -> Outcome<Vec<TestEntry>> {
    let mut tests = Vec::new();
    for step in &kata.steps {
        let path = kata.dir.join("tests/suite").join(step.file());
        let source = std::fs::read_to_string(&path).map_err(|e| Trouble::file(&path, &e))?;
        tests.extend(of_source(&path, &step.module, &source)?);
    }
    Ok(tests)
}

/// The list of what is asked of real components, as its source has it: a module a component, in the
/// order of their names.
pub fn from_real(kata: &Kata) -> Outcome<Vec<TestEntry>> {
    let dir = kata.dir.join("real/tests/suite");
    let mut tests = Vec::new();
    for file in crate::files::tree(&dir).map_err(|e| Trouble::file(&dir, &e))? {
        let module = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if module != "main" && file.extension().is_some_and(|e| e == "rs") {
            let path = dir.join(&file);
            let source = std::fs::read_to_string(&path).map_err(|e| Trouble::file(&path, &e))?;
            tests.extend(of_source(&path, &module, &source)?);
        }
    }
    Ok(tests)
}

/// `tests.toml` for these tests.
pub fn render(tests: &[TestEntry]) -> String {
    let mut out = String::from(
        "# Made from the doc comments of tests/suite by `cargo xtask verify --bless`. Do not edit.\n",
    );
    for test in tests {
        let _ = write!(
            out,
            "\n[[test]]\nstep = {}\nname = {}\nkind = {}\ntrust = {}\nbehaviour = {}\n",
            quoted(&test.step),
            quoted(&test.name),
            quoted(&test.kind),
            quoted(&test.trust),
            quoted(&test.behaviour)
        );
    }
    out
}

fn of_source(path: &Path, module: &str, source: &str) -> Outcome<Vec<TestEntry>> {
    let tokens = TokenStream::from_str(source).map_err(|e| Trouble::file(path, &e))?;
    let mut tests = Vec::new();
    let mut doc: Vec<String> = Vec::new();
    let mut kind: Option<String> = None;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(p) if p.as_char() == '#' => {
                if let Some(TokenTree::Group(group)) = tokens.next() {
                    match attribute(group.stream()) {
                        Attribute::Doc(line) => doc.push(line),
                        Attribute::Test(options) => kind = Some(options),
                        Attribute::Other => {}
                    }
                }
            }
            TokenTree::Ident(word) if word == "fn" => {
                let name = tokens.next().map(|t| t.to_string()).unwrap_or_default();
                if let Some(kind) = kind.take() {
                    let behaviour = doc.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
                    if behaviour.is_empty() {
                        let error = format!("`{name}` has no doc comment to show on failure");
                        return Err(Trouble::file(path, &error));
                    }
                    let step = module.to_owned();
                    tests.push(TestEntry { step, name, kind, trust: "receipt".into(), behaviour });
                }
                doc.clear();
            }
            TokenTree::Ident(word) if word == "async" => {}
            // The end of any other item: what stood above it was not a test's.
            TokenTree::Group(_) => doc.clear(),
            TokenTree::Punct(p) if p.as_char() == ';' => doc.clear(),
            _ => {}
        }
    }
    Ok(tests)
}

enum Attribute {
    Doc(String),
    Test(String),
    Other,
}

/// `doc = "…"`, `suite::test` or `suite::test(options)`.
fn attribute(tokens: TokenStream) -> Attribute {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let words: String = tokens.iter().take(4).map(ToString::to_string).collect();
    if let [TokenTree::Ident(doc), TokenTree::Punct(_), TokenTree::Literal(text)] = &tokens[..]
        && doc == "doc"
    {
        return Attribute::Doc(unquoted(&text.to_string()));
    }
    if words != "suite::test" {
        return Attribute::Other;
    }
    let options = match tokens.get(4) {
        Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Parenthesis => g.stream(),
        _ => TokenStream::new(),
    };
    let kind = options.into_iter().find_map(|t| match t {
        TokenTree::Ident(word) if word != "deadline" => Some(word.to_string()),
        _ => None,
    });
    Attribute::Test(kind.unwrap_or_else(|| "plain".into()))
}

/// The text of a doc comment's literal, as the compiler wrote it.
fn unquoted(literal: &str) -> String {
    let raw = literal.trim_start_matches('r').trim_matches('#');
    let inner = raw.strip_prefix('"').and_then(|r| r.strip_suffix('"')).unwrap_or(raw);
    let text = if literal.starts_with('r') {
        inner.to_owned()
    } else {
        inner.replace("\\\"", "\"").replace("\\'", "'").replace("\\\\", "\\")
    };
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"
//! About the module.
use k02::s2_lock::LockAccount;

/// A helper.
fn helper() {}

/// No withdrawal is lost, "however" the
/// threads overlap.
#[suite::test(model)]
fn loom_no_withdrawal_lost() { body(); }

/// It waits.
#[suite::test(paused, deadline = 5)]
async fn waits() {}
"#;

    #[test]
    fn reads_names_kinds_and_behaviours() {
        let tests = of_source(Path::new("s.rs"), "s", SOURCE).unwrap();
        let shown: Vec<_> = tests
            .iter()
            .map(|t| (t.name.as_str(), t.kind.as_str(), t.behaviour.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                (
                    "loom_no_withdrawal_lost",
                    "model",
                    "No withdrawal is lost, \"however\" the threads overlap."
                ),
                ("waits", "paused", "It waits."),
            ]
        );
    }

    #[test]
    fn a_test_without_words_is_refused() {
        assert!(of_source(Path::new("s.rs"), "s", "#[suite::test] fn f() {}").is_err());
    }
}
