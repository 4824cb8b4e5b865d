//! The load: clients that pay, one payment after the other; each request is sent so many times at
//! once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bench_lab::panics::PATIENCE;
use bench_lab::transactions::{Sample, Wrong};
use bench_lab::{Point, Trouble};
use effects::Gateway;
use explorer::{Caller, Port as _};
use k05::s4_endpoint::app;
use k05_given::tables::KEYS;
use k05_given::{Asked, Gateway as _, PayRequest, StoredResponse};
use postgres_lab::{Access, Database, Template, Unavailable, lab};
use tokio::sync::Mutex;
use tokio::time::timeout;
use tokio_postgres::{Client, NoTls};
use tower::ServiceExt as _;

use crate::ports::{Keys, Till};
use crate::way::Layer;

/// So many connections the store has at most.
const CONNECTIONS: usize = 16;

/// A database that nobody else uses meanwhile, and a gateway.
pub struct Shop {
    database: Database,
    control: Client,
    gateway: Gateway,
}

impl Shop {
    /// # Errors
    /// Where there is no PostgreSQL.
    pub fn open() -> Result<Self, Unavailable> {
        let template = Template::new(KEYS);
        lab::wait(async move {
            let database = Database::lease(&template, Access::Shared).await?;
            let control = database.control().await;
            let control = control.map_err(|error| Unavailable::Broken(error.to_string()))?;
            Ok(Self { database, control, gateway: Gateway::new() })
        })
    }

    /// Which PostgreSQL it is, where it says so.
    pub async fn server(&self) -> Option<String> {
        let row = self.control.query_one("SHOW server_version", &[]).await.ok()?;
        Some(row.get(0))
    }

    /// Lets `point.concurrency` clients pay for about `time`, each request `point.keys` times at
    /// once, and counts the charges.
    ///
    /// # Errors
    /// When the code is not written yet, or wrong.
    pub async fn run(
        &self,
        layer: Layer,
        point: Point,
        time: Duration,
    ) -> Result<Sample, Trouble<Wrong>> {
        self.control.batch_execute("TRUNCATE idempotency_key").await.map_err(Wrong::refused)?;
        self.gateway.reset();
        let till = Till(self.gateway.client(Caller::Plain));
        let service = match layer {
            Layer::Without => Router::new().route("/pay", post(plain)).with_state(till),
            Layer::With => app(self.store(point).await?, till),
        };
        let ended = timeout(time + PATIENCE, pay(&service, point, time)).await;
        drop(service);
        self.database.end_sessions("usename = 'lane'").await.map_err(Wrong::refused)?;
        let paid = ended.map_err(|_| Trouble::Stuck)??;
        let charged = u64::try_from(self.gateway.ledger().total()).unwrap_or(u64::MAX);
        let asked = paid.intents;
        if layer == Layer::With && asked != charged {
            return Err(Wrong::books(format!("asked {asked}, charged {charged}")).into());
        }
        let Paid { latencies, seconds, conflicts, .. } = paid;
        Ok(Sample { latencies, seconds, counts: vec![conflicts, charged], of: Some(asked) })
    }

    async fn store(&self, point: Point) -> Result<Keys, Wrong> {
        let (lane, mut connections) = (self.database.lane(), Vec::new());
        for _ in 0..(point.concurrency * point.keys).min(CONNECTIONS) {
            // On this runtime: what carries a connection is part of what is measured.
            let (client, connection) = lane.connect(NoTls).await.map_err(Wrong::refused)?;
            tokio::spawn(connection);
            connections.push(Mutex::new(client));
        }
        Ok(Keys(Arc::new(connections)))
    }
}

/// What clients have done.
#[derive(Default)]
struct Paid {
    /// Of each HTTP request, in microseconds.
    latencies: Vec<u64>,
    seconds: f64,
    /// Different payments that were asked for.
    intents: u64,
    /// Requests that were told 409.
    conflicts: u64,
}

/// Reads, charges, answers.
async fn plain(State(till): State<Till>, request: Request) -> Response {
    let Some(payment) = Asked::read(request).await.payment else {
        return StoredResponse::problem(400, "the body is no payment").into_response();
    };
    match till.charge(&payment.order, payment.cents, None).await {
        Ok(charged) => StoredResponse::paid(&charged).into_response(),
        Err(_) => StoredResponse::problem(503, "the gateway does not answer").into_response(),
    }
}

async fn pay(service: &Router, point: Point, time: Duration) -> Result<Paid, Trouble<Wrong>> {
    let begin = Instant::now();
    let clients: Vec<_> = (0..point.concurrency)
        .map(|client| tokio::spawn(pays(service.clone(), client, point.keys, begin + time)))
        .collect();
    let mut all = Paid::default();
    for client in clients {
        let one = client.await??;
        all.latencies.extend(one.latencies);
        all.intents += one.intents;
        all.conflicts += one.conflicts;
    }
    all.seconds = begin.elapsed().as_secs_f64();
    all.latencies.sort_unstable();
    Ok(all)
}

/// One payment after the other, until the time is over.
async fn pays(
    service: Router,
    client: usize,
    copies: usize,
    end: Instant,
) -> Result<Paid, Trouble<Wrong>> {
    let mut all = Paid::default();
    while Instant::now() < end {
        let name = format!("{client}-{}", all.intents);
        all.intents += 1;
        let copies: Vec<_> =
            (0..copies).map(|_| tokio::spawn(ask(service.clone(), name.clone()))).collect();
        let mut paid = 0;
        for copy in copies {
            let (status, micros) = copy.await?;
            match status {
                201 => paid += 1,
                409 => all.conflicts += 1,
                other => return Err(Wrong::refused(format!("answered {other}")).into()),
            }
            all.latencies.push(micros);
        }
        if paid == 0 {
            return Err(Wrong::refused("nobody was told that it is paid").into());
        }
    }
    Ok(all)
}

/// The status, and the microseconds.
async fn ask(service: Router, name: String) -> (u16, u64) {
    let body = PayRequest { order: format!("order-{name}"), cents: 3000 }.to_json();
    let request = Request::post("/pay")
        .header("x-caller", "bench")
        .header("idempotency-key", format!("\"{name}\""))
        .body(Body::from(body))
        .expect("a request");
    let asked = Instant::now();
    let Ok(response) = service.oneshot(request).await;
    (response.status().as_u16(), u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX))
}
