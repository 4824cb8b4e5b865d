//! Where a bench's results go: to the reader, and to the folder that keeps them.

use std::io::{self, Write};

use jzon::JsonValue;

use crate::latency::Latencies;
use crate::run::{Kept, Labels, Refused, Run};
use crate::say::say;
use crate::words::{Words, words};
use crate::{Bench, End, Lang, Options, Results, Way as _, fill};

/// Everything that is told while it is measured. The reader has the table, as sentences where it is
/// to be plain, or the document at the end; who keeps has the table as it is drawn.
pub struct Told<'a> {
    out: &'a mut dyn Write,
    json: bool,
    plain: bool,
    lang: Lang,
    page: Vec<u8>,
    kept: Result<Option<Kept>, Refused>,
}

impl<'a> Told<'a> {
    /// Nothing is told yet.
    pub fn new(
        options: &Options,
        out: &'a mut dyn Write,
        kept: Result<Option<Kept>, Refused>,
    ) -> Self {
        let &Options { json, plain, lang, .. } = options;
        Self { out, json, plain, lang, page: Vec::new(), kept }
    }

    /// A part of the table: `part` is called with a writer and whether to be plain, once or twice.
    ///
    /// # Errors
    /// Those of `part` and of the writer.
    pub fn write(
        &mut self,
        part: impl Fn(&mut dyn Write, bool) -> io::Result<()>,
    ) -> io::Result<()> {
        part(&mut self.page, false)?;
        if !self.json {
            part(self.out, self.plain)?;
            self.out.flush()?;
        }
        Ok(())
    }

    /// What the numbers belong to, for who keeps them: see [`crate::Bench::versions`].
    pub fn versions(&mut self, versions: &[(&'static str, String)]) {
        if let Ok(Some(kept)) = &mut self.kept {
            for (of, version) in versions {
                kept.version(of, version);
            }
        }
    }

    /// Keeps a run, if anything is to be kept.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn keep(&mut self, run: Run, latencies: &Latencies) -> io::Result<()> {
        match &mut self.kept {
            Ok(Some(kept)) => kept.add(run, latencies),
            _ => Ok(()),
        }
    }

    /// Keeps no run of code that was found wrong, whenever that was.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn forget_wrong<B: Bench>(&mut self, results: &Results<B>) -> io::Result<()> {
        let Ok(Some(kept)) = &mut self.kept else { return Ok(()) };
        let mut wrong = B::Way::ALL.iter().filter(|way| results.trouble(**way).is_some());
        wrong.try_for_each(|way| kept.forget(way.key()))
    }

    /// Tells how it ended, and what is kept where; with `--json`, the document alone.
    ///
    /// # Errors
    /// Those of the writer and of the file system.
    pub fn end(
        mut self,
        end: End,
        labels: &Labels,
        document: impl FnOnce() -> JsonValue,
    ) -> io::Result<()> {
        let words: &Words = words(self.lang);
        if end == End::Stopped {
            self.write(|out, plain| say(out, plain, &format!("- {}", words.stopped)))?;
        }
        let told = String::from_utf8_lossy(&self.page).into_owned();
        let kept = match self.kept {
            Ok(Some(kept)) => {
                kept.finish(&told, labels)?.map(|folder| fill(words.kept, &[&folder.display()]))
            }
            Ok(None) => None,
            Err(refused) => Some(fill(words.not_kept, &[&refused])),
        };
        if self.json {
            writeln!(self.out, "{}", document().pretty(2))?;
        } else if let Some(kept) = kept {
            writeln!(self.out)?;
            say(self.out, self.plain, &kept)?;
        }
        Ok(())
    }
}
