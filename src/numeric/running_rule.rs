//! Integrals over a panel, and up to each node of it.

use super::quadrature::{GaussLegendre, towards_ends};

/// A Gauss-Legendre rule on \[0, 1\] that integrates up to each of its nodes too.
#[derive(Clone, Debug)]
pub struct RunningRule {
    /// Nodes and weights.
    pub points: Vec<(f64, f64)>,
    /// Shape \[node\]\[node\]: the integral up to a node is the sum of entry times value.
    pub up_to: Vec<Vec<f64>>,
}

impl RunningRule {
    /// The rule of an order; graded, nodes crowd towards both ends.
    pub fn new(order: usize, graded: bool) -> Self {
        let plain: Vec<(f64, f64)> = GaussLegendre::of_order(order).points(0.0, 1.0).collect();
        let polynomials: Vec<Vec<f64>> = plain.iter().map(|(t, _)| legendre(order, 2.0 * t - 1.0)).collect();
        // The interpolating polynomial in Legendre polynomials, whose integrals are differences of two
        // others.
        let entry = |at: &[f64], node: &[f64], weight: f64| {
            let terms = (1..order).map(|m| node[m] * (at[m + 1] - at[m - 1]));
            0.5 * weight * (1.0 + at[1] + terms.sum::<f64>())
        };
        let graded = |point| if graded { towards_ends(point) } else { point };
        let points: Vec<(f64, f64)> = plain.iter().map(|point| graded(*point)).collect();
        let stretch = plain.iter().zip(&points).map(|(plain, graded)| graded.1 / plain.1);
        let stretched: Vec<f64> = stretch.zip(&plain).map(|(stretch, plain)| stretch * plain.1).collect();
        let row = |at: &Vec<f64>| {
            polynomials.iter().zip(&stretched).map(|(node, weight)| entry(at, node, *weight)).collect()
        };
        RunningRule { up_to: polynomials.iter().map(row).collect(), points }
    }
}

/// The Legendre polynomials of degree 0 to `order` at x.
fn legendre(order: usize, x: f64) -> Vec<f64> {
    let mut values = vec![1.0, x];
    for k in 1..order {
        let (n, last) = (k as f64, values.len() - 1);
        values.push(((2.0 * n + 1.0) * x * values[last] - n * values[last - 1]) / (n + 1.0));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integrals_up_to_nodes_are_those_of_polynomials() {
        for (graded, power) in [(false, 5.0), (true, 1.0)] {
            let rule = RunningRule::new(8, graded);
            let values: Vec<f64> = rule.points.iter().map(|(t, _)| libm::pow(*t, power)).collect();
            for ((t, _), entries) in rule.points.iter().zip(&rule.up_to) {
                let found: f64 = entries.iter().zip(&values).map(|(entry, value)| entry * value).sum();
                let expected = libm::pow(*t, power + 1.0) / (power + 1.0);
                assert!((found - expected).abs() < 1e-14, "{found} for {expected} up to {t}");
            }
        }
    }
}
