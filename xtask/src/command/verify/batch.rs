//! What one build proves.
//!
//! No test needs the code of another step. So traps of different steps are laid over the reference
//! together, one a step, and built once; each is judged by the tests of its own step. What a trap
//! leaves as the reference has it is proved there, the steps before it included.

use std::path::Path;

use protocol::Status;

use super::judge::Role;
use super::variants::Variant;
use crate::engine::Overlay;
use crate::workbook::{Kata, Trap};

/// Answers that are built together.
pub struct Batch {
    pub tree: Overlay,
    pub variants: Vec<Variant>,
}

impl Batch {
    pub fn alone(variant: Variant) -> Self {
        Self { tree: variant.tree.clone(), variants: vec![variant] }
    }

    /// The name of the first, which tells it from every other batch.
    pub fn name(&self) -> &str {
        self.variants.first().map_or("", |v| &v.name)
    }
}

/// As few builds as these variants need, those of one variant first.
pub fn batches(kata: &Kata, reference: &Overlay, variants: Vec<Variant>) -> Vec<Batch> {
    let mut alone = Vec::new();
    let mut together: Vec<Batch> = Vec::new();
    for variant in variants {
        let Some(file) = combines(kata, reference, &variant) else {
            alone.push(Batch::alone(variant));
            continue;
        };
        let free = |b: &&mut Batch| b.variants.iter().all(|v| v.own != variant.own);
        if let Some(batch) = together.iter_mut().find(free) {
            batch.tree.put(&file, variant.tree.get(&file).unwrap_or_default());
            batch.variants.push(variant);
        } else {
            together.push(Batch::alone(variant));
        }
    }
    alone.extend(together);
    alone
}

/// The one file by which a trap differs from the reference, where it is its step's and the trap is
/// one that builds and runs.
fn combines(kata: &Kata, reference: &Overlay, variant: &Variant) -> Option<String> {
    let Role::Trap(trap) = &variant.role else { return None };
    let file = kata.steps.iter().find(|s| s.module == trap.step)?.file();
    (runs(trap) && variant.tree.differing(reference) == [Path::new(&file)]).then_some(file)
}

fn runs(trap: &Trap) -> bool {
    !trap.fails.iter().any(|e| matches!(e.how, Status::Refused | Status::BuildFailed))
}
