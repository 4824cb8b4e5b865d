#[cfg(unix)]
use std::sync::OnceLock;
use std::time::Duration;

use tokio_postgres::{Client, Error, NoTls};

#[cfg(unix)]
use crate::Keeper;
use crate::{Role, Server, Unavailable, lab, sessions};

/// The lab's advisory locks: a class of their own, `lab` in ASCII.
pub const LOCKS: i32 = 0x006c_6162;
/// Shared by everyone who uses the server; exclusive for one who must be alone, and for the
/// watchdog that ends it.
pub const IN_USE: i32 = 1;

/// A server that is starting or stopping refuses; so long it is asked again.
const ATTEMPTS: (u32, Duration) = (200, Duration::from_millis(50));

/// Whether others may use the server meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Shared,
    /// Nobody else of any process: for what is cluster-wide, as `pg_snapshot_xmin` is.
    Exclusive,
}

/// A place at the server, until it is dropped or the process ends.
///
/// It is a control connection that holds a lock; the server does not stop itself meanwhile. Whoever
/// waits is served in the order of asking, so one who wants to be alone is not starved. A second
/// seat in one test is a deadlock if either of them is exclusive.
#[derive(Debug)]
pub struct Seat {
    server: Server,
    client: Client,
    #[cfg(unix)]
    keeper: OnceLock<Keeper>,
}

impl Seat {
    /// Waits for a place. Before a test's own time begins, because others may be long.
    ///
    /// Cancellation: the place is given up as soon as it was got.
    ///
    /// # Errors
    /// See [`Unavailable`].
    pub async fn take(access: Access) -> Result<Self, Unavailable> {
        lab::on_lab(Self::take_on_lab(access)).await
    }

    async fn take_on_lab(access: Access) -> Result<Self, Unavailable> {
        let lock = match access {
            Access::Shared => "pg_advisory_lock_shared",
            Access::Exclusive => "pg_advisory_lock",
        };
        let sql = format!("SELECT {lock}({LOCKS}, {IN_USE})");
        let mut attempts = 0;
        loop {
            let server = lab::blocking(Server::find).await?;
            let error = match server.common(Role::Admin).connect(NoTls).await {
                Ok((client, connection)) => {
                    tokio::spawn(connection);
                    match client.batch_execute(&sql).await {
                        Ok(()) => {
                            return Ok(Self {
                                server,
                                client,
                                #[cfg(unix)]
                                keeper: OnceLock::new(),
                            });
                        }
                        Err(error) => error,
                    }
                }
                Err(error) => error,
            };
            attempts += 1;
            if server.is_given() || attempts == ATTEMPTS.0 {
                return Err(Unavailable::broken("Connecting", &error));
            }
            tokio::time::sleep(ATTEMPTS.1).await;
        }
    }

    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The control connection. What it locks beyond the statement, it locks for the whole test.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Who stops server processes, and lets them go on; started when it is first asked for.
    ///
    /// # Errors
    /// [`Unavailable::Given`] on a server that was given: its processes are not ours to stop.
    #[cfg(unix)]
    pub fn keeper(&self) -> Result<&Keeper, Unavailable> {
        if let Some(keeper) = self.keeper.get() {
            return Ok(keeper);
        }
        let keeper = self.server.keeper()?;
        Ok(self.keeper.get_or_init(|| keeper))
    }

    /// Stops sessions where they are, on a cluster of our own, so that none of them gets on while
    /// they are ended one by one.
    pub(crate) async fn stop_sessions(&self, which: &str) -> Result<(), Error> {
        #[cfg(unix)]
        for pid in sessions::find(&self.client, which).await? {
            if let Ok(keeper) = self.keeper() {
                let _ = keeper.stop(pid);
            }
        }
        Ok(())
    }

    /// Ends sessions, stopped or not. See [`sessions::end`].
    pub(crate) async fn end_sessions(&self, which: &str) -> Result<(), Error> {
        let go_on = |pid| {
            #[cfg(unix)]
            if let Ok(keeper) = self.keeper() {
                let _ = keeper.go_on(pid);
            }
        };
        sessions::end(&self.client, which, go_on).await
    }
}
