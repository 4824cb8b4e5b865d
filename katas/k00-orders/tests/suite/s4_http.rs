use axum::Router;
use k00::s4_http::router;
use k00_given::{
    Cents, Command, Delivery, Journal, Memory, OrderError, OrderId, OrderState, Placed, Rejection,
    Service, Status, Timestamp, Version,
};
use protocol::timeline::{Row, Timeline};
use protocol::{Outcome, Status as Verdict};
use suite::say::same;

use crate::desk::{Desk, Scripted};
use crate::orders::{item, open};
use crate::replica::{self, Process};
use crate::requests::{Answer, Ask, ask, get, order, post};

const JSON: &str = "application/json";

/// Each request does what the table says, and each outcome has its status: a client decides by it
/// whether to try again, to ask for something else, or to give up.
#[suite::test(paused)]
async fn every_answer_has_its_status() {
    let placed = Placed { version: Version(3), mail: Delivery::Sent };
    let lamp = Command::Add(item("lamp", 1, 1999));
    let seven = r#"{"order":7,"version":3,"mail":"sent"}"#;
    let commands = [
        (order("lamp"), lamp, 201),
        (post("/orders/7/confirm"), Command::Confirm, 200),
        (post("/orders/7/cancel"), Command::Cancel, 200),
    ];
    for (request, command, success) in commands {
        // Whoever looks first whether there is such an order finds it.
        let state = Ok(Some(open()));
        let command = Some((OrderId(7), command));
        let desk =
            |placed| Scripted { command: command.clone(), placed, state: state.clone(), ..idle() };
        let created = (success == 201).then(|| "/orders/7".to_owned());
        let saw = answered(desk(Ok(placed)), &request).await;
        is(&request, "which is carried out", &saw, success, Some((created, seven.into())));
        for (error, status) in ERRORS {
            let what = format!("and the service answers {error:?}");
            let saw = answered(desk(Err(error)), &request).await;
            is(&request, &what, &saw, status, None);
        }
    }
    let drawn = Scripted { drawn: Err(OrderError::Unavailable), ..idle() };
    let saw = answered(drawn, &order("lamp")).await;
    is(&order("lamp"), "and there are no numbers", &saw, 503, None);
    for body in ["", "lamp", r#"{"item":"lamp"}"#, r#"{"item":"lamp","units":-1,"price":1999}"#] {
        let request = Ask { body: body.into(), ..post("/orders") };
        let saw = answered(idle(), &request).await;
        is(&request, &format!("with the body `{body}`"), &saw, 400, None);
    }
    for request in [get("/orders/x"), post("/orders/x/confirm"), post("/orders/-1/cancel")] {
        let saw = answered(idle(), &request).await;
        is(&request, "which is no number", &saw, 400, None);
    }
    let status = Status::Confirmed { total: Cents(8450), at: Timestamp(9) };
    let state = OrderState { status, ..open() };
    let shown = k00_given::json::order(OrderId(7), &state);
    for (state, status, body) in [
        (Ok(Some(state)), 200, Some((None, shown))),
        (Ok(None), 404, None),
        (Err(OrderError::Unavailable), 503, None),
    ] {
        let what = format!("and the service finds {state:?}");
        let saw = answered(Scripted { state, ..idle() }, &get("/orders/7")).await;
        is(&get("/orders/7"), &what, &saw, status, body);
    }
}

/// However the requests are split between two replicas, the answers are those of one. So a balancer
/// may send each request wherever it likes.
#[suite::test(paused)]
async fn two_replicas_are_indistinguishable() {
    for script in scripts() {
        let expected = alone(&script).await;
        for split in 0..1_u32 << (script.len() - 1) {
            let memory = Memory::default();
            let replicas = [replica(&memory), replica(&memory)];
            let mut told = Told::new(["replica A", "replica B"], &expected);
            for (n, request) in script.iter().enumerate() {
                // The first request always comes to A.
                let lane = usize::from(n > 0 && split >> (n - 1) & 1 == 1);
                told.row(lane, request, &ask(&replicas[lane], request).await);
            }
        }
    }
}

/// However often the service is started anew, and before whichever requests, the answers are those
/// of one that was never stopped: what it knew is in the journal.
#[suite::test(paused)]
async fn restart_keeps_orders() {
    for script in scripts() {
        let expected = alone(&script).await;
        for restarts in 0..1_u32 << (script.len() - 1) {
            let memory = Memory::default();
            let mut now = replica(&memory);
            let mut told = Told::new(["before the restart", "after it"], &expected);
            let mut lane = 0;
            for (n, request) in script.iter().enumerate() {
                if n > 0 && restarts >> (n - 1) & 1 == 1 {
                    now = replica(&memory);
                    lane = 1 - lane;
                }
                told.row(lane, request, &ask(&now, request).await);
            }
        }
    }
}

/// The same with two real processes, one of which is killed and started anew: what is in a static is
/// in each of them once more.
#[suite::test]
fn two_processes_are_one_shop() {
    if replica::is_one() {
        return replica::serve(router);
    }
    let script = [
        (1, get("/orders/1")),
        (0, order("book")),
        (1, order("lamp")),
        (0, get("/orders/1")),
        (1, get("/orders/1")),
        (0, post("/orders/1/confirm")),
        (1, get("/orders/1")),
        (1, post("/orders/1/confirm")),
        (1, post("/orders/1/cancel")),
        (0, get("/orders/1")),
        (2, get("/orders/1")),
        (2, order("pen")),
        (1, order("cup")),
        (2, get("/orders/2")),
        (2, get("/orders/4")),
        (1, get("/orders/3")),
    ];
    let requests: Vec<Ask> = script.iter().map(|(_, request)| request.clone()).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let expected = runtime.block_on(alone(&requests));
    let test = "s4_http::two_processes_are_one_shop";
    let memory = Memory::default();
    let mut processes = [Process::start(test), Process::start(test)];
    let mut told = Told::new(["process A", "process B"], &expected);
    let mut killed = false;
    for (who, request) in &script {
        if *who == 2 && !killed {
            killed = true;
            processes[0] = Process::start(test);
            told.rows.push(Row::new(0, "killed, started anew"));
        }
        let lane = who % 2;
        match processes[lane].ask(request, &memory) {
            Some(answer) => told.row(lane, request, &answer),
            None => told.end(lane, request, "no answer: the process has ended"),
        }
    }
}

const ERRORS: [(OrderError, u16); 7] = [
    (OrderError::Rejected(Rejection::Empty), 404),
    (OrderError::Rejected(Rejection::Confirmed), 409),
    (OrderError::Rejected(Rejection::Cancelled), 409),
    (OrderError::Rejected(Rejection::NoUnits), 422),
    (OrderError::Rejected(Rejection::TooMuch), 422),
    (OrderError::Conflict, 409),
    (OrderError::Unavailable, 503),
];

/// A service that must not be asked for anything.
fn idle() -> Scripted {
    Scripted {
        drawn: Ok(OrderId(7)),
        command: None,
        placed: Err(OrderError::Unavailable),
        state: Err(OrderError::Unavailable),
    }
}

async fn answered(desk: Scripted, request: &Ask) -> Answer {
    let router: Router = router(Service::new(desk));
    ask(&router, request).await
}

/// Of a success, also the place of what is new, and the body.
fn is(
    request: &Ask,
    why: &str,
    saw: &Answer,
    status: u16,
    success: Option<(Option<String>, String)>,
) {
    let what = format!("{} {}, {why}", request.method, request.path);
    same(format!("{what}. The status"), saw.status, status);
    if let Some((location, body)) = success {
        same(format!("{what}. Location"), &saw.location, &location);
        same(format!("{what}. Content-Type"), saw.content_type.as_deref(), Some(JSON));
        same(format!("{what}. The body"), &saw.body, &body);
    }
}

fn replica(memory: &Memory) -> Router {
    router(Desk::over(Journal::new(memory.clone())))
}

/// What one replica answers that is never stopped.
async fn alone(script: &[Ask]) -> Vec<Answer> {
    let one = replica(&Memory::default());
    let mut answers = Vec::new();
    for request in script {
        answers.push(ask(&one, request).await);
    }
    // Nobody can tell apart what always says no.
    for (request, answer) in script.iter().zip(&answers).filter(|(r, _)| r.path == "/orders") {
        same(format!("One replica, {request}. The status"), answer.status, 201);
    }
    answers
}

/// Requests that one replica alone answers in one way only.
fn scripts() -> [Vec<Ask>; 3] {
    let (one, two) = ("/orders/1", "/orders/2");
    [
        vec![order("book"), order("lamp"), get(two), get(one), order("pen"), get("/orders/3")],
        vec![
            get(one),
            order("book"),
            get(one),
            post("/orders/1/confirm"),
            get(one),
            post("/orders/1/cancel"),
            get(one),
        ],
        vec![
            order("book"),
            post("/orders/1/confirm"),
            post("/orders/1/confirm"),
            order("lamp"),
            post("/orders/2/cancel"),
            post("/orders/2/confirm"),
            get(two),
        ],
    ]
}

/// Requests and answers, compared with what one replica says.
struct Told<'a> {
    lanes: [&'a str; 2],
    rows: Vec<Row>,
    expected: &'a [Answer],
    next: usize,
}

impl<'a> Told<'a> {
    fn new(lanes: [&'a str; 2], expected: &'a [Answer]) -> Self {
        Self { lanes, rows: Vec::new(), expected, next: 0 }
    }

    /// Fails the test where the answer is not that of one replica.
    fn row(&mut self, lane: usize, request: &Ask, saw: &Answer) {
        self.rows.push(Row::new(lane, format!("{request} → {saw}")));
        let expected = &self.expected[self.next];
        if saw != expected {
            let (mut was, mut is) = (expected.to_string(), saw.to_string());
            if was == is {
                (was, is) = (format!("{expected:?}"), format!("{saw:?}"));
            }
            self.fails(request, &was, &is);
        }
        self.next += 1;
    }

    /// Fails the test.
    fn end(&mut self, lane: usize, request: &Ask, saw: &str) {
        self.rows.push(Row::new(lane, format!("{request} → {saw}")));
        let expected = self.expected[self.next].to_string();
        self.fails(request, &expected, saw);
    }

    fn fails(&mut self, request: &Ask, expected: &str, saw: &str) {
        if let Some(row) = self.rows.last_mut() {
            row.mark = Some("one replica says otherwise".into());
        }
        let message = format!("{request}.\nExpected: {expected}\nSaw:      {saw}");
        let mut outcome = Outcome::new(Verdict::Fail, message);
        outcome.timeline = Some(Timeline {
            lanes: self.lanes.map(str::to_owned).to_vec(),
            rows: self.rows.clone(),
            ..Timeline::default()
        });
        suite::fail(outcome);
    }
}
