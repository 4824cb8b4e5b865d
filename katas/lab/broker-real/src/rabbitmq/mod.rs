//! RabbitMQ, by lapin.

mod consumer;
mod publisher;

use std::time::Duration;

use broker::Connect;
use lapin::options::{QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::uri::AMQPUri;
use lapin::{Channel, Connection, ConnectionProperties};

use crate::cable::Cable;
use crate::reach::{PATIENCE, Unreachable, amqp_url};
use crate::{background, place};
pub use consumer::RabbitConsumer;
pub use publisher::RabbitPublisher;

/// A queue that nobody uses for so long is removed by the broker: that of a test that was killed.
const EXPIRES: Duration = Duration::from_secs(600);

/// A durable quorum queue, for one test.
#[derive(Debug)]
pub struct RabbitQueue {
    uri: AMQPUri,
    name: String,
    control: Line,
}

/// A connection, its channel, and the cable that it comes by.
#[derive(Debug)]
struct Line {
    connection: Connection,
    channel: Channel,
    cable: Cable,
}

impl Line {
    async fn to(uri: &AMQPUri) -> Result<Self, String> {
        let far = (uri.authority.host.clone(), uri.authority.port);
        let cable = Cable::to(far).await.map_err(|e| e.to_string())?;
        let mut near = uri.clone();
        near.authority.host = cable.near().ip().to_string();
        near.authority.port = cable.near().port();
        let connecting = background::there(async move {
            let properties = ConnectionProperties::default();
            let connection = Connection::connect_uri(near, properties).await?;
            let channel = connection.create_channel().await?;
            Ok::<_, lapin::Error>((connection, channel))
        });
        match tokio::time::timeout(PATIENCE, connecting).await {
            Ok(Ok((connection, channel))) => Ok(Self { connection, channel, cable }),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("it does not answer".to_owned()),
        }
    }

    /// Says goodbye.
    async fn close(self) {
        let _ = self.connection.close(200, "OK".into()).await;
        drop(self.cable);
    }
}

impl RabbitQueue {
    /// A new, empty one at `TRECE_AMQP_URL`, or at the standard port of this machine.
    ///
    /// # Errors
    /// [`Unreachable`].
    pub async fn open() -> Result<Self, Unreachable> {
        let url = amqp_url();
        let missing = |said: String| Unreachable::rabbitmq(&url, &said);
        let uri: AMQPUri = url.parse().map_err(missing)?;
        let control = Line::to(&uri).await.map_err(missing)?;
        let name = place::name("q");
        let mut arguments = FieldTable::default();
        arguments.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
        let expires = i64::try_from(EXPIRES.as_millis()).unwrap_or(i64::MAX);
        arguments.insert("x-expires".into(), AMQPValue::LongLongInt(expires));
        let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
        let declared = control.channel.queue_declare(name.as_str().into(), options, arguments);
        declared.await.map_err(|e| missing(e.to_string()))?;
        Ok(Self { uri, name, control })
    }

    /// Removes the queue.
    pub async fn remove(self) {
        let options = QueueDeleteOptions::default();
        let _ = self.control.channel.queue_delete(self.name.as_str().into(), options).await;
        self.control.close().await;
    }

    async fn line(&self) -> Line {
        Line::to(&self.uri).await.unwrap_or_else(|said| panic!("RabbitMQ answered before: {said}"))
    }
}

impl Connect for RabbitQueue {
    type Publisher = RabbitPublisher;
    type Consumer = RabbitConsumer;

    fn queue(&self) -> &str {
        &self.name
    }

    /// # Panics
    /// When RabbitMQ does not answer any more.
    async fn publisher(&self) -> RabbitPublisher {
        RabbitPublisher::on(self.line().await).await
    }

    /// # Panics
    /// When RabbitMQ does not answer any more.
    async fn consumer(&self, prefetch: u16) -> RabbitConsumer {
        RabbitConsumer::on(self.line().await, &self.name, prefetch).await
    }

    async fn sever(&self, consumer: RabbitConsumer) {
        consumer.sever();
    }
}
