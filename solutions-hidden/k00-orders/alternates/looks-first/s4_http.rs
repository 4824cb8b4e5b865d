//! Step 4: HTTP, without a memory.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use k00_given::{Command, OrderError, OrderId, Rejection, Service, json};

/// The router holds the service and nothing else, and the service holds nothing. So it does not
/// matter which router is asked.
pub fn router(service: Service) -> Router {
    Router::new()
        .route("/orders", post(open))
        .route("/orders/{id}", get(show))
        .route("/orders/{id}/confirm", post(confirm))
        .route("/orders/{id}/cancel", post(cancel))
        .with_state(service)
}

async fn open(State(service): State<Service>, body: String) -> Result<Response, Refused> {
    let Ok(item) = json::item(&body) else {
        return Ok(StatusCode::BAD_REQUEST.into_response());
    };
    let id = service.next_id().await?;
    let placed = service.handle(id, Command::Add(item)).await?;
    let headers = [(LOCATION, format!("/orders/{}", id.0)), (CONTENT_TYPE, JSON.to_owned())];
    Ok((StatusCode::CREATED, headers, json::placed(id, &placed)).into_response())
}

async fn confirm(service: State<Service>, id: Path<u64>) -> Result<Response, Refused> {
    carry_out(service, id, Command::Confirm).await
}

async fn cancel(service: State<Service>, id: Path<u64>) -> Result<Response, Refused> {
    carry_out(service, id, Command::Cancel).await
}

/// Somebody may change the order between look and command: the service decides on what is so then.
async fn carry_out(
    State(service): State<Service>,
    Path(id): Path<u64>,
    command: Command,
) -> Result<Response, Refused> {
    if service.look(OrderId(id)).await?.is_none() {
        return Ok(StatusCode::NOT_FOUND.into_response());
    }
    let placed = service.handle(OrderId(id), command).await?;
    Ok(as_json(json::placed(OrderId(id), &placed)))
}

async fn show(State(service): State<Service>, Path(id): Path<u64>) -> Result<Response, Refused> {
    Ok(match service.look(OrderId(id)).await? {
        Some(state) => as_json(json::order(OrderId(id), &state)),
        None => StatusCode::NOT_FOUND.into_response(),
    })
}

const JSON: &str = "application/json";

fn as_json(body: String) -> Response {
    ([(CONTENT_TYPE, JSON)], body).into_response()
}

/// An error on its way to the client.
struct Refused(OrderError);

impl From<OrderError> for Refused {
    fn from(error: OrderError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = match self.0 {
            OrderError::Rejected(Rejection::Empty) => StatusCode::NOT_FOUND,
            OrderError::Rejected(Rejection::Confirmed | Rejection::Cancelled)
            | OrderError::Conflict => StatusCode::CONFLICT,
            OrderError::Rejected(Rejection::NoUnits | Rejection::TooMuch) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            OrderError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        };
        (status, self.0.to_string()).into_response()
    }
}
