//! What was asked for.

use std::ffi::OsString;

use crate::words::Lang;

#[derive(Debug, Clone)]
pub struct Options {
    pub lang: Lang,
    pub plain: bool,
    pub help: bool,
}

/// # Errors
/// The argument that is not understood.
pub fn parse(args: impl IntoIterator<Item = OsString>, lang: Lang) -> Result<Options, String> {
    let mut options = Options { lang, plain: false, help: false };
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        let bad = || arg.to_string_lossy().into_owned();
        match arg.to_str() {
            Some("--plain") => options.plain = true,
            Some("--help" | "-h") => options.help = true,
            Some("--lang") => match args.next().as_ref().and_then(|l| l.to_str()) {
                Some("en") => options.lang = Lang::En,
                Some("es") => options.lang = Lang::Es,
                _ => return Err(bad()),
            },
            _ => return Err(bad()),
        }
    }
    Ok(options)
}
