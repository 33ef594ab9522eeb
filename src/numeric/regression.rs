//! Lines through points with errors, and which of many tests to believe.

use super::statistics::student_t;

/// A line y = intercept + slope x through points with known errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// The value at x = 0, and the half-width of its 95 % interval.
    pub intercept: (f64, f64),
    /// The slope, and the half-width of its 95 % interval.
    pub slope: (f64, f64),
    /// Degrees of freedom: points less two.
    pub degrees: usize,
}

/// The line that minimises sum ((y - a - b x) / error)^2 over points (x, y, error), error the standard error
/// of y.
///
/// Half-widths are Student's for the standard errors that the points' own errors give, times sqrt(chi^2 /
/// degrees) where that is above 1, as it is where the points bend away from a line by more than their errors.
/// `None` for fewer than three points or two different x, or an error that is not above 0.
///
/// ```
/// use bidsweep::numeric::regression::weighted_line;
///
/// let line = weighted_line(&[(1.0, 3.0, 0.1), (2.0, 5.0, 0.1), (4.0, 9.0, 0.1)]).unwrap();
/// assert!((line.slope.0 - 2.0).abs() < 1e-12 && (line.intercept.0 - 1.0).abs() < 1e-12);
/// ```
///
/// References: Bevington and Robinson 2003, eqs. 6.12 and 6.21; Birge 1932 for the factor.
pub fn weighted_line(points: &[(f64, f64, f64)]) -> Option<Line> {
    let degrees = points.len().checked_sub(2).filter(|degrees| *degrees > 0)?;
    if points.iter().any(|&(x, y, error)| !(error > 0.0 && (x + y + error).is_finite())) {
        return None;
    }
    let weight = |error: f64| 1.0 / (error * error);
    let total: f64 = points.iter().map(|point| weight(point.2)).sum();
    let centre = points.iter().map(|point| weight(point.2) * point.0).sum::<f64>() / total;
    let mean = points.iter().map(|point| weight(point.2) * point.1).sum::<f64>() / total;
    let spread: f64 =
        points.iter().map(|point| weight(point.2) * (point.0 - centre) * (point.0 - centre)).sum();
    if spread.is_nan() || spread <= 0.0 {
        return None;
    }
    let slope =
        points.iter().map(|point| weight(point.2) * (point.0 - centre) * (point.1 - mean)).sum::<f64>()
            / spread;
    let residual = |&(x, y, error): &(f64, f64, f64)| {
        let apart = (y - mean - slope * (x - centre)) / error;
        apart * apart
    };
    let chi_square: f64 = points.iter().map(residual).sum();
    let factor = student_t(0.95, degrees as u64) * (chi_square / degrees as f64).max(1.0).sqrt();
    Some(Line {
        intercept: (mean - slope * centre, factor * (1.0 / total + centre * centre / spread).sqrt()),
        slope: (slope, factor * (1.0 / spread).sqrt()),
        degrees,
    })
}

#[cfg(test)]
mod tests {
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};

    use super::*;

    /// Nearly normal numbers: sums of twelve uniforms.
    fn normals(seed: u64) -> impl FnMut() -> f64 {
        let mut stream = Xoshiro256PlusPlus::seed_from_u64(seed);
        move || (0..12).map(|_| stream.next_u64() as f64 / 18_446_744_073_709_551_616.0).sum::<f64>() - 6.0
    }

    #[test]
    fn unweighted_lines_have_the_textbook_errors() {
        // x = 0, 1, 2, 3 and y = 1, 3, 4, 8 of errors 1: slope 2.2, intercept 0.7, chi^2 1.8 below its two
        // degrees.
        let line =
            weighted_line(&[(0.0, 1.0, 1.0), (1.0, 3.0, 1.0), (2.0, 4.0, 1.0), (3.0, 8.0, 1.0)]).unwrap();
        assert!((line.slope.0 - 2.2).abs() < 1e-14 && (line.intercept.0 - 0.7).abs() < 1e-14);
        let t = student_t(0.95, 2);
        assert!((line.slope.1 - t / 5f64.sqrt()).abs() < 1e-12);
        assert!((line.intercept.1 - t * (0.25 + 2.25 / 5.0_f64).sqrt()).abs() < 1e-12);
        assert_eq!(weighted_line(&[(0.0, 1.0, 1.0), (1.0, 3.0, 1.0)]), None);
        assert_eq!(weighted_line(&[(1.0, 1.0, 1.0), (1.0, 3.0, 1.0), (1.0, 2.0, 1.0)]), None);
        assert_eq!(weighted_line(&[(0.0, 1.0, 1.0), (1.0, 3.0, 0.0), (2.0, 2.0, 1.0)]), None);
    }

    #[test]
    fn intervals_hold_the_truth_at_least_as_often_as_they_say() {
        let mut normal = normals(3);
        let hits = (0..1000).filter(|_| {
            let points: Vec<_> = (1..=6)
                .map(|k| {
                    (
                        f64::from(k),
                        0.5 - 0.3 * f64::from(k) + 0.1 * f64::from(k) * normal(),
                        0.1 * f64::from(k),
                    )
                })
                .collect();
            let line = weighted_line(&points).unwrap();
            (line.slope.0 + 0.3).abs() <= line.slope.1 && (line.intercept.0 - 0.5).abs() <= line.intercept.1
        });
        assert!(hits.count() > 930);
    }
}
