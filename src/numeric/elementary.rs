//! exp2 and the sigmoid over lanes, the same bits on every processor.

use super::simd::Float;

/// Coefficients of 2^f on \[-1/2, 1/2\], rising powers: the degree-11 polynomial of least relative error
/// (3.1e-18 before rounding), by the Remez exchange in 60 digits.
const EXP2_F64: &[f64] = &[
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

/// The same in f32, of degree 5.
const EXP2_F32: &[f64] = &[
    1.0,
    0.693_147_003_650_665_3,
    0.240_222_498_774_528_5,
    0.055_507_328_361_272_81,
    0.009_671_512_991_189_957,
    0.001_326_465_746_387_839_3,
];

/// x cut to plus and minus [`Float::EXP2_LIMIT`], NaN to the upper.
#[inline(always)]
pub fn cut<F: Float>(x: F) -> F {
    x.min(F::splat(F::EXP2_LIMIT)).max(F::splat(-F::EXP2_LIMIT))
}

/// 2^x; at most 1 unit in the last place off in f64, 3 in f32. |x| must not exceed [`Float::EXP2_LIMIT`].
/// Several at a time, step by step together, so that a processor has something to do while it waits for each.
#[inline(always)]
pub fn exp2<F: Float, const TOGETHER: usize>(x: [F; TOGETHER]) -> [F; TOGETHER] {
    let coefficients = match F::MANTISSA_BITS {
        23 => EXP2_F32,
        _ => EXP2_F64,
    };
    let (last, rest) = coefficients.split_last().expect("a polynomial has a coefficient");
    let (mut integer, mut f, mut p) = (x, x, [F::splat(*last); TOGETHER]);
    for i in 0..TOGETHER {
        (integer[i], f[i]) = x[i].split();
    }
    for &coefficient in rest.iter().rev() {
        for i in 0..TOGETHER {
            p[i] = p[i].mul_add(f[i], F::splat(coefficient));
        }
    }
    for i in 0..TOGETHER {
        p[i] = p[i].scale(integer[i]);
    }
    p
}

/// e^x, x cut where it reaches 2 to plus or minus the [`Float::EXP2_LIMIT`].
#[inline(always)]
pub fn exp<F: Float>(x: F) -> F {
    let [power] = exp2([cut(x * F::splat(std::f64::consts::LOG2_E))]);
    power
}

/// The sigmoid 1 / (1 + e^-x), x cut where e^-x reaches 2 to the [`Float::EXP2_LIMIT`].
#[inline(always)]
pub fn sigmoid<F: Float>(x: F) -> F {
    let one = F::splat(1.0);
    let [odds] = exp2([cut(x * F::splat(-std::f64::consts::LOG2_E))]);
    one / (one + odds)
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;

    use super::*;
    use crate::numeric::simd::{Instance, Kernel, LANES, Real, Samples, Simd, run};

    /// 2^x and 1 / (1 + 2^x) at each x, in the numbers that the precision computes with.
    struct Map<'a> {
        x: &'a [[f64; LANES]],
        single: bool,
    }

    impl Map<'_> {
        #[inline(always)]
        fn map<S: Simd, X: Samples<S>>(&self) -> Vec<[[f64; LANES]; 2]> {
            let mut rows = Vec::with_capacity(self.x.len());
            for &x in self.x {
                let [power] = exp2([cut(X::spread(S::Real::from_array(x)))]);
                let one = X::splat(1.0);
                let p = one / (one + power);
                rows.push([power.first().fold().to_array(), p.first().fold().to_array()]);
            }
            rows
        }
    }

    impl Kernel for Map<'_> {
        type Output = Vec<[[f64; LANES]; 2]>;
        #[inline(always)]
        fn run<S: Simd>(self) -> Self::Output {
            if self.single { self.map::<S, S::Single>() } else { self.map::<S, S::Real>() }
        }
    }

    fn map(instance: Instance, x: &[[f64; LANES]], single: bool) -> Vec<[[f64; LANES]; 2]> {
        run(instance, Map { x, single })
    }

    /// Evenly spaced points of [-limit, limit], ends included.
    fn grid(limit: f64) -> Vec<[f64; LANES]> {
        let n = 40_000;
        let point = |i: usize| -limit + 2.0 * limit * (i as f64 / (n * LANES - 1) as f64);
        (0..n).map(|row| std::array::from_fn(|lane| point(row * LANES + lane))).collect()
    }

    #[test]
    fn exp2_and_win_probability_in_f64_are_within_1_and_4_units_in_the_last_place() {
        let x = grid(500.0);
        for instance in Instance::available() {
            let y = map(instance, &x, false);
            for (x, [power, p]) in x.iter().zip(y) {
                for lane in 0..LANES {
                    let truth = libm::exp2(x[lane]);
                    assert!((power[lane] / truth - 1.0).abs() <= f64::EPSILON, "2^{}", x[lane]);
                    let error = p[lane] * (1.0 + truth) - 1.0;
                    assert!(error.abs() <= 4.0 * f64::EPSILON, "1 / (1 + 2^{})", x[lane]);
                }
            }
        }
    }

    /// The error of y in units of the last place of an f32 near `truth`.
    fn ulps(y: f64, truth: f64) -> f64 {
        let power_of_two = f64::from_bits(truth.to_bits() & 0x7ff0_0000_0000_0000);
        (y - truth).abs() / (power_of_two * f64::from(f32::EPSILON))
    }

    #[test]
    #[cfg_attr(debug_assertions, ignore = "half a thousand million arguments")]
    fn exp2_and_win_probability_in_f32_are_within_3_and_5_units_in_the_last_place_everywhere() {
        // Every f32 from 2^-26, below which 2^x rounds to 1, to the limit, and their negatives.
        let range = ((2.0_f32 / (1 << 27) as f32).to_bits() / 8..100.0_f32.to_bits() / 8).collect::<Vec<_>>();
        let worst = range
            .par_chunks(1 << 12)
            .map(|rows| {
                let mut worst = [0.0_f64; 2];
                for sign in [1.0, -1.0] {
                    let argument = |bits: u32| sign * f64::from(f32::from_bits(bits));
                    let row = |&row: &u32| std::array::from_fn(|lane| argument(8 * row + lane as u32));
                    let x: Vec<_> = rows.iter().map(row).collect();
                    let singles = map(Instance::best(), &x, true);
                    let truths = map(Instance::best(), &x, false);
                    for (single, truth) in singles.iter().zip(&truths) {
                        for (k, worst) in worst.iter_mut().enumerate() {
                            for lane in 0..LANES {
                                *worst = worst.max(ulps(single[k][lane], truth[k][lane]));
                            }
                        }
                    }
                }
                worst
            })
            .reduce(|| [0.0; 2], |a, b| [a[0].max(b[0]), a[1].max(b[1])]);
        assert!(worst[0] <= 3.0 && worst[1] <= 5.0, "{worst:?}");
        assert!(worst[0] > 0.5, "the errors of some arguments: {worst:?}");
    }

    #[test]
    fn far_arguments_are_cut() {
        let x = [[1e300, -1e300, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 0.0, 500.0, -500.0]];
        for instance in Instance::available() {
            for (single, limit) in [(false, 500.0), (true, 100.0)] {
                let [y, _] = map(instance, &x, single)[0];
                let (high, low) = (libm::exp2(limit), libm::exp2(-limit));
                assert_eq!(y, [high, low, high, low, high, 1.0, high, low]);
            }
        }
    }
}
