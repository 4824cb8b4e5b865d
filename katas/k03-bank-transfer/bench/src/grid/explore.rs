//! Every order of a scene's statements, on this PostgreSQL.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use postgres_lab::wire::sessions::{Ran, Scenario, search};
use protocol::Outcome;
use tokio_postgres::IsolationLevel;

use super::scenes::{Came, SCENES, Scene};
use super::session::{Rows, Seen};
use super::{Anomaly, LEVELS};

const TABLE: &str = "CREATE TABLE item (id integer PRIMARY KEY, value integer NOT NULL)";
const ROWS: &str = "INSERT INTO item VALUES (1, 10), (2, 20)";
const STATE: &str = "SELECT id::text, value FROM item ORDER BY id";
const LETTERS: [&str; 3] = ["A", "B", "C"];

/// One anomaly at one level.
#[derive(Debug, Clone)]
pub struct Cell {
    pub anomaly: Anomaly,
    pub level: &'static str,
    /// The order that shows it; nothing if there is none.
    pub shown: Option<Box<Outcome>>,
}

/// All cells: the anomalies in their order, and of each the levels in theirs.
pub struct Grid {
    pub cells: Vec<Cell>,
}

impl Grid {
    /// Tries everything.
    ///
    /// # Errors
    /// Where a cell could not be decided: orders that were not covered, or a statement that failed.
    pub fn find() -> Result<Self, String> {
        let mut cells = Vec::new();
        for anomaly in Anomaly::ALL {
            for (level, name) in LEVELS {
                let shown = cell(anomaly, level)
                    .map_err(|why| format!("{} at {name}: {why}", anomaly.name()))?;
                cells.push(Cell { anomaly, level: name, shown });
            }
        }
        Ok(Self { cells })
    }
}

fn cell(anomaly: Anomaly, level: IsolationLevel) -> Result<Option<Box<Outcome>>, String> {
    for scene in SCENES.iter().filter(|scene| scene.anomaly == anomaly) {
        if let Some(shown) = try_all(scene, level)? {
            return Ok(Some(shown));
        }
    }
    Ok(None)
}

/// The order that shows the anomaly, with the fewest switches.
fn try_all(scene: &Scene, level: IsolationLevel) -> Result<Option<Box<Outcome>>, String> {
    let seen = Seen::default();
    let (anew, count) = (seen.clone(), scene.sessions.len());
    let [found, together] = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
    let (is_it, mark, all) = (scene.shows, found.clone(), together.clone());
    let mut scenario = Scenario::new(TABLE, ROWS)
        .state(STATE)
        .every_lane_succeeds()
        .before(move || anew.forget(count));
    for (n, session) in scene.sessions.iter().enumerate() {
        scenario = scenario.lane(LETTERS[n], session.lane(n, level, &seen));
    }
    let scenario = scenario.check(move |ran| {
        let Some(sessions) = seen.all() else { return Ok(()) };
        let table = table(ran);
        let came = Came { sessions: &sessions, table: &table };
        if came.all_committed() {
            all.store(true, SeqCst);
        }
        if is_it(&came) {
            mark.store(true, SeqCst);
            return Err("This order shows it.".to_owned());
        }
        Ok(())
    });
    let rolls_back = scene.sessions.iter().any(|session| !session.commits);
    match search(scenario) {
        Err(shown) if found.load(SeqCst) => Ok(Some(shown)),
        Err(other) => Err(other.message),
        Ok(explored) if !explored.exhaustive => Err("not every order was covered".to_owned()),
        // A level at which nobody can ever commit prevents everything.
        Ok(_) if !rolls_back && !together.load(SeqCst) => Err("they never all commit".to_owned()),
        Ok(_) => Ok(None),
    }
}

fn table(ran: &Ran) -> Rows {
    let number = |cell: Option<&str>| cell.and_then(|cell| cell.parse().ok()).unwrap_or(i32::MIN);
    let row = |line: &str| {
        let mut cells = line.split('\t');
        (number(cells.next()), number(cells.next()))
    };
    ran.state().lines().map(row).collect()
}
