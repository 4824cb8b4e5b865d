//! A database for an exploration, and what one exploration of a test leaves to the next.
//!
//! Each session is a process of the server's: to start it costs more than many a schedule.

use tokio_postgres::{Client, Error};

use super::backend::Backend;
use super::shared::{Schema, Wire};
use crate::{Access, Database, Template, Unavailable, lab};

/// Of each table, the columns that can be compared.
pub type Columns = Vec<(String, Vec<String>)>;

/// A database and what is in it.
pub struct Lease {
    template: Template,
    pub database: Database,
    pub schema: Schema,
    pub columns: Columns,
    /// Sessions that nobody uses.
    pub sessions: Vec<Backend>,
}

/// What has to be known to hand a lease on.
pub struct Origin {
    template: Template,
    columns: Columns,
}

impl Lease {
    /// What the exploration before this one has left, if it was of the same template, or another
    /// database.
    ///
    /// Before the test's own time goes on: it may wait for a test that has to be alone, or for the
    /// first start of the server.
    pub fn take(template: &Template) -> Self {
        // What is of another template goes first: whoever waits to be alone waits for it.
        let before = suite::handed_on::<Self>().filter(|lease| lease.template == *template);
        let template = template.clone();
        let leased = lab::wait_and(suite::pulse, async move {
            match before {
                Some(lease) => lease.again().await,
                None => Self::anew(template).await,
            }
        });
        leased.unwrap_or_else(|missing| missing.end_test())
    }

    async fn anew(template: Template) -> Result<Self, Unavailable> {
        let database = Database::lease(&template, Access::Shared).await?;
        let control = database.control().await.map_err(|error| broken(&error))?;
        let (schema, columns) = look(&control).await.map_err(|error| broken(&error))?;
        Ok(Self { template, database, schema, columns, sessions: Vec::new() })
    }

    async fn again(self) -> Result<Self, Unavailable> {
        let kept: Vec<i32> = self.sessions.iter().map(|session| session.pid).collect();
        self.database.left_to(&kept).await.map_err(|error| broken(&error))?;
        Ok(self)
    }
}

impl Origin {
    pub fn of(template: Template, columns: Columns) -> Self {
        Self { template, columns }
    }

    /// Leaves the database to the next exploration of this test.
    pub fn hand_on(self, wire: Wire) {
        let Self { template, columns } = self;
        let (database, schema, sessions) = wire.into_parts();
        suite::hand_on(Lease { template, database, schema, columns, sessions });
    }
}

fn broken(error: &Error) -> Unavailable {
    Unavailable::Broken(error.to_string())
}

/// The schema as the catalogue has it.
async fn look(control: &Client) -> Result<(Schema, Columns), tokio_postgres::Error> {
    let user = "NOT IN ('pg_catalog', 'information_schema', 'pg_toast')";
    let names = |kind: &str| {
        format!(
            "SELECT c.oid::regclass::text FROM pg_class c \
             JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname {user} AND c.relkind IN ({kind}) ORDER BY 1"
        )
    };
    let mut found = Vec::new();
    for kind in ["'r', 'p'", "'S'"] {
        let rows = control.query(&names(kind), &[]).await?;
        found.push(rows.iter().map(|r| r.get(0)).collect::<Vec<String>>());
    }
    let coarse = format!(
        "SELECT EXISTS (SELECT FROM pg_trigger) OR EXISTS (SELECT FROM pg_inherits) \
         OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                    WHERE n.nspname {user} AND c.relkind IN ('v', 'm', 'p', 'f')) \
         OR EXISTS (SELECT FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class \
                    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname {user})"
    );
    let coarse: bool = control.query_one(&coarse, &[]).await?.get(0);
    let (sequences, tables) = (found.pop().unwrap_or_default(), found.pop().unwrap_or_default());
    // A name that needs quotes or a schema is not found in a statement's words.
    let is_word = |t: &String| t.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let coarse = coarse || !tables.iter().all(is_word);
    // A default with a parenthesis calls something: nextval, now, gen_random_uuid.
    let stable = "SELECT a.attname::text FROM pg_attribute a \
                  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
                  WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped \
                  AND a.attidentity = '' AND coalesce(pg_get_expr(d.adbin, d.adrelid), '') !~ '\\(' \
                  ORDER BY a.attnum";
    let mut columns = Vec::new();
    for table in &tables {
        let rows = control.query(stable, &[&table]).await?;
        columns.push((table.clone(), rows.iter().map(|r| r.get(0)).collect()));
    }
    Ok((Schema { tables, sequences, coarse }, columns))
}
