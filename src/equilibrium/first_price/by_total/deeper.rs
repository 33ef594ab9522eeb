//! How far down two bidders are followed whose values begin at different ones.

use super::game::Bottom;
use super::{MOST_STEPS, Problem, Search, State};

/// On the way, the lowest bids that are followed, in ln(b - low) less that of the highest: the further
/// down, the smaller the steps of the way.
const ON_THE_WAY: f64 = -5.0;

/// In the end.
const IN_THE_END: f64 = -14.0;

/// The stronger bidder's values have no weight where ln F is lower.
const WEIGHTLESS: f64 = -60.0;

/// So much further at a time, in ln(b - low), and no less where that is too far.
const FURTHER: (f64, f64) = (1.0, 0.1);

impl Search {
    /// Without the steps at the bottom that are too far down for the way.
    pub(super) fn cut<'a>(
        &self,
        problem: Problem<'a>,
        state: &mut State,
        past: &mut Option<(f64, State)>,
    ) -> Problem<'a> {
        if let Bottom::Powers = problem.game.bottom {
            return problem;
        }
        let lowest = state.bids[0] + ON_THE_WAY;
        let kept = 1 + state.bids.partition_point(|bid| *bid > lowest);
        if kept >= state.bids.len() {
            return problem;
        }
        for state in [Some(state), past.as_mut().map(|(_, past)| past)].into_iter().flatten() {
            state.ends.truncate(kept);
            state.bids.truncate(kept);
            state.points.truncate(kept - 1);
            state.bid_points.truncate(kept - 1);
        }
        let Problem { game, mut ends, .. } = problem;
        ends.truncate(kept);
        Problem::new(game, ends)
    }

    /// Further steps at the bottom, as far as Newton's method goes.
    pub(super) fn go_down<'a>(
        &mut self,
        mut problem: Problem<'a>,
        state: &mut State,
    ) -> Result<Problem<'a>, String> {
        let Bottom::Indifferent { weak, log, distance, .. } = problem.game.bottom else { return Ok(problem) };
        let strong = 1 - weak;
        let mut more = FURTHER.0;
        loop {
            let last = state.bids.len() - 1;
            let depth = libm::exp(problem.ends[last]);
            let own = -state.ends[last][strong] * depth;
            if state.bids[last] - state.bids[0] < IN_THE_END || own < WEIGHTLESS {
                return Ok(problem);
            }
            let gap = problem.game.gap(weak, -state.ends[last][weak] * depth, state.bids[last]);
            // As if the gap fell like b - low.
            let bid = state.bids[last] - more;
            let logs = [log - libm::log1p(-libm::exp(bid) / distance), own - more / gap];
            let next_depth = -(logs[0] + logs[1]);
            let mut shares = vec![0.0; 2];
            (shares[weak], shares[strong]) = (-logs[0] / next_depth, -logs[1] / next_depth);
            let mut next = state.clone();
            let places = problem.method.places;
            next.points.push(
                (0..2)
                    .map(|g| places.map(|c| c.mul_add(shares[g] - state.ends[last][g], state.ends[last][g])))
                    .collect(),
            );
            next.bid_points.push(places.map(|c| state.bids[last] - c * more));
            next.ends.push(shares);
            next.bids.push(bid);
            let Problem { game, ends, depths, method } = problem;
            let longer: Vec<f64> = ends.iter().copied().chain([libm::log(next_depth)]).collect();
            let further = Problem::new(game, longer);
            if self.converge(&further, &mut next, MOST_STEPS)?.is_none() {
                problem = Problem { game: further.game, ends, depths, method };
                more *= 0.5;
                if more < FURTHER.1 {
                    return Ok(problem);
                }
            } else {
                (*state, problem) = (next, further);
            }
        }
    }
}
