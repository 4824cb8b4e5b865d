use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::*;
use crate::options::tests::options;
use crate::trouble::tests::Missing;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Two {
    First,
    Second,
}

impl Way for Two {
    const ALL: &'static [Self] = &[Self::First, Self::Second];

    fn key(self) -> &'static str {
        ["first", "second"][self.index()]
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Done(f64);

impl Rate for Done {
    fn rate(&self) -> f64 {
        self.0
    }
}

/// The machine is slower in each round; the second way is always twice as fast.
#[derive(Default)]
struct Slower {
    turns: Vec<Turn<Two>>,
    /// The turn from which on the second way is wrong.
    wrong_from: Option<usize>,
    not_written: Option<Two>,
    /// The turn in which the reader asks to stop.
    stops_in: Option<(usize, Arc<AtomicBool>)>,
}

impl Bench for Slower {
    type Way = Two;
    type Sample = Done;
    type Wrong = Missing;

    fn run(&mut self, turn: &Turn<Two>) -> Result<Done, Trouble<Missing>> {
        self.turns.push(*turn);
        if let Some((_, flag)) = self.stops_in.as_ref().filter(|(n, _)| *n == self.turns.len()) {
            flag.store(true, Relaxed);
        }
        if self.not_written == Some(turn.way) {
            return Err(Trouble::NotWritten);
        }
        let slowness = [8.0, 1.0, 2.0, 4.0][turn.round];
        match turn.way {
            Two::First => Ok(Done(100.0 / slowness)),
            Two::Second if self.wrong_from.is_some_and(|n| self.turns.len() > n) => {
                Err(Missing(1).into())
            }
            Two::Second => Ok(Done(200.0 / slowness)),
        }
    }
}

/// Three rounds at three points.
fn three() -> Options {
    let mut options = options(&["--points", "1x2,4x2,2x64"]);
    options.effort.rounds = 3;
    options
}

fn series(bench: Slower) -> Series<Slower> {
    Series::new(&three(), bench)
}

fn order(series: &Series<Slower>) -> Vec<(&'static str, usize)> {
    series.bench.turns.iter().map(|turn| (turn.way.key(), turn.round)).collect()
}

#[test]
fn ways_take_turns_there_and_back() {
    let mut series = series(Slower::default());
    series.measure(0);
    let expected =
        [("first", 1), ("second", 1), ("second", 2), ("first", 2), ("first", 3), ("second", 3)];
    assert_eq!(order(&series), expected);
}

#[test]
fn a_warm_up_comes_before_the_rounds_and_is_not_counted() {
    let mut options = three();
    let warm_up = Duration::from_millis(7);
    options.effort.warm_up = Some(warm_up);
    let mut series = Series::new(&options, Slower::default());
    let row = series.measure(0).expect("a row");
    assert_eq!(row.cells[0].as_ref().map(|cell| &cell.sample), Some(&Done(50.0)));
    assert_eq!(order(&series)[..3], [("first", 0), ("second", 0), ("first", 1)]);
    let turns = &series.bench.turns;
    assert_eq!((turns[0].time, turns[2].time), (warm_up, options.effort.run));
}

#[test]
fn the_rehearsal_asks_most_for_fewest() {
    let mut series = series(Slower::default());
    series.rehearse(2);
    let at = Point { concurrency: 4, keys: 2 };
    assert!(series.bench.turns.iter().all(|turn| turn.point == at && turn.round == 0));
    assert_eq!(order(&series), [("first", 0), ("second", 0)]);
    assert!(series.results.rows.is_empty());
}

#[test]
fn a_ratio_is_one_of_the_same_round() {
    let mut series = series(Slower::default());
    let row = series.measure(0).expect("a row");
    // The machine was slower in each round; the ratio does not know.
    let twice =
        Cell { sample: Done(100.0), ratio: Some(Spread { median: 2.0, min: 2.0, max: 2.0 }) };
    assert_eq!(row.cells[1], Some(twice));
    assert_eq!(row.cells[0].as_ref().map(|cell| &cell.sample), Some(&Done(50.0)));
}

#[test]
fn code_that_is_found_wrong_has_no_number_anywhere() {
    let mut series = series(Slower { wrong_from: Some(6), ..Slower::default() });
    series.measure(0);
    series.measure(1);
    let results = &series.results;
    assert!(results.rows[0].cells[1].is_some() && results.rows[1].cells[1].is_none());
    assert!(results.cell(&results.rows[0], Two::Second).is_none());
    assert!(results.cell(&results.rows[1], Two::First).is_some());
    assert!(!results.sound());
    // It does not run again.
    let ran = order(&series).iter().filter(|(way, _)| *way == "second").count();
    assert_eq!(ran, 4);
}

#[test]
fn what_is_not_written_is_left_out_and_not_wrong() {
    let mut series = series(Slower { not_written: Some(Two::First), ..Slower::default() });
    series.rehearse(2);
    series.measure(0);
    let results = &series.results;
    assert!(results.sound());
    let Some(cell) = &results.rows[0].cells[1] else { panic!("measured") };
    assert_eq!(cell.ratio, None, "nothing to compare with");
}

#[test]
fn a_row_opens_where_the_number_of_keys_changes() {
    let mut series = series(Slower::default());
    let opens: Vec<bool> =
        (0..3).map(|index| series.measure(index).expect("a row").opens).collect();
    assert_eq!(opens, [true, false, true]);
}

/// Six turns a row. In the ninth, which is in the second round of the second row, the reader stops.
#[test]
fn a_stop_keeps_the_rounds_that_are_complete() {
    let flag = Arc::new(AtomicBool::new(false));
    let bench = Slower { stops_in: Some((9, flag.clone())), ..Slower::default() };
    let mut series = series(bench).heeding(Interrupt::of(flag));
    let first = series.measure(0).expect("a row").cells[0].clone().expect("a cell");
    assert_eq!(first.sample, Done(50.0), "the median of three");
    assert!(!series.stopped());
    let second = series.measure(1).expect("a row").cells[0].clone().expect("a cell");
    assert_eq!(second.sample, Done(100.0), "of the first round alone");
    assert!(series.stopped());
    assert_eq!(series.measure(2), None);
    assert_eq!(series.bench.turns.len(), 9, "the run under way was the last");
}

#[test]
fn of_the_first_round_what_is_measured_counts() {
    let flag = Arc::new(AtomicBool::new(false));
    let bench = Slower { stops_in: Some((1, flag.clone())), ..Slower::default() };
    let mut series = series(bench).heeding(Interrupt::of(flag));
    let row = series.measure(0).expect("a row");
    assert!(row.cells[0].is_some() && row.cells[1].is_none(), "{row:?}");
    assert_eq!(series.bench.turns.len(), 1);
}

#[test]
fn who_stops_before_the_first_round_has_nothing() {
    let flag = Arc::new(AtomicBool::new(false));
    let bench = Slower { stops_in: Some((1, flag.clone())), ..Slower::default() };
    let mut series = series(bench).heeding(Interrupt::of(flag));
    series.rehearse(2);
    assert_eq!(series.measure(0), None);
    assert_eq!((series.bench.turns.len(), series.results.rows.len()), (1, 0));
}
