//! What the broker knows. Everything here happens at once; who calls it, and when, is decided
//! elsewhere.

use std::collections::{BTreeMap, VecDeque};

use crate::{ConnectionLost, Delivery, DeliveryTag, Fault, Message, MessageId, Requeue};

/// A message in a queue.
#[derive(Debug, Clone)]
struct Held {
    /// Its place: what goes back goes back to it.
    position: u64,
    message: Message,
    deliveries: u32,
}

#[derive(Debug, Default)]
struct Queue {
    ready: VecDeque<Held>,
    acked: Vec<MessageId>,
    dead: Vec<Message>,
    /// Deliveries of the queue's whole life.
    delivered: u64,
}

impl Queue {
    /// Puts a message to its place.
    fn put(&mut self, held: Held) {
        let at = self.ready.partition_point(|other| other.position < held.position);
        self.ready.insert(at, held);
    }
}

/// One consumer's connection.
#[derive(Debug)]
struct Connection {
    queue: String,
    prefetch: usize,
    open: bool,
    cancelled: bool,
    next_tag: u64,
    unacked: BTreeMap<DeliveryTag, Held>,
    /// Sent, and not yet handed out.
    sent: VecDeque<DeliveryTag>,
}

/// Names a connection for as long as the broker lives, whatever is forgotten meanwhile: a handle of
/// an earlier schedule must not close one of this.
pub type ConnectionId = u64;

type Drained = Box<dyn Fn() + Send>;

#[derive(Default)]
pub struct State {
    queues: BTreeMap<String, Queue>,
    connections: BTreeMap<ConnectionId, Connection>,
    next_connection: ConnectionId,
    next_position: u64,
    /// What goes wrong next, in a plain test.
    pub script: VecDeque<Fault>,
    /// What else may go wrong, where the explorer decides.
    pub faults: Vec<Fault>,
    /// What is there at the beginning of each schedule.
    pub initial: Vec<(String, Vec<Message>)>,
    /// Called whenever nothing is left to do.
    pub drained: Vec<Drained>,
}

/// What came of asking for messages.
pub enum Asked {
    Nothing,
    Lost,
    /// These were sent, in this order.
    Sent(Vec<String>),
}

impl State {
    /// Forgets messages and connections; the queues stay, and what they hold at first.
    pub fn reset(&mut self) {
        for queue in self.queues.values_mut() {
            *queue = Queue::default();
        }
        self.connections.clear();
        self.script.clear();
        self.drained.clear();
        for (queue, messages) in self.initial.clone() {
            for message in messages {
                self.publish(&queue, message);
            }
        }
    }

    /// Each queue as a table: where its messages are.
    pub fn told(&self) -> String {
        let mut lines = Vec::new();
        for (name, queue) in &self.queues {
            let list = |ids: Vec<MessageId>| {
                let ids: Vec<String> = ids.into_iter().map(|id| id.0).collect();
                if ids.is_empty() { "-".to_owned() } else { ids.join(" ") }
            };
            let dead = queue.dead.iter().map(|message| message.id.clone()).collect();
            lines.push(format!("# {name}\tmessages\twhich"));
            lines.push(format!("ready\t{}", list(self.ready(name))));
            lines.push(format!("unacked\t{}", list(self.unacked(name))));
            lines.push(format!("acked\t{}", list(queue.acked.clone())));
            lines.push(format!("dead\t{}", list(dead)));
        }
        lines.join("\n")
    }

    pub fn declare(&mut self, queue: &str) {
        self.queues.entry(queue.to_owned()).or_default();
    }

    /// False if there is no such queue.
    pub fn publish(&mut self, queue: &str, message: Message) -> bool {
        let Some(queue) = self.queues.get_mut(queue) else { return false };
        let position = self.next_position;
        self.next_position += 1;
        queue.put(Held { position, message, deliveries: 0 });
        true
    }

    /// # Panics
    /// When there is no such queue.
    pub fn connect(&mut self, queue: &str, prefetch: u16) -> ConnectionId {
        assert!(self.queues.contains_key(queue), "there is no queue `{queue}`");
        let id = self.next_connection;
        self.next_connection += 1;
        let connection = Connection {
            queue: queue.to_owned(),
            prefetch: usize::from(prefetch).max(1),
            open: true,
            cancelled: false,
            next_tag: 1,
            unacked: BTreeMap::new(),
            sent: VecDeque::new(),
        };
        self.connections.insert(id, connection);
        id
    }

    fn open(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.get(&id).filter(|c| c.open)
    }

    /// Whether there is anything to be had by asking: messages, or the news that it is over.
    pub fn worth_asking(&self, id: ConnectionId) -> bool {
        self.open(id).is_none_or(|c| {
            let room = !c.cancelled && c.unacked.len() < c.prefetch;
            room && self.queues.get(&c.queue).is_some_and(|q| !q.ready.is_empty())
        })
    }

    /// Sends as many messages as the consumer has room for.
    pub fn deliver(&mut self, id: ConnectionId, fault: Option<Fault>) -> Asked {
        if fault == Some(Fault::Disconnect) {
            self.disconnect(id);
        }
        let Some(connection) = self.connections.get_mut(&id).filter(|c| c.open) else {
            return Asked::Lost;
        };
        if connection.cancelled {
            return Asked::Nothing;
        }
        let Some(queue) = self.queues.get_mut(&connection.queue) else { return Asked::Lost };
        if fault == Some(Fault::Reorder) && queue.ready.len() > 1 {
            queue.ready.swap(0, 1);
        }
        let copied = queue.ready.front().filter(|_| fault == Some(Fault::Duplicate)).cloned();
        let mut sent = Vec::new();
        while connection.unacked.len() < connection.prefetch
            && let Some(mut held) = queue.ready.pop_front()
        {
            held.deliveries += 1;
            queue.delivered += 1;
            let tag = DeliveryTag(connection.next_tag);
            connection.next_tag += 1;
            let again = if held.deliveries > 1 { ", redelivered" } else { "" };
            sent.push(format!("{} (tag {tag}{again})", held.message.id));
            connection.unacked.insert(tag, held);
            connection.sent.push_back(tag);
        }
        let name = connection.queue.clone();
        if let Some(held) = copied {
            self.publish(&name, held.message);
        }
        if fault == Some(Fault::LostDelivery) {
            self.disconnect(id);
        }
        if sent.is_empty() { Asked::Nothing } else { Asked::Sent(sent) }
    }

    /// The next of those that were sent; `None` where there is none.
    pub fn take(&mut self, id: ConnectionId) -> Option<Delivery> {
        let connection = self.connections.get_mut(&id).filter(|c| c.open)?;
        let tag = connection.sent.pop_front()?;
        let held = connection.unacked.get(&tag)?;
        let Message { id, headers, body } = held.message.clone();
        let redelivered = held.deliveries > 1;
        Some(Delivery { id, headers, body, tag, redelivered, deliveries: Some(held.deliveries) })
    }

    /// Acknowledges; to settle what is not unacked is a protocol error, at which AMQP's brokers
    /// close the channel.
    pub fn ack(&mut self, id: ConnectionId, tag: DeliveryTag) -> Result<MessageId, ConnectionLost> {
        let (queue, held) = self.settled(id, tag)?;
        let id = held.message.id;
        queue.acked.push(id.clone());
        self.tell_if_drained();
        Ok(id)
    }

    pub fn nack(
        &mut self,
        id: ConnectionId,
        tag: DeliveryTag,
        requeue: Requeue,
    ) -> Result<MessageId, ConnectionLost> {
        let (queue, held) = self.settled(id, tag)?;
        let id = held.message.id.clone();
        match requeue {
            Requeue::Yes => queue.put(held),
            Requeue::No => queue.dead.push(held.message),
        }
        self.tell_if_drained();
        Ok(id)
    }

    fn settled(
        &mut self,
        id: ConnectionId,
        tag: DeliveryTag,
    ) -> Result<(&mut Queue, Held), ConnectionLost> {
        let connection = self.connections.get_mut(&id).filter(|c| c.open).ok_or(ConnectionLost)?;
        let Some(held) = connection.unacked.remove(&tag) else {
            self.disconnect(id);
            return Err(ConnectionLost);
        };
        connection.sent.retain(|sent| *sent != tag);
        let queue = self.queues.get_mut(&connection.queue).ok_or(ConnectionLost)?;
        Ok((queue, held))
    }

    /// What a tag stands for, as a text.
    pub fn name_of(&self, id: ConnectionId, tag: DeliveryTag) -> String {
        let held = self.open(id).and_then(|c| c.unacked.get(&tag));
        held.map_or_else(|| format!("tag {tag}"), |held| format!("{}", held.message.id))
    }

    pub fn is_open(&self, id: ConnectionId) -> bool {
        self.open(id).is_some()
    }

    pub fn cancel(&mut self, id: ConnectionId) -> Result<(), ConnectionLost> {
        let connection = self.connections.get_mut(&id).filter(|c| c.open).ok_or(ConnectionLost)?;
        connection.cancelled = true;
        Ok(())
    }

    pub fn is_cancelled(&self, id: ConnectionId) -> bool {
        self.open(id).is_some_and(|c| c.cancelled)
    }

    /// The connection ends; what is unacked goes back to its place.
    pub fn disconnect(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.open = false;
        connection.sent.clear();
        let unacked = std::mem::take(&mut connection.unacked);
        if let Some(queue) = self.queues.get_mut(&connection.queue) {
            for held in unacked.into_values() {
                queue.put(held);
            }
        }
    }

    pub fn queue_of(&self, id: ConnectionId) -> String {
        self.connections.get(&id).map(|c| c.queue.clone()).unwrap_or_default()
    }

    pub fn ready(&self, queue: &str) -> Vec<MessageId> {
        let held = |q: &Queue| q.ready.iter().map(|h| h.message.id.clone()).collect();
        self.queues.get(queue).map(held).unwrap_or_default()
    }

    pub fn unacked(&self, queue: &str) -> Vec<MessageId> {
        let of = self.connections.values().filter(|c| c.queue == queue);
        of.flat_map(|c| c.unacked.values().map(|h| h.message.id.clone())).collect()
    }

    pub fn acked(&self, queue: &str) -> Vec<MessageId> {
        self.queues.get(queue).map(|q| q.acked.clone()).unwrap_or_default()
    }

    pub fn dead(&self, queue: &str) -> Vec<Message> {
        self.queues.get(queue).map(|q| q.dead.clone()).unwrap_or_default()
    }

    pub fn delivered(&self, queue: &str) -> u64 {
        self.queues.get(queue).map_or(0, |q| q.delivered)
    }

    pub fn is_drained(&self) -> bool {
        self.queues.values().all(|q| q.ready.is_empty())
            && self.connections.values().all(|c| c.unacked.is_empty())
    }

    fn tell_if_drained(&self) {
        if self.is_drained() {
            self.drained.iter().for_each(|tell| tell());
        }
    }

    /// The fault that a plain test has scripted for this, if it is its turn.
    pub fn scripted(&mut self, kind: crate::fault::Kind) -> Option<Fault> {
        let turn = self.script.front().is_some_and(|fault| fault.fits(kind));
        if turn { self.script.pop_front() } else { None }
    }
}
