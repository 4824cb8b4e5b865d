use std::future::poll_fn;
use std::pin::Pin;

use broker::{ConnectionLost, Consumer, Delivery, DeliveryTag, Headers, MessageId, Requeue};
use futures_core::Stream;
use lapin::options::{
    BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions,
};
use lapin::types::{AMQPValue, FieldTable};

use super::Line;

/// How often a quorum queue has delivered a message *before*; missing at the first time.
const COUNT: &str = "x-delivery-count";

/// A consumer on a channel and a connection of its own.
#[derive(Debug)]
pub struct RabbitConsumer {
    line: Line,
    inner: lapin::Consumer,
    cancelled: bool,
}

impl RabbitConsumer {
    pub(super) async fn on(line: Line, queue: &str, prefetch: u16) -> Self {
        let channel = &line.channel;
        channel.basic_qos(prefetch, BasicQosOptions::default()).await.expect("a prefetch");
        let options = BasicConsumeOptions::default();
        let inner =
            channel.basic_consume(queue.into(), "".into(), options, FieldTable::default()).await;
        let inner = inner.expect("the queue is there");
        Self { line, inner, cancelled: false }
    }

    /// Cuts the cable.
    pub(super) fn sever(self) {
        drop(self.line.cable);
    }
}

impl Consumer for RabbitConsumer {
    async fn next(&mut self) -> Result<Option<Delivery>, ConnectionLost> {
        match poll_fn(|cx| Pin::new(&mut self.inner).poll_next(cx)).await {
            Some(Ok(delivery)) => Ok(Some(read(delivery))),
            None if self.cancelled => Ok(None),
            None | Some(Err(_)) => Err(ConnectionLost),
        }
    }

    async fn ack(&mut self, tag: DeliveryTag) -> Result<(), ConnectionLost> {
        let ack = self.line.channel.basic_ack(tag.0, BasicAckOptions::default());
        ack.await.map_err(|_| ConnectionLost)
    }

    async fn nack(&mut self, tag: DeliveryTag, requeue: Requeue) -> Result<(), ConnectionLost> {
        let options = BasicNackOptions { multiple: false, requeue: requeue == Requeue::Yes };
        self.line.channel.basic_nack(tag.0, options).await.map_err(|_| ConnectionLost)
    }

    async fn cancel(&mut self) -> Result<(), ConnectionLost> {
        let cancel =
            self.line.channel.basic_cancel(self.inner.tag(), BasicCancelOptions::default());
        cancel.await.map_err(|_| ConnectionLost)?;
        self.cancelled = true;
        Ok(())
    }

    async fn close(self) {
        let Self { line, inner, .. } = self;
        line.close().await;
        drop(inner);
    }
}

fn read(delivery: lapin::message::Delivery) -> Delivery {
    let id = delivery.properties.message_id().as_ref().map_or("", |id| id.as_str()).to_owned();
    let (mut headers, mut before) = (Headers::new(), 0);
    for (name, value) in delivery.properties.headers().iter().flat_map(FieldTable::inner) {
        match value {
            AMQPValue::LongString(text) => {
                headers.insert(name.to_string(), text.to_string());
            }
            value if name.as_str() == COUNT => before = count(value),
            _ => {}
        }
    }
    Delivery {
        id: MessageId(id),
        headers,
        body: delivery.data,
        tag: DeliveryTag(delivery.delivery_tag),
        redelivered: delivery.redelivered,
        deliveries: Some(before + 1),
    }
}

/// A number, in whichever width it comes.
fn count(value: &AMQPValue) -> u32 {
    let number = match value {
        AMQPValue::ShortShortInt(n) => i64::from(*n),
        AMQPValue::ShortShortUInt(n) => i64::from(*n),
        AMQPValue::ShortInt(n) => i64::from(*n),
        AMQPValue::ShortUInt(n) => i64::from(*n),
        AMQPValue::LongInt(n) => i64::from(*n),
        AMQPValue::LongUInt(n) => i64::from(*n),
        AMQPValue::LongLongInt(n) => *n,
        _ => 0,
    };
    u32::try_from(number).unwrap_or(0)
}
