//! A folder with `run.json` and the curves that it names.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Run, Runs, json};
use crate::latency::{Curve, Latencies};

pub(super) const DOCUMENT: &str = "run.json";

/// Why a folder's runs cannot be read.
#[derive(Debug)]
pub enum Unreadable {
    /// A file is not there, or cannot be read.
    Io(PathBuf, io::Error),
    /// What is wrong in the folder's documents.
    Malformed(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Malformed(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Unreadable {}

impl From<String> for Unreadable {
    fn from(what: String) -> Self {
        Self::Malformed(what)
    }
}

impl Runs {
    /// Adds a run and writes its latencies, if it has some, into the folder, which is made if it is not there. The
    /// documents are then complete: whoever stops after this has what was measured.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn keep(&mut self, folder: &Path, run: Run, latencies: &Latencies) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        self.runs.push(run);
        let files = self.files();
        if let Some(file) = files.last().expect("one was added") {
            replace(&folder.join(file), &latencies.hgrm())?;
        }
        let document = json::write(self, &files).pretty(2);
        replace(&folder.join(DOCUMENT), &format!("{document}\n"))
    }

    /// What [`Runs::keep`] has written.
    ///
    /// # Errors
    /// A file that is not there, or not what it should be.
    pub fn read(folder: &Path) -> Result<Self, Unreadable> {
        let text = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path).map_err(|error| Unreadable::Io(path, error))
        };
        let document = jzon::parse(&text(DOCUMENT)?).map_err(|error| error.to_string())?;
        json::read(&document, |file| {
            // A name of this folder alone.
            if Path::new(file).file_name().is_none_or(|name| name != file) {
                return Err(Unreadable::Malformed(format!("{file} is no name of a file here")));
            }
            Curve::of_hgrm(&text(file)?).map_err(|error| format!("{file}: {error}").into())
        })
    }

    /// The names of the curves' files: numbered, because one variant may be measured at one
    /// concurrency under several loads.
    fn files(&self) -> Vec<Option<String>> {
        let name = |(n, run): (usize, &Run)| {
            let latencies = !run.curve.steps.is_empty();
            latencies.then(|| format!("{n:02}-{}-{}.hgrm", slug(&run.variant), run.concurrency))
        };
        (1..).zip(&self.runs).map(name).collect()
    }
}

/// Letters and digits; anything else is a dash.
pub(super) fn slug(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let dashed: String = text.chars().map(plain).collect();
    dashed.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// The old text or the new one, never a part: a reader may come at any time.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    fs::write(&new, text)?;
    fs::rename(&new, path)
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::load::Arrivals;
    use crate::run::Load;

    /// A folder that is gone when the test is over.
    pub struct Folder(pub PathBuf);

    impl Folder {
        pub fn new(name: &str) -> Self {
            let name = format!("trece-bench-lab-{name}-{}", std::process::id());
            Self(std::env::temp_dir().join(name))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn latencies(scale: u64) -> Latencies {
        let mut latencies = Latencies::new();
        for n in 1..=100 {
            latencies.record(Duration::ZERO, Duration::from_micros(n * scale));
        }
        latencies.fail();
        latencies
    }

    fn measured(folder: &Path) -> Runs {
        let mut runs = Runs::new("k01", true);
        runs.versions.insert("PostgreSQL".into(), "15.7".into());
        let latest = Duration::from_micros(90);
        let open = Load::Open { arrivals: Arrivals::Poisson, rate: 12.5, seed: u64::MAX, latest };
        for (variant, load, scale) in
            [("tokio, multi-thread", open, 3), ("Threads", Load::Closed { seed: 7 }, 5)]
        {
            let (time, latencies) = (Duration::from_secs(8), latencies(scale));
            let mut run = Run::new(variant, 1000, load, time, &latencies);
            run.stopped = scale == 5;
            run.keys = (scale == 5).then_some(64);
            run.counts.insert("retries_per_sale".into(), 0.25);
            runs.keep(folder, run, &latencies).expect("a folder");
        }
        runs
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let folder = Folder::new("kept");
        let runs = measured(&folder.0);
        let read = Runs::read(&folder.0).expect("our own documents");
        assert_eq!((&read.machine, &read.versions), (&runs.machine, &runs.versions));
        assert_eq!((read.kata.as_str(), read.quick, read.runs.len()), ("k01", true, 2));
        for (read, run) in read.runs.iter().zip(&runs.runs) {
            assert_eq!(read.summary, run.summary);
            assert_eq!((read.load, read.time, read.stopped), (run.load, run.time, run.stopped));
            assert_eq!((&read.variant, read.concurrency), (&run.variant, run.concurrency));
            assert_eq!((read.keys, &read.counts), (run.keys, &run.counts));
            let latest = |run: &Run| run.curve.steps.last().map(|step| (step.count, step.latency));
            assert_eq!(latest(read), latest(run));
        }
    }

    #[test]
    fn who_only_counts_has_no_latencies() {
        let folder = Folder::new("counted");
        let mut runs = Runs::new("k02", false);
        let (load, time) = (Load::Closed { seed: 1 }, Duration::from_secs(2));
        let run = Run::counted("lock", 4, load, time, 90);
        runs.keep(&folder.0, run, &Latencies::new()).expect("a folder");
        assert_eq!(fs::read_dir(&folder.0).expect("a folder").count(), 1, "run.json alone");
        let read = Runs::read(&folder.0).expect("our own document");
        assert_eq!((read.runs[0].summary.count, &read.runs), (90, &runs.runs));
    }

    #[test]
    fn files_are_named_after_what_they_hold() {
        let folder = Folder::new("named");
        measured(&folder.0);
        let names = fs::read_dir(&folder.0)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.collect();
        names.sort();
        let expected = ["01-tokio-multi-thread-1000.hgrm", "02-threads-1000.hgrm", "run.json"];
        assert_eq!(names, expected);
    }

    #[test]
    fn the_document_says_what_the_numbers_belong_to() {
        let folder = Folder::new("document");
        measured(&folder.0);
        let text = fs::read_to_string(folder.0.join(DOCUMENT)).expect("a document");
        let document = jzon::parse(&text).expect("JSON");
        assert_eq!(document["schema"], "trece-run/v1");
        assert_eq!(document["versions"]["PostgreSQL"], "15.7");
        assert!(document["machine"]["rustc"].as_str().is_some_and(|r| r.starts_with("rustc")));
        let run = &document["runs"][0];
        assert_eq!(
            (&run["variant"], &run["concurrency"]),
            (&"tokio, multi-thread".into(), &1000.into())
        );
        assert_eq!((&run["errors"], &run["throughput"]), (&1.into(), &12.5.into()));
        assert_eq!(run["load"]["seed"].as_str(), Some(u64::MAX.to_string().as_str()));
        assert_eq!(document["runs"][1]["stopped"], true);
    }

    #[test]
    fn what_is_not_ours_is_refused_by_name() {
        let folder = Folder::new("refused");
        let why = || Runs::read(&folder.0).expect_err("nothing there").to_string();
        assert!(why().contains(DOCUMENT), "{}", why());
        measured(&folder.0);
        let path = folder.0.join(DOCUMENT);
        let text = fs::read_to_string(&path).expect("a document");
        for (is, becomes, said) in [
            ("trece-run/v1", "trece-run/v9", "trece-run/v9"),
            ("\"p999\"", "\"p9999\"", "`p999`"),
            ("\"open\"", "\"half-open\"", "`kind`"),
            ("02-threads-1000.hgrm", "../02-threads-1000.hgrm", "no name of a file here"),
            ("02-threads-1000.hgrm", "03-threads-1000.hgrm", "03-threads-1000.hgrm"),
        ] {
            fs::write(&path, text.replace(is, becomes)).expect("a file");
            assert!(why().contains(said), "{}", why());
        }
    }
}
