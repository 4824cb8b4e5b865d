use std::fmt;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Mutex, PoisonError};

use protocol::postgres::cluster;

use crate::Cluster;

/// Sends signals, one order a line, each answered. When its orders end, because the test's process
/// did, it lets everything go on that it had stopped.
///
/// `trap`: a reader that is gone must not end it before that, nor must the terminal.
const SCRIPT: &str = r#"
trap '' HUP INT TERM PIPE
stopped=' '
while read -r signal pid; do
  if kill -s "$signal" "$pid" 2>/dev/null; then
    case $signal in
      STOP) stopped="$stopped$pid " ;;
      CONT) case $stopped in *" $pid "*) stopped="${stopped%%" $pid "*} ${stopped#*" $pid "}" ;; esac ;;
    esac
    echo sent
  else
    echo gone
  fi
done
for pid in $stopped; do kill -s CONT "$pid" 2>/dev/null; done
"#;

/// Stops server processes, lets them go on, cancels and ends them.
///
/// It is a shell that runs as the server's user, because a test may be another's; its `kill` is
/// built in, so an order takes some 30 µs. Sending signals from here would take `unsafe` or a
/// crate for it, and would leave nobody to let a stopped server process go on after this process
/// was killed: it would hold its locks for ever.
///
/// Calls block for as long as they take, which is short enough for async code.
///
/// A cluster that is lent has a keeper of its own already, behind a socket.
pub struct Keeper {
    child: Option<Child>,
    pipes: Mutex<Option<Pipes>>,
}

/// Where orders go, and where answers come from.
type Pipes = (Box<dyn Write + Send>, BufReader<Box<dyn Read + Send>>);

impl Keeper {
    /// # Errors
    /// When the shell cannot be started.
    pub fn start(cluster: &Cluster) -> io::Result<Self> {
        let mut child = cluster
            .owner()
            .command(Path::new("/bin/sh"))
            .args(["-c", SCRIPT])
            // Whoever kills the test's whole group leaves it alive for its last duty.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let pipes = match (child.stdin.take(), child.stdout.take()) {
            (Some(orders), Some(answers)) => Some(pipes(orders, answers)),
            _ => None,
        };
        Ok(Self { child: Some(child), pipes: Mutex::new(pipes) })
    }

    /// That of a cluster that is lent.
    pub(crate) fn of_lent(sockets: &Path) -> io::Result<Self> {
        let stream = UnixStream::connect(sockets.join(cluster::KEEPER))?;
        let pipes = pipes(stream.try_clone()?, stream);
        Ok(Self { child: None, pipes: Mutex::new(Some(pipes)) })
    }

    /// Stops a server process where it is: it does nothing more, and keeps its locks. One that
    /// sleeps in a lock wait does not take a lock that becomes free, until [`Keeper::go_on`].
    ///
    /// False if there is no such process; as for all of these.
    ///
    /// # Errors
    /// When the keeper is gone.
    pub fn stop(&self, pid: i32) -> io::Result<bool> {
        self.order("STOP", pid)
    }

    /// Lets it go on. See [`Keeper::stop`].
    ///
    /// # Errors
    /// When the keeper is gone.
    pub fn go_on(&self, pid: i32) -> io::Result<bool> {
        self.order("CONT", pid)
    }

    /// Cancels its statement (SQLSTATE 57014), once it goes on.
    ///
    /// # Errors
    /// When the keeper is gone.
    pub fn cancel(&self, pid: i32) -> io::Result<bool> {
        self.order("INT", pid)
    }

    /// Ends its session (SQLSTATE 57P01), once it goes on. It is gone when its socket is at its
    /// end.
    ///
    /// # Errors
    /// When the keeper is gone.
    pub fn terminate(&self, pid: i32) -> io::Result<bool> {
        self.order("TERM", pid)
    }

    fn order(&self, signal: &str, pid: i32) -> io::Result<bool> {
        // 0 and below mean whole groups of processes.
        if pid <= 0 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut pipes = self.pipes.lock().unwrap_or_else(PoisonError::into_inner);
        let (orders, answers) = pipes.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        orders.write_all(format!("{signal} {pid}\n").as_bytes())?;
        let mut answer = String::new();
        match (answers.read_line(&mut answer)?, answer.trim_end()) {
            (0, _) => Err(io::ErrorKind::UnexpectedEof.into()),
            (_, answer) => Ok(answer == "sent"),
        }
    }
}

fn pipes(orders: impl Write + Send + 'static, answers: impl Read + Send + 'static) -> Pipes {
    (Box::new(orders), BufReader::new(Box::new(answers)))
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // The end of its orders; it does its last duty and ends.
        self.pipes.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(child) = &mut self.child {
            let _ = child.wait();
        }
    }
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pid = self.child.as_ref().map(Child::id);
        f.debug_struct("Keeper").field("pid", &pid).finish_non_exhaustive()
    }
}
