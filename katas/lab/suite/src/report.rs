//! What a test leaves behind: the receipt, the outcome, or a readable text.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use protocol::{Outcome, Status};

use crate::numbers;

/// Columns of a timeline that is printed by a plain `cargo test`.
const WIDTH: usize = 80;

/// Whole or not at all: a reader never meets half a file.
pub fn write(path: &Path, content: &str) -> io::Result<()> {
    let part = path.with_extension("part");
    fs::write(&part, content)?;
    fs::rename(part, path)
}

/// The failure for a person who runs `cargo test`.
pub fn text(id: &str, outcome: &Outcome) -> String {
    let outcome = &numbers::outcome(outcome);
    let mark = if outcome.status == Status::Pass { '✓' } else { '✗' };
    let mut text = format!("\n{mark} {id} ({})\n", outcome.status);
    for line in outcome.message.lines() {
        let _ = writeln!(text, "  {line}");
    }
    if let Some(place) = &outcome.place {
        let _ = writeln!(text, "  at {}:{}", place.file, place.line);
    }
    if let Some(schedules) = outcome.schedules {
        let _ = writeln!(text, "  on schedule {schedules}");
    }
    if let Some(replay) = &outcome.replay {
        let _ = writeln!(text, "  replay code {replay}");
    }
    if let Some(timeline) = &outcome.timeline {
        text.push('\n');
        text.push_str(&timeline.text(WIDTH));
    }
    text
}

#[cfg(test)]
mod tests {
    use protocol::timeline::Row;
    use protocol::{Outcome, Place, Status, Timeline};

    #[test]
    fn the_text_shows_all_that_is_known() {
        let mut outcome = Outcome::new(Status::Fail, "left 1\nright 2");
        outcome.place = Some(Place { file: "a.rs".into(), line: 3 });
        outcome.schedules = Some(2);
        outcome.replay = Some("A.B".into());
        outcome.timeline = Some(Timeline {
            lanes: vec!["A".into()],
            rows: vec![Row::new(0, "lock")],
            ..Timeline::default()
        });
        assert_eq!(
            super::text("s1::holds", &outcome),
            "\n✗ s1::holds (fail)\n  left 1\n  right 2\n  at a.rs:3\n  on schedule 2\n  \
             replay code A.B\n\n      A\n  1   lock\n"
        );
    }
}
