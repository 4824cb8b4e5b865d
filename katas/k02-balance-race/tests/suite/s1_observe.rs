use k02::s1_observe::losing_schedule;
use k02_given::{Who, race};

/// In your order of moves the bank pays out 140 though it had 100: no single line is wrong, only
/// the order in which the threads meet.
#[suite::test]
fn schedule_loses_money() {
    // Who has no answer yet sees both programs run, and what the books say then.
    let _start = suite::harness::narrate(|told| {
        told.timeline.get_or_insert_with(race::one_after_the_other);
    });
    let schedule: Vec<Who> = losing_schedule();
    if let Err(why) = race::judge(&schedule) {
        suite::fail(*why);
    }
}
