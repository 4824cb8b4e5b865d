//! A replica in a process of its own: this program, started once more. It is asked over its standard
//! input and answers on its standard output, one line each, so nothing depends on who is faster.
//! Whatever it wants of the journal it asks for in the same way.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use axum::Router;
use k00_given::{
    AppendError, Event, History, Journal, Memory, OrderId, Pending, Service, Store, Unavailable,
    Version,
};
use protocol::REQUEST_ENV;

use crate::desk::Desk;
use crate::line;
use crate::requests::{Answer, Ask, ask};

/// Set for a process that is a replica.
const REPLICA_ENV: &str = "TRECE_K00_REPLICA";

/// Before what a replica says, in a line that libtest may have begun.
const SAYS: &str = "@@ ";

/// Whether this process is one.
pub fn is_one() -> bool {
    std::env::var_os(REPLICA_ENV).is_some()
}

/// Answers requests until there are no more.
pub fn serve(router: fn(Service) -> Router) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let router = router(Desk::over(Journal::new(Far)));
    while let Some(asked) = heard().as_deref().and_then(line::to_ask) {
        let answer = runtime.block_on(ask(&router, &asked));
        say(&format!("answer {}", line::of_answer(&answer)));
    }
}

fn say(text: &str) {
    println!("{SAYS}{text}");
}

fn heard() -> Option<String> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line).expect("a line");
    (read > 0).then(|| line.trim_end_matches('\n').to_owned())
}

/// The journal, which is in the process that started this one.
struct Far;

fn asked<T>(text: &str, to: fn(&str) -> Option<T>) -> T {
    say(text);
    heard().as_deref().and_then(to).expect("the journal answers")
}

impl Store for Far {
    fn read(&self, order: OrderId) -> Pending<'_, Result<History, Unavailable>> {
        Box::pin(async move { Ok(asked(&format!("read {}", order.0), line::to_history)) })
    }

    fn append(
        &self,
        order: OrderId,
        expected: Version,
        events: Vec<Event>,
    ) -> Pending<'_, Result<Version, AppendError>> {
        Box::pin(async move {
            let events = line::of_append(order, expected, &events);
            asked(&format!("append {events}"), line::to_appended)
        })
    }

    fn next_id(&self) -> Pending<'_, Result<OrderId, Unavailable>> {
        Box::pin(async { Ok(asked("draw -", |line| Some(OrderId(line.parse().ok()?)))) })
    }
}

/// A replica, seen from the process that started it. It is killed when this is dropped.
pub struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Process {
    /// Starts one; `test` is where it [serves](serve).
    pub fn start(test: &str) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(program)
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env(REPLICA_ENV, "1")
            .env_remove(REQUEST_ENV)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the replica starts");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, stdout }
    }

    /// Sends it a request, and lets it use this journal meanwhile. `None` when it ends instead of
    /// answering.
    pub fn ask(&mut self, request: &Ask, journal: &Memory) -> Option<Answer> {
        self.tell(&line::of_ask(request));
        loop {
            let said = self.says()?;
            let (verb, rest) = said.split_once(' ')?;
            match verb {
                "answer" => return line::to_answer(rest),
                "read" => {
                    let history = journal.history(OrderId(rest.parse().ok()?));
                    self.tell(&line::of_history(&history));
                }
                "append" => {
                    let (order, expected, events) = line::to_append(rest)?;
                    self.tell(&line::of_appended(journal.put(order, expected, events)));
                }
                _ => self.tell(&journal.draw().0.to_string()),
            }
        }
    }

    fn tell(&mut self, text: &str) {
        let stdin = self.child.stdin.as_mut().expect("a pipe");
        // A replica that is gone is noticed when it does not answer.
        let _ = writeln!(stdin, "{text}").and_then(|()| stdin.flush());
    }

    fn says(&mut self) -> Option<String> {
        let mut line = String::new();
        while self.stdout.read_line(&mut line).ok()? > 0 {
            if let Some((_, said)) = line.split_once(SAYS) {
                return Some(said.trim_end_matches('\n').to_owned());
            }
            line.clear();
        }
        None
    }
}

impl Drop for Process {
    /// As the operating system does it: no line of the replica runs any more.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
