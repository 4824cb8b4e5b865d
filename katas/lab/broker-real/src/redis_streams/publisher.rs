use broker::{ConfirmedPublisher, Message, PublishError};

use super::{Line, entry};

/// `XADD`, whose answer is the confirm.
///
/// It says that the entry is in the server's memory. Whether it survives the server depends on
/// `appendfsync` and on the replicas (`WAIT`), which no client can see here.
#[derive(Debug)]
pub struct RedisPublisher {
    line: Line,
}

impl RedisPublisher {
    pub(super) fn on(line: Line) -> Self {
        Self { line }
    }
}

impl ConfirmedPublisher for RedisPublisher {
    async fn publish(&self, queue: &str, message: &Message) -> Result<(), PublishError> {
        let mut connection = self.line.connection.clone();
        let added = entry::add(queue, message, false).query_async(&mut connection).await;
        match added {
            Ok(Some(_)) => Ok::<_, PublishError>(()),
            Ok::<Option<String>, _>(None) => Err(PublishError::Unroutable),
            Err(error) if error.code().is_some() => Err(PublishError::Refused),
            Err(_) => Err(PublishError::Unconfirmed),
        }
    }
}
