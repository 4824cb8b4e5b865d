//! The sessions that can show an anomaly, and how it is told that they have.
//!
//! Each value is written by one statement only, so what a session read says whom it read from. The
//! table is `item (id, value)` with the rows (1, 10) and (2, 20).

use super::Anomaly;
use super::session::{Rows, Saw, Session};

/// What came of one schedule: of each session, and in the table.
pub struct Came<'a> {
    pub sessions: &'a [Saw],
    pub table: &'a Rows,
}

/// Sessions, and whether what came of them is the anomaly.
#[derive(Clone, Copy)]
pub struct Scene {
    pub anomaly: Anomaly,
    pub sessions: &'static [Session],
    pub shows: fn(&Came) -> bool,
}

const ONE: &str = "SELECT id, value FROM item WHERE id = 1";
const TWO: &str = "SELECT id, value FROM item WHERE id = 2";
const BOTH: &str = "SELECT id, value FROM item";
const THIRDS: &str = "SELECT id, value FROM item WHERE value % 3 = 0";

const FIRST: Session = Session::commits(&[
    "UPDATE item SET value = 11 WHERE id = 1",
    "UPDATE item SET value = 19 WHERE id = 2",
]);
const SECOND: Session = Session::commits(&[
    "UPDATE item SET value = 12 WHERE id = 1",
    "UPDATE item SET value = 18 WHERE id = 2",
]);
const UPWARDS: Session = Session::commits(&[ONE, TWO]);
const DOWNWARDS: Session = Session::commits(&[TWO, ONE]);

/// An anomaly is excluded when none of its scenes shows it.
pub const SCENES: [Scene; 15] = [
    // Two write the same two rows, and each row keeps another one's value.
    Scene {
        anomaly: Anomaly::G0,
        sessions: &[
            Session::commits(&[
                "UPDATE item SET value = 11 WHERE id = 1",
                "UPDATE item SET value = 21 WHERE id = 2",
            ]),
            Session::commits(&[
                "UPDATE item SET value = 12 WHERE id = 1",
                "UPDATE item SET value = 22 WHERE id = 2",
            ]),
        ],
        shows: |came| {
            came.all_committed()
                && (*came.table == [(1, 11), (2, 22)] || *came.table == [(1, 12), (2, 21)])
        },
    },
    // The same in opposite order.
    Scene {
        anomaly: Anomaly::G0,
        sessions: &[
            Session::commits(&[
                "UPDATE item SET value = 11 WHERE id = 1",
                "UPDATE item SET value = 21 WHERE id = 2",
            ]),
            Session::commits(&[
                "UPDATE item SET value = 22 WHERE id = 2",
                "UPDATE item SET value = 12 WHERE id = 1",
            ]),
        ],
        shows: |came| {
            came.all_committed()
                && (*came.table == [(1, 11), (2, 22)] || *came.table == [(1, 12), (2, 21)])
        },
    },
    // B reads what A takes back.
    Scene {
        anomaly: Anomaly::G1a,
        sessions: &[
            Session::rolls_back(&["UPDATE item SET value = 101 WHERE id = 1"]),
            Session::commits(&[BOTH, BOTH]),
        ],
        shows: |came| came.committed(1) && came.has_read(1, (1, 101)),
    },
    // B reads what A writes on its way to another value.
    Scene {
        anomaly: Anomaly::G1b,
        sessions: &[
            Session::commits(&[
                "UPDATE item SET value = 101 WHERE id = 1",
                "UPDATE item SET value = 11 WHERE id = 1",
            ]),
            Session::commits(&[BOTH, BOTH]),
        ],
        shows: |came| came.committed(1) && came.has_read(1, (1, 101)),
    },
    // Each reads what the other one has written.
    Scene {
        anomaly: Anomaly::G1c,
        sessions: &[
            Session::commits(&["UPDATE item SET value = 11 WHERE id = 1", TWO]),
            Session::commits(&["UPDATE item SET value = 22 WHERE id = 2", ONE]),
        ],
        shows: |came| {
            came.all_committed() && came.has_read(0, (2, 22)) && came.has_read(1, (1, 11))
        },
    },
    // C sees one of two that write, and then, in the other row, what was there before it.
    Scene { anomaly: Anomaly::Otv, sessions: &[FIRST, SECOND, UPWARDS], shows: vanished },
    Scene { anomaly: Anomaly::Otv, sessions: &[FIRST, SECOND, DOWNWARDS], shows: vanished },
    // A asks twice, for rows that B's one row is both among.
    Scene {
        anomaly: Anomaly::Pmp,
        sessions: &[
            Session::commits(&["SELECT id, value FROM item WHERE value = 30", THIRDS]),
            Session::commits(&["INSERT INTO item (id, value) VALUES (3, 30)"]),
        ],
        shows: |came| {
            came.committed(0)
                && came.read(0, 0).is_some_and(Vec::is_empty)
                && came.read(0, 1).is_some_and(|rows| rows.contains(&(3, 30)))
        },
    },
    // B deletes the rows of a value, and then finds one that has it.
    Scene {
        anomaly: Anomaly::Pmp,
        sessions: &[
            Session::commits(&["UPDATE item SET value = value + 10"]),
            Session::commits(&[
                "DELETE FROM item WHERE value = 20",
                "SELECT id, value FROM item WHERE value = 20",
            ]),
        ],
        shows: |came| came.all_committed() && came.read(1, 0).is_some_and(|rows| !rows.is_empty()),
    },
    // Both read the same, both write it.
    Scene {
        anomaly: Anomaly::P4,
        sessions: &[
            Session::commits(&[ONE, "UPDATE item SET value = 11 WHERE id = 1"]),
            Session::commits(&[ONE, "UPDATE item SET value = 12 WHERE id = 1"]),
        ],
        shows: |came| {
            came.all_committed() && came.has_read(0, (1, 10)) && came.has_read(1, (1, 10))
        },
    },
    // A sees one row before B, and the other one after B.
    Scene {
        anomaly: Anomaly::GSingle,
        sessions: &[
            Session::commits(&[ONE, TWO]),
            Session::commits(&[
                ONE,
                TWO,
                "UPDATE item SET value = 12 WHERE id = 1",
                "UPDATE item SET value = 18 WHERE id = 2",
            ]),
        ],
        shows: |came| {
            came.all_committed() && came.has_read(0, (1, 10)) && came.has_read(0, (2, 18))
        },
    },
    // The same, where A deletes what it would have seen.
    Scene {
        anomaly: Anomaly::GSingle,
        sessions: &[
            Session::commits(&[ONE, "DELETE FROM item WHERE value = 20"]),
            Session::commits(&[
                BOTH,
                "UPDATE item SET value = 12 WHERE id = 1",
                "UPDATE item SET value = 18 WHERE id = 2",
            ]),
        ],
        shows: |came| {
            came.all_committed() && came.has_read(0, (1, 10)) && came.table.contains(&(2, 18))
        },
    },
    // Each reads both rows and writes one.
    Scene {
        anomaly: Anomaly::G2Item,
        sessions: &[
            Session::commits(&[
                "SELECT id, value FROM item WHERE id IN (1, 2)",
                "UPDATE item SET value = 11 WHERE id = 1",
            ]),
            Session::commits(&[
                "SELECT id, value FROM item WHERE id IN (1, 2)",
                "UPDATE item SET value = 21 WHERE id = 2",
            ]),
        ],
        shows: |came| {
            came.all_committed() && came.has_read(0, (2, 20)) && came.has_read(1, (1, 10))
        },
    },
    // Each looks for rows, finds none and adds one.
    Scene {
        anomaly: Anomaly::G2,
        sessions: &[
            Session::commits(&[THIRDS, "INSERT INTO item (id, value) VALUES (3, 30)"]),
            Session::commits(&[THIRDS, "INSERT INTO item (id, value) VALUES (4, 42)"]),
        ],
        shows: |came| {
            came.all_committed()
                && [0, 1].iter().all(|n| came.read(*n, 0).is_some_and(Vec::is_empty))
        },
    },
    // A comes before B, for it has not seen what B wrote; C, which only looks, has seen it, and not
    // what A writes.
    Scene {
        anomaly: Anomaly::G2,
        sessions: &[
            Session::commits(&[BOTH, "UPDATE item SET value = 0 WHERE id = 1"]),
            Session::commits(&["UPDATE item SET value = value + 5 WHERE id = 2"]),
            Session::commits(&[BOTH]),
        ],
        shows: |came| {
            came.all_committed()
                && came.has_read(0, (2, 20))
                && came.has_read(2, (2, 25))
                && came.has_read(2, (1, 10))
        },
    },
];

impl Came<'_> {
    pub fn all_committed(&self) -> bool {
        self.sessions.iter().all(|saw| saw.committed)
    }

    fn committed(&self, session: usize) -> bool {
        self.sessions[session].committed
    }

    /// What the n-th SELECT of a session gave.
    fn read(&self, session: usize, n: usize) -> Option<&Rows> {
        self.sessions[session].reads.get(n)
    }

    fn has_read(&self, session: usize, row: (i32, i32)) -> bool {
        self.sessions[session].reads.iter().flatten().any(|read| *read == row)
    }
}

/// The third session has read something newer, and then something older. Who of the two that write
/// is the newer one is what the table says in the end.
fn vanished(came: &Came) -> bool {
    let (first, second) = match came.table[..] {
        [(1, 12), (2, 18)] => ([11, 19], [12, 18]),
        [(1, 11), (2, 19)] => ([12, 18], [11, 19]),
        _ => return false,
    };
    let age =
        |value: i32| usize::from(first.contains(&value)) + 2 * usize::from(second.contains(&value));
    let ages: Vec<usize> =
        came.sessions[2].reads.iter().flatten().map(|(_, value)| age(*value)).collect();
    came.all_committed() && ages.windows(2).any(|two| two[1] < two[0])
}
