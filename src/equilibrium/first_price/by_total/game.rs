//! What bidders have above the lowest bid that can win, on the way from an easy game to the one wanted.

use super::smooth::{Smooth, SmoothAbove};
use super::tail::PowerTail;
use crate::law::groups::Groups;

/// What holds at the lowest bids.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bottom {
    /// All values begin at the lowest bid: m is the sum of the powers that F is like there, over all bidders.
    Powers,
    /// Of two bidders the one of group `weak` has lower values, which win nothing. The other's lowest
    /// value, at `distance` above the lowest bid, is indifferent: l_weak = `log` - ln(1 - (b - low) /
    /// distance).
    Indifferent {
        weak: usize,
        log: f64,
        distance: f64,
        /// The highest value of the stronger bidder less its lowest.
        values: f64,
    },
}

/// A game with the share of the way to it.
pub(super) struct Game<'a> {
    pub(super) groups: &'a Groups,
    pub(super) bottom: Bottom,
    /// The lowest value of each group less the lowest bid that can win.
    pub(super) shifts: Vec<f64>,
    /// The group whose prior all have where the way begins, with a common lowest value.
    pub(super) common: usize,
    /// Far down, of each group.
    pub(super) tails: Vec<PowerTail>,
    /// Of each group whose prior has kinks.
    pub(super) smooth: Vec<Option<Smoothed>>,
    /// From 0 to [`Game::end`].
    pub(super) way: f64,
}

/// A prior with kinks, smoothed.
pub(super) enum Smoothed {
    /// All of it.
    Whole(Smooth),
    /// What of it is above the lowest bid that can win.
    Above(SmoothAbove),
}

/// A mean of two values and slopes.
fn mean(way: f64, from: (f64, f64), to: (f64, f64)) -> (f64, f64) {
    (way.mul_add(to.0 - from.0, from.0), way.mul_add(to.1 - from.1, from.1))
}

/// y = (b - low) / (phi - b) at a point.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct At {
    pub(super) y: f64,
    /// -dy/dl.
    pub(super) by_log: f64,
    /// dy / d ln(b - low).
    pub(super) by_bid: f64,
}

impl Game<'_> {
    /// How far the way goes: to the game with its priors smoothed it is 1, and where they have kinks from
    /// there to the game itself once more.
    pub(super) fn end(&self) -> f64 {
        if self.smooth.iter().all(Option::is_none) { 1.0 } else { 2.0 }
    }

    /// ln(phi - low) and its slope in l, where all values begin at low: on the way the mean of both in ln.
    pub(super) fn ln_excess(&self, g: usize, log: f64) -> (f64, f64) {
        let own = self.own_ln_excess(g, log);
        if self.way >= 1.0 || g == self.common {
            return own;
        }
        mean(self.way, self.own_ln_excess(self.common, log), own)
    }

    fn own_ln_excess(&self, g: usize, log: f64) -> (f64, f64) {
        let tail = self.tails[g];
        if log < tail.log {
            return (tail.slope.mul_add(log - tail.log, tail.ln_excess), tail.slope);
        }
        match &self.smooth[g] {
            Some(Smoothed::Whole(smooth)) if self.way < 2.0 => {
                let smoothed = smooth.at(log);
                if self.way <= 1.0 {
                    return smoothed;
                }
                mean(self.way - 1.0, smoothed, self.groups.quantiles[g].ln_excess(log))
            }
            _ => self.groups.quantiles[g].ln_excess(log),
        }
    }

    /// phi - low and its slope in l; on the way the mean of both, from what two uniform priors have with
    /// which the same is the lowest bid that can win, and the same share of values below it.
    fn excess(&self, g: usize, log: f64) -> (f64, f64) {
        let own = || {
            let quantile = &self.groups.quantiles[g];
            let own = quantile.excess(log);
            let slope = if own > 0.0 { own * quantile.ln_excess(log).1 } else { 0.0 };
            (own + self.shifts[g], slope)
        };
        if self.way >= 2.0 {
            return own();
        }
        let smoothed = match &self.smooth[g] {
            None => own(),
            Some(Smoothed::Above(smooth)) => smooth.at(log),
            Some(Smoothed::Whole(smooth)) => {
                let (ln, slope) = smooth.at(log.max(self.tails[g].log));
                let excess = if log < self.tails[g].log { 0.0 } else { libm::exp(ln) };
                (excess + self.shifts[g], excess * slope)
            }
        };
        if self.way > 1.0 {
            return mean(self.way - 1.0, smoothed, own());
        }
        let Bottom::Indifferent { weak, log: lowest, distance, values } = self.bottom else {
            return smoothed;
        };
        let start = if g == weak {
            (distance * libm::expm1(log - lowest), distance * libm::exp(log - lowest))
        } else {
            (values.mul_add(libm::exp(log), distance), values * libm::exp(log))
        };
        mean(self.way, start, smoothed)
    }

    pub(super) fn at(&self, g: usize, log: f64, bid: f64) -> At {
        if let Bottom::Powers = self.bottom {
            let (ln, slope) = self.ln_excess(g, log);
            let y = 1.0 / libm::expm1(ln - bid);
            let by_bid = y * (1.0 + y);
            return At { y, by_log: by_bid * slope, by_bid };
        }
        let (excess, slope) = self.excess(g, log);
        let rise = libm::exp(bid);
        let gap = excess - rise;
        let y = rise / gap;
        At { y, by_log: y * slope / gap, by_bid: y * (1.0 + y) }
    }

    /// (phi - b) / (b - low).
    pub(super) fn gap(&self, g: usize, log: f64, bid: f64) -> f64 {
        if let Bottom::Powers = self.bottom {
            return libm::expm1(self.ln_excess(g, log).0 - bid);
        }
        let rise = libm::exp(bid);
        (self.excess(g, log).0 - rise) / rise
    }
}
