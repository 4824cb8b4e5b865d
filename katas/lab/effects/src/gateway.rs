use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use explorer::{Caller, Footprint, Port, Reply};

use crate::Ledger;
use crate::memory::{Known, Memory};

/// What the gateway does with the next charge that it has not answered before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayAnswer {
    Charges,
    /// The card is declined: a final answer, which is kept with its key.
    Declines,
    /// It charges, and its reply never comes.
    ChargesThenTimesOut,
    /// It does nothing, and no reply comes.
    TimesOut,
    /// It charges at once, and its reply comes so much later.
    ChargesLate(Duration),
    /// 503: it does nothing and says so; the next time may be better. Not kept.
    Unavailable,
}

/// A charge that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charged {
    /// The gateway's id of it: `ch_1`.
    pub id: String,
    pub cents: u64,
}

/// Why there is no [`Charged`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayError {
    /// Final: nothing was charged, nor will be.
    Declined,
    /// Nothing was charged; asking again may help.
    Unavailable,
    /// No reply: whether it was charged, nobody knows.
    TimedOut,
    /// The key came before with another charge; nothing was charged.
    KeyReused,
}

impl fmt::Display for GatewayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Declined => "the card was declined",
            Self::Unavailable => "the gateway is not available",
            Self::TimedOut => "the gateway has not answered",
            Self::KeyReused => "the key came before with another charge",
        })
    }
}

impl std::error::Error for GatewayError {}

/// A call as it came, whatever became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayCall {
    pub order: String,
    pub cents: u64,
    pub key: Option<String>,
}

type Request = (String, u64);
type Kept = Result<Charged, GatewayError>;

/// A payment gateway. Cheap to clone: all clones are the same one.
///
/// With an idempotency key it charges once, and answers the same again, a declined card included;
/// an answer that says nothing final (503) is not kept. Without a key every call is a new charge.
#[derive(Debug, Clone)]
pub struct Gateway {
    memory: Arc<Mutex<Memory<GatewayAnswer, Request, Kept>>>,
    ledger: Ledger,
}

impl Default for Gateway {
    fn default() -> Self {
        Self::scripted([])
    }
}

impl Gateway {
    /// One that charges.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that does this with the charges that it has not answered before, one after the other,
    /// and charges from then on. Each schedule begins with the whole script.
    pub fn scripted(script: impl IntoIterator<Item = GatewayAnswer>) -> Self {
        let memory = Memory::new(script.into_iter().collect());
        Self { memory: Arc::new(Mutex::new(memory)), ledger: Ledger::default() }
    }

    /// Goes on with this when the script is done, until the next reset.
    pub fn then(&self, script: impl IntoIterator<Item = GatewayAnswer>) {
        self.lock().extend(script);
    }

    /// What it did, by order.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Every call that arrived, in order.
    pub fn calls(&self) -> Vec<GatewayCall> {
        let calls = self.lock().calls.clone();
        let call = |((order, cents), key)| GatewayCall { order, cents, key };
        calls.into_iter().map(call).collect()
    }

    /// What code under test holds.
    pub fn client(&self, caller: Caller) -> GatewayClient {
        GatewayClient { gateway: self.clone(), caller }
    }

    fn lock(&self) -> MutexGuard<'_, Memory<GatewayAnswer, Request, Kept>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The effect of one call: the answer, and how long it is on its way.
    fn charge(&self, order: &str, cents: u64, key: Option<&str>) -> (Kept, Duration, String) {
        let mut memory = self.lock();
        let request = (order.to_owned(), cents);
        match memory.hears(&request, key) {
            Known::Before(Ok(charged)) => {
                let said = format!("{}, as before", charged.id);
                return (Ok(charged), Duration::ZERO, said);
            }
            Known::Before(Err(error)) => {
                return (Err(error), Duration::ZERO, "declined, as before".into());
            }
            Known::Reused => {
                let said = "refused: the key came with another charge";
                return (Err(GatewayError::KeyReused), Duration::ZERO, said.into());
            }
            Known::No => {}
        }
        let answer = memory.next().unwrap_or(GatewayAnswer::Charges);
        match answer {
            GatewayAnswer::Declines => {
                memory.keep(request, key, Err(GatewayError::Declined));
                return (Err(GatewayError::Declined), Duration::ZERO, "declined".into());
            }
            GatewayAnswer::TimesOut => {
                return (Err(GatewayError::TimedOut), Duration::ZERO, "no reply".into());
            }
            GatewayAnswer::Unavailable => {
                return (Err(GatewayError::Unavailable), Duration::ZERO, "503".into());
            }
            _ => {}
        }
        memory.made += 1;
        let charged = Charged { id: format!("ch_{}", memory.made), cents };
        memory.keep(request, key, Ok(charged.clone()));
        self.ledger.record(order);
        let id = charged.id.clone();
        match answer {
            GatewayAnswer::ChargesThenTimesOut => {
                (Err(GatewayError::TimedOut), Duration::ZERO, format!("{id}, no reply"))
            }
            GatewayAnswer::ChargesLate(late) => (Ok(charged), late, format!("{id}, replies late")),
            _ => (Ok(charged), Duration::ZERO, id),
        }
    }
}

impl Port for Gateway {
    fn reset(&self) {
        self.lock().reset();
        self.ledger.clear();
    }

    fn state(&self) -> String {
        self.ledger.state("charges")
    }
}

/// The gateway, as one caller reaches it.
#[derive(Debug, Clone)]
pub struct GatewayClient {
    gateway: Gateway,
    caller: Caller,
}

impl GatewayClient {
    /// Charges so many cents for an order.
    ///
    /// Dropped before it is ready, it may have charged or not.
    ///
    /// # Errors
    /// See [`GatewayError`]. A connection that broke is [`GatewayError::TimedOut`].
    pub async fn charge(
        &self,
        order: &str,
        cents: u64,
        key: Option<&str>,
    ) -> Result<Charged, GatewayError> {
        let told = key.map_or_else(|| "no key".to_owned(), |key| format!("key {key}"));
        let call = self.caller.call(format!("charge {cents} for {order}, {told}"), || {
            let (answer, late, said) = self.gateway.charge(order, cents, key);
            Reply::new((answer, late), said).touching(Footprint::nothing().writes("gateway"))
        });
        match call.await {
            Ok((answer, late)) => {
                if !late.is_zero() {
                    tokio::time::sleep(late).await;
                }
                answer
            }
            Err(explorer::Lost) => Err(GatewayError::TimedOut),
        }
    }

    /// What was charged with this key, if anything was.
    ///
    /// # Errors
    /// [`GatewayError::TimedOut`], when no reply comes.
    pub async fn find(&self, key: &str) -> Result<Option<Charged>, GatewayError> {
        let call = self.caller.call(format!("find the charge of key {key}"), || {
            let found = self.gateway.lock().find(key).and_then(Result::ok);
            let said = found.as_ref().map_or("none", |charged| charged.id.as_str()).to_owned();
            Reply::new(found, said).touching(Footprint::nothing().reads("gateway"))
        });
        call.await.map_err(|explorer::Lost| GatewayError::TimedOut)
    }
}
