//! Ports in this process: their faults, their fence, and clients that hang up.

use std::sync::{Arc, Mutex};

use explorer::{
    Actor, Bounds, Caller, Explored, Footprint, Harm, Lost, Port, Ports, Reply, Returned, Scenario,
    explore, replay,
};

/// Notes what was written, in order.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<String>>>);

impl Port for Paper {
    fn reset(&self) {
        self.0.lock().unwrap().clear();
    }

    fn state(&self) -> String {
        self.0.lock().unwrap().join(" ")
    }
}

impl Paper {
    async fn write(&self, caller: &Caller, word: &str) -> Result<(), Lost> {
        caller
            .call(format!("write {word}"), || {
                self.0.lock().unwrap().push(word.to_owned());
                Reply::new((), "").touching(Footprint::nothing().writes("paper"))
            })
            .await
    }
}

fn returned(text: impl Into<String>) -> Returned {
    Returned { text: text.into(), ok: true, gave_up: false }
}

fn alone<F>(paper: &Paper, lane: impl Fn(Paper, Actor) -> F + Send + Sync + 'static) -> Scenario
where
    F: Future<Output = Returned> + Send + 'static,
{
    let ports = Ports::new([Arc::new(paper.clone()) as Arc<dyn Port>]);
    let paper = paper.clone();
    Scenario::new(ports).lane("A", move |me| Box::pin(lane(paper.clone(), me)))
}

fn results(explored: &Explored) -> Vec<&str> {
    explored.outcomes.keys().map(String::as_str).collect()
}

fn one_fault() -> Bounds {
    Bounds { faults: 1, ..Bounds::default() }
}

/// Two words, one after the other, and what was heard of each.
async fn two_words(paper: Paper, me: Actor) -> Returned {
    let caller = Caller::from(me);
    let first = paper.write(&caller, "a").await.is_ok();
    let second = paper.write(&caller, "b").await.is_ok();
    returned(format!("{first} {second}"))
}

#[test]
fn a_call_is_lost_before_its_effect_or_after_it() {
    let paper = Paper::default();
    let lost = [Harm::LostBefore, Harm::LostAfter];
    let scenario = || alone(&paper, two_words).port_faults(&lost).bounds(one_fault());
    let explored = explore(scenario()).unwrap();
    assert_eq!(
        results(&explored),
        [
            "A: false true; a b",
            "A: false true; b",
            "A: true false; a",
            "A: true false; a b",
            "A: true true; a b"
        ]
    );
    assert_eq!((explored.faults, explored.kills, explored.crash_points), (4, 0, 0));
    let rows = replay(scenario(), "A!2.A").unwrap().unwrap().timeline.rows;
    assert_eq!(rows[0].text, "write a ✂ reply lost");
}

#[test]
fn a_dead_process_writes_no_more_and_begins_anew() {
    let paper = Paper::default();
    let dies = [Harm::DiesBefore, Harm::DiesAfter];
    let scenario = |restarts| {
        let bounds = Bounds { restarts, ..one_fault() };
        alone(&paper, two_words).port_faults(&dies).bounds(bounds)
    };
    let dead = explore(scenario(false)).unwrap();
    assert_eq!(results(&dead), ["A dies; ", "A dies; a", "A dies; a b", "A: true true; a b"]);
    let anew = explore(scenario(true)).unwrap();
    assert_eq!(
        results(&anew),
        ["A: true true; a a b", "A: true true; a b", "A: true true; a b a b"]
    );
    assert_eq!((anew.kills, anew.crash_points), (4, 4));
}

/// Serves a request that writes two words, and says whether it was heard to the end.
async fn serves(paper: Paper, me: Actor) -> Returned {
    let caller = Caller::from(&me);
    let heard = me.until_hung_up(async {
        let _ = paper.write(&caller, "a").await;
        let _ = paper.write(&caller, "b").await;
    });
    let heard = heard.await.is_some();
    // No request is served any more: nobody can hang up.
    let _ = paper.write(&caller, "c").await;
    returned(heard.to_string())
}

/// The same, in a task of its own.
async fn serves_in_a_task(paper: Paper, me: Actor) -> Returned {
    let caller = Caller::from(&me);
    let work = async move {
        let first = paper.write(&caller, "a").await.is_ok();
        let second = paper.write(&caller, "b").await.is_ok();
        let _ = paper.write(&caller, &format!("{first}/{second}")).await;
    };
    let work = tokio::spawn(work);
    let heard = me.until_hung_up(work).await.is_some();
    returned(heard.to_string())
}

const HANGS_UP: [Harm; 2] = [Harm::HangsUpBefore, Harm::HangsUpAfter];

#[test]
fn a_client_that_hangs_up_drops_the_request_and_not_the_process() {
    let paper = Paper::default();
    let explored =
        explore(alone(&paper, serves).port_faults(&HANGS_UP).bounds(one_fault())).unwrap();
    assert_eq!(
        results(&explored),
        ["A: false; a b c", "A: false; a c", "A: false; c", "A: true; a b c"]
    );
    assert_eq!(explored.schedules, 5);
}

#[test]
fn what_a_request_has_spawned_lives_on() {
    let paper = Paper::default();
    let explored =
        explore(alone(&paper, serves_in_a_task).port_faults(&HANGS_UP).bounds(one_fault()))
            .unwrap();
    let heard = |after: &str| format!("A: {after}");
    // Wherever the client hangs up, the task finishes what it has begun.
    let expected = ["false; a b true/true", "true; a b true/true"].map(heard);
    assert_eq!(results(&explored), expected);
    assert!(explored.faults >= 6);
}

/// Two calls of one lane are under way at once, in one column.
async fn at_once(paper: Paper, me: Actor) -> Returned {
    let caller = Caller::from(me);
    let (first, second) = tokio::join!(paper.write(&caller, "a"), paper.write(&caller, "b"));
    returned(format!("{first:?} {second:?}"))
}

#[test]
fn a_lane_calls_several_ports_at_once() {
    let paper = Paper::default();
    let explored = explore(alone(&paper, at_once)).unwrap();
    assert_eq!(results(&explored), ["A: Ok(()) Ok(()); a b", "A: Ok(()) Ok(()); b a"]);
    assert_eq!(explored.outcomes["A: Ok(()) Ok(()); b a"], "Ab.A");
}

#[test]
fn faults_happen_only_where_they_may() {
    let paper = Paper::default();
    let scenario = alone(&paper, two_words).port_faults(&[Harm::LostAfter]).port_faults_on(&[]);
    assert_eq!(explore(scenario.bounds(one_fault())).unwrap().faults, 0);
}
