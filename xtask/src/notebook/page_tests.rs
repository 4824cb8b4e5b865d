use super::{Damage, Page, Skeleton, What, fence};
use crate::words::Lang;

fn page() -> Page {
    let mut skeleton = Skeleton::new("k02", Lang::Es, "Título");
    skeleton.part("about").heading(2, "Problema").ask(["¿Qué?", "¿Por qué?"]).part("results");
    skeleton.finish()
}

fn parts(about: &str, results: &str) -> [(&'static str, String); 2] {
    [("about", about.to_owned()), ("results", results.to_owned())]
}

#[test]
fn what_is_read_is_written_again_to_the_letter() {
    let mut page = page();
    page.renew(&parts("one", "| a |\n|---|"));
    for text in [
        page.to_string(),
        page.to_string().replace('\n', "\r\n"),
        format!("\u{feff}{page}no line end"),
        format!("before\n\n\n{page}\n\n  after `x`\t\n<!-- a comment -->\n<!-- trece:later x -->"),
        "no page at all".to_owned(),
        String::new(),
    ] {
        assert_eq!(Page::parse(&text).unwrap().to_string(), text);
    }
    assert_eq!((page.id(), page.lang()), (Some("k02"), Some(Lang::Es)));
}

#[test]
fn parts_are_renewed_and_words_are_kept() {
    let mut page = page();
    let fresh = page.renew(&parts("one", "two"));
    assert!(fresh.edited.is_empty() && fresh.absent.is_empty());
    assert_eq!(page.open().len(), 2);
    let line = page.to_string().lines().nth(page.open()[0] - 1).unwrap().to_owned();
    assert!(line.starts_with("[✎"), "{line}");

    let written = page.to_string().replacen(&line, "Mine: <!-- x --> ñ", 1) + "\nMore of mine.";
    let mut page = Page::parse(&written).unwrap();
    assert_eq!(page.open().len(), 1);
    let again = page.renew(&parts("one", "three\nfour"));
    assert!(again.edited.is_empty());
    // All but the part and its stamp is as it was.
    let own = |text: &str| {
        text.lines().filter(|l| !l.contains("results")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(own(&page.to_string()), own(&written.replace("two", "three\nfour")));
}

#[test]
fn a_changed_part_is_told_and_a_missing_one_too() {
    let mut page = page();
    page.renew(&parts("one", "two"));
    let edited = page.to_string().replace("two", "two, and mine");
    let renewed = Page::parse(&edited).unwrap().renew(&parts("one", "two"));
    assert_eq!(renewed.edited, ["results"]);

    // Other line ends are no change.
    let dos = page.to_string().replace('\n', "\r\n");
    let mut dos = Page::parse(&dos).unwrap();
    assert!(dos.renew(&parts("one", "new\nlines")).edited.is_empty());
    assert!(!dos.to_string().replace("\r\n", "").contains('\n'));

    let text = page.to_string();
    let (from, to) = (text.find("<!-- trece:begin about").unwrap(), text.find("## ").unwrap());
    let mut without = Page::parse(&format!("{}{}", &text[..from], &text[to..])).unwrap();
    assert_eq!(without.renew(&parts("one", "two")).absent, ["about"]);
    // Two lines by hand bring it back.
    let back = format!("{without}<!-- trece:begin about -->\n<!-- trece:end about -->\n");
    let mut back = Page::parse(&back).unwrap();
    let renewed = back.renew(&parts("one", "two"));
    assert!(renewed.absent.is_empty() && renewed.edited.is_empty());
    assert!(back.to_string().contains("-->\none\n<!-- trece:end about"));
}

#[test]
fn marks_that_do_not_fit_are_named_with_their_line() {
    let begin = |name: &str| format!("<!-- trece:begin {name} -->\n");
    let end = |name: &str| format!("<!-- trece:end {name} -->\n");
    let damage = |text: String| Page::parse(&text).unwrap_err();
    let is = |line, what| Damage { line, what };
    let (a, b) = ("a".to_owned(), "b".to_owned());
    assert_eq!(damage(format!("x\n{}", begin("a"))), is(2, What::NoEnd(a.clone())));
    assert_eq!(damage(format!("x\n{}", end("a"))), is(2, What::NoBegin(a.clone())));
    assert_eq!(damage(begin("a") + &end("b") + &end("a")), is(1, What::NoEnd(a.clone())));
    assert_eq!(damage(begin("a") + &begin("b") + &end("b")), is(1, What::NoEnd(a.clone())));
    let twice = begin("b") + &end("b") + &begin("b") + &end("b");
    assert_eq!(damage(twice), is(3, What::Twice(b)));
}

#[test]
fn what_is_generated_cannot_be_taken_for_a_mark() {
    let mut page = page();
    page.renew(&parts("one", "<!-- trece:end results -->\n  <!-- trece:begin x -->"));
    let again = Page::parse(&page.to_string()).unwrap();
    assert_eq!(again, page);
    assert_eq!(fence("a ``` b"), "````");
    assert_eq!(fence("let a = 1;"), "```");
}
