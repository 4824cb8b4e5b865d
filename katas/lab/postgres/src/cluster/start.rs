//! Starting a server, and telling whether one runs.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use protocol::postgres::cluster::socket;

use super::Cluster;
use crate::Unavailable;

/// After `kill -9` of the postmaster a start fails until the last of its processes has noticed,
/// about a second; a server that is stopping takes as long.
const ATTEMPTS: (u32, Duration) = (40, Duration::from_millis(100));

/// The server's own account of why it did not start.
const LOG: &str = "server.log";

/// Whether a server listens there.
pub fn answers(dir: &Path) -> bool {
    UnixStream::connect(socket(dir)).is_ok()
}

/// Starts the server and waits until it answers.
pub fn start(cluster: &Cluster) -> Result<(), Unavailable> {
    let dir = &cluster.sockets;
    private(dir, cluster)
        .map_err(|error| Unavailable::broken(&dir.display().to_string(), &error))?;
    let mut last = String::new();
    for _ in 0..ATTEMPTS.0 {
        let _ = fs::remove_file(cluster.data().join(LOG));
        match pg_ctl_start(cluster) {
            Ok(true) => return Ok(()),
            Ok(false) => last = log(&cluster.data()),
            Err(error) => return Err(Unavailable::broken("pg_ctl", &error)),
        }
        if !cluster.data().is_dir() {
            break;
        }
        sleep(ATTEMPTS.1);
    }
    Err(Unavailable::Broken(last))
}

/// Without `-D`, and from inside of the data directory: `pg_ctl` hands its arguments to a shell,
/// and a path may hold anything. It gives the server a session of its own and its log for output,
/// so a test that ends, or whose process group is killed, neither waits for it nor ends it.
fn pg_ctl_start(cluster: &Cluster) -> io::Result<bool> {
    let mut command = cluster.owner.command(&cluster.binaries.dir.join("pg_ctl"));
    command
        .args(["start", "-w", "-t", "60", "-s", "-l", LOG])
        .env("PGDATA", cluster.data())
        .current_dir(cluster.data())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Ok(command.status()?.success())
}

/// The socket's folder: whoever gets to the socket is the superuser, so nobody else does.
fn private(dir: &Path, cluster: &Cluster) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(dir) {
        Ok(()) => cluster.owner.give(dir),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let there = fs::symlink_metadata(dir)?;
            let ours = there.uid() == cluster.owner.uid() && there.mode() & 0o777 == 0o700;
            if there.is_dir() && ours { Ok(()) } else { Err(error) }
        }
        Err(error) => Err(error),
    }
}

fn log(data: &Path) -> String {
    let log = fs::read(data.join(LOG)).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}
