//! Step 2: one lock.

use crate::sync::{Mutex, MutexGuard, PoisonError};
use k02_given::{Account, Insufficient, Overflow};
struct Books {
    paid_in: u64,
    paid_out: u64,
}
pub struct LockAccount {
    books: Mutex<Books>,
}
impl LockAccount {
    pub fn new(cents: u64) -> Self {
        Self { books: Mutex::new(Books { paid_in: cents, paid_out: 0 }) }
    }
    fn lock(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
impl Account for LockAccount {
    fn withdraw(&self, cents: u64) -> Result<u64, Insufficient> {
        let mut b = self.lock();
        let balance = b.paid_in - b.paid_out;
        if balance < cents {
            return Err(Insufficient { balance });
        }
        b.paid_out += cents;
        Ok(balance - cents)
    }
    fn deposit(&self, cents: u64) -> Result<u64, Overflow> {
        let mut b = self.lock();
        b.paid_in = b.paid_in.checked_add(cents).ok_or(Overflow)?;
        Ok(b.paid_in - b.paid_out)
    }
    fn balance(&self) -> u64 {
        let b = self.lock();
        b.paid_in - b.paid_out
    }
}
