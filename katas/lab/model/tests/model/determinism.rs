use std::process::Command;

use model::sync::atomic::{AtomicU64, Ordering};
use model::sync::{Arc, Mutex};

use crate::{holds, two};

const CHILD: &str = "MODEL_TEST_CHILD";

fn fingerprint() -> (u64, u64) {
    let explored = holds(|| {
        let shared = Arc::new((Mutex::new(0_u64), AtomicU64::new(0)));
        let lane = |shared: Arc<(Mutex<u64>, AtomicU64)>| {
            move || {
                let seen = shared.1.fetch_add(1, Ordering::AcqRel);
                *shared.0.lock().unwrap() += seen;
                shared.1.load(Ordering::Relaxed);
            }
        };
        two(lane(Arc::clone(&shared)), lane(Arc::clone(&shared)));
        assert_eq!(*shared.0.lock().unwrap(), 1);
    });
    assert!(explored.complete);
    (explored.schedules, explored.fingerprint)
}

#[test]
fn the_same_schedules_in_every_process() {
    let here = fingerprint();
    assert_eq!(here, fingerprint());
    if std::env::var_os(CHILD).is_some() {
        println!("\nfingerprint {here:?}");
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "determinism::the_same_schedules_in_every_process", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    assert!(output.lines().any(|line| line == format!("fingerprint {here:?}")), "{output}");
}
