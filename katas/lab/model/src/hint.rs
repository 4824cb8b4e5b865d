//! [`std::hint`], as far as threads are concerned.

/// Tells the processor, or the model, that this thread waits for another one in a loop.
///
/// A spin loop without it, and without [`crate::thread::yield_now`], never ends in a model.
#[track_caller]
pub fn spin_loop() {
    crate::thread::give_way("spin_loop", std::hint::spin_loop);
}
