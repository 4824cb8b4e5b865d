//! Landlock and seccomp: no namespaces, no privilege, where bubblewrap may not run.
//!
//! Paths keep their names. What the rules do not name cannot be opened; signals reach nobody
//! outside; there is no socket but to a file. All processes of a test stay in one group, which is
//! ended as a whole.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd,
    Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
};
use rustix::process::{Pid, Signal, kill_process_group};
use xtask::engine::{Jail, Layout};
use xtask::workbook::{Outcome, Trouble};

use super::stage::{Rules, Stage};
use super::{Allowance, Places, User, build_environment, furnish, reap, test_environment, usage};

/// The version whose every rule is required: the first that holds signals back.
const VERSION: ABI = ABI::V6;

#[derive(Debug)]
pub struct Landlock {
    pub user: Option<User>,
    pub slot: Layout,
    pub places: Arc<Places>,
    /// For cargo.
    pub bare_home: PathBuf,
    pub sockets: Option<PathBuf>,
}

/// # Errors
/// Where the kernel is too old for all that is asked of it.
pub fn supported() -> Outcome<()> {
    ruleset().map(drop).map_err(Trouble::new)
}

fn ruleset() -> Result<landlock::RulesetCreated, String> {
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(VERSION))
        .and_then(|r| r.handle_access(AccessNet::from_all(VERSION)))
        .and_then(|r| r.scope(Scope::from_all(VERSION)))
        .and_then(Ruleset::create);
    ruleset.map_err(|e| format!("this kernel's Landlock is older than version 6 ({e})"))
}

/// Binds this process and all its children.
pub fn enter(rules: &Rules) -> Result<(), String> {
    let mut ruleset = ruleset()?;
    let read = AccessFs::from_read(VERSION);
    let all = AccessFs::from_all(VERSION);
    let groups: [(&[PathBuf], BitFlags<AccessFs>); 3] = [
        (&rules.read, read),
        // The kernel also reads what it executes; the file's own mode keeps the program from it.
        (&rules.execute, AccessFs::Execute | AccessFs::ReadFile),
        (&rules.write, all & !AccessFs::MakeBlock & !AccessFs::MakeChar),
    ];
    for (paths, access) in groups {
        for path in paths {
            // What a machine has not need not be allowed.
            let Ok(fd) = PathFd::new(path) else { continue };
            let file = !path.is_dir();
            let access = if file { access & AccessFs::from_file(VERSION) } else { access };
            ruleset = ruleset
                .add_rule(PathBeneath::new(fd, access))
                .map_err(|e| format!("{}: {e}", path.display()))?;
        }
    }
    let status = ruleset.restrict_self().map_err(|e| e.to_string())?;
    if status.ruleset == RulesetStatus::FullyEnforced {
        Ok(())
    } else {
        Err(format!("Landlock is {:?}", status.ruleset))
    }
}

/// The system's libraries.
fn libraries() -> Vec<PathBuf> {
    ["/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/etc/ld.so.cache"]
        .map(PathBuf::from)
        .to_vec()
}

/// What a program may always write to.
pub fn devices() -> Vec<PathBuf> {
    ["/dev/null", "/dev/zero", "/dev/urandom"].map(PathBuf::from).to_vec()
}

/// Programs and libraries of the system.
pub fn system() -> Vec<PathBuf> {
    let mut all = libraries();
    all.extend(["/usr", "/bin", "/etc/alternatives", "/proc"].map(PathBuf::from));
    all
}

/// Ends a group of processes.
pub fn end(child: &mut Child) {
    let group = Pid::from_child(child);
    let _ = kill_process_group(group, Signal::KILL);
    let _ = child.kill();
    reap(child);
    // What was being born meanwhile is in the group as well.
    for _ in 0..100 {
        if kill_process_group(group, Signal::KILL).is_err() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

impl Landlock {
    fn command(&self, stage: &Stage) -> Command {
        let mut command = Command::new(&self.places.own);
        command.args(stage.arguments());
        command
    }
}

impl Jail for Landlock {
    /// Only a compiler runs here: it keeps the grader's user, who can read the toolchain.
    ///
    /// Cargo reads the configuration of every folder above the one it is started in, and stops where
    /// it may not. It is started where there is none above, and told of the workspace's.
    fn cargo(&self, verb: &str) -> Outcome<Command> {
        let cargo = self.places.sysroot.join("bin/cargo");
        let mut stage = Stage::new(None, &Allowance::build(), false, cargo);
        let mut read = system();
        read.push(self.places.sysroot.clone());
        read.extend([self.places.cargo_home.join("registry"), self.bare_home.clone()]);
        read.push(self.slot.root());
        let mut write = devices();
        write.push(self.slot.target());
        stage.rules = Some(Rules { read, execute: Vec::new(), write, strict: false });
        let mut command = self.command(&stage);
        let root = self.slot.root();
        command.current_dir("/").arg("--config").arg(root.join(".cargo/config.toml"));
        command.arg(verb).arg("--manifest-path").arg(root.join("Cargo.toml"));
        let (sysroot, home) = (&self.places.sysroot, &self.bare_home);
        build_environment(&mut command, sysroot, home, &self.slot.target());
        Ok(command)
    }

    fn test(&self, program: &Path, dir: &Path) -> Outcome<Command> {
        furnish(dir, self.user)?;
        std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o111))?;
        let mut stage = Stage::new(self.user, &Allowance::tests(), true, program);
        let mut write = devices();
        write.push(dir.to_owned());
        write.extend(self.sockets.clone());
        let execute = vec![program.to_owned()];
        stage.rules = Some(Rules { read: libraries(), execute, write, strict: true });
        let mut command = self.command(&stage);
        command.current_dir(dir);
        test_environment(&mut command, dir, self.sockets.as_deref());
        Ok(command)
    }

    fn test_dir(&self, dir: &Path) -> PathBuf {
        dir.to_owned()
    }

    fn inside(&self, path: &Path) -> PathBuf {
        path.to_owned()
    }

    fn outside(&self, path: &Path) -> PathBuf {
        path.to_owned()
    }

    fn exceeded(&self, child: &Child, dir: &Path) -> bool {
        usage::exceeded(child.id(), dir, &Allowance::tests())
    }

    fn end(&self, child: &mut Child) {
        end(child);
    }
}
