//! Where the replicates of a cell end when they do not all end around one point.

use std::collections::BTreeMap;

use super::runs::{CellRuns, End};
use crate::auction::Strategy;
use crate::measure::movement::STILL;
use crate::numeric::modes::partings;
use crate::train::Settings;

/// How the ends of the replicates lie.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Outcomes {
    /// How many multipliers of bidders and replicates there are.
    multipliers: usize,
    /// How many of them are frozen.
    frozen: usize,
    /// Whether of some bidder more than half of the replicates are frozen.
    pub is_frozen: bool,
    /// The multipliers of the bidders and the share of the replicates of each group, the largest first; none
    /// where all replicates are in one.
    groups: Vec<(Vec<f64>, f64)>,
}

/// Groups beyond so many are told together.
const MOST_TOLD: usize = 8;

impl Outcomes {
    /// Of a cell whose first runs these are. The multiplier of a line that climbs gradients is frozen where
    /// it lies within 1e-6 of 0 or 1 and varies less than that over the tail, as no gradient reaches it
    /// there, or where samples left it without any step at all. Where most of a bidder's are at 0 or 1, its
    /// groups are those at 0, at 1 and between; other groups of a bidder are told apart by [`partings`], if
    /// they are more than `margin` apart.
    pub fn of(settings: &Settings, runs: &CellRuns, margin: f64) -> Self {
        let ends = &runs.first().ends;
        let mut found = Outcomes::default();
        let mut labels: Vec<Vec<usize>> = vec![Vec::new(); ends.len()];
        let mut several = false;
        for (bidder, played) in settings.bidders.iter().enumerate() {
            let own: Vec<End> = ends.iter().filter_map(|run| run[bidder]).collect();
            if own.len() < ends.len() {
                return Outcomes::default();
            }
            if played.strategy == Strategy::Linear && !played.play().is_mixed() {
                let frozen = own.iter().filter(|end| is_frozen(end, settings.is_random())).count();
                found.multipliers += own.len();
                found.frozen += frozen;
                found.is_frozen |= 2 * frozen > own.len();
            }
            let multipliers: Vec<f64> = own.iter().map(|end| end.multiplier).collect();
            let stand = own.iter().filter(|end| is_frozen(end, false)).count();
            let limits = match 2 * stand > own.len() {
                true => at_the_ends(&multipliers),
                false => apart(&multipliers, margin),
            };
            several |= !limits.is_empty();
            for (label, multiplier) in labels.iter_mut().zip(multipliers) {
                label.push(limits.iter().filter(|limit| multiplier > **limit).count());
            }
        }
        if several {
            found.groups = groups(&labels, ends);
        }
        found
    }

    /// Whether the replicates end around several points.
    pub fn are_several(&self) -> bool {
        !self.groups.is_empty()
    }

    /// The groups in words: `1/0 0.5, 0/1 0.417, 0/0 0.083`, the bidders' multipliers and the share of the
    /// replicates; one multiplier where all bidders have the same.
    pub fn told(&self) -> Option<String> {
        let number = |x: f64| {
            let text = format!("{x:.3}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        };
        let of_group = |(multipliers, share): &(Vec<f64>, f64)| {
            let mut words: Vec<String> = multipliers.iter().map(|&w| number(w)).collect();
            if words.iter().all(|word| *word == words[0]) {
                words.truncate(1);
            }
            format!("{} {}", words.join("/"), number(*share))
        };
        let mut told: Vec<String> = self.groups.iter().take(MOST_TOLD).map(of_group).collect();
        let rest: f64 = self.groups.iter().skip(MOST_TOLD).map(|(_, share)| share).sum();
        if rest > 0.0 {
            told.push(format!("others {}", number(rest)));
        }
        self.are_several().then(|| told.join(", "))
    }

    /// How many multipliers are frozen, in words.
    pub fn frozen(&self) -> String {
        format!(
            "{} of {} multipliers are where no gradient reaches them, at 0 or 1 or where none moved: try a smaller \
             learning_rate, or other initial multipliers",
            self.frozen, self.multipliers
        )
    }
}

fn is_frozen(end: &End, random: bool) -> bool {
    let stands = end.sd.is_none_or(|sd| sd < STILL);
    let at_the_end = end.multiplier.min(1.0 - end.multiplier) < STILL;
    (stands && at_the_end) || (random && end.sd == Some(0.0))
}

/// What parts multipliers at 0, at 1 and between, where two at least are in more than one of these: of those
/// that are frozen no test need say so.
fn at_the_ends(multipliers: &[f64]) -> Vec<f64> {
    let low = multipliers.iter().filter(|w| **w < STILL).count();
    let high = multipliers.iter().filter(|w| **w > 1.0 - STILL).count();
    let between = multipliers.len() - low - high;
    match [low, between, high].iter().filter(|count| **count > 1).count() {
        0 | 1 => Vec::new(),
        _ => vec![STILL, 1.0 - STILL],
    }
}

/// The partings of numbers whose groups have means that are more than a margin apart.
fn apart(numbers: &[f64], margin: f64) -> Vec<f64> {
    let mut limits = partings(numbers);
    let mean = |low: f64, high: f64| {
        let group: Vec<f64> = numbers.iter().copied().filter(|x| low < *x && *x <= high).collect();
        group.iter().sum::<f64>() / group.len() as f64
    };
    let bounds: Vec<f64> =
        [f64::NEG_INFINITY].into_iter().chain(limits.iter().copied()).chain([f64::INFINITY]).collect();
    let means: Vec<f64> = bounds.windows(2).map(|pair| mean(pair[0], pair[1])).collect();
    let mut pairs = means.windows(2);
    limits.retain(|_| pairs.next().is_some_and(|pair| pair[1] - pair[0] > margin));
    limits
}

/// The mean multipliers and the share of the runs of each label, the largest first.
fn groups(labels: &[Vec<usize>], ends: &[Vec<Option<End>>]) -> Vec<(Vec<f64>, f64)> {
    let mut sums: BTreeMap<&[usize], (Vec<f64>, usize)> = BTreeMap::new();
    for (label, run) in labels.iter().zip(ends) {
        let (sum, count) = sums.entry(label).or_insert_with(|| (vec![0.0; run.len()], 0));
        sum.iter_mut().zip(run.iter().flatten()).for_each(|(sum, end)| *sum += end.multiplier);
        *count += 1;
    }
    let mut groups: Vec<(Vec<f64>, usize)> = sums
        .into_values()
        .map(|(sum, count)| (sum.into_iter().map(|sum| sum / count as f64).collect(), count))
        .collect();
    groups.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let all = ends.len() as f64;
    groups.into_iter().map(|(multipliers, count)| (multipliers, count as f64 / all)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(multiplier: f64, sd: f64) -> End {
        End { multiplier, sd: Some(sd) }
    }

    #[test]
    fn what_stands_at_an_end_is_frozen_and_what_moves_there_is_not() {
        for (at, sd, random, expected) in [
            (0.0, 0.0, false, true),
            (1.0, 0.0, true, true),
            (1e-9, 1e-12, true, true),
            (1.0 - 1e-8, 1e-9, true, true),
            (1e-9, 1e-4, true, false),
            (0.4, 1e-9, true, false),
            (0.4, 0.0, true, true),
            (0.4, 0.0, false, false),
        ] {
            assert_eq!(is_frozen(&end(at, sd), random), expected, "{at} {sd} {random}");
        }
    }

    #[test]
    fn groups_are_told_with_their_shares_the_largest_first() {
        let pairs =
            [(1.0, 0.0), (0.0, 1.0), (1.0, 0.0), (0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 0.0), (0.0, 1.0)];
        let ends: Vec<Vec<Option<End>>> =
            pairs.iter().map(|&(a, b)| vec![Some(end(a, 0.0)), Some(end(b, 0.0))]).collect();
        let labels: Vec<Vec<usize>> =
            pairs.iter().map(|&(a, b)| vec![usize::from(a > 0.5), usize::from(b > 0.5)]).collect();
        let found = Outcomes { groups: groups(&labels, &ends), ..Outcomes::default() };
        assert_eq!(found.told().unwrap(), "1/0 0.5, 0/1 0.375, 0 0.125");
        assert_eq!(Outcomes::default().told(), None);
    }

    #[test]
    fn frozen_multipliers_are_grouped_by_where_they_are() {
        let ends = [0.0, 1.0, 1e-12, 1.0, 0.41, 0.4];
        assert_eq!(at_the_ends(&ends), [STILL, 1.0 - STILL]);
        assert!(at_the_ends(&[0.0, 0.0, 0.0, 1.0]).is_empty());
        assert!(at_the_ends(&[1.0; 5]).is_empty());
    }

    #[test]
    fn groups_within_the_margin_are_one() {
        let near: Vec<f64> = (0..10).map(|k| 0.5 + if k < 5 { 0.0 } else { 0.001 }).collect();
        assert!(apart(&near, 0.002).is_empty());
        assert_eq!(apart(&near, 0.0005).len(), 1);
    }
}
