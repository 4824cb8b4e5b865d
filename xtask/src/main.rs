//! `cargo xtask`: the runner of the workbook.
//!
//! `workbook` and `progress` know what there is and what is done, `engine` turns a source tree into
//! a verdict, `show` puts it on the screen, `notebook` on a page, `command` has one file a command.
//! What is heavy to build (watching, measuring, grading a class) lives in packages of its own beside
//! this one, built on first use; grading stands on this package's library, which is everything below
//! the commands.

mod cli;
mod command;
mod notebook;
mod progress;
mod show;

use std::process::ExitCode;

use xtask::{common, engine, files, help, t, terminal, toml, words, workbook};

fn main() -> ExitCode {
    quiet_when_nobody_reads();
    let arguments: Vec<String> = std::env::args().collect();
    let language = words::choose_asked(&arguments);
    let (common, command) = match cli::read() {
        Ok(read) => read,
        Err(code) => return code,
    };
    terminal::choose(common.plain);
    if let (None, Some(lang)) = (language, common.lang) {
        eprintln!("{}", t!("trouble.no_such_language", lang = lang));
        return ExitCode::from(2);
    }
    match command::run(command) {
        Ok(code) => code,
        Err(trouble) => {
            eprintln!("{}", trouble.message);
            ExitCode::from(trouble.code)
        }
    }
}

/// `cargo xtask list | head`: a reader that has seen enough is no reason for a stack trace.
fn quiet_when_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload().downcast_ref::<String>();
        if said.is_some_and(|text| text.starts_with("failed printing to std")) {
            // What a shell reports of a process that ended by SIGPIPE.
            std::process::exit(141);
        }
        usual(panic);
    }));
}
