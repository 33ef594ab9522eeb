//! Any bidders whose priors begin at one lowest value, all bids at once.

use super::grid::{place, spacing};
use super::inverse_bids::rises_at_the_top;
use super::{InverseBids, shooting};
use crate::law::groups::Groups;
use crate::law::log_quantile::LogQuantile;
use crate::numeric::collocation::{AtPoints, Collocation, POINTS, solve as solve_points};
use crate::numeric::quadrature::GaussLegendre;
use crate::numeric::roots::root;

pub(super) const METHOD: &str = "collocation in log-quantiles";

/// How far down the curves reach, in t.
const DEPTH: f64 = 20.0;

/// The length of a step at t, over t plus the other number: towards the top curves may have a power of t in them.
const STEPS: (f64, f64) = (0.04, 0.4);

/// The first step.
const FIRST_STEP: f64 = 1e-3;

/// Newton's method has converged where it changes no ln F and not ln of the top by more than this, times 1 + |ln F|.
const CONVERGED: f64 = 1e-12;

/// As good as converged, where rounding allows no more.
const NEARLY_CONVERGED: f64 = 1e-9;

/// How Newton's method sets out: from which guess, how far a step goes, as a change relative to 1 + |ln F|, and how
/// many steps there are.
struct Search {
    /// Whether the guess is made of the powers that priors are like near by, or of those at the lowest value.
    near_by: bool,
    longest: f64,
    most: usize,
}

/// Where the first does not converge, the next is tried.
const SEARCHES: [Search; 3] = [
    Search { near_by: true, longest: 0.5, most: 30 },
    Search { near_by: false, longest: 0.5, most: 40 },
    Search { near_by: true, longest: 0.1, most: 60 },
];

/// No step of Newton's method brings values closer to bids than by this factor.
const LEAST_OF_GAP: f64 = 0.1;

/// The part of the support above which the guess asks the prior itself.
const PART_OF_VALUES: f64 = 1e-3;

/// Newton's steps to each ln F of the guess, from its neighbour.
const GUESS_STEPS: usize = 4;

/// The power of bids, in numbers of rivals, with which the guess goes over to what it is at the top.
const SHARPNESS: f64 = 0.3;

/// ln F at which a prior is taken to be a power of the value.
const LOW_LOG: f64 = -20.0;

/// The guessed top bid is so far below the least of the highest values, in ln.
const LEAST_SHADE: f64 = 0.1;

/// The most intervals between kinks.
const MOST_STEPS: usize = 20_000;

/// How often the steps are laid anew so that kinks are at their ends.
const MOST_MESHES: usize = 8;

/// How close kinks come to the ends of steps, in t over 1 + t.
const KINK_ERROR: f64 = 1e-10;

/// Ends of steps that are closer than this, in t over 1 + t, are one.
const LEAST_STEP: f64 = 1e-9;

/// The equilibrium as the boundary value problem of its differential equation. With s = ln((b - low) / (top - low)),
/// w = ln(top - low), E_i(l) = Q_i(e^l) - low and y_i = (b - low) / (phi_i - b):
///
/// ```text
/// dl_i/ds = m - y_i,    m = sum_j y_j / (N - 1),    y_i = 1 / (E_i(l_i) e^-(s + w) - 1),    l_i(0) = 0,
/// m = sum_j mu_j at the lowest bid, where F_j is as (v - low)^mu_j:
/// ```
///
/// one condition for each curve at the top and one at the bottom for w. Downwards one combination of the curves grows
/// fast and all others decay, so that each condition stands where it determines what it should. Newton's method on
/// all steps at once: given the changes of m, those of each curve follow by themselves, which leaves for a step a
/// system in m alone and makes the time linear in the number of priors. The condition at the bottom is carried up
/// (where it grows it becomes one for w alone), then the changes follow from the top down, held to it.
///
/// With kinks the steps are laid so that each ends where a curve passes one, found anew until they stay.
///
/// References: Ascher, Mattheij and Russell 1995, "Numerical Solution of Boundary Value Problems for Ordinary
/// Differential Equations" (collocation; dichotomy); Fibich and Gavish 2011, "Numerical simulations of asymmetric
/// first-price auctions" (as a boundary value problem).
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
        shooting::bids_to_the_top(groups)?;
        found = SEARCHES[1..].iter().find_map(newton);
    }
    let Some(state) = found else { return Ok(None) };
    let kinked = groups.priors.iter().any(|prior| !prior.kinks().is_empty());
    let Some((problem, state)) = (if kinked { problem.with_kinks(state) } else { Some((problem, state)) })
    else {
        return Ok(None);
    };
    rises_at_the_top(groups, libm::exp(state.ln_width))?;
    problem.curves(&state).map(Some)
}

/// The ends of steps where there are no kinks.
fn steps() -> Vec<f64> {
    let next = |t: &f64| Some(t + if *t == 0.0 { FIRST_STEP } else { STEPS.0 * (t + STEPS.1) });
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

/// What a step of the linearised equations does to changes of ln F, d_l, of m, d_m, and of w, d_w.
struct Linear {
    groups: Vec<LinearGroup>,
    /// d_m = m_by_width d_w + m_alone - sum_i by_own_i d_l_i.
    m_by_width: AtPoints,
    m_alone: AtPoints,
}

/// At the points d_l_i = by_own d_l_i + by_m d_m + by_width d_w + alone; the same at the end of the step.
struct LinearGroup {
    by_own: AtPoints,
    by_m: [AtPoints; POINTS],
    by_width: AtPoints,
    alone: AtPoints,
    end_by_own: f64,
    end_by_m: AtPoints,
    end_by_width: f64,
    end_alone: f64,
    m_by_own: AtPoints,
}

/// About the l <= 0 with ln E(l) = `ln`, from one above it.
fn log_of_excess(groups: &Groups, g: usize, ln: f64, above: f64) -> f64 {
    let (low, high) = groups.priors[g].support();
    if ln > libm::log(PART_OF_VALUES * (high - low)) {
        return groups.priors[g].ln_cdf(low + libm::exp(ln));
    }
    // Where rounding would lose the excess, it is all but a power of F.
    let mut log = above;
    for _ in 0..GUESS_STEPS {
        let (at, slope) = groups.quantiles[g].ln_excess(log);
        log = (log + (ln - at) / slope).min(0.0);
    }
    log
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

    /// A guess: the ratio of values to bids is what it would be if all priors were the powers that they are like
    /// there, and goes over to what it is at the top.
    fn start(&self, near_by: bool) -> State {
        let groups = self.groups;
        let powers: Vec<f64> =
            groups.quantiles.iter().map(|quantile| 1.0 / quantile.ln_excess(LOW_LOG).1).collect();
        let others = groups.bidders() - 1.0;
        let rule = GaussLegendre::of_order(8);
        let mean = |quantile: &LogQuantile| {
            libm::log(rule.integrate(0.0, 1.0, |p| libm::exp(quantile.ln_excess(libm::log(p) / others).0)))
        };
        let tops: Vec<f64> = groups.quantiles.iter().map(|quantile| quantile.ln_excess(0.0).0).collect();
        let least = tops.iter().copied().fold(f64::INFINITY, f64::min);
        let means: Vec<f64> = groups.quantiles.iter().map(mean).collect();
        let ln_width = (groups.total(&means) / groups.bidders()).min(least - LEAST_SHADE);
        let power = if near_by { f64::max(1.0, SHARPNESS * others) } else { 1.0 };
        let mut ends = vec![vec![0.0; groups.len()]];
        let mut powers = powers;
        for (k, t) in self.ends[1..].iter().enumerate() {
            let s = place(*t).0;
            let above = &ends[k];
            if k > 0 && near_by {
                powers.iter_mut().zip(groups.quantiles.iter().zip(above)).for_each(
                    |(power, (quantile, log))| {
                        *power = 1.0 / quantile.ln_excess(*log).1;
                    },
                );
            }
            let weight = libm::exp(power * s);
            let guess = |g: usize| {
                let top = libm::exp(tops[g] - ln_width);
                let local = (1.0 + 1.0 / groups.total_of_rivals(g, &powers)).min(top * libm::exp(-s));
                let ratio = (top - local).mul_add(weight, local);
                log_of_excess(groups, g, ln_width + s + libm::log(ratio), above[g])
            };
            ends.push((0..groups.len()).map(guess).collect());
        }
        let between = |pair: &[Vec<f64>]| {
            let at =
                |(above, below): (&f64, &f64)| self.method.places.map(|c| c.mul_add(below - above, *above));
            pair[0].iter().zip(&pair[1]).map(at).collect()
        };
        State { ln_width, points: ends.windows(2).map(between).collect(), ends }
    }

    /// Newton's method for the game at a share of the way; whether it converges.
    fn converge(&self, state: &mut State, search: &Search) -> bool {
        let mut last = f64::INFINITY;
        for _ in 0..search.most {
            let Some((change, whole)) = self.improve(state, search.longest) else { return false };
            if change < CONVERGED && whole {
                return true;
            }
            // Rounding keeps it from coming closer.
            if last < NEARLY_CONVERGED && whole && change > 0.1 * last {
                return true;
            }
            last = change;
        }
        false
    }

    /// One step of Newton's method: the change relative to 1 + |ln F|, and whether the step was a whole one; none
    /// where there is no way to go.
    fn improve(&self, state: &mut State, longest: f64) -> Option<(f64, bool)> {
        let count = self.points.len();
        let size = self.groups.len();
        let steps: Vec<Linear> = (0..count).map(|k| self.linear(k, state)).collect();
        // The condition at the bottom: rows[k] d_l + by_width d_w = alone.
        let mut rows = vec![vec![0.0; size]; count + 1];
        let mut by_width = vec![0.0; count + 1];
        let mut alone = vec![0.0; count + 1];
        let bidders = self.groups.bidders();
        let bottom = place(self.ends[count]).0;
        for (g, row) in rows[count].iter_mut().enumerate() {
            let weight = self.groups.counts[g];
            let (ln, slope) = self.groups.quantiles[g].ln_excess(state.ends[count][g]);
            let y = 1.0 / libm::expm1(ln - bottom - state.ln_width);
            let q = weight * y * (1.0 + y) / (bidders - 1.0);
            *row = -q * slope;
            by_width[count] += q;
            alone[count] -= weight * (y / (bidders - 1.0) - 1.0 / slope);
        }
        for k in (0..count).rev() {
            let step = &steps[k];
            let (above, below) = rows.split_at_mut(k + 1);
            let (row, next) = (&mut above[k], &below[0]);
            // What a change of m does to the condition.
            let mut by_m = [0.0; POINTS];
            let (mut width, mut rest) = (by_width[k + 1], alone[k + 1]);
            for (own, group) in next.iter().zip(&step.groups) {
                by_m.iter_mut().zip(&group.end_by_m).for_each(|(sum, part)| *sum += own * part);
                width += own * group.end_by_width;
                rest -= own * group.end_alone;
            }
            width += dot(&by_m, &step.m_by_width);
            rest -= dot(&by_m, &step.m_alone);
            let mut most: f64 = 0.0;
            for ((target, own), group) in row.iter_mut().zip(next).zip(&step.groups) {
                *target = own * group.end_by_own - dot(&by_m, &group.m_by_own);
                most = most.max(target.abs());
            }
            let scale = 1.0 / most;
            row.iter_mut().for_each(|x| *x *= scale);
            (by_width[k], alone[k]) = (width * scale, rest * scale);
        }
        let width_change = alone[0] / by_width[0];
        if !width_change.is_finite() {
            return None;
        }
        let mut changes = vec![vec![0.0; size]; count + 1];
        let mut inside = vec![vec![[0.0; POINTS]; size]; count];
        let mut most = width_change.abs();
        for k in 0..count {
            let step = &steps[k];
            let mut m: AtPoints =
                std::array::from_fn(|c| step.m_by_width[c].mul_add(width_change, step.m_alone[c]));
            for (own, group) in changes[k].iter().zip(&step.groups) {
                m.iter_mut().zip(&group.m_by_own).for_each(|(m, part)| *m -= own * part);
            }
            for (g, group) in step.groups.iter().enumerate() {
                let own = changes[k][g];
                inside[k][g] = std::array::from_fn(|c| {
                    group.by_own[c] * own
                        + dot(&group.by_m[c], &m)
                        + group.by_width[c] * width_change
                        + group.alone[c]
                });
                changes[k + 1][g] = group.end_by_own * own
                    + dot(&group.end_by_m, &m)
                    + group.end_by_width * width_change
                    + group.end_alone;
            }
            // Rounding would grow, so the condition is held to.
            let row = &rows[k + 1];
            let held: f64 = row.iter().zip(&changes[k + 1]).map(|(a, x)| a * x).sum();
            let off = alone[k + 1] - by_width[k + 1] * width_change - held;
            let square: f64 = row.iter().map(|a| a * a).sum();
            for (g, change) in changes[k + 1].iter_mut().enumerate() {
                *change += off * row[g] / square;
                most = most.max(change.abs() / (1.0 + state.ends[k + 1][g].abs()));
            }
        }
        if !most.is_finite() {
            return None;
        }
        // The highest values stay above the top bid.
        let top_gap = |quantile: &LogQuantile| quantile.ln_excess(0.0).0 - state.ln_width;
        let least = self.groups.quantiles.iter().map(top_gap).fold(f64::INFINITY, f64::min);
        let most_width = (1.0 - LEAST_OF_GAP) * least / width_change.max(0.0);
        let part = most_width.min(longest / most).min(1.0);
        let width_change = part * width_change;
        let mut whole = part == 1.0;
        for (k, logs) in state.ends.iter_mut().enumerate().skip(1) {
            let s = place(self.ends[k]).0;
            for (g, log) in logs.iter_mut().enumerate() {
                let (next, all) = self.kept(g, *log, part * changes[k][g], s + state.ln_width, width_change);
                *log = next;
                whole &= all;
            }
        }
        for (k, logs) in state.points.iter_mut().enumerate() {
            for (g, logs) in logs.iter_mut().enumerate() {
                for (c, log) in logs.iter_mut().enumerate() {
                    let s = self.points[k][c].0;
                    let (next, all) =
                        self.kept(g, *log, part * inside[k][g][c], s + state.ln_width, width_change);
                    *log = next;
                    whole &= all;
                }
            }
        }
        state.ln_width += width_change;
        Some((most, whole))
    }

    /// ln F after a change, or after as much of it as keeps the value well above the bid, and whether it is all.
    fn kept(&self, g: usize, log: f64, change: f64, ln_bid: f64, width_change: f64) -> (f64, bool) {
        let quantile = &self.groups.quantiles[g];
        let (ln, slope) = quantile.ln_excess(log);
        let least = LEAST_OF_GAP * (ln - ln_bid);
        let ln_bid = ln_bid + width_change;
        if log < 0.0 && log + change >= 0.0 && !quantile.goes_on() {
            return (LEAST_OF_GAP * log, false);
        }
        if quantile.ln_excess(log + change).0 - ln_bid >= least {
            return (log + change, true);
        }
        (log + (ln_bid + least - ln) / slope, false)
    }

    /// The linearised equations of a step.
    fn linear(&self, k: usize, state: &State) -> Linear {
        let size = self.groups.len();
        let h = self.ends[k + 1] - self.ends[k];
        let others = self.groups.bidders() - 1.0;
        let rates = self.points[k].map(|(_, rate)| rate);
        // y, and minus its slopes in ln F and w.
        let mut at = vec![[(0.0, 0.0, 0.0); POINTS]; size];
        let mut m = [0.0; POINTS];
        for (g, at) in at.iter_mut().enumerate() {
            for c in 0..POINTS {
                let (ln, slope) = self.groups.quantiles[g].ln_excess(state.points[k][g][c]);
                let y = 1.0 / libm::expm1(ln - self.points[k][c].0 - state.ln_width);
                let by_width = y * (1.0 + y);
                at[c] = (y, by_width * slope, by_width);
                m[c] += self.groups.counts[g] * y / others;
            }
        }
        let mut system = [[0.0; POINTS]; POINTS];
        let mut right = [[0.0; 2]; POINTS];
        (0..POINTS).for_each(|c| system[c][c] = others);
        let mut groups = Vec::with_capacity(size);
        for (g, at) in at.iter().enumerate() {
            let log = state.ends[k][g];
            let slopes: AtPoints = std::array::from_fn(|c| h * rates[c] * (m[c] - at[c].0));
            let matrix: [AtPoints; POINTS] = std::array::from_fn(|c| {
                std::array::from_fn(|d| {
                    let part = self.method.matrix[c][d] * h * rates[d] * at[d].1;
                    if c == d { 1.0 - part } else { -part }
                })
            });
            let sides: [[f64; POINTS + 2]; POINTS] = std::array::from_fn(|c| {
                std::array::from_fn(|d| match d {
                    0..POINTS => self.method.matrix[c][d] * h * rates[d],
                    POINTS => 1.0,
                    _ => log + dot(&self.method.matrix[c], &slopes) - state.points[k][g][c],
                })
            });
            let solved = solve_points(matrix, sides);
            let by_own = solved.map(|row| row[POINTS]);
            let alone = solved.map(|row| row[POINTS + 1]);
            let by_m: [AtPoints; POINTS] = solved.map(|row| std::array::from_fn(|d| row[d]));
            let widths: AtPoints = std::array::from_fn(|d| at[d].2);
            let by_width = by_m.map(|row| -dot(&row, &widths));
            let weights: AtPoints = std::array::from_fn(|c| self.method.weights[c] * h * rates[c]);
            let weighted: AtPoints = std::array::from_fn(|c| weights[c] * at[c].1);
            let count = self.groups.counts[g];
            for c in 0..POINTS {
                let own = count * at[c].1;
                for d in 0..POINTS {
                    system[c][d] += own * by_m[c][d];
                }
                right[c][0] += count * at[c].2 - own * by_width[c];
                right[c][1] -= own * alone[c];
            }
            groups.push(LinearGroup {
                end_by_own: 1.0 + dot(&weighted, &by_own),
                end_by_m: std::array::from_fn(|d| {
                    weights[d] + (0..POINTS).map(|c| weighted[c] * by_m[c][d]).sum::<f64>()
                }),
                end_by_width: dot(&weighted, &by_width) - dot(&weights, &widths),
                end_alone: dot(&weighted, &alone) + log + dot(&self.method.weights, &slopes)
                    - state.ends[k + 1][g],
                m_by_own: std::array::from_fn(|c| count * at[c].1 * by_own[c]),
                by_own,
                by_m,
                by_width,
                alone,
            });
        }
        // The inverse of the system, and its solutions.
        let sides: [[f64; POINTS + 2]; POINTS] = std::array::from_fn(|c| {
            std::array::from_fn(|d| match d {
                0..POINTS => f64::from(u8::from(c == d)),
                _ => right[c][d - POINTS],
            })
        });
        let solved = solve_points(system, sides);
        for group in &mut groups {
            let own = group.m_by_own;
            group.m_by_own = std::array::from_fn(|c| (0..POINTS).map(|d| solved[c][d] * own[d]).sum());
        }
        Linear {
            groups,
            m_by_width: solved.map(|row| row[POINTS]),
            m_alone: solved.map(|row| row[POINTS + 1]),
        }
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

    /// The same solution on steps that end where a curve passes a kink of its prior; none where there are too many.
    fn with_kinks(self, mut state: State) -> Option<(Self, State)> {
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
