//! Best replies by trial.

use super::replies::{BestReplies, Reply, answers};
use crate::law::smoothed_wins::SmoothedWins;
use crate::law::wins::Wins;
use crate::numeric::roots::root;

/// Bids that are tried on every piece of W, before the best is improved.
const TRIED: usize = 6;

/// A W below this is 0 to the accuracy of its table: no best reply is looked for there.
const LEAST_WINS: f64 = 1e-11;

/// Two values between which the best reply jumps are known to this, in the unit of the highest value.
const JUMP: f64 = 1e-10;

/// The best replies to a smooth W, for all values up to a highest.
pub(super) struct TriedReplies {
    /// Bid and W, rising; the first bid is 0 and the last is the highest value.
    tried: Vec<(f64, f64)>,
}

/// Two of the bids that are tried, by their numbers: the best bid is at one of them or between.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    first: usize,
    last: usize,
}

/// A value, its best reply, and the number of the best of the bids that are tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    value: f64,
    pub reply: Reply,
    pub number: usize,
}

impl TriedReplies {
    pub fn new(wins: &SmoothedWins, highest: f64) -> Self {
        let mut tried = vec![(0.0, wins.value(0.0))];
        for piece in wins.bends().windows(2) {
            for k in 1..=TRIED {
                let bid = (k as f64 / TRIED as f64).mul_add(piece[1] - piece[0], piece[0]);
                let win = wins.value(bid);
                if win > LEAST_WINS && bid < highest {
                    tried.push((bid, win));
                }
            }
        }
        // Nobody bids more than the value.
        tried.push((highest, wins.value(highest)));
        TriedReplies { tried }
    }

    /// From the bid of a number to the highest.
    pub fn from(&self, first: usize) -> Stretch {
        Stretch { first, last: self.tried.len() - 1 }
    }

    /// Where the best bids of values between two are, from the numbers of the two.
    pub fn between(&self, lower: usize, upper: usize) -> Stretch {
        Stretch { first: lower.saturating_sub(1), last: (upper + 1).min(self.tried.len() - 1) }
    }

    /// The best reply of a value, which is on a stretch: it rises in the value.
    pub fn find(&self, wins: &SmoothedWins, Stretch { first, last }: Stretch, value: f64) -> Found {
        let utility = |k: usize| (value - self.tried[k].0) * self.tried[k].1;
        let number = (first..=last).fold(first, |best, k| if utility(k) > utility(best) { k } else { best });
        let (bid, win) = self.tried[number];
        let best = Reply { bid, wins: win, utility: utility(number) };
        let slope = |bid: f64| {
            let (wins, slope) = wins.at(bid);
            (value - bid) * slope - wins
        };
        let below = self.tried[number.saturating_sub(1)].0;
        let above = self.tried[(number + 1).min(self.tried.len() - 1)].0.min(value.max(below));
        let (from, to) = if slope(bid) > 0.0 { (bid, above) } else { (below, bid) };
        let top = if from < to { root(from, to, slope) } else { None };
        let improved = top.map(|bid| {
            let win = wins.value(bid);
            Reply { bid, wins: win, utility: (value - bid) * win }
        });
        let reply = improved.filter(|improved| improved.utility > best.utility).unwrap_or(best);
        Found { value, reply, number }
    }

    /// Adds the values between two at which the best reply jumps.
    ///
    /// Bids between the replies of the two are best for no value where v(b) falls.
    pub fn jumps(&self, wins: &SmoothedWins, lower: Found, upper: Found, jumps: &mut Vec<f64>) {
        let mut reached = f64::NEG_INFINITY;
        let mut falls = false;
        for &(bid, _) in &self.tried[lower.number..=upper.number] {
            if lower.reply.bid < bid && bid < upper.reply.bid {
                let (win, slope) = wins.at(bid);
                let value = answers(bid, win, slope);
                falls |= slope <= 0.0 || value < reached;
                reached = reached.max(value);
            }
        }
        if !falls {
            return;
        }
        let middle = 0.5 * (lower.value + upper.value);
        if upper.value - lower.value < JUMP * self.tried[self.tried.len() - 1].0 {
            jumps.push(middle);
            return;
        }
        let found = self.find(wins, self.between(lower.number, upper.number), middle);
        self.jumps(wins, lower, found, jumps);
        self.jumps(wins, found, upper, jumps);
    }
}

impl BestReplies<SmoothedWins> for TriedReplies {
    /// Some of the bids that are tried, in a row.
    type Place = Stretch;

    /// All of them.
    fn place(&self, _: f64) -> Stretch {
        self.from(0)
    }

    fn reply(&self, wins: &SmoothedWins, stretch: Stretch, value: f64) -> Reply {
        self.find(wins, stretch, value).reply
    }
}
