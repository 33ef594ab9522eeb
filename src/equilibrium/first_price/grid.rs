//! Where the curves have their nodes.

/// How far down, in s = ln((b - low) / (top - low)), the nodes reach.
pub(super) const DEPTH: f64 = 20.0;

/// The distance of nodes at t is `rate` (t + `shift`): curves straighten towards the bottom.
struct Spacing {
    /// How fast the distance grows with t.
    rate: f64,
    /// The t above the top at which it would be 0.
    shift: f64,
}

const SPACING: Spacing = Spacing { rate: 0.0016, shift: 2.0 };

/// The distance of nodes at t.
pub(super) fn spacing(t: f64) -> f64 {
    SPACING.rate * (t + SPACING.shift)
}

/// The t of nodes from 0 to `end`.
pub(super) fn steps(end: f64) -> Vec<f64> {
    let mut steps: Vec<f64> =
        std::iter::successors(Some(0.0), |t| Some(t + spacing(*t))).take_while(|t| *t < end).collect();
    steps.push(end);
    steps
}

/// s(t) = -t^4 / (1 + t^3) and ds/dt: for large t it is -t, and towards the top, t = 0, nodes at equal
/// distances in t crowd, so that curves with a power of -s in them, as low as the first, are smooth in t.
pub(super) fn place(t: f64) -> (f64, f64) {
    let cube = t * t * t;
    let below = 1.0 + cube;
    (-t * cube / below, -cube * (4.0 + cube) / (below * below))
}

/// The places of all nodes of a depth, rising to 0.
pub(super) fn places(depth: f64) -> Vec<f64> {
    steps(depth).into_iter().rev().map(|t| place(t).0 + 0.0).collect()
}
