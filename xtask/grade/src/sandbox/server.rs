//! The room of a unit's PostgreSQL: its programs, its data, its socket, no network.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::stage::{Rules, Stage};
use super::{Allowance, Kind, Places, User, bwrap, landlock};
use crate::postgres::watch;

/// How a slot's server is started.
#[derive(Debug)]
pub struct Server {
    landlock: bool,
    user: Option<User>,
    places: Arc<Places>,
    sockets: PathBuf,
}

/// An orderly end takes a tenth of a second.
const PATIENCE: Duration = Duration::from_secs(10);

impl Server {
    /// None without a sandbox: there the lab's own server serves.
    pub fn new(kind: Kind, number: usize, places: Arc<Places>, sockets: PathBuf) -> Option<Self> {
        let landlock = match kind {
            Kind::Bwrap => false,
            Kind::Landlock => true,
            Kind::None => return None,
        };
        Some(Self { landlock, user: super::places::user(number), places, sockets })
    }

    /// What starts a server and watches over it. It ends with its standard input.
    pub fn command(&self, programs: &Path, data: &Path) -> Command {
        let allowance = Allowance::server();
        let mut command = if self.landlock {
            let mut stage = Stage::new(self.user, &allowance, false, &self.places.own);
            let mut read = landlock::system();
            read.push(self.places.own.clone());
            let mut write = landlock::devices();
            write.extend([data.to_owned(), self.sockets.clone()]);
            stage.rules = Some(Rules { read, execute: Vec::new(), write, strict: false });
            let mut command = Command::new(&self.places.own);
            command.args(stage.arguments());
            command
        } else {
            let stage = Stage::new(self.user, &allowance, false, bwrap::STAGE);
            let mut command = bwrap::command(self.user);
            bwrap::system(&mut command);
            bwrap::bind(&mut command, "--ro-bind", &self.places.own, bwrap::STAGE);
            for dir in [data, &self.sockets] {
                bwrap::bind(&mut command, "--bind", dir, dir);
            }
            bwrap::finish(&mut command, "/", &stage);
            command
        };
        command.arg(watch::WORD).arg(programs).arg(data).arg(&self.sockets);
        command.env_clear().env("PATH", "/usr/bin:/bin");
        command
    }

    /// Ends a server and waits for it.
    pub fn end(&self, child: &mut Child) {
        drop(child.stdin.take());
        let started = Instant::now();
        while matches!(child.try_wait(), Ok(None)) {
            if started.elapsed() > PATIENCE {
                if self.landlock {
                    landlock::end(child);
                } else {
                    let _ = child.kill();
                }
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}
