//! exp2 and the sigmoid over lanes, the same bits on every processor.

use super::simd::{Real, SHIFT};

/// Coefficients of 2^f on \[-1/2, 1/2\], rising powers: the degree-11 polynomial of least relative error (3.1e-18
/// before rounding), by the Remez exchange in 60 digits.
const EXP2: [f64; 12] = [
    1.0,
    std::f64::consts::LN_2,
    0.240_226_506_959_101_55,
    0.055_504_108_664_819_925,
    0.009_618_129_107_588_335,
    0.001_333_355_814_678_995,
    0.000_154_035_304_625_146_14,
    1.525_273_348_996_080_5e-5,
    1.321_543_308_959_463e-6,
    1.017_819_803_332_852_8e-7,
    7.074_105_626_245_659e-9,
    4.435_280_944_610_336_3e-10,
];

/// Arguments of [`exp2`] are cut to \[-500, 500\]: a win probability of 2^-500 is 0 for every use, and no product of
/// two such numbers with a value overflows or becomes denormal, which processors handle slowly.
pub const EXP2_LIMIT: f64 = 500.0;

/// 2^x, x cut to +-[`EXP2_LIMIT`], NaN to the limit; at most 1 unit in the last place off.
#[inline(always)]
pub fn exp2<R: Real>(x: R) -> R {
    let x = x.min(R::splat(EXP2_LIMIT)).max(R::splat(-EXP2_LIMIT));
    let shifted = x + R::splat(SHIFT);
    let f = x - (shifted - R::splat(SHIFT));
    let mut p = R::splat(EXP2[11]);
    for k in (0..11).rev() {
        p = p.mul_add(f, R::splat(EXP2[k]));
    }
    p.scale(shifted)
}

/// The sigmoid 1 / (1 + e^-x), x cut to about +-346.
#[inline(always)]
pub fn sigmoid<R: Real>(x: R) -> R {
    let one = R::splat(1.0);
    one / (one + exp2(x * R::splat(-std::f64::consts::LOG2_E)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::simd::{Instance, Kernel, LANES, Simd, run};

    #[derive(Clone, Copy)]
    enum Function {
        Exp2,
        Sigmoid,
    }

    struct Map<'a>(&'a [[f64; LANES]], Function);

    impl Kernel for Map<'_> {
        type Output = Vec<[f64; LANES]>;
        #[inline(always)]
        fn run<S: Simd>(self) -> Self::Output {
            let apply = |x: &[f64; LANES]| {
                let x = S::Real::from_array(*x);
                match self.1 {
                    Function::Exp2 => exp2(x).to_array(),
                    Function::Sigmoid => sigmoid(x).to_array(),
                }
            };
            self.0.iter().map(apply).collect()
        }
    }

    /// Evenly spaced points of [-limit, limit], ends included.
    fn grid(limit: f64) -> Vec<[f64; LANES]> {
        let n = 40_000;
        let point = |i: usize| -limit + 2.0 * limit * (i as f64 / (n * LANES - 1) as f64);
        (0..n).map(|row| std::array::from_fn(|lane| point(row * LANES + lane))).collect()
    }

    fn largest_relative_error(limit: f64, kind: Function, truth: fn(f64) -> f64) -> f64 {
        let x = grid(limit);
        let errors = Instance::available().into_iter().map(|instance| {
            let y = run(instance, Map(&x, kind));
            let pairs = x.as_flattened().iter().zip(y.as_flattened());
            pairs.map(|(&x, &y)| (y / truth(x) - 1.0).abs()).fold(0.0, f64::max)
        });
        errors.fold(0.0, f64::max)
    }

    #[test]
    fn exp2_is_within_one_unit_in_the_last_place() {
        let error = largest_relative_error(EXP2_LIMIT, Function::Exp2, libm::exp2);
        assert!(error <= f64::EPSILON, "{error:e}");
    }

    #[test]
    fn sigmoid_is_within_a_few_units_in_the_last_place() {
        // The product with log2 e is rounded: an absolute error of 2^-53 |x| log2 e in the exponent.
        let error = largest_relative_error(30.0, Function::Sigmoid, |x| 1.0 / (1.0 + libm::exp(-x)));
        assert!(error <= 30.0 * f64::EPSILON, "{error:e}");
    }

    #[test]
    fn far_arguments_are_cut() {
        let x = [[1e300, -1e300, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 0.0, 500.0, -500.0]];
        let y = run(Instance::best(), Map(&x, Function::Exp2))[0];
        let (high, low) = (libm::exp2(500.0), libm::exp2(-500.0));
        assert_eq!(y, [high, low, high, low, high, 1.0, high, low]);
    }
}
