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

    pub async fn handle(&self, id: OrderId, command: Command) -> Result<Placed, OrderError> {
        let history = self.journal.read(id).await?;
        let state = history.events.iter().fold(OrderState::default(), self.rules.evolve);
        let events = (self.rules.decide)(&state, &command, self.clock.now())?;
        let mails: Vec<Mail> = events.iter().filter_map(|event| Mail::about(id, event)).collect();
        let appended = self.journal.append(id, history.version, events).await;
        let version = appended.map_err(|error| match error {
            AppendError::Conflict => OrderError::Conflict,
            AppendError::Unavailable => OrderError::Unavailable,
        })?;
        let mut mail = Delivery::NotNeeded;
        for told in mails {
            self.mailer.send(told).await.map_err(|_| OrderError::Unavailable)?;
            mail = Delivery::Sent;
        }
        Ok(Placed { version, mail })
    }
}
