//! What a submission must not contain, found in its tokens before anything is built.
//!
//! Comments and texts are not tokens, so they may say anything. The scan stops accidents and
//! naive tricks; what a determined adversary can still do is the sandbox's business.

use std::path::Path;
use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::files;
use crate::t;
use crate::workbook::{Kata, Outcome, Trouble};

/// Something refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Relative to the submission.
    pub file: String,
    /// From 1; 0 for the file as a whole.
    pub line: usize,
    /// The words found, and why they are refused.
    pub message: String,
}

/// Words that no submission needs and that could go round the suite.
const WORDS: [&str; 9] = [
    "unsafe",
    "no_mangle",
    "export_name",
    "link_section",
    "ctor",
    "global_asm",
    "naked",
    "set_hook",
    "take_hook",
];
/// Macros that read what is not the submission's.
const MACROS: [&str; 6] = ["include", "include_str", "include_bytes", "env", "option_env", "asm"];
/// Those of them whose names mean nothing else: another name for one, or a macro that is given
/// one, would call it unseen.
const READERS: [&str; 3] = ["include_str", "include_bytes", "option_env"];
/// Paths that the model of threads cannot see.
const UNMODELLED: [&[&str]; 11] = [
    &["std", "sync"],
    &["core", "sync"],
    &["alloc", "sync"],
    &["std", "thread"],
    &["std", "hint", "spin_loop"],
    &["core", "hint", "spin_loop"],
    &["tokio"],
    &["crossbeam"],
    &["crossbeam_channel"],
    &["rayon"],
    &["loom"],
];
/// Of the unmodelled, what a step with the rule `tokio` is about: its locks and atomics are the
/// model's, its runtime and its timers are not.
const OF_TOKIO: &[&str] = &["tokio"];
/// Of the unmodelled: shared ownership alone orders nothing.
const HARMLESS: [&[&str]; 4] = [
    &["std", "sync", "Arc"],
    &["std", "sync", "Weak"],
    &["alloc", "sync", "Arc"],
    &["alloc", "sync", "Weak"],
];
/// Types that make a `static` remember.
const REMEMBERS: [&str; 9] = [
    "Mutex",
    "RwLock",
    "OnceLock",
    "LazyLock",
    "Once",
    "Cell",
    "RefCell",
    "OnceCell",
    "UnsafeCell",
];

/// Scans the `*.rs` files of a source tree with the kata's rules. Empty where all is well.
pub fn scan(kata: &Kata, src: &Path) -> Outcome<Vec<Finding>> {
    let mut findings = Vec::new();
    let files = files::tree(src).map_err(|e| Trouble::file(src, &e))?;
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "rs")) {
        let name = file.to_string_lossy().into_owned();
        let path = src.join(file);
        let source = std::fs::read_to_string(&path).map_err(|e| Trouble::file(&path, &e))?;
        findings.extend(scan_file(kata, &name, &source));
    }
    Ok(findings)
}

/// Scans one file of a submission.
pub fn scan_file(kata: &Kata, name: &str, source: &str) -> Vec<Finding> {
    scan_source(name, source, &rules(kata, name))
}

/// A step's file obeys its step's rules; a file of no step may be used by all of them.
fn rules<'k>(kata: &'k Kata, file: &str) -> Vec<&'k str> {
    let own = kata.steps.iter().find(|s| s.file() == file);
    let steps = kata.steps.iter().filter(|s| own.is_none_or(|o| o.module == s.module));
    steps.flat_map(|s| &s.scan).chain(&kata.scan).map(String::as_str).collect()
}

fn scan_source(file: &str, source: &str, rules: &[&str]) -> Vec<Finding> {
    // What is no Rust is told better by the compiler; [`lexes`] says whether there was anything to
    // scan.
    let Ok(tokens) = TokenStream::from_str(source) else { return Vec::new() };
    let mut scan = Scan {
        file,
        modelled: rules.contains(&"modelled"),
        tokio: rules.contains(&"tokio"),
        stateless: rules.contains(&"modelled") || rules.contains(&"process-state"),
        findings: Vec::new(),
    };
    scan.tokens(&tokens.into_iter().collect::<Vec<_>>());
    scan.findings.sort_by_key(|f| f.line);
    scan.findings.dedup();
    scan.findings
}

/// Could the scan read it? What it cannot read and the compiler can is refused. So is a shebang:
/// the compiler passes over such a line (Rust reference, "Shebang removal"), the scan does not, and
/// a quote or a comment that begins there would hide what follows.
pub fn lexes(source: &str) -> bool {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let shebang = source.strip_prefix("#!").is_some_and(|s| !s.trim_start().starts_with('['));
    !shebang && TokenStream::from_str(source).is_ok()
}

struct Scan<'a> {
    file: &'a str,
    modelled: bool,
    /// Though modelled, it may use tokio.
    tokio: bool,
    stateless: bool,
    findings: Vec<Finding>,
}

impl Scan<'_> {
    fn refuse(&mut self, at: &TokenTree, message: String) {
        let line = at.span().start().line;
        self.findings.push(Finding { file: self.file.to_owned(), line, message });
    }

    fn tokens(&mut self, tokens: &[TokenTree]) {
        let mut i = 0;
        while i < tokens.len() {
            match &tokens[i] {
                TokenTree::Group(group) => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    let attribute = group.delimiter() == Delimiter::Bracket;
                    if attribute && names_path(&inner) {
                        self.refuse(&tokens[i], t!("scan.path"));
                    }
                    self.tokens(&inner);
                }
                TokenTree::Ident(word) => {
                    let word = plain(&word.to_string());
                    self.word(&word, tokens, i);
                    if word == "use" {
                        i = self.imports(tokens, i + 1);
                        continue;
                    }
                    if !is_path_sign(tokens, i.wrapping_sub(2)) {
                        let path = path_at(tokens, i);
                        if path.len() > 1 {
                            self.path(&path, &tokens[i]);
                        }
                    }
                }
                _ => {}
            }
            i += 1;
        }
    }

    fn word(&mut self, word: &str, tokens: &[TokenTree], i: usize) {
        let at = &tokens[i];
        if WORDS.contains(&word) {
            self.refuse(at, t!("scan.word", word = word));
        }
        let called = MACROS.contains(&word) && is_punct(tokens.get(i + 1), '!');
        if called || READERS.contains(&word) {
            self.refuse(at, t!("scan.macro", word = word));
        }
        if !self.stateless {
            return;
        }
        if word == "thread_local" && is_punct(tokens.get(i + 1), '!') {
            self.refuse(at, t!("scan.state", what = "thread_local!"));
        }
        // `'static` is a lifetime, not an item.
        if word == "static" && !(i > 0 && is_punct(tokens.get(i - 1), '\'')) {
            let item: Vec<String> = tokens[i + 1..]
                .iter()
                .take_while(|t| !is_punct(Some(t), ';'))
                .map(ToString::to_string)
                .collect();
            let remembers = item.first().is_some_and(|w| w == "mut")
                || item.iter().any(|w| {
                    w.split(|c: char| !c.is_alphanumeric())
                        .any(|w| REMEMBERS.contains(&w) || w.starts_with("Atomic"))
                });
            if remembers {
                self.refuse(at, t!("scan.state", what = "static"));
            }
        }
    }

    /// The trees of a `use` up to its semicolon; returns the index behind it.
    fn imports(&mut self, tokens: &[TokenTree], from: usize) -> usize {
        let end =
            (from..tokens.len()).find(|i| is_punct(tokens.get(*i), ';')).unwrap_or(tokens.len());
        self.import(&tokens[from..end], &[]);
        end + 1
    }

    fn import(&mut self, tree: &[TokenTree], prefix: &[String]) {
        for branch in tree.split(|t| is_punct(Some(t), ',')) {
            let mut path = prefix.to_vec();
            let mut renamed = false;
            for token in branch {
                match token {
                    TokenTree::Ident(word) if word == "as" => {
                        renamed = true;
                        break;
                    }
                    TokenTree::Ident(word) if word == "self" && !path.is_empty() => {}
                    TokenTree::Ident(word) => path.push(plain(&word.to_string())),
                    TokenTree::Punct(p) if p.as_char() == '*' => path.push("*".into()),
                    TokenTree::Group(group) => {
                        let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                        self.import(&inner, &path);
                        path.clear();
                        break;
                    }
                    _ => {}
                }
            }
            if let (Some(at), Some(last)) = (branch.first(), path.last()) {
                self.path(&path, at);
                // (`use std::env;` is the module, and its macro keeps its name.)
                if READERS.contains(&last.as_str()) || renamed && MACROS.contains(&last.as_str()) {
                    self.refuse(at, t!("scan.macro", word = last));
                }
                // `use std as s;` would hide what follows from this scan.
                let crates = ["std", "core", "alloc"];
                let whole = crates.contains(&path[0].as_str())
                    && (path.len() == 1 || path.get(1).is_some_and(|p| p == "*"));
                if self.modelled && whole {
                    self.refuse(at, t!("scan.modelled", what = path.join("::")));
                }
            }
        }
    }

    fn path(&mut self, path: &[String], at: &TokenTree) {
        let under =
            |rule: &[&str]| path.len() >= rule.len() && path.iter().zip(rule).all(|(p, r)| p == r);
        if self.modelled
            && UNMODELLED.iter().any(|r| under(r))
            && !HARMLESS.iter().any(|r| under(r))
            && !(self.tokio && under(OF_TOKIO))
        {
            self.refuse(at, t!("scan.modelled", what = path.join("::")));
        }
    }
}

/// An identifier without the `r#` that a raw one may have: it names the same.
fn plain(word: &str) -> String {
    word.strip_prefix("r#").unwrap_or(word).to_owned()
}

/// `path = …`, or `cfg_attr(…, path = …)`, however deep.
fn names_path(tokens: &[TokenTree]) -> bool {
    let word = |token: &TokenTree| match token {
        TokenTree::Ident(word) => plain(&word.to_string()),
        _ => String::new(),
    };
    tokens.split(|t| is_punct(Some(t), ',')).any(|part| match part {
        [first, second, ..] if is_punct(Some(second), '=') => word(first) == "path",
        [first, TokenTree::Group(group), ..] if word(first) == "cfg_attr" => {
            names_path(&group.stream().into_iter().collect::<Vec<_>>())
        }
        _ => false,
    })
}

fn is_punct(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(p)) if p.as_char() == sign)
}

/// `::` at `i` and `i + 1`.
fn is_path_sign(tokens: &[TokenTree], i: usize) -> bool {
    is_punct(tokens.get(i), ':') && is_punct(tokens.get(i.wrapping_add(1)), ':')
}

/// The words of the path that begins at `i`.
fn path_at(tokens: &[TokenTree], mut i: usize) -> Vec<String> {
    let mut path = Vec::new();
    while let Some(TokenTree::Ident(word)) = tokens.get(i) {
        path.push(plain(&word.to_string()));
        if !is_path_sign(tokens, i + 1) {
            break;
        }
        i += 3;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::{lexes, scan_source};

    fn lines(source: &str, rules: &[&str]) -> Vec<usize> {
        scan_source("s.rs", source, rules).into_iter().map(|f| f.line).collect()
    }

    #[test]
    fn what_no_submission_needs() {
        assert_eq!(lines("fn f() {\n  unsafe { g() }\n}", &[]), [2]);
        assert_eq!(lines("const S: &str = include_str!(\"x\");", &[]), [1]);
        assert_eq!(lines("#[path = \"../x.rs\"]\nmod x;", &[]), [1]);
        assert_eq!(lines("#[unsafe(no_mangle)]\nfn exit() {}", &[]), [1, 1]);
        assert_eq!(lines("fn f() { std::panic::set_hook(h); }", &[]), [1]);
        assert_eq!(lines("const V: &str = env!(\"HOME\");", &[]), [1]);
    }

    #[test]
    fn a_line_that_only_the_compiler_passes_over_is_not_read() {
        for source in ["#!/bin/sh /*\nfn f() {}\n// */", "\u{feff}#!x\n", "#! \"\n// \"\n"] {
            assert!(!lexes(source), "{source}");
        }
        for source in ["#![allow(dead_code)]\n", "#! [cfg(all())]\n", "fn f() {}\n#[test]\n"] {
            assert!(lexes(source), "{source}");
        }
    }

    #[test]
    fn another_spelling_is_the_same_word() {
        for source in [
            "const S: &str = r#include_str!(\"x\");",
            "use std::include_str as s;",
            "use std::{env as e};",
            "macro_rules! m { ($i:ident) => { $i!(\"x\") } } const S: &str = m!(include_str);",
            "#[cfg_attr(all(), path = \"../x.rs\")] mod x;",
            "#[r#path = \"../x.rs\"] mod x;",
            "use r#std::r#sync::Mutex;",
        ] {
            assert!(!lines(source, &["modelled"]).is_empty(), "{source}");
        }
        assert!(lines("use std::env; fn f(path: &str) { let [path] = [path]; }", &[]).is_empty());
    }

    #[test]
    fn words_in_comments_and_texts_are_free() {
        assert!(
            lines("// unsafe include_str!\nconst S: &str = \"unsafe std::sync\";", &["modelled"])
                .is_empty()
        );
        assert!(lines("fn include(env: u8) -> &'static str { \"\" }", &["modelled"]).is_empty());
    }

    #[test]
    fn what_the_model_cannot_see() {
        let rules = ["modelled"];
        for source in [
            "use std::sync::Mutex;",
            "use std::{collections::HashMap, sync::{Arc, Mutex}};",
            "use std::sync;",
            "use std::sync::*;",
            "use std as s;",
            "use std::*;",
            "use ::core::sync::atomic::AtomicU64;",
            "fn f() { let m = std::sync::Mutex::new(1); }",
            "fn f() { std::thread::yield_now(); }",
            "use std::hint::spin_loop;",
            "use tokio::sync::Mutex;",
            "static S: std::sync::atomic::AtomicU64 = todo!();",
            "thread_local! { static S: u8 = 0; }",
        ] {
            assert!(!lines(source, &rules).is_empty(), "{source}");
            assert!(lines(source, &[]).is_empty(), "{source}");
        }
        for source in [
            "use std::sync::Arc;",
            "use crate::sync::{Arc, Mutex, atomic::AtomicU64};",
            "use std::{collections::HashMap, sync::Arc};",
            "use crate::thread; fn f() { thread::spawn(g); crate::sync::Mutex::new(1); }",
            "static NAMES: [&str; 1] = [\"a\"];",
        ] {
            assert!(lines(source, &rules).is_empty(), "{source}");
        }
    }

    #[test]
    fn a_modelled_step_that_is_about_tokio() {
        let rules = ["modelled", "tokio"];
        assert!(lines("use tokio::{sync::Mutex, time::timeout};", &rules).is_empty());
        assert_eq!(lines("use std::sync::Mutex;", &rules), [1]);
    }

    #[test]
    fn state_that_would_survive_a_crash() {
        let rules = ["process-state"];
        assert_eq!(lines("static mut N: u64 = 0;", &rules), [1]);
        assert_eq!(lines("static SEEN: Mutex<Vec<u8>> = Mutex::new(vec![]);", &rules), [1]);
        assert_eq!(lines("static N: AtomicU64 = AtomicU64::new(0);", &rules), [1]);
        assert!(lines("use std::sync::Mutex; struct S { m: Mutex<u8> }", &rules).is_empty());
    }
}
