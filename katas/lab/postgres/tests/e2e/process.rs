use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// Set for a child, so that its fixture does what it is named after.
pub const FIXTURE_ENV: &str = "TRECE_E2E_FIXTURE";

/// Before what a fixture says, in a line that libtest may have begun.
pub const SAYS: &str = "@@ ";

/// A process that runs one fixture. Its standard input is open until [`Process::release`].
pub struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

/// The command that runs one fixture with this binary.
pub fn fixture(binary: &Path, name: &str) -> Command {
    let mut command = Command::new(binary);
    command
        .args([&format!("fixtures::{name}"), "--exact", "--nocapture"])
        .env(FIXTURE_ENV, "1")
        .env_remove("TRECE_REQUEST")
        .env_remove("TRECE_DATABASE_URL")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    command
}

impl Process {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().expect("the fixture runs");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, stdout }
    }

    /// The next thing that the fixture says.
    pub fn says(&mut self) -> String {
        let mut line = String::new();
        while self.stdout.read_line(&mut line).expect("text") > 0 {
            if let Some((_, said)) = line.split_once(SAYS) {
                return said.trim_end().to_owned();
            }
            line.clear();
        }
        panic!("the fixture ended, and said nothing more: {:?}", self.child.wait());
    }

    /// Lets a fixture that waits go on; it says more.
    pub fn go_on(&mut self) {
        drop(self.child.stdin.take());
    }

    /// Ends it in the middle, as SIGKILL does.
    pub fn kill(self) {
        drop(self);
    }

    /// Lets a fixture that waits go on, and waits until it ends well.
    pub fn release(mut self) {
        drop(self.child.stdin.take());
        self.stdout.read_to_string(&mut String::new()).expect("text");
        assert!(self.child.wait().expect("it ends").success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // No harm to one that has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The state of a process as `ps` names it; empty if there is none.
pub fn state(pid: i32) -> String {
    let ps = Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output();
    String::from_utf8_lossy(&ps.expect("ps runs").stdout).trim().to_owned()
}

/// Whether a process has ended; its parent may be slow to notice.
pub fn is_gone(pid: i32) -> bool {
    let state = state(pid);
    state.is_empty() || state.starts_with('Z')
}

pub fn signal(signal: &str, pid: i32) {
    let sent = Command::new("kill").args(["-s", signal, &pid.to_string()]).status();
    assert!(sent.expect("kill runs").success(), "{signal} {pid}");
}

/// Waits until `condition` holds, however long that takes: libtest has no deadline, and a person
/// sees what it waits for.
pub fn until(mut condition: impl FnMut() -> bool) {
    while !condition() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}
