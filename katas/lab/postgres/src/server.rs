use std::env;

use tokio_postgres::Config;

#[cfg(unix)]
use crate::Cluster;
use crate::Unavailable;

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

/// A server to connect to.
#[derive(Debug, Clone)]
pub struct Server(Kind);

#[derive(Debug, Clone)]
enum Kind {
    #[cfg(unix)]
    Own(Cluster),
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
            Kind::Given(_) => None,
        }
    }

    /// Whether it was given: then there is one role, the person's own.
    pub(crate) fn is_given(&self) -> bool {
        matches!(self.0, Kind::Given(_))
    }

    /// How to connect to `database`.
    pub fn config(&self, database: &str, role: Role) -> Config {
        match &self.0 {
            #[cfg(unix)]
            Kind::Own(cluster) => cluster.config(
                database,
                match role {
                    Role::Admin => crate::cluster::SUPERUSER,
                    Role::Lane => "lane",
                },
            ),
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
            Kind::Own(_) => self.config(COMMON, role),
        }
    }
}
