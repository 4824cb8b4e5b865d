//! Step 3: two accounts.

use crate::sync::{Mutex, MutexGuard, PoisonError};
use k02_given::{AccountId, Insufficient, Overflow, TransferError};
const STRIPES: usize = 16;
/// A fixed number of locks: account n is behind lock n % 16.
pub struct Bank {
    stripes: Vec<Mutex<Vec<u64>>>,
    len: usize,
}
fn lock(m: &Mutex<Vec<u64>>) -> MutexGuard<'_, Vec<u64>> {
    m.lock().unwrap_or_else(PoisonError::into_inner)
}
impl Bank {
    pub fn new(cents: &[u64]) -> Self {
        let stripes = (0..STRIPES)
            .map(|s| Mutex::new(cents.iter().copied().skip(s).step_by(STRIPES).collect()))
            .collect();
        Self { stripes, len: cents.len() }
    }
    pub fn transfer(
        &self,
        from: AccountId,
        to: AccountId,
        cents: u64,
    ) -> Result<(), TransferError> {
        for id in [from, to] {
            if id.0 >= self.len {
                return Err(TransferError::UnknownAccount(id));
            }
        }
        let (fs, fi, ts, ti) = (from.0 % STRIPES, from.0 / STRIPES, to.0 % STRIPES, to.0 / STRIPES);
        if fs == ts {
            let mut s = lock(&self.stripes[fs]);
            let rest = s[fi].checked_sub(cents).ok_or(Insufficient { balance: s[fi] })?;
            if from == to {
                return Ok(());
            }
            let sum = s[ti].checked_add(cents).ok_or(Overflow)?;
            s[fi] = rest;
            s[ti] = sum;
            return Ok(());
        }
        let (mut g, mut t) = if fs < ts {
            let g = lock(&self.stripes[fs]);
            (g, lock(&self.stripes[ts]))
        } else {
            let t = lock(&self.stripes[ts]);
            (lock(&self.stripes[fs]), t)
        };
        let rest = g[fi].checked_sub(cents).ok_or(Insufficient { balance: g[fi] })?;
        let sum = t[ti].checked_add(cents).ok_or(Overflow)?;
        g[fi] = rest;
        t[ti] = sum;
        Ok(())
    }
    pub fn balance(&self, id: AccountId) -> Option<u64> {
        lock(&self.stripes[id.0 % STRIPES]).get(id.0 / STRIPES).copied()
    }
    pub fn total(&self) -> u128 {
        let all: Vec<_> = self.stripes.iter().map(lock).collect();
        all.iter().flat_map(|s| s.iter()).map(|c| u128::from(*c)).sum()
    }
}
