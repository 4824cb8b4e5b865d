//! A crash is a process's death.

use postgres_lab::{Access, Db, lab};

use crate::fixtures::backend;

#[test]
fn after_a_crash_its_sessions_are_gone_and_its_work_is_rolled_back() {
    lab::wait(async {
        let db = Db::open(Access::Shared).await.expect("a schema");
        let survivor = db.client().await;
        survivor
            .batch_execute("CREATE TABLE t (x integer); INSERT INTO t VALUES (1)")
            .await
            .unwrap();

        let life = db.incarnation();
        let (idle, holds, waits) = (life.client().await, life.client().await, life.client().await);
        holds.batch_execute("BEGIN; UPDATE t SET x = 2").await.unwrap();
        let pids = vec![backend(&idle).await, backend(&holds).await, backend(&waits).await];
        let waiting = tokio::spawn(async move { waits.batch_execute("UPDATE t SET x = 3").await });
        let blocked = "SELECT cardinality(pg_blocking_pids($1))";
        let is_blocked =
            async || survivor.query_one(blocked, &[&pids[2]]).await.unwrap().get::<_, i32>(0) == 1;
        while !is_blocked().await {}

        life.crash().await.expect("the server is there");
        assert!(waiting.await.expect("no panic").is_err());
        assert!(idle.batch_execute("SELECT 1").await.is_err(), "nothing further is done");
        assert!(holds.batch_execute("COMMIT").await.is_err());
        let left = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY($1)";
        assert_eq!(survivor.query_one(left, &[&pids]).await.unwrap().get::<_, i64>(0), 0);
        let row = survivor.query_one("SELECT x FROM t FOR UPDATE NOWAIT", &[]).await.unwrap();
        assert_eq!(row.get::<_, i32>(0), 1);

        let next = db.incarnation().client().await;
        next.batch_execute("UPDATE t SET x = 4").await.expect("a new process works");
        db.close().await.expect("it lets go");
    });
}
