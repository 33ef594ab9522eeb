//! The logical vector on plain arrays, left to the compiler to vectorise.

use std::ops::{Add, Div, Mul, Sub};

use super::{BELOW_ONE_F32, BELOW_ONE_F64, Bits, Float, LANES, Part, Real, Samples, Simd, one_sample};
use crate::numeric::table::{QuantileTable, StepTable};

/// Whether the build's target has a fused multiply-add; where it has none, `mul_add` is a call of the
/// platform's library, or many instructions.
const FUSED: bool = cfg!(any(target_feature = "fma", not(target_arch = "x86_64")));

#[derive(Clone, Copy)]
pub(super) struct Arrays;

impl Simd for Arrays {
    type Real = Array<f64, LANES>;
    type Single = Array<f32, { 2 * LANES }>;
    type Bits = Array<u64, LANES>;

    #[inline(never)]
    fn apart<P: Part<Self>>(part: P) -> P::Output {
        part.run()
    }
}

#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Array<T, const N: usize>([T; N]);

impl<T: Copy, const N: usize> Array<T, N> {
    #[inline(always)]
    fn map(mut self, f: impl Fn(T) -> T) -> Self {
        for x in &mut self.0 {
            *x = f(*x);
        }
        self
    }
    #[inline(always)]
    fn zip(mut self, other: Self, f: impl Fn(T, T) -> T) -> Self {
        for i in 0..N {
            self.0[i] = f(self.0[i], other.0[i]);
        }
        self
    }
    #[inline(always)]
    fn zip_3(mut self, a: Self, b: Self, f: impl Fn(T, T, T) -> T) -> Self {
        for i in 0..N {
            self.0[i] = f(self.0[i], a.0[i], b.0[i]);
        }
        self
    }
    /// `yes` where `condition` holds of the numbers of self and `other`, `no` elsewhere.
    #[inline(always)]
    fn choose(self, other: Self, yes: Self, mut no: Self, condition: impl Fn(T, T) -> bool) -> Self {
        for i in 0..N {
            no.0[i] = if condition(self.0[i], other.0[i]) { yes.0[i] } else { no.0[i] };
        }
        no
    }
}

macro_rules! float {
    ($number:ty, $lanes:expr, $mantissa_bits:literal, $mul_add:path) => {
        float!(@operator $number, $lanes, Add add);
        float!(@operator $number, $lanes, Sub sub);
        float!(@operator $number, $lanes, Mul mul);
        float!(@operator $number, $lanes, Div div);

        impl Float for Array<$number, { $lanes }> {
            const MANTISSA_BITS: u32 = $mantissa_bits;
            const TOGETHER: bool = FUSED;

            #[inline(always)]
            fn splat(x: f64) -> Self {
                Array([x as $number; $lanes])
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                self.map(<$number>::sqrt)
            }
            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                self.zip_3(a, b, |x, a, b| $mul_add(x, a, b))
            }
            #[inline(always)]
            fn mul_sub(self, a: Self, b: Self) -> Self {
                self.zip_3(a, b, |x, a, b| $mul_add(x, a, -b))
            }
            #[inline(always)]
            fn mul_sub_from(self, a: Self, b: Self) -> Self {
                self.zip_3(a, b, |x, a, b| $mul_add(-x, a, b))
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                self.choose(other, self, other, |x, y| x > y)
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                self.choose(other, self, other, |x, y| x < y)
            }
            #[inline(always)]
            fn if_greater(self, other: Self, yes: Self, no: Self) -> Self {
                self.choose(other, yes, no, |x, y| x > y)
            }
            #[inline(always)]
            fn if_equal(self, other: Self, yes: Self, no: Self) -> Self {
                self.choose(other, yes, no, |x, y| x == y)
            }
            #[inline(always)]
            fn scale(self, integer: Self) -> Self {
                self.zip(integer, |x, integer| {
                    let exponent = integer.to_bits() << Self::MANTISSA_BITS;
                    <$number>::from_bits(x.to_bits().wrapping_add(exponent))
                })
            }
        }
    };
    (@operator $number:ty, $lanes:expr, $trait:ident $method:ident) => {
        impl $trait for Array<$number, { $lanes }> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                self.zip(other, $trait::$method)
            }
        }
    };
}
float!(f64, LANES, 52, f64::mul_add);
float!(f32, 2 * LANES, 23, mul_add_f32);

#[inline(always)]
fn mul_add_f32(x: f32, a: f32, b: f32) -> f32 {
    if FUSED { x.mul_add(a, b) } else { mul_add_by_f64(x, a, b) }
}

/// x a + b rounded once: the product is exact in f64, and a sum rounded to odd there can be rounded again to
/// f32 without harm (Boldo and Melquiond 2008).
#[inline(always)]
fn mul_add_by_f64(x: f32, a: f32, b: f32) -> f32 {
    let (product, b) = (f64::from(x) * f64::from(a), f64::from(b));
    let sum = product + b;
    // What the rounding of the sum lost, exactly (Knuth 1969, 4.2.2 theorem B); NaN where the sum is not
    // finite.
    let rest = sum - product;
    let lost = (product - (sum - rest)) + (b - rest);
    // Of the two neighbours of an inexact sum the one with an odd last bit.
    let bits = sum.to_bits();
    let even = (bits & 1) ^ 1;
    let inexact = u64::from(lost.abs() > 0.0);
    let away_from_zero = ((bits ^ lost.to_bits()) >> 63) ^ 1;
    let step = (away_from_zero << 1).wrapping_sub(1);
    f64::from_bits(bits.wrapping_add(step & (even & inexact).wrapping_neg())) as f32
}

impl Real for Array<f64, LANES> {
    #[inline(always)]
    fn from_array(x: [f64; LANES]) -> Self {
        Array(x)
    }
    #[inline(always)]
    fn to_array(self) -> [f64; LANES] {
        self.0
    }
}

/// The tables, number by number.
macro_rules! look_up {
    ($number:ty) => {
        #[inline(always)]
        fn look_up(uniforms: &mut [Self], table: &QuantileTable<$number>) {
            for vector in uniforms {
                *vector = vector.map(|u| table.evaluate(u));
            }
        }
        #[inline(always)]
        fn look_up_steps(uniforms: &mut [Self], table: &StepTable<$number>) {
            for vector in uniforms {
                *vector = vector.map(|u| table.evaluate(u));
            }
        }
    };
}

impl Samples<Arrays> for Array<f64, LANES> {
    one_sample!();
    look_up!(f64);

    #[inline(always)]
    fn units(bits: Array<u64, LANES>) -> Self {
        let mut units = Array([0.0; LANES]);
        for lane in 0..LANES {
            let mantissa = bits.0[lane] & ((1 << 52) - 1);
            units.0[lane] = f64::from_bits(mantissa | 1.0_f64.to_bits()) - BELOW_ONE_F64;
        }
        units
    }
}

impl Samples<Arrays> for Array<f32, { 2 * LANES }> {
    look_up!(f32);

    type Number = f32;
    const PER_LANE: usize = 2;

    #[inline(always)]
    fn units(bits: Array<u64, LANES>) -> Self {
        let mut units = Array([0.0; 2 * LANES]);
        for lane in 0..LANES {
            for half in 0..2 {
                let mantissa = (bits.0[lane] >> (32 * half)) as u32 & ((1 << 23) - 1);
                units.0[2 * lane + half] =
                    f32::from_bits(mantissa | 1.0_f32.to_bits()) - BELOW_ONE_F32 as f32;
            }
        }
        units
    }
    #[inline(always)]
    fn spread(x: Array<f64, LANES>) -> Self {
        Array(std::array::from_fn(|i| x.0[i / 2] as f32))
    }
    #[inline(always)]
    fn fold(self) -> Array<f64, LANES> {
        Array(std::array::from_fn(|lane| f64::from(self.0[2 * lane]) + f64::from(self.0[2 * lane + 1])))
    }
    #[inline(always)]
    fn first(mut self) -> Self {
        for lane in 0..LANES {
            self.0[2 * lane + 1] = 0.0;
        }
        self
    }
    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        to.copy_from_slice(&self.0);
    }
    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        Array(from.try_into().expect("two numbers a lane"))
    }
}

impl Bits for Array<u64, LANES> {
    #[inline(always)]
    fn from_array(x: [u64; LANES]) -> Self {
        Array(x)
    }
    #[inline(always)]
    fn to_array(self) -> [u64; LANES] {
        self.0
    }
    #[inline(always)]
    fn wrapping_add(self, other: Self) -> Self {
        self.zip(other, u64::wrapping_add)
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self.zip(other, |x, y| x ^ y)
    }
    #[inline(always)]
    fn shl<const N: u32>(self) -> Self {
        self.map(|x| x << N)
    }
    #[inline(always)]
    fn rotate_left<const N: u32>(self) -> Self {
        self.map(|x| x.rotate_left(N))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100_000))]
        #[test]
        fn by_f64_the_product_and_sum_are_rounded_once(
            x in any::<u32>().prop_map(f32::from_bits), a in any::<u32>().prop_map(f32::from_bits),
            b in any::<u32>().prop_map(f32::from_bits), near in -40_i32..80, cancel in any::<bool>(),
        ) {
            // A sum of numbers of unlike size, or one in which nearly all cancels.
            let size = f64::from(x) * f64::from(a) * libm::exp2(f64::from(-near));
            let b = if cancel { -(x * a) } else if size.is_finite() { (size * f64::from(b.signum())) as f32 } else { b };
            let (ours, truth) = (mul_add_by_f64(x, a, b), libm::fmaf(x, a, b));
            prop_assert!(ours.to_bits() == truth.to_bits() || (ours.is_nan() && truth.is_nan()), "{x} {a} {b}: {ours} {truth}");
        }
    }
}
