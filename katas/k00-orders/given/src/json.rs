//! What goes over the wire. Not what this kata is about, so it is supplied.

use std::error;
use std::fmt;

use jzon::{JsonValue, object};

use crate::{Cents, Delivery, Item, OrderId, OrderState, Placed, Status};

/// A request whose body is not what it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(r#"expected {"item": "…", "units": n, "price": cents}"#)
    }
}

impl error::Error for Malformed {}

/// `{"item":"book","units":2,"price":1999}`; the price is that of one unit, in cents.
///
/// # Errors
/// When it is something else.
pub fn item(body: &str) -> Result<Item, Malformed> {
    let value = jzon::parse(body).map_err(|_| Malformed)?;
    let number = |key: &str| value[key].as_u64().ok_or(Malformed);
    Ok(Item {
        name: value["item"].as_str().ok_or(Malformed)?.to_owned(),
        units: number("units")?,
        price: Cents(number("price")?),
    })
}

/// `{"order":1,"version":3,"mail":"sent"}`; or `"not needed"`, or `"failed"`.
pub fn placed(order: OrderId, placed: &Placed) -> String {
    let mail = match placed.mail {
        Delivery::NotNeeded => "not needed",
        Delivery::Sent => "sent",
        Delivery::Failed => "failed",
    };
    object! { "order": order.0, "version": placed.version.0, "mail": mail }.dump()
}

/// `{"order":1,"items":[{"item":"book","units":2,"price":1999}],"status":"open"}`; `"confirmed"` has
/// a `"total"` in cents and an `"at"`, `"cancelled"` has an `"at"`.
pub fn order(order: OrderId, state: &OrderState) -> String {
    let item = |item: &Item| object! { "item": item.name.as_str(), "units": item.units, "price": item.price.0 };
    let items: Vec<JsonValue> = state.items.iter().map(item).collect();
    let mut value = object! { "order": order.0, "items": items };
    match state.status {
        Status::Open => value["status"] = "open".into(),
        Status::Confirmed { total, at } => {
            value["status"] = "confirmed".into();
            value["total"] = total.0.into();
            value["at"] = at.0.into();
        }
        Status::Cancelled { at } => {
            value["status"] = "cancelled".into();
            value["at"] = at.0.into();
        }
    }
    value.dump()
}

#[cfg(test)]
mod tests {
    use super::{Malformed, item, order, placed};
    use crate::{Cents, Delivery, Item, OrderId, OrderState, Placed, Status, Timestamp, Version};

    fn book() -> Item {
        Item { name: "book".into(), units: 2, price: Cents(1999) }
    }

    #[test]
    fn an_item_is_read() {
        assert_eq!(item(r#"{"item":"book","units":2,"price":1999}"#), Ok(book()));
        for body in ["", "[]", r#"{"item":"book"}"#, r#"{"item":"book","units":-1,"price":1}"#] {
            assert_eq!(item(body), Err(Malformed), "{body}");
        }
    }

    #[test]
    fn answers_are_as_described() {
        let status = Status::Confirmed { total: Cents(3998), at: Timestamp(9) };
        let state = OrderState { items: vec![book()], status };
        assert_eq!(
            order(OrderId(1), &state),
            r#"{"order":1,"items":[{"item":"book","units":2,"price":1999}],"status":"confirmed","total":3998,"at":9}"#
        );
        let done = Placed { version: Version(3), mail: Delivery::Sent };
        assert_eq!(placed(OrderId(1), &done), r#"{"order":1,"version":3,"mail":"sent"}"#);
    }
}
