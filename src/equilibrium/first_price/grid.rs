//! Where the curves have their nodes.

/// How far down, in s = ln((b - low) / (top - low)), the nodes reach.
pub(super) const DEPTH: f64 = 20.0;

/// The distance of nodes in t at a t, over t plus the other number: curves straighten towards the bottom.
const SPACING: (f64, f64) = (0.0016, 2.0);

/// The distance of nodes at t.
pub(super) fn spacing(t: f64) -> f64 {
    SPACING.0 * (t + SPACING.1)
}

/// The t of nodes from 0 to `end`.
pub(super) fn steps(end: f64) -> Vec<f64> {
    let mut steps: Vec<f64> =
        std::iter::successors(Some(0.0), |t| Some(t + spacing(*t))).take_while(|t| *t < end).collect();
    steps.push(end);
    steps
}

/// s(t) = -t^4 / (1 + t^3) and ds/dt: for large t it is -t, and towards the top, t = 0, nodes at equal distances in t
/// crowd, so that curves with a power of -s in them, as low as the first, are smooth in t.
pub(super) fn place(t: f64) -> (f64, f64) {
    let cube = t * t * t;
    let below = 1.0 + cube;
    (-t * cube / below, -cube * (4.0 + cube) / (below * below))
}

/// The places of all nodes of a depth, rising to 0.
pub(super) fn places(depth: f64) -> Vec<f64> {
    steps(depth).into_iter().rev().map(|t| place(t).0 + 0.0).collect()
}
