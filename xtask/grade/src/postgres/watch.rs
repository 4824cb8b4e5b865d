//! What runs beside a unit's server, inside its sandbox: it starts it, keeps it for the tests
//! (stops its processes, lets them go on), and ends it when its own standard input ends.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use protocol::postgres::cluster::KEEPER;
use rustix::process::{Pid, Signal, kill_process};

/// Its name among the arguments of this program.
pub const WORD: &str = "watch-postgres";

/// The server's own account, in its data directory.
pub const LOG: &str = "server.log";

/// `watch-postgres PROGRAMS DATA SOCKETS`.
pub fn run(arguments: &[OsString]) -> ExitCode {
    let [programs, data, sockets] = arguments else { return ExitCode::from(2) };
    let (programs, data, sockets) = (Path::new(programs), Path::new(data), Path::new(sockets));
    match watch(programs, data, sockets) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = std::fs::write(data.join(LOG), error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn watch(programs: &Path, data: &Path, sockets: &Path) -> std::io::Result<()> {
    let listener = UnixListener::bind(sockets.join(KEEPER))?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || keep(&stream));
        }
    });
    let log = File::create(data.join(LOG))?;
    let mut server = Command::new(programs.join("postgres"))
        .arg("-D")
        .arg(data)
        .arg("-k")
        .arg(sockets)
        .env("LC_ALL", "C")
        .current_dir(data)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()?;
    let postmaster = Pid::from_child(&server);
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = kill_process(postmaster, Signal::QUIT);
    });
    server.wait().map(drop)
}

/// One connection of a test: orders in, answers out. What it stopped and did not let go on goes on
/// when it ends.
fn keep(stream: &UnixStream) {
    let mut stopped = BTreeSet::new();
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        let sent = order(&line, &mut stopped);
        let mut answers = stream;
        if answers.write_all(if sent { b"sent\n" } else { b"gone\n" }).is_err() {
            break;
        }
    }
    for pid in stopped {
        if let Some(pid) = Pid::from_raw(pid) {
            let _ = kill_process(pid, Signal::CONT);
        }
    }
}

fn order(line: &str, stopped: &mut BTreeSet<i32>) -> bool {
    let Some((word, number)) = line.split_once(' ') else { return false };
    let signal = match word {
        "STOP" => Signal::STOP,
        "CONT" => Signal::CONT,
        "INT" => Signal::INT,
        "TERM" => Signal::TERM,
        _ => return false,
    };
    // 0 and below mean whole groups of processes.
    let Some(number) = number.parse::<i32>().ok().filter(|n| *n > 0) else { return false };
    let sent = Pid::from_raw(number).is_some_and(|pid| kill_process(pid, signal).is_ok());
    match word {
        "STOP" if sent => drop(stopped.insert(number)),
        "CONT" => drop(stopped.remove(&number)),
        _ => {}
    }
    sent
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::process::Command;

    use super::order;

    #[test]
    fn orders_are_a_signal_and_a_process() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        let mut stopped = BTreeSet::new();
        assert!(order(&format!("STOP {pid}"), &mut stopped));
        assert_eq!(stopped, BTreeSet::from([pid]));
        assert!(order(&format!("CONT {pid}"), &mut stopped));
        assert!(stopped.is_empty());
        assert!(order(&format!("TERM {pid}"), &mut stopped));
        child.wait().unwrap();
        for wrong in ["", "TERM", "TERM 0", "TERM -1", "KILL 1", "TERM x"] {
            assert!(!order(wrong, &mut stopped), "{wrong}");
        }
    }
}
