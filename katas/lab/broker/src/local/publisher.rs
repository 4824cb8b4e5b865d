use super::Broker;
use crate::fault::Kind;
use crate::{ConfirmedPublisher, Fault, Message, PublishError};

/// A publisher at the in-process [`Broker`].
#[derive(Debug, Clone)]
pub struct LocalPublisher {
    broker: Broker,
}

impl LocalPublisher {
    pub(super) fn new(broker: Broker) -> Self {
        Self { broker }
    }
}

impl ConfirmedPublisher for LocalPublisher {
    async fn publish(&self, queue: &str, message: &Message) -> Result<(), PublishError> {
        let text = format!("publish {}", message.id);
        let said = text.clone();
        self.broker
            .step(Kind::Publish, queue, text, move |state, fault| match fault {
                Some(Fault::LostPublish) => (said, Err(PublishError::Unconfirmed)),
                Some(Fault::Refuse) => (format!("{said} → refused"), Err(PublishError::Refused)),
                _ if !state.publish(queue, message.clone()) => {
                    (format!("{said} → unroutable"), Err(PublishError::Unroutable))
                }
                Some(_) => (said, Err(PublishError::Unconfirmed)),
                None => (format!("{said} → confirmed"), Ok(())),
            })
            .await
    }
}
