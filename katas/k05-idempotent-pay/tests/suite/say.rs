//! Answers that compare.

use std::fmt::{self, Debug};

use k05_given::{Claim, StoreError};
use postgres_lab::wire::sessions::{Explored, Ran, Scenario, explore};

use crate::rows::Lane;

/// An error in words that are the same each time: PostgreSQL's own messages have process ids in
/// them.
#[derive(Clone, PartialEq, Eq)]
pub struct Told(String);

impl Told {
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<StoreError> for Told {
    fn from(error: StoreError) -> Self {
        let cause = match error {
            StoreError::LeaseLost => return Self::new("LeaseLost"),
            StoreError::Unavailable(cause) => cause,
        };
        match cause.downcast_ref::<tokio_postgres::Error>() {
            Some(error) => match error.code() {
                Some(code) => Self(format!("Sql({})", code.code())),
                None if error.is_closed() => Self::new("Sql(connection lost)"),
                None => Self(format!("Sql({error})")),
            },
            None => Self(cause.to_string()),
        }
    }
}

/// A claim in a word or two.
pub fn word(claim: &Claim) -> String {
    match claim {
        Claim::Fresh(lease) => format!("Fresh, fence {}", lease.fence),
        Claim::Replay(response) => {
            format!("Replay of {} {:?}", response.status, String::from_utf8_lossy(&response.body))
        }
        Claim::InFlight => "InFlight".to_owned(),
        Claim::Mismatch => "Mismatch".to_owned(),
    }
}

/// What the lane's caller was told; nothing where its process died.
pub fn told<'a>(ran: &'a Ran, lane: &str) -> &'a str {
    ran.returned(lane).map_or("", |returned| returned.text.as_str())
}

/// Runs each call, of lane A, on a database without tables: what it is told is PostgreSQL's error.
pub fn fail_without_tables<const N: usize>(calls: [(&str, Lane); N]) {
    for (call, lane) in calls {
        explore(Scenario::new("", "").lane(call, lane).check(|ran| {
            let saw = told(ran, "A");
            if saw == "Err(Sql(42P01))" {
                return Ok(());
            }
            wrong("The table is not there.", "PostgreSQL's error, 42P01", saw)
        }));
    }
}

/// Says at how many places a sweep has killed: "anywhere" is a number.
pub fn swept(all: &Explored) {
    let words = format!(
        "{} crash points; {} deaths in {} schedules",
        all.crash_points, all.kills, all.schedules
    );
    suite::fingerprint(&words);
    println!("{words}");
}

/// As it stands in an expectation that failed.
pub fn wrong(what: &str, expected: &str, saw: &str) -> Result<(), String> {
    Err(format!("{what}\nExpected: {expected}\nSaw:      {saw}"))
}
