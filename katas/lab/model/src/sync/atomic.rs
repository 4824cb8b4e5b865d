//! std's atomics, under std's names.

use std::fmt;
use std::panic::Location;

pub use std::sync::atomic::Ordering;

use super::memory::{give_way, ordered, strongest};
use crate::beside::{self, After};
use crate::fault;
use crate::log::Event;
use crate::search::{Mode, Tag, mode, mode_here};
use crate::state::{Kind, Whim};

/// [`std::sync::atomic::fence`], or the same as a step of the model.
#[track_caller]
pub fn fence(order: Ordering) {
    match mode_here() {
        Mode::Std => {
            fault::point();
            std::sync::atomic::fence(order);
        }
        Mode::Model(run) => {
            loom::sync::atomic::fence(order);
            run.log(Location::caller(), Event::Fence);
        }
        Mode::Over => {}
    }
}

macro_rules! atomic {
    ($name:ident, $type:ty, [$($change:ident $what:literal),+ $(,)?]) => {
        #[doc = concat!("[`std::sync::atomic::", stringify!($name), "`], or loom's.")]
        pub struct $name {
            model: Option<(Tag, loom::sync::atomic::$name)>,
            /// The value, or in a model the one that was stored last: what destructors of a
            /// failed schedule see.
            plain: std::sync::atomic::$name,
        }

        impl $name {
            pub fn new(value: $type) -> Self {
                let model = match mode_here() {
                    Mode::Model(run) => Some((
                        run.new_object(Kind::Atomic),
                        loom::sync::atomic::$name::new(value),
                    )),
                    Mode::Std | Mode::Over => None,
                };
                Self { model, plain: std::sync::atomic::$name::new(value) }
            }

            pub fn into_inner(self) -> $type {
                self.plain.into_inner()
            }

            /// # Panics
            /// As std's, when `order` is `Release` or `AcqRel`.
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $type {
                let at = Location::caller();
                match mode(self.tag()) {
                    Mode::Std => fault::point(),
                    Mode::Over => {}
                    Mode::Model(run) => {
                        // std's own check of the ordering.
                        self.plain.load(order);
                        let (tag, atomic) = self.model();
                        let value = if run.alone() {
                            self.plain.load(order)
                        } else {
                            ordered(&run, order, |sequential| {
                                if !sequential {
                                    return atomic.load(order);
                                }
                                let other = !self.plain.load(Ordering::Relaxed);
                                let (Ok(value) | Err(value)) = atomic.compare_exchange(
                                    other,
                                    other,
                                    Ordering::SeqCst,
                                    Ordering::SeqCst,
                                );
                                value
                            })
                        };
                        let newest = self.plain.load(Ordering::Relaxed);
                        run.log(at, Event::Load {
                            object: tag.object,
                            value: value.to_string(),
                            newest: newest.to_string(),
                        });
                        beside::reached(&run, After::Atomic);
                        return value;
                    }
                }
                self.plain.load(order)
            }

            /// # Panics
            /// As std's, when `order` is `Acquire` or `AcqRel`.
            #[track_caller]
            pub fn store(&self, value: $type, order: Ordering) {
                let at = Location::caller();
                match mode(self.tag()) {
                    Mode::Std => fault::point(),
                    Mode::Over => {}
                    Mode::Model(run) => {
                        std::sync::atomic::$name::new(value).store(value, order);
                        let (tag, atomic) = self.model();
                        ordered(&run, order, |sequential| {
                            // loom lets a store come before a read-modify-write that it does not
                            // know of, although that one read another value: a spin lock would
                            // then never be free again. A swap knows.
                            if sequential || run.state().objects[tag.object].changed {
                                atomic.swap(value, order);
                            } else {
                                atomic.store(value, order);
                            }
                        });
                        let value = value.to_string();
                        run.log(at, Event::Store { object: tag.object, value });
                        beside::reached(&run, After::Atomic);
                    }
                }
                self.plain.store(value, order);
            }

            /// Stores `value` and returns the one before.
            #[track_caller]
            pub fn swap(&self, value: $type, order: Ordering) -> $type {
                self.change(
                    "swap", order, Location::caller(),
                    |a| a.swap(value, order), |a| a.swap(value, order),
                )
            }

            $(
                #[doc = concat!($what, " Returns the value before.")]
                #[track_caller]
                pub fn $change(&self, value: $type, order: Ordering) -> $type {
                    self.change(
                        stringify!($change), order, Location::caller(),
                        |a| a.$change(value, order), |a| a.$change(value, order),
                    )
                }
            )+

            /// Stores `new` if the value is `current`.
            ///
            /// # Errors
            /// The value, when it is another.
            ///
            /// # Panics
            /// As std's, when `failure` is `Release` or `AcqRel`.
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $type,
                new: $type,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$type, $type> {
                self.exchange(current, new, success, failure, false, Location::caller())
            }

            fn exchange(
                &self,
                current: $type,
                new: $type,
                success: Ordering,
                failure: Ordering,
                weak: bool,
                at: &'static Location<'static>,
            ) -> Result<$type, $type> {
                match mode(self.tag()) {
                    Mode::Std => fault::point(),
                    Mode::Over => {}
                    Mode::Model(run) => {
                        let trial = std::sync::atomic::$name::new(current);
                        let _ = trial.compare_exchange(current, new, success, failure);
                        let (tag, atomic) = self.model();
                        let fails = weak && run.whim(Whim::Swap);
                        let found = ordered(&run, strongest(success, failure), |_| {
                            if fails {
                                // Only a look, as a failed swap is.
                                let other = !current;
                                let look =
                                    atomic.compare_exchange(other, other, success, failure);
                                return Err(look.unwrap_or_else(|value| value));
                            }
                            atomic.compare_exchange(current, new, success, failure)
                        });
                        if found.is_ok() {
                            run.state().objects[tag.object].changed = true;
                            self.plain.store(new, Ordering::Relaxed);
                        }
                        let again = run.log(at, Event::Exchange {
                            object: tag.object,
                            expected: current.to_string(),
                            new: new.to_string(),
                            found: found.map(drop).map_err(|v| v.to_string()),
                        });
                        give_way(&run, again && found.is_err());
                        beside::reached(&run, After::Atomic);
                        return found;
                    }
                }
                if weak {
                    self.plain.compare_exchange_weak(current, new, success, failure)
                } else {
                    self.plain.compare_exchange(current, new, success, failure)
                }
            }

            /// As [`Self::compare_exchange`], but it may fail for no reason.
            ///
            /// # Errors
            /// The value, when nothing was stored.
            #[track_caller]
            pub fn compare_exchange_weak(
                &self,
                current: $type,
                new: $type,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$type, $type> {
                self.exchange(current, new, success, failure, true, Location::caller())
            }

            /// Stores what `f` makes of the value, again and again until no other store came in
            /// between.
            ///
            /// # Errors
            /// The value for which `f` returned `None`.
            #[track_caller]
            pub fn fetch_update<F>(
                &self,
                set_order: Ordering,
                fetch_order: Ordering,
                mut f: F,
            ) -> Result<$type, $type>
            where
                F: FnMut($type) -> Option<$type>,
            {
                let mut value = self.load(fetch_order);
                while let Some(next) = f(value) {
                    match self.compare_exchange_weak(value, next, set_order, fetch_order) {
                        Ok(before) => return Ok(before),
                        Err(now) => value = now,
                    }
                }
                Err(value)
            }

            #[track_caller]
            fn change(
                &self,
                name: &'static str,
                order: Ordering,
                at: &'static Location<'static>,
                modelled: impl Fn(&loom::sync::atomic::$name) -> $type,
                plain: impl Fn(&std::sync::atomic::$name) -> $type,
            ) -> $type {
                match mode(self.tag()) {
                    Mode::Std => fault::point(),
                    Mode::Over => {}
                    Mode::Model(run) => {
                        let (tag, atomic) = self.model();
                        let from = ordered(&run, order, |_| modelled(atomic));
                        let trial = std::sync::atomic::$name::new(from);
                        plain(&trial);
                        run.state().objects[tag.object].changed = true;
                        let to = trial.into_inner();
                        self.plain.store(to, Ordering::Relaxed);
                        let (from_text, to) = (from.to_string(), to.to_string());
                        run.log(at, Event::Change { object: tag.object, name, from: from_text, to });
                        beside::reached(&run, After::Atomic);
                        return from;
                    }
                }
                plain(&self.plain)
            }

            fn tag(&self) -> Option<Tag> {
                self.model.as_ref().map(|(tag, _)| *tag)
            }

            fn model(&self) -> &(Tag, loom::sync::atomic::$name) {
                self.model.as_ref().expect("a tag is a model's")
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new(<$type>::default())
            }
        }

        impl From<$type> for $name {
            fn from(value: $type) -> Self {
                Self::new(value)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.plain.fmt(f)
            }
        }
    };
}

macro_rules! integer {
    ($name:ident, $type:ty) => {
        atomic!($name, $type, [
            fetch_add "Adds, wrapping around.",
            fetch_sub "Subtracts, wrapping around.",
            fetch_and "Bitwise and.",
            fetch_or "Bitwise or.",
            fetch_xor "Bitwise exclusive or.",
            fetch_nand "Bitwise not-and.",
            fetch_max "Keeps the greater one.",
            fetch_min "Keeps the smaller one.",
        ]);
    };
}

integer!(AtomicU32, u32);
integer!(AtomicU64, u64);
integer!(AtomicUsize, usize);
integer!(AtomicI64, i64);
atomic!(AtomicBool, bool, [
    fetch_and "Logical and.",
    fetch_or "Logical or.",
    fetch_xor "Logical exclusive or.",
    fetch_nand "Logical not-and.",
]);
