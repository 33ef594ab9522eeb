//! Runs of one cell, trained into memory.

use std::ops::Range;

use bidsweep::engine::{at_most, pool};
use bidsweep::numeric::simd::{Instance, LANES};
use bidsweep::train::{Outcome, RecordedEpochs, Recording, Run, Status, train_group};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyDict};
use rayon::prelude::*;

use crate::errors;
use crate::sweep::{Plan, threads};
use crate::work::computed;

/// Numbers as the bytes of an array of f64 in the order of the processor.
pub fn bytes<'py>(py: Python<'py>, numbers: &[f64]) -> PyResult<Bound<'py, PyByteArray>> {
    PyByteArray::new_with(py, 8 * numbers.len(), |bytes| {
        for (place, number) in bytes.as_chunks_mut().0.iter_mut().zip(numbers) {
            *place = number.to_ne_bytes();
        }
        Ok(())
    })
}

/// Trains the first replicates of a cell: shapes and the bytes of arrays of f64 by name.
#[pyfunction]
#[pyo3(signature = (plan, cell, replicates, every, threads))]
pub fn train<'py>(
    py: Python<'py>,
    plan: &Plan,
    cell: usize,
    replicates: u32,
    every: Option<u32>,
    threads: Option<usize>,
) -> PyResult<Bound<'py, PyDict>> {
    let plan = &plan.0;
    let threads = self::threads(threads)?;
    let cell = plan.cell(cell);
    let recording = Recording { trajectory: every.map(RecordedEpochs::Every), ..plan.measure().recording() };
    let groups: Vec<Range<u32>> =
        (0..replicates).step_by(LANES).map(|first| first..replicates.min(first + LANES as u32)).collect();
    let outcomes = computed(py, |stop| {
        let pool = pool(at_most(threads, groups.len() as u64), stop)
            .map_err(|error| errors::executed(&error.into()))?;
        let instance = Instance::current();
        let train = |replicates: Range<u32>| {
            let runs: Vec<Run<'_>> = replicates
                .map(|replicate| {
                    let seed = plan.seed(cell.id, replicate);
                    Run { settings: &cell.settings, seed, recording, start: None }
                })
                .collect();
            train_group(instance, &runs)
        };
        let groups: Vec<Vec<Outcome>> = pool.install(|| groups.into_par_iter().map(train).collect());
        Ok(groups.concat())
    })?;
    told(py, &outcomes, recording.epochs(cell.settings.epochs))
}

/// What runs ended with.
fn told<'py>(py: Python<'py>, outcomes: &[Outcome], epochs: Vec<u32>) -> PyResult<Bound<'py, PyDict>> {
    let bidders = outcomes.first().map_or(0, |outcome| outcome.bidders.len());
    let result = PyDict::new(py);
    let put = |name: &str, shape: Vec<usize>, numbers: Vec<f64>| {
        result.set_item(name, (shape, bytes(py, &numbers)?))
    };
    let by_bidder = |read: &dyn Fn(&bidsweep::train::BidderOutcome) -> f64| -> Vec<f64> {
        outcomes.iter().flat_map(|outcome| outcome.bidders.iter().map(read)).collect()
    };
    let shape = vec![outcomes.len(), bidders];
    put("last_iterate", shape.clone(), by_bidder(&|bidder| bidder.last_iterate))?;
    put("tail_mean", shape.clone(), by_bidder(&|bidder| bidder.tail_mean))?;
    put("tail_sd", shape.clone(), by_bidder(&|bidder| bidder.tail_sd.unwrap_or(f64::NAN)))?;
    put("time_average", shape, by_bidder(&|bidder| bidder.time_average))?;
    let diverged = |outcome: &Outcome| match outcome.status {
        Status::Ok => f64::NAN,
        Status::Diverged { epoch } => f64::from(epoch),
    };
    put("diverged", vec![outcomes.len()], outcomes.iter().map(diverged).collect())?;
    if outcomes.iter().all(|outcome| outcome.trajectory.is_some()) {
        let numbers = outcomes.iter().flat_map(|outcome| outcome.trajectory.iter().flatten().copied());
        put("trajectory", vec![outcomes.len(), epochs.len(), bidders], numbers.collect())?;
        put("epochs", vec![epochs.len()], epochs.into_iter().map(f64::from).collect())?;
    }
    Ok(result)
}
