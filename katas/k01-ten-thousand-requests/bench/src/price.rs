//! What a request computes.

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Rounds of the computation a microsecond, on this machine when it is calm.
static ROUNDS: LazyLock<u64> = LazyLock::new(|| {
    const TRY: u64 = 200_000;
    let fastest = (0..7).map(|_| {
        let begin = Instant::now();
        compute(TRY);
        begin.elapsed()
    });
    let fastest = fastest.min().unwrap_or_default().max(Duration::from_nanos(1));
    let micros = fastest.as_nanos() / 1000;
    TRY / u64::try_from(micros).unwrap_or(u64::MAX).max(1)
});

/// As much work each time, however busy the machine is: so long as these microseconds last where
/// nobody disturbs.
pub fn price(micros: usize) -> u64 {
    compute(*ROUNDS * micros as u64)
}

/// Finds out how much that is, before somebody measures.
pub fn calibrate() {
    LazyLock::force(&ROUNDS);
}

fn compute(rounds: u64) -> u64 {
    let mut state = black_box(88_172_645_463_325_252_u64);
    for _ in 0..rounds {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    black_box(state)
}
