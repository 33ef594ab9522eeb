//! The Bayes-Nash equilibrium of a first-price auction.

#[cfg(test)]
mod best_responses;
mod by_total;
mod collocation;
mod expectations;
mod grid;
mod inverse_bids;
mod power_pair;
#[cfg(test)]
mod rivals;
mod shooting;
mod symmetric;
mod uniform_pair;

use expectations::{Expectations, attained_gain, expectations};
use inverse_bids::InverseBids;

use crate::auction::{Mechanism, Population, Prior};
use crate::law::groups::Groups;

/// A bound on the error of an equilibrium's bids, in units of top bid - low bid.
pub const BNE_ERROR: f64 = 1e-8;

/// The certificate that an equilibrium must have, in units of the highest value.
pub const BNE_EPSILON: f64 = 1e-7;

/// Bounds on what a bidder gains by deviating from a claimed equilibrium: the most over all bidders and
/// values, in the unit of the values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Certificate {
    /// What a deviation found on a grid of values and bids attains.
    pub lower: f64,
    /// What no deviation exceeds, up to the quadrature of the bound.
    pub upper: f64,
}

/// A Bayes-Nash equilibrium in rising bid functions, with its certificate.
#[derive(Clone, Debug, PartialEq)]
pub struct Bne {
    groups: Groups,
    curves: InverseBids,
    expectations: Expectations,
    method: &'static str,
    certificate: Certificate,
}

/// The Bayes-Nash equilibrium of a population's priors in the first-price auction, whatever the strategy
/// classes.
///
/// Closed forms where there are any: N bidders of one prior, two uniform priors, two power priors of one
/// exponent and lowest value. Else by collocation in the bid, for any priors on supports with one lowest
/// value, in a time like the number of different priors; where that finds none, and for two bidders whose
/// values begin at different ones, by collocation along the total log-probability, in some seconds at most.
///
/// Of two bidders whose values begin at l1 < l2 the lowest bid that can win maximises (l2 - b) F1(b), and
/// values below it are bid as they are; other equilibria differ in what those bid who never win.
///
/// ```
/// use bidsweep::auction::{Population, Prior};
/// use bidsweep::equilibrium::bne;
///
/// let bne = bne(&Population::symmetric(4, Prior::STANDARD)).unwrap();
/// assert!((bne.bid(0, 0.6) - 0.45).abs() < 1e-9);
/// assert!(bne.certificate().upper < 1e-7);
/// ```
///
/// # Errors
/// Why there is none, or none that is found; never an equilibrium that fails its certificate.
pub fn bne(population: &Population) -> Result<Bne, String> {
    let Mechanism::FirstPrice = population.mechanism;
    let groups = Groups::new(population);
    let highest = groups.priors.iter().map(|prior| prior.support().1).fold(0.0, f64::max);
    let most = BNE_EPSILON * highest;
    let mut reason = String::new();
    for solve in methods(&groups) {
        let Some((curves, method)) = solve()? else { continue };
        let bne = Bne::new(groups.clone(), curves, method);
        let bound = bne.certificate.upper;
        if bound <= most {
            return Ok(bne);
        }
        reason = format!(
            "no certified equilibrium: against the bids found by {method} a deviation may gain {bound:e}, above {most:e}"
        );
    }
    Err(reason)
}

/// Finds inverse bids, and says how; none where the next method is to be tried.
type Solve<'g> = Box<dyn Fn() -> Result<Option<(InverseBids, &'static str)>, String> + 'g>;

/// How the equilibrium of some priors may be found: what is certified first is taken.
fn methods(groups: &Groups) -> Vec<Solve<'_>> {
    let pair = groups.counts == [1.0, 1.0];
    let low = groups.priors[0].support().0;
    let by_value: Solve = Box::new(|| Ok(Some((symmetric::solve_by_value(groups)?, symmetric::METHOD))));
    let by_quantile: Solve =
        Box::new(|| Ok(Some((symmetric::solve_by_quantile(groups)?, symmetric::METHOD))));
    let by_total: Solve = Box::new(|| Ok(Some((by_total::solve(groups)?, by_total::METHOD))));
    match &groups.priors[..] {
        [Prior::Uniform(_)] => {
            vec![Box::new(|| Ok(Some((symmetric::solve_uniform(groups)?, symmetric::UNIFORM_METHOD))))]
        }
        [prior] if symmetric::is_steep(prior) => vec![by_quantile, by_value],
        [_] => vec![by_value, by_quantile],
        [Prior::Uniform(one), Prior::Uniform(two)] if pair => {
            vec![Box::new(move || uniform_pair::solve(groups, [one, two]).map(Some))]
        }
        [Prior::Power(one), Prior::Power(two)]
            if pair && one.exponent() == two.exponent() && groups.priors[1].support().0 == low =>
        {
            vec![Box::new(|| Ok(Some((power_pair::solve(groups, one.exponent())?, power_pair::METHOD))))]
        }
        priors if priors.iter().all(|prior| prior.support().0 == low) => {
            let by_bid = || Ok(collocation::solve(groups)?.map(|curves| (curves, collocation::METHOD)));
            vec![Box::new(by_bid), by_total]
        }
        _ => vec![by_total],
    }
}

impl Bne {
    fn new(groups: Groups, curves: InverseBids, method: &'static str) -> Self {
        let expectations = expectations(&groups, &curves);
        let upper = expectations.most_gain.iter().copied().fold(0.0, f64::max);
        let certificate = Certificate { lower: attained_gain(&groups, &curves), upper };
        Bne { groups, curves, expectations, method, certificate }
    }

    /// Number of bidders.
    pub fn bidders(&self) -> usize {
        self.groups.of_bidder.len()
    }

    /// The lowest bid that can win.
    pub fn low_bid(&self) -> f64 {
        self.curves.low
    }

    /// The highest bid of every bidder.
    pub fn top_bid(&self) -> f64 {
        self.curves.top
    }

    /// How it was found.
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// A bound on the error of bids and inverse bids, in the unit of the values; see [`BNE_ERROR`].
    pub fn error(&self) -> f64 {
        BNE_ERROR * (self.top_bid() - self.low_bid())
    }

    /// Bounds on what a deviation gains.
    pub fn certificate(&self) -> Certificate {
        self.certificate
    }

    /// The bid of a bidder (counted from 0) at a value. Values that cannot win bid themselves; values outside
    /// the support bid like its nearer end.
    pub fn bid(&self, bidder: usize, value: f64) -> f64 {
        let group = self.groups.of_bidder[bidder];
        let prior = &self.groups.priors[group];
        let (low, high) = prior.support();
        let value = value.clamp(low, high);
        if value <= self.curves.low {
            return value;
        }
        let log = prior.ln_cdf(value);
        if log == f64::NEG_INFINITY {
            return self.curves.low;
        }
        if value == high {
            return self.curves.top;
        }
        let bid = self.curves.low + self.curves.rise(self.curves.place_of_log(group, log));
        bid.min(value)
    }

    /// The value at which a bidder bids `bid`: that of the nearer end for bids outside \[low bid, top bid\],
    /// the bid itself below the low bid where values there cannot win. Where all but 1e-12 of the values lie
    /// below, it is as inaccurate as a quantile so far up.
    pub fn inverse_bid(&self, bidder: usize, bid: f64) -> f64 {
        let group = self.groups.of_bidder[bidder];
        let prior = &self.groups.priors[group];
        let (low, high) = prior.support();
        if bid >= self.curves.top {
            return high;
        }
        if bid <= self.curves.low {
            return bid.clamp(low, self.curves.low.max(low));
        }
        prior.quantile_of_ln(self.curves.log(group, self.curves.place(bid)).min(0.0)).max(bid)
    }

    /// The ex-ante utility of a bidder, per auction.
    pub fn utility(&self, bidder: usize) -> f64 {
        self.expectations.utilities[self.groups.of_bidder[bidder]]
    }

    /// The expected payment, per auction.
    pub fn revenue(&self) -> f64 {
        self.expectations.revenue
    }

    /// The multiplier of the line through 0 that is nearest to a bidder's bids: argmin_w E (b(v) - w v)^2,
    /// which is E\[b v\] / E\[v^2\].
    pub fn projection(&self, bidder: usize) -> f64 {
        let group = self.groups.of_bidder[bidder];
        let prior = &self.groups.priors[group];
        let mean = prior.mean();
        self.expectations.bid_values[group] / (prior.variance() + mean * mean)
    }
}

#[cfg(test)]
mod tests;
