//! Tables of F and f of a prior, one for each half of the support.

use super::Part;
use super::place::{Mark, Share};
use super::spaced::spaced_between;
use super::tails::tails;
use crate::auction::Prior;
use crate::numeric::piecewise::Piecewise;

/// The error of tables: of F, and of densities relative to 1 + density.
const TABLE_ERROR: f64 = 4e-12;

/// ln of the probability beyond which nothing is looked for at a singular end: far below the error of tables.
const LEAST_LOG: f64 = -34.0;

/// ln of probabilities, from either end, at whose quantiles pieces of tables end at first.
const LEVELS: [f64; 9] = [LEAST_LOG, -24.0, -16.0, -11.0, -7.0, -4.6, -3.0, -1.6, -0.69];

/// First pieces of tables are wider than this.
struct LeastPiece {
    /// Of tables over the share of the way from low to high.
    share: f64,
    /// Of tables over the logarithm of the distance to an end.
    logarithm: f64,
}

const LEAST_PIECE: LeastPiece = LeastPiece { share: 1e-7, logarithm: 0.05 };

/// The half of the support that is nearer to one end.
#[derive(Clone, Debug)]
pub(super) struct Half {
    /// Where the end is singular, the least ln z of the tables.
    pub(super) least: Option<f64>,
    /// Of z from low: F and f. Of the logarithm of the distance to the end: the mass up to there, and its
    /// derivative.
    mass: Piecewise,
    density: Piecewise,
}

impl Half {
    #[inline]
    pub(super) fn at(&self, x: f64, part: Part) -> (f64, f64) {
        let mass = if part == Part::Density { 0.0 } else { self.mass.at(x) };
        let density = if part == Part::Cdf { 0.0 } else { self.density.at(x) };
        (mass, density)
    }

    #[inline]
    pub(super) fn of_logarithm(&self, least: f64, distance: f64, part: Part) -> (f64, f64) {
        let s = libm::log(distance);
        if s < least {
            return (0.0, 0.0);
        }
        let (mass, density) = self.at(s, part);
        (mass, density / distance)
    }
}

pub(super) fn halves(prior: &Prior) -> [Half; 2] {
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
            let ends = spaced_between(least, libm::log(0.5), distances.map(libm::log), LEAST_PIECE.logarithm);
            let (mass, density) = tables(&ends, |s| tail.mass(libm::exp(s)), |s| tail.density(libm::exp(s)));
            Half { least: Some(least), mass, density }
        }
        None => {
            let (from, to) = if side == 0 { (0.0, 0.5) } else { (0.5, 1.0) };
            let ends = spaced_between(from, to, places.iter().map(|share| share.from_low), LEAST_PIECE.share);
            let value = |z: f64| width.mul_add(z, low);
            let (mass, density) = tables(&ends, |z| prior.cdf(value(z)), |z| width * prior.pdf(value(z)));
            Half { least: None, mass, density }
        }
    })
}

/// Tables of a mass and of its derivative, with pieces that suit both.
fn tables(ends: &[f64], mass: impl Fn(f64) -> f64, density: impl Fn(f64) -> f64) -> (Piecewise, Piecewise) {
    let close = |exact: f64, y: f64| (y - exact).abs() <= TABLE_ERROR * (1.0 + exact);
    let densities = Piecewise::new(ends, &density, |x, y| close(density(x), y));
    (Piecewise::new(densities.ends(), &mass, |x, y| close(mass(x), y)), densities)
}

/// The ends of the pieces inside the support.
pub(super) fn marks([lower, upper]: &[Half; 2]) -> Vec<Mark> {
    let place = |x: f64, half: &Half, from_end: fn(f64) -> Share| match half.least {
        Some(_) => from_end(libm::exp(x)),
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
