//! The law of one bidder's bid.

use crate::law::bid_curve::BidCurve;
use crate::law::marginal::Share;
use crate::law::rivals::Side;

/// G, the law of one bidder's bid: 0 below the lowest bid, 1 from the top bid on.
#[derive(Debug)]
pub(super) struct BidLaw<'a> {
    pub(super) lowest: f64,
    pub(super) top: f64,
    pub(super) shape: Shape<'a>,
}

#[derive(Debug)]
pub(super) enum Shape<'a> {
    /// One line from the lowest bid to the top bid, of this slope.
    Line(f64),
    /// Lines between points, bid and G; G may jump.
    Lines(Vec<(f64, f64)>),
    /// A smooth law between points.
    Smooth(BidCurve<'a>),
    /// A mixture of smooth laws, with their weights.
    Mixed(Vec<(f64, BidLaw<'a>)>),
}

/// Bids that are no further apart, in units of the highest, are one to a mixture of lines: the slope between
/// them would be rounding.
const APART: f64 = 1e-15;

/// And G jumps there if it rises by more than this.
const JUMP: f64 = 1e-13;

impl<'a> BidLaw<'a> {
    pub(super) fn new(curve: BidCurve<'a>) -> Self {
        let (lowest, top) = (curve.lowest(), curve.points[curve.points.len() - 1].0);
        let marginal = curve.marginal;
        let middle = curve.points[0].1;
        let shape = if marginal.line(middle).is_none() {
            Shape::Smooth(curve)
        } else {
            let points = lines(&curve);
            match points[..] {
                [(lowest, _), (top, _)] if top - lowest >= f64::MIN_POSITIVE => {
                    Shape::Line(1.0 / (top - lowest))
                }
                _ => Shape::Lines(points),
            }
        };
        BidLaw { lowest, top, shape }
    }

    /// The mixture of the laws of some curves, all of one bidder.
    pub(super) fn mixed(curves: Vec<BidCurve<'a>>) -> Self {
        let laws: Vec<(f64, BidLaw)> =
            curves.into_iter().map(|curve| (curve.weight, BidLaw::new(curve))).collect();
        // The curves are of one prior.
        if laws.iter().all(|(_, law)| !matches!(law.shape, Shape::Smooth(_))) {
            let points = mixed_lines(&laws);
            return BidLaw {
                lowest: points[0].0,
                top: points[points.len() - 1].0,
                shape: Shape::Lines(points),
            };
        }
        let lowest = laws.iter().map(|(_, law)| law.lowest).fold(f64::INFINITY, f64::min);
        let top = laws.iter().map(|(_, law)| law.top).fold(f64::NEG_INFINITY, f64::max);
        BidLaw { lowest, top, shape: Shape::Mixed(laws) }
    }

    /// The smooth curves of which G consists.
    pub(super) fn smooth_curves(&self) -> Vec<&BidCurve<'a>> {
        match &self.shape {
            Shape::Line(_) | Shape::Lines(_) => Vec::new(),
            Shape::Smooth(curve) => vec![curve],
            Shape::Mixed(laws) => laws.iter().flat_map(|(_, law)| law.smooth_curves()).collect(),
        }
    }

    /// Calls `bend` with every bid at which G bends or jumps.
    pub(super) fn for_bends(&self, mut bend: impl FnMut(f64)) {
        match &self.shape {
            Shape::Line(_) => {
                bend(self.lowest);
                bend(self.top);
            }
            Shape::Lines(points) => points.iter().for_each(|point| bend(point.0)),
            Shape::Smooth(_) | Shape::Mixed(_) => {
                let points = self.smooth_curves().into_iter().flat_map(|curve| &curve.points);
                points.for_each(|point| bend(point.0));
            }
        }
    }

    /// G and its right derivative at a bid that is not below the lowest.
    #[inline]
    pub(super) fn at(&self, bid: f64) -> (f64, f64) {
        if bid >= self.top {
            return (1.0, 0.0);
        }
        match &self.shape {
            Shape::Line(slope) => (((bid - self.lowest) * slope).min(1.0), *slope),
            Shape::Lines(points) => {
                let k = points[1..].partition_point(|point| point.0 <= bid);
                let (from, to) = (points[k], points[k + 1]);
                let slope = (to.1 - from.1) / (to.0 - from.0);
                (slope * (bid - from.0) + from.1, slope)
            }
            Shape::Smooth(curve) => {
                let k = curve.points[1..].partition_point(|point| point.0 <= bid);
                let (from, to) = (curve.points[k], curve.points[k + 1]);
                let (cdf, density) = curve.marginal.at(curve.place(k, bid), curve.part);
                (cdf.clamp(0.0, 1.0), density.max(0.0) * (from.1.rise_to(to.1) / (to.0 - from.0)))
            }
            Shape::Mixed(laws) => {
                let mut all = (0.0, 0.0);
                for (weight, law) in laws.iter().filter(|(_, law)| bid >= law.lowest) {
                    let (upto, density) = law.at(bid);
                    all = (all.0 + weight * upto, all.1 + weight * density);
                }
                (all.0.min(1.0), all.1)
            }
        }
    }

    /// G at each of these bids, which rise.
    pub(super) fn upto(&self, bids: &[f64], below: &mut [f64]) {
        let bids = bids.iter().zip(below);
        match &self.shape {
            Shape::Line(slope) => {
                for (bid, below) in bids {
                    let rise = ((bid - self.lowest) * slope).clamp(0.0, 1.0);
                    *below = if *bid >= self.top { 1.0 } else { rise };
                }
            }
            Shape::Lines(points) => {
                let mut k = 0;
                for (bid, below) in bids {
                    *below = if *bid < self.lowest {
                        0.0
                    } else if *bid >= self.top {
                        1.0
                    } else {
                        while points[k + 1].0 <= *bid {
                            k += 1;
                        }
                        let (from, to) = (points[k], points[k + 1]);
                        ((to.1 - from.1) / (to.0 - from.0)).mul_add(bid - from.0, from.1)
                    };
                }
            }
            Shape::Smooth(_) | Shape::Mixed(_) => {
                for (bid, below) in bids {
                    *below = if *bid < self.lowest { 0.0 } else { self.at(*bid).0 };
                }
            }
        }
    }

    /// The probability to bid below.
    #[inline]
    pub(super) fn below(&self, bid: f64) -> f64 {
        if bid <= self.lowest {
            return 0.0;
        }
        if bid > self.top {
            return 1.0;
        }
        match &self.shape {
            Shape::Line(slope) => ((bid - self.lowest) * slope).min(1.0),
            Shape::Lines(points) => {
                let k = points.partition_point(|point| point.0 < bid) - 1;
                let (from, to) = (points[k], points[k + 1]);
                ((to.1 - from.1) / (to.0 - from.0)).mul_add(bid - from.0, from.1)
            }
            Shape::Smooth(curve) => {
                let k = curve.points.partition_point(|point| point.0 < bid) - 1;
                curve.marginal.at(curve.place(k, bid), curve.part).0.clamp(0.0, 1.0)
            }
            Shape::Mixed(laws) => {
                laws.iter().map(|(weight, law)| weight * law.below(bid)).sum::<f64>().min(1.0)
            }
        }
    }

    /// G at a distance from a bid, to the digits of the distance where the bid is the lowest or the top one
    /// but for rounding.
    pub(super) fn beside(&self, end: f64, away: f64, side: Side) -> f64 {
        let bid = if side == Side::Below { end - away } else { end + away };
        match (&self.shape, side) {
            (Shape::Smooth(curve), Side::Below) if end >= self.top && away > 0.0 => {
                // Below the top bid by so much.
                let below = away - (end - self.top);
                let [.., (from, first), (to, last)] = curve.points[..] else { return 1.0 };
                if below <= 0.0 {
                    return 1.0;
                }
                if below >= to - from {
                    return self.upto_at(bid);
                }
                let from_high = last.from_high + below * (first.rise_to(last) / (to - from));
                curve.marginal.at(Share::below_high(from_high), curve.part).0.clamp(0.0, 1.0)
            }
            (Shape::Smooth(curve), Side::Above) if end <= self.lowest => {
                let above = away - (self.lowest - end);
                let [(from, first), (to, last), ..] = curve.points[..] else { return 1.0 };
                if above < 0.0 {
                    return 0.0;
                }
                if above >= to - from {
                    return self.upto_at(bid);
                }
                let from_low = first.from_low + above * (first.rise_to(last) / (to - from));
                curve.marginal.at(Share::above_low(from_low), curve.part).0.clamp(0.0, 1.0)
            }
            (Shape::Mixed(laws), _) => {
                laws.iter().map(|(weight, law)| weight * law.beside(end, away, side)).sum::<f64>().min(1.0)
            }
            // But for rounding the bid is below the end.
            (_, Side::Below) if bid >= end => self.below(end),
            _ => self.upto_at(bid),
        }
    }

    /// G at any bid.
    fn upto_at(&self, bid: f64) -> f64 {
        if bid < self.lowest { 0.0 } else { self.at(bid).0 }
    }

    /// Whether G jumps at a bid, which is not smooth.
    fn jumps(&self, bid: f64) -> bool {
        match &self.shape {
            Shape::Lines(points) => {
                let first = points.partition_point(|point| point.0 < bid);
                points[first..].iter().take_while(|point| point.0 == bid).count() > 1
            }
            _ => false,
        }
    }
}

/// Bid and G of a mixture of laws that are lines between points, where it bends or jumps.
fn mixed_lines(laws: &[(f64, BidLaw)]) -> Vec<(f64, f64)> {
    let mut bends: Vec<f64> = Vec::new();
    laws.iter().for_each(|(_, law)| law.for_bends(|bid| bends.push(bid)));
    bends.sort_by(f64::total_cmp);
    let top = bends[bends.len() - 1];
    let below = |bid: f64| laws.iter().map(|(weight, law)| weight * law.below(bid)).sum::<f64>();
    let upto = |bid: f64| {
        let begun = laws.iter().filter(|(_, law)| bid >= law.lowest);
        begun.map(|(weight, law)| weight * law.at(bid).0).sum::<f64>()
    };
    let mut points: Vec<(f64, f64)> = Vec::with_capacity(bends.len());
    // Rounding must not make G fall.
    let mut reached = 0.0_f64;
    for group in bends.chunk_by(|bid, next| next - bid <= APART * top) {
        let (bid, last) = (group[0], group[group.len() - 1]);
        let (before, at) = (below(bid).min(1.0), if last >= top { 1.0 } else { upto(last).min(1.0) });
        let jumps = at - before > JUMP || group.iter().any(|bid| laws.iter().any(|(_, law)| law.jumps(*bid)));
        if jumps || points.is_empty() {
            reached = reached.max(before);
            points.push((bid, reached));
        }
        reached = reached.max(at);
        if jumps || points[points.len() - 1].0 < bid {
            points.push((bid, reached));
        }
    }
    points
}

/// Bid and G where bids or F, which is linear between, bend; both rise, but for the two ends of an atom.
fn lines(curve: &BidCurve) -> Vec<(f64, f64)> {
    let mut points = Vec::with_capacity(curve.points.len());
    let cdf = |share| curve.marginal.at(share, curve.part).0;
    points.push((curve.lowest(), 0.0));
    for pair in curve.points.windows(2) {
        let ((from, low), (to, high)) = (pair[0], pair[1]);
        if to > from {
            for mark in curve.marginal.marks_between(low, high) {
                let bid = (low.rise_to(mark.share) / low.rise_to(high)).mul_add(to - from, from);
                if points[points.len() - 1].0 < bid && bid < to {
                    points.push((bid, cdf(mark.share)));
                }
            }
        }
        points.push((to, cdf(high).min(1.0)));
    }
    points
}
