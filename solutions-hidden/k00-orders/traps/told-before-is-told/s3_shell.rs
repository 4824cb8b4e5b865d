//! Step 3: the shell.

use k00_given::{
    AppendError, Clock, Command, Delivery, Journal, Mail, Mailer, OrderError, OrderId, OrderState,
    Placed, Rules,
};

/// Carries out commands. It keeps nothing between two calls.
#[derive(Debug, Clone)]
pub struct Orders {
    journal: Journal,
    mailer: Mailer,
    clock: Clock,
    rules: Rules,
}

impl Orders {
    pub fn new(journal: Journal, mailer: Mailer, clock: Clock, rules: Rules) -> Self {
        Self { journal, mailer, clock, rules }
    }

    /// Reads, decides, writes down, tells. The version that was read goes along: the journal refuses
    /// what was decided on anything older than what it holds.
    pub async fn handle(&self, id: OrderId, command: Command) -> Result<Placed, OrderError> {
        let history = self.journal.read(id).await?;
        let state = history.events.iter().fold(OrderState::default(), self.rules.evolve);
        let events = (self.rules.decide)(&state, &command, self.clock.now())?;
        let told = history.events.iter().any(|event| Mail::about(id, event).is_some());
        let new = events.iter().filter(|_| !told);
        let mails: Vec<Mail> = new.filter_map(|event| Mail::about(id, event)).collect();
        let appended = self.journal.append(id, history.version, events).await;
        let version = appended.map_err(|error| match error {
            AppendError::Conflict => OrderError::Conflict,
            AppendError::Unavailable => OrderError::Unavailable,
        })?;
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
