//! What the tests of this layer share: a small plan, and rows that only a faithful store gives back.

use ndarray::Array2;

use super::{Folder, MeasureKey, MeasureKeys, PartWriter, RunKey};
use crate::measure::{MeasureSettings, RunRow, RunStatus, bidder_columns, run_columns};
use crate::sweep::{CellId, Plan};

/// A plan of 2 x 3 cells of 2 or 3 bidders, the first two replicates of each with a trajectory.
pub(crate) fn plan(replicates: u32) -> Plan {
    plan_of(replicates, "[10, 25, 50]")
}

/// As [`plan`], at other steepnesses.
pub(crate) fn plan_of(replicates: u32, beta: &str) -> Plan {
    plan_with(replicates, beta, "trajectories = { replicates = 2, every = 10 }")
}

/// As [`plan_of`], measured otherwise.
pub(crate) fn plan_with(replicates: u32, beta: &str, measure: &str) -> Plan {
    let text = format!(
        r#"
schema = 1
name = "fixture"
question = "Is what is stored what was given?"

[fixed]
learner = "adam"
learning_rate = 0.01
batch = 16
epochs = 25
initial = 0.7

[axes]
bidders = [2, 3]
beta = {beta}

[seeds]
root = 42
replicates = {replicates}
common = true

[measure]
{measure}
"#
    );
    Plan::parse(&text, "fixture.toml", &[]).unwrap_or_else(|error| panic!("{error}"))
}

/// A folder of its own, ready for parts; gone with the first of the pair.
pub(crate) fn folder() -> (tempfile::TempDir, Folder) {
    let dir = tempfile::tempdir().unwrap();
    let folder = Folder::new(dir.path());
    std::fs::create_dir(folder.parts()).unwrap();
    (dir, folder)
}

/// Stores runs in parts of this many runs.
pub(crate) fn store(folder: &Folder, runs: &[(RunKey, RunRow)], part: usize) {
    for runs in runs.chunks(part) {
        let mut writer = PartWriter::new(folder);
        runs.iter().for_each(|(key, row)| writer.push(*key, row.clone()).unwrap());
        writer.flush().unwrap();
    }
}

/// Every run of a plan, in plan order.
pub(crate) fn runs(plan: &Plan) -> Vec<(RunKey, RunRow)> {
    let keys = (0..plan.len()).flat_map(|position| (0..plan.replicates()).map(move |k| (position, k)));
    keys.map(|(position, replicate)| run(plan, position, replicate)).collect()
}

/// The key of a run of no plan.
pub(crate) fn key(cell: u64, replicate: u32) -> RunKey {
    let measurement = MeasureSettings::default().of_run(replicate);
    RunKey { cell: CellId(cell), replicate, measure: MeasureKey::of(&measurement) }
}

/// Key and row of a run of a plan.
pub(crate) fn run(plan: &Plan, position: usize, replicate: u32) -> (RunKey, RunRow) {
    let cell = plan.cell(position);
    let measure = MeasureKeys::of(plan).key(cell.id, replicate);
    let recorded = plan.recording(cell.id, replicate).epochs(cell.settings.epochs).len();
    let row = row_of(cell.id.0, replicate, cell.settings.bidders.len(), recorded);
    (RunKey { cell: cell.id, replicate, measure }, row)
}

/// A row of two bidders that differs from run to run, with what is hard to keep: nulls, -0, subnormals, third
/// parts.
pub(crate) fn row(cell: u64, replicate: u32) -> RunRow {
    row_of(cell, replicate, 2, replicate as usize % 3)
}

fn row_of(cell: u64, replicate: u32, bidders: usize, recorded: usize) -> RunRow {
    let number = |place: usize| match place % 5 {
        0 => None,
        1 => Some(-0.0),
        2 => Some(f64::MIN_POSITIVE / 3.0),
        _ => Some((cell % 1000) as f64 / 3.0 + f64::from(replicate) / 7.0 + place as f64),
    };
    let status = match replicate % 7 {
        5 => RunStatus::Diverged,
        6 => RunStatus::Failed,
        _ => RunStatus::Ok,
    };
    let numbers = |start: usize, count: usize| (start..start + count).map(number).collect();
    let trajectory = |(epoch, bidder)| (epoch as f64 + bidder as f64 / 3.0 + f64::from(replicate)) / 1000.0;
    RunRow {
        status,
        message: (status != RunStatus::Ok).then(|| format!("at epoch {replicate}")),
        values: numbers(replicate as usize, run_columns().len()),
        bidders: (0..bidders).map(|bidder| numbers(bidder + 2, bidder_columns().len())).collect(),
        parameters: (0..bidders).map(|bidder| parameters(status, replicate, bidder)).collect(),
        mixtures: vec![Vec::new(); bidders],
        quantiles: vec![Vec::new(); bidders],
        trajectory: (recorded > 0).then(|| Array2::from_shape_fn((recorded, bidders), trajectory)),
        standings: Vec::new(),
    }
}

/// One multiplier, as of a linear strategy; none of a run without numbers.
fn parameters(status: RunStatus, replicate: u32, bidder: usize) -> Vec<f64> {
    let multiplier = f64::from(replicate).mul_add(0.01, 0.3) + bidder as f64 / 7.0;
    if status == RunStatus::Ok { vec![multiplier] } else { Vec::new() }
}

/// A row with its numbers as bits, so that -0 and 0 differ and NaN equals itself.
pub(crate) fn bits(row: &RunRow) -> impl PartialEq + std::fmt::Debug + use<> {
    let of =
        |numbers: &[Option<f64>]| numbers.iter().map(|number| number.map(f64::to_bits)).collect::<Vec<_>>();
    let of_lists = |lists: &[Vec<f64>]| {
        lists.iter().map(|list| list.iter().map(|x| x.to_bits()).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    (
        row.status,
        row.message.clone(),
        of(&row.values),
        row.bidders.iter().map(|numbers| of(numbers)).collect::<Vec<_>>(),
        of_lists(&row.parameters),
        of_lists(&row.mixtures),
        of_lists(&row.quantiles),
        row.trajectory.as_ref().map(|trajectory| trajectory.map(|w| w.to_bits())),
    )
}
