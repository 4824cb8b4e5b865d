//! Step 6: the isolation catalogue.

use k03_given::{Example, Phenomenon};
use tokio_postgres::IsolationLevel::{self, ReadCommitted, RepeatableRead, Serializable};

/// Each pair of sessions twice: at a level where it happens, and at one that prevents it.
pub fn catalogue() -> Vec<Example> {
    vec![
        dirty_read(ReadCommitted, false),
        non_repeatable_read(ReadCommitted, true),
        non_repeatable_read(RepeatableRead, false),
        phantom(ReadCommitted, true),
        phantom(RepeatableRead, false),
        lost_update(ReadCommitted, true),
        lost_update(RepeatableRead, false),
        write_skew(RepeatableRead, true),
        write_skew(Serializable, false),
        refusal(ReadCommitted, false),
        refusal(Serializable, true),
    ]
}

const LOOK: &str = "SELECT balance FROM account WHERE id = 1";
const EMPTY: &str = "UPDATE account SET balance = 0 WHERE id = 1";

fn dirty_read(isolation: IsolationLevel, happens: bool) -> Example {
    Example {
        phenomenon: Phenomenon::DirtyRead,
        isolation,
        a: vec![LOOK],
        b: vec![EMPTY, "ROLLBACK"],
        happens,
    }
}

fn non_repeatable_read(isolation: IsolationLevel, happens: bool) -> Example {
    Example {
        phenomenon: Phenomenon::NonRepeatableRead,
        isolation,
        a: vec![LOOK, LOOK],
        b: vec![EMPTY],
        happens,
    }
}

fn phantom(isolation: IsolationLevel, happens: bool) -> Example {
    let rich = "SELECT id FROM account WHERE balance >= 50";
    Example {
        phenomenon: Phenomenon::Phantom,
        isolation,
        a: vec![rich, rich],
        b: vec!["INSERT INTO account VALUES (3, 60)"],
        happens,
    }
}

/// Both compute the new balance from the one that they have seen.
fn lost_update(isolation: IsolationLevel, happens: bool) -> Example {
    Example {
        phenomenon: Phenomenon::LostUpdate,
        isolation,
        a: vec![LOOK, "UPDATE account SET balance = $1 - 30 WHERE id = 1"],
        b: vec![LOOK, "UPDATE account SET balance = $1 + 50 WHERE id = 1"],
        happens,
    }
}

/// Each may take 150 from its own account as long as both accounts together hold that much.
fn write_skew(isolation: IsolationLevel, happens: bool) -> Example {
    let both = "SELECT sum(balance)::bigint FROM account";
    Example {
        phenomenon: Phenomenon::WriteSkew,
        isolation,
        a: vec![both, "UPDATE account SET balance = balance - 150 WHERE id = 1 AND $1 >= 150"],
        b: vec![both, "UPDATE account SET balance = balance - 150 WHERE id = 2 AND $1 >= 150"],
        happens,
    }
}

/// At READ COMMITTED the second UPDATE goes on with the row that the first one has left.
fn refusal(isolation: IsolationLevel, happens: bool) -> Example {
    Example {
        phenomenon: Phenomenon::Refusal,
        isolation,
        a: vec!["UPDATE account SET balance = balance - 30 WHERE id = 1"],
        b: vec!["UPDATE account SET balance = balance + 50 WHERE id = 1"],
        happens,
    }
}
