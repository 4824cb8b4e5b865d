//! Step 3: the shell.
//!
//! Around the pure core: somebody has to read the journal, look at the clock, write down what was
//! decided, and tell the customer. All effects are here, so their order is.

use k00_given::{Clock, Command, Journal, Mailer, OrderError, OrderId, Placed, Rules};

/// Carries out commands. It keeps nothing between two calls: there may be many of it, in many
/// processes, over one journal.
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

    /// Carries out one command: what the rules decide is appended to the journal, in one piece, and
    /// then the customer is told.
    ///
    /// The rules decide on what the journal says, each event applied by `rules.evolve`, at the time
    /// that the clock says. [`Mail::about`](k00_given::Mail::about) says which events ask for a mail,
    /// and each of them gets it; nobody is ever told of something that is not in the journal, and
    /// nobody is told twice. A mail that does not leave changes nothing about the order.
    ///
    /// # Errors
    /// [`OrderError::Rejected`] when the rules say no; [`OrderError::Unavailable`] when the journal
    /// cannot be reached; [`OrderError::Conflict`] when somebody else has appended to this order
    /// since it was read. (To begin anew with what the journal says by then is as good, if it is
    /// not for ever.) In each case nothing has happened.
    ///
    /// # Cancellation
    /// Dropped at any time, or killed with its process, it leaves all events of the command in the
    /// journal or none, and has told nobody of what is not there. Whether the customer was told is
    /// then open.
    pub async fn handle(&self, id: OrderId, command: Command) -> Result<Placed, OrderError> {
        todo!("what comes first: that it is so, or that somebody is told?")
    }
}
