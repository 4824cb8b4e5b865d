//! What a kata's bench has left in `.trece/bench/kNN/`: `run.json`, `table.md` and pictures.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jzon::JsonValue;

use crate::files;
use crate::t;
use crate::workbook::{Kata, Outcome, Trouble, Workbook};

const DOCUMENT: &str = "run.json";
const TABLE: &str = "table.md";
/// What this reads; a newer bench may say more.
const SCHEMA: &str = "trece-run/v1";

/// A measuring, as far as a page of the notebook shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    pub cpu: Option<String>,
    pub cores: u64,
    /// `linux x86_64, rustc 1.95.0 (…)`.
    pub system: String,
    /// Of the workbook, and of what else the numbers belong to.
    pub versions: Vec<String>,
    /// A glance, no result.
    pub quick: bool,
    /// How many runs there are, and how many of them were stopped before their end.
    pub runs: usize,
    pub stopped: usize,
    /// Markdown.
    pub table: Option<String>,
    pub pictures: Vec<Picture>,
}

/// An SVG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Of the file, without folders.
    pub name: String,
    /// What it shows, in words.
    pub title: String,
    pub bytes: Vec<u8>,
}

impl Measured {
    /// What was measured of the learner's code; none before the first time.
    ///
    /// # Errors
    /// A file that is damaged, or that is not of this kata.
    pub fn read(workbook: &Workbook, kata: &Kata) -> Outcome<Option<Self>> {
        let folder = workbook.root.join(".trece/bench").join(&kata.id);
        let path = folder.join(DOCUMENT);
        let bytes = match fs::read(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|e| Trouble::file(&path, &e))?,
        };
        let read = document(&kata.id, &String::from_utf8_lossy(&bytes));
        let mut measured = read.map_err(|why| {
            let file = workbook.shown(&path);
            Trouble::new(t!("notebook.bad_run", file = file, why = why, kata = kata.id))
        })?;
        let table = folder.join(TABLE);
        if table.is_file() {
            let text = fs::read_to_string(&table).map_err(|e| Trouble::file(&table, &e))?;
            measured.table = Some(text.trim_end().to_owned());
        }
        measured.pictures = pictures(&folder)?;
        Ok(Some(measured))
    }

    /// `AMD EPYC, 2 cores, linux x86_64, rustc 1.95.0 (…)`, in the page's language.
    pub fn machine(&self) -> String {
        let cpu = self.cpu.as_ref().map(|cpu| format!("{cpu}, ")).unwrap_or_default();
        format!("{cpu}{}, {}", t!("page.cores", n = self.cores), self.system)
    }
}

fn document(kata: &str, text: &str) -> Result<Measured, String> {
    let document = jzon::parse(text).map_err(|e| e.to_string())?;
    let missing = |key: &str| format!("`{key}` is missing or not what it must be");
    let text =
        |of: &JsonValue, key: &str| of[key].as_str().map(str::to_owned).ok_or_else(|| missing(key));
    let schema = text(&document, "schema")?;
    if schema != SCHEMA {
        return Err(format!("the schema is {schema}, not {SCHEMA}"));
    }
    let of = text(&document, "kata")?;
    if of != kata {
        return Err(format!("it is of {of}"));
    }
    let machine = &document["machine"];
    let (os, arch) = (text(machine, "os")?, text(machine, "arch")?);
    let versions = document["versions"].entries().map(|(name, version)| {
        version.as_str().map(|v| format!("{name} {v}")).ok_or_else(|| missing(name))
    });
    let runs = document["runs"].as_array().ok_or_else(|| missing("runs"))?;
    Ok(Measured {
        cpu: machine["cpu"].as_str().map(str::to_owned),
        cores: machine["cores"].as_u64().ok_or_else(|| missing("cores"))?,
        system: format!("{os} {arch}, {}", text(machine, "rustc")?),
        versions: versions.collect::<Result<_, _>>()?,
        quick: document["quick"].as_bool().ok_or_else(|| missing("quick"))?,
        runs: runs.len(),
        stopped: runs.iter().filter(|run| run["stopped"] == true).count(),
        table: None,
        pictures: Vec::new(),
    })
}

/// In the order of their names.
fn pictures(folder: &Path) -> Outcome<Vec<Picture>> {
    let entries = fs::read_dir(folder).map_err(|e| Trouble::file(folder, &e))?;
    let is_picture =
        |path: &PathBuf| path.is_file() && path.extension().is_some_and(|e| e == "svg");
    let mut paths: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(is_picture).collect();
    paths.sort();
    let picture = |path: PathBuf| {
        let bytes = fs::read(&path).map_err(|e| Trouble::file(&path, &e))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let title = title(&String::from_utf8_lossy(&bytes)).unwrap_or_else(|| name.clone());
        Ok(Picture { name, title, bytes })
    };
    paths.into_iter().map(picture).collect()
}

/// What an SVG calls itself.
fn title(svg: &str) -> Option<String> {
    let element = &svg[svg.find("<title")?..];
    let text = &element[element.find('>')? + 1..element.find("</title>")?];
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    let text = plain.iter().fold(text.to_owned(), |text, (coded, c)| text.replace(coded, c));
    // Brackets would end the words of a picture in Markdown.
    let text = text.replace(['[', ']', '\n'], " ").trim().to_owned();
    Some(text).filter(|text| !text.is_empty())
}

impl Picture {
    /// Tells whether a file is the picture that was put there.
    pub fn stamp(bytes: &[u8]) -> String {
        files::hash([(Path::new(""), bytes)])[..16].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{document, title};
    use crate::words::{Lang, within};

    const RUN: &str = r#"{"schema": "trece-run/v1", "kata": "k02", "quick": true,
        "machine": {"cores": 2, "cpu": null, "os": "linux", "arch": "x86_64", "rustc": "rustc 1"},
        "versions": {"trece": "0.1.0", "PostgreSQL": "15.7"},
        "runs": [{"stopped": false}, {"stopped": true}]}"#;

    #[test]
    fn what_numbers_belong_to() {
        let measured = document("k02", RUN).unwrap();
        assert_eq!(measured.versions, ["trece 0.1.0", "PostgreSQL 15.7"]);
        assert_eq!((measured.quick, measured.runs, measured.stopped), (true, 2, 1));
        assert_eq!(within(Lang::Es, || measured.machine()), "2 núcleos, linux x86_64, rustc 1");
    }

    #[test]
    fn what_is_damaged_is_named() {
        for (is, becomes, said) in [
            ("run/v1", "run/v2", "trece-run/v2"),
            ("\"k02\"", "\"k03\"", "k03"),
            ("cores", "kernels", "`cores`"),
            ("\"15.7\"", "15.7", "`PostgreSQL`"),
            ("runs", "walks", "`runs`"),
            ("\"quick\": true", "\"quick\": 1", "`quick`"),
            ("}]}", "", ""),
        ] {
            let why = document("k02", &RUN.replace(is, becomes)).unwrap_err();
            assert!(why.contains(said), "{why}");
        }
    }

    #[test]
    fn a_picture_says_what_it_shows() {
        let svg = "<svg><title id=\"x\">k02: a &lt; b [ms]</title></svg>";
        assert_eq!(title(svg).as_deref(), Some("k02: a < b  ms"));
        assert_eq!(title("<svg><title></title></svg>"), None);
        assert_eq!(title("<svg/>"), None);
    }
}
