use std::path::PathBuf;

/// What one thing is called by each package manager; empty where it has it not.
pub struct Names {
    pub apt: &'static str,
    pub dnf: &'static str,
    pub pacman: &'static str,
    pub apk: &'static str,
    pub brew: &'static str,
    pub winget: &'static str,
    /// Where there is no package manager.
    pub page: &'static str,
}

/// The command that installs it with the first package manager of this machine that has it, else
/// the page that tells how.
pub fn command(names: &Names) -> String {
    let managers = [
        ("apt-get", "sudo apt-get install", names.apt),
        ("dnf", "sudo dnf install", names.dnf),
        ("pacman", "sudo pacman -S", names.pacman),
        ("apk", "sudo apk add", names.apk),
        ("brew", "brew install", names.brew),
        ("winget", "winget install", names.winget),
    ];
    managers
        .into_iter()
        .find(|(program, _, package)| !package.is_empty() && on_path(program).is_some())
        .map_or_else(
            || names.page.to_owned(),
            |(_, install, package)| format!("{install} {package}"),
        )
}

/// Where the shell would find a program.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path).map(|dir| dir.join(&name)).find(|file| file.is_file())
}
