//! Step 1: see it break.

use k00_given::accident::{Effect, Line};

pub fn effect_inventory() -> Vec<(Line, Effect)> {
    vec![
        (Line::A, Effect::WritesState),
        (Line::B, Effect::Pure),
        (Line::C, Effect::ReadsClock),
        (Line::D, Effect::WritesState),
        (Line::E, Effect::WritesState),
        (Line::F, Effect::WritesState),
        (Line::G, Effect::ReadsState),
    ]
}
