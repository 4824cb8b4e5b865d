//! What a cluster is made of, wherever it is made: by the lab for its own tests, and by the grader,
//! which lends one to the tests of each submission.

use std::path::{Path, PathBuf};

/// It names the socket, and nothing listens on the network.
pub const PORT: u16 = 5432;

/// Names the folder with the socket of a cluster that is lent: made of the same, running, and
/// watched over by its owner, whose keeper listens beside it as [`KEEPER`].
pub const LENT_ENV: &str = "TRECE_POSTGRES_SOCKETS";

/// The socket of a lent cluster's keeper. Orders are lines, a signal and a process; each is answered
/// with `sent` or `gone`. What was stopped goes on when the connection ends.
pub const KEEPER: &str = "keeper";

/// Appended to postgresql.conf (`initdb -c` exists only from PostgreSQL 16).
///
/// Nothing survives a power cut, and nothing has to. What goes on in the background would change
/// plans, row versions and the granularity of predicate locks while a schedule is explored, so
/// there is as little of it as possible. Errors and lock waits by the thousand are what tests are
/// about, so they are not logged.
pub const SETTINGS: &str = "
listen_addresses = ''
max_connections = 300
max_prepared_transactions = 16
shared_buffers = 32MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 128MB
min_wal_size = 32MB
checkpoint_timeout = 1d
autovacuum = off
jit = off
max_parallel_workers_per_gather = 0
max_logical_replication_workers = 0
bgwriter_lru_maxpages = 0
restart_after_crash = off
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = fatal
log_min_error_statement = panic
";

/// The lab's superuser, who logs in without a password: the socket's folder is closed to others.
pub const SUPERUSER: &str = "trece";

/// What every server holds: the lanes' role, and the pool's list of databases. Again is no harm.
pub const SETUP: &str = r"
SET client_min_messages = warning;
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lane') THEN
    CREATE ROLE lane LOGIN;
  END IF;
END $$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS lab;
CREATE SEQUENCE IF NOT EXISTS lab.number AS integer;
CREATE TABLE IF NOT EXISTS lab.pool (
  number integer PRIMARY KEY,
  template text NOT NULL,
  used timestamptz NOT NULL DEFAULT clock_timestamp()
);
";

/// The socket in its folder.
pub fn socket(dir: &Path) -> PathBuf {
    dir.join(format!(".s.PGSQL.{PORT}"))
}
