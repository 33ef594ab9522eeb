//! The nearest rising sequence.

/// The rising (never falling) sequence y that is nearest to some numbers, argmin sum_k weight_k (y_k -
/// number_k)^2: neighbours that fall are pooled to their mean until none does.
///
/// ```
/// use bidsweep::numeric::isotonic::rising;
///
/// assert_eq!(rising(&[(1.0, 1.0), (3.0, 1.0), (2.0, 1.0), (4.0, 1.0)]), [1.0, 2.5, 2.5, 4.0]);
/// ```
///
/// References: Ayer, Brunk, Ewing, Reid and Silverman 1955, "An empirical distribution function for sampling
/// with incomplete information"; Barlow, Bartholomew, Bremner and Brunk 1972, section 1.2.
pub fn rising(numbers: &[(f64, f64)]) -> Vec<f64> {
    /// Numbers that share a mean.
    struct Pool {
        mean: f64,
        weight: f64,
        count: usize,
    }
    let mut pools: Vec<Pool> = Vec::new();
    for &(number, weight) in numbers {
        let mut pool = Pool { mean: number, weight, count: 1 };
        while let Some(before) = pools.pop_if(|before| before.mean >= pool.mean) {
            let weight = before.weight + pool.weight;
            let mean = (before.mean * before.weight + pool.mean * pool.weight) / weight;
            pool = Pool { mean, weight, count: before.count + pool.count };
        }
        pools.push(pool);
    }
    pools.iter().flat_map(|pool| std::iter::repeat_n(pool.mean, pool.count)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// y is the projection onto the cone of rising sequences where it rises, the residual is orthogonal
        /// to it, and the residual's sums from any place to the end are at most 0 (Barlow et al., theorem
        /// 1.7).
        #[test]
        fn it_is_the_projection_onto_rising_sequences(
            numbers in proptest::collection::vec((-1.0_f64..1.0, 0.1_f64..3.0), 1..40)
        ) {
            let fitted = rising(&numbers);
            prop_assert!(fitted.windows(2).all(|pair| pair[0] <= pair[1]));
            let residuals: Vec<f64> =
                numbers.iter().zip(&fitted).map(|((number, weight), y)| weight * (number - y)).collect();
            let inner: f64 = residuals.iter().zip(&fitted).map(|(r, y)| r * y).sum();
            prop_assert!(inner.abs() < 1e-10, "{inner}");
            prop_assert!(residuals.iter().sum::<f64>().abs() < 1e-10);
            let mut rest = 0.0;
            for residual in residuals.iter().rev() {
                rest += residual;
                prop_assert!(rest < 1e-10, "{rest}");
            }
        }
    }
}
