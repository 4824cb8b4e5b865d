use std::process::ExitCode;

use jzon::object;

use super::external::{External, hand_over};
use super::target;
use crate::progress::Progress;
use crate::t;
use crate::terminal::look;
use crate::words::lang;
use crate::workbook::{Outcome, Trouble, Workbook};

const WATCHER: External<'static> =
    External { package: "xtask-watch", binary: "xtask-watch", release: false };

/// Checks again at every save. The watcher is told everything that it says.
pub fn run(workbook: &Workbook, kata: Option<&str>) -> Outcome<ExitCode> {
    let progress = Progress::load(workbook)?;
    let kata = target::kata(workbook, &progress, kata)?;
    let runner = std::env::current_exe().map_err(|e| Trouble::new(e.to_string()))?;
    let folder = workbook.shown(&kata.dir);
    let settings = object! {
        "kata": kata.id.as_str(),
        "lang": lang().code(),
        "plain": look().plain,
        "words": {
            "waiting": t!("watch.waiting", folder = folder),
            "saved": t!("watch.saved"),
            "stopped": t!("watch.stopped"),
            "no_events": t!("watch.no_events"),
            "keys": [
                [t!("watch.enter"), t!("watch.check"), t!("watch.check_long")],
                ["a", t!("watch.all"), t!("watch.all_long")],
                ["h", t!("watch.hint"), t!("watch.hint_long")],
                ["n", t!("watch.next"), t!("watch.next_long")],
                ["l", t!("watch.list"), t!("watch.list_long")],
                ["?", t!("watch.help"), t!("watch.help_long")],
                ["q", t!("watch.quit"), t!("watch.quit_long")],
            ],
        },
    };
    let mut command = WATCHER.command(workbook, &t!("watch.building"));
    command.arg(runner).arg(&kata.dir).arg(settings.dump());
    hand_over(command)
}
