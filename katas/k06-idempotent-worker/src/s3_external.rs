//! Step 3: an effect outside of the database.

use k06_given::{Captured, Delivery, Guarantee, HandleError, Handled, MailerClient};
use tokio_postgres::Client;

/// Sends the merchant a mail about the payment, with the guarantee that was chosen.
///
/// The mail is about the message's id, and goes to `merchant-N`:
/// `mail.send(m.id.as_str(), "merchant-7", key)`. No transaction reaches the mailer; what you may
/// remember is in [`k06_given::tables::NOTIFIED`]. The same message may be with two workers at once.
///
/// After `Ok` the message is acknowledged, after `Err` it comes again: as often as it takes, and
/// also when the process dies anywhere.
///
/// - [`Guarantee::AtMostOnce`]: no mail is sent twice, not even where the mailer does not answer.
/// - [`Guarantee::AtLeastOnce`]: once this has answered `Ok`, for the first time or any other, a
///   mail was sent. When nothing goes wrong and nobody else is at it, there is one.
/// - [`Guarantee::KeyedOnce`]: both. The mailer sends one mail for each key, and answers the same
///   again when it is asked again.
///
/// With the first two, no key is used: there are mailers that know none.
///
/// # Errors
/// [`HandleError::Mail`] when the mail is not known to be sent; PostgreSQL's own.
///
/// # Cancellation
/// As if the process had died there. However it ends, `db` is ready for its next use.
pub async fn notify(
    m: &Delivery<Captured>,
    db: &mut Client,
    mail: &MailerClient,
    g: Guarantee,
) -> Result<Handled, HandleError> {
    todo!("which comes first, the mark or the mail? It is not the same for all three")
}
