//! The listings of the book's page "axum without a socket".

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower::ServiceExt as _;

// ANCHOR: service
/// What all requests share.
#[derive(Clone, Default)]
struct Counter(Arc<AtomicU32>);

fn app(counter: Counter) -> Router {
    Router::new().route("/hits", post(hit).get(hits)).with_state(counter)
}

async fn hit(State(counter): State<Counter>, headers: HeaderMap, body: String) -> Response {
    if headers.get("x-caller").is_none() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let now = counter.0.fetch_add(1, SeqCst) + 1;
    (StatusCode::CREATED, format!("{body}: {now}")).into_response()
}

async fn hits(State(counter): State<Counter>) -> String {
    counter.0.load(SeqCst).to_string()
}
// ANCHOR_END: service

// ANCHOR: ask
/// One request, in process: no socket, no port, no server.
async fn ask(app: Router, request: Request) -> (StatusCode, String) {
    // A Router never fails: its error type has no values.
    let Ok(response) = app.oneshot(request).await;
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 16).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_service_is_a_function_from_request_to_response() {
    let app = app(Counter::default());
    let post = |caller: &str| {
        let request = Request::post("/hits").header("x-caller", caller);
        request.body(Body::from("hello")).unwrap()
    };
    assert_eq!(ask(app.clone(), post("ana")).await, (StatusCode::CREATED, "hello: 1".into()));
    assert_eq!(ask(app.clone(), post("ben")).await, (StatusCode::CREATED, "hello: 2".into()));
    let anonymous = Request::post("/hits").body(Body::from("hello")).unwrap();
    assert_eq!(ask(app.clone(), anonymous).await.0, StatusCode::UNAUTHORIZED);
    let get = Request::get("/hits").body(Body::empty()).unwrap();
    assert_eq!(ask(app, get).await, (StatusCode::OK, "2".into()));
}
// ANCHOR_END: ask

// ANCHOR: dropped
#[tokio::test(start_paused = true)]
async fn a_client_that_hangs_up_drops_the_handler() {
    let done = Counter::default();
    let slow = |State(done): State<Counter>| async move {
        tokio::time::sleep(Duration::from_secs(3)).await;
        done.0.fetch_add(1, SeqCst);
    };
    let spawns = |State(done): State<Counter>| async move {
        let work = async move {
            tokio::time::sleep(Duration::from_secs(3)).await;
            done.0.fetch_add(1, SeqCst);
        };
        let _ = tokio::spawn(work).await;
    };
    let app = Router::new()
        .route("/slow", get(slow))
        .route("/spawns", get(spawns))
        .with_state(done.clone());

    for (path, done_in_the_end) in [("/slow", 0), ("/spawns", 1)] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        // The client waits for a second and goes away.
        let answer = tokio::time::timeout(Duration::from_secs(1), ask(app.clone(), request)).await;
        assert!(answer.is_err());
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(done.0.load(SeqCst), done_in_the_end, "{path}");
    }
}
// ANCHOR_END: dropped
