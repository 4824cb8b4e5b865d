//! Step 4: schema and transfer id.

use k03_given::{Discrepancy, Outcome, Transfer};
use tokio_postgres::{Client, Error, IsolationLevel, Row};

/// The rules as named constraints.
pub const SCHEMA: &str = "
    CREATE TABLE account (
        id      bigint NOT NULL,
        opening bigint NOT NULL,
        balance bigint NOT NULL,
        CONSTRAINT one_account_an_id PRIMARY KEY (id),
        CONSTRAINT not_overdrawn CHECK (balance >= 0)
    );
    CREATE TABLE transfer (
        id           bigint NOT NULL,
        from_account bigint NOT NULL,
        to_account   bigint NOT NULL,
        cents        bigint NOT NULL,
        made_at      timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT one_transfer_an_id UNIQUE (id),
        CONSTRAINT giver_is_known FOREIGN KEY (from_account) REFERENCES account (id),
        CONSTRAINT receiver_is_known FOREIGN KEY (to_account) REFERENCES account (id),
        CONSTRAINT something_moves CHECK (cents > 0),
        CONSTRAINT somewhere_else CHECK (from_account IS DISTINCT FROM to_account)
    );
    CREATE INDEX ON transfer (from_account);
    CREATE INDEX ON transfer (to_account);
";

/// The unique index decides who is first. The second caller waits there for the first one's COMMIT
/// or ROLLBACK, and then knows.
pub async fn transfer(db: &mut Client, t: &Transfer) -> Result<Outcome, Error> {
    let tx = db.transaction().await?;
    let known = "SELECT count(*) FROM account WHERE id IN ($1, $2)";
    if tx.query_one(known, &[&t.from, &t.to]).await?.get::<_, i64>(0) < 2 {
        return Ok(Outcome::UnknownAccount);
    }
    let first = "INSERT INTO transfer (id, from_account, to_account, cents)
                 VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING";
    if tx.execute(first, &[&t.id, &t.from, &t.to, &t.cents]).await? == 0 {
        return Ok(Outcome::Done);
    }
    let change = "UPDATE account SET balance = balance + $2 WHERE id = $1 AND balance + $2 >= 0";
    let mut changes = [(t.from, -t.cents), (t.to, t.cents)];
    changes.sort_unstable();
    for (id, cents) in changes {
        if tx.execute(change, &[&id, &cents]).await? == 0 {
            return Ok(Outcome::InsufficientFunds);
        }
    }
    tx.commit().await?;
    Ok(Outcome::Done)
}

/// Two queries and the sums here; REPEATABLE READ gives both the same snapshot.
pub async fn reconcile(db: &mut Client) -> Result<Vec<Discrepancy>, Error> {
    let snapshot = db.build_transaction().isolation_level(IsolationLevel::RepeatableRead);
    let tx = snapshot.read_only(true).start().await?;
    let accounts = tx.query("SELECT id, opening, balance FROM account ORDER BY id", &[]).await?;
    let transfers = tx.query("SELECT from_account, to_account, cents FROM transfer", &[]).await?;
    tx.commit().await?;
    let moved = |account: i64| -> i64 {
        let each = transfers.iter().map(|t: &Row| (t.get(0), t.get(1), t.get::<_, i64>(2)));
        each.map(|(from, to, cents): (i64, i64, i64)| {
            i64::from(to == account) * cents - i64::from(from == account) * cents
        })
        .sum()
    };
    let found = accounts.iter().map(|a| Discrepancy {
        account: a.get(0),
        expected: a.get::<_, i64>(1) + moved(a.get(0)),
        actual: a.get(2),
    });
    Ok(found.filter(|d| d.expected != d.actual).collect())
}
