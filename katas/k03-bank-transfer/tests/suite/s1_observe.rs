//! Step 1: see it break. Needs no PostgreSQL.

use k03::s1_observe::{after_asking_again, check_invariant, left_behind};
use k03_given::{Account, Violation, half};

use suite::say::same;

/// You know, for each point where the process can be killed, what it leaves behind, what a second
/// attempt makes of it, and which of the two your check of the books notices.
#[suite::test]
fn naive_transfer_breaks_under_crash_sweep() {
    if let Err(why) = half::judge(left_behind, after_asking_again, check_invariant) {
        suite::fail(*why);
    }
}

/// The check accepts every state that transfers can lead to and tells what is wrong with any other
/// one: a check that is too strict is switched off, a check that is too lax finds nothing.
#[suite::test]
fn invariant_rejects_bad_states() {
    let before = [(1, 100), (2, 0), (3, 50)];
    check("Nothing has moved", &before, &before, Ok(()));
    check("30 from 1 to 2", &before, &[(1, 70), (2, 30), (3, 50)], Ok(()));
    check("All in one account", &before, &[(1, 0), (2, 0), (3, 150)], Ok(()));
    check("The rows in another order", &before, &[(3, 50), (2, 30), (1, 70)], Ok(()));
    check("No account at all", &[], &[], Ok(()));

    let total = |before, after| Err(Violation::Total { before, after });
    check("30 have vanished", &before, &[(1, 70), (2, 0), (3, 50)], total(150, 120));
    check("30 have appeared", &before, &[(1, 100), (2, 30), (3, 50)], total(150, 180));
    check("1 has vanished", &before, &[(1, 99), (2, 0), (3, 50)], total(150, 149));

    let overdrawn = &[(3, -10), (1, 170), (2, -10)];
    check(
        "Two are overdrawn, and the sum is right",
        &before,
        overdrawn,
        Err(Violation::Negative(2)),
    );
    let both = &[(1, -30), (2, 0), (3, 50)];
    check("Overdrawn, and the sum is wrong", &before, both, Err(Violation::Negative(1)));

    let accounts = Err(Violation::Accounts);
    check("An account is missing", &before, &[(1, 100), (3, 50)], accounts);
    check("An account is new", &before, &[(1, 100), (2, 0), (3, 50), (4, 0)], accounts);
    check("An account is another one", &before, &[(1, 100), (4, 0), (3, 50)], accounts);
    check("An account is there twice", &before, &[(1, 100), (2, 0), (3, 50), (2, 0)], accounts);
    check("One twice, one missing", &before, &[(1, 100), (1, 0), (3, 50)], accounts);
    check("Missing, and another overdrawn", &before, &[(1, -1), (3, 50)], accounts);
    check("All are gone", &before, &[], accounts);

    let full = [(1, i64::MAX), (2, i64::MAX)];
    check("Two accounts as full as can be", &full, &full, Ok(()));
    let twice = 2 * i128::from(i64::MAX);
    let less = [(1, i64::MAX), (2, i64::MAX - 1)];
    check("1 of very much has vanished", &full, &less, total(twice, twice - 1));
}

/// Compares what `check_invariant` says of these books.
#[track_caller]
fn check(what: &str, before: &[(i64, i64)], after: &[(i64, i64)], expected: Result<(), Violation>) {
    let accounts = |rows: &[(i64, i64)]| -> Vec<Account> {
        rows.iter().map(|&(id, balance)| Account { id, balance }).collect()
    };
    let said: Result<(), Violation> = check_invariant(&accounts(before), &accounts(after));
    same(format!("{what}: {after:?}, before {before:?}"), said, expected);
}
