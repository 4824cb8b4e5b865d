//! One real session of the server, kept from one schedule to the next.

use std::collections::HashMap;
use std::io::{Error, ErrorKind, Result};
use std::os::fd::AsFd as _;

use bytes::{BufMut as _, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use super::group::Prepared;
use super::message::{put, take};

/// Makes a session as new, where its schedule may have changed more than rows.
const AS_NEW: &str = "CLOSE ALL; RESET SESSION AUTHORIZATION; RESET ALL; UNLISTEN *; \
                      SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES";

pub struct Backend {
    socket: UnixStream,
    buffer: BytesMut,
    /// What the client gets to hear first.
    pub greeting: Vec<u8>,
    pub pid: i32,
    /// `I` idle, `T` in a transaction, `E` in a failed one.
    pub status: u8,
    /// Statements that the session has prepared for the lab: by text and types, their names.
    known: HashMap<(String, Vec<u8>), String>,
    /// Names given so far: one that was refused or forgotten does not come back.
    named: usize,
    /// The lane has prepared statements by itself, in SQL: the next one must not find them.
    pub prepares: bool,
    /// Its settings, locks or temporary tables may not be as new.
    pub dirty: bool,
    /// A statement was sent and is not yet answered.
    pub busy: bool,
}

impl Backend {
    /// # Errors
    /// When the server refuses.
    pub async fn connect(mut socket: UnixStream, startup: &[u8]) -> Result<Self> {
        socket.write_all(startup).await?;
        let mut backend = Self {
            socket,
            buffer: BytesMut::with_capacity(4096),
            greeting: Vec::new(),
            pid: 0,
            status: b'I',
            known: HashMap::new(),
            named: 0,
            prepares: false,
            dirty: false,
            busy: false,
        };
        loop {
            let message = backend.message().await?;
            if let (b'K', Some(pid)) = (message[0], message.get(5..9)) {
                backend.pid = i32::from_be_bytes(pid.try_into().unwrap_or_default());
            }
            backend.greeting.extend_from_slice(&message);
            match message[0] {
                b'Z' => return Ok(backend),
                b'E' => {
                    let said = super::message::field(&message[5..], b'M').unwrap_or_default();
                    return Err(Error::other(said));
                }
                _ => {}
            }
        }
    }

    /// The session of a runtime that is gone, on the current one.
    ///
    /// # Errors
    /// When the process has too many files open.
    pub fn here(mut self) -> Result<Self> {
        let socket = self.socket.as_fd().try_clone_to_owned()?;
        self.socket = UnixStream::from_std(socket.into())?;
        Ok(self)
    }

    /// The next message. Nothing is lost when the future is dropped.
    pub async fn message(&mut self) -> Result<BytesMut> {
        loop {
            if let Some(message) = take(&mut self.buffer) {
                return Ok(message);
            }
            if self.socket.read_buf(&mut self.buffer).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    pub async fn send(&mut self, bytes: &[u8]) -> Result<()> {
        self.busy = true;
        self.socket.write_all(bytes).await
    }

    /// Everything up to the server's being ready for more; false when it hung up instead.
    pub async fn reply(&mut self) -> Result<(BytesMut, bool)> {
        let mut all = BytesMut::new();
        loop {
            let message = match self.message().await {
                Ok(message) => message,
                Err(_) if !all.is_empty() => return Ok((all, false)),
                Err(error) => return Err(error),
            };
            all.extend_from_slice(&message);
            match message[0] {
                b'Z' => {
                    self.status = message[5];
                    self.busy = false;
                    return Ok((all, true));
                }
                // COPY: it is the client's turn.
                b'G' | b'W' => return Ok((all, true)),
                _ => {}
            }
        }
    }

    /// What the session calls this statement, and whether it has to be prepared first.
    pub fn name(&mut self, statement: &Prepared) -> (String, bool) {
        if let Some(name) = self.known.get(&statement.key()) {
            return (name.clone(), false);
        }
        let name = format!("lab{}", self.named);
        self.named += 1;
        self.known.insert(statement.key(), name.clone());
        (name, true)
    }

    /// The session has not prepared this one after all.
    pub fn forget(&mut self, statement: &Prepared) {
        self.known.remove(&statement.key());
    }

    /// Every prepared statement is gone: `DEALLOCATE ALL`, `DISCARD ALL`.
    pub fn forget_all(&mut self) {
        self.known.clear();
    }

    /// A question of the lab's own.
    pub async fn simple(&mut self, sql: &str) -> Result<BytesMut> {
        let mut bytes = BytesMut::new();
        put(&mut bytes, b'Q', &[sql.as_bytes(), b"\0"]);
        self.send(&bytes).await?;
        Ok(self.reply().await?.0)
    }

    /// Rolls back and makes the session as new, in one round trip or none.
    pub async fn scrub(&mut self) -> Result<()> {
        let mut bytes = BytesMut::new();
        let mut replies = 0;
        let needed = [
            ("ROLLBACK", self.status != b'I'),
            (AS_NEW, self.dirty),
            ("DEALLOCATE ALL", self.prepares),
        ];
        for (sql, _) in needed.iter().filter(|(_, needed)| *needed) {
            put(&mut bytes, b'Q', &[sql.as_bytes(), b"\0"]);
            replies += 1;
        }
        if replies > 0 {
            self.send(&bytes).await?;
        }
        for _ in 0..replies {
            self.reply().await?;
        }
        if std::mem::take(&mut self.prepares) {
            self.forget_all();
        }
        self.dirty = false;
        Ok(())
    }

    /// Reads on until the server hangs up: its locks are free then.
    pub async fn until_gone(&mut self) -> BytesMut {
        let mut all = BytesMut::new();
        while let Ok(message) = self.message().await {
            all.extend_from_slice(&message);
        }
        all
    }
}

/// The startup message of a user and a database.
pub fn startup(user: &str, database: &str) -> Vec<u8> {
    let mut body = BytesMut::new();
    body.put_u32(196_608);
    for text in ["user", user, "database", database, "client_encoding", "UTF8", ""] {
        body.put_slice(text.as_bytes());
        body.put_u8(0);
    }
    let length = u32::try_from(body.len() + 4).expect("a startup message is short");
    [&length.to_be_bytes()[..], &body].concat()
}
