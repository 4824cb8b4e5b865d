//! The grader as an unprivileged user. Whoever runs these tests without being root runs all of them
//! so; root becomes somebody else here.

use std::fs;
use std::os::unix::fs::chown;
use std::path::PathBuf;
use std::process::Command;

use crate::made::{Class, ended, root};

/// A number that no distribution gives away.
const USER: u32 = 64_090;
/// Root's toolchain and registry are in root's home, which nobody else may enter. In a namespace of
/// its own they are shown elsewhere as well.
const BECOME: &str = r#"
set -eu
mount -t tmpfs none /mnt
mkdir -p /mnt/toolchain /mnt/cargo/registry
mount --bind "$SYSROOT" /mnt/toolchain
mount --bind "$REGISTRY" /mnt/cargo/registry
chmod 755 /mnt
chown "$USER_ID:$USER_ID" /mnt/cargo
exec setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups \
    env -i PATH=/mnt/toolchain/bin:/usr/bin:/bin HOME=/mnt/cargo CARGO_HOME=/mnt/cargo \
    CARGO_NET_OFFLINE=true CARGO_TARGET_DIR="$TARGET" LANG=C "$@"
"#;

fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// Why it cannot be tried here, or the command that makes somebody else start a program.
fn somebody() -> Result<Command, String> {
    if !rustix::process::geteuid().is_root() {
        return Err("these tests run as an unprivileged user already".to_owned());
    }
    said("unshare", &["--mount", "true"]).ok_or("no namespace of mounts")?;
    said("setpriv", &["--version"]).ok_or("no setpriv")?;
    let sysroot = said("rustc", &["--print", "sysroot"]).ok_or("no rustc")?;
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or(home).ok_or("no home")?;
    // What is built for that user stays, so that this is slow only once.
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("somebody");
    fs::create_dir_all(&target).map_err(|e| e.to_string())?;
    chown(&target, Some(USER), Some(USER)).map_err(|e| e.to_string())?;
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "sh", "-c", BECOME, "sh"]);
    command.env("SYSROOT", sysroot).env("REGISTRY", home.join("registry"));
    command.env("TARGET", target).env("USER_ID", USER.to_string()).current_dir(root());
    Ok(command)
}

#[test]
fn an_unprivileged_user_grades_in_either_sandbox() {
    let class = Class::new();
    class.hand_in("alice", "");
    class.hand_in("eve", "std::fs::write(\"/tmp/eve\", \"was here\").unwrap();");
    for sandbox in ["bwrap", "landlock"] {
        let out = class.path(sandbox);
        fs::create_dir_all(&out).expect("a folder");
        let mut command = match somebody() {
            Ok(command) => command,
            Err(why) => return eprintln!("not verified: {why}"),
        };
        chown(&out, Some(USER), Some(USER)).expect("given");
        command.arg(env!("CARGO_BIN_EXE_xtask-grade"));
        command.args(["run", "--katas", "k00", "--jobs", "1", "--sandbox", sandbox]);
        command.arg("--submissions").arg(class.path("class")).arg("--out").arg(&out);
        let Some((code, said)) = ended(&mut command) else { continue };
        assert_eq!(code, 0, "{sandbox}: {said}");
        let marks = class.marks(sandbox);
        assert!(marks["alice"].starts_with("\"pass\""), "{sandbox}: {marks:#?}");
        assert!(marks["eve"].starts_with("\"fail\""), "{sandbox}: {marks:#?}");
    }
}
