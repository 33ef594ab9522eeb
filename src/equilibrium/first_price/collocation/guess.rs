//! What Newton's method starts from.

use super::{Problem, State};
use crate::equilibrium::first_price::grid::place;
use crate::law::groups::Groups;
use crate::law::log_quantile::LogQuantile;
use crate::numeric::quadrature::GaussLegendre;

/// The part of the support above which the guess asks the prior itself.
const PART_OF_VALUES: f64 = 1e-3;

/// Newton's steps to each ln F of the guess, from its neighbour.
const GUESS_STEPS: usize = 4;

/// The power of bids, in numbers of rivals, with which the guess goes over to what it is at the top.
const SHARPNESS: f64 = 0.3;

/// ln F at which a prior is taken to be a power of the value.
const LOW_LOG: f64 = -20.0;

/// The guessed top bid is so far below the least of the highest values, in ln.
const LEAST_SHADE: f64 = 0.1;

/// About the l <= 0 with ln E(l) = `ln`, from one above it.
fn log_of_excess(groups: &Groups, g: usize, ln: f64, above: f64) -> f64 {
    let (low, high) = groups.priors[g].support();
    if ln > libm::log(PART_OF_VALUES * (high - low)) {
        return groups.priors[g].ln_cdf(low + libm::exp(ln));
    }
    // Where rounding would lose the excess, it is all but a power of F.
    let mut log = above;
    for _ in 0..GUESS_STEPS {
        let (at, slope) = groups.quantiles[g].ln_excess(log);
        log = (log + (ln - at) / slope).min(0.0);
    }
    log
}

impl Problem<'_> {
    /// A guess: the ratio of values to bids is what it would be if all priors were the powers that they are
    /// like there, and goes over to what it is at the top.
    pub(super) fn start(&self, near_by: bool) -> State {
        let groups = self.groups;
        let powers: Vec<f64> =
            groups.quantiles.iter().map(|quantile| 1.0 / quantile.ln_excess(LOW_LOG).1).collect();
        let others = groups.bidders() - 1.0;
        let rule = GaussLegendre::of_order(8);
        let mean = |quantile: &LogQuantile| {
            libm::log(rule.integrate(0.0, 1.0, |p| libm::exp(quantile.ln_excess(libm::log(p) / others).0)))
        };
        let tops: Vec<f64> = groups.quantiles.iter().map(|quantile| quantile.ln_excess(0.0).0).collect();
        let least = tops.iter().copied().fold(f64::INFINITY, f64::min);
        let means: Vec<f64> = groups.quantiles.iter().map(mean).collect();
        let ln_width = (groups.total(&means) / groups.bidders()).min(least - LEAST_SHADE);
        let power = if near_by { f64::max(1.0, SHARPNESS * others) } else { 1.0 };
        let mut ends = vec![vec![0.0; groups.len()]];
        let mut powers = powers;
        for (k, t) in self.ends[1..].iter().enumerate() {
            let s = place(*t).0;
            let above = &ends[k];
            if k > 0 && near_by {
                powers.iter_mut().zip(groups.quantiles.iter().zip(above)).for_each(
                    |(power, (quantile, log))| {
                        *power = 1.0 / quantile.ln_excess(*log).1;
                    },
                );
            }
            let weight = libm::exp(power * s);
            let guess = |g: usize| {
                let top = libm::exp(tops[g] - ln_width);
                let local = (1.0 + 1.0 / groups.total_of_rivals(g, &powers)).min(top * libm::exp(-s));
                let ratio = (top - local).mul_add(weight, local);
                log_of_excess(groups, g, ln_width + s + libm::log(ratio), above[g])
            };
            ends.push((0..groups.len()).map(guess).collect());
        }
        let between = |pair: &[Vec<f64>]| {
            let at =
                |(above, below): (&f64, &f64)| self.method.places.map(|c| c.mul_add(below - above, *above));
            pair[0].iter().zip(&pair[1]).map(at).collect()
        };
        State { ln_width, points: ends.windows(2).map(between).collect(), ends }
    }
}
