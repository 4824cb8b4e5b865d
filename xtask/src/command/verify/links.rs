//! The book's inner links: every page and every heading that a page points to must be there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use crate::files;
use crate::workbook::{Outcome, Trouble};

/// What is broken in the pages below `dir`.
pub fn broken(dir: &Path) -> Outcome<Vec<String>> {
    let mut pages = BTreeMap::new();
    let mut there = BTreeSet::new();
    for file in files::tree(dir).map_err(|e| Trouble::file(dir, &e))? {
        if file.extension().is_some_and(|e| e == "html") {
            let html = std::fs::read_to_string(dir.join(&file))
                .map_err(|e| Trouble::file(&dir.join(&file), &e))?;
            pages.insert(file.clone(), html);
        }
        there.insert(file);
    }
    let mut problems = Vec::new();
    // Of each edition: 404.html speaks from the site's root, toc.html is for readers without
    // scripts, print.html repeats the others.
    let own =
        |page: &Path| !["404.html", "toc.html", "print.html"].iter().any(|p| page.ends_with(p));
    for (page, html) in pages.iter().filter(|(page, _)| own(page)) {
        for link in attributes(html, "href").chain(attributes(html, "src")) {
            if link.contains("://") || link.starts_with("mailto:") || link.starts_with("data:") {
                continue;
            }
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { page.clone() } else { resolve(page, path) };
            if !there.contains(&target) {
                problems.push(format!("{}: {link} leads nowhere", page.display()));
            } else if !heading.is_empty()
                && let Some(html) = pages.get(&target)
                && !attributes(html, "id").any(|id| id == heading)
            {
                problems.push(format!("{}: {link} names no heading", page.display()));
            }
        }
    }
    problems.sort();
    problems.dedup();
    Ok(problems)
}

/// The values of an attribute, as mdBook writes it.
fn attributes<'h>(html: &'h str, name: &str) -> impl Iterator<Item = &'h str> {
    let start = format!(" {name}=\"");
    let mut rest = html;
    std::iter::from_fn(move || {
        let at = rest.find(&start)? + start.len();
        let (value, after) = rest[at..].split_once('"')?;
        rest = after;
        Some(value)
    })
}

/// `path` as a link of `page`.
fn resolve(page: &Path, path: &str) -> PathBuf {
    let mut target = page.parent().unwrap_or(Path::new("")).to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => {
                target.pop();
            }
            Component::Normal(name) => target.push(name),
            _ => {}
        }
    }
    if path.ends_with('/') { target.join("index.html") } else { target }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_leads_nowhere() {
        let dir = tempfile::tempdir().unwrap();
        let put =
            |name: &str, html: &str| files::put(&dir.path().join(name), html.as_bytes()).unwrap();
        put(
            "a.html",
            r##"<h1 id="top"><a href="b/c.html#there"><a href="https://x.y"><a href="#top">"##,
        );
        put("b/c.html", r#"<p id="there"><a href="../a.html#gone"><img src="../no.svg">"#);
        let problems = broken(dir.path()).unwrap();
        assert_eq!(
            problems,
            ["b/c.html: ../a.html#gone names no heading", "b/c.html: ../no.svg leads nowhere"]
        );
    }
}
