//! bubblewrap: namespaces for processes, mounts, network and IPC.
//!
//! Run by root it needs no user namespace, and then none can be made inside either: capabilities
//! are gone, but for the two that the next stage needs to become the slot's user and loses by that.
//! Run by anyone else it makes a user namespace and forbids further ones.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;

use xtask::engine::{Jail, Layout};
use xtask::workbook::Outcome;

use super::stage::Stage;
use super::{Allowance, Places, User, build_environment, furnish, reap, test_environment, usage};

/// What things are called inside.
pub const STAGE: &str = "/trece/stage";
const WORKSPACE: &str = "/trece/workspace";
const TARGET: &str = "/trece/target";
const RUST: &str = "/trece/rust";
const CARGO: &str = "/trece/cargo";
const PROGRAM: &str = "/trece/suite";
const DIR: &str = "/trece/run";

#[derive(Debug)]
pub struct Bwrap {
    pub user: Option<User>,
    pub slot: Layout,
    pub places: Arc<Places>,
    pub sockets: Option<PathBuf>,
}

/// Everything but the program and what it may see.
pub fn command(user: Option<User>) -> Command {
    let mut command = Command::new("/usr/bin/bwrap");
    command.args(["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]);
    command.args(["--unshare-cgroup-try", "--die-with-parent", "--new-session"]);
    command.args(["--cap-drop", "ALL"]);
    match user {
        Some(_) => command.args(["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]),
        None => command.args(["--unshare-user", "--disable-userns"]),
    };
    command
}

/// The rest: nothing is to be written but what was bound to be, and then the stage and its orders.
/// The program's own arguments come behind it.
pub fn finish(command: &mut Command, dir: &str, stage: &Stage) {
    command.args(["--dev", "/dev", "--remount-ro", "/dev", "--remount-ro", "/"]);
    command.args(["--chdir", dir, "--", STAGE]).args(stage.arguments());
}

/// Programs and libraries of the system.
pub fn system(command: &mut Command) {
    bind(command, "--ro-bind", Path::new("/usr"), "/usr");
    libraries(command);
    for path in ["/bin", "/etc/alternatives"] {
        bind(command, "--ro-bind-try", Path::new(path), path);
    }
}

/// Binds a path. The folders above it are made first: those that bubblewrap makes by itself are
/// closed to the slot's user.
pub fn bind(command: &mut Command, how: &str, from: &Path, to: impl AsRef<Path>) {
    let to = to.as_ref();
    let above: Vec<&Path> = to.ancestors().skip(1).filter(|dir| dir.parent().is_some()).collect();
    for dir in above.into_iter().rev() {
        command.arg("--dir").arg(dir);
    }
    command.arg(how).arg(from).arg(to);
}

/// The system's libraries under the names that the dynamic linker looks for.
fn libraries(command: &mut Command) {
    for name in ["lib", "lib32", "lib64", "libx32"] {
        let (top, usr) = (Path::new("/").join(name), Path::new("/usr").join(name));
        if usr.is_dir() {
            bind(command, "--ro-bind", &usr, &usr);
        }
        match std::fs::read_link(&top) {
            Ok(link) => drop(command.arg("--symlink").arg(link).arg(&top)),
            Err(_) if top.is_dir() => bind(command, "--ro-bind", &top, &top),
            Err(_) => {}
        }
    }
    let cache = Path::new("/etc/ld.so.cache");
    bind(command, "--ro-bind-try", cache, cache);
}

impl Jail for Bwrap {
    fn cargo(&self, verb: &str) -> Outcome<Command> {
        let allowance = Allowance::build();
        let mut command = command(self.user);
        system(&mut command);
        bind(&mut command, "--ro-bind", &self.places.sysroot, RUST);
        let registry = self.places.cargo_home.join("registry");
        bind(&mut command, "--ro-bind", &registry, format!("{CARGO}/registry"));
        bind(&mut command, "--ro-bind", &self.slot.root(), WORKSPACE);
        bind(&mut command, "--bind", &self.slot.target(), TARGET);
        bind(&mut command, "--ro-bind", &self.places.own, STAGE);
        // The compiler and the linker look there for where they are themselves.
        command.args(["--proc", "/proc"]);
        let stage = Stage::new(self.user, &allowance, false, format!("{RUST}/bin/cargo"));
        finish(&mut command, WORKSPACE, &stage);
        command.arg(verb);
        build_environment(&mut command, Path::new(RUST), Path::new(CARGO), Path::new(TARGET));
        Ok(command)
    }

    fn test(&self, program: &Path, dir: &Path) -> Outcome<Command> {
        let allowance = Allowance::tests();
        furnish(dir, self.user)?;
        // It can be executed, and not be read.
        std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o111))?;
        let mut command = command(self.user);
        libraries(&mut command);
        bind(&mut command, "--ro-bind", program, PROGRAM);
        bind(&mut command, "--bind", dir, DIR);
        bind(&mut command, "--ro-bind", &self.places.own, STAGE);
        // All of /proc that a suite needs in order to start its own program again.
        command.args(["--dir", "/proc", "--dir", "/proc/self"]);
        command.args(["--symlink", PROGRAM, "/proc/self/exe"]);
        if let Some(sockets) = &self.sockets {
            bind(&mut command, "--bind", sockets, sockets);
        }
        let stage = Stage::new(self.user, &allowance, true, PROGRAM);
        finish(&mut command, DIR, &stage);
        test_environment(&mut command, Path::new(DIR), self.sockets.as_deref());
        Ok(command)
    }

    fn test_dir(&self, _: &Path) -> PathBuf {
        DIR.into()
    }

    fn inside(&self, path: &Path) -> PathBuf {
        let under = |of: &Path, name: &str| Some(Path::new(name).join(path.strip_prefix(of).ok()?));
        under(&self.slot.root(), WORKSPACE)
            .or_else(|| under(&self.slot.target(), TARGET))
            .unwrap_or_else(|| path.to_owned())
    }

    fn outside(&self, path: &Path) -> PathBuf {
        let under = |name: &str, of: PathBuf| Some(of.join(path.strip_prefix(name).ok()?));
        under(WORKSPACE, self.slot.root())
            .or_else(|| under(TARGET, self.slot.target()))
            .unwrap_or_else(|| path.to_owned())
    }

    fn exceeded(&self, child: &Child, dir: &Path) -> bool {
        usage::exceeded(child.id(), dir, &Allowance::tests())
    }

    /// The namespace of processes ends with its first one, which bubblewrap takes with it.
    fn end(&self, child: &mut Child) {
        let _ = child.kill();
        reap(child);
    }
}
