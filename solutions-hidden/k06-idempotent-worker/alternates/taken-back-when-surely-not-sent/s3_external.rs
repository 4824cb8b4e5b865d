//! Step 3: an effect outside of the database.

use k06_given::{Captured, Delivery, Guarantee, HandleError, Handled, MailError, MailerClient};
use tokio_postgres::{Client, Error};

/// The mark and the mail cannot be one. So one of them comes first, and what is lost when the
/// process dies between the two is the choice that has to be made.
pub async fn notify(
    m: &Delivery<Captured>,
    db: &mut Client,
    mail: &MailerClient,
    g: Guarantee,
) -> Result<Handled, HandleError> {
    let about = m.id.as_str();
    let to = format!("merchant-{}", m.body.merchant);
    if g == Guarantee::AtMostOnce {
        // Whoever has committed the mark may send, once; again only where the mailer has said that
        // it did not.
        if !mark(db, about).await? {
            return Ok(Handled::Duplicate);
        }
        let sent = mail.send(about, &to, None).await;
        if matches!(sent, Err(MailError::Unavailable | MailError::Refused)) {
            db.execute("DELETE FROM notified WHERE message_id = $1", &[&about]).await?;
        }
        sent?;
        return Ok(Handled::Applied);
    }
    let look = "SELECT FROM notified WHERE message_id = $1";
    if db.query_opt(look, &[&about]).await?.is_some() {
        return Ok(Handled::Duplicate);
    }
    // Named by the message, so that every attempt asks for the same mail.
    let key = (g == Guarantee::KeyedOnce).then_some(about);
    mail.send(about, &to, key).await?;
    mark(db, about).await?;
    Ok(Handled::Applied)
}

/// Whether it is this call that has marked the message.
async fn mark(db: &Client, id: &str) -> Result<bool, Error> {
    let mark = "INSERT INTO notified (message_id) VALUES ($1) ON CONFLICT DO NOTHING";
    Ok(db.execute(mark, &[&id]).await? == 1)
}
