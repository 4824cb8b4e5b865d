//! Connections whose end can be forced and awaited.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio_postgres::{Client, Config, Error, NoTls, SimpleQueryMessage};

use crate::lab;

/// How often it is asked at once whether sessions have ended, and how long it waits from then on.
const EAGER: u32 = 20;
const PAUSE: Duration = Duration::from_millis(1);

/// One connection, as both ends know it.
#[derive(Debug)]
struct Session {
    connection: AbortHandle,
    pid: i32,
    /// A process id comes back; together with this it does not.
    since: String,
}

/// The connections that were opened here.
#[derive(Debug, Default)]
pub struct Sessions(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    fenced: bool,
    open: Vec<Session>,
}

impl Sessions {
    /// Connects; `None` once [`Sessions::fence`] was called.
    pub async fn connect(&self, config: Config) -> Result<Option<Client>, Error> {
        if self.state(|state| state.fenced) {
            return Ok(None);
        }
        let (client, session) = lab::on_lab(open(config)).await?;
        let kept = self.state(|state| {
            state.open.retain(|session| !session.connection.is_finished());
            if state.fenced {
                session.connection.abort();
            } else {
                state.open.push(session);
            }
            !state.fenced
        });
        Ok(kept.then_some(client))
    }

    /// Lets there be no further connection, and returns what tells the server processes of those
    /// that are open from others in `pg_stat_activity`.
    pub fn fence(&self) -> String {
        self.state(|state| {
            state.fenced = true;
            let mut which = "false".to_owned();
            for Session { pid, since, .. } in &state.open {
                let _ = write!(which, " OR pid = {pid} AND backend_start = '{since}'");
            }
            which
        })
    }

    /// Cuts every connection. The server notices at the next thing that it reads or writes.
    pub fn cut(&self) {
        self.state(|state| state.open.drain(..).for_each(|session| session.connection.abort()));
    }

    fn state<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn open(config: Config) -> lab::Boxed<'static, Result<(Client, Session), Error>> {
    Box::pin(async move {
        let (client, connection) = config.connect(NoTls).await?;
        let connection = tokio::spawn(connection).abort_handle();
        // As simple a question as there is: it leaves nothing behind in the session.
        let me = "SELECT pid, backend_start FROM pg_stat_get_activity(pg_backend_pid())";
        let answer = client.simple_query(me).await?;
        let row = answer.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let column = |n| row.and_then(|row| row.get(n)).unwrap_or_default();
        let pid = column(0).parse().unwrap_or_default();
        let session = Session { connection, pid, since: column(1).to_owned() };
        Ok((client, session))
    })
}

/// The process ids of the sessions that `which`, a condition on `pg_stat_activity`, is true of.
pub async fn find(control: &Client, which: &str) -> Result<Vec<i32>, Error> {
    pids(control, "pid", which).await
}

/// Ends the sessions that `which`, a condition on `pg_stat_activity`, is true of, and waits until
/// none is left: their locks are free then and their transactions rolled back. `each` is called
/// with the process id of each, in every round, when all of them have been told.
///
/// `pg_terminate_backend` with a time limit looks every 100 ms only; this asks at once.
pub async fn end(control: &Client, which: &str, each: impl Fn(i32)) -> Result<(), Error> {
    for round in 0_u32.. {
        let left = pids(control, "pid, pg_terminate_backend(pid)", which).await?;
        if left.is_empty() {
            break;
        }
        left.into_iter().for_each(&each);
        if round >= EAGER {
            lab::on_lab(tokio::time::sleep(PAUSE)).await;
        }
    }
    Ok(())
}

async fn pids(control: &Client, what: &str, which: &str) -> Result<Vec<i32>, Error> {
    let sql =
        format!("SELECT {what} FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND ({which})");
    let answer = control.simple_query(&sql).await?;
    let pid = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
        _ => None,
    };
    Ok(answer.iter().filter_map(pid).collect())
}
