//! Transfers that step 5 refuses, one after the other, and what they leave behind.

use k03::s5_retry::transfer;
use k03_given::{Connect, Outcome, Transfer};
use postgres_lab::Db;
use suite::say::same;
use tokio_postgres::{Client, Error};

use crate::bank::order;
use crate::bodies::{books, told};

/// Of transfers of 70 from account 1, which has 100.
pub const A_ROW_FOR_EACH_70: (&str, &str) = (
    "there is a row in transfer for each 70 that were moved, and no other",
    "SELECT (SELECT count(*) FROM transfer) * 70 = 100 - balance FROM account WHERE id = 1",
);

/// A server whose connections are not lost.
struct Steady<'a>(&'a Db);

impl Connect for Steady<'_> {
    async fn connect(&self) -> Result<Client, Error> {
        Ok(self.0.client().await)
    }
}

/// On balances of 100 and 50. The ids of the accounts are in either order: whoever writes in the
/// order of the ids may credit before the debit is refused.
pub async fn refused_transfers_leave_nothing(db: &Db, admin: &Client) {
    let (poor_1, poor_2) = (order(1, 1, 2, 130), order(2, 2, 1, 80));
    makes(db, admin, poor_1, Outcome::InsufficientFunds, [100, 50], &[]).await;
    makes(db, admin, poor_2, Outcome::InsufficientFunds, [100, 50], &[]).await;
    for t in [order(3, 1, 9, 30), order(4, 9, 1, 30), order(5, 2, 0, 30), order(6, 0, 2, 30)] {
        makes(db, admin, t, Outcome::UnknownAccount, [100, 50], &[]).await;
    }
    makes(db, admin, poor_1, Outcome::InsufficientFunds, [100, 50], &[]).await;
    let gift = "UPDATE account SET balance = 150 WHERE id = 1";
    admin.batch_execute(gift).await.expect("money for account 1");
    makes(db, admin, poor_1, Outcome::Done, [20, 180], &[1]).await;
    makes(db, admin, poor_2, Outcome::Done, [100, 100], &[1, 2]).await;
}

async fn makes(
    db: &Db,
    admin: &Client,
    t: Transfer,
    answer: Outcome,
    balances: [i64; 2],
    ids: &[i64],
) {
    let what = format!("{} from account {} to {}, id {}", t.cents, t.from, t.to, t.id);
    same(&what, told(transfer(&Steady(db), &t, 3).await), Ok(answer));
    same(format!("{what}: the balances afterwards"), books(admin).await, balances.to_vec());
    let rows = admin.query("SELECT id FROM transfer ORDER BY id", &[]).await;
    let saw: Vec<i64> = rows.expect("the table transfer").iter().map(|row| row.get(0)).collect();
    same(format!("{what}: the ids in transfer afterwards"), saw, ids.to_vec());
}
