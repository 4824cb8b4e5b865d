//! What the server answered, for a timeline.

use bytes::{Buf as _, BytesMut};

use super::message::{bytes, each, field, put, short, show, text};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// `UPDATE 1`, `COMMIT`.
    pub tag: String,
    pub columns: Vec<String>,
    /// The first rows.
    pub rows: Vec<Vec<String>>,
    pub row_count: usize,
    /// SQLSTATE and message.
    pub error: Option<(String, String)>,
    /// The error ends the session.
    pub fatal: bool,
}

/// More rows than this are counted and not shown.
const SHOWN: usize = 4;

impl Answer {
    /// Reads everything that came back for one group. `columns`: those of the statement that was
    /// bound; a reply may describe its own. `binary`: how the values are written.
    pub fn read(reply: &[u8], columns: &[(String, u32)], binary: bool) -> Self {
        let mut answer = Self::default();
        let mut columns = columns.to_vec();
        for (kind, mut body) in each(reply) {
            match kind {
                b'T' => columns = row_description(body),
                b'D' => {
                    answer.row_count += 1;
                    if answer.rows.len() < SHOWN {
                        let row = (0..short(&mut body)).map(|i| {
                            let oid = columns.get(i).map_or(0, |(_, oid)| *oid);
                            show(oid, binary, bytes(&mut body))
                        });
                        answer.rows.push(row.collect());
                    }
                }
                b'C' => answer.tag = text(&mut body),
                b'E' => {
                    let field = |kind| field(body, kind).unwrap_or_default();
                    answer.error = Some((field(b'C'), field(b'M')));
                    answer.fatal = field(b'V') == "FATAL";
                }
                _ => {}
            }
        }
        answer.columns = columns.into_iter().map(|(name, _)| name).collect();
        answer
    }

    pub fn failed(&self, state: &str) -> bool {
        self.error.as_ref().is_some_and(|(code, _)| code == state)
    }

    /// Rows changed, where the tag says so.
    pub fn changed(&self) -> Option<u64> {
        let verb = self.tag.split(' ').next()?;
        if !matches!(verb, "INSERT" | "UPDATE" | "DELETE") {
            return None;
        }
        self.tag.rsplit(' ').next()?.parse().ok()
    }

    /// In a few words: `100`, `2 rows`, `duplicate key (23505)`. Empty where nothing needs saying.
    pub fn brief(&self) -> String {
        if let Some((code, message)) = &self.error {
            let fatal = if self.fatal { "FATAL " } else { "" };
            return format!("{} ({fatal}{code})", in_words(code).unwrap_or(message));
        }
        if matches!(self.changed(), Some(1)) && self.row_count == 0 {
            return String::new();
        }
        if let (Some(n), 0) = (self.changed(), self.row_count) {
            return format!("{n} rows");
        }
        match (self.row_count, self.rows.first()) {
            (0, _) if self.tag.starts_with("SELECT") => "no row".into(),
            (1.., Some(first)) if first.len() == 1 && self.row_count <= SHOWN => {
                self.rows.iter().map(|r| r[0].as_str()).collect::<Vec<_>>().join(", ")
            }
            (1, Some(row)) => {
                let pairs = self.columns.iter().zip(row).map(|(c, v)| format!("{c}={v}"));
                pairs.collect::<Vec<_>>().join(" ")
            }
            (2..=4, _) => self
                .rows
                .iter()
                .map(|r| format!("({})", r.join(", ")))
                .collect::<Vec<_>>()
                .join(" "),
            (5.., _) => format!("{} rows", self.row_count),
            _ if self.tag == "COMMIT" => "done".into(),
            _ => String::new(),
        }
    }
}

/// Name and type of each column, from the body of a `RowDescription`.
pub fn row_description(mut body: &[u8]) -> Vec<(String, u32)> {
    (0..short(&mut body))
        .filter_map(|_| {
            let name = text(&mut body);
            let (head, rest) = body.split_at_checked(18)?;
            body = rest;
            Some((name, u32::from_be_bytes(head[6..10].try_into().ok()?)))
        })
        .collect()
}

/// Types of the parameters, from the body of a `ParameterDescription`.
pub fn parameter_description(mut body: &[u8]) -> Vec<u32> {
    (0..short(&mut body)).map(|_| if body.len() < 4 { 0 } else { body.get_u32() }).collect()
}

/// The errors of which a learner meets more than one.
fn in_words(code: &str) -> Option<&'static str> {
    Some(match code {
        "40001" => "could not serialize",
        "40P01" => "deadlock",
        "23505" => "duplicate key",
        "23514" => "check violated",
        "23503" => "foreign key violated",
        "23502" => "not null violated",
        "55P03" => "lock not available",
        "25P02" => "transaction has failed already",
        "57014" => "canceled",
        "57P01" => "session ended by the server",
        _ => return None,
    })
}

/// A lane that was chosen as a deadlock's victim had its statement cancelled by the lab; its client
/// hears what the server's own detector would have said. (Which of two lanes that one chooses
/// depends on its timers, and so on the machine's load.)
pub fn as_deadlock(reply: &[u8]) -> BytesMut {
    let mut out = BytesMut::new();
    for (kind, body) in each(reply) {
        match kind {
            b'E' if field(body, b'C').as_deref() == Some("57014") => put(
                &mut out,
                b'E',
                &[b"SERROR\0VERROR\0C40P01\0Mdeadlock detected\0Rdeadlock_detected\0\0"],
            ),
            _ => put(&mut out, kind, &[body]),
        }
    }
    out
}

/// Takes out the answer to a Parse that the client did not send.
pub fn without_parse(reply: &[u8]) -> BytesMut {
    let mut out = BytesMut::new();
    let mut first = true;
    for (kind, body) in each(reply) {
        if kind == b'1' && std::mem::take(&mut first) {
            continue;
        }
        put(&mut out, kind, &[body]);
    }
    out
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::{Answer, as_deadlock};
    use crate::wire::message::put;

    #[test]
    fn counts_and_values_in_a_few_words() {
        let brief = |tag: &str, rows: &[&[&str]]| {
            Answer {
                tag: tag.into(),
                columns: vec!["id".into(), "balance".into()],
                row_count: rows.len(),
                rows: rows.iter().map(|r| r.iter().map(ToString::to_string).collect()).collect(),
                error: None,
                fatal: false,
            }
            .brief()
        };
        assert_eq!(brief("SELECT 1", &[&["100"]]), "100");
        assert_eq!(brief("SELECT 0", &[]), "no row");
        assert_eq!(brief("SELECT 2", &[&["1"], &["2"]]), "1, 2");
        assert_eq!(brief("SELECT 1", &[&["1", "100"]]), "id=1 balance=100");
        assert_eq!(brief("SELECT 2", &[&["1", "5"], &["2", "6"]]), "(1, 5) (2, 6)");
        assert_eq!(brief("UPDATE 1", &[]), "");
        assert_eq!(brief("UPDATE 0", &[]), "0 rows");
        assert_eq!(brief("INSERT 0 2", &[]), "2 rows");
        assert_eq!(brief("COMMIT", &[]), "done");
    }

    #[test]
    fn a_victim_hears_of_a_deadlock() {
        let mut reply = BytesMut::new();
        put(&mut reply, b'E', &[b"SERROR\0C57014\0Mcanceling statement\0\0"]);
        put(&mut reply, b'Z', &[b"E"]);
        let answer = Answer::read(&as_deadlock(&reply), &[], false);
        assert_eq!(answer.brief(), "deadlock (40P01)");
    }
}
