//! What else the machine did meanwhile.

/// What others do on the machine while something is measured.
#[derive(Debug)]
pub struct Others(Option<Ticks>);

/// Time of all cores since the machine's start, in the operating system's ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ticks {
    all: u64,
    idle: u64,
    ours: u64,
}

impl Others {
    /// From now on.
    pub fn watch() -> Self {
        Self(Ticks::now())
    }

    /// The share of the machine's time that other programs had since [`Self::watch`], from 0 to 1.
    /// Where nobody tells (only Linux does), none.
    pub fn share(&self) -> Option<f64> {
        Some(self.0?.others_until(Ticks::now()?))
    }
}

impl Ticks {
    fn now() -> Option<Self> {
        let machine = std::fs::read_to_string("/proc/stat").ok()?;
        let process = std::fs::read_to_string("/proc/self/stat").ok()?;
        Self::read(&machine, &process)
    }

    fn read(machine: &str, process: &str) -> Option<Self> {
        // user nice system idle iowait irq softirq steal; what follows is part of the first two.
        let cpu = machine.lines().next()?.strip_prefix("cpu ")?;
        let cpu: Vec<u64> = cpu.split_whitespace().take(8).flat_map(str::parse).collect();
        // The program's name, in brackets, may hold anything; utime and stime are the 12th and
        // 13th after it.
        let own: Vec<_> = process.rsplit_once(')')?.1.split_whitespace().collect();
        let own = |at: usize| own.get(at)?.parse::<u64>().ok();
        Some(Self {
            all: cpu.iter().sum(),
            idle: cpu.get(3)? + cpu.get(4)?,
            ours: own(11)? + own(12)?,
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "a share of two digits")]
    fn others_until(self, end: Self) -> f64 {
        let all = end.all.saturating_sub(self.all).max(1);
        let quiet = end.idle.saturating_sub(self.idle) + end.ours.saturating_sub(self.ours);
        all.saturating_sub(quiet) as f64 / all as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_had_what_was_neither_idle_nor_ours() {
        let at = |machine: &str, ours: u64| {
            let process = format!("7 (a ) name) R 1 2 3 4 5 6 7 8 9 10 {ours} 0 0 0");
            Ticks::read(machine, &process).expect("the kernel's form")
        };
        let begin = at("cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 1 2", 50);
        let end = at("cpu  150 0 110 820 5 5 0 10 0 0\n", 75);
        assert_eq!(end, Ticks { all: 1100, idle: 825, ours: 75 });
        // 100 passed, 25 of them idle, 25 ours.
        assert!((begin.others_until(end) - 0.5).abs() < 1e-9);
        assert_eq!(Ticks::read("", ""), None);
    }
}
