//! A hundred customers who are sure to meet.

use k04_given::Sale;
use k04_given::tables::SHOP;
use postgres_lab::Db;
use suite::say::{holds, same};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Transaction};

use crate::queries::{anew, numbers};
use crate::say::Told;
use crate::shop::{IN_ALL, Way, wants};

/// Five waves of twenty, for each way in a shop of its own, and all through the same twenty
/// connections.
pub async fn hundred_buyers(db: &Db, ways: &[Way]) {
    let mut doors = Doors { row: db.admin().await, receipts: db.admin().await, db: db.clone() };
    let look = db.admin().await;
    let mut connections = Vec::new();
    for _ in 0..20 {
        connections.push(db.client().await);
    }
    for way in ways {
        anew(&connections[0], SHOP, "INSERT INTO item (sku, stock) VALUES (1, 10)").await;
        ten_get_one(&mut doors, &look, *way, &mut connections).await;
    }
}

async fn ten_get_one(doors: &mut Doors, look: &Client, way: Way, connections: &mut Vec<Client>) {
    let (mut sold, mut sold_out) = (0, 0);
    for wave in 0..5 {
        for answer in doors.meet(look, way, wave, connections).await {
            match answer {
                Ok(_) => sold += 1,
                Err(told) if told == Told::new("SoldOut") => sold_out += 1,
                Err(other) => {
                    let what = format!("`{}`, one of a hundred", way.name);
                    holds(what, "a sale, or SoldOut", format!("{other:?}"), false);
                }
            }
        }
    }
    let what = format!("`{}`: a hundred customers want 1 of 10", way.name);
    same(format!("{what}; how many got it, and how many did not"), (sold, sold_out), (10, 90));
    let books = numbers(look, IN_ALL).await;
    same(format!("{what}; stock and sold"), books, vec![vec![0, 10]]);
}

/// Two doors that customers meet behind, so that it does not depend on luck whether they meet: the
/// item's row, and the table of sales.
struct Doors {
    row: Client,
    receipts: Client,
    db: Db,
}

impl Doors {
    /// One customer a connection, all at once. Each door is kept shut until everybody waits or has
    /// an answer.
    async fn meet(
        &mut self,
        look: &Client,
        way: Way,
        wave: i64,
        connections: &mut Vec<Client>,
    ) -> Vec<Result<Sale, Told>> {
        let row = self.row.transaction().await.expect("a transaction");
        let shut = "SELECT FROM item WHERE sku = 1 FOR UPDATE";
        row.execute(shut, &[]).await.expect("nobody else is there yet");
        let receipts = self.receipts.transaction().await.expect("a transaction");
        let shut = "LOCK TABLE sale IN SHARE MODE";
        receipts.batch_execute(shut).await.expect("nobody else is there yet");
        let mut customers = Vec::new();
        for (n, mut client) in (1..).zip(connections.drain(..)) {
            customers.push(tokio::spawn(async move {
                let answer = (way.buy)(&mut client, &wants(20 * wave + n, 1)).await;
                // A ROLLBACK that nobody waits for has its effect before this has its answer.
                client.batch_execute("").await.expect("the connection can be used on");
                (client, answer.map_err(Told::from))
            }));
        }
        let what = format!("`{}`, 20 at once", way.name);
        let crowd = Crowd { look, schema: self.db.schema(), what: &what };
        let doors = [pid(&row).await, pid(&receipts).await];
        crowd.waits(&customers, &doors).await;
        row.rollback().await.expect("the first door opens");
        crowd.waits(&customers, &doors[1..]).await;
        receipts.rollback().await.expect("the second door opens");
        crowd.waits(&customers, &[]).await;
        let mut answers = Vec::new();
        for customer in customers {
            let (client, answer) = customer.await.expect("no customer panics");
            connections.push(client);
            answers.push(answer);
        }
        answers
    }
}

/// Somebody has locked the row, and a customer wants more than there is.
pub async fn sold_out_without_waiting(db: &Db, way: Way) {
    let (mut client, mut row, look) = (db.client().await, db.admin().await, db.admin().await);
    anew(&client, SHOP, "INSERT INTO item (sku, stock) VALUES (1, 3)").await;
    let row = row.transaction().await.expect("a transaction");
    let shut = "SELECT FROM item WHERE sku = 1 FOR UPDATE";
    row.execute(shut, &[]).await.expect("nobody else is there yet");
    let customer = tokio::spawn(async move { (way.buy)(&mut client, &wants(1, 4)).await });
    let what = format!("`{}`: 4 of 3 are wanted, and somebody else has locked the row", way.name);
    let waiting = "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) \
                   WHERE application_name = $1 AND NOT granted";
    while !customer.is_finished() {
        let waits = look.query_one(waiting, &[&db.schema()]).await.expect("a look at the locks");
        let none = waits.get::<_, i64>(0) == 0;
        holds(&what, "SoldOut: it reads without a lock", "it waits for the row", none);
    }
    let answer = customer.await.expect("no customer panics");
    same(what, answer.map_err(Told::from), Err(Told::new("SoldOut")));
    row.rollback().await.expect("the row is free again");
}

/// The process that a transaction runs in.
pub async fn pid(tx: &Transaction<'_>) -> i32 {
    tx.query_one("SELECT pg_backend_pid()", &[]).await.expect("a number").get(0)
}

/// Who looks at the customers of a schema from outside.
pub struct Crowd<'a> {
    pub look: &'a Client,
    pub schema: &'a str,
    pub what: &'a str,
}

impl Crowd<'_> {
    /// Comes back when each customer has an answer, or waits for a door that is shut, or behind
    /// another one who does; fails when they wait, and nobody waits for such a door.
    pub async fn waits<T>(&self, customers: &[JoinHandle<T>], shut: &[i32]) {
        let waiting = "SELECT count(*), coalesce(bool_or(pg_blocking_pids(pid) && $2), false)
            FROM (SELECT DISTINCT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
                  WHERE application_name = $1 AND NOT granted) AS waiting";
        loop {
            let finished = customers.iter().filter(|customer| customer.is_finished()).count();
            let row = self.look.query_one(waiting, &[&self.schema, &shut]).await;
            let row = row.expect("a look at the locks");
            let (waiting, at_the_door) = (row.get::<_, i64>(0), row.get(1));
            if finished + usize::try_from(waiting).unwrap_or(0) < customers.len() {
                continue;
            }
            let saw = format!("{waiting} wait, for each other or for one who is gone");
            let fine = waiting == 0 || at_the_door;
            return holds(self.what, "somebody goes on", saw, fine);
        }
    }
}
