//! Memory orderings in a model, where loom differs from what is promised.

use std::sync::atomic::Ordering;

use crate::run::Run;

/// loom takes `SeqCst` accesses for `AcqRel` ones, but is exact about `SeqCst` fences. With one on
/// either side of each such access a program that uses nothing else is sequentially consistent. A
/// fence costs no schedule.
///
/// Between the fence and the access other lanes may move. So these accesses are read-modify-writes
/// all of them, which see the newest value and stand in one order: loads as a `compare_exchange`
/// that changes nothing, stores as a `swap`. It also makes the search complete: for plain loads
/// loom remembers the last reader alone, and a store that comes before an earlier one is missed.
///
/// The price: a relaxed load is kept behind a `SeqCst` store of its own thread, which hardware
/// need not do.
pub(super) fn ordered<R>(run: &Run, order: Ordering, operation: impl FnOnce(bool) -> R) -> R {
    if order != Ordering::SeqCst {
        run.weak.set(true);
        if !run.strong {
            return run.switch(|| operation(false));
        }
    }
    loom::sync::atomic::fence(Ordering::SeqCst);
    let result = run.switch(|| operation(true));
    loom::sync::atomic::fence(Ordering::SeqCst);
    result
}

pub(super) fn strongest(success: Ordering, failure: Ordering) -> Ordering {
    if failure == Ordering::SeqCst { failure } else { success }
}

/// After two equal failures in a row nothing but another lane can help: it gets its turn. (Not
/// after the first one, or schedules would be lost in which this lane is quick.)
pub(super) fn give_way(run: &Run, again: bool) {
    if again {
        run.switch(loom::thread::yield_now);
    }
}
