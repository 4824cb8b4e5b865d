//! The crash sweep of step 1, with its answers: no learner has to look in here.

use k03_given::half::{ASKED, BEFORE, judge};
use k03_given::{Account, Books, Kill, Violation};

fn invariant(before: &[Account], after: &[Account]) -> Result<(), Violation> {
    let sum = |of: &[Account]| of.iter().map(|a| i128::from(a.balance)).sum::<i128>();
    let (before, after) = (sum(before), sum(after));
    if before == after { Ok(()) } else { Err(Violation::Total { before, after }) }
}

/// After so many debits and credits.
fn books(debits: i64, credits: i64) -> Books {
    Books { giver: BEFORE.giver - debits * ASKED, taker: BEFORE.taker + credits * ASKED }
}

fn left(at: Kill) -> Books {
    match at {
        Kill::BeforeDebit => books(0, 0),
        Kill::AfterDebit | Kill::BeforeCredit => books(1, 0),
        Kill::AfterCredit => books(1, 1),
    }
}

fn again(at: Kill) -> Books {
    match at {
        Kill::BeforeDebit => books(1, 1),
        Kill::AfterDebit | Kill::BeforeCredit => books(2, 1),
        Kill::AfterCredit => books(2, 2),
    }
}

#[test]
fn the_right_prediction_is_accepted() {
    assert_eq!(judge(left, again, invariant), Ok(()));
}

#[test]
fn a_wrong_one_is_told_and_fits_the_screen() {
    let blind = |_: &[Account], _: &[Account]| Ok(());
    for outcome in [
        judge(|_| BEFORE, again, invariant).unwrap_err(),
        judge(left, |_| BEFORE, invariant).unwrap_err(),
        judge(left, again, blind).unwrap_err(),
    ] {
        assert!(outcome.message.lines().all(|l| l.chars().count() <= 76), "{outcome:?}");
        let text = outcome.timeline.unwrap().text(80);
        assert!(text.lines().all(|l| l.chars().count() <= 80), "{text}");
    }
}
