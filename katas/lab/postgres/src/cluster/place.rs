//! Where a cluster lives: the data in the workspace's target folder, the socket in a short one.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::user::Owner;

/// How cargo marks its target folder.
const TAG: &str = "CACHEDIR.TAG";
const TAGGED_BY_CARGO: &str = "created by cargo";

/// A socket's path is at most 103 bytes on macOS (107 on Linux); this is what may come before
/// `/trece-0123456789abcdef-0123456789ab/.s.PGSQL.5432`.
const LONGEST: usize = 50;

/// The folder for this workspace's clusters, made if need be.
pub fn home(owner: Owner) -> io::Result<PathBuf> {
    let target = std::env::current_exe().ok().and_then(|exe| target(&exe));
    let mut why = None;
    if let Some(home) = target.as_ref().map(|target| target.join("postgres"))
        && owner.reaches(&home)
    {
        // It may belong to another user, who built here before.
        match fs::create_dir_all(&home).and_then(|()| probe(&home)) {
            Ok(()) => return Ok(home),
            Err(error) => why = Some(error),
        }
    }
    let name = format!(
        "trece-{}-{}",
        hash(target.unwrap_or_default().as_os_str().as_bytes()),
        owner.uid()
    );
    for dir in [Path::new("/var/tmp"), &std::env::temp_dir()] {
        if !owner.reaches(dir) {
            continue;
        }
        let home = dir.join(&name);
        match private(&home) {
            Ok(()) => return Ok(home),
            Err(error) => why = Some(error),
        }
    }
    Err(why.unwrap_or_else(|| io::ErrorKind::PermissionDenied.into()))
}

/// The outermost, so that what the runner stages inside of the target folder finds the same
/// cluster as what is built in place.
fn target(exe: &Path) -> Option<PathBuf> {
    let tagged = |dir: &&Path| {
        fs::read_to_string(dir.join(TAG)).is_ok_and(|tag| tag.contains(TAGGED_BY_CARGO))
    };
    exe.ancestors().filter(tagged).last().map(Path::to_owned)
}

fn probe(home: &Path) -> io::Result<()> {
    let file = home.join(format!("probe-{}", std::process::id()));
    fs::write(&file, "")?;
    fs::remove_file(file)
}

/// A folder among everyone's, which must be nobody else's.
fn private(dir: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o755).create(dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let there = fs::symlink_metadata(dir)?;
    let mine = there.uid() == super::user::own_uid()? && there.mode() & 0o022 == 0;
    if there.is_dir() && mine { Ok(()) } else { Err(io::ErrorKind::PermissionDenied.into()) }
}

/// Where sockets are short enough and the server gets to.
pub fn sockets(owner: Owner) -> PathBuf {
    let temp = std::env::temp_dir();
    if temp.as_os_str().len() <= LONGEST && owner.reaches(&temp) { temp } else { "/tmp".into() }
}

/// FNV-1a: the same in every build, which the standard library's is not.
pub fn hash(bytes: &[u8]) -> String {
    let fold = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", bytes.iter().fold(0xcbf2_9ce4_8422_2325, fold))
}

#[cfg(test)]
mod tests {
    use std::fs;

    #[test]
    fn the_outermost_target_folder_of_cargo_counts() {
        let root = std::env::temp_dir().join(format!("trece-place-{}", std::process::id()));
        let inner = root.join("target/stage/0/target/debug/deps");
        fs::create_dir_all(&inner).expect("folders");
        let tag = "Signature: 8a477f597d28d172789f06886806bc55\n# … created by cargo.\n";
        fs::write(root.join("CACHEDIR.TAG"), "Signature: …\n# of a backup\n").expect("a file");
        for target in ["target", "target/stage/0/target"] {
            fs::write(root.join(target).join("CACHEDIR.TAG"), tag).expect("a file");
        }
        let found = super::target(&inner.join("suite-0123"));
        let none = super::target(&root.join("elsewhere/suite"));
        fs::remove_dir_all(&root).expect("the folder can be removed");
        assert_eq!(found, Some(root.join("target")));
        assert_eq!(none, None);
    }

    #[test]
    fn the_hash_is_that_of_every_build() {
        assert_eq!(super::hash(b""), "cbf29ce484222325");
        assert_eq!(super::hash(b"a"), "af63dc4c8601ec8c");
    }
}
