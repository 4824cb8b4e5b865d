use crate::report;
use crate::run::{Run, lock};

/// Says what an explorer tried, in a few words that are the same each time for the same code: the
/// runner compares them between repetitions. A test that explores several times says it as often.
/// Without a runner nothing happens.
pub fn fingerprint(words: &str) {
    let Some(run) = Run::current() else { return };
    let Some(dir) = run.dir() else { return };
    let mut tried = lock(&run.tried);
    tried.push(words.to_owned());
    // Only a comparison is lost.
    let _ = report::write(&dir.join("fingerprint"), &tried.join("\n"));
}
