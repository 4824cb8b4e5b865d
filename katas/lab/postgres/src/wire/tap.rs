//! Between an ordinary client and the server's socket.

use std::collections::HashMap;
use std::io::Result;
use std::sync::Arc;

use bytes::{BufMut as _, BytesMut};
use explorer::{Choice, Done, Event, Footprint, Gate, Over, Step, Strand};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::sync::Notify;

use super::backend::Backend;
use super::group::{Group, Prepared};
use super::message::{put, take};
use super::shared::{Asked, Live, Wire};
use super::sql::Statement;
use super::touch::Transaction;

/// Sent by the lab when a lane's function has returned: everything earlier is answered first.
pub const RETURNED: &str = "--trece: returned";

/// How a connection ends.
pub enum Fate {
    /// The client is gone, or must believe that the connection is.
    Client,
    /// The server is gone; its last words.
    Server(BytesMut),
    /// The client's process dies: it hears nothing any more.
    Crash,
}

/// What comes of a group before it would be a step.
enum Local {
    Reply(BytesMut),
    /// It concerns the lane's own session.
    Step,
    /// The client hears nothing more: this schedule begins anew.
    Never,
}

pub struct Tap {
    pub wire: Arc<Wire>,
    pub gate: Gate,
    pub strand: Strand,
    pub backend: Backend,
    pub transaction: Transaction,
    /// A BEGIN that waits for the first statement inside: it is no choice point, and the snapshot
    /// begins there anyway.
    pub begun: Option<String>,
    /// Rows of statements that are no choice points, until the next one that is.
    pub rows: Vec<Event>,
    pub prepared: HashMap<String, Prepared>,
    /// A statement that was prepared as a step, and how: its execution belongs to the same step.
    pub carried: Option<String>,
    /// A COPY was begun by a simple query: its data ends without a Sync.
    pub copying: bool,
    /// A COPY was begun: what comes next are its rows.
    pub copies: bool,
}

/// Serves one client, until either side is gone; the server's session is kept for another.
pub async fn serve(wire: Arc<Wire>, gate: Gate, strand: Strand, mut client: DuplexStream) {
    gate.pass(strand, "connects");
    let Ok(backend) = wire.backend().await else { return gate.close(strand) };
    let cut = Arc::new(Notify::new());
    let live = Live {
        pid: backend.pid,
        strand,
        locks: false,
        bars_readers: false,
        may_wait: false,
        victim: false,
        cut: cut.clone(),
    };
    wire.live().insert(strand.id(), live);
    gate.rest(strand);
    let mut tap = Tap {
        wire: wire.clone(),
        gate: gate.clone(),
        strand,
        backend,
        transaction: Transaction::default(),
        begun: None,
        rows: Vec::new(),
        prepared: HashMap::new(),
        carried: None,
        copying: false,
        copies: false,
    };
    let fate = tokio::select! {
        biased;
        () = cut.notified() => Fate::Crash,
        fate = tap.talk(&mut client) => fate.unwrap_or(Fate::Client),
    };
    gate.pass(strand, "closes");
    let mut backend = tap.backend;
    let gone = matches!(fate, Fate::Server(_));
    if backend.busy && !gone {
        // The server would not notice before the statement has ended.
        let _ = wire.database.keeper().terminate(backend.pid);
        backend.until_gone().await;
    } else if !gone && backend.scrub().await.is_ok() {
        wire.keep(backend);
    }
    wire.live().remove(&strand.id());
    // Before the client hears of it, which may connect again at once.
    gate.close(strand);
    match fate {
        Fate::Client => {}
        Fate::Server(last) => drop(client.write_all(&last).await),
        Fate::Crash => {
            let mut rest = [0; 256];
            while client.read(&mut rest).await.is_ok_and(|n| n > 0) {}
        }
    }
}

impl Tap {
    /// The session's status as the client must see it.
    pub fn status(&self) -> u8 {
        if self.begun.is_some() { b'T' } else { self.backend.status }
    }

    async fn talk(&mut self, client: &mut DuplexStream) -> Result<Fate> {
        greet(client, &self.backend.greeting).await?;
        let mut buffer = BytesMut::with_capacity(4096);
        loop {
            let mut group = Group::default();
            while !group.is_whole(self.copying) {
                if let Some(message) = take(&mut buffer) {
                    group.add(&message, &mut self.prepared);
                    continue;
                }
                tokio::select! {
                    biased;
                    read = client.read_buf(&mut buffer) => {
                        if read.unwrap_or(0) == 0 {
                            return self.disconnect().await;
                        }
                    }
                    // What the server tells unasked.
                    message = self.backend.message() => match message {
                        Ok(message) => client.write_all(&message).await?,
                        Err(_) => return Ok(Fate::Server(BytesMut::new())),
                    },
                }
            }
            if group.ends_with(b'X') {
                return self.disconnect().await;
            }
            let reply = match self.locally(&group).await? {
                Local::Reply(reply) => reply,
                Local::Never => return Ok(Fate::Crash),
                Local::Step => match self.step(&group).await? {
                    Ok(reply) => reply,
                    Err(fate) => return Ok(fate),
                },
            };
            // The client may be gone: what it sent is done all the same.
            let _ = client.write_all(&reply).await;
            self.gate.heard().await;
        }
    }

    /// The answer to what concerns no other session and changes nothing.
    async fn locally(&mut self, group: &Group) -> Result<Local> {
        let mut out = BytesMut::new();
        if group.only_closes() {
            for (kind, _) in &group.messages {
                if *kind == b'C' {
                    put(&mut out, b'3', &[]);
                }
            }
        } else if group.executes.as_deref() == Some(RETURNED) {
            self.note_rows();
            let status = self.status();
            let mut facts = self.wire.facts();
            facts[self.strand.lane].open = Some(status).filter(|s| *s != b'I');
            put(&mut out, b'I', &[]);
        } else if let Some(name) = group.only_prepares() {
            let statement = self.prepared.get(name).cloned().unwrap_or_default();
            self.gate.pass(self.strand, "prepares");
            let described = self.wire.describe(&statement).await;
            self.gate.rest(self.strand);
            let described = match described? {
                Asked::Described(described) => described,
                Asked::Refused => return Ok(Local::Step),
                Asked::Later => return Ok(Local::Never),
            };
            let entry = self.prepared.entry(name.to_owned()).or_default();
            entry.parameters = described.parameters;
            entry.columns = described.columns;
            out.put_slice(&described.reply);
        } else if let (Some(name), Some(sql)) = (&group.bound, &group.executes) {
            if !Statement::new(sql).is_of_the_driver() {
                return Ok(Local::Step);
            }
            let statement = self.prepared.get(name).cloned().unwrap_or_default();
            self.gate.pass(self.strand, "asks for a type");
            let reply = self.wire.answer(group, &statement).await;
            self.gate.rest(self.strand);
            // All but its ReadyForQuery, which tells of another session.
            let reply = reply?;
            out.put_slice(&reply[..reply.len().saturating_sub(6)]);
        } else {
            return Ok(Local::Step);
        }
        put(&mut out, b'Z', &[&[self.status()]]);
        Ok(Local::Reply(out))
    }

    /// The client is gone. What is open is rolled back then, and others may notice.
    async fn disconnect(&mut self) -> Result<Fate> {
        if self.backend.status == b'I' {
            return Ok(Fate::Client);
        }
        let step = Step::new("disconnects");
        match self.gate.enter(self.strand, step).await {
            Ok(Choice::Go | Choice::Fault(_)) => {
                self.backend.scrub().await?;
                let event = Event::step("disconnects → rolled back");
                let done = Done::touching(Footprint::everything());
                self.gate.leave(self.strand, Some(event), &done);
            }
            Err(Over) => {}
        }
        Ok(Fate::Client)
    }
}

/// Reads the client's startup message and gives it the greeting of the server's session.
async fn greet(client: &mut DuplexStream, greeting: &[u8]) -> Result<()> {
    loop {
        let length = client.read_u32().await? as usize;
        let mut body = vec![0; length.saturating_sub(4)];
        client.read_exact(&mut body).await?;
        match body.get(..4) {
            // Encryption is asked for; there is none here.
            Some([4, 210, 22, 47 | 48]) => client.write_all(b"N").await?,
            _ => return client.write_all(greeting).await,
        }
    }
}
