//! Best replies by trial.

use super::replies::Reply;
use crate::law::terms::{Offer, Terms};
use crate::numeric::roots::root;

/// Bids that are tried on every piece of W, before the best is improved.
const TRIED: usize = 6;

/// A W below this is 0 to the accuracy of its table: no best reply is looked for there.
const LEAST_WINS: f64 = 1e-11;

/// Two values between which the best reply jumps are known to this, in the unit of the highest value.
const JUMP: f64 = 1e-10;

/// The best replies to terms that are smooth between bends, for all values up to a highest.
pub(super) struct TriedReplies {
    /// Bids rise; the first is 0 and the last is the highest value.
    tried: Vec<Offer>,
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
    pub fn new(terms: &impl Terms, highest: f64) -> Self {
        let mut tried = vec![terms.offer(0.0)];
        for piece in terms.bends().windows(2) {
            for k in 1..=TRIED {
                let bid = (k as f64 / TRIED as f64).mul_add(piece[1] - piece[0], piece[0]);
                let offer = terms.offer(bid);
                if offer.win > LEAST_WINS && bid < highest {
                    tried.push(offer);
                }
            }
        }
        // Nobody bids more than the value.
        tried.push(terms.offer(highest));
        TriedReplies { tried }
    }

    /// The best bids of all values.
    pub fn all(&self) -> Stretch {
        self.from(0)
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
    pub fn find(&self, terms: &impl Terms, Stretch { first, last }: Stretch, value: f64) -> Found {
        let utility = |k: usize| terms.utility(value, self.tried[k]);
        let number = (first..=last).fold(first, |best, k| if utility(k) > utility(best) { k } else { best });
        let Offer { bid, win, .. } = self.tried[number];
        let best = Reply { bid, wins: win, utility: utility(number) };
        let slope = |bid: f64| terms.slope(value, bid);
        let below = self.tried[number.saturating_sub(1)].bid;
        let above = self.tried[(number + 1).min(self.tried.len() - 1)].bid.min(value.max(below));
        let (from, to) = if slope(bid) > 0.0 { (bid, above) } else { (below, bid) };
        let top = if from < to { root(from, to, slope) } else { None };
        let improved = top.map(|bid| {
            let offer = terms.offer(bid);
            Reply { bid, wins: offer.win, utility: terms.utility(value, offer) }
        });
        let reply = improved.filter(|improved| improved.utility > best.utility).unwrap_or(best);
        Found { value, reply, number }
    }

    /// Adds the values between two at which the best reply jumps.
    ///
    /// Bids between the replies of the two are best for no value where v(b) falls.
    pub fn jumps(&self, terms: &impl Terms, lower: Found, upper: Found, jumps: &mut Vec<f64>) {
        let mut reached = f64::NEG_INFINITY;
        let mut falls = false;
        for &Offer { bid, .. } in &self.tried[lower.number..=upper.number] {
            if lower.reply.bid < bid && bid < upper.reply.bid {
                let answer = terms.answer(bid);
                falls |= answer.is_none_or(|value| value < reached);
                reached = reached.max(answer.unwrap_or(f64::INFINITY));
            }
        }
        if !falls {
            return;
        }
        let middle = 0.5 * (lower.value + upper.value);
        if upper.value - lower.value < JUMP * self.tried[self.tried.len() - 1].bid {
            jumps.push(middle);
            return;
        }
        let found = self.find(terms, self.between(lower.number, upper.number), middle);
        self.jumps(terms, lower, found, jumps);
        self.jumps(terms, found, upper, jumps);
    }
}
