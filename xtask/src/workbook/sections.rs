use super::{Kata, Outcome, Trouble};
use crate::words::{Lang, lang};

/// The three levels of hints of a step, in the chosen language where they exist in it.
///
/// `hints.md` has a `##` heading a step and under it `###` headings: symptom, mechanism, sketch.
pub fn hints(kata: &Kata, module: &str) -> Outcome<Vec<String>> {
    let name = match lang() {
        Lang::Es if kata.dir.join("hints.es.md").is_file() => "hints.es.md",
        _ => "hints.md",
    };
    hints_in(kata, name, module)
}

/// The levels of a step in one file of hints.
pub fn hints_in(kata: &Kata, name: &str, module: &str) -> Outcome<Vec<String>> {
    let path = kata.dir.join(name);
    let text = std::fs::read_to_string(&path).map_err(|e| Trouble::file(&path, &e))?;
    Ok(sections(&text, module))
}

fn sections(text: &str, module: &str) -> Vec<String> {
    let mut levels: Vec<String> = Vec::new();
    let mut inside = false;
    let mut fenced = false;
    for line in text.lines() {
        fenced ^= line.trim_start().starts_with("```");
        if let Some(heading) = line.strip_prefix("## ").filter(|_| !fenced) {
            inside = heading.trim() == module;
        } else if inside && !fenced && line.starts_with("### ") {
            levels.push(String::new());
        } else if let Some(level) = levels.last_mut().filter(|_| inside) {
            level.push_str(line);
            level.push('\n');
        }
    }
    levels.iter().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::sections;

    #[test]
    fn finds_the_levels_of_one_step() {
        let text = "# Hints\n## s1\n### Symptom\none\n### Mechanism\n```\n## not a heading\n```\n## s2\n### Symptom\nother\n";
        assert_eq!(sections(text, "s1"), ["one", "```\n## not a heading\n```"]);
        assert_eq!(sections(text, "s2"), ["other"]);
        assert!(sections(text, "s3").is_empty());
    }
}
