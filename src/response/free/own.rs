//! What a bidder bids, in pieces on which the bid is linear in the value.

use crate::auction::PureBids;
use crate::auction::strategy::TableBids;
use crate::law::marginal::Share;
use crate::law::rivals::{Rivals, Side};
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

/// A function that a bidder plays, or one that may be drawn.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// The probability that it is drawn.
    pub weight: f64,
    /// Its pieces, rising in the value.
    pub pieces: Vec<Piece>,
    /// The piece of the present panel, and the bid where the panel begins.
    pub piece: usize,
    pub start: f64,
}

impl Own {
    /// Takes a table: the values of a bin earn (v - b) W with W the mean chance to win and b the mean bid of
    /// those who win.
    pub fn set_table(&mut self, table: &TableBids, rivals: &Rivals) {
        self.weight = 1.0;
        let wins: Vec<f64> = table.shape().grid().map(|bid| rivals.flat(bid)).collect();
        self.pieces.clear();
        for (row, ends) in table.rows().zip(table.edges().windows(2)) {
            let (mut won, mut paid) = (0.0, 0.0);
            for ((weight, wins), bid) in row.iter().zip(&wins).zip(table.shape().grid()) {
                won += weight * wins;
                paid += weight * wins * bid;
            }
            if ends[0] < ends[1] {
                let bid = if won > 0.0 { paid / won } else { 0.0 };
                self.pieces.push(Piece { from: (ends[0], bid), to: (ends[1], bid), flat: Some(won) });
            }
        }
        self.piece = 0;
        self.start = self.pieces[0].from.1;
    }

    /// Takes another function, on the support from low to high.
    pub fn set(&mut self, (weight, bids): (f64, PureBids), support: (f64, f64), rivals: &Rivals) {
        self.weight = weight;
        pieces(bids, support, rivals, &mut self.pieces);
        self.piece = 0;
        self.start = self.pieces[0].from.1;
    }
}

/// The bids of a function on a panel of values.
#[derive(Clone, Copy, Debug)]
pub(super) struct OwnBids {
    /// At the ends of the panel.
    pub from: f64,
    pub to: f64,
    /// Where all values bid alike, how often they win.
    pub flat: Option<f64>,
    /// Where bids have lost the digits that tell how many rivals they beat.
    pub beside: Option<Beside>,
}

/// Bids meet if they are no further apart than this part of them.
const MEETS: f64 = 1e-6;

/// Own bids next to the bid at an end of the support, which is that of a steep end of a rival's law.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside {
    pub side: Side,
    /// The own bid at the end.
    end: f64,
    /// How fast bids move away from it with the distance of the share.
    slope: f64,
}

impl Beside {
    /// The one of a panel whose bids go from one to another, on a piece of a support; none where no steep
    /// bid is met.
    pub fn of(
        piece: &Piece,
        (from, to): (f64, f64),
        (low, high): (f64, f64),
        steep: &[f64],
    ) -> Option<Beside> {
        let meet = |one: f64, other: f64| (one - other).abs() <= MEETS * one;
        // Next to a bid of 0 bids lose no digits.
        let met = |end: f64| end > 0.0 && steep.iter().any(|bid| meet(end, *bid));
        let slope = (piece.to.1 - piece.from.1) / (piece.to.0 - piece.from.0) * (high - low);
        if piece.to.0 == high && meet(piece.to.1, to) && met(piece.to.1) {
            Some(Beside { side: Side::Below, end: piece.to.1, slope })
        } else if piece.from.0 == low && meet(piece.from.1, from) && met(piece.from.1) {
            Some(Beside { side: Side::Above, end: piece.from.1, slope })
        } else {
            None
        }
    }
}

impl OwnBids {
    /// What a value of a panel earns, at a place from 0 to 1.
    #[inline]
    pub fn utility(
        &self,
        rivals: &Rivals,
        (from, to): (f64, f64),
        t: f64,
        (value, share): (f64, Share),
    ) -> f64 {
        match (self.flat, self.beside) {
            (Some(wins), _) => (value - self.from) * wins,
            (None, Some(Beside { side, end, slope })) => {
                let away = match side {
                    Side::Below => slope * share.from_high,
                    Side::Above => slope * share.from_low,
                };
                let bid = if side == Side::Below { end - away } else { end + away };
                (value - bid) * rivals.beside(end, away, side)
            }
            (None, None) => {
                let bid = if t == 1.0 {
                    self.to
                } else {
                    (value - from) / (to - from) * (self.to - self.from) + self.from
                };
                // But for rounding a bid before the end is below that of the end.
                let last = t == 1.0 || (bid >= self.to && self.from < self.to);
                let wins = if last { rivals.below(bid) } else { rivals.at(bid).0 };
                (value - bid) * wins
            }
        }
    }
}

/// The pieces of a bid function on the support from low to high.
fn pieces(bids: PureBids, (low, high): (f64, f64), rivals: &Rivals, pieces: &mut Vec<Piece>) {
    pieces.clear();
    let mut push = |from: (f64, f64), to: (f64, f64)| {
        if from.0 < to.0 {
            let flat = (from.1 == to.1).then(|| rivals.flat(from.1));
            pieces.push(Piece { from, to, flat });
        }
    };
    match bids {
        PureBids::Linear { multiplier } => push((low, multiplier * low), (high, multiplier * high)),
        PureBids::PiecewiseLinear(function) => {
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
