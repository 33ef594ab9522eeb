//! Measures: what is computed of a run, and of a cell's replicates. One file a measure, one row a column.
//!
//! A file holds the rows of the columns that belong together; [`run_columns`], [`bidder_columns`],
//! [`cell_columns`] and all else that is told of a column follow from the tables of these rows.

mod allocation;
mod assessment;
mod best_response;
mod bias;
mod cell;
mod column;
mod context;
mod continuation;
mod cost;
mod distance;
mod ema;
mod epsilon_grid;
mod epsilon_tables;
mod gradient;
mod lp;
mod mixture;

pub mod movement;
mod multiplier;
mod price;
mod program;
mod regret;
mod row;
mod rows;
mod saturation;
mod settings;
mod smoothed_response;
mod square_error;
pub mod stationary;
mod summary;
mod table;
mod utility;
mod yardstick;

pub use assessment::{Asked, Assessment, BidderAssessment};
pub use cell::{
    CellRow, CellRuns, CellValue, DESTINATIONS, STILL_MOVES, averaged_columns, cell_bidder_columns,
    cell_columns, measure_cell, still_moves,
};
pub use column::Column;
pub use cost::{REFERENCES, TRAINING, prices};
pub use price::{Bids, Job, Kind, Price};
pub use program::{LpGrid, LpResponse};
pub use row::{RunRow, RunStatus, continue_run, measure};
pub use rows::Summarised;
pub use settings::{
    BestResponseSettings, Continuation, KeptTrajectories, MeasureSettings, RunMeasurement, Scope,
    Trajectories,
};
pub use summary::{MeanInterval, Summary};
pub use table::{
    assessed_columns, assessed_numbers, bidder_columns, bidder_summaries, is_skewed, run_columns,
    run_summaries, summarised_in_cells,
};
pub use yardstick::{Yardstick, references_of};

/// Raised whenever a formula changes, so that stored runs are measured again: part of the key of every stored
/// run.
pub const MEASURES_VERSION: u32 = 7;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn columns_are_unique_snake_case_with_a_line_of_doc() {
        for columns in
            [run_columns(), bidder_columns(), cell_columns(), cell_bidder_columns(), assessed_columns()]
        {
            let names: HashSet<_> = columns.iter().map(|column| &column.name).collect();
            assert_eq!(names.len(), columns.len());
            for Column { name, doc, unit } in columns {
                assert!(unit.is_none_or(|unit| !unit.is_empty()), "{name}");
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
            |columns: &[Column]| columns.iter().map(|column| &column.name[..]).collect::<Vec<_>>().join(" ");
        assert_eq!(
            names(run_columns()),
            "revenue welfare efficiency nash_conv epsilon_ex_ante epsilon_ex_ante_last_iterate epsilon_interim \
             epsilon_relative epsilon_class bias_max_abs square_error_last_iterate square_error_tail_mean \
             epsilon_smoothed epsilon_smoothed_class epsilon_lp epsilon_lp_constrained tail_sd_max oscillation_sd tail_too_short folding_time levy_area levy_z rotation_q continued_sd continued_ascent_sd epsilon_grid"
        );
        assert_eq!(
            names(bidder_columns()),
            "multiplier_last_iterate multiplier_tail_mean multiplier_tail_sd multiplier_time_average \
             ema_last ema_min ema_max bias class_bias smoothing_bias perturbation_bias learning_bias bne_l2 bne_linf utility \
             best_response_utility epsilon_ex_ante epsilon_ex_ante_upper epsilon_ex_ante_last_iterate epsilon_interim \
             interim_value epsilon_relative epsilon_class utility_smoothed epsilon_smoothed epsilon_smoothed_class \
             best_response_utility_lp epsilon_lp \
             epsilon_lp_bound best_response_utility_lp_constrained epsilon_lp_constrained lp_constraint_multiplier \
             external_regret external_regret_slope external_regret_bid_map external_regret_bid_map_slope \
             multiplier_tail_drift oscillation_sd autocorrelation effective_size period period_ratio gradient_sd \
             saturated_share mixture_sd mixture_sd_last_iterate grid_bias external_regret_bound \
             external_regret_above_bound regret_per_profile profiles_seen epsilon_ex_ante_time_average epsilon_grid \
             epsilon_grid_last_iterate epsilon_grid_time_average"
        );
    }
}
