//! Step 4: one owner.

use k02_given::ActorError;
use tokio::task::JoinHandle;

/// Starts the owner of a new account: one task of [`tokio::spawn`] that alone holds the balance.
/// Everybody else asks it.
///
/// - The owner carries out one request at a time, in the order in which they come. A request comes
///   when its future is polled for the first time.
/// - At most `mailbox` requests (1 or more) wait for the owner, besides the one in its hands. Who
///   comes to a full mailbox waits for room, and room is given in the order in which callers came.
///   There is room again when the owner has taken a request out, whether or not its caller comes
///   for the answer.
/// - The owner ends when the account is closed, or when the last handle is dropped and so nobody
///   can ask any more: at once when it is idle, else after it has answered what is in the mailbox.
///
/// The task's result is the balance at the end.
pub fn spawn_account(start: u64, mailbox: usize) -> (AccountHandle, JoinHandle<u64>) {
    todo!("start the task that owns the balance")
}

/// A way to ask the owner of one account. Clones ask the same owner.
#[derive(Clone)]
pub struct AccountHandle {}

impl AccountHandle {
    /// Takes `cents` out and answers with the balance right after that.
    ///
    /// # Errors
    /// [`ActorError::Insufficient`] when the account holds less than `cents`,
    /// [`ActorError::Closed`] when the owner had heard of [`Self::close`], or had ended, before the
    /// request was in the mailbox.
    ///
    /// # Cancellation
    /// Dropped before its answer, a withdrawal happens wholly or not at all. Nobody else notices:
    /// the owner goes on, and the place in the mailbox is not lost.
    pub async fn withdraw(&self, cents: u64) -> Result<u64, ActorError> {
        todo!("ask the owner to take cents out, and wait for its answer")
    }

    /// Puts `cents` in and answers with the balance right after that.
    ///
    /// # Errors
    /// [`ActorError::Overflow`] when the sum would be more than [`u64::MAX`],
    /// [`ActorError::Closed`] when the owner had heard of [`Self::close`], or had ended, before the
    /// request was in the mailbox.
    ///
    /// # Cancellation
    /// As for [`Self::withdraw`].
    pub async fn deposit(&self, cents: u64) -> Result<u64, ActorError> {
        todo!("ask the owner to put cents in, and wait for its answer")
    }

    /// Closes the account, for all handles. Does not wait, and does not wait in the line either:
    /// it works while the mailbox is full. To close twice is to close once.
    ///
    /// What is in the mailbox is still carried out and answered. Who waits for room, or comes
    /// later, gets [`ActorError::Closed`] as soon as the owner has heard of it; a few may still get
    /// in before. So a shutdown takes about as long as one mailbox, however long the line before
    /// it is.
    pub fn close(&self) {
        todo!("tell the owner that nobody new may come in")
    }
}
