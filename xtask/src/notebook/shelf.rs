//! The folder of the pages. What a person wrote is never lost: a page is replaced as a whole or
//! not at all, and what would be overwritten is kept first.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::measured::{Measured, Picture};
use super::page::{Damage, Page, Renewed, What};
use crate::files;
use crate::progress::free_name;
use crate::t;
use crate::words::Lang;
use crate::workbook::{Outcome, Trouble, Workbook};

/// A page and where it lies.
#[derive(Debug)]
pub struct Shelf<'w> {
    workbook: &'w Workbook,
    id: String,
    path: PathBuf,
    /// As it lies there; none where there is no page yet.
    text: Option<String>,
    page: Option<Page>,
}

/// What writing a page has done.
#[derive(Debug)]
pub struct Written {
    /// As a person types it.
    pub file: String,
    /// It was not there before.
    pub new: bool,
    pub changed: bool,
    pub renewed: Renewed,
    /// Lines that wait for a person's words.
    pub open: Vec<usize>,
    /// Where things are kept that were changed by hand.
    pub backup: Option<String>,
}

impl<'w> Shelf<'w> {
    /// Reads `notebook/ID.md`. An empty file is as good as none.
    ///
    /// # Errors
    /// A page that is not what it must be: nobody can tell what on it is a person's.
    pub fn open(workbook: &'w Workbook, id: &str) -> Outcome<Self> {
        let path = workbook.root.join("notebook").join(format!("{id}.md"));
        // Who keeps the notebook elsewhere has a link here.
        let path = if path.is_symlink() { fs::canonicalize(&path).unwrap_or(path) } else { path };
        let shown = workbook.shown(&path);
        let text = match fs::read(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => None,
            Err(e) => return Err(Trouble::file(&path, &e)),
            Ok(bytes) => {
                let text = String::from_utf8(bytes);
                Some(text.map_err(|_| Trouble::new(t!("notebook.not_text", file = shown)))?)
            }
        };
        let text = text.filter(|text| !text.trim().is_empty());
        let page = match &text {
            None => None,
            Some(text) => {
                let page = Page::parse(text).map_err(|damage| damaged(&shown, &damage))?;
                if page.id().is_some_and(|of| of != id) {
                    let of = page.id().unwrap_or_default();
                    return Err(Trouble::new(t!("notebook.other_page", file = shown, of = of)));
                }
                if !page.is_generated() {
                    return Err(Trouble::new(t!("notebook.no_marks", file = shown)));
                }
                Some(page)
            }
        };
        Ok(Self { workbook, id: id.to_owned(), path, text, page })
    }

    /// The language that the page was begun in.
    pub fn lang(&self) -> Option<Lang> {
        self.page.as_ref()?.lang()
    }

    /// How many places wait for a person's words; none where there is no page.
    pub fn waiting(&self) -> Option<usize> {
        self.page.as_ref().map(|page| page.open().len())
    }

    /// Writes the pictures of `measured`, by the id of their kata, and then the page.
    ///
    /// # Errors
    /// Those of the file system; the page is then as it was.
    pub fn write(
        mut self,
        skeleton: impl FnOnce() -> Page,
        parts: &[(&'static str, String)],
        measured: &[(&str, &Measured)],
    ) -> Outcome<Written> {
        let mut backup = Backup::new(self.workbook, &self.id);
        let new = self.page.is_none();
        let mut page = self.page.take().unwrap_or_else(skeleton);
        let renewed = page.renew(parts);
        let text = page.to_string();
        if let (false, Some(old)) = (renewed.edited.is_empty(), &self.text) {
            backup.keep(&self.path, old.as_bytes())?;
        }
        for (kata, measured) in measured {
            for picture in &measured.pictures {
                self.hang(kata, picture, &mut backup)?;
            }
        }
        let changed = self.text.as_deref() != Some(&*text);
        if changed {
            files::write_atomic(&self.path, text.as_bytes())
                .map_err(|e| Trouble::file(&self.path, &e))?;
        }
        Ok(Written {
            file: self.workbook.shown(&self.path),
            new,
            changed,
            renewed,
            open: page.open(),
            backup: backup.used.then(|| self.workbook.shown(&backup.folder)),
        })
    }

    /// Puts a picture beside the page. One that the last report has not put there is kept first.
    fn hang(&self, kata: &str, picture: &Picture, backup: &mut Backup) -> Outcome<()> {
        let folder = self.path.parent().unwrap_or(Path::new("")).join(kata);
        let path = folder.join(&picture.name);
        match fs::read(&path) {
            Ok(old) if old == picture.bytes => return Ok(()),
            Ok(old) => {
                if !self.recorded(&format!("{} {}", picture.name, Picture::stamp(&old))) {
                    backup.keep(&path, &old)?;
                }
            }
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => return Err(Trouble::file(&path, &e)),
        }
        files::write_atomic(&path, &picture.bytes).map_err(|e| Trouble::file(&path, &e))
    }

    /// Whether a page of the notebook says that a report has put this picture there.
    fn recorded(&self, picture: &str) -> bool {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let pages = fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
        pages
            .filter(|path| path.extension().is_some_and(|e| e == "md"))
            .any(|path| fs::read_to_string(path).is_ok_and(|text| text.contains(picture)))
    }
}

fn damaged(file: &str, damage: &Damage) -> Trouble {
    let line = damage.line;
    Trouble::new(match &damage.what {
        What::NoEnd(name) => t!("notebook.no_end", file = file, line = line, name = name),
        What::NoBegin(name) => t!("notebook.no_begin", file = file, line = line, name = name),
        What::Twice(name) => t!("notebook.twice", file = file, line = line, name = name),
    })
}

/// A folder for what would be overwritten, made when something is.
struct Backup {
    folder: PathBuf,
    used: bool,
}

impl Backup {
    fn new(workbook: &Workbook, id: &str) -> Self {
        let stamp = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
        let name = format!("notebook-{id}-{}", stamp.replace(':', ""));
        let folder = free_name(&workbook.root.join(".trece/backup").join(name));
        Self { folder, used: false }
    }

    fn keep(&mut self, path: &Path, bytes: &[u8]) -> Outcome<()> {
        let to = self.folder.join(path.file_name().unwrap_or_default());
        files::write_atomic(&to, bytes).map_err(|e| Trouble::file(&to, &e))?;
        self.used = true;
        Ok(())
    }
}

#[cfg(test)]
#[path = "shelf_tests.rs"]
mod tests;
