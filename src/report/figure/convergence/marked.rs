//! The equilibria of a panel, and what its lines are called.

use crate::report::chart::{Chart, Direction};
use crate::report::figure::references::{is_smoothed, reference};
use crate::report::figure::{naming, written};
use crate::report::results::{Band, Line, Results};
use crate::report::scene::{Dash, Ink, Stroke};

/// An equilibrium to compare with.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reference {
    pub(super) name: &'static str,
    pub(super) at: f64,
}

/// Equilibria nearer to another than this are one line.
pub(super) const SAME: f64 = 5e-5;

/// The equilibria of a line that can be told apart: Nash first.
pub(super) fn references(results: &Results, line: Line) -> Vec<Reference> {
    let mut names = [
        ("Nash", "bne_multiplier"),
        ("grid", "grid_multiplier"),
        ("perturbed", "perturbed_multiplier"),
        ("smoothed", "smoothed_multiplier"),
        ("class", "class_multiplier"),
    ];
    if !is_smoothed(results, line.cell) {
        // Both are one, and that of the class is what it is.
        names.swap(3, 4);
    }
    let mut references: Vec<Reference> = Vec::new();
    for (name, column) in names {
        let Some(at) = reference(results, line, column) else { continue };
        if references.iter().all(|other| (other.at - at).abs() > SAME) {
            references.push(Reference { name, at });
        }
    }
    references
}

pub(super) fn references_of(results: &Results, band: &Band) -> Vec<Reference> {
    references(results, Line { cell: band.cell, bidder: band.bidder })
}

/// The most equilibria that are shown of a bidder where there is one panel, and in small ones: Nash and what
/// the learners should come to.
pub(super) const ALONE: usize = 4;
pub(super) const SMALL: usize = 2;

/// The most lines from side to side that have their texts on the panel, above the higher and below the lower:
/// of more the texts stand at the right.
pub(super) const MOST_INLINE: usize = 2;

/// The equilibria of a panel.
pub(super) struct Marked {
    pub(super) lines: Vec<MarkedLine>,
}

pub(super) struct MarkedLine {
    pub(super) reference: Reference,
    pub(super) stroke: Stroke,
}

impl Marked {
    /// At most `most` of each bidder, in the bidder's colour; bidders who should come to the same place share
    /// its lines.
    pub(super) fn of(results: &Results, own: &[&Band], most: usize) -> Self {
        let all: Vec<Vec<Reference>> = own.iter().map(|band| references_of(results, band)).collect();
        let same = all.iter().all(|references| *references == all[0]);
        let mut lines: Vec<MarkedLine> = Vec::new();
        for (bidder, references) in all.into_iter().enumerate() {
            for (at, reference) in references.into_iter().take(most).enumerate() {
                if lines.iter().any(|line| line.reference == reference) {
                    continue;
                }
                let ink = match (same, at) {
                    (false, _) => Ink::Hue(bidder),
                    (true, 0) => Ink::Text,
                    (true, at) if own.len() == 1 => Ink::Hue(at),
                    (true, _) => Ink::Text,
                };
                let dash = if at == 0 { Dash::Dashed } else { Dash::Dotted };
                lines.push(MarkedLine { reference, stroke: Stroke::new(ink, 0.8).dashed(dash) });
            }
        }
        Marked { lines }
    }

    /// Whether their texts stand on the panel.
    pub(super) fn are_inline(&self) -> bool {
        self.lines.len() <= MOST_INLINE
    }

    pub(super) fn label(Reference { name, at }: &Reference) -> String {
        format!("{name} {}", written::multiplier(*at))
    }

    /// Draws them.
    pub(super) fn draw(&self, chart: &mut Chart) {
        for MarkedLine { reference, stroke } in &self.lines {
            let label = if self.are_inline() { Self::label(reference) } else { String::new() };
            chart.reference(Direction::Across, reference.at, label, *stroke);
        }
    }

    /// Names them at the right of a panel whose lines end at an epoch, where they have no texts.
    pub(super) fn name(&self, chart: &mut Chart, last: f64) {
        for MarkedLine { reference, stroke } in self.lines.iter().filter(|_| !self.are_inline()) {
            chart.end((last, reference.at), Self::label(reference), stroke.paint.ink);
        }
    }
}

/// What the lines of the bidders of a cell are called, where each has one: by their learners where these
/// differ, with the bidder's number where several have one.
pub(super) fn names(results: &Results, own: &[&Band]) -> Vec<Option<String>> {
    let learner = |band: &&Band| {
        let line = Line { cell: band.cell, bidder: band.bidder };
        naming::learner(results.text(line, "learner").unwrap_or_default())
    };
    let learners: Vec<String> = own.iter().map(learner).collect();
    let differ = learners.iter().any(|learner| *learner != learners[0]);
    let name = |(band, learner): (&&Band, &String)| {
        let bidder = band.bidder? + 1;
        Some(match (differ, learners.iter().filter(|other| *other == learner).count()) {
            (false, _) => format!("bidder {bidder}"),
            (true, 1) => learner.clone(),
            (true, _) => format!("{learner} ({bidder})"),
        })
    };
    own.iter().zip(&learners).map(name).collect()
}
