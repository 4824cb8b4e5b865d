//! The broker in this process does what all brokers do.

use broker::{Broker, LocalQueue, conformance};

fn queue() -> LocalQueue {
    Broker::new(&["orders"]).on("orders")
}

macro_rules! conforms {
    ($($behaviour:ident),* $(,)?) => {
        $(#[tokio::test(start_paused = true)]
        async fn $behaviour() {
            conformance::$behaviour(&queue()).await;
        })*
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
