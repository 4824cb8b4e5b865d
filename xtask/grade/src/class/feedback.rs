//! What a student is told of a test that failed.

use std::fmt::Write as _;

use protocol::Status;
use xtask::engine::TestResult;

/// Columns of a timeline.
const WIDTH: usize = 80;
/// Characters of output that are kept of a test.
const KEPT: usize = 8 << 10;

/// What happened instead of the behaviour. `whole`: with the timeline, which only the first failure
/// of a kata shows.
pub fn message(result: &TestResult, whole: bool) -> Option<String> {
    if result.status == Status::Pass {
        return None;
    }
    let outcome = result.outcome.as_ref()?;
    let mut text = outcome.message.trim_end().to_owned();
    if let Some(place) = &outcome.place {
        let _ = write!(text, "\nat {}:{}", place.file, place.line);
    }
    if let (true, Some(timeline)) = (whole, &outcome.timeline) {
        let _ = write!(text, "\n\n{}", timeline.text(WIDTH).trim_end());
    }
    Some(text)
}

/// The end of what it printed: that is where it failed.
pub fn output(result: &TestResult) -> String {
    if result.passed() {
        return String::new();
    }
    let text = result.printed().join("\n");
    let skip = text.chars().count().saturating_sub(KEPT);
    text.chars().skip(skip).collect()
}
