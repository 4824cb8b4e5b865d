//! `xtask-watch RUNNER FOLDER SETTINGS`: checks a kata again at every save.
//!
//! A package of its own, since nobody who only checks should wait for it to be built. The runner
//! starts it and hands over everything that it says, so the words stay in one catalogue.
//!
//! What decides is the content of the files, not the events: an event is only a reason to look.
//! So no save is lost, neither one during a run nor one between two runs.

mod events;
mod job;
mod screen;
mod session;
mod settings;
mod snapshot;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use screen::Screen;
use session::Session;
use settings::Settings;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let [runner, folder, settings] = &arguments[..] else {
        eprintln!("usage: xtask-watch RUNNER FOLDER SETTINGS (`cargo xtask watch` starts it)");
        return ExitCode::from(2);
    };
    let Some(settings) = settings.to_str().and_then(Settings::parse) else {
        eprintln!("xtask-watch: {} are no settings", settings.display());
        return ExitCode::from(2);
    };
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let screen = Screen::new(terminal, settings.plain);
    let folder = PathBuf::from(folder);
    let (tell, told) = std::sync::mpsc::channel();
    if let Err(error) = events::signals(tell.clone()) {
        eprintln!("xtask-watch: {error}");
        return ExitCode::FAILURE;
    }
    let watcher = match events::saves(&folder, tell.clone()) {
        Ok(watcher) => Some(watcher),
        // A network folder, or no watches left: looking every second finds every save as well.
        Err(error) => {
            eprintln!("{}", settings.words.no_events.replace("{error}", &error.to_string()));
            None
        }
    };
    if terminal {
        events::keys(tell);
    } else {
        events::end_of_input(tell);
    }
    Session::new(runner.into(), folder, settings, screen, told).run();
    drop(watcher);
    ExitCode::SUCCESS
}
