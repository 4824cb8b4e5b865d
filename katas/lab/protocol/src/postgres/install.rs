//! The command that installs PostgreSQL's server on this system.

use std::fs;

/// `None` where it is not known.
pub fn command() -> Option<String> {
    let command = if cfg!(target_os = "macos") {
        "brew install postgresql@17"
    } else if cfg!(windows) {
        "winget install PostgreSQL.PostgreSQL.17"
    } else {
        let release = ["/etc/os-release", "/usr/lib/os-release"].map(fs::read_to_string);
        of_linux(&release.into_iter().flatten().next()?)?
    };
    Some(command.to_owned())
}

/// `release` is the text of os-release: the system itself first, then those that it is like.
fn of_linux(release: &str) -> Option<&'static str> {
    let value = |key: &str| {
        let line = release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        line.unwrap_or_default().trim_matches(['"', '\'']).to_owned()
    };
    let names = format!("{} {}", value("ID"), value("ID_LIKE"));
    names.split_whitespace().find_map(|name| {
        Some(match name {
            "debian" | "ubuntu" => "sudo apt-get install postgresql",
            "fedora" | "rhel" | "centos" => "sudo dnf install postgresql-server",
            "arch" => "sudo pacman -S postgresql",
            "suse" | "opensuse" => "sudo zypper install postgresql-server",
            "alpine" => "sudo apk add postgresql",
            "void" => "sudo xbps-install postgresql",
            "gentoo" => "sudo emerge dev-db/postgresql",
            "nixos" => "nix-shell -p postgresql",
            _ => return None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::of_linux;

    #[test]
    fn each_system_has_its_command() {
        for (release, command) in [
            ("PRETTY_NAME=\"Debian\"\nID=debian\n", "sudo apt-get install postgresql"),
            ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "sudo apt-get install postgresql"),
            ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"", "sudo dnf install postgresql-server"),
            ("ID=fedora", "sudo dnf install postgresql-server"),
            ("ID=manjaro\nID_LIKE=arch", "sudo pacman -S postgresql"),
        ] {
            assert_eq!(of_linux(release), Some(command), "{release}");
        }
        assert_eq!(of_linux("ID=plan9\n"), None);
        assert_eq!(of_linux(""), None);
    }
}
