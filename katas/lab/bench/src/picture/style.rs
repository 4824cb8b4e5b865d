//! Colours, by CSS: for light, and for dark where the reader prefers it.
//!
//! Series have the colours of Okabe and Ito ("Color Universal Design", 2008), which are told apart
//! with any kind of colour vision, darkened or lightened where the paper asks for it; the yellow is
//! left out. A mark and a dash of its own tell a series where there is no colour at all.

/// How many series can be told apart.
pub const SERIES: usize = 6;

/// In light and in dark.
const COLOURS: [(&str, &str); SERIES] = [
    ("#0072b2", "#56b4e9"),
    ("#c24e00", "#ff9a4d"),
    ("#00795a", "#2cc99a"),
    ("#a64d82", "#e6a0c8"),
    ("#7a5c00", "#e0c040"),
    ("#4d4d4d", "#c8c8c8"),
];

const DASHES: [&str; SERIES] = ["none", "7 3", "2 3", "9 3 2 3", "4 2", "12 4"];

const LIGHT: &str = "\
.trece .paper,.trece .cut{fill:#fff}
.trece text{fill:#1f2328}
.trece .faint{fill:#59636e}
.trece .grid{stroke:#e3e6ea}
.trece .axis{stroke:#818b98}
.trece .band0{fill:#eef1f4}
.trece .band1{fill:#fde8d8}
.trece .band2{fill:#fbd5d5}
";

const DARK: &str = "\
.trece .paper,.trece .cut{fill:#16181d}
.trece text{fill:#e6e8eb}
.trece .faint{fill:#a2aab4}
.trece .grid{stroke:#2d3138}
.trece .axis{stroke:#7d8590}
.trece .band0{fill:#22262d}
.trece .band1{fill:#463018}
.trece .band2{fill:#4f2424}
";

const SHAPES: &str = "\
.trece text{font:12px system-ui,sans-serif}
.trece .title{font-size:15px;font-weight:600}
.trece .end{text-anchor:end}
.trece .middle{text-anchor:middle}
.trece .grid,.trece .axis{stroke-width:1;fill:none}
.trece .line{stroke-width:2;fill:none;stroke-linejoin:round}
.trece .mark{stroke-width:1.5}
";

/// The style sheet of a picture. Its rules stand under the class `trece`, so that a page that takes
/// the picture in as it is keeps its own.
pub fn sheet() -> String {
    let rules = |rule: &dyn Fn(usize) -> String| (0..SERIES).map(rule).collect::<Vec<_>>().concat();
    let colour = |n: usize, colour: &str| {
        let rule = |of: &str, what: &str| format!(".trece .{of}.s{n}{{{what}:{colour}}}\n");
        [rule("line", "stroke"), rule("mark", "stroke"), rule("mark", "fill"), rule("fill", "fill")]
            .concat()
    };
    let dashes = rules(&|n| format!(".trece .line.s{n}{{stroke-dasharray:{}}}\n", DASHES[n]));
    let light = rules(&|n| colour(n, COLOURS[n].0));
    let dark = rules(&|n| colour(n, COLOURS[n].1));
    let dark = format!("@media (prefers-color-scheme:dark){{\n{DARK}{dark}}}\n");
    format!("\n{SHAPES}{dashes}{LIGHT}{light}{dark}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ratio of WCAG 2.2 (relative luminance).
    fn contrast(a: &str, b: &str) -> f64 {
        let channel = |hex: &str| {
            let value = f64::from(u8::from_str_radix(hex, 16).expect("two digits")) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let luminance = |colour: &str| {
            let [r, g, b] = [1, 3, 5].map(|at| channel(&colour[at..at + 2]));
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// What WCAG asks of graphics is 3, of text 4.5.
    #[test]
    fn everything_stands_out_from_its_paper() {
        let colour = |sheet: &str, rule: &str| {
            let at = sheet.find(rule).expect("a rule") + rule.len();
            let hex: String = sheet[at..].chars().take_while(|c| *c != '}').collect();
            if hex.len() == 4 {
                hex.chars()
                    .flat_map(|c| std::iter::repeat_n(c, if c == '#' { 1 } else { 2 }))
                    .collect()
            } else {
                hex
            }
        };
        for (sheet, dark) in [(LIGHT, false), (DARK, true)] {
            let papers: Vec<String> =
                [".cut{fill:", ".band0{fill:", ".band1{fill:", ".band2{fill:"]
                    .map(|rule| colour(sheet, rule))
                    .to_vec();
            for paper in &papers {
                for ink in [colour(sheet, "text{fill:"), colour(sheet, ".faint{fill:")] {
                    let ratio = contrast(&ink, paper);
                    assert!(ratio >= 4.5, "{ink} on {paper}: {ratio:.2}");
                }
                for pair in COLOURS {
                    let ink = if dark { pair.1 } else { pair.0 };
                    let ratio = contrast(ink, paper);
                    assert!(ratio >= 3.0, "{ink} on {paper}: {ratio:.2}");
                }
            }
        }
    }
}
