//! Step 6: an owner without a runtime.

use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use k02_given::{ActorError, Busy, Insufficient};

/// Where the answer to one request will arrive.
pub type Ticket = Receiver<Result<u64, ActorError>>;

type Job = Box<dyn FnOnce(&mut u64) + Send>;

/// Starts the owner of a new account: a thread that alone holds the balance.
pub fn spawn_thread_account(start: u64, mailbox: usize) -> (ThreadAccount, JoinHandle<u64>) {
    let (jobs, inbox) = unbounded::<Job>();
    // Who puts a token in has a place; the owner takes one out for each job that it takes.
    let (places, taken) = bounded(mailbox);
    let owner = std::thread::spawn(move || {
        let mut balance = start;
        while let Ok(job) = inbox.recv() {
            taken.recv().expect("each job has its token");
            job(&mut balance);
        }
        balance
    });
    (ThreadAccount { jobs, places }, owner)
}

/// A way to ask the owner of one account. Clones ask the same owner.
#[derive(Clone)]
pub struct ThreadAccount {
    jobs: Sender<Job>,
    places: Sender<()>,
}

impl ThreadAccount {
    pub fn withdraw(&self, cents: u64) -> Result<u64, ActorError> {
        let (job, ticket) = withdrawal(cents);
        self.send(job)?;
        ticket.recv().map_err(|_| ActorError::Closed)?
    }

    pub fn try_withdraw(&self, cents: u64) -> Result<Ticket, Busy> {
        let (job, ticket) = withdrawal(cents);
        match self.places.try_send(()) {
            Err(refused) if refused.is_full() => return Err(Busy),
            // Without an owner the job is dropped, and the ticket is disconnected.
            Err(_) => {}
            Ok(()) => drop(self.jobs.send(job)),
        }
        Ok(ticket)
    }

    pub fn inspect(&self, look: impl FnOnce(u64) + Send + 'static) -> Result<(), ActorError> {
        self.send(Box::new(|balance| look(*balance)))
    }

    fn send(&self, job: Job) -> Result<(), ActorError> {
        self.places.send(()).map_err(|_| ActorError::Closed)?;
        self.jobs.send(job).map_err(|_| ActorError::Closed)
    }
}

fn withdrawal(cents: u64) -> (Job, Ticket) {
    let (reply, ticket) = bounded(1);
    let job: Job = Box::new(move |balance| {
        let _ = reply.send(match balance.checked_sub(cents) {
            Some(left) => {
                *balance = left;
                Ok(left)
            }
            None => Err(Insufficient { balance: *balance }.into()),
        });
    });
    (job, ticket)
}
