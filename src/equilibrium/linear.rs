//! Equilibria of bidders who are confined to multipliers: of the smoothed auction, and of the true one.

use crate::auction::strategy::linear::multiplier;
use crate::auction::{Mechanism, Population, Prior};
use crate::expectation::gradient::GroupGradient;
use crate::law::groups::Groups;
use crate::numeric::eigen::{eigenvalues, solve};
use crate::numeric::roots::root;

/// How the equilibria are found.
pub(super) const LINEAR_METHOD: &str = "expected gradient, responses and Newton's method";

/// Bounds on the error of the gradient, per unit of the highest value: for uniform priors, and for others.
const GRADIENT_ERRORS: (f64, f64) = (1e-10, 1e-7);

/// The theta between which multipliers are looked for; at the lower they are as good as 0.
const THETAS: (f64, f64) = (-14.0, 14.0);

/// The first step in theta towards a change of sign.
const FIRST_STEP: f64 = 0.25;

/// Rounds of responses, one group after the other.
const MOST_ROUNDS: usize = 300;

/// How far Newton's method may go from its start, in parts of the way to 0 or 1.
const NEAR: f64 = 0.3;

/// Steps of Newton's method.
const MOST_STEPS: usize = 30;

/// Rounds end where no multiplier changes by more, relative to the odds: first for Newton's method, then for good.
const SETTLED: (f64, f64) = (1e-3, 1e-11);

/// The least slope of a bidder's gradient, per unit of the highest value, at an equilibrium that stands alone.
const LEAST_SLOPE: f64 = 1e-6;

/// Multipliers closer than this are those of one equilibrium.
const SAME: f64 = 1e-6;

/// Half the distance of the difference quotient in the true auction, whose gradient has kinks.
const DIFFERENCE: f64 = 1e-6;

/// An equilibrium of bidders with multipliers in (0, 1), in which bidders of one prior play alike: no small change of
/// the own multiplier raises anybody's utility.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearEquilibrium {
    /// One a bidder.
    pub multipliers: Vec<f64>,
    /// A bound on the error of the multipliers: that of the gradient over the least slope of a bidder's gradient.
    pub error: f64,
    /// The largest derivative of a bidder's utility in the own multiplier that is left.
    pub residual: f64,
    /// The eigenvalues (real part, imaginary part) of the Jacobian of the simultaneous gradient field in theta, by
    /// falling real part, one a bidder; none in the true auction, whose gradient has kinks.
    ///
    /// ```text
    /// J_ij = d/dtheta_j ( w_i (1 - w_i) g_i ) = w_i (1 - w_i) w_j (1 - w_j) dg_i/dw_j    where all g are 0.
    /// ```
    pub eigenvalues: Vec<(f64, f64)>,
}

/// The equilibria of linear bidders with these priors in the auction smoothed at steepness `beta`, per unit of bid;
/// with an infinite `beta` in the true auction (the class equilibrium). At least one.
///
/// Responses of one group after the other rise from the lowest multipliers to one equilibrium and fall from the highest
/// to another, mostly the same: in all games tried a bidder bids more against rivals who do (a numerical finding), so
/// that every equilibrium lies between the two. Newton's method finishes both.
///
/// ```
/// use bidsweep::auction::prior::{Prior, Uniform};
/// use bidsweep::auction::Population;
/// use bidsweep::equilibrium::linear_equilibria;
///
/// let mut population = Population::symmetric(2, Prior::STANDARD);
/// population.bidders[1].prior = Prior::Uniform(Uniform::new(0.0, 2.0).unwrap());
/// let class = &linear_equilibria(&population, f64::INFINITY).unwrap()[0];
/// let strong = class.multipliers[1];
/// assert!((class.multipliers[0] - 0.5).abs() < 1e-9);
/// assert!((48.0 * strong * strong * strong + strong - 2.0).abs() < 1e-9);
/// ```
///
/// # Errors
/// Why there is none: multipliers that drift to 0, or a bidder who never wins.
pub fn linear_equilibria(population: &Population, beta: f64) -> Result<Vec<LinearEquilibrium>, String> {
    let Mechanism::FirstPrice = population.mechanism;
    let groups = Groups::few(population)?;
    if beta == f64::INFINITY {
        no_common_pole(&groups)?;
    }
    let game = Game { gradient: GroupGradient::new(&groups, beta), groups: &groups, beta };
    let mut found: Vec<LinearEquilibrium> = Vec::new();
    let mut reason = None;
    let candidates = game
        .near_true_auction()
        .unwrap_or_else(|| [THETAS.1, THETAS.0].map(|start| game.settle(start)).to_vec());
    for candidate in candidates {
        match candidate.and_then(|multipliers| game.describe(&multipliers)) {
            Ok(equilibrium) => {
                let same = |other: &LinearEquilibrium| {
                    let pairs = other.multipliers.iter().zip(&equilibrium.multipliers);
                    pairs.into_iter().all(|(a, b)| (a - b).abs() < SAME)
                };
                if !found.iter().any(same) {
                    found.push(equilibrium);
                }
            }
            Err(why) => reason = reason.or(Some(why)),
        }
    }
    match reason {
        Some(reason) if found.is_empty() => Err(reason),
        _ => Ok(found),
    }
}

/// Refuses bidders of one prior whose density has a pole at the highest value: each would bid a little more than the
/// other's mass there, up to the value itself.
fn no_common_pole(groups: &Groups) -> Result<(), String> {
    let pole = |prior: &Prior| prior.pdf(prior.support().1) == f64::INFINITY;
    match groups.priors.iter().zip(&groups.counts).find(|(prior, count)| **count > 1.0 && pole(prior)) {
        Some((prior, _)) => Err(format!(
            "no class equilibrium is looked for with several bidders of prior {prior}, whose density has a pole at the \
             highest value"
        )),
        None => Ok(()),
    }
}

struct Game<'a> {
    groups: &'a Groups,
    gradient: GroupGradient,
    beta: f64,
}

impl Game<'_> {
    /// Newton's method from the equilibria of the true auction, where responses in the smoothed one are slow to
    /// compute; `None` where they are not, or Newton's method fails from one.
    fn near_true_auction(&self) -> Option<Vec<Result<Vec<f64>, String>>> {
        let uniform = |prior: &Prior| matches!(prior, Prior::Uniform(_));
        if self.beta == f64::INFINITY
            || self.groups.priors.iter().all(uniform)
            || no_common_pole(self.groups).is_err()
        {
            return None;
        }
        let gradient = GroupGradient::new(self.groups, f64::INFINITY);
        let unsmoothed = Game { groups: self.groups, gradient, beta: f64::INFINITY };
        let settled = [THETAS.1, THETAS.0].map(|start| unsmoothed.settle(start));
        settled
            .into_iter()
            .flatten()
            .map(|multipliers| self.newton(&multipliers).map(Ok))
            .collect::<Option<Vec<_>>>()
            .filter(|found| !found.is_empty())
    }

    /// The equilibrium that responses come to from one theta for all.
    fn settle(&self, start: f64) -> Result<Vec<f64>, String> {
        let mut thetas = vec![start; self.groups.len()];
        let mut wanted = SETTLED.0;
        for _ in 0..MOST_ROUNDS {
            let mut change: f64 = 0.0;
            for group in 0..thetas.len() {
                let response = self.response(group, &thetas);
                change = change.max((response - thetas[group]).abs());
                thetas[group] = response;
            }
            if change > wanted {
                continue;
            }
            let multipliers: Vec<f64> = thetas.iter().map(|theta| multiplier(*theta)).collect();
            self.inside(&thetas)?;
            if let Some(finished) = self.newton(&multipliers) {
                return Ok(finished);
            }
            if wanted == SETTLED.1 {
                return Ok(multipliers);
            }
            wanted = SETTLED.1;
        }
        Err(format!("responses to each other did not come to rest in {MOST_ROUNDS} rounds"))
    }

    /// The theta nearest to a group's present one, in the direction of its gradient, at which that is 0; or the end.
    fn response(&self, group: usize, thetas: &[f64]) -> f64 {
        let mut multipliers: Vec<f64> = thetas.iter().map(|theta| multiplier(*theta)).collect();
        let mut gradient = |theta: f64| {
            multipliers[group] = multiplier(theta);
            self.gradient.of(group, multipliers[group], &multipliers)
        };
        let mut from = thetas[group];
        let rising = gradient(from);
        if rising == 0.0 {
            return from;
        }
        let end = if rising > 0.0 { THETAS.1 } else { THETAS.0 };
        let mut step = FIRST_STEP * rising.signum();
        while from != end {
            let to = (from + step).clamp(THETAS.0, THETAS.1);
            if gradient(to) * rising <= 0.0 {
                let cell = std::cell::RefCell::new(gradient);
                return root(from, to, |theta| (cell.borrow_mut())(theta)).unwrap_or(to);
            }
            from = to;
            step *= 1.5;
        }
        end
    }

    /// Whether no group is at an end.
    fn inside(&self, thetas: &[f64]) -> Result<(), String> {
        let Some(group) = thetas.iter().position(|theta| *theta <= THETAS.0 || *theta >= THETAS.1) else {
            return Ok(());
        };
        let bidder = 1 + self.groups.of_bidder.iter().take_while(|of| **of != group).count();
        let (low, high) = self.groups.priors[group].support();
        let end = if thetas[group] <= THETAS.0 { 0 } else { 1 };
        let why = if end == 0 && self.beta.is_finite() {
            format!(": beta = {} is too small for values from {low} to {high}", self.beta)
        } else {
            String::new()
        };
        Err(format!("no interior equilibrium: the multiplier of bidder {bidder} drifts to {end}{why}"))
    }

    fn residuals(&self, multipliers: &[f64]) -> Vec<f64> {
        (0..multipliers.len()).map(|group| self.gradient.of(group, multipliers[group], multipliers)).collect()
    }

    /// Newton's method on all groups' gradients, if it converges near its start.
    fn newton(&self, start: &[f64]) -> Option<Vec<f64>> {
        let mut multipliers = start.to_vec();
        let mut residuals = self.residuals(&multipliers);
        let size = |residuals: &[f64]| residuals.iter().fold(0.0_f64, |most, g| most.max(g.abs()));
        for _ in 0..MOST_STEPS {
            let step = solve(&self.slopes_of_groups(&multipliers), &residuals)?;
            let next: Vec<f64> = multipliers.iter().zip(&step).map(|(w, step)| w - step).collect();
            let near = next.iter().zip(start).all(|(w, s)| (w - s).abs() < NEAR * s.min(1.0 - s));
            if !near {
                return None;
            }
            let next_residuals = self.residuals(&next);
            let improved = size(&next_residuals) < size(&residuals);
            let short = step.iter().zip(&multipliers).all(|(step, w)| step.abs() < 1e-14 * w.max(1e-3));
            if improved {
                (multipliers, residuals) = (next, next_residuals);
            }
            if short || !improved {
                let done = step.iter().zip(&multipliers).all(|(step, w)| step.abs() < 1e-9 * w);
                return done.then_some(multipliers);
            }
        }
        None
    }

    /// The derivatives of a group's gradient in the own multiplier, and in that of one rival of each group.
    fn slopes(&self, group: usize, multipliers: &[f64]) -> (f64, Vec<f64>) {
        if self.beta.is_finite() {
            return self.gradient.slopes(group, multipliers[group], multipliers);
        }
        let own = multipliers[group];
        let quotient = |up: f64, down: f64, h: f64| (up - down) / (2.0 * h);
        let h = DIFFERENCE * own;
        let of_own = quotient(
            self.gradient.of(group, own + h, multipliers),
            self.gradient.of(group, own - h, multipliers),
            h,
        );
        let of_others = (0..multipliers.len()).map(|other| {
            let rivals = self.groups.counts[other] - if other == group { 1.0 } else { 0.0 };
            let h = DIFFERENCE * multipliers[other];
            let at = |shift: f64| {
                let mut moved = multipliers.to_vec();
                moved[other] += shift;
                self.gradient.of(group, own, &moved)
            };
            if rivals == 0.0 { 0.0 } else { quotient(at(h), at(-h), h) / rivals }
        });
        (of_own, of_others.collect())
    }

    /// The derivatives of all groups' gradients in all groups' multipliers.
    fn slopes_of_groups(&self, multipliers: &[f64]) -> Vec<Vec<f64>> {
        let row = |group: usize| -> Vec<f64> {
            let (own, others) = self.slopes(group, multipliers);
            let counts = self.groups.counts.iter().enumerate();
            counts
                .zip(others)
                .map(
                    |((g, count), other)| {
                        if g == group { own + (count - 1.0) * other } else { count * other }
                    },
                )
                .collect()
        };
        (0..multipliers.len()).map(row).collect()
    }

    fn describe(&self, multipliers: &[f64]) -> Result<LinearEquilibrium, String> {
        let residual = self.residuals(multipliers).iter().fold(0.0_f64, |most, g| most.max(g.abs()));
        let slopes: Vec<(f64, Vec<f64>)> =
            (0..multipliers.len()).map(|g| self.slopes(g, multipliers)).collect();
        for (group, (own, _)) in slopes.iter().enumerate() {
            let high = self.groups.priors[group].support().1;
            let bidder = 1 + self.groups.of_bidder.iter().take_while(|of| **of != group).count();
            if own.is_nan() || *own >= -LEAST_SLOPE * high {
                return Err(format!(
                    "no equilibrium that stands alone: bidder {bidder} hardly gains or loses by another multiplier \
                     than {}",
                    multipliers[group]
                ));
            }
        }
        let uniform = self.groups.priors.iter().all(|prior| matches!(prior, Prior::Uniform(_)));
        let of_gradient = if uniform { GRADIENT_ERRORS.0 } else { GRADIENT_ERRORS.1 };
        let errors = self
            .groups
            .priors
            .iter()
            .zip(&slopes)
            .map(|(prior, (own, _))| of_gradient * prior.support().1 / own.abs());
        let error = errors.fold(0.0, f64::max);
        let eigenvalues =
            if self.beta.is_finite() { self.eigenvalues(multipliers, &slopes) } else { Vec::new() };
        Ok(LinearEquilibrium { multipliers: self.groups.spread(multipliers), error, residual, eigenvalues })
    }

    /// Of the Jacobian in theta: those of the groups moving each as one, and for each group the difference between two
    /// of its bidders, as often as it has bidders but one.
    fn eigenvalues(&self, multipliers: &[f64], slopes: &[(f64, Vec<f64>)]) -> Vec<(f64, f64)> {
        let rates: Vec<f64> = multipliers.iter().map(|w| w * (1.0 - w)).collect();
        let counts = &self.groups.counts;
        let together: Vec<Vec<f64>> = slopes
            .iter()
            .enumerate()
            .map(|(i, (own, others))| {
                let entry = |j: usize| {
                    if i == j { own + (counts[j] - 1.0) * others[j] } else { counts[j] * others[j] }
                };
                (0..rates.len()).map(|j| rates[i] * rates[j] * entry(j)).collect()
            })
            .collect();
        let mut values = eigenvalues(&together).unwrap_or_default();
        for (g, (own, others)) in slopes.iter().enumerate() {
            let apart = rates[g] * rates[g] * (own - others[g]);
            values.extend(std::iter::repeat_n((apart, 0.0), counts[g] as usize - 1));
        }
        values.sort_by(|x, y| y.0.total_cmp(&x.0).then(y.1.total_cmp(&x.1)));
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::Profile;
    use crate::auction::games::game;
    use crate::auction::prior::Power;
    use crate::equilibrium::smoothed_multiplier;
    use crate::expectation::evaluate;
    use crate::numeric::quadrature::GaussLegendre;

    fn only(population: &Population, beta: f64) -> LinearEquilibrium {
        let mut found = linear_equilibria(population, beta).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    #[test]
    fn symmetric_uniform_bidders_meet_the_one_dimensional_condition() {
        for bidders in [2, 3, 5, 10, 20, 64] {
            for beta in [5.0, 10.0, 20.0, 50.0, 100.0, 1000.0] {
                let found = only(&Population::symmetric(bidders, Prior::STANDARD), beta);
                let expected = smoothed_multiplier(bidders, beta).unwrap();
                assert!((found.multipliers[0] - expected).abs() < 1e-8, "{bidders} at {beta}");
            }
        }
    }

    #[test]
    fn unequal_uniform_bidders_are_the_tabulated_ones() {
        // The highest value of the second, beta, both multipliers, both eigenvalues: softplus quadrature.
        let table = [
            (1.25, 10.0, 0.439853, 0.397282, -0.06454, -0.17252),
            (1.25, 50.0, 0.497524, 0.436252, -0.07651, -0.27020),
            (1.25, 1000.0, 0.500000, 0.436856, -0.07630, -0.28396),
            (1.5, 10.0, 0.456142, 0.376218, -0.06152, -0.23126),
            (1.5, 50.0, 0.499554, 0.392072, -0.07082, -0.34867),
            (1.5, 1000.0, 0.500000, 0.390633, -0.07111, -0.35278),
            (2.0, 10.0, 0.471716, 0.333367, -0.05464, -0.36261),
            (2.0, 50.0, 0.499859, 0.328179, -0.06343, -0.47315),
            (2.0, 1000.0, 0.500000, 0.326677, -0.06377, -0.47322),
            (4.0, 10.0, 0.482770, 0.226009, -0.04151, -0.79457),
            (4.0, 50.0, 0.499870, 0.211452, -0.04922, -0.81998),
            (4.0, 1000.0, 0.500000, 0.210452, -0.04950, -0.81801),
            (10.0, 10.0, 0.484074, 0.126162, -0.02991, -1.47012),
            (10.0, 50.0, 0.499870, 0.116784, -0.03565, -1.39475),
            (10.0, 1000.0, 0.500000, 0.116222, -0.03585, -1.38965),
        ];
        for (high, beta, w1, w2, first, second) in table {
            let found = only(&game(&[(0.0, 1.0), (0.0, high)]), beta);
            let [one, two] = [found.eigenvalues[0], found.eigenvalues[1]];
            let numbers = [found.multipliers[0], found.multipliers[1], one.0, two.0];
            for (number, expected) in numbers.into_iter().zip([w1, w2, first, second]) {
                assert!((number - expected).abs() < 1e-5, "{high} at {beta}: {found:?}");
            }
            assert_eq!((one.1, two.1), (0.0, 0.0));
        }
    }

    #[test]
    fn eigenvalues_of_equal_bidders_are_the_tabulated_ones() {
        // Bidders, beta, common and difference mode.
        let table = [
            (2, 5.0, -0.024995, -0.051895),
            (3, 50.0, -0.055337, -0.110754),
            (10, 20.0, -0.012408, -0.020268),
        ];
        for (bidders, beta, common, difference) in table {
            let mut expected = vec![difference; bidders];
            expected[0] = common;
            let values = only(&Population::symmetric(bidders, Prior::STANDARD), beta).eigenvalues;
            assert_eq!(values.len(), bidders);
            for ((re, im), expected) in values.into_iter().zip(expected) {
                assert!((re - expected).abs() < 1e-6 && im == 0.0, "{re} for {expected}");
            }
        }
    }

    #[test]
    fn one_prior_has_a_closed_form_in_the_true_auction() {
        // w = B / (A + B), A = E[v F^(N - 1)], B = (N - 1) E[v^2 F^(N - 2) f].
        let prior = Prior::Power(Power::new(2.5, 0.0, 1.0).unwrap());
        for bidders in [2_u32, 5] {
            let rivals = f64::from(bidders) - 1.0;
            let rule = GaussLegendre::of_order(60);
            let a = rule.integrate(0.0, 1.0, |v| v * libm::pow(prior.cdf(v), rivals) * prior.pdf(v));
            let density =
                |v: f64| v * v * libm::pow(prior.cdf(v), rivals - 1.0) * prior.pdf(v) * prior.pdf(v);
            let b = rivals * rule.integrate(0.0, 1.0, density);
            let found = only(&Population::symmetric(bidders as usize, prior.clone()), f64::INFINITY);
            assert!((found.multipliers[0] - b / (a + b)).abs() < 1e-8, "{found:?}");
        }
    }

    #[test]
    fn no_other_multiplier_of_a_grid_is_better_in_the_true_auction() {
        let population = game(&[(0.0, 1.0), (0.2, 1.5), (0.0, 2.0), (0.0, 1.0)]);
        let LinearEquilibrium { multipliers, .. } = only(&population, f64::INFINITY);
        assert_eq!(multipliers[0], multipliers[3]);
        let utility = |bidder: usize, w: f64| {
            let mut deviation = multipliers.clone();
            deviation[bidder] = w;
            evaluate(&population, &Profile::linear(deviation)).bidders[bidder].utility
        };
        for (bidder, multiplier) in multipliers.iter().enumerate() {
            let own = utility(bidder, *multiplier);
            for k in 1..200 {
                let deviation = utility(bidder, f64::from(k) / 200.0);
                assert!(deviation <= own + 1e-12, "bidder {bidder} gains {:e} at {k}", deviation - own);
            }
        }
    }

    #[test]
    fn a_steepness_too_small_has_a_reason() {
        let error = linear_equilibria(&game(&[(0.0, 1.0), (0.0, 1.1)]), 2.0).unwrap_err();
        assert!(error.contains("drifts to 0") && error.contains("beta = 2 is too small"), "{error}");
    }

    #[test]
    fn sixty_four_bidders_of_few_types_are_solved() {
        let supports: Vec<(f64, f64)> = (0..64).map(|i| (0.0, [1.0, 1.2][i % 2])).collect();
        for beta in [50.0, f64::INFINITY] {
            for found in linear_equilibria(&game(&supports), beta).unwrap() {
                assert!(found.residual < 1e-12, "{found:?}");
            }
        }
    }
}
