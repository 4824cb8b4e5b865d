//! Verdicts and progress on the screen and as JSON.

mod board;
mod failure;
mod json;
mod junit;
mod spinner;

pub use board::{board, deeper, kata_line, state_word, step_line, where_to_begin};
pub use failure::{build_failure, failure, refused, schedule_holds};
pub use json::{check_json, list_json, timeline_path};
pub use junit::check_junit;
pub use spinner::Spinner;
