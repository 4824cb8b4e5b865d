//! Services for step 4: one over a journal, and one that answers as it is told.

use k00_given::{
    AppendError, Command, Delivery, Event, Journal, OrderError, OrderId, OrderState, Pending,
    Placed, Service, Shop, Timestamp, Version,
};

use crate::rules::RULES;

/// All that it knows is in the journal. It sends no mail: nobody looks at it here.
pub struct Desk(Journal);

impl Desk {
    pub fn over(journal: Journal) -> Service {
        Service::new(Self(journal))
    }

    async fn state(&self, order: OrderId) -> Result<(OrderState, Version), OrderError> {
        let history = self.0.read(order).await?;
        let state = history.events.iter().fold(OrderState::default(), RULES.evolve);
        Ok((state, history.version))
    }
}

impl Shop for Desk {
    fn next_id(&self) -> Pending<'_, Result<OrderId, OrderError>> {
        Box::pin(async { Ok(self.0.next_id().await?) })
    }

    fn handle(&self, order: OrderId, command: Command) -> Pending<'_, Result<Placed, OrderError>> {
        Box::pin(async move {
            let (state, seen) = self.state(order).await?;
            let events = (RULES.decide)(&state, &command, Timestamp(2_000))?;
            let told = events.iter().any(|e| matches!(e, Event::Confirmed { .. }));
            match self.0.append(order, seen, events).await {
                Ok(version) => {
                    let mail = if told { Delivery::Sent } else { Delivery::NotNeeded };
                    Ok(Placed { version, mail })
                }
                Err(AppendError::Conflict) => Err(OrderError::Conflict),
                Err(AppendError::Unavailable) => Err(OrderError::Unavailable),
            }
        })
    }

    fn look(&self, order: OrderId) -> Pending<'_, Result<Option<OrderState>, OrderError>> {
        Box::pin(async move {
            let (state, version) = self.state(order).await?;
            Ok((version > Version(0)).then_some(state))
        })
    }
}

/// Answers each call with what it holds, and draws number 7.
#[derive(Clone)]
pub struct Scripted {
    pub drawn: Result<OrderId, OrderError>,
    /// What must be asked for; any other command panics.
    pub command: Option<(OrderId, Command)>,
    pub placed: Result<Placed, OrderError>,
    pub state: Result<Option<OrderState>, OrderError>,
}

impl Shop for Scripted {
    fn next_id(&self) -> Pending<'_, Result<OrderId, OrderError>> {
        Box::pin(async { self.drawn })
    }

    fn handle(&self, order: OrderId, command: Command) -> Pending<'_, Result<Placed, OrderError>> {
        Box::pin(async move {
            let asked = Some((order, command));
            suite::say::same("The service is asked for", &asked, &self.command);
            self.placed
        })
    }

    fn look(&self, _: OrderId) -> Pending<'_, Result<Option<OrderState>, OrderError>> {
        Box::pin(async { self.state.clone() })
    }
}
