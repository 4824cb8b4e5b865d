//! Step 1: see it break.

use k00_given::accident::{Effect, Line};

pub fn effect_inventory() -> Vec<(Line, Effect)> {
    vec![
        (Line::A, Effect::Pure),
        (Line::B, Effect::Pure),
        (Line::C, Effect::ReadsClock),
        (Line::D, Effect::ExternalEffect),
        (Line::E, Effect::WritesState),
        (Line::F, Effect::Pure),
        (Line::G, Effect::Pure),
    ]
}
