//! What can be played: whose code, on which accounts, with which transfers.

use k03::{s2_all_or_nothing, s3_two_at_once, s4_schema, s5_retry};
use k03_given::{Connect, Outcome, Transfer};
use postgres_lab::wire::sessions::{Door, LaneFuture, Scenario};
use tokio_postgres::{Client, Error};

/// The learner's `transfer` of which step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    Step2,
    Step3,
    Step4,
    Step5,
}

/// A few transfers that meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// One account gives to two.
    OneGiver,
    /// … and has enough for one of them only.
    SameMoney,
    /// From 1 to 2, and from 2 to 1.
    Opposite,
    /// From 1 to 2, and from 2 to 3.
    Chain,
    /// One transfer, asked for twice.
    SameId,
    /// One transfer on a connection that may be lost.
    Lost,
}

/// Attempts and connections of step 5.
const MOST: u32 = 3;

/// The tables of step 5.
const WITH_IDS: &str = "
    CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
    CREATE TABLE transfer (
        id bigint PRIMARY KEY, from_account bigint NOT NULL, to_account bigint NOT NULL,
        cents bigint NOT NULL
    );";
const ACCOUNTS: &str = "CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL);";

impl Code {
    pub const ALL: [Self; 4] = [Self::Step2, Self::Step3, Self::Step4, Self::Step5];

    pub fn number(self) -> usize {
        self as usize + 2
    }

    fn schema(self) -> &'static str {
        match self {
            Self::Step2 | Self::Step3 => ACCOUNTS,
            Self::Step4 => s4_schema::SCHEMA,
            Self::Step5 => WITH_IDS,
        }
    }

    fn knows_ids(self) -> bool {
        matches!(self, Self::Step4 | Self::Step5)
    }
}

impl Scene {
    const ALL: [Self; 6] =
        [Self::OneGiver, Self::SameMoney, Self::Opposite, Self::Chain, Self::SameId, Self::Lost];

    /// Those that this code is made for, in the order of the menu.
    pub fn of(code: Code) -> Vec<Self> {
        let fits = |scene: &Self| *scene != Self::SameId || code.knows_ids();
        Self::ALL.into_iter().filter(fits).collect()
    }

    /// What the accounts 1, 2, … hold at first.
    pub fn balances(self) -> &'static [i64] {
        match self {
            Self::OneGiver | Self::SameMoney => &[100, 0, 0],
            Self::Opposite => &[100, 100],
            Self::Chain => &[100, 150, 0],
            Self::SameId | Self::Lost => &[100, 50],
        }
    }

    /// Of A, and of B where there is one.
    pub fn transfers(self) -> Vec<Transfer> {
        let order = |id, from, to, cents| Transfer { id, from, to, cents };
        match self {
            Self::OneGiver => vec![order(1, 1, 2, 30), order(2, 1, 3, 50)],
            Self::SameMoney => vec![order(1, 1, 2, 70), order(2, 1, 3, 70)],
            Self::Opposite => vec![order(1, 1, 2, 30), order(2, 2, 1, 50)],
            Self::Chain => vec![order(1, 1, 2, 30), order(2, 2, 3, 120)],
            Self::SameId => vec![order(1, 1, 2, 30); 2],
            Self::Lost => vec![order(1, 1, 2, 30)],
        }
    }

    /// The suite's test that runs these very sessions, which can replay a schedule of them.
    pub fn test(self, code: Code) -> Option<&'static str> {
        match (self, code) {
            (Self::OneGiver, Code::Step3) => {
                Some("s3_two_at_once::conserved_in_every_interleaving")
            }
            (Self::SameMoney, Code::Step3) => {
                Some("s3_two_at_once::never_negative_in_every_interleaving")
            }
            (Self::Opposite, Code::Step3) => {
                Some("s3_two_at_once::opposite_transfers_lose_nothing")
            }
            (Self::Chain, Code::Step3) => Some("s3_two_at_once::receiver_may_give_meanwhile"),
            _ => None,
        }
    }

    /// The accounts, the sessions, and what must be true at the end.
    pub fn scenario(self, code: Code) -> Scenario {
        let total: i64 = self.balances().iter().sum();
        let mut scenario = Scenario::new(code.schema(), &self.rows(code))
            .state("SELECT id::text, balance FROM account ORDER BY id")
            .retryable(&["40001", "40P01"])
            .invariant(
                &format!("the total is {total}"),
                &format!("SELECT sum(balance) = {total} FROM account"),
            )
            .invariant("no balance is negative", "SELECT min(balance) >= 0 FROM account");
        if code == Code::Step5 {
            let rows = "the rows in transfer say what has moved";
            scenario = scenario.invariant(rows, &self.rows_agree());
        }
        for (name, transfer) in ["A", "B"].into_iter().zip(self.transfers()) {
            scenario = lane(scenario, name, transfer, code);
        }
        match self {
            Self::Lost => scenario.faults(1),
            _ => scenario.serializable_outcome(),
        }
    }

    /// Whether the balances are what the rows of step 5's `transfer` make of those at first.
    fn rows_agree(self) -> String {
        let first: Vec<String> =
            (1..).zip(self.balances()).map(|(id, cents)| format!("({id}, {cents})")).collect();
        format!(
            "SELECT coalesce(bool_and(balance = cents
                 + coalesce((SELECT sum(t.cents) FROM transfer t WHERE to_account = a.id), 0)
                 - coalesce((SELECT sum(t.cents) FROM transfer t WHERE from_account = a.id), 0)),
                 false)
             FROM account a JOIN (VALUES {}) AS first (id, cents) ON first.id = a.id",
            first.join(", ")
        )
    }

    fn rows(self, code: Code) -> String {
        let column = if code == Code::Step4 { ", opening" } else { "" };
        let rows: Vec<String> = (1..)
            .zip(self.balances())
            .map(|(id, cents)| match code {
                Code::Step4 => format!("({id}, {cents}, {cents})"),
                _ => format!("({id}, {cents})"),
            })
            .collect();
        format!("INSERT INTO account (id, balance{column}) VALUES {}", rows.join(", "))
    }
}

/// `A: 30 from 1 to 2`.
pub fn heading(name: &str, t: &Transfer, code: Code) -> String {
    let id = if code.knows_ids() { format!(", id {}", t.id) } else { String::new() };
    format!("{name}: {} from {} to {}{id}", t.cents, t.from, t.to)
}

fn lane(scenario: Scenario, name: &str, t: Transfer, code: Code) -> Scenario {
    let heading = heading(name, &t, code);
    if code == Code::Step5 {
        return scenario.lane_connecting(&heading, move |door| {
            Box::pin(async move { s5_retry::transfer(&Server(door), &t, MOST).await })
        });
    }
    scenario.lane(&heading, move |db| call(db, t, code))
}

fn call(db: &mut Client, t: Transfer, code: Code) -> LaneFuture<'_, Outcome, Error> {
    Box::pin(async move {
        match code {
            Code::Step2 => s2_all_or_nothing::transfer(db, &t).await,
            Code::Step3 => s3_two_at_once::transfer(db, &t).await,
            Code::Step4 | Code::Step5 => s4_schema::transfer(db, &t).await,
        }
    })
}

struct Server(Door);

impl Connect for Server {
    async fn connect(&self) -> Result<Client, Error> {
        self.0.connect().await
    }
}
