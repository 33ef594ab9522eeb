//! Stationary covariances of linear systems with noise.

/// Doublings of the number of summed terms: enough for a spectral radius of 1 - 1e-12.
const MOST_DOUBLINGS: usize = 46;

/// The sum has converged where what a doubling adds is smaller, in parts of the largest entry.
const NEGLIGIBLE: f64 = 1e-17;

/// The solution P of the discrete Lyapunov equation P = A P A^T + Q, for square matrices by rows and a
/// symmetric Q: the covariance of x in x <- A x + e, where e has the covariance Q. `None` where A has a
/// spectral radius of 1 or more, so that the sum below does not converge, or an entry is not finite.
///
/// The sum over k of A^k Q (A^T)^k, of which each step doubles the number of terms:
///
/// ```text
/// P <- P + A P A^T,    A <- A A.
/// ```
///
/// ```
/// use bidsweep::numeric::lyapunov::stationary_covariance;
///
/// let p = stationary_covariance(&[vec![0.5]], &[vec![3.0]]).unwrap();
/// assert!((p[0][0] - 4.0).abs() < 1e-15);
/// assert_eq!(stationary_covariance(&[vec![-1.0]], &[vec![3.0]]), None);
/// ```
///
/// References: Smith 1968, "Matrix equation XA + BX = C".
///
/// # Panics
/// Where the matrices are not square, or not of one size.
pub fn stationary_covariance(a: &[Vec<f64>], q: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let n = a.len();
    assert!(q.len() == n && a.iter().chain(q).all(|row| row.len() == n), "square matrices of one size");
    let mut power = a.to_vec();
    let mut p = q.to_vec();
    for _ in 0..MOST_DOUBLINGS {
        let added = congruence(&power, &p);
        let (mut most, mut change): (f64, f64) = (0.0, 0.0);
        for (row, added) in p.iter_mut().zip(&added) {
            for (entry, added) in row.iter_mut().zip(added) {
                *entry += added;
                most = most.max(entry.abs());
                change = change.max(added.abs());
            }
        }
        power = product(&power, &power);
        if !power.iter().chain(&p).flatten().all(|entry| entry.is_finite()) {
            return None;
        }
        // A direction that Q does not reach adds nothing, and may grow all the same.
        let decays = power.iter().flatten().all(|entry| entry.abs() <= NEGLIGIBLE);
        if decays && change <= NEGLIGIBLE * most {
            return Some(p);
        }
    }
    None
}

/// The product of two matrices by rows.
///
/// # Panics
/// Where `a` has not as many columns as `b` rows.
pub fn product(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let columns = b.first().map_or(0, Vec::len);
    let of_row = |row: &Vec<f64>| {
        assert_eq!(row.len(), b.len(), "columns of the first and rows of the second");
        let mut sums = vec![0.0; columns];
        for (x, other) in row.iter().zip(b).filter(|(x, _)| **x != 0.0) {
            sums.iter_mut().zip(other).for_each(|(sum, y)| *sum += x * y);
        }
        sums
    };
    a.iter().map(of_row).collect()
}

/// A S A^T, symmetric to the last bit for a symmetric S.
///
/// # Panics
/// Where A has not as many columns as S rows.
pub fn congruence(a: &[Vec<f64>], s: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let transposed: Vec<Vec<f64>> = (0..s.len()).map(|k| a.iter().map(|row| row[k]).collect()).collect();
    let mut whole = product(&product(a, s), &transposed);
    for i in 1..whole.len() {
        let (above, below) = whole.split_at_mut(i);
        above.iter_mut().zip(&below[0]).for_each(|(row, entry)| row[i] = *entry);
    }
    whole
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_autoregression_of_order_two_has_its_closed_variance() {
        // x_t = f x_(t-1) + g x_(t-2) + e: Var x = (1 - g) / ((1 + g) ((1 - g)^2 - f^2)) Var e.
        for (f, g) in [(0.5, 0.3), (1.89, -0.9), (-1.0, -0.5), (0.1, 0.899_999)] {
            let a = [vec![f, g], vec![1.0, 0.0]];
            let p = stationary_covariance(&a, &[vec![2.0, 0.0], vec![0.0, 0.0]]).unwrap();
            let expected = 2.0 * (1.0 - g) / ((1.0 + g) * ((1.0 - g) * (1.0 - g) - f * f));
            assert!((p[0][0] / expected - 1.0).abs() < 1e-9, "{} for {expected}", p[0][0]);
            assert!((p[1][1] / expected - 1.0).abs() < 1e-9);
            assert!((p[0][1] / (expected * f / (1.0 - g)) - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn a_growing_direction_is_told_even_where_no_noise_reaches_it() {
        let zero = vec![0.0, 0.0];
        for growing in [1.0, 1.0 + 1e-9, -1.5, f64::NAN] {
            let a = [vec![0.5, 0.0], vec![0.0, growing]];
            assert_eq!(stationary_covariance(&a, &[vec![1.0, 0.0], zero.clone()]), None, "{growing}");
        }
        let slow = [vec![0.5, 0.0], vec![0.0, 1.0 - 1e-9]];
        let p = stationary_covariance(&slow, &[vec![1.0, 0.0], vec![0.0, 1.0]]).unwrap();
        assert!((p[1][1] / 5e8 - 1.0).abs() < 1e-6, "{}", p[1][1]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn it_is_the_sum_of_what_all_past_noise_has_left(
            entries in prop::collection::vec(-1.0..1.0_f64, 32),
            n in 1_usize..5,
        ) {
            let square = |from: usize, scale: f64| -> Vec<Vec<f64>> {
                (0..n).map(|i| (0..n).map(|j| scale * entries[from + n * i + j]).collect()).collect()
            };
            // Rows that sum to less than 1 in absolute value.
            let a = square(0, 0.95 / n as f64);
            let q = congruence(&square(16, 1.0), &(0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect::<Vec<Vec<f64>>>());
            let p = stationary_covariance(&a, &q).unwrap();
            let mut summed = q.clone();
            for _ in 0..1000 {
                summed = congruence(&a, &summed);
                for (row, q) in summed.iter_mut().zip(&q) {
                    row.iter_mut().zip(q).for_each(|(entry, q)| *entry += q);
                }
            }
            for (row, summed) in p.iter().zip(&summed) {
                for (entry, summed) in row.iter().zip(summed) {
                    prop_assert!((entry - summed).abs() < 1e-12, "{} for {}", entry, summed);
                }
            }
        }
    }
}
