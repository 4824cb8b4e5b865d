//! The four ways to share a balance, as the load sees them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use bench_lab::{Way, cores};
use k02::s2_lock::LockAccount;
use k02::s4_actor::{AccountHandle, spawn_account};
use k02::s5_cas::AtomicAccount;
use k02::s6_thread_actor::{ThreadAccount, spawn_thread_account};
use k02_given::Account;

use crate::load::{Change, Tally, Work};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    Lock,
    Cas,
    ThreadActor,
    TokioActor,
}

impl Way for Strategy {
    const ALL: &'static [Self] = &[Self::Lock, Self::Cas, Self::ThreadActor, Self::TokioActor];

    fn key(self) -> &'static str {
        ["lock", "cas", "crossbeam_actor", "tokio_actor"][self as usize]
    }

    fn step(self) -> Option<&'static str> {
        Some(["s2_lock", "s5_cas", "s6_thread_actor", "s4_actor"][self as usize])
    }
}

/// How many requests may wait for an owner.
pub const MAILBOX: usize = 64;

/// Accounts that are kept in one of the ways, open for requests.
pub trait Accounts: Sized {
    type Caller: Caller;

    fn open(accounts: usize, start: u64) -> Self;

    /// What one asking thread needs.
    fn caller(&self) -> Self::Caller;

    /// Ends all owners and says what the accounts held together at the end. An account whose owner
    /// has no answer held nothing.
    fn close(self) -> u128;
}

pub trait Caller: Send {
    /// Asks, one request after the other, until `stop`.
    fn ask(&mut self, work: &mut Work, stop: &AtomicBool) -> Tally;
}

fn drive(work: &mut Work, stop: &AtomicBool, mut ask: impl FnMut(&mut Change) -> bool) -> Tally {
    let mut tally = Tally::default();
    while !stop.load(Relaxed) {
        let mut change = work.next();
        let done = ask(&mut change);
        tally.note(change, done);
    }
    tally
}

/// Two accounts never lie in one cache line (nor in the pair of lines that some processors fetch
/// together): else 64 accounts would be as hot as 8.
#[repr(align(128))]
struct Apart<A>(A);

/// Accounts that the asking threads themselves change.
pub struct Shared<A>(Arc<[Apart<A>]>);

/// The way to make an account, which the trait of the kata does not name.
pub trait Opens: Account + 'static {
    fn open(cents: u64) -> Self;
}

impl Opens for LockAccount {
    fn open(cents: u64) -> Self {
        Self::new(cents)
    }
}

impl Opens for AtomicAccount {
    fn open(cents: u64) -> Self {
        Self::new(cents)
    }
}

impl<A: Opens> Accounts for Shared<A> {
    type Caller = Self;

    fn open(accounts: usize, start: u64) -> Self {
        Self((0..accounts).map(|_| Apart(A::open(start))).collect())
    }

    fn caller(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    fn close(self) -> u128 {
        self.0.iter().map(|account| u128::from(account.0.balance())).sum()
    }
}

impl<A: Opens> Caller for Shared<A> {
    fn ask(&mut self, work: &mut Work, stop: &AtomicBool) -> Tally {
        drive(work, stop, |change| {
            let account = &self.0[change.account].0;
            if change.deposit {
                account.deposit(change.cents).is_ok()
            } else {
                account.withdraw(change.cents).is_ok()
            }
        })
    }
}

/// One thread an account owns it.
pub struct ThreadActors(Vec<(ThreadAccount, std::thread::JoinHandle<u64>)>);

impl Accounts for ThreadActors {
    type Caller = Vec<ThreadAccount>;

    fn open(accounts: usize, start: u64) -> Self {
        Self((0..accounts).map(|_| spawn_thread_account(start, MAILBOX)).collect())
    }

    fn caller(&self) -> Vec<ThreadAccount> {
        self.0.iter().map(|(account, _)| account.clone()).collect()
    }

    fn close(self) -> u128 {
        // All handles first: owners then end beside each other.
        let (accounts, owners): (Vec<_>, Vec<_>) = self.0.into_iter().unzip();
        drop(accounts);
        owners.into_iter().map(|owner| u128::from(owner.join().unwrap_or(0))).sum()
    }
}

impl Caller for Vec<ThreadAccount> {
    fn ask(&mut self, work: &mut Work, stop: &AtomicBool) -> Tally {
        drive(work, stop, |change| {
            // This account has no deposit. A withdrawal is the same traffic: a request, an answer.
            change.deposit = false;
            self[change.account].withdraw(change.cents).is_ok()
        })
    }
}

/// One task an account owns it, on a runtime with a thread a core.
pub struct TokioActors {
    runtime: tokio::runtime::Runtime,
    owners: Vec<(AccountHandle, tokio::task::JoinHandle<u64>)>,
}

pub struct TokioCaller {
    runtime: tokio::runtime::Handle,
    accounts: Vec<AccountHandle>,
}

impl Accounts for TokioActors {
    type Caller = TokioCaller;

    fn open(accounts: usize, start: u64) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(cores())
            .enable_all()
            .build()
            .expect("a runtime");
        let inside = runtime.enter();
        let owners = (0..accounts).map(|_| spawn_account(start, MAILBOX)).collect();
        drop(inside);
        Self { runtime, owners }
    }

    fn caller(&self) -> TokioCaller {
        TokioCaller {
            runtime: self.runtime.handle().clone(),
            accounts: self.owners.iter().map(|(account, _)| account.clone()).collect(),
        }
    }

    fn close(self) -> u128 {
        let (accounts, owners): (Vec<_>, Vec<_>) = self.owners.into_iter().unzip();
        drop(accounts);
        self.runtime.block_on(async {
            let mut sum = 0;
            for owner in owners {
                sum += u128::from(owner.await.unwrap_or(0));
            }
            sum
        })
    }
}

impl Caller for TokioCaller {
    /// On the asking thread, which sleeps until its answer is there; not on the runtime's.
    fn ask(&mut self, work: &mut Work, stop: &AtomicBool) -> Tally {
        self.runtime.block_on(async {
            let mut tally = Tally::default();
            while !stop.load(Relaxed) {
                let change = work.next();
                let account = &self.accounts[change.account];
                let done = if change.deposit {
                    account.deposit(change.cents).await
                } else {
                    account.withdraw(change.cents).await
                };
                tally.note(change, done.is_ok());
            }
            tally
        })
    }
}
