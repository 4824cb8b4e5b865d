//! The order of measuring: at each point all ways take turns, so that whatever else the machine
//! does meanwhile falls on all of them alike.

use std::time::{Duration, Instant};

use crate::{
    Effort, Finding, Interrupt, Lang, Options, Point, Progress, ProgressLine, Rate, Spread,
    Trouble, Way, spread,
};

/// What is measured: the code under test and a load for it.
pub trait Bench {
    type Way: Way;
    type Sample: Rate;
    /// What only this bench can find wrong.
    type Wrong: Finding;

    /// One run. It ends after about [`Turn::time`], and only a run whose result was checked has a
    /// sample.
    ///
    /// # Errors
    /// Why there is no number. The way is then given up: it does not run again.
    fn run(&mut self, turn: &Turn<Self::Way>) -> Result<Self::Sample, Trouble<Self::Wrong>>;

    /// What the numbers belong to beside machine and compiler: names and versions, such as
    /// PostgreSQL's.
    fn versions(&mut self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// One run among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn<W> {
    pub way: W,
    pub point: Point,
    /// From 1; 0 is not counted: a rehearsal, or a warm-up.
    pub round: usize,
    /// How many rounds there will be.
    pub rounds: usize,
    pub time: Duration,
}

/// What was measured.
pub struct Results<B: Bench> {
    pub rows: Vec<Row<B::Sample>>,
    /// By way: why it was given up.
    pub troubles: Vec<Option<Trouble<B::Wrong>>>,
}

/// One point.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<S> {
    pub point: Point,
    /// Whether the row before has another number of keys.
    pub opens: bool,
    /// By way; nothing of a way that was given up.
    pub cells: Vec<Option<Cell<S>>>,
}

/// One way at one point.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell<S> {
    /// The median round's.
    pub sample: S,
    /// The rate, to that of the first way in the same round; none where that way has no number.
    pub ratio: Option<Spread>,
}

impl<B: Bench> Default for Results<B> {
    fn default() -> Self {
        Self { rows: Vec::new(), troubles: B::Way::ALL.iter().map(|_| None).collect() }
    }
}

impl<B: Bench> Results<B> {
    /// Why the way was given up.
    pub fn trouble(&self, way: B::Way) -> Option<&Trouble<B::Wrong>> {
        self.troubles[way.index()].as_ref()
    }

    /// The way's cell in the row, unless code was found wrong then or later: what its sound runs
    /// counted was the speed of wrong code.
    pub fn cell<'a>(&self, row: &'a Row<B::Sample>, way: B::Way) -> Option<&'a Cell<B::Sample>> {
        row.cells[way.index()].as_ref().filter(|_| self.trouble(way).is_none())
    }

    /// Whether no code was found wrong; what is not written yet is not wrong.
    pub fn sound(&self) -> bool {
        !self.troubles.iter().flatten().any(Trouble::is_wrong)
    }
}

/// The measuring of a bench, row after row.
///
/// On a terminal it says how far it is. A Ctrl-C, where somebody listens ([`Series::heeding`]), ends
/// it after the run under way, which counts.
pub struct Series<B: Bench> {
    pub bench: B,
    pub results: Results<B>,
    effort: Effort,
    points: Vec<Point>,
    interrupt: Option<Interrupt>,
    line: ProgressLine,
    progress: Progress,
    lang: Lang,
}

impl<B: Bench> Series<B> {
    /// Nothing is measured yet.
    pub fn new(options: &Options, bench: B) -> Self {
        let (effort, points) = (options.effort, options.points.clone());
        let runs = u32::try_from(effort.rounds * points.len()).unwrap_or(u32::MAX);
        let warm_ups = u32::try_from(points.len()).unwrap_or(u32::MAX);
        let each = effort.run * runs + effort.warm_up.unwrap_or_default() * warm_ups;
        let ways = u32::try_from(B::Way::ALL.len()).unwrap_or(u32::MAX);
        Self {
            bench,
            results: Results::default(),
            effort,
            points,
            interrupt: None,
            line: ProgressLine::new(options.plain),
            progress: Progress { planned: each * ways, ..Progress::default() },
            lang: options.lang,
        }
    }

    /// Ends when this is asked for.
    #[must_use]
    pub fn heeding(self, interrupt: Interrupt) -> Self {
        Self { interrupt: Some(interrupt), ..self }
    }

    /// Whether it was ended before its time.
    pub fn stopped(&self) -> bool {
        self.interrupt.as_ref().is_some_and(Interrupt::asked)
    }

    /// Runs every way once where errors show best, so that wrong code is known before its first
    /// number would be told: with as many asking as at any point, for `keys` keys.
    ///
    /// As long as a warm-up, or as a run where there is none.
    pub fn rehearse(&mut self, keys: usize) {
        let most = self.points.iter().map(|p| p.concurrency).max().unwrap_or(1);
        let ways = u32::try_from(B::Way::ALL.len()).unwrap_or(u32::MAX);
        self.progress.planned += self.effort.warm_up.unwrap_or(self.effort.run) * ways;
        for &way in B::Way::ALL {
            self.once(way, Point { concurrency: most, keys }, 0);
        }
        self.line.hush();
    }

    /// Measures the point of that number; the point before it has been measured. Of a point that
    /// was stopped, the rounds that are complete count; in the first round, the runs that are. None,
    /// where there is none.
    ///
    /// # Panics
    /// If there is no such point.
    pub fn measure(&mut self, index: usize) -> Option<&Row<B::Sample>> {
        let ways = B::Way::ALL;
        let point = self.points[index];
        if self.effort.warm_up.is_some() {
            for &way in ways {
                self.once(way, point, 0);
            }
        }
        let mut samples: Vec<Vec<B::Sample>> = ways.iter().map(|_| Vec::new()).collect();
        let mut complete = 0;
        for round in 1..=self.effort.rounds {
            let mut turns = ways.to_vec();
            // There and back: a machine that gets slower favours nobody.
            if round % 2 == 0 {
                turns.reverse();
            }
            for way in turns {
                samples[way.index()].extend(self.once(way, point, round));
            }
            if self.stopped() {
                break;
            }
            complete = round;
        }
        self.line.hush();
        if self.stopped() && samples.iter().all(Vec::is_empty) {
            return None;
        }
        for samples in &mut samples {
            samples.truncate(complete.max(1));
        }
        let rates: Vec<Vec<f64>> =
            samples.iter().map(|s| s.iter().map(Rate::rate).collect()).collect();
        // Of the same rounds, if both have all of theirs.
        let compared = self.results.troubles[0].is_none().then_some(rates[0].as_slice());
        let cells = ways.iter().zip(samples).map(|(&way, samples)| {
            let sound = self.results.trouble(way).is_none();
            sound.then(|| cell(samples, &rates[way.index()], compared)).flatten()
        });
        let cells = cells.collect();
        let opens = index == 0 || self.points[index - 1].keys != point.keys;
        self.results.rows.push(Row { point, opens, cells });
        self.results.rows.last()
    }

    /// One run, unless that way was given up, or everything was; a run that fails gives it up.
    fn once(&mut self, way: B::Way, point: Point, round: usize) -> Option<B::Sample> {
        let Effort { rounds, run, warm_up } = self.effort;
        let time = if round == 0 { warm_up.unwrap_or(run) } else { run };
        let trouble = &mut self.results.troubles[way.index()];
        if trouble.is_some() || self.interrupt.as_ref().is_some_and(Interrupt::asked) {
            self.progress.planned = self.progress.planned.saturating_sub(time);
            return None;
        }
        let Point { concurrency, keys } = point;
        let far = self.progress.text(self.lang);
        self.line.say(&format!("{far}  {} {concurrency}x{keys} {round}/{rounds}", way.key()));
        let begin = Instant::now();
        let ended = self.bench.run(&Turn { way, point, round, rounds, time });
        self.progress.done += time;
        self.progress.taken += begin.elapsed();
        match ended {
            Ok(sample) => Some(sample),
            Err(what) => {
                *trouble = Some(what);
                None
            }
        }
    }
}

/// The median round, and its ratio over the rounds.
fn cell<S: Rate>(mut samples: Vec<S>, rates: &[f64], compared: Option<&[f64]>) -> Option<Cell<S>> {
    let ratios = compared.into_iter().flatten().zip(rates).map(|(first, own)| own / first);
    let ratio = spread(ratios.collect());
    samples.sort_by(|a, b| a.rate().total_cmp(&b.rate()));
    let middle = samples.len() / 2;
    samples.into_iter().nth(middle).map(|sample| Cell { sample, ratio })
}

#[cfg(test)]
mod tests;
