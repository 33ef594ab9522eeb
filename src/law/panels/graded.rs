//! Panels that are graded towards singular places.

use crate::numeric::quadrature::GaussLegendre;

/// A panel is graded towards a singular place if it reaches that many times as far from it with its far end as with
/// its near one.
pub const GROWTH: f64 = 4.0;

/// The widths of panels in the logarithm of the distance from a singular place: from the far end on, each twice the
/// last up to the usual one; twice the last again further in than the next number, where F is all but a power, up to
/// the last one.
const LOG_WIDTHS: (f64, f64, f64, f64) = (1.4, 4.0, 40.0, 32.0);

/// A distance and a reach so large that they never matter.
pub(super) const NOWHERE: (f64, f64) = (f64::INFINITY, f64::INFINITY);

pub(super) fn nearer(known: (f64, f64), other: Option<(f64, f64)>) -> (f64, f64) {
    other.map_or(known, |other| (known.0.min(other.0), known.1.min(other.1)))
}

/// The nodes of a panel from 0 to `width`, `distance` from a singular place, up to the reach of which nothing happens.
pub(super) fn for_graded(
    (distance, reach): (f64, f64),
    width: f64,
    rule: &GaussLegendre,
    mut node: impl FnMut(f64, f64),
) {
    let start = distance.max(reach);
    if start > distance {
        rule.points(0.0, start - distance).for_each(|(t, weight)| node(t, weight));
    }
    let (bottom, top) = (libm::log(start), libm::log(distance + width));
    let (mut to, mut step) = (top, LOG_WIDTHS.0);
    while to > bottom {
        // No sliver at the bottom.
        let from = if to - bottom < 1.3 * step { bottom } else { to - step };
        for (s, weight) in rule.points(from, to) {
            let far = libm::exp(s);
            node(far - distance, weight * far);
        }
        to = from;
        step = (2.0 * step).min(if top - to > LOG_WIDTHS.2 { LOG_WIDTHS.3 } else { LOG_WIDTHS.1 });
    }
}
