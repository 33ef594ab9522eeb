//! The inverse bids of a solution.

use super::game::Bottom;
use super::{Problem, State};
use crate::equilibrium::first_price::InverseBids;
use crate::equilibrium::first_price::grid::{DEPTH, spacing};

/// The greatest distance of nodes in ln(-L), and the same where F is 1 to rounding.
const FINE: (f64, f64) = (0.02, 0.5);

/// Where F is 1 to rounding, in ln(-L).
const ALL: f64 = -28.0;

/// The state as nodes of curves.
struct Nodes {
    /// ln((b - low) / (top - low)), falling.
    places: Vec<f64>,
    /// ln F: group, node.
    logs: Vec<Vec<f64>>,
    /// phi - b.
    gaps: Vec<Vec<f64>>,
}

impl Nodes {
    fn push(&mut self, place: f64, logs: impl Iterator<Item = f64>, gaps: impl Iterator<Item = f64>) {
        self.places.push(place);
        self.logs.iter_mut().zip(logs).for_each(|(logs, log)| logs.push(log));
        self.gaps.iter_mut().zip(gaps).for_each(|(gaps, gap)| gaps.push(gap));
    }
}

impl Problem<'_> {
    /// The inverse bids.
    ///
    /// # Errors
    /// Where one of the bidders would drop out.
    pub(super) fn curves(&self, state: &State) -> Result<InverseBids, String> {
        let game = &self.game;
        let size = game.groups.len();
        // How far ln(b - low) lies below that at the top: summed up from there, since a difference would
        // round.
        let (slopes, falls) = self.slopes_of(0, state);
        let mut fallen = libm::exp(self.ends[0]) * falls[0] / self.depths[0][0];
        let top = state.bids[0] + fallen;
        let width = libm::exp(top);
        let mut nodes = Nodes { places: vec![], logs: vec![vec![]; size], gaps: vec![vec![]; size] };
        let gap = |g: usize, log: f64, bid: f64| libm::exp(bid) * game.gap(g, log, bid);
        nodes.push(0.0, (0..size).map(|_| 0.0), (0..size).map(|g| gap(g, 0.0, top)));
        let mut here = (slopes, falls);
        for k in 0..self.depths.len() {
            if k > 0 {
                here = self.slopes_of(k, state);
            }
            let (from, to) = (self.ends[k], self.ends[k + 1]);
            let h = to - from;
            let fall = |part: f64| h * super::dot(&self.method.inside(part), &here.1);
            let finest = if to < ALL { FINE.1 } else { FINE.0 };
            let pieces = (h / finest).max(fall(1.0) / spacing(fallen)).ceil().max(1.0);
            for piece in 1..=pieces as usize {
                let part = piece as f64 / pieces;
                let place = -(fallen + fall(part));
                // So close to the top bids do not differ.
                if place >= nodes.places[nodes.places.len() - 1] {
                    continue;
                }
                let depth = libm::exp(part.mul_add(h, from));
                let (shares, _) = self.between(k, state, (&here.0, &here.1), part);
                let bid = top + place;
                nodes.push(
                    place,
                    shares.iter().map(|q| -q * depth),
                    shares.iter().enumerate().map(|(g, q)| gap(g, -q * depth, bid)),
                );
            }
            fallen += fall(1.0);
        }
        if let Bottom::Indifferent { weak, log, distance, .. } = game.bottom {
            self.to_the_bottom(&mut nodes, (weak, log, distance), width);
        }
        let Nodes { mut places, mut logs, mut gaps } = nodes;
        places.reverse();
        logs.iter_mut().chain(&mut gaps).for_each(|column| column.reverse());
        let low = game.low();
        InverseBids::in_equilibrium(game.groups, (low, low + width), places, logs, &gaps)
    }

    /// Nodes below those of the solution, of two bidders: the stronger one's lowest value is indifferent
    /// between all bids there, and has no weight; the weaker one's gap goes on as a power of b - low.
    fn to_the_bottom(&self, nodes: &mut Nodes, (weak, log, distance): (usize, f64, f64), width: f64) {
        let strong = 1 - weak;
        let last = nodes.places.len() - 1;
        let from = nodes.places[last];
        let (gap, own) = (nodes.gaps[weak][last], nodes.logs[strong][last]);
        let before = nodes.places.iter().rposition(|place| *place > from + 0.1).unwrap_or(0);
        let power = libm::log(nodes.gaps[weak][before] / gap) / (nodes.places[before] - from);
        let power = if power.is_finite() { power.clamp(1.0, 2.0) } else { 2.0 };
        let steep = width * libm::exp(from) / gap;
        // The stronger one's values above its lowest fall like another power.
        let above = nodes.gaps[strong][last] + width * libm::exp(from) - distance;
        let before_above = nodes.gaps[strong][before] + width * libm::exp(nodes.places[before]) - distance;
        let fast = libm::log(before_above / above) / (nodes.places[before] - from);
        let (above, fast) = if above > 0.0 && fast > 0.0 { (above, fast) } else { (0.0, 1.0) };
        let mut place = from;
        while place > -DEPTH {
            place -= spacing(-place);
            let down = place - from;
            let rise = width * libm::exp(place);
            // The integral of (b - low) / gap.
            let fall = if power - 1.0 > 1e-6 {
                steep * libm::expm1((1.0 - power) * down) / (power - 1.0)
            } else {
                -steep * down
            };
            let above = above * libm::exp(fast * down);
            let logs = [log - libm::log1p(-rise / (distance + above / (1.0 + fast))), own - fall];
            let gaps = [gap * libm::exp(power * down), distance + above - rise];
            let pick = |pair: [f64; 2]| if weak == 0 { pair } else { [pair[1], pair[0]] };
            nodes.push(place, pick(logs).into_iter(), pick(gaps).into_iter());
        }
    }
}
