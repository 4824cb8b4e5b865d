//! Numbers out of tables, for tests that nobody disturbs.

use postgres_lab::wire::sessions::Ran;
use tokio_postgres::Client;

/// The rows of numbers that `sql` gives, in its order.
pub async fn numbers(client: &Client, sql: &str) -> Vec<Vec<i64>> {
    let rows = client.query(sql, &[]).await.expect("the suite looks into the tables");
    rows.iter().map(|row| (0..row.len()).map(|n| row.get(n)).collect()).collect()
}

/// Tables anew, with these rows.
pub async fn anew(client: &Client, tables: &str, rows: &str) {
    let gone = "SET client_min_messages = warning; \
                DROP TABLE IF EXISTS merchant, inbox, notified, item, early;";
    client.batch_execute(&format!("{gone} {tables} {rows}")).await.expect("the suite's tables");
}

/// The cells that a schedule's own SELECT left, a list a row; without what ports hold.
pub fn cells<'a>(ran: &'a Ran) -> Vec<Vec<&'a str>> {
    let rows = ran.state().lines().take_while(|line| !line.starts_with("# "));
    rows.filter(|line| !line.is_empty()).map(|line| line.split('\t').collect()).collect()
}

/// The last of the first row: the number beside its name.
pub fn cell<'a>(ran: &'a Ran) -> &'a str {
    cells(ran).first().and_then(|row| row.last().copied()).unwrap_or("nothing")
}

/// What the lane's caller was told; nothing where its process died.
pub fn told<'a>(ran: &'a Ran, lane: &str) -> &'a str {
    ran.returned(lane).map_or("", |returned| returned.text.as_str())
}
