//! What is compared: a worker that remembers, and one that does not.

use bench_lab::Way;
use k06::s2_inbox::handle;
use k06_given::{Captured, Delivery, HandleError, Handled};
use tokio_postgres::Client;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// The bench's own: pays, and remembers nothing. Wrong where anything comes twice; it is here
    /// for what the right one costs.
    None,
    /// The learner's `handle`.
    Inbox,
}

impl Way for Memory {
    const ALL: &'static [Self] = &[Self::None, Self::Inbox];

    fn key(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Inbox => "inbox",
        }
    }

    fn step(self) -> Option<&'static str> {
        (self == Self::Inbox).then_some("s2_inbox")
    }
}

impl Memory {
    /// One message in a transaction of its own.
    pub async fn handle(
        self,
        db: &mut Client,
        m: &Delivery<Captured>,
    ) -> Result<Handled, HandleError> {
        let tx = db.transaction().await?;
        let handled = match self {
            Self::None => {
                let pay = "UPDATE merchant SET balance = balance + $2 WHERE id = $1";
                tx.execute(pay, &[&m.body.merchant, &m.body.cents]).await?;
                Handled::Applied
            }
            Self::Inbox => handle(m, &tx).await?,
        };
        tx.commit().await?;
        Ok(handled)
    }
}
