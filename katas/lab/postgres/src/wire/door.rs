//! How a lane comes to its client.

use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;

use explorer::{Actor, Caller, Returned};
use tokio_postgres::{Client, Error, NoTls};

use super::sessions::Lane;
use super::shared::Wire;
use super::tap::{RETURNED, serve};
use crate::lab::Boxed;

/// What a lane's function gives back.
pub type LaneFuture<'a, T, E> = Boxed<'a, Result<T, E>>;

/// Between client and tap: more than any statement of a suite.
const BUFFER: usize = 1 << 16;

/// Where a lane connects.
#[derive(Clone)]
pub struct Door {
    pub(super) actor: Actor,
    pub(super) wire: Arc<Wire>,
    pub(super) retryable: Arc<[String]>,
}

impl Door {
    /// An ordinary client, on its lane.
    ///
    /// # Errors
    /// When the server is gone.
    pub fn connect(&self) -> Boxed<'_, Result<Client, Error>> {
        Box::pin(async {
            let (near, far) = tokio::io::duplex(BUFFER);
            let (wire, gate) = (self.wire.clone(), self.actor.gate().clone());
            let strand = self.actor.connection();
            self.actor.spawn_outside(serve(wire, gate, strand, far));
            let (client, connection) = self.wire.database.lane().connect_raw(near, NoTls).await?;
            tokio::spawn(connection);
            Ok(client)
        })
    }

    /// Who calls ports in this process: what their handles are made from.
    pub fn caller(&self) -> Caller {
        Caller::from(&self.actor)
    }

    /// Keeps `thing` until the schedule is over or the lane's process dies, although its function
    /// has returned: a connection of a process that lives on.
    pub fn keep(&self, thing: impl std::any::Any + Send) {
        self.actor.keep(thing);
    }

    /// Serves `request` as a web server does: until it is done, or until its client hangs up
    /// ([`super::sessions::Scenario::hang_ups`]). Then it is dropped where it waits, and the result
    /// is `None`. What it has spawned lives on.
    pub async fn until_hung_up<T>(&self, request: impl Future<Output = T>) -> Option<T> {
        self.actor.until_hung_up(request).await
    }

    /// What the lane's function gave back, as the explorer compares it.
    pub(super) fn returned<T: Debug, E: Debug>(&self, result: &Result<T, E>) -> Returned {
        self.told(&format!("{result:?}"), result.is_ok())
    }

    fn told(&self, text: &str, ok: bool) -> Returned {
        let last = self.wire.facts()[self.actor.lane()].last_error.clone();
        let may = last.is_some_and(|state| self.retryable.contains(&state));
        Returned { text: brief(text), ok, gave_up: !ok && may }
    }
}

/// A value's `Debug` text, where the client's account of a server's error, twenty fields long, is
/// its SQLSTATE and message, and FATAL where the session has ended.
fn brief(text: &str) -> String {
    const LONG: &str = "Error { kind: Db, cause: Some(DbError {";
    let Some((before, rest)) = text.split_once(LONG) else { return text.to_owned() };
    let fatal = if rest.starts_with("severity: \"FATAL\"") { "FATAL " } else { "" };
    let code = rest.split_once("code: SqlState(E").and_then(|(_, code)| code.split_once(')'));
    let code = code.map_or("?????", |(code, _)| code);
    let message = rest.split_once("message: \"").map(|(_, message)| unquoted(message));
    let message = message.unwrap_or_default();
    let after = rest.split_once("}) }").map_or("", |(_, after)| after);
    format!("{before}{fatal}{code} {message}{}", brief(after))
}

/// The text in front of the closing quotation mark, as it was before `Debug` wrote it.
fn unquoted(text: &str) -> String {
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(c) = characters.next().filter(|c| *c != '"') {
        out.push(match (c, if c == '\\' { characters.next() } else { None }) {
            ('\\', Some('n')) => ' ',
            ('\\', Some(escaped)) => escaped,
            _ => c,
        });
    }
    out
}

/// A lane's function on a client, whatever it gives back.
pub(super) type Session =
    dyn for<'a> Fn(&'a mut Client, &'a Door) -> Boxed<'a, Returned> + Send + Sync;

/// The lane that runs it on a client of its own, which stays open when it has returned.
pub(super) fn with_client(session: Arc<Session>) -> Lane {
    Box::new(move |actor, door| {
        let session = session.clone();
        Box::pin(async move {
            let mut client = match door.connect().await {
                Ok(client) => client,
                Err(error) => panic!("the lab could not connect: {error}"),
            };
            let returned = session(&mut client, &door).await;
            // What it sent and did not wait for, a dropped transaction's ROLLBACK, is answered first.
            let _ = client.batch_execute(RETURNED).await;
            actor.keep(client);
            returned
        })
    })
}

#[cfg(test)]
mod tests {
    use super::brief;

    #[test]
    fn an_error_of_the_server_is_short() {
        let long = "Err(Sql(Error { kind: Db, cause: Some(DbError { severity: \"ERROR\", \
                    code: SqlState(E40P01), message: \"deadlock detected\", detail: None, \
                    routine: Some(\"x\") }) }))";
        assert_eq!(brief(long), "Err(Sql(40P01 deadlock detected))");
        assert_eq!(brief("Ok(true)"), "Ok(true)");
        let long = "Err(Error { kind: Db, cause: Some(DbError { severity: \"ERROR\", \
                    code: SqlState(E23505), message: \"constraint \\\"a\\\", \\\"b\\\"\", \
                    detail: Some(\"x\") }) })";
        assert_eq!(brief(long), "Err(23505 constraint \"a\", \"b\")");
    }
}
