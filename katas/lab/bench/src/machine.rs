//! What the absolute numbers belong to.

use std::process::Command;
use std::thread::available_parallelism;

use jzon::{JsonValue, object};

/// The machine and the compiler, as far as they say of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// How many threads run at one time.
    pub cores: usize,
    pub cpu: Option<String>,
    pub os: String,
    pub arch: String,
    /// `rustc --version`.
    pub rustc: String,
    /// Whether this program was built without the checks of a debug build.
    pub optimised: bool,
}

impl Machine {
    /// This machine, and the compiler that made this program.
    pub fn read() -> Self {
        Self {
            cores: cores(),
            cpu: cpu(),
            os: std::env::consts::OS.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
            rustc: env!("TRECE_RUSTC").to_owned(),
            optimised: !cfg!(debug_assertions),
        }
    }

    /// All but `optimised`, which a report puts last.
    pub(crate) fn json(&self) -> JsonValue {
        object! {
            "cores": self.cores,
            "cpu": self.cpu.as_deref(),
            "os": self.os.as_str(),
            "arch": self.arch.as_str(),
            "rustc": self.rustc.as_str(),
        }
    }
}

/// How many threads the operating system lets this process run at one time.
pub fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

fn cpu() -> Option<String> {
    let name = if cfg!(target_os = "macos") {
        let out = Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"]).output().ok()?;
        String::from_utf8(out.stdout).ok()?
    } else if cfg!(windows) {
        std::env::var("PROCESSOR_IDENTIFIER").ok()?
    } else {
        let info = std::fs::read_to_string("/proc/cpuinfo").ok()?;
        let line = info.lines().find(|line| line.starts_with("model name"))?;
        line.split_once(':')?.1.to_owned()
    };
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_says_what_it_is() {
        let machine = Machine::read();
        assert!(machine.cores > 0);
        assert!(machine.rustc.starts_with("rustc "), "{}", machine.rustc);
    }
}
