//! What every command understands, the runner's and those of grading a class.

use bpaf::{Parser, construct, long};

use crate::t;

/// The options of all commands.
#[derive(Debug, Clone)]
pub struct Common {
    pub lang: Option<String>,
    pub plain: bool,
}

/// Reads them, wherever they stand behind the command's name.
pub fn common() -> impl Parser<Common> {
    let lang = long("lang").help(&*t!("help.lang")).argument("LANG").optional();
    let plain = long("plain").help(&*t!("help.plain")).switch();
    construct!(Common { lang, plain })
}
