//! Any bidders whose priors begin at one lowest value.

use super::InverseBids;
use super::grid::{END, SPACING, place};
use crate::auction::Prior;
use crate::equilibrium::groups::Groups;
use crate::numeric::ode::Integration;

pub(super) const METHOD: &str = "backward shooting in log-quantiles";

/// Of the integration, for priors without kinks and for those with.
const TOLERANCES: (f64, f64) = (1e-12, 1e-10);

/// How far apart two solutions may come, relative to 1 + |l|, before they are told apart again.
const APART: f64 = 1e-10;

/// Halvings of the bracket of the top bid, and of the states at which two solutions come apart.
const HALVINGS: (usize, usize) = (60, 24);

/// The most slopes of the system that one search may take.
const MOST_EVALUATIONS: usize = 20_000_000;

/// The most slopes that one solution may take.
const MOST_EVALUATIONS_OF_ONE: usize = 1_000_000;

/// A value that no bidder exceeds with a probability below e to this is never drawn: curves need not reach it.
const LEAST_LOG: f64 = -700.0;

/// A gap between value and bid, relative to the bid, that no solution down to the lowest bid has.
const LEAST_GAP: f64 = 1e-7;

/// The equilibrium by its differential equation, from a guessed top bid down:
///
/// ```text
/// dl_i/db = 1/(N-1) sum_j 1/(phi_j - b) - 1/(phi_i - b),    phi_j = Q_j(e^(l_j)),    l_i(top) = 0,
/// ```
///
/// one equation for each different prior. No density appears, so one that vanishes or has a pole does no harm. Where
/// the top is too high a solution meets phi_i = b above the lowest value, where it is too low it goes on to the lowest
/// bid without reaching the lowest value: the top is found by halving. Two solutions on either side part like a power
/// of 1 / (b - low), up to the number of bidders and beyond; where they do, halving begins anew between their states
/// there, so that the lowest bids are found as precisely as the highest.
///
/// References: Marshall, Meurer, Richard and Stromquist 1994, "Numerical analysis of asymmetric first price auctions"
/// (backward shooting); Lebrun 1999, "First price auctions in the asymmetric N bidder case" (which way a wrong top
/// fails).
///
/// # Errors
/// Where one of the bidders would drop out below the top, or after a bounded number of steps.
pub(super) fn solve(groups: &Groups) -> Result<InverseBids, String> {
    let kinked = groups.priors.iter().any(|prior| !prior.kinks().is_empty());
    let tolerance = if kinked { TOLERANCES.1 } else { TOLERANCES.0 };
    Shooting { groups, low: groups.priors[0].support().0, tolerance, evaluations: 0 }.solve()
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

impl Shooting<'_> {
    fn solve(&mut self) -> Result<InverseBids, String> {
        let size = self.groups.len();
        let least_high =
            self.groups.priors.iter().map(|prior| prior.support().1).fold(f64::INFINITY, f64::min);
        let top = Point { t: 0.0, logs: vec![0.0; size] };
        let (mut below, mut above) = (0.0, least_high - self.low);
        for _ in 0..HALVINGS.0 {
            let middle = 0.5 * (below + above);
            match self.aim(&top, middle)? {
                Aim::TooHigh => above = middle,
                Aim::TooLow => below = middle,
            }
        }
        let width = above;

        let mut path = vec![top.clone()];
        let (mut low, mut high) = (top.clone(), top);
        let mut tops = (below, above);
        loop {
            let from = path.len();
            let end = self.follow_both(&mut path, &low, &high, tops)?;
            tops = (width, width);
            let Some((one, other)) = end else { break };
            if path.len() <= from {
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
            *slope = 1.0 / (self.groups.priors[g].excess_of_ln(logs[g].min(0.0)) - x);
            total += self.groups.counts[g] * *slope;
        }
        let mean = total / (self.groups.bidders() - 1.0);
        for slope in slopes {
            *slope = rate * x * (mean - *slope);
        }
    }

    /// Follows one solution down until it shows what its top is.
    fn aim(&mut self, from: &Point, width: f64) -> Result<Aim, String> {
        let mut run = Integration::new(
            from.t,
            &from.logs,
            SPACING,
            self.tolerance,
            |t, logs: &[f64], slopes: &mut [f64]| {
                self.slopes(t, width, logs, slopes);
            },
        );
        let aim = loop {
            if run.advance(END, f64::INFINITY).is_err() || self.touches(&run, width) {
                break Some(Aim::TooHigh);
            }
            if run.t() >= END || self.negligible(run.y()) {
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

    /// Whether a value is down at the bid.
    fn touches<F: FnMut(f64, &[f64], &mut [f64])>(&self, run: &Integration<F>, width: f64) -> bool {
        let x = width * libm::exp(place(run.t()).0);
        let gap = |(prior, l): (&Prior, &f64)| prior.excess_of_ln(l.min(0.0)) - x;
        self.groups.priors.iter().zip(run.y()).map(gap).any(|gap| !(gap > LEAST_GAP * x))
    }

    /// Whether all values from here down are never drawn together.
    fn negligible(&self, logs: &[f64]) -> bool {
        self.groups.total(logs) < LEAST_LOG
    }

    /// Follows two solutions at once and adds the points at which they still agree to the path; the points at which
    /// they do not, if they part before the end.
    fn follow_both(
        &mut self,
        path: &mut Vec<Point>,
        low: &Point,
        high: &Point,
        tops: (f64, f64),
    ) -> Result<Option<(Point, Point)>, String> {
        let size = low.logs.len();
        let both: Vec<f64> = low.logs.iter().chain(&high.logs).copied().collect();
        let mut run = Integration::new(
            low.t,
            &both,
            0.1 * SPACING,
            self.tolerance,
            |t, logs: &[f64], slopes: &mut [f64]| {
                let (low_slopes, high_slopes) = slopes.split_at_mut(size);
                self.slopes(t, tops.0, &logs[..size], low_slopes);
                self.slopes(t, tops.1, &logs[size..], high_slopes);
            },
        );
        let mut last = (low.clone(), high.clone());
        let parted = loop {
            let stuck = run.advance(END, SPACING).is_err();
            let (low, high) = run.y().split_at(size);
            let agree = low.iter().zip(high).all(|(a, b)| (a - b).abs() <= APART * (1.0 + a.abs()));
            if stuck || !agree || run.evaluations() > MOST_EVALUATIONS_OF_ONE {
                break true;
            }
            let point = |logs: &[f64]| Point { t: run.t(), logs: logs.to_vec() };
            let mean: Vec<f64> = low.iter().zip(high).map(|(a, b)| 0.5 * (a + b)).collect();
            let done = run.t() >= END || self.negligible(&mean);
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

    /// Two states as close to each other as rounding allows, on either side of the equilibrium, on the line through
    /// two that are further apart.
    fn between(&mut self, low: &Point, high: &Point, width: f64) -> Result<(Point, Point), String> {
        let at = |share: f64| Point {
            t: low.t,
            logs: low.logs.iter().zip(&high.logs).map(|(a, b)| share.mul_add(b - a, *a)).collect(),
        };
        // Beyond both, since what an integration adds may have put both on one side.
        let (mut below, mut above) = (-1.0, 2.0);
        for _ in 0..HALVINGS.1 {
            let middle = 0.5 * (below + above);
            match self.aim(&at(middle), width)? {
                Aim::TooHigh => above = middle,
                Aim::TooLow => below = middle,
            }
        }
        Ok((at(below), at(above)))
    }

    fn curves(&self, path: Vec<Point>, width: f64) -> Result<InverseBids, String> {
        let nodes = path.iter().rev().map(|point| place(point.t).0 + 0.0).collect();
        let logs = (0..self.groups.len())
            .map(|g| path.iter().rev().map(|point| point.logs[g].min(0.0)).collect())
            .collect();
        InverseBids::in_equilibrium(self.groups, (self.low, self.low + width), nodes, logs)
    }

    fn spend(&mut self, evaluations: usize) -> Result<(), String> {
        self.evaluations += evaluations;
        if self.evaluations > MOST_EVALUATIONS {
            return Err(self.gave_up("the search took too many steps"));
        }
        Ok(())
    }

    fn gave_up(&self, why: &str) -> String {
        format!("not found by {METHOD}: {why} ({} evaluations of the slopes)", self.evaluations)
    }
}
