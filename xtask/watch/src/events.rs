//! What can happen while the session waits, each from a thread of its own.

use std::io::Read;
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::event::{self, KeyCode, KeyModifiers};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Something was written below the kata's folder.
    Written,
    Key(Key),
    /// Standard input is at its end: there is nobody to go on for.
    EndOfInput,
    /// A signal, or a key that ends the session.
    Stop,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Check,
    All,
    Hint,
    Next,
    List,
    Help,
}

/// An editor writes in several strokes (truncate, write, rename): they are one save once nothing
/// more has come for this long …
const QUIET: Duration = Duration::from_millis(30);
/// … or this long after the first.
const PATIENCE: Duration = Duration::from_millis(300);

/// Tells of writes for as long as the watcher lives.
pub fn saves(kata: &Path, tell: Sender<Event>) -> notify::Result<RecommendedWatcher> {
    let (heard, hear) = channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading is what cargo does all the time.
        if event.is_ok_and(|e| !e.kind.is_access()) {
            let _ = heard.send(());
        }
    })?;
    // The folder and not its files: most editors replace a file, and its watch would be gone.
    watcher.watch(kata, RecursiveMode::Recursive)?;
    thread::spawn(move || {
        while hear.recv().is_ok() {
            let first = Instant::now();
            while first.elapsed() < PATIENCE && hear.recv_timeout(QUIET).is_ok() {}
            if tell.send(Event::Written).is_err() {
                return;
            }
        }
    });
    Ok(watcher)
}

/// Tells of the keys that mean something.
pub fn keys(tell: Sender<Event>) {
    thread::spawn(move || {
        while let Ok(event) = event::read() {
            let Some(told) = event.as_key_press_event().and_then(meaning) else { continue };
            if tell.send(told).is_err() {
                return;
            }
        }
        let _ = tell.send(Event::Stop);
    });
}

fn meaning(key: event::KeyEvent) -> Option<Event> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return matches!(key.code, KeyCode::Char('c' | 'd')).then_some(Event::Stop);
    }
    Some(match key.code {
        KeyCode::Enter => Event::Key(Key::Check),
        KeyCode::Char(letter) => match letter.to_ascii_lowercase() {
            'r' => Event::Key(Key::Check),
            'a' => Event::Key(Key::All),
            'h' => Event::Key(Key::Hint),
            'n' => Event::Key(Key::Next),
            'l' => Event::Key(Key::List),
            '?' => Event::Key(Key::Help),
            'q' => Event::Stop,
            _ => return None,
        },
        _ => return None,
    })
}

/// Without a terminal: whoever started this ends it by closing its input.
pub fn end_of_input(tell: Sender<Event>) {
    thread::spawn(move || {
        let mut buffer = [0; 256];
        while let Ok(1..) = std::io::stdin().read(&mut buffer) {}
        let _ = tell.send(Event::EndOfInput);
    });
}

/// Signals end the session in good order: terminal restored, running tests ended.
#[cfg(unix)]
pub fn signals(tell: Sender<Event>) -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    thread::spawn(move || {
        for _ in signals.forever() {
            if tell.send(Event::Stop).is_err() {
                return;
            }
        }
    });
    Ok(())
}

/// Elsewhere Ctrl-C ends every process of the console at once.
#[cfg(not(unix))]
pub fn signals(_tell: Sender<Event>) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::{Event, Key, meaning};

    #[test]
    fn keys_mean_the_same_in_both_cases() {
        let plain = |code| meaning(KeyEvent::new(code, KeyModifiers::NONE));
        assert_eq!(plain(KeyCode::Enter), Some(Event::Key(Key::Check)));
        assert_eq!(plain(KeyCode::Char('h')), plain(KeyCode::Char('H')));
        assert_eq!(plain(KeyCode::Char('x')), None);
        assert_eq!(plain(KeyCode::Char('c')), None);
        let control = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(meaning(control), Some(Event::Stop));
    }
}
