//! Keys: equal ones, equal verdicts.

use std::fs;

use sha2::{Digest, Sha256};
use xtask::files;
use xtask::workbook::{Kata, Outcome, Trouble, Workbook};

use super::{Class, Work};
use crate::intake::{add, add_tree, hex};

/// SHA-256 of parts.
pub fn of(parts: &[&[u8]]) -> Sha256 {
    let mut sum = Sha256::new();
    for part in parts {
        add(&mut sum, part);
    }
    sum
}

/// Of everything that a kata's verdict stands on but the submission.
pub fn template(workbook: &Workbook, kata: &Kata) -> Outcome<String> {
    let mut sum = Sha256::new();
    for file in ["Cargo.lock", "Cargo.toml", ".cargo/config.toml"] {
        let path = workbook.root.join(file);
        add(&mut sum, &fs::read(&path).map_err(|e| Trouble::file(&path, &e))?);
    }
    for file in ["Cargo.toml", "kata.toml", "tests.toml"] {
        let path = kata.dir.join(file);
        add(&mut sum, &fs::read(&path).map_err(|e| Trouble::file(&path, &e))?);
    }
    let lab = workbook.root.join("katas/lab");
    for dir in [kata.dir.join("tests"), kata.dir.join("given"), lab] {
        if dir.is_dir() {
            let hash = files::hash_tree(&dir).map_err(|e| Trouble::file(&dir, &e))?;
            add(&mut sum, hash.as_bytes());
        }
    }
    Ok(hex(sum))
}

/// Of a unit.
pub fn unit(class: &Class<'_>, work: &Work<'_>) -> String {
    let settings = &class.settings;
    let mut sum = of(&[
        work.subject.template.as_bytes(),
        class.tool.version.as_bytes(),
        class.tool.rustc.as_bytes(),
        class.tool.policy_sha256.as_bytes(),
        &settings.seed.to_le_bytes(),
        &settings.confirm.to_le_bytes(),
        &[u8::from(settings.require_oracle)],
    ]);
    let id = &work.subject.kata.id;
    if let Some(tree) = work.taken.trees.get(id) {
        add_tree(&mut sum, tree);
    }
    let refused = work.taken.refused.get(id).into_iter().flatten();
    for finding in refused.chain(&work.taken.refused_whole) {
        add(&mut sum, finding.file.as_bytes());
        add(&mut sum, finding.message.as_bytes());
    }
    hex(sum)
}
