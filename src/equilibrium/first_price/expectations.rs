//! Integrals over the inverse bids: utilities, revenue, projections, and the certificate.

use super::InverseBids;
use crate::law::groups::Groups;
use crate::numeric::quadrature::GaussLegendre;

/// Nodes of the rule between neighbouring nodes of the curves.
const ORDER: usize = 3;

/// Types and bids that are tried for a profitable deviation: every so many nodes of the curves.
const TRIED: usize = 12;

/// Bids below the lowest bid that are tried.
const TRIED_BELOW: usize = 64;

/// Integrals of a profile of rising bids, by group.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expectations {
    /// Ex-ante utility of one bidder.
    pub utilities: Vec<f64>,
    /// Expected payment.
    pub revenue: f64,
    /// E\[b v\].
    pub bid_values: Vec<f64>,
    /// An upper bound of what any type of the group gains by any deviation.
    pub most_gain: Vec<f64>,
}

/// With W_i(b) = prod_{j != i} F_j(phi_j(b)) and all densities hidden in dl:
///
/// ```text
/// utility_i = int (phi_i - b) W_i d e^(l_i),    revenue = int b d prod_j e^(l_j),
/// E[b_i v_i] = int b phi_i d e^(l_i).
/// ```
///
/// The gain of a type v who bids b2 instead of b1 = b(v) is at most
///
/// ```text
/// int_b1^b2 |(phi_i(b) - b) W_i'(b) - W_i(b)| db,
/// ```
///
/// since phi_i rises: (v - b) W_i' is below (phi_i - b) W_i' above b1, and above it below. So the integral
/// over all bids bounds every gain.
pub(super) fn expectations(groups: &Groups, curves: &InverseBids) -> Expectations {
    let size = groups.len();
    let rule = GaussLegendre::of_order(ORDER);
    let mut sums = Expectations {
        utilities: vec![0.0; size],
        revenue: 0.0,
        bid_values: vec![0.0; size],
        most_gain: vec![0.0; size],
    };
    let (mut logs, mut slopes) = (vec![0.0; size], vec![0.0; size]);
    let bottoms: Vec<f64> = (0..size).map(|g| curves.log(g, curves.first())).collect();
    let mut masses: Vec<f64> = bottoms.iter().map(|&bottom| libm::exp(bottom)).collect();
    for (segment, from, to) in curves.segments() {
        for (s, weight) in rule.points(from, to) {
            for g in 0..size {
                let (log, slope) = curves.at(g, segment, s);
                (logs[g], slopes[g]) = (log.min(0.0), slope);
            }
            let rise = curves.rise(s);
            let bid = curves.low + rise;
            let (log, slope) = (groups.total(&logs), groups.total(&slopes));
            sums.revenue += weight * bid * slope * libm::exp(log);
            for g in 0..size {
                let prior = &groups.priors[g];
                let start = prior.support().0;
                let excess = groups.quantiles[g].excess(logs[g]);
                let gap = excess - (curves.low - start) - rise;
                masses[g] += weight * libm::exp(logs[g]) * slopes[g];
                let wins = libm::exp(groups.total_of_rivals(g, &logs));
                let rivals = groups.total_of_rivals(g, &slopes);
                let earned = if is_told(rise / rivals, gap, excess) { rise / rivals } else { gap };
                sums.utilities[g] += weight * earned * libm::exp(log) * slopes[g];
                sums.bid_values[g] += weight * bid * (start + excess) * libm::exp(logs[g]) * slopes[g];
                // A curve that falls is no inverse bid function, and nothing bounds what it leaves on the
                // table.
                let residual = if slopes[g] < 0.0 { f64::INFINITY } else { gap * rivals - rise };
                sums.most_gain[g] += weight * wins * residual.abs();
            }
        }
    }
    sums.revenue += revenue_below_first(groups, curves, &bottoms);
    for (g, &bottom) in bottoms.iter().enumerate() {
        let prior = &groups.priors[g];
        let value = prior.quantile_of_ln(bottom);
        // Below the first node the integrand is at most (phi - b) W' + W, and phi at most that of the node.
        let wins = libm::exp(groups.total_of_rivals(g, &bottoms));
        let wins_at_low = rivals_below(groups, g, curves.low);
        sums.most_gain[g] +=
            (wins - wins_at_low).abs() * (value - curves.low) + wins * curves.rise(curves.first());
        sums.most_gain[g] += gain_below(groups, curves, g);
        // What curves lose of the mass between nodes no deviation sees, and every expectation.
        sums.most_gain[g] += lost(masses[g]) * prior.support().1;
        sums.bid_values[g] += below_first(groups, curves, g, value, bottom);
    }
    // What is not a number is no bound, and the largest of some numbers passes over it.
    for gain in sums.most_gain.iter_mut().filter(|gain| gain.is_nan()) {
        *gain = f64::INFINITY;
    }
    sums
}

/// Whether a gap phi - b is what another says, but for what the table of phi and the difference lose where
/// the gap is small.
fn is_told(gap: f64, difference: f64, excess: f64) -> bool {
    gap < SMALL_GAP * excess && (gap - difference).abs() <= GAP_ERROR * excess
}

/// Gaps below this part of the value are taken from the first-order condition, where both agree to the other
/// part.
const SMALL_GAP: f64 = 1e-4;
const GAP_ERROR: f64 = 1e-11;

/// By how much a mass misses 1, but for the rule's own error.
fn lost(mass: f64) -> f64 {
    let lost = (1.0 - mass).abs();
    if lost <= MASS_ERROR { 0.0 } else { lost }
}

/// The error of the masses of curves whose nodes lie close enough.
const MASS_ERROR: f64 = 1e-8;

/// The revenue where nobody's value is above that of the first node, of bidders all of whom may win: the
/// highest of their bids falls to low like e^s and the probability like a power of it.
fn revenue_below_first(groups: &Groups, curves: &InverseBids, bottoms: &[f64]) -> f64 {
    if groups.priors.iter().any(|prior| prior.support().0 < curves.low) {
        return 0.0;
    }
    let slopes: Vec<f64> = (0..groups.len()).map(|g| curves.bottom_slope(g)).collect();
    let power = groups.total(&slopes);
    let bid = curves.low + curves.rise(curves.first()) * power / (power + 1.0);
    libm::exp(groups.total(bottoms)) * bid
}

/// E\[b v\] over the values below that of the first node. Those who cannot win bid their value; for the
/// others bid and value fall to low like e^s and F like a power of it.
fn below_first(groups: &Groups, curves: &InverseBids, g: usize, value: f64, log: f64) -> f64 {
    let prior = &groups.priors[g];
    let low = curves.low;
    let start = prior.support().0;
    if start < low {
        let mut ends = vec![start];
        ends.extend(prior.kinks().into_iter().filter(|kink| *kink < low));
        ends.push(low);
        let losing = GaussLegendre::of_order(16).integrate_panels(&ends, |v| v * v * prior.pdf(v));
        return losing + low * low * (libm::exp(log) - prior.cdf(low)).max(0.0);
    }
    let power = curves.bottom_slope(g);
    let (bid, value) = (curves.rise(curves.first()), value - start);
    let linear = (low * value + start * bid) * power / (power + 1.0);
    libm::exp(log) * (low * start + linear + bid * value * power / (power + 2.0))
}

/// What the lowest type of a group that always bids above the lowest bid gains by bidding below it, against
/// rivals who bid their values there; higher types gain less.
fn gain_below(groups: &Groups, curves: &InverseBids, g: usize) -> f64 {
    let lowest = groups.priors[g].support().0;

    if lowest <= curves.low {
        return 0.0;
    }
    let utility = |bid: f64| (lowest - bid) * rivals_below(groups, g, bid);
    let bids = (0..TRIED_BELOW).map(|k| curves.low * k as f64 / TRIED_BELOW as f64);
    bids.map(utility).fold(0.0, f64::max).max(utility(curves.low)) - utility(curves.low)
}

/// The probability that all rivals of a bidder of a group have values below `value`.
fn rivals_below(groups: &Groups, g: usize, value: f64) -> f64 {
    let others = groups.priors.iter().zip(&groups.counts).enumerate();
    others
        .map(|(h, (prior, count))| libm::pow(prior.cdf(value), if h == g { count - 1.0 } else { *count }))
        .product()
}

/// The greatest gain over all groups and a grid of types and bids: what a deviation attains.
pub(super) fn attained_gain(groups: &Groups, curves: &InverseBids) -> f64 {
    let size = groups.len();
    let tried: Vec<(f64, Vec<f64>)> = curves
        .segments()
        .step_by(TRIED)
        .map(|(segment, s, _)| (s, (0..size).map(|g| curves.at(g, segment, s).0.min(0.0)).collect()))
        .chain([(0.0, vec![0.0; size])])
        .collect();
    let mut most: f64 = 0.0;
    for g in 0..size {
        let win = |logs: &[f64]| libm::exp(groups.total_of_rivals(g, logs));
        for (own_place, own_logs) in &tried {
            let value = groups.priors[g].support().0 + groups.quantiles[g].excess(own_logs[g]);
            let utility = |s: f64, logs: &[f64]| (value - curves.low - curves.rise(s)) * win(logs);
            let own = utility(*own_place, own_logs);
            most = tried.iter().map(|(s, logs)| utility(*s, logs) - own).fold(most, f64::max);
        }
    }
    most
}
