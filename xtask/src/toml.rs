//! TOML as the runner writes it. It is read by `toml_span`, which does not need serde: every learner
//! builds the runner before the first verdict.

use toml_writer::{ToTomlValue, TomlStringBuilder};

/// A text as a TOML string.
pub fn quoted(text: &str) -> String {
    TomlStringBuilder::new(text).as_default().to_toml_value()
}

/// A workspace's manifest with these members instead of its own, all else as it was to the letter.
/// None where it has no list of members, or where a comment inside the list would be lost.
pub fn with_members(manifest: &str, members: &[String]) -> Option<String> {
    let parsed = toml_span::parse(manifest).ok()?;
    let list = parsed.pointer("/workspace/members")?;
    let span = list.span.start..list.span.end;
    if list.as_array().is_none() || manifest[span.clone()].contains('#') {
        return None;
    }
    let quoted: Vec<String> = members.iter().map(|m| quoted(m)).collect();
    let mut edited = manifest.to_owned();
    edited.replace_range(span, &format!("[\n    {},\n]", quoted.join(",\n    ")));
    Some(edited)
}

/// The members that a workspace's manifest lists.
pub fn members(manifest: &str) -> Option<Vec<String>> {
    let parsed = toml_span::parse(manifest).ok()?;
    let list = parsed.pointer("/workspace/members")?.as_array()?;
    list.iter().map(|m| m.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::{members, quoted, with_members};

    #[test]
    fn only_the_members_change() {
        let manifest = "# é\n[workspace] # w\nresolver = \"3\"\nmembers = [\n    \"a\",\n    \"b\",\n] # m\n\n[x]\ny = 1\n";
        let edited = with_members(manifest, &["c".to_owned()]).unwrap();
        assert_eq!(edited, manifest.replace("    \"a\",\n    \"b\",\n", "    \"c\",\n"));
        assert_eq!(members(&edited).unwrap(), ["c"]);
        assert!(with_members("[package]\nname = \"a\"\n", &[]).is_none());
        assert!(with_members("[workspace]\nmembers = 3\n", &[]).is_none());
        assert!(with_members("[workspace]\nmembers = [\n  \"a\", # why\n]\n", &[]).is_none());
    }

    #[test]
    fn what_is_quoted_is_read_again() {
        for text in ["", "a \"b\" 'c'", "\\ \t\n\u{7f} ñ ✗"] {
            let document = format!("text = {}", quoted(text));
            let read = toml_span::parse(&document).unwrap();
            assert_eq!(read.pointer("/text").unwrap().as_str(), Some(text));
        }
    }
}
