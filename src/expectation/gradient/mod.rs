//! The exact gradient of expected utilities in the bidders' parameters, of the smoothed auction and of the
//! true one.

mod cost;
mod group;
mod linear;
mod rivals;
mod shared;
mod shifted;
mod smoothed;

pub(crate) use cost::{nanoseconds, nanoseconds_where_all_play_alike};
use group::Group;
pub(crate) use linear::GroupGradient;
use linear::UniformGradient;
pub(crate) use linear::power;
use rivals::Bids;
use shared::{Player, Together};
use smoothed::{Accuracy, Meetings};

use crate::auction::{Bidder, Payment, Population, Prior, Strategy};
use crate::numeric::cancel;
use crate::numeric::simd::Instance;

/// A bound on the absolute error of [`ExpectedGradient`], for values up to 1, beta high from 5 to 1000 and up
/// to 20 bidders of shapes up to 100 whose F falls at no end like less than the root of the distance.
pub const GRADIENT_ERROR: f64 = 2e-7;

/// The same where F falls so at a lowest value of 0, or a shape is above 100. Where F falls so at another
/// end, integrals over values lose mass, and nothing is to be computed by this gradient.
pub const EXTREME_GRADIENT_ERROR: f64 = 5e-6;

/// Nanoseconds of the gradient of one bidder, about.
const A_GRADIENT: u64 = 10_000;

/// For learners.
const FAST: Accuracy = Accuracy { logistic: 3e-7, cut: 18.0, density: 5, ends: 14, outer: 14, inner: 10 };

/// For references.
const FINE: Accuracy = Accuracy { logistic: 1e-13, cut: 34.0, density: 9, ends: 24, outer: 20, inner: 14 };

/// From so many bends of bid functions on, their nodes crowd.
const CROWD: usize = 300;

/// From this steepness times the range of bids on, the logistic variable is integrated last.
pub(crate) const STEEP: f64 = 3000.0;

/// The gradient of every bidder's expected utility in its own parameters, for fixed priors, classes and
/// steepness.
///
/// Bidder i has the value v ~ F_i, bids b_i(v) and meets the highest other bid m ~ H_i, H_i(m) = prod_{j !=
/// i} F_j(phi_j(m)) with the inverse bid functions phi_j and the density h_i. Of the smoothed utility E\[(v -
/// b_i(v)) s(beta (b_i(v) - m))\], s the logistic function, the derivative in a parameter a is
///
/// ```text
/// int s'(xi) int f_i(v) db_i(v)/da { -H_i(b_i(v) - xi / beta) + (v - b_i(v)) h_i(b_i(v) - xi / beta) } dv dxi,
/// db/dw = v of a multiplier,    db/dm_0 = v_0 and db/dm_k = (v_k - v_(k-1)) c_k(v) of slopes,
/// ```
///
/// and in the true auction, for an infinite beta, xi / beta is 0. The parameters are those of
/// [`Strategy::bid_function`]: one multiplier in (0, 1), or the slopes m_0 .. m_K, of 0 or more; classes may
/// be mixed. Under other rules than the first price the bidder has, with its [`Payment`], (v - own b_i(v) -
/// other m) h_i - own H_i - always in the braces, m = b_i(v) - xi / beta.
///
/// Linear bidders with uniform priors: in that order, the inner integral in closed form, panels of a
/// Gauss-Legendre rule over xi ending wherever a support does. Any others: s and s' summed over own values
/// and highest rival bids, on nodes of bids that all bidders share; panels end wherever a bid function bends
/// and are as narrow as 1 / beta asks for, so that flat and steep segments do no harm. The time grows with
/// beta up to a steepness of 3000 over the range of bids, and from there on the logistic variable comes
/// last. Bidders of one prior, class and parameters are computed once. The absolute error is at most
/// [`GRADIENT_ERROR`], and of smooth densities on shared nodes about 1e-12.
///
/// ```
/// use bidsweep::auction::{Population, Prior, Strategy};
/// use bidsweep::expectation::ExpectedGradient;
///
/// let mut population = Population::symmetric(2, Prior::STANDARD);
/// let gradient = ExpectedGradient::new(&population, f64::INFINITY);
/// assert!(gradient.at(&[vec![0.5], vec![0.5]])[0][0].abs() < 1e-15);
///
/// population.bidders[0].strategy = Strategy::PiecewiseLinear { segments: 2 };
/// let gradient = ExpectedGradient::new(&population, f64::INFINITY);
/// assert!(gradient.of(0, &[vec![0.5, 0.5, 0.5], vec![0.5]]).iter().all(|g| g.abs() < 1e-15));
/// ```
///
/// References: this project's derivation; no published source is known to us.
#[derive(Clone, Debug)]
pub struct ExpectedGradient {
    beta: f64,
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    /// Lines of uniform priors.
    Uniform(UniformGradient),
    Any(Together),
}

impl ExpectedGradient {
    /// For the priors and classes of a population and a steepness `beta` per unit of bid, infinite for the
    /// true auction.
    ///
    /// # Panics
    /// Where `beta` is not positive.
    pub fn new(population: &Population, beta: f64) -> Self {
        assert!(beta > 0.0, "beta = {beta} must be positive");
        let bidders = &population.bidders;
        let even = |bidder: &Bidder| {
            bidder.strategy == Strategy::Linear && matches!(bidder.prior, Prior::Uniform(_))
        };
        let form = if population.mechanism.is_first_price() && bidders.iter().all(even) {
            Form::Uniform(UniformGradient::new(bidders))
        } else {
            Form::Any(Together::new(bidders, population.mechanism.payment()))
        };
        ExpectedGradient { beta, form }
    }

    /// Takes another steepness.
    ///
    /// # Panics
    /// Where `beta` is not positive.
    pub fn set_beta(&mut self, beta: f64) {
        assert!(beta > 0.0, "beta = {beta} must be positive");
        self.beta = beta;
    }

    /// For each bidder the derivative of its expected utility in each of its own parameters.
    ///
    /// # Panics
    /// Where there are not as many parameters as the bidders have.
    pub fn at(&self, parameters: &[Vec<f64>]) -> Vec<Vec<f64>> {
        self.some(parameters, None)
    }

    /// The derivative of one bidder's expected utility in each of its own parameters.
    ///
    /// # Panics
    /// Where there are not as many parameters as the bidders have.
    pub fn of(&self, bidder: usize, parameters: &[Vec<f64>]) -> Vec<f64> {
        self.some(parameters, Some(bidder)).remove(0)
    }

    /// Takes another instruction set.
    #[cfg(test)]
    fn set_instance(&mut self, instance: Instance) {
        match &mut self.form {
            Form::Uniform(gradient) => gradient.instance = instance,
            Form::Any(together) => together.instance = instance,
        }
    }

    /// Of one bidder where one is asked for, else of all.
    fn some(&self, parameters: &[Vec<f64>], asked: Option<usize>) -> Vec<Vec<f64>> {
        cancel::check(asked.map_or(parameters.len(), |_| 1) as u64 * A_GRADIENT);
        match &self.form {
            Form::Uniform(gradient) => {
                gradient.gradients(parameters, asked, self.beta).into_iter().map(|g| vec![g]).collect()
            }
            Form::Any(together) => together.gradients(parameters, asked, self.beta).unwrap_or_else(|| {
                let gradient = ClassGradient {
                    groups: together.kinds().cloned().collect(),
                    payment: together.payment,
                    beta: self.beta,
                    accuracy: FAST,
                };
                let met = gradient.meet(parameters);
                let bidders = asked.map_or(0..parameters.len(), |bidder| bidder..bidder + 1);
                bidders.map(|bidder| met.gradient(bidder, &parameters[bidder])).collect()
            }),
        }
    }
}

/// The gradient for groups of bidders of one prior and class who play alike.
#[derive(Clone, Debug)]
pub(crate) struct ClassGradient {
    groups: Vec<Group>,
    payment: Payment,
    beta: f64,
    accuracy: Accuracy,
}

/// The groups at some parameters.
#[derive(Clone, Debug)]
pub(crate) struct Met<'a> {
    gradient: &'a ClassGradient,
    bids: Bids,
    /// None where the logistic variable is integrated last, or there is none, or bends crowd.
    meetings: Option<Meetings>,
}

impl ClassGradient {
    fn new<'a>(
        groups: impl Iterator<Item = (&'a Prior, Strategy, u32)>,
        payment: Payment,
        beta: f64,
        accuracy: Accuracy,
    ) -> Self {
        let groups =
            groups.map(|(prior, strategy, count)| Group::new(prior, strategy, count, payment)).collect();
        ClassGradient { groups, payment, beta, accuracy }
    }

    /// For references: prior, class and number of bidders of each group.
    pub fn fine<'a>(
        groups: impl Iterator<Item = (&'a Prior, Strategy, u32)>,
        payment: Payment,
        beta: f64,
    ) -> Self {
        Self::new(groups, payment, beta, FINE)
    }

    /// The same as for learners.
    pub fn fast<'a>(
        groups: impl Iterator<Item = (&'a Prior, Strategy, u32)>,
        payment: Payment,
        beta: f64,
    ) -> Self {
        Self::new(groups, payment, beta, FAST)
    }

    /// The gradient of one bidder of each group, all of whom play these parameters: on nodes of bids that
    /// they share, unless the auction is too steep for that.
    pub fn of_all(&self, parameters: &[Vec<f64>]) -> Vec<Vec<f64>> {
        assert_eq!(parameters.len(), self.groups.len(), "parameters and bidders");
        let players: Vec<Player> = (self.groups.iter().zip(parameters))
            .map(|(kind, parameters)| Player { kind, count: kind.count, bids: kind.bids(parameters) })
            .collect();
        shared::gradients(&players, self.payment, None, self.beta, Instance::current()).unwrap_or_else(|| {
            let met = self.meet(parameters);
            parameters.iter().enumerate().map(|(group, own)| met.gradient(group, own)).collect()
        })
    }

    /// The groups at their parameters.
    pub fn meet(&self, parameters: &[Vec<f64>]) -> Met<'_> {
        assert_eq!(parameters.len(), self.groups.len(), "parameters and bidders");
        let bids = Bids::new(&self.groups, parameters);
        let limits = (0..self.groups.len()).map(|group| bids.floor_and_top(&self.groups, group));
        let (floor, top) =
            limits.fold((f64::INFINITY, f64::INFINITY), |all, one| (all.0.min(one.0), all.1.min(one.1)));
        // An infinite steepness times no range is not a number, and not below.
        let smooth = self.beta * (top - floor) < STEEP;
        let few = bids.bends.len() <= CROWD;
        let meetings = (smooth && few)
            .then(|| Meetings::new(&self.groups, &bids, self.payment, self.beta, self.accuracy));
        Met { gradient: self, bids, meetings }
    }
}

impl Met<'_> {
    /// The gradient of one bidder of a group who plays other parameters than all others of it.
    pub fn gradient(&self, group: usize, own: &[f64]) -> Vec<f64> {
        let ClassGradient { groups, payment, beta, accuracy } = self.gradient;
        let own = groups[group].bids(own);
        // What a search stepped to, out of all bounds, has no panels to integrate over.
        if !(own.iter().all(|bid| bid.is_finite()) && self.bids.are_finite()) {
            return vec![f64::NAN; groups[group].parameters()];
        }
        if let Some(meetings) = &self.meetings {
            let gradient = meetings.gradient(groups, group, &self.bids, &own, *payment, *beta, *accuracy);
            return groups[group].less_always(gradient);
        }
        if let Some(gradient) = self.in_crowd(group, &own) {
            return gradient;
        }
        let rivals = shifted::Rivals { groups, group, bids: &self.bids };
        let gradient = if *beta == f64::INFINITY {
            shifted::unsmoothed(rivals, &own, *payment, *accuracy)
        } else {
            shifted::nearly_unsmoothed(rivals, &own, *payment, *beta, *accuracy)
        };
        groups[group].less_always(gradient)
    }

    /// The same on nodes that all bidders share, where there are so many bends that a sum over all pairs of
    /// nodes would take long.
    fn in_crowd(&self, group: usize, own: &[f64]) -> Option<Vec<f64>> {
        let ClassGradient { groups, payment, beta, .. } = self.gradient;
        if self.bids.bends.len() <= CROWD || *beta == f64::INFINITY {
            return None;
        }
        let others = groups.iter().zip(&self.bids.of_group).enumerate();
        let others = others.map(|(i, (kind, bids))| Player {
            kind,
            count: kind.count - u32::from(i == group),
            bids: bids.clone(),
        });
        let mut players: Vec<Player> = others.filter(|player| player.count > 0).collect();
        players.push(Player { kind: &groups[group], count: 1, bids: own.to_vec() });
        let me = players.len() - 1;
        shared::gradients(&players, *payment, Some(me), *beta, Instance::current())
            .map(|mut all| all.swap_remove(me))
    }
}

#[cfg(test)]
mod tests;
