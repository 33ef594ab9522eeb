//! Any bidders on one lowest value, and two bidders on any: all bids at once, by the share of values below.

mod bottom;
mod curves;
mod deeper;
mod game;
mod linear;
mod mesh;
mod newton;
mod smooth;
mod start;
mod tail;

use game::{At, Game};

use super::InverseBids;
use crate::law::groups::Groups;
use crate::numeric::collocation::{AtPoints, Collocation, POINTS};

pub(super) const METHOD: &str = "collocation along the total log-probability";

/// Newton's method has so many steps at each share of the way.
const MOST_STEPS: usize = 12;

/// And so many at the end, where steps are laid anew.
const MOST_LAST_STEPS: usize = 40;

/// The way may be gone in parts as small as this.
const LEAST_PART: f64 = 1e-4;

/// A part of the way that took no more of Newton's steps than this was a small one.
const FEW_STEPS: usize = 5;

/// -L below which no values have weight: where the lowest bids of all are not found, those down to here may
/// be.
const ENOUGH: f64 = 300.0;

/// Linearised steps of a group's curve that one search may take: some seconds.
const MOST_WORK: usize = 2_000_000;

/// The equilibrium by its differential equation along the total log-probability, L = sum_i l_i over all
/// bidders. With y_i = (b - low) / (phi_i - b) and m = sum_j y_j / (N - 1):
///
/// ```text
/// dl_i/dL = 1 - y_i / m,    d ln(b - low) / dL = 1 / m.
/// ```
///
/// It has no singularity where a value meets the bid, and steps in ln(-L) find narrow priors, far tails and
/// steep ends of F alike. Downwards an error of b grows and one of l_i = q_i L decays, so that b is held at
/// the bottom and all q_i at the top, where q_i = 1 - y_i / m. Newton's method on all steps at once; where
/// it does not converge at once, along a way of games from one that is solved already: one in which all have
/// one bidder's prior, or two uniform priors. Then steps are halved until the equation holds between the
/// points as well.
///
/// References: Fibich and Gavish 2011, "Numerical simulations of asymmetric first-price auctions" (as a
/// boundary value problem); Fibich and Gavish 2012, "Asymmetric first-price auctions: a dynamical-systems
/// approach" (another variable than the bid); Ascher, Mattheij and Russell 1995, "Numerical Solution of
/// Boundary Value Problems for Ordinary Differential Equations".
///
/// # Errors
/// Where two bidders' supports leave no room for an equilibrium of rising bids, where one of the bidders
/// would drop out below the top, or where the search ends without a solution.
pub(super) fn solve(groups: &Groups) -> Result<InverseBids, String> {
    let mut search = Search { work: 0, size: groups.len() };
    let found = search.solve(Game::new(groups)?, f64::INFINITY);
    let (problem, state) = found.or_else(|_| search.solve(Game::new(groups)?, ENOUGH))?;
    problem.curves(&state)
}

/// The game on its steps.
struct Problem<'a> {
    game: Game<'a>,
    method: Collocation,
    /// ln(-L) at the ends of the steps, from the top downwards.
    ends: Vec<f64>,
    /// -L at the points of each step.
    depths: Vec<AtPoints>,
}

#[derive(Clone)]
struct State {
    /// q = l / L at the ends of steps: end, group.
    ends: Vec<Vec<f64>>,
    /// And at the points: step, group.
    points: Vec<Vec<AtPoints>>,
    /// ln(b - low) at the ends of steps.
    bids: Vec<f64>,
    /// And at the points.
    bid_points: Vec<AtPoints>,
}

/// The equation at the points of a step.
struct Local {
    at: Vec<[Here; POINTS]>,
    /// 1 / m.
    w: AtPoints,
    /// dq/d ln(-L).
    slopes: Vec<AtPoints>,
}

/// y at a point, and its slopes in q and ln(b - low).
#[derive(Clone, Copy, Default)]
struct Here {
    y: f64,
    by_q: f64,
    by_b: f64,
}

fn dot(a: &AtPoints, b: &AtPoints) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

impl<'a> Problem<'a> {
    fn new(game: Game<'a>, ends: Vec<f64>) -> Self {
        let method = Collocation::new();
        let depths = ends
            .windows(2)
            .map(|pair| method.places.map(|c| libm::exp(c.mul_add(pair[1] - pair[0], pair[0]))))
            .collect();
        Problem { game, method, ends, depths }
    }

    fn local(&self, k: usize, state: &State) -> Local {
        let groups = self.game.groups;
        let size = groups.len();
        let mut local = Local {
            at: vec![[Here::default(); POINTS]; size],
            w: [0.0; POINTS],
            slopes: vec![[0.0; POINTS]; size],
        };
        let (mut ys, mut shares) = (vec![0.0; size], vec![0.0; size]);
        let mut slopes = vec![0.0; size];
        for c in 0..POINTS {
            let depth = self.depths[k][c];
            for g in 0..size {
                shares[g] = state.points[k][g][c];
                let At { y, by_log, by_bid } = self.game.at(g, -shares[g] * depth, state.bid_points[k][c]);
                local.at[g][c] = Here { y, by_q: depth * by_log, by_b: by_bid };
                ys[g] = y;
            }
            local.w[c] = self.slopes(&ys, &shares, &mut slopes);
            slopes.iter().enumerate().for_each(|(g, slope)| local.slopes[g][c] = *slope);
        }
        local
    }

    /// Fills dq/d ln(-L), and returns 1 / m.
    fn slopes(&self, ys: &[f64], shares: &[f64], slopes: &mut [f64]) -> f64 {
        let groups = self.game.groups;
        let total = groups.total(ys);
        for (g, slope) in slopes.iter_mut().enumerate() {
            // Of two bidders 1 - y / m is the other's y: no difference.
            let own = (groups.bidders() - 2.0) * ys[g];
            *slope = (groups.total_of_rivals(g, ys) - own) / total - shares[g];
        }
        (groups.bidders() - 1.0) / total
    }
}

/// How much has been done.
struct Search {
    work: usize,
    size: usize,
}

impl Search {
    fn solve<'a>(&mut self, game: Game<'a>, depth: f64) -> Result<(Problem<'a>, State), String> {
        let ends = game.ends(depth);
        let mut problem = Problem::new(game, ends);
        let mut state = problem.start();
        let (mut gone, mut part): (f64, f64) = (0.0, 1.0);
        let mut last: Option<(f64, State)> = None;
        problem.game.way = 0.0;
        if self.converge(&problem, &mut state, MOST_STEPS)?.is_none() {
            return Err(not_found("Newton's method does not converge for like bidders"));
        }
        problem = self.cut(problem, &mut state, &mut last);
        problem = self.relay(problem, &mut state, &mut last)?;
        let end = problem.game.end();
        // Steps without those that end at kinks.
        let mut base = None;
        while gone < end {
            let next = (gone + part).min(if gone < 1.0 { 1.0 } else { end });
            let mut tried = problem.set_out(&state, last.as_ref(), (gone, next));
            let steps = match &mut tried {
                Some(tried) => self.converge(&problem, tried, MOST_STEPS)?,
                None => None,
            };
            match steps.zip(tried) {
                Some((steps, tried)) => {
                    last = Some((gone, std::mem::replace(&mut state, tried)));
                    gone = next;
                    if steps <= FEW_STEPS {
                        part *= 2.0;
                    }
                    problem = self.cut(problem, &mut state, &mut last);
                    if gone < 1.0 {
                        problem = self.relay(problem, &mut state, &mut last)?;
                    } else if gone == 1.0 && end > 1.0 {
                        // The steps are new, and so is the way.
                        base = Some(problem.ends.clone());
                        problem = self.with_kinks(problem, &mut state)?;
                        (last, part) = (None, 1.0);
                    }
                }
                None => {
                    part *= 0.5;
                    if part < LEAST_PART {
                        return Err(not_found(&format!(
                            "Newton's method goes {:.3} of the way from an easy game and no further",
                            gone / end
                        )));
                    }
                }
            }
        }
        let before = problem.ends.len();
        problem = self.go_down(problem, &mut state)?;
        if let Some(base) = &mut base {
            base.extend(&problem.ends[before..]);
        }
        self.refine(problem, state, base)
    }

    /// Newton's method, counted.
    fn converge(
        &mut self,
        problem: &Problem,
        state: &mut State,
        most: usize,
    ) -> Result<Option<usize>, String> {
        let steps = problem.converge(state, most);
        self.work += steps.unwrap_or(most) * problem.depths.len() * self.size;
        if self.work > MOST_WORK {
            return Err(not_found(&format!("the search took more than {MOST_WORK} steps")));
        }
        Ok(steps)
    }
}

#[cfg(test)]
mod tests;

fn not_found(why: &str) -> String {
    format!("not found by {METHOD}: {why}")
}
