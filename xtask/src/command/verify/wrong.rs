//! Two wrong answers that every suite must refuse, made from the stub: everything default or
//! `Ok`, and everything `Err`.
//!
//! `wrong.toml` gives an expression for each return type as the stub writes it. A function whose
//! type has none keeps its `todo!()`.

use std::path::Path;
use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use toml_span::Value;

use crate::engine::Overlay;
use crate::files;
use crate::workbook::{Kata, Outcome, Trouble, Workbook};

/// A generated answer: its name and its tree.
pub fn answers(workbook: &Workbook, kata: &Kata) -> Outcome<Vec<(&'static str, Overlay)>> {
    let path = workbook.solutions(kata).join("wrong.toml");
    let text = std::fs::read_to_string(&path).map_err(|e| Trouble::file(&path, &e))?;
    let table = toml_span::parse(&text).map_err(|e| Trouble::file(&path, &e))?;
    let default = expressions(&table, &["default"]);
    let err = expressions(&table, &["default", "err"]);
    Ok(vec![("wrong-default", answer(kata, &default)?), ("wrong-err", answer(kata, &err)?)])
}

type Expressions = std::collections::BTreeMap<String, String>;

/// The expressions of these sections, a later one overriding an earlier one.
fn expressions(table: &Value<'_>, sections: &[&str]) -> Expressions {
    let mut all = Expressions::new();
    for section in sections {
        for (kind, expression) in
            table.as_table().and_then(|t| t.get(*section)?.as_table()).into_iter().flatten()
        {
            all.insert(squeezed(&kind.name), expression.as_str().unwrap_or_default().to_owned());
        }
    }
    all
}

fn answer(kata: &Kata, expressions: &Expressions) -> Outcome<Overlay> {
    let stub = kata.stub();
    let mut overlay = Overlay::default();
    for file in files::tree(&stub).map_err(|e| Trouble::file(&stub, &e))? {
        let path = stub.join(&file);
        let source = std::fs::read_to_string(&path).map_err(|e| Trouble::file(&path, &e))?;
        overlay.put(file, filled(&path, &source, expressions)?);
    }
    Ok(overlay)
}

/// `source` with the body of every function that says `todo!` replaced.
fn filled(path: &Path, source: &str, expressions: &Expressions) -> Outcome<String> {
    let tokens = TokenStream::from_str(source).map_err(|e| Trouble::file(path, &e))?;
    let mut edits = Vec::new();
    bodies(tokens, expressions, &mut edits);
    let mut out = source.to_owned();
    for (range, expression) in edits.into_iter().rev() {
        out.replace_range(range, &format!("{{ {expression} }}"));
    }
    Ok(out)
}

fn bodies(
    tokens: TokenStream,
    expressions: &Expressions,
    edits: &mut Vec<(std::ops::Range<usize>, String)>,
) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut i = 0;
    while i < tokens.len() {
        match &tokens[i] {
            TokenTree::Ident(word) if word == "fn" => {
                let brace = tokens[i..].iter().position(|t| match t {
                    TokenTree::Group(g) => g.delimiter() == Delimiter::Brace,
                    TokenTree::Punct(p) => p.as_char() == ';',
                    _ => false,
                });
                let Some(end) = brace.map(|b| i + b) else { return };
                if let TokenTree::Group(body) = &tokens[end]
                    && body.stream().to_string().contains("todo !")
                    && let Some(expression) = expressions.get(&return_type(&tokens[i..end]))
                {
                    edits.push((body.span().byte_range(), expression.clone()));
                }
                i = end;
            }
            TokenTree::Group(group) => bodies(group.stream(), expressions, edits),
            _ => {}
        }
        i += 1;
    }
}

/// The type behind `->`, without spaces; empty where there is none.
fn return_type(signature: &[TokenTree]) -> String {
    let arrow = signature.windows(2).position(|pair| match pair {
        [TokenTree::Punct(a), TokenTree::Punct(b)] => a.as_char() == '-' && b.as_char() == '>',
        _ => false,
    });
    let Some(arrow) = arrow else { return String::new() };
    let kind = signature[arrow + 2..]
        .iter()
        .take_while(|t| !matches!(t, TokenTree::Ident(word) if word == "where"));
    squeezed(&kind.map(ToString::to_string).collect::<Vec<_>>().join(" "))
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_what_is_not_written_and_leaves_the_rest() {
        let source = "impl A {\n    pub fn new(c: u64) -> Self { todo!() }\n    fn w(&self) -> Result<u64, E>\n    where\n        Self: Sized,\n    {\n        todo!(\"x\")\n    }\n    fn given() -> u64 { 3 }\n    fn odd() -> Odd { todo!() }\n}\n";
        let table = toml_span::parse(
            "[default]\n\"Self\" = \"Self\"\n\"Result<u64, E>\" = \"Ok(0)\"\n\"u64\" = \"0\"\n[err]\n\"Result<u64, E>\" = \"Err(E)\"\n",
        )
        .unwrap();
        let out =
            filled(Path::new("a.rs"), source, &expressions(&table, &["default", "err"])).unwrap();
        assert_eq!(
            out,
            "impl A {\n    pub fn new(c: u64) -> Self { Self }\n    fn w(&self) -> Result<u64, E>\n    where\n        Self: Sized,\n    { Err(E) }\n    fn given() -> u64 { 3 }\n    fn odd() -> Odd { todo!() }\n}\n"
        );
    }
}
