use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use explorer::{Caller, Footprint, Port, Reply};

use crate::Ledger;
use crate::memory::{Known, Memory};

/// What the mailer does with the next mail that it has not answered before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailAnswer {
    Sends,
    /// It sends, and its reply never comes.
    SendsThenTimesOut,
    /// It does nothing, and no reply comes.
    TimesOut,
    /// The address is refused: a final answer, which is kept with its key.
    Refuses,
    /// It does nothing and says so; the next time may be better. Not kept.
    Unavailable,
}

/// A mail that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The mailer's id of it: `mail_1`.
    pub id: String,
}

/// Why there is no [`Sent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailError {
    /// Final: it was not sent, nor will be.
    Refused,
    /// It was not sent; asking again may help.
    Unavailable,
    /// No reply: whether it was sent, nobody knows.
    TimedOut,
    /// The key came before with another mail; this one was not sent.
    KeyReused,
}

impl fmt::Display for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "the address was refused",
            Self::Unavailable => "the mailer is not available",
            Self::TimedOut => "the mailer has not answered",
            Self::KeyReused => "the key came before with another mail",
        })
    }
}

impl std::error::Error for MailError {}

type Request = (String, String);
type Kept = Result<Sent, MailError>;

/// A mail provider. Cheap to clone: all clones are the same one.
///
/// With an idempotency key it sends once, and answers the same again; without one every call is a
/// new mail.
#[derive(Debug, Clone)]
pub struct Mailer {
    memory: Arc<Mutex<Memory<MailAnswer, Request, Kept>>>,
    ledger: Ledger,
}

impl Default for Mailer {
    fn default() -> Self {
        Self::scripted([])
    }
}

impl Mailer {
    /// One that sends.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that does this with the mails that it has not answered before, one after the other, and
    /// sends from then on. Each schedule begins with the whole script.
    pub fn scripted(script: impl IntoIterator<Item = MailAnswer>) -> Self {
        let memory = Memory::new(script.into_iter().collect());
        Self { memory: Arc::new(Mutex::new(memory)), ledger: Ledger::default() }
    }

    /// Goes on with this when the script is done, until the next reset.
    pub fn then(&self, script: impl IntoIterator<Item = MailAnswer>) {
        self.lock().extend(script);
    }

    /// What it did, by business id.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The keys of every call that arrived, in order.
    pub fn keys(&self) -> Vec<Option<String>> {
        self.lock().calls.iter().map(|(_, key)| key.clone()).collect()
    }

    /// What code under test holds.
    pub fn client(&self, caller: Caller) -> MailerClient {
        MailerClient { mailer: self.clone(), caller }
    }

    fn lock(&self) -> MutexGuard<'_, Memory<MailAnswer, Request, Kept>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, about: &str, to: &str, key: Option<&str>) -> (Kept, String) {
        let mut memory = self.lock();
        let request = (about.to_owned(), to.to_owned());
        match memory.hears(&request, key) {
            Known::Before(Ok(sent)) => {
                let said = format!("{}, as before", sent.id);
                return (Ok(sent), said);
            }
            Known::Before(Err(error)) => return (Err(error), "refused, as before".into()),
            Known::Reused => {
                let said = "refused: the key came with another mail";
                return (Err(MailError::KeyReused), said.into());
            }
            Known::No => {}
        }
        let answer = memory.next().unwrap_or(MailAnswer::Sends);
        match answer {
            MailAnswer::Refuses => {
                memory.keep(request, key, Err(MailError::Refused));
                return (Err(MailError::Refused), "refused".into());
            }
            MailAnswer::TimesOut => return (Err(MailError::TimedOut), "no reply".into()),
            MailAnswer::Unavailable => return (Err(MailError::Unavailable), "503".into()),
            MailAnswer::Sends | MailAnswer::SendsThenTimesOut => {}
        }
        memory.made += 1;
        let sent = Sent { id: format!("mail_{}", memory.made) };
        memory.keep(request, key, Ok(sent.clone()));
        self.ledger.record(about);
        if answer == MailAnswer::SendsThenTimesOut {
            let said = format!("{}, no reply", sent.id);
            return (Err(MailError::TimedOut), said);
        }
        let said = sent.id.clone();
        (Ok(sent), said)
    }
}

impl Port for Mailer {
    fn reset(&self) {
        self.lock().reset();
        self.ledger.clear();
    }

    fn state(&self) -> String {
        self.ledger.state("mails")
    }
}

/// The mailer, as one caller reaches it.
#[derive(Debug, Clone)]
pub struct MailerClient {
    mailer: Mailer,
    caller: Caller,
}

impl MailerClient {
    /// Sends the mail about something (its business id: an order, an invoice) to somebody.
    ///
    /// Dropped before it is ready, it may have sent or not.
    ///
    /// # Errors
    /// See [`MailError`]. A connection that broke is [`MailError::TimedOut`].
    pub async fn send(&self, about: &str, to: &str, key: Option<&str>) -> Result<Sent, MailError> {
        let told = key.map_or_else(|| "no key".to_owned(), |key| format!("key {key}"));
        let call = self.caller.call(format!("mail {to} about {about}, {told}"), || {
            let (answer, said) = self.mailer.send(about, to, key);
            Reply::new(answer, said).touching(Footprint::nothing().writes("mailer"))
        });
        call.await.unwrap_or(Err(MailError::TimedOut))
    }
}
