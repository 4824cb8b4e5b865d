use broker::{ConfirmedPublisher, Message, PublishError};
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Confirmation};

use super::Line;

/// Persistent messages by the default exchange, `mandatory` and confirmed.
#[derive(Debug)]
pub struct RabbitPublisher {
    line: Line,
}

impl RabbitPublisher {
    pub(super) async fn on(line: Line) -> Self {
        let confirms = line.channel.confirm_select(ConfirmSelectOptions::default()).await;
        confirms.expect("RabbitMQ has publisher confirms");
        Self { line }
    }
}

/// Without `mandatory`, RabbitMQ confirms a message that no queue takes, and drops it.
const MANDATORY: BasicPublishOptions = BasicPublishOptions { mandatory: true, immediate: false };

/// `delivery_mode` of a message that survives the broker.
const PERSISTENT: u8 = 2;

impl ConfirmedPublisher for RabbitPublisher {
    async fn publish(&self, queue: &str, message: &Message) -> Result<(), PublishError> {
        let mut headers = FieldTable::default();
        for (name, value) in &message.headers {
            headers.insert(name.as_str().into(), AMQPValue::LongString(value.as_str().into()));
        }
        let properties = BasicProperties::default()
            .with_message_id(message.id.as_str().into())
            .with_headers(headers)
            .with_delivery_mode(PERSISTENT);
        let channel = &self.line.channel;
        let publish =
            channel.basic_publish("".into(), queue.into(), MANDATORY, &message.body, properties);
        // An error at either await leaves open whether the broker has it.
        let confirm = publish.await.map_err(|_| PublishError::Unconfirmed)?;
        match confirm.await.map_err(|_| PublishError::Unconfirmed)? {
            Confirmation::Ack(None) => Ok(()),
            Confirmation::Ack(Some(_)) => Err(PublishError::Unroutable),
            Confirmation::Nack(_) | Confirmation::NotRequested => Err(PublishError::Refused),
        }
    }
}
