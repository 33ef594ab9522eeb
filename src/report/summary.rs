//! Where the learners ended up: a line a cell, or a line a bidder where the bidders differ.

use std::ops::RangeInclusive;

use serde::Serialize;

use crate::store::{Folder, Row, StoreError, Table, TableName};
use crate::sweep::setting_columns;

/// One line of the summary, over the replicates that trained all epochs. Missing is `None`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SummaryLine {
    /// The cell.
    pub cell_id: String,
    /// Its label.
    pub label: String,
    /// The bidder, from 1; `None` where the line stands for all of them, averaged within each run.
    pub bidder: Option<i64>,
    /// Replicates that are there, whatever their status.
    pub replicates: i64,
    /// Of these, diverged.
    pub diverged: i64,
    /// Of these, failed.
    pub failed: i64,
    /// Mean over replicates of the multiplier's tail mean.
    pub multiplier: Option<f64>,
    /// Half-width of its 95 % interval.
    pub multiplier_ci95: Option<f64>,
    /// The multiplier of the Bayes-Nash equilibrium.
    pub bne_multiplier: Option<f64>,
    /// The multiplier of the smoothed equilibrium.
    pub smoothed_multiplier: Option<f64>,
    /// Where learners come to rest who climb the payoff of perturbed bids.
    pub perturbed_multiplier: Option<f64>,
    /// The nearest equilibrium of the grid that learners on arms play on.
    pub grid_multiplier: Option<f64>,
    /// multiplier - bne_multiplier.
    pub bias: Option<f64>,
    /// The share of it that the strategy class makes.
    pub class_bias: Option<f64>,
    /// The share of it that smoothing makes.
    pub smoothing_bias: Option<f64>,
    /// The share of it that perturbed bids make.
    pub perturbation_bias: Option<f64>,
    /// The share of it that the grid makes.
    pub grid_bias: Option<f64>,
    /// The share of it that learning makes.
    pub learning_bias: Option<f64>,
    /// The distance of the bids from those of the Bayes-Nash equilibrium, sqrt(E (b(v) - b_BNE(v))^2): mean
    /// over replicates.
    pub bne_l2: Option<f64>,
    /// What the bidder (of all, the one that gains most) gains by its best reply in the true auction, ex
    /// ante: mean over replicates.
    pub epsilon_ex_ante: Option<f64>,
    /// The same over the best reply's utility: mean over replicates.
    pub epsilon_relative: Option<f64>,
    /// The largest gain at any value: mean over replicates.
    pub epsilon_interim: Option<f64>,
    /// What it gains within the strategy class, ex ante: mean over replicates.
    pub epsilon_class: Option<f64>,
    /// Where the cell's learners end, see the column `destination`.
    pub destination: Option<String>,
    /// Why that is undecided.
    pub destination_reason: Option<String>,
    /// How they move, see the column `movement`.
    pub movement: Option<String>,
    /// Why that is undecided.
    pub movement_reason: Option<String>,
    /// Why a linear program of the cell's mean profile has no solution; of the first bidder that has none.
    pub lp_reason: Option<String>,
}

/// The columns that stand in `cells` and in `cell_bidders`.
const MEASURES: [&str; 13] = [
    "multiplier_tail_mean",
    "multiplier_tail_mean_ci95",
    "bias_mean",
    "class_bias_mean",
    "smoothing_bias_mean",
    "perturbation_bias_mean",
    "grid_bias_mean",
    "learning_bias_mean",
    "bne_l2_mean",
    "epsilon_ex_ante_mean",
    "epsilon_relative_mean",
    "epsilon_interim_mean",
    "epsilon_class_mean",
];

/// The verdicts on a cell.
const VERDICTS: [&str; 4] = ["destination", "destination_reason", "movement", "movement_reason"];

/// What makes two bidders of a cell alike, beside their settings.
const ALIKE: [&str; 5] =
    ["prior", "bne_multiplier", "smoothed_multiplier", "perturbed_multiplier", "grid_multiplier"];

/// The summary of a folder's tables, a cell after the other in the order of the plan.
///
/// # Errors
/// Where a table cannot be read.
pub fn summary(
    folder: &Folder,
) -> Result<impl Iterator<Item = Result<Vec<SummaryLine>, StoreError>>, StoreError> {
    let cell_columns = ["cell_id", "label", "bidders", "replicates", "diverged", "failed"];
    let cells = Table::open(&folder.table(TableName::Cells))?;
    let cells = cells.select(&[&cell_columns[..], &MEASURES, &VERDICTS].concat())?;
    let bidders = Table::open(&folder.table(TableName::CellBidders))?;
    let settings: Vec<String> = setting_columns().into_iter().map(|column| column.name).collect();
    let alike: Vec<&str> = ALIKE.into_iter().chain(settings.iter().map(String::as_str)).collect();
    let mut bidders = bidders.select(&[&["bidder"], &alike[..], &MEASURES, &["lp_reason"]].concat())?;
    let alike = alike.len();
    Ok(cells.map(move |cell| {
        let cell = cell?;
        let count = cell.integer("bidders").unwrap_or(0);
        let rows = bidders.by_ref().take(count as usize).collect::<Result<Vec<_>, _>>()?;
        Ok(lines(&cell, &rows, 1..=alike))
    }))
}

/// The lines of a cell; bidders are alike who agree in the columns `alike`.
fn lines(cell: &Row, bidders: &[Row], alike: RangeInclusive<usize>) -> Vec<SummaryLine> {
    let alike = |row: &Row| row.values()[alike.clone()] == bidders[0].values()[alike.clone()];
    match bidders {
        [first, ..] if bidders.iter().all(alike) => {
            let lp_reason = bidders.iter().find_map(|row| row.text("lp_reason"));
            vec![line(cell, cell, first, None, lp_reason)]
        }
        _ => {
            let bidder_line = |row: &Row| line(cell, row, row, row.integer("bidder"), row.text("lp_reason"));
            bidders.iter().map(bidder_line).collect()
        }
    }
}

fn line(
    cell: &Row,
    measures: &Row,
    references: &Row,
    bidder: Option<i64>,
    lp_reason: Option<&str>,
) -> SummaryLine {
    let [
        multiplier,
        multiplier_ci95,
        bias,
        class_bias,
        smoothing_bias,
        perturbation_bias,
        grid_bias,
        learning_bias,
        bne_l2,
        epsilons @ ..,
    ] = MEASURES.map(|column| measures.number(column));
    let [epsilon_ex_ante, epsilon_relative, epsilon_interim, epsilon_class] = epsilons;
    let [destination, destination_reason, movement, movement_reason] =
        VERDICTS.map(|column| cell.text(column).map(str::to_owned));
    SummaryLine {
        cell_id: cell.text("cell_id").unwrap_or_default().into(),
        label: cell.text("label").unwrap_or_default().into(),
        bidder,
        replicates: cell.integer("replicates").unwrap_or(0),
        diverged: cell.integer("diverged").unwrap_or(0),
        failed: cell.integer("failed").unwrap_or(0),
        multiplier,
        multiplier_ci95,
        bne_multiplier: references.number("bne_multiplier"),
        smoothed_multiplier: references.number("smoothed_multiplier"),
        perturbed_multiplier: references.number("perturbed_multiplier"),
        grid_multiplier: references.number("grid_multiplier"),
        bias,
        class_bias,
        smoothing_bias,
        perturbation_bias,
        grid_bias,
        learning_bias,
        bne_l2,
        epsilon_ex_ante,
        epsilon_relative,
        epsilon_interim,
        epsilon_class,
        destination,
        destination_reason,
        movement,
        movement_reason,
        lp_reason: lp_reason.map(str::to_owned),
    }
}
