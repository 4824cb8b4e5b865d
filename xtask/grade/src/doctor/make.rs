//! What no file of a repository can be, or should.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use xtask::workbook::{Outcome, Trouble};

/// Makes it in a submission; gives the submission's path.
pub fn make(what: &str, root: &Path, src: &Path) -> Outcome<PathBuf> {
    let more = src.join("more.rs");
    let made = match what {
        "symlink" => std::os::unix::fs::symlink("/etc/passwd", &more),
        "hard-link" => fs::write(root.join("other.rs"), "")
            .and_then(|()| fs::hard_link(root.join("other.rs"), &more)),
        "pipe" => Command::new("mkfifo").arg(&more).status().map(drop),
        "huge-file" => File::create(&more).and_then(|file| file.set_len(1 << 30)),
        "odd-name" => fs::write(src.join(OsStr::from_bytes(b"\xff\xfe.rs")), ""),
        "old-files" => aged(src),
        "shebang" => hidden(src),
        "traversal" => return traversal(root).map_err(|e| Trouble::file(root, &e)),
        "broken-archive" => return broken(root).map_err(|e| Trouble::file(root, &e)),
        other => return Err(Trouble::new(format!("the corpus has no `make = \"{other}\"`"))),
    };
    made.map_err(|e| Trouble::file(src, &e)).map(|()| root.to_owned())
}

/// As old as files can be.
fn aged(src: &Path) -> std::io::Result<()> {
    for file in xtask::files::tree(src)? {
        let file = File::options().append(true).open(src.join(file))?;
        file.set_modified(SystemTime::UNIX_EPOCH)?;
    }
    Ok(())
}

/// A first line that the compiler passes over, and that begins a comment for whoever does not: all
/// that a scan would refuse stands in it.
fn hidden(src: &Path) -> std::io::Result<()> {
    const HOOK: &str = "pub fn hidden() { std::panic::set_hook(Box::new(|_| ())); }";
    let file = src.join("s2_core.rs");
    let text = fs::read_to_string(&file)?;
    fs::write(&file, format!("#!/usr/bin/env /*\n{text}\n{HOOK}\n// */\n"))
}

/// A tar archive, by hand: libraries refuse to write such a name.
fn traversal(root: &Path) -> std::io::Result<PathBuf> {
    let path = root.with_extension("tar");
    let mut header = [0_u8; 512];
    let content = b"pub fn evil() {}\n";
    let name = b"../../katas/k00-orders/src/s2_core.rs";
    header[..name.len()].copy_from_slice(name);
    header[100..107].copy_from_slice(b"0000644");
    header[108..115].copy_from_slice(b"0000000");
    header[116..123].copy_from_slice(b"0000000");
    header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    header[136..147].copy_from_slice(b"00000000000");
    header[148..156].copy_from_slice(b"        ");
    header[156] = b'0';
    header[257..263].copy_from_slice(b"ustar\0");
    header[263..265].copy_from_slice(b"00");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut block = [0_u8; 512];
    block[..content.len()].copy_from_slice(content);
    let mut file = File::create(&path)?;
    file.write_all(&header)?;
    file.write_all(&block)?;
    file.write_all(&[0; 1024])?;
    fs::remove_dir_all(root)?;
    Ok(path)
}

fn broken(root: &Path) -> std::io::Result<PathBuf> {
    let path = root.with_extension("zip");
    fs::write(&path, b"PK\x03\x04 and then nothing")?;
    fs::remove_dir_all(root)?;
    Ok(path)
}
