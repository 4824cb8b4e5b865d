//! Whose processes the server's are. PostgreSQL refuses to run as root.

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

const ROOT: u32 = 0;
/// `nobody`, where a system has no list of users.
const NOBODY: User = User { uid: 65534, gid: 65534 };

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    pub uid: u32,
    pub gid: u32,
}

/// The server's user.
#[derive(Debug, Clone, Copy)]
pub enum Owner {
    /// This process's own user.
    Myself(u32),
    /// This process is root's, and becomes another for the server.
    Other(User),
}

impl Owner {
    pub fn find() -> io::Result<Self> {
        let uid = own_uid()?;
        if uid != ROOT {
            return Ok(Self::Myself(uid));
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let named = ["postgres", "nobody"].iter().find_map(|name| entry(&users, name));
        Ok(Self::Other(named.unwrap_or(NOBODY)))
    }

    pub fn uid(self) -> u32 {
        match self {
            Self::Myself(uid) => uid,
            Self::Other(user) => user.uid,
        }
    }

    /// Gives the server what this process made.
    pub fn give(self, path: &Path) -> io::Result<()> {
        match self {
            Self::Myself(_) => Ok(()),
            Self::Other(user) => chown(path, Some(user.uid), Some(user.gid)),
        }
    }

    /// A program that will run as the server's user, away from the terminal, and without the
    /// variables by which a person steers PostgreSQL's programs.
    pub fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Self::Other(user) = self {
            command.uid(user.uid).gid(user.gid);
        }
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        // One language for messages; and macOS refuses to start the server without a locale.
        command.env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
        command
    }

    /// Whether the server can reach this folder. By the bits for everyone, so it may say no too
    /// often, and then another place serves.
    pub fn reaches(self, path: &Path) -> bool {
        let open = |dir: &Path| fs::metadata(dir).is_ok_and(|m| m.mode() & 0o001 != 0);
        matches!(self, Self::Myself(_)) || path.ancestors().filter(|dir| dir.exists()).all(open)
    }
}

/// A pipe belongs to whoever makes it: the effective user, without a call that is `unsafe` and
/// without a crate for it.
pub fn own_uid() -> io::Result<u32> {
    let (reader, _writer) = io::pipe()?;
    Ok(File::from(OwnedFd::from(reader)).metadata()?.uid())
}

fn entry(users: &str, name: &str) -> Option<User> {
    let fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let fields = fields.into_iter().find(|f| f.len() > 3 && f[0] == name)?;
    Some(User { uid: fields[2].parse().ok()?, gid: fields[3].parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::{User, entry, own_uid};
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn users_are_read_by_name() {
        let users = "root:x:0:0::/root:/bin/sh\n\nbroken\npostgres:x:101:104:,,,:/var:/bin/sh\n";
        assert_eq!(entry(users, "postgres"), Some(User { uid: 101, gid: 104 }));
        assert_eq!(entry(users, "post"), None);
        assert_eq!(entry(users, "broken"), None);
    }

    #[test]
    fn a_file_that_i_make_is_mine() {
        let path = std::env::temp_dir().join(format!("trece-uid-{}", std::process::id()));
        std::fs::write(&path, "").expect("a file");
        let owner = std::fs::metadata(&path).expect("it exists").uid();
        std::fs::remove_file(&path).expect("it can be removed");
        assert_eq!(own_uid().expect("a pipe"), owner);
    }
}
