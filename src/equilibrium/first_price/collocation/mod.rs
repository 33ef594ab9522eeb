//! Any bidders whose priors begin at one lowest value, all bids at once.

mod guess;
mod kinks;
mod linear;
mod newton;

use newton::{SEARCHES, Search};

use super::grid::{place, spacing};
use super::inverse_bids::rises_at_the_top;
use super::{InverseBids, shooting};
use crate::law::groups::Groups;
use crate::numeric::collocation::{AtPoints, Collocation, POINTS};

pub(super) const METHOD: &str = "collocation in log-quantiles";

/// How far down the curves reach, in t.
const DEPTH: f64 = 20.0;

/// The length of a step at t is `rate` (t + `shift`): towards the top curves may have a power of t in them.
struct Steps {
    /// How fast steps grow with t.
    rate: f64,
    /// The t above the top at which they would have no length.
    shift: f64,
}

const STEPS: Steps = Steps { rate: 0.04, shift: 0.4 };

/// The first step.
const FIRST_STEP: f64 = 1e-3;

/// The equilibrium as the boundary value problem of its differential equation. With s = ln((b - low) / (top -
/// low)), w = ln(top - low), E_i(l) = Q_i(e^l) - low and y_i = (b - low) / (phi_i - b):
///
/// ```text
/// dl_i/ds = m - y_i,    m = sum_j y_j / (N - 1),    y_i = 1 / (E_i(l_i) e^-(s + w) - 1),    l_i(0) = 0,
/// m = sum_j mu_j at the lowest bid, where F_j is as (v - low)^mu_j:
/// ```
///
/// one condition for each curve at the top and one at the bottom for w. Downwards one combination of the
/// curves grows fast and all others decay, so that each condition stands where it determines what it should.
/// Newton's method on all steps at once: given the changes of m, those of each curve follow by themselves,
/// which leaves for a step a system in m alone and makes the time linear in the number of priors. The
/// condition at the bottom is carried up (where it grows it becomes one for w alone), then the changes follow
/// from the top down, held to it.
///
/// With kinks the steps are laid so that each ends where a curve passes one, found anew until they stay.
///
/// References: Ascher, Mattheij and Russell 1995, "Numerical Solution of Boundary Value Problems for Ordinary
/// Differential Equations" (collocation; dichotomy); Fibich and Gavish 2011, "Numerical simulations of
/// asymmetric first-price auctions" (as a boundary value problem).
///
/// Nothing where Newton's method does not converge.
///
/// # Errors
/// Where one of the bidders would drop out below the top.
pub(super) fn solve(groups: &Groups) -> Result<Option<InverseBids>, String> {
    let problem = Problem::new(groups, &steps());
    let newton = |search: &Search| {
        let mut state = problem.start(search.near_by);
        problem.converge(&mut state, search).then_some(state)
    };
    let mut found = newton(&SEARCHES[0]);
    if found.is_none() {
        // Mostly there is nothing to converge to.
        if groups.bidders() > 2.0 && !one_top(groups) {
            shooting::bids_to_the_top(groups)?;
        }
        found = SEARCHES[1..].iter().find_map(newton);
    }
    let Some(state) = found else { return Ok(None) };
    let kinked = groups.priors.iter().any(|prior| !prior.kinks().is_empty());
    let Some((problem, state)) = (if kinked { problem.with_kinks(state) } else { Some((problem, state)) })
    else {
        return Ok(None);
    };
    rises_at_the_top(groups, libm::exp(state.ln_width))?;
    Ok(problem.curves(&state).ok())
}

/// Whether all priors have one highest value: then nobody drops out.
///
/// References: Lebrun 1999, "First price auctions in the asymmetric N bidder case".
fn one_top(groups: &Groups) -> bool {
    let high = groups.priors[0].support().1;
    groups.priors.iter().all(|prior| prior.support().1 == high)
}

/// The ends of steps where there are no kinks.
fn steps() -> Vec<f64> {
    let next = |t: &f64| Some(t + if *t == 0.0 { FIRST_STEP } else { STEPS.rate * (t + STEPS.shift) });
    let mut steps: Vec<f64> =
        std::iter::successors(Some(0.0), next).take_while(|t| *t < DEPTH - 0.5).collect();
    steps.push(DEPTH);
    steps
}

struct Problem<'a> {
    groups: &'a Groups,
    method: Collocation,
    /// The ends of the steps, from the top, 0, downwards.
    ends: Vec<f64>,
    /// s and ds/dt at the points of each step.
    points: Vec<[(f64, f64); POINTS]>,
}

#[derive(Clone)]
struct State {
    /// ln(top - low).
    ln_width: f64,
    /// ln F at the ends of steps: end, group.
    ends: Vec<Vec<f64>>,
    /// And at the points: step, group.
    points: Vec<Vec<AtPoints>>,
}

fn dot(a: &AtPoints, b: &AtPoints) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

impl<'a> Problem<'a> {
    fn new(groups: &'a Groups, ends: &[f64]) -> Self {
        let method = Collocation::new();
        let points = ends
            .windows(2)
            .map(|pair| method.places.map(|c| place(pair[0] + c * (pair[1] - pair[0]))))
            .collect();
        Problem { groups, method, ends: ends.to_vec(), points }
    }

    /// dl/dt times the step's length at its points.
    fn slopes(&self, k: usize, state: &State) -> Vec<AtPoints> {
        let h = self.ends[k + 1] - self.ends[k];
        let others = self.groups.bidders() - 1.0;
        let ys: Vec<AtPoints> = (0..self.groups.len())
            .map(|g| {
                std::array::from_fn(|c| {
                    let ln = self.groups.quantiles[g].ln_excess(state.points[k][g][c]).0;
                    1.0 / libm::expm1(ln - self.points[k][c].0 - state.ln_width)
                })
            })
            .collect();
        let total =
            |c: usize| self.groups.counts.iter().zip(&ys).map(|(count, ys)| count * ys[c]).sum::<f64>();
        let m: AtPoints = std::array::from_fn(|c| total(c) / others);
        ys.iter().map(|ys| std::array::from_fn(|c| h * self.points[k][c].1 * (m[c] - ys[c]))).collect()
    }

    fn curves(&self, state: &State) -> Result<InverseBids, String> {
        let size = self.groups.len();
        let width = libm::exp(state.ln_width);
        let low = self.groups.priors[0].support().0;
        let mut nodes = vec![0.0];
        let mut logs = vec![vec![0.0]; size];
        for k in 0..self.points.len() {
            let (from, to) = (self.ends[k], self.ends[k + 1]);
            let slopes = self.slopes(k, state);
            let pieces = ((to - from) / spacing(from)).ceil();
            for piece in 1..=pieces as usize {
                let part = piece as f64 / pieces;
                let s = place(part.mul_add(to - from, from)).0;
                // So close to the top bids do not differ.
                if s >= nodes[nodes.len() - 1] {
                    continue;
                }
                nodes.push(s);
                let inside = self.method.inside(part);
                for (g, logs) in logs.iter_mut().enumerate() {
                    let log = if part == 1.0 {
                        state.ends[k + 1][g]
                    } else {
                        state.ends[k][g] + dot(&inside, &slopes[g])
                    };
                    logs.push(log.min(0.0));
                }
            }
        }
        nodes.reverse();
        logs.iter_mut().for_each(|logs| logs.reverse());
        let gaps: Vec<Vec<f64>> = self
            .groups
            .quantiles
            .iter()
            .zip(&logs)
            .map(|(quantile, logs)| {
                logs.iter()
                    .zip(&nodes)
                    .map(|(log, s)| quantile.excess(*log) - width * libm::exp(*s))
                    .collect()
            })
            .collect();
        InverseBids::in_equilibrium(self.groups, (low, low + width), nodes, logs, &gaps)
    }
}
