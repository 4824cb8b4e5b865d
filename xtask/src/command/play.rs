use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::external::{External, code_of, common, hand_over, not_started};
use super::{reset, target};
use crate::files;
use crate::progress::Progress;
use crate::t;
use crate::terminal::{bold, fold, hint, interactive};
use crate::workbook::{Kata, Outcome, Trouble, Workbook};

/// The function of an *observe* step that answers with a schedule.
const ANSWER: &str = "losing_schedule";

/// The learner is the scheduler. In a game of supplied code, the losing order that is found becomes
/// the answer of the first step; a game of its own package runs the learner's code.
pub fn run(workbook: &Workbook, kata: Option<&str>) -> Outcome<ExitCode> {
    let progress = Progress::load(workbook)?;
    let kata = target::kata(workbook, &progress, kata)?;
    let Some(binary) = &kata.play else {
        let some: Vec<&str> =
            workbook.path().filter(|k| k.play.is_some()).map(|k| k.id.as_str()).collect();
        return Err(Trouble::usage(if some.is_empty() {
            t!("play.nothing", kata = kata.id)
        } else {
            t!("play.nothing_here", kata = kata.id, some = some.join(", "))
        }));
    };
    if plays_own_code(kata) {
        let program = External { package: binary, binary, release: false };
        let mut command = program.command(workbook, &t!("play.building"));
        common(&mut command);
        return hand_over(command);
    }
    let name = format!(".trece/play/{}.txt", kata.id);
    let found = workbook.root.join(&name);
    // A schedule of last week is not what this game found.
    let _ = std::fs::remove_file(&found);
    std::fs::create_dir_all(workbook.root.join(".trece/play"))?;
    let package = format!("{}-given", kata.id);
    let program = External { package: &package, binary, release: false };
    let mut command = program.command(workbook, &t!("play.building"));
    let status =
        common(&mut command).args(["--answer", &name]).status().map_err(|e| not_started(&e))?;
    if let Ok(text) = std::fs::read_to_string(&found)
        && let Some(schedule) = schedule(&text)
    {
        keep(workbook, kata, &schedule)?;
    }
    Ok(code_of(status))
}

fn plays_own_code(kata: &Kata) -> bool {
    kata.dir.join("play/Cargo.toml").is_file()
}

/// One name a line: `A`, `B`, ….
fn schedule(text: &str) -> Option<Vec<String>> {
    let names: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
    let letter = |name: &String| matches!(name.as_bytes(), [b'A'..=b'Z']);
    (!names.is_empty() && names.iter().all(letter)).then_some(names)
}

/// Writes the answer into the first step's file if the learner wants that; never over his own
/// work.
fn keep(workbook: &Workbook, kata: &Kata, schedule: &[String]) -> Outcome<()> {
    let Some(step) = kata.steps.first() else { return Ok(()) };
    let path = kata.src().join(step.file());
    let shown = workbook.shown(&path);
    let source = std::fs::read_to_string(&path).map_err(|e| Trouble::file(&path, &e))?;
    let written = answered(&path, &source, schedule)?;
    let untouched =
        std::fs::read_to_string(kata.stub().join(step.file())).is_ok_and(|stub| stub == source);
    match written {
        Some(_) if !untouched => print!("{}", fold(&t!("play.changed", file = shown), 0)),
        Some(written) if wants(&shown)? => {
            let backup = reset::backup(workbook, kata)?;
            files::write_atomic(&path, written.as_bytes()).map_err(|e| Trouble::file(&path, &e))?;
            let backup = workbook.shown(&backup);
            print!("{}", fold(&t!("play.written", file = shown, backup = backup), 0));
        }
        _ => print!("{}", fold(&t!("play.paste", file = shown), 0)),
    }
    println!("{}  {}", t!("board.continue"), hint("cargo xtask check"));
    Ok(())
}

/// Where nobody can be asked, nothing is written.
fn wants(file: &str) -> Outcome<bool> {
    if !interactive() {
        return Ok(false);
    }
    print!("{} ", bold(&t!("play.ask", file = file)));
    std::io::stdout().flush()?;
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line)?;
    let answer = line.trim().to_lowercase();
    Ok(read > 0 && (answer.is_empty() || answer.starts_with(['y', 's'])))
}

/// The source with the body of the answering function replaced; none where it has no such
/// function.
fn answered(path: &Path, source: &str, schedule: &[String]) -> Outcome<Option<String>> {
    let tokens = TokenStream::from_str(source).map_err(|e| Trouble::file(path, &e))?;
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        let function = matches!(&token, TokenTree::Ident(word) if word == "fn");
        if !function || tokens.next().is_none_or(|name| name.to_string() != ANSWER) {
            continue;
        }
        let body = tokens.find_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
            _ => None,
        });
        let Some(body) = body else { return Ok(None) };
        let moves: Vec<String> = schedule.iter().map(|who| format!("Who::{who}")).collect();
        let mut written = source.to_owned();
        let body = body.span().byte_range();
        written.replace_range(body, &format!("{{\n    vec![{}]\n}}", moves.join(", ")));
        return Ok(Some(written));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{answered, plays_own_code, schedule};
    use crate::workbook::{Kata, Workbook};

    #[test]
    fn the_body_is_replaced_and_nothing_else() {
        let source = "//! «é» fn losing_schedule() {}\nfn other() { todo!() }\n\n/// Say.\npub fn \
                      losing_schedule() -> Vec<Who> {\n    todo!(\"{ who }\")\n}\n\nfn more() {}\n";
        let moves = ["A".to_owned(), "B".to_owned()];
        let written = answered(Path::new("s.rs"), source, &moves).unwrap().unwrap();
        assert_eq!(written, source.replace("    todo!(\"{ who }\")", "    vec![Who::A, Who::B]"));
        assert!(answered(Path::new("s.rs"), "fn other() {}", &moves).unwrap().is_none());
    }

    #[test]
    fn the_stub_of_a_kata_with_a_game_can_be_answered() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let workbook = Workbook::open(root).unwrap();
        let given = |k: &&Kata| k.play.is_some() && !plays_own_code(k);
        for kata in workbook.katas.iter().filter(given) {
            let stub = kata.stub().join(kata.steps[0].file());
            let source = std::fs::read_to_string(&stub).unwrap();
            assert!(answered(&stub, &source, &["A".to_owned()]).unwrap().is_some());
        }
    }

    #[test]
    fn only_names_are_a_schedule() {
        assert_eq!(schedule("A\nB\n"), Some(vec!["A".to_owned(), "B".to_owned()]));
        for wrong in ["", "A\nexit()\n", "AB\n", "A\n\nB\n"] {
            assert_eq!(schedule(wrong), None, "{wrong}");
        }
    }
}
