//! Step 3: two accounts.

use crate::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use k02_given::{AccountId, Insufficient, Overflow, TransferError};
struct Slot {
    busy: Mutex<bool>,
    free: Condvar,
    cents: Mutex<u64>,
}
struct Turn<'a>(&'a Slot);
impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *lock(&self.0.busy) = false;
        self.0.free.notify_one();
    }
}
fn lock<T>(m: &Mutex<T>) -> MutexGuard<'_, T> {
    m.lock().unwrap_or_else(PoisonError::into_inner)
}
impl Slot {
    fn turn(&self) -> Turn<'_> {
        let mut busy = lock(&self.busy);
        if *busy {
            busy = self.free.wait(busy).unwrap_or_else(PoisonError::into_inner);
        }
        *busy = true;
        drop(busy);
        Turn(self)
    }
}
impl Turn<'_> {
    fn get(&self) -> u64 {
        *lock(&self.0.cents)
    }
    fn set(&self, to: u64) {
        *lock(&self.0.cents) = to;
    }
}
pub struct Bank {
    slots: Vec<Slot>,
    total: u128,
}
impl Bank {
    pub fn new(cents: &[u64]) -> Self {
        Self {
            slots: cents
                .iter()
                .map(|c| Slot {
                    busy: Mutex::new(false),
                    free: Condvar::new(),
                    cents: Mutex::new(*c),
                })
                .collect(),
            total: cents.iter().map(|c| u128::from(*c)).sum(),
        }
    }
    pub fn transfer(
        &self,
        from: AccountId,
        to: AccountId,
        cents: u64,
    ) -> Result<(), TransferError> {
        let slot = |id: AccountId| self.slots.get(id.0).ok_or(TransferError::UnknownAccount(id));
        let (f, t) = (slot(from)?, slot(to)?);
        if from == to {
            let balance = f.turn().get();
            if balance < cents {
                return Err(Insufficient { balance }.into());
            }
            return Ok(());
        }
        let (f, t) = if from < to {
            let f = f.turn();
            (f, t.turn())
        } else {
            let t = t.turn();
            (f.turn(), t)
        };
        let balance = f.get();
        let rest = balance.checked_sub(cents).ok_or(Insufficient { balance })?;
        let sum = t.get().checked_add(cents).ok_or(Overflow)?;
        f.set(rest);
        t.set(sum);
        Ok(())
    }
    pub fn balance(&self, id: AccountId) -> Option<u64> {
        self.slots.get(id.0).map(|s| s.turn().get())
    }
    pub fn total(&self) -> u128 {
        self.total
    }
}
