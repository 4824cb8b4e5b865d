use std::fmt::Write as _;

use tokio::net::UnixStream;
use tokio_postgres::{Client, Config, Error};

use crate::cluster::hash;
use crate::refusal::refusal;
use crate::seat::LOCKS;
use crate::sessions::Sessions;
use crate::{Access, Keeper, Role, Seat, Unavailable, lab};

/// So many databases are kept (some 8 MB each); beyond, the one goes that was not used longest.
const KEPT: i64 = 24;

/// Lock numbers of databases begin here; those below are the lab's own.
const FIRST: i32 = 1000;

/// What a database is made from. Databases of equal templates are interchangeable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Template {
    /// SQL that is run once in each new database, by the superuser. The lanes may then read and
    /// write its tables and use its sequences, and change no definitions.
    pub setup: String,
    /// Settings of every lane's session, also those that only a superuser may set.
    pub settings: Vec<(String, String)>,
}

impl Template {
    pub fn new(setup: impl Into<String>) -> Self {
        Self { setup: setup.into(), settings: Vec::new() }
    }

    /// Adds a setting of every lane's session: `("deadlock_timeout", "1ms")`.
    #[must_use]
    pub fn set(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    fn key(&self) -> String {
        let mut text = format!("{GRANTS}\0{}", self.setup);
        for (name, value) in &self.settings {
            let _ = write!(text, "\0{name}\0{value}");
        }
        hash(text.as_bytes())
    }
}

/// A database that nobody else uses, in no process, until it is dropped or this process ends.
///
/// Exploring needs one: another session's snapshot in the same database keeps old row versions
/// alive, so that rows move to other places than in the run before; one in another database does
/// not. It is *kept*: the next lease of an equal [`Template`] gets it as it was left, rows
/// included. Whoever explores brings its rows to a known state before each run anyway.
#[derive(Debug)]
pub struct Database {
    seat: Seat,
    name: String,
    sessions: Sessions,
}

impl Database {
    /// Takes a free database of this template, or makes one (some 60 ms). Sessions that a killed
    /// holder has left there are ended first.
    ///
    /// Before a test's own time begins: it may wait for one who wants to be alone.
    ///
    /// # Errors
    /// [`Unavailable::Given`] with a server that was given; [`Unavailable::Setup`] when the server
    /// refuses the template's SQL; see [`Unavailable`] for the others.
    pub async fn lease(template: &Template, access: Access) -> Result<Self, Unavailable> {
        let seat = Seat::take(access).await?;
        seat.keeper()?;
        Self::lease_at(seat, template).await
    }

    /// [`Database::lease`], with a seat that was taken.
    pub(crate) async fn lease_at(seat: Seat, template: &Template) -> Result<Self, Unavailable> {
        let broken = |error: Error| Unavailable::broken("The pool of databases", &error);
        let key = template.key();
        let number = match kept(seat.client(), &key).await.map_err(broken)? {
            Some(number) => number,
            None => make(&seat, template, &key).await?,
        };
        let name = name(number);
        let left = format!("datname = '{name}'");
        seat.end_sessions(&left).await.map_err(broken)?;
        undo_prepared(&seat, &name).await.map_err(broken)?;
        Ok(Self { seat, name, sessions: Sessions::default() })
    }

    /// The seat, with which the lease lasts, and the database's name.
    pub(crate) fn into_parts(self) -> (Seat, String) {
        (self.seat, self.name)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn keeper(&self) -> &Keeper {
        self.seat.keeper().expect("checked when it was leased")
    }

    /// How a session under test connects.
    pub fn lane(&self) -> Config {
        self.seat.server().config(&self.name, Role::Lane)
    }

    /// How the superuser connects.
    pub fn admin(&self) -> Config {
        self.seat.server().config(&self.name, Role::Admin)
    }

    /// A bare connection on the current runtime, for a tap: no message was sent yet.
    ///
    /// # Errors
    /// When the server is gone.
    pub async fn stream(&self) -> std::io::Result<UnixStream> {
        let socket = self.seat.server().socket().expect("checked when it was leased");
        UnixStream::connect(socket).await
    }

    /// A superuser's client in this database, driven by the lab's thread.
    ///
    /// # Errors
    /// When the server is gone.
    pub async fn control(&self) -> Result<Client, Error> {
        let client = self.sessions.connect(self.admin()).await?;
        Ok(client.expect("never cut"))
    }

    /// Makes it as if it had been leased anew, but for these sessions: ends all others, and waits
    /// until they are gone.
    ///
    /// # Errors
    /// When the server is gone.
    pub(crate) async fn left_to(&self, kept: &[i32]) -> Result<(), Error> {
        let kept: Vec<String> = kept.iter().map(i32::to_string).collect();
        self.end_sessions(&format!("pid <> ALL ('{{{}}}')", kept.join(", "))).await?;
        undo_prepared(&self.seat, &self.name).await
    }

    /// Ends every session in this database that `which`, a condition on `pg_stat_activity`, is
    /// true of (`pid = 4711`), and waits until they are gone: their locks are free then and their
    /// transactions rolled back. One that is stopped goes on, to its end.
    ///
    /// # Errors
    /// When the server is gone.
    pub async fn end_sessions(&self, which: &str) -> Result<(), Error> {
        self.seat.end_sessions(&format!("datname = '{}' AND ({which})", self.name)).await
    }
}

fn name(number: i32) -> String {
    format!("pool_{number}")
}

async fn try_lock(client: &Client, number: i32) -> Result<bool, Error> {
    let sql = "SELECT pg_try_advisory_lock($1, $2)";
    Ok(client.query_one(sql, &[&LOCKS, &(FIRST + number)]).await?.get(0))
}

async fn unlock(client: &Client, number: i32) -> Result<(), Error> {
    let sql = "SELECT pg_advisory_unlock($1, $2)";
    client.execute(sql, &[&LOCKS, &(FIRST + number)]).await.map(drop)
}

/// A free database of this template, locked.
async fn kept(client: &Client, key: &str) -> Result<Option<i32>, Error> {
    let numbers = "SELECT number FROM lab.pool WHERE template = $1 ORDER BY number";
    for row in client.query(numbers, &[&key]).await? {
        let number: i32 = row.get(0);
        if !try_lock(client, number).await? {
            continue;
        }
        // It may have been given up between the two questions.
        let touch = "UPDATE lab.pool SET used = clock_timestamp() WHERE number = $1";
        if client.execute(touch, &[&number]).await? == 1 {
            return Ok(Some(number));
        }
        unlock(client, number).await?;
    }
    Ok(None)
}

/// Rolls back what sessions of the database have prepared and never committed: their locks would
/// stay for whoever comes next.
async fn undo_prepared(seat: &Seat, name: &str) -> Result<(), Error> {
    let all = "SELECT format('ROLLBACK PREPARED %L', gid) FROM pg_prepared_xacts \
               WHERE database = $1";
    let rows = seat.client().query(all, &[&name]).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let undo: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let config = seat.server().config(name, Role::Admin);
    lab::on_lab(async move {
        let client = lab::client_here(config).await?;
        for sql in undo {
            client.batch_execute(&sql).await?;
        }
        Ok(())
    })
    .await
}

/// A new database, locked. Its number is nobody else's, and it is listed when it is complete.
async fn make(seat: &Seat, template: &Template, key: &str) -> Result<i32, Unavailable> {
    let client = seat.client();
    let broken = |error: Error| Unavailable::broken("Making a database", &error);
    sweep(client).await.map_err(broken)?;
    let number = client.query_one("SELECT nextval('lab.number')::integer", &[]).await;
    let number: i32 = number.map_err(broken)?.get(0);
    try_lock(client, number).await.map_err(broken)?;
    let name = name(number);
    client.batch_execute(&format!("CREATE DATABASE {name}")).await.map_err(broken)?;
    if let Err(error) = set_up(seat, template, &name).await {
        let _ = client.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
        return Err(match refusal(&template.setup, &error) {
            Some(said) => Unavailable::Setup(said),
            None => broken(error),
        });
    }
    let list = "INSERT INTO lab.pool (number, template) VALUES ($1, $2)";
    client.execute(list, &[&number, &key]).await.map_err(broken)?;
    Ok(number)
}

async fn set_up(seat: &Seat, template: &Template, name: &str) -> Result<(), Error> {
    let config = seat.server().config(name, Role::Admin);
    let (setup, settings) = (template.setup.clone(), template.settings.clone());
    lab::on_lab(async move {
        let client = lab::client_here(config).await?;
        client.batch_execute(&setup).await?;
        client.batch_execute(GRANTS).await
    })
    .await?;
    let mut sql = String::new();
    for (setting, value) in settings {
        let value = value.replace('\'', "''");
        let _ = writeln!(sql, "ALTER ROLE lane IN DATABASE {name} SET {setting} = '{value}';");
    }
    seat.client().batch_execute(&sql).await
}

/// The lanes may do everything with rows, and nothing with definitions.
const GRANTS: &str = r"
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
DO $$
DECLARE schema name;
BEGIN
  FOR schema IN SELECT nspname FROM pg_namespace
                WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO lane', schema);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE
                    ON ALL TABLES IN SCHEMA %I TO lane', schema);
    EXECUTE format('GRANT ALL ON ALL SEQUENCES IN SCHEMA %I TO lane', schema);
  END LOOP;
END $$;
";

/// Makes room: drops what was never finished, and of what nobody uses now the oldest.
async fn sweep(client: &Client) -> Result<(), Error> {
    let which = "
        SELECT number, name FROM (
          SELECT substr(d.datname, 6)::integer AS number, d.datname::text AS name,
                 row_number() OVER (ORDER BY p.used DESC NULLS LAST) AS place, p.used IS NULL AS lost
          FROM pg_database d LEFT JOIN lab.pool p ON d.datname = 'pool_' || p.number
          WHERE d.datname ~ '^pool_[0-9]+$') AS kept
        WHERE lost OR place >= $1";
    for row in client.query(which, &[&KEPT]).await? {
        let (number, name): (i32, String) = (row.get(0), row.get(1));
        if !try_lock(client, number).await? {
            continue;
        }
        client.execute("DELETE FROM lab.pool WHERE number = $1", &[&number]).await?;
        // In use after all (a psql of a person's): it is lost then, and goes the next time.
        let _ = client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        unlock(client, number).await?;
    }
    Ok(())
}
