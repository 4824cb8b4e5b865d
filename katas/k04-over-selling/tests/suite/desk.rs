//! What the tests of step 6 do, one thing after the other, and what they look at.

use k04::s6_reservations::{confirm, expire, reserve};
use k04_given::tables::RESERVATIONS;
use k04_given::{Buy, ReservationId, Timestamp};
use postgres_lab::wire::sessions::Ran;
use postgres_lab::{Connections, Db, is_at_rest};
use suite::say::holds;
use tokio_postgres::Client;

use crate::queries::{anew, numbers};
use crate::say::Told;
use crate::shop;

/// Reservations that nobody disturbs.
pub struct Desk {
    pub client: Client,
    pub admin: Client,
}

impl Connections for Desk {
    fn connections(&self) -> (&Client, &Client) {
        (&self.client, &self.admin)
    }
}

impl Desk {
    pub async fn open(db: &Db, rows: &str) -> Self {
        let (client, admin) = (db.client_here().await, db.admin().await);
        anew(&client, RESERVATIONS, rows).await;
        Self { client, admin }
    }

    pub async fn reserve(&mut self, b: Buy, until: i64) -> Result<ReservationId, Told> {
        let answer = reserve(&mut self.client, &b, Timestamp(until)).await.map_err(Told::from);
        is_at_rest(&format!("`reserve`, {b:?}"), &self.client, &self.admin).await;
        answer
    }

    pub async fn confirm(&mut self, id: ReservationId, now: i64) -> Result<Buy, Told> {
        let answer = confirm(&mut self.client, id, Timestamp(now)).await.map_err(Told::from);
        is_at_rest(&format!("`confirm` at {now}"), &self.client, &self.admin).await;
        answer
    }

    pub async fn expire(&mut self, now: i64) -> Result<u64, Told> {
        let answer = expire(&mut self.client, Timestamp(now)).await.map_err(Told::from);
        is_at_rest(&format!("`expire` at {now}"), &self.client, &self.admin).await;
        answer
    }

    pub async fn books(&self) -> Vec<Vec<i64>> {
        let sql = "SELECT sku, stock, (SELECT coalesce(sum(units), 0)::bigint FROM reservation r \
                   WHERE r.sku = item.sku AND status = 'open'), \
                   (SELECT coalesce(sum(units), 0)::bigint FROM sale WHERE sale.sku = item.sku) \
                   FROM item ORDER BY sku";
        numbers(&self.admin, sql).await
    }
}

/// Fails unless the books (item, in stock, reserved, sold) are these, in words.
#[track_caller]
pub fn books_are(what: &str, saw: &[Vec<i64>], expected: [[i64; 4]; 2]) {
    let expected = expected.map(Vec::from);
    holds(what, words(&expected), words(saw), saw == expected);
}

fn words(books: &[Vec<i64>]) -> String {
    let words = |row: &Vec<i64>| match row[..] {
        [sku, stock, reserved, sold] => {
            format!("item {sku}: {stock} in stock, {reserved} reserved, {sold} sold")
        }
        _ => format!("{row:?}"),
    };
    books.iter().map(words).collect::<Vec<_>>().join("; ")
}

/// A check: what A and B were told, and the books (in stock, reserved, sold), are one of these.
pub fn ends(
    endings: &'static [(&'static str, &'static str, [i64; 3])],
) -> impl Fn(&Ran) -> Result<(), String> + Send + Sync {
    move |ran| {
        let (a, b, books) = (shop::told(ran, "A"), shop::told(ran, "B"), shop::books(ran));
        if endings.iter().any(|ending| (ending.0, ending.1) == (a, b) && books == ending.2) {
            return Ok(());
        }
        let words = |(a, b, books): &(&str, &str, [i64; 3])| format!("A {a}, B {b}, {books:?}");
        let expected: Vec<String> = endings.iter().map(words).collect();
        Err(format!(
            "What A and B were told, and the books (in stock, reserved, sold).\n\
             Expected: {}\nSaw:      A {a}, B {b}, {books:?}",
            expected.join("\n      or: ")
        ))
    }
}
