//! p-values, and what becomes of them where there are many.

use super::beta::beta;

/// The probability that T is further from 0 than t, where T has Student's distribution with `degrees` degrees
/// of freedom: I_x(degrees / 2, 1 / 2) at x = degrees / (degrees + t^2). Beyond 2000 degrees by a normal
/// number, relative error below 1e-4 for |t| up to 10.
///
/// ```
/// let p = bidsweep::numeric::significance::student_p(2.262_157_162_7, 9);
/// assert!((p - 0.05).abs() < 1e-10);
/// ```
///
/// References: DLMF 8.17; Wallace 1959, "Bounds on normal approximations to Student's and the chi-square
/// distributions".
///
/// # Panics
/// Where `degrees` is 0.
pub fn student_p(t: f64, degrees: u64) -> f64 {
    assert!(degrees > 0, "no degrees of freedom");
    let n = degrees as f64;
    let square = t * t / n;
    if degrees > MOST_DEGREES {
        let z = (n * libm::log1p(square)).sqrt() * (8.0 * n + 1.0) / (8.0 * n + 3.0);
        return two_sided_p(z);
    }
    beta(0.5 * n, 0.5).cdf(1.0 / (1.0 + square))
}

/// The most degrees of freedom for which the incomplete beta function has the shape.
const MOST_DEGREES: u64 = 2000;

/// Which of many tests are rejected if the expected share of false rejections among them is to be at most
/// `rate`: the largest p-value that is rejected, or `None` where none is. p-values are independent or
/// positively dependent.
///
/// ```
/// use bidsweep::numeric::significance::discoveries;
///
/// // 0.02 is above 0.05 / 4 and still in: it is the second of four.
/// assert_eq!(discoveries(&[0.001, 0.02, 0.6, 0.3], 0.05), Some(0.02));
/// assert_eq!(discoveries(&[0.02, 0.6, 0.3, 0.9], 0.05), None);
/// ```
///
/// References: Benjamini and Hochberg 1995.
pub fn discoveries(p_values: &[f64], rate: f64) -> Option<f64> {
    let mut sorted = p_values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    sorted.iter().enumerate().rev().find(|(k, p)| **p <= rate * (*k as f64 + 1.0) / count).map(|(_, p)| *p)
}

/// p-values corrected so that, of all tests together, a false rejection at any level has at most that
/// probability: of the k-th smallest of n, the largest of (n - j + 1) p_(j) over j up to k, at most 1.
///
/// ```
/// use bidsweep::numeric::significance::holm;
///
/// assert_eq!(holm(&[0.25, 0.01, 0.0625]), [0.25, 0.03, 0.125]);
/// ```
///
/// References: Holm 1979, "A simple sequentially rejective multiple test procedure".
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut corrected = vec![0.0; p_values.len()];
    let mut largest: f64 = 0.0;
    for (before, &place) in order.iter().enumerate() {
        largest = largest.max(p_values[place] * (p_values.len() - before) as f64).min(1.0);
        corrected[place] = largest;
    }
    corrected
}

/// The probability that a standard normal number is further from 0 than z.
pub fn two_sided_p(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}

#[cfg(test)]
mod tests {
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};

    use super::*;
    use crate::numeric::statistics::student_t;

    /// Nearly normal numbers: sums of twelve uniforms.
    fn normals(seed: u64) -> impl FnMut() -> f64 {
        let mut stream = Xoshiro256PlusPlus::seed_from_u64(seed);
        move || (0..12).map(|_| stream.next_u64() as f64 / 18_446_744_073_709_551_616.0).sum::<f64>() - 6.0
    }

    #[test]
    fn p_values_are_those_of_the_quantiles() {
        for degrees in [1, 2, 9, 199, 1999, 2000, 2001, 5000] {
            for coverage in [0.1, 0.5, 0.95, 0.999] {
                let p = student_p(student_t(coverage, degrees), degrees);
                let rounding = if degrees > MOST_DEGREES { 1e-6 } else { 1e-11 };
                assert!((p / (1.0 - coverage) - 1.0).abs() < rounding, "{degrees} {coverage}: {p:e}");
            }
            assert_eq!(student_p(0.0, degrees), 1.0);
            assert_eq!(student_p(-2.0, degrees), student_p(2.0, degrees));
        }
    }

    #[test]
    fn false_discoveries_are_as_few_as_asked_for() {
        let mut normal = normals(11);
        let (mut share, mut found) = (0.0, 0);
        for _ in 0..400 {
            // Forty tests without effect and ten with.
            let p: Vec<f64> =
                (0..50).map(|k| two_sided_p(normal() + if k < 40 { 0.0 } else { 4.0 })).collect();
            let Some(limit) = discoveries(&p, 0.05) else { continue };
            let rejected = p.iter().filter(|p| **p <= limit).count();
            let wrong = p[..40].iter().filter(|p| **p <= limit).count();
            share += wrong as f64 / rejected as f64 / 400.0;
            found += rejected - wrong;
        }
        assert!(share < 0.06, "{share}");
        assert!(found > 3200, "{found}");
    }

    #[test]
    fn normal_tails_are_those_of_tables() {
        for (z, p) in [(1.959_963_985, 0.05), (3.0, 0.002_699_796), (0.0, 1.0)] {
            assert!((two_sided_p(z) - p).abs() < 1e-9 && two_sided_p(-z) == two_sided_p(z));
        }
    }
}
