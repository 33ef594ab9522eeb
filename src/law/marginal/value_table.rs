//! A prior, with what integrals over its values need.

use crate::auction::Prior;
use crate::numeric::piecewise::Piecewise;

/// Where values of a prior that is not uniform end panels, since its density may change much between.
pub const MARKS: [f64; 5] = [0.001, 0.1, 0.5, 0.9, 0.999];

/// Marks that close do not both end panels: in parts of the distance of the first mark from the last, and in the
/// logistic variable.
pub const CLOSE: (f64, f64) = (0.1, 3.0);

/// A prior, with what integrals over it need.
#[derive(Clone, Debug)]
pub struct Margin {
    pub prior: Prior,
    pub low: f64,
    pub high: f64,
    /// The density where it is constant.
    pub density: Option<f64>,
    /// F and f where they cost more than a table.
    table: Option<[Piecewise; 2]>,
    /// How far most values spread.
    pub spread: f64,
    /// Values inside the support at which panels end.
    pub marks: Vec<f64>,
    /// Further such values for this integral only.
    pub kinks: Vec<f64>,
}

impl Margin {
    pub fn new(prior: &Prior) -> Self {
        let (low, high) = prior.support();
        let uniform = matches!(prior, Prior::Uniform(_));
        let marks = MARKS.map(|p| prior.quantile(p));
        let spread = marks[MARKS.len() - 1] - marks[0];
        let distance = CLOSE.0 * spread;
        // An end of the support ends a panel already.
        let inside = marks.into_iter().filter(|mark| mark - low > distance && high - mark > distance);
        Margin {
            low,
            high,
            density: uniform.then(|| 1.0 / (high - low)),
            table: table(prior),
            spread,
            marks: if uniform { Vec::new() } else { spaced(inside.collect(), distance) },
            kinks: prior.kinks(),
            prior: prior.clone(),
        }
    }

    /// F and f at v.
    pub fn at(&self, v: f64) -> (f64, f64) {
        match self.density {
            Some(_) if v <= self.low => (0.0, 0.0),
            Some(_) if v >= self.high => (1.0, 0.0),
            Some(density) => ((v - self.low) * density, density),
            None => match &self.table {
                Some(_) if v <= self.low => (0.0, 0.0),
                Some(_) if v >= self.high => (1.0, 0.0),
                Some([cdf, pdf]) => (cdf.at(v), pdf.at(v)),
                None => (self.prior.cdf(v), self.prior.pdf(v)),
            },
        }
    }

    /// Whether a panel of values is nearer to an end of the support than it is long.
    pub fn ends_near(&self, from: f64, to: f64) -> bool {
        let length = to - from;
        from - self.low < length || self.high - to < length
    }

    /// f at v in the support.
    pub fn density(&self, v: f64) -> f64 {
        let looked_up = || self.table.as_ref().map(|[_, pdf]| pdf.at(v));
        self.density.or_else(looked_up).unwrap_or_else(|| self.prior.pdf(v))
    }
}

/// Tables of F and f, for priors that cost special functions and have no poles.
fn table(prior: &Prior) -> Option<[Piecewise; 2]> {
    if matches!(prior, Prior::Uniform(_) | Prior::Power(_) | Prior::Empirical(_)) {
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

/// The marks, rising, that lie further apart than a distance.
pub fn spaced(marks: Vec<f64>, distance: f64) -> Vec<f64> {
    let mut kept: Vec<f64> = Vec::new();
    for mark in marks {
        if kept.last().is_none_or(|last| mark - last > distance) {
            kept.push(mark);
        }
    }
    kept
}

/// A node of \[0, 1\] moved to t^2 (3 - 2 t): powers of the distance to an end, as low as -1/2, are smooth in t.
pub fn towards_ends((t, weight): (f64, f64)) -> (f64, f64) {
    (t * t * (3.0 - 2.0 * t), weight * 6.0 * t * (1.0 - t))
}
