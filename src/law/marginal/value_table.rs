//! F and f of a prior by the value, for integrals over its values.

use super::spaced::spaced;
use super::tails::powers;
use crate::auction::Prior;
use crate::numeric::piecewise::Piecewise;
use crate::numeric::quadrature::Grade;

/// Where values of a prior that is not uniform end panels, since its density may change much between.
pub const MARKS: [f64; 5] = [0.001, 0.1, 0.5, 0.9, 0.999];

/// Further marks on the side of an end of the support that is [`FAR`] from most values: there the density
/// falls by many powers of ten on the way.
const OUTER: [f64; 2] = [1e-6, 1e-9];

/// In units of the spread.
const FAR: f64 = 0.4;

/// How close marks are that do not both end panels.
#[derive(Clone, Copy, Debug)]
pub struct Close {
    /// In parts of the spread, the distance of the first mark from the last.
    pub of_spread: f64,
    /// In the logistic variable, where marks stand for places in it.
    pub logistic: f64,
}

/// Closer marks do not both end panels.
pub const CLOSE: Close = Close { of_spread: 0.1, logistic: 3.0 };

/// F and f of a prior by the value, and where panels of values must end.
///
/// The gradient and its noise ask for F and f at values on both sides of the support's ends, by rules whose
/// nodes crowd towards the ends of panels. A singular end needs no table in its logarithm then: the prior
/// itself is asked. [`Marginal`](super::Marginal) is the other table of a prior, by the place in the support;
/// see there why there are two.
#[derive(Clone, Debug)]
pub struct ValueTable {
    pub prior: Prior,
    pub low: f64,
    pub high: f64,
    /// The density where it is constant.
    pub density: Option<f64>,
    /// F and f, of priors that are no lines and have no poles.
    tables: Option<[Piecewise; 2]>,
    /// How the density behaves at the ends of the support.
    pub grade: Grade,
    /// How far most values spread.
    pub spread: f64,
    /// Values inside the support at which panels end.
    pub marks: Vec<f64>,
    /// Further such values for this integral only.
    pub kinks: Vec<f64>,
}

impl ValueTable {
    pub fn new(prior: &Prior) -> Self {
        let (low, high) = prior.support();
        let uniform = matches!(prior, Prior::Uniform(_));
        let marks = MARKS.map(|p| prior.quantile(p));
        let spread = marks[MARKS.len() - 1] - marks[0];
        let distance = CLOSE.of_spread * spread;
        let lower = OUTER.into_iter().filter(|_| marks[0] - low > FAR * spread).map(|p| prior.quantile(p));
        let upper = OUTER.into_iter().filter(|_| high - marks[MARKS.len() - 1] > FAR * spread);
        let outer = lower.chain(upper.map(|p| prior.upper_quantile(p)));
        // An end of the support ends a panel already.
        let all = marks.into_iter().chain(outer);
        let mut inside: Vec<f64> =
            all.filter(|mark| mark - low > distance && high - mark > distance).collect();
        inside.sort_by(f64::total_cmp);
        ValueTable {
            low,
            high,
            density: uniform.then(|| 1.0 / (high - low)),
            tables: tables(prior),
            grade: if uniform {
                Grade::Even
            } else if powers(prior).into_iter().any(is_rough) {
                Grade::Powers
            } else {
                Grade::Ends
            },
            spread,
            marks: if uniform { Vec::new() } else { spaced(inside, distance) },
            kinks: prior.kinks(),
            prior: prior.clone(),
        }
    }

    /// The tables where asking the prior costs much more: not those of powers, which serve long sums only.
    fn needed(&self) -> Option<&[Piecewise; 2]> {
        self.tables.as_ref().filter(|_| !matches!(self.prior, Prior::Power(_)))
    }

    /// F and f at v.
    pub fn at(&self, v: f64) -> (f64, f64) {
        match self.density {
            Some(_) if v <= self.low => (0.0, 0.0),
            Some(_) if v >= self.high => (1.0, 0.0),
            Some(density) => ((v - self.low) * density, density),
            None => match self.needed() {
                Some(_) if v <= self.low => (0.0, 0.0),
                Some(_) if v >= self.high => (1.0, 0.0),
                Some([cdf, pdf]) => (cdf.at(v), pdf.at(v)),
                None => (self.prior.cdf(v), self.prior.pdf(v)),
            },
        }
    }

    /// F and f at v, which is not below the last asked for with the same hints.
    pub fn at_next(&self, v: f64, hints: &mut [usize; 2]) -> (f64, f64) {
        match &self.tables {
            Some(_) if v <= self.low => (0.0, 0.0),
            Some(_) if v >= self.high => (1.0, 0.0),
            Some([cdf, pdf]) => (cdf.at_next(v, &mut hints[0]), pdf.at_next(v, &mut hints[1])),
            None => self.at(v),
        }
    }

    /// Whether F is a line between all kinks.
    pub fn is_even(&self) -> bool {
        self.density.is_some() || matches!(self.prior, Prior::Empirical(_))
    }

    /// Whether F is smooth at the ends of the support: like whole powers of the distance.
    pub fn is_analytic(&self) -> bool {
        powers(&self.prior).into_iter().all(|power| power.fract() == 0.0)
    }

    /// What F and f at a value cost, in looks into a table.
    pub fn looks(&self) -> f64 {
        let cheap = matches!(self.prior, Prior::Uniform(_) | Prior::Power(_) | Prior::Empirical(_));
        if cheap || self.tables.is_some() { 1.0 } else { SPECIAL_LOOKS }
    }

    /// Whether a panel of values is nearer to an end of the support than it is long.
    pub fn ends_near(&self, from: f64, to: f64) -> bool {
        let length = to - from;
        from - self.low < length || self.high - to < length
    }

    /// f at v in the support.
    pub fn density(&self, v: f64) -> f64 {
        let looked_up = || self.needed().map(|[_, pdf]| pdf.at(v));
        self.density.or_else(looked_up).unwrap_or_else(|| self.prior.pdf(v))
    }
}

/// Whether F is like a power of the distance from an end that [`Grade::Ends`] does not make smooth.
fn is_rough(power: f64) -> bool {
    power < SMOOTH_POWER && (2.0 * power).fract() != 0.0
}

/// From this power on rules do not feel that it is not whole.
const SMOOTH_POWER: f64 = 2.0;

/// What a special function costs, in looks into a table.
const SPECIAL_LOOKS: f64 = 500.0;

/// Tables of F and f, for priors that are no lines and have no poles.
fn tables(prior: &Prior) -> Option<[Piecewise; 2]> {
    if matches!(prior, Prior::Uniform(_) | Prior::Empirical(_)) {
        return None;
    }
    let (low, high) = prior.support();
    if !(prior.pdf(low).is_finite() && prior.pdf(high).is_finite()) {
        return None;
    }
    // Closer and closer to both ends, where powers of the distance are not smooth.
    let halves = |k: i32| libm::ldexp(high - low, -k);
    let mut ends = vec![low];
    ends.extend((2..TABLE_HALVINGS).rev().map(|k| low + halves(k)));
    ends.extend((1..TABLE_HALVINGS).map(|k| high - halves(k)));
    ends.push(high);
    let most = 1.0 / (high - low);
    Some([
        Piecewise::new(&ends, |v| prior.cdf(v), |v, y| (y - prior.cdf(v)).abs() <= TABLE_ERROR),
        Piecewise::new(
            &ends,
            |v| prior.pdf(v),
            |v, y| (y - prior.pdf(v)).abs() <= TABLE_ERROR * (most + prior.pdf(v)),
        ),
    ])
}

/// The error of tables of F, and of f relative to it and to the mean density.
const TABLE_ERROR: f64 = 1e-12;

/// How often a table's pieces halve towards the ends of the support.
const TABLE_HALVINGS: i32 = 20;
