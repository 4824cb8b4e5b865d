//! From a scenario of sessions to one of the explorer.

use std::sync::Arc;

use super::door::Door;
use super::lease::{Columns, Lease, Origin};
use super::sessions::Scenario;
use super::shared::{Offer, Wire};
use super::world::Postgres;
use crate::Template;

pub struct Open {
    pub scenario: explorer::Scenario,
    pub wire: Arc<Wire>,
    pub origin: Origin,
    /// A lane's panic is told with its schedule.
    pub panics: suite::ExpectPanics,
}

/// Takes a database and gets everything ready.
pub fn open(scenario: Scenario) -> Open {
    let template = template(&scenario.schema);
    let Lease { database, schema, columns, sessions, .. } = Lease::take(&template);
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
    let wire = Wire::new(database, schema, sessions, offer, scenario.lanes.len());
    let wire = Arc::new(wire);
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
    let origin = Origin::of(template, columns);
    Open { scenario: inner, wire, origin, panics: suite::expect_panics() }
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
