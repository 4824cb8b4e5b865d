//! Fraud checks that answer as the test says.

use std::future::pending;
use std::sync::Mutex;
use std::time::Duration;

use k02_given::{AccountId, RiskCheck, RiskUnavailable, Verdict};
use tokio::sync::Semaphore;
use tokio::time::sleep;

/// A risk check that does what the test says.
pub struct Risk {
    script: Script,
    asked: Mutex<Vec<(AccountId, u64)>>,
}

pub enum Script {
    Now(Result<Verdict, RiskUnavailable>),
    /// As soon as the test says `open`.
    WhenOpened(Semaphore, Verdict),
    /// Approves after this time.
    After(Duration),
    Never,
    Panic,
}

/// A risk check for threads: it has nothing that would make them wait for each other.
pub struct Approves;
pub struct Denies;

impl RiskCheck for Approves {
    async fn assess(&self, _: AccountId, _: u64) -> Result<Verdict, RiskUnavailable> {
        Ok(Verdict::Approve)
    }
}

impl RiskCheck for Denies {
    async fn assess(&self, _: AccountId, _: u64) -> Result<Verdict, RiskUnavailable> {
        Ok(Verdict::Deny)
    }
}

impl Risk {
    pub fn new(script: Script) -> Self {
        Self { script, asked: Mutex::default() }
    }

    pub fn when_opened(verdict: Verdict) -> Self {
        Self::new(Script::WhenOpened(Semaphore::new(0), verdict))
    }

    pub fn open(&self) {
        if let Script::WhenOpened(permits, _) = &self.script {
            permits.add_permits(1);
        }
    }

    pub fn asked(&self) -> Vec<(AccountId, u64)> {
        self.asked.lock().expect("no panic here").clone()
    }
}

impl RiskCheck for Risk {
    async fn assess(&self, account: AccountId, cents: u64) -> Result<Verdict, RiskUnavailable> {
        self.asked.lock().expect("no panic here").push((account, cents));
        match &self.script {
            Script::Now(answer) => *answer,
            Script::WhenOpened(permits, verdict) => {
                drop(permits.acquire().await);
                Ok(*verdict)
            }
            Script::After(time) => {
                sleep(*time).await;
                Ok(Verdict::Approve)
            }
            Script::Never => pending().await,
            Script::Panic => panic!("the risk check of this test panics"),
        }
    }
}
