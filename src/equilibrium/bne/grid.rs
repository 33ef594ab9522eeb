//! Where the curves of a closed form get their nodes.

/// How far down, in s = ln((b - low) / (top - low)), the nodes reach.
pub(super) const DEPTH: f64 = 20.0;

/// The greatest distance of nodes, in t.
pub(super) const SPACING: f64 = 0.02;

/// s(t) = -t^4 / (1 + t^3) and ds/dt: for large t it is -t, and towards the top, t = 0, nodes at equal distances in t
/// crowd, so that curves in s with a power of -s below 4 in them are smooth in t.
pub(super) fn place(t: f64) -> (f64, f64) {
    let cube = t * t * t;
    let below = 1.0 + cube;
    (-t * cube / below, -cube * (4.0 + cube) / (below * below))
}

/// The t of s = -[`DEPTH`], where t^4 = DEPTH (1 + t^3), to about the spacing.
pub(super) const END: f64 = DEPTH + 0.01;

/// The places of all nodes of a depth, rising to 0.
pub(super) fn places(depth: f64) -> Vec<f64> {
    let steps = (depth / SPACING).ceil() as usize;
    (0..=steps).rev().map(|k| place(k as f64 * SPACING).0).collect()
}
