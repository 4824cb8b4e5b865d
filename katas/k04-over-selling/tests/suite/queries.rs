//! Numbers out of tables, for tests that nobody disturbs.

use tokio_postgres::Client;

/// The rows of numbers that `sql` gives, in its order.
pub async fn numbers(client: &Client, sql: &str) -> Vec<Vec<i64>> {
    let rows = client.query(sql, &[]).await.expect("the suite looks into the tables");
    rows.iter().map(|row| (0..row.len()).map(|n| row.get(n)).collect()).collect()
}

/// Tables anew, with these rows.
pub async fn anew(client: &Client, tables: &str, rows: &str) {
    let gone = "SET client_min_messages = warning; \
                DROP TABLE IF EXISTS sale, orders, reservation, item;";
    client.batch_execute(&format!("{gone} {tables} {rows}")).await.expect("the suite's tables");
}
