//! Priors with kinks, smoothed, for the way to them.

use super::tail::PowerTail;
use crate::law::log_quantile::LogQuantile;

/// A function is the mean of another over so much of ln F around, as a share of the distance to the ends.
const WIDTH: f64 = 0.3;

/// And over so much at most.
const MOST_WIDTH: f64 = 1.0;

/// Points of a mean, on either side.
const POINTS: i32 = 16;

/// The distance of the places at which means are kept.
const STEP: f64 = 0.05;

/// ln(-l) where F is 1.
const ALL: f64 = -30.0;

/// ln of the least share of the way from the lowest ln F of a bidder who can win.
const NONE: f64 = -25.0;

/// Values at places of equal distance, and a smooth curve through them.
struct Even {
    from: f64,
    values: Vec<f64>,
}

impl Even {
    fn new(from: f64, to: f64, f: impl Fn(f64) -> f64) -> Self {
        let count = ((to - from) / STEP).ceil() as usize + 2;
        Even { from, values: (0..count).map(|k| f(STEP.mul_add(k as f64, from))).collect() }
    }

    /// The value and the slope, by the cubic whose slopes are those between the neighbours.
    fn at(&self, place: f64) -> (f64, f64) {
        let last = self.values.len() - 2;
        let position = ((place - self.from) / STEP).clamp(0.0, last as f64);
        let k = (position as usize).min(last);
        let t = position - k as f64;
        let value = |k: usize| self.values[k.min(last + 1)];
        let (from, to) = (value(k), value(k + 1));
        let (d0, d1) = (0.5 * (to - value(k.max(1) - 1)), 0.5 * (value(k + 2) - from));
        let (c2, c3) = (3.0 * (to - from) - 2.0 * d0 - d1, d0 + d1 - 2.0 * (to - from));
        (from + t * (d0 + t * (c2 + t * c3)), (d0 + t * (2.0 * c2 + t * 3.0 * c3)) / STEP)
    }
}

/// The mean of a function around l, by weights that fall to 0 at `width` to either side.
fn mean(l: f64, width: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (mut sum, mut total) = (0.0, 0.0);
    for k in -POINTS..=POINTS {
        let part = f64::from(k) / f64::from(POINTS + 1);
        let weight = 1.0 - part * part;
        sum += weight * f(width.mul_add(part, l).min(0.0));
        total += weight;
    }
    sum / total
}

/// ln(phi - low) of a prior, smoothed in ln F.
pub(super) struct Smooth(Even);

impl Smooth {
    pub(super) fn new(quantile: &LogQuantile, tail: &PowerTail) -> Self {
        let ln_excess = |u: f64| {
            let l = -libm::exp(u);
            mean(l, (-WIDTH * l).min(MOST_WIDTH), |l| quantile.ln_excess(l.max(tail.log)).0)
        };
        Smooth(Even::new(ALL, libm::log(-tail.log), ln_excess))
    }

    /// The value and its slope in l.
    pub(super) fn at(&self, l: f64) -> (f64, f64) {
        let (value, slope) = self.0.at(libm::log(-l));
        (value, if l < 0.0 { slope / l } else { 0.0 })
    }
}

/// What a bidder has above the lowest bid that can win, who wins nothing below ln F = `lowest`, smoothed:
/// by what it has above the least that leaves the lowest bid where it is, `distance` (1 - e^(lowest - l)).
pub(super) struct SmoothAbove {
    lowest: f64,
    distance: f64,
    rest: Even,
}

impl SmoothAbove {
    /// `excess` is phi - low.
    pub(super) fn new(lowest: f64, distance: f64, excess: impl Fn(f64) -> f64) -> Self {
        let rest = |l: f64| (excess(l) + distance * libm::expm1(lowest - l)).max(0.0);
        let mean_rest = |t: f64| {
            let l = lowest / (1.0 + libm::exp(t));
            mean(l, (WIDTH * (l - lowest).min(-l)).min(MOST_WIDTH), rest)
        };
        SmoothAbove { lowest, distance, rest: Even::new(NONE, -ALL, mean_rest) }
    }

    /// phi - low and its slope in l.
    pub(super) fn at(&self, l: f64) -> (f64, f64) {
        let SmoothAbove { lowest, distance, rest } = self;
        let least = -distance * libm::expm1(lowest - l);
        let least_slope = distance * libm::exp(lowest - l);
        let above = l - lowest;
        if above <= 0.0 {
            return (least, least_slope);
        }
        let t = if l < 0.0 { libm::log(above / -l) } else { f64::INFINITY };
        let (value, slope) = rest.at(t);
        if t < NONE {
            // In proportion to the distance.
            let per = value * libm::exp(-NONE) / -lowest;
            return (per.mul_add(above, least), least_slope + per);
        }
        let slope = if l < 0.0 { slope * (-lowest / above / -l) } else { 0.0 };
        (least + value, least_slope + slope)
    }
}
