//! Steps that end where curves pass kinks of their priors.

use super::newton::SEARCHES;
use super::{DEPTH, Problem, State, dot};
use crate::numeric::collocation::AtPoints;
use crate::numeric::roots::root;

/// The most intervals between kinks.
const MOST_STEPS: usize = 20_000;

/// How often the steps are laid anew so that kinks are at their ends.
const MOST_MESHES: usize = 8;

/// How close kinks come to the ends of steps, in t over 1 + t.
const KINK_ERROR: f64 = 1e-10;

/// Ends of steps that are closer than this, in t over 1 + t, are one.
const LEAST_STEP: f64 = 1e-9;

impl Problem<'_> {
    /// The same solution on steps that end where a curve passes a kink of its prior; none where there are too
    /// many.
    pub(super) fn with_kinks(self, mut state: State) -> Option<(Self, State)> {
        let base = self.ends.clone();
        let mut problem = self;
        for _ in 0..MOST_MESHES {
            let kinks = problem.kinks(&state);
            if base.len() + kinks.len() > MOST_STEPS {
                return None;
            }
            let near = |t: &f64| {
                let next = kinks.partition_point(|kink| kink < t);
                [next.checked_sub(1), Some(next)]
                    .into_iter()
                    .flatten()
                    .filter_map(|k| kinks.get(k))
                    .any(|kink| (kink - t).abs() < LEAST_STEP * (1.0 + t))
            };
            let mut ends: Vec<f64> =
                base.iter().copied().filter(|t| !near(t)).chain(kinks.iter().copied()).collect();
            ends.extend([0.0, DEPTH]);
            ends.sort_by(f64::total_cmp);
            ends.dedup_by(|a, b| *a - *b < 0.5 * LEAST_STEP * (1.0 + *b));
            let moved = ends.len() != problem.ends.len()
                || ends.iter().zip(&problem.ends).any(|(a, b)| (a - b).abs() > KINK_ERROR * (1.0 + a));
            if !moved {
                return Some((problem, state));
            }
            let next = Problem::new(problem.groups, &ends);
            state = problem.moved(&state, &next);
            problem = next;
            if !problem.converge(&mut state, &SEARCHES[0]) {
                return None;
            }
        }
        Some((problem, state))
    }

    /// Where the curves pass kinks of their priors, rising.
    fn kinks(&self, state: &State) -> Vec<f64> {
        let mut kinks = Vec::new();
        let slopes: Vec<Vec<AtPoints>> = (0..self.points.len()).map(|k| self.slopes(k, state)).collect();
        for (g, prior) in self.groups.priors.iter().enumerate() {
            for kink in prior.kinks() {
                let log = prior.ln_cdf(kink);
                let k = state.ends.partition_point(|logs| logs[g] > log);
                if k == 0 || k == state.ends.len() {
                    continue;
                }
                let k = k - 1;
                let (from, to) = (self.ends[k], self.ends[k + 1]);
                let at = |part: f64| state.ends[k][g] + dot(&self.method.inside(part), &slopes[k][g]) - log;
                let part = root(0.0, 1.0, at).unwrap_or(0.5);
                kinks.push(from + part * (to - from));
            }
        }
        kinks.sort_by(f64::total_cmp);
        kinks
    }

    /// The state on other steps.
    fn moved(&self, state: &State, other: &Problem) -> State {
        let slopes: Vec<Vec<AtPoints>> = (0..self.points.len()).map(|k| self.slopes(k, state)).collect();
        let at = |t: f64| -> Vec<f64> {
            let k = self.ends[1..self.points.len()].partition_point(|end| *end <= t);
            let part = (t - self.ends[k]) / (self.ends[k + 1] - self.ends[k]);
            let inside = self.method.inside(part);
            state.ends[k].iter().zip(&slopes[k]).map(|(log, slopes)| log + dot(&inside, slopes)).collect()
        };
        let points = other.ends.windows(2).map(|pair| {
            let logs = self.method.places.map(|c| at(pair[0] + c * (pair[1] - pair[0])));
            (0..self.groups.len()).map(|g| std::array::from_fn(|c| logs[c][g])).collect()
        });
        State {
            ln_width: state.ln_width,
            ends: other.ends.iter().map(|t| at(*t)).collect(),
            points: points.collect(),
        }
    }
}
