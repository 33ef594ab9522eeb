//! The quantile of a log-probability, as fast as a table.

use std::f64::consts::LN_2;

use crate::auction::Prior;
use crate::numeric::piecewise::Piecewise;

/// A bound on the relative error of [`LogQuantile::excess`] beside that of the prior.
const ERROR: f64 = 1e-12;

/// Below this the prior itself is asked.
const LEAST_LOG: f64 = -1024.0;

/// Above e to this, F is 1 to rounding.
const LEAST_LN_MINUS_LOG: f64 = -40.0;

/// What F is multiplied by, less 1, for a slope by the difference.
const DIFFERENCE: f64 = 1e-7;

/// Q(e^l) - low of a prior.
#[derive(Clone, Debug, PartialEq)]
pub struct LogQuantile {
    prior: Prior,
    table: Option<Table>,
}

/// With z the share of the support: below the median ln z in l, which is all but straight; above it z in
/// ln(-l), in which a power of the distance to high is smooth.
#[derive(Clone, Debug, PartialEq)]
struct Table {
    width: f64,
    lower: Piecewise,
    upper: Piecewise,
}

impl LogQuantile {
    pub fn new(prior: &Prior) -> Self {
        let table = match prior {
            // An exponential or a search: no slower than a table.
            Prior::Uniform(_) | Prior::Power(_) | Prior::Empirical(_) => None,
            _ => Some(Table::new(prior)),
        };
        LogQuantile { prior: prior.clone(), table }
    }

    /// Q(e^l) - low for l <= 0, to full relative accuracy; high - low for any above.
    pub fn excess(&self, l: f64) -> f64 {
        match &self.table {
            Some(table) if l >= LEAST_LOG => table.excess(l),
            _ => self.prior.excess_of_ln(l.min(0.0)),
        }
    }

    /// Whether [`LogQuantile::ln_excess`] goes on above 0 as it does below.
    pub fn goes_on(&self) -> bool {
        matches!(self.prior, Prior::Uniform(_) | Prior::Power(_))
    }

    /// ln(Q(e^l) - low) and its slope in l. Above 0 it goes on as smoothly as it is easy.
    pub fn ln_excess(&self, l: f64) -> (f64, f64) {
        let (low, high) = self.prior.support();
        let width = high - low;
        match (&self.prior, &self.table) {
            (Prior::Uniform(_), _) => (libm::log(width) + l, 1.0),
            (Prior::Power(power), _) => (libm::log(width) + l / power.exponent(), 1.0 / power.exponent()),
            (_, Some(table)) if l >= LEAST_LOG => table.ln_excess(l),
            _ if l >= 0.0 => (libm::log(width), 0.0),
            // The empirical quantile is a line between kinks, a tail so far down a power of F.
            _ => {
                let (excess, there) = (self.prior.excess_of_ln(l), libm::log1p(DIFFERENCE));
                let slope = (self.prior.excess_of_ln((l + there).min(0.0)) - excess) / (there * excess);
                (libm::log(excess), slope)
            }
        }
    }
}

impl Table {
    fn new(prior: &Prior) -> Self {
        let (low, high) = prior.support();
        let width = high - low;
        let share = |l: f64| prior.excess_of_ln(l) / width;
        let ends: Vec<f64> = std::iter::successors(Some(LEAST_LOG), |end| Some(0.5 * end))
            .take_while(|end| *end < -LN_2)
            .chain([-LN_2])
            .collect();
        let ln_share = |l: f64| libm::log(share(l).max(f64::MIN_POSITIVE));
        let lower =
            Piecewise::new(&ends, ln_share, |l, y| (libm::exp(y) - share(l)).abs() <= ERROR * share(l));
        let above = |u: f64| share(-libm::exp(u));
        let ends = [LEAST_LN_MINUS_LOG, -20.0, -10.0, -5.0, -2.5, libm::log(LN_2)];
        let upper = Piecewise::new(&ends, above, |u, z| (z - above(u)).abs() <= ERROR * above(u));
        Table { width, lower, upper }
    }

    fn ln_excess(&self, l: f64) -> (f64, f64) {
        let ln_width = libm::log(self.width);
        if l < -LN_2 {
            let (ln_share, slope) = self.lower.at_with_slope(l);
            return (ln_width + ln_share, slope);
        }
        let u = if l < 0.0 { libm::log(-l) } else { f64::NEG_INFINITY };
        if u > LEAST_LN_MINUS_LOG {
            let (share, slope) = self.upper.at_with_slope(u);
            (ln_width + libm::log(share.min(1.0)), slope / (l * share))
        } else {
            (ln_width, 0.0)
        }
    }

    fn excess(&self, l: f64) -> f64 {
        if l < -LN_2 {
            return self.width * libm::exp(self.lower.at(l));
        }
        let u = libm::log(-l);
        if u > LEAST_LN_MINUS_LOG { self.width * self.upper.at(u).min(1.0) } else { self.width }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::prior::{Beta, Kumaraswamy, TruncatedExponential, TruncatedNormal};

    #[test]
    fn tables_are_as_accurate_as_the_prior() {
        for prior in [
            Prior::Beta(Beta::new(2.0, 5.0, 0.0, 1.0).unwrap()),
            Prior::Beta(Beta::new(0.3, 0.6, 0.5, 2.0).unwrap()),
            Prior::Kumaraswamy(Kumaraswamy::new(3.0, 0.5, 0.0, 1.0).unwrap()),
            Prior::TruncatedExponential(TruncatedExponential::new(9.0, 0.0, 1.0).unwrap()),
            Prior::TruncatedNormal(TruncatedNormal::new(0.5, 0.1, 0.0, 1.0).unwrap()),
        ] {
            let table = LogQuantile::new(&prior);
            for k in 0..2000 {
                let l = -libm::exp(-36.0 + 0.0205 * f64::from(k));
                let (excess, expected) = (table.excess(l), prior.excess_of_ln(l));
                let error = (excess / expected - 1.0).abs();
                assert!(error < 20.0 * ERROR, "{prior} at {l}: {error:e}");
            }
        }
    }

    #[test]
    fn above_all_values_is_the_highest() {
        let table = LogQuantile::new(&Prior::Beta(Beta::new(2.0, 5.0, 1.0, 3.0).unwrap()));
        assert_eq!((table.excess(0.0), table.excess(1.0)), (2.0, 2.0));
    }
}
