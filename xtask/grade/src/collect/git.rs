//! The git binary, asked about what a student pushed. Nothing is checked out, so no hook and no
//! filter of theirs runs here.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use xtask::t;
use xtask::workbook::{Outcome, Trouble};

/// What `grade run` takes of a submission.
const TAKEN: [&str; 2] = ["katas", "notebook"];

/// A bare clone.
#[derive(Debug)]
pub struct Clone {
    dir: PathBuf,
}

impl Clone {
    /// Clones one branch, the remote's own choice without `branch`, into a new folder in `into`.
    ///
    /// # Errors
    /// What git says, when the remote cannot be read.
    pub fn of(source: &str, branch: Option<&str>, into: &Path) -> Outcome<Self> {
        let dir = into.join("git");
        let mut git = git();
        git.args(["clone", "--quiet", "--bare", "--single-branch", "--no-tags"]);
        if let Some(branch) = branch {
            git.args(["--branch", branch]);
        }
        git.arg("--").arg(source).arg(&dir);
        said(&mut git)?;
        Ok(Self { dir })
    }

    /// The last commit of the branch that was made at the deadline or before, and when.
    ///
    /// Commits name their own time, so somebody can lie about it; the platform's log of pushes
    /// cannot be asked with git.
    pub fn last_before(&self, until: SystemTime) -> Outcome<Option<(String, SystemTime)>> {
        // A repository without a commit has no HEAD to ask about.
        if said(self.git().args(["rev-parse", "--quiet", "--verify", "HEAD"])).is_err() {
            return Ok(None);
        }
        let seconds = until.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut git = self.git();
        git.args(["log", "-1", "--first-parent", "--format=%H %ct"]);
        git.arg(format!("--before=@{seconds}")).arg("HEAD").arg("--");
        let line = said(&mut git)?;
        let Some((commit, at)) = line.trim().split_once(' ') else { return Ok(None) };
        let at = at.parse().map_err(|_| Trouble::new(format!("git log: {line}")))?;
        Ok(Some((commit.to_owned(), SystemTime::UNIX_EPOCH + Duration::from_secs(at))))
    }

    /// Packs what `grade run` takes of a commit; false if the commit has none of it.
    pub fn pack(&self, commit: &str, to: &Path) -> Outcome<bool> {
        let there = said(self.git().args(["ls-tree", "--name-only", commit, "--"]).args(TAKEN))?;
        let there: Vec<&str> = there.lines().collect();
        if there.is_empty() {
            return Ok(false);
        }
        let mut git = self.git();
        git.args(["archive", "--format=tar.gz", "--output"]).arg(to).arg(commit).arg("--");
        said(git.args(there))?;
        Ok(true)
    }

    fn git(&self) -> Command {
        let mut git = git();
        git.arg("--git-dir").arg(&self.dir);
        git
    }
}

/// git without questions, without other transports, and with an end: a remote that sends next to
/// nothing for a minute is given up.
fn git() -> Command {
    let mut git = Command::new("git");
    for setting in [
        "protocol.ext.allow=never",
        "core.hooksPath=/dev/null",
        "http.lowSpeedLimit=1000",
        "http.lowSpeedTime=60",
        "tar.umask=0022",
    ] {
        git.args(["-c", setting]);
    }
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        git.env_remove(name);
    }
    git.env("GIT_TERMINAL_PROMPT", "0").env("GIT_LFS_SKIP_SMUDGE", "1");
    git.env("LC_ALL", "C").stdin(Stdio::null());
    git
}

fn said(git: &mut Command) -> Outcome<String> {
    let output = git.output().map_err(|e| Trouble::new(t!("collect.no_git", error = e)))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Trouble::new(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}
