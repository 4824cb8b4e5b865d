//! Connections that are open before the first request, and handed round.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use async_channel::{Receiver, Sender};
use socket2::SockRef;

use crate::backend::{SIZE, request};

/// So many connections for so many requests in flight: a quarter more, so that what comes in
/// bursts, or is late, does not wait for a connection.
pub fn needed(in_flight: usize) -> usize {
    in_flight + in_flight / 4 + 16
}

/// So many connections may wait for the server to take them: half of what Rust's own listener lets
/// wait. One more than a listener's queue holds is refused without a word, and tried again after a
/// second (`tcp_syn_retries` in tcp(7), RFC 6298, section 2).
const QUEUE: usize = 64;

/// Opens so many to the server of [`crate::backend`], one after the other.
///
/// # Errors
/// Those of the operating system: it lets nobody have so many.
pub fn open(address: SocketAddr, count: usize) -> io::Result<Vec<TcpStream>> {
    let connect = |number: usize| {
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        // Closed at once and without a trace: ten thousand ports that linger for a minute would
        // be missing in the next run.
        SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
        // They are taken in the order in which they came: who has this one's reply knows that
        // none waits any more.
        if number.is_multiple_of(QUEUE) {
            stream.write_all(&request(Duration::ZERO))?;
            stream.read_exact(&mut [0; SIZE])?;
        }
        Ok(stream)
    };
    (0..count).map(connect).collect()
}

/// Connections that nobody uses, for threads and for tasks of any runtime.
#[derive(Debug)]
pub struct Free<C> {
    give: Sender<C>,
    take: Receiver<C>,
}

impl<C> Free<C> {
    pub fn new(connections: impl IntoIterator<Item = C>) -> Self {
        let (give, take) = async_channel::unbounded();
        for connection in connections {
            give.try_send(connection).expect("without a bound, and open");
        }
        Self { give, take }
    }

    /// The next one, when there is one. It is the caller's: who does not give it back has closed
    /// it.
    pub async fn take(&self) -> C {
        self.take.recv().await.expect("open as long as this is")
    }

    /// The same, for a thread that may wait.
    pub fn take_blocking(&self) -> C {
        self.take.recv_blocking().expect("open as long as this is")
    }

    pub fn give(&self, connection: C) {
        self.give.try_send(connection).expect("without a bound, and open");
    }
}
