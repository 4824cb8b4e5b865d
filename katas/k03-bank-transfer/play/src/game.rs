//! One scene, played as often as the player likes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use postgres_lab::wire::sessions::{self, Move, Replayed, Situation};

use crate::board;
use crate::input::{self, Lines, Word};
use crate::options::Options;
use crate::scene::{Code, Scene};
use crate::words::{Words, fill};

/// How a scene was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// For another one.
    Other,
    Quit,
    /// The step is still the stub's `todo!`.
    NotWritten,
}

/// A decision: the strand, and which fault (0: none).
type Decision = (String, usize);

pub struct Game {
    scene: Scene,
    code: Code,
    table: Table,
}

/// What the driver of a schedule, on the explorer's thread, shares with the game.
struct Table {
    words: &'static Words,
    plain: bool,
    lines: Lines,
    /// Made already, and to be made again without a word: after an undo.
    again: VecDeque<Decision>,
    /// Typed and not made yet.
    typed: VecDeque<Word>,
    made: Vec<Decision>,
    /// Made of the word that asks for several.
    of_this: usize,
    /// Rows that a reader of sentences has heard.
    heard: usize,
    /// Why the schedule was left.
    left: Option<Left>,
}

enum Left {
    Again,
    Ended(Ended),
}

impl Game {
    pub fn new(options: &Options, scene: Scene, code: Code, lines: Lines) -> Self {
        let table = Table {
            words: options.lang.words(),
            plain: options.plain,
            lines,
            again: VecDeque::new(),
            typed: VecDeque::new(),
            made: Vec::new(),
            of_this: 0,
            heard: 0,
            left: None,
        };
        Self { scene, code, table }
    }

    /// Plays until the player leaves the scene.
    ///
    /// # Panics
    /// With what the lab cannot go on with.
    pub fn play(self) -> (Ended, Lines) {
        let Self { scene, code, table } = self;
        let shared = Arc::new(Mutex::new(table));
        loop {
            let drives = shared.clone();
            let played = sessions::play(scene.scenario(code), move |situation| {
                lock(&drives).decide(situation)
            });
            let mut table = lock(&shared);
            if let Some(replayed) = &played {
                if board::is_unwritten(&replayed.run) {
                    return (Ended::NotWritten, table.leave());
                }
                board::end(replayed, scene.test(code), table.words, table.plain);
                table.after_the_end(replayed);
            }
            if let Some(Left::Ended(ended)) = table.left.take() {
                return (ended, table.leave());
            }
        }
    }
}

fn lock(table: &Mutex<Table>) -> MutexGuard<'_, Table> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Table {
    fn leave(&mut self) -> Lines {
        std::mem::replace(&mut self.lines, Lines::new(false))
    }

    /// The player's decision, as an index into the moves; nothing if he leaves the schedule.
    fn decide(&mut self, situation: &Situation) -> Option<usize> {
        let moves = &situation.moves;
        if let Some((name, fault)) = self.again.pop_front()
            && let Some(index) = find(moves, &name, fault)
        {
            return Some(self.make(moves, index, fault));
        }
        self.again.clear();
        let mut shown = false;
        loop {
            let Some(word) = self.typed.pop_front() else {
                if !std::mem::replace(&mut shown, true) {
                    self.heard = board::show(situation, self.words, self.plain, self.heard);
                }
                self.read(moves);
                continue;
            };
            match word {
                Word::Move { name, times, fault } => {
                    let Some(index) = find(moves, &name, fault) else {
                        self.typed.clear();
                        let word = if fault == 0 { name } else { format!("{name}!{fault}") };
                        self.cannot(&word.to_uppercase(), times);
                        continue;
                    };
                    self.of_this += 1;
                    if times == 1 {
                        self.of_this = 0;
                    } else {
                        self.typed.push_front(Word::Move { name, times: times - 1, fault });
                    }
                    return Some(self.make(moves, index, fault));
                }
                Word::Unknown(word) => {
                    println!("{}", fill(self.words.unknown, &[&word]));
                    println!("{}", self.words.keys.join("\n"));
                }
                command => {
                    self.command(&command);
                    return None;
                }
            }
        }
    }

    /// Says that this move cannot be made, of which so many were still to come.
    fn cannot(&mut self, word: &str, left: usize) {
        let said = match std::mem::take(&mut self.of_this) {
            0 => fill(self.words.cannot_move, &[&word]),
            made => fill(self.words.cannot_go_on, &[&word, &made, &(made + left)]),
        };
        println!("{said}");
    }

    fn make(&mut self, moves: &[Move], index: usize, fault: usize) -> usize {
        self.made.push((moves[index].strand.clone(), fault));
        index
    }

    fn read(&mut self, moves: &[Move]) {
        let strands: Vec<String> = moves.iter().map(|m| m.strand.clone()).collect();
        match self.lines.next(self.words.prompt) {
            Ok(Some(line)) => self.typed.extend(input::words(&line, &strands)),
            Ok(None) | Err(_) => self.typed.push_back(Word::Quit),
        }
    }

    /// Leaves the schedule: to begin anew, or for good.
    fn command(&mut self, command: &Word) {
        let mut made = std::mem::take(&mut self.made);
        self.of_this = 0;
        self.left = Some(match command {
            Word::Undo => {
                if made.pop().is_none() {
                    println!("{}", self.words.nothing_to_undo);
                }
                self.again = made.into();
                Left::Again
            }
            Word::Restart => Left::Again,
            Word::Other => Left::Ended(Ended::Other),
            _ => Left::Ended(Ended::Quit),
        });
        self.heard = 0;
    }

    /// The schedule has come to its end: undo, restart, another scene or none.
    fn after_the_end(&mut self, replayed: &Replayed) {
        let found = if replayed.outcome.is_some() { self.words.broken } else { self.words.fine };
        println!("{found}\n{}", self.words.keys_at_the_end);
        self.typed.retain(|word| !matches!(word, Word::Move { .. }));
        loop {
            let Some(word) = self.typed.pop_front() else {
                self.read(&[]);
                continue;
            };
            match word {
                Word::Undo | Word::Restart | Word::Other | Word::Quit => {
                    return self.command(&word);
                }
                _ => println!("{}", self.words.over),
            }
        }
    }
}

/// The move of this strand, or the first of this session's, with this fault.
fn find(moves: &[Move], name: &str, fault: usize) -> Option<usize> {
    let exact = moves.iter().find(|m| m.strand.eq_ignore_ascii_case(name));
    let of_the_session =
        || moves.iter().find(|m| m.strand.get(..1).is_some_and(|s| s.eq_ignore_ascii_case(name)));
    let strand = &exact.or_else(of_the_session)?.strand;
    let ways = moves.iter().enumerate().filter(|(_, m)| m.strand == *strand);
    ways.map(|(index, _)| index).nth(fault)
}
