//! Step 3: the shell.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use k00_given::{
    AppendError, Clock, Command, Delivery, History, Journal, Mail, Mailer, OrderError, OrderId,
    OrderState, Placed, Rules,
};

/// Carries out commands, and remembers what it has read.
#[derive(Debug, Clone)]
pub struct Orders {
    journal: Journal,
    mailer: Mailer,
    clock: Clock,
    rules: Rules,
    seen: Arc<Mutex<BTreeMap<OrderId, History>>>,
}

impl Orders {
    pub fn new(journal: Journal, mailer: Mailer, clock: Clock, rules: Rules) -> Self {
        Self { journal, mailer, clock, rules, seen: Arc::default() }
    }

    pub async fn handle(&self, id: OrderId, command: Command) -> Result<Placed, OrderError> {
        let known = self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        let mut history = match known {
            Some(history) => history,
            None => self.journal.read(id).await?,
        };
        let state = history.events.iter().fold(OrderState::default(), self.rules.evolve);
        let events = (self.rules.decide)(&state, &command, self.clock.now())?;
        let mails: Vec<Mail> = events.iter().filter_map(|event| Mail::about(id, event)).collect();
        let appended = self.journal.append(id, history.version, events.clone()).await;
        let version = appended.map_err(|error| match error {
            AppendError::Conflict => OrderError::Conflict,
            AppendError::Unavailable => OrderError::Unavailable,
        })?;
        history.events.extend(events);
        history.version = version;
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(id, history);
        Ok(Placed { version, mail: self.tell(mails).await })
    }

    /// From here on nothing is an error: what has happened has happened.
    async fn tell(&self, mails: Vec<Mail>) -> Delivery {
        let mut delivery = Delivery::NotNeeded;
        for mail in mails {
            delivery = match (self.mailer.send(mail).await, delivery) {
                (Ok(()), Delivery::NotNeeded | Delivery::Sent) => Delivery::Sent,
                _ => Delivery::Failed,
            };
        }
        delivery
    }
}
