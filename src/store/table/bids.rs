//! The table of bid functions: what bidders learned to bid at some values, beside the reference equilibria.

use ndarray::Array2;

use super::lead::{self, Lead};
use super::summaries::{summary_columns, summary_values};
use super::writer::TableWriter;
use crate::auction::Strategy;
use crate::auction::strategy::{TableShape, piecewise_linear};
use crate::equilibrium::References;
use crate::measure::{self, RunRow, Summary};
use crate::store::StoreError;
use crate::store::batch::{Column, Value};
use crate::sweep::Kind;
use crate::train::BidderSettings;

/// The columns of `bid_functions`.
pub(super) fn bid_function_table() -> Vec<Column> {
    let mut columns = lead::columns(&["bidder"]);
    columns.extend([
        Column::repeating("value", Kind::Number).says("a value of the support").counted_in("value"),
        Column::repeating("cdf", Kind::Number).says("the prior's probability of it or less").counted_in("1"),
    ]);
    let bid = measure::Column {
        name: "bid".into(),
        doc: "the bid at this value, tail-mean profile".into(),
        unit: Some("value"),
    };
    columns.extend(summary_columns(&bid));
    columns.extend(
        [
            ("bne_bid", "the bid of the Bayes-Nash equilibrium"),
            ("class_bid", "the bid of the equilibrium within the strategy classes"),
            ("smoothed_bid", "the bid of the equilibrium of the smoothed auction"),
            (
                "mixture_sd",
                "standard deviation of the bid over the mean mixture of the cell; null of pure strategies",
            ),
        ]
        .map(|(name, doc)| Column::measured(name).says(doc).counted_in("value")),
    );
    columns.extend(QUANTILES.map(|(name, level)| {
        let doc =
            format!("the bid that the mean mixture of the cell stays at or below with probability {level}");
        Column::measured(name).says(&doc).counted_in("value")
    }));
    columns
}

/// Levels of quantiles of the bid over a mixture.
const QUANTILES: [(&str, f64); 5] = [
    ("mixture_q05", 0.05),
    ("mixture_q25", 0.25),
    ("mixture_q50", 0.5),
    ("mixture_q75", 0.75),
    ("mixture_q95", 0.95),
];

/// The bid functions of a cell over its stored runs.
pub(super) struct BidSummary {
    /// One a bidder.
    bidders: Vec<Bids>,
}

/// The bids of one bidder at values that cut its support in equal parts, and at the knots of a
/// piecewise-linear strategy.
struct Bids {
    values: Vec<f64>,
    /// d bid / d parameter, shape \[value\]\[parameter\]: bids are linear in the parameters of their class.
    basis: Array2<f64>,
    /// Of the learned bids, one a value.
    learned: Vec<Summary>,
    /// Of the parameters, over runs.
    sums: Vec<f64>,
    is_mixed: bool,
    /// The shape of a table, and the bin of each value.
    table: Option<(TableShape, Vec<usize>)>,
}

impl BidSummary {
    /// Of bidders at so many values each, 0 or at least 2.
    pub(super) fn new(bidders: &[BidderSettings], values: u32) -> Self {
        BidSummary { bidders: bidders.iter().map(|bidder| Bids::new(bidder, values)).collect() }
    }

    /// Takes the next run, in the order of replicates; one without numbers counts for nothing.
    pub(super) fn push(&mut self, run: &RunRow) {
        for (bids, parameters) in self.bidders.iter_mut().zip(&run.parameters) {
            if parameters.is_empty() {
                continue;
            }
            bids.sums.iter_mut().zip(parameters).for_each(|(sum, parameter)| *sum += parameter);
            for (row, learned) in bids.basis.rows().into_iter().zip(&mut bids.learned) {
                learned.push(row.iter().zip(parameters).map(|(slope, parameter)| slope * parameter).sum());
            }
        }
    }

    /// Writes the cell's rows.
    pub(super) fn push_rows(
        &self,
        table: &mut TableWriter,
        lead: &Lead,
        references: &References,
    ) -> Result<(), StoreError> {
        for (bidder, (bids, found)) in self.bidders.iter().zip(&references.bidders).enumerate() {
            let prior = &lead.cell.settings.bidders[bidder].prior;
            let leading = lead.of_bidder(&[], bidder);
            let rows = bids.values.iter().zip(&bids.learned).zip(bids.basis.rows());
            for (place, ((&value, learned), basis)) in rows.enumerate() {
                let equilibria = [
                    references.bne.as_ref().map(|bne| bne.bid(bidder, value)),
                    found.class.bids.as_ref().map(|bids| bids.mean_bid(value)),
                    found.smoothed.bids.as_ref().map(|bids| bids.mean_bid(value)),
                ];
                table.push(
                    leading
                        .iter()
                        .copied()
                        .chain([value, prior.cdf(value)].map(Value::Number))
                        .chain(summary_values(learned))
                        .chain(equilibria.map(Value::from))
                        .chain(bids.spread(place, basis.iter().copied()).map(Value::from)),
                )?;
            }
        }
        Ok(())
    }
}

impl Bids {
    fn new(bidder: &BidderSettings, values: u32) -> Self {
        let (low, high) = bidder.prior.support();
        // Both ends of the support as they are.
        let part = |k: u32| f64::from(k) / f64::from(values - 1);
        let value = |k: u32| if k + 1 == values { high } else { (high - low).mul_add(part(k), low) };
        let mut values: Vec<f64> = (0..values).map(value).collect();
        if let (Strategy::PiecewiseLinear { segments }, false) = (bidder.strategy, values.is_empty()) {
            // With its knots the rows are the whole bid function.
            values.extend(piecewise_linear::knots(&bidder.prior, segments));
            values.sort_by(f64::total_cmp);
            values.dedup();
        }
        let mut basis = Array2::zeros((values.len(), bidder.play().parameters()));
        let table = bidder.play().table().map(|shape| {
            // A bid of its bin each; of a mixture of some the mean is linear in the probabilities.
            let edges = piecewise_linear::knots(&bidder.prior, shape.bins);
            let bin = |value: &f64| edges[1..shape.bins].partition_point(|edge| edge <= value);
            for (mut row, value) in basis.rows_mut().into_iter().zip(&values) {
                let first = shape.bids * bin(value);
                row.iter_mut().skip(first).zip(shape.grid()).for_each(|(slope, bid)| *slope = bid);
            }
            (shape, values.iter().map(bin).collect())
        });
        let parameters = if table.is_some() { 0 } else { bidder.play().parameters() };
        for (parameter, mut column) in basis.columns_mut().into_iter().enumerate().take(parameters) {
            let mut unit = vec![0.0; bidder.play().parameters()];
            unit[parameter] = 1.0;
            let bids = bidder.play().bid_function(&bidder.prior, &unit);
            column.iter_mut().zip(&values).for_each(|(slope, value)| *slope = bids.mean_bid(*value));
        }
        Bids {
            learned: vec![Summary::default(); values.len()],
            sums: vec![0.0; basis.ncols()],
            is_mixed: bidder.play().is_mixed(),
            table,
            basis,
            values,
        }
    }

    /// Standard deviation and quantiles over the mean mixture of what its arms, or the bids of its bin, are
    /// at a value, counted from 0.
    fn spread(&self, place: usize, bids: impl Iterator<Item = f64>) -> [Option<f64>; 1 + QUANTILES.len()] {
        let all = || 0..self.sums.len();
        let drawn_from = self.table.as_ref().map_or(all(), |(shape, bins)| {
            let first = shape.bids * bins[place];
            first..first + shape.bids
        });
        let sums = &self.sums[drawn_from.clone()];
        let total: f64 = sums.iter().sum();
        if !self.is_mixed || total <= 0.0 {
            return [None; 1 + QUANTILES.len()];
        }
        let bids = bids.skip(drawn_from.start);
        let mut drawn: Vec<(f64, f64)> = bids.zip(sums.iter().map(|sum| sum / total)).collect();
        drawn.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mean: f64 = drawn.iter().map(|(bid, share)| share * bid).sum();
        let variance: f64 = drawn.iter().map(|(bid, share)| share * (bid - mean) * (bid - mean)).sum();
        let quantile = |level: f64| {
            let mut below = 0.0;
            // Shares add up to 1 but for rounding.
            let found = drawn.iter().find(|(_, share)| {
                below += share;
                below >= level * (1.0 - 1e-12)
            });
            found.or(drawn.last()).map(|(bid, _)| *bid)
        };
        std::array::from_fn(|place| match place {
            0 => Some(variance.sqrt()),
            _ => quantile(QUANTILES[place - 1].1),
        })
    }
}
