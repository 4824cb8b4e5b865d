//! Accounts, transfers, and whether the books agree with what the callers were told.

use std::pin::Pin;

use k03_given::{Outcome, Transfer};
use postgres_lab::wire::sessions::Ran;
use tokio_postgres::{Client, Error};

/// What a call of a learner's `transfer` promises.
pub type Call<'a> = Pin<Box<dyn Future<Output = Result<Outcome, Error>> + Send + 'a>>;

/// A learner's `transfer`, as steps 2 to 4 have it.
pub type Transfers = for<'a> fn(&'a mut Client, &'a Transfer) -> Call<'a>;

/// The table of steps 2 and 3.
pub const ACCOUNTS: &str = "CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL);";

/// What the timelines show of the books.
pub const BOOKS: &str = "SELECT id::text, balance FROM account ORDER BY id";

/// Errors with which PostgreSQL undoes a transaction because of another one.
pub const UNDONE: &[&str] = &["40001", "40P01"];

pub const fn order(id: i64, from: i64, to: i64, cents: i64) -> Transfer {
    Transfer { id, from, to, cents }
}

/// The balances of accounts 1, 2, 3, … at the end of a schedule.
pub fn balances(ran: &Ran) -> Vec<i64> {
    let cell = |line: &str| line.split('\t').nth(1).and_then(|balance| balance.parse().ok());
    ran.state().lines().map(|line| cell(line).unwrap_or(i64::MIN)).collect()
}

/// What a lane was told, as text; nothing if its process died.
pub fn answer<'r>(ran: &'r Ran<'_>, lane: &str) -> &'r str {
    ran.returned(lane).map_or("nothing", |returned| returned.text.as_str())
}

/// A check: the books are those of `start` after the transfers that were answered with `Done`, and
/// a lane ends in an error only where PostgreSQL has undone it.
pub fn books_agree<const N: usize>(
    start: &'static [i64],
    orders: [(&'static str, Transfer); N],
) -> impl Fn(&Ran) -> Result<(), String> + Send + Sync + 'static {
    move |ran| {
        let mut expected = start.to_vec();
        for (lane, t) in &orders {
            let answer = answer(ran, lane);
            match answer {
                "Ok(Done)" => apply(&mut expected, t),
                "Ok(InsufficientFunds)" | "Ok(UnknownAccount)" => {}
                _ if ran.sql_errors(lane).iter().any(|code| UNDONE.contains(&code.as_str())) => {}
                _ => {
                    return Err(format!(
                        "{lane} ends with {answer}, which PostgreSQL is not the cause of."
                    ));
                }
            }
        }
        let saw = balances(ran);
        if saw == expected {
            return Ok(());
        }
        let answers: Vec<String> = orders
            .iter()
            .map(|(lane, _)| format!("{lane} was told {}", answer(ran, lane)))
            .collect();
        Err(format!("{}.\nExpected: balances {expected:?}\nSaw:      {saw:?}", answers.join(", ")))
    }
}

/// The books after `t`; account `n` is at place `n - 1`.
pub fn apply(books: &mut [i64], t: &Transfer) {
    for (id, cents) in [(t.from, -t.cents), (t.to, t.cents)] {
        if let Some(balance) = usize::try_from(id - 1).ok().and_then(|n| books.get_mut(n)) {
            *balance += cents;
        }
    }
}
