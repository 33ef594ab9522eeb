//! A prior as integrals over bids need it: F and f from tables, and where panels must end.

use crate::auction::Prior;
use crate::auction::prior::{Beta, Kumaraswamy, Power};
use crate::numeric::piecewise::Piecewise;
use crate::numeric::tails::ln_complement;

/// The error of tables: of F, and of densities relative to 1 + density.
const TABLE_ERROR: f64 = 4e-12;

/// ln of the probability beyond which nothing is looked for at a singular end: far below the error of tables.
const LEAST_LOG: f64 = -34.0;

/// ln of probabilities, from either end, at whose quantiles pieces of tables end at first.
const LEVELS: [f64; 9] = [LEAST_LOG, -24.0, -16.0, -11.0, -7.0, -4.6, -3.0, -1.6, -0.69];

/// First pieces are wider than this: in the share for tables over it, and in its logarithm for the others.
const LEAST_PIECE: (f64, f64) = (1e-7, 0.05);

/// The power of the distance to an end from which on quadrature and tables do not feel that it is not whole.
const SMOOTH_POWER: f64 = 6.0;

/// A place in the support: its distances from low and from high, in units of high - low. They add up to 1, and near an
/// end the smaller keeps the digits that the other has lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    pub from_low: f64,
    pub from_high: f64,
}

impl Share {
    pub const LOW: Share = Share { from_low: 0.0, from_high: 1.0 };
    pub const HIGH: Share = Share { from_low: 1.0, from_high: 0.0 };

    pub fn above_low(from_low: f64) -> Self {
        Share { from_low, from_high: 1.0 - from_low }
    }

    pub fn below_high(from_high: f64) -> Self {
        Share { from_low: 1.0 - from_high, from_high }
    }

    /// The distance to a place above.
    pub fn rise_to(self, above: Share) -> f64 {
        if self.from_low < 0.5 { above.from_low - self.from_low } else { self.from_high - above.from_high }
    }
}

/// A place inside the support at which panels end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    pub share: Share,
    /// A panel may end so much further off, since F is smooth here; 0 where it has a kink.
    pub slack: f64,
}

/// What is asked of a marginal; the rest is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// F.
    Cdf,
    /// f.
    Density,
    Both,
}

/// F and f of a prior, all of the share of the way from low to high.
///
/// Where a density is no smooth function of the distance to an end (F falls to 0 like a power that is not whole), F and
/// z f are tabulated over ln z instead, z the distance: in ln z every power is smooth, and no pole is left.
#[derive(Clone, Debug)]
pub struct Marginal {
    pub low: f64,
    pub high: f64,
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

/// The half of the support that is nearer to one end.
#[derive(Clone, Debug)]
struct Half {
    /// Where the end is singular, the least ln z of the tables.
    least: Option<f64>,
    /// Of z from low: F and f. Of the logarithm of the distance to the end: the mass up to there, and its derivative.
    mass: Piecewise,
    density: Piecewise,
}

/// The tail of a prior at a singular end: the mass up to a distance, and the density there.
enum Tail {
    /// F and f of a prior on \[0, 1\].
    From0(Prior),
    /// 1 - F = (1 - (1 - y)^a)^b at y from 1.
    Kumaraswamy { a: f64, b: f64 },
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
        Marginal { low, high, shape, marks }
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

impl Half {
    fn at(&self, x: f64, part: Part) -> (f64, f64) {
        let mass = if part == Part::Density { 0.0 } else { self.mass.at(x) };
        let density = if part == Part::Cdf { 0.0 } else { self.density.at(x) };
        (mass, density)
    }

    fn of_logarithm(&self, least: f64, distance: f64, part: Part) -> (f64, f64) {
        let s = libm::log(distance);
        if s < least {
            return (0.0, 0.0);
        }
        let (mass, density) = self.at(s, part);
        (mass, density / distance)
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

/// The powers with which F falls to 0 at low and 1 - F at high.
fn powers(prior: &Prior) -> [f64; 2] {
    match prior {
        Prior::Power(law) => [law.exponent(), 1.0],
        Prior::Beta(_) | Prior::Kumaraswamy(_) => {
            let parameters = prior.parameters();
            [parameters[0], parameters[1]]
        }
        _ => [1.0, 1.0],
    }
}

fn tails(prior: &Prior) -> [Option<Tail>; 2] {
    let made = |prior: Result<Prior, String>| Tail::From0(prior.expect("of the shapes of another"));
    let [low, high] = powers(prior);
    let (lower, upper) = match prior {
        Prior::Power(_) => (made(Power::new(low, 0.0, 1.0).map(Prior::Power)), None),
        Prior::Beta(_) => (
            made(Beta::new(low, high, 0.0, 1.0).map(Prior::Beta)),
            Some(made(Beta::new(high, low, 0.0, 1.0).map(Prior::Beta))),
        ),
        Prior::Kumaraswamy(_) => (
            made(Kumaraswamy::new(low, high, 0.0, 1.0).map(Prior::Kumaraswamy)),
            Some(Tail::Kumaraswamy { a: low, b: high }),
        ),
        _ => return [None, None],
    };
    let singular = |power: f64| power.fract() != 0.0 && power < SMOOTH_POWER;
    [Some(lower).filter(|_| singular(low)), upper.filter(|_| singular(high))]
}

impl Tail {
    fn mass(&self, distance: f64) -> f64 {
        match self {
            Tail::From0(prior) => prior.cdf(distance),
            Tail::Kumaraswamy { a, b } => libm::exp(b * ln_complement(a * libm::log1p(-distance))),
        }
    }

    /// The density times the distance.
    fn density(&self, distance: f64) -> f64 {
        match self {
            Tail::From0(prior) => distance * prior.pdf(distance),
            Tail::Kumaraswamy { a, b } => {
                let ln_rest = libm::log1p(-distance);
                let logs = (a - 1.0) * ln_rest + (b - 1.0) * ln_complement(a * ln_rest);
                a * b * distance * libm::exp(logs)
            }
        }
    }

    /// The distance up to which the mass is e^l.
    fn distance(&self, l: f64) -> f64 {
        match self {
            Tail::From0(prior) => prior.quantile_of_ln(l),
            Tail::Kumaraswamy { a, b } => -libm::expm1(ln_complement(l / b) / a),
        }
    }
}

fn halves(prior: &Prior) -> [Half; 2] {
    let (low, high) = prior.support();
    let width = high - low;
    let tails = tails(prior);
    let lower = |l: f64| Share::above_low(prior.excess_of_ln(l) / width);
    let upper = |l: f64| match &tails[1] {
        Some(tail) => Share::below_high(tail.distance(l)),
        None => Share::below_high((high - prior.upper_quantile(libm::exp(l))) / width),
    };
    let places: Vec<Share> = LEVELS.into_iter().flat_map(|l| [lower(l), upper(l)]).collect();
    [0, 1].map(|side: usize| match &tails[side] {
        Some(tail) => {
            let distances =
                places.iter().map(|share| if side == 0 { share.from_low } else { share.from_high });
            let least = libm::log(tail.distance(LEAST_LOG)).min(-1.0);
            let ends = spaced(least, libm::log(0.5), distances.map(libm::log), LEAST_PIECE.1);
            let (mass, density) = tables(&ends, |s| tail.mass(libm::exp(s)), |s| tail.density(libm::exp(s)));
            Half { least: Some(least), mass, density }
        }
        None => {
            let (from, to) = if side == 0 { (0.0, 0.5) } else { (0.5, 1.0) };
            let ends = spaced(from, to, places.iter().map(|share| share.from_low), LEAST_PIECE.0);
            let value = |z: f64| width.mul_add(z, low);
            let (mass, density) = tables(&ends, |z| prior.cdf(value(z)), |z| width * prior.pdf(value(z)));
            Half { least: None, mass, density }
        }
    })
}

/// The ends and the places between that lie further apart than a distance, rising.
fn spaced(from: f64, to: f64, places: impl Iterator<Item = f64>, distance: f64) -> Vec<f64> {
    let mut places: Vec<f64> = places.filter(|place| to - place > distance).collect();
    places.sort_by(f64::total_cmp);
    let mut kept = vec![from];
    for place in places {
        if place - kept[kept.len() - 1] > distance {
            kept.push(place);
        }
    }
    kept.push(to);
    kept
}

/// Tables of a mass and of its derivative, with pieces that suit both.
fn tables(ends: &[f64], mass: impl Fn(f64) -> f64, density: impl Fn(f64) -> f64) -> (Piecewise, Piecewise) {
    let close = |exact: f64, y: f64| (y - exact).abs() <= TABLE_ERROR * (1.0 + exact);
    let of_density = Piecewise::new(ends, &density, |x, y| close(density(x), y));
    (Piecewise::new(of_density.ends(), &mass, |x, y| close(mass(x), y)), of_density)
}

/// The ends of the pieces inside the support.
fn marks([lower, upper]: &[Half; 2]) -> Vec<Mark> {
    let place = |x: f64, half: &Half, of: fn(f64) -> Share| match half.least {
        Some(_) => of(libm::exp(x)),
        None => Share::above_low(x),
    };
    let below = lower.density.ends().iter().map(|&x| place(x, lower, Share::above_low));
    let mut above: Vec<Share> =
        upper.density.ends().iter().map(|&x| place(x, upper, Share::below_high)).collect();
    if upper.least.is_some() {
        above.reverse();
    }
    // The first mark above is the last below.
    let mut places: Vec<Share> = below.chain(above.into_iter().skip(1)).collect();
    if places.first() != Some(&Share::LOW) {
        places.insert(0, Share::LOW);
    }
    if places.last() != Some(&Share::HIGH) {
        places.push(Share::HIGH);
    }
    places
        .windows(3)
        .map(|three| Mark {
            share: three[1],
            slack: SLACK * three[0].rise_to(three[1]).min(three[1].rise_to(three[2])),
        })
        .collect()
}

/// In units of the narrower piece beside a mark.
const SLACK: f64 = 0.15;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::games::seven_priors;
    use crate::auction::prior::{TruncatedExponential, TruncatedNormal};

    #[test]
    fn tables_are_as_accurate_as_quadrature_needs() {
        let beta = |a, b| Prior::Beta(Beta::new(a, b, 0.0, 1.0).unwrap());
        let kumaraswamy = |a, b| Prior::Kumaraswamy(Kumaraswamy::new(a, b, 0.0, 1.0).unwrap());
        let extreme = [
            beta(0.1, 0.1),
            beta(0.1, 1000.0),
            beta(999.5, 0.3),
            beta(1000.0, 1000.0),
            kumaraswamy(0.1, 10.0),
            kumaraswamy(1000.0, 0.1),
            kumaraswamy(0.3, 0.2),
            Prior::Power(Power::new(0.1, 1.0, 2.0).unwrap()),
            Prior::Power(Power::new(1000.0, 0.0, 1.0).unwrap()),
            Prior::TruncatedExponential(TruncatedExponential::new(1000.0, 0.0, 1.0).unwrap()),
            Prior::TruncatedNormal(TruncatedNormal::new(0.3, 0.001, 0.0, 1.0).unwrap()),
            Prior::TruncatedNormal(TruncatedNormal::new(-3.0, 0.2, 0.0, 1.0).unwrap()),
        ];
        for prior in extreme.into_iter().chain(seven_priors()) {
            let marginal = Marginal::new(&prior);
            let quantiles = (1..400).map(|k| prior.quantile(f64::from(k) / 400.0));
            let even = (1..400).map(|k| marginal.value(Share::above_low(f64::from(k) / 400.0)));
            for value in quantiles.chain(even).filter(|v| marginal.low < *v && *v < marginal.high) {
                let (cdf, density) = marginal.at(marginal.share(value), Part::Both);
                let exact = marginal.width() * prior.pdf(value);
                assert!((cdf - prior.cdf(value)).abs() < 1e-10, "{prior} at {value}: {cdf}");
                assert!((density - exact).abs() < 1e-9 * (1.0 + exact), "{prior} at {value}: {density}");
            }
        }
    }

    #[test]
    fn marks_rise_and_are_found_between_places() {
        for prior in seven_priors() {
            let marginal = Marginal::new(&prior);
            let all = marginal.marks_between(Share::LOW, Share::HIGH);
            assert!(all.windows(2).all(|pair| pair[0].share.rise_to(pair[1].share) > 0.0), "{prior}");
            let some = marginal.marks_between(Share::above_low(0.2), Share::below_high(0.1));
            let inside = all.iter().filter(|mark| mark.share.from_low > 0.2 && mark.share.from_high > 0.1);
            assert_eq!(some.len(), inside.count(), "{prior}");
        }
    }
}
