//! Step 3: an effect outside of the database.

use k06_given::{Captured, Delivery, Guarantee, HandleError, Handled, MailerClient};
use tokio_postgres::Client;

/// A mark that is not committed yet keeps others from sending, and is gone if this process dies. It
/// costs an open transaction for as long as the mailer takes.
pub async fn notify(
    m: &Delivery<Captured>,
    db: &mut Client,
    mail: &MailerClient,
    g: Guarantee,
) -> Result<Handled, HandleError> {
    let about = m.id.as_str();
    let to = format!("merchant-{}", m.body.merchant);
    let tx = db.transaction().await?;
    let mark = "INSERT INTO notified (message_id) VALUES ($1) ON CONFLICT DO NOTHING";
    if tx.execute(mark, &[&about]).await? == 0 {
        tx.rollback().await?;
        return Ok(Handled::Duplicate);
    }
    if g == Guarantee::AtMostOnce {
        tx.commit().await?;
        mail.send(about, &to, None).await?;
        return Ok(Handled::Applied);
    }
    let key = (g == Guarantee::KeyedOnce).then_some(about);
    if let Err(error) = mail.send(about, &to, key).await {
        tx.rollback().await?;
        return Err(error.into());
    }
    tx.commit().await?;
    Ok(Handled::Applied)
}
