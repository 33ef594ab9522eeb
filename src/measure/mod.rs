//! Measures: what is computed of a run, and of a cell's replicates. One file a measure, one row in its registry.
//!
//! A file holds the columns that belong together; the registries put the files in table order.

mod allocation;
mod best_response;
mod bias;
mod cell;
mod context;
mod continuation;
mod distance;
mod ema;
mod gradient;
mod lp;
pub mod movement;
mod multiplier;
mod regret;
mod row;
mod saturation;
mod settings;
mod smoothed_response;
mod square_error;
pub mod stationary;
mod summary;
mod utility;
mod yardstick;

pub use cell::{CellKind, CellRow, CellRuns, CellValue, cell_bidder_columns, cell_columns, measure_cell};
pub use lp::{LpResponse, lp_reason, lp_responses};
pub use row::{RunRow, RunStatus, measure};
pub use settings::{
    BestResponseSettings, Continuation, MeasureSettings, RunMeasurement, Scope, Trajectories,
};
pub use summary::Summary;
pub use yardstick::Yardstick;

use context::{BidderContext, RunContext};

/// A column that a measure fills; its numbers are f64, missing ones null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name, the same in every table.
    pub name: &'static str,
    /// One line for `bidsweep list`: formula and unit.
    pub doc: &'static str,
}

/// The measures of a run.
const RUN_MEASURES: &[&[RunMeasure]] =
    &[allocation::RUN, best_response::RUN, bias::RUN, square_error::RUN, movement::columns::RUN];

/// The measures of a run's bidder.
const BIDDER_MEASURES: &[&[BidderMeasure]] = &[
    multiplier::BIDDER,
    ema::BIDDER,
    bias::BIDDER,
    distance::BIDDER,
    utility::BIDDER,
    best_response::BIDDER,
    smoothed_response::BIDDER,
    lp::BIDDER,
    regret::BIDDER,
    movement::columns::BIDDER,
    gradient::BIDDER,
    saturation::BIDDER,
];

/// A column of a run and how it is filled.
struct RunMeasure {
    column: Column,
    of: fn(&RunContext) -> Option<f64>,
}

/// A column of a run's bidder and how it is filled.
struct BidderMeasure {
    column: Column,
    of: fn(&BidderContext) -> Option<f64>,
}

/// The columns of a run, in table order.
pub fn run_columns() -> Vec<Column> {
    RUN_MEASURES.iter().copied().flatten().map(|measure| measure.column).collect()
}

/// The columns of a run's bidder, in table order.
pub fn bidder_columns() -> Vec<Column> {
    BIDDER_MEASURES.iter().copied().flatten().map(|measure| measure.column).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn columns_are_unique_snake_case_with_a_line_of_doc() {
        let of_cells = |columns: Vec<(Column, CellKind)>| columns.into_iter().map(|of| of.0).collect();
        for columns in
            [run_columns(), bidder_columns(), of_cells(cell_columns()), of_cells(cell_bidder_columns())]
        {
            let names: HashSet<_> = columns.iter().map(|column| column.name).collect();
            assert_eq!(names.len(), columns.len());
            for Column { name, doc } in columns {
                assert!(name.starts_with(|c: char| c.is_ascii_lowercase()), "{name}");
                assert!(
                    name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'),
                    "{name}"
                );
                assert!(!doc.is_empty() && !doc.contains('\n') && !doc.ends_with('.'), "{name}: {doc}");
            }
        }
    }

    #[test]
    fn columns_stand_in_table_order() {
        let names =
            |columns: Vec<Column>| columns.iter().map(|column| column.name).collect::<Vec<_>>().join(" ");
        assert_eq!(
            names(run_columns()),
            "revenue welfare efficiency nash_conv epsilon_ex_ante epsilon_ex_ante_last_iterate epsilon_interim \
             epsilon_relative epsilon_class bias_max_abs square_error_last_iterate square_error_tail_mean tail_sd_max \
             oscillation_sd tail_too_short folding_time levy_area levy_z rotation_q continued_sd continued_ascent_sd"
        );
        assert_eq!(
            names(bidder_columns()),
            "multiplier_last_iterate multiplier_tail_mean multiplier_tail_sd multiplier_time_average \
             ema_last ema_min ema_max bias class_bias smoothing_bias learning_bias bne_l2 bne_linf utility \
             best_response_utility epsilon_ex_ante epsilon_ex_ante_upper epsilon_ex_ante_last_iterate epsilon_interim \
             epsilon_relative epsilon_class utility_smoothed epsilon_smoothed epsilon_smoothed_class epsilon_lp \
             epsilon_lp_bound best_response_utility_lp_constrained epsilon_lp_constrained lp_constraint_multiplier \
             external_regret external_regret_slope external_regret_bid_map external_regret_bid_map_slope \
             multiplier_tail_drift oscillation_sd autocorrelation effective_size period period_ratio gradient_sd \
             saturated_share"
        );
    }
}
