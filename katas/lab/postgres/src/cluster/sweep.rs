//! Removing what nobody will use again, when a new data directory is made.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::{LOCK, create, start};

/// How folders are called that are no data directory yet, or no longer.
pub const ASIDE: &str = "aside-";

/// Puts the data directory aside that is to be replaced, and removes what was put aside or never
/// finished. What some process still writes to stays for the next time.
pub fn data(base: &Path, data: &Path, aside: &Path) -> io::Result<()> {
    match fs::rename(data, aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    each(base, |dir, name| {
        if name.starts_with(ASIDE) {
            let _ = fs::remove_dir_all(dir);
        }
    });
    Ok(())
}

/// Folders of sockets of earlier generations of this cluster, unless their server is still there.
pub fn sockets(short: &Path, prefix: &str) {
    each(short, |dir, name| {
        if name.starts_with(prefix) && !start::answers(dir) {
            let _ = fs::remove_dir_all(dir);
        }
    });
}

/// Clusters of this workspace that an earlier version of the lab has made, unless somebody still
/// uses that version.
pub fn clusters(home: &Path, but: &Path) {
    each(home, |old, _| {
        let Ok(lock) = File::open(old.join(LOCK)) else { return };
        let serves =
            || create::generation(&old.join("data")).is_some_and(|dir| start::answers(&dir));
        if old != but && lock.try_lock().is_ok() && !serves() {
            let _ = fs::remove_dir_all(old);
        }
    });
}

fn each(dir: &Path, visit: impl Fn(&Path, &str)) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        visit(&entry.path(), &entry.file_name().to_string_lossy());
    }
}
