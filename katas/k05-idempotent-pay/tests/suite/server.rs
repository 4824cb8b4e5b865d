//! The service as step 5 meets it: it says what a script says, and charges each key once.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use effects::Ledger;
use k05_given::{Http, HttpReply, IdemKey, LinkError};
use tokio::time::Instant;

/// What becomes of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// It is charged, unless its key was; and answered with 201.
    Pays,
    /// It is charged, unless its key was; and its answer is lost.
    PaysAndBreaks,
    /// The connection breaks before the service has seen anything.
    Breaks,
    /// It is answered with this status.
    Says(u16),
    /// There is never an answer.
    Hangs,
    /// It is charged, and answered so much later.
    PaysLate(Duration),
}

/// An attempt as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub key: String,
    pub body: Vec<u8>,
    /// Since the server began.
    pub at: Duration,
}

/// The service, behind a lossy link.
pub struct Server {
    state: Mutex<State>,
    pub ledger: Ledger,
    begun: Instant,
}

struct State {
    script: VecDeque<Act>,
    last: Act,
    attempts: Vec<Attempt>,
    charged: BTreeSet<String>,
    keys: usize,
}

impl Server {
    /// It does this with the attempts that come, and goes on with the last.
    pub fn new(script: &[Act]) -> Self {
        let last = script.last().copied().unwrap_or(Act::Pays);
        let (script, attempts) = (script.iter().copied().collect(), Vec::new());
        let state = State { script, last, attempts, charged: BTreeSet::new(), keys: 0 };
        Self { state: Mutex::new(state), ledger: Ledger::default(), begun: Instant::now() }
    }

    pub fn attempts(&self) -> Vec<Attempt> {
        self.state().attempts.clone()
    }

    /// When attempts arrived.
    pub fn times(&self) -> Vec<Duration> {
        self.state().attempts.iter().map(|attempt| attempt.at).collect()
    }

    /// The different keys that arrived.
    pub fn keys(&self) -> BTreeSet<String> {
        self.state().attempts.iter().map(|attempt| attempt.key.clone()).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pays(&self, key: &IdemKey) -> HttpReply {
        if self.state().charged.insert(key.0.clone()) {
            self.ledger.record("order-1");
        }
        HttpReply { status: 201, body: format!("paid with {}", key.0).into_bytes() }
    }
}

impl Http for Server {
    fn new_key(&self) -> IdemKey {
        let mut state = self.state();
        state.keys += 1;
        IdemKey(format!("key-{}", state.keys))
    }

    async fn post(&self, key: &IdemKey, body: &[u8]) -> Result<HttpReply, LinkError> {
        let act = {
            let mut state = self.state();
            let at = self.begun.elapsed();
            let attempt = Attempt { key: key.0.clone(), body: body.to_vec(), at };
            state.attempts.push(attempt);
            state.script.pop_front().unwrap_or(state.last)
        };
        // A network is never done at once.
        tokio::task::yield_now().await;
        match act {
            Act::Pays => Ok(self.pays(key)),
            Act::PaysAndBreaks => {
                self.pays(key);
                Err(LinkError)
            }
            Act::Breaks => Err(LinkError),
            Act::Says(status) => Ok(HttpReply { status, body: b"no".to_vec() }),
            Act::Hangs => std::future::pending().await,
            Act::PaysLate(late) => {
                let reply = self.pays(key);
                tokio::time::sleep(late).await;
                Ok(reply)
            }
        }
    }
}
