//! Writing SVG: elements, escaped text, numbers of one form.

use std::fmt::{Display, Write};

/// Elements one after the other, each on a line of its own.
#[derive(Debug, Default)]
pub struct Svg {
    text: String,
    depth: usize,
}

impl Svg {
    /// `<name attributes>`, and what `inside` adds, and `</name>`. Attributes are raw.
    pub fn group(&mut self, name: &str, attributes: &str, inside: impl FnOnce(&mut Self)) {
        self.line(&format!("<{name}{}>", spaced(attributes)));
        self.depth += 1;
        inside(self);
        self.depth -= 1;
        self.line(&format!("</{name}>"));
    }

    /// `<name attributes/>`.
    pub fn element(&mut self, name: &str, attributes: &str) {
        self.line(&format!("<{name}{}/>", spaced(attributes)));
    }

    /// `<name attributes>text</name>`, escaped.
    pub fn text(&mut self, name: &str, attributes: &str, text: &str) {
        self.line(&format!("<{name}{}>{}</{name}>", spaced(attributes), escaped(text)));
    }

    /// Words at a place; `class` also says which end is there.
    pub fn words(&mut self, class: &str, at: (f64, f64), text: &str) {
        let attributes = format!(r#"class="{class}" x="{}" y="{}""#, number(at.0), number(at.1));
        self.text("text", &attributes, text);
    }

    /// A straight line.
    pub fn stroke(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(number);
        let attributes = format!(r#"class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}""#);
        self.element("line", &attributes);
    }

    /// A rectangle by a corner and its size.
    pub fn rectangle(&mut self, class: &str, at: (f64, f64), size: (f64, f64)) {
        let [x, y, width, height] = [at.0, at.1, size.0, size.1].map(number);
        let attributes =
            format!(r#"class="{class}" x="{x}" y="{y}" width="{width}" height="{height}""#);
        self.element("rect", &attributes);
    }

    /// A line through all of these.
    pub fn path(&mut self, class: &str, points: &[(f64, f64)]) {
        let mut d = String::new();
        for (n, (x, y)) in points.iter().enumerate() {
            let command = if n == 0 { 'M' } else { 'L' };
            write!(d, "{command}{} {}", number(*x), number(*y)).expect("a string takes everything");
        }
        self.element("path", &format!(r#"class="{class}" d="{d}""#));
    }

    /// The document so far.
    pub fn finish(self) -> String {
        self.text
    }

    fn line(&mut self, line: &str) {
        let indent = self.depth * 2;
        writeln!(self.text, "{:indent$}{line}", "").expect("a string takes everything");
    }
}

fn spaced(attributes: &str) -> String {
    if attributes.is_empty() { String::new() } else { format!(" {attributes}") }
}

/// `12.5`, `12`: at most two digits, none of them a last zero, and no negative zero. An f64 that
/// differs in its last bit, as logarithms do between machines, is the same text.
pub fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// What may stand between tags and in an attribute.
pub fn escaped(text: impl Display) -> String {
    let mut escaped = String::new();
    for c in text.to_string().chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // XML 1.0 has no place for these.
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        let shown = [12.5, 12.0, 0.0, -0.001, 100.0, 1.0 / 3.0, -7.25].map(number);
        assert_eq!(shown, ["12.5", "12", "0", "0", "100", "0.33", "-7.25"]);
    }

    #[test]
    fn text_cannot_end_its_element() {
        assert_eq!(escaped("a < b & \"c\"\u{1b}>"), "a &lt; b &amp; &quot;c&quot;&gt;");
    }

    #[test]
    fn elements_are_nested_and_indented() {
        let mut svg = Svg::default();
        svg.group("g", r#"class="a""#, |svg| {
            svg.path("b", &[(0.0, 1.0), (2.5, 3.0)]);
            svg.text("text", "", "<");
        });
        let expected =
            "<g class=\"a\">\n  <path class=\"b\" d=\"M0 1L2.5 3\"/>\n  <text>&lt;</text>\n</g>\n";
        assert_eq!(svg.finish(), expected);
    }
}
