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
        loop {
            let history = self.journal.read(id).await?;
            let state = history.events.iter().fold(OrderState::default(), self.rules.evolve);
            let events = (self.rules.decide)(&state, &command, self.clock.now())?;
            let mails = events.iter().filter_map(|event| Mail::about(id, event)).collect();
            match self.journal.append(id, history.version, events).await {
                Ok(version) => return Ok(Placed { version, mail: self.tell(mails).await }),
                Err(AppendError::Conflict) => {}
                Err(AppendError::Unavailable) => return Err(OrderError::Unavailable),
            }
        }
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
