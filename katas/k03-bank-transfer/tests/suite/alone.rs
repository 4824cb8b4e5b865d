//! What every `transfer` must do that nobody disturbs: steps 2, 3 and 4 ask the same.

use k03_given::{Outcome, Transfer};
use postgres_lab::{Connections, is_at_rest};
use suite::say::{holds, same};
use tokio_postgres::Client;

use crate::bank::{Transfers, order};

/// A bank of three accounts, its user and somebody who looks at it from outside.
pub struct Bank {
    pub client: Client,
    pub admin: Client,
    pub transfer: Transfers,
}

impl Connections for Bank {
    fn connections(&self) -> (&Client, &Client) {
        (&self.client, &self.admin)
    }
}

impl Bank {
    /// A transfer, its answer and what it leaves behind.
    pub async fn makes(&mut self, t: Transfer, answer: Outcome, books: [i64; 3]) {
        let what = format!("{} from account {} to {}, id {}", t.cents, t.from, t.to, t.id);
        let rows = self.rows().await;
        let saw = (self.transfer)(&mut self.client, &t).await;
        let saw = saw.map_err(|error| format!("{error:?}"));
        same(&what, saw, Ok(answer));
        self.holds(&format!("{what}: the balances afterwards"), books).await;
        if let (Some(before), Some(after)) = (rows, self.rows().await)
            && answer != Outcome::Done
        {
            let what = format!("{what}, which is answered with {answer:?}");
            let saw = format!("{} new", after - before);
            holds(what, "no new row in transfer", saw, after == before);
        }
        is_at_rest(&what, &self.client, &self.admin).await;
    }

    /// Seen from another session: what is not committed does not count.
    pub async fn holds(&self, what: &str, books: [i64; 3]) {
        same(what, self.balances().await, books.to_vec());
    }

    pub async fn balances(&self) -> Vec<i64> {
        let rows = self.admin.query("SELECT balance FROM account ORDER BY id", &[]).await;
        rows.expect("the books").iter().map(|row| row.get(0)).collect()
    }

    /// How many rows `transfer` has, where there is such a table.
    async fn rows(&self) -> Option<i64> {
        let row = self.admin.query_one("SELECT count(*) FROM transfer", &[]).await.ok()?;
        Some(row.get(0))
    }
}

/// On balances of 100, 50 and 0.
pub async fn moves_the_money(bank: &mut Bank) {
    bank.makes(order(1, 1, 2, 30), Outcome::Done, [70, 80, 0]).await;
    bank.makes(order(2, 2, 1, 5), Outcome::Done, [75, 75, 0]).await;
    bank.makes(order(3, 2, 3, 75), Outcome::Done, [75, 0, 75]).await;
}

/// On balances of 100, 50 and 0.
pub async fn refusals_change_nothing(bank: &mut Bank) {
    let books = [100, 50, 0];
    bank.makes(order(1, 1, 2, 101), Outcome::InsufficientFunds, books).await;
    bank.makes(order(2, 3, 1, 1), Outcome::InsufficientFunds, books).await;
    bank.makes(order(3, 1, 9, 30), Outcome::UnknownAccount, books).await;
    bank.makes(order(4, 9, 1, 30), Outcome::UnknownAccount, books).await;
    bank.makes(order(5, 8, 9, 30), Outcome::UnknownAccount, books).await;
    bank.makes(order(6, 1, 2, 100), Outcome::Done, [0, 150, 0]).await;
}

/// A transfer of 30 from 1 to 2, on balances of 100, 50 and 0, is dropped at each of its awaits.
/// `anew` puts the tables back. A transfer with a row of its own has it if it has moved money.
pub async fn dropped_anywhere(bank: &mut Bank, anew: &str) {
    let t = order(1, 1, 2, 30);
    postgres_lab::dropped_anywhere(
        "transfer",
        bank,
        async |bank| bank.admin.batch_execute(anew).await.expect("the tables anew"),
        async |bank| (bank.transfer)(&mut bank.client, &t).await,
        async |bank, what, ended| {
            let (books, rows) = (bank.balances().await, bank.rows().await);
            let allowed = if ended.is_none() { "all of it or nothing" } else { "all of it" };
            let (done, nothing) = ([70, 80, 0], [100, 50, 0]);
            let whole = (books == done && rows.is_none_or(|n| n == 1))
                || (books == nothing && rows.is_none_or(|n| n == 0) && ended.is_none());
            let rows = rows.map_or(String::new(), |n| format!(", rows in transfer: {n}"));
            holds(what, allowed, format!("balances {books:?}{rows}"), whole);
            if let Some(answer) = ended {
                same(what, answer.map_err(|e| format!("{e:?}")), Ok(Outcome::Done));
            }
        },
    )
    .await;
}
