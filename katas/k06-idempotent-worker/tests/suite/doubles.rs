//! Handlers of the suite's own, for the loop: what they do to the balance is right, and they note
//! what they are asked.

use std::sync::{Arc, Mutex, PoisonError};

use k06_given::{Captured, HandleError, Handled, Handler};
use tokio_util::sync::CancellationToken;

/// Marks and pays in one statement, so that it is right about duplicates.
const PAY: &str = "
    WITH new AS (INSERT INTO inbox VALUES ($1) ON CONFLICT DO NOTHING RETURNING message_id)
    UPDATE merchant SET balance = balance + $3 FROM new WHERE id = $2";

/// Pays what the message says.
pub fn pays() -> Handler {
    Handler::new(|m, tx| {
        Box::pin(async move {
            let captured = Captured::read(&m.body)?;
            let id = m.id.as_str();
            let rows = tx.execute(PAY, &[&id, &captured.merchant, &captured.cents]).await?;
            Ok(if rows == 1 { Handled::Applied } else { Handled::Duplicate })
        })
    })
}

/// What the handlers of a test were asked.
#[derive(Clone, Default)]
pub struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    pub fn add(&self, id: &str) -> usize {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push(id.to_owned());
        notes.len()
    }

    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// As `inner`, and stops the worker with the `nth` call.
pub fn stopping(inner: Handler, notes: &Notes, nth: usize, stop: &CancellationToken) -> Handler {
    let (notes, stop) = (notes.clone(), stop.clone());
    Handler::new(move |m, tx| {
        let (inner, notes, stop) = (inner.clone(), notes.clone(), stop.clone());
        Box::pin(async move {
            if notes.add(m.id.as_str()) >= nth {
                stop.cancel();
            }
            inner.handle(m, tx).await
        })
    })
}

/// As `inner`, but writes first and fails then, the first time that it is asked about `id`.
pub fn failing_once(inner: Handler, id: &'static str) -> Handler {
    let notes = Notes::default();
    Handler::new(move |m, tx| {
        let (inner, notes) = (inner.clone(), notes.clone());
        Box::pin(async move {
            let handled = inner.handle(m, tx).await?;
            if m.id.as_str() == id && notes.add(id) == 1 {
                return Err(HandleError::Unknown);
            }
            Ok(handled)
        })
    })
}
