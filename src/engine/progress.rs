//! How far a sweep is: on stderr a bar on a terminal, a line now and then elsewhere, JSON lines for scripts;
//! or told to a caller.

use std::fmt;
use std::io::{IsTerminal, Write, stderr};
use std::num::NonZeroUsize;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::ahead::{Ahead, Phase};
use super::calibration::Calibration;
use indicatif::{ProgressBar, ProgressStyle};

/// The form of progress messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ProgressForm {
    /// A bar where stderr is a terminal, plain lines elsewhere.
    #[default]
    Auto,
    /// A bar.
    Bar,
    /// A line now and then.
    Plain,
    /// A JSON object a line.
    Json,
    /// Nothing.
    None,
}

impl ProgressForm {
    /// The form on this stderr.
    fn here(self) -> Self {
        match self {
            ProgressForm::Auto if stderr().is_terminal() => ProgressForm::Bar,
            ProgressForm::Auto => ProgressForm::Plain,
            form => form,
        }
    }
}

/// Who is told how far a sweep is.
#[derive(Clone, Copy)]
pub enum Tell<'a> {
    /// Whoever reads stderr, in a form.
    Stderr(ProgressForm),
    /// A caller.
    Observer(&'a dyn Observer),
}

impl fmt::Debug for Tell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Tell::Stderr(form) => f.debug_tuple("Stderr").field(form).finish(),
            Tell::Observer(_) => f.write_str("Observer"),
        }
    }
}

/// A caller who is told how far a sweep is, from another thread than its own: several times a second while
/// runs are trained, and once as other work begins. What it does with that, training waits for.
pub trait Observer: Sync {
    /// Takes how far the sweep is.
    fn see(&self, seen: Seen);
}

/// How far a sweep is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// What is under way; `None` between two pieces of work.
    pub phase: Option<&'static str>,
    /// Runs finished now.
    pub counts: Counts,
    /// Runs that were still to be trained or continued; 0 of work that is none of runs.
    pub total: u64,
    /// Since the work began.
    pub seconds: f64,
    /// Until it ends, about; `None` where nothing is known.
    pub seconds_left: Option<f64>,
}

/// Does work of one phase, and tells that it is under way where it takes long.
pub fn while_telling<T>(tell: Tell<'_>, phase: &'static str, work: impl FnOnce() -> T) -> T {
    let form = match tell {
        Tell::Stderr(form) => form.here(),
        Tell::Observer(observer) => {
            let phase = Some(phase);
            observer.see(Seen {
                phase,
                counts: Counts::default(),
                total: 0,
                seconds: 0.0,
                seconds_left: None,
            });
            return work();
        }
    };
    let line: fn(&str, f64) -> String = match form {
        ProgressForm::None => return work(),
        ProgressForm::Json => {
            |phase, seconds| serde_json::json!({ "phase": phase, "seconds": seconds }).to_string()
        }
        ProgressForm::Bar => {
            let bar = ProgressBar::new_spinner().with_message(phase);
            bar.enable_steady_tick(TICK);
            // However the work ends.
            let _bar = Cleared(bar);
            return work();
        }
        ProgressForm::Plain | ProgressForm::Auto => {
            |phase, seconds| format!("{phase}  {seconds:.0} s so far")
        }
    };
    thread::scope(|scope| {
        let (working, ended) = mpsc::channel::<()>();
        scope.spawn(move || {
            let start = Instant::now();
            let mut pace = Pace::new(start);
            while ended.recv_timeout(pace.interval) == Err(RecvTimeoutError::Timeout) {
                if pace.is_due() {
                    // Nobody may be reading: no reason to stop.
                    _ = writeln!(stderr(), "{}", line(phase, start.elapsed().as_secs_f64()));
                }
            }
        });
        let _working = working;
        work()
    })
}

/// Between two steps of a spinner.
const TICK: Duration = Duration::from_millis(100);

/// A bar that goes with its work.
struct Cleared(ProgressBar);

impl Drop for Cleared {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Between the first two plain or JSON lines; then twice as long each time, up to the longest.
const FIRST_INTERVAL: Duration = Duration::from_secs(2);
const LONGEST_INTERVAL: Duration = Duration::from_secs(60);

/// When lines are told: seldom where work takes long, so that the logs of batch jobs stay short.
struct Pace {
    last: Instant,
    interval: Duration,
}

impl Pace {
    fn new(start: Instant) -> Self {
        Pace { last: start, interval: FIRST_INTERVAL }
    }

    /// Whether a line is due; it is then taken for told.
    fn is_due(&mut self) -> bool {
        let is_due = self.last.elapsed() >= self.interval;
        if is_due {
            self.last = Instant::now();
            self.interval = (2 * self.interval).min(LONGEST_INTERVAL);
        }
        is_due
    }
}

/// Counts of runs since the sweep was started or resumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Trained now, whatever their status.
    pub done: u64,
    /// Of these, diverged.
    pub diverged: u64,
    /// Of these, failed.
    pub failed: u64,
}

/// A reporter of progress.
pub struct Progress<'a> {
    form: Form<'a>,
    total: u64,
    ahead: &'a Ahead,
    /// Seconds that all of it should take, before it is known how fast it goes.
    expected: f64,
    start: Instant,
    pace: Pace,
}

enum Form<'a> {
    Bar(ProgressBar),
    Plain,
    Json,
    Observer(&'a dyn Observer),
    None,
}

impl<'a> Progress<'a> {
    /// A reporter for `total` runs still to be trained or continued, whose work is `ahead` of `threads`.
    pub fn new(tell: Tell<'a>, total: u64, ahead: &'a Ahead, threads: NonZeroUsize) -> Self {
        let form = match tell {
            _ if total == 0 => Form::None,
            Tell::Observer(observer) => Form::Observer(observer),
            Tell::Stderr(form) => match form.here() {
                ProgressForm::Bar => {
                    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} runs  {msg}")
                        .expect("the template is well formed");
                    Form::Bar(ProgressBar::new(total).with_style(style))
                }
                ProgressForm::Json => Form::Json,
                ProgressForm::None => Form::None,
                ProgressForm::Auto | ProgressForm::Plain => Form::Plain,
            },
        };
        let expected = match form {
            Form::None => 0.0,
            _ => ahead.total() as f64 * Calibration::of_this_machine().a_unit() / threads.get() as f64,
        };
        let start = Instant::now();
        Progress { form, total, ahead, expected, start, pace: Pace::new(start) }
    }

    /// Tells how far the sweep is, now or a little later.
    pub fn update(&mut self, counts: Counts) {
        match &self.form {
            Form::Bar(bar) => {
                bar.set_position(counts.done);
                bar.set_message(self.rates(counts));
            }
            Form::Plain | Form::Json if self.pace.is_due() => self.line(counts),
            Form::Observer(observer) => observer.see(self.seen(counts)),
            _ => {}
        }
    }

    /// Tells something else.
    pub fn tell(&self, text: &str) {
        // Nobody may be reading: no reason to stop.
        let tell = || _ = writeln!(stderr(), "{text}");
        match &self.form {
            Form::Bar(bar) => bar.suspend(tell),
            Form::Plain => tell(),
            Form::Json | Form::Observer(_) | Form::None => {}
        }
    }

    /// Tells how far the sweep has come, for the last time.
    pub fn finish(self, counts: Counts) {
        match &self.form {
            Form::Bar(bar) => {
                bar.set_position(counts.done);
                bar.abandon_with_message(self.rates(counts));
            }
            Form::Plain | Form::Json => self.line(counts),
            Form::Observer(observer) => observer.see(self.seen(counts)),
            Form::None => {}
        }
    }

    fn seen(&self, counts: Counts) -> Seen {
        Seen {
            phase: self.ahead.phase().map(Phase::name),
            counts,
            total: self.total,
            seconds: self.start.elapsed().as_secs_f64(),
            seconds_left: self.time_left().map(|left| left.as_secs_f64()),
        }
    }

    fn line(&self, counts: Counts) {
        let line = if matches!(self.form, Form::Json) {
            serde_json::json!({
                "done": counts.done,
                "total": self.total,
                "diverged": counts.diverged,
                "failed": counts.failed,
                "seconds": self.start.elapsed().as_secs_f64(),
                "runs_per_second": self.runs_per_second(counts),
                "phase": self.ahead.phase().map(Phase::name),
                "seconds_left": self.time_left().map(|left| left.as_secs_f64()),
            })
            .to_string()
        } else {
            format!("{}/{} runs  {}", counts.done, self.total, self.rates(counts))
        };
        // Nobody may be reading: no reason to stop.
        _ = writeln!(stderr(), "{line}");
    }

    fn rates(&self, counts: Counts) -> String {
        let mut text = format!("{:.0} runs/s", self.runs_per_second(counts));
        for (count, what) in [(counts.diverged, "diverged"), (counts.failed, "failed")] {
            if count > 0 {
                text += &format!("  {count} {what}");
            }
        }
        if let Some(phase) = self.ahead.phase() {
            text += &format!("  {}", phase.name());
        }
        match self.time_left() {
            Some(left) if counts.done < self.total => {
                let rounded = Duration::from_secs(left.as_secs_f64().ceil() as u64);
                text += &format!("  {} left", humantime::format_duration(rounded));
            }
            _ => {}
        }
        text
    }

    fn runs_per_second(&self, counts: Counts) -> f64 {
        counts.done as f64 / self.start.elapsed().as_secs_f64().max(1e-9)
    }

    /// By the time that the work so far has taken; before enough of it is done, by its cost, as long as it is
    /// within that.
    fn time_left(&self) -> Option<Duration> {
        let elapsed = self.start.elapsed().as_secs_f64();
        let left = match self.ahead.share() {
            Some(share) => elapsed * (1.0 - share) / share,
            None => self.expected - elapsed,
        };
        Duration::try_from_secs_f64(left).ok()
    }
}
