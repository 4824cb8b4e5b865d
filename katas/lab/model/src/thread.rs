//! [`std::thread`], as far as a model follows it.

use std::fmt;
use std::panic::Location;

use crate::fault;
use crate::join;
use crate::log::{Event, LaneId};
use crate::search::{Mode, current, mode_here};

/// Of a lane's coroutine, in words of the machine: 256 KiB where they have 64 bits. loom's 32 KiB
/// are little for unoptimised code that formats and panics.
const STACK: usize = 0x8000;

/// A thread to wait for.
pub struct JoinHandle<T>(Handle<T>);

enum Handle<T> {
    Std(std::thread::JoinHandle<T>),
    Model(join::Handle<T>),
}

/// Starts a thread. In a model it is a lane called `thread 1`, `thread 2`, …
///
/// # Panics
/// When there are more threads than the model follows (four besides the test's own).
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    spawn_as(None, f, Location::caller())
}

pub(crate) fn spawn_as<F, T>(
    name: Option<&str>,
    f: F,
    at: &'static Location<'static>,
) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    match mode_here() {
        Mode::Std | Mode::Over => {
            // Boxed, as in a model: std's part is compiled for a type of result, not for a closure.
            let f: Box<dyn FnOnce() -> T + Send> = Box::new(f);
            JoinHandle(Handle::Std(std::thread::spawn(f)))
        }
        Mode::Model(run) => {
            let lane = run.new_lane(name, at);
            run.log(at, Event::Spawn { lane });
            let (handle, result) = join::handle(lane);
            start(lane, Box::new(move || result.put(f())));
            JoinHandle(Handle::Model(handle))
        }
    }
}

/// Boxed: loom's part is compiled here, and not into a suite once a lane.
fn start(lane: LaneId, body: Box<dyn FnOnce() + Send>) {
    let inhabited = move || {
        let run = current().expect("a lane belongs to a schedule");
        run.inhabit(lane, || crate::beside::lane(&run, body));
    };
    loom::thread::Builder::new()
        .stack_size(STACK)
        .spawn(inhabited)
        .expect("loom spawns without asking the operating system");
}

impl<T> JoinHandle<T> {
    /// Waits until the thread has ended.
    ///
    /// # Errors
    /// What the thread panicked with. (In a model a panic has ended the schedule before.)
    #[track_caller]
    pub fn join(self) -> std::thread::Result<T> {
        match (self.0, mode_here()) {
            (Handle::Std(handle), _) => {
                fault::point();
                handle.join()
            }
            (Handle::Model(handle), Mode::Model(run)) => Ok(handle.join(&run, Location::caller())),
            (Handle::Model(_), _) => Err(Box::new("the schedule is over")),
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}

/// Lets other threads run.
#[track_caller]
pub fn yield_now() {
    give_way("yield_now", std::thread::yield_now);
}

#[track_caller]
pub(crate) fn give_way(name: &'static str, plain: impl FnOnce()) {
    match mode_here() {
        Mode::Std => plain(),
        Mode::Model(run) => {
            run.log(Location::caller(), Event::Yield { name });
            run.switch(loom::thread::yield_now);
        }
        Mode::Over => {}
    }
}
