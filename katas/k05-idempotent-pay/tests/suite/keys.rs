//! A key store in this process, for step 4: each of its calls is atomic, and a choice point.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use explorer::{Caller, Footprint, Lost, Port, Reply};
use k05_given::{
    CallerId, Claim, Fingerprint, IdemKey, KeyStore, Lease, StoreError, StoredResponse,
};

/// All clones are the same store.
#[derive(Clone, Default)]
pub struct Keys(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    rows: BTreeMap<(String, String), Row>,
    fences: i64,
    /// It does not answer.
    down: bool,
    /// It answers, and keeps no answers.
    full: bool,
}

struct Row {
    request: Fingerprint,
    fence: i64,
    lapsed: bool,
    response: Option<StoredResponse>,
}

impl Keys {
    pub fn client(&self, caller: Caller) -> KeysClient {
        KeysClient { keys: self.clone(), caller }
    }

    /// From now on it does not answer, or it does again.
    pub fn is_down(&self, down: bool) {
        self.lock().down = down;
    }

    /// From now on no answer can be stored, or it can again; all else works.
    pub fn is_full(&self, full: bool) {
        self.lock().full = full;
    }

    /// Time passes: every lease has lapsed.
    pub async fn leases_lapse(&self, caller: &Caller) {
        let lapse = caller.call("every lease lapses", || {
            self.lock().rows.values_mut().for_each(|row| row.lapsed = true);
            reply(())
        });
        // Time cannot be cut off: asked for again, it has passed.
        if lapse.await.is_err() {
            self.lock().rows.values_mut().for_each(|row| row.lapsed = true);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn claim(&self, caller: &CallerId, key: &IdemKey, request: &Fingerprint) -> Claim {
        let mut state = self.lock();
        let fence = state.fences + 1;
        let known = state.rows.get_mut(&(caller.0.clone(), key.0.clone()));
        match known {
            Some(row) if row.request != *request => return Claim::Mismatch,
            Some(Row { response: Some(response), .. }) => return Claim::Replay(response.clone()),
            Some(row) if !row.lapsed => return Claim::InFlight,
            Some(row) => (row.fence, row.lapsed) = (fence, false),
            None => {
                let row = Row { request: *request, fence, lapsed: false, response: None };
                state.rows.insert((caller.0.clone(), key.0.clone()), row);
            }
        }
        state.fences = fence;
        Claim::Fresh(Lease { caller: caller.clone(), key: key.clone(), fence })
    }

    fn complete(&self, lease: &Lease, response: &StoredResponse) -> Result<(), StoreError> {
        let mut state = self.lock();
        let row = state.rows.get_mut(&of(lease)).filter(|row| row.fence == lease.fence);
        let row = row.ok_or(StoreError::LeaseLost)?;
        row.response.get_or_insert_with(|| response.clone());
        Ok(())
    }

    fn abandon(&self, lease: &Lease) {
        let mut state = self.lock();
        let mine = |row: &Row| row.fence == lease.fence && row.response.is_none();
        if state.rows.get(&of(lease)).is_some_and(mine) {
            state.rows.remove(&of(lease));
        }
    }
}

fn of(lease: &Lease) -> (String, String) {
    (lease.caller.0.clone(), lease.key.0.clone())
}

impl Port for Keys {
    fn reset(&self) {
        *self.lock() = State::default();
    }

    fn state(&self) -> String {
        let mut lines = vec!["# keys\tkey\tanswer".to_owned()];
        for ((caller, key), row) in &self.lock().rows {
            let answer =
                row.response.as_ref().map_or("running".to_owned(), |r| r.status.to_string());
            lines.push(format!("{caller}/{key}\t{answer}"));
        }
        lines.join("\n")
    }
}

/// The store, as one process reaches it.
#[derive(Clone)]
pub struct KeysClient {
    keys: Keys,
    caller: Caller,
}

impl KeysClient {
    fn answers(&self) -> Result<(), StoreError> {
        if self.keys.lock().down { Err(lost(Lost)) } else { Ok(()) }
    }
}

impl KeyStore for KeysClient {
    async fn claim(
        &self,
        caller: &CallerId,
        key: &IdemKey,
        request: &Fingerprint,
    ) -> Result<Claim, StoreError> {
        self.answers()?;
        let call = self.caller.call(format!("claim {}/{}", caller.0, key.0), || {
            let claim = self.keys.claim(caller, key, request);
            let said = crate::say::word(&claim);
            Reply { said, ..reply(claim) }
        });
        call.await.map_err(lost)
    }

    async fn complete(&self, lease: &Lease, response: &StoredResponse) -> Result<(), StoreError> {
        self.answers()?;
        if self.keys.lock().full {
            return Err(lost(Lost));
        }
        let what = format!("complete {}/{} with {}", lease.caller.0, lease.key.0, response.status);
        let call = self.caller.call(what, || {
            let done = self.keys.complete(lease, response);
            let said = if done.is_ok() { "" } else { "the lease is lost" };
            Reply { said: said.to_owned(), ..reply(done) }
        });
        call.await.map_err(lost)?
    }

    async fn abandon(&self, lease: &Lease) -> Result<(), StoreError> {
        self.answers()?;
        let what = format!("abandon {}/{}", lease.caller.0, lease.key.0);
        let call = self.caller.call(what, || {
            self.keys.abandon(lease);
            reply(())
        });
        call.await.map_err(lost)
    }
}

fn reply<T>(value: T) -> Reply<T> {
    Reply::new(value, "").touching(Footprint::nothing().writes("keys"))
}

fn lost(_: Lost) -> StoreError {
    StoreError::Unavailable("the connection to the key store broke".into())
}
