//! The table of mixed strategies: how probable each arm of a bidder is, or each bid of a table, in the mean
//! over replicates.

use super::lead::{self, Lead};
use super::writer::TableWriter;
use crate::auction::strategy::arm_multiplier;
use crate::measure::RunRow;
use crate::store::StoreError;
use crate::store::batch::{Column, Value};

/// The columns of `mixtures`.
pub(super) fn mixture_table() -> Vec<Column> {
    let [cell_id, label] = lead::names();
    let weight = |name: &str, doc: &str| Column::measured(name).says(doc).counted_in("1");
    vec![
        cell_id,
        label,
        Column::integer("bidder").says("the bidder's number, from 1").counted_in("1"),
        Column::integer("arm").says("the arm's number, from 0; of a table the bid's").counted_in("1"),
        Column::measured("multiplier").says("the multiplier of the arm; null of a table").counted_in("1"),
        weight("weight_last_iterate", "probability in the last epoch, mean over replicates"),
        weight("weight_tail_mean", "mean probability over the tail, mean over replicates"),
        weight("weight_time_average", "mean probability over all epochs, mean over replicates"),
        Column::integer("bin").says("the bin of values of a table, from 0; null of arms").counted_in("1"),
        Column::measured("bid").says("the bid of a table; null of arms").counted_in("value"),
    ]
}

/// The mixtures of a cell over its stored runs.
pub(super) struct MixtureSums {
    /// One a bidder.
    bidders: Vec<Sums>,
}

/// Sums over runs, one an arm or probability of a table; none of a bidder who plays neither.
#[derive(Clone, Default)]
struct Sums {
    last: Vec<f64>,
    tail: Vec<f64>,
    average: Vec<f64>,
    runs: u32,
}

impl MixtureSums {
    pub(super) fn new(bidders: usize) -> Self {
        MixtureSums { bidders: vec![Sums::default(); bidders] }
    }

    /// Takes the next run, in the order of replicates; one without numbers counts for nothing.
    pub(super) fn push(&mut self, run: &RunRow) {
        for ((sums, tail), mixtures) in self.bidders.iter_mut().zip(&run.parameters).zip(&run.mixtures) {
            if mixtures.is_empty() {
                continue;
            }
            let (last, average) = mixtures.split_at(tail.len());
            sums.runs += 1;
            let Sums { last: of_last, tail: of_tail, average: of_average, .. } = sums;
            for (sums, shares) in [(of_last, last), (of_tail, tail), (of_average, average)] {
                sums.resize(shares.len(), 0.0);
                sums.iter_mut().zip(shares).for_each(|(sum, share)| *sum += share);
            }
        }
    }

    /// Writes the cell's rows.
    pub(super) fn push_rows(&self, table: &mut TableWriter, lead: &Lead) -> Result<(), StoreError> {
        for (bidder, Sums { last, tail, average, runs }) in self.bidders.iter().enumerate() {
            let mean = |sum: f64| Value::Number(sum / f64::from(*runs));
            let shape = lead.cell.settings.bidders[bidder].play().table();
            for arm in 0..last.len() {
                let (bin, bid) = match shape {
                    Some(shape) => {
                        let (bin, bid) = (arm / shape.bids, arm % shape.bids);
                        (Value::Integer(bin as i64), Value::Number(shape.bid(bid)))
                    }
                    None => (Value::Null, Value::Null),
                };
                let [cell_id, label] = lead.name_values();
                table.push([
                    cell_id,
                    label,
                    Value::Integer(bidder as i64 + 1),
                    Value::Integer(shape.map_or(arm, |shape| arm % shape.bids) as i64),
                    match shape {
                        Some(_) => Value::Null,
                        None => Value::Number(arm_multiplier(arm, last.len())),
                    },
                    mean(last[arm]),
                    mean(tail[arm]),
                    mean(average[arm]),
                    bin,
                    bid,
                ])?;
            }
        }
        Ok(())
    }
}
