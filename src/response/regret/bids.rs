//! The bids at which the probabilities to win are summed up over a run.

use crate::auction::Profile;
use crate::expectation::Evaluator;
use crate::law::marginal::Part;
use crate::law::rivals::BidLaws;
use crate::law::wins::Wins;

/// Even cells of bids, and the most ends that are added to theirs.
const CELLS: usize = 256;

/// So many profiles at the end of a run, and as many evenly from all of it, are asked for their bends.
const PROFILES: usize = 8;

/// Added ends are this far from each other, in units of even cells.
const ADDED_APART: f64 = 1e-6;

/// Even ends are this far from added ones, in units of even cells.
const EVEN_APART: f64 = 1e-2;

/// The ends of cells and, between, their middles, rising: from the lowest bid that ever wins to the highest
/// of the run, or to the highest value. Cells end evenly, and where W of some profiles bends, above all of
/// the last: a run stays longest near its end.
pub(super) fn grid(evaluator: &Evaluator, profiles: &[Profile]) -> Vec<f64> {
    let bidders = evaluator.population.len();
    let (mut start, mut top, mut highest) = (f64::INFINITY, 0.0_f64, 0.0_f64);
    for i in 0..bidders {
        highest = highest.max(evaluator.marginal(i).high);
    }
    for profile in profiles {
        assert_eq!(profile.bids.len(), bidders, "bid functions and bidders");
        // Who wins bids as much as the lowest bids of all others.
        let (mut first, mut second) = (0.0_f64, 0.0_f64);
        for (i, bids) in profile.bids.iter().enumerate() {
            let marginal = evaluator.marginal(i);
            let at = |value: f64| bids.components().map(move |(_, bids)| bids.bid(value));
            // A table may have any of its bids at any value.
            let of_table = bids.table().map_or(f64::INFINITY, |table| table.shape().bid(0));
            let lowest = at(marginal.low).fold(of_table, f64::min);
            second = second.max(lowest.min(first));
            first = first.max(lowest);
            top = at(marginal.high).fold(top, f64::max);
            top = bids.table().map_or(top, |table| top.max(table.shape().top_bid()));
        }
        start = start.min(second);
    }
    top = top.min(highest);
    if start >= top {
        return vec![start];
    }
    let step = (top - start) / CELLS as f64;
    let mut added = places(evaluator, profiles);
    added.retain(|bid| start + EVEN_APART * step < *bid && *bid < top - EVEN_APART * step);
    added.sort_by(f64::total_cmp);
    added.dedup_by(|next, bid| *next - *bid < ADDED_APART * step);
    let added: Vec<f64> = added.iter().copied().step_by(added.len().div_ceil(CELLS).max(1)).collect();
    let mut ends = added.clone();
    let far = |bid: f64| {
        let next = added.partition_point(|added| *added < bid);
        let near = |k: usize| added.get(k).is_some_and(|added| (added - bid).abs() < EVEN_APART * step);
        !near(next) && (next == 0 || !near(next - 1))
    };
    ends.extend((1..CELLS).map(|k| (k as f64).mul_add(step, start)).filter(|bid| far(*bid)));
    ends.extend([start, top]);
    ends.sort_by(f64::total_cmp);
    let mut bids = vec![start];
    for pair in ends.windows(2) {
        bids.extend([0.5 * (pair[0] + pair[1]), pair[1]]);
    }
    bids
}

/// Bids at which W of the last profile bends; then, while there is room, at which those of some others do,
/// and samples of the last one where it is smooth.
fn places(evaluator: &Evaluator, profiles: &[Profile]) -> Vec<f64> {
    let mut places = Vec::new();
    let mut smooth = Vec::new();
    let mut samples = Vec::new();
    let count = profiles.len();
    let last = (1..=PROFILES.min(count)).map(|k| count - k);
    for (taken, number) in last.chain((0..PROFILES).map(|k| k * count / PROFILES)).enumerate() {
        let profile = &profiles[number];
        let laws = BidLaws::new(evaluator.curves(profile, 0.0, Part::Cdf));
        let mut bends = Vec::new();
        // Any two bidders together have all rivals.
        for i in 0..evaluator.population.len().min(2) {
            let rivals = laws.rivals(i);
            bends.extend_from_slice(rivals.bends());
            if taken == 0 {
                rivals.samples(&mut samples);
                smooth.extend(samples.iter().filter(|sample| !sample.1).map(|sample| sample.0));
            }
        }
        if taken > 0 && places.len() + bends.len() > CELLS {
            break;
        }
        places.append(&mut bends);
    }
    if places.len() + smooth.len() <= CELLS {
        places.append(&mut smooth);
    }
    places
}
