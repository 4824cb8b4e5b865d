use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use crate::workbook::Outcome;

/// What wraps the processes of a submission, where something does: a sandbox.
///
/// Paths may have other names inside of it.
pub trait Jail: Debug + Send + Sync {
    /// `cargo VERB` in the workspace, with nothing of this process's environment.
    fn cargo(&self, verb: &str) -> Outcome<Command>;

    /// A test program that may write to `dir` alone, in an environment of its own.
    fn test(&self, program: &Path, dir: &Path) -> Outcome<Command>;

    /// What a folder of [`Jail::test`] is called inside.
    fn test_dir(&self, dir: &Path) -> PathBuf;

    /// What a path of the workspace or of its target folder is called inside.
    fn inside(&self, path: &Path) -> PathBuf;

    /// The other way round.
    fn outside(&self, path: &Path) -> PathBuf;

    /// Asked again and again while a test runs: did it use up memory, processes or disk?
    fn exceeded(&self, child: &Child, dir: &Path) -> bool;

    /// Ends whatever a process has left, itself included.
    fn end(&self, child: &mut Child);
}

/// The last that a jail writes to standard error before a test program takes its place. Where it is
/// missing, the program never began, and the sandbox is to blame; what was read already, no program
/// can take back.
pub const BEGUN: &str = "trece: the test program begins\n";
