//! Reference equilibria of a line, as pictures may name them.

use crate::report::results::{Line, Results};

/// The columns of equilibria among lines, which a learner that plays a table of bids cannot come to.
const OF_LINES: [&str; 2] = ["class_multiplier", "smoothed_multiplier"];

/// The multiplier of a line's reference equilibrium; none of those of lines where its learner plays tables.
pub(super) fn reference(results: &Results, line: Line, column: &str) -> Option<f64> {
    if OF_LINES.contains(&column) && plays_table(results, line) {
        return None;
    }
    results.number(line, column)
}

/// Whether a bidder's learner plays a table of bids at values, whatever its strategy.
pub(super) fn plays_table(results: &Results, line: Line) -> bool {
    let settings = results.plan.cell(results.position(line.cell)).settings;
    settings.bidders.get(line.bidder.unwrap_or(0)).is_some_and(|bidder| bidder.play().table().is_some())
}

/// Whether some bidder of a cell learns in a smoothed auction: elsewhere the equilibrium of the smoothed
/// auction is that of the class by another name.
pub(super) fn is_smoothed(results: &Results, cell: usize) -> bool {
    let settings = results.plan.cell(results.position(cell)).settings;
    settings.smooths() && settings.beta.last().is_finite()
}
