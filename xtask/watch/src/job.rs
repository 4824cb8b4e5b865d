use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A run of the runner, with every process that it starts: compilers, tests.
#[derive(Debug)]
pub struct Job {
    child: Child,
}

impl Job {
    /// Its input is closed: the keys are the session's.
    pub fn start<A: AsRef<OsStr>>(runner: &Path, arguments: &[A]) -> io::Result<Self> {
        let mut command = Command::new(runner);
        command.args(arguments).stdin(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Ok(Self { child: command.spawn()? })
    }

    pub fn ended(&mut self) -> bool {
        // An error would mean that there is nothing left to wait for.
        self.child.try_wait().map_or(true, |status| status.is_some())
    }
}

/// Cancelling is ending all of it: a test left behind would go on using a processor.
impl Drop for Job {
    fn drop(&mut self) {
        if self.ended() {
            return;
        }
        #[cfg(unix)]
        {
            let group = rustix::process::Pid::from_child(&self.child);
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        #[cfg(windows)]
        {
            let id = self.child.id().to_string();
            let _ = Command::new("taskkill").args(["/T", "/F", "/PID", &id]).output();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
