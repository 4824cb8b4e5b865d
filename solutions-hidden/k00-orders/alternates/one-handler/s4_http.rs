//! Step 4: HTTP, without a memory.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Response};
use k00_given::{Command, OrderError, OrderId, Rejection, Service, json};

pub fn router(service: Service) -> Router {
    Router::new().fallback(move |method: Method, uri: axum::http::Uri, body: String| {
        let service = service.clone();
        async move {
            let words: Vec<&str> = uri.path().trim_matches('/').split('/').collect();
            answer(&service, &method, &words, &body).await.unwrap_or_else(empty)
        }
    })
}

async fn answer(
    service: &Service,
    method: &Method,
    words: &[&str],
    body: &str,
) -> Result<Response<Body>, u16> {
    match (method.as_str(), words) {
        ("POST", ["orders"]) => {
            let item = json::item(body).map_err(|_| 400_u16)?;
            let id = service.next_id().await.map_err(status)?;
            let placed = service.handle(id, Command::Add(item)).await.map_err(status)?;
            let created =
                Response::builder().status(201).header("location", format!("/orders/{}", id.0));
            Ok(finished(created, json::placed(id, &placed)))
        }
        ("GET", ["orders", id]) => {
            let id = number(id)?;
            let state = service.look(id).await.map_err(status)?.ok_or(404_u16)?;
            Ok(finished(Response::builder(), json::order(id, &state)))
        }
        ("POST", ["orders", id, verb @ ("confirm" | "cancel")]) => {
            let id = number(id)?;
            let command = if *verb == "confirm" { Command::Confirm } else { Command::Cancel };
            let placed = service.handle(id, command).await.map_err(status)?;
            Ok(finished(Response::builder(), json::placed(id, &placed)))
        }
        _ => Err(404),
    }
}

fn number(text: &str) -> Result<OrderId, u16> {
    text.parse().map(OrderId).map_err(|_| 400)
}

fn status(error: OrderError) -> u16 {
    match error {
        OrderError::Rejected(Rejection::Empty) => 404,
        OrderError::Rejected(Rejection::NoUnits | Rejection::TooMuch) => 422,
        OrderError::Rejected(_) | OrderError::Conflict => 409,
        OrderError::Unavailable => 503,
    }
}

fn finished(builder: axum::http::response::Builder, body: String) -> Response<Body> {
    let builder = builder.header("content-type", "application/json");
    builder.body(Body::from(body)).unwrap_or_else(|_| empty(500))
}

fn empty(status: u16) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = axum::http::StatusCode::from_u16(status).unwrap_or_default();
    response
}
