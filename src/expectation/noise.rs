//! Drift and noise of the simultaneous gradients near a profile of linear bidders.

use super::gradient::{GroupGradient, power};
use crate::auction::prior::Empirical;
use crate::auction::{Mechanism, Population, Prior, Strategy};
use crate::law::groups::Groups;
use crate::law::marginal::{ValueTable, spaced, towards_ends};
use crate::numeric::quadrature::GaussLegendre;

/// A bound on the error of [`GradientNoise::covariance`], in parts of the larger variance, where it was tried: beta
/// high from 5 to 1000, 2 to 64 bidders whose densities have no poles, data of some hundred values.
pub const NOISE_ERROR: f64 = 2e-3;

/// Where panels in beta (highest bid - other bid) end; beyond the last, the bid is as good as beaten for sure.
const LAYERS: [f64; 3] = [4.0, 10.0, 24.0];

/// The least nodes of a panel's rule, for uniform and for other priors; the number grows with that of bidders.
const ORDERS: (usize, usize) = (10, 8);

/// Panels narrower than this, in parts of the highest bid, are joined with the next.
const NARROW: f64 = 1e-12;

/// Panels end at marks of priors that lie further apart, in parts of the least spread of anybody's bids.
const SPACED: f64 = 0.1;

/// Data are taken at no more quantiles than this, evenly spaced.
const MOST_STEPS: usize = 48;

/// A matrix with a row and a column a bidder, for groups of bidders who may be exchanged within each.
#[derive(Clone, Debug, PartialEq)]
pub struct Blocks {
    /// Entries on the diagonal, one a group.
    pub own: Vec<f64>,
    /// Entries between two different bidders, shape \[group\]\[group\]; 0 where there are not two.
    pub others: Vec<Vec<f64>>,
}

impl Blocks {
    /// The matrix between the normed sums of groups, sqrt(count) times the mean of each, which are modes of it.
    pub fn together(&self, counts: &[usize]) -> Vec<Vec<f64>> {
        let entry = |a: usize, b: usize| {
            let weight = ((counts[a] * counts[b]) as f64).sqrt() * self.others[a][b];
            if a == b { self.apart(a) + weight } else { weight }
        };
        (0..counts.len()).map(|a| (0..counts.len()).map(|b| entry(a, b)).collect()).collect()
    }

    /// The eigenvalue of differences between two bidders of a group.
    pub fn apart(&self, group: usize) -> f64 {
        self.own[group] - self.others[group][group]
    }

    /// The matrix of which those are given; `apart` is not asked for where a group is one bidder.
    pub fn from_modes(together: &[Vec<f64>], apart: &[f64], counts: &[usize]) -> Self {
        let entry = |a: usize, b: usize| match (a == b, counts[a]) {
            (true, 1) => 0.0,
            (true, count) => (together[a][a] - apart[a]) / count as f64,
            (false, count) => together[a][b] / ((count * counts[b]) as f64).sqrt(),
        };
        let groups = 0..counts.len();
        let others: Vec<Vec<f64>> =
            groups.clone().map(|a| groups.clone().map(|b| entry(a, b)).collect()).collect();
        let own = groups.map(|a| if counts[a] == 1 { together[a][a] } else { apart[a] + others[a][a] });
        Blocks { own: own.collect(), others }
    }

    /// The same matrix for finer groups, of which `of_group` tells which of these groups each is a part of.
    pub fn split(&self, of_group: &[usize]) -> Self {
        Blocks {
            own: of_group.iter().map(|&a| self.own[a]).collect(),
            others: of_group.iter().map(|&a| of_group.iter().map(|&b| self.others[a][b]).collect()).collect(),
        }
    }

    /// The entry of two bidders, told whether they are one.
    pub fn entry(&self, (i, a): (usize, usize), (j, b): (usize, usize)) -> f64 {
        if i == j { self.own[a] } else { self.others[a][b] }
    }
}

/// The gradient field of linear bidders around a profile, in theta = ln(w / (1 - w)): what it is on average, how it
/// changes, and how the gradients of single valuation profiles scatter.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientNoise {
    /// The multipliers, one a bidder.
    pub multipliers: Vec<f64>,
    /// The group of each bidder: bidders of a group have one prior and one multiplier.
    pub of_bidder: Vec<usize>,
    /// Bidders of each group.
    pub counts: Vec<usize>,
    /// F_i = w_i (1 - w_i) dU_i/dw_i of each group, U the expected smoothed utility; 0 at an equilibrium.
    pub drift: Vec<f64>,
    /// J_ij = dF_i/dtheta_j.
    pub jacobian: Blocks,
    /// The covariance of gradients on the same valuation profile; see [`gradient_noise`].
    pub covariance: Blocks,
}

/// The gradient field around a profile of multipliers in (0, 1), in the auction smoothed at steepness `beta` per unit
/// of bid. On one valuation profile v, with m_i the highest of the others' w_j v_j and s = s(beta (w_i v_i - m_i)), the
/// logistic function, bidder i's gradient in theta is
///
/// ```text
/// g_i = w_i (1 - w_i) { -v_i s + (1 - w_i) beta v_i^2 s (1 - s) },
/// F_i = E g_i,    J_ij = dF_i/dtheta_j,    Sigma_ij = E g_i g_j - F_i F_j;
/// ```
///
/// the mean over B independent profiles has Sigma / B. F and J are those of
/// [`ExpectedGradient`](super::ExpectedGradient), with its error. Sigma is an integral over the highest of all bids and one more, the gradients of
/// those who lose being summed up on the way, within [`NOISE_ERROR`]; for uniform priors its error is around 1e-8.
/// Its time is below a millisecond for 10 alike uniform bidders, and grows with the cube of the number of groups. That
/// of J is longer where priors are not uniform: some 50 ms for 4 such, seconds for 10.
///
/// ```
/// use bidsweep::auction::{Population, Prior};
/// use bidsweep::expectation::gradient_noise;
///
/// let game = Population::symmetric(2, Prior::STANDARD);
/// let noise = gradient_noise(&game, &[0.480_466_645_2; 2], 50.0).unwrap();
/// assert!((noise.covariance.own[0] - 0.051_918).abs() < 1e-6);
/// assert!((noise.jacobian.apart(0) + 0.197_577).abs() < 1e-6);
/// ```
///
/// References: this project's derivation; no published source is known to us.
///
/// # Errors
/// Where a strategy is not linear, a multiplier not in (0, 1) or `beta` not above 0 and finite.
///
/// # Panics
/// Where there is not one multiplier a bidder.
pub fn gradient_noise(
    population: &Population,
    multipliers: &[f64],
    beta: f64,
) -> Result<GradientNoise, String> {
    let Mechanism::FirstPrice = population.mechanism;
    assert_eq!(multipliers.len(), population.len(), "multipliers and bidders");
    if population.bidders.iter().any(|bidder| bidder.strategy != Strategy::Linear) {
        return Err("the noise of gradients is known for linear bidders only".into());
    }
    if let Some(bidder) = multipliers.iter().position(|w| !(*w > 0.0 && *w < 1.0)) {
        let w = multipliers[bidder];
        return Err(format!("the multiplier of bidder {} is {w}, not in (0, 1)", bidder + 1));
    }
    if !(beta > 0.0 && beta.is_finite()) {
        return Err(format!(
            "the noise of gradients is not known at beta = {beta}: it must be above 0 and finite"
        ));
    }
    let groups = Groups::at(population, multipliers);
    let first =
        |group: usize| groups.of_bidder.iter().position(|g| *g == group).expect("a group has a bidder");
    let of_groups: Vec<f64> = (0..groups.len()).map(|group| multipliers[first(group)]).collect();
    let counts: Vec<usize> = groups.counts.iter().map(|count| *count as usize).collect();
    let rates: Vec<f64> = of_groups.iter().map(|w| w * (1.0 - w)).collect();

    let gradient = GroupGradient::fast(&groups, beta);
    let drift: Vec<f64> =
        (0..groups.len()).map(|a| rates[a] * gradient.of(a, of_groups[a], &of_groups)).collect();
    let slopes = (0..groups.len()).map(|a| {
        let (own, others) = gradient.slopes(a, of_groups[a], &of_groups);
        let others: Vec<f64> = others
            .iter()
            .enumerate()
            .map(|(b, slope)| if has_pair(&counts, a, b) { rates[a] * rates[b] * slope } else { 0.0 })
            .collect();
        (rates[a] * rates[a] * own + (1.0 - 2.0 * of_groups[a]) * drift[a], others)
    });
    let (own, others) = slopes.unzip();
    let covariance = Walk::new(&groups, &of_groups, &counts, beta).covariance();
    Ok(GradientNoise {
        multipliers: multipliers.to_vec(),
        of_bidder: groups.of_bidder,
        counts,
        drift,
        jacobian: Blocks { own, others },
        covariance,
    })
}

/// Whether there are two different bidders in these groups.
fn has_pair(counts: &[usize], a: usize, b: usize) -> bool {
    a != b || counts[a] > 1
}

/// Bidders of one prior and multiplier.
struct Alike {
    table: ValueTable,
    multiplier: f64,
    /// w (1 - w).
    rate: f64,
    count: usize,
}

impl Alike {
    /// The probability of lower bids, and the density of bids here.
    fn at(&self, bid: f64) -> At {
        let (below, density) = self.table.at(bid / self.multiplier);
        At { below, density: density / self.multiplier }
    }

    /// The gradient with win probability `win` at a bid, s (1 - s) being `slope`.
    fn gradient(&self, bid: f64, win: f64, slope: f64, beta: f64) -> f64 {
        let value = bid / self.multiplier;
        self.rate * value * ((1.0 - self.multiplier) * beta * value * slope - win)
    }

    fn low(&self) -> f64 {
        self.multiplier * self.table.low
    }

    fn high(&self) -> f64 {
        self.multiplier * self.table.high
    }
}

#[derive(Clone, Copy, Default)]
struct At {
    below: f64,
    density: f64,
}

/// The probability that all bid below a bid, without those of whom it is 0, and what is needed to leave some out.
struct Everybody<'a> {
    at: &'a [At],
    product: f64,
    /// The sum of density over probability.
    relative: f64,
    /// Bidders who surely bid higher.
    above: usize,
}

impl<'a> Everybody<'a> {
    fn new(bidders: &[Alike], at: &'a [At]) -> Self {
        let mut all = Everybody { at, product: 1.0, relative: 0.0, above: 0 };
        for (alike, at) in bidders.iter().zip(at) {
            if at.below > 0.0 {
                all.product *= power(at.below, alike.count as u32);
                all.relative += alike.count as f64 * at.density / at.below;
            } else {
                all.above += alike.count;
            }
        }
        all
    }

    /// The probability that all but one of each of these groups bid below, and its derivative.
    fn but(&self, left_out: &[usize]) -> At {
        let (mut below, mut relative, mut above) = (self.product, self.relative, self.above);
        for &group in left_out {
            let at = self.at[group];
            if at.below > 0.0 {
                below /= at.below;
                relative -= at.density / at.below;
            } else {
                above -= 1;
            }
        }
        if above > 0 { At::default() } else { At { below, density: below * relative.max(0.0) } }
    }
}

/// A panel's rule on \[0, 1\].
struct Rule {
    points: Vec<(f64, f64)>,
    /// Shape \[node\]\[node\]: the integral up to a node is the sum of entry times value.
    up_to: Vec<Vec<f64>>,
}

impl Rule {
    /// The rule of an order; graded, nodes crowd towards both ends.
    fn new(order: usize, graded: bool) -> Self {
        let plain: Vec<(f64, f64)> = GaussLegendre::of_order(order).points(0.0, 1.0).collect();
        let polynomials: Vec<Vec<f64>> = plain.iter().map(|(t, _)| legendre(order, 2.0 * t - 1.0)).collect();
        // The interpolating polynomial in Legendre polynomials, whose integrals are differences of two others.
        let entry = |at: &[f64], of: &[f64], weight: f64| {
            let terms = (1..order).map(|m| of[m] * (at[m + 1] - at[m - 1]));
            0.5 * weight * (1.0 + at[1] + terms.sum::<f64>())
        };
        let graded = |point| if graded { towards_ends(point) } else { point };
        let points: Vec<(f64, f64)> = plain.iter().map(|point| graded(*point)).collect();
        let stretch = plain.iter().zip(&points).map(|(plain, graded)| graded.1 / plain.1);
        let stretched: Vec<f64> = stretch.zip(&plain).map(|(stretch, plain)| stretch * plain.1).collect();
        let row = |at: &Vec<f64>| {
            polynomials.iter().zip(&stretched).map(|(of, weight)| entry(at, of, *weight)).collect()
        };
        Rule { up_to: polynomials.iter().map(row).collect(), points }
    }
}

/// The Legendre polynomials of degree 0 to `order` at x.
fn legendre(order: usize, x: f64) -> Vec<f64> {
    let mut values = vec![1.0, x];
    for k in 1..order {
        let (n, last) = (k as f64, values.len() - 1);
        values.push(((2.0 * n + 1.0) * x * values[last] - n * values[last - 1]) / (n + 1.0));
    }
    values
}

/// The integral over the highest bid b and another bid x below it.
///
/// With p and P the density and the cdf of a bidder's bids, g_i(b; x) bidder i's gradient at bid b against the highest
/// other bid x, K_ij the cdf of the highest bid but those of i and j, and L_j(x; b) the integral of p_j(y) g_j(y; b)
/// over y from the lowest bid to x, two bidders' gradients have the mean product
///
/// ```text
/// int p_i(b) int g_i(b; x) d[K_ij(x) L_j(x; b)] db    (i bids highest; the same with i and j exchanged)
/// + int L_i(b; b) L_j(b; b) dK_ij(b)                  (another bids highest).
/// ```
///
/// Losers' gradients decay as e^(-beta (b - x)).
struct Walk {
    bidders: Vec<Alike>,
    counts: Vec<usize>,
    beta: f64,
    rule: Rule,
    /// Bids at which panels end, rising.
    ends: Vec<f64>,
}

/// Sums over nodes: means, mean squares, and mean products with the first bidder ahead and with another.
struct Sums {
    mean: Vec<f64>,
    square: Vec<f64>,
    ahead: Vec<Vec<f64>>,
    behind: Vec<Vec<f64>>,
}

impl Walk {
    fn new(groups: &Groups, multipliers: &[f64], counts: &[usize], beta: f64) -> Self {
        let alike = |a: usize| Alike {
            table: ValueTable::new(&coarse(&groups.priors[a])),
            multiplier: multipliers[a],
            rate: multipliers[a] * (1.0 - multipliers[a]),
            count: counts[a],
        };
        let bidders: Vec<Alike> = (0..counts.len()).map(alike).collect();
        let uniform = bidders.iter().all(|alike| alike.table.density.is_some());
        let least = if uniform { ORDERS.0 } else { ORDERS.1 };
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
        Walk { bidders, counts: counts.to_vec(), beta, rule: Rule::new(order, !uniform), ends }
    }

    fn covariance(&self) -> Blocks {
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

    fn sums(&self) -> Sums {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, prop_assert, proptest};
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};

    use super::*;
    use crate::auction::games::{game, games};
    use crate::auction::prior::{Beta, Power};
    use crate::equilibrium::{linear_equilibria, smoothed_multiplier};
    use crate::expectation::ExpectedGradient;

    fn symmetric(bidders: usize, beta: f64) -> GradientNoise {
        let multiplier = smoothed_multiplier(bidders, beta).unwrap();
        gradient_noise(&Population::symmetric(bidders, Prior::STANDARD), &vec![multiplier; bidders], beta)
            .unwrap()
    }

    fn walk(population: &Population, multipliers: &[f64], beta: f64) -> Walk {
        let groups = Groups::at(population, multipliers);
        let first = |group: usize| groups.of_bidder.iter().position(|g| *g == group).unwrap();
        let of_groups: Vec<f64> = (0..groups.len()).map(|group| multipliers[first(group)]).collect();
        let counts: Vec<usize> = groups.counts.iter().map(|count| *count as usize).collect();
        Walk::new(&groups, &of_groups, &counts, beta)
    }

    #[test]
    fn variances_and_modes_of_symmetric_bidders_are_the_tabulated_ones() {
        // Steepness 5, 10, 20, 50 and 100: by nested quadrature.
        let table = [
            (2, [0.000394, 0.005058, 0.017961, 0.051918, 0.105013]),
            (3, [0.000417, 0.003742, 0.009932, 0.024758, 0.047984]),
            (5, [0.000265, 0.001436, 0.002953, 0.006384, 0.011788]),
            (10, [0.000089, 0.000272, 0.000432, 0.000756, 0.001277]),
        ];
        for (bidders, row) in table {
            for (beta, expected) in [5.0, 10.0, 20.0, 50.0, 100.0].into_iter().zip(row) {
                let noise = symmetric(bidders, beta);
                let error = (noise.covariance.own[0] - expected).abs();
                assert!(error < 6e-7, "{bidders} at {beta}: {}", noise.covariance.own[0]);
                let found =
                    &linear_equilibria(&Population::symmetric(bidders, Prior::STANDARD), beta).unwrap()[0];
                let modes = [noise.jacobian.together(&noise.counts)[0][0], noise.jacobian.apart(0)];
                for (mode, (expected, _)) in modes.iter().zip(&found.eigenvalues) {
                    assert!((mode - expected).abs() < 1e-6, "{mode} for {expected}");
                }
                assert!(noise.drift[0].abs() < 1e-7);
            }
        }
    }

    #[test]
    fn correlations_of_two_bidders_are_the_simulated_ones() {
        for (beta, expected) in [(10.0, 0.458), (50.0, 0.758), (200.0, 0.929)] {
            let Blocks { own, others } = symmetric(2, beta).covariance;
            assert!((others[0][0] / own[0] - expected).abs() < 6e-4, "{} at {beta}", others[0][0] / own[0]);
        }
    }

    #[test]
    fn near_ties_make_the_variance_grow_with_beta() {
        for bidders in [2, 5, 64] {
            let n = bidders as f64;
            let beta = 1e5;
            let noise = symmetric(bidders, beta);
            let w = noise.multipliers[0];
            let rate = w * (1.0 - w);
            let expected = rate * rate * (1.0 - w) * (1.0 - w) * (n - 1.0) * beta / (6.0 * w * (n + 3.0));
            let ratio = noise.covariance.own[0] / expected;
            assert!((ratio - 1.0).abs() < 30.0 * n / beta, "{bidders} bidders: {ratio}");
        }
    }

    fn mixed() -> (Population, Vec<f64>) {
        let mut population = Population::symmetric(4, Prior::STANDARD);
        population.bidders[1].prior = Prior::Power(Power::new(2.0, 0.1, 1.8).unwrap());
        population.bidders[2].prior = Prior::Beta(Beta::new(2.0, 3.0, 0.0, 1.2).unwrap());
        (population, vec![0.6, 0.4, 0.7, 0.6])
    }

    /// Means and mean products of gradients over profiles that are drawn.
    fn sampled(
        population: &Population,
        multipliers: &[f64],
        beta: f64,
        profiles: usize,
    ) -> (Vec<f64>, Vec<Vec<f64>>) {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        let n = multipliers.len();
        let (mut means, mut products) = (vec![0.0; n], vec![vec![0.0; n]; n]);
        for _ in 0..profiles {
            let values: Vec<f64> = population
                .bidders
                .iter()
                .map(|bidder| bidder.prior.quantile((rng.next_u64() >> 11) as f64 * libm::exp2(-53.0)))
                .collect();
            let bids: Vec<f64> = values.iter().zip(multipliers).map(|(v, w)| v * w).collect();
            let gradient = |i: usize| {
                let rivals = (0..n).filter(|&j| j != i).map(|j| bids[j]).fold(0.0, f64::max);
                let s = 1.0 / (1.0 + libm::exp(-beta * (bids[i] - rivals)));
                let (v, w) = (values[i], multipliers[i]);
                w * (1.0 - w) * (-v * s + (1.0 - w) * beta * v * v * s * (1.0 - s))
            };
            let gradients: Vec<f64> = (0..n).map(gradient).collect();
            for i in 0..n {
                means[i] += gradients[i] / profiles as f64;
                for j in 0..n {
                    products[i][j] += gradients[i] * gradients[j] / profiles as f64;
                }
            }
        }
        (means, products)
    }

    #[test]
    fn covariances_of_unequal_bidders_are_those_of_drawn_profiles() {
        for beta in [6.0, 80.0] {
            let (population, multipliers) = mixed();
            let noise = gradient_noise(&population, &multipliers, beta).unwrap();
            assert_eq!(noise.of_bidder, [0, 1, 2, 0]);
            let (means, products) = sampled(&population, &multipliers, beta, 200_000);
            for i in 0..4 {
                for j in 0..4 {
                    let sampled = products[i][j] - means[i] * means[j];
                    let entry = noise.covariance.entry((i, noise.of_bidder[i]), (j, noise.of_bidder[j]));
                    let variances = [i, j].map(|i| noise.covariance.own[noise.of_bidder[i]]);
                    let error = (entry - sampled).abs() / (variances[0] * variances[1]).sqrt();
                    assert!(error < 0.02, "{i} and {j} at {beta}: {entry} for {sampled}");
                }
            }
        }
    }

    #[test]
    fn the_error_is_within_its_bound() {
        let uniform = |n: usize| (Population::symmetric(n, Prior::STANDARD), vec![0.8; n]);
        let unequal = (game(&[(0.0, 1.0), (0.2, 0.9), (0.5, 1.0)]), vec![0.6, 0.7, 0.5]);
        for ((population, multipliers), bound) in [
            (uniform(2), 1e-7),
            (uniform(10), 1e-7),
            (uniform(64), 1e-7),
            (unequal, 1e-7),
            (mixed(), NOISE_ERROR),
        ] {
            for beta in [5.0, 20.0, 100.0, 1000.0] {
                let walk = walk(&population, &multipliers, beta);
                let found = walk.covariance();
                let order = walk.rule.points.len();
                let graded = walk.bidders.iter().any(|alike| alike.table.density.is_none());
                let exact = Walk { rule: Rule::new((2 * order).min(56), graded), ..walk }.covariance();
                for a in 0..found.own.len() {
                    let error = (found.own[a] / exact.own[a] - 1.0).abs();
                    assert!(error < bound, "{} bidders at {beta}: {error:e}", multipliers.len());
                    for b in 0..found.own.len() {
                        let scale = exact.own[a].max(exact.own[b]);
                        let error = (found.others[a][b] - exact.others[a][b]).abs() / scale;
                        assert!(error < bound, "{} bidders at {beta}, pair: {error:e}", multipliers.len());
                    }
                }
            }
        }
    }

    #[test]
    fn data_are_taken_at_quantiles() {
        let values: Vec<f64> = (0..600)
            .map(|k| {
                Power::new(2.0, 0.0, 1.0)
                    .map(Prior::Power)
                    .unwrap()
                    .quantile((f64::from(k) + 0.3 * f64::from(k % 3)) / 600.0)
            })
            .collect();
        let data = Prior::Empirical(Empirical::new("values.csv", "value", &values).unwrap());
        let power = Prior::Power(Power::new(2.0, 0.0, 1.0).unwrap());
        let [data, power] = [data, power].map(|prior| {
            gradient_noise(&Population::symmetric(3, prior), &[0.8; 3], 30.0).unwrap().covariance
        });
        assert!((data.own[0] / power.own[0] - 1.0).abs() < 0.01, "{data:?} for {power:?}");
        assert!((data.others[0][0] / power.others[0][0] - 1.0).abs() < 0.01, "{data:?} for {power:?}");
    }

    #[test]
    fn modes_and_entries_are_two_views_of_a_matrix() {
        let (population, multipliers) = mixed();
        let noise = gradient_noise(&population, &multipliers, 20.0).unwrap();
        let apart: Vec<f64> = (0..3).map(|a| noise.covariance.apart(a)).collect();
        let back = Blocks::from_modes(&noise.covariance.together(&noise.counts), &apart, &noise.counts);
        for a in 0..3 {
            assert!((back.own[a] - noise.covariance.own[a]).abs() < 1e-15);
            for b in 0..3 {
                assert!((back.others[a][b] - noise.covariance.others[a][b]).abs() < 1e-15);
            }
        }
        let split = noise.jacobian.split(&noise.of_bidder);
        assert_eq!(split.own[3], noise.jacobian.own[0]);
        assert_eq!(split.others[0][3], noise.jacobian.others[0][0]);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        let game = Population::symmetric(2, Prior::STANDARD);
        let refused =
            |multipliers: [f64; 2], beta: f64| gradient_noise(&game, &multipliers, beta).unwrap_err();
        assert!(refused([0.5, 1.0], 50.0).contains("bidder 2 is 1"));
        assert!(refused([0.5, 0.5], f64::INFINITY).contains("finite"));
        let mut curves = game.clone();
        curves.bidders[0].strategy = Strategy::PiecewiseLinear { segments: 2 };
        assert!(gradient_noise(&curves, &[0.5, 0.5], 50.0).unwrap_err().contains("linear bidders"));
    }

    proptest! {
        #![proptest_config(ProptestConfig {
        cases: 32,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..Default::default()
    })]
        #[test]
        fn means_of_the_same_nodes_are_the_expected_gradient((population, profile) in games(), beta in 3.0..300.0) {
            let multipliers: Vec<f64> =
                profile.multipliers().unwrap().iter().take(5).map(|w| w.clamp(0.05, 0.95)).collect();
            let population = Population { bidders: population.bidders[..multipliers.len()].to_vec(), ..population };
            let walk = walk(&population, &multipliers, beta);
            let columns: Vec<Vec<f64>> = multipliers.iter().map(|w| vec![*w]).collect();
            let expected = ExpectedGradient::new(&population, beta).at(&columns).concat();
            let groups = Groups::at(&population, &multipliers);
            let (sums, covariance) = (walk.sums(), walk.covariance());
            for (i, (w, expected)) in multipliers.iter().zip(expected).enumerate() {
                let group = groups.of_bidder[i];
                let mean = sums.mean[group] / (w * (1.0 - w));
                let error = (mean - expected).abs();
                prop_assert!(error < 1e-6 * population.bidders[i].prior.support().1.max(1.0), "{} for {}", mean, expected);
                // Cauchy and Schwarz.
                for b in 0..groups.len() {
                    let most = (covariance.own[group] * covariance.own[b]).sqrt();
                    prop_assert!(covariance.others[group][b].abs() <= most * (1.0 + 1e-9) + 1e-12);
                }
            }
        }
    }
}
