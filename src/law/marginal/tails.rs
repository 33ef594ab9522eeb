//! The tails of priors at ends of the support where they are singular.

use crate::auction::Prior;
use crate::auction::prior::{Beta, Kumaraswamy, Power};
use crate::numeric::tails::ln_complement;

/// The power of the distance to an end from which on quadrature and tables do not feel that it is not whole.
const SMOOTH_POWER: f64 = 6.0;

/// The tail of a prior at a singular end: the mass up to a distance, and the density there.
pub(super) enum Tail {
    /// F and f of a prior on \[0, 1\].
    From0(Prior),
    /// 1 - F = (1 - (1 - y)^a)^b at y from 1.
    Kumaraswamy { a: f64, b: f64 },
}

/// The powers with which F falls to 0 at low and 1 - F at high.
pub fn powers(prior: &Prior) -> [f64; 2] {
    match prior {
        Prior::Power(law) => [law.exponent(), 1.0],
        Prior::Beta(_) | Prior::Kumaraswamy(_) => {
            let parameters = prior.parameters();
            [parameters[0], parameters[1]]
        }
        _ => [1.0, 1.0],
    }
}

/// Whether F falls to 0 at a low above 0, or 1 - F to 0 at high, like less than the root of the distance:
/// then mass that counts lies within the rounding of the values there, and integrals over values lose it.
pub fn has_steep_end(prior: &Prior) -> bool {
    let [low, high] = powers(prior);
    high < STEEP_POWER || (low < STEEP_POWER && prior.support().0 > 0.0)
}

const STEEP_POWER: f64 = 0.5;

pub(super) fn tails(prior: &Prior) -> [Option<Tail>; 2] {
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

/// The distance from high, in the share of the support, above which the mass is e^l; of priors with a tail
/// that is singular there.
pub fn distance_from_high(prior: &Prior) -> Option<impl Fn(f64) -> f64 + use<>> {
    let [_, upper] = tails(prior);
    upper.map(|tail| move |l| tail.distance(l))
}

impl Tail {
    pub(super) fn mass(&self, distance: f64) -> f64 {
        match self {
            Tail::From0(prior) => prior.cdf(distance),
            Tail::Kumaraswamy { a, b } => libm::exp(b * ln_complement(a * libm::log1p(-distance))),
        }
    }

    /// The density times the distance.
    pub(super) fn density(&self, distance: f64) -> f64 {
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
    pub(super) fn distance(&self, l: f64) -> f64 {
        match self {
            Tail::From0(prior) => prior.quantile_of_ln(l),
            Tail::Kumaraswamy { a, b } => -libm::expm1(ln_complement(l / b) / a),
        }
    }
}
