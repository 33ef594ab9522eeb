//! How fast this machine is: what a unit of every kind of work takes, timed once and kept.

use std::fs;
use std::hint::black_box;
use std::path::PathBuf;

use cpu_time::ThreadTime;
use serde::{Deserialize, Serialize};

use crate::measure::{CellRuns, Job, Kind, MeasureSettings, measure, measure_cell, prices, references_of};
use crate::measure::{RunMeasurement, Yardstick};
use crate::numeric::simd::{Instance, LANES};
use crate::store::replace_file;
use crate::sweep::Plan;
use crate::train::{AGENT_SAMPLE, Run, train_group};

/// Seconds of an agent-sample, the unit of all costs, for every kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    lanes: f64,
    numbers: f64,
}

/// The game that is timed: three bidders, so that all rivals are looked at.
const GAME: &str =
    "schema = 1\nname = \"calibration\"\nfixed = { bidders = 3, epochs = 400, precision = \"f32\" }";

/// It is timed as often, and the shortest time counts: others on the machine make it no longer.
const TIMES: usize = 7;

/// The speeds between which a machine is taken for one, in that on which costs were measured.
const LEAST: f64 = 0.01;
const MOST: f64 = 100.0;

impl Calibration {
    /// That of the machine on which costs were measured.
    pub const MEASURED: Calibration =
        Calibration { lanes: AGENT_SAMPLE * 1e-9, numbers: AGENT_SAMPLE * 1e-9 };

    /// That of this machine: as it was kept, or else timed now, and kept where that is possible.
    ///
    /// # Panics
    /// As [`Instance::current`].
    pub fn of_this_machine() -> Self {
        Self::kept().unwrap_or_else(Self::renew)
    }

    /// Times this machine, in a quarter of a second of its processor, and keeps what is found where that is
    /// possible.
    ///
    /// # Panics
    /// As [`Instance::current`].
    pub fn renew() -> Self {
        let found = Self::timed();
        if let (Some(path), Ok(text)) = (path(), toml::to_string(&found)) {
            // It can be timed again: a folder that cannot be written is no reason to stop.
            _ = path.parent().map(fs::create_dir_all);
            _ = replace_file(&path, text.as_bytes());
        }
        found
    }

    /// Seconds of an agent-sample.
    pub fn seconds(&self, kind: Kind) -> f64 {
        match kind {
            Kind::Lanes => self.lanes,
            Kind::Numbers | Kind::Writing => self.numbers,
        }
    }

    /// Seconds of an agent-sample of work of every kind.
    pub fn a_unit(&self) -> f64 {
        0.5 * (self.lanes + self.numbers)
    }

    /// What was kept of this machine, if it was, and can be.
    fn kept() -> Option<Self> {
        let found: Calibration = toml::from_str(&fs::read_to_string(path()?).ok()?).ok()?;
        let is_one = |seconds: f64| (LEAST..MOST).contains(&(seconds / (AGENT_SAMPLE * 1e-9)));
        (is_one(found.lanes) && is_one(found.numbers)).then_some(found)
    }

    fn timed() -> Self {
        let plan = Plan::parse(GAME, "calibration", &[]).expect("it is a valid sweep file");
        let settings = &plan.cell(0).settings;
        let asked = MeasureSettings::default();
        let recording = asked.recording();
        let run = |seed| Run { settings, seed, recording, start: None };
        let group: Vec<Run<'_>> = (0..LANES as u64).map(run).collect();
        let training = shortest(|| train_group(Instance::current(), &group));
        let yardstick = Yardstick::new(settings);
        let of_run = RunMeasurement { continuation: 0, ..asked.of_run(0) };
        let mut runs = CellRuns::new(settings.bidders.len());
        for outcome in train_group(Instance::current(), &group) {
            runs.push(&measure(settings, &yardstick, &of_run, &outcome));
        }
        let references = references_of(settings);
        let measuring = shortest(|| measure_cell(settings, &asked, &references, &runs));
        let job = Job::new(settings, &asked, 0);
        let numbers: f64 = prices().iter().map(|price| (price.of)(&job)).sum();
        Calibration {
            lanes: training / (LANES as f64 * settings.cost()),
            numbers: measuring * AGENT_SAMPLE / numbers,
        }
    }
}

/// Seconds of the processor that something takes, without what else it does.
fn shortest<T>(mut work: impl FnMut() -> T) -> f64 {
    let once = |_| {
        let start = ThreadTime::now();
        black_box(work());
        start.elapsed().as_secs_f64()
    };
    (0..TIMES).map(once).fold(f64::INFINITY, f64::min)
}

/// Where calibrations are kept: one a version and processor, since homes are shared by machines.
fn path() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    // Relative paths are to be ignored, by the XDG Base Directory Specification.
    let cache = variable("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    let cache = cache.or_else(|| Some(variable("HOME")?.join(".cache")))?;
    let file = format!("calibration-{}-{}.toml", env!("CARGO_PKG_VERSION"), processor());
    Some(cache.join("bidsweep").join(file))
}

/// The processor, in letters that file names have.
fn processor() -> String {
    let told = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = told.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or(std::env::consts::ARCH, |(_, model)| model);
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
    let words: String =
        model.chars().chain([' ']).chain(Instance::current().name().chars()).map(plain).collect();
    words.split_whitespace().collect::<Vec<_>>().join("-")
}
