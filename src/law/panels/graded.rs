//! Panels that are graded towards singular places.

use crate::numeric::quadrature::GaussLegendre;

/// A panel is graded towards a singular place if it reaches that many times as far from it with its far end
/// as with its near one.
pub const GROWTH: f64 = 4.0;

/// The widths of panels in the logarithm of the distance from a singular place. Each is twice the last, from
/// the far end inwards, up to a limit.
struct LogWidths {
    /// Of the panel at the far end.
    first: f64,
    /// The limit.
    usual: f64,
    /// Further in than this F is all but a power, and the limit is another.
    deep: f64,
    /// The limit there.
    widest: f64,
}

const LOG_WIDTHS: LogWidths = LogWidths { first: 1.4, usual: 4.0, deep: 40.0, widest: 32.0 };

/// A distance and a reach so large that they never matter.
pub(super) const NOWHERE: (f64, f64) = (f64::INFINITY, f64::INFINITY);

pub(super) fn nearer(known: (f64, f64), other: Option<(f64, f64)>) -> (f64, f64) {
    other.map_or(known, |other| (known.0.min(other.0), known.1.min(other.1)))
}

/// The nodes of a panel from 0 to `width`, `distance` from a singular place, up to the reach of which nothing
/// happens.
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
    let (mut to, mut step) = (top, LOG_WIDTHS.first);
    while to > bottom {
        // No sliver at the bottom.
        let from = if to - bottom < 1.3 * step { bottom } else { to - step };
        for (s, weight) in rule.points(from, to) {
            let far = libm::exp(s);
            node(far - distance, weight * far);
        }
        to = from;
        step =
            (2.0 * step).min(if top - to > LOG_WIDTHS.deep { LOG_WIDTHS.widest } else { LOG_WIDTHS.usual });
    }
}
