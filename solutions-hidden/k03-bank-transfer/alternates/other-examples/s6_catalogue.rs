//! Step 6: the isolation catalogue.

use k03_given::{Example, Phenomenon};
use tokio_postgres::IsolationLevel::{ReadCommitted, RepeatableRead, Serializable};

/// A balance above zero says here that a doctor is on call. Each may leave as long as another one
/// stays.
pub fn catalogue() -> Vec<Example> {
    let on_call = "SELECT count(*) FROM account WHERE balance > 0";
    let leave = |id| match id {
        1 => "UPDATE account SET balance = 0 WHERE id = 1 AND $1 >= 2",
        _ => "DELETE FROM account WHERE id = 2 AND $1 >= 2",
    };
    let skew = |isolation, happens| Example {
        phenomenon: Phenomenon::WriteSkew,
        isolation,
        a: vec![on_call, leave(1)],
        b: vec![on_call, leave(2)],
        happens,
    };
    let dirty = Example {
        phenomenon: Phenomenon::DirtyRead,
        isolation: ReadCommitted,
        a: vec!["SELECT sum(balance) FROM account"],
        b: vec!["INSERT INTO account VALUES (9, 9)", "SELECT 1", "rollback;"],
        happens: false,
    };
    let lost = |isolation, happens| Example {
        phenomenon: Phenomenon::LostUpdate,
        isolation,
        a: vec![
            "SELECT balance + 10 FROM account WHERE id = 2",
            "UPDATE account SET balance = $1 WHERE id = 2",
        ],
        b: vec!["UPDATE account SET balance = balance * 2 WHERE id = 2"],
        happens,
    };
    let changes = |isolation, happens| Example {
        phenomenon: Phenomenon::NonRepeatableRead,
        isolation,
        a: vec!["SELECT sum(balance) FROM account", "SELECT 1", "SELECT sum(balance) FROM account"],
        b: vec!["UPDATE account SET balance = 7", "SELECT 1"],
        happens,
    };
    let refused = Example {
        phenomenon: Phenomenon::Refusal,
        isolation: RepeatableRead,
        a: vec!["UPDATE account SET balance = 5 WHERE id = 1"],
        b: vec!["SELECT 1", "DELETE FROM account WHERE id = 1"],
        happens: true,
    };
    vec![
        skew(RepeatableRead, true),
        skew(Serializable, false),
        dirty,
        lost(ReadCommitted, true),
        lost(Serializable, false),
        changes(ReadCommitted, true),
        changes(Serializable, false),
        refused,
        Example { phenomenon: Phenomenon::Refusal, ..skew(Serializable, true) },
        lost(RepeatableRead, false),
    ]
}
