//! From a scenario of sessions to one of the explorer.

use std::sync::Arc;

use tokio_postgres::Client;

use super::door::Door;
use super::sessions::Scenario;
use super::shared::{Offer, Schema, Wire};
use super::world::Postgres;
use crate::{Access, Database, Template, Unavailable, lab};

pub struct Open {
    pub scenario: explorer::Scenario<Postgres>,
    pub wire: Arc<Wire>,
    /// A lane's panic is told with its schedule.
    pub panics: suite::ExpectPanics,
}

/// Takes a database and gets everything ready.
pub fn open(scenario: Scenario) -> Open {
    let template = template(&scenario.schema);
    // It may wait for a test that has to be alone, or for the first start of the server: that is
    // not the time of this test.
    let leased = lab::wait_and(suite::pulse, async move {
        let database = Database::lease(&template, Access::Shared).await?;
        let control = database.control().await.map_err(|e| Unavailable::Broken(e.to_string()))?;
        let seen = look(&control).await.map_err(|e| Unavailable::Broken(e.to_string()))?;
        Ok::<_, Unavailable>((database, seen))
    });
    let (database, (schema, columns)) = leased.unwrap_or_else(|missing| missing.end_test());
    let faulty = scenario.faulty.as_ref().map(|lanes| {
        let at = |name: &String| {
            scenario.lanes.iter().position(|(lane, _)| explorer::short(lane) == name)
        };
        lanes.iter().map(|l| at(l).unwrap_or_else(|| panic!("there is no lane {l}"))).collect()
    });
    let harms = scenario.how.at_ports(&scenario.kinds);
    let offer = Offer { kinds: scenario.kinds, how: scenario.how, lanes: faulty };
    let faulty = offer.lanes.clone();
    let state = scenario.state.unwrap_or_else(|| all_tables(&columns));
    let wire = Arc::new(Wire::new(database, schema, offer, scenario.lanes.len()));
    let world = Postgres::new(
        wire.clone(),
        Arc::new(scenario.checks),
        scenario.rows,
        state,
        scenario.ports,
    );
    let retryable: Arc<[String]> = scenario.retryable.into();
    let mut inner = explorer::Scenario::new(world)
        .bounds(scenario.bounds)
        .pulse(suite::pulse)
        .port_faults(&harms);
    if let Some(lanes) = &faulty {
        inner = inner.port_faults_on(lanes);
    }
    for (name, body) in scenario.lanes {
        let (wire, retryable) = (wire.clone(), retryable.clone());
        inner = inner.lane(&name, move |actor| {
            let (wire, retryable) = (wire.clone(), retryable.clone());
            body(actor.clone(), Door { actor, wire, retryable })
        });
    }
    if scenario.serializable {
        inner = inner.serializable();
    }
    Open { scenario: inner, wire, panics: suite::expect_panics() }
}

/// Settings of every session under test.
///
/// Deadlocks are the explorer's to find, so the server's own detector sleeps. Plans must not depend
/// on how many rows there happen to be, nor on how often a statement has run.
fn template(schema: &str) -> Template {
    Template::new(schema)
        .set("deadlock_timeout", "1h")
        .set("enable_seqscan", "off")
        .set("plan_cache_mode", "force_custom_plan")
        .set("lc_messages", "C")
}

/// Of each table, the columns that can be compared.
type Columns = Vec<(String, Vec<String>)>;

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

/// The state of all tables: for each a line with its name and columns, then its rows.
fn all_tables(columns: &Columns) -> String {
    let mut sql: Vec<String> = Vec::new();
    for (table, columns) in columns {
        let literal = |text: &str| text.replace('\'', "''");
        let head: Vec<String> = columns.iter().map(|c| format!("'{}'", literal(c))).collect();
        let order: Vec<String> = (1..=columns.len()).map(|n| n.to_string()).collect();
        let cells = columns.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\"")));
        let cells: Vec<String> = cells.collect();
        sql.push(format!("SELECT '# {}'{}{}", literal(table), comma(&head), head.join(", ")));
        if !columns.is_empty() {
            let (cells, order) = (cells.join(", "), order.join(", "));
            sql.push(format!("SELECT {cells} FROM {table} ORDER BY {order}"));
        }
    }
    sql.join("; ")
}

fn comma(list: &[String]) -> &'static str {
    if list.is_empty() { "" } else { ", " }
}
