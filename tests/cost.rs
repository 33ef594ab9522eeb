//! Costs are functions of settings, and near to the time that things take, by the processor time of a thread:
//! whatever else the machine does.

use std::num::NonZeroUsize;
use std::path::Path;

use bidsweep::engine::{Calibration, cell_cost, estimate};
use bidsweep::measure::{
    BestResponseSettings, CellRuns, Continuation, Job, Kind, MeasureSettings, REFERENCES, RunMeasurement,
    Scope, Yardstick, measure, measure_cell, prices, references_of,
};
use bidsweep::numeric::simd::{Instance, LANES};
use bidsweep::store::EMPTY_TABLES;
use bidsweep::sweep::Plan;
use bidsweep::train::{AGENT_SAMPLE, Run, Settings, train_group};
use cpu_time::ThreadTime;

const ONE: NonZeroUsize = NonZeroUsize::MIN;

fn plan(rest: &str) -> Plan {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/x.toml");
    Plan::parse(&format!("schema = 1\nname = \"x\"\n{rest}"), file.to_str().unwrap(), &[]).unwrap()
}

/// Seconds of this thread that something takes: the least of a few times.
fn seconds<T>(mut work: impl FnMut() -> T) -> f64 {
    let (mut least, mut all) = (f64::INFINITY, 0.0);
    for _ in 0..5 {
        let start = ThreadTime::now();
        std::hint::black_box(work());
        let taken = start.elapsed().as_secs_f64();
        least = f64::min(least, taken);
        all += taken;
        // What takes long is not disturbed much.
        if all > 0.5 {
            break;
        }
    }
    least
}

/// What a measurement may be off by, and the seconds below which nobody cares.
const FACTOR: f64 = 3.0;
const NOTHING: f64 = 1e-3;

/// How often it is measured before a difference counts: others on the machine lengthen times of a thread too.
const ATTEMPTS: u32 = 3;

/// Holds what is told against what is taken, which an attempt finds differences of.
fn agree(differences: impl Fn(u32) -> Vec<String>) {
    let mut found = Vec::new();
    for attempt in 0..ATTEMPTS {
        found = differences(attempt);
        if found.is_empty() {
            return;
        }
    }
    panic!("{found:#?}");
}

/// What is told and what is taken differ by the factor at most.
fn differ(what: &str, told: f64, taken: f64) -> Option<String> {
    let differ = told > FACTOR * taken.max(NOTHING) || taken > FACTOR * told.max(NOTHING);
    differ.then(|| format!("{what}: told {told:.2e} s, taken {taken:.2e} s"))
}

/// Games that differ in what they are computed with: the priors, bids, learners and batches of sweeps.
const GAMES: [&str; 16] = [
    "fixed = { bidders = 2 }",
    "fixed = { bidders = 10, precision = \"f64\" }",
    "fixed = { bidders = 64, epochs = 300 }",
    "fixed = { bidders = 3, updates = \"sequential\", batch = 512 }",
    "fixed = { bidders = 3, batch = 8, learner = \"sgd\" }",
    "fixed = { bidders = 3, batch = \"exact\" }",
    "fixed = { bidders = 4, strategy = \"piecewise-linear\", epochs = 300 }",
    "fixed = { bidders = 5, learner = { es = { population = 16 } } }",
    "fixed = { bidders = 3, learner = \"mwu\", epochs = 300 }",
    "fixed = { bidders = 3, learner = \"mwu\", batch = \"exact\", epochs = 1000 }",
    "fixed = { bidders = 3, learner = \"fictitious-play\", epochs = 300 }",
    "fixed = { bidders = 3, learner = \"mwu-contextual\", epochs = 100 }",
    "fixed = { bidders = 2, learner = \"soda\", batch = \"exact\", epochs = 100 }",
    "fixed = { population = \"p\" }\n\
     populations.p.bidders = [{ prior = { beta = { a = 2, b = 5 } }, count = 4 }]",
    "fixed = { population = \"p\", strategy = \"piecewise-linear\", epochs = 300 }\n\
     populations.p.bidders = [{ prior = { power = { exponent = 2 } }, count = 2 }]",
    "fixed = { population = \"p\" }\n\
     populations.p.bidders = [{}, { prior = { uniform = { high = 1.5 } } }]",
];

#[test]
fn training_takes_what_it_costs() {
    agree(differences_of_training);
}

fn differences_of_training(_: u32) -> Vec<String> {
    let calibration = Calibration::of_this_machine();
    let mut told = Vec::new();
    for game in GAMES {
        let plan = plan(game);
        let settings = &plan.cell(0).settings;
        let recording = plan.measure().recording();
        let run = |seed| Run { settings, seed, recording, start: None };
        let group: Vec<Run<'_>> = (0..LANES as u64).map(run).collect();
        let taken = seconds(|| train_group(Instance::current(), &group));
        let cost = LANES as f64 * settings.cost() * calibration.seconds(Kind::Lanes);
        told.extend(differ(game, cost, taken));
    }
    told
}

/// Seconds that the measures of a cell with so many runs cost.
fn cost(settings: &Settings, asked: &MeasureSettings, runs: u32) -> f64 {
    let job = Job::new(settings, asked, runs);
    let nanoseconds: f64 = prices().iter().map(|price| (price.of)(&job)).sum();
    nanoseconds / AGENT_SAMPLE * Calibration::of_this_machine().seconds(Kind::Numbers)
}

#[test]
fn measures_take_what_they_cost() {
    agree(differences_of_measures);
}

fn differences_of_measures(_: u32) -> Vec<String> {
    let none = BestResponseSettings {
        lp: Scope::None,
        class: Scope::None,
        smoothed: Scope::None,
        ..Default::default()
    };
    let continuation = Continuation { replicates: 0, epochs: 5000, share: 64.0 };
    let lean = MeasureSettings { best_response: none, continuation, ..MeasureSettings::default() };
    let with = |best_response| MeasureSettings { best_response, ..lean };
    let kinds = [
        ("lp", with(BestResponseSettings { lp: Scope::Cells, ..none })),
        ("class", with(BestResponseSettings { class: Scope::Cells, ..none })),
        ("smoothed", with(BestResponseSettings { smoothed: Scope::Cells, ..none })),
    ];
    let mut told = Vec::new();
    for game in GAMES {
        let plan = plan(game);
        let settings = &plan.cell(0).settings;
        let recording = lean.recording();
        let run = |seed| Run { settings, seed, recording, start: None };
        let group: Vec<Run<'_>> = (0..LANES as u64).map(run).collect();
        let outcomes = train_group(Instance::current(), &group);
        let yardstick = Yardstick::new(settings);
        let of_run = RunMeasurement { continuation: 0, ..lean.of_run(0) };
        let row = seconds(|| measure(settings, &yardstick, &of_run, &outcomes[0]));
        told.extend(differ(
            &format!("{game}, a run"),
            cost(settings, &lean, 1) - cost(settings, &lean, 0),
            row,
        ));
        let mut runs = CellRuns::new(settings.bidders.len());
        for outcome in &outcomes {
            runs.push(&measure(settings, &yardstick, &of_run, outcome));
        }
        let references = references_of(settings);
        let cell = |asked: &MeasureSettings| seconds(|| measure_cell(settings, asked, &references, &runs));
        let without = cell(&lean);
        told.extend(differ(&format!("{game}, a cell"), cost(settings, &lean, 0), without));
        for (name, asked) in &kinds {
            let more = cost(settings, asked, 0) - cost(settings, &lean, 0);
            told.extend(differ(&format!("{game}, {name}"), more, cell(asked) - without));
        }
    }
    told
}

#[test]
fn references_take_what_they_cost() {
    agree(differences_of_references);
}

fn differences_of_references(attempt: u32) -> Vec<String> {
    let mut told = Vec::new();
    // References are found once a process: no other test and no other attempt has these games.
    let beta = 37 + attempt;
    // What all references share is made by the first.
    references_of(&plan(&format!("fixed = {{ bidders = 3, beta = {beta} }}")).cell(0).settings);
    for game in [
        "fixed = { bidders = 4, beta = 37 }",
        "fixed = { bidders = 5, beta = 37, strategy = \"piecewise-linear\" }",
        "fixed = { population = \"p\", beta = 37 }\n\
         populations.p.bidders = [{ prior = { beta = { a = 2, b = 5 } }, count = 4 }]",
        "fixed = { population = \"p\", beta = 37 }\n\
         populations.p.bidders = [{}, { prior = { beta = { a = 2, b = 5 } } }]",
        "fixed = { population = \"p\", beta = 37, strategy = \"piecewise-linear\" }\n\
         populations.p.bidders = [{}, { prior = { uniform = { high = 1.5 } } }]",
        "fixed = { population = \"p\", beta = 37 }\n\
         populations.p.bidders = [{}, { prior = { uniform = { high = 1.5 } } }]",
    ] {
        let game = game.replace("beta = 37", &format!("beta = {beta}"));
        let plan = plan(&game);
        let settings = &plan.cell(0).settings;
        let start = ThreadTime::now();
        std::hint::black_box(references_of(settings));
        let taken = start.elapsed().as_secs_f64();
        let job = Job::new(settings, plan.measure(), 1);
        let seconds = Calibration::of_this_machine().seconds(Kind::Numbers);
        // Tables of quantiles and the like are made once a process.
        told.extend(differ(&game, (REFERENCES.of)(&job) / AGENT_SAMPLE * seconds, taken));
    }
    told
}

#[test]
fn a_plan_costs_the_same_whenever_it_is_asked() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sweeps");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        files += 1;
        let plan = Plan::load(&path, &[]).unwrap();
        let told = estimate(&plan, ONE, &Calibration::MEASURED);
        assert_eq!(told, estimate(&plan, ONE, &Calibration::MEASURED), "{}", path.display());
        assert!(told.training > 0.0 && told.measures > 0.0, "{told:?}");
        let sum: f64 = told.shares.iter().map(|share| share.seconds).sum();
        assert!((sum / (told.training + told.measures) - 1.0).abs() < 1e-12, "{told:?}");
        assert!(told.shares.is_sorted_by(|a, b| a.seconds >= b.seconds), "{told:?}");
        let cells = plan.cells();
        let all: f64 = cells.map(|cell| cell_cost(&cell.settings, plan.measure(), plan.replicates())).sum();
        let seconds = all * Calibration::MEASURED.seconds(Kind::Numbers);
        let beside = ["the report", "trajectories"];
        let report = told.shares.iter().filter(|share| beside.contains(&share.what));
        let rest: f64 = sum - report.map(|share| share.seconds).sum::<f64>() - 1e-9 * EMPTY_TABLES;
        // What cells share is counted once in a plan, and empty lanes are not counted in a cell.
        assert!((0.2..1.5).contains(&(rest / seconds)), "{}: {rest} and {seconds}", path.display());
    }
    assert!(files >= 15, "{files}");
}

#[test]
fn more_threads_share_all_but_what_is_written() {
    let plan = plan("fixed = { bidders = 2 }\nseeds.replicates = 1000");
    let [one, four] =
        [1, 4].map(|threads| estimate(&plan, NonZeroUsize::new(threads).unwrap(), &Calibration::MEASURED));
    assert!((one.training / four.training - 4.0).abs() < 1e-9);
    assert!(one.measures > four.measures && one.measures < 4.0 * four.measures);
}

#[test]
fn sixty_four_different_priors_and_a_million_cells_are_planned_at_once() {
    let bidder =
        |k: u32| format!("{{ prior = {{ beta = {{ a = {}, b = 5 }} }} }}", 2.0 + 0.05 * f64::from(k));
    let bidders: Vec<String> = (0..64).map(bidder).collect();
    let different = plan(&format!(
        "fixed = {{ population = \"p\", strategy = \"piecewise-linear\" }}\npopulations.p.bidders = [{}]",
        bidders.join(", ")
    ));
    let many = plan("axes.beta = { linspace = [10, 100], num = 100_000 }");
    for plan in [different, many] {
        let taken = seconds(|| estimate(&plan, ONE, &Calibration::MEASURED));
        assert!(taken < 1.0, "{taken}");
    }
}
