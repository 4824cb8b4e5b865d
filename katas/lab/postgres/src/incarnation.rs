use std::sync::Arc;

use tokio_postgres::{Client, Config, Error};

use crate::Seat;
use crate::sessions::Sessions;

/// The connections of one process that is to crash.
///
/// A crash is a process's death, not a drop: what it has sent may still be done, nothing further
/// is, and nobody says goodbye to the server.
#[derive(Debug, Clone)]
pub struct Incarnation {
    seat: Arc<Seat>,
    config: Config,
    sessions: Arc<Sessions>,
}

impl Incarnation {
    pub(crate) fn new(seat: Arc<Seat>, config: Config) -> Self {
        Self { seat, config, sessions: Arc::default() }
    }

    /// A connection of this process.
    ///
    /// # Panics
    /// When the server refuses, or the process has crashed: then nothing should ask.
    pub async fn client(&self) -> Client {
        let client = self.sessions.connect(self.config.clone()).await;
        client.expect("a connection").expect("this process has not crashed")
    }

    /// Cuts every connection, and waits until their server processes are gone: the next
    /// incarnation finds no lock that is still held and no transaction still open.
    ///
    /// A statement that waits for a lock is not done any more. One that runs at this very moment
    /// may be: whoever wants to choose explores.
    ///
    /// Call it before the process's runtime is dropped, so that no destructor can say a last word.
    ///
    /// # Errors
    /// When the server is gone itself.
    pub async fn crash(&self) -> Result<(), Error> {
        let which = self.sessions.fence();
        // Before the connections are cut: a session that reads its end of file rolls back, and
        // one that waits for its lock would go on.
        self.seat.stop_sessions(&which).await?;
        self.sessions.cut();
        self.seat.end_sessions(&which).await
    }
}
