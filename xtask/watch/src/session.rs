use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::events::{Event, Key};
use crate::job::Job;
use crate::screen::{Screen, SingleKeys};
use crate::settings::Settings;
use crate::snapshot::Snapshot;

/// How often a running job is asked whether it has ended.
const TICK: Duration = Duration::from_millis(15);
/// How often the files are looked at without an event: a network folder has none, and a full
/// queue drops some.
const LOOK: Duration = Duration::from_secs(1);

/// Runs, saves and keys, until the learner has enough.
#[derive(Debug)]
pub struct Session {
    runner: PathBuf,
    folder: PathBuf,
    settings: Settings,
    screen: Screen,
    events: Receiver<Event>,
    job: Option<Job>,
    /// Held only while waiting: what a job writes needs the terminal as it was.
    single_keys: Option<SingleKeys>,
    /// The files as the last check found them, or as they were when it ended.
    checked: Snapshot,
    looked: Instant,
    /// There is nobody to wait for once the job has ended.
    last: bool,
}

impl Session {
    pub fn new(
        runner: PathBuf,
        folder: PathBuf,
        settings: Settings,
        screen: Screen,
        events: Receiver<Event>,
    ) -> Self {
        Self {
            runner,
            folder,
            settings,
            screen,
            events,
            job: None,
            single_keys: None,
            checked: Snapshot::default(),
            looked: Instant::now(),
            last: false,
        }
    }

    /// Until a key, a signal or the end of the input. A job that still runs is ended with it.
    pub fn run(mut self) {
        self.check(&[]);
        loop {
            if self.job.is_none() {
                if self.last {
                    return;
                }
                if self.screen.keys && self.single_keys.is_none() {
                    self.single_keys = SingleKeys::new().ok();
                }
            }
            let patience = if self.job.is_some() { TICK } else { LOOK };
            let event = match self.events.recv_timeout(patience) {
                Ok(event) => Some(event),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            match event {
                Some(Event::Stop) => return,
                Some(Event::EndOfInput) => self.last = true,
                Some(Event::Key(key)) => self.press(key),
                Some(Event::Written) => self.look(),
                None if self.looked.elapsed() >= LOOK => self.look(),
                None => {}
            }
            if self.job.as_mut().is_some_and(Job::ended) {
                self.job = None;
                self.end();
            }
        }
    }

    /// Begins a check if there was a save since the last one.
    fn look(&mut self) {
        self.looked = Instant::now();
        let now = Snapshot::take(&self.folder);
        // During a run only a change counts: the build itself may touch files to have them read.
        let running = self.job.is_some();
        let file = if running { now.changed(&self.checked) } else { now.saved(&self.checked) };
        let Some(file) = file else { return };
        let words = &self.settings.words;
        let phrase = if running { &words.stopped } else { &words.saved };
        let line = phrase.replace("{file}", &file.display().to_string());
        self.single_keys = None;
        self.job = None;
        self.screen.clear();
        self.screen.line(&line);
        self.start_check(&[]);
    }

    /// A job has ended by itself.
    fn end(&mut self) {
        let now = Snapshot::take(&self.folder);
        let file = now.changed(&self.checked).map(|f| f.display().to_string());
        if let Some(file) = file {
            self.screen.clear();
            self.screen.line(&self.settings.words.saved.replace("{file}", &file));
            self.start_check(&[]);
        } else {
            self.checked = now;
            if !self.last {
                self.screen.prompt(&self.settings.words);
            }
        }
    }

    fn press(&mut self, key: Key) {
        self.single_keys = None;
        self.job = None;
        self.screen.line("");
        match key {
            Key::Check => self.check(&[]),
            Key::All => self.check(&["--all"]),
            Key::Hint => self.start(&["hint", &self.settings.kata.clone()]),
            Key::Next => self.start(&["next"]),
            Key::List => self.start(&["list"]),
            Key::Help => {
                self.screen.help(&self.settings.words);
                self.screen.prompt(&self.settings.words);
            }
        }
    }

    fn check(&mut self, more: &[&str]) {
        self.screen.clear();
        self.start_check(more);
    }

    fn start_check(&mut self, more: &[&str]) {
        // Taken before the run: whatever is saved from here on is seen to differ.
        self.checked = Snapshot::take(&self.folder);
        let kata = self.settings.kata.clone();
        self.start(&[&["check", &kata], more].concat());
    }

    fn start(&mut self, arguments: &[&str]) {
        let mut all = arguments.to_vec();
        all.extend(["--lang", &self.settings.lang]);
        if self.settings.plain {
            all.push("--plain");
        }
        match Job::start(&self.runner, &all) {
            Ok(job) => self.job = Some(job),
            Err(error) => self.screen.line(&format!("{}: {error}", self.runner.display())),
        }
    }
}
