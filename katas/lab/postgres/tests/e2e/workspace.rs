use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Process, fixture, signal, until};

/// What cargo writes there.
const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
                   # This file is a cache directory tag created by cargo.\n";

/// A workspace of its own, with a cluster of its own; both are gone when it is dropped.
pub struct Workspace {
    root: PathBuf,
    pub binary: PathBuf,
}

/// A cluster as a fixture found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub socket: PathBuf,
    pub data: PathBuf,
    pub postmaster: i32,
}

impl Workspace {
    /// `path` is where the target folder lies in it.
    pub fn new(name: &str, path: &str) -> Self {
        let root = std::env::temp_dir().join(format!("trece-e2e-{}-{name}", std::process::id()));
        let target = root.join(path).join("target");
        let binary = target.join("debug/deps/e2e");
        fs::create_dir_all(binary.parent().expect("a folder")).expect("a workspace");
        fs::write(target.join("CACHEDIR.TAG"), TAG).expect("a tag");
        let me = std::env::current_exe().expect("this binary has a path");
        // A hard link is enough, where both are on one file system.
        if fs::hard_link(&me, &binary).is_err() {
            fs::copy(&me, &binary).expect("a copy of this binary");
        }
        Self { root, binary }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn command(&self, name: &str) -> Command {
        fixture(&self.binary, name)
    }

    /// A process of this workspace that uses the cluster until it is released.
    pub fn user(&self) -> (Process, Found) {
        user(&mut self.command("uses_the_cluster"))
    }
}

/// Starts a fixture that says first which cluster it uses.
pub fn user(command: &mut Command) -> (Process, Found) {
    let mut process = Process::start(command);
    let found = Found {
        socket: process.says().into(),
        data: process.says().into(),
        postmaster: process.says().parse().expect("a process id"),
    };
    (process, found)
}

impl Found {
    pub fn answers(&self) -> bool {
        UnixStream::connect(&self.socket).is_ok()
    }

    /// Ends the server, if it still runs, and removes what it leaves.
    pub fn remove(&self) {
        if self.answers() {
            signal("QUIT", self.postmaster);
            until(|| !self.answers());
        }
        let _ = fs::remove_dir_all(self.socket.parent().expect("a folder"));
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // Whoever waits for the server's end would make a failure hang: only the folder is
        // removed, and a server whose data is gone ends by itself.
        let _ = fs::remove_dir_all(&self.root);
    }
}
