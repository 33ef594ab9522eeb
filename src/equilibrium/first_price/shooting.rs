//! Any bidders whose priors begin at one lowest value, from the top bid down: tells whether one would drop
//! out, and checks the other methods.

#[cfg(test)]
use super::InverseBids;
use super::grid::place;
#[cfg(test)]
use super::grid::spacing;
use super::inverse_bids::rises_at_the_top;
use crate::law::groups::Groups;
#[cfg(test)]
use crate::law::log_quantile::LogQuantile;
use crate::numeric::ode::Integration;

pub(super) const METHOD: &str = "backward shooting in log-quantiles";

/// Tolerances of the integration.
struct Tolerances {
    /// For priors without kinks.
    smooth: f64,
    /// For priors with kinks.
    kinked: f64,
}

const TOLERANCES: Tolerances = Tolerances { smooth: 1e-13, kinked: 1e-12 };

/// The coarsest tolerance far down, where bids are so low that a relative error of them is a small one.
#[cfg(test)]
const COARSEST_BELOW: f64 = 1e-9;

/// How far down the curves reach at least, in t, even where values have no weight any more.
#[cfg(test)]
const LEAST_DEPTH: f64 = 12.0;

/// How far down they reach at most.
const MOST_DEPTH: f64 = 20.0;

/// How far down a solution must be followed to tell on which side it lies: two solutions part at least like
/// e^t.
const FAR: f64 = MOST_DEPTH + 40.0;

/// Between values and bids that would meet so soon, in t, nothing comes.
const SOON: f64 = 1e-3;

/// The coarsest tolerance, for tops that are far from right.
const COARSEST: f64 = 1e-6;

/// How close two solutions on either side of the equilibrium come to each other by halving, in tolerances: so
/// far apart that errors of the integration do not put both on one side.
const CLOSE: f64 = 2000.0;

/// How far apart, relative to 1 + |l|, the two may come before halving begins anew, in tolerances.
#[cfg(test)]
const APART: f64 = 5e4;

/// The first step of an integration, in t.
const FIRST_STEP: f64 = 1e-3;

/// The most slopes of curves that one search may take.
const MOST_EVALUATIONS: usize = 20_000_000;

/// The most slopes that one solution may take.
const MOST_EVALUATIONS_OF_ONE: usize = 400_000;

/// Values that all bidders together stay below with a probability under e to this are of no weight.
#[cfg(test)]
const LEAST_LOG: f64 = -40.0;

/// A gap between value and bid, relative to the bid, that no solution down to the lowest bid has.
const LEAST_GAP: f64 = 1e-7;

/// The equilibrium by its differential equation, from a guessed top bid down:
///
/// ```text
/// dl_i/db = 1/(N-1) sum_j 1/(phi_j - b) - 1/(phi_i - b),    phi_j = Q_j(e^(l_j)),    l_i(top) = 0,
/// ```
///
/// one equation for each different prior. No density appears, so one that vanishes or has a pole does no
/// harm. Where the top is too high a solution meets phi_i = b above the lowest value, where it is too low it
/// goes on to the lowest bid without reaching the lowest value: the top is found by halving. Two solutions on
/// either side part like a power of 1 / (b - low), up to the number of bidders and beyond; where they do,
/// halving begins anew between their states there, so that the lowest bids are found as precisely as the
/// highest.
///
/// References: Marshall, Meurer, Richard and Stromquist 1994, "Numerical analysis of asymmetric first price
/// auctions" (backward shooting); Lebrun 1999, "First price auctions in the asymmetric N bidder case" (which
/// way a wrong top fails).
///
/// # Errors
/// Where one of the bidders would drop out below the top, or after a bounded number of steps.
#[cfg(test)]
pub(super) fn solve(groups: &Groups) -> Result<InverseBids, String> {
    Shooting::new(groups).solve()
}

/// Whether the equilibrium's top bid leaves every bidder a curve that rises there.
///
/// Where the top is not found in a bounded number of steps nothing is said against it.
///
/// # Errors
/// Where one of the bidders would drop out below it.
pub(super) fn bids_to_the_top(groups: &Groups) -> Result<(), String> {
    match Shooting::new(groups).tops() {
        Ok((below, above)) => rises_at_the_top(groups, 0.5 * (below + above)),
        Err(_) => Ok(()),
    }
}

/// Whether the equilibrium's top bid is above low + `width`, by the one solution from there.
#[cfg(test)]
pub(super) fn is_below_the_top(groups: &Groups, width: f64) -> bool {
    let mut shooting = Shooting::new(groups);
    let top = shooting.top();
    matches!(shooting.aim(&top, width, COARSEST), Ok(Aim::TooLow))
}

struct Shooting<'a> {
    groups: &'a Groups,
    low: f64,
    tolerance: f64,
    /// Spent so far.
    evaluations: usize,
}

/// What a solution shows about its top bid.
#[derive(Clone, Copy, PartialEq)]
enum Aim {
    TooHigh,
    TooLow,
}

/// A point of a solution.
#[derive(Clone)]
struct Point {
    t: f64,
    logs: Vec<f64>,
}

impl<'a> Shooting<'a> {
    fn new(groups: &'a Groups) -> Self {
        let kinked = groups.priors.iter().any(|prior| !prior.kinks().is_empty());
        let tolerance = if kinked { TOLERANCES.kinked } else { TOLERANCES.smooth };
        Shooting { groups, low: groups.priors[0].support().0, tolerance, evaluations: 0 }
    }

    /// Two top bids less low, as close as they can be told apart, on either side of the equilibrium's.
    fn tops(&mut self) -> Result<(f64, f64), String> {
        let least_high =
            self.groups.priors.iter().map(|prior| prior.support().1).fold(f64::INFINITY, f64::min);
        let top = self.top();
        let (mut below, mut above) = (0.0, least_high - self.low);
        while above - below > CLOSE * self.tolerance * above {
            let middle = 0.5 * (below + above);
            let tolerance = ((above - below) / (CLOSE * above)).clamp(self.tolerance, COARSEST);
            match self.aim(&top, middle, tolerance)? {
                Aim::TooHigh => above = middle,
                Aim::TooLow => below = middle,
            }
        }
        Ok((below, above))
    }

    fn top(&self) -> Point {
        Point { t: 0.0, logs: vec![0.0; self.groups.len()] }
    }

    #[cfg(test)]
    fn solve(&mut self) -> Result<InverseBids, String> {
        let mut tops = self.tops()?;
        rises_at_the_top(self.groups, 0.5 * (tops.0 + tops.1))?;
        let width = 0.5 * (tops.0 + tops.1);
        let top = self.top();
        let mut path = vec![top.clone()];
        let (mut low, mut high) = (top.clone(), top);
        loop {
            let from = path.len();
            let end = self.follow_both(&mut path, &low, &high, tops)?;
            tops = (width, width);
            let Some((one, other)) = end else { break };
            if path.len() <= from {
                // A curve that falls on the way says more.
                self.curves(path, width)?;
                return Err(self.gave_up("solutions part faster than the equilibrium can be followed"));
            }
            (low, high) = self.between(&one, &other, width)?;
        }
        self.curves(path, width)
    }

    /// The slopes dl/dt at t, of a solution whose top is low + `width`.
    fn slopes(&self, t: f64, width: f64, logs: &[f64], slopes: &mut [f64]) {
        let (s, rate) = place(t);
        let x = width * libm::exp(s);
        let mut total = 0.0;
        for (g, slope) in slopes.iter_mut().enumerate() {
            *slope = 1.0 / (self.groups.quantiles[g].excess(logs[g]) - x);
            total += self.groups.counts[g] * *slope;
        }
        let mean = total / (self.groups.bidders() - 1.0);
        for slope in slopes {
            *slope = rate * x * (mean - *slope);
        }
    }

    /// Follows one solution down until it shows what its top is.
    fn aim(&mut self, from: &Point, width: f64, tolerance: f64) -> Result<Aim, String> {
        let mut run = Integration::new(
            from.t,
            &from.logs,
            FIRST_STEP,
            tolerance,
            |t, logs: &[f64], slopes: &mut [f64]| {
                self.slopes(t, width, logs, slopes);
            },
        );
        let mut gaps = self.gaps(from.t, &from.logs, width);
        let aim = loop {
            let before = run.t();
            if run.advance(FAR, f64::INFINITY).is_err() {
                break Some(Aim::TooHigh);
            }
            let next = self.gaps(run.t(), run.y(), width);
            let soon = (run.t() - before) / SOON;
            if gaps.iter().zip(&next).any(|(gap, next)| !(*next > LEAST_GAP && gap - next < soon * next)) {
                break Some(Aim::TooHigh);
            }
            gaps = next;
            if run.t() >= FAR {
                break Some(Aim::TooLow);
            }
            if run.evaluations() > MOST_EVALUATIONS_OF_ONE {
                break None;
            }
        };
        let spent = run.evaluations();
        self.spend(spent)?;
        aim.ok_or_else(|| self.gave_up("a solution took too many steps"))
    }

    /// (phi - b) / (b - low) of each group at t.
    fn gaps(&self, t: f64, logs: &[f64], width: f64) -> Vec<f64> {
        let x = width * libm::exp(place(t).0);
        self.groups.quantiles.iter().zip(logs).map(|(quantile, l)| quantile.excess(*l) / x - 1.0).collect()
    }

    /// Follows two solutions at once and adds the points at which they still agree to the path; the points at
    /// which they do not, if they part before the end.
    #[cfg(test)]
    fn follow_both(
        &mut self,
        path: &mut Vec<Point>,
        low: &Point,
        high: &Point,
        tops: (f64, f64),
    ) -> Result<Option<(Point, Point)>, String> {
        let size = low.logs.len();
        let tolerance = self.tolerance_at(low.t);
        let both: Vec<f64> = low.logs.iter().chain(&high.logs).copied().collect();
        let mut run =
            Integration::new(low.t, &both, FIRST_STEP, tolerance, |t, logs: &[f64], slopes: &mut [f64]| {
                let (low_slopes, high_slopes) = slopes.split_at_mut(size);
                self.slopes(t, tops.0, &logs[..size], low_slopes);
                self.slopes(t, tops.1, &logs[size..], high_slopes);
            });
        let mut last = (low.clone(), high.clone());
        let parted = loop {
            let stuck = run.advance(MOST_DEPTH, spacing(run.t())).is_err();
            let (low, high) = run.y().split_at(size);
            let agree =
                low.iter().zip(high).all(|(a, b)| (a - b).abs() <= APART * tolerance * (1.0 + a.abs()));
            if stuck || !agree || run.evaluations() > MOST_EVALUATIONS_OF_ONE {
                break true;
            }
            let point = |logs: &[f64]| Point { t: run.t(), logs: logs.to_vec() };
            let mean: Vec<f64> = low.iter().zip(high).map(|(a, b)| 0.5 * (a + b)).collect();
            let weightless = run.t() >= LEAST_DEPTH && self.groups.total(&mean) < LEAST_LOG;
            let done = run.t() >= MOST_DEPTH || weightless;
            path.push(point(&mean));
            last = (point(low), point(high));
            if done {
                break false;
            }
        };
        let spent = run.evaluations();
        self.spend(spent)?;
        Ok(parted.then_some(last))
    }

    /// Two states as close to each other as rounding allows, on either side of the equilibrium, on the line
    /// through two that are further apart.
    #[cfg(test)]
    fn between(&mut self, low: &Point, high: &Point, width: f64) -> Result<(Point, Point), String> {
        let at = |share: f64| Point {
            t: low.t,
            logs: low.logs.iter().zip(&high.logs).map(|(a, b)| share.mul_add(b - a, *a)).collect(),
        };
        // Beyond both, since they have come to agree with the equilibrium only about as well as with each
        // other.
        let (mut below, mut above) = (-1.0, 2.0);
        while above - below > CLOSE / APART {
            let middle = 0.5 * (below + above);
            match self.aim(&at(middle), width, self.tolerance_at(low.t))? {
                Aim::TooHigh => above = middle,
                Aim::TooLow => below = middle,
            }
        }
        Ok((at(below), at(above)))
    }

    #[cfg(test)]
    fn curves(&self, mut path: Vec<Point>, width: f64) -> Result<InverseBids, String> {
        path.reverse();
        let nodes: Vec<f64> = path.iter().map(|point| place(point.t).0 + 0.0).collect();
        let groups = 0..self.groups.len();
        let logs: Vec<Vec<f64>> =
            groups.map(|g| path.iter().map(|point| point.logs[g].min(0.0)).collect()).collect();
        let gap = |quantile: &LogQuantile, (s, l): (&f64, &f64)| quantile.excess(*l) - width * libm::exp(*s);
        let gaps: Vec<Vec<f64>> = self
            .groups
            .quantiles
            .iter()
            .zip(&logs)
            .map(|(quantile, logs)| nodes.iter().zip(logs).map(|point| gap(quantile, point)).collect())
            .collect();
        InverseBids::in_equilibrium(self.groups, (self.low, self.low + width), nodes, logs, &gaps)
    }

    /// The tolerance for log-quantiles from t down, such that bids are as accurate as at the top.
    #[cfg(test)]
    fn tolerance_at(&self, t: f64) -> f64 {
        (self.tolerance * libm::exp(-place(t).0)).min(COARSEST_BELOW)
    }

    fn spend(&mut self, evaluations: usize) -> Result<(), String> {
        self.evaluations += evaluations * self.groups.len();
        if self.evaluations > MOST_EVALUATIONS {
            return Err(self.gave_up("the search took too many steps"));
        }
        Ok(())
    }

    fn gave_up(&self, why: &str) -> String {
        format!("not found by {METHOD}: {why} ({} evaluations of the slopes)", self.evaluations)
    }
}
