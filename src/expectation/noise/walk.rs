//! The covariance of gradients, by nested integrals over the highest bid and one more.

use super::alike::{Alike, At, Everybody};
use super::blocks::{Blocks, has_pair};
use crate::auction::Prior;
use crate::auction::prior::Empirical;
use crate::law::groups::Groups;
use crate::law::marginal::{ValueTable, spaced};
use crate::numeric::running_rule::RunningRule;

/// Where panels in beta (highest bid - other bid) end; beyond the last, the bid is as good as beaten for
/// sure.
const LAYERS: [f64; 3] = [4.0, 10.0, 24.0];

/// The least nodes of a panel's rule; the number grows with that of bidders.
struct LeastNodes {
    /// Where all priors are uniform.
    uniform: usize,
    /// For other priors, by rules that crowd towards the ends of panels.
    graded: usize,
}

const LEAST_NODES: LeastNodes = LeastNodes { uniform: 10, graded: 8 };

/// Panels narrower than this, in parts of the highest bid, are joined with the next.
const NARROW: f64 = 1e-12;

/// Panels end at marks of priors that lie further apart, in parts of the least spread of anybody's bids.
const SPACED: f64 = 0.1;

/// Data are taken at no more quantiles than this, evenly spaced.
const MOST_STEPS: usize = 48;

/// The integral over the highest bid b and another bid x below it.
///
/// With p and P the density and the cdf of a bidder's bids, g_i(b; x) bidder i's gradient at bid b against
/// the highest other bid x, K_ij the cdf of the highest bid but those of i and j, and L_j(x; b) the integral
/// of p_j(y) g_j(y; b) over y from the lowest bid to x, two bidders' gradients have the mean product
///
/// ```text
/// int p_i(b) int g_i(b; x) d[K_ij(x) L_j(x; b)] db    (i bids highest; the same with i and j exchanged)
/// + int L_i(b; b) L_j(b; b) dK_ij(b)                  (another bids highest).
/// ```
///
/// Losers' gradients decay as e^(-beta (b - x)).
pub(super) struct Walk {
    pub(super) bidders: Vec<Alike>,
    pub(super) counts: Vec<usize>,
    pub(super) beta: f64,
    pub(super) rule: RunningRule,
    /// Bids at which panels end, rising.
    pub(super) ends: Vec<f64>,
}

/// Sums over nodes: means, mean squares, and mean products with the first bidder ahead and with another.
pub(super) struct Sums {
    pub(super) mean: Vec<f64>,
    pub(super) square: Vec<f64>,
    pub(super) ahead: Vec<Vec<f64>>,
    pub(super) behind: Vec<Vec<f64>>,
}

impl Walk {
    pub(super) fn new(groups: &Groups, multipliers: &[f64], counts: &[usize], beta: f64) -> Self {
        let alike = |a: usize| Alike {
            table: ValueTable::new(&coarse(&groups.priors[a])),
            multiplier: multipliers[a],
            rate: multipliers[a] * (1.0 - multipliers[a]),
            count: counts[a],
        };
        let bidders: Vec<Alike> = (0..counts.len()).map(alike).collect();
        let uniform = bidders.iter().all(|alike| alike.table.density.is_some());
        let least = if uniform { LEAST_NODES.uniform } else { LEAST_NODES.graded };
        let order = least.max(groups.of_bidder.len() / 2 + 5);
        let mut ends: Vec<f64> = bidders.iter().flat_map(|alike| [alike.low(), alike.high()]).collect();
        let bids = |values: fn(&ValueTable) -> &[f64]| {
            bidders.iter().flat_map(move |alike| values(&alike.table).iter().map(|v| alike.multiplier * v))
        };
        ends.extend(bids(|table| &table.kinks));
        let mut marks: Vec<f64> = bids(|table| &table.marks).collect();
        marks.sort_by(f64::total_cmp);
        let spreads = bidders.iter().map(|alike| alike.multiplier * alike.table.spread);
        ends.extend(spaced(marks, SPACED * spreads.fold(f64::INFINITY, f64::min)));
        ends.sort_by(f64::total_cmp);
        ends.dedup();
        Walk { bidders, counts: counts.to_vec(), beta, rule: RunningRule::new(order, !uniform), ends }
    }

    pub(super) fn covariance(&self) -> Blocks {
        let groups = self.bidders.len();
        let Sums { mean, square, ahead, behind } = self.sums();
        let other = |a: usize, b: usize| {
            if has_pair(&self.counts, a, b) {
                ahead[a][b] + ahead[b][a] + behind[a][b] - mean[a] * mean[b]
            } else {
                0.0
            }
        };
        Blocks {
            own: square.iter().zip(&mean).map(|(square, mean)| square - mean * mean).collect(),
            others: (0..groups).map(|a| (0..groups).map(|b| other(a, b)).collect()).collect(),
        }
    }

    pub(super) fn sums(&self) -> Sums {
        let groups = self.bidders.len();
        let mut sums = Sums {
            mean: vec![0.0; groups],
            square: vec![0.0; groups],
            ahead: vec![vec![0.0; groups]; groups],
            behind: vec![vec![0.0; groups]; groups],
        };
        // Below the floor nobody wins.
        let floor = self.bidders.iter().map(Alike::low).fold(0.0, f64::max);
        let top = self.bidders.iter().map(Alike::high).fold(0.0, f64::max);
        let mut ends = self.ends.clone();
        for end in self.bidders.iter().flat_map(|alike| [alike.low(), alike.high()]) {
            ends.extend(LAYERS.map(|layer| end + layer / self.beta));
        }
        for (from, width) in panels(ends, floor, top) {
            for (t, weight) in &self.rule.points {
                self.highest(from + width * t, width * weight, &mut sums);
            }
        }
        sums
    }

    /// The highest bid at one node.
    fn highest(&self, highest: f64, weight: f64, sums: &mut Sums) {
        let (groups, nodes) = (self.bidders.len(), self.rule.points.len());
        let at_highest: Vec<At> = self.bidders.iter().map(|alike| alike.at(highest)).collect();
        // Of a loser of each group, up to the panel at hand: the integrals of its gradient and of the square.
        let mut lost = vec![0.0; groups];
        let mut lost_square = vec![0.0; groups];
        let mut at = vec![vec![At::default(); groups]; nodes];
        let mut losing = vec![vec![0.0; nodes]; groups];
        let mut lost_up_to = losing.clone();
        let lowest = self.bidders.iter().map(Alike::low).fold(f64::INFINITY, f64::min);
        let [.., last] = LAYERS;
        let from = lowest.max(highest - last / self.beta);
        let mut ends: Vec<f64> =
            self.ends.iter().copied().filter(|end| (from..highest).contains(end)).collect();
        ends.extend(LAYERS.map(|layer| highest - layer / self.beta));
        // Weight, s and s (1 - s) of the loser at the panel's nodes.
        let mut nodes_at = vec![(0.0, 0.0, 0.0); nodes];
        for (from, width) in panels(ends, from, highest) {
            for (k, (t, part)) in self.rule.points.iter().enumerate() {
                let bid = from + width * t;
                let decay = libm::exp(-self.beta * (highest - bid));
                let tail = decay / (1.0 + decay);
                let slope = tail * (1.0 - tail);
                nodes_at[k] = (width * part, tail, slope);
                for (a, alike) in self.bidders.iter().enumerate() {
                    let gradient = alike.gradient(bid, tail, slope, self.beta);
                    at[k][a] = alike.at(bid);
                    losing[a][k] = at[k][a].density * gradient;
                    lost_square[a] += width * part * losing[a][k] * gradient;
                }
            }
            for ((lost_up_to, lost), losing) in lost_up_to.iter_mut().zip(&lost).zip(&losing) {
                for (lost_up_to, entries) in lost_up_to.iter_mut().zip(&self.rule.up_to) {
                    let inside: f64 = entries.iter().zip(losing).map(|(entry, value)| entry * value).sum();
                    *lost_up_to = lost + width * inside;
                }
            }
            for (k, &(part, tail, slope)) in nodes_at.iter().enumerate() {
                let all = Everybody::new(&self.bidders, &at[k]);
                for (a, alike) in self.bidders.iter().enumerate() {
                    let weight = weight * part * at_highest[a].density;
                    if weight == 0.0 {
                        continue;
                    }
                    let surely = alike.gradient(highest, 1.0, 0.0, self.beta);
                    let winning = alike.gradient(highest, 1.0 - tail, slope, self.beta);
                    let rivals = all.but(&[a]);
                    sums.mean[a] += weight * (winning - surely) * rivals.density;
                    sums.square[a] += weight * (winning * winning - surely * surely) * rivals.density;
                    for b in (0..groups).filter(|&b| has_pair(&self.counts, a, b)) {
                        let others = all.but(&[a, b]);
                        sums.ahead[a][b] += weight
                            * winning
                            * (others.below * losing[b][k] + others.density * lost_up_to[b][k]);
                    }
                }
            }
            for (lost, losing) in lost.iter_mut().zip(&losing) {
                *lost += nodes_at.iter().zip(losing).map(|(node, losing)| node.0 * losing).sum::<f64>();
            }
        }
        let all = Everybody::new(&self.bidders, &at_highest);
        for (a, alike) in self.bidders.iter().enumerate() {
            let surely = alike.gradient(highest, 1.0, 0.0, self.beta);
            let rivals = all.but(&[a]);
            let (wins, loses) = (at_highest[a].density * rivals.below, rivals.density);
            sums.mean[a] += weight * (wins * surely + loses * lost[a]);
            sums.square[a] += weight * (wins * surely * surely + loses * lost_square[a]);
            for b in (0..groups).filter(|&b| has_pair(&self.counts, a, b)) {
                sums.behind[a][b] += weight * all.but(&[a, b]).density * lost[a] * lost[b];
            }
        }
    }
}

/// Start and width of the panels between two bids that end at some others.
fn panels(mut ends: Vec<f64>, from: f64, to: f64) -> Vec<(f64, f64)> {
    let narrow = NARROW * to;
    ends.retain(|end| *end > from + narrow && *end < to - narrow);
    ends.extend([from, to]);
    ends.sort_by(f64::total_cmp);
    ends.dedup_by(|next, last| *next - *last < narrow);
    ends.windows(2).map(|pair| (pair[0], pair[1] - pair[0])).collect()
}

/// A prior of many data at some of its quantiles: a panel for every value would take long.
fn coarse(prior: &Prior) -> Prior {
    match prior {
        Prior::Empirical(data) if prior.kinks().len() > MOST_STEPS => {
            let quantiles: Vec<f64> =
                (0..=MOST_STEPS).map(|k| prior.quantile(k as f64 / MOST_STEPS as f64)).collect();
            Empirical::new(data.file(), data.column(), &quantiles)
                .map_or_else(|_| prior.clone(), Prior::Empirical)
        }
        _ => prior.clone(),
    }
}
