//! The real brokers do what all brokers do. Where one does not answer, its tests say so and pass:
//! nothing was verified.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use broker_real::{RabbitQueue, RedisQueue, Unreachable};

/// Runs `test`, and `after` whatever comes of it.
fn with<Q>(
    open: impl Future<Output = Result<Q, Unreachable>>,
    test: impl AsyncFnOnce(&Q),
    after: impl AsyncFnOnce(Q),
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let queue = match runtime.block_on(open) {
        Ok(queue) => queue,
        Err(unreachable) => {
            eprintln!("not verified: {unreachable}");
            return;
        }
    };
    let end = catch_unwind(AssertUnwindSafe(|| runtime.block_on(test(&queue))));
    runtime.block_on(after(queue));
    if let Err(panic) = end {
        resume_unwind(panic);
    }
}

macro_rules! conforms {
    ($($behaviour:ident),* $(,)?) => {
        mod rabbitmq {
            use super::*;
            $(#[test]
            fn $behaviour() {
                with(RabbitQueue::open(), broker::conformance::$behaviour, RabbitQueue::remove);
            })*
        }
        mod redis_streams {
            use super::*;
            $(#[test]
            fn $behaviour() {
                with(RedisQueue::open(), broker::conformance::$behaviour, RedisQueue::remove);
            })*
        }
    };
}

conforms!(
    what_is_published_is_delivered,
    one_publishers_order_is_kept,
    published_twice_is_delivered_twice,
    a_publish_to_nowhere_is_told,
    acked_never_comes_again,
    unacked_comes_again_after_the_connection_is_lost,
    redelivery_is_marked_and_counted,
    requeued_comes_again,
    refused_leaves_the_queue,
    prefetch_bounds_what_is_unacked,
    cancelled_hands_out_what_was_sent_and_ends,
    closing_releases_what_is_unacked,
    dropping_next_loses_nothing,
);
