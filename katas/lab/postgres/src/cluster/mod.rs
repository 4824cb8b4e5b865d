//! The private cluster.

mod create;
mod place;
mod prepare;
mod start;
mod sweep;
mod user;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use protocol::postgres::cluster::{PORT, SUPERUSER};
use protocol::postgres::{self, Binaries};
use tokio_postgres::Config;

pub(crate) use place::hash;
pub(crate) use user::Owner;

use crate::{Unavailable, lab};

/// One process at a time makes and starts.
const LOCK: &str = "lock";

/// Which server was prepared.
const PREPARED: &str = "prepared";

/// A server of this workspace's own, which runs.
///
/// Killed tests, a killed server, a data directory that was deleted, and any number of processes
/// that start it at once are all provided for.
#[derive(Debug, Clone)]
pub struct Cluster {
    binaries: Binaries,
    base: PathBuf,
    sockets: PathBuf,
    owner: Owner,
}

impl Cluster {
    /// Makes and starts the cluster if that has to be done, from any thread (it blocks: up to a
    /// second the first time, well under a millisecond when the server runs).
    ///
    /// The server may stop itself at any moment while nobody is connected: see [`crate::Seat`].
    ///
    /// # Errors
    /// [`Unavailable::Missing`] without PostgreSQL on this machine, [`Unavailable::Broken`] when
    /// it cannot be started.
    pub fn ensure() -> Result<Self, Unavailable> {
        let failed = |error: io::Error| Unavailable::broken("A place for the cluster", &error);
        let owner = Owner::find().map_err(failed)?;
        let home = place::home(owner);
        let cache = home.as_ref().ok().map(|home| home.join("programs"));
        let binaries = postgres::find(cache.as_deref())?;
        let version = create::version(&prepare::source());
        let name = format!("{}-{version}-{}", binaries.major, owner.uid());
        let base = home.map_err(failed)?.join(name);
        fs::create_dir_all(&base).map_err(failed)?;

        let lock = File::create(base.join(LOCK)).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let generation = create::generation(&base.join("data"));
        let is_new = generation.is_none();
        let sockets = match generation {
            Some(sockets) => sockets,
            None => create::create(&base.join("data"), &binaries, owner)?,
        };
        let mut cluster = Self { binaries, base, sockets, owner };
        match cluster.run() {
            // Damaged: the machine lost power, or `cargo clean` was interrupted.
            Err(Unavailable::Broken(_)) if !is_new => {
                cluster.sockets = create::create(&cluster.data(), &cluster.binaries, owner)?;
                cluster.run()?;
            }
            end => end?,
        }
        Ok(cluster)
    }

    fn run(&self) -> Result<(), Unavailable> {
        if !start::answers(&self.sockets) {
            start::start(self)?;
        }
        let prepared = self.base.join(PREPARED);
        let identity = prepare::identity(&self.data())
            .map_err(|error| Unavailable::broken("postmaster.pid", &error))?;
        if fs::read_to_string(&prepared).ok().as_ref() != Some(&identity) {
            lab::wait(prepare::prepare(self.config("postgres", SUPERUSER)))
                .map_err(|error| Unavailable::broken("Preparing the server", &error))?;
            fs::write(&prepared, identity)
                .map_err(|error| Unavailable::broken(PREPARED, &error))?;
        }
        Ok(())
    }

    /// The programs that it runs with.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// Its data directory.
    pub fn data(&self) -> PathBuf {
        self.base.join("data")
    }

    /// Its socket: what a tap connects to.
    pub fn socket(&self) -> PathBuf {
        postgres::cluster::socket(&self.sockets)
    }

    pub(crate) fn owner(&self) -> Owner {
        self.owner
    }

    pub(crate) fn config(&self, database: &str, user: &str) -> Config {
        reach(&self.sockets, database, user)
    }
}

/// How to connect to the server whose socket is in this folder.
pub(crate) fn reach(sockets: &Path, database: &str, user: &str) -> Config {
    let mut config = Config::new();
    config.host_path(sockets).port(PORT).user(user).dbname(database);
    config
}
