//! Sums of products of long series.

/// Partial sums that run side by side: a processor need not wait for one addition before the next, and the
/// order of additions is the same everywhere.
pub(super) const SIDE_BY_SIDE: usize = 8;

/// The sum of x_t y_t over the shorter length.
#[inline(always)]
pub(super) fn dot(x: &[f64], y: &[f64]) -> f64 {
    let length = x.len().min(y.len());
    let (x, y) = (x[..length].as_chunks::<SIDE_BY_SIDE>(), y[..length].as_chunks::<SIDE_BY_SIDE>());
    let mut sums = [0.0; SIDE_BY_SIDE];
    for (x, y) in x.0.iter().zip(y.0) {
        for lane in 0..SIDE_BY_SIDE {
            sums[lane] += x[lane] * y[lane];
        }
    }
    for (sum, (x, y)) in sums.iter_mut().zip(x.1.iter().zip(y.1)) {
        *sum += x * y;
    }
    sums.iter().sum()
}

/// The sum of x_t.
#[inline(always)]
pub(super) fn sum(x: &[f64]) -> f64 {
    let (rows, rest) = x.as_chunks::<SIDE_BY_SIDE>();
    let mut sums = [0.0; SIDE_BY_SIDE];
    for row in rows {
        for lane in 0..SIDE_BY_SIDE {
            sums[lane] += row[lane];
        }
    }
    sums.iter().chain(rest).sum()
}

/// The sum over t of x_t v_(t+lag) - y_t u_(t+lag) for two series (x, y) and (u, v) of equal lengths without
/// lag.
#[inline(always)]
pub(super) fn cross(x: &[f64], y: &[f64], u: &[f64], v: &[f64]) -> f64 {
    dot(x, v) - dot(y, u)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_any_length_are_summed() {
        for length in 0..40 {
            let x: Vec<f64> = (0..length).map(f64::from).collect();
            let y: Vec<f64> = (0..=length).map(|t| f64::from(t + 1)).collect();
            // The sum of t (t + 1) for t < n is (n - 1) n (n + 1) / 3.
            let n = f64::from(length);
            assert_eq!(sum(&x), 0.5 * n * (n - 1.0), "{length}");
            assert_eq!(dot(&x, &y), (n - 1.0) * n * (n + 1.0) / 3.0, "{length}");
        }
    }
}
