//! Ctrl-C: what was measured is kept.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use signal_hook::consts::SIGINT;
use signal_hook::flag;

/// Whether the reader has asked to stop.
#[derive(Debug, Clone)]
pub struct Interrupt(Arc<AtomicBool>);

/// What a shell reports of a program that SIGINT ended.
const INTERRUPTED: i32 = 130;

impl Interrupt {
    /// From now on the first Ctrl-C is only noted, so that the bench can end its run, tell and keep
    /// what it has. The second one ends the program.
    ///
    /// # Errors
    /// Those of the operating system.
    pub fn listen() -> io::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        // In this order: the first one finds the flag as it was before it.
        flag::register_conditional_shutdown(SIGINT, INTERRUPTED, Arc::clone(&asked))?;
        flag::register(SIGINT, Arc::clone(&asked))?;
        Ok(Self(asked))
    }

    /// Nobody listens: it is asked by setting this flag. For who has listened already, and tests.
    pub fn of(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }

    /// Whether there was a Ctrl-C.
    pub fn asked(&self) -> bool {
        self.0.load(Relaxed)
    }

    /// For a run that looks by itself, such as [`crate::load::pace`].
    pub fn flag(&self) -> &AtomicBool {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The only test that sends one: the second would end the process.
    #[test]
    fn the_first_is_noted() {
        let interrupt = Interrupt::listen().expect("a handler");
        assert!(!interrupt.asked());
        signal_hook::low_level::raise(SIGINT).expect("a signal");
        assert!(interrupt.asked() && interrupt.flag().load(Relaxed));
    }
}
