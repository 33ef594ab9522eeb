//! Runs of one cell whose learners are Python's.

use bidsweep::engine::{Stop, pool};
use bidsweep::learner::Learner;
use bidsweep::numeric::simd::Instance;
use bidsweep::train::{Lockstep, Run};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::errors::{self, value_error};
use crate::fork;
use crate::sweep::{Plan, threads};
use crate::train::bytes;

/// Mean and standard deviation over the tail, and the mean over all epochs, of each number of each run.
struct Seen {
    last: Vec<f64>,
    sum: Vec<f64>,
    pivot: Vec<f64>,
    tail_sum: Vec<f64>,
    tail_squares: Vec<f64>,
    tail: u32,
    /// After which epoch a number was not finite, or 0.
    diverged: Vec<f64>,
}

impl Seen {
    fn new(count: usize) -> Self {
        let zeros = vec![0.0; count];
        Seen {
            last: zeros.clone(),
            sum: zeros.clone(),
            pivot: zeros.clone(),
            tail_sum: zeros.clone(),
            tail_squares: zeros.clone(),
            tail: 0,
            diverged: zeros,
        }
    }

    /// Takes the parameters after an epoch, which stand in `last`.
    fn see(&mut self, epoch: u32, thetas: &[f64], in_tail: bool) {
        for ((sum, x), (diverged, theta)) in
            self.sum.iter_mut().zip(&self.last).zip(self.diverged.iter_mut().zip(thetas))
        {
            *sum += x;
            if *diverged == 0.0 && !theta.is_finite() {
                *diverged = f64::from(epoch);
            }
        }
        if !in_tail {
            return;
        }
        if self.tail == 0 {
            self.pivot.copy_from_slice(&self.last);
        }
        self.tail += 1;
        let sums = self.tail_sum.iter_mut().zip(&mut self.tail_squares);
        for ((x, pivot), (sum, squares)) in self.last.iter().zip(&self.pivot).zip(sums) {
            let deviation = x - pivot;
            *sum += deviation;
            *squares = deviation.mul_add(deviation, *squares);
        }
    }
}

/// The names of the built-in learners.
#[pyfunction]
pub fn learners() -> Vec<&'static str> {
    Learner::REGISTRY.iter().map(|entry| entry.name).collect()
}

/// Trains the first replicates of a cell with a learner that is told the gradients of all runs at once:
/// `step` gets the bytes of gradients and the epoch, and gives those of thetas. Shapes and the bytes of
/// arrays by name.
#[pyfunction]
#[pyo3(signature = (plan, cell, replicates, init, step, threads))]
pub fn lead<'py>(
    py: Python<'py>,
    plan: &Plan,
    cell: usize,
    replicates: u32,
    init: Bound<'py, PyAny>,
    step: Bound<'py, PyAny>,
    threads: Option<usize>,
) -> PyResult<Bound<'py, PyDict>> {
    fork::refuse()?;
    let plan = &plan.0;
    let cell = plan.cell(cell);
    let recording = plan.measure().recording();
    let epochs = cell.settings.epochs;
    let runs: Vec<Run<'_>> = (0..replicates)
        .map(|replicate| {
            let seed = plan.seed(cell.id, replicate);
            Run { settings: &cell.settings, seed, recording, start: None }
        })
        .collect();
    let stop = Stop::after(None);
    let pool = pool(self::threads(threads)?, &stop).map_err(|error| errors::executed(&error.into()))?;
    let mut lockstep =
        Lockstep::new(Instance::current(), &runs).map_err(|error| value_error(error.to_string()))?;
    let mut thetas = lockstep.start().to_vec();
    let shape = vec![runs.len(), lockstep.numbers()];
    let mut gradients = vec![0.0; thetas.len()];
    init.call1((shape.clone(), bytes(py, &thetas)?))?;
    let mut seen = Seen::new(thetas.len());
    let first_of_tail = epochs - recording.tail_epochs(epochs) + 1;
    for epoch in 1..=epochs {
        py.detach(|| pool.install(|| lockstep.step(&thetas, &mut gradients)));
        let told = step.call1((bytes(py, &gradients)?, epoch))?;
        let told = told.cast::<PyBytes>()?.as_bytes().as_chunks().0;
        if told.len() != thetas.len() {
            return Err(value_error(format!("step gave {} thetas, not {}", told.len(), thetas.len())));
        }
        thetas.iter_mut().zip(told).for_each(|(theta, bytes)| *theta = f64::from_ne_bytes(*bytes));
        lockstep.parameters(&thetas, &mut seen.last);
        seen.see(epoch, &thetas, epoch >= first_of_tail);
        py.check_signals()?;
    }
    let result = PyDict::new(py);
    let put = |name: &str, numbers: &[f64]| result.set_item(name, (shape.clone(), bytes(py, numbers)?));
    let n = f64::from(seen.tail);
    let tail = || seen.pivot.iter().zip(&seen.tail_sum).zip(&seen.tail_squares);
    put("theta", &thetas)?;
    put("last_iterate", &seen.last)?;
    put("tail_mean", &tail().map(|((pivot, sum), _)| pivot + sum / n).collect::<Vec<_>>())?;
    let sd = |((_, sum), squares): ((&f64, &f64), &f64)| match seen.tail {
        1 => f64::NAN,
        _ => ((squares - sum * sum / n).max(0.0) / (n - 1.0)).sqrt(),
    };
    put("tail_sd", &tail().map(sd).collect::<Vec<_>>())?;
    put("time_average", &seen.sum.iter().map(|sum| sum / f64::from(epochs)).collect::<Vec<_>>())?;
    let of_run = |numbers: &[f64]| {
        let first = numbers.iter().filter(|epoch| **epoch > 0.0).copied().reduce(f64::min);
        first.unwrap_or(f64::NAN)
    };
    let diverged: Vec<f64> = seen.diverged.chunks(shape[1]).map(of_run).collect();
    result.set_item("diverged", (vec![runs.len()], bytes(py, &diverged)?))?;
    Ok(result)
}
