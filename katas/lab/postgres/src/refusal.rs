//! What the server says of SQL that it refuses, and where in it.

use std::fmt::Write as _;

use tokio_postgres::Error;
use tokio_postgres::error::ErrorPosition;

/// So much of a line of SQL is shown.
const WIDTH: usize = 60;

/// The server's account of why it refused `sql`, with the line that it points at; `None` when it
/// was not the SQL that it refused.
pub fn refusal(sql: &str, error: &Error) -> Option<String> {
    let said = error.as_db_error()?;
    let mut text = format!("{} {}: {}", said.severity(), said.code().code(), said.message());
    if let Some(ErrorPosition::Original(position)) = said.position() {
        text.push_str(&pointed(sql, *position as usize));
    }
    for (name, more) in [("Detail", said.detail()), ("Hint", said.hint())] {
        if let Some(more) = more {
            let _ = write!(text, "\n{name}: {more}");
        }
    }
    Some(text)
}

/// The line of the character at `position` (from 1), and a mark under it.
fn pointed(sql: &str, position: usize) -> String {
    let before: Vec<char> = sql.chars().take(position.saturating_sub(1)).collect();
    let number = 1 + before.iter().filter(|c| **c == '\n').count();
    let column = before.iter().rev().take_while(|c| **c != '\n').count();
    let line: Vec<char> = sql.lines().nth(number - 1).unwrap_or_default().chars().collect();
    // What stands before it is left out first: the place is what matters.
    let indent = line.iter().take_while(|c| c.is_whitespace()).count().min(column);
    let from = indent.max((column + 1).saturating_sub(WIDTH));
    let shown: String = line.iter().skip(from).take(WIDTH).collect();
    let head = format!("Line {number}: ");
    let mark = " ".repeat(head.len() + column - from);
    format!("\n{head}{}\n{mark}^", shown.trim_end())
}

#[cfg(test)]
mod tests {
    use super::{WIDTH, pointed};

    #[test]
    fn the_mark_stands_under_the_place() {
        let sql = "CREATE TABLE a (\n    id integer,\n    b bigint NOTNULL\n)";
        let at = sql.find("NOTNULL").expect("it is there") + 1;
        assert_eq!(pointed(sql, at), "\nLine 3: b bigint NOTNULL\n                 ^");
        assert_eq!(pointed("SELEC", 1), "\nLine 1: SELEC\n        ^");
        // At the end of the input.
        assert_eq!(pointed("SELECT (", 9), "\nLine 1: SELECT (\n                ^");
    }

    #[test]
    fn a_long_line_is_cut_and_keeps_the_place() {
        let sql = format!("{}ñ{}", "x".repeat(200), "y".repeat(200));
        let said = pointed(&sql, 201);
        let lines: Vec<&str> = said.lines().skip(1).collect();
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH + 8));
        let at = lines[1].find('^').expect("a mark");
        assert_eq!(lines[0].chars().nth(at), Some('ñ'));
    }
}
