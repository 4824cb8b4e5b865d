//! The frame of a bench's program.

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use crate::words::words;
use crate::{Asked, Lang, Options, Profile, fill, parse};

/// Reads the program's arguments and does what they ask for: `bench`, or the usage, or it names the
/// argument that is not understood and ends with 2.
pub fn start(
    profile: &Profile,
    usage: fn(Lang) -> &'static str,
    bench: impl FnOnce(&Options) -> ExitCode,
) -> ExitCode {
    let lang = Lang::of_environment();
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    match parse(args, lang, profile) {
        Ok(Asked::Bench(options)) => bench(&options),
        Ok(Asked::Help(lang)) => {
            print!("{}", usage(lang));
            ExitCode::SUCCESS
        }
        Err(bad) => {
            eprintln!("{}", fill(words(lang).bad_argument, &[&bad]));
            ExitCode::from(2)
        }
    }
}

/// How a measuring ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// No code was found wrong.
    Sound,
    /// Some was.
    Wrong,
    /// By the reader.
    Stopped,
}

/// The program's end: as the measuring's, or a reader has gone away. After a Ctrl-C it is 130, as
/// that of a program which SIGINT ended.
pub fn exit(told: &io::Result<End>) -> ExitCode {
    match told {
        Ok(End::Sound) => ExitCode::SUCCESS,
        Ok(End::Stopped) => ExitCode::from(130),
        Ok(End::Wrong) => ExitCode::FAILURE,
        Err(error) => {
            if error.kind() != io::ErrorKind::BrokenPipe {
                eprintln!("{error}");
            }
            ExitCode::FAILURE
        }
    }
}
