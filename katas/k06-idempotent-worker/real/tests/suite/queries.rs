//! Numbers out of tables.

use tokio_postgres::Client;

/// The rows of numbers that `sql` gives, in its order.
pub async fn numbers(client: &Client, sql: &str) -> Vec<Vec<i64>> {
    let rows = client.query(sql, &[]).await.expect("the suite looks into the tables");
    rows.iter().map(|row| (0..row.len()).map(|n| row.get(n)).collect()).collect()
}

/// Tables, with these rows.
pub async fn anew(client: &Client, tables: &str, rows: &str) {
    client.batch_execute(&format!("{tables} {rows}")).await.expect("the suite's tables");
}
