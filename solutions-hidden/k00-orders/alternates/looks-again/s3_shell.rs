//! Step 3: the shell.

use k00_given::{
    AppendError, Clock, Command, Delivery, Event, Journal, Mail, Mailer, OrderError, OrderId,
    OrderState, Placed, Rules, Version,
};

/// More would not help: whoever is too slow three times is too slow.
const ATTEMPTS: usize = 3;

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
        for _ in 0..ATTEMPTS {
            let (seen, events) = self.decided(id, &command).await?;
            match self.journal.append(id, seen, events.clone()).await {
                Ok(version) => return Ok(Placed { version, mail: self.tell(id, &events).await }),
                Err(AppendError::Unavailable) => return Err(OrderError::Unavailable),
                Err(AppendError::Conflict) => {}
            }
        }
        Err(OrderError::Conflict)
    }

    async fn decided(
        &self,
        id: OrderId,
        command: &Command,
    ) -> Result<(Version, Vec<Event>), OrderError> {
        let history = self.journal.read(id).await?;
        let mut state = OrderState::default();
        for event in &history.events {
            state = (self.rules.evolve)(state, event);
        }
        Ok((history.version, (self.rules.decide)(&state, command, self.clock.now())?))
    }

    async fn tell(&self, id: OrderId, events: &[Event]) -> Delivery {
        let mut delivery = Delivery::NotNeeded;
        for mail in events.iter().filter_map(|event| Mail::about(id, event)) {
            if self.mailer.send(mail).await.is_err() {
                return Delivery::Failed;
            }
            delivery = Delivery::Sent;
        }
        delivery
    }
}
