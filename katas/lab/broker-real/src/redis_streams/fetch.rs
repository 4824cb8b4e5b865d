//! Getting entries ahead, as many as the prefetch allows.
//!
//! In a task of its own, so that a `next` that is dropped takes no entry with it: what
//! `XREADGROUP` has answered is pending at this consumer, read or not.

use std::collections::HashMap;
use std::sync::Arc;

use redis::aio::MultiplexedConnection;
use redis::streams::{StreamAutoClaimReply, StreamId, StreamReadReply};
use redis::{RedisResult, cmd};
use tokio::sync::{Semaphore, mpsc};

use super::entry::Entry;
use super::{CLAIM_AFTER_MS, GROUP};

/// So long one `XREADGROUP` waits for something new; then it is looked again for what others have
/// left.
const BLOCK_MS: u64 = 20;

pub struct Fetch {
    pub connection: MultiplexedConnection,
    pub stream: String,
    pub consumer: String,
    /// A permit for each entry that may still be fetched; closed when no more are wanted.
    pub room: Arc<Semaphore>,
    pub to: mpsc::UnboundedSender<RedisResult<Entry>>,
}

impl Fetch {
    /// Until the room is closed, nobody listens or the connection is lost.
    pub async fn run(mut self) {
        loop {
            let Ok(first) = self.room.acquire().await else { return };
            first.forget();
            let mut wanted = 1;
            while let Ok(more) = self.room.try_acquire() {
                more.forget();
                wanted += 1;
            }
            let got = match self.some(wanted).await {
                Ok(entries) => entries,
                Err(error) => {
                    let _ = self.to.send(Err(error));
                    return;
                }
            };
            self.room.add_permits(wanted - got.len());
            for entry in got {
                if self.to.send(Ok(entry)).is_err() {
                    return;
                }
            }
        }
    }

    /// What others have left comes first: it is older.
    async fn some(&mut self, wanted: usize) -> RedisResult<Vec<Entry>> {
        let left = self.take_over(wanted).await?;
        if left.is_empty() { self.new_ones(wanted).await } else { Ok(left) }
    }

    async fn take_over(&mut self, wanted: usize) -> RedisResult<Vec<Entry>> {
        let mut claim = cmd("XAUTOCLAIM");
        claim.arg(&self.stream).arg(GROUP).arg(&self.consumer).arg(CLAIM_AFTER_MS).arg("0-0");
        claim.arg("COUNT").arg(wanted);
        let claimed: StreamAutoClaimReply = claim.query_async(&mut self.connection).await?;
        if claimed.claimed.is_empty() {
            return Ok(Vec::new());
        }
        let counts = self.counts().await?;
        let count = |found: &StreamId| counts.get(&found.id).copied().unwrap_or(2);
        Ok(claimed
            .claimed
            .into_iter()
            .map(|e| (count(&e), e))
            .map(|(n, e)| Entry::read(e, n))
            .collect())
    }

    /// How often each entry was delivered that this consumer has.
    async fn counts(&mut self) -> RedisResult<HashMap<String, u32>> {
        let mut pending = cmd("XPENDING");
        pending.arg(&self.stream).arg(GROUP).arg("-").arg("+").arg(u32::from(u16::MAX));
        pending.arg(&self.consumer);
        let rows: Vec<(String, String, u64, u32)> =
            pending.query_async(&mut self.connection).await?;
        Ok(rows.into_iter().map(|(id, _, _, count)| (id, count)).collect())
    }

    async fn new_ones(&mut self, wanted: usize) -> RedisResult<Vec<Entry>> {
        let mut read = cmd("XREADGROUP");
        read.arg("GROUP").arg(GROUP).arg(&self.consumer).arg("COUNT").arg(wanted);
        read.arg("BLOCK").arg(BLOCK_MS).arg("STREAMS").arg(&self.stream).arg(">");
        let reply: Option<StreamReadReply> = read.query_async(&mut self.connection).await?;
        let keys = reply.map(|reply| reply.keys).unwrap_or_default();
        Ok(keys.into_iter().flat_map(|key| key.ids).map(|e| Entry::read(e, 1)).collect())
    }
}
