//! How a message is an entry of a stream: a field for each part.

use broker::{Headers, Message, MessageId};
use redis::streams::StreamId;
use redis::{Cmd, FromRedisValue, cmd};

const ID: &str = "id";
const BODY: &str = "body";
const HEADER: &str = "header:";

/// What one delivery brings.
#[derive(Debug)]
pub struct Entry {
    /// The server's name for it.
    pub id: String,
    pub message: Message,
    pub deliveries: u32,
}

impl Entry {
    pub fn read(found: StreamId, deliveries: u32) -> Self {
        let text = |value: &redis::Value| String::from_redis_value_ref(value).unwrap_or_default();
        let (mut id, mut body, mut headers) = (String::new(), Vec::new(), Headers::new());
        for (field, value) in &found.map {
            match field.strip_prefix(HEADER) {
                Some(name) => drop(headers.insert(name.to_owned(), text(value))),
                None if field == ID => id = text(value),
                None if field == BODY => {
                    body = Vec::<u8>::from_redis_value_ref(value).unwrap_or_default();
                }
                None => {}
            }
        }
        let message = Message { id: MessageId(id), headers, body };
        Self { id: found.id, message, deliveries }
    }
}

/// `NOMKSTREAM`: to publish to a stream that there is not answers nil, and makes none.
pub fn add(stream: &str, message: &Message, make: bool) -> Cmd {
    let mut command = cmd("XADD");
    command.arg(stream);
    if !make {
        command.arg("NOMKSTREAM");
    }
    command.arg("*").arg(ID).arg(message.id.as_str()).arg(BODY).arg(&message.body[..]);
    for (name, value) in &message.headers {
        command.arg(format!("{HEADER}{name}")).arg(value);
    }
    command
}
