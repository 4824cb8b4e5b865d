//! A copy of the workbook that tests may ruin.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard};

/// One copy for all tests, one test at a time: its dependencies are built once.
static TURN: Mutex<()> = Mutex::new(());

pub struct Workbook {
    pub root: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

/// What a run of the runner left behind.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Workbook {
    /// As freshly cloned: no progress, every kata a stub.
    pub fn fresh() -> Self {
        // A test that failed says so itself; the next one starts anew.
        let turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        let root = source.join("target/e2e/workbook");
        for part in ["katas", "solutions-hidden", "book", "xtask", ".cargo"] {
            mirror(&source.join(part), &root.join(part));
        }
        for file in ["Cargo.toml", "Cargo.lock", "rustfmt.toml"] {
            put(&root.join(file), &fs::read(source.join(file)).expect("a file of the workbook"));
        }
        let _ = fs::remove_dir_all(root.join(".trece"));
        let _ = fs::remove_dir_all(root.join("notebook"));
        let workbook = Self { root, _turn: turn };
        workbook.stub();
        workbook
    }

    /// Puts the stubs back, as `reset` does.
    pub fn stub(&self) {
        mirror(&self.kata().join("stub"), &self.src());
    }

    /// Copies a trap's files into the learner's tree.
    pub fn lay_trap(&self, trap: &str) {
        lay(&self.solutions().join("traps").join(trap), &self.src());
    }

    /// As [`Self::stub`], of another kata.
    pub fn stub_of(&self, kata: &str) {
        let kata = folder(&self.root.join("katas"), kata);
        mirror(&kata.join("stub"), &kata.join("src"));
    }

    /// As [`Self::lay_trap`], of another kata.
    pub fn lay_trap_of(&self, kata: &str, trap: &str) {
        let solutions = folder(&self.root.join("solutions-hidden"), kata);
        lay(
            &solutions.join("traps").join(trap),
            &folder(&self.root.join("katas"), kata).join("src"),
        );
    }

    pub fn kata(&self) -> PathBuf {
        self.root.join("katas/k02-balance-race")
    }

    pub fn src(&self) -> PathBuf {
        self.kata().join("src")
    }

    pub fn solutions(&self) -> PathBuf {
        self.root.join("solutions-hidden/k02-balance-race")
    }

    /// Puts the reference's file of a step in place.
    pub fn solve(&self, file: &str) {
        self.write(
            file,
            &fs::read_to_string(self.solutions().join("reference").join(file)).unwrap(),
        );
    }

    pub fn write(&self, file: &str, source: &str) {
        fs::write(self.src().join(file), source).unwrap();
    }

    /// The reference with a trap's files over it, in a folder of its own.
    pub fn tree_of(&self, trap: Option<&str>) -> PathBuf {
        let dir = self.root.join("target/trees").join(trap.unwrap_or("reference"));
        mirror(&self.solutions().join("reference"), &dir);
        if let Some(trap) = trap {
            lay(&self.solutions().join("traps").join(trap), &dir);
        }
        dir
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(arguments).current_dir(&self.root);
        for name in [
            "CARGO_TARGET_DIR",
            "CARGO_MANIFEST_DIR",
            "LC_ALL",
            "LC_MESSAGES",
            "TRECE_LANG",
            "COLUMNS",
            "NO_COLOR",
            "CLICOLOR_FORCE",
        ] {
            command.env_remove(name);
        }
        command.env("LANG", "C").stdin(std::process::Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.command(arguments).output().expect("the runner starts").into()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

impl Ran {
    /// Standard output, for looking into it.
    pub fn says(&self, words: &str) -> bool {
        self.out.contains(words)
    }

    pub fn json(&self) -> jzon::JsonValue {
        jzon::parse(&self.out).unwrap_or_else(|e| panic!("{e}: {}{}", self.out, self.err))
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "code {}\n{}\n{}", self.code, self.out, self.err)
    }
}

/// The folder of a kata: `k04-over-selling` for `k04`.
fn folder(of: &Path, kata: &str) -> PathBuf {
    let is = |name: &str| name.split_once('-').is_some_and(|(id, _)| id == kata);
    let entry = fs::read_dir(of).unwrap().map(Result::unwrap);
    let found = entry
        .map(|entry| entry.path())
        .find(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(is));
    found.unwrap_or_else(|| panic!("{} has no folder of {kata}", of.display()))
}

/// Copies the sources of one folder over another's.
fn lay(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.path().extension().is_some_and(|e| e == "rs") {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Makes `to` equal to `from`; equal files keep their age, so that cargo builds nothing twice.
pub fn mirror(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(to).unwrap().map(Result::unwrap) {
        if !from.join(entry.file_name()).exists() {
            let path = entry.path();
            if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
        }
    }
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (source, copy) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            mirror(&source, &copy);
        } else {
            put(&copy, &fs::read(&source).unwrap());
        }
    }
}

fn put(path: &Path, bytes: &[u8]) {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return;
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}
