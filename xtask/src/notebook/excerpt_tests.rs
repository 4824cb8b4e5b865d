use std::path::Path;

use super::{Code, anchored, excerpt, function_lines};
use crate::workbook::{Asks, Workbook};

const SOURCE: &str = "\
//! «é» fn withdraw() {}

use std::sync::Mutex;

/// Documentation that says fn withdraw() { }.
#[derive(Debug)]
pub struct Other {
    fn_pointer: fn(u64) -> u64,
}

impl Other {
    fn withdraw(&self) {}
}

impl<T: Into<u64>> Account for Lock<T> {
    /// Takes it out.
    #[inline]
    pub(crate) async fn withdraw(
        &self,
    ) -> u64 {
        let a = \"}\";

        1
    }
}

fn free() -> u64 { 2 }
";

#[test]
fn a_function_is_found_by_its_name() {
    let shown = |name| function_lines(SOURCE, name).map(|lines| excerpt("s.rs", SOURCE, lines));
    let found = shown("Lock::withdraw").unwrap();
    assert_eq!(found.lines, 18..25);
    assert_eq!(
        found.text,
        "pub(crate) async fn withdraw(\n    &self,\n) -> u64 {\n    let a = \"}\";\n\n    1\n}"
    );
    assert_eq!(shown("Other::withdraw").unwrap().text, "fn withdraw(&self) {}");
    assert_eq!(shown("free").unwrap().text, "fn free() -> u64 { 2 }");
    for none in ["withdraw", "Account::withdraw", "Lock::other", "Nobody::withdraw"] {
        assert_eq!(shown(none), None, "{none}");
    }
    assert_eq!(function_lines("fn free( {", "free"), None);
}

#[test]
fn what_is_marked_is_shown() {
    let text = "a\n  // ANCHOR: notebook\n  b\n    c\n  // ANCHOR_END: notebook\nd\n";
    let found = anchored("s.rs", text).unwrap();
    assert_eq!((found[0].lines.clone(), found[0].text.as_str()), (3..5, "b\n  c"));
    let (begin, end) = ("// ANCHOR: notebook\n", "// ANCHOR_END: notebook\n");
    assert_eq!(
        anchored("s.rs", &[begin, "y\n", end, begin, "x\n", end].concat()).unwrap().len(),
        2
    );
    for (damaged, line) in [
        (["x\n", begin].concat(), 2),
        (["x\n", end].concat(), 2),
        ([begin, begin, end].concat(), 1),
    ] {
        assert_eq!(anchored("s.rs", &damaged), Err(line), "{damaged}");
    }
}

/// Of the workbook's own katas: the named function is in the stub and in the reference.
#[test]
fn what_a_kata_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let workbook = Workbook::open(root).unwrap();
    for kata in &workbook.katas {
        let Some(item) = Asks::of(kata).unwrap().code else { continue };
        for dir in [kata.stub(), workbook.solutions(kata).join("reference")] {
            let text = std::fs::read_to_string(dir.join(&item.file)).unwrap();
            let lines = function_lines(&text, &item.name);
            assert!(lines.is_some(), "{}: {} has no {}", kata.id, item.file, item.name);
        }
        let stub = Code::of(&kata.stub(), Some(&item)).unwrap();
        assert_eq!(stub, Code::Unwritten(item), "{}", kata.id);
    }
}
