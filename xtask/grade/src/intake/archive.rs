//! Archives, read entry by entry and never unpacked.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;
use xtask::t;
use xtask::workbook::{Outcome, Trouble};

use super::{FILE, Place, Taking};

/// Entries, and bytes that an archive may become.
const ENTRIES: usize = 100_000;
const UNPACKED: u64 = 512 << 20;

#[derive(Clone, Copy)]
enum Kind {
    Tar,
    Compressed,
    Zip,
}

const ENDINGS: [(&str, Kind); 4] = [
    (".tar.gz", Kind::Compressed),
    (".tgz", Kind::Compressed),
    (".tar", Kind::Tar),
    (".zip", Kind::Zip),
];

/// The name without the ending of an archive.
pub fn stem(name: &str) -> Option<&str> {
    split(name).map(|(stem, _)| stem)
}

fn split(name: &str) -> Option<(&str, Kind)> {
    ENDINGS.iter().find_map(|(ending, kind)| Some((name.strip_suffix(ending)?, *kind)))
}

/// Takes what an archive has. One that is broken or reaches out of itself is refused as a whole.
pub fn read(path: &Path, taking: &mut Taking<'_>) -> Outcome<()> {
    let file = File::open(path).map_err(|e| Trouble::file(path, &e))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let file = BufReader::new(file);
    let read = match split(&name) {
        Some((_, Kind::Zip)) => zipped(file, taking),
        Some((_, Kind::Tar)) => tarred(file.take(UNPACKED), taking),
        Some((_, Kind::Compressed)) => tarred(GzDecoder::new(file).take(UNPACKED), taking),
        None => Err(Broken(t!("grade.no_archive"))),
    };
    if let Err(Broken(why)) = read {
        taking.taken.trees.clear();
        taking.refuse_whole(Path::new(&name), t!("grade.broken_archive", why = why));
    }
    Ok(())
}

struct Broken(String);

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<Trouble> for Broken {
    fn from(trouble: Trouble) -> Self {
        Self(trouble.message)
    }
}

/// Does it stay below the folder that it would be unpacked in?
fn stays(path: &Path) -> bool {
    path.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir))
}

fn tarred(from: impl Read, taking: &mut Taking<'_>) -> Result<(), Broken> {
    let mut archive = tar::Archive::new(from);
    for (number, entry) in archive.entries()?.enumerate() {
        if number >= ENTRIES {
            return Err(Broken(t!("grade.too_many")));
        }
        let mut entry = entry?;
        let kind = entry.header().entry_type();
        let Ok(name) = String::from_utf8(entry.path_bytes().into_owned()) else {
            let odd = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            taking.refuse_whole(Path::new(&odd), t!("grade.not_utf8"));
            continue;
        };
        let path = PathBuf::from(name);
        if !stays(&path) {
            taking.refuse_whole(&path, t!("grade.reaches_out"));
            continue;
        }
        let Place::Of(kata, below) = taking.place(&path) else { continue };
        let size = entry.size();
        if kind.is_file() {
            taking.file(&kata, below, &path, size, || content(&mut entry))?;
        } else if !kind.is_dir() {
            taking.refuse(&kata, &path, t!("grade.not_regular"));
        }
    }
    Ok(())
}

fn zipped(from: BufReader<File>, taking: &mut Taking<'_>) -> Result<(), Broken> {
    let broken = |e: zip::result::ZipError| Broken(e.to_string());
    let mut archive = zip::ZipArchive::new(from).map_err(broken)?;
    if archive.len() > ENTRIES {
        return Err(Broken(t!("grade.too_many")));
    }
    for number in 0..archive.len() {
        let mut entry = archive.by_index(number).map_err(broken)?;
        let Ok(name) = String::from_utf8(entry.name_raw().to_owned()) else {
            let odd = String::from_utf8_lossy(entry.name_raw()).into_owned();
            taking.refuse_whole(Path::new(&odd), t!("grade.not_utf8"));
            continue;
        };
        // What a program on Windows would take for a way out is one.
        let path = PathBuf::from(name.replace('\\', "/"));
        if !stays(&path) {
            taking.refuse_whole(&path, t!("grade.reaches_out"));
            continue;
        }
        let Place::Of(kata, below) = taking.place(&path) else { continue };
        if entry.is_file() {
            let size = entry.size();
            taking.file(&kata, below, &path, size, || content(&mut entry))?;
        } else if !entry.is_dir() {
            taking.refuse(&kata, &path, t!("grade.not_regular"));
        }
    }
    Ok(())
}

/// At most what a file may be, whatever its entry says of its size.
fn content(entry: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    entry.take(FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE {
        return Err(io::Error::other(t!("grade.too_big", bytes = bytes.len())));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write;
    use std::path::Path;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use xtask::workbook::Workbook;
    use zip::write::SimpleFileOptions;

    use crate::intake::{Source, Taken};

    const FILES: [(&str, &str); 3] = [
        ("hers-0123/katas/k02-balance-race/src/lib.rs", "//! Hers.\n"),
        ("hers-0123/katas/k02-balance-race/src/s2_lock.rs", "// One lock.\n"),
        ("hers-0123/katas/k02-balance-race/tests/suite/main.rs", "fn main() {}\n"),
    ];

    fn taken(path: &Path) -> Taken {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let workbook = Workbook::open(&root).unwrap();
        let katas = [workbook.kata("k02").unwrap()];
        let source = Source { id: "a".into(), path: path.to_owned(), submitted_at: None };
        Taken::of(&source, &katas).unwrap()
    }

    fn tar(to: impl Write) {
        let mut tar = tar::Builder::new(to);
        for (name, text) in FILES {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, name, text.as_bytes()).unwrap();
        }
        tar.into_inner().unwrap().flush().unwrap();
    }

    #[test]
    fn every_kind_of_archive_holds_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        tar(File::create(path("a.tar")).unwrap());
        tar(GzEncoder::new(File::create(path("a.tar.gz")).unwrap(), Compression::fast()));
        let mut zip = zip::ZipWriter::new(File::create(path("a.zip")).unwrap());
        for (name, text) in FILES {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap();
        let all = ["a.tar", "a.tar.gz", "a.zip"].map(|name| taken(&path(name)));
        for one in &all {
            assert!(one.refused.is_empty() && one.refused_whole.is_empty());
            assert_eq!(one.trees["k02"].files().count(), 2);
            assert_eq!(one.sha256(), all[0].sha256());
        }
    }

    #[test]
    fn what_is_torn_or_reaches_out_is_refused_as_a_whole() {
        let dir = tempfile::tempdir().unwrap();
        let torn = dir.path().join("torn.tar.gz");
        std::fs::write(&torn, "no archive").unwrap();
        assert_eq!(taken(&torn).refused_whole.len(), 1);
        let out = dir.path().join("out.zip");
        let mut zip = zip::ZipWriter::new(File::create(&out).unwrap());
        zip.start_file("../evil.rs", SimpleFileOptions::default()).unwrap();
        zip.finish().unwrap();
        assert_eq!(taken(&out).refused_whole[0].file, "../evil.rs");
        let strange = dir.path().join("a.rar");
        std::fs::write(&strange, "").unwrap();
        assert_eq!(taken(&strange).refused_whole.len(), 1);
    }
}
