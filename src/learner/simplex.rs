//! Projection on the probability simplex, over lanes.

use super::mixture::highest;
use crate::numeric::simd::Real;

/// The nearest probabilities to some numbers, x_k = max(y_k - tau, 0) with the tau at which they add up to 1.
///
/// By Michelot (1986): from the numbers above max y - 1, below which none can be left, tau is what those that
/// are left would have to lose for a sum of 1, and those below it fall out, until none does. Each round is
/// one pass, and lanes that are done stay as they are, bit for bit.
#[inline(always)]
pub(super) fn project<R: Real>(numbers: &[R], shares: &mut [R]) {
    let (zero, one) = (R::splat(0.0), R::splat(1.0));
    let highest = highest(numbers);
    for (share, &number) in shares.iter_mut().zip(numbers) {
        *share = number - highest;
    }
    let mut tau = R::splat(-1.0);
    // At least one number falls out a round.
    for _ in 0..=numbers.len() {
        let (mut sum, mut count) = (zero, zero);
        for &share in &*shares {
            sum = sum + share.if_greater(tau, share, zero);
            count = count + share.if_greater(tau, one, zero);
        }
        let next = ((sum - one) / count).max(tau);
        let moved = next.if_equal(tau, zero, one);
        tau = next;
        if moved.to_array() == zero.to_array() {
            break;
        }
    }
    for share in shares {
        *share = (*share - tau).max(zero);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::simd::{Instance, Kernel, LANES, Simd, run};

    /// The same by sorting (Held, Wolfe and Crowder 1974; Duchi et al. 2008): of falling y the threshold is
    /// that of the most first ones that stay above theirs.
    fn sorted(numbers: &[f64]) -> Vec<f64> {
        let mut falling = numbers.to_vec();
        falling.sort_by(|a, b| b.total_cmp(a));
        let (mut sum, mut tau) = (0.0, 0.0);
        for (k, &number) in falling.iter().enumerate() {
            sum += number;
            let next = (sum - 1.0) / (k as f64 + 1.0);
            if number > next {
                tau = next;
            }
        }
        numbers.iter().map(|number| (number - tau).max(0.0)).collect()
    }

    struct Project<'a>(&'a [[f64; LANES]]);

    impl Kernel for Project<'_> {
        type Output = Vec<[f64; LANES]>;

        fn run<S: Simd>(self) -> Self::Output {
            let numbers: Vec<S::Real> = self.0.iter().map(|x| S::Real::from_array(*x)).collect();
            let mut shares = numbers.clone();
            project(&numbers, &mut shares);
            shares.iter().map(|share| share.to_array()).collect()
        }
    }

    #[test]
    fn projections_are_those_of_sorting() {
        for scale in [0.0, 1e-3, 0.1, 1.0, 30.0, 1e4] {
            for count in [2, 3, 33, 64] {
                let number = |k: usize, lane: usize| scale * libm::sin((7 * k + 11 * lane * lane) as f64);
                let numbers: Vec<[f64; LANES]> =
                    (0..count).map(|k| std::array::from_fn(|lane| number(k, lane))).collect();
                for instance in Instance::available() {
                    let found = run(instance, Project(&numbers));
                    for lane in 0..LANES {
                        let of_lane: Vec<f64> = numbers.iter().map(|x| x[lane]).collect();
                        let sum: f64 = found.iter().map(|x| x[lane]).sum();
                        assert!((sum - 1.0).abs() < 1e-12, "{sum}");
                        for (found, expected) in found.iter().zip(sorted(&of_lane)) {
                            let error = (found[lane] - expected).abs();
                            assert!(error < 1e-13 * (10.0 + scale), "{count} numbers to {scale}: {error}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_lane_does_not_depend_on_the_others() {
        let numbers: Vec<[f64; LANES]> = (0..20)
            .map(|k| std::array::from_fn(|lane| libm::sin((3 * k + lane) as f64) * lane as f64))
            .collect();
        let together = run(Instance::best(), Project(&numbers));
        for lane in 0..LANES {
            let alone: Vec<[f64; LANES]> = numbers.iter().map(|x| [x[lane]; LANES]).collect();
            for (one, all) in run(Instance::best(), Project(&alone)).iter().zip(&together) {
                assert_eq!(one[0].to_bits(), all[lane].to_bits());
            }
        }
    }
}
