use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio_postgres::{Client, Config, Error};

use crate::{Access, Incarnation, Role, Seat, Unavailable, lab};
#[cfg(unix)]
use crate::{Database, Template};

/// How often the schema is tried to be dropped, ending whoever is in the way.
const ATTEMPTS: u32 = 5;

/// A fresh schema for one plain test.
///
/// Unqualified names mean this schema, on every connection that is made here. On the private cluster
/// it is the one schema of a database that no other test uses meanwhile, so that advisory locks and
/// `NOTIFY` are the test's alone; on a server that was given, they are shared with other tests.
#[derive(Debug, Clone)]
pub struct Db {
    seat: Arc<Seat>,
    /// Of the private cluster's pool, leased as long as the seat is held.
    database: Option<Arc<str>>,
    schema: Arc<str>,
    control: Arc<Client>,
    control_pid: i32,
    /// The sessions of the test itself.
    own: Incarnation,
}

impl Db {
    /// # Errors
    /// See [`Unavailable`].
    pub fn open(access: Access) -> lab::Boxed<'static, Result<Self, Unavailable>> {
        Box::pin(Self::anew(access))
    }

    async fn anew(access: Access) -> Result<Self, Unavailable> {
        let (seat, database) = lease(Seat::take(access).await?).await?;
        let (seat, schema): (_, Arc<str>) = (Arc::new(seat), name().into());
        let create = if seat.server().is_given() {
            format!("CREATE SCHEMA {schema}")
        } else {
            // The session under test owns the schema; what the suite makes there as superuser is
            // for it to use, too. Another schema is one that a killed test has left.
            format!(
                "{LEFT_BEHIND}
                 CREATE SCHEMA {schema} AUTHORIZATION lane;
                 ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT ALL ON TABLES TO lane;
                 ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT ALL ON SEQUENCES TO lane;"
            )
        };
        let config = |role| config(&seat, database.as_deref(), &schema, role);
        let broken = |error| Unavailable::broken("Creating a schema", &error);
        let control = connect(config(Role::Admin)).await.map_err(broken)?;
        let control_pid = clean(&control).await.map_err(broken)?;
        control.batch_execute(&create).await.map_err(broken)?;
        let own = Incarnation::new(seat.clone(), config(Role::Lane));
        Ok(Self { seat, database, schema, control: Arc::new(control), control_pid, own })
    }

    /// An ordinary client, of an unprivileged role that owns the schema.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn client(&self) -> Client {
        self.own.client().await
    }

    /// As [`Db::client`], with the connection driven by a task of the test's own runtime: for
    /// [`suite::cancel::after_polls`], where nothing may arrive but between two polls. Drop it
    /// before the test ends, or its task is a leak.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn client_here(&self) -> Client {
        lab::client_here(self.config()).await.expect("a connection")
    }

    /// How to connect as [`Db::client`] does: for a pool.
    pub fn config(&self) -> Config {
        self.config_as(Role::Lane)
    }

    fn config_as(&self, role: Role) -> Config {
        config(&self.seat, self.database.as_deref(), &self.schema, role)
    }

    /// A client for what the session under test must not do (looking at other sessions, ending
    /// them); a superuser, except on a server that was given.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn admin(&self) -> Client {
        Incarnation::new(self.seat.clone(), self.config_as(Role::Admin)).client().await
    }

    /// A process of the test's that can crash.
    pub fn incarnation(&self) -> Incarnation {
        Incarnation::new(self.seat.clone(), self.config())
    }

    /// The schema's name.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// Ends what is left of the test's sessions, and drops the schema.
    ///
    /// # Errors
    /// When the server is gone, or does not let go of it.
    pub async fn close(&self) -> Result<(), Error> {
        let control = &self.control;
        self.own.crash().await?;
        self.seat.end_sessions(&self.mine()).await?;
        // A session that goes by another name may still hold a lock on something in there.
        let drop = format!(
            "SET lock_timeout = '100ms'; SET client_min_messages = warning; \
             DROP SCHEMA {} CASCADE",
            self.schema
        );
        let which = match &self.database {
            Some(_) => self.mine(),
            None => format!(
                "pid IN (SELECT l.pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation \
                 WHERE c.relnamespace = '{}'::regnamespace)",
                self.schema
            ),
        };
        for _ in 1..ATTEMPTS {
            if control.batch_execute(&drop).await.is_ok() {
                return Ok(());
            }
            self.seat.end_sessions(&which).await?;
        }
        control.batch_execute(&drop).await
    }

    /// The test's sessions, as a condition on `pg_stat_activity`: all in a database of its own, else
    /// those of its name.
    fn mine(&self) -> String {
        let whose = match &self.database {
            Some(database) => format!("datname = '{database}'"),
            None => format!("application_name = '{}'", self.schema),
        };
        format!("{whose} AND pid <> {}", self.control_pid)
    }

    /// [`Db::close`] at the end of a test, where there is nobody to tell that it failed: what is
    /// left is removed by whoever gets the database next.
    pub(crate) fn close_silently(self) {
        lab::wait(async move {
            let _ = self.close().await;
        });
    }
}

/// A database of its own, where there may be one.
#[cfg(unix)]
async fn lease(seat: Seat) -> Result<(Seat, Option<Arc<str>>), Unavailable> {
    if seat.server().is_given() {
        return Ok((seat, None));
    }
    let (seat, name) = Database::lease_at(seat, &Template::new("")).await?.into_parts();
    Ok((seat, Some(name.into())))
}

#[cfg(not(unix))]
async fn lease(seat: Seat) -> Result<(Seat, Option<Arc<str>>), Unavailable> {
    Ok((seat, None))
}

async fn connect(config: Config) -> Result<Client, Error> {
    lab::on_lab(lab::client_here(config)).await
}

/// With autovacuum off, nothing else cleans the catalogs, which grow with every schema. Returns the
/// session's process id.
async fn clean(control: &Client) -> Result<i32, Error> {
    let bloated = "SELECT pg_relation_size('pg_attribute') > 4 << 20, pg_backend_pid()";
    let row = control.query_one(bloated, &[]).await?;
    if row.get(0) {
        control.batch_execute("VACUUM").await?;
    }
    Ok(row.get(1))
}

/// Drops schemas of tests that were killed.
const LEFT_BEHIND: &str = r"
SET client_min_messages = warning;
DO $$
DECLARE schema name;
BEGIN
  FOR schema IN SELECT nspname FROM pg_namespace WHERE nspname LIKE 'test\_%' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', schema);
  END LOOP;
END $$;";

fn config(seat: &Seat, database: Option<&str>, schema: &str, role: Role) -> Config {
    let server = seat.server();
    let mut config = match database {
        Some(database) => server.config(database, role),
        None => server.common(role),
    };
    let path = format!("-c search_path={schema}");
    let options = match config.get_options() {
        Some(given) => format!("{given} {path}"),
        None => path,
    };
    config.options(options).application_name(schema);
    config
}

/// Nobody else's, even if a process id comes back.
fn name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    format!("test_{:x}_{now:x}_{next}", process::id())
}
