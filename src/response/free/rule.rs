//! A quadrature that refines itself and shows all it has seen.

use std::f64::consts::PI;
use std::sync::OnceLock;

/// Steps between the nodes of the finest rule.
const STEPS: usize = 16;

/// How often a panel may be halved.
const DEPTH: u32 = 30;

/// What is integrated, and a mass to weigh it with, at one place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// In the panel, from 0 to 1.
    pub place: f64,
    pub y: f64,
    mass: f64,
}

/// The integral of y x mass over \[0, 1\] by Clenshaw and Curtis's rules of 5, 9 and 17 nodes, the ends among
/// them, on halves where the last is not enough, up to an absolute error of about `error`.
///
/// `at(t)` gives y and mass, `show` sees the nodes of every part, rising.
///
/// References: Clenshaw and Curtis 1960, "A method for numerical integration on an automatic computer";
/// Trefethen 2008, "Is Gauss quadrature better than Clenshaw-Curtis?".
pub(super) fn integrate(
    error: f64,
    mut at: impl FnMut(f64) -> (f64, f64),
    mut show: impl FnMut(&[Seen]),
) -> f64 {
    let mut seen = |place: f64| {
        let (y, mass) = at(place);
        Seen { place, y, mass }
    };
    let (first, last) = (seen(0.0), seen(1.0));
    let mut waiting = Waiting::new();
    waiting.push(Part { first, last, depth: 0 });
    let mut total = 0.0;
    let mut nodes = [Seen::default(); STEPS + 1];
    let finest = rule(1);
    while let Some(Part { first, last, depth }) = waiting.pop() {
        let (from, to) = (first.place, last.place);
        nodes[0] = first;
        nodes[STEPS] = last;
        let mut coarse = None;
        let mut stride = STEPS / 2;
        nodes[stride] = seen(0.5 * (from + to));
        loop {
            let finer = stride / 2;
            for k in (finer..STEPS).step_by(stride) {
                nodes[k] = seen(from + (to - from) * finest.places[k]);
            }
            stride = finer;
            let (fine, size) = sums(&nodes, stride);
            let before = coarse.unwrap_or_else(|| sums(&nodes, 2 * stride).0);
            let enough = (to - from) * estimate((fine - before).abs(), size) <= error;
            if enough || stride == 1 {
                if enough || depth == DEPTH {
                    total += (to - from) * fine;
                    let mut shown = [Seen::default(); STEPS + 1];
                    let count = STEPS / stride + 1;
                    for (k, shown) in shown[..count].iter_mut().enumerate() {
                        *shown = nodes[k * stride];
                    }
                    show(&shown[..count]);
                } else {
                    let middle = nodes[STEPS / 2];
                    waiting.push(Part { first: middle, last, depth: depth + 1 });
                    waiting.push(Part { first, last: middle, depth: depth + 1 });
                }
                break;
            }
            coarse = Some(fine);
        }
    }
    total
}

/// A part of the panel, how deep, and what is known at its ends.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    first: Seen,
    last: Seen,
    depth: u32,
}

/// The parts that are not integrated yet: at most one a depth and one more.
struct Waiting {
    parts: [Part; DEPTH as usize + 2],
    count: usize,
}

impl Waiting {
    fn new() -> Self {
        Waiting { parts: [Part::default(); DEPTH as usize + 2], count: 0 }
    }

    fn push(&mut self, part: Part) {
        self.parts[self.count] = part;
        self.count += 1;
    }

    fn pop(&mut self) -> Option<Part> {
        self.count = self.count.checked_sub(1)?;
        Some(self.parts[self.count])
    }
}

/// The error of a rule from how far it is from the one of half its order: of smooth functions errors fall at
/// least like the power 3/2.
fn estimate(difference: f64, size: f64) -> f64 {
    if size == 0.0 {
        return 0.0;
    }
    let relative = 10.0 * difference / size;
    if relative < 1.0 { size * relative * relative.sqrt() } else { difference }
}

/// The integral by a rule, and that of the absolute values.
fn sums(nodes: &[Seen; STEPS + 1], stride: usize) -> (f64, f64) {
    let nodes = nodes.iter().step_by(stride);
    let parts = rule(stride).weights.iter().zip(nodes).map(|(weight, node)| weight * (node.y * node.mass));
    parts.fold((0.0, 0.0), |(sum, size), part: f64| (sum + part, size + part.abs()))
}

struct Rule {
    /// From 0 to 1.
    places: Vec<f64>,
    weights: Vec<f64>,
}

/// The rule whose nodes are every `stride`-th of the finest.
fn rule(stride: usize) -> &'static Rule {
    &rules()[stride.trailing_zeros() as usize]
}

/// The rules of 17, 9, 5 and 3 nodes.
fn rules() -> &'static [Rule; 4] {
    static RULES: OnceLock<[Rule; 4]> = OnceLock::new();
    RULES.get_or_init(|| std::array::from_fn(|k| Rule::new(STEPS >> k)))
}

impl Rule {
    /// The weights are integrals of the interpolating polynomial: sums over the even Chebyshev polynomials
    /// T_j, whose integral over \[-1, 1\] is 2 / (1 - j^2).
    fn new(steps: usize) -> Self {
        let n = steps as f64;
        let places = (0..=steps).map(|k| {
            let half = libm::sin(0.5 * PI * k as f64 / n);
            half * half
        });
        let weights = (0..=steps).map(|k| {
            let ends = if k == 0 || k == steps { 0.5 } else { 1.0 };
            let part = |j: usize| {
                let halved = if j == 0 || j == steps { 0.5 } else { 1.0 };
                halved * libm::cos(PI * (j * k) as f64 / n) / (1.0 - (j * j) as f64)
            };
            ends * 2.0 / n * (0..=steps).step_by(2).map(part).sum::<f64>()
        });
        Rule { places: places.collect(), weights: weights.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The integral, and how many nodes are shown.
    fn integral(error: f64, f: impl Fn(f64) -> f64) -> (f64, usize) {
        let mut count = 0;
        let integral = integrate(
            error,
            |t| (f(t), 2.0),
            |seen| {
                assert!(seen.windows(2).all(|pair| pair[0].place < pair[1].place));
                assert!(seen.iter().all(|node| node.y == f(node.place)));
                count += seen.len();
            },
        );
        (0.5 * integral, count)
    }

    #[test]
    fn every_rule_is_exact_up_to_its_degree() {
        for (stride, degree) in [(1, 17), (2, 9), (4, 5), (8, 3)] {
            for power in 0..=degree {
                let nodes = std::array::from_fn(|k| {
                    let place = rule(1).places[k];
                    Seen { place, y: libm::pow(place, f64::from(power)), mass: 1.0 }
                });
                let (sum, size) = sums(&nodes, stride);
                assert!(
                    (sum * f64::from(power + 1) - 1.0).abs() < 1e-14,
                    "{stride}: {sum} of degree {power}"
                );
                assert_eq!(sum, size);
            }
        }
    }

    #[test]
    fn smooth_functions_take_one_rule_and_others_are_halved() {
        let (exact, nodes) = integral(1e-14, |t| t * t * (1.0 - t));
        assert!((exact - 1.0 / 12.0).abs() < 1e-16 && nodes == 5, "{exact} by {nodes}");
        let (smooth, nodes) = integral(1e-14, libm::exp);
        assert!((smooth + 1.0 - std::f64::consts::E).abs() < 1e-14 && nodes <= 17, "{smooth} by {nodes}");
        let (kinked, nodes) = integral(1e-11, |t| (t - 0.3).abs());
        assert!((kinked - (0.09 + 0.49) / 2.0).abs() < 1e-9 && nodes > 50, "{kinked} by {nodes}");
        let (root, _) = integral(1e-11, f64::sqrt);
        assert!((root - 2.0 / 3.0).abs() < 1e-9, "{root}");
        // A jump is not halved for ever.
        let (step, nodes) = integral(1e-14, |t| if t < 0.3 { 0.0 } else { 1.0 });
        assert!((step - 0.7).abs() < 1e-8 && nodes < 2000, "{step} by {nodes}");
    }
}
