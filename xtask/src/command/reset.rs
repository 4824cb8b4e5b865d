use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use crate::cli::Target;
use crate::command::target;
use crate::files;
use crate::progress::{Progress, free_name};
use crate::t;
use crate::terminal::fold;
use crate::workbook::{Kata, Outcome, Trouble, Workbook};

/// Puts the stub back and keeps the work in a backup. Needs no git.
pub fn run(workbook: &Workbook, wanted: &Target) -> Outcome<ExitCode> {
    let mut progress = Progress::load(workbook)?;
    let kata = target::kata(workbook, &progress, wanted.kata.as_deref())?;
    let steps = match wanted.step {
        Some(number) => vec![target::numbered(kata, number)?],
        None => kata.steps.iter().collect(),
    };
    let backup = backup(workbook, kata)?;
    if let Some(number) = wanted.step {
        let file = target::numbered(kata, number)?.file();
        let stub = kata.stub().join(&file);
        let bytes = std::fs::read(&stub).map_err(|e| Trouble::file(&stub, &e))?;
        let path = kata.src().join(&file);
        files::write_atomic(&path, &bytes).map_err(|e| Trouble::file(&path, &e))?;
    } else {
        files::mirror(&kata.stub(), &kata.src()).map_err(|e| Trouble::file(&kata.src(), &e))?;
    }
    for step in steps {
        progress.forget(kata, step);
    }
    progress.save()?;
    print!("{}", fold(&t!("reset.done", kata = kata.id, path = workbook.shown(&backup)), 0));
    Ok(ExitCode::SUCCESS)
}

/// Copies the learner's tree to `.trece/backup/`.
pub fn backup(workbook: &Workbook, kata: &Kata) -> Outcome<PathBuf> {
    let stamp = humantime::format_rfc3339_seconds(SystemTime::now()).to_string().replace(':', "");
    let dir = workbook.root.join(".trece/backup").join(format!("{}-{stamp}", kata.id));
    let dir = free_name(&dir);
    files::mirror(&kata.src(), &dir).map_err(|e| Trouble::file(&dir, &e))?;
    Ok(dir)
}
