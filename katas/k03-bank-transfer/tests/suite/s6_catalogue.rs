//! Step 6: the isolation catalogue. Every example is run in every order of its statements.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};

use k03::s6_catalogue::catalogue;
use k03_given::{Example, Phenomenon};
use postgres_lab::wire::sessions::{Scenario, search};
use protocol::Outcome;
use tokio_postgres::IsolationLevel::{self, ReadCommitted, RepeatableRead, Serializable};

use crate::script::{self, Alone, Script, Seen, level, shows};

/// What your examples say happens, happens in some order of the statements; what they say is
/// prevented, happens in none, though it does at another level.
#[suite::test]
fn every_claim_is_reproduced() {
    let examples: Vec<Example> = catalogue();
    assert!(!examples.is_empty(), "The catalogue.\nExpected: examples\nSaw:      none");
    for (n, example) in examples.iter().enumerate() {
        reproduce(n + 1, example);
    }
}

/// For each of the three levels there is something that happens and something that is prevented: a
/// level is known by both.
#[suite::test]
fn three_levels_are_covered() {
    let examples: Vec<Example> = catalogue();
    for isolation in LEVELS {
        for happens in [true, false] {
            let there =
                |e: &&Example| level(e.isolation) == level(isolation) && e.happens == happens;
            let word = if happens { "happens" } else { "is prevented" };
            assert!(
                examples.iter().any(|e| there(&e)),
                "{}.\nExpected: an example of a phenomenon that {word}\nSaw:      none",
                level(isolation)
            );
        }
    }
}

/// Write skew is in the catalogue: REPEATABLE READ lets it happen, though each session has a
/// snapshot of its own and no row is written twice, and SERIALIZABLE prevents it.
#[suite::test]
fn write_skew_is_present() {
    let examples: Vec<Example> = catalogue();
    let numbered = || examples.iter().enumerate().map(|(n, e)| (n + 1, e));
    for (isolation, happens) in [(RepeatableRead, true), (Serializable, false)] {
        let skew = numbered().find(|(_, e)| {
            e.phenomenon == Phenomenon::WriteSkew
                && level(e.isolation) == level(isolation)
                && e.happens == happens
        });
        let Some((n, example)) = skew else {
            let word = if happens { "happens" } else { "is prevented" };
            panic!(
                "Write skew at {}.\nExpected: an example that says that it {word}\nSaw:      none",
                level(isolation)
            )
        };
        reproduce(n, example);
    }
}

const LEVELS: [IsolationLevel; 3] = [ReadCommitted, RepeatableRead, Serializable];

/// Fails unless the example is true, and says something.
fn reproduce(n: usize, example: &Example) {
    let title = format!("Example {n}, {} at {}", example.phenomenon, level(example.isolation));
    if let Err(why) = script::fits(example) {
        panic!("{title}.\nExpected: two sessions that can show it\nSaw:      {why}");
    }
    // What is said below begins with the title; what the lab says does not.
    let named = suite::context(format!("({title}.)"));
    let alone = Alone::of(example);
    let found = look_for(example, &alone, example.isolation);
    match (found, example.happens) {
        (Ok(nothing), true) => {
            drop(named);
            let instead = nothing.instead();
            panic!(
                "{title}, which is to happen.\nExpected: some order of the statements shows it\n\
                 Saw:      none of {} does{instead}",
                nothing.schedules
            )
        }
        (Err(outcome), false) => suite::fail(*outcome),
        (Err(_), true) => {}
        (Ok(_), false) => {
            drop(named);
            elsewhere(&title, example, &alone);
        }
    }
}

/// What no order of the statements shows, and what some show that was not claimed.
struct Nothing {
    schedules: u64,
    others: Vec<Phenomenon>,
}

impl Nothing {
    fn instead(&self) -> String {
        let Some(other) = self.others.first() else { return String::new() };
        let what = match other {
            Phenomenon::NonRepeatableRead => {
                ":\n          as many rows as before, with other contents"
            }
            Phenomenon::Phantom => ":\n          more rows than before, or fewer",
            _ => "",
        };
        format!(".\n          What happens is called {other}{what}")
    }
}

/// All that could be seen in an example's two sessions, beside what it claims.
fn others_than(example: &Example) -> Vec<Phenomenon> {
    let all = [
        Phenomenon::DirtyRead,
        Phenomenon::NonRepeatableRead,
        Phenomenon::Phantom,
        Phenomenon::LostUpdate,
        Phenomenon::WriteSkew,
        Phenomenon::Refusal,
    ];
    let fits = |other: &Phenomenon| {
        let claim = Example { phenomenon: *other, ..example.clone() };
        *other != example.phenomenon && script::fits(&claim).is_ok()
    };
    all.into_iter().filter(fits).collect()
}

/// What is prevented here must be possible somewhere, or the example is about nothing.
fn elsewhere(title: &str, example: &Example, alone: &Alone) {
    if example.phenomenon == Phenomenon::DirtyRead {
        let mut commits = example.clone();
        commits.b.pop();
        let sees = look_for(&commits, &Alone::of(&commits), example.isolation).is_err();
        assert!(
            sees,
            "{title}, which is to be prevented.\n\
             Expected: A sees what B has written if B commits it\n\
             Saw:      A never sees anything of B's, so there is nothing to prevent"
        );
        return;
    }
    let others = LEVELS.into_iter().filter(|other| level(*other) != level(example.isolation));
    let mut anywhere = others.map(|other| look_for(example, alone, other).is_err());
    assert!(
        anywhere.any(|shows| shows),
        "{title}, which is to be prevented.\n\
         Expected: the same two sessions show it at another level\n\
         Saw:      they show it nowhere, so there is nothing to prevent"
    );
}

/// Runs the two sessions in every order. `Err` holds the schedule that shows the phenomenon.
fn look_for(
    example: &Example,
    alone: &Alone,
    isolation: IsolationLevel,
) -> Result<Nothing, Box<Outcome>> {
    let (phenomenon, alone) = (example.phenomenon, alone.clone());
    let (a, b) = (Script::new(&example.a), Script::new(&example.b));
    let found = Arc::new(AtomicBool::new(false));
    let (mark, seen) = (found.clone(), Seen::default());
    let (left, others) = (others_than(example), Arc::new(Mutex::new(Vec::new())));
    let also = others.clone();
    let result = search(
        Scenario::new(script::TABLE, script::ROWS)
            .lane("A", a.lane("A", isolation, &seen))
            .lane("B", b.lane("B", isolation, &seen))
            .state(script::STATE)
            .every_lane_succeeds()
            .check(move |ran| {
                let [Some(a), Some(b)] = seen.take() else { return Ok(()) };
                if shows(phenomenon, &alone, [&a, &b], ran.state()) {
                    mark.store(true, SeqCst);
                    return Err(format!("This order of the statements shows a {phenomenon}."));
                }
                let mut also = also.lock().unwrap_or_else(PoisonError::into_inner);
                for other in &left {
                    if !also.contains(other) && shows(*other, &alone, [&a, &b], ran.state()) {
                        also.push(*other);
                    }
                }
                Ok(())
            }),
    );
    match result {
        Ok(explored) => {
            let others =
                std::mem::take(&mut *others.lock().unwrap_or_else(PoisonError::into_inner));
            Ok(Nothing { schedules: explored.schedules, others })
        }
        Err(outcome) if found.load(SeqCst) => Err(outcome),
        // Something else is wrong with the example: a statement that PostgreSQL does not know.
        Err(outcome) => suite::fail(*outcome),
    }
}
