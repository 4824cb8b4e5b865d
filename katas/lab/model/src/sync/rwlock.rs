use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::{LockResult, PoisonError, TryLockError, TryLockResult};

use protocol::Status;

use super::{Held, acquire, before_release, release, try_acquire};
use crate::beside::{self, After};
use crate::log::{Event, How};
use crate::run::Run;
use crate::search::{Mode, Tag, mode, mode_here};
use crate::show::show;
use crate::state::Kind;
use crate::{fault, overtake};

/// [`std::sync::RwLock`], or a lock whose every use loom schedules.
pub struct RwLock<T: ?Sized> {
    model: Option<(Tag, loom::sync::RwLock<()>)>,
    data: std::sync::RwLock<T>,
}

/// [`std::sync::RwLockReadGuard`].
#[must_use = "the lock is free again at once when its guard is not kept"]
pub struct RwLockReadGuard<'a, T: ?Sized + 'a> {
    data: Option<std::sync::RwLockReadGuard<'a, T>>,
    held: Option<Held<loom::sync::RwLockReadGuard<'a, ()>>>,
}

/// [`std::sync::RwLockWriteGuard`].
#[must_use = "the lock is free again at once when its guard is not kept"]
pub struct RwLockWriteGuard<'a, T: ?Sized + 'a> {
    data: Option<std::sync::RwLockWriteGuard<'a, T>>,
    held: Option<Held<loom::sync::RwLockWriteGuard<'a, ()>>>,
}

impl<T> RwLock<T> {
    pub fn new(value: T) -> Self {
        let model = match mode_here() {
            Mode::Model(run) => Some((run.new_object(Kind::RwLock), loom::sync::RwLock::new(()))),
            Mode::Std | Mode::Over => None,
        };
        Self { model, data: std::sync::RwLock::new(value) }
    }

    /// # Errors
    /// When the lock is poisoned.
    pub fn into_inner(self) -> LockResult<T> {
        self.data.into_inner()
    }
}

/// The four ways to take the lock differ in a handful of names.
macro_rules! take {
    ($(#[$doc:meta])* $lock:ident, $try_lock:ident, $guard:ident, $how:expr, $seen:ident) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// When the lock is poisoned. The error holds the guard.
        #[track_caller]
        pub fn $lock(&self) -> LockResult<$guard<'_, T>> {
            let at = Location::caller();
            match mode(self.tag()) {
                Mode::Std => {
                    fault::point();
                    if overtake::underway()
                        && matches!(self.data.$try_lock(), Err(TryLockError::WouldBlock))
                    {
                        overtake::waits("a lock", at);
                    }
                    match self.data.$lock() {
                        Ok(data) => Ok($guard { data: Some(data), held: None }),
                        Err(e) => Err(PoisonError::new($guard {
                            data: Some(e.into_inner()),
                            held: None,
                        })),
                    }
                }
                // A destructor of a failed schedule may have the value, but not wait for it.
                Mode::Over => match self.$try_lock() {
                    Ok(guard) => Ok(guard),
                    Err(TryLockError::Poisoned(e)) => Err(e),
                    Err(TryLockError::WouldBlock) => std::panic::resume_unwind(Box::new("over")),
                },
                Mode::Model(run) => {
                    let (tag, lock) = self.model.as_ref().expect("a tag is a model's");
                    self.once_only(&run, $how, at);
                    let guard = acquire(&run, tag.object, $how, at, || lock.$lock());
                    Ok(self.$seen(&run, guard, at))
                }
            }
        }

        /// Takes the lock if nobody is in the way.
        ///
        /// # Errors
        /// When somebody is, or the lock is poisoned.
        #[track_caller]
        pub fn $try_lock(&self) -> TryLockResult<$guard<'_, T>> {
            let at = Location::caller();
            match mode(self.tag()) {
                Mode::Std | Mode::Over => {
                    fault::point();
                    match self.data.$try_lock() {
                        Ok(data) => Ok($guard { data: Some(data), held: None }),
                        Err(TryLockError::WouldBlock) => Err(TryLockError::WouldBlock),
                        Err(TryLockError::Poisoned(e)) => {
                            Err(TryLockError::Poisoned(PoisonError::new($guard {
                                data: Some(e.into_inner()),
                                held: None,
                            })))
                        }
                    }
                }
                Mode::Model(run) => {
                    let (tag, lock) = self.model.as_ref().expect("a tag is a model's");
                    self.once_only(&run, $how, at);
                    let guard = try_acquire(&run, tag.object, $how, at, || lock.$try_lock())
                        .map_err(|_| TryLockError::WouldBlock)?;
                    Ok(self.$seen(&run, guard, at))
                }
            }
        }
    };
}

impl<T: ?Sized> RwLock<T> {
    take! {
        /// Waits until nobody writes.
        read, try_read, RwLockReadGuard, How::Read, reads
    }

    take! {
        /// Waits until nobody reads or writes.
        write, try_write, RwLockWriteGuard, How::Write, writes
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

    /// std leaves a second `read` by one thread open: it deadlocks when a writer waits in between.
    fn once_only(&self, run: &Rc<Run>, how: How, at: &'static Location<'static>) {
        let lane = run.lane();
        let Some(tag) = self.tag().filter(|_| how == How::Read) else { return };
        let again = run.state().objects[tag.object].holders.contains(&(lane, How::Read));
        if again {
            run.log(at, Event::Request { object: tag.object, how, held: true });
            let name = run.state().lanes[lane].short().to_owned();
            run.misuse(
                Status::Stuck,
                format!(
                    "{name} reads a lock that it reads already: with a writer waiting in between, \
                     std's RwLock never gives the second one."
                ),
                at,
            );
        }
    }

    fn reads<'a>(
        &'a self,
        run: &Rc<Run>,
        guard: Option<loom::sync::RwLockReadGuard<'a, ()>>,
        at: &'static Location<'static>,
    ) -> RwLockReadGuard<'a, T> {
        let data = self.data.read().unwrap_or_else(PoisonError::into_inner);
        let (object, value) = (self.tag().expect("a model's lock").object, show(&*data));
        run.log(at, Event::Acquired { object, how: How::Read, value });
        beside::reached(run, After::Lock);
        let held =
            Held { guard: ManuallyDrop::new(guard), object, at, before: None, written: false };
        RwLockReadGuard { data: Some(data), held: Some(held) }
    }

    fn writes<'a>(
        &'a self,
        run: &Rc<Run>,
        guard: Option<loom::sync::RwLockWriteGuard<'a, ()>>,
        at: &'static Location<'static>,
    ) -> RwLockWriteGuard<'a, T> {
        let data = self.data.write().unwrap_or_else(PoisonError::into_inner);
        let (object, before) = (self.tag().expect("a model's lock").object, show(&*data));
        run.log(at, Event::Acquired { object, how: How::Write, value: before.clone() });
        beside::reached(run, After::Lock);
        let held = Held { guard: ManuallyDrop::new(guard), object, at, before, written: false };
        RwLockWriteGuard { data: Some(data), held: Some(held) }
    }
}

impl<T: ?Sized> Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        fault::point();
        self.data.as_ref().expect("a guard holds its value")
    }
}

impl<T: ?Sized> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        fault::point();
        self.data.as_ref().expect("a guard holds its value")
    }
}

impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        fault::point();
        if let Some(held) = &mut self.held {
            held.written = true;
        }
        self.data.as_mut().expect("a guard holds its value")
    }
}

impl<T: ?Sized> Drop for RwLockReadGuard<'_, T> {
    fn drop(&mut self) {
        before_release(self.held.as_ref());
        let Some(held) = self.held.take() else { return };
        if let Mode::Model(run) = mode_here() {
            self.data = None;
            release(&run, held.object, How::Read, held.at, None);
            drop(ManuallyDrop::into_inner(held.guard));
        }
    }
}

impl<T: ?Sized> Drop for RwLockWriteGuard<'_, T> {
    fn drop(&mut self) {
        before_release(self.held.as_ref());
        let Some(held) = self.held.take() else { return };
        if let Mode::Model(run) = mode_here() {
            let value = held.changed(self.data.take().and_then(|data| show(&*data)));
            release(&run, held.object, How::Write, held.at, value);
            drop(ManuallyDrop::into_inner(held.guard));
        }
    }
}

impl<T: ?Sized> UnwindSafe for RwLock<T> {}
impl<T: ?Sized> RefUnwindSafe for RwLock<T> {}

impl<T: Default> Default for RwLock<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.data.fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
