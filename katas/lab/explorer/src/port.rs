//! Ports in this process: a payment gateway, a mailer, a broker, beside a world or alone.
//!
//! A port is shared by all lanes of a scenario, put back before each schedule, and shown with what
//! the schedule left. A lane's code calls it by a handle that was made from its [`Actor`]; each
//! call is a step of that lane ([`Caller::call`]), with the faults that the scenario allows.
//!
//! ```
//! use std::sync::{Arc, Mutex};
//! use explorer::{Bounds, Caller, Footprint, Harm, Port, Ports, Reply, Returned, Scenario};
//!
//! /// Rings once for each call.
//! #[derive(Clone, Default)]
//! struct Bell(Arc<Mutex<u32>>);
//!
//! impl Port for Bell {
//!     fn reset(&self) {
//!         *self.0.lock().unwrap() = 0;
//!     }
//!     fn state(&self) -> String {
//!         format!("# bell\n{}", self.0.lock().unwrap())
//!     }
//! }
//!
//! impl Bell {
//!     async fn ring(&self, caller: &Caller) -> Result<(), explorer::Lost> {
//!         caller
//!             .call("ring", || {
//!                 *self.0.lock().unwrap() += 1;
//!                 Reply::new((), "rung").touching(Footprint::nothing().writes("bell"))
//!             })
//!             .await
//!     }
//! }
//!
//! let bell = Bell::default();
//! let ports = Ports::new([Arc::new(bell.clone()) as Arc<dyn Port>]);
//! let scenario = Scenario::new(ports)
//!     .lane("A: rings until it is heard", move |me| {
//!         let (bell, caller) = (bell.clone(), Caller::from(me));
//!         Box::pin(async move {
//!             while bell.ring(&caller).await.is_err() {}
//!             Returned { text: "()".into(), ok: true, gave_up: false }
//!         })
//!     })
//!     .port_faults(&[Harm::LostBefore, Harm::LostAfter])
//!     .bounds(Bounds { faults: 1, ..Bounds::default() });
//! let all = explorer::explore(scenario).unwrap();
//! let results: Vec<&str> = all.outcomes.keys().map(String::as_str).collect();
//! assert_eq!(results, ["A: (); # bell\n1", "A: (); # bell\n2"]);
//! ```

use std::fmt;
use std::sync::Arc;

use crate::gate::{Choice, Done, Over, Step, Strand};
use crate::{Actor, Event, Footprint, Harm, Trouble, World};

/// Something in this process that the lanes share.
pub trait Port: Send + Sync + 'static {
    /// Puts it back to how each schedule begins. Nobody calls it meanwhile.
    fn reset(&self);

    /// What the schedule left behind: a line `# name` with the columns behind it, divided by tabs,
    /// and a line a row. Two schedules with the same result have the same text.
    fn state(&self) -> String;
}

/// The ports of a scenario; by itself a [`World`] in which no step waits for another.
#[derive(Clone, Default)]
pub struct Ports(Vec<Arc<dyn Port>>);

impl Ports {
    pub fn new(ports: impl IntoIterator<Item = Arc<dyn Port>>) -> Self {
        Self(ports.into_iter().collect())
    }

    pub fn add(&mut self, port: Arc<dyn Port>) {
        self.0.push(port);
    }

    /// Puts all of them back.
    pub fn reset(&self) {
        self.0.iter().for_each(|port| port.reset());
    }

    /// What all of them hold, one after the other.
    pub fn state(&self) -> String {
        self.0.iter().map(|port| port.state()).collect::<Vec<_>>().join("\n")
    }
}

impl fmt::Debug for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ports", self.0.len())
    }
}

impl World for Ports {
    async fn reset(&mut self) -> Result<(), Trouble> {
        Ports::reset(self);
        Ok(())
    }

    async fn state(&mut self) -> Result<String, Trouble> {
        Ok(Ports::state(self))
    }
}

/// What a port answers to one call.
#[derive(Debug, Clone)]
pub struct Reply<T> {
    pub value: T,
    /// In a few words, for showing: `→ ch_1`.
    pub said: String,
    /// It touched these, and may have failed.
    pub done: Done,
}

impl<T> Reply<T> {
    /// An answer that may have touched anything, until [`Reply::touching`] says what.
    pub fn new(value: T, said: impl Into<String>) -> Self {
        Self { value, said: said.into(), done: Done::touching(Footprint::everything()) }
    }

    #[must_use]
    pub fn touching(mut self, footprint: Footprint) -> Self {
        self.done.footprint = footprint;
        self
    }

    /// It failed, so that the same call may follow without anything having changed.
    #[must_use]
    pub fn failed(mut self, failed: bool) -> Self {
        self.done.failed = failed;
        self
    }
}

/// The connection to the port broke: whether the call had its effect, nobody says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost;

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection broke before the reply")
    }
}

impl std::error::Error for Lost {}

/// Who calls a port: a lane of an exploration, or plain code.
#[derive(Clone, Default)]
pub enum Caller {
    /// A plain test: calls happen in their order, and nothing goes wrong but what the port itself
    /// was told to do.
    #[default]
    Plain,
    /// One incarnation of a lane: each call is a choice point.
    Lane(Actor),
}

impl From<Actor> for Caller {
    fn from(actor: Actor) -> Self {
        Self::Lane(actor)
    }
}

impl From<&Actor> for Caller {
    fn from(actor: &Actor) -> Self {
        Self::Lane(actor.clone())
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain => f.write_str("Plain"),
            Self::Lane(actor) => write!(f, "Lane({})", actor.lane()),
        }
    }
}

impl Caller {
    /// One call: asks at the gate, runs `effect`, tells what came of it. `call` says what it is:
    /// `charge 3000 for order-1`. Calls of one lane may be under way at once.
    ///
    /// Dropped while it waits at the gate, it has no effect. Once the schedule is over, or the
    /// lane's process is dead, it has none and is never ready.
    ///
    /// # Errors
    /// [`Lost`], where the explorer broke the connection: before the effect, or after it.
    pub async fn call<T>(
        &self,
        call: impl Into<String>,
        effect: impl FnOnce() -> Reply<T>,
    ) -> Result<T, Lost> {
        let Self::Lane(actor) = self else { return Ok(effect().value) };
        let call = call.into();
        let (strand, harm) = actor.turn(&call).await;
        let reply = harm.is_none_or(Harm::after).then(effect);
        let told = reply.as_ref().map(|reply| (reply.said.as_str(), &reply.done));
        actor.leave(strand, harm, &call, told).await;
        let heard = harm.is_none_or(Harm::hangs_up);
        reply.filter(|_| heard).map(|reply| reply.value).ok_or(Lost)
    }
}

impl Actor {
    /// Waits for a call's turn: on which strand, and how it goes wrong from here on.
    async fn turn(&self, call: &str) -> (Strand, Option<Harm>) {
        loop {
            let (strand, harm) = self.ask(call).await;
            if harm != Some(Harm::HangsUpBefore) {
                return (strand, harm);
            }
            self.gate.hang_up(self.lane);
            let event = Event::fault(Harm::HangsUpBefore.row(call, ""));
            self.gate.leave(strand, Some(event), &Done::touching(Footprint::everything()));
            // The request would be dropped by now: this is a task that it has spawned.
            tokio::task::yield_now().await;
        }
    }

    /// Tells what came of a call, if it had its effect: what was said, and what that touched. Never
    /// ready if the lane's process dies of it.
    async fn leave(
        &self,
        strand: Strand,
        harm: Option<Harm>,
        call: &str,
        told: Option<(&str, &Done)>,
    ) {
        let said = told.map_or("", |(said, _)| said);
        let everything = Done::touching(Footprint::everything());
        let Some(harm) = harm else {
            let arrow = if said.is_empty() { "" } else { " → " };
            let event = Event::step(format!("{call}{arrow}{said}"));
            let (_, done) = told.expect("it had its effect: nothing went wrong");
            return self.gate.leave(strand, Some(event), done);
        };
        if harm.hangs_up() {
            self.gate.hang_up(self.lane);
        }
        self.gate.leave(strand, Some(Event::fault(harm.row(call, said))), &everything);
        if harm.kills() {
            return std::future::pending().await;
        }
        if harm.hangs_up() {
            // The request is dropped here. What it has spawned lives on, and hears the reply.
            tokio::task::yield_now().await;
        }
    }

    /// Waits until a call is let go: on which strand, and how it goes wrong.
    async fn ask(&self, call: &str) -> (Strand, Option<Harm>) {
        let strand = self.strand();
        let harms = self.offered();
        let faults = harms.iter().copied().map(Into::into).collect();
        let step = Step { text: call.to_owned(), key: call.to_owned(), faults };
        match self.gate.enter(strand, step).await {
            Ok(Choice::Go) => (strand, None),
            Ok(Choice::Fault(n)) => (strand, Some(harms[n])),
            Err(Over) => std::future::pending().await,
        }
    }

    /// What may go wrong with a call of this lane now.
    fn offered(&self) -> Vec<Harm> {
        let serves = self.gate.serves(self.lane);
        self.harms.iter().copied().filter(|harm| serves || !harm.hangs_up()).collect()
    }

    /// Runs `request` until it is done, or until whoever waits for its answer hangs up
    /// ([`Harm::HangsUpBefore`], [`Harm::HangsUpAfter`]): then it is dropped where it waits, as a
    /// web server drops the handler of a client that is gone, and the result is `None`.
    ///
    /// What it has spawned lives on. A lane serves one such request at a time.
    pub async fn until_hung_up<T>(&self, request: impl Future<Output = T>) -> Option<T> {
        let serving = self.gate.serve(self.lane);
        tokio::select! {
            biased;
            () = serving.hung_up.notified() => None,
            value = request => Some(value),
        }
    }
}
