//! A server whose connections may be lost, and cannot always be had anew.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::SeqCst};

use k03::s5_retry::transfer;
use k03_given::{Connect, Transfer};
use postgres_lab::wire::sessions::{Door, Ran, Scenario};
use tokio_postgres::{Client, Error};

use crate::bank::{BOOKS, answer, balances, order};
use crate::bodies::{ROWS, TABLES, scenario, told};

/// The door to the server, which closes after some connections.
pub struct Server {
    door: Door,
    asked: AtomicU32,
    /// So many connections are to be had.
    connections: u32,
    /// So many may be asked for.
    most: u32,
}

impl Server {
    pub fn new(door: Door, connections: u32, most: u32) -> Self {
        Self { door, asked: AtomicU32::new(0), connections, most }
    }
}

impl Connect for Server {
    async fn connect(&self) -> Result<Client, Error> {
        let asked = self.asked.fetch_add(1, SeqCst) + 1;
        assert!(asked <= self.most, "it asks for connection {asked} of at most {}", self.most);
        if asked > self.connections {
            // No server at this address: an error of the client's own, as a refused connection is.
            let nowhere: Result<tokio_postgres::Config, Error> = "port=none".parse();
            return Err(nowhere.expect_err("this is no address"));
        }
        self.door.connect().await
    }
}

/// One lane that transfers 30 from 1 to 2, with connections that may be lost. Only the first
/// `connections` that it asks for are to be had.
pub fn lossy(max_attempts: u32, connections: u32) -> Scenario {
    const T: Transfer = order(1, 1, 2, 30);
    scenario()
        .lane_connecting("A: 30 from 1 to 2, id 1", move |door| {
            Box::pin(async move {
                told(
                    transfer(&Server::new(door, connections, max_attempts), &T, max_attempts).await,
                )
            })
        })
        .state(BOOKS)
        .invariant(
            "a row in transfer if, and only if, the money has moved",
            "SELECT (SELECT count(*) FROM transfer)
                  = (SELECT count(*) FROM account WHERE id = 1 AND balance = 70)",
        )
}

/// The money has moved once, and the caller knows it.
pub fn moved_once(ran: &Ran) -> Result<(), String> {
    let (told, saw) = (answer(ran, "A"), balances(ran));
    if told == "Ok(Done)" && saw == [70, 80] {
        return Ok(());
    }
    Err(format!(
        "30 from 1 to 2, with three connections to try.\n\
         Expected: Ok(Done), balances [70, 80]\nSaw:      {told}, balances {saw:?}"
    ))
}

/// Whatever the caller was told is true. `Unknown` is true of both, as soon as COMMIT was sent: it
/// is the last statement of the schedule in which nothing goes wrong, which is run first.
pub fn told_truly() -> impl Fn(&Ran) -> Result<(), String> + Send + Sync + 'static {
    let all = AtomicUsize::new(0);
    move |ran| {
        let (told, saw) = (answer(ran, "A"), balances(ran));
        if !ran.code().contains('!') {
            all.store(ran.steps("A"), SeqCst);
        }
        let sent = ran.steps("A") + 1 >= all.load(SeqCst);
        let fits = match (told, saw.as_slice()) {
            ("Ok(Done)", moved) => moved == [70, 80],
            ("Err(\"Unknown\")", either) => sent && (either == [70, 80] || either == [100, 50]),
            (other, nothing) => other.starts_with("Err(\"Sql") && nothing == [100, 50],
        };
        if fits {
            return Ok(());
        }
        let sent = if sent { "" } else { ", COMMIT was never sent" };
        Err(format!(
            "30 from 1 to 2, and no second connection to be had.\n\
             Expected: an answer that is true\nSaw:      {told}, balances {saw:?}{sent}"
        ))
    }
}

/// One lane whose transfer a constraint refuses. Its connection is as it should be, so it is the
/// only one that it may ask for.
pub fn refused_for_good() -> Scenario {
    const T: Transfer = order(1, 1, 2, 30);
    let full = format!("{TABLES} ALTER TABLE account ADD CHECK (balance < 80 OR id <> 2);");
    Scenario::new(&full, ROWS)
        .lane_connecting("A: 30 from 1 to 2, id 1", |door| {
            Box::pin(async move { told(transfer(&Server::new(door, 3, 1), &T, 3).await) })
        })
        .state(BOOKS)
        .check(|ran| {
            let (told, saw) = (answer(ran, "A"), balances(ran));
            if told == "Err(\"Sql: 23514\")" && saw == [100, 50] {
                return Ok(());
            }
            Err(format!(
                "30 from 1 to 2, where account 2 must hold less than 80.\n\
                 Expected: Sql with 23514, balances [100, 50]\nSaw:      {told}, balances {saw:?}"
            ))
        })
}
