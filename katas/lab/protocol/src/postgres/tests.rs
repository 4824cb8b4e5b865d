use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::memory::Memory;
use super::{Binaries, Missing, Search};

/// One test at a time: a program that is being written cannot be run, and a process that another
/// test starts meanwhile inherits the open file for a moment.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A machine with programs that say what they are told to; removed at the end.
struct Machine {
    root: PathBuf,
    _alone: MutexGuard<'static, ()>,
}

impl Machine {
    fn new(name: &str) -> Self {
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let root = std::env::temp_dir().join(format!("trece-find-{}-{name}", std::process::id()));
        fs::create_dir_all(&root).expect("a folder for the test");
        Self { root: fs::canonicalize(root).expect("it exists"), _alone: alone }
    }

    fn program(&self, path: &str, says: &str) -> PathBuf {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, format!("#!/bin/sh\necho '{says}'\n")).expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
        path
    }

    fn server(&self, dir: &str, version: &str) -> PathBuf {
        for name in ["initdb", "pg_ctl"] {
            self.program(&format!("{dir}/{name}"), "");
        }
        self.program(&format!("{dir}/postgres"), &format!("postgres (PostgreSQL) {version} (x)"));
        self.root.join(dir)
    }

    fn find(&self, path: &[&str], elsewhere: &[&str]) -> Result<Binaries, Missing> {
        let path =
            std::env::join_paths(path.iter().map(|dir| self.root.join(dir))).expect("a PATH");
        let elsewhere = elsewhere.iter().map(|dir| self.root.join(dir)).collect();
        Search { named: None, path: Some(path), elsewhere }.run(&mut Memory::default())
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

#[test]
fn the_newest_wins_wherever_it_is() {
    let machine = Machine::new("newest");
    machine.server("path", "9.6.24");
    let fifteen = machine.server("lib/15/bin", "15.9");
    let newer = machine.server("lib/15b/bin", "15.10");
    assert_eq!(machine.find(&[], &["lib/15/bin"]).expect("found").dir, fifteen);
    let found = machine.find(&["path", "lib/15b/bin"], &["lib/15/bin"]).expect("found");
    assert_eq!(found, Binaries { dir: newer, major: 15, version: "15.10".into() });
    let beta = machine.server("lib/18/bin", "18beta1");
    assert_eq!(machine.find(&["path"], &["lib/15/bin", "lib/18/bin"]).expect("found").dir, beta);
}

#[test]
fn of_two_equally_new_the_one_on_the_path_wins() {
    let machine = Machine::new("equal");
    let mine = machine.server("mine", "16.1");
    machine.server("lib", "16.1");
    assert_eq!(machine.find(&["mine"], &["lib"]).expect("found").dir, mine);
}

#[test]
fn a_folder_with_clients_only_is_none() {
    let machine = Machine::new("clients");
    machine.program("path/psql", "");
    machine.program("path/initdb", "");
    let missing = machine.find(&["path"], &["absent"]).expect_err("no server");
    assert!(missing.why.contains("this machine has none"), "{missing}");
}

#[test]
fn links_are_followed_and_shims_asked() {
    let machine = Machine::new("links");
    let real = machine.server("cellar/17/bin", "17.2");
    fs::create_dir_all(machine.root.join("linked")).expect("a folder");
    symlink(real.join("initdb"), machine.root.join("linked/initdb")).expect("a link");
    assert_eq!(machine.find(&["linked"], &[]).expect("found").dir, real);

    let shims = machine.server("shims", "17.2");
    assert_eq!(machine.find(&["shims"], &[]).expect("found").dir, shims);
    machine.program("shims/pg_config", &real.display().to_string());
    assert_eq!(machine.find(&["shims"], &[]).expect("found").dir, real);
}

#[test]
fn one_that_is_too_old_is_named() {
    let machine = Machine::new("old");
    machine.server("path", "12.19");
    let missing = machine.find(&["path"], &[]).expect_err("too old");
    assert_eq!(missing.why, "PostgreSQL 12.19 is too old: this needs version 13 or newer.");
}

#[test]
fn a_named_folder_is_the_only_one_looked_at() {
    let machine = Machine::new("named");
    let server = machine.server("path", "15.1");
    let named = |dir: &Path| {
        let path = Some(server.clone().into_os_string());
        let search = Search { named: Some(dir.into()), path, elsewhere: vec![server.clone()] };
        search.run(&mut Memory::default())
    };
    assert!(named(&server).is_ok());
    let missing = named(&machine.root).expect_err("nothing there");
    assert!(missing.why.contains("names a folder without"), "{missing}");
    assert!(
        missing
            .to_string()
            .ends_with("or name the folder of its server programs in TRECE_POSTGRES_BIN.")
    );
    assert!(missing.to_string().lines().all(|line| line.len() <= 76 || line.starts_with("  ")));
}

#[test]
fn what_a_program_said_is_remembered_until_it_changes() {
    let machine = Machine::new("memory");
    let program = machine.program("postgres", "one");
    let cache = machine.root.join("cache");
    let ask = || {
        let mut memory = Memory::read(Some(&cache));
        let answer = memory.ask(&program, "--version");
        memory.write();
        answer
    };
    assert_eq!(ask().as_deref(), Some("one"));
    let remembered = fs::read_to_string(&cache).expect("a file");
    fs::write(&cache, remembered.replace("one", "from memory")).expect("writable");
    assert_eq!(ask().as_deref(), Some("from memory"));
    let past = std::time::SystemTime::UNIX_EPOCH;
    fs::File::options()
        .append(true)
        .open(&program)
        .and_then(|f| f.set_modified(past))
        .expect("a time");
    assert_eq!(ask().as_deref(), Some("one"));
}
