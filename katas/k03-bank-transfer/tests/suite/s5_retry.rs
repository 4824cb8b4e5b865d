//! Step 5: retry, and an unknown commit.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::task::Poll;

use k03::s5_retry::{in_transaction, transfer};
use k03_given::{Transfer, TxError};
use postgres_lab::wire::sessions::{Fault, explore};
use postgres_lab::{Db, dropped_anywhere, is_at_rest};
use suite::say::{holds, same};
use tokio_postgres::IsolationLevel::{ReadCommitted, RepeatableRead, Serializable};

use crate::bank::{BOOKS, answer, balances, books_agree, order};
use crate::bodies::{
    TAKE_30, bank, books, both, fails_with, own_row, scenario, take, take_30, told,
};
use crate::lossy::{Server, lossy, moved_once, refused_for_good, told_truly};
use crate::refused::{A_ROW_FOR_EACH_70, refused_transfers_leave_nothing};

/// When others get in the way, all of it begins anew, reads included: what the first attempt has
/// seen is old. It may turn out as late as at COMMIT.
#[suite::test]
fn retry_reruns_the_reads() {
    explore(
        scenario()
            .lane("A: take 30", move |db| {
                Box::pin(async move { told(in_transaction(db, RepeatableRead, 5, take(30)).await) })
            })
            .lane("B: take 20", move |db| {
                Box::pin(async move { told(in_transaction(db, RepeatableRead, 5, take(20)).await) })
            })
            .serializable_outcome()
            .every_lane_succeeds()
            .invariant("30 and 20 are taken", "SELECT balance = 50 FROM account WHERE id = 1"),
    );
    explore(
        scenario()
            .lane("A: 50 from 1 if all hold 150", move |db| {
                Box::pin(async move { told(in_transaction(db, Serializable, 5, own_row(1)).await) })
            })
            .lane("B: 50 from 2 if all hold 150", move |db| {
                Box::pin(async move { told(in_transaction(db, Serializable, 5, own_row(2)).await) })
            })
            .serializable_outcome()
            .every_lane_succeeds()
            .invariant("one of the two finds 150", "SELECT sum(balance) = 100 FROM account"),
    );
}

/// What is refused for its own sake is refused again next time: the body runs once, is rolled back,
/// and its error reaches the caller as it is. A transfer that is refused leaves neither money nor a
/// row behind, and the same id may succeed later.
#[suite::test(postgres)]
async fn refusal_is_final_and_leaves_nothing(db: Db) {
    let (mut client, admin) = bank(&db).await;
    let mut runs = 0;
    let answer = in_transaction::<()>(&mut client, ReadCommitted, 3, |tx| {
        runs += 1;
        Box::pin(async move {
            tx.execute(TAKE_30, &[]).await?;
            Err(TxError::Rejected("over the limit".into()))
        })
    })
    .await;
    let what = "A body that ends with Rejected";
    same(what, told(answer), Err("Rejected: over the limit".into()));
    same(format!("{what}: how often it runs"), runs, 1);
    is_at_rest(what, &client, &admin).await;
    same(format!("{what}: the balances afterwards"), books(&admin).await, vec![100, 50]);

    // 40002 and 40003 are of the class of 40001, and say something else.
    for code in ["23514", "23505", "22012", "55P03", "57014", "40002", "40003", "P0001"] {
        let mut runs = 0;
        let answer = in_transaction(&mut client, ReadCommitted, 3, |tx| {
            runs += 1;
            Box::pin(async move {
                tx.execute(TAKE_30, &[]).await?;
                Ok(tx.batch_execute(&fails_with(code)).await?)
            })
        })
        .await;
        let what = format!("A statement that fails with {code}");
        same(&what, told(answer), Err(format!("Sql: {code}")));
        same(format!("{what}: how often the body runs"), runs, 1);
        is_at_rest(&what, &client, &admin).await;
        same(format!("{what}: the balances afterwards"), books(&admin).await, vec![100, 50]);
    }
    refused_transfers_leave_nothing(&db, &admin).await;
}

/// A body that others undo each time runs as often as allowed, not once more and not once less:
/// then the caller is told how often it was tried.
#[suite::test]
fn retries_are_bounded() {
    for (code, max, undone, expected) in [
        ("40001", 3, 9, "Err(\"Exhausted after 3: 40001\")"),
        ("40P01", 2, 9, "Err(\"Exhausted after 2: 40P01\")"),
        ("40001", 1, 9, "Err(\"Exhausted after 1: 40001\")"),
        ("40P01", 4, 3, "Ok(4)"),
        ("40001", 1, 0, "Ok(1)"),
    ] {
        let runs = Arc::new(AtomicU32::new(0));
        let (count, reset) = (runs.clone(), runs.clone());
        explore(
            scenario()
                .before(move || reset.store(0, SeqCst))
                .lane("A: undone by others", move |db| {
                    let count = count.clone();
                    Box::pin(async move {
                        let ended = in_transaction(db, ReadCommitted, max, |tx| {
                            let n = count.fetch_add(1, SeqCst) + 1;
                            Box::pin(async move {
                                tx.execute(TAKE_30, &[]).await?;
                                if n <= undone {
                                    tx.batch_execute(&fails_with(code)).await?;
                                }
                                Ok(n)
                            })
                        });
                        told(ended.await)
                    })
                })
                .state(BOOKS)
                .check(move |ran| {
                    let tries = runs.load(SeqCst);
                    let wanted = max.min(undone + 1);
                    let left = if undone < max { [70, 50] } else { [100, 50] };
                    let saw =
                        format!("{tries} runs, {}, balances {:?}", answer(ran, "A"), balances(ran));
                    let expected = format!("{wanted} runs, {expected}, balances {left:?}");
                    if saw == expected {
                        return Ok(());
                    }
                    Err(format!(
                        "At most {max} attempts; the first {undone} are undone with {code}.\n\
                         Expected: {expected}\nSaw:      {saw}"
                    ))
                }),
        );
    }
}

/// Two transactions that want the same two rows in opposite order both come to their end: whoever
/// PostgreSQL chooses as the victim of the deadlock tries again.
#[suite::test]
fn deadlock_victim_is_retried() {
    explore(
        scenario()
            .lane("A: 30 from 1 to 2", move |db| {
                Box::pin(
                    async move { told(in_transaction(db, ReadCommitted, 5, both(1, 30)).await) },
                )
            })
            .lane("B: 50 from 2 to 1", move |db| {
                Box::pin(
                    async move { told(in_transaction(db, ReadCommitted, 5, both(2, 50)).await) },
                )
            })
            .serializable_outcome()
            .state(BOOKS)
            .every_lane_succeeds()
            .invariant("both have happened", "SELECT balance = 120 FROM account WHERE id = 1"),
    );
}

/// The connection is lost at any statement. After COMMIT was sent nobody can know what became of
/// it, and the caller is told so; before, nothing has happened, and the caller is told that.
#[suite::test]
fn lost_commit_reply_is_reported_unknown() {
    let sent = Arc::new(AtomicBool::new(false));
    let (set, reset) = (sent.clone(), sent.clone());
    explore(
        scenario()
            .before(move || reset.store(false, SeqCst))
            .lane("A: 30 from 1 to 2", move |db| {
                let sent = set.clone();
                Box::pin(async move {
                    let ended = in_transaction(db, ReadCommitted, 3, |tx| {
                        let sent = sent.clone();
                        Box::pin(async move {
                            tx.execute(TAKE_30, &[]).await?;
                            tx.execute(
                                "UPDATE account SET balance = balance + 30 WHERE id = 2",
                                &[],
                            )
                            .await?;
                            sent.store(true, SeqCst);
                            Ok(())
                        })
                    });
                    told(ended.await)
                })
            })
            .state(BOOKS)
            .faults(1)
            .check(move |ran| {
                let (told, saw) = (answer(ran, "A"), balances(ran));
                let expected = match (sent.load(SeqCst), saw == [70, 80]) {
                    (false, _) => "Sql, for nothing has happened",
                    (true, true) => "Ok, or Unknown",
                    (true, false) => "Unknown, or what PostgreSQL has answered",
                };
                let fits = match told {
                    "Ok(())" => saw == [70, 80],
                    "Err(\"Unknown\")" => sent.load(SeqCst),
                    other => other.starts_with("Err(\"Sql") && saw == [100, 50],
                };
                if fits && (saw == [70, 80] || saw == [100, 50]) {
                    return Ok(());
                }
                Err(format!(
                    "The balances are {saw:?}.\nExpected: the caller is told {expected}\n\
                     Saw:      {told}"
                ))
            }),
    );
}

/// Wherever the connection is lost, the transfer is made once, and the caller is told so: the same
/// id, asked for again on a new connection, settles what became of a lost COMMIT. Who cannot ask
/// again does not know, and says so.
#[suite::test]
fn unknown_commit_is_settled_by_the_id() {
    explore(lossy(3, 3).faults(1).check(moved_once));
    let cuts = [Fault::CutBefore, Fault::CutAfter];
    explore(lossy(3, 3).faults(2).fault_kinds(&cuts).check(moved_once));
    explore(lossy(1, 1).faults(1).check(told_truly()));
    explore(lossy(3, 1).faults(1).check(told_truly()));
    explore(refused_for_good());
}

/// Two transfers at once that want the same money: one gets it, and the other one is told that
/// there is not enough. What a first attempt has read decides nothing in the second.
#[suite::test]
fn two_transfers_decide_on_what_is_there() {
    const A: Transfer = order(1, 1, 2, 70);
    const B: Transfer = order(2, 1, 2, 70);
    explore(
        scenario()
            .lane_connecting("A: 70 from 1 to 2, id 1", |door| {
                Box::pin(async move { told(transfer(&Server::new(door, 1, 5), &A, 5).await) })
            })
            .lane_connecting("B: 70 from 1 to 2, id 2", |door| {
                Box::pin(async move { told(transfer(&Server::new(door, 1, 5), &B, 5).await) })
            })
            .serializable_outcome()
            .every_lane_succeeds()
            .invariant(A_ROW_FOR_EACH_70.0, A_ROW_FOR_EACH_70.1)
            .state(BOOKS)
            .check(books_agree(&[100, 50], [("A", A), ("B", B)])),
    );
}

/// A body that panics is rolled back, and its connection serves the next caller: a pool would hand
/// it on with the transaction still open.
#[suite::test(postgres)]
async fn panic_rolls_back(db: Db) {
    let (mut client, admin) = bank(&db).await;
    let panics = suite::expect_panics();
    let mut call = Box::pin(in_transaction::<()>(&mut client, ReadCommitted, 3, |tx| {
        Box::pin(async move {
            tx.execute(TAKE_30, &[]).await?;
            panic!("the body of this test panics")
        })
    }));
    let ended = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(cx))) {
        Ok(polled) => polled.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await;
    drop(call);
    same("Panics of the body", panics.seen(), 1);
    drop(panics);
    let what = "The body panics after a debit";
    same(format!("{what}: whether in_transaction returns"), ended.is_some(), false);
    is_at_rest(what, &client, &admin).await;
    same(format!("{what}: the balances afterwards"), books(&admin).await, vec![100, 50]);
    take_30(&mut client).await;
    same("The next transaction on it: the balances", books(&admin).await, vec![70, 50]);
}

/// A transaction that is dropped at any of its awaits has happened or has not, and its connection
/// serves the next caller.
#[suite::test(postgres)]
async fn dropped_future_leaves_a_clean_connection(db: Db) {
    dropped_anywhere(
        "in_transaction",
        &mut bank(&db).await,
        async |(_, admin)| {
            let anew = "UPDATE account SET balance = CASE id WHEN 1 THEN 100 ELSE 50 END";
            admin.batch_execute(anew).await.expect("the balances anew");
        },
        async |(client, _)| {
            in_transaction(client, ReadCommitted, 3, |tx| {
                Box::pin(async move {
                    tx.execute(TAKE_30, &[]).await?;
                    let give = "UPDATE account SET balance = balance + 30 WHERE id = 2";
                    tx.execute(give, &[]).await?;
                    Ok(())
                })
            })
            .await
        },
        async |(_, admin), what, ended| {
            let saw = books(admin).await;
            let whole = saw == [70, 80] || (saw == [100, 50] && ended.is_none());
            holds(what, "all of it or nothing", format!("balances {saw:?}"), whole);
            if let Some(answer) = ended {
                same(what, told(answer), Ok(()));
            }
        },
    )
    .await;
}

/// Each attempt runs at the isolation level that was asked for, the second one too, and leaves the
/// session's own level as it was.
#[suite::test(postgres)]
async fn every_attempt_has_the_isolation_asked_for(db: Db) {
    let (mut client, _admin) = bank(&db).await;
    for (level, name) in [
        (ReadCommitted, "read committed"),
        (RepeatableRead, "repeatable read"),
        (Serializable, "serializable"),
    ] {
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        let answer = in_transaction(&mut client, level, 3, |tx| {
            let seen = seen.clone();
            Box::pin(async move {
                let row = tx.query_one("SHOW transaction_isolation", &[]).await?;
                let runs = {
                    let mut seen = seen.lock().expect("no panic here");
                    seen.push(row.get::<_, String>(0));
                    seen.len()
                };
                if runs < 3 {
                    tx.batch_execute(&fails_with("40001")).await?;
                }
                Ok(())
            })
        })
        .await;
        same(format!("Undone twice, at {name}"), told(answer), Ok(()));
        let seen = seen.lock().expect("no panic here").clone();
        same("The levels of its three attempts", seen, vec![name.to_owned(); 3]);
    }
    let own = client.query_one("SHOW transaction_isolation", &[]).await.expect("its level");
    same("The session's own level afterwards", own.get(0), "read committed".to_owned());
}
