//! Bidders on a panel, in its own coordinate.

use super::node::{At, Node, Room};
use crate::law::marginal::{Marginal, Part, Share};

/// A place in a panel: distances from its ends, which add up to 1; the smaller is accurate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) t: f64,
    pub(super) rest: f64,
}

/// A curve on a panel.
#[derive(Clone, Copy)]
pub(super) enum Local<'a> {
    Below,
    Above,
    Rising(Rising<'a>),
}

/// The value's share rises from `start` by `rise`, to `end`.
#[derive(Clone, Copy)]
pub(super) struct Rising<'a> {
    pub(super) marginal: &'a Marginal,
    pub(super) part: Part,
    pub(super) start: Share,
    pub(super) end: Share,
    pub(super) rise: f64,
    /// A share, F and the slope there, where F is linear on the panel between marks.
    pub(super) line: Option<(f64, f64, f64)>,
}

impl Rising<'_> {
    #[inline]
    pub(super) fn share(&self, place: Place) -> Share {
        Share {
            from_low: place.t.mul_add(self.rise, self.start.from_low),
            from_high: place.rest.mul_add(self.rise, self.end.from_high),
        }
    }

    /// F, and its derivative in the panel's t.
    #[inline]
    pub(super) fn at(&self, share: Share) -> (f64, f64) {
        let (cdf, density) = match self.line {
            Some((from, below, slope)) => (slope.mul_add(share.from_low - from, below), slope),
            None => self.marginal.at(share, self.part),
        };
        (cdf, density * self.rise)
    }

    /// How far below the place, and above it, F is singular, and how far from there anything happens; in t.
    #[inline]
    pub(super) fn singular(&self, place: Place) -> [Option<(f64, f64)>; 2] {
        let Share { from_low, from_high } = self.share(place);
        let [low, high] = self.marginal.reaches();
        [
            low.map(|reach| (from_low / self.rise, reach / self.rise)),
            high.map(|reach| (from_high / self.rise, reach / self.rise)),
        ]
    }
}

impl Place {
    #[inline]
    pub(super) fn width_to(self, above: Place) -> f64 {
        if self.t < 0.5 { above.t - self.t } else { self.rest - above.rest }
    }

    #[inline]
    pub(super) fn moved(self, by: f64) -> Place {
        Place { t: self.t + by, rest: self.rest - by }
    }
}

/// All curves between two bids.
pub(super) struct Panel<'a> {
    pub(super) curves: &'a [Local<'a>],
    pub(super) bids: (f64, f64),
}

impl Panel<'_> {
    #[inline]
    pub(super) fn node(&self, place: Place, weight: f64, room: &mut Room, visit: &mut impl FnMut(Node)) {
        for (at, local) in room.at.iter_mut().zip(self.curves) {
            *at = match local {
                Local::Below => At { cdf: 0.0, mass: 0.0, value: 0.0 },
                Local::Above => At { cdf: 1.0, mass: 0.0, value: 0.0 },
                Local::Rising(rising) => {
                    let share = rising.share(place);
                    let (cdf, slope) = rising.at(share);
                    At { cdf, mass: weight * slope, value: rising.marginal.value(share) }
                }
            };
        }
        let (from, to) = self.bids;
        visit(Node { bid: place.t.mul_add(to - from, from), bidders: room.bidders() });
    }
}
