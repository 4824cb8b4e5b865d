//! What every server of the lab holds: the lanes' role, the pool's list, and its own watchdog.

use std::env;
use std::fs;
use std::future::poll_fn;
use std::io;
use std::path::Path;

use protocol::postgres::cluster::SETUP;
use tokio::sync::mpsc::unbounded_channel;
use tokio_postgres::{AsyncMessage, Config, Error, NoTls};

use crate::seat::{IN_USE, LOCKS};

/// Seconds without a client after which the server stops itself. For tests of the lab.
const IDLE_ENV: &str = "TRECE_POSTGRES_IDLE";
const IDLE: u32 = 60;

/// The watchdog's own lock: one a server.
const WATCHING: i32 = 2;

/// Which server this is: its process, its data directory and when it started.
pub fn identity(data: &Path) -> io::Result<String> {
    let text = fs::read_to_string(data.join("postmaster.pid"))?;
    Ok(text.lines().take(3).collect::<Vec<_>>().join("\n"))
}

/// The procedures of [`prepare`], which a change of must not leave an old cluster without.
pub fn source() -> String {
    format!("{SETUP}{}", watchdog())
}

/// Prepares a server that has just started. Again is no harm.
pub async fn prepare(config: Config) -> Result<(), Error> {
    let (client, mut connection) = config.connect(NoTls).await?;
    let (notice, mut watching) = unbounded_channel();
    let connection = tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|cx| connection.poll_message(cx)).await {
            if let AsyncMessage::Notice(said) = message
                && said.message() == "watching"
            {
                let _ = notice.send(());
            }
        }
    });
    client.batch_execute(SETUP).await?;
    client.batch_execute(&watchdog()).await?;
    let idle = env::var(IDLE_ENV).ok().and_then(|s| s.parse().ok()).unwrap_or(IDLE);
    let call = format!("CALL lab.watch({idle})");
    tokio::select! {
        ended = client.batch_execute(&call) => ended?,
        _ = watching.recv() => {}
    }
    // Its client leaves; the procedure runs on.
    connection.abort();
    Ok(())
}

/// The server stops itself. A process of ours that did it would have to outlive every test.
///
/// A server process whose client has gone notices only when it wants to answer, so a procedure
/// that never answers goes on. Each round is a transaction of its own: it holds back no `xmin`.
/// The lock that every user of the server shares is taken before the end, so whoever has it is
/// safe, and whoever comes later is refused and starts a new server. If the data directory is
/// gone (`cargo clean`), there is nothing left to serve.
fn watchdog() -> String {
    format!(
        r"
SET client_min_messages = notice;
CREATE OR REPLACE PROCEDURE lab.watch(idle integer) LANGUAGE plpgsql AS $$
DECLARE
  quiet integer := 0;
  postmaster text := split_part(pg_read_file('postmaster.pid'), E'\n', 1);
  send text := 'COPY (SELECT 1) TO PROGRAM ''cat >/dev/null; kill -%s %s''';
BEGIN
  IF NOT pg_try_advisory_lock({LOCKS}, {WATCHING}) THEN
    RETURN;
  END IF;
  RAISE NOTICE 'watching';
  LOOP
    PERFORM pg_sleep(1);
    COMMIT;
    IF (pg_stat_file('postmaster.pid', true)).size IS NULL THEN
      EXECUTE format(send, 'QUIT', postmaster);
      RETURN;
    END IF;
    IF EXISTS (SELECT FROM pg_stat_activity
               WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()) THEN
      quiet := 0;
    ELSE
      quiet := quiet + 1;
    END IF;
    IF quiet >= idle AND pg_try_advisory_lock({LOCKS}, {IN_USE}) THEN
      EXECUTE format(send, 'INT', postmaster);
      PERFORM pg_sleep(60);
      RETURN;
    END IF;
  END LOOP;
END $$;"
    )
}
