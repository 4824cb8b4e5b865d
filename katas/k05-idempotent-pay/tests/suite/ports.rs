//! The lab's gateway behind the kata's trait.

use effects::{GatewayClient, GatewayError as Theirs};
use k05_given::{Charged, Gateway, GatewayError};

/// The gateway, as the learner's code reaches it.
#[derive(Clone)]
pub struct Till(pub GatewayClient);

impl Gateway for Till {
    async fn charge(
        &self,
        order: &str,
        cents: u64,
        key: Option<&str>,
    ) -> Result<Charged, GatewayError> {
        match self.0.charge(order, cents, key).await {
            Ok(charged) => Ok(Charged { id: charged.id, cents: charged.cents }),
            Err(Theirs::Declined) => Err(GatewayError::Declined),
            Err(Theirs::Unavailable) => Err(GatewayError::Unavailable),
            Err(Theirs::TimedOut) => Err(GatewayError::TimedOut),
            Err(Theirs::KeyReused) => Err(GatewayError::KeyReused),
        }
    }
}
