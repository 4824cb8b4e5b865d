//! Root, and everyone else. Without root there is only one user to try: then these hold trivially.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;

use crate::workspace::{Workspace, user};

const NOBODY: u32 = 65534;

fn is_root(workspace: &Workspace) -> bool {
    fs::metadata(workspace.root()).expect("it exists").uid() == 0
}

#[test]
fn a_user_who_is_not_root_has_a_server_of_their_own() {
    let workspace = Workspace::new("nobody", "");
    if !is_root(&workspace) {
        return;
    }
    give(workspace.root());
    let (client, found) = user(workspace.command("uses_the_cluster").uid(NOBODY).gid(NOBODY));
    let owner = fs::metadata(&found.data).expect("it runs").uid();
    client.release();
    found.remove();
    assert_eq!(owner, NOBODY);
    assert!(found.data.starts_with(workspace.root()));
}

/// The folders, not the binary: it is a link to one that others run.
fn give(path: &Path) {
    chown(path, Some(NOBODY), Some(NOBODY)).expect("root may");
    for entry in fs::read_dir(path).expect("a folder").flatten() {
        if entry.path().is_dir() {
            give(&entry.path());
        }
    }
}

#[test]
fn root_in_a_closed_folder_finds_another_place() {
    let workspace = Workspace::new("closed", "");
    if !is_root(&workspace) {
        return;
    }
    fs::set_permissions(workspace.root(), fs::Permissions::from_mode(0o700)).expect("root may");
    let (client, found) = workspace.user();
    let (again, same) = workspace.user();
    client.release();
    again.release();
    found.remove();
    let home = found.data.parent().and_then(Path::parent).expect("a folder");
    fs::remove_dir_all(home).expect("it can be removed");
    assert_eq!(found, same);
    assert!(!found.data.starts_with(workspace.root()));
}
