use std::fs;
use std::io::Write as _;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use protocol::postgres::cluster::{SETTINGS, SETUP, SUPERUSER};
use xtask::t;
use xtask::workbook::{Outcome, Trouble};

use crate::sandbox::Run;

/// `nobody`: PostgreSQL refuses root, and wants a user that has a name.
const NOBODY: u32 = 65_534;

/// A data directory that was never used, from which every unit's is copied.
#[derive(Debug)]
pub struct Template {
    data: PathBuf,
    programs: PathBuf,
}

impl Template {
    /// Makes one: a second or two, once a run.
    pub fn make(run: &Run) -> Outcome<Self> {
        let missing = |m: protocol::postgres::Missing| Trouble { message: m.to_string(), code: 3 };
        let programs = protocol::postgres::find(None).map_err(missing)?.dir;
        let data = run.dir.join("template");
        fs::create_dir_all(&data).map_err(|e| Trouble::file(&data, &e))?;
        if rustix::process::geteuid().is_root() {
            chown(&data, Some(NOBODY), Some(NOBODY)).map_err(|e| Trouble::file(&data, &e))?;
        }
        let template = Self { data, programs };
        template.initialise()?;
        template.set_up()?;
        Ok(template)
    }

    pub fn programs(&self) -> &Path {
        &self.programs
    }

    pub fn copy(&self, to: &Path) -> Outcome<()> {
        crate::class::copy(&self.data, to)
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin").current_dir("/");
        if rustix::process::geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    fn initialise(&self) -> Outcome<()> {
        let mut command = self.program("initdb");
        command.arg("-D").arg(&self.data);
        command.args(["-A", "trust", "-U", SUPERUSER, "--no-sync", "--locale=C", "-E", "UTF8"]);
        run(command, None)?;
        let conf = self.data.join("postgresql.conf");
        let settings = format!("{SETTINGS}dynamic_shared_memory_type = mmap\n");
        let appended = fs::File::options()
            .append(true)
            .open(&conf)
            .and_then(|mut file| file.write_all(settings.as_bytes()));
        appended.map_err(|e| Trouble::file(&conf, &e))
    }

    /// With no server: PostgreSQL's single-user mode.
    fn set_up(&self) -> Outcome<()> {
        let mut command = self.program("postgres");
        // A statement goes on until a semicolon at the end of a paragraph.
        command.args(["--single", "-j", "-D"]).arg(&self.data).arg("postgres");
        run(command, Some(&format!("{}\n\n", SETUP.trim_end())))
    }
}

fn run(mut command: Command, told: Option<&str>) -> Outcome<()> {
    let failed = |why: String| Trouble { message: t!("grade.no_postgres", why = why), code: 3 };
    let mut child = command
        .stdin(if told.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| failed(e.to_string()))?;
    if let (Some(told), Some(mut stdin)) = (told, child.stdin.take()) {
        stdin.write_all(told.as_bytes()).map_err(|e| failed(e.to_string()))?;
    }
    let output = child.wait_with_output().map_err(|e| failed(e.to_string()))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // In single-user mode an error of a statement ends nothing.
    if output.status.success() && !said.contains("ERROR:") {
        Ok(())
    } else {
        Err(failed(said.trim().to_owned()))
    }
}
