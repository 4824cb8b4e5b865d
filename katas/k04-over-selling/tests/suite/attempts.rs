//! A shop in which others are faster, as often as a test says.

use k04_given::tables::SHOP;
use postgres_lab::Db;
use suite::say::same;
use tokio_postgres::Client;

use crate::queries::{anew, numbers};
use crate::say::Told;
use crate::shop::{Way, wants};

/// What happens to an attempt.
#[derive(Clone, Copy)]
pub enum Hurdle {
    /// The UPDATE of the item changes no row, as if somebody had changed it.
    NoRow,
    /// The UPDATE of the item is refused with this code.
    Update(&'static str),
    /// COMMIT is refused with this code.
    Commit(&'static str),
}

/// The first `hurdles` attempts of customer 1 at 1 of 5 come to nothing. Fails unless `way` makes
/// `attempts` attempts, ends with `answer`, and the books agree.
pub async fn makes(
    db: &Db,
    way: Way,
    hurdle: Hurdle,
    hurdles: i64,
    attempts: i64,
    answer: Result<(), Told>,
) {
    let mut client = db.client().await;
    build(&client, hurdle, hurdles).await;
    let (name, how) = (way.name, describe(hurdle));
    let what = format!("`{name}`; the first {hurdles} attempts: {how}");
    let sold = i64::from(answer.is_ok());
    let saw = (way.buy)(&mut client, &wants(1, 1)).await;
    same(&what, saw.map(|_| ()).map_err(Told::from), answer);
    let tries = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM tries";
    same(format!("{what}. Attempts"), numbers(&client, tries).await, vec![vec![attempts]]);
    let books = "SELECT (SELECT stock FROM item), (SELECT count(*) FROM sale)";
    let expected = vec![vec![5 - sold, sold]];
    same(format!("{what}. Stock and sales"), numbers(&client, books).await, expected);
}

async fn build(client: &Client, hurdle: Hurdle, hurdles: i64) {
    anew(client, SHOP, "INSERT INTO item (sku, stock) VALUES (1, 5)").await;
    let stumble = match hurdle {
        Hurdle::NoRow => "RETURN NULL".to_owned(),
        Hurdle::Update(code) | Hurdle::Commit(code) => {
            format!("RAISE EXCEPTION 'a hurdle of this test' USING ERRCODE = '{code}'")
        }
    };
    let trigger = match hurdle {
        Hurdle::NoRow | Hurdle::Update(_) => "TRIGGER hurdle BEFORE UPDATE ON item",
        Hurdle::Commit(_) => {
            "CONSTRAINT TRIGGER hurdle AFTER INSERT ON sale DEFERRABLE INITIALLY DEFERRED"
        }
    };
    let sql = format!(
        "DROP SEQUENCE IF EXISTS tries; CREATE SEQUENCE tries;
         CREATE OR REPLACE FUNCTION hurdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF nextval('tries') <= {hurdles} THEN {stumble}; END IF;
             RETURN NEW;
         END $$;
         CREATE {trigger} FOR EACH ROW EXECUTE FUNCTION hurdle();"
    );
    client.batch_execute(&sql).await.expect("the hurdle");
}

fn describe(hurdle: Hurdle) -> String {
    match hurdle {
        Hurdle::NoRow => "others have changed the item".to_owned(),
        Hurdle::Update(code) => format!("the UPDATE ends with {code}"),
        Hurdle::Commit(code) => format!("COMMIT ends with {code}"),
    }
}
