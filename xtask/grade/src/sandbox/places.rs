use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use xtask::workbook::{Outcome, Trouble};

use super::User;

/// Users of the slots, where the grader is root: numbers that distributions leave alone.
const FIRST_USER: u32 = 64_100;
/// So many of them belong to one grader, and so many graders have some at a time.
const USERS: u8 = 64;
const GRADERS: u32 = 16;

/// A grader has no more slots than users.
pub const MOST_SLOTS: usize = USERS as usize;

/// The user of a slot; none where the grader is no root, and everything is its own user's.
pub fn user(slot: usize) -> Option<User> {
    let number = u32::try_from(slot).unwrap_or(0);
    rustix::process::geteuid().is_root().then(|| User { id: first_user() + number })
}

/// No two graders of a machine share a user: what the kernel counts by user (processes, above all)
/// would be counted together, and one class would pay for the bombs of the other. Who comes when all
/// numbers are taken waits for the first.
fn first_user() -> u32 {
    static HELD: OnceLock<(u32, Option<fs::File>)> = OnceLock::new();
    let (block, _) = HELD.get_or_init(|| {
        let open = |block: u32| {
            let path = std::env::temp_dir().join(format!("{LOCK}{block}.lock"));
            fs::File::options().create(true).write(true).truncate(false).open(path).ok()
        };
        for block in 0..GRADERS {
            if let Some(file) = open(block)
                && file.try_lock().is_ok()
            {
                return (block, Some(file));
            }
        }
        let first = open(0).filter(|file| file.lock().is_ok());
        (0, first)
    });
    FIRST_USER + block * u32::from(USERS)
}

/// Where this machine keeps what building needs.
#[derive(Debug)]
pub struct Places {
    /// Of the toolchain.
    pub sysroot: PathBuf,
    pub cargo_home: PathBuf,
    /// A copy of this program, where every user gets to.
    pub own: PathBuf,
    /// What `rustc -vV` says.
    pub rustc: String,
}

impl Places {
    pub fn find(run: &Run) -> Outcome<Self> {
        let said = |arguments: &[&str]| -> Outcome<String> {
            let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
            let output = Command::new(rustc).args(arguments).output();
            let output = output.map_err(|e| Trouble::new(e.to_string()))?;
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cargo");
        let sysroot = PathBuf::from(said(&["--print", "sysroot"])?);
        let real = |path: PathBuf| fs::canonicalize(&path).map_err(|e| Trouble::file(&path, &e));
        let cargo_home = real(std::env::var_os("CARGO_HOME").map_or_else(home, Into::into))?;
        Ok(Self {
            sysroot: real(sysroot)?,
            cargo_home,
            own: run.copy_of_this_program()?,
            rustc: said(&["-vV"])?,
        })
    }

    /// A home for cargo in `base` that has the same registry and nothing else: no configuration, and
    /// nobody's tokens. Always the same, since what was built from a registry at another path is
    /// built again.
    pub fn bare_home(&self, base: &Path) -> Outcome<PathBuf> {
        let home = base.join("cargo-home");
        let (registry, link) = (self.cargo_home.join("registry"), home.join("registry"));
        if fs::read_link(&link).is_ok_and(|to| to == registry) {
            return Ok(home);
        }
        let _ = fs::remove_file(&link);
        let made = fs::create_dir_all(&home).and_then(|()| symlink(registry, &link));
        made.map_err(|e| Trouble::file(&home, &e)).map(|()| home)
    }
}

/// The folder of this process for what tests write, removed with it. It is short, and every user
/// gets through it to what is his.
#[derive(Debug)]
pub struct Run {
    pub dir: PathBuf,
}

const NAME: &str = "trece-grade-";
/// Not a name that [`sweep`] takes for a run's.
const LOCK: &str = "trece-users-";

impl Run {
    pub fn new() -> Outcome<Self> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let base = std::env::temp_dir();
        sweep(&base);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let dir = base.join(format!("{NAME}{}-{number}", std::process::id()));
        let made = fs::DirBuilder::new().mode(0o711).create(&dir);
        made.map_err(|e| Trouble::file(&dir, &e))?;
        // The mode of a new folder is subject to the umask.
        let opened = fs::set_permissions(&dir, fs::Permissions::from_mode(0o711));
        opened.map_err(|e| Trouble::file(&dir, &e))?;
        Ok(Self { dir })
    }
}

impl Run {
    fn copy_of_this_program(&self) -> Outcome<PathBuf> {
        let copy = self.dir.join("stage");
        let copied = std::env::current_exe().and_then(|own| {
            fs::copy(own, &copy)?;
            fs::set_permissions(&copy, fs::Permissions::from_mode(0o555))
        });
        copied.map_err(|e| Trouble::file(&copy, &e)).map(|()| copy)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Removes what killed graders have left.
fn sweep(base: &Path) {
    let Ok(entries) = fs::read_dir(base) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let pid = name.strip_prefix(NAME).and_then(|rest| rest.split('-').next());
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
