//! How multipliers scatter around the smoothed equilibrium once learning has settled: the noise of batches,
//! filtered by the learners.

use crate::auction::Population;
use crate::expectation::{Blocks, GradientNoise, gradient_noise};
use crate::learner::{Learner, LinearResponse};
use crate::numeric::eigen::{eigenvalues, solve};
use crate::numeric::lyapunov::{congruence, stationary_covariance};

/// Adam's steps, which the gradients' mean squares scale, are settled where a round changes none by more than
/// this part.
const SETTLED: f64 = 1e-8;

/// Rounds until then.
const MOST_ROUNDS: usize = 60;

/// Newton's step in theta from multipliers that count as an equilibrium is no longer.
const AT_REST: f64 = 0.01;

/// How the reason begins where deviations grow, and no scatter is stationary.
pub(super) const UNSTABLE: &str = "unstable: ";

/// How the reason begins where the runs are not around the point of which theory speaks.
pub(super) const ELSEWHERE: &str = "elsewhere: ";

/// Multipliers are where theory speaks of them within this distance in theta = logit(w): there a line through
/// the equilibrium has its slope, w (1 - w), within a tenth of it in the middle and four tenths at the ends.
const NEAR: f64 = 0.5;

/// Above this standard deviation of theta the scatter is beyond any line: it is more than a quarter of what a
/// multiplier can be.
const MOST_LINEAR: f64 = 1.0;

/// How learners are fed and in which order they move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// Profiles a batch, B.
    pub batch: u32,
    /// Whether all bidders see the same profiles; else each draws a batch of its own.
    pub shared_profiles: bool,
    /// Whether bidders move one after the other, each seeing the ones before it moved; else all at once.
    pub sequential: bool,
}

/// A direction in which the learners' deviations move apart from the others: an eigenvector of diag(eta)
/// (-J).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mode {
    /// eta h, the eigenvalue of diag(eta) (-J), real and imaginary part: by what part a deviation falls in an
    /// epoch.
    pub rate: (f64, f64),
    /// Equal modes.
    pub multiplicity: usize,
    /// Whether bidders who are alike move apart from each other in it; else those of each kind move together.
    pub apart: bool,
    /// The learners' momentum: beta1 of Adam, the momentum of SGD; the largest where they differ.
    pub momentum: f64,
}

impl Mode {
    /// Whether momentum makes the mode ring: the spectrum of what it does under noise has a peak at a period
    /// that is finite. That is so from |eta h| > (1 - b) / (1 + b) on, b the momentum.
    pub fn rings(&self) -> bool {
        libm::hypot(self.rate.0, self.rate.1) * (1.0 + self.momentum) > 1.0 - self.momentum
    }

    /// The period of that peak, in epochs; `None` without one, or where the eigenvalue is complex.
    ///
    /// A real mode is the autoregression x_t = (1 + b - (1 - b) eta h) x_(t-1) - b x_(t-2) + noise, whose
    /// spectrum peaks at cos(omega) = (1 + b - (1 - b) eta h) (1 + b) / (4 b).
    ///
    /// References: Box and Jenkins 1976, eq. 3.2.30.
    pub fn period(&self) -> Option<f64> {
        let b = self.momentum;
        if !self.rings() || self.rate.1 != 0.0 || b == 0.0 {
            return None;
        }
        let cosine = (1.0 + b - (1.0 - b) * self.rate.0) * (1.0 + b) / (4.0 * b);
        Some(2.0 * std::f64::consts::PI / libm::acos(cosine.max(-1.0)))
    }
}

/// What linear theory says of learners near a smoothed equilibrium.
#[derive(Clone, Debug, PartialEq)]
pub struct Stationary {
    /// The standard deviation of each bidder's multiplier, w (1 - w) sd(theta).
    pub deviations: Vec<f64>,
    /// The root mean square of each bidder's batch gradients in theta.
    pub gradients: Vec<f64>,
    /// The effective step eta of each bidder: lr / (root mean square + epsilon) of Adam, lr / (1 - momentum)
    /// of SGD.
    pub steps: Vec<f64>,
    /// The modes of simultaneous updates, by falling size of eta h.
    pub modes: Vec<Mode>,
    /// The covariance of theta between groups of bidders who are alike in all, and the group of each bidder.
    thetas: Blocks,
    of_bidder: Vec<usize>,
}

impl Stationary {
    /// The mode that moves the multipliers most. Where all bidders are alike it is the one with the larger
    /// part of their variance, which is that of the mean of all and that around it; else the slowest, as
    /// noise moves a mode the more the slower it is.
    pub fn leading_mode(&self) -> Option<&Mode> {
        let slowest = self.modes.last();
        let [own] = self.thetas.own[..] else { return slowest };
        let n = self.of_bidder.len() as f64;
        let others = self.thetas.others[0][0];
        let (together, apart) = ((own + (n - 1.0) * others) / n, (n - 1.0) / n * (own - others));
        self.modes.iter().find(|mode| mode.apart == (apart > together)).or(slowest)
    }

    /// What is told where runs end at these mean multipliers, for an equilibrium at others.
    ///
    /// # Errors
    /// The reason where it is told of none of them: a mean is more than 0.5 in theta = logit(w) away from the
    /// equilibrium, or theta scatters by more than 1, where no line through the equilibrium holds.
    pub fn around(self, equilibrium: &[f64], means: &[f64]) -> Result<Self, String> {
        let theta = |w: f64| libm::log(w / (1.0 - w));
        for (bidder, (&at, &mean)) in equilibrium.iter().zip(means).enumerate() {
            // Not a number at 0 or 1.
            let apart = (theta(mean) - theta(at)).abs();
            if apart.is_nan() || apart > NEAR {
                return Err(format!(
                    "{ELSEWHERE}multipliers of bidder {} end at {mean:.3} in the mean, and the theory is of runs around {at:.3}",
                    bidder + 1
                ));
            }
        }
        let wide = equilibrium.iter().zip(&self.deviations).map(|(w, sd)| sd / (w * (1.0 - w)));
        match wide.fold(0.0, f64::max) {
            most if most <= MOST_LINEAR => Ok(self),
            most => Err(format!(
                "{UNSTABLE}theta would scatter by {most:.2} around the equilibrium, where the theory, which is linear, does \
                 not hold beyond {MOST_LINEAR}"
            )),
        }
    }

    /// The correlation of two bidders' multipliers, bidders counted from 0.
    ///
    /// # Panics
    /// Where there is no such bidder.
    pub fn correlation(&self, i: usize, j: usize) -> f64 {
        let place = |i: usize| (i, self.of_bidder[i]);
        let [a, b] = [i, j].map(|i| self.thetas.own[self.of_bidder[i]]);
        self.thetas.entry(place(i), place(j)) / (a * b).sqrt()
    }

    /// The mean correlation of all pairs of different bidders.
    pub fn mean_correlation(&self) -> f64 {
        let n = self.of_bidder.len();
        let pairs = (0..n).flat_map(|j| (0..j).map(move |i| (i, j)));
        pairs.map(|(i, j)| self.correlation(i, j)).sum::<f64>() / (n * (n - 1) / 2) as f64
    }
}

/// The stationary scatter of linear bidders' multipliers around the equilibrium `multipliers` of the auction
/// smoothed at `beta`, for the learner and learning rate of each; see [`stationary_of`].
///
/// ```
/// use bidsweep::auction::{Population, Prior};
/// use bidsweep::learner::{Adam, Learner};
/// use bidsweep::measure::stationary::{Sampling, stationary};
///
/// let game = Population::symmetric(2, Prior::STANDARD);
/// let adam = Learner::Adam(Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
/// let sampling = Sampling { batch: 128, shared_profiles: true, sequential: false };
/// let found = stationary(&game, &[0.480_466_645_2; 2], 50.0, &[(adam, 0.01); 2], sampling).unwrap();
/// assert!((found.deviations[0] - 0.0085).abs() < 1e-4);
/// ```
///
/// # Errors
/// Those of [`gradient_noise`] and of [`stationary_of`].
///
/// # Panics
/// Where there is not one multiplier, or one learner, a bidder.
pub fn stationary(
    population: &Population,
    multipliers: &[f64],
    beta: f64,
    learners: &[(Learner, f64)],
    sampling: Sampling,
) -> Result<Stationary, String> {
    stationary_of(&gradient_noise(population, multipliers, beta)?, learners, sampling)
}

/// The same where the gradient's noise is known.
///
/// With x = (theta - theta*, m), m the learners' memory, an epoch is linear in x and in the batch's noise e:
///
/// ```text
/// g_i = sum_j J_ij (theta_j - theta*_j) + e_i,    Var e = Sigma / B, its diagonal alone for batches of one's own,
/// m_i <- decay_i m_i + gain_i g_i,    theta_i <- theta_i + step_i m_i,
/// ```
///
/// with all g from the theta before the epoch, or bidder by bidder. The covariance P of x <- A x + C e solves
/// P = A P A^T + C Var(e) C^T. The step of Adam depends on E g^2, and that on P: rounds of both come to rest.
/// Bidders who are alike move together or apart from each other, modes that are solved one by one, unless
/// they move in an order.
///
/// Left out: curvature, which moves the mean and widens the scatter in the second order of it, and the
/// fluctuation of Adam's second moment. Against simulations of symmetric bidders at beta 10 to 200 the
/// standard deviation is within 3 %.
///
/// References: Mandt, Hoffman and Blei 2017, "Stochastic gradient descent as approximate Bayesian inference",
/// section 4, for one SGD in continuous time; games, momentum and Adam are this project's derivation.
///
/// # Errors
/// Where the multipliers are no equilibrium, and the reason where no scatter is stationary: deviations that
/// grow ("unstable: ...").
///
/// # Panics
/// Where there is not one learner a bidder.
pub fn stationary_of(
    noise: &GradientNoise,
    learners: &[(Learner, f64)],
    sampling: Sampling,
) -> Result<Stationary, String> {
    assert_eq!(learners.len(), noise.multipliers.len(), "learners and bidders");
    let game = Game::new(noise, learners, sampling);
    game.is_stable(noise)?;
    let mut responses = game.responses(&game.noise.own)?;
    for _ in 0..MOST_ROUNDS {
        let (thetas, squares) = game.solve(&responses)?;
        let next = game.responses(&squares)?;
        let settled = responses
            .iter()
            .zip(&next)
            .all(|(now, next)| (now.step - next.step).abs() <= SETTLED * next.step);
        if settled {
            return Ok(game.describe(noise, thetas, &squares, &responses));
        }
        responses = next;
    }
    Err(format!("the scale of the gradients did not come to rest in {MOST_ROUNDS} rounds"))
}

/// Bidders who are alike in prior, multiplier and learner, or each by itself if they move in an order.
struct Game {
    learners: Vec<(Learner, f64)>,
    of_bidder: Vec<usize>,
    counts: Vec<usize>,
    jacobian: Blocks,
    /// The covariance of batch gradients.
    noise: Blocks,
    sequential: bool,
}

impl Game {
    fn new(noise: &GradientNoise, learners: &[(Learner, f64)], sampling: Sampling) -> Self {
        let mut firsts: Vec<usize> = Vec::new();
        let mut counts: Vec<usize> = Vec::new();
        let mut of_bidder = Vec::new();
        for i in 0..learners.len() {
            let alike = |&j: &usize| {
                noise.of_bidder[i] == noise.of_bidder[j] && learners[i] == learners[j] && !sampling.sequential
            };
            let group = firsts.iter().position(alike).unwrap_or_else(|| {
                firsts.push(i);
                counts.push(0);
                counts.len() - 1
            });
            counts[group] += 1;
            of_bidder.push(group);
        }
        let of_group: Vec<usize> = firsts.iter().map(|&first| noise.of_bidder[first]).collect();
        let mut covariance = noise.covariance.split(&of_group);
        let batch = f64::from(sampling.batch);
        covariance.own.iter_mut().for_each(|entry| *entry /= batch);
        let kept = if sampling.shared_profiles { 1.0 / batch } else { 0.0 };
        covariance.others.iter_mut().flatten().for_each(|entry| *entry *= kept);
        Game {
            learners: firsts.iter().map(|&first| learners[first]).collect(),
            of_bidder,
            counts,
            jacobian: noise.jacobian.split(&of_group),
            noise: covariance,
            sequential: sampling.sequential,
        }
    }

    /// The groups of several bidders, who may move apart from each other.
    fn several(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.counts.len()).filter(|&group| self.counts[group] > 1)
    }

    /// Whether the gradients are 0, and small steps along them lead back there.
    fn is_stable(&self, noise: &GradientNoise) -> Result<(), String> {
        let jacobian = self.jacobian.together(&self.counts);
        let spectrum =
            eigenvalues(&jacobian).ok_or("the eigenvalues of the gradient field were not found")?;
        let apart = self.several().map(|group| self.jacobian.apart(group));
        let largest = spectrum.iter().map(|value| value.0).chain(apart).fold(f64::NEG_INFINITY, f64::max);
        if largest >= 0.0 {
            return Err(format!(
                "{UNSTABLE}the gradient field has an eigenvalue of real part {largest:.3e}, and leads away from the \
                 multipliers"
            ));
        }
        let mut drift = vec![0.0; self.counts.len()];
        for (i, &group) in self.of_bidder.iter().enumerate() {
            drift[group] = noise.drift[noise.of_bidder[i]] * (self.counts[group] as f64).sqrt();
        }
        let newton = solve(&jacobian, &drift).ok_or("the gradient field is singular")?;
        let furthest =
            newton.iter().zip(&self.counts).map(|(step, count)| step.abs() / (*count as f64).sqrt());
        match furthest.fold(0.0, f64::max) {
            step if step <= AT_REST => Ok(()),
            step => Err(format!(
                "the multipliers are no smoothed equilibrium: one is about {step:.3} away in theta"
            )),
        }
    }

    /// The learners where their gradients have these mean squares.
    fn responses(&self, squares: &[f64]) -> Result<Vec<LinearResponse>, String> {
        let response = |((learner, rate), square): (&(Learner, f64), &f64)| {
            let found = learner.near_rest(*rate, square.sqrt());
            found.ok_or_else(|| {
                format!(
                    "{} is no linear function of small gradients, or not of the form that the theory knows",
                    learner.name()
                )
            })
        };
        self.learners.iter().zip(squares).map(response).collect()
    }

    /// The covariance of theta, and the mean squares of gradients.
    fn solve(&self, responses: &[LinearResponse]) -> Result<(Blocks, Vec<f64>), String> {
        let together = Linear::new(&self.jacobian.together(&self.counts), responses, self.sequential)
            .scatter(&self.noise.together(&self.counts))?;
        let mut thetas = vec![0.0; self.counts.len()];
        let mut gradients = thetas.clone();
        for group in self.several() {
            let apart = Linear::new(&[vec![self.jacobian.apart(group)]], &responses[group..=group], false)
                .scatter(&[vec![self.noise.apart(group)]])?;
            thetas[group] = apart.thetas[0][0];
            gradients[group] = apart.gradients[0][0];
        }
        let squares = Blocks::from_modes(&together.gradients, &gradients, &self.counts).own;
        Ok((Blocks::from_modes(&together.thetas, &thetas, &self.counts), squares))
    }

    fn describe(
        &self,
        noise: &GradientNoise,
        thetas: Blocks,
        squares: &[f64],
        responses: &[LinearResponse],
    ) -> Stationary {
        let steps: Vec<f64> = responses.iter().map(LinearResponse::effective_step).collect();
        let spread =
            |of_group: &[f64]| self.of_bidder.iter().map(|&group| of_group[group]).collect::<Vec<f64>>();
        let deviation = |(w, theta): (&f64, f64)| w * (1.0 - w) * theta.sqrt();
        let deviations = noise.multipliers.iter().zip(spread(&thetas.own)).map(deviation).collect();
        let mut contraction = self.jacobian.together(&self.counts);
        for (row, step) in contraction.iter_mut().zip(&steps) {
            row.iter_mut().for_each(|entry| *entry *= -step);
        }
        let momentum = responses.iter().map(|response| response.decay).fold(0.0, f64::max);
        let together = eigenvalues(&contraction).unwrap_or_default();
        let mut modes: Vec<Mode> =
            together.into_iter().map(|rate| Mode { rate, multiplicity: 1, apart: false, momentum }).collect();
        modes.extend(self.several().map(|group| Mode {
            apart: true,
            rate: (-steps[group] * self.jacobian.apart(group), 0.0),
            multiplicity: self.counts[group] - 1,
            momentum: responses[group].decay,
        }));
        modes.sort_by(|a, b| libm::hypot(b.rate.0, b.rate.1).total_cmp(&libm::hypot(a.rate.0, a.rate.1)));
        Stationary {
            deviations,
            gradients: spread(&squares.iter().map(|square| square.sqrt()).collect::<Vec<f64>>()),
            steps: spread(&steps),
            modes,
            thetas,
            of_bidder: self.of_bidder.clone(),
        }
    }
}

/// An epoch of n bidders, linear in the 2 n deviations and memories x and in the n noises e: x <- A x + C e,
/// and the gradients G x + D e.
struct Linear {
    a: Vec<Vec<f64>>,
    c: Vec<Vec<f64>>,
    g: Vec<Vec<f64>>,
    d: Vec<Vec<f64>>,
}

/// The covariances of theta and of gradients.
struct Scatter {
    thetas: Vec<Vec<f64>>,
    gradients: Vec<Vec<f64>>,
}

impl Linear {
    fn new(jacobian: &[Vec<f64>], responses: &[LinearResponse], sequential: bool) -> Self {
        let n = responses.len();
        // As rows of what they are made of: theta, m and e before the epoch.
        let unit = |k: usize| (0..3 * n).map(|i| f64::from(u8::from(i == k))).collect::<Vec<f64>>();
        let mut thetas: Vec<Vec<f64>> = (0..n).map(unit).collect();
        let mut memories: Vec<Vec<f64>> = (n..2 * n).map(unit).collect();
        let gradient = |i: usize, thetas: &[Vec<f64>]| {
            let mut gradient = unit(2 * n + i);
            for (entry, theta) in jacobian[i].iter().zip(thetas) {
                gradient.iter_mut().zip(theta).for_each(|(sum, part)| *sum += entry * part);
            }
            gradient
        };
        let mut gradients: Vec<Vec<f64>> = (0..n).map(|i| gradient(i, &thetas)).collect();
        for (i, response) in responses.iter().enumerate() {
            if sequential {
                gradients[i] = gradient(i, &thetas);
            }
            for (k, theta) in thetas[i].iter_mut().enumerate() {
                memories[i][k] = response.decay * memories[i][k] + response.gain * gradients[i][k];
                *theta += response.step * memories[i][k];
            }
        }
        thetas.extend(memories);
        let part = |rows: &[Vec<f64>], noise: bool| {
            let of_row = |row: &Vec<f64>| if noise { row[2 * n..].to_vec() } else { row[..2 * n].to_vec() };
            rows.iter().map(of_row).collect::<Vec<_>>()
        };
        Linear {
            a: part(&thetas, false),
            c: part(&thetas, true),
            g: part(&gradients, false),
            d: part(&gradients, true),
        }
    }

    /// In the long run, for noise of a covariance.
    ///
    /// # Errors
    /// Where deviations grow.
    fn scatter(&self, noise: &[Vec<f64>]) -> Result<Scatter, String> {
        let Linear { a, c, g, d } = self;
        let covariance = stationary_covariance(a, &congruence(c, noise)).ok_or_else(|| {
            let sizes = eigenvalues(a).unwrap_or_default().into_iter().map(|(re, im)| libm::hypot(re, im));
            let growth = sizes.fold(0.0, f64::max);
            format!("{UNSTABLE}the learners' steps are so long that deviations grow by {growth:.3e} an epoch")
        })?;
        let mut gradients = congruence(g, &covariance);
        for (row, direct) in gradients.iter_mut().zip(congruence(d, noise)) {
            row.iter_mut().zip(direct).for_each(|(entry, direct)| *entry += direct);
        }
        let n = d.len();
        Ok(Scatter { thetas: covariance[..n].iter().map(|row| row[..n].to_vec()).collect(), gradients })
    }
}

#[cfg(test)]
mod tests {
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};

    use super::*;
    use crate::auction::Prior;
    use crate::auction::prior::Uniform;
    use crate::equilibrium::{linear_equilibria, smoothed_multiplier};
    use crate::learner::{Adam, Sgd};
    use crate::numeric::statistics::Moments;

    const ADAM: Learner = Learner::Adam(Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
    const SGD: Learner = Learner::Sgd(Sgd { momentum: 0.0 });
    const SHARED: Sampling = Sampling { batch: 128, shared_profiles: true, sequential: false };

    fn symmetric(bidders: usize, beta: f64, learner: (Learner, f64), sampling: Sampling) -> Stationary {
        let multiplier = smoothed_multiplier(bidders, beta).unwrap();
        let population = Population::symmetric(bidders, Prior::STANDARD);
        stationary(&population, &vec![multiplier; bidders], beta, &vec![learner; bidders], sampling).unwrap()
    }

    #[test]
    fn symmetric_bidders_scatter_as_simulated() {
        // Learner, bidders, beta, batch, learning rate, shared profiles; then standard deviations of the
        // multiplier, predicted and simulated, and of the common and the difference mode, simulated.
        let table = [
            (ADAM, 2, 50.0, 128, 0.01, true, 0.00854, 0.00851, 0.01171, 0.00277),
            (ADAM, 2, 50.0, 128, 0.01, false, 0.00743, 0.00736, 0.00877, 0.00561),
            (ADAM, 2, 50.0, 32, 0.01, true, 0.01208, 0.01207, 0.01662, 0.00391),
            (ADAM, 2, 50.0, 512, 0.01, true, 0.00604, 0.00600, 0.00825, 0.00195),
            (ADAM, 2, 50.0, 2048, 0.01, true, 0.00428, 0.00419, 0.00577, 0.00137),
            (ADAM, 2, 50.0, 128, 0.003, true, 0.00468, 0.00467, 0.00643, 0.00152),
            (ADAM, 2, 50.0, 128, 0.03, true, 0.01482, 0.01458, 0.02006, 0.00477),
            (ADAM, 2, 10.0, 128, 0.01, true, 0.00511, 0.00504, 0.00658, 0.00274),
            (ADAM, 2, 200.0, 128, 0.01, true, 0.01225, 0.01225, 0.01719, 0.00209),
            (ADAM, 3, 50.0, 128, 0.01, true, 0.00719, 0.00714, 0.01057, 0.00455),
            (ADAM, 5, 50.0, 128, 0.01, true, 0.00513, 0.00508, 0.00771, 0.00417),
            (ADAM, 10, 50.0, 128, 0.01, true, 0.00306, 0.00305, 0.00442, 0.00285),
            (SGD, 2, 50.0, 128, 0.3, true, 0.00668, 0.00669, 0.00920, 0.00219),
            (SGD, 2, 50.0, 32, 0.3, true, 0.01336, 0.01338, 0.01841, 0.00437),
            (SGD, 2, 50.0, 512, 0.3, true, 0.00334, 0.00333, 0.00458, 0.00110),
            (SGD, 2, 50.0, 128, 0.1, true, 0.00384, 0.00384, 0.00528, 0.00125),
            (SGD, 2, 50.0, 128, 1.0, true, 0.01239, 0.01239, 0.01703, 0.00415),
            (SGD, 5, 50.0, 128, 0.5, true, 0.00306, 0.00304, 0.00458, 0.00251),
        ];
        for (learner, n, beta, batch, rate, shared_profiles, predicted, simulated, common, difference) in
            table
        {
            let sampling = Sampling { batch, shared_profiles, sequential: false };
            let found = symmetric(n, beta, (learner, rate), sampling);
            let w = smoothed_multiplier(n, beta).unwrap();
            let Blocks { own, others } = &found.thetas;
            let mode = |rivals: f64| w * (1.0 - w) * (own[0] + rivals * others[0][0]).sqrt();
            let case = format!("{} of {n} at {beta}, batch {batch}, rate {rate}", learner.name());
            for (name, value, expected, tolerance) in [
                ("predicted", found.deviations[0], predicted, 0.03),
                ("simulated", found.deviations[0], simulated, 0.02),
                ("common mode", mode(n as f64 - 1.0), common, 0.025),
                ("difference mode", mode(-1.0), difference, 0.025),
            ] {
                assert!((value / expected - 1.0).abs() < tolerance, "{case}: {name} {value} for {expected}");
            }
        }
    }

    /// One mode: eigenvalue -lambda, noise of a variance.
    fn mode(response: LinearResponse, lambda: f64, variance: f64) -> Scatter {
        Linear::new(&[vec![-lambda]], &[response], false).scatter(&[vec![variance]]).unwrap()
    }

    #[test]
    fn one_mode_has_its_closed_variance() {
        for (eta, lambda, variance) in [(0.3, 0.08, 4e-4), (1.0, 0.2, 1e-3), (7.0, 0.27, 2.0)] {
            let sgd = mode(SGD.near_rest(eta, 1.0).unwrap(), lambda, variance).thetas[0][0];
            let expected = eta * variance / (lambda * (2.0 - eta * lambda));
            assert!((sgd / expected - 1.0).abs() < 1e-12, "{sgd} for {expected}");
            for b in [0.0, 0.5, 0.9] {
                let adam = Learner::Adam(Adam { beta1: b, beta2: 0.999, epsilon: 1e-8 });
                let response = adam.near_rest(0.01, 0.01 / eta - 1e-8).unwrap();
                assert!((response.effective_step() / eta - 1.0).abs() < 1e-12);
                let step = eta * (1.0 - b);
                let adam = mode(response, lambda, variance).thetas[0][0];
                let denominator = (1.0 - b) * step * lambda * (2.0 * (1.0 + b) - step * lambda);
                let expected = (1.0 + b) * step * step * variance / denominator;
                assert!((adam / expected - 1.0).abs() < 1e-9, "{adam} for {expected}");
                // Of heavy-ball momentum the same mode, with another learning rate.
                let ball = Learner::Sgd(Sgd { momentum: b }).near_rest(step, 1.0).unwrap();
                let ball = mode(ball, lambda, variance).thetas[0][0];
                assert!((ball / adam - 1.0).abs() < 1e-9, "{ball} for {adam}");
            }
        }
    }

    #[test]
    fn gradients_of_a_mode_are_noise_and_pull() {
        let response = ADAM.near_rest(0.01, 0.02).unwrap();
        let Scatter { thetas, gradients } = mode(response, 0.1, 4e-4);
        assert!((gradients[0][0] / (4e-4 + 0.01 * thetas[0][0]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn exchangeable_bidders_are_as_good_as_all_of_them_one_by_one() {
        // Learners that differ by nothing that matters make groups of one.
        let multiplier = smoothed_multiplier(4, 30.0).unwrap();
        let population = Population::symmetric(4, Prior::STANDARD);
        let noise = gradient_noise(&population, &[multiplier; 4], 30.0).unwrap();
        let alike = stationary_of(&noise, &[(ADAM, 0.02); 4], SHARED).unwrap();
        let learners: Vec<(Learner, f64)> = (0..4)
            .map(|k| {
                (Learner::Adam(Adam { beta1: 0.9, beta2: 0.999 - 1e-6 * f64::from(k), epsilon: 1e-8 }), 0.02)
            })
            .collect();
        let apart = stationary_of(&noise, &learners, SHARED).unwrap();
        assert_eq!((alike.thetas.own.len(), apart.thetas.own.len()), (1, 4));
        for i in 0..4 {
            assert!((alike.deviations[i] / apart.deviations[i] - 1.0).abs() < 1e-9);
            assert!((alike.gradients[i] / apart.gradients[i] - 1.0).abs() < 1e-9);
            assert!((alike.correlation(0, i) - apart.correlation(0, i)).abs() < 1e-9);
        }
        assert!((alike.mean_correlation() - alike.correlation(1, 3)).abs() < 1e-12);
        let modes: Vec<f64> =
            alike.modes.iter().flat_map(|mode| vec![mode.rate.0; mode.multiplicity]).collect();
        for (together, apart) in modes.iter().zip(&apart.modes) {
            assert!((together / apart.rate.0 - 1.0).abs() < 1e-6, "{modes:?}");
        }
    }

    #[test]
    fn one_after_the_other_is_a_matrix_by_hand() {
        let (eta, jacobian) = (0.7, [[-0.5, 0.2], [0.1, -0.3]]);
        let rows = jacobian.map(|row| row.to_vec());
        let response = SGD.near_rest(eta, 1.0).unwrap();
        let Linear { a, c, .. } = Linear::new(&rows, &[response; 2], true);
        let [first, second] =
            [[1.0 + eta * jacobian[0][0], eta * jacobian[0][1]], [0.0, 1.0 + eta * jacobian[1][1]]];
        let pull = eta * jacobian[1][0];
        for k in 0..2 {
            assert!((a[0][k] - first[k]).abs() < 1e-15);
            assert!((a[1][k] - (second[k] + pull * first[k])).abs() < 1e-15);
        }
        assert_eq!((c[0][0], c[0][1], c[1][1]), (eta, 0.0, eta));
        assert!((c[1][0] - pull * eta).abs() < 1e-15);
    }

    /// U\[0, 1\] and U\[0, 2\].
    fn unequal() -> Population {
        let mut population = Population::symmetric(2, Prior::STANDARD);
        population.bidders[1].prior = Prior::Uniform(Uniform::new(0.0, 2.0).unwrap());
        population
    }

    /// Standard deviations of the multipliers of the two, and their correlation, over simulated epochs;
    /// `squares` are what Adam's second moments start from.
    fn simulated(
        start: &[f64],
        beta: f64,
        learners: [(Learner, f64); 2],
        sampling: Sampling,
        mut squares: [f64; 2],
    ) -> ([f64; 2], f64) {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(11);
        let highs = [1.0, 2.0];
        let multipliers = |thetas: [f64; 2]| thetas.map(|theta| 1.0 / (1.0 + libm::exp(-theta)));
        let mut thetas = [start[0], start[1]].map(|w| libm::log(w / (1.0 - w)));
        let mut memories = [0.0; 2];
        let mut moments = [Moments::default(); 3];
        let epochs = 5_120_000 / sampling.batch;
        for epoch in 0..epochs {
            let mut profiles = Vec::with_capacity(2 * sampling.batch as usize);
            for _ in 0..2 * sampling.batch {
                profiles.push(highs.map(|high| high * (rng.next_u64() >> 11) as f64 * libm::exp2(-53.0)));
            }
            let before = multipliers(thetas);
            for i in 0..2 {
                let w = if sampling.sequential { multipliers(thetas) } else { before };
                let own = if sampling.shared_profiles { 0 } else { i };
                let mut gradient = 0.0;
                for values in profiles.iter().skip(own).step_by(2) {
                    let win = 1.0 / (1.0 + libm::exp(-beta * (w[i] * values[i] - w[1 - i] * values[1 - i])));
                    gradient += values[i] * win * ((1.0 - w[i]) * beta * values[i] * (1.0 - win) - 1.0);
                }
                gradient *= w[i] * (1.0 - w[i]) / f64::from(sampling.batch);
                let (learner, rate) = learners[i];
                if let Learner::Adam(adam) = learner {
                    memories[i] = adam.beta1 * memories[i] + (1.0 - adam.beta1) * gradient;
                    squares[i] = adam.beta2 * squares[i] + (1.0 - adam.beta2) * gradient * gradient;
                    thetas[i] += rate * memories[i] / (squares[i].sqrt() + adam.epsilon);
                } else if let Learner::Sgd(sgd) = learner {
                    memories[i] = sgd.momentum * memories[i] + gradient;
                    thetas[i] += rate * memories[i];
                } else {
                    panic!("{} is not simulated here", learner.name());
                }
            }
            if epoch >= epochs / 20 {
                let w = multipliers(thetas);
                moments.iter_mut().zip([w[0], w[1], w[0] + w[1]]).for_each(|(moments, x)| moments.push(x));
            }
        }
        let [first, second, sum] = moments.map(|moments| moments.sd().unwrap());
        let covariance = 0.5 * (sum * sum - first * first - second * second);
        ([first, second], covariance / (first * second))
    }

    #[test]
    fn unequal_bidders_scatter_as_simulated() {
        let heavy = Learner::Sgd(Sgd { momentum: 0.5 });
        let adam = (ADAM, 0.01);
        for (learners, sampling) in [
            ([adam; 2], SHARED),
            ([adam; 2], Sampling { shared_profiles: false, ..SHARED }),
            ([(ADAM, 0.02), adam], Sampling { sequential: true, ..SHARED }),
            ([adam, (heavy, 0.05)], SHARED),
        ] {
            let beta = 20.0;
            let equilibrium = &linear_equilibria(&unequal(), beta).unwrap()[0];
            let found = stationary(&unequal(), &equilibrium.multipliers, beta, &learners, sampling).unwrap();
            let squares = [0, 1].map(|i| found.gradients[i] * found.gradients[i]);
            let (deviations, correlation) =
                simulated(&equilibrium.multipliers, beta, learners, sampling, squares);
            let predicted = found.correlation(0, 1);
            for (i, (predicted, simulated)) in found.deviations.iter().zip(deviations).enumerate() {
                let ratio = predicted / simulated;
                assert!((ratio - 1.0).abs() < 0.05, "bidder {i} of {learners:?}, {sampling:?}: {ratio}");
            }
            assert!((predicted - correlation).abs() < 0.04, "{sampling:?}: {predicted} for {correlation}");
        }
    }

    #[test]
    fn larger_batches_make_adam_ring() {
        let [common, difference] = [1, 0].map(|k| symmetric(2, 50.0, (ADAM, 0.01), SHARED).modes[k]);
        assert!((common.rate.0 - 0.0397).abs() < 1e-3, "{common:?}");
        assert!((difference.rate.0 - 0.0982).abs() < 3e-3, "{difference:?}");
        assert!(!common.rings() && difference.rings());
        assert_eq!(common.period(), None);
        assert!((difference.period().unwrap() - 90.5).abs() < 2.5, "{:?}", difference.period());
        let large = symmetric(2, 50.0, (ADAM, 0.01), Sampling { batch: 300, ..SHARED });
        assert!(large.modes.iter().all(Mode::rings));
        let plain = symmetric(2, 50.0, (SGD, 0.3), SHARED);
        assert!(!plain.modes.iter().any(Mode::rings));
    }

    #[test]
    fn what_does_not_settle_is_told() {
        let multiplier = smoothed_multiplier(2, 50.0).unwrap();
        let population = Population::symmetric(2, Prior::STANDARD);
        let noise = gradient_noise(&population, &[multiplier; 2], 50.0).unwrap();
        // The differences' eigenvalue is -0.1976: stable up to a step of 10.12.
        assert!(stationary_of(&noise, &[(SGD, 10.0); 2], SHARED).is_ok());
        let reason = stationary_of(&noise, &[(SGD, 10.3); 2], SHARED).unwrap_err();
        assert!(reason.starts_with("unstable: the learners") && reason.contains("1.035"), "{reason}");
        let elsewhere = gradient_noise(&population, &[0.6; 2], 50.0).unwrap();
        let reason = stationary_of(&elsewhere, &[(ADAM, 0.01); 2], SHARED).unwrap_err();
        assert!(reason.contains("no smoothed equilibrium"), "{reason}");
        // Nearly flat: the gradient leads from a multiplier near 1 no way back.
        let flat = gradient_noise(&population, &[0.02; 2], 50.0).unwrap();
        assert!(stationary_of(&flat, &[(ADAM, 0.01); 2], SHARED).unwrap_err().starts_with("unstable"));
    }
}
