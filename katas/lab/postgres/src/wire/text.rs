//! Taking a statement's text apart, as far as its kind needs it: comments and literals.

/// A statement without its comments; and the same with empty literals, so that no word and no
/// semicolon inside of a string is taken for SQL.
#[derive(Debug, Default)]
pub struct Text {
    pub whole: String,
    pub bare: String,
}

impl Text {
    pub fn new(sql: &str) -> Self {
        let mut text = Self::default();
        let mut rest = sql;
        while let Some(c) = rest.chars().next() {
            rest = if rest.starts_with("--") {
                text.push(" ");
                &rest[rest.find('\n').unwrap_or(rest.len())..]
            } else if rest.starts_with("/*") {
                text.push(" ");
                &rest[comment(rest)..]
            } else if let Some(end) = literal(rest, &text.bare) {
                text.whole.push_str(&rest[..end]);
                text.bare.push_str("''");
                &rest[end..]
            } else {
                text.push(&rest[..c.len_utf8()]);
                &rest[c.len_utf8()..]
            };
        }
        text
    }

    fn push(&mut self, part: &str) {
        self.whole.push_str(part);
        self.bare.push_str(part);
    }
}

/// Where the comment ends with which `text` begins: they nest.
fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_u32, 0);
    while at < text.len() {
        let (step, change) = match text.as_bytes()[at..] {
            [b'/', b'*', ..] => (2, 1),
            [b'*', b'/', ..] => (2, -1),
            _ => (1, 0),
        };
        at += step;
        depth = depth.saturating_add_signed(change);
        if depth == 0 {
            break;
        }
    }
    at
}

/// Where the literal ends with which `text` begins, if it does. `before`: what precedes it.
fn literal(text: &str, before: &str) -> Option<usize> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    if let Some(body) = text.strip_prefix('\'') {
        let escapes = before.ends_with(['e', 'E'])
            && !before[..before.len() - 1].ends_with(|c: char| is_name(c));
        let (mut skips, mut end) = (false, text.len());
        for (at, c) in body.char_indices() {
            match c {
                _ if skips => skips = false,
                '\\' if escapes => skips = true,
                // A quote that is doubled ends one literal here and begins the next.
                '\'' => {
                    end = at + 2;
                    break;
                }
                _ => {}
            }
        }
        return Some(end);
    }
    let tag = text.strip_prefix('$')?;
    let tag = &tag[..tag.find('$')?];
    let named = tag.chars().all(is_name) && !tag.starts_with(|c: char| c.is_ascii_digit());
    if !named || before.ends_with(is_name) {
        return None;
    }
    let fence = &text[..tag.len() + 2];
    let body = &text[fence.len()..];
    Some(body.find(fence).map_or(text.len(), |end| 2 * fence.len() + end))
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn comments_go_and_literals_are_emptied() {
        for (sql, whole, bare) in [
            ("SELECT 1 -- one\n, 2", "SELECT 1  \n, 2", "SELECT 1  \n, 2"),
            ("a /* b /* c */ d */ e", "a   e", "a   e"),
            ("SELECT '--', f(1)", "SELECT '--', f(1)", "SELECT '', f(1)"),
            ("SELECT 'it''s; /*'", "SELECT 'it''s; /*'", "SELECT ''''"),
            (r"SELECT E'\'; x' , y", r"SELECT E'\'; x' , y", "SELECT E'' , y"),
            (r"SELECT '\' , y", r"SELECT '\' , y", "SELECT '' , y"),
            ("DO $x$ a; $$ b $x$; c", "DO $x$ a; $$ b $x$; c", "DO ''; c"),
            ("WHERE id = $1 AND n = $2", "WHERE id = $1 AND n = $2", "WHERE id = $1 AND n = $2"),
            ("SELECT 'never closed", "SELECT 'never closed", "SELECT ''"),
            ("/* never closed", " ", " "),
            ("é -- ñ", "é  ", "é  "),
        ] {
            let text = Text::new(sql);
            assert_eq!((text.whole.as_str(), text.bare.as_str()), (whole, bare), "{sql}");
        }
    }
}
