//! Step 7: a slow question in the middle.

use std::collections::HashMap;

use k02_given::{AccountId, RISK_LIMIT, RiskCheck, Verdict, WithdrawError};
use tokio::select;
use tokio::time::sleep;

use crate::sync::{Mutex, MutexGuard};

/// Accounts whose withdrawals are checked for fraud, by a service that may take its time.
pub struct AsyncBank {
    books: Mutex<Books>,
}

/// What is written in the books is what has happened; what may happen is in the table beside.
struct Books {
    balances: Vec<u64>,
    reserved: HashMap<u64, (AccountId, u64)>,
    next: u64,
}

impl Books {
    fn available(&self, a: AccountId) -> Option<u64> {
        let held: u64 = self.reserved.values().filter(|(of, _)| *of == a).map(|(_, c)| c).sum();
        self.balances.get(a.0).map(|balance| balance - held)
    }
}

impl AsyncBank {
    pub fn new(cents: &[u64]) -> Self {
        let books = Books { balances: cents.to_vec(), reserved: HashMap::new(), next: 0 };
        Self { books: Mutex::new(books) }
    }

    pub async fn withdraw_checked(
        &self,
        a: AccountId,
        cents: u64,
        risk: &impl RiskCheck,
    ) -> Result<u64, WithdrawError> {
        let row = self.reserve(a, cents)?;
        let verdict = select! {
            biased;
            verdict = risk.assess(a, cents) => verdict,
            () = sleep(RISK_LIMIT) => return Err(WithdrawError::RiskTimeout),
        };
        match verdict {
            Ok(Verdict::Approve) => Ok(row.debit(a)),
            Ok(Verdict::Deny) => Err(WithdrawError::Denied),
            Err(_) => Err(WithdrawError::RiskUnavailable),
        }
    }

    pub fn available(&self, a: AccountId) -> u64 {
        self.books().available(a).unwrap_or(0)
    }

    fn reserve(&self, a: AccountId, cents: u64) -> Result<Row<'_>, WithdrawError> {
        let mut books = self.books();
        let available = books.available(a).ok_or(WithdrawError::UnknownAccount(a))?;
        if available < cents {
            return Err(WithdrawError::Insufficient { available });
        }
        let id = books.next;
        books.next += 1;
        books.reserved.insert(id, (a, cents));
        Ok(Row { bank: self, id })
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().expect("no panic under this lock")
    }
}

/// A row of the table. It is struck out when this is dropped, whatever the reason.
struct Row<'a> {
    bank: &'a AsyncBank,
    id: u64,
}

impl Row<'_> {
    fn debit(self, a: AccountId) -> u64 {
        let mut books = self.bank.books();
        if let Some((of, cents)) = books.reserved.remove(&self.id) {
            books.balances[of.0] -= cents;
        }
        books.available(a).unwrap_or(0)
    }
}

impl Drop for Row<'_> {
    fn drop(&mut self) {
        self.bank.books().reserved.remove(&self.id);
    }
}
