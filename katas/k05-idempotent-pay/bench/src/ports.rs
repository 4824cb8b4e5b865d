//! The learner's claims as the key store of the learner's endpoint, and the lab's gateway.

use std::sync::Arc;

use effects::{GatewayClient, GatewayError as Theirs};
use k05::s3_claim::{abandon, claim, complete};
use k05_given::{
    CallerId, Charged, Claim, Fingerprint, Gateway, GatewayError, IdemKey, KeyStore, Lease,
    StoreError, StoredResponse, Timestamp,
};
use tokio::sync::Mutex;
use tokio_postgres::Client;

/// Connections that take turns, as in a pool.
#[derive(Clone)]
pub struct Keys(pub Arc<Vec<Mutex<Client>>>);

impl Keys {
    /// One that nobody uses, or the one that it would be by its number.
    async fn connection(&self, key: &IdemKey) -> tokio::sync::MutexGuard<'_, Client> {
        let free = self.0.iter().find_map(|client| client.try_lock().ok());
        match free {
            Some(client) => client,
            None => self.0[key.0.len() % self.0.len()].lock().await,
        }
    }
}

impl KeyStore for Keys {
    async fn claim(
        &self,
        caller: &CallerId,
        key: &IdemKey,
        request: &Fingerprint,
    ) -> Result<Claim, StoreError> {
        let mut db = self.connection(key).await;
        claim(&mut db, caller, key, request, Timestamp(0)).await
    }

    async fn complete(&self, lease: &Lease, response: &StoredResponse) -> Result<(), StoreError> {
        let mut db = self.connection(&lease.key).await;
        complete(&mut db, lease, response).await
    }

    async fn abandon(&self, lease: &Lease) -> Result<(), StoreError> {
        let mut db = self.connection(&lease.key).await;
        abandon(&mut db, lease).await
    }
}

/// The gateway. It answers at once: what is measured is what is in front of it.
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
