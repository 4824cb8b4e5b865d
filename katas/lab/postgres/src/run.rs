use std::future::Future;
use std::pin::Pin;

use suite::Spec;
use suite::harness::{self, Clock};

use crate::{Access, Db, lab};

/// What `#[suite::test(postgres)]` expands to: an async test on the real clock, with a schema of
/// its own, which is removed afterwards.
///
/// The server is started and waited for before the test's own time begins.
///
/// # Panics
/// When the test failed, as [`harness::task`] does.
pub fn run<'a, F>(spec: &Spec, access: Access, body: impl FnOnce(Db) -> F + 'a)
where
    F: Future<Output = ()> + 'a,
{
    on(spec, access, Box::new(|db| Box::pin(body(db))));
}

type Body<'a> = Box<dyn FnOnce(Db) -> Pin<Box<dyn Future<Output = ()> + 'a>> + 'a>;

/// Boxed: what all tests share is compiled here, and not into a suite once a test.
fn on(spec: &Spec, access: Access, body: Body<'_>) {
    let db = lab::wait(Db::open(access));
    let _close = Close(db.as_ref().ok().cloned());
    harness::task(spec, Clock::Real, || async move {
        match db {
            Ok(db) => body(db).await,
            Err(unavailable) => unavailable.end_test(),
        }
    });
}

/// Closes also when the test unwinds.
struct Close(Option<Db>);

impl Drop for Close {
    fn drop(&mut self) {
        if let Some(db) = self.0.take() {
            db.close_silently();
        }
    }
}
