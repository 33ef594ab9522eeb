//! Where the learners of a cell end: an equivalence test of mean multipliers against the reference
//! equilibria.

use crate::measure::summary::Summary;

/// The level of each test: two one-sided tests at 5 % are whether the 90 % interval lies within the margin.
const EQUIVALENCE_COVERAGE: f64 = 0.9;

/// The words of the column `destination`, and what each says.
pub const DESTINATIONS: [(&str, &str); 7] = [
    (
        "bne",
        "the mean multipliers are those of the Bayes-Nash equilibrium, within the margin, and so are the bids",
    ),
    ("class", "they are those of the equilibrium within the strategy classes; joined by + where several fit"),
    ("smoothed", "they are those of the equilibrium of the smoothed auction within the strategy classes"),
    ("perturbed", "they are those at which learners come to rest who climb the payoff of perturbed bids"),
    ("grid", "they are those of a pure equilibrium of the grid of multipliers that the learners play on"),
    ("elsewhere", "for each of these there is a bidder who is surely away from it"),
    ("undecided", "the intervals do not say; destination_reason tells why"),
];

/// Why a cell whose training is not over has no destination.
pub const STILL_MOVES: &str =
    "multipliers still move from the earlier to the later half of the tail: give more epochs";

/// Whether the multipliers of a cell surely still move when training ends: its movement drifts, or is not
/// known, and its destination is undecided for that reason.
pub fn still_moves(movement: Option<&str>, destination_reason: Option<&str>) -> bool {
    match movement {
        Some("undecided") => destination_reason == Some(STILL_MOVES),
        movement => movement == Some("drifting"),
    }
}

/// What the verdict on a bidder rests on.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    /// The tail means of the multiplier over replicates.
    pub multiplier: Summary,
    /// Their later half less their earlier half.
    pub drift: Summary,
    /// The multipliers of the references, with their names; `None` where there is none.
    pub references: [(&'static str, Option<f64>); 5],
    /// Whether the bids of the mean profile are those of the BNE within the margin, not their line alone.
    pub bids_of_bne: bool,
}

/// A verdict, and why there is none.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Destination {
    /// "bne", "class", "smoothed", "perturbed", "grid", those of them that fit joined by "+", "elsewhere" or
    /// "undecided".
    pub verdict: String,
    /// Why it is undecided.
    pub reason: Option<String>,
}

/// Where a cell's bidders end.
///
/// A reference is where they end if, for every bidder, the mean over replicates is equivalent to it: the 90 %
/// interval (Student's) of the mean lies within `margin` of the reference, which two one-sided tests at 5 %
/// say (Schuirmann 1987); that all bidders must pass costs no further error (Berger 1982). Several references
/// may fit, and all are told. It is "elsewhere" if for each reference there is a bidder whose 95 % interval
/// lies out of the margin. Where replicates do not differ because nothing is `random`, intervals are points.
/// Multipliers that surely move by more than half of the margin, from the earlier to the later half of the
/// tail, have not ended anywhere. Nor has the mean of replicates that end around `several` points, which is
/// the reason then.
pub(super) fn destination(
    several: Option<&str>,
    bidders: &[Evidence],
    random: bool,
    margin: f64,
) -> Destination {
    let undecided = |reason: &str| Destination { verdict: "undecided".into(), reason: Some(reason.into()) };
    if bidders.iter().any(|bidder| bidder.multiplier.n() == 0) {
        return undecided("no replicate ended with status ok");
    }
    if let Some(several) = several {
        return undecided(several);
    }
    let half_width = |summary: &Summary, coverage: f64| match summary.half_width(coverage) {
        Some(width) => Some(width),
        None => (!random).then_some(0.0),
    };
    let Some(intervals) = bidders
        .iter()
        .map(|bidder| {
            let mean = bidder.multiplier.mean()?;
            let inner = half_width(&bidder.multiplier, EQUIVALENCE_COVERAGE)?;
            Some((mean, inner, half_width(&bidder.multiplier, 0.95)?))
        })
        .collect::<Option<Vec<_>>>()
    else {
        return undecided("one finished replicate has no interval: it takes two or more");
    };
    let moves = |bidder: &Evidence| {
        let (Some(drift), Some(width)) = (bidder.drift.mean(), half_width(&bidder.drift, 0.95)) else {
            return false;
        };
        drift.abs() - width > margin / 2.0
    };
    if bidders.iter().any(moves) {
        return undecided(STILL_MOVES);
    }
    let names = bidders[0].references.map(|(name, _)| name);
    let mut reached = Vec::new();
    let mut excluded = 0;
    let mut known = 0;
    for (place, name) in names.iter().enumerate() {
        let Some(apart) = bidders
            .iter()
            .zip(&intervals)
            .map(|(bidder, interval)| {
                Some((bidder, (interval.0 - bidder.references[place].1?).abs(), interval))
            })
            .collect::<Option<Vec<_>>>()
        else {
            continue;
        };
        known += 1;
        let fits = apart.iter().all(|(bidder, apart, interval)| {
            apart + interval.1 <= margin && (*name != "bne" || bidder.bids_of_bne)
        });
        let out = apart.iter().any(|(bidder, apart, interval)| {
            apart - interval.2 > margin
                || (*name == "bne" && !bidder.bids_of_bne && apart + interval.1 <= margin)
        });
        if fits {
            reached.push(*name);
        } else if out {
            excluded += 1;
        }
    }
    match (reached.is_empty(), known) {
        (false, _) => Destination { verdict: reached.join("+"), reason: None },
        (true, 0) => undecided("there is no reference: cell_bidders tells why"),
        (true, known) if excluded == known => Destination { verdict: "elsewhere".into(), reason: None },
        _ => undecided("the interval of the mean crosses the margin of a reference: give more replicates"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(mean: f64, apart: f64, replicates: usize) -> Summary {
        let mut summary = Summary::default();
        (0..replicates).for_each(|k| summary.push(mean + if k % 2 == 0 { apart } else { -apart }));
        summary
    }

    /// Of a BNE at 0.5.
    fn references(class: Option<f64>, smoothed: Option<f64>) -> [(&'static str, Option<f64>); 5] {
        [("bne", Some(0.5)), ("class", class), ("smoothed", smoothed), ("perturbed", None), ("grid", None)]
    }

    fn evidence(mean: f64, apart: f64, replicates: usize) -> Evidence {
        Evidence {
            multiplier: summary(mean, apart, replicates),
            drift: summary(0.0, apart, replicates),
            references: references(Some(0.5), Some(0.4805)),
            bids_of_bne: true,
        }
    }

    fn verdict(bidders: &[Evidence]) -> String {
        destination(None, bidders, true, 0.002).verdict
    }

    #[test]
    fn the_reference_whose_margin_holds_the_interval_is_the_destination() {
        assert_eq!(verdict(&[evidence(0.4805, 0.001, 50), evidence(0.481, 0.001, 50)]), "smoothed");
        assert_eq!(verdict(&[evidence(0.5, 0.001, 50)]), "bne+class");
        assert_eq!(verdict(&[evidence(0.5, 0.001, 50), evidence(0.4805, 0.001, 50)]), "elsewhere");
        assert_eq!(verdict(&[evidence(0.45, 0.001, 50)]), "elsewhere");
        let near =
            Evidence { references: references(Some(0.5), Some(0.499)), ..evidence(0.4995, 0.0005, 50) };
        assert_eq!(verdict(&[near]), "bne+class+smoothed");
    }

    #[test]
    fn replicates_that_end_around_several_points_have_no_destination() {
        let found = destination(Some("several"), &[evidence(0.4805, 0.001, 50)], true, 0.002);
        assert_eq!(found, Destination { verdict: "undecided".into(), reason: Some("several".into()) });
    }

    #[test]
    fn the_nearest_reference_is_not_enough() {
        // 0.4825 is nearest to the smoothed equilibrium, at the edge of its margin.
        let edge = destination(None, &[evidence(0.4825, 0.003, 10)], true, 0.002);
        assert_eq!(edge.verdict, "undecided");
        assert!(edge.reason.unwrap().contains("replicates"));
        assert_eq!(verdict(&[evidence(0.4805, 0.02, 4)]), "undecided");
    }

    #[test]
    fn one_replicate_decides_only_where_nothing_is_random() {
        assert_eq!(verdict(&[evidence(0.4805, 0.0, 1)]), "undecided");
        assert_eq!(destination(None, &[evidence(0.4805, 0.0, 1)], false, 0.002).verdict, "smoothed");
        let none = destination(None, &[evidence(0.4805, 0.0, 0)], true, 0.002);
        assert_eq!(none.reason.as_deref(), Some("no replicate ended with status ok"));
    }

    #[test]
    fn what_still_moves_or_has_no_reference_is_undecided() {
        let moving = Evidence { drift: summary(0.003, 0.0001, 50), ..evidence(0.4805, 0.001, 50) };
        assert!(destination(None, &[moving], true, 0.002).reason.unwrap().contains("still move"));
        let mut lost = evidence(0.3, 0.001, 50);
        lost.references = lost.references.map(|(name, _)| (name, None));
        assert!(destination(None, &[lost], true, 0.002).reason.unwrap().contains("no reference"));
    }

    #[test]
    fn a_line_through_the_bids_of_a_bent_equilibrium_is_not_the_equilibrium() {
        let bent = Evidence { bids_of_bne: false, ..evidence(0.5, 0.001, 50) };
        assert_eq!(verdict(std::slice::from_ref(&bent)), "class");
        let only = Evidence { references: references(None, None), ..bent };
        assert_eq!(verdict(&[only]), "elsewhere");
    }

    /// The share of cells that are said to be at a reference from which they are a margin away is at most 5
    /// %, and those at a reference are found.
    #[test]
    fn the_test_keeps_its_level() {
        use rand_xoshiro::Xoshiro256PlusPlus;
        use rand_xoshiro::rand_core::{Rng, SeedableRng};
        let mut stream = Xoshiro256PlusPlus::seed_from_u64(7);
        // The sum of twelve uniforms is normal enough.
        let mut normal =
            || (0..12).map(|_| stream.next_u64() as f64 / 18_446_744_073_709_551_616.0).sum::<f64>() - 6.0;
        let mut share = |mean: f64| {
            let found = (0..2000).filter(|_| {
                let mut multiplier = Summary::default();
                (0..20).for_each(|_| multiplier.push(mean + 0.002 * normal()));
                let drift = summary(0.0, 0.001, 20);
                verdict(&[Evidence { multiplier, drift, ..evidence(0.0, 0.0, 1) }]).contains("smoothed")
            });
            found.count() as f64 / 2000.0
        };
        assert!(share(0.4825) < 0.065, "at the edge of the margin");
        assert!(share(0.4805) > 0.95, "at the reference");
    }
}
