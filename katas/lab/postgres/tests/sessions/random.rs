//! The reduced search sees every result of the full one, on random programs of SQL.

use postgres_lab::wire::sessions::{Scenario, search};
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::times;

const SCHEMA: &str = "CREATE TABLE account (id integer PRIMARY KEY, balance bigint NOT NULL);
                      CREATE TABLE other (id integer PRIMARY KEY, n bigint NOT NULL)";
const ROWS: &str = "INSERT INTO account VALUES (1, 100), (2, 100); INSERT INTO other VALUES (1, 5)";

/// Statements one after the other; what they answered, up to the first error.
async fn script(db: &mut Client, sql: Vec<String>) -> Result<String, String> {
    let mut seen = Vec::new();
    for statement in sql {
        match db.simple_query(&statement).await {
            Ok(messages) => {
                for message in messages {
                    if let SimpleQueryMessage::Row(row) = message {
                        seen.push(row.get(0).unwrap_or("NULL").to_owned());
                    }
                }
            }
            Err(error) => {
                let code = error.code().map_or("closed", |c| c.code()).to_owned();
                let _ = db.simple_query("ROLLBACK").await;
                return Err(format!("{} {code}", seen.join(" ")));
            }
        }
    }
    Ok(seen.join(" "))
}

/// Numbers from a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }
}

fn programs(seed: u64) -> Vec<Vec<String>> {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    for _ in 0..4 {
        dice.roll(2);
    }
    let level =
        ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"][usize::try_from(seed % 3).unwrap()];
    let (lanes, length) = if dice.roll(4) == 0 { (3, 1) } else { (2, 3) };
    (0..lanes)
        .map(|lane| {
            let alone = dice.roll(5) == 0;
            let mut program =
                if alone { Vec::new() } else { vec![format!("BEGIN ISOLATION LEVEL {level}")] };
            for n in 0..length {
                let id = 1 + dice.roll(2);
                let add = lane * 3 + n + 1;
                program.push(match dice.roll(7) {
                    0 => "SELECT sum(balance) FROM account".to_owned(),
                    1 => format!("SELECT balance FROM account WHERE id = {id}"),
                    2 => format!("SELECT balance FROM account WHERE id = {id} FOR UPDATE"),
                    3 | 4 => {
                        format!("UPDATE account SET balance = balance * 2 + {add} WHERE id = {id}")
                    }
                    5 => format!("UPDATE other SET n = n * 2 + {add} WHERE id = 1"),
                    _ => "SELECT n FROM other WHERE id = 1".to_owned(),
                });
            }
            if !alone {
                program.push(if dice.roll(6) == 0 { "ROLLBACK" } else { "COMMIT" }.to_owned());
            }
            program
        })
        .collect()
}

fn scenario(programs: &[Vec<String>]) -> Scenario {
    let mut scenario = Scenario::new(SCHEMA, ROWS)
        .state("SELECT 'account', id, balance FROM account UNION ALL SELECT 'other', id, n FROM other ORDER BY 1, 2");
    for (name, program) in ["A", "B", "C"].iter().zip(programs) {
        let program = program.clone();
        scenario = scenario.lane(name, move |db| Box::pin(script(db, program.clone())));
    }
    scenario
}

#[test]
fn the_reduction_loses_no_result() {
    let (mut full, mut reduced) = (0, 0);
    for seed in 0..times(6, 200) as u64 {
        let programs = programs(seed);
        let all = search(scenario(&programs).without_reduction()).unwrap();
        let few = search(scenario(&programs)).unwrap();
        assert!(all.exhaustive && few.exhaustive);
        assert_eq!(
            all.outcomes.keys().collect::<Vec<_>>(),
            few.outcomes.keys().collect::<Vec<_>>(),
            "program {seed}: {programs:#?}"
        );
        full += all.schedules;
        reduced += few.schedules;
    }
    println!("{full} schedules in full, {reduced} reduced");
    assert!(reduced < full);
}
