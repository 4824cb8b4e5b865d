//! Redis Streams: a stream, one consumer group.

mod consumer;
mod entry;
mod fetch;
mod publisher;

use broker::Connect;
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, cmd,
};

use crate::cable::Cable;
use crate::reach::{PATIENCE, Unreachable, redis_url};
use crate::{background, place};
pub use consumer::RedisConsumer;
pub use publisher::RedisPublisher;

/// All consumers of a test share the work.
const GROUP: &str = "workers";

/// Whoever has had an entry for so long without acknowledging it loses it to whoever asks. Longer
/// than any test: a consumer that is alive loses nothing.
const CLAIM_AFTER_MS: u64 = 3_600_000;

/// As long ago as it takes, twice.
const LONG_AGO_MS: u64 = 2 * CLAIM_AFTER_MS;

/// Keys that nobody touches for so long are removed by the server: those of a test that was killed.
const EXPIRES_SECONDS: u64 = 600;

/// A stream with a consumer group, for one test.
#[derive(Debug)]
pub struct RedisQueue {
    info: ConnectionInfo,
    name: String,
    control: Line,
}

/// A connection, and the cable that it comes by.
#[derive(Debug)]
struct Line {
    connection: MultiplexedConnection,
    /// For a second connection by the same cable.
    client: Client,
    _cable: Cable,
}

impl Line {
    async fn to(info: &ConnectionInfo) -> Result<Self, String> {
        let ConnectionAddr::Tcp(host, port) = info.addr().clone() else {
            return Err("only redis:// is understood here".to_owned());
        };
        let cable = Cable::to((host, port)).await.map_err(|e| e.to_string())?;
        let near = cable.near();
        let near = ConnectionAddr::Tcp(near.ip().to_string(), near.port());
        let client = Client::open(info.clone().set_addr(near)).map_err(|e| e.to_string())?;
        let mut connection = connect(&client).await?;
        let () = cmd("PING").exec_async(&mut connection).await.map_err(|e| e.to_string())?;
        Ok(Self { connection, client, _cable: cable })
    }
}

async fn connect(client: &Client) -> Result<MultiplexedConnection, String> {
    let client = client.clone();
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(PATIENCE))
        .set_response_timeout(Some(PATIENCE));
    let connecting = background::there(async move {
        client.get_multiplexed_async_connection_with_config(&config).await
    });
    connecting.await.map_err(|e| e.to_string())
}

impl RedisQueue {
    /// A new, empty one at `TRECE_REDIS_URL`, or at the standard port of this machine.
    ///
    /// # Errors
    /// [`Unreachable`].
    pub async fn open() -> Result<Self, Unreachable> {
        let url = redis_url();
        let missing = |said: String| Unreachable::redis(&url, &said);
        let info = url.as_str().into_connection_info().map_err(|e| missing(e.to_string()))?;
        let mut control = Line::to(&info).await.map_err(missing)?;
        let name = place::name("stream");
        // From the first entry on ("0"), and made if it is not there.
        let mut create = cmd("XGROUP");
        create.arg("CREATE").arg(&name).arg(GROUP).arg("0").arg("MKSTREAM");
        let mut expire = cmd("EXPIRE");
        expire.arg(&name).arg(EXPIRES_SECONDS);
        for command in [create, expire] {
            let done = command.exec_async(&mut control.connection).await;
            done.map_err(|e| missing(e.to_string()))?;
        }
        Ok(Self { info, name, control })
    }

    /// Removes the stream and its dead letters.
    pub async fn remove(mut self) {
        let mut delete = cmd("DEL");
        delete.arg(&self.name).arg(dead_letters(&self.name));
        let _ = delete.exec_async(&mut self.control.connection).await;
    }

    async fn line(&self) -> Line {
        Line::to(&self.info).await.unwrap_or_else(|said| panic!("Redis answered before: {said}"))
    }
}

/// Where entries go that were refused.
fn dead_letters(stream: &str) -> String {
    format!("{stream}-dead")
}

/// Makes these entries look as if nobody had touched them for long: whoever asks next takes them
/// over. `JUSTID`, since this is no delivery and must not count as one.
fn release(stream: &str, consumer: &str, ids: &[String]) -> redis::Cmd {
    let mut command = cmd("XCLAIM");
    command.arg(stream).arg(GROUP).arg(consumer).arg(0).arg(ids);
    command.arg("IDLE").arg(LONG_AGO_MS).arg("JUSTID");
    command
}

impl Connect for RedisQueue {
    type Publisher = RedisPublisher;
    type Consumer = RedisConsumer;

    fn queue(&self) -> &str {
        &self.name
    }

    /// # Panics
    /// When Redis does not answer any more.
    async fn publisher(&self) -> RedisPublisher {
        RedisPublisher::on(self.line().await)
    }

    /// # Panics
    /// When Redis does not answer any more.
    async fn consumer(&self, prefetch: u16) -> RedisConsumer {
        RedisConsumer::on(self.line().await, &self.name, prefetch).await
    }

    /// Cuts the connection. Redis does nothing then: the entries stay with the consumer that is
    /// gone until somebody claims them. The time that has to pass first passes here at once.
    async fn sever(&self, consumer: RedisConsumer) {
        let gone = consumer.sever();
        let mut connection = self.control.connection.clone();
        let mut pending = cmd("XPENDING");
        pending.arg(&self.name).arg(GROUP).arg("-").arg("+").arg(u32::from(u16::MAX)).arg(&gone);
        let pending: Vec<(String, String, u64, u32)> =
            pending.query_async(&mut connection).await.expect("the entries that it has");
        let ids: Vec<String> = pending.into_iter().map(|(id, ..)| id).collect();
        if !ids.is_empty() {
            let released = release(&self.name, &gone, &ids).exec_async(&mut connection).await;
            released.expect("the entries are there");
        }
    }
}
