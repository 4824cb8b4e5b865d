use suite::say::holds;
use tokio_postgres::Client;

/// Fails unless the connection can be used on as if nothing had been: outside of any transaction,
/// with the settings it had, holding no lock. `admin` looks at it from outside; `what` was done with
/// it.
///
/// # Panics
/// When it cannot.
pub async fn is_at_rest(what: &str, db: &Client, admin: &Client) {
    let (me, settings, locks): (i32, String, i64) = match db.query_one(LOOK, &[]).await {
        Ok(row) => (row.get(0), row.get(1), row.get(2)),
        Err(error) => {
            let saw = error.as_db_error().map_or(error.to_string(), |e| e.message().to_owned());
            return holds(what, "the connection can be used on", saw, false);
        }
    };
    let state = "SELECT state FROM pg_stat_activity WHERE pid = $1";
    let state: String = admin.query_one(state, &[&me]).await.expect("a look at the session").get(0);
    holds(what, "the connection is outside of any transaction", &state, state == "idle");
    let as_before = "the connection's settings are those it had";
    holds(what, as_before, format!("{settings} is set"), settings.is_empty());
    let saw = format!("advisory locks held: {locks}");
    holds(what, "the connection holds no lock", saw, locks == 0);
}

/// What a session has set for itself, and the locks that outlive its transactions. (Aside from the
/// suite's own setting, and those called transaction_…, which end with the transaction that runs.)
const LOOK: &str = "
    SELECT pg_backend_pid(),
        (SELECT coalesce(string_agg(name, ', '), '') FROM pg_settings
            WHERE source = 'session' AND name <> 'client_min_messages'
                AND name NOT LIKE 'transaction\\_%'),
        (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())";
