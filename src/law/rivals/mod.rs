//! How likely a bid beats all rivals of a bidder of a profile.

mod bid_law;

use bid_law::{BidLaw, Shape};

use super::bid_curve::BidCurve;
use super::marginal::{Part, Share};
use super::wins::Wins;
use crate::numeric::quadrature::GaussLegendre;

/// The fewest even steps in which smooth laws are sampled.
const SAMPLES: usize = 64;

/// How near to another a sample may be, in units of all.
const NEAR: f64 = 1e-13;

/// A law is steep at an end of the support next to which it has a mass.
struct Steep {
    /// How far from the end, in the share of the support.
    share: f64,
    /// More than this: that of the power 1/2 of the share. There what the rounding of bids takes from a mass
    /// next to another is 1e-16.
    mass: f64,
}

const STEEP: Steep = Steep { share: 1e-12, mass: 1e-6 };

/// On which side of a bid others are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Below,
    Above,
}

/// The laws of the bids of a profile, for the rivals of any bidder.
#[derive(Debug)]
pub struct BidLaws<'a> {
    /// One a bidder.
    laws: Vec<BidLaw<'a>>,
    /// Every bid at which the law of a bidder's bid bends or jumps, and the bidder; rising.
    bends: Vec<(f64, usize)>,
    /// The bidders, those with the highest top bids first.
    by_top: Vec<usize>,
}

/// W(b) = prod_j G_j(b) over the rivals j of one bidder. Who bids as high as a rival who has an atom there is
/// taken to win: an instant above, W is the same.
#[derive(Debug)]
pub struct Rivals<'a> {
    lines: Vec<Line>,
    others: Vec<&'a BidLaw<'a>>,
    /// Some rival always bids as much or more.
    floor: f64,
    bends: Vec<f64>,
}

/// A law that is one line; in the order of falling tops, so that those that are 1 at a bid stand last.
#[derive(Clone, Copy, Debug)]
struct Line {
    lowest: f64,
    top: f64,
    slope: f64,
}

impl<'a> BidLaws<'a> {
    /// From the bids of all bidders, whose curves stand bidder by bidder.
    pub fn new(curves: impl Iterator<Item = BidCurve<'a>>) -> Self {
        let mut curves = curves.peekable();
        let mut laws: Vec<BidLaw> = Vec::new();
        while let Some(first) = curves.next() {
            let bidder = first.bidder;
            let mut next = || curves.next_if(|curve| curve.bidder == bidder);
            laws.push(match next() {
                None => BidLaw::new(first),
                Some(second) => {
                    BidLaw::mixed([first, second].into_iter().chain(std::iter::from_fn(next)).collect())
                }
            });
        }
        let mut bends = Vec::with_capacity(4 * laws.len());
        for (bidder, law) in laws.iter().enumerate() {
            law.for_bends(|bid| bends.push((bid, bidder)));
        }
        bends.sort_by(|a: &(f64, usize), b| a.0.total_cmp(&b.0));
        let mut by_top: Vec<usize> = (0..laws.len()).collect();
        by_top.sort_by(|&a, &b| laws[b].top.total_cmp(&laws[a].top));
        BidLaws { laws, bends, by_top }
    }

    /// What one bidder bids against.
    pub fn rivals(&self, bidder: usize) -> Rivals<'_> {
        let mut rivals = Rivals {
            lines: Vec::with_capacity(self.laws.len()),
            others: Vec::new(),
            floor: f64::NEG_INFINITY,
            bends: Vec::with_capacity(self.bends.len()),
        };
        let mut top = f64::NEG_INFINITY;
        for law in self.by_top.iter().filter(|j| **j != bidder).map(|&j| &self.laws[j]) {
            rivals.floor = rivals.floor.max(law.lowest);
            top = top.max(law.top);
            match law.shape {
                Shape::Line(slope) => rivals.lines.push(Line { lowest: law.lowest, top: law.top, slope }),
                _ => rivals.others.push(law),
            }
        }
        rivals.bends.push(rivals.floor);
        for &(bid, other) in &self.bends {
            if other != bidder && bid > rivals.bends[rivals.bends.len() - 1] && bid <= top {
                rivals.bends.push(bid);
            }
        }
        rivals
    }

    /// W(b) of every bidder at each of these bids, which rise, as its [`Rivals`] have it, one bidder after
    /// another; in little more time than for one of them. `below` is room for as much.
    pub fn wins(&self, bids: &[f64], below: &mut [f64], wins: &mut [f64]) {
        let size = bids.len();
        let mut product = vec![1.0; size];
        let multiply = |product: &mut [f64], by: &[f64]| {
            product.iter_mut().zip(by).for_each(|(product, by)| *product *= by);
        };
        // First the product of the G_j before each bidder, then times those after.
        let rows = below.chunks_exact_mut(size).zip(wins.chunks_exact_mut(size));
        for (law, (below, wins)) in self.laws.iter().zip(rows) {
            law.upto(bids, below);
            wins.copy_from_slice(&product);
            multiply(&mut product, below);
        }
        product.fill(1.0);
        for (below, wins) in below.chunks_exact(size).zip(wins.chunks_exact_mut(size)).rev() {
            multiply(wins, &product);
            multiply(&mut product, below);
        }
    }
}

impl Wins for Rivals<'_> {
    #[inline]
    fn at(&self, bid: f64) -> (f64, f64) {
        if bid < self.floor {
            return (0.0, 0.0);
        }
        let (mut wins, mut slope) = (1.0, 0.0);
        for line in &self.lines {
            if bid >= line.top {
                break;
            }
            let below = ((bid - line.lowest) * line.slope).min(1.0);
            // Not fused: where the processor is not known to do it, that costs a call.
            slope = below * slope + wins * line.slope;
            wins *= below;
        }
        for law in &self.others {
            let (below, density) = law.at(bid);
            slope = below * slope + wins * density;
            wins *= below;
        }
        (wins, slope)
    }

    fn bends(&self) -> &[f64] {
        &self.bends
    }
}

impl Rivals<'_> {
    /// W(b-), the probability that all rivals bid less.
    pub fn below(&self, bid: f64) -> f64 {
        if bid <= self.floor { 0.0 } else { self.all(|law| law.below(bid), |law| law.below(bid)) }
    }

    /// The bids at which the law of a rival is steeper than bids tell: where a steep end of a prior bids.
    pub fn steep_bids(&self, bids: &mut Vec<f64>) {
        bids.clear();
        for curve in self.others.iter().flat_map(|law| law.smooth_curves()) {
            let cdf = |share| curve.marginal.at(share, Part::Cdf).0;
            if cdf(Share::above_low(STEEP.share)) > STEEP.mass {
                bids.push(curve.lowest());
            }
            if 1.0 - cdf(Share::below_high(STEEP.share)) > STEEP.mass {
                bids.push(curve.top());
            }
        }
    }

    /// W at a distance from a bid that may be the steep end of a law, to the digits of the distance.
    pub fn beside(&self, end: f64, away: f64, side: Side) -> f64 {
        let bid = if side == Side::Below { end - away } else { end + away };
        if bid < self.floor {
            return 0.0;
        }
        self.all(|line| line.at(bid), |law| law.beside(end, away, side))
    }

    /// The probability to win with a bid at which ties are broken evenly, as those who never bid an instant
    /// more have it: with t for the own priority among those who tie,
    ///
    /// ```text
    /// int_0^1 prod_j (G_j(b-) + t (G_j(b) - G_j(b-))) dt.
    /// ```
    pub fn tied(&self, bid: f64) -> f64 {
        if bid < self.floor {
            return 0.0;
        }
        let rule = GaussLegendre::of_order((self.lines.len() + self.others.len()) / 2 + 1);
        rule.integrate(0.0, 1.0, |t| {
            let between = |below: f64, upto: f64| t.mul_add(upto - below, below);
            self.all(
                |line| between(line.below(bid), line.at(bid)),
                |law| between(law.below(bid), law.at(bid).0),
            )
        })
    }

    /// The probability to win for all those who bid one bid: ties are broken evenly.
    pub fn flat(&self, bid: f64) -> f64 {
        let (upto, below) = (self.at(bid).0, self.below(bid));
        if upto > below { self.tied(bid) } else { upto }
    }

    /// Whether every G is a line between bends.
    pub fn are_lines(&self) -> bool {
        self.others.iter().all(|law| matches!(law.shape, Shape::Lines(_)))
    }

    /// Rising bids from the first bend to the last, at least so close that what W does between neighbours
    /// shows at them, and whether each is a bend.
    pub fn samples(&self, samples: &mut Vec<(f64, bool)>) {
        samples.clear();
        samples.extend(self.bends.iter().map(|bend| (*bend, true)));
        let (floor, top) = (self.bends[0], self.bends[self.bends.len() - 1]);
        // Products of lines are log-concave between bends.
        if self.are_lines() {
            return;
        }
        for curve in self.others.iter().flat_map(|law| law.smooth_curves()) {
            for pair in curve.points.windows(2).filter(|pair| pair[0].0 < pair[1].0) {
                let ((from, low), (to, high)) = (pair[0], pair[1]);
                for mark in curve.marginal.marks_between(low, high) {
                    let share = low.rise_to(mark.share) / low.rise_to(high);
                    samples.push((share.mul_add(to - from, from), false));
                }
            }
        }
        let step = (top - floor) / SAMPLES as f64;
        samples.extend((1..SAMPLES).map(|k| (step.mul_add(k as f64, floor), false)));
        // A bend before others at its bid.
        samples.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let apart = NEAR * (top - floor);
        let mut next_bend = self.bends.iter().peekable();
        let mut last = f64::NEG_INFINITY;
        samples.retain(|&(bid, bends)| {
            while next_bend.next_if(|bend| **bend <= bid).is_some() {}
            let after = next_bend.peek().map_or(f64::INFINITY, |bend| **bend);
            let kept = bends || floor < bid && bid < top && bid - last > apart && after - bid > apart;
            if kept {
                last = bid;
            }
            kept
        });
    }

    fn all(&self, line: impl Fn(&Line) -> f64, law: impl Fn(&BidLaw) -> f64) -> f64 {
        self.lines.iter().map(line).chain(self.others.iter().map(|other| law(other))).product()
    }
}

impl Line {
    fn at(&self, bid: f64) -> f64 {
        ((bid - self.lowest) * self.slope).clamp(0.0, 1.0)
    }

    /// A line has no atoms.
    fn below(&self, bid: f64) -> f64 {
        self.at(bid)
    }
}

#[cfg(test)]
mod tests;
