use std::collections::BTreeMap;
use std::fmt;

/// Names one message, for as long as anybody speaks of it. The *producer* chooses it, once, before
/// it publishes for the first time; to publish again keeps it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub String);

impl MessageId {
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What goes with a message and is not its body: trace, content type, number of attempts.
pub type Headers = BTreeMap<String, String>;

/// A message as its producer makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Empty where the producer gave none.
    pub id: MessageId,
    pub headers: Headers,
    pub body: Vec<u8>,
}

impl Message {
    pub fn new(id: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self { id: MessageId::new(id), headers: Headers::new(), body: body.into() }
    }

    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }
}
