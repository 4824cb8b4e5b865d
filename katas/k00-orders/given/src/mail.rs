use std::error;
use std::fmt;
use std::sync::Arc;

use crate::{Cents, Event, OrderId, Pending};

/// What a customer is told. Once sent, nobody takes it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mail {
    pub order: OrderId,
    pub total: Cents,
}

impl Mail {
    /// The mail that this event asks for, if it does: a confirmation is told to the customer.
    pub fn about(order: OrderId, event: &Event) -> Option<Self> {
        match event {
            Event::Confirmed { total, .. } => Some(Self { order, total: *total }),
            Event::Added(_) | Event::Cancelled { .. } => None,
        }
    }
}

impl fmt::Display for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "your {} is confirmed: {}", self.order, self.total)
    }
}

/// The mail did not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailError;

impl fmt::Display for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the mail did not leave")
    }
}

impl error::Error for MailError {}

/// Somebody who carries mail.
pub trait Post: Send + Sync + 'static {
    fn send(&self, mail: Mail) -> Pending<'_, Result<(), MailError>>;
}

/// Where mail is handed in. All clones are the same office.
#[derive(Clone)]
pub struct Mailer(Arc<dyn Post>);

impl Mailer {
    pub fn new(post: impl Post) -> Self {
        Self(Arc::new(post))
    }

    /// Hands a mail in.
    ///
    /// # Errors
    /// When it did not leave.
    ///
    /// # Cancellation
    /// Dropped, it leaves open whether the mail has left.
    pub async fn send(&self, mail: Mail) -> Result<(), MailError> {
        self.0.send(mail).await
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailer")
    }
}
