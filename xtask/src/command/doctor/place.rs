//! Where the workbook lies, and what surrounds it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Finding;
use crate::files;
use crate::t;
use crate::words::lang;
use crate::workbook::Workbook;

/// Below this, building everything is likely to fail half-way.
const LEAST_MIB: u64 = 4096;

/// The learner's own files can be written, and progress beside them.
pub fn sources(workbook: &Workbook) -> Finding {
    let name = t!("doctor.sources");
    let closed = workbook.katas.iter().find_map(|kata| {
        let src = kata.src();
        let open = |file: &PathBuf| fs::File::options().append(true).open(src.join(file)).is_err();
        files::tree(&src).ok()?.into_iter().find(open).map(|file| src.join(file))
    });
    let closed = closed.or_else(|| {
        let dir = workbook.root.join(".trece");
        (!writable(&dir)).then_some(dir)
    });
    match closed {
        None => Finding::good(name, t!("doctor.writable")),
        Some(path) => {
            let shown = workbook.shown(&path);
            let mend = format!("sudo chown -R \"$USER\" \"{}\"", workbook.root.display());
            Finding::missing(name, t!("doctor.not_writable", path = shown), mend)
        }
    }
}

pub fn target(workbook: &Workbook) -> Finding {
    let target = workbook.target();
    let name = t!("doctor.target");
    if writable(&target) {
        return Finding::good(name, target.display().to_string());
    }
    let says = t!("doctor.not_writable", path = target.display());
    Finding::missing(name, says, "export CARGO_TARGET_DIR=\"$HOME/.cache/trece\"")
}

/// Can a file be made in a folder, or in the one that it would be made in?
fn writable(dir: &Path) -> bool {
    let Some(there) = dir.ancestors().find(|d| d.is_dir()) else { return false };
    let probe = there.join(format!(".doctor.{}", std::process::id()));
    let written = fs::write(&probe, b"").is_ok();
    let _ = fs::remove_file(&probe);
    written
}

pub fn progress(workbook: &Workbook) -> Finding {
    let name = t!("doctor.progress");
    let path = workbook.root.join(".trece/progress.toml");
    match fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Finding::good(name, t!("doctor.no_progress"))
        }
        Err(error) => {
            let mend = format!("chmod u+rw \"{}\"", path.display());
            Finding::missing(name, error.to_string(), mend)
        }
        Ok(text) if toml_span::parse(&text).is_ok() => Finding::good(name, workbook.shown(&path)),
        // The next command that needs it begins a new one and keeps this one beside it.
        Ok(_) => Finding::optional(name, t!("doctor.damaged"), "cargo xtask"),
    }
}

/// Flags from elsewhere take the place of the workbook's own.
pub fn flags(workbook: &Workbook) -> Finding {
    let name = t!("doctor.flags");
    let variables = ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS"];
    let set = variables.into_iter().find_map(|v| Some((v, std::env::var(v).ok()?)));
    if let Some((variable, value)) = set {
        if value.contains("tokio_unstable") {
            return Finding::good(name, format!("{variable}=\"{value}\""));
        }
        let says = t!("doctor.flags_replaced", what = variable);
        return Finding::optional(name, says, format!("unset {variable}"));
    }
    match config_with_flags(workbook) {
        None => Finding::good(name, t!("doctor.flags_own")),
        Some(path) => {
            let says = t!("doctor.flags_replaced", what = path.display());
            let mend = "export RUSTFLAGS=\"--cfg tokio_unstable\"";
            Finding::optional(name, says, mend)
        }
    }
}

/// A configuration of cargo with `[target.…] rustflags`, which are stronger than `[build]`'s.
fn config_with_flags(workbook: &Workbook) -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))?;
    let above = workbook.root.ancestors().map(|dir| dir.join(".cargo"));
    let folders = above.chain([home]);
    folders.flat_map(|dir| [dir.join("config.toml"), dir.join("config")]).find(|path| {
        let text = fs::read_to_string(path).unwrap_or_default();
        let Ok(config) = toml_span::parse(&text) else { return false };
        let targets = config.pointer("/target").and_then(|t| t.as_table());
        targets.into_iter().flatten().any(|(_, target)| {
            let flags = target.as_table().and_then(|t| t.get("rustflags"));
            flags.is_some_and(|f| !text[f.span.start..f.span.end].contains("tokio_unstable"))
        })
    })
}

/// Signs and accents need UTF-8.
pub fn locale(_workbook: &Workbook) -> Finding {
    let name = t!("doctor.locale");
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|v| {
        let value = std::env::var(v).ok().filter(|value| !value.is_empty())?;
        Some((v, value))
    });
    let language = t!("doctor.language", lang = lang().code());
    let utf8 = |value: &str| value.to_lowercase().replace('-', "").contains("utf8");
    match set {
        _ if cfg!(windows) => Finding::good(name, language),
        Some((variable, value)) if utf8(&value) => {
            Finding::good(name, format!("{language} {variable}={value}"))
        }
        _ => {
            let says = format!("{language} {}", t!("doctor.no_utf8"));
            Finding::optional(name, says, "export LC_ALL=C.UTF-8")
        }
    }
}

pub fn disk(workbook: &Workbook) -> Finding {
    let name = t!("doctor.disk");
    let Some(free) = free_mib(&workbook.target()) else {
        return Finding::optional(name, t!("doctor.disk_unknown"), "");
    };
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
    let shown = format!("{:.1} GiB", free as f64 / 1024.0);
    if free >= LEAST_MIB {
        return Finding::good(name, t!("doctor.disk_free", free = shown));
    }
    Finding::optional(name, t!("doctor.disk_low", free = shown), "cargo clean")
}

/// The column of POSIX's `df -P` that says what is available. The standard library cannot ask.
fn free_mib(target: &Path) -> Option<u64> {
    let there = target.ancestors().find(|d| d.is_dir())?;
    let output = Command::new("df").arg("-Pk").arg(there).output().ok()?;
    available_kib(&String::from_utf8_lossy(&output.stdout)).map(|kib| kib / 1024)
}

fn available_kib(df: &str) -> Option<u64> {
    let words: Vec<&str> = df.lines().nth(1)?.split_whitespace().collect();
    // From the right: the name of a file system may have spaces, and so may a mount point; the
    // percentage stands right of what is available.
    let percent = words.iter().rposition(|w| w.ends_with('%'))?;
    words.get(percent.checked_sub(1)?)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{available_kib, writable};

    #[test]
    fn reads_what_df_says() {
        let linux =
            "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 10 4 6000 14% /\n";
        assert_eq!(available_kib(linux), Some(6000));
        let mac =
            "Filesystem 1024-blocks Used Available Capacity Mounted on\nmap auto 1 2 7 9% /a b\n";
        assert_eq!(available_kib(mac), Some(7));
        assert_eq!(available_kib("df: no such file\n"), None);
    }

    #[test]
    fn tries_the_folder_that_there_is() {
        let dir = tempfile::tempdir().unwrap();
        assert!(writable(&dir.path().join("not/yet")));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "the probe is gone");
    }
}
