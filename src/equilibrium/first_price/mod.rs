//! The Bayes-Nash equilibrium of a first-price auction, and those of other rules that follow from it.

#[cfg(test)]
mod best_responses;
mod by_total;
mod collocation;
mod expectations;
mod grid;
mod inverse_bids;
mod of_rule;
mod power_pair;
#[cfg(test)]
mod rivals;
mod shooting;
mod symmetric;
mod uniform_pair;

use expectations::{Expectations, attained_gain, expectations};
use inverse_bids::InverseBids;

use crate::auction::{Mechanism, Population, Prior, Profile};
use crate::expectation::Evaluator;
use crate::law::groups::Groups;
use crate::numeric::roots::root;

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
    bids: Bids,
    expectations: Expectations,
    method: &'static str,
    certificate: Certificate,
}

/// What values bid.
#[derive(Clone, Debug, PartialEq)]
enum Bids {
    /// What the inverse bids say.
    Inverse(InverseBids),
    /// That times the probability to win: the all-pay bids of a first-price equilibrium of one group.
    Paid(InverseBids),
    /// Themselves: the lowest bid that can win, and the highest.
    Truthful { low: f64, top: f64 },
}

/// The Bayes-Nash equilibrium of a population's priors under the auction's rule, whatever the strategy
/// classes.
///
/// At the second price bidders bid their values, which is weakly dominant: other equilibria are known, in
/// which some bid more than they have. All-pay bids and those of mixtures are known of bidders who share a
/// prior, from the first price.
///
/// At the first price closed forms where there are any: N bidders of one prior, two uniform priors, two power
/// priors of one exponent and lowest value. Else by collocation in the bid, for any priors on supports with
/// one lowest value, in a time like the number of different priors; where that finds none, and for two
/// bidders whose values begin at different ones, by collocation along the total log-probability, in some
/// seconds at most.
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
    let groups = Groups::new(population);
    match population.mechanism {
        Mechanism::FirstPrice => first_price(groups),
        Mechanism::SecondPrice => Ok(Bne::truthful(population, groups)),
        rule if groups.len() > 1 => {
            Err(format!("the equilibrium under {rule} is known where all bidders share a prior"))
        }
        Mechanism::AllPay => first_price(groups).map(Bne::all_pay),
        Mechanism::Mixture { .. } => mixture(population.mechanism, groups),
    }
}

/// The equilibrium of a mixture, of one group: its bids are those of the first price against other rivals.
fn mixture(mechanism: Mechanism, groups: Groups) -> Result<Bne, String> {
    let payment = mechanism.payment();
    let likened = of_rule::as_of_first_price(&groups, payment);
    let Bne { expectations: own, .. } = first_price(groups.clone())?;
    let Bne { bids, expectations, method, certificate, .. } = first_price(likened.clone())?;
    let Bids::Inverse(curves) = bids else { unreachable!("the first price has inverse bids") };
    let upper = of_rule::most_gain(&likened, &curves, payment);
    let highest = groups.priors[0].support().1;
    if upper > BNE_EPSILON * highest {
        return Err(format!(
            "no certified equilibrium: against the bids of {mechanism} a deviation may gain {upper:e}"
        ));
    }
    // The same is won, and the same paid on average, as at the first price.
    let expectations = Expectations { bid_values: expectations.bid_values, ..own };
    let certificate = Certificate { lower: certificate.lower.min(upper), upper };
    Ok(Bne { groups, bids: Bids::Inverse(curves), expectations, method, certificate })
}

/// The equilibrium at the first price.
fn first_price(groups: Groups) -> Result<Bne, String> {
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
        Bne { groups, bids: Bids::Inverse(curves), expectations, method, certificate }
    }

    /// Bids that are the values, at the second price.
    fn truthful(population: &Population, groups: Groups) -> Self {
        let evaluation = Evaluator::new(population).evaluate(&Profile::linear(vec![1.0; population.len()]));
        let supports = || groups.priors.iter().map(Prior::support);
        let first = |group: usize| groups.of_bidder.iter().take_while(|other| **other != group).count();
        let square = |prior: &Prior| prior.variance() + prior.mean() * prior.mean();
        let expectations = Expectations {
            utilities: (0..groups.len()).map(|group| evaluation.bidders[first(group)].utility).collect(),
            revenue: evaluation.revenue,
            bid_values: groups.priors.iter().map(square).collect(),
            most_gain: vec![0.0; groups.len()],
        };
        let bids = Bids::Truthful {
            low: supports().map(|ends| ends.0).fold(0.0, f64::max),
            top: supports().map(|ends| ends.1).fold(0.0, f64::max),
        };
        // Whatever the others bid, no other bid gains.
        let certificate = Certificate { lower: 0.0, upper: 0.0 };
        Bne { groups, bids, expectations, method: "truthful bids, weakly dominant", certificate }
    }

    /// The all-pay bids of a first-price equilibrium of one group. Who bids like another value wins as often
    /// and pays as much on average as there, so that the certificate is the same.
    fn all_pay(self) -> Self {
        let Bids::Inverse(curves) = self.bids else { unreachable!("the first price has inverse bids") };
        let bid_values = vec![of_rule::all_pay_bid_values(&self.groups, &curves)];
        let expectations = Expectations { bid_values, ..self.expectations };
        Bne {
            bids: Bids::Paid(curves),
            expectations,
            method: "first-price bids times the probability to win",
            ..self
        }
    }

    /// Number of bidders.
    pub fn bidders(&self) -> usize {
        self.groups.of_bidder.len()
    }

    /// The lowest bid that can win.
    pub fn low_bid(&self) -> f64 {
        match &self.bids {
            Bids::Inverse(curves) => curves.low,
            Bids::Paid(_) => 0.0,
            Bids::Truthful { low, .. } => *low,
        }
    }

    /// The highest bid of all bidders.
    pub fn top_bid(&self) -> f64 {
        match &self.bids {
            Bids::Inverse(curves) | Bids::Paid(curves) => curves.top,
            Bids::Truthful { top, .. } => *top,
        }
    }

    /// How it was found.
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// A bound on the error of bids and inverse bids, in the unit of the values; see [`BNE_ERROR`].
    pub fn error(&self) -> f64 {
        if let Bids::Truthful { .. } = self.bids {
            return 0.0;
        }
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
        match &self.bids {
            Bids::Inverse(curves) => bid_of(curves, prior, group, value),
            Bids::Paid(curves) => {
                let rivals = self.groups.counts[group] - 1.0;
                libm::exp(rivals * prior.ln_cdf(value)) * bid_of(curves, prior, group, value)
            }
            Bids::Truthful { .. } => value,
        }
    }

    /// The value at which a bidder bids `bid`: that of the nearer end for bids outside \[low bid, top bid\],
    /// the bid itself below the low bid where values there cannot win. Where all but 1e-12 of the values lie
    /// below, it is as inaccurate as a quantile so far up.
    pub fn inverse_bid(&self, bidder: usize, bid: f64) -> f64 {
        let group = self.groups.of_bidder[bidder];
        let prior = &self.groups.priors[group];
        let (low, high) = prior.support();
        let curves = match &self.bids {
            Bids::Inverse(curves) => curves,
            Bids::Paid(_) if bid <= 0.0 => return low,
            Bids::Paid(curves) if bid >= curves.top => return high,
            Bids::Paid(_) => {
                return root(low, high, |value| self.bid(bidder, value) - bid).unwrap_or(high);
            }
            Bids::Truthful { .. } => return bid.clamp(low, high),
        };
        if bid >= curves.top {
            return high;
        }
        if bid <= curves.low {
            return bid.clamp(low, curves.low.max(low));
        }
        prior.quantile_of_ln(curves.log(group, curves.place(bid)).min(0.0)).max(bid)
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

/// The bid of a value of a prior that the inverse bids of a group say. Values that cannot win bid themselves.
fn bid_of(curves: &InverseBids, prior: &Prior, group: usize, value: f64) -> f64 {
    if value <= curves.low {
        return value;
    }
    let log = prior.ln_cdf(value);
    if log == f64::NEG_INFINITY {
        return curves.low;
    }
    if value == prior.support().1 {
        return curves.top;
    }
    let bid = curves.low + curves.rise(curves.place_of_log(group, log));
    bid.min(value)
}

#[cfg(test)]
impl Bne {
    /// Its inverse bids, where it has such.
    fn curves(&self) -> &InverseBids {
        match &self.bids {
            Bids::Inverse(curves) | Bids::Paid(curves) => curves,
            Bids::Truthful { .. } => panic!("truthful bids have no curves"),
        }
    }
}

#[cfg(test)]
mod tests;
