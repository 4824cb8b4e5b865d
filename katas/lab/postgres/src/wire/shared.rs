//! What all taps of an exploration share.

use std::collections::HashMap;
use std::io::{Error, Result};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::BytesMut;
use explorer::{LaneId, Strand, Trouble};
use tokio::sync::Notify;

use super::answer::{Answer, parameter_description, row_description};
use super::backend::{Backend, startup};
use super::group::{Group, Prepared};
use super::message::{each, put};
use super::sessions::{Fault, Harmful};
use crate::Database;
use crate::refusal::refusal;

/// The tables of a schema, and whether its statements can be told apart by the tables they name.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// As SQL names them: quoted, and with their schema's name, where that has to be.
    pub tables: Vec<String>,
    pub sequences: Vec<String>,
    /// One table's statement may touch another: there are triggers, foreign keys, views.
    pub coarse: bool,
}

/// Which faults are offered, and to whom.
#[derive(Debug, Clone, Default)]
pub struct Offer {
    pub kinds: Vec<Fault>,
    pub how: Harmful,
    /// `None`: to every lane.
    pub lanes: Option<Vec<LaneId>>,
}

/// A connection while it is open.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Live {
    pub pid: i32,
    pub strand: Strand,
    /// It holds row locks in an open transaction.
    pub locks: bool,
    /// It may hold a lock for which even a plain SELECT waits.
    pub bars_readers: bool,
    /// Its statement may come to wait.
    pub may_wait: bool,
    /// It was chosen to fail in a deadlock.
    pub victim: bool,
    pub cut: Arc<Notify>,
}

/// What was seen of a lane in the schedule that runs.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// SQLSTATEs, in order.
    pub errors: Vec<String>,
    /// The error that nothing successful has followed.
    pub last_error: Option<String>,
    /// Its function returned with the session in this status, other than idle.
    pub open: Option<u8>,
    /// Its last COMMIT was answered by ROLLBACK.
    pub swallowed: bool,
    pub steps: usize,
}

/// What asking for a description came to.
pub enum Asked {
    Described(Described),
    /// Another session refuses the statement: the lane's own must be asked.
    Refused,
    /// A lane has locked a table that the statement names. So the schedule begins anew, and it is
    /// asked before that, when nobody holds anything.
    Later,
}

/// The answer to a Parse and Describe.
#[derive(Debug, Clone)]
pub struct Described {
    pub reply: Vec<u8>,
    pub parameters: Vec<u32>,
    pub columns: Vec<(String, u32)>,
}

impl Described {
    /// `None` when the statement was refused.
    pub fn read(reply: &[u8]) -> Option<Self> {
        let mut described = Self { reply: Vec::new(), parameters: Vec::new(), columns: Vec::new() };
        let mut out = BytesMut::new();
        for (kind, body) in each(reply) {
            match kind {
                b't' => described.parameters = parameter_description(body),
                b'T' => described.columns = row_description(body),
                b'1' | b'n' => {}
                b'E' => return None,
                _ => continue,
            }
            put(&mut out, kind, &[body]);
        }
        described.reply = out.to_vec();
        Some(described)
    }
}

/// A lane holds the table, and nobody moves meanwhile: to wait longer would tell no more.
const SCRATCH: &str = "SET lock_timeout = '10ms'";

/// By text and types of the statement.
type Descriptions = HashMap<(String, Vec<u8>), Option<Described>>;

/// The statement names a table that a lane has locked.
struct Locked;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub struct Wire {
    pub database: Database,
    pub schema: Schema,
    pub offer: Offer,
    startup: Vec<u8>,
    spare: Mutex<Vec<Backend>>,
    /// Of an exploration before, which had another runtime.
    inherited: Mutex<Vec<Backend>>,
    /// A session for the client's own questions: it prepares what is described to a client, so
    /// that the lane's session parses a statement only in the step that executes it.
    scratch: tokio::sync::Mutex<Option<Backend>>,
    /// `None`: refused when no lane held anything.
    described: Mutex<Descriptions>,
    later: Mutex<Vec<Prepared>>,
    /// A lane has said PREPARE TRANSACTION: that outlives its session.
    prepares_transactions: AtomicBool,
    /// What the server said of the scenario's own SQL.
    refused: Mutex<Option<String>>,
    live: Mutex<HashMap<usize, Live>>,
    facts: Mutex<Vec<Facts>>,
}

impl Wire {
    pub fn new(
        database: Database,
        schema: Schema,
        inherited: Vec<Backend>,
        offer: Offer,
        lanes: usize,
    ) -> Self {
        Self {
            startup: startup("lane", database.name()),
            database,
            schema,
            offer,
            spare: Mutex::default(),
            inherited: Mutex::new(inherited),
            scratch: tokio::sync::Mutex::default(),
            described: Mutex::default(),
            later: Mutex::default(),
            prepares_transactions: AtomicBool::new(false),
            refused: Mutex::default(),
            live: Mutex::default(),
            facts: Mutex::new(vec![Facts::default(); lanes]),
        }
    }

    pub fn begin(&self) {
        for facts in lock(&self.facts).iter_mut() {
            *facts = Facts::default();
        }
    }

    pub fn set_prepares_transactions(&self) {
        self.prepares_transactions.store(true, Ordering::Relaxed);
    }

    pub fn prepares_transactions(&self) -> bool {
        self.prepares_transactions.load(Ordering::Relaxed)
    }

    /// Notes that the server refused the scenario's `what`: the fault of the schema or of the
    /// suite, and not of the lab.
    pub fn refuse(&self, what: &str, sql: &str, error: tokio_postgres::Error) -> Trouble {
        let Some(said) = refusal(sql, &error) else { return error.into() };
        let said = format!("The database refused {what}:\n{said}");
        *lock(&self.refused) = Some(said.clone());
        Trouble(said)
    }

    pub fn refused(&self) -> Option<String> {
        lock(&self.refused).clone()
    }

    pub fn live(&self) -> MutexGuard<'_, HashMap<usize, Live>> {
        lock(&self.live)
    }

    pub fn facts(&self) -> MutexGuard<'_, Vec<Facts>> {
        lock(&self.facts)
    }

    /// A session as new: one that was kept, or another one.
    pub async fn backend(&self) -> Result<Backend> {
        let spare = lock(&self.spare).pop();
        if let Some(backend) = spare {
            return Ok(backend);
        }
        let inherited = lock(&self.inherited).pop();
        match inherited {
            Some(backend) => backend.here(),
            None => Backend::connect(self.database.stream().await?, &self.startup).await,
        }
    }

    /// The database, and the sessions that nobody uses.
    pub fn into_parts(self) -> (Database, Schema, Vec<Backend>) {
        let sessions = [self.spare, self.inherited]
            .map(|kept| kept.into_inner().unwrap_or_else(PoisonError::into_inner));
        (self.database, self.schema, sessions.into_iter().flatten().collect())
    }

    pub fn keep(&self, backend: Backend) {
        lock(&self.spare).push(backend);
    }

    /// What a client hears that prepares this statement. The same whatever the lanes hold, and so
    /// whatever was asked before.
    pub async fn describe(&self, statement: &Prepared) -> Result<Asked> {
        let known = lock(&self.described).get(&statement.key()).cloned();
        let described = if let Some(known) = known {
            known
        } else if let Ok(described) = self.look_up(statement).await? {
            described
        } else {
            lock(&self.later).push(statement.clone());
            return Ok(Asked::Later);
        };
        Ok(described.map_or(Asked::Refused, Asked::Described))
    }

    /// Whether something is to be described before this schedule can be run.
    pub fn has_questions(&self) -> bool {
        !lock(&self.later).is_empty()
    }

    /// Describes what could not be described while a lane held a lock: between two schedules.
    pub async fn settle_questions(&self) -> Result<()> {
        let later = std::mem::take(&mut *lock(&self.later));
        for statement in later {
            if self.look_up(&statement).await?.is_err() {
                return Err(Error::other(format!("a lock stays: {}", statement.sql)));
            }
        }
        Ok(())
    }

    async fn look_up(
        &self,
        statement: &Prepared,
    ) -> Result<std::result::Result<Option<Described>, Locked>> {
        let reply = self.ask(&statement.prepare_as("")).await?;
        if Answer::read(&reply, &[], false).failed("55P03") {
            return Ok(Err(Locked));
        }
        let described = Described::read(&reply);
        lock(&self.described).insert(statement.key(), described.clone());
        Ok(Ok(described))
    }

    /// Answers the client's own question about a type, outside of the lane's transaction.
    pub async fn answer(&self, group: &Group, statement: &Prepared) -> Result<BytesMut> {
        let bytes = group.to_server(Some(""), Some(statement));
        Ok(super::answer::without_parse(&self.ask(&bytes).await?))
    }

    async fn ask(&self, bytes: &[u8]) -> Result<BytesMut> {
        let mut scratch = self.scratch.lock().await;
        // Taken out: whoever is dropped before the answer is there leaves no answer to the next.
        let mut backend = if let Some(backend) = scratch.take() {
            backend
        } else {
            let stream = self.database.stream().await?;
            let mut backend = Backend::connect(stream, &self.startup).await?;
            backend.simple(SCRATCH).await?;
            backend
        };
        backend.send(bytes).await?;
        let reply = backend.reply().await?.0;
        *scratch = Some(backend);
        Ok(reply)
    }

    /// Whether a fault is the death of the lane's process.
    pub fn crashes(&self) -> bool {
        self.offer.how == Harmful::Crashes
    }

    /// The faults that a step of this lane may have. `serves`: it serves a request whose client
    /// could hang up.
    pub fn faults(&self, lane: LaneId, durable: bool, serves: bool) -> Vec<Fault> {
        let hangs_up = self.offer.how == Harmful::HangsUp;
        if self.offer.lanes.as_ref().is_some_and(|lanes| !lanes.contains(&lane)) {
            return Vec::new();
        }
        let kinds = self.offer.kinds.iter().copied();
        let may = |kind: &Fault| match kind {
            // A handler that is dropped before it has sent this statement is one that is dropped
            // before it has heard of the step before. Here the statement has been sent: it may be
            // a task's, which lives on.
            Fault::CutBefore | Fault::Kill if hangs_up => false,
            // The handler of a client that is gone knows the less, the later it is dropped.
            Fault::CutAfter if hangs_up => serves,
            Fault::CutAfter => durable,
            Fault::CutBefore | Fault::Kill => true,
        };
        kinds.filter(may).collect()
    }
}
