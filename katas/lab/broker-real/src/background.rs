//! A runtime of the adapters' own: a test's may be counted for leaks, paused or dropped.

use std::future::{Future, pending};
use std::sync::LazyLock;

use tokio::runtime::{Builder, Handle};
use tokio::task::JoinHandle;

static BACKGROUND: LazyLock<Handle> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let handle = runtime.handle().clone();
    let drive = move || runtime.block_on(pending::<()>());
    std::thread::Builder::new().name("brokers".into()).spawn(drive).expect("a thread");
    handle
});

/// Starts `work` there; dropping the handle does not stop it.
pub fn spawn<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    BACKGROUND.spawn(work)
}

/// Does `work` there and waits for it here.
///
/// # Panics
/// When `work` does.
pub async fn there<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match spawn(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
