//! One measuring's folder, from the first run to the pictures.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::files::{DOCUMENT, replace};
use super::{Labels, Run, Runs, pictures};
use crate::Options;
use crate::latency::Latencies;

const PAGE: &str = "table.md";

/// A folder that is being filled with what is measured.
#[derive(Debug)]
pub struct Kept {
    folder: PathBuf,
    runs: Runs,
    /// Of each run.
    latencies: Vec<Latencies>,
}

/// Why a measuring is not kept: it is a glance, and a result is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub PathBuf);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}

impl Kept {
    /// Where `--keep` says; nothing without it. `keys` is what [`crate::Point::keys`] are.
    ///
    /// What an earlier measuring left there stays until the first run of this one is kept.
    ///
    /// # Errors
    /// A glance does not take the place of a result.
    pub fn open(
        options: &Options,
        kata: &str,
        keys: Option<&str>,
    ) -> Result<Option<Self>, Refused> {
        let Some(folder) = options.keep.clone() else { return Ok(None) };
        let result = || Runs::read(&folder).is_ok_and(|old| !old.quick && old.kata == kata);
        if options.quick && result() {
            return Err(Refused(folder));
        }
        let mut runs = Runs::new(kata, options.quick);
        runs.keys = keys.map(str::to_owned);
        Ok(Some(Self { folder, runs, latencies: Vec::new() }))
    }

    /// A version that numbers belong to, such as that of PostgreSQL. Before the first run.
    pub fn version(&mut self, of: &str, version: &str) {
        self.runs.versions.insert(of.to_owned(), version.to_owned());
    }

    /// Keeps a run. See [`Runs::keep`].
    ///
    /// # Errors
    /// Those of the file system.
    pub fn add(&mut self, run: Run, latencies: &Latencies) -> io::Result<()> {
        if self.latencies.is_empty() {
            clear(&self.folder)?;
        }
        self.latencies.push(latencies.clone());
        self.runs.keep(&self.folder, run, latencies)
    }

    /// Takes away all runs of a variant: its code was found wrong later, so they were the speed of
    /// wrong code.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn forget(&mut self, variant: &str) -> io::Result<()> {
        if self.runs.runs.iter().all(|run| run.variant != variant) {
            return Ok(());
        }
        clear(&self.folder)?;
        let runs = std::mem::take(&mut self.runs.runs);
        let latencies = std::mem::take(&mut self.latencies);
        let all = runs.into_iter().zip(latencies);
        for (run, latencies) in all.filter(|(run, _)| run.variant != variant) {
            self.add(run, &latencies)?;
        }
        Ok(())
    }

    /// Keeps what was told, and pictures of all runs; where there was none, nothing. The folder, if
    /// there is something in it.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn finish(self, told: &str, labels: &Labels) -> io::Result<Option<PathBuf>> {
        if self.runs.runs.is_empty() {
            return Ok(None);
        }
        replace(&self.folder.join(PAGE), &format!("```text\n{}\n```\n", told.trim_end()))?;
        for (file, svg) in pictures(&self.runs, labels) {
            replace(&self.folder.join(file), &svg)?;
        }
        Ok(Some(self.folder))
    }
}

/// Takes away what an earlier measuring left: nothing that could be somebody else's.
fn clear(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        let drawn = path.extension().is_some_and(|e| e == "svg" || e == "hgrm");
        if path.is_file() && (drawn || name == DOCUMENT || name == PAGE) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Lang;
    use crate::options::tests::options;
    use crate::run::Load;
    use crate::run::files::tests::Folder;

    fn asked(folder: &Folder, more: &[&str]) -> Options {
        let mut args = vec!["--keep", folder.0.to_str().expect("UTF-8")];
        args.extend(more);
        options(&args)
    }

    fn measure(options: &Options, variants: &[&str]) -> Result<(), Refused> {
        let mut kept = Kept::open(options, "k99", Some("items"))?.expect("somewhere");
        kept.version("PostgreSQL", "15.7");
        for variant in variants {
            let mut latencies = Latencies::new();
            (1..=100).for_each(|n| latencies.record(Duration::ZERO, Duration::from_micros(n)));
            let (load, time) = (Load::Closed { seed: 1 }, Duration::from_secs(1));
            let mut run = Run::new(variant, 4, load, time, &latencies);
            run.keys = Some(1);
            kept.add(run, &latencies).expect("a folder");
        }
        let labels = Labels::new(Lang::En, "clients", "sales/s", &|keys| format!("{keys} items"));
        kept.finish("what was told\n\n", &labels).expect("a folder");
        Ok(())
    }

    fn names(folder: &Folder) -> Vec<String> {
        let name = |entry: io::Result<fs::DirEntry>| entry.expect("one").file_name();
        let entries = fs::read_dir(&folder.0).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_result_takes_the_old_ones_place_and_no_other() {
        let folder = Folder::new("taken");
        measure(&asked(&folder, &[]), &["a", "b"]).expect("kept");
        let first = names(&folder);
        assert!(first.contains(&"02-b-4.hgrm".to_owned()), "{first:?}");
        let page = fs::read_to_string(folder.0.join(PAGE)).expect("a page");
        assert_eq!(page, "```text\nwhat was told\n```\n");
        fs::write(folder.0.join("mine.txt"), "").expect("a file");
        measure(&asked(&folder, &[]), &["c"]).expect("kept");
        assert_eq!(
            names(&folder),
            [
                "01-c-4.hgrm",
                "latency-1.svg",
                "mine.txt",
                "p99-1.svg",
                "run.json",
                "table.md",
                "throughput-1.svg"
            ]
        );
    }

    #[test]
    fn a_glance_gives_way_to_a_result() {
        let folder = Folder::new("glance");
        measure(&asked(&folder, &["--quick"]), &["a"]).expect("kept: nothing was there");
        measure(&asked(&folder, &["--quick"]), &["b"]).expect("kept: a glance was there");
        measure(&asked(&folder, &[]), &["c"]).expect("kept");
        assert_eq!(measure(&asked(&folder, &["--quick"]), &["d"]), Err(Refused(folder.0.clone())));
        assert_eq!(Runs::read(&folder.0).expect("the result").runs[0].variant, "c");
    }

    #[test]
    fn what_was_found_wrong_is_not_kept() {
        let folder = Folder::new("wrong");
        let mut kept =
            Kept::open(&asked(&folder, &[]), "k99", None).expect("free").expect("somewhere");
        let (load, time) = (Load::Closed { seed: 1 }, Duration::from_secs(1));
        for (variant, asking) in [("wrong", 1), ("right", 1), ("wrong", 4), ("right", 4)] {
            let mut latencies = Latencies::new();
            latencies.record(Duration::ZERO, Duration::from_millis(1));
            let run = Run::new(variant, asking, load, time, &latencies);
            kept.add(run, &latencies).expect("a folder");
        }
        kept.forget("wrong").expect("a folder");
        kept.forget("never measured").expect("a folder");
        assert_eq!(names(&folder), ["01-right-1.hgrm", "02-right-4.hgrm", "run.json"]);
        assert_eq!(Runs::read(&folder.0).expect("the rest").runs.len(), 2);
        kept.forget("right").expect("a folder");
        assert_eq!(names(&folder), [""; 0]);
    }

    #[test]
    fn who_measures_nothing_takes_nothing_away() {
        let folder = Folder::new("nothing");
        measure(&asked(&folder, &[]), &["a"]).expect("kept");
        let before = names(&folder);
        measure(&asked(&folder, &[]), &[]).expect("nothing to keep");
        assert_eq!(names(&folder), before);
        assert!(Kept::open(&options(&[]), "k99", None).expect("no folder").is_none());
    }
}
