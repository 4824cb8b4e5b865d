//! What the processes of a test use up, as the system tells it.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use super::Allowance;

/// A test has a handful of files.
const FILES: usize = 4096;

/// Did a test use up what it may: memory, processes, disk?
pub fn exceeded(child: u32, dir: &Path, allowance: &Allowance) -> bool {
    let used = processes(child);
    used.count + 2 >= allowance.processes || used.memory > allowance.memory || {
        let mut files = 0;
        disk(dir, &mut files, allowance.disk) > allowance.disk || files > FILES
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Used {
    /// Processes and threads.
    count: u64,
    /// Bytes that are resident, together.
    memory: u64,
}

/// Of a process, its descendants and its group.
fn processes(root: u32) -> Used {
    let Ok(entries) = fs::read_dir("/proc") else { return Used::default() };
    let all: Vec<Stat> = entries
        .flatten()
        .filter_map(|entry| Stat::of(&fs::read_to_string(entry.path().join("stat")).ok()?))
        .collect();
    let mut ours = HashSet::from([root]);
    loop {
        let before = ours.len();
        let more = all.iter().filter(|s| ours.contains(&s.parent) || s.group == root);
        ours.extend(more.map(|s| s.pid).collect::<Vec<_>>());
        if ours.len() == before {
            break;
        }
    }
    let page = u64::try_from(rustix::param::page_size()).unwrap_or(4096);
    all.iter().filter(|s| ours.contains(&s.pid)).fold(Used::default(), |sum, s| Used {
        count: sum.count + s.threads,
        memory: sum.memory + s.pages * page,
    })
}

/// A line of `/proc/PID/stat`.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    pid: u32,
    parent: u32,
    group: u32,
    threads: u64,
    pages: u64,
}

impl Stat {
    fn of(line: &str) -> Option<Self> {
        // The name is in parentheses and may hold anything, parentheses too.
        let (head, tail) = (line.split_once('(')?.0, line.rsplit_once(')')?.1);
        let fields: Vec<&str> = tail.split_whitespace().collect();
        Some(Self {
            pid: head.trim().parse().ok()?,
            parent: fields.get(1)?.parse().ok()?,
            group: fields.get(2)?.parse().ok()?,
            threads: fields.get(17)?.parse().ok()?,
            pages: fields.get(21)?.parse().ok()?,
        })
    }
}

/// Bytes below a folder, or a little more than `most`.
fn disk(dir: &Path, files: &mut usize, most: u64) -> u64 {
    let mut sum = 0;
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        let Ok(entries) = fs::read_dir(dir) else { continue };
        for entry in entries.flatten() {
            *files += 1;
            let Ok(there) = entry.metadata() else { continue };
            if there.is_dir() {
                dirs.push(entry.path());
            } else {
                sum += there.len();
            }
            if sum > most || *files > FILES {
                return sum;
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::{Stat, disk, processes};

    #[test]
    fn a_name_may_look_like_the_rest() {
        let line = "12 (a) b) S 3 4 5 0 -1 0 0 0 0 0 0 0 0 0 20 0 7 0 9 1000 42 0";
        let stat = Stat { pid: 12, parent: 3, group: 4, threads: 7, pages: 42 };
        assert_eq!(Stat::of(line), Some(stat));
        assert_eq!(Stat::of("12 (a S"), None);
    }

    #[test]
    fn this_process_uses_something() {
        let used = processes(std::process::id());
        assert!(used.count >= 1 && used.memory > 0);
    }

    #[test]
    fn a_folder_is_summed_up() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("a")).unwrap();
        std::fs::write(dir.path().join("a/b"), [0; 100]).unwrap();
        let mut files = 0;
        assert_eq!((disk(dir.path(), &mut files, 1000), files), (100, 2));
    }
}
