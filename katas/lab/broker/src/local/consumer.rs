use std::pin::pin;

use super::Broker;
use super::state::{Asked, ConnectionId};
use crate::fault::Kind;
use crate::{ConnectionLost, Consumer, Delivery, DeliveryTag, Fault, Requeue};

/// A consumer at the in-process [`Broker`]: one connection, which ends when this is dropped.
#[derive(Debug)]
pub struct LocalConsumer {
    broker: Broker,
    id: ConnectionId,
    queue: String,
}

impl LocalConsumer {
    pub(super) fn new(broker: Broker, id: ConnectionId) -> Self {
        let queue = broker.lock().queue_of(id);
        Self { broker, id, queue }
    }

    /// One thing that the broker is told of a delivery, with the fault that it may not arrive.
    async fn settle(&self, tag: DeliveryTag, how: Option<Requeue>) -> Result<(), ConnectionLost> {
        if !self.broker.lock().is_open(self.id) {
            return Err(ConnectionLost);
        }
        let name = self.broker.lock().name_of(self.id, tag);
        let text = match how {
            None => format!("ack {name}"),
            Some(Requeue::Yes) => format!("nack {name}, requeue"),
            Some(Requeue::No) => format!("nack {name}, no requeue"),
        };
        let said = text.clone();
        let id = self.id;
        self.broker
            .step(Kind::Settle, &self.queue, text, move |state, fault| {
                if fault == Some(Fault::LostAck) {
                    state.disconnect(id);
                    return (said, Ok(()));
                }
                let settled = match how {
                    None => state.ack(id, tag),
                    Some(requeue) => state.nack(id, tag, requeue),
                };
                if fault == Some(Fault::LateLoss) {
                    state.disconnect(id);
                }
                match settled {
                    Ok(_) => (said, Ok(())),
                    Err(lost) => {
                        (format!("{said} → no such delivery, connection closed"), Err(lost))
                    }
                }
            })
            .await
    }
}

impl Consumer for LocalConsumer {
    async fn next(&mut self) -> Result<Option<Delivery>, ConnectionLost> {
        loop {
            // Before looking, so that nothing that comes after the look is missed.
            let mut changed = pin!(self.broker.changed.notified());
            changed.as_mut().enable();
            let worth_asking = {
                let mut state = self.broker.lock();
                if let Some(delivery) = state.take(self.id) {
                    return Ok(Some(delivery));
                }
                if state.is_cancelled(self.id) {
                    return Ok(None);
                }
                if !state.is_open(self.id) {
                    return Err(ConnectionLost);
                }
                state.worth_asking(self.id)
            };
            if !worth_asking {
                changed.await;
                continue;
            }
            let id = self.id;
            self.broker
                .step(Kind::Deliver, &self.queue, "deliver".to_owned(), move |state, fault| {
                    match state.deliver(id, fault) {
                        Asked::Sent(sent) => (format!("deliver → {}", sent.join(", ")), ()),
                        Asked::Nothing => ("deliver → nothing left".to_owned(), ()),
                        Asked::Lost => ("deliver".to_owned(), ()),
                    }
                })
                .await;
        }
    }

    async fn ack(&mut self, tag: DeliveryTag) -> Result<(), ConnectionLost> {
        self.settle(tag, None).await
    }

    async fn nack(&mut self, tag: DeliveryTag, requeue: Requeue) -> Result<(), ConnectionLost> {
        self.settle(tag, Some(requeue)).await
    }

    async fn cancel(&mut self) -> Result<(), ConnectionLost> {
        // Nobody else can notice it, so it is no step.
        self.broker.lock().cancel(self.id)
    }

    async fn close(self) {}
}

impl Drop for LocalConsumer {
    fn drop(&mut self) {
        self.broker.lock().disconnect(self.id);
        self.broker.changed.notify_waiters();
    }
}
