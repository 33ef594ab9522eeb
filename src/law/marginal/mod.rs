//! A prior as integrals need it: F and f from tables, and where panels must end.

mod halves;
mod place;
mod spaced;
mod tails;
mod value_table;

use halves::{Half, halves, marks};
pub use place::{Mark, Share};
pub use spaced::spaced;
pub use tails::{distance_from_high, has_steep_end, powers};
pub use value_table::{CLOSE, ValueTable};

use crate::auction::Prior;

/// What is asked of a marginal; the rest is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// F.
    Cdf,
    /// f.
    Density,
    Both,
}

/// F and f of a prior by the place in the support, for integrals over bids.
///
/// Bids may crowd anywhere, so that panels end anywhere and a rule must be right near an end of the support
/// too. A place keeps its distances from both ends, and the tables are as accurate in the small distance as
/// in the large one. [`ValueTable`], the other table of a prior, is by the value and serves integrals over
/// values. Both stay, since another table is another rounding: what learners do in exact sweeps and the
/// equilibria of classes follow from that one to the last bit, and the utilities, best responses and
/// distances of a profile from this one.
///
/// Where a density is no smooth function of the distance to an end (F falls to 0 like a power that is not
/// whole), F and z f are tabulated over ln z instead, z the distance: in ln z every power is smooth, and no
/// pole is left.
#[derive(Clone, Debug)]
pub struct Marginal {
    pub low: f64,
    pub high: f64,
    /// The mean value.
    pub mean: f64,
    shape: Shape,
    /// Rising.
    marks: Vec<Mark>,
}

#[derive(Clone, Debug)]
enum Shape {
    /// F is linear between points: share and F, both rising from 0 to 1.
    Lines(Vec<(f64, f64)>),
    Smooth([Half; 2]),
}

impl Marginal {
    pub fn new(prior: &Prior) -> Self {
        let (low, high) = prior.support();
        let shape = match prior {
            Prior::Uniform(_) => Shape::Lines(vec![(0.0, 0.0), (1.0, 1.0)]),
            Prior::Empirical(_) => Shape::Lines(lines(prior)),
            _ => Shape::Smooth(halves(prior)),
        };
        let marks = match &shape {
            Shape::Lines(points) => points[1..points.len() - 1]
                .iter()
                .map(|&(share, _)| Mark { share: Share::above_low(share), slack: 0.0 })
                .collect(),
            Shape::Smooth(halves) => marks(halves),
        };
        Marginal { low, high, mean: prior.mean(), shape, marks }
    }

    /// Whether F is one line.
    pub fn is_uniform(&self) -> bool {
        matches!(&self.shape, Shape::Lines(points) if points.len() == 2)
    }

    /// high - low.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// The place of a value in the support.
    pub fn share(&self, value: f64) -> Share {
        Share { from_low: (value - self.low) / self.width(), from_high: (self.high - value) / self.width() }
    }

    /// The value at a place.
    pub fn value(&self, share: Share) -> f64 {
        if share.from_low < 0.5 {
            self.width().mul_add(share.from_low, self.low)
        } else {
            self.width().mul_add(-share.from_high, self.high)
        }
    }

    /// F, and its derivative in the share.
    pub fn at(&self, share: Share, part: Part) -> (f64, f64) {
        match &self.shape {
            Shape::Lines(_) => {
                let (from, below, density) = self.line(share).expect("F has lines");
                (density.mul_add(share.from_low - from, below), density)
            }
            Shape::Smooth([lower, _]) if share.from_low < 0.5 => match lower.least {
                Some(least) => lower.of_logarithm(least, share.from_low, part),
                None => lower.at(share.from_low, part),
            },
            Shape::Smooth([_, upper]) => match upper.least {
                Some(least) => {
                    let (mass, density) = upper.of_logarithm(least, share.from_high, part);
                    (1.0 - mass, density)
                }
                None => upper.at(share.from_low, part),
            },
        }
    }

    /// Where F is linear around a place: a share, F and the slope there.
    pub fn line(&self, share: Share) -> Option<(f64, f64, f64)> {
        let Shape::Lines(points) = &self.shape else { return None };
        let k = points[1..points.len() - 1].partition_point(|point| point.0 <= share.from_low);
        let (from, to) = (points[k], points[k + 1]);
        Some((from.0, from.1, (to.1 - from.1) / (to.0 - from.0)))
    }

    /// How near to low and to high, where F is singular there, anything happens; in the share.
    pub fn reaches(&self) -> [Option<f64>; 2] {
        match &self.shape {
            Shape::Lines(_) => [None, None],
            Shape::Smooth(halves) => [0, 1].map(|side: usize| halves[side].least.map(libm::exp)),
        }
    }

    /// The marks between two places.
    pub fn marks_between(&self, from: Share, to: Share) -> &[Mark] {
        let before = |limit: Share| self.marks.partition_point(|mark| mark.share.rise_to(limit) > 0.0);
        let upto = before(to);
        let first = self.marks[..upto].partition_point(|mark| mark.share.rise_to(from) >= 0.0);
        &self.marks[first..upto]
    }
}

/// The observed values and their F, k / (n - 1).
fn lines(prior: &Prior) -> Vec<(f64, f64)> {
    let (low, high) = prior.support();
    let kinks = prior.kinks();
    let steps = (kinks.len() + 1) as f64;
    let shares = kinks.iter().map(|kink| (kink - low) / (high - low)).chain([1.0]);
    std::iter::once(0.0).chain(shares).enumerate().map(|(k, share)| (share, k as f64 / steps)).collect()
}

#[cfg(test)]
mod tests;
