//! Callers of an owner, polled by hand: the test decides who came first and when the owner runs.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use k02::s4_actor::AccountHandle;
use k02_given::ActorError;
use tokio::task::unconstrained;

pub type Answer = Result<u64, ActorError>;

#[derive(Clone, Copy)]
pub enum Ask {
    Withdraw(u64),
    Deposit(u64),
}

impl Ask {
    pub async fn of(self, account: AccountHandle) -> Answer {
        match self {
            Self::Withdraw(cents) => account.withdraw(cents).await,
            Self::Deposit(cents) => account.deposit(cents).await,
        }
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Withdraw(cents) => write!(f, "withdraw {cents}"),
            Self::Deposit(cents) => write!(f, "deposit {cents}"),
        }
    }
}

pub enum Caller {
    Waits(Pin<Box<dyn Future<Output = Answer>>>),
    Answered(Answer),
}

impl Caller {
    fn poll(&mut self, context: &mut Context<'_>) -> Option<Answer> {
        if let Self::Waits(call) = self
            && let Poll::Ready(answer) = call.as_mut().poll(context)
        {
            *self = Self::Answered(answer);
        }
        match *self {
            Self::Waits(_) => None,
            Self::Answered(answer) => Some(answer),
        }
    }
}

/// One caller for each of `asks`, in this order. No other task runs meanwhile: not the owner either.
pub async fn arrive(account: &AccountHandle, asks: &[Ask]) -> Vec<Caller> {
    let mut line: Vec<_> =
        asks.iter().map(|ask| Caller::Waits(Box::pin(ask.of(account.clone())))).collect();
    // Without a budget: with tokio's, the callers from about the hundredth on would be put off.
    unconstrained(poll_fn(|context| {
        for caller in &mut line {
            caller.poll(context);
        }
        Poll::Ready(())
    }))
    .await;
    line
}

/// What they are answered, when the one that came last is always polled first.
pub async fn answers(mut line: Vec<Caller>) -> Vec<Answer> {
    poll_fn(|context| {
        let last_first = line.iter_mut().rev();
        let answers: Vec<_> = last_first.map(|caller| caller.poll(context)).collect();
        match answers.into_iter().rev().collect::<Option<Vec<_>>>() {
            Some(answers) => Poll::Ready(answers),
            None => Poll::Pending,
        }
    })
    .await
}
