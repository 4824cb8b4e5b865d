//! The PostgreSQL of a unit: a cluster of its own in a sandbox of its own, reached by its socket
//! alone and gone with the unit. Nobody else's data is in it, so there is nobody to see or to harm.

mod template;
pub mod watch;

use std::fs;
use std::os::unix::fs::{PermissionsExt, lchown};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use protocol::postgres::cluster::{KEEPER, socket};
use xtask::t;
use xtask::workbook::{Outcome, Trouble};

pub use template::Template;

use crate::class::{Bench, clear};
use crate::sandbox::{self, Server};

/// A start takes some tenths of a second; a machine that needs longer than this has other worries.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server of one unit, ended with this.
#[derive(Debug)]
pub struct Postgres<'b> {
    server: &'b Server,
    child: Child,
    data: PathBuf,
}

impl<'b> Postgres<'b> {
    /// Starts one on a copy of the template.
    pub fn start(bench: &'b Bench, server: &'b Server, template: &Template) -> Outcome<Self> {
        let data = bench.dir.join("pgdata");
        clear(&data)?;
        clear(&bench.sockets)?;
        fs::create_dir_all(&bench.sockets).map_err(|e| Trouble::file(&bench.sockets, &e))?;
        template.copy(&data)?;
        if let Some(id) = sandbox::user(bench.number) {
            let given = crate::class::give(&data, id)
                .and_then(|()| lchown(&bench.sockets, Some(id), Some(id)));
            given.map_err(|e| Trouble::file(&data, &e))?;
        }
        let private = fs::Permissions::from_mode(0o700);
        fs::set_permissions(&bench.sockets, private).map_err(|e| Trouble::file(&data, &e))?;
        let mut command = server.command(template.programs(), &data);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| Trouble::new(e.to_string()))?;
        let started = Instant::now();
        let answers = |path: &Path| UnixStream::connect(path).is_ok();
        while !(answers(&socket(&bench.sockets)) && answers(&bench.sockets.join(KEEPER))) {
            let ended = !matches!(child.try_wait(), Ok(None));
            if ended || started.elapsed() > PATIENCE {
                server.end(&mut child);
                let log = fs::read(data.join(watch::LOG)).unwrap_or_default();
                let log = String::from_utf8_lossy(&log).trim().to_owned();
                return Err(Trouble::new(t!("grade.no_postgres", why = log)));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(Self { server, child, data })
    }
}

impl Drop for Postgres<'_> {
    fn drop(&mut self) {
        self.server.end(&mut self.child);
        let _ = fs::remove_dir_all(&self.data);
    }
}
