//! A program of the grader's own that asks, inside the sandbox, for what nobody may have there.

use std::process::ExitCode;

use rustix::process::{Pid, test_kill_process};

/// Its name among the arguments of this program.
pub const WORD: &str = "probe";

/// `probe GRADER`: prints what it got, a line each; nothing where all held.
pub fn run(grader: Option<i32>) -> ExitCode {
    let got = [
        ("remounts /", remounts()),
        ("mounts a file system", mounts()),
        ("makes a namespace", makes_namespace()),
        ("reaches the grader's process", grader.is_some_and(reaches)),
        ("is root", rustix::process::getuid().is_root() && !owns_nothing()),
        ("has a network", has_network()),
        ("writes to /", std::fs::write("/trece-mark", "x").is_ok()),
    ];
    for (what, _) in got.iter().filter(|(_, got)| *got) {
        println!("{what}");
    }
    if got.iter().any(|(_, got)| *got) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn remounts() -> bool {
    use rustix::mount::{MountFlags, mount_remount};
    mount_remount("/", MountFlags::BIND, "").is_ok()
}

fn mounts() -> bool {
    use rustix::mount::{MountFlags, mount};
    mount("none", "/", "tmpfs", MountFlags::empty(), None::<&std::ffi::CStr>).is_ok()
}

/// By a program, since the call itself is not a safe one; where there is none, none was made.
fn makes_namespace() -> bool {
    let made = std::process::Command::new("/usr/bin/unshare").args(["-U", "true"]).status();
    made.is_ok_and(|status| status.success())
}

fn reaches(grader: i32) -> bool {
    Pid::from_raw(grader).is_some_and(|pid| test_kill_process(pid).is_ok())
}

/// A user that is called root and is nobody outside: writing shows it.
fn owns_nothing() -> bool {
    std::fs::write("/etc/trece-mark", "x").is_err()
}

fn has_network() -> bool {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0");
    socket.and_then(|socket| socket.send_to(b"x", "192.0.2.1:9")).is_ok()
}
