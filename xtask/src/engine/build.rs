//! Building a suite with cargo, and never running a stale one.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use jzon::JsonValue;

use super::BuildFailure;
use crate::files;
use crate::workbook::{Outcome, Trouble};

/// What a long run tells while it goes on.
#[derive(Debug, Clone)]
pub enum Progress {
    /// One more package is compiled.
    Compiled { package: String },
    /// One more test has ended.
    Ran { finished: usize, of: usize },
}

/// A suite to be built: `cargo test --no-run -p PACKAGE --test suite`.
#[derive(Debug, Clone)]
pub struct Build {
    /// Folder of the workspace.
    pub root: PathBuf,
    /// Where to build; none for where cargo builds this workspace anyway.
    pub target: Option<PathBuf>,
    /// Where the fingerprint of what was built is kept.
    pub marks: PathBuf,
    pub package: String,
    /// Folder of that package.
    pub dir: PathBuf,
    /// The submission as cargo will see it.
    pub src: PathBuf,
}

/// What a build gives.
#[derive(Debug)]
pub struct Built {
    pub executable: PathBuf,
    /// The submission's own warnings, as cargo renders them.
    pub warnings: String,
}

struct Artefact {
    executable: Option<PathBuf>,
    warnings: String,
    /// Was the submission's library compiled by this very call?
    compiled: bool,
}

impl Build {
    /// Builds and gives the test binary, or what the compiler says.
    ///
    /// Cargo takes a file for unchanged when its age says so, but a copied file can be older than
    /// the last build and yet another. So the submission's fingerprint is kept beside the binary:
    /// where it differs and cargo compiled nothing, the sources are touched and built again.
    ///
    /// # Errors
    /// When cargo cannot be started or still builds nothing.
    pub fn run(&self, progress: &mut dyn FnMut(Progress)) -> Outcome<Result<Built, BuildFailure>> {
        let mark = self.marks.join(format!("{}.built", self.package));
        let hash = files::hash_tree(&self.src).map_err(|e| Trouble::file(&self.src, &e))?;
        let known = fs::read_to_string(&mark).is_ok_and(|built| built == hash);
        let mut artefact = match self.cargo(progress)? {
            Ok(artefact) => artefact,
            Err(failure) => return Ok(Err(failure)),
        };
        if !known && !artefact.compiled {
            self.touch()?;
            artefact = match self.cargo(progress)? {
                Ok(artefact) => artefact,
                Err(failure) => return Ok(Err(failure)),
            };
            if !artefact.compiled {
                return Err(Trouble::new(crate::t!("trouble.stale", package = self.package)));
            }
        }
        // Sources saved while cargo read them belong to neither hash: the next run builds anew.
        if files::hash_tree(&self.src).is_ok_and(|now| now == hash) {
            files::write_atomic(&mark, hash.as_bytes()).map_err(|e| Trouble::file(&mark, &e))?;
        } else {
            let _ = fs::remove_file(&mark);
        }
        match artefact.executable {
            Some(executable) => Ok(Ok(Built { executable, warnings: artefact.warnings })),
            None => Err(Trouble::new(crate::t!("trouble.no_suite", package = self.package))),
        }
    }

    fn touch(&self) -> Outcome<()> {
        let now = SystemTime::now();
        for file in files::tree(&self.src)? {
            let path = self.src.join(file);
            fs::File::options()
                .append(true)
                .open(&path)
                .and_then(|f| f.set_modified(now))
                .map_err(|e| Trouble::file(&path, &e))?;
        }
        Ok(())
    }

    fn cargo(&self, progress: &mut dyn FnMut(Progress)) -> Outcome<Result<Artefact, BuildFailure>> {
        let colour = if crate::terminal::look().colour {
            "--message-format=json-diagnostic-rendered-ansi"
        } else {
            "--message-format=json"
        };
        let mut command = cargo(&self.root);
        if let Some(target) = &self.target {
            command.env("CARGO_TARGET_DIR", target);
        }
        let mut child = command
            .args(["test", "--no-run", "--quiet", colour, "--test", "suite", "-p", &self.package])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| Trouble::new(crate::t!("trouble.no_cargo", error = e)))?;
        let mut stderr = child.stderr.take().expect("piped");
        let complaints = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            text
        });
        let mut rendered = String::new();
        let mut file = None;
        let mut artefact = Artefact { executable: None, warnings: String::new(), compiled: false };
        for line in BufReader::new(child.stdout.take().expect("piped")).lines() {
            let Ok(message) = jzon::parse(&line?) else { continue };
            match message["reason"].as_str() {
                Some("compiler-message") => {
                    let text = message["message"]["rendered"].as_str().unwrap_or_default();
                    match message["message"]["level"].as_str() {
                        Some("error") => {
                            rendered += text;
                            let span = &message["message"]["spans"][0]["file_name"];
                            file = file.or_else(|| span.as_str().map(str::to_owned));
                        }
                        Some("warning") if self.own(&message) => artefact.warnings += text,
                        _ => {}
                    }
                }
                Some("compiler-artifact") => self.artefact(&message, &mut artefact, progress),
                _ => {}
            }
        }
        let status = child.wait()?;
        let complaints = complaints.join().unwrap_or_default();
        if status.success() {
            return Ok(Ok(artefact));
        }
        if rendered.is_empty() {
            rendered = complaints;
        }
        Ok(Err(BuildFailure { rendered, file }))
    }

    /// Is this message about the submission's package?
    fn own(&self, message: &JsonValue) -> bool {
        self.src.parent().is_some_and(|dir| of(message, dir))
    }

    fn artefact(
        &self,
        message: &JsonValue,
        into: &mut Artefact,
        progress: &mut dyn FnMut(Progress),
    ) {
        let name = message["target"]["name"].as_str().unwrap_or_default();
        let fresh = message["fresh"] == true;
        if !fresh {
            progress(Progress::Compiled { package: name.to_owned() });
        }
        let test = message["profile"]["test"] == true;
        if test && name == "suite" && of(message, &self.dir) {
            into.executable = message["executable"].as_str().map(PathBuf::from);
        } else if !test && self.own(message) {
            into.compiled |= !fresh;
        }
    }
}

/// Is this message about the package in `dir`?
fn of(message: &JsonValue, dir: &Path) -> bool {
    let manifest = message["manifest_path"].as_str().map(Path::new);
    manifest.and_then(Path::parent) == Some(dir)
}

/// Cargo in a folder, without what a surrounding `cargo run` left in the environment.
pub fn cargo(root: &Path) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let about_xtask = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
        if about_xtask.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
}
