//! The equilibria beside mixtures: Nash, and those of the grid of multipliers.

use crate::report::figure::{naming, written};
use crate::report::results::{Line, Results};
use crate::report::scene::{Dash, Ink, Stroke};

/// Equilibria that are closer than this are one.
const SAME: f64 = 1e-6;

/// The multipliers of Nash and of the grid's equilibria, with their names, each place once.
pub(super) fn references(results: &Results, line: Line) -> Vec<(&'static str, f64)> {
    let nash = results.number(line, "bne_multiplier").map(|at| ("Nash", at));
    let grid = results.cells.text("grid_equilibria", line.cell).unwrap_or_default();
    let mut all: Vec<(&str, f64)> = nash.into_iter().collect();
    for at in grid_equilibria(grid, line.bidder.unwrap_or(0)) {
        if !all.iter().any(|(_, known)| (known - at).abs() < SAME) {
            all.push(("grid", at));
        }
    }
    all
}

/// A bidder's multipliers in the equilibria of a grid, as `cells` tells them: commas between equilibria,
/// strokes between bidders who differ.
fn grid_equilibria(told: &str, bidder: usize) -> Vec<f64> {
    let own = |equilibrium: &str| {
        let bidders: Vec<&str> = equilibrium.split('/').collect();
        bidders.get(bidder).or(bidders.first())?.trim().parse().ok()
    };
    told.split(", ").filter_map(own).collect()
}

pub(super) fn reference_pen(name: &str) -> Stroke {
    let (ink, dash) = if name == "Nash" { (Ink::Text, Dash::Dashed) } else { (Ink::Hue(3), Dash::Dotted) };
    Stroke::new(ink, 0.8).dashed(dash)
}

/// A title and the multipliers of equilibria, where lines alone do not tell them.
pub(super) fn titled_with(title: &str, references: &[(&'static str, f64)]) -> String {
    let of_kind = |kind: &str| {
        let own = references.iter().filter(|(name, _)| *name == kind);
        let values: Vec<String> = own.map(|(_, at)| written::multiplier(*at)).collect();
        (!values.is_empty()).then(|| format!("{kind} {}", naming::listed(&values)))
    };
    let told: Vec<String> = ["Nash", "grid"].into_iter().filter_map(of_kind).collect();
    let title = Some(title).filter(|title| !title.is_empty()).map(str::to_owned);
    title.into_iter().chain(told).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equilibria_of_the_grid_are_those_of_the_bidder() {
        assert_eq!(grid_equilibria("0.49, 0.5", 1), [0.49, 0.5]);
        assert_eq!(grid_equilibria("0.5/0.32, 0.52/0.34", 1), [0.32, 0.34]);
        assert_eq!(grid_equilibria("", 0), [0.0; 0]);
    }

    #[test]
    fn titles_tell_equilibria_by_kind() {
        let places = [("Nash", 2.0 / 3.0), ("grid", 0.64), ("grid", 0.66)];
        assert_eq!(titled_with("N = 3", &places), "N = 3, Nash 0.6667, grid 0.64 and 0.66");
        assert_eq!(titled_with("", &places[..1]), "Nash 0.6667");
        assert_eq!(titled_with("", &[]), "");
    }
}
