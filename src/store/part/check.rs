//! Whether what a part says of a run can be true: a part whose bytes agree with its name may still lie.

use arrow::array::{Array, AsArray, ListArray};
use arrow::datatypes::Float64Type;

use super::content::{Measured, StoredRun};
use crate::measure::{RunStatus, bidder_columns, run_columns};
use crate::train::{MIXTURE_QUANTILES, Settings};

/// How many numbers a run of a cell has.
pub(crate) struct RunShape {
    /// The number of epochs.
    pub(crate) epochs: u32,
    bidders: Vec<BidderShape>,
}

struct BidderShape {
    parameters: usize,
    mixtures: usize,
    /// Quantiles of a recorded epoch.
    quantiles: usize,
}

impl RunShape {
    /// What the runs of a cell have.
    pub(crate) fn of(settings: &Settings) -> Self {
        let bidder = |bidder: &crate::train::BidderSettings| {
            let play = bidder.play();
            BidderShape {
                parameters: play.parameters(),
                mixtures: if play.is_mixed() { 2 * play.parameters() } else { 0 },
                quantiles: if play.arms().is_some() { MIXTURE_QUANTILES.len() } else { 0 },
            }
        };
        RunShape { epochs: settings.epochs, bidders: settings.bidders.iter().map(bidder).collect() }
    }
}

impl Measured {
    /// What is wrong with the numbers of any row, where something is: none is infinite or not a number.
    pub(crate) fn check_numbers(&self) -> Result<(), String> {
        let named = run_columns().iter().zip(&self.run).chain(bidder_columns().iter().zip(&self.bidder));
        for (column, numbers) in named {
            if let Some(number) = numbers.iter().flatten().find(|number| !number.is_finite()) {
                return Err(format!("column {} holds {number}", column.name));
            }
        }
        Ok(())
    }

    /// What is wrong with a run of which `recorded` epochs are to be recorded, where something is.
    pub(crate) fn check_run(&self, run: &StoredRun, shape: &RunShape, recorded: usize) -> Result<(), String> {
        let told = |what: String| format!("run {}:{} {what}", run.key.cell, run.key.replicate);
        let (found, bidders) = (run.rows.len(), shape.bidders.len());
        if found != bidders {
            return Err(told(format!("has {found} bidders, and its cell {bidders}")));
        }
        let is_ok = run.status == RunStatus::Ok;
        // A run without numbers may have been recorded before it ended.
        let lengths = |whole: usize, may_be_there: bool| match (is_ok, may_be_there) {
            (true, _) => [whole, whole],
            (false, true) => [0, whole],
            (false, false) => [0, 0],
        };
        for (row, bidder) in run.rows.clone().zip(&shape.bidders) {
            for (name, lists, allowed) in [
                (super::PARAMETERS, &self.parameters, lengths(bidder.parameters, false)),
                (super::MIXTURES, &self.mixtures, lengths(bidder.mixtures, false)),
                (super::QUANTILES, &self.quantiles, lengths(bidder.quantiles * recorded, true)),
            ] {
                let length = if lists.is_valid(row) { lists.value_length(row) as usize } else { 0 };
                if !allowed.contains(&length) {
                    return Err(told(format!("has {length} numbers of {name}, and not {}", allowed[1])));
                }
                if has_none(lists, row) || is_ok && !is_finite(lists, row) {
                    return Err(told(format!("has {name} that are no numbers")));
                }
            }
            let [there, awaited] = [self.standing.is_valid(row), run.awaits && is_ok];
            if there != awaited || there && !is_standing(&self.standing, row) {
                return Err(told("has a standing that nothing can go on from".to_owned()));
            }
            let points = self.trajectory.is_valid(row).then(|| self.trajectory.value_length(row) as usize);
            let first = self.trajectory.is_valid(run.rows.start);
            let is_there = if is_ok { recorded > 0 } else { first };
            if points.is_some() != is_there || points.is_some_and(|points| points != recorded) {
                return Err(told(format!(
                    "has a trajectory of {} epochs, and not {recorded}",
                    points.unwrap_or(0)
                )));
            }
            if !is_finite(&self.trajectory, row) {
                return Err(told("has a trajectory that is not finite".to_owned()));
            }
        }
        Ok(())
    }
}

/// Whether a list can be what a bidder goes on from.
fn is_standing(lists: &ListArray, row: usize) -> bool {
    let list = lists.value(row);
    let numbers = list.as_primitive::<Float64Type>().values();
    let holds = |count: f64| (0.0..numbers.len() as f64).contains(&count) && count.fract() == 0.0;
    !has_none(lists, row) && is_finite(lists, row) && numbers.first().is_some_and(|count| holds(*count))
}

/// Whether a number of a list is missing.
fn has_none(lists: &ListArray, row: usize) -> bool {
    lists.is_valid(row) && lists.value(row).null_count() > 0
}

/// Whether all numbers of a list that are there are finite.
fn is_finite(lists: &ListArray, row: usize) -> bool {
    let list = lists.is_valid(row).then(|| lists.value(row));
    list.is_none_or(|list| list.as_primitive::<Float64Type>().iter().flatten().all(f64::is_finite))
}
