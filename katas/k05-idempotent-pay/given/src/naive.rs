//! A payment as one writes it first, and where it can break.

use std::fmt;

use tokio_postgres::Client;

use crate::{Charged, Gateway, GatewayError, PayRequest};

/// Charges, unless it is on record that it has.
///
/// ```text
/// 1  SELECT the charge of this order     on record? then it is the answer
/// 2  gateway.charge(order, cents)
/// 3  INSERT the charge
/// 4  answer
/// ```
///
/// The table is [`crate::tables::PAYMENTS`].
///
/// # Errors
/// The gateway's; a database that fails is [`GatewayError::Unavailable`].
pub async fn pay_naive(
    db: &Client,
    gateway: &impl Gateway,
    request: &PayRequest,
) -> Result<String, GatewayError> {
    let look = "SELECT charge FROM payment WHERE purchase = $1";
    let found = db.query_opt(look, &[&request.order]).await.map_err(lost)?;
    if let Some(row) = found {
        return Ok(row.get(0));
    }
    let Charged { id, .. } = gateway.charge(&request.order, request.cents, None).await?;
    let keep = "INSERT INTO payment (purchase, charge) VALUES ($1, $2)";
    db.execute(keep, &[&request.order, &id]).await.map_err(lost)?;
    Ok(id)
}

fn lost(_: tokio_postgres::Error) -> GatewayError {
    GatewayError::Unavailable
}

/// Where the process dies: before a line has had its effect, or after it, and then before its reply
/// has arrived. The client gets no answer, and asks again; another process runs all four lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    BeforeLook,
    BeforeCharge,
    AfterCharge,
    BeforeInsert,
    AfterInsert,
}

impl Break {
    /// In the order in which the process comes by.
    pub const ALL: [Self; 5] = [
        Self::BeforeLook,
        Self::BeforeCharge,
        Self::AfterCharge,
        Self::BeforeInsert,
        Self::AfterInsert,
    ];
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BeforeLook => "before the SELECT",
            Self::BeforeCharge => "before the charge",
            Self::AfterCharge => "after the charge, before its reply",
            Self::BeforeInsert => "before the INSERT",
            Self::AfterInsert => "after the INSERT, before its reply",
        })
    }
}
