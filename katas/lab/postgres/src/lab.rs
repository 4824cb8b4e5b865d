//! The lab's own runtime: one thread that drives control connections.
//!
//! They are not on the test's runtime, where the leak check would count them, a paused clock
//! would run away from them, and a crash would end them.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::LazyLock;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::task::{JoinError, JoinHandle};
use tokio_postgres::{Client, Config, Error, NoTls};

static LAB: LazyLock<Handle> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let handle = runtime.handle().clone();
    let drive = move || runtime.block_on(pending::<()>());
    std::thread::Builder::new().name("lab".into()).spawn(drive).expect("a thread for the lab");
    handle
});

/// An `async fn` is compiled where it is polled, all of the client's part in it included; what a
/// plain `fn` has boxed is compiled here, and not into every suite.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A client whose connection is driven by the runtime on which it is made.
pub(crate) fn client_here(config: Config) -> Boxed<'static, Result<Client, Error>> {
    Box::pin(async move {
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    })
}

/// Starts `work` on the lab's thread; dropping the handle does not stop it.
pub fn spawn<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    LAB.spawn(work)
}

/// Does `work` on the lab's thread, and waits for it on whatever runtime this is.
///
/// Cancellation: the work goes on; what it makes is dropped when it is done.
///
/// # Panics
/// When `work` does.
pub async fn on_lab<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    ended(spawn(work).await)
}

/// Does `work` on the lab's thread, while this one waits: from any thread but the lab's, inside
/// of a runtime or not.
///
/// # Panics
/// When `work` does.
pub fn wait<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    wait_and(|| {}, work)
}

/// As [`wait`], with something to be done every second meanwhile.
pub(crate) fn wait_and<T: Send + 'static>(
    every_second: impl Fn(),
    work: impl Future<Output = T> + Send + 'static,
) -> T {
    let (done, result) = sync_channel(1);
    let work = spawn(work);
    spawn(async move {
        let _ = done.send(work.await);
    });
    loop {
        match result.recv_timeout(Duration::from_secs(1)) {
            Ok(end) => return ended(end),
            Err(RecvTimeoutError::Timeout) => every_second(),
            Err(RecvTimeoutError::Disconnected) => {
                unreachable!("the lab's thread lives as long as the process")
            }
        }
    }
}

/// Does what blocks on a thread that may.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    ended(LAB.spawn_blocking(work).await)
}

/// Nobody aborts the lab's work, so it was done, or panicked.
fn ended<T>(end: Result<T, JoinError>) -> T {
    match end {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
