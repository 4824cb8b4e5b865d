//! Step 1: see it break.

use k00_given::accident::{Effect, Line};

pub fn effect_inventory() -> Vec<(Line, Effect)> {
    Line::ALL.into_iter().rev().map(|line| (line, effect(line))).collect()
}

fn effect(line: Line) -> Effect {
    match line {
        Line::D => Effect::ExternalEffect,
        Line::A | Line::E | Line::F => Effect::WritesState,
        Line::G => Effect::ReadsState,
        Line::C => Effect::ReadsClock,
        Line::B => Effect::Pure,
    }
}
