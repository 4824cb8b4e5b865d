//! Step 3: an effect outside of the database.

use k06_given::{Captured, Delivery, Guarantee, HandleError, Handled, MailerClient};
use tokio_postgres::{Client, Error};

pub async fn notify(
    m: &Delivery<Captured>,
    db: &mut Client,
    mail: &MailerClient,
    g: Guarantee,
) -> Result<Handled, HandleError> {
    let about = m.id.as_str();
    let to = format!("merchant-{}", m.body.merchant);
    if g == Guarantee::AtMostOnce {
        // Whoever has committed the mark may send, once, whatever comes of it.
        if !mark(db, about).await? {
            return Ok(Handled::Duplicate);
        }
        mail.send(about, &to, None).await?;
        return Ok(Handled::Applied);
    }
    let look = "SELECT FROM notified WHERE message_id = $1";
    if db.query_opt(look, &[&about]).await?.is_some() {
        return Ok(Handled::Duplicate);
    }
    // Named by the message, so that every attempt asks for the same mail.
    let body = format!("{} {}", m.body.merchant, m.body.cents);
    let key = (g == Guarantee::KeyedOnce).then_some(body.as_str());
    mail.send(about, &to, key).await?;
    mark(db, about).await?;
    Ok(Handled::Applied)
}

/// Whether it is this call that has marked the message.
async fn mark(db: &Client, id: &str) -> Result<bool, Error> {
    let mark = "INSERT INTO notified (message_id) VALUES ($1) ON CONFLICT DO NOTHING";
    Ok(db.execute(mark, &[&id]).await? == 1)
}
