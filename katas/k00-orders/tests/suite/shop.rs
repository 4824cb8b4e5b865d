//! The journal and the mail as ports of the explorer: each call is one step, and a process can be
//! killed before and after each.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use explorer::{
    BadCode, Bounds, Caller, Ended, Finding, Footprint, Harm, Replayed, Reply, Returned, Run,
    Trouble, World, short,
};
use k00::s3_shell::Orders;
use k00_given::{
    AppendError, Clock, Command, Event, History, Journal, Mail, MailError, Mailer, Memory,
    OrderError, OrderId, Pending, Placed, Post, Store, Timestamp, Unavailable, Version,
};
use protocol::{Outcome, Status};

use crate::rules::RULES;

pub const ORDER: OrderId = OrderId(7);
pub const NOW: Timestamp = Timestamp(2_000);

/// What does not work today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    Nothing,
    /// Whoever reads the journal is told that it cannot be reached.
    Reading,
    Appending,
    /// Whoever appends is told that somebody else was faster, each time.
    TooSlow,
    Mail,
}

type Check = Box<dyn Fn(&Ran) -> Result<(), String> + Send + Sync>;

/// Replicas that share a journal and a mail office.
pub struct Scenario {
    start: Vec<Event>,
    broken: Broken,
    lanes: Vec<(String, Command)>,
    bounds: Bounds,
    harms: &'static [Harm],
    serializable: bool,
    check: Check,
}

/// A schedule that has come to its end.
pub struct Ran<'a> {
    run: &'a Run,
    /// Of the order, in the journal.
    pub events: Vec<Event>,
    pub mails: Vec<Sent>,
}

/// A mail that has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    pub mail: Mail,
    /// The journal held what it tells, at that moment.
    pub is_true: bool,
}

impl Scenario {
    /// An order to which this has happened.
    pub fn new(start: &[Event]) -> Self {
        Self {
            start: start.to_vec(),
            broken: Broken::Nothing,
            lanes: Vec::new(),
            bounds: Bounds::default(),
            harms: &[],
            serializable: false,
            check: Box::new(|_| Ok(())),
        }
    }

    /// A replica, in a process of its own, that is given this command.
    pub fn lane(mut self, name: &str, command: Command) -> Self {
        self.lanes.push((name.to_owned(), command));
        self
    }

    pub fn broken(self, broken: Broken) -> Self {
        Self { broken, ..self }
    }

    /// One process is killed, before or after any of its effects; with `restarts`, a new one is
    /// given the same command.
    pub fn killed(mut self, restarts: bool) -> Self {
        self.harms = &[Harm::DiesBefore, Harm::DiesAfter];
        self.bounds = Bounds { faults: 1, restarts, ..self.bounds };
        self
    }

    /// The ending is that of one after the other; who met a conflict has done nothing.
    pub fn serializable(self) -> Self {
        Self { serializable: true, ..self }
    }

    pub fn check(self, check: impl Fn(&Ran) -> Result<(), String> + Send + Sync + 'static) -> Self {
        Self { check: Box::new(check), ..self }
    }

    fn open(self) -> explorer::Scenario {
        let shop = Shop {
            kept: Arc::default(),
            start: self.start,
            broken: self.broken,
            check: Arc::new(self.check),
        };
        let mut scenario = explorer::Scenario::new(shop.clone())
            .bounds(self.bounds)
            .port_faults(self.harms)
            .pulse(suite::pulse);
        for (name, command) in self.lanes {
            let shop = shop.clone();
            scenario = scenario.lane(&name, move |me| {
                let (shop, command) = (shop.clone(), command.clone());
                Box::pin(async move { told(shop.orders(me.into()).handle(ORDER, command).await) })
            });
        }
        if self.serializable { scenario.serializable() } else { scenario }
    }
}

/// Runs every schedule, and fails the test with the first that must not be.
pub fn explore(scenario: impl Fn() -> Scenario) {
    let number = suite::exploration();
    let _exploring = suite::exploring();
    // A panic of a lane is told with its schedule.
    let _panics = suite::expect_panics();
    if let Some(code) = suite::replay_of(number) {
        show(explorer::replay(scenario().open(), &code), number);
    }
    let found = explorer::explore(scenario().open());
    suite::fingerprint(&match &found {
        Ok(all) => format!("{} schedules, {:016x}", all.schedules, all.fingerprint),
        Err(outcome) => format!("fails: {}", outcome.replay.as_deref().unwrap_or_default()),
    });
    if let Err(outcome) = found {
        suite::fail(suite::numbered(*outcome, number));
    }
}

fn show(replayed: Result<Result<Replayed, BadCode>, Box<Outcome>>, number: usize) -> ! {
    let outcome = match replayed {
        Err(outcome) => *outcome,
        Ok(Err(bad)) => Outcome::new(Status::Fail, bad.to_string()),
        Ok(Ok(replayed)) => replayed.told(),
    };
    suite::fail(suite::numbered(outcome, number))
}

fn told(answer: Result<Placed, OrderError>) -> Returned {
    Returned {
        ok: answer.is_ok(),
        gave_up: answer == Err(OrderError::Conflict),
        text: answer_text(&answer),
    }
}

/// As a timeline shows it.
pub fn answer_text(answer: &Result<Placed, OrderError>) -> String {
    match answer {
        Ok(Placed { version, mail }) => format!("Ok(version {}, mail {mail:?})", version.0),
        Err(why) => format!("Err({why:?})"),
    }
}

impl Ran<'_> {
    /// What lane `A` returned; `None` if its process died.
    pub fn told(&self, lane: &str) -> Option<&str> {
        let at = self.run.lanes.iter().position(|l| short(l) == lane)?;
        match &self.run.ends[at] {
            Ended::Returned(returned) => Some(&returned.text),
            _ => None,
        }
    }

    /// How often the journal says that the order was confirmed.
    pub fn confirmations(&self) -> usize {
        self.events.iter().filter(|e| matches!(e, Event::Confirmed { .. })).count()
    }
}

#[derive(Clone)]
struct Shop {
    kept: Arc<Kept>,
    start: Vec<Event>,
    broken: Broken,
    check: Arc<Check>,
}

#[derive(Default)]
struct Kept {
    memory: Memory,
    mails: Mutex<Vec<Sent>>,
}

impl Kept {
    fn mails(&self) -> MutexGuard<'_, Vec<Sent>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shop {
    /// What runs in the process of `caller`.
    fn orders(&self, caller: Caller) -> Orders {
        let desk = Desk { shop: self.clone(), caller };
        let (journal, mailer) = (Journal::new(desk.clone()), Mailer::new(desk));
        Orders::new(journal, mailer, Clock::stopped_at(NOW), RULES)
    }

    fn events(&self) -> Vec<Event> {
        self.kept.memory.history(ORDER).events
    }
}

impl World for Shop {
    async fn reset(&mut self) -> Result<(), Trouble> {
        self.kept.memory.clear();
        self.kept.mails().clear();
        let put = self.kept.memory.put(ORDER, Version(0), self.start.clone());
        put.map(|_| ()).map_err(Trouble::from)
    }

    async fn state(&mut self) -> Result<String, Trouble> {
        Ok(format!("{:?}, mails {:?}", self.events(), self.kept.mails()))
    }

    async fn judge(&mut self, run: &Run) -> Result<Option<Finding>, Trouble> {
        if run.stuck.is_some() {
            return Ok(None);
        }
        let mails = self.kept.mails().clone();
        let ran = Ran { run, events: self.events(), mails };
        Ok((self.check)(&ran).err().map(Finding::fail))
    }

    fn tell(&mut self, run: &Run, _: &[explorer::Serial], outcome: &mut Outcome) {
        let mut timeline = explorer::timeline(&run.lanes, &run.log);
        let events: Vec<String> = self.events().iter().map(ToString::to_string).collect();
        let mails: Vec<String> =
            self.kept.mails().iter().map(|sent| sent.mail.to_string()).collect();
        let list = |what: Vec<String>| {
            if what.is_empty() { "nothing".to_owned() } else { what.join("; ") }
        };
        timeline.notes.push(format!("In the journal: {}", list(events)));
        timeline.notes.push(format!("Told by mail: {}", list(mails)));
        outcome.timeline = Some(timeline);
    }
}

/// Journal and mail office, as one process reaches them.
#[derive(Clone)]
struct Desk {
    shop: Shop,
    caller: Caller,
}

impl Desk {
    async fn call<T>(&self, asked: String, effect: impl FnOnce() -> Reply<T>) -> T {
        self.caller.call(asked, effect).await.expect("no connection is cut here, processes die")
    }
}

/// What two replicas can notice of each other.
fn order() -> String {
    format!("{ORDER}")
}

impl Store for Desk {
    fn read(&self, order_id: OrderId) -> Pending<'_, Result<History, Unavailable>> {
        Box::pin(self.call(format!("read {order_id}"), move || {
            let (read, text) = if self.shop.broken == Broken::Reading {
                (Err(Unavailable), "unavailable".into())
            } else {
                let history = self.shop.kept.memory.history(order_id);
                let text = format!("version {}", history.version.0);
                (Ok(history), text)
            };
            let failed = read.is_err();
            Reply::new(read, text).touching(Footprint::nothing().reads(order())).failed(failed)
        }))
    }

    fn append(
        &self,
        order_id: OrderId,
        expected: Version,
        events: Vec<Event>,
    ) -> Pending<'_, Result<Version, AppendError>> {
        let names: Vec<String> = events.iter().map(ToString::to_string).collect();
        let asked = format!("append at version {}: {}", expected.0, names.join(", "));
        Box::pin(self.call(asked, move || {
            let put = match self.shop.broken {
                Broken::Appending => Err(AppendError::Unavailable),
                Broken::TooSlow => Err(AppendError::Conflict),
                _ => self.shop.kept.memory.put(order_id, expected, events),
            };
            let text = match put {
                Ok(version) => format!("version {}", version.0),
                Err(AppendError::Conflict) => "conflict".into(),
                Err(AppendError::Unavailable) => "unavailable".into(),
            };
            let touched = Footprint::nothing().writes(order());
            Reply::new(put, text).touching(touched).failed(put.is_err())
        }))
    }

    fn next_id(&self) -> Pending<'_, Result<OrderId, Unavailable>> {
        Box::pin(self.call("draw a number".into(), || {
            let drawn = self.shop.kept.memory.draw();
            Reply::new(Ok(drawn), drawn.to_string())
                .touching(Footprint::nothing().writes("numbers"))
        }))
    }
}

impl Post for Desk {
    fn send(&self, mail: Mail) -> Pending<'_, Result<(), MailError>> {
        Box::pin(self.call(format!("mail: {mail}"), move || {
            let touched = Footprint::nothing().writes("mail").reads(order());
            if self.shop.broken == Broken::Mail {
                let reply = Reply::new(Err(MailError), "it does not leave");
                return reply.touching(touched).failed(true);
            }
            let about = |event: &Event| Mail::about(mail.order, event) == Some(mail);
            let is_true = self.shop.events().iter().any(about);
            self.shop.kept.mails().push(Sent { mail, is_true });
            let text = if is_true { "sent" } else { "sent; the journal does not say so" };
            Reply::new(Ok(()), text).touching(touched)
        }))
    }
}
