//! Steps laid anew: halved where the equation does not hold between the points, and ended at kinks.

use super::game::Bottom;
use super::{MOST_LAST_STEPS, POINTS, Problem, Search, State, dot, not_found};
use crate::numeric::collocation::AtPoints;
use crate::numeric::roots::root;

/// The most by which the equation may fail to hold between the points of a step, times its length, relative
/// in ln F, on which values depend where F is close to 1, and in ln of bids.
const CLOSE: f64 = 1e-9;

/// Where ln F is above minus this, F is 1.
const LEAST_LOG: f64 = 1e-12;

/// How often the steps are laid anew.
const MOST_MESHES: usize = 14;

/// The most steps.
const MOST_ENDS: usize = 20_000;

/// How close kinks come to the ends of steps, in ln(-L).
const KINK_ERROR: f64 = 1e-10;

/// Ends of steps that are closer than this are one.
const LEAST_STEP: f64 = 1e-9;

/// On the way no steps are joined to one longer than this.
const LONGEST_STEP: f64 = 1.5;

/// On the way no step of two bidders of different lowest values has bids fall by more, in ln(b - low).
const MOST_FALL: f64 = 0.5;

/// Where in a step the equation is tried.
const TRIED: [f64; 3] = [0.0, 0.5, 1.0];

/// A step as bad as this, in units of [`CLOSE`], is cut in four.
const FAR_OFF: f64 = 1e4;

/// The same on the way to the game that is wanted.
const CLOSE_ON_THE_WAY: f64 = 1e-3;

/// Steps this much better are joined with others.
const SPARE: f64 = 1e-5;

impl Search {
    /// Steps that follow the solution on the way; nothing where they do already.
    pub(super) fn relay<'a>(
        &mut self,
        problem: Problem<'a>,
        state: &mut State,
        past: &mut Option<(f64, State)>,
    ) -> Result<Problem<'a>, String> {
        let count = problem.depths.len();
        let far = |k: usize| match problem.game.bottom {
            Bottom::Powers => false,
            Bottom::Indifferent { .. } => state.bids[k] - state.bids[k + 1] > MOST_FALL,
        };
        let error = |k: usize| if far(k) { f64::INFINITY } else { problem.error(k, state) };
        let errors: Vec<f64> = (0..count).map(error).collect();
        if errors.iter().all(|error| *error <= CLOSE_ON_THE_WAY) {
            return Ok(problem);
        }
        let mut ends = vec![problem.ends[0]];
        let mut k = 0;
        while k < count {
            let (from, to) = (problem.ends[k], problem.ends[k + 1]);
            let spare = CLOSE_ON_THE_WAY * SPARE;
            if errors[k] > CLOSE_ON_THE_WAY && to - from > LEAST_STEP {
                ends.push(0.5 * (from + to));
            } else if k + 1 < count
                && errors[k] < spare
                && errors[k + 1] < spare
                && problem.ends[k + 2] - from < LONGEST_STEP
            {
                k += 1;
            }
            ends.push(problem.ends[k + 1]);
            k += 1;
        }
        if ends.len() > MOST_ENDS {
            return Ok(problem);
        }
        let mut moved = problem.moved(state, &ends);
        let moved_past = past.as_ref().map(|(way, past)| (*way, problem.moved(past, &ends)));
        let Problem { game, ends: old_ends, depths, method } = problem;
        let next = Problem::new(game, ends);
        if self.converge(&next, &mut moved, super::MOST_STEPS)?.is_none() {
            return Ok(Problem { game: next.game, ends: old_ends, depths, method });
        }
        (*state, *past) = (moved, moved_past);
        Ok(next)
    }

    /// Steps that end where the curves pass kinks, beside the others; the old ones where Newton's method
    /// does not converge on them.
    pub(super) fn with_kinks<'a>(
        &mut self,
        problem: Problem<'a>,
        state: &mut State,
    ) -> Result<Problem<'a>, String> {
        let ends = merged(&problem.ends, &problem.kinks(state));
        if ends.len() > MOST_ENDS {
            return Err(not_found(&format!("it takes more than {MOST_ENDS} steps to follow the bids")));
        }
        let mut moved = problem.moved(state, &ends);
        let Problem { game, ends: before, depths, method } = problem;
        let next = Problem::new(game, ends);
        if self.converge(&next, &mut moved, super::MOST_STEPS)?.is_none() {
            return Ok(Problem { game: next.game, ends: before, depths, method });
        }
        *state = moved;
        Ok(next)
    }

    /// The same solution on steps that follow it everywhere.
    pub(super) fn refine<'a>(
        &mut self,
        mut problem: Problem<'a>,
        mut state: State,
        base: Option<Vec<f64>>,
    ) -> Result<(Problem<'a>, State), String> {
        let mut base = base.unwrap_or_else(|| problem.ends.clone());
        for _ in 0..MOST_MESHES {
            let kinks = problem.kinks(&state);
            let mut more = Vec::new();
            for k in 0..problem.depths.len() {
                let error = problem.error(k, &state);
                let pieces = if error > FAR_OFF * CLOSE { 4 } else { 2 };
                let (from, to) = (problem.ends[k], problem.ends[k + 1]);
                if error > CLOSE && to - from > LEAST_STEP * f64::from(pieces) {
                    more.extend(
                        (1..pieces).map(|i| (to - from).mul_add(f64::from(i) / f64::from(pieces), from)),
                    );
                }
            }
            base.extend(&more);
            base.sort_by(f64::total_cmp);
            let ends = merged(&base, &kinks);
            if ends.len() > MOST_ENDS {
                return Err(not_found(&format!("it takes more than {MOST_ENDS} steps to follow the bids")));
            }
            let moved = ends.len() != problem.ends.len()
                || ends.iter().zip(&problem.ends).any(|(a, b)| (a - b).abs() > KINK_ERROR);
            if !moved {
                break;
            }
            let mut moved = problem.moved(&state, &ends);
            let Problem { game, ends: before, depths, method } = problem;
            let finer = Problem::new(game, ends);
            if self.converge(&finer, &mut moved, MOST_LAST_STEPS)?.is_none() {
                // The certificate says whether the last were fine enough.
                return Ok((Problem { game: finer.game, ends: before, depths, method }, state));
            }
            (problem, state) = (finer, moved);
        }
        Ok((problem, state))
    }
}

/// The ends of steps and all kinks, which take the place of what is close to them.
fn merged(base: &[f64], kinks: &[f64]) -> Vec<f64> {
    let near = |x: &f64| {
        let next = kinks.partition_point(|kink| kink < x);
        let around = [next.checked_sub(1), Some(next)];
        around.into_iter().flatten().filter_map(|k| kinks.get(k)).any(|kink| (kink - x).abs() < LEAST_STEP)
    };
    let last = base.len() - 1;
    let kept = base.iter().enumerate().filter(|(k, x)| *k == 0 || *k == last || !near(x)).map(|(_, x)| *x);
    let inner = kinks.iter().copied().filter(|x| (x - base[0]).min(base[last] - x) > LEAST_STEP);
    let mut ends: Vec<f64> = kept.chain(inner).collect();
    ends.sort_by(f64::total_cmp);
    ends.dedup_by(|a, b| *a - *b < 0.5 * LEAST_STEP);
    ends
}

impl Problem<'_> {
    /// q and ln(b - low) at a part of a step, given what `local` has of it.
    pub(super) fn between(
        &self,
        k: usize,
        state: &State,
        (slopes, falls): (&[AtPoints], &AtPoints),
        part: f64,
    ) -> (Vec<f64>, f64) {
        let h = self.ends[k + 1] - self.ends[k];
        let inside = self.method.inside(part);
        let shares =
            state.ends[k].iter().zip(slopes).map(|(q, slopes)| q + h * dot(&inside, slopes)).collect();
        (shares, state.bids[k] - h * dot(&inside, falls))
    }

    /// dq/dx at the points of a step, and how fast ln(b - low) falls there.
    pub(super) fn slopes_of(&self, k: usize, state: &State) -> (Vec<AtPoints>, AtPoints) {
        let local = self.local(k, state);
        (local.slopes, std::array::from_fn(|c| self.depths[k][c] * local.w[c]))
    }

    /// By how much the equation fails to hold between the points of a step.
    fn error(&self, k: usize, state: &State) -> f64 {
        let groups = self.game.groups;
        let size = groups.len();
        let h = self.ends[k + 1] - self.ends[k];
        let (slopes, falls) = self.slopes_of(k, state);
        let mut right = vec![0.0; size];
        let mut most: f64 = 0.0;
        for part in TRIED {
            let depth = libm::exp(part.mul_add(h, self.ends[k]));
            let (shares, bid) = self.between(k, state, (&slopes, &falls), part);
            let ys: Vec<f64> = (0..size).map(|g| self.game.at(g, -shares[g] * depth, bid).y).collect();
            let w = self.slopes(&ys, &shares, &mut right);
            let polynomial = self.polynomial(part);
            for g in 0..size {
                let error = h * (dot(&polynomial, &slopes[g]) - right[g]).abs() * depth;
                most = most.max(error / (LEAST_LOG + shares[g] * depth));
            }
            let error = h * (dot(&polynomial, &falls) - depth * w).abs();
            most = most.max(error * self.weight_of_bid(bid, state));
        }
        if most.is_nan() { f64::INFINITY } else { most }
    }

    /// The value at a part of a step of the polynomial through values at the points.
    fn polynomial(&self, part: f64) -> AtPoints {
        let places = &self.method.places;
        std::array::from_fn(|d| {
            let others = (0..POINTS).filter(|other| *other != d);
            others.map(|other| (part - places[other]) / (places[d] - places[other])).product()
        })
    }

    /// Where the curves pass kinks of their priors, rising.
    fn kinks(&self, state: &State) -> Vec<f64> {
        let mut kinks = Vec::new();
        if self.game.groups.priors.iter().all(|prior| prior.kinks().is_empty()) {
            return kinks;
        }
        let depths: Vec<f64> = self.ends.iter().map(|x| libm::exp(*x)).collect();
        let slopes: Vec<(Vec<AtPoints>, AtPoints)> =
            (0..self.depths.len()).map(|k| self.slopes_of(k, state)).collect();
        for (g, prior) in self.game.groups.priors.iter().enumerate() {
            let logs: Vec<f64> = state.ends.iter().zip(&depths).map(|(q, depth)| -q[g] * depth).collect();
            for kink in prior.kinks() {
                let log = prior.ln_cdf(kink);
                let k = logs.partition_point(|own| *own > log);
                if k == 0 || k == logs.len() {
                    continue;
                }
                let k = k - 1;
                let (from, to) = (self.ends[k], self.ends[k + 1]);
                let at = |part: f64| {
                    let share =
                        state.ends[k][g] + (to - from) * dot(&self.method.inside(part), &slopes[k].0[g]);
                    -share * libm::exp(part.mul_add(to - from, from)) - log
                };
                kinks.push(from + root(0.0, 1.0, at).unwrap_or(0.5) * (to - from));
            }
        }
        kinks.sort_by(f64::total_cmp);
        kinks
    }

    /// The state on other steps.
    fn moved(&self, state: &State, ends: &[f64]) -> State {
        let slopes: Vec<(Vec<AtPoints>, AtPoints)> =
            (0..self.depths.len()).map(|k| self.slopes_of(k, state)).collect();
        let at = |x: f64| {
            let k = self.ends[1..self.depths.len()].partition_point(|end| *end <= x);
            let part = (x - self.ends[k]) / (self.ends[k + 1] - self.ends[k]);
            self.between(k, state, (&slopes[k].0, &slopes[k].1), part)
        };
        let size = self.game.groups.len();
        let mut moved = State { ends: vec![], points: vec![], bids: vec![], bid_points: vec![] };
        for x in ends {
            let (shares, bid) = at(*x);
            moved.ends.push(shares);
            moved.bids.push(bid);
        }
        for pair in ends.windows(2) {
            let inside = self.method.places.map(|c| at(c.mul_add(pair[1] - pair[0], pair[0])));
            moved.points.push((0..size).map(|g| std::array::from_fn(|c| inside[c].0[g])).collect());
            moved.bid_points.push(std::array::from_fn(|c| inside[c].1));
        }
        moved
    }
}
