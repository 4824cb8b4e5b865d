//! The database as the explorer sees it.

use std::collections::HashMap;
use std::sync::Arc;

use explorer::{Finding, LaneId, Ports, Run, Serial, Strand, Trouble, Wait, World};
use protocol::timeline::Table;
use protocol::{Outcome, Status};
use tokio_postgres::{Client, SimpleQueryMessage, Statement};

use super::check::{Checks, Ran};
use super::shared::Wire;
use super::tell;
use crate::lab;

/// Deletes everything, makes the files as new, puts the rows back: as exact as TRUNCATE, and three
/// times as fast. Without the VACUUM, dead rows stay, which changes where new ones lie, and with
/// it which of them share a page: that is what SERIALIZABLE looks at.
struct Reset {
    delete: String,
    vacuum: String,
    rows: String,
}

/// One look at the whole table of locks. If all that are under way wait there, then nothing moves,
/// so it does not matter that for whom they wait is asked a moment later.
const WAITS: &str =
    "SELECT pid, pg_blocking_pids(pid) FROM pg_locks WHERE NOT granted AND pid = ANY($1)";

pub struct Postgres {
    wire: Arc<Wire>,
    checks: Arc<Checks>,
    reset: Reset,
    /// Gives the state of every table, as text, one after the other.
    state: String,
    control: Option<Control>,
    /// What the lanes share beside the database.
    ports: Ports,
    before: String,
    /// Whether each invariant held at the end of the last schedule, and what its SQL says to that.
    held: Vec<(bool, Option<String>)>,
}

/// The lab's own session.
struct Control {
    client: Client,
    /// Who of these waits, and for whom.
    waits: Statement,
}

impl Postgres {
    pub fn new(
        wire: Arc<Wire>,
        checks: Arc<Checks>,
        rows: String,
        state: String,
        ports: Ports,
    ) -> Self {
        let schema = &wire.schema;
        let tables = schema.tables.iter().map(|t| format!("DELETE FROM {t}"));
        let sequences = schema.sequences.iter().map(|s| {
            format!(
                "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence \
                 WHERE seqrelid = '{}'::regclass",
                s.replace('\'', "''")
            )
        });
        let delete = tables.chain(sequences).collect::<Vec<_>>().join("; ");
        let vacuum = match &schema.tables[..] {
            [] => "SELECT 1".to_owned(),
            tables => format!("VACUUM (PARALLEL 0) {}", tables.join(", ")),
        };
        let reset = Reset { delete, vacuum, rows };
        Self {
            wire,
            checks,
            reset,
            state,
            control: None,
            ports,
            before: String::new(),
            held: Vec::new(),
        }
    }

    /// Connects, the first time.
    async fn begin(&mut self) -> Result<(), Trouble> {
        if self.control.is_some() {
            return Ok(());
        }
        let client = lab::client_here(self.wire.database.admin()).await?;
        // Rows come and go in any order, whatever foreign keys say.
        client.batch_execute("SET session_replication_role = replica").await?;
        let waits = client.prepare(WAITS).await?;
        self.control = Some(Control { client, waits });
        // The first time tables have no statistics yet, from the second on they have.
        self.put_back().await?;
        self.before = self.look().await?;
        Ok(())
    }

    fn control(&self) -> Result<&Control, Trouble> {
        self.control.as_ref().ok_or_else(|| Trouble("no schedule has begun".into()))
    }

    async fn put_back(&self) -> Result<(), Trouble> {
        let control = &self.control()?.client;
        if self.wire.prepares_transactions() {
            undo_prepared(control).await?;
        }
        let Reset { delete, vacuum, rows } = &self.reset;
        // Sent together, done one after the other.
        let (deleted, vacuumed, filled) = tokio::join!(
            control.batch_execute(delete),
            control.batch_execute(vacuum),
            control.batch_execute(rows),
        );
        deleted.and(vacuumed)?;
        filled.map_err(|error| self.wire.refuse("the rows of the test", rows, error))
    }

    /// Asks for the invariants and for the state, in one round trip.
    async fn look(&mut self) -> Result<String, Trouble> {
        let invariants = self.checks.invariants.iter().map(|(_, sql)| sql.as_str());
        let all: Vec<&str> = invariants.chain([self.state.as_str()]).collect();
        let sql = all.join(";\n");
        let messages = self.control()?.client.simple_query(&sql).await;
        let messages = messages.map_err(|e| self.wire.refuse("what is looked at", &sql, e))?;
        let (mut lines, mut statement) = (Vec::new(), 0);
        let mut held = vec![(false, None); self.checks.invariants.len()];
        for message in messages {
            match message {
                SimpleQueryMessage::Row(row) => {
                    if let Some(held) = held.get_mut(statement) {
                        let evidence = (row.len() > 1).then(|| row.get(1)).flatten();
                        *held = (row.get(0) == Some("t"), evidence.map(str::to_owned));
                    } else {
                        let cells = (0..row.len()).map(|i| row.get(i).unwrap_or("NULL"));
                        lines.push(cells.collect::<Vec<_>>().join("\t"));
                    }
                }
                SimpleQueryMessage::CommandComplete(_) => statement += 1,
                _ => {}
            }
        }
        self.held = held;
        let ports = self.ports.state();
        if !ports.is_empty() {
            lines.push(ports);
        }
        Ok(lines.join("\n"))
    }
}

impl Postgres {
    /// The tables of the schema, and those of the ports.
    fn shown(&self) -> Vec<String> {
        let ports = self.ports.state();
        let names = ports.lines().filter_map(|line| line.strip_prefix("# "));
        let names = names.map(|line| line.split('\t').next().unwrap_or_default().to_owned());
        self.wire.schema.tables.iter().cloned().chain(names).collect()
    }
}

/// Rolls back what a lane has prepared and not committed: its locks would stay.
async fn undo_prepared(control: &Client) -> Result<(), Trouble> {
    let all = "SELECT format('ROLLBACK PREPARED %L', gid) FROM pg_prepared_xacts \
               WHERE database = current_database()";
    for row in control.query(all, &[]).await? {
        control.batch_execute(row.get(0)).await?;
    }
    Ok(())
}

impl World for Postgres {
    async fn reset(&mut self) -> Result<(), Trouble> {
        if let Some(before) = &self.checks.before {
            before();
        }
        self.wire.begin();
        self.ports.reset();
        self.begin().await?;
        self.put_back().await?;
        Ok(self.wire.settle_questions().await?)
    }

    fn again(&mut self) -> bool {
        self.wire.has_questions()
    }

    async fn state(&mut self) -> Result<String, Trouble> {
        self.look().await
    }

    async fn judge(&mut self, run: &Run) -> Result<Option<Finding>, Trouble> {
        let facts = self.wire.facts().clone();
        if let Some(finding) = super::check::seen_for_free(run, &facts) {
            return Ok(Some(finding));
        }
        if run.stuck.is_some() {
            return Ok(None);
        }
        let checks = self.checks.clone();
        if checks.every_lane_succeeds
            && let Some(finding) = super::check::failed_lane(run)
        {
            return Ok(Some(finding));
        }
        let broken = checks.invariants.iter().zip(&self.held).find(|(_, (held, _))| !held);
        if let Some(((sentence, _), (_, evidence))) = broken {
            let evidence = evidence.as_ref().map(|text| format!("\n{text}")).unwrap_or_default();
            return Ok(Some(Finding::fail(format!("It does not hold that {sentence}.{evidence}"))));
        }
        let ran = Ran::new(run, &facts);
        Ok(checks.others.iter().find_map(|check| check(&ran).err()).map(Finding::fail))
    }

    fn tell(&mut self, run: &Run, serial: &[Serial], outcome: &mut Outcome) {
        let wrong = outcome.status != Status::Pass;
        outcome.timeline = Some(tell::timeline(run, serial, &self.before, &self.shown(), wrong));
    }

    async fn glance(&mut self) -> Result<Vec<Table>, Trouble> {
        let now = self.look().await?;
        let states = [("before".to_owned(), self.before.as_str()), ("now".to_owned(), &now)];
        Ok(tell::states_as_tables(&states, &self.shown()))
    }

    fn may_wait(&self, flying: &[Strand]) -> bool {
        let live = self.wire.live();
        flying.iter().any(|strand| {
            live.get(&strand.id()).is_some_and(|mine| mine.may_wait)
                && live.iter().any(|(id, l)| *id != strand.id() && (l.locks || l.may_wait))
        })
    }

    async fn waits(&mut self, flying: &[Strand]) -> Result<Vec<Wait>, Trouble> {
        let strands: HashMap<i32, Strand> =
            self.wire.live().values().map(|live| (live.pid, live.strand)).collect();
        let is_flying = |strand: &Strand| flying.iter().any(|f| f.id() == strand.id());
        let pids: Vec<i32> =
            strands.iter().filter(|(_, strand)| is_flying(strand)).map(|(pid, _)| *pid).collect();
        let control = self.control()?;
        let mut waits = Vec::new();
        for row in control.client.query(&control.waits, &[&pids]).await? {
            let strand = |pid: &i32| strands.get(pid).copied();
            if let Some(who) = strand(&row.get(0)) {
                let by = row.get::<_, Vec<i32>>(1).iter().filter_map(strand).collect();
                waits.push(Wait { who, by });
            }
        }
        waits.sort_by_key(|w| w.who.id());
        Ok(waits)
    }

    async fn break_circle(&mut self, victim: Strand) -> Result<(), Trouble> {
        let pid = self.wire.live().get_mut(&victim.id()).map(|live| {
            live.victim = true;
            live.pid
        });
        if let Some(pid) = pid {
            self.wire.database.keeper().cancel(pid)?;
        }
        Ok(())
    }

    fn hold(&mut self, strand: Strand, on: bool) -> bool {
        let pid = self.wire.live().get(&strand.id()).map(|live| live.pid);
        let keeper = self.wire.database.keeper();
        pid.is_some_and(|pid| {
            if on { keeper.stop(pid) } else { keeper.go_on(pid) }.unwrap_or(false)
        })
    }

    async fn cut(&mut self, lane: LaneId) -> Result<(), Trouble> {
        let of_lane = |live: &&super::shared::Live| live.strand.lane == lane;
        for live in self.wire.live().values().filter(of_lane) {
            live.cut.notify_one();
        }
        while self.wire.live().values().any(|live| live.strand.lane == lane) {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    fn hurry(&mut self) {
        for live in self.wire.live().values() {
            let _ = self.wire.database.keeper().cancel(live.pid);
        }
    }
}
