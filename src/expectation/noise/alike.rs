//! Bidders of one prior and multiplier at a bid: the law of their bids, and their gradient.

use crate::expectation::gradient::power;
use crate::law::marginal::ValueTable;

/// Bidders of one prior and multiplier.
pub(super) struct Alike {
    pub(super) table: ValueTable,
    pub(super) multiplier: f64,
    /// w (1 - w).
    pub(super) rate: f64,
    pub(super) count: usize,
}

impl Alike {
    /// The probability of lower bids, and the density of bids here.
    #[inline]
    pub(super) fn at(&self, bid: f64) -> At {
        let (below, density) = self.table.at(bid / self.multiplier);
        At { below, density: density / self.multiplier }
    }

    /// The gradient with win probability `win` at a bid, s (1 - s) being `slope`.
    #[inline]
    pub(super) fn gradient(&self, bid: f64, win: f64, slope: f64, beta: f64) -> f64 {
        let value = bid / self.multiplier;
        self.rate * value * ((1.0 - self.multiplier) * beta * value * slope - win)
    }

    #[inline]
    pub(super) fn low(&self) -> f64 {
        self.multiplier * self.table.low
    }

    #[inline]
    pub(super) fn high(&self) -> f64 {
        self.multiplier * self.table.high
    }
}

#[derive(Clone, Copy, Default)]
pub(super) struct At {
    pub(super) below: f64,
    pub(super) density: f64,
}

/// The probability that all bid below a bid, without those of whom it is 0, and what is needed to leave some
/// out.
pub(super) struct Everybody<'a> {
    pub(super) at: &'a [At],
    pub(super) product: f64,
    /// The sum of density over probability.
    pub(super) relative: f64,
    /// Bidders who surely bid higher.
    pub(super) above: usize,
}

impl<'a> Everybody<'a> {
    pub(super) fn new(bidders: &[Alike], at: &'a [At]) -> Self {
        let mut all = Everybody { at, product: 1.0, relative: 0.0, above: 0 };
        for (alike, at) in bidders.iter().zip(at) {
            if at.below > 0.0 {
                all.product *= power(at.below, alike.count as u32);
                all.relative += alike.count as f64 * at.density / at.below;
            } else {
                all.above += alike.count;
            }
        }
        all
    }

    /// The probability that all but one of each of these groups bid below, and its derivative.
    #[inline]
    pub(super) fn but(&self, left_out: &[usize]) -> At {
        let (mut below, mut relative, mut above) = (self.product, self.relative, self.above);
        for &group in left_out {
            let at = self.at[group];
            if at.below > 0.0 {
                below /= at.below;
                relative -= at.density / at.below;
            } else {
                above -= 1;
            }
        }
        if above > 0 { At::default() } else { At { below, density: below * relative.max(0.0) } }
    }
}
