//! What a statement is, by its text.
//!
//! Textual and therefore conservative: what is not recognised counts as a write that locks, and a
//! function that is not known to be harmless may do anything.

use super::text::Text;

/// How a statement concerns other sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only its own session: BEGIN, SET, SHOW, SAVEPOINT. Not a choice point.
    Local,
    /// A plain SELECT.
    Read,
    /// Takes locks: INSERT, UPDATE, DELETE, SELECT … FOR UPDATE, and whatever is not known.
    Lock,
    /// Ends a transaction.
    End,
}

/// A statement as far as its text tells.
#[derive(Debug, Clone)]
pub struct Statement {
    pub kind: Kind,
    /// Lower case, without comments, blanks collapsed; without the parameters' values.
    lower: String,
    /// The same with empty literals.
    bare: String,
}

/// Words before a parenthesis that do nothing which others notice.
const HARMLESS: [&str; 28] = [
    "", "sum", "count", "min", "max", "avg", "coalesce", "abs", "greatest", "least", "in",
    "exists", "and", "or", "not", "where", "any", "from", "as", "values", "over", "now", "lower",
    "upper", "length", "round", "cast", "filter",
];

impl Statement {
    pub fn new(sql: &str) -> Self {
        let text = Text::new(sql);
        let plain = |text: &str| {
            collapse(text).to_ascii_lowercase().trim_end_matches([';', ' ']).to_owned()
        };
        let (lower, bare) = (plain(&text.whole), plain(&text.bare));
        Self { kind: kind(&bare), lower, bare }
    }

    pub fn word(&self) -> &str {
        self.lower.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("")
    }

    pub fn is_empty(&self) -> bool {
        self.lower.is_empty()
    }

    /// The client's own questions about types: no doing of the lane.
    pub fn is_of_the_driver(&self) -> bool {
        self.bare.contains("pg_catalog.pg_type")
            || self.bare.contains("pg_catalog.pg_enum")
            || self.bare.contains("pg_catalog.pg_attribute")
    }

    /// One whose only effect is to begin a transaction, so that it can wait for the first
    /// statement inside.
    pub fn only_begins(&self) -> bool {
        let rest = match self.word() {
            "begin" => self.lower["begin".len()..].trim_start(),
            "start" => self.lower["start".len()..].trim_start(),
            _ => return false,
        };
        rest.split([' ', ',']).all(|word| {
            matches!(
                word,
                "" | "transaction"
                    | "work"
                    | "isolation"
                    | "level"
                    | "read"
                    | "only"
                    | "write"
                    | "committed"
                    | "uncommitted"
                    | "repeatable"
                    | "serializable"
                    | "not"
                    | "deferrable"
            )
        })
    }

    /// `COMMIT` and its other name.
    pub fn commits(&self) -> bool {
        matches!(self.lower.as_str(), "commit" | "end" | "commit work" | "commit transaction")
    }

    /// A COMMIT or ROLLBACK and nothing besides.
    pub fn only_ends(&self) -> bool {
        self.commits() || matches!(self.lower.as_str(), "rollback" | "abort" | "rollback work")
    }

    /// Whether its text says this, be it in a literal.
    pub fn mentions(&self, text: &str) -> bool {
        self.lower.contains(text)
    }

    /// It changes rows or takes row locks, and nothing else.
    pub fn is_plain(&self) -> bool {
        matches!(self.word(), "select" | "insert" | "update" | "delete")
            && !self.bare.contains(';')
            && calls_are_harmless(&self.bare)
    }

    /// Which of `tables` its text names.
    pub fn tables<'a>(&self, tables: &'a [String]) -> Vec<&'a str> {
        let words: Vec<&str> =
            self.bare.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        tables.iter().map(String::as_str).filter(|t| words.contains(t)).collect()
    }
}

fn kind(lower: &str) -> Kind {
    if lower.contains(';') {
        return Kind::Lock;
    }
    let word = lower.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
    let locks = [" for update", " for share", " for no key", " for key", " into "];
    match word {
        // It does what was deferred: looks for rows, and waits for whoever has locked them.
        "set" if lower.starts_with("set constraints") => Kind::Lock,
        "" | "begin" | "start" | "set" | "reset" | "show" | "savepoint" | "release"
        | "deallocate" => Kind::Local,
        "commit" | "end" | "abort" => Kind::End,
        "rollback" if !lower.contains(" to ") => Kind::End,
        "select" | "values" | "table"
            if !locks.iter().any(|l| lower.contains(l)) && calls_are_harmless(lower) =>
        {
            Kind::Read
        }
        _ => Kind::Lock,
    }
}

/// Whether every word before a parenthesis is known to do nothing that others notice.
fn calls_are_harmless(lower: &str) -> bool {
    lower.match_indices('(').all(|(at, _)| {
        let before = lower[..at].trim_end();
        let start =
            before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |i| i + 1);
        let word = &before[start..];
        // `insert into t (a, b)`, `on conflict (key)`: names, not calls.
        let name = ["into", "conflict"]
            .iter()
            .any(|w| before[..start].trim_end().ends_with(w) || word == *w);
        HARMLESS.contains(&word) || name
    })
}

fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The longest statement in a timeline.
const MOST: usize = 120;

/// The statement for a timeline: one line, parameters filled in, without what every row of the
/// timeline would repeat (the name of the only table).
pub fn brief(sql: &str, parameters: &[String], only_table: Option<&str>) -> String {
    let mut text = collapse(&Text::new(sql).whole);
    for (i, value) in parameters.iter().enumerate().rev() {
        text = text.replace(&format!("${}", i + 1), value);
    }
    let mut text = text.trim_end_matches([';', ' ']).to_owned();
    if text.starts_with("START TRANSACTION") || text.starts_with("BEGIN") {
        text = text.replace("START TRANSACTION", "BEGIN").replace(" ISOLATION LEVEL", "");
    }
    for (long, brief) in [(" = ", "="), (" + ", "+"), (" - ", "-"), (" >= ", ">="), ("+-", "-")] {
        text = text.replace(long, brief);
    }
    if let Some(table) = only_table {
        text = text.replace(&format!(" FROM {table} "), " ");
        text = text.replace(&format!("UPDATE {table} "), "UPDATE ");
        if let Some(rest) = text.strip_suffix(&format!(" FROM {table}")) {
            text.truncate(rest.len());
        }
    }
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Statement, brief};

    #[test]
    fn kinds_by_text() {
        for (sql, kind) in [
            ("BEGIN", Kind::Local),
            ("START TRANSACTION ISOLATION LEVEL SERIALIZABLE", Kind::Local),
            ("SELECT balance FROM account WHERE id = $1", Kind::Read),
            ("select count(*) from doc where on_call", Kind::Read),
            ("SELECT balance FROM account WHERE id = 1 FOR UPDATE", Kind::Lock),
            ("SELECT pg_advisory_xact_lock(1)", Kind::Lock),
            ("SELECT nextval('s')", Kind::Lock),
            ("WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", Kind::Lock),
            ("UPDATE t SET a = 1", Kind::Lock),
            ("SET LOCAL lock_timeout = '1s'", Kind::Local),
            ("SET CONSTRAINTS ALL IMMEDIATE", Kind::Lock),
            ("COMMIT", Kind::End),
            ("ROLLBACK TO SAVEPOINT a", Kind::Lock),
            ("rollback", Kind::End),
            ("BEGIN; UPDATE t SET a = 1; COMMIT", Kind::Lock),
            ("SELECT 'a; b', '-- no' FROM t", Kind::Read),
            ("SELECT '--', pg_advisory_lock(1)", Kind::Lock),
            ("-- nothing", Kind::Local),
        ] {
            assert_eq!(Statement::new(sql).kind, kind, "{sql}");
        }
    }

    #[test]
    fn begins_that_can_wait() {
        for sql in
            ["BEGIN", "begin;", "START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"]
        {
            assert!(Statement::new(sql).only_begins(), "{sql}");
        }
        for sql in ["BEGIN; UPDATE t SET a = 1", "COMMIT", "SELECT 1"] {
            assert!(!Statement::new(sql).only_begins(), "{sql}");
        }
    }

    #[test]
    fn plain_changes_call_nothing() {
        assert!(
            Statement::new("INSERT INTO t (a, b) VALUES (1, 2) ON CONFLICT (a) DO NOTHING")
                .is_plain()
        );
        assert!(Statement::new("UPDATE t SET a = a + 1 WHERE id IN (1, 2)").is_plain());
        assert!(!Statement::new("UPDATE t SET a = nextval('s')").is_plain());
        assert!(!Statement::new("LOCK TABLE t").is_plain());
    }

    #[test]
    fn tables_are_whole_words() {
        let tables = ["account".to_owned(), "count".to_owned()];
        let statement = Statement::new("SELECT count FROM account_log, \"count\"");
        assert_eq!(statement.tables(&tables), ["count"]);
    }

    #[test]
    fn a_row_of_a_timeline_is_short() {
        let sql = "SELECT balance\n  FROM account\n WHERE id = $1 -- mine";
        assert_eq!(brief(sql, &["1".into()], Some("account")), "SELECT balance WHERE id=1");
        let sql = "UPDATE account SET balance = balance - $2 WHERE id = $1;";
        let parameters = ["1".into(), "30".into()];
        assert_eq!(
            brief(sql, &parameters, Some("account")),
            "UPDATE SET balance=balance-30 WHERE id=1"
        );
        assert_eq!(
            brief(sql, &parameters, None),
            "UPDATE account SET balance=balance-30 WHERE id=1"
        );
    }
}
