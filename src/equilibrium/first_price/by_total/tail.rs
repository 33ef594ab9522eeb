//! Where F is a power of the distance to the lowest value.

use crate::law::log_quantile::LogQuantile;

/// Where F is a power of the value less the lowest to rounding, and the value itself soon underflows.
#[derive(Clone, Copy, Debug)]
pub(super) struct PowerTail {
    /// From this ln F down,
    pub(super) log: f64,
    /// where ln(phi - low) is this,
    pub(super) ln_excess: f64,
    /// with this slope.
    pub(super) slope: f64,
}

/// ln(phi - low) less its highest where F is a power, and a place further down that shows it.
const POWER: (f64, f64) = (-60.0, -70.0);

impl PowerTail {
    pub(super) fn new(quantile: &LogQuantile) -> Self {
        let top = quantile.ln_excess(0.0).0;
        let at = |below: f64| {
            let log = falls_to_zero(|log| quantile.ln_excess(log).0 - top - below);
            (log, quantile.ln_excess(log).0)
        };
        let ((log, ln_excess), (lower, ln_lower)) = (at(POWER.0), at(POWER.1));
        PowerTail { log, ln_excess, slope: (ln_excess - ln_lower) / (log - lower) }
    }
}

/// The lowest ln F that is looked at.
const LEAST_LOG: f64 = -1e6;

/// The l at which a rising function is 0, by halving; that of the nearer end where it is not.
pub(super) fn falls_to_zero(f: impl Fn(f64) -> f64) -> f64 {
    let (mut above, mut below) = (-1e-3, LEAST_LOG);
    for _ in 0..60 {
        let middle = -(above * below).sqrt();
        if f(middle) > 0.0 { above = middle } else { below = middle }
    }
    below
}
