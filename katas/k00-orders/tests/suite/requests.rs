//! Requests and their answers, without a socket.

use std::fmt;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use tower::ServiceExt as _;

/// `POST /orders` and its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub method: String,
    pub path: String,
    pub body: String,
}

/// What of an answer somebody can see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub content_type: Option<String>,
    pub body: String,
}

pub fn get(path: &str) -> Ask {
    Ask { method: "GET".into(), path: path.into(), body: String::new() }
}

pub fn post(path: &str) -> Ask {
    Ask { method: "POST".into(), ..get(path) }
}

/// `POST /orders` with one unit of this.
pub fn order(item: &str) -> Ask {
    Ask { body: format!(r#"{{"item":"{item}","units":1,"price":1999}}"#), ..post("/orders") }
}

/// Sends a request to this router.
pub async fn ask(router: &Router, asked: &Ask) -> Answer {
    let request = Request::builder()
        .method(asked.method.as_str())
        .uri(&asked.path)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(asked.body.clone()))
        .expect("a request");
    let response = match router.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let text = |name| {
        let value = response.headers().get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let (location, content_type) = (text(header::LOCATION), text(header::CONTENT_TYPE));
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), 1 << 16).await.expect("a body of a few bytes");
    // An answer must fit into a line.
    let body = String::from_utf8_lossy(&body).replace(['\n', '\r', '\t'], " ");
    Answer { status, location, content_type, body }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        match self.body.split('"').nth(3) {
            Some(item) => write!(f, " {item}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if self.status >= 300 {
            return Ok(());
        }
        if let Some(location) = &self.location {
            write!(f, " {location}")?;
        }
        let names = values(&self.body, "item").join(" and ");
        if let [status] = &values(&self.body, "status")[..] {
            write!(f, ", {names}: {status}")
        } else if let [version] = &values(&self.body, "version")[..] {
            write!(f, ", version {version}")
        } else {
            write!(f, " {}", self.body)
        }
    }
}

/// The words and numbers behind each `"key":`, for showing.
fn values<'a>(body: &'a str, key: &str) -> Vec<&'a str> {
    let key = format!("\"{key}\":");
    let ends = |c: char| matches!(c, '"' | ',' | '}');
    let value = |text: &'a str| text.trim_start_matches('"').split(ends).next();
    body.split(&*key).skip(1).filter_map(value).collect()
}
