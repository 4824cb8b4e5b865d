use std::collections::BTreeMap;
use std::sync::Arc;

use broker::{ConnectionLost, Consumer, Delivery, DeliveryTag, Requeue};
use redis::aio::MultiplexedConnection;
use redis::{RedisResult, cmd, pipe};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

use super::entry::{self, Entry};
use super::fetch::Fetch;
use super::{GROUP, Line, connect, dead_letters, release};
use crate::{background, place};

/// A consumer of the group, with a name of its own.
#[derive(Debug)]
pub struct RedisConsumer {
    line: Line,
    stream: String,
    name: String,
    fetched: mpsc::UnboundedReceiver<RedisResult<Entry>>,
    fetching: Option<JoinHandle<()>>,
    room: Arc<Semaphore>,
    /// What was handed out and is not settled.
    unacked: BTreeMap<DeliveryTag, Entry>,
    last_tag: u64,
}

impl RedisConsumer {
    pub(super) async fn on(line: Line, stream: &str, prefetch: u16) -> Self {
        let name = place::name("consumer");
        let room = Arc::new(Semaphore::new(usize::from(prefetch.max(1))));
        let (to, fetched) = mpsc::unbounded_channel();
        // XREADGROUP blocks its connection: an ack must not wait behind it.
        let connection = connect(&line.client).await.expect("Redis answered before");
        let fetch = Fetch {
            connection,
            stream: stream.to_owned(),
            consumer: name.clone(),
            room: room.clone(),
            to,
        };
        let fetching = Some(background::spawn(fetch.run()));
        let stream = stream.to_owned();
        let unacked = BTreeMap::new();
        Self { line, stream, name, fetched, fetching, room, unacked, last_tag: 0 }
    }

    fn connection(&self) -> MultiplexedConnection {
        self.line.connection.clone()
    }

    /// Cuts the cable; the consumer's name.
    pub(super) fn sever(self) -> String {
        self.name.clone()
    }
}

impl Consumer for RedisConsumer {
    async fn next(&mut self) -> Result<Option<Delivery>, ConnectionLost> {
        let entry = match self.fetched.recv().await {
            Some(entry) => entry.map_err(|_| ConnectionLost)?,
            None if self.room.is_closed() => return Ok(None),
            None => return Err(ConnectionLost),
        };
        self.last_tag += 1;
        let tag = DeliveryTag(self.last_tag);
        let message = entry.message.clone();
        let delivery = Delivery {
            id: message.id,
            headers: message.headers,
            body: message.body,
            tag,
            redelivered: entry.deliveries > 1,
            deliveries: Some(entry.deliveries),
        };
        self.unacked.insert(tag, entry);
        Ok(Some(delivery))
    }

    /// `XACK`. Unlike with AMQP its answer is awaited, and to acknowledge twice is no error.
    async fn ack(&mut self, tag: DeliveryTag) -> Result<(), ConnectionLost> {
        let Some(entry) = self.unacked.remove(&tag) else { return Ok(()) };
        let mut ack = cmd("XACK");
        ack.arg(&self.stream).arg(GROUP).arg(&entry.id);
        let acked = ack.exec_async(&mut self.connection()).await;
        self.room.add_permits(1);
        acked.map_err(|_| ConnectionLost)
    }

    async fn nack(&mut self, tag: DeliveryTag, requeue: Requeue) -> Result<(), ConnectionLost> {
        let Some(entry) = self.unacked.remove(&tag) else { return Ok(()) };
        let mut connection = self.connection();
        let done = match requeue {
            Requeue::Yes => {
                release(&self.stream, &self.name, &[entry.id]).exec_async(&mut connection).await
            }
            // Both or neither.
            Requeue::No => {
                let mut both = pipe();
                both.atomic();
                both.add_command(entry::add(&dead_letters(&self.stream), &entry.message, true));
                both.cmd("XACK").arg(&self.stream).arg(GROUP).arg(&entry.id);
                both.exec_async(&mut connection).await
            }
        };
        self.room.add_permits(1);
        done.map_err(|_| ConnectionLost)
    }

    async fn cancel(&mut self) -> Result<(), ConnectionLost> {
        self.room.close();
        // A read that is under way may still bring something.
        match self.fetching.take() {
            Some(fetching) => fetching.await.map_err(|_| ConnectionLost),
            None => Ok(()),
        }
    }

    async fn close(mut self) {
        let _ = self.cancel().await;
        let mut ids: Vec<String> = self.unacked.values().map(|entry| entry.id.clone()).collect();
        while let Ok(Ok(entry)) = self.fetched.try_recv() {
            ids.push(entry.id);
        }
        if !ids.is_empty() {
            let _ =
                release(&self.stream, &self.name, &ids).exec_async(&mut self.connection()).await;
        }
    }
}

impl Drop for RedisConsumer {
    fn drop(&mut self) {
        if let Some(fetching) = &self.fetching {
            fetching.abort();
        }
    }
}
