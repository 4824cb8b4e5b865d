//! Step 4: HTTP, without a memory.

use axum::Router;
use k00_given::Service;

/// The service, over HTTP. However many of these there are, in one process or in several, nobody
/// who sends requests can tell them from one.
///
/// | request | what it does | answer |
/// |---|---|---|
/// | `POST /orders`, an item as JSON | draws a number from [`Service::next_id`] and adds the item | `201`, `Location: /orders/1`, [`json::placed`] |
/// | `POST /orders/{id}/confirm` | [`Command::Confirm`] | `200`, [`json::placed`] |
/// | `POST /orders/{id}/cancel` | [`Command::Cancel`] | `200`, [`json::placed`] |
/// | `GET /orders/{id}` | [`Service::look`] | `200`, [`json::order`] |
///
/// These answers have `Content-Type: application/json`. The others have any body:
///
/// | status | when |
/// |---|---|
/// | `400` | the body is no item ([`json::item`]), or the id is no number |
/// | `404` | nobody has heard of the order: [`Service::look`] finds nothing, or [`Rejection::Empty`] |
/// | `409` | [`Rejection::Confirmed`], [`Rejection::Cancelled`], [`OrderError::Conflict`] |
/// | `422` | [`Rejection::NoUnits`], [`Rejection::TooMuch`] |
/// | `503` | [`OrderError::Unavailable`] |
///
/// [`Command::Confirm`]: k00_given::Command::Confirm
/// [`Command::Cancel`]: k00_given::Command::Cancel
/// [`OrderError::Conflict`]: k00_given::OrderError::Conflict
/// [`OrderError::Unavailable`]: k00_given::OrderError::Unavailable
/// [`Rejection::Cancelled`]: k00_given::Rejection::Cancelled
/// [`Rejection::Confirmed`]: k00_given::Rejection::Confirmed
/// [`Rejection::Empty`]: k00_given::Rejection::Empty
/// [`Rejection::NoUnits`]: k00_given::Rejection::NoUnits
/// [`Rejection::TooMuch`]: k00_given::Rejection::TooMuch
/// [`json::item`]: k00_given::json::item
/// [`json::order`]: k00_given::json::order
/// [`json::placed`]: k00_given::json::placed
pub fn router(service: Service) -> Router {
    todo!("four routes; what does a handler know when it is called?")
}
