use k04::s5_carts::checkout;
use k04_given::tables::CARTS;
use k04_given::{BuyError, Line, Sale};
use postgres_lab::wire::sessions::{Ran, Scenario, explore, in_turns};
use postgres_lab::{Connections, Db, dropped_anywhere, is_at_rest};
use suite::say::{holds, same};
use tokio_postgres::Client;

use crate::crowd::{Crowd, pid};
use crate::queries::{anew, numbers};
use crate::say::Told;
use crate::shop::told;

/// A cart that is sold is sold line by line, answered in its own order, and booked. The same order
/// again is answered as the first time, whatever the stock is by then.
#[suite::test(postgres)]
async fn cart_is_answered_line_by_line(db: Db) {
    let mut shop = Shop::open(&db, 3, 5).await;
    let cart = [line(2, 4), line(1, 1)];
    let sold = || Ok(vec![sale(2, 4, 1), sale(1, 1, 2)]);
    shop.sells(7, &cart, sold(), &[[7, 1, 1], [7, 2, 4]]).await;
    let both = &[[7, 1, 1], [7, 2, 4], [8, 1, 2]];
    shop.sells(8, &[line(1, 2)], Ok(vec![sale(1, 2, 0)]), both).await;
    shop.sells(7, &cart, sold(), both).await;
    shop.sells(8, &[line(1, 2)], Ok(vec![sale(1, 2, 0)]), both).await;
}

/// A cart of which a line is sold out leaves nothing behind, and the order may be tried again when
/// there is stock.
#[suite::test(postgres)]
async fn refused_order_may_come_again(db: Db) {
    let mut shop = Shop::open(&db, 3, 0).await;
    for cart in [
        [line(1, 1), line(2, 1)],
        [line(2, 1), line(1, 1)],
        [line(1, 1), line(9, 1)],
        [line(9, 1), line(1, 1)],
    ] {
        shop.sells(7, &cart, Err(Told::new("SoldOut")), &[]).await;
    }
    shop.sells(6, &[line(1, 4)], Err(Told::new("SoldOut")), &[]).await;
    let more = "UPDATE item SET stock = 1 WHERE sku = 2";
    shop.client.batch_execute(more).await.expect("new stock");
    let sold = Ok(vec![sale(1, 1, 2), sale(2, 1, 0)]);
    shop.sells(7, &[line(1, 1), line(2, 1)], sold, &[[7, 1, 1], [7, 2, 1]]).await;
}

/// Two carts want the same last units: whoever gets one line gets all of them, and the other one
/// nothing.
#[suite::test]
fn cart_is_all_or_nothing() {
    const SECOND: &[Line] = &[line(2, 1)];
    const MORE: &[Line] = &[line(1, 1), line(2, 2)];
    for (stock, other) in [((1, 1), SECOND), ((1, 2), MORE)] {
        let carts = two(stock, (1, BOTH), (2, other));
        let check = sold_whole(stock, [(1, BOTH), (2, other)], 1);
        explore(carts.serializable_outcome().check(check));
    }
}

/// Two carts with the same items the other way round both come to their end: neither holds the item
/// that the other one waits for.
#[suite::test]
fn opposite_carts_finish() {
    const BACK: &[Line] = &[line(2, 1), line(1, 1)];
    const MORE_OF_2: &[Line] = &[line(1, 1), line(2, 2)];
    const MORE_OF_1: &[Line] = &[line(2, 1), line(1, 2)];
    for (stock, a, b, sold) in [((5, 5), BOTH, BACK, 2), ((2, 2), MORE_OF_2, MORE_OF_1, 1)] {
        let check = sold_whole(stock, [(1, a), (2, b)], sold);
        explore(two(stock, (1, a), (2, b)).serializable_outcome().check(check));
    }
}

/// A cart may be in the way of one customer, and of another one as soon as it tries again: it is
/// sold all the same, and so are the others.
#[suite::test]
fn unlucky_cart_is_sold_in_the_end() {
    const BACK: &[Line] = &[line(2, 1), line(1, 1)];
    in_turns(
        two((5, 5), (1, BOTH), (2, BACK))
            .lane("C: order 3, item 1: 1, item 2: 1", |db| {
                Box::pin(async move { checkout(db, 3, BOTH).await.map_err(Told::from) })
            })
            .every_lane_succeeds()
            .invariant("three carts are sold", "SELECT count(*) = 6 FROM sale")
            .invariant("their units are gone", "SELECT bool_and(stock = 2) FROM item"),
    );
}

/// A statement that changes or locks several rows takes them one after the other, in the order of
/// its plan, which is not the same for every cart. A cart that has to wait in the middle of one holds
/// nothing that the cart before it needs.
#[suite::test(postgres)]
async fn carts_that_wait_in_a_statement_finish(db: Db) {
    let mut shop = Shop::open(&db, 5, 5).await;
    let looking = db.admin().await;
    let mut carts = Vec::new();
    for (order, cart) in [(1, [line(2, 1), line(1, 1)]), (2, [line(1, 1), line(2, 1)])] {
        carts.push((db.client().await, order, cart));
    }
    for [first, second] in [[BY_THE_CART, BY_THE_CART], [BY_THE_TABLE, BY_THE_INDEX]] {
        // In the table item 2 comes first, in the index item 1.
        anew(&shop.client, CARTS, "INSERT INTO item VALUES (2, 5), (1, 5)").await;
        let door = shop.admin.transaction().await.expect("a transaction");
        let shut = "SELECT FROM item WHERE sku = 2 FOR UPDATE";
        door.execute(shut, &[]).await.expect("nobody else is there yet");
        let what =
            "Item 2 is locked by somebody; order 1 wants 2 and 1, then order 2 wants 1 and 2";
        let crowd = Crowd { look: &looking, schema: db.schema(), what };
        let mut customers = Vec::new();
        for ((mut client, order, cart), plan) in carts.drain(..).zip([first, second]) {
            client.batch_execute(plan).await.expect("settings");
            customers.push(tokio::spawn(async move {
                let answer = checkout(&mut client, order, &cart).await;
                let lines = answer.map(|sales| sales.len()).map_err(Told::from);
                (lines, (client, order, cart))
            }));
            crowd.waits(&customers, &[pid(&door).await]).await;
        }
        door.rollback().await.expect("the row is free again");
        for customer in customers {
            let (lines, cart) = customer.await.expect("no cart panics");
            let what = format!("{what}. Then it is free: lines sold of order {}", cart.1);
            same(what, lines, Ok(2));
            carts.push(cart);
        }
    }
}

/// A statement that joins items with a cart finds the rows in the order of its plan. In a shop of
/// many items that is the order of the cart.
const BY_THE_CART: &str =
    "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off";

/// A big cart's statement reads the whole table, a small one's looks into the index.
const BY_THE_TABLE: &str = "RESET ALL; SET enable_indexscan = off; SET enable_bitmapscan = off";
const BY_THE_INDEX: &str = "RESET ALL; SET enable_seqscan = off; SET enable_bitmapscan = off";

/// The customer clicks twice, and both requests run at once: one purchase, and both are told of it.
/// This holds for the last units too.
#[suite::test]
fn same_order_twice_sells_once() {
    for stock in [1, 5] {
        let check = sold_whole((stock, stock), [(7, BOTH), (7, BOTH)], 1);
        explore(two((stock, stock), (7, BOTH), (7, BOTH)).serializable_outcome().check(check));
    }
}

/// The connection is lost around any statement, and the customer asks again with the same order:
/// the cart is sold once.
#[suite::test]
fn crash_anywhere_then_again_sells_once() {
    let whole = "SELECT (SELECT sum(stock) FROM item) + coalesce(sum(units), 0) = 10 \
                 AND count(*) = CASE (SELECT count(*) FROM orders) WHEN 0 THEN 0 ELSE 2 END \
                 FROM sale";
    let rows = "INSERT INTO item VALUES (1, 5), (2, 5)";
    explore(
        Scenario::new(CARTS, rows)
            .lane_connecting("A: order 7, and again when it is lost", |door| {
                Box::pin(async move {
                    loop {
                        let mut db = door.connect().await.map_err(Told::from)?;
                        match checkout(&mut db, 7, BOTH).await {
                            Err(BuyError::Sql(_)) => {}
                            ended => return ended.map_err(Told::from),
                        }
                    }
                })
            })
            .state(BOOKS)
            .faults(1)
            .check(|ran| {
                let told = told(ran, "A");
                let first = format!("{:?}", Ok::<_, Told>(vec![sale(1, 1, 4), sale(2, 1, 4)]));
                if told == first {
                    return Ok(());
                }
                Err(format!("Order 7.\nExpected: {first}\nSaw:      {told}"))
            })
            .invariant("the order is sold once", "SELECT count(*) = 2 AND sum(units) = 2 FROM sale")
            .invariant("no unit is lost", whole),
    );
    explore(
        Scenario::new(CARTS, rows)
            .lane("A: order 7, and the process dies", |db| {
                Box::pin(async move { checkout(db, 7, BOTH).await.map_err(Told::from) })
            })
            .state(BOOKS)
            .faults(1)
            .crashes()
            .invariant("all of the cart is sold or nothing", whole),
    );
}

/// A caller that goes away at any of its awaits leaves all of the purchase or nothing, and a
/// connection that the next one can use.
#[suite::test(postgres)]
async fn dropped_checkout_leaves_all_or_nothing(db: Db) {
    dropped_anywhere(
        "checkout",
        &mut Shop::open(&db, 3, 5).await,
        async |shop| shop.anew(3, 5).await,
        async |shop| checkout(&mut shop.client, 7, BOTH).await,
        async |shop, what, ended| {
            let orders = numbers(&shop.admin, "SELECT id FROM orders").await;
            let saw = (orders, shop.sales().await, shop.stock().await);
            let all = (rows(&[[7]]), rows(&[[7, 1, 1], [7, 2, 1]]), rows(&[[1, 2], [2, 4]]));
            let nothing = (Vec::new(), Vec::new(), rows(&[[1, 3], [2, 5]]));
            let fits = saw == all || saw == nothing && ended.is_none();
            let expected = if ended.is_none() { "all of it or nothing" } else { "all of it" };
            holds(format!("{what}: orders, sales and stock"), expected, format!("{saw:?}"), fits);
            if let Some(ended) = ended {
                same(what, ended.map_err(Told::from), Ok(vec![sale(1, 1, 2), sale(2, 1, 4)]));
            }
        },
    )
    .await;
}

const BOTH: &[Line] = &[line(1, 1), line(2, 1)];

/// An order that has no row, or no lines, says so.
const BOOKS: &str = "
    SELECT * FROM (
        SELECT 'stock ' || sku AS what, stock::text AS n FROM item
        UNION ALL
        SELECT 'order ' || id,
            coalesce((SELECT string_agg('item ' || sku || ': ' || units, ', ' ORDER BY sku) FROM sale
                WHERE order_id = id), 'no line')
            || CASE WHEN id IN (SELECT id FROM orders) THEN '' ELSE ', no order' END
        FROM (SELECT id FROM orders UNION SELECT order_id FROM sale) AS ids (id)
    ) AS books ORDER BY what";

/// One order for all carts has some forty schedules, and all are run. Who begins anew whenever he was
/// in the way has thousands: of these the first, and the first with at most two preemptions.
const ENOUGH: u64 = 100;

const fn line(sku: i64, units: i64) -> Line {
    Line { sku, units }
}

const fn sale(sku: i64, units: i64, left: i64) -> Sale {
    Sale { sku, units, left }
}

fn rows<const N: usize>(rows: &[[i64; N]]) -> Vec<Vec<i64>> {
    rows.iter().copied().map(Vec::from).collect()
}

/// `item 1: 1, item 2: 2`.
fn items(cart: &[Line]) -> String {
    let items: Vec<_> = cart.iter().map(|l| format!("item {}: {}", l.sku, l.units)).collect();
    items.join(", ")
}

/// Two orders at once; `stock` of items 1 and 2.
fn two(stock: (i64, i64), a: (i64, &'static [Line]), b: (i64, &'static [Line])) -> Scenario {
    let rows = format!("INSERT INTO item VALUES (1, {}), (2, {})", stock.0, stock.1);
    let name =
        |lane, (order, cart): (i64, &[Line])| format!("{lane}: order {order}, {}", items(cart));
    Scenario::new(CARTS, &rows)
        .lane(&name("A", a), move |db| {
            Box::pin(async move { checkout(db, a.0, a.1).await.map_err(Told::from) })
        })
        .lane(&name("B", b), move |db| {
            Box::pin(async move { checkout(db, b.0, b.1).await.map_err(Told::from) })
        })
        .state(BOOKS)
        .most(ENOUGH)
}

/// A check: each cart was sold or, where there is not enough for both, sold out, no third thing;
/// `sold` orders were sold; and the books have all of their lines, once, and nothing else.
fn sold_whole(
    stock: (i64, i64),
    orders: [(i64, &'static [Line]); 2],
    sold: usize,
) -> impl Fn(&Ran) -> Result<(), String> + Send + Sync {
    let twice = orders[0].0 == orders[1].0;
    let for_all = sold == 2 || twice;
    move |ran| {
        let mut left = [stock.0, stock.1];
        let mut done: Vec<i64> = Vec::new();
        let mut lines = Vec::new();
        for (lane, (order, cart)) in ["A", "B"].into_iter().zip(orders) {
            let told = told(ran, lane);
            if told == "Err(SoldOut)" && !for_all {
                continue;
            }
            if !told.starts_with("Ok([Sale") {
                let expected = match (for_all, twice) {
                    (_, true) => "the sales of this order, which both requests are told of",
                    (true, _) => "sales: there is enough for both",
                    _ => "sales, or Err(SoldOut)",
                };
                return Err(format!("{lane}'s cart.\nExpected: {expected}\nSaw:      {told}"));
            }
            if done.contains(&order) {
                continue;
            }
            done.push(order);
            let mut cart = cart.to_vec();
            cart.sort_by_key(|line| line.sku);
            for line in &cart {
                left[usize::from(line.sku != 1)] -= line.units;
            }
            lines.push(format!("order {order}\t{}", items(&cart)));
        }
        lines.sort();
        lines.extend([format!("stock 1\t{}", left[0]), format!("stock 2\t{}", left[1])]);
        let saw: Vec<&str> = ran.state().lines().collect();
        if lines == saw && done.len() == sold {
            return Ok(());
        }
        let told = format!("A was told {}.\nB was told {}.", told(ran, "A"), told(ran, "B"));
        Err(format!(
            "{told}\nExpected: {sold} orders sold, and the books say: {}\nSaw:      {}",
            lines.join("; ").replace('\t', ": "),
            saw.join("; ").replace('\t', ": ")
        ))
    }
}

/// A shop that nobody disturbs.
struct Shop {
    client: Client,
    admin: Client,
}

impl Connections for Shop {
    fn connections(&self) -> (&Client, &Client) {
        (&self.client, &self.admin)
    }
}

impl Shop {
    async fn open(db: &Db, one: i64, two: i64) -> Self {
        let shop = Self { client: db.client_here().await, admin: db.admin().await };
        shop.anew(one, two).await;
        shop
    }

    async fn anew(&self, one: i64, two: i64) {
        let rows = format!("INSERT INTO item VALUES (1, {one}), (2, {two})");
        anew(&self.client, CARTS, &rows).await;
    }

    /// One checkout, its answer, and all sales (order, item, units) afterwards. What is not sold is
    /// in stock.
    async fn sells(
        &mut self,
        order: i64,
        cart: &[Line],
        answer: Result<Vec<Sale>, Told>,
        sales: &[[i64; 3]],
    ) {
        let what = format!("Order {order}, {cart:?}");
        let there = self.total().await;
        let saw = checkout(&mut self.client, order, cart).await;
        same(&what, saw.map_err(Told::from), answer);
        is_at_rest(&what, &self.client, &self.admin).await;
        same(format!("{what}; sales (order, item, units)"), self.sales().await, rows(sales));
        same(format!("{what}; stock plus sales"), self.total().await, there);
        let orders = numbers(&self.admin, "SELECT id FROM orders ORDER BY id").await;
        let sold = numbers(&self.admin, "SELECT DISTINCT order_id FROM sale ORDER BY 1").await;
        same(format!("{what}; the rows of `orders`"), orders, sold);
    }

    async fn sales(&self) -> Vec<Vec<i64>> {
        numbers(&self.admin, "SELECT order_id, sku, units FROM sale ORDER BY 1, 2").await
    }

    async fn stock(&self) -> Vec<Vec<i64>> {
        numbers(&self.admin, "SELECT sku, stock FROM item ORDER BY sku").await
    }

    /// Of each item: in stock and sold.
    async fn total(&self) -> Vec<Vec<i64>> {
        let sql = "SELECT sku, (stock + (SELECT coalesce(sum(units), 0) FROM sale \
                   WHERE sale.sku = item.sku))::bigint FROM item ORDER BY sku";
        numbers(&self.admin, sql).await
    }
}
