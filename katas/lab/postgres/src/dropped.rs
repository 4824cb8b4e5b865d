use suite::cancel::after_polls;
use tokio_postgres::Client;

use crate::is_at_rest;

/// What a sweep needs of whatever holds the connections of a test.
pub trait Connections {
    /// The connection under test, driven by the test's own runtime ([`crate::Db::client_here`]), and
    /// one that looks from outside.
    fn connections(&self) -> (&Client, &Client);
}

impl Connections for (Client, Client) {
    fn connections(&self) -> (&Client, &Client) {
        (&self.0, &self.1)
    }
}

/// Drops a call at every point where it can be dropped, each time after `anew`, until one comes to
/// its end. Each time the connection [must be at rest](is_at_rest), and `check` judges what is left:
/// it is told what happened, in words that name the call by `name`, and what the call returned, if
/// it was not dropped.
///
/// Under [`suite::exploring`]: each of the calls is progress.
///
/// # Panics
/// When `check` does, when the connection is not at rest, or when the call is not done after 500
/// polls.
pub async fn dropped_anywhere<S: Connections, T>(
    name: &str,
    state: &mut S,
    mut anew: impl AsyncFnMut(&mut S),
    mut call: impl AsyncFnMut(&mut S) -> T,
    mut check: impl AsyncFnMut(&S, &str, Option<T>),
) {
    let _exploring = suite::exploring();
    for polls in 0.. {
        anew(state).await;
        let ended = after_polls(polls, call(state)).await;
        let over = ended.is_some();
        let what = if over {
            format!("`{name}` runs to its end")
        } else {
            format!("`{name}` is dropped after poll {polls}")
        };
        let (client, admin) = state.connections();
        is_at_rest(&what, client, admin).await;
        check(state, &what, ended).await;
        if over {
            return;
        }
    }
}
