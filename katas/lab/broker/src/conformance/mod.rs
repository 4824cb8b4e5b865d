//! What all brokers have in common: one function for each behaviour, over any [`Connect`].
//!
//! Each wants a queue of its own, empty. Each panics where a broker does otherwise. That something
//! does *not* come is never waited for: another message is published after it, and comes first.

mod say;
mod sending;
mod settling;
mod stopping;

pub use sending::{
    a_publish_to_nowhere_is_told, one_publishers_order_is_kept, published_twice_is_delivered_twice,
    what_is_published_is_delivered,
};
pub use settling::{
    acked_never_comes_again, redelivery_is_marked_and_counted, refused_leaves_the_queue,
    requeued_comes_again, unacked_comes_again_after_the_connection_is_lost,
};
pub use stopping::{
    cancelled_hands_out_what_was_sent_and_ends, closing_releases_what_is_unacked,
    dropping_next_loses_nothing, prefetch_bounds_what_is_unacked,
};
