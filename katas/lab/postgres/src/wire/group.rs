//! What a client sends at once: all its messages up to one that asks for an answer.

use std::collections::HashMap;

use bytes::{Buf as _, BytesMut};

use super::message::{bytes, put, short, show, text};

/// A statement as the client has named it.
#[derive(Debug, Clone, Default)]
pub struct Prepared {
    pub sql: String,
    /// Types that the client fixed, as it wrote them in its Parse message.
    pub types: Vec<u8>,
    pub parameters: Vec<u32>,
    /// Name and type of each column.
    pub columns: Vec<(String, u32)>,
}

#[derive(Debug, Default)]
pub struct Group {
    /// Kind and body, in order; the last one is Sync, Query, Terminate or the end of a COPY.
    pub messages: Vec<(u8, Vec<u8>)>,
    /// What is executed, and with which parameters.
    pub executes: Option<String>,
    pub parameters: Vec<String>,
    /// The statement that is bound.
    pub bound: Option<String>,
    /// The statement that is parsed.
    pub parsed: Option<String>,
    closes: bool,
}

impl Prepared {
    /// What makes two statements the same to the server.
    pub fn key(&self) -> (String, Vec<u8>) {
        (self.sql.clone(), self.types.clone())
    }

    /// Parse and Describe for the server, which calls the statement `name`.
    pub fn prepare_as(&self, name: &str) -> BytesMut {
        let mut out = BytesMut::new();
        let sql = self.sql.as_bytes();
        put(&mut out, b'P', &[name.as_bytes(), b"\0", sql, b"\0", &self.types]);
        put(&mut out, b'D', &[b"S", name.as_bytes(), b"\0"]);
        put(&mut out, b'S', &[]);
        out
    }
}

impl Group {
    pub fn add(&mut self, message: &[u8], prepared: &mut HashMap<String, Prepared>) {
        let (kind, mut body) = (message[0], &message[5..]);
        self.messages.push((kind, body.to_vec()));
        match kind {
            b'Q' => self.executes = Some(text(&mut body)),
            b'P' => {
                let (name, sql) = (text(&mut body), text(&mut body));
                let types = body.to_vec();
                let parameters = (0..short(&mut body)).map(|_| body.get_u32()).collect();
                let statement = Prepared { sql, types, parameters, columns: Vec::new() };
                prepared.insert(name.clone(), statement);
                self.parsed = Some(name);
            }
            b'B' => {
                let (_portal, name) = (text(&mut body), text(&mut body));
                let statement = prepared.get(&name).cloned().unwrap_or_default();
                let formats: Vec<usize> = (0..short(&mut body)).map(|_| short(&mut body)).collect();
                self.parameters = (0..short(&mut body))
                    .map(|i| {
                        let format =
                            formats.get(i).or(formats.first().filter(|_| formats.len() == 1));
                        let oid = statement.parameters.get(i).copied().unwrap_or(0);
                        show(oid, format == Some(&1), bytes(&mut body))
                    })
                    .collect();
                self.executes = Some(statement.sql);
                self.bound = Some(name);
            }
            // More rows of a cursor.
            b'E' if self.bound.is_none() => self.executes = Some("FETCH".into()),
            b'C' => {
                self.closes = true;
                if body.first() == Some(&b'S') {
                    body.advance(1);
                    prepared.remove(&text(&mut body));
                }
            }
            _ => {}
        }
    }

    pub fn is_whole(&self, copying: bool) -> bool {
        match self.messages.last() {
            Some((kind, _)) => {
                matches!(kind, b'S' | b'Q' | b'X' | b'F') || copying && matches!(kind, b'c' | b'f')
            }
            None => false,
        }
    }

    pub fn ends_with(&self, kind: u8) -> bool {
        self.messages.last().is_some_and(|(k, _)| *k == kind)
    }

    /// It closes statements and does nothing else: they stay prepared on the server for the next
    /// schedule.
    pub fn only_closes(&self) -> bool {
        self.closes
            && self
                .messages
                .iter()
                .all(|(kind, body)| *kind == b'S' || *kind == b'C' && body.first() == Some(&b'S'))
    }

    /// It prepares one named statement and does nothing else.
    pub fn only_prepares(&self) -> Option<&str> {
        let kinds: Vec<u8> = self.messages.iter().map(|(kind, _)| *kind).collect();
        self.parsed.as_deref().filter(|_| matches!(&kinds[..], b"PDS" | b"PS"))
    }

    /// The messages for the server. `name` is what it calls the statement that is bound; with
    /// `parse`, the statement is prepared there first.
    pub fn to_server(&self, name: Option<&str>, parse: Option<&Prepared>) -> BytesMut {
        let mut out = BytesMut::new();
        if let (Some(name), Some(statement)) = (name, parse) {
            put(
                &mut out,
                b'P',
                &[name.as_bytes(), b"\0", statement.sql.as_bytes(), b"\0", &statement.types],
            );
        }
        for (kind, body) in &self.messages {
            match (kind, name) {
                (b'B', Some(name)) => {
                    let mut rest = &body[..];
                    let portal = text(&mut rest);
                    let _ = text(&mut rest);
                    put(&mut out, b'B', &[portal.as_bytes(), b"\0", name.as_bytes(), b"\0", rest]);
                }
                _ => put(&mut out, *kind, &[body]),
            }
        }
        out
    }
}
