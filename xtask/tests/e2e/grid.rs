//! The book's page on isolation levels is what this machine's PostgreSQL does, today.
//!
//! `TRECE_BLESS=1 cargo test -p xtask --test e2e grid` writes its outputs anew.

use std::fs;

use crate::book::{compare, outputs};
use crate::workbook::Workbook;

#[test]
fn the_grid_in_the_book_is_this_servers() {
    let workbook = Workbook::fresh();
    workbook.stub_of("k03");
    let ran = workbook.run(&["bench", "k03", "--grid"]);
    if ran.out.is_empty() {
        assert!(ran.err.contains("PostgreSQL"), "{ran}");
        eprintln!("the grid was not made anew: there is no PostgreSQL here");
        return;
    }
    assert_eq!(ran.code, 0, "{ran}");
    let (table, shown) = parts(&ran.out);
    let mut stale = Vec::new();
    stale.extend(compare(&outputs().join("k03-grid.txt"), &table));
    let page = fs::read_to_string(outputs().join("../isolation-grid.md")).unwrap();
    let mut missing = Vec::new();
    for (name, timeline) in &shown {
        stale.extend(compare(&outputs().join(name), timeline));
        if !page.contains(&format!("{{{{#include outputs/{name}}}}}")) {
            missing.push(name);
        }
    }
    assert!(missing.is_empty(), "the page does not show {missing:?}");
    assert_eq!(page.matches("{{#include outputs/k03-grid-").count(), shown.len());
    assert!(
        stale.is_empty(),
        "not what the grid is today: {stale:?}\nTRECE_BLESS=1 writes it anew."
    );
}

/// The table, without the title, which names the server's version; and for each order that shows
/// something the file that it belongs into, with its timeline.
fn parts(text: &str) -> (String, Vec<(String, String)>) {
    let mut sections = vec![(String::new(), String::new())];
    for line in text.lines().skip(3) {
        let heading = line.strip_suffix(':').filter(|_| !line.starts_with(' '));
        if let Some((anomaly, level)) = heading.and_then(|h| h.rsplit_once(", at ")) {
            let anomaly = anomaly.split(',').next().unwrap_or_default();
            let name = format!("k03-grid-{anomaly}-{}.txt", level.replace(' ', "-"));
            sections.push((name.to_lowercase(), String::new()));
            continue;
        }
        let (_, section) = sections.last_mut().unwrap();
        if !section.is_empty() || !line.is_empty() {
            section.push_str(line);
            section.push('\n');
        }
    }
    let mut sections =
        sections.into_iter().map(|(name, text)| (name, format!("{}\n", text.trim_end())));
    let table = sections.next().unwrap().1;
    (table, sections.collect())
}
