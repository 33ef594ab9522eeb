//! Where the way begins.

use super::game::{Bottom, Game};
use super::tail::falls_to_zero;
use super::{POINTS, Problem, State};
use crate::equilibrium::first_price::uniform_pair::two_uniform;
use crate::numeric::quadrature::GaussLegendre;

/// The lengths of the first steps, in ln(-L).
const STEP: f64 = 0.25;

/// Up to here, and above, steps are so long.
const FAR_UP: (f64, f64) = (-8.0, 1.0);

/// No first step is shorter.
const LEAST_FIRST_STEP: f64 = 1e-3;

/// ln(-L) at the top.
const TOP: f64 = -40.0;

/// The least -L at which the equilibrium of two uniform priors is asked for.
const LEAST_DEPTH: f64 = 1e-7;

/// How far down the lowest bids are, in ln of the highest.
const DEPTH: f64 = 20.0;

/// Values of the stronger of two bidders have no weight where ln F is lower, and are its lowest where they
/// are above it by no more than this part of its distance to the lowest bid.
const WEIGHTLESS: (f64, f64) = (-60.0, 1e-9);

/// Ends of panels below a point of the symmetric bid, in ln of the weight of values there.
const PANELS: [f64; 6] = [45.0, 20.0, 10.0, 4.0, 1.5, 0.0];

/// Nodes of the rule in each.
const ORDER: usize = 8;

impl Game<'_> {
    /// The ends of the first steps, in ln(-L), down to -L = `most`.
    pub(super) fn ends(&self, most: f64) -> Vec<f64> {
        let groups = self.groups;
        let depth = match self.bottom {
            Bottom::Powers => {
                let log = |g: usize| {
                    let quantile = &groups.quantiles[g];
                    let bottom = quantile.ln_excess(0.0).0 - DEPTH;
                    falls_to_zero(|log| quantile.ln_excess(log).0 - bottom)
                };
                let logs: Vec<f64> = (0..groups.len()).map(log).collect();
                -groups.total(&logs)
            }
            Bottom::Indifferent { weak, log, distance, .. } => {
                let strong = &groups.quantiles[1 - weak];
                let least = falls_to_zero(|log| strong.excess(log) - WEIGHTLESS.1 * distance);
                -least.min(WEIGHTLESS.0) - log
            }
        };
        let bottom = libm::log(depth.min(most));
        let mut ends: Vec<f64> =
            std::iter::successors(Some(TOP), |x| Some(x + if *x < FAR_UP.0 { FAR_UP.1 } else { STEP }))
                .take_while(|x| *x < bottom - 0.5 * STEP)
                .collect();
        ends.push(bottom);
        if let Bottom::Powers = self.bottom {
            // As many as follow the values where they begin to rise fast.
            let quantile = &groups.quantiles[self.common];
            let top = quantile.ln_excess(0.0).0;
            ends.extend((1..2 * DEPTH as u32).map(|k| {
                let log = falls_to_zero(|log| quantile.ln_excess(log).0 - top + 0.5 * f64::from(k));
                libm::log(-log * groups.bidders())
            }));
            ends.retain(|x| *x <= bottom && *x >= TOP);
            ends.sort_by(f64::total_cmp);
            ends.dedup_by(|a, b| *a - *b < LEAST_FIRST_STEP);
        }
        ends
    }
}

impl Problem<'_> {
    /// The solution where the way begins, all but exact.
    pub(super) fn start(&self) -> State {
        let size = self.game.groups.len();
        let count = self.depths.len();
        // From the bottom up, at all ends and points.
        let mut depths: Vec<f64> = Vec::new();
        for k in 0..count {
            depths.push(libm::exp(self.ends[k]));
            depths.extend(self.depths[k]);
        }
        depths.push(libm::exp(self.ends[count]));
        let found = match self.game.bottom {
            Bottom::Powers => self.symmetric(&depths),
            Bottom::Indifferent { weak, log, distance, values } => {
                let weak_values = distance / libm::exp(log);
                let at = |depth: &f64| {
                    // Closer to the top shares do not change.
                    let depth = depth.max(LEAST_DEPTH);
                    let (logs, bid) = two_uniform(distance, [weak_values, values], depth);
                    let mut shares = vec![-logs[0] / depth, -logs[1] / depth];
                    if weak == 1 {
                        shares.swap(0, 1);
                    }
                    (shares, bid)
                };
                depths.iter().map(at).collect()
            }
        };
        let (every, point) = (POINTS + 1, |k: usize, c: usize| k * (POINTS + 1) + 1 + c);
        State {
            ends: (0..=count).map(|k| found[k * every].0.clone()).collect(),
            points: (0..count)
                .map(|k| (0..size).map(|g| std::array::from_fn(|c| found[point(k, c)].0[g])).collect())
                .collect(),
            bids: (0..=count).map(|k| found[k * every].1).collect(),
            bid_points: (0..count).map(|k| std::array::from_fn(|c| found[point(k, c)].1)).collect(),
        }
    }

    /// The bids of bidders who all have one prior, at depths that rise: b - low is the mean of values less
    /// low, weighted by F^(N - 1).
    fn symmetric(&self, depths: &[f64]) -> Vec<(Vec<f64>, f64)> {
        let groups = self.game.groups;
        let bidders = groups.bidders();
        let ln_excess = |log: f64| self.game.ln_excess(self.game.common, log);
        let rivals = bidders - 1.0;
        let rule = GaussLegendre::of_order(ORDER);
        let mut log = -depths[depths.len() - 1] / bidders;
        let (ln, slope) = ln_excess(log);
        // phi - low = (b - low) (1 + 1 / (rivals x power)).
        let mut bid = ln - libm::log1p(slope / rivals);
        let mut found = vec![(vec![1.0 / bidders; groups.len()], bid)];
        for depth in depths.iter().rev().skip(1) {
            let next = -depth / bidders;
            // In units of the values at the upper end.
            let unit = ln_excess(next).0;
            let own = libm::exp(bid - unit + rivals * (log - next));
            // No more of it than has weight, in panels that narrow towards the upper end.
            let from = log.max(next - PANELS[0] / rivals);
            let inner = PANELS.iter().map(|part| next - part / rivals).filter(|l| *l > from);
            let ends: Vec<f64> = std::iter::once(from).chain(inner).collect();
            let values =
                rule.integrate_panels(&ends, |l| libm::exp(ln_excess(l).0 - unit + rivals * (l - next)));
            bid = libm::log(own + rivals * values) + unit;
            log = next;
            found.push((vec![1.0 / bidders; groups.len()], bid));
        }
        found.reverse();
        found
    }
}

/// Bids that a further part of the way leaves above values are brought below them, to this part of the gap.
const KEPT_GAP: f64 = 0.1;

impl Problem<'_> {
    /// The next game of the way, and what Newton's method starts from there: on from the last two games, or
    /// from the last alone; none where that has values below bids.
    pub(super) fn set_out(
        &mut self,
        state: &State,
        last: Option<&(f64, State)>,
        (gone, next): (f64, f64),
    ) -> Option<State> {
        let gaps = |problem: &Self, state: &State| problem.gaps(state);
        self.game.way = gone;
        let before = gaps(self, state);
        self.game.way = next;
        if let Some((past_way, past)) = last {
            let mut tried = state.clone();
            tried.go_on(past, (next - gone) / (gone - past_way));
            let least = |(now, before): (&f64, &f64)| *now > KEPT_GAP * before;
            if gaps(self, &tried).iter().zip(&before).all(least) {
                return Some(tried);
            }
        }
        let mut tried = state.clone();
        let now = gaps(self, state);
        let size = self.game.groups.len();
        let lower = |bid: &mut f64, place: usize| {
            let own = *bid;
            for g in 0..size {
                let (gap, least) = (now[place * size + g], KEPT_GAP * before[place * size + g]);
                if gap < least {
                    // 1 + gap is phi - low over b - low.
                    let lowered = own + libm::log1p(gap) - libm::log1p(least);
                    *bid = if lowered < *bid || lowered.is_nan() { lowered } else { *bid };
                }
            }
        };
        let count = tried.bids.len();
        tried.bids.iter_mut().enumerate().for_each(|(k, bid)| lower(bid, k));
        tried.bid_points.iter_mut().flatten().enumerate().for_each(|(k, bid)| lower(bid, count + k));
        tried.bids.iter().chain(tried.bid_points.iter().flatten()).all(|bid| bid.is_finite()).then_some(tried)
    }

    /// (phi - b) / (b - low) at all ends and then at all points, of all groups.
    fn gaps(&self, state: &State) -> Vec<f64> {
        let size = self.game.groups.len();
        let mut gaps = Vec::new();
        for (k, x) in self.ends.iter().enumerate() {
            let depth = libm::exp(*x);
            gaps.extend((0..size).map(|g| self.game.gap(g, -state.ends[k][g] * depth, state.bids[k])));
        }
        for (k, depths) in self.depths.iter().enumerate() {
            for (c, depth) in depths.iter().enumerate() {
                let bid = state.bid_points[k][c];
                gaps.extend((0..size).map(|g| self.game.gap(g, -state.points[k][g][c] * depth, bid)));
            }
        }
        gaps
    }
}

impl State {
    /// Goes on as from a state before, by so many times the way from there.
    pub(super) fn go_on(&mut self, past: &State, times: f64) {
        let on = |now: &mut f64, past: &f64| *now += times * (*now - past);
        // Shares stay above 0.
        let share = |now: &mut f64, past: &f64| *now = (*now + times * (*now - past)).max(0.1 * *now);
        self.bids.iter_mut().zip(&past.bids).for_each(|(now, past)| on(now, past));
        for (now, past) in self.ends.iter_mut().flatten().zip(past.ends.iter().flatten()) {
            share(now, past);
        }
        for (now, past) in self.bid_points.iter_mut().flatten().zip(past.bid_points.iter().flatten()) {
            on(now, past);
        }
        let points = self.points.iter_mut().flatten().flatten();
        for (now, past) in points.zip(past.points.iter().flatten().flatten()) {
            share(now, past);
        }
    }
}
