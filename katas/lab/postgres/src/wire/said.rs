//! What a statement did, for those who explain a failure afterwards.

use std::collections::BTreeMap;

use super::answer::Answer;
use super::sql::{Kind, Statement};

/// Kept with the event of every statement.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Said {
    pub kind: Kind,
    /// `select`, `update`.
    pub verb: String,
    /// The table that it names first, if its text tells.
    pub table: Option<String>,
    /// What stands behind WHERE, with its parameters: which rows.
    pub rows: Option<String>,
    /// Columns that it wants to be equal to something, each with that: `id` to `1`.
    keys: BTreeMap<String, String>,
    /// What stands behind SET, with its parameters.
    pub sets: Option<String>,
    pub locks_rows: bool,
    /// Its transaction sees one snapshot, so that it cannot change a row that another one has
    /// changed meanwhile: REPEATABLE READ and above.
    pub in_snapshot: bool,
    pub answer: Answer,
    pub commits: bool,
    pub begins: bool,
}

impl Said {
    pub fn new(statement: &Statement, sql: &str, parameters: &[String], answer: &Answer) -> Self {
        let mut text = sql.split_whitespace().collect::<Vec<_>>().join(" ");
        for (i, value) in parameters.iter().enumerate().rev() {
            text = text.replace(&format!("${}", i + 1), value);
        }
        let text = text.trim_end_matches([';', ' ']).to_ascii_lowercase();
        let locks_rows = [" for update", " for share", " for no key", " for key"]
            .iter()
            .any(|l| text.contains(l));
        let rows = between(
            &text,
            " where ",
            &[" for ", " returning ", " order by ", " limit ", " group by ", " on conflict "],
        );
        Self {
            kind: statement.kind,
            verb: statement.word().to_owned(),
            table: table(&text, statement.word()),
            keys: rows.as_deref().map(equalities).unwrap_or_default(),
            rows: rows.map(|r| r.replace(' ', "")),
            sets: between(&text, " set ", &[" where ", " from ", " returning "]),
            locks_rows,
            in_snapshot: false,
            answer: answer.clone(),
            commits: statement.commits(),
            begins: statement.only_begins(),
        }
    }

    pub fn reads(&self) -> bool {
        self.verb == "select" && self.answer.error.is_none()
    }

    pub fn writes(&self) -> bool {
        matches!(self.verb.as_str(), "insert" | "update" | "delete")
            && self.answer.error.is_none()
            && self.answer.changed() != Some(0)
    }

    /// Its new value is computed by the server from the value that it finds: `stock = stock - 1`.
    pub fn computes_from_what_is_there(&self) -> bool {
        self.sets.as_deref().is_some_and(|sets| {
            sets.split(',').any(|set| {
                set.split_once('=').is_some_and(|(column, value)| {
                    let column = column.trim();
                    value
                        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                        .any(|w| w == column)
                })
            })
        })
    }

    /// Whether both may concern a row in common, as far as their texts tell: not where they want
    /// one column to have different values.
    pub fn meets(&self, other: &Self) -> bool {
        let differ = |(column, value)| other.keys.get(column).is_some_and(|theirs| theirs != value);
        self.table.is_some() && self.table == other.table && !self.keys.iter().any(differ)
    }
}

/// `id = 1 and kind = 'a'`: what each column must be equal to. Nothing where there is an OR.
fn equalities(rows: &str) -> BTreeMap<String, String> {
    if rows.contains(" or ") {
        return BTreeMap::new();
    }
    let both = |part: &str| {
        let (column, value) = part.split_once('=')?;
        let (column, value) = (column.trim().rsplit('.').next()?.to_owned(), value.trim());
        let is_name = column.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let is_value = value.starts_with('\'') && value.ends_with('\'')
            || value.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        (is_name && is_value && !value.is_empty()).then(|| (column, value.to_owned()))
    };
    rows.split(" and ").filter_map(both).collect()
}

fn table(text: &str, verb: &str) -> Option<String> {
    let after = match verb {
        "select" | "delete" => text.split_once(" from ")?.1,
        "insert" => text.split_once(" into ")?.1,
        "update" => text.split_once("update ")?.1,
        _ => return None,
    };
    let after = after.trim_start_matches("only ").trim_start();
    let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.');
    let name = &after[..end.unwrap_or(after.len())];
    (!name.is_empty()).then(|| name.rsplit('.').next().unwrap_or(name).to_owned())
}

fn between(text: &str, from: &str, to: &[&str]) -> Option<String> {
    let rest = text.split_once(from)?.1;
    let end = to.iter().filter_map(|t| rest.find(t)).min().unwrap_or(rest.len());
    Some(rest[..end].trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::Said;
    use crate::wire::answer::Answer;
    use crate::wire::sql::Statement;

    fn said(sql: &str) -> Said {
        Said::new(&Statement::new(sql), sql, &["7".into()], &Answer::default())
    }

    #[test]
    fn which_rows_of_which_table() {
        let read = said("SELECT balance FROM account WHERE id = $1 FOR UPDATE");
        assert_eq!((read.table.as_deref(), read.rows.as_deref()), (Some("account"), Some("id=7")));
        assert!(read.locks_rows && read.reads());
        let write = said("UPDATE account SET balance = balance - 1 WHERE id = 7");
        assert!(write.writes() && write.meets(&read));
        assert!(write.computes_from_what_is_there());
        assert!(!said("UPDATE account SET balance = 5 WHERE id = 7").computes_from_what_is_there());
        assert!(!said("UPDATE account SET balance = 5 WHERE id = 8").meets(&read));
        assert!(said("SELECT count(*) FROM account").meets(&read));
        assert!(said("SELECT sum(balance) FROM account WHERE owner = 3").meets(&read));
        let mine = said("UPDATE account SET a = 1 WHERE owner = $1 AND kind = 'x'");
        assert!(!mine.meets(&said("UPDATE account SET a = 1 WHERE kind='y' AND owner=7")));
        assert!(mine.meets(&said("UPDATE account SET a = 1 WHERE kind='y' OR owner=7")));
        assert!(mine.meets(&said("UPDATE account SET a = 1 WHERE owner >= 9")));
        assert!(!said("INSERT INTO log (a) VALUES (1)").meets(&read));
    }
}
