//! What the tests of steps 3, 6 and 7 put into tables and look up there.

use std::pin::Pin;

use k05_given::{CallerId, Fingerprint, IdemKey, StoredResponse};
use tokio_postgres::Client;

use crate::say::Told;

/// What a lane's function gives back: words that compare.
pub type Says<'a> = Pin<Box<dyn Future<Output = Result<String, Told>> + Send + 'a>>;

/// What a lane does.
pub type Lane = for<'a> fn(&'a mut Client) -> Says<'a>;

pub fn caller(name: &str) -> CallerId {
    CallerId(name.to_owned())
}

pub fn key(text: &str) -> IdemKey {
    IdemKey(text.to_owned())
}

/// Of the first request, of the second one, ….
pub const fn print(n: u8) -> Fingerprint {
    Fingerprint([n; 32])
}

pub fn response(status: u16, body: &str) -> StoredResponse {
    StoredResponse { status, body: body.as_bytes().to_vec() }
}

/// Empty tables, made anew, with these rows.
pub async fn anew(client: &Client, schema: &str, rows: &str) {
    let tables = schema.split("CREATE TABLE ").skip(1).filter_map(|rest| rest.split(' ').next());
    let drop: Vec<String> = tables.map(|table| format!("DROP TABLE IF EXISTS {table}")).collect();
    let sql = format!("{};\n{schema}\n{rows}", drop.join("; "));
    client.batch_execute(&sql).await.expect("the tables of the test");
}

/// Rows as text, cells divided by a bar.
pub async fn text(client: &Client, sql: &str) -> Vec<String> {
    let rows = client.query(sql, &[]).await.expect("the suite's own query");
    rows.iter().map(|row| row.get(0)).collect()
}
