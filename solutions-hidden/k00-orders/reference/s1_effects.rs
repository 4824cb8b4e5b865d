//! Step 1: see it break.

use k00_given::accident::{Effect, Line};

/// State in the memory of a process is state. And whoever reads the clock gets another answer later,
/// so the line is not pure, although it touches nothing.
pub fn effect_inventory() -> Vec<(Line, Effect)> {
    vec![
        (Line::A, Effect::WritesState),
        (Line::B, Effect::Pure),
        (Line::C, Effect::ReadsClock),
        (Line::D, Effect::ExternalEffect),
        (Line::E, Effect::WritesState),
        (Line::F, Effect::WritesState),
        (Line::G, Effect::ReadsState),
    ]
}
