//! What a bidder bids, in pieces on which the bid is linear in the value.

use crate::auction::BidFunction;
use crate::law::rivals::Rivals;
use crate::law::wins::Wins;

/// A bid function between two values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    /// Value and bid at the ends.
    pub from: (f64, f64),
    pub to: (f64, f64),
    /// Where all bid alike, how often they win: ties are broken evenly.
    pub flat: Option<f64>,
}

impl Piece {
    pub fn bid(&self, value: f64) -> f64 {
        let share = (value - self.from.0) / (self.to.0 - self.from.0);
        share.mul_add(self.to.1 - self.from.1, self.from.1)
    }

    /// The value at a bid.
    pub fn value(&self, bid: f64) -> f64 {
        let share = (bid - self.from.1) / (self.to.1 - self.from.1);
        share.mul_add(self.to.0 - self.from.0, self.from.0)
    }
}

/// The pieces of a bid function on the support from low to high.
pub(super) fn pieces(bids: &BidFunction, (low, high): (f64, f64), rivals: &Rivals, pieces: &mut Vec<Piece>) {
    pieces.clear();
    let mut push = |from: (f64, f64), to: (f64, f64)| {
        if from.0 < to.0 {
            let flat = (from.1 == to.1).then(|| wins_flat(rivals, from.1));
            pieces.push(Piece { from, to, flat });
        }
    };
    match bids {
        BidFunction::Linear { multiplier } => push((low, multiplier * low), (high, multiplier * high)),
        BidFunction::PiecewiseLinear(function) => {
            let knots = function.knots();
            let mut from = (low, function.bid(low));
            for &(value, bid) in knots.iter().filter(|knot| low < knot.0 && knot.0 < high) {
                push(from, (value, bid));
                from = (value, bid);
            }
            push(from, (high, function.bid(high).max(from.1)));
        }
    }
}

/// How often those win who all bid one bid.
fn wins_flat(rivals: &Rivals, bid: f64) -> f64 {
    let (upto, below) = (rivals.at(bid).0, rivals.below(bid));
    if upto > below { rivals.tied(bid) } else { upto }
}
