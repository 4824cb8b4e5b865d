use std::env;
#[cfg(unix)]
use std::path::PathBuf;

#[cfg(unix)]
use protocol::postgres::cluster::{LENT_ENV, SUPERUSER, socket};
use tokio_postgres::Config;

use crate::Unavailable;
#[cfg(unix)]
use crate::{Cluster, Keeper};

/// Names a server to use instead of a private cluster.
pub const URL_ENV: &str = "TRECE_DATABASE_URL";

/// The database of the lab's own connections and of the schemas of plain tests.
const COMMON: &str = "postgres";

/// Who connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The lab: a superuser on a cluster of its own.
    Admin,
    /// A session under test: no privileges but those that it was granted.
    Lane,
}

impl Role {
    /// Of the role in a cluster of the lab's making.
    #[cfg(unix)]
    fn name(self) -> &'static str {
        match self {
            Self::Admin => SUPERUSER,
            Self::Lane => "lane",
        }
    }
}

/// A server to connect to.
#[derive(Debug, Clone)]
pub struct Server(Kind);

#[derive(Debug, Clone)]
enum Kind {
    #[cfg(unix)]
    Own(Cluster),
    /// The folder of the socket of one that a grader made and runs.
    #[cfg(unix)]
    Lent(PathBuf),
    Given(Box<Config>),
}

impl Server {
    /// The server that [`URL_ENV`] names, or else the private cluster, which is started if need
    /// be. It blocks, as [`crate::Cluster::ensure`] does.
    ///
    /// # Errors
    /// See [`Unavailable`].
    pub fn find() -> Result<Self, Unavailable> {
        match env::var(URL_ENV) {
            Ok(url) if !url.is_empty() => match url.parse() {
                Ok(config) => Ok(Self(Kind::Given(Box::new(config)))),
                Err(error) => Err(Unavailable::broken(URL_ENV, &error)),
            },
            _ => Self::own(),
        }
    }

    #[cfg(unix)]
    fn own() -> Result<Self, Unavailable> {
        if let Some(sockets) = env::var_os(LENT_ENV).filter(|dir| !dir.is_empty()) {
            return Ok(Self(Kind::Lent(sockets.into())));
        }
        Cluster::ensure().map(|cluster| Self(Kind::Own(cluster)))
    }

    #[cfg(not(unix))]
    fn own() -> Result<Self, Unavailable> {
        Err(Unavailable::Broken(format!(
            "The private cluster needs Linux, macOS or WSL.\nHere, name a server in {URL_ENV}."
        )))
    }

    /// The private cluster, if it is one.
    #[cfg(unix)]
    pub fn cluster(&self) -> Option<&Cluster> {
        match &self.0 {
            Kind::Own(cluster) => Some(cluster),
            Kind::Lent(_) | Kind::Given(_) => None,
        }
    }

    /// Its socket; none of a server that was given.
    #[cfg(unix)]
    pub(crate) fn socket(&self) -> Option<PathBuf> {
        match &self.0 {
            Kind::Own(cluster) => Some(cluster.socket()),
            Kind::Lent(sockets) => Some(socket(sockets)),
            Kind::Given(_) => None,
        }
    }

    /// Someone who stops its processes.
    #[cfg(unix)]
    pub(crate) fn keeper(&self) -> Result<Keeper, Unavailable> {
        let started = match &self.0 {
            Kind::Own(cluster) => Keeper::start(cluster),
            Kind::Lent(sockets) => Keeper::of_lent(sockets),
            Kind::Given(_) => return Err(Unavailable::Given),
        };
        started.map_err(|error| Unavailable::broken("The keeper", &error))
    }

    /// Whether it was given: then there is one role, the person's own.
    pub(crate) fn is_given(&self) -> bool {
        matches!(self.0, Kind::Given(_))
    }

    /// How to connect to `database`.
    pub fn config(&self, database: &str, role: Role) -> Config {
        match &self.0 {
            #[cfg(unix)]
            Kind::Own(cluster) => cluster.config(database, role.name()),
            #[cfg(unix)]
            Kind::Lent(sockets) => crate::cluster::reach(sockets, database, role.name()),
            Kind::Given(config) => {
                let mut config = (**config).clone();
                config.dbname(database);
                config
            }
        }
    }

    /// How to connect to the database that plain tests share.
    pub(crate) fn common(&self, role: Role) -> Config {
        match &self.0 {
            Kind::Given(config) => (**config).clone(),
            #[cfg(unix)]
            Kind::Own(_) | Kind::Lent(_) => self.config(COMMON, role),
        }
    }
}
