//! What a statement touches, for the reduction.
//!
//! Independence needs little more than the kind of SQL. BEGIN commutes with everything. Plain
//! SELECTs commute with each other, and, below SERIALIZABLE, with what is not yet committed: it is
//! invisible, and a SELECT waits for no row lock. The end of a transaction that wrote nothing
//! commutes with everything. Everything is per table, as long as the schema has nothing that makes
//! one table's statement touch another (triggers, foreign keys, views, rules, partitions).
//!
//! At REPEATABLE READ and above the first statement fixes what is seen of *every* table. At
//! SERIALIZABLE each read can be what lets another's write fail, so only reads commute.

use std::collections::BTreeSet;

use explorer::Footprint;

use super::sql::{Kind, Statement};

/// What the open transaction of a session has done so far.
#[derive(Debug, Default)]
pub struct Transaction {
    wrote: BTreeSet<String>,
    snapshot: bool,
    serializable: bool,
    /// The session's default was changed: nothing is known of later transactions.
    for_good: bool,
}

impl Transaction {
    pub fn holds_locks(&self) -> bool {
        !self.wrote.is_empty()
    }

    /// Every statement sees what was there at the first one.
    pub fn in_snapshot(&self) -> bool {
        self.snapshot
    }

    /// Notes what a statement says of the isolation level.
    pub fn hears(&mut self, statement: &Statement) {
        if statement.mentions("isolation") {
            self.serializable |= statement.mentions("serializable");
            self.snapshot |= self.serializable || statement.mentions("repeatable");
            self.for_good |=
                statement.mentions("characteristics") || statement.mentions("default_");
        }
    }

    /// The footprint of a statement that was answered. `before` and `after`: the session's status
    /// (`I`, `T`, `E`).
    pub fn touch(
        &mut self,
        statement: &Statement,
        tables: &[String],
        coarse: bool,
        before: u8,
        after: u8,
    ) -> Footprint {
        let named: Vec<&str> = if coarse { Vec::new() } else { statement.tables(tables) };
        let all = || tables.iter().map(String::as_str);
        let named: Vec<&str> = if named.is_empty() { all().collect() } else { named };
        let mut footprint = Footprint::nothing();
        match statement.kind {
            Kind::Local | Kind::End => {}
            Kind::Read | Kind::Lock => {
                let seen: Vec<&str> = if self.snapshot { all().collect() } else { named.clone() };
                footprint = seen.into_iter().fold(footprint, Footprint::reads);
                if self.serializable {
                    footprint = footprint.reads("serializable");
                }
            }
        }
        if statement.kind == Kind::Lock {
            let known = statement.is_plain();
            footprint = named.iter().fold(footprint, |f, t| f.writes(format!("locks of {t}")));
            self.wrote.extend(named.iter().map(ToString::to_string));
            if !known || self.serializable {
                footprint = Footprint::everything();
            }
        }
        // COMMIT AND CHAIN ends one transaction and is in the next.
        if after == b'I' || before != after || statement.kind == Kind::End {
            // Published, or undone: its locks are free either way.
            let wrote = std::mem::take(&mut self.wrote);
            if self.serializable && statement.kind != Kind::Local {
                footprint = Footprint::everything();
            }
            for table in wrote {
                footprint = footprint.writes(format!("locks of {table}")).writes(table);
            }
            if after == b'I' && !self.for_good {
                (self.snapshot, self.serializable) = (false, false);
            }
        }
        footprint
    }
}

#[cfg(test)]
mod tests {
    use explorer::Footprint;

    use super::Transaction;
    use crate::wire::sql::Statement;

    fn touch(transaction: &mut Transaction, sql: &str, before: u8, after: u8) -> Footprint {
        let tables = ["account".to_owned(), "log".to_owned()];
        let statement = Statement::new(sql);
        transaction.hears(&statement);
        transaction.touch(&statement, &tables, false, before, after)
    }

    #[test]
    fn a_read_commutes_with_a_write_until_it_is_committed() {
        let mut a = Transaction::default();
        let read = touch(&mut Transaction::default(), "SELECT balance FROM account", b'T', b'T');
        let write = touch(&mut a, "UPDATE account SET balance = 1", b'T', b'T');
        assert!(read.independent(&write));
        assert!(!write.independent(&write));
        let commit = touch(&mut a, "COMMIT", b'T', b'I');
        assert!(!read.independent(&commit));
        let other = touch(&mut Transaction::default(), "SELECT * FROM log", b'T', b'T');
        assert!(other.independent(&commit));
        let nothing = touch(&mut a, "COMMIT", b'T', b'I');
        assert_eq!(nothing, Footprint::nothing());
    }

    #[test]
    fn a_snapshot_is_of_every_table() {
        let mut a = Transaction::default();
        touch(&mut a, "START TRANSACTION ISOLATION LEVEL REPEATABLE READ", b'I', b'T');
        let read = touch(&mut a, "SELECT * FROM log", b'T', b'T');
        let mut b = Transaction::default();
        let write = touch(&mut b, "UPDATE account SET balance = 1", b'I', b'I');
        assert!(!read.independent(&write));
    }

    #[test]
    fn at_serializable_only_reads_commute() {
        let begun = || {
            let mut a = Transaction::default();
            touch(&mut a, "START TRANSACTION ISOLATION LEVEL SERIALIZABLE", b'I', b'T');
            a
        };
        let read = touch(&mut begun(), "SELECT * FROM account", b'T', b'T');
        let write = touch(&mut begun(), "UPDATE account SET balance = 1", b'T', b'T');
        assert!(read.independent(&read));
        assert!(!read.independent(&write));
    }

    #[test]
    fn unknown_functions_touch_everything() {
        let lock = touch(&mut Transaction::default(), "SELECT pg_advisory_lock(1)", b'I', b'I');
        assert!(!lock.independent(&Footprint::nothing()));
    }
}
