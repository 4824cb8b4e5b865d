use std::path::{Path, PathBuf};

use protocol::Timeline;

use super::read::{Reader, Texts};
use super::{Outcome, Trouble, Workbook};

/// The milestone of a month, `katas/month-N.toml`: questions that the runner can check, about what
/// is known and about a timeline, and others that a person answers in the notebook.
#[derive(Debug)]
pub struct Month {
    pub number: i64,
    milestone: Texts,
    pub questions: Vec<Question>,
    /// What the lanes of the timeline are about.
    setting: Texts,
    /// Of code that the month's katas do not show elsewhere.
    pub timeline: Timeline,
    pub about_timeline: Vec<Question>,
    write: Vec<Texts>,
}

/// A question with one right answer.
#[derive(Debug)]
pub struct Question {
    /// Its name in what is kept of the answers; another question has another.
    pub id: String,
    asked: Texts,
    choices: Vec<Texts>,
    /// Index into the choices.
    pub answer: usize,
    /// What there is to say to each choice.
    why: Vec<Texts>,
}

impl Month {
    fn path(workbook: &Workbook, number: i64) -> PathBuf {
        workbook.root.join(format!("katas/month-{number}.toml"))
    }

    /// The milestone of a month; none where there is none yet.
    ///
    /// # Errors
    /// A file that is not what it must be.
    pub fn find(workbook: &Workbook, number: i64) -> Outcome<Option<Self>> {
        let path = Self::path(workbook, number);
        if path.is_file() { Self::read(&path, number).map(Some) } else { Ok(None) }
    }

    /// Where the answers to it are kept, once there are any.
    pub fn answers(workbook: &Workbook, number: i64) -> PathBuf {
        workbook.root.join(format!(".trece/month-{number}.toml"))
    }

    fn read(path: &Path, number: i64) -> Outcome<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| Trouble::file(path, &e))?;
        let document = toml_span::parse(&text).map_err(|e| Trouble::file(path, &e))?;
        let table = document.as_table().expect("a document is a table");
        let reader = Reader { path, table };
        let shown = reader.below("timeline").ok_or_else(|| reader.wrong("timeline"))?;
        Ok(Self {
            number,
            milestone: reader.texts("milestone")?,
            questions: questions(&reader)?,
            setting: shown.texts("setting")?,
            timeline: timeline(&path.with_extension("timeline.json"))?,
            about_timeline: questions(&shown)?,
            write: reader.all_texts("write"),
        })
    }

    pub fn milestone(&self) -> &str {
        self.milestone.get()
    }

    pub fn setting(&self) -> &str {
        self.setting.get()
    }

    /// What a person is asked to write, where no runner can tell right from wrong.
    pub fn write(&self) -> impl Iterator<Item = &str> {
        self.write.iter().map(Texts::get)
    }

    /// All that the runner can check.
    pub fn all(&self) -> impl Iterator<Item = &Question> {
        self.questions.iter().chain(&self.about_timeline)
    }
}

impl Question {
    pub fn question(&self) -> &str {
        self.asked.get()
    }

    pub fn choices(&self) -> impl Iterator<Item = &str> {
        self.choices.iter().map(Texts::get)
    }

    /// What there is to say to a choice, by its index.
    pub fn why(&self, choice: usize) -> &str {
        self.why[choice].get()
    }
}

/// The months that have a milestone.
pub fn months(workbook: &Workbook) -> Vec<i64> {
    (1..=6).filter(|number| Month::path(workbook, *number).is_file()).collect()
}

fn questions(reader: &Reader<'_>) -> Outcome<Vec<Question>> {
    reader.each("question")?.iter().map(question).collect()
}

fn question(reader: &Reader<'_>) -> Outcome<Question> {
    let (choices, why) = (reader.all_texts("choices"), reader.all_texts("why"));
    let answer = usize::try_from(reader.number("answer")?).unwrap_or(0);
    if answer == 0 || answer > choices.len() {
        return Err(reader.wrong("answer"));
    }
    if why.len() != choices.len() {
        return Err(reader.wrong("why"));
    }
    Ok(Question {
        id: reader.text("id")?,
        asked: reader.texts("question")?,
        choices,
        answer: answer - 1,
        why,
    })
}

/// As it was recorded, but for the lines of a source that the reader does not have.
fn timeline(path: &Path) -> Outcome<Timeline> {
    let text = std::fs::read_to_string(path).map_err(|e| Trouble::file(path, &e))?;
    let mut timeline = Timeline::from_json(&text).map_err(|e| Trouble::file(path, &e))?;
    for row in &mut timeline.rows {
        row.at = None;
    }
    Ok(timeline)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::{Month, months};
    use crate::workbook::Workbook;

    #[test]
    fn a_milestone_is_complete_in_both_languages() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let workbook = Workbook::open(root).unwrap();
        assert_eq!(months(&workbook), [1]);
        for number in months(&workbook) {
            let month = Month::find(&workbook, number).unwrap().unwrap();
            assert_eq!(month.questions.len(), 5, "the plan's five questions");
            assert!(!month.about_timeline.is_empty() && month.timeline.lanes.len() > 1);
            let ids: BTreeSet<&str> = month.all().map(|q| q.id.as_str()).collect();
            assert_eq!(ids.len(), month.all().count(), "a name is taken twice");
            let of_questions =
                month.all().flat_map(|q| [&q.asked].into_iter().chain(&q.choices).chain(&q.why));
            let others = [&month.milestone, &month.setting].into_iter().chain(&month.write);
            for text in of_questions.chain(others) {
                assert!(text.in_both(), "{text:?}");
            }
        }
    }
}
