//! One statement: asked for at the gate, sent, answered, told.

use std::io::Result;
use std::sync::Arc;

use bytes::BytesMut;
use explorer::{Choice, Done, Event, Footprint, Over, Step};

use super::answer::{Answer, as_deadlock, without_parse};
use super::group::{Group, Prepared};
use super::message::{each, put};
use super::said::Said;
use super::sessions::{Fault, Harmful};
use super::shared::Described;
use super::sql::{Kind, Statement, brief};
use super::tap::{Fate, Tap};

/// Who hears the reply.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hears {
    Yes,
    /// It is lost on its way.
    No,
    /// The client of the request has hung up: only what the request has spawned.
    WhoeverIsLeft,
}

/// A group that executes something.
struct Order<'a> {
    group: &'a Group,
    statement: Statement,
    sql: String,
    text: String,
    bound: Option<Prepared>,
    /// It is only prepared, and the lane's own session had to be asked.
    prepares: Option<String>,
}

impl Tap {
    pub async fn step(&mut self, group: &Group) -> Result<std::result::Result<BytesMut, Fate>> {
        let order = self.order(group);
        match order.statement.kind {
            Kind::Local => return self.without_a_choice(&order).await.map(Ok),
            Kind::End if self.begun.is_some() && order.statement.only_ends() => {
                return Ok(Ok(self.nothing_happened(&order)));
            }
            _ => {}
        }
        if self.carried.take().is_some_and(|sql| sql == order.sql) && order.prepares.is_none() {
            self.gate.pass(self.strand, &order.text);
            return self.execute(&order, Hears::Yes).await;
        }
        let durable = match order.statement.kind {
            Kind::End => order.statement.commits() && self.transaction.holds_locks(),
            _ => self.status() == b'I' && order.statement.kind == Kind::Lock,
        };
        let serves = self.gate.serves(self.strand.lane);
        let faults = self.wire.faults(self.strand.lane, durable, serves);
        let how = self.wire.offer.how;
        let step = Step {
            text: order.text.clone(),
            key: order.sql.clone(),
            faults: faults.iter().map(|f| f.told(how)).collect(),
        };
        match self.gate.enter(self.strand, step).await {
            Err(Over) => Ok(Err(Fate::Client)),
            Ok(Choice::Go) => self.execute(&order, Hears::Yes).await,
            Ok(Choice::Fault(n)) => match (faults[n], how) {
                (Fault::CutAfter, Harmful::HangsUp) => {
                    self.execute(&order, Hears::WhoeverIsLeft).await
                }
                (Fault::CutBefore, _) => self.cut_before(&order).await.map(Err),
                (Fault::CutAfter, _) => self.execute(&order, Hears::No).await,
                (Fault::Kill, _) => Ok(Err(self.killed(&order).await)),
            },
        }
    }

    fn order<'a>(&self, group: &'a Group) -> Order<'a> {
        let prepares = group.only_prepares().map(str::to_owned);
        let named = |name: &String| self.prepared.get(name).cloned();
        let bound = group.bound.as_ref().filter(|name| !name.is_empty()).and_then(named);
        let sql = match (&group.executes, &prepares) {
            (Some(sql), _) => sql.clone(),
            (None, Some(name)) => named(name).map(|p| p.sql).unwrap_or_default(),
            (None, None) => String::new(),
        };
        let tables = &self.wire.schema.tables;
        let only = if let [table] = &tables[..] { Some(table.as_str()) } else { None };
        let text = brief(&sql, &group.parameters, only);
        Order { group, statement: Statement::new(&sql), sql, text, bound, prepares }
    }

    /// BEGIN, SET, SHOW and the like.
    async fn without_a_choice(&mut self, order: &Order<'_>) -> Result<BytesMut> {
        self.transaction.hears(&order.statement);
        let waits =
            order.statement.only_begins() && order.group.ends_with(b'Q') && self.status() == b'I';
        if waits {
            self.begun = Some(order.sql.clone());
            self.rows.push(self.row(order, &Answer::default()));
            let tag = match order.statement.word() {
                "start" => "START TRANSACTION\0",
                _ => "BEGIN\0",
            };
            return Ok(complete(tag, b'T'));
        }
        self.gate.pass(self.strand, &order.text);
        let before = self.status();
        let reply = self.exchange(order).await;
        let answer = reply.as_ref().map(|(r, _)| Answer::read(r, &[], false)).unwrap_or_default();
        if answer.error.is_some() {
            self.learn(order, &answer);
        }
        let copied = std::mem::take(&mut self.copies);
        if copied || self.status() != before {
            // Its rows are there, or it failed: what it held is free now, and others may go on.
            let failed = answer.error.is_some();
            let done = Done::touching(Footprint::everything()).failed(failed);
            self.gate.leave(self.strand, None, &done);
        } else {
            self.gate.rest(self.strand);
        }
        let (reply, _) = reply?;
        self.backend.dirty |= !order.statement.is_empty() && order.statement.word() != "show";
        if !order.statement.is_empty() {
            self.rows.push(self.row(order, &answer));
        }
        Ok(reply)
    }

    /// A transaction that ends without having touched anything.
    fn nothing_happened(&mut self, order: &Order) -> BytesMut {
        self.begun = None;
        self.rows.push(self.row(order, &Answer::default()));
        let tag = if order.statement.commits() { "COMMIT\0" } else { "ROLLBACK\0" };
        complete(tag, b'I')
    }

    async fn cut_before(&mut self, order: &Order<'_>) -> Result<Fate> {
        // A BEGIN that waits was never sent either.
        self.rows.clear();
        self.begun = None;
        self.backend.scrub().await?;
        let event = Event::fault(format!("{} ✂ cut before it", order.text));
        self.gate.leave(self.strand, Some(event), &Done::touching(Footprint::everything()));
        Ok(self.cut_off())
    }

    async fn killed(&mut self, order: &Order<'_>) -> Fate {
        self.note_rows();
        let _ = self.wire.database.keeper().terminate(self.backend.pid);
        let last = self.backend.until_gone().await;
        self.backend.busy = false;
        // Nobody must get it as a session that was kept: to scrub it fails now.
        self.backend.dirty = true;
        self.failed_with("57P01");
        let event = Event::fault(format!("{} ✂ the server ends the session", order.text));
        self.gate.leave(self.strand, Some(event), &Done::touching(Footprint::everything()));
        if self.wire.crashes() { Fate::Crash } else { Fate::Server(last) }
    }

    fn cut_off(&self) -> Fate {
        if self.wire.crashes() { Fate::Crash } else { Fate::Client }
    }

    /// Sends it and tells what came of it.
    async fn execute(
        &mut self,
        order: &Order<'_>,
        hears: Hears,
    ) -> Result<std::result::Result<BytesMut, Fate>> {
        let before = self.status();
        let id = self.strand.id();
        let locks = order.statement.kind == Kind::Lock;
        {
            let mut live = self.wire.live();
            let barred = live.iter().any(|(other, l)| *other != id && l.bars_readers);
            if let Some(live) = live.get_mut(&id) {
                live.may_wait = locks || barred;
            }
        }
        self.transaction.hears(&order.statement);
        self.note_rows();
        let (mut reply, whole) = self.exchange(order).await?;
        let victim = self.wire.live().get_mut(&id).is_some_and(|l| std::mem::take(&mut l.victim));
        if victim {
            reply = as_deadlock(&reply);
        }
        self.copies = each(&reply).last().is_some_and(|(kind, _)| kind == b'G');
        self.copying = self.copies && order.group.ends_with(b'Q');
        let columns = order.bound.as_ref().map_or(&[][..], |p| &p.columns[..]);
        let answer = Answer::read(&reply, columns, !order.group.ends_with(b'Q'));
        let event = self.row(order, &answer);
        let tables = &self.wire.schema.tables;
        let after = self.backend.status;
        let footprint = self.transaction.touch(
            &order.statement,
            tables,
            self.wire.schema.coarse,
            before,
            after,
        );
        self.backend.dirty |= locks && !order.statement.is_plain();
        if let Some(live) = self.wire.live().get_mut(&id) {
            live.locks = self.transaction.holds_locks() || self.backend.dirty;
            live.bars_readers = self.backend.dirty && after != b'I';
            live.may_wait = false;
        }
        self.learn(order, &answer);
        self.wire.facts()[self.strand.lane].steps += usize::from(order.prepares.is_none());
        let prepared = order.prepares.is_some() && answer.error.is_none();
        let done = Done::touching(footprint).failed(answer.error.is_some());
        if prepared {
            self.carried = Some(order.sql.clone());
            self.gate.leave(self.strand, None, &done);
            return Ok(Ok(reply));
        }
        if hears == Hears::WhoeverIsLeft {
            self.gate.hang_up(self.strand.lane);
            self.gate.note(self.strand.lane, event);
            let event = Event::fault("✂ the client hangs up");
            self.gate.leave(self.strand, Some(event), &Done::touching(Footprint::everything()));
            return Ok(if whole { Ok(reply) } else { Err(Fate::Server(reply)) });
        }
        if hears == Hears::No {
            self.gate.note(self.strand.lane, event);
            let lost = Event::fault("✂ cut: the reply is lost");
            self.gate.leave(self.strand, Some(lost), &Done::touching(Footprint::everything()));
            return Ok(Err(self.cut_off()));
        }
        self.gate.leave(self.strand, Some(event), &done);
        Ok(if whole { Ok(reply) } else { Err(Fate::Server(reply)) })
    }

    /// One round trip: a BEGIN that waits, a Parse that is missing, and the group itself.
    async fn exchange(&mut self, order: &Order<'_>) -> Result<(BytesMut, bool)> {
        let mut bytes = BytesMut::new();
        let begun = self.begun.take();
        if let Some(begin) = &begun {
            put(&mut bytes, b'Q', &[begin.as_bytes(), b"\0"]);
        }
        let mut parsed = None;
        match (&order.bound, &order.prepares) {
            (Some(statement), _) => {
                let (name, is_new) = self.backend.name(statement);
                parsed = is_new.then(|| statement.clone());
                bytes.extend_from_slice(&order.group.to_server(Some(&name), parsed.as_ref()));
            }
            (None, Some(name)) => {
                let statement = self.prepared.get(name).cloned().unwrap_or_default();
                // Anew even if the session knows it: the description is what is asked for.
                self.backend.forget(&statement);
                bytes.extend_from_slice(&statement.prepare_as(&self.backend.name(&statement).0));
                parsed = Some(statement);
            }
            (None, None) => bytes.extend_from_slice(&order.group.to_server(None, None)),
        }
        self.backend.send(&bytes).await?;
        if begun.is_some() {
            self.backend.reply().await?;
            self.backend.busy = true;
        }
        let (mut reply, whole) = self.backend.reply().await?;
        if let Some(statement) = parsed.as_ref().filter(|_| !parse_was_accepted(&reply)) {
            self.backend.forget(statement);
        }
        if let (Some(name), Some(described)) = (&order.prepares, Described::read(&reply)) {
            let entry = self.prepared.entry(name.clone()).or_default();
            (entry.parameters, entry.columns) = (described.parameters, described.columns);
        }
        if parsed.is_some() && order.prepares.is_none() {
            reply = without_parse(&reply);
        }
        self.backend.prepares |= order.statement.mentions("prepare ");
        if ["deallocate", "discard"].iter().any(|word| order.statement.mentions(word)) {
            self.backend.forget_all();
        }
        if order.statement.mentions("prepare transaction") {
            self.wire.set_prepares_transactions();
        }
        Ok((reply, whole))
    }

    /// What the answer says about the lane.
    fn learn(&mut self, order: &Order, answer: &Answer) {
        let mut facts = self.wire.facts();
        let facts = &mut facts[self.strand.lane];
        if let Some((code, _)) = &answer.error {
            facts.errors.push(code.clone());
            if code != "25P02" || facts.last_error.is_none() {
                facts.last_error = Some(code.clone());
            }
            return;
        }
        if order.statement.kind == Kind::End {
            facts.swallowed = order.statement.commits() && answer.tag == "ROLLBACK";
        }
        if order.statement.kind != Kind::End || answer.tag == "COMMIT" {
            facts.last_error = None;
        }
    }

    /// The statement and what came of it, for the log.
    fn row(&self, order: &Order, answer: &Answer) -> Event {
        let mut said = Said::new(&order.statement, &order.sql, &order.group.parameters, answer);
        said.in_snapshot = self.transaction.in_snapshot();
        let brief = answer.brief();
        let arrow = if brief.is_empty() { "" } else { " → " };
        Event::step(format!("{}{arrow}{brief}", order.text)).with(Arc::new(said))
    }

    fn failed_with(&self, code: &str) {
        let mut facts = self.wire.facts();
        let facts = &mut facts[self.strand.lane];
        facts.errors.push(code.to_owned());
        facts.last_error = Some(code.to_owned());
    }

    /// Rows of statements that were no choice points come before the next one that is.
    pub fn note_rows(&mut self) {
        for event in self.rows.drain(..) {
            self.gate.note(self.strand.lane, event);
        }
    }
}

/// Whether the reply begins with the answer to a Parse that was accepted.
fn parse_was_accepted(reply: &[u8]) -> bool {
    reply.first() == Some(&b'1')
}

/// What the server would say of a command that has no rows.
fn complete(tag: &str, status: u8) -> BytesMut {
    let mut out = BytesMut::new();
    put(&mut out, b'C', &[tag.as_bytes()]);
    put(&mut out, b'Z', &[&[status]]);
    out
}
