//! Step 6: an owner without a runtime.

use std::thread::JoinHandle;

use crossbeam_channel::Receiver;
use k02_given::{ActorError, Busy};

/// Where the answer to one request will arrive. To drop it is to stop waiting for the answer.
///
/// It is disconnected without an answer when the owner has ended.
pub type Ticket = Receiver<Result<u64, ActorError>>;

/// Starts the owner of a new account: a thread that alone holds the balance. Everybody else asks it
/// through channels, and no async runtime is needed.
///
/// - The owner carries out one request at a time, in the order in which they come.
/// - At most `mailbox` requests (1 or more) wait for the owner, besides the one in its hands.
/// - The owner ends when the last handle is dropped, after it has answered what is in the mailbox.
///   A caller that went away does not stop it.
///
/// The thread's result is the balance at the end.
pub fn spawn_thread_account(start: u64, mailbox: usize) -> (ThreadAccount, JoinHandle<u64>) {
    todo!("start the thread that owns the balance")
}

/// A way to ask the owner of one account. Clones ask the same owner.
#[derive(Clone)]
pub struct ThreadAccount {}

impl ThreadAccount {
    /// Takes `cents` out and answers with the balance right after that. Blocks the calling thread
    /// until there is room in the mailbox, and then until the answer is there.
    ///
    /// # Errors
    /// [`ActorError::Insufficient`] when the account holds less than `cents`,
    /// [`ActorError::Closed`] when the owner has ended.
    pub fn withdraw(&self, cents: u64) -> Result<u64, ActorError> {
        todo!("ask the owner to take cents out, and wait for its answer")
    }

    /// Asks for `cents` and never blocks: the answer will come to the ticket.
    ///
    /// # Errors
    /// [`Busy`] when the mailbox is full. An owner that has ended is not busy: then the ticket is
    /// there, and it is disconnected.
    pub fn try_withdraw(&self, cents: u64) -> Result<Ticket, Busy> {
        todo!("put the request into the mailbox if there is room, and do not wait")
    }

    /// Lets the owner run `look`, in its turn and on its own thread, with the balance at that
    /// moment. Blocks until there is room in the mailbox, but not until `look` has run. A panic of
    /// `look` is the end of the owner.
    ///
    /// # Errors
    /// [`ActorError::Closed`] when the owner has ended.
    pub fn inspect(&self, look: impl FnOnce(u64) + Send + 'static) -> Result<(), ActorError> {
        todo!("send the closure to the owner")
    }
}
