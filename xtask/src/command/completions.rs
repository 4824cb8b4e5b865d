use std::process::ExitCode;

use crate::t;
use crate::workbook::{Outcome, Trouble};

/// A shell function `trece` that runs `cargo xtask`, with completion of commands, options and
/// katas. (Cargo has no way to complete the arguments of an alias.)
pub fn run(shell: &str) -> Outcome<ExitCode> {
    let script = match shell {
        "bash" => BASH,
        "zsh" => ZSH,
        "fish" => FISH,
        _ => return Err(Trouble::usage(t!("completions.unknown", shell = shell))),
    };
    print!("{script}");
    Ok(ExitCode::SUCCESS)
}

const BASH: &str = r#"trece() { cargo xtask "$@"; }
_trece() {
    source <(cargo xtask --bpaf-complete-rev=8 "${COMP_WORDS[@]:1}" 2>/dev/null)
}
complete -o nosort -F _trece trece
"#;

const ZSH: &str = r#"trece() { cargo xtask "$@"; }
_trece() {
    source <(cargo xtask --bpaf-complete-rev=7 "${words[@]:1}" 2>/dev/null)
}
compdef _trece trece
"#;

const FISH: &str = r"function trece; cargo xtask $argv; end
function _trece
    set -l current (commandline --tokenize --current-process)
    cargo xtask --bpaf-complete-rev=9 $current[2..] 2>/dev/null | source
end
complete --no-files --command trece --arguments '(_trece)'
";
