//! Somebody else decides.

use postgres_lab::wire::sessions::{play, replay};

use crate::bank::{bank, naive};

fn transfers() -> postgres_lab::wire::sessions::Scenario {
    bank()
        .lane("A: 30 from 1 to 2", |db| Box::pin(naive(db, (1, 2, 30))))
        .lane("B: 50 from 1 to 3", |db| Box::pin(naive(db, (1, 3, 50))))
}

#[test]
fn turns_are_chosen_statement_by_statement() {
    let played = play(transfers(), |situation| {
        // A until it has read, then B until it can go no further.
        let turn = if situation.code.0.is_empty() { "A" } else { "B" };
        let moves = &situation.moves;
        // What is committed is seen, and nothing else.
        let rows = &situation.tables[0].rows;
        assert_eq!(rows[1], ["before", "100", "0", "0", "100"]);
        let b_is_done = situation.code.0.len() > 4;
        assert_eq!(rows[2][1], if b_is_done { "50" } else { "100" }, "{}", situation.code);
        Some(moves.iter().position(|m| m.strand == turn).unwrap_or(0))
    });
    let played = played.unwrap();
    assert_eq!(played.run.code.to_string(), "A.B4.A3");
    let outcome = played.outcome.unwrap();
    assert_eq!(outcome.message, "It does not hold that the total is 100.");
    assert!(play(transfers(), |_| None).is_none());
}

#[test]
fn a_code_that_does_not_fit_is_explained() {
    for (code, says) in [("A9", "A cannot move here, only B"), ("A.X", "there is no lane X")] {
        let error = replay(transfers(), code).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    let replayed = replay(transfers(), "A4.B4").unwrap();
    assert_eq!(replayed.outcome, None);
    assert!(replayed.run.state.contains("1\t20"));
}
