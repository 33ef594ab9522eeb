//! Pure equilibria of the game on a grid of multipliers: what learners on arms can come to.

use crate::auction::Population;
use crate::auction::strategy::arm_multiplier;
use crate::expectation::{ArmBidder, ArmPayoffs, ArmWorkspace};
use crate::numeric::simd::{Instance, Kernel, LANES, Real, Simd, run};

/// Another arm must pay more than this part of the highest value to be a better one.
const BETTER: f64 = 1e-12;
/// Rounds of best responses of bidders who differ.
const MOST_ROUNDS: usize = 1000;

/// The pure equilibria of the game in which bidder i chooses one of the multipliers k / (`arms`\[i\] - 1),
/// k = 0 .. `arms`\[i\] - 1: profiles in which no bidder gains by another multiplier of its grid, rising,
/// each with one multiplier a bidder.
///
/// Of bidders who share prior and grid these are all symmetric ones. Of others they are those that best
/// responses, one bidder after the other, come to from where everybody plays the same share of its grid.
///
/// ```
/// use bidsweep::auction::{Population, Prior};
/// use bidsweep::equilibrium::grid_equilibria;
///
/// let found = grid_equilibria(&Population::symmetric(2, Prior::STANDARD), &[51, 51]);
/// assert_eq!(found, [[0.48, 0.48], [0.5, 0.5]]);
/// ```
///
/// # Panics
/// Where there is not one number of arms a bidder, of 2 or more.
pub fn grid_equilibria(population: &Population, arms: &[usize]) -> Vec<Vec<f64>> {
    assert_eq!(arms.len(), population.len(), "one number of arms a bidder");
    let bidders: Vec<ArmBidder<'_>> = population
        .bidders
        .iter()
        .zip(arms)
        .map(|(bidder, &arms)| ArmBidder { prior: &bidder.prior, arms })
        .collect();
    let alike = population.common_prior().is_some() && arms.iter().all(|other| *other == arms[0]);
    let profiles = run(Instance::current(), Search { bidders: &bidders, alike });
    let multipliers = |profile: Vec<usize>| -> Vec<f64> {
        profile.iter().zip(arms).map(|(&arm, &arms)| arm_multiplier(arm, arms)).collect()
    };
    profiles.into_iter().map(multipliers).collect()
}

struct Search<'a> {
    bidders: &'a [ArmBidder<'a>],
    /// Whether bidders share prior and grid.
    alike: bool,
}

impl Kernel for Search<'_> {
    type Output = Vec<Vec<usize>>;

    fn run<S: Simd>(self) -> Vec<Vec<usize>> {
        let mut game = Game::<S::Real>::new(self.bidders);
        let most = self.bidders.iter().map(|bidder| bidder.arms).max().unwrap_or(0);
        let shares: Vec<usize> = (0..most).collect();
        let mut found: Vec<Vec<usize>> = Vec::new();
        for starts in shares.chunks(LANES) {
            let mut profiles: Vec<Vec<usize>> = starts
                .iter()
                .map(|&start| self.bidders.iter().map(|b| start * (b.arms - 1) / (most - 1)).collect())
                .collect();
            if self.alike {
                let best = game.best_responses(&profiles, 0);
                let stays =
                    profiles.into_iter().zip(best).filter(|(profile, best)| best.contains(&profile[0]));
                found.extend(stays.map(|(profile, _)| profile));
                continue;
            }
            for _ in 0..MOST_ROUNDS {
                let mut moved = false;
                for bidder in 0..self.bidders.len() {
                    let best = game.best_responses(&profiles, bidder);
                    for (profile, best) in profiles.iter_mut().zip(best) {
                        if !best.contains(&profile[bidder]) {
                            profile[bidder] = best[0];
                            moved = true;
                        }
                    }
                }
                if !moved {
                    found.extend(profiles);
                    break;
                }
            }
        }
        found.sort();
        found.dedup();
        found
    }
}

/// The payoffs of the grid, of as many pure profiles as there are lanes.
struct Game<'a, R> {
    bidders: &'a [ArmBidder<'a>],
    payoffs: ArmPayoffs,
    workspace: ArmWorkspace<R>,
    mixtures: Vec<Vec<R>>,
    found: Vec<Vec<R>>,
}

impl<'a, R: Real> Game<'a, R> {
    fn new(bidders: &'a [ArmBidder<'a>]) -> Self {
        let payoffs = ArmPayoffs::new(bidders);
        let zeros: Vec<Vec<R>> = bidders.iter().map(|bidder| vec![R::splat(0.0); bidder.arms]).collect();
        Game {
            bidders,
            workspace: payoffs.workspace(bidders),
            payoffs,
            mixtures: zeros.clone(),
            found: zeros,
        }
    }

    /// The best arms of a bidder against each of some profiles, rising.
    fn best_responses(&mut self, profiles: &[Vec<usize>], bidder: usize) -> Vec<Vec<usize>> {
        for (other, mixture) in self.mixtures.iter_mut().enumerate() {
            for (arm, share) in mixture.iter_mut().enumerate() {
                let played = |lane: usize| profiles.get(lane).unwrap_or(&profiles[0])[other] == arm;
                *share = R::from_array(std::array::from_fn(|lane| if played(lane) { 1.0 } else { 0.0 }));
            }
        }
        self.payoffs.find(&self.mixtures, bidder..bidder + 1, &mut self.workspace, &mut self.found);
        let (_, high) = self.bidders[bidder].prior.support();
        let of_lane = |lane: usize| {
            let payoffs: Vec<f64> = self.found[bidder].iter().map(|payoff| payoff.to_array()[lane]).collect();
            let best = payoffs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            (0..payoffs.len()).filter(|&arm| payoffs[arm] >= best - BETTER * high).collect()
        };
        (0..profiles.len()).map(of_lane).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::Prior;
    use crate::auction::games::game;

    fn symmetric(bidders: usize, arms: usize) -> Vec<f64> {
        let found = grid_equilibria(&Population::symmetric(bidders, Prior::STANDARD), &vec![arms; bidders]);
        found.iter().for_each(|profile| assert!(profile.iter().all(|w| *w == profile[0])));
        found.into_iter().map(|profile| profile[0]).collect()
    }

    #[test]
    fn symmetric_equilibria_are_those_that_are_known() {
        for (bidders, arms, expected) in [
            (2, 21, vec![0.45, 0.5]),
            (2, 51, vec![0.48, 0.5]),
            (2, 101, vec![0.49, 0.5]),
            (2, 201, vec![0.495, 0.5]),
            (3, 51, vec![0.66]),
            (3, 101, vec![0.66, 0.67]),
            (3, 201, vec![0.665]),
            (5, 51, vec![0.78, 0.8]),
            (5, 101, vec![0.79, 0.8]),
            (10, 51, vec![0.88, 0.9]),
            (10, 101, vec![0.89, 0.9]),
        ] {
            assert_eq!(symmetric(bidders, arms), expected, "{bidders} bidders, {arms} arms");
        }
    }

    #[test]
    fn bidders_who_differ_come_to_the_equilibrium_of_the_grid() {
        let found = grid_equilibria(&game(&[(0.0, 1.0), (0.0, 2.0)]), &[51, 51]);
        assert!(found.contains(&vec![0.5, 0.32]), "{found:?}");
    }
}
