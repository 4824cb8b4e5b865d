//! What a service outside remembers: its script, and what it answered to each key.

use std::collections::{BTreeMap, VecDeque};

/// `R`: a request, as far as a key must stand for the same one. `A`: an answer that is kept.
#[derive(Debug)]
pub(crate) struct Memory<S, R, A> {
    script: Vec<S>,
    left: VecDeque<S>,
    answered: BTreeMap<String, (R, A)>,
    /// How many effects there were: what ids are made of.
    pub made: u32,
    pub calls: Vec<(R, Option<String>)>,
}

/// What is known of a key.
pub(crate) enum Known<A> {
    No,
    Before(A),
    /// It came with another request.
    Reused,
}

impl<S: Clone, R: PartialEq + Clone, A: Clone> Memory<S, R, A> {
    pub fn new(script: Vec<S>) -> Self {
        let left = script.iter().cloned().collect();
        Self { script, left, answered: BTreeMap::new(), made: 0, calls: Vec::new() }
    }

    pub fn reset(&mut self) {
        *self = Self::new(std::mem::take(&mut self.script));
    }

    pub fn extend(&mut self, script: impl IntoIterator<Item = S>) {
        self.left.extend(script);
    }

    /// The next act of the script.
    pub fn next(&mut self) -> Option<S> {
        self.left.pop_front()
    }

    /// Notes a call, and looks its key up.
    pub fn hears(&mut self, request: &R, key: Option<&str>) -> Known<A> {
        self.calls.push((request.clone(), key.map(str::to_owned)));
        match key.and_then(|key| self.answered.get(key)) {
            None => Known::No,
            Some((before, answer)) if before == request => Known::Before(answer.clone()),
            Some(_) => Known::Reused,
        }
    }

    /// Keeps an answer under its key.
    pub fn keep(&mut self, request: R, key: Option<&str>, answer: A) {
        if let Some(key) = key {
            self.answered.insert(key.to_owned(), (request, answer));
        }
    }

    /// What was answered under this key.
    pub fn find(&self, key: &str) -> Option<A> {
        self.answered.get(key).map(|(_, answer)| answer.clone())
    }
}
