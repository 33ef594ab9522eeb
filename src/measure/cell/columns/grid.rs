//! The equilibria of the grid of multipliers that learners on arms play on.

use crate::measure::cell::measure::{CellBidderMeasure, CellMeasure, bidder_number, number, text};
use crate::measure::column::ONE;

pub(in crate::measure::cell) const CELL: &[CellMeasure] = &[
    number(
        "grid_multiplier",
        ONE,
        "multiplier of the nearest pure equilibrium of the grid; null where bidders differ in it, or one plays on none",
        |cell| {
            let grid = cell.nearest_grid.as_ref()?;
            grid.iter().all(|multiplier| *multiplier == grid[0]).then_some(grid[0])
        },
    ),
    text(
        "grid_equilibria",
        "multipliers of all pure equilibria of the grid that are found, rising; of bidders who differ joined by /",
        |cell| {
            let one = |multipliers: &Vec<f64>| {
                let same = multipliers.iter().all(|multiplier| *multiplier == multipliers[0]);
                let told = if same { &multipliers[..1] } else { &multipliers[..] };
                told.iter().map(f64::to_string).collect::<Vec<_>>().join("/")
            };
            let grid = cell.grid.as_ref()?;
            (!grid.is_empty()).then(|| grid.iter().map(one).collect::<Vec<_>>().join(", "))
        },
    ),
];

pub(in crate::measure::cell) const BIDDER: &[CellBidderMeasure] = &[bidder_number(
    "grid_multiplier",
    ONE,
    "multiplier of the nearest pure equilibrium of the grid; null where some bidder plays on none",
    |bidder| bidder.grid,
)];
