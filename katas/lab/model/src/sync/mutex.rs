use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::{LockResult, PoisonError, TryLockError, TryLockResult};

use super::{Held, acquire, before_release, release, try_acquire};
use crate::beside::{self, After};
use crate::log::{Event, How, ObjectId};
use crate::run::Run;
use crate::search::{Mode, Tag, mode, mode_here};
use crate::show::show;
use crate::state::Kind;
use crate::{fault, overtake};

/// [`std::sync::Mutex`], or a lock whose every use loom schedules.
///
/// loom's lock guards nothing: the value stays behind std's, which loom's keeps free of
/// contention. So a schedule that failed can be torn down without asking loom anything, and
/// poisoning is std's own.
pub struct Mutex<T: ?Sized> {
    model: Option<(Tag, loom::sync::Mutex<()>)>,
    data: std::sync::Mutex<T>,
}

/// [`std::sync::MutexGuard`]: the lock is free again when it is dropped.
#[must_use = "the lock is free again at once when its guard is not kept"]
pub struct MutexGuard<'a, T: ?Sized + 'a> {
    lock: &'a Mutex<T>,
    /// Empty only while [`super::Condvar::wait`] takes the guard apart.
    data: Option<std::sync::MutexGuard<'a, T>>,
    held: Option<Held<loom::sync::MutexGuard<'a, ()>>>,
}

impl<T> Mutex<T> {
    pub fn new(value: T) -> Self {
        let model = match mode_here() {
            Mode::Model(run) => Some((run.new_object(Kind::Lock), loom::sync::Mutex::new(()))),
            Mode::Std | Mode::Over => None,
        };
        Self { model, data: std::sync::Mutex::new(value) }
    }

    /// # Errors
    /// When the lock is poisoned.
    pub fn into_inner(self) -> LockResult<T> {
        self.data.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits until the lock is free and takes it.
    ///
    /// # Errors
    /// When the lock is poisoned: a thread panicked while it held it. The error holds the guard.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let at = Location::caller();
        match mode(self.tag()) {
            Mode::Std => {
                fault::point();
                wrap(self.wait(at), |data| self.plain(data))
            }
            Mode::Over => wrap(self.after_the_end(), |data| self.plain(data)),
            Mode::Model(run) => {
                let (tag, lock) = self.model.as_ref().expect("a tag is a model's");
                let guard = acquire(&run, tag.object, How::Lock, at, || lock.lock());
                let guard = self.seen(guard, at);
                run.log(at, guard.acquired());
                beside::reached(&run, After::Lock);
                Ok(guard)
            }
        }
    }

    fn wait(&self, at: &'static Location<'static>) -> LockResult<std::sync::MutexGuard<'_, T>> {
        if !overtake::underway() {
            return self.data.lock();
        }
        match self.data.try_lock() {
            Ok(data) => Ok(data),
            Err(TryLockError::Poisoned(e)) => Err(e),
            Err(TryLockError::WouldBlock) => overtake::waits("a lock", at),
        }
    }

    /// Takes the lock if it is free.
    ///
    /// # Errors
    /// When it is not free, or poisoned.
    #[track_caller]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        let at = Location::caller();
        match mode(self.tag()) {
            Mode::Std | Mode::Over => {
                fault::point();
                match self.data.try_lock() {
                    Ok(data) => Ok(self.plain(data)),
                    Err(TryLockError::WouldBlock) => Err(TryLockError::WouldBlock),
                    Err(TryLockError::Poisoned(e)) => {
                        Err(TryLockError::Poisoned(PoisonError::new(self.plain(e.into_inner()))))
                    }
                }
            }
            Mode::Model(run) => {
                let (tag, lock) = self.model.as_ref().expect("a tag is a model's");
                let guard = try_acquire(&run, tag.object, How::Lock, at, || lock.try_lock())
                    .map_err(|_| TryLockError::WouldBlock)?;
                let guard = self.seen(guard, at);
                run.log(at, guard.acquired());
                beside::reached(&run, After::Lock);
                Ok(guard)
            }
        }
    }

    /// # Errors
    /// When the lock is poisoned.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.data.get_mut()
    }

    pub fn is_poisoned(&self) -> bool {
        self.data.is_poisoned()
    }

    pub fn clear_poison(&self) {
        self.data.clear_poison();
    }

    fn tag(&self) -> Option<Tag> {
        self.model.as_ref().map(|(tag, _)| *tag)
    }

    /// The guard of a lock that loom has given to this lane.
    fn seen<'a>(
        &'a self,
        guard: Option<loom::sync::MutexGuard<'a, ()>>,
        at: &'static Location<'static>,
    ) -> MutexGuard<'a, T> {
        let data = self.data.lock().unwrap_or_else(PoisonError::into_inner);
        let object = self.tag().expect("a tag is a model's").object;
        let before = show(&*data);
        let held = Held { guard: ManuallyDrop::new(guard), object, at, before, written: false };
        MutexGuard { lock: self, data: Some(data), held: Some(held) }
    }

    /// A destructor of a failed schedule wants the value: it may have it, but not wait for it.
    fn after_the_end(&self) -> LockResult<std::sync::MutexGuard<'_, T>> {
        match self.data.try_lock() {
            Ok(data) => Ok(data),
            Err(TryLockError::Poisoned(e)) => Err(e),
            Err(TryLockError::WouldBlock) => std::panic::resume_unwind(Box::new("over")),
        }
    }
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    fn acquired(&self) -> Event {
        let held = self.held.as_ref().expect("a model's guard");
        Event::Acquired { object: held.object, how: How::Lock, value: held.before.clone() }
    }

    pub(super) fn woken(&self, condvar: ObjectId, by_nobody: bool) -> Event {
        let held = self.held.as_ref().expect("a model's guard");
        Event::Woken { object: condvar, lock: held.object, value: held.before.clone(), by_nobody }
    }

    /// Its parts, for a condition variable, which gives the lock back and takes it again.
    pub(super) fn apart(mut self) -> (&'a Mutex<T>, Parts<'a, T>) {
        let data = self.data.take().expect("a guard holds its value");
        let parts = match self.held.take() {
            None => Parts::Std(data),
            Some(held) => {
                let value = held.changed(show(&*data));
                Parts::Model { guard: held.guard, object: held.object, value }
            }
        };
        (self.lock, parts)
    }
}

/// As in [`Held`].
type LoomGuard<'a> = ManuallyDrop<Option<loom::sync::MutexGuard<'a, ()>>>;

/// A guard, taken apart.
pub(super) enum Parts<'a, T: ?Sized> {
    Std(std::sync::MutexGuard<'a, T>),
    /// `value` when the guard changed it. The value's own guard is dropped already.
    Model {
        guard: LoomGuard<'a>,
        object: ObjectId,
        value: Option<String>,
    },
}

impl<T: ?Sized> Mutex<T> {
    pub(super) fn plain<'a>(&'a self, data: std::sync::MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        MutexGuard { lock: self, data: Some(data), held: None }
    }

    /// Waits until the lock is free and takes it, without a row for the wish.
    pub(super) fn taken(&self, run: &Run, at: &'static Location<'static>) -> MutexGuard<'_, T> {
        let (tag, lock) = self.model.as_ref().expect("a model's lock");
        let guard = run.switch(|| lock.lock()).unwrap_or_else(PoisonError::into_inner);
        let lane = run.lane();
        run.state().hold(lane, tag.object, How::Lock);
        self.seen(Some(guard), at)
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        fault::point();
        self.data.as_ref().expect("a guard holds its value")
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        fault::point();
        if let Some(held) = &mut self.held {
            held.written = true;
        }
        self.data.as_mut().expect("a guard holds its value")
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        before_release(self.held.as_ref());
        let Some(held) = self.held.take() else { return };
        if let Mode::Model(run) = mode_here() {
            let value = held.changed(self.data.take().and_then(|data| show(&*data)));
            release(&run, held.object, How::Lock, held.at, value);
            drop(ManuallyDrop::into_inner(held.guard));
        }
    }
}

fn wrap<G, H>(result: LockResult<G>, f: impl FnOnce(G) -> H) -> LockResult<H> {
    match result {
        Ok(guard) => Ok(f(guard)),
        Err(e) => Err(PoisonError::new(f(e.into_inner()))),
    }
}

impl<T: ?Sized> UnwindSafe for Mutex<T> {}
impl<T: ?Sized> RefUnwindSafe for Mutex<T> {}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.data.fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
