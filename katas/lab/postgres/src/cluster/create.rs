//! Making a data directory.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{SystemTime, UNIX_EPOCH};

use protocol::postgres::Binaries;
use protocol::postgres::cluster::{SETTINGS, SUPERUSER};

use super::place;
use super::sweep::{self, ASIDE};
use super::user::Owner;
use crate::Unavailable;

/// Holds the path of the socket's folder; its presence says that the data directory is complete.
const GENERATION: &str = "trece.generation";

/// Changes with everything that a data directory is made from.
pub fn version(prepared_by: &str) -> String {
    place::hash(format!("{SETTINGS}{SUPERUSER}{prepared_by}").as_bytes())[..8].to_owned()
}

/// The socket's folder of a complete data directory.
pub fn generation(data: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(data.join(GENERATION)).ok()?;
    (!text.is_empty()).then(|| text.into())
}

/// Makes `data`, whatever is there now, and returns the folder for its socket.
///
/// The socket's folder is this generation's alone: after `cargo clean` the server of the data
/// directory that is gone still listens for a moment, and must not answer for the new one.
pub fn create(data: &Path, binaries: &Binaries, owner: Owner) -> Result<PathBuf, Unavailable> {
    let failed = |error: io::Error| Unavailable::broken(&data.display().to_string(), &error);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let base = data.parent().expect("data has a folder");
    let name = place::hash(base.as_os_str().as_encoded_bytes());
    let (short, prefix) = (place::sockets(owner), format!("trece-{name}-"));
    let sockets = short.join(format!("{prefix}{now:x}"));

    // Names of their own: a process that was killed in here may have left an initdb running.
    let aside = |what| base.join(format!("{ASIDE}{what}-{now:x}-{}", std::process::id()));
    sweep::data(base, data, &aside("old")).map_err(failed)?;
    sweep::sockets(&short, &prefix);
    sweep::clusters(base.parent().expect("a cluster has a home"), base);
    let new = aside("new");
    DirBuilder::new().mode(0o700).create(&new).map_err(failed)?;
    owner.give(&new).map_err(failed)?;
    initialise(&new, binaries, owner)?;
    let finish = || {
        let listen = format!("unix_socket_directories = '{}'\n", quoted(&sockets)?);
        let mut conf = OpenOptions::new().append(true).open(new.join("postgresql.conf"))?;
        conf.write_all(format!("{SETTINGS}{listen}").as_bytes())?;
        fs::write(new.join(GENERATION), sockets.to_str().ok_or(io::ErrorKind::InvalidFilename)?)?;
        fs::rename(&new, data)
    };
    finish().map_err(failed)?;
    Ok(sockets)
}

fn initialise(new: &Path, binaries: &Binaries, owner: Owner) -> Result<(), Unavailable> {
    let run = owner
        .command(&binaries.dir.join("initdb"))
        .env("PGDATA", new)
        .args(["-A", "trust", "-U", SUPERUSER, "--no-sync", "--locale=C", "-E", "UTF8"])
        .output();
    match run {
        Ok(Output { status, .. }) if status.success() => Ok(()),
        Ok(Output { stdout, stderr, .. }) => {
            let said = [stdout, stderr].concat();
            Err(Unavailable::Broken(format!("initdb: {}", String::from_utf8_lossy(&said).trim())))
        }
        Err(error) => Err(Unavailable::broken("initdb", &error)),
    }
}

/// A folder as an element of a list that is quoted in postgresql.conf.
fn quoted(dir: &Path) -> io::Result<String> {
    let dir = dir.to_str().ok_or(io::ErrorKind::InvalidFilename)?;
    Ok(format!("\"{}\"", dir.replace('"', "\"\"")).replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn a_folder_is_quoted_twice() {
        let quoted = |dir| super::quoted(Path::new(dir)).expect("it is text");
        assert_eq!(quoted("/tmp/a b,c"), "\"/tmp/a b,c\"");
        assert_eq!(quoted("/tmp/it's \"x\""), "\"/tmp/it''s \"\"x\"\"\"");
    }

    #[test]
    fn the_version_follows_what_it_is_made_of() {
        assert_eq!(super::version("a"), super::version("a"));
        assert_ne!(super::version("a"), super::version("b"));
    }
}
