//! One logical vector of eight lanes, whatever the hardware's width, so that every width gives the same bits.
//!
//! A kernel is written once over [`Simd`]; [`run`] compiles it for each instruction set and takes the best one that
//! the processor has. Only IEEE operations stand behind the traits (+ - x /, square root, fused multiply-add,
//! comparison) and integer ones, so instances agree bit for bit.

use std::ops::{Add, Div, Mul, Sub};

/// Lanes of a logical vector.
pub const LANES: usize = 8;

/// Eight f64.
pub trait Real:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// The same number in every lane.
    fn splat(x: f64) -> Self {
        Self::from_array([x; LANES])
    }
    /// One number a lane.
    fn from_array(x: [f64; LANES]) -> Self;
    /// One number a lane.
    fn to_array(self) -> [f64; LANES];
    /// self x `a` + `b`, rounded once.
    fn mul_add(self, a: Self, b: Self) -> Self;
    /// The square root.
    fn sqrt(self) -> Self;
    /// `yes` in the lanes where self > `other`, `no` in the rest, NaN among them.
    fn if_greater(self, other: Self, yes: Self, no: Self) -> Self;
    /// `yes` in the lanes where self = `other`, `no` in the rest, NaN among them.
    fn if_equal(self, other: Self, yes: Self, no: Self) -> Self;
    /// self x 2^k, where k is the integer in the low bits of `shifted` = k + [`SHIFT`]; the product must be normal.
    fn scale(self, shifted: Self) -> Self;

    /// The larger; `other` where either is NaN.
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.if_greater(other, self, other)
    }

    /// The smaller; `other` where either is NaN.
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        other.if_greater(self, self, other)
    }
}

/// 1.5 x 2^52: adding it rounds to an integer, which then sits in the low bits.
pub const SHIFT: f64 = 6_755_399_441_055_744.0;

/// Eight u64, as a random number generator needs them.
pub trait Bits: Copy {
    /// Eight f64.
    type Real: Real;
    /// One number a lane.
    fn from_array(x: [u64; LANES]) -> Self;
    /// One number a lane.
    fn to_array(self) -> [u64; LANES];
    /// Sum modulo 2^64.
    fn wrapping_add(self, other: Self) -> Self;
    /// Exclusive or.
    fn xor(self, other: Self) -> Self;
    /// Shift left by `N` bits.
    fn shl<const N: u32>(self) -> Self;
    /// Rotate left by `N` bits.
    fn rotate_left<const N: u32>(self) -> Self;
    /// (k + 1/2) 2^-52, where k is the upper 52 bits: centred, exact, never 0 or 1.
    fn unit(self) -> Self::Real;
}

/// An instance of the logical vector.
pub trait Simd: Copy + 'static {
    /// Eight f64.
    type Real: Real;
    /// Eight u64.
    type Bits: Bits<Real = Self::Real>;
}

/// A computation written once over the logical vector. `run` and all that it calls must be `#[inline(always)]`, so
/// that it is compiled with the caller's instruction set.
pub trait Kernel {
    /// What the computation gives.
    type Output;
    /// The computation.
    fn run<S: Simd>(self) -> Self::Output;
}

/// An instruction set that kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instance {
    /// The build's own target.
    Portable,
    /// AVX2 and FMA.
    Avx2,
}

impl Instance {
    /// Those that this processor has, the best last.
    pub fn available() -> Vec<Instance> {
        let mut instances = vec![Instance::Portable];
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            instances.push(Instance::Avx2);
        }
        instances
    }

    /// The best that this processor has.
    pub fn best() -> Instance {
        *Self::available().last().expect("the portable instance is always there")
    }

    /// The name in the manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Instance::Portable => "portable",
            Instance::Avx2 => "avx2",
        }
    }
}

/// Runs a kernel on an instance.
///
/// # Panics
/// Where the processor lacks the instance.
#[allow(unsafe_code)]
pub fn run<K: Kernel>(instance: Instance, kernel: K) -> K::Output {
    assert!(Instance::available().contains(&instance), "this processor lacks {}", instance.name());
    match instance {
        Instance::Portable => kernel.run::<Arrays>(),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the assertion above saw that the processor has avx2 and fma, all that `avx2` enables.
        Instance::Avx2 => unsafe { avx2(kernel) },
        #[cfg(not(target_arch = "x86_64"))]
        Instance::Avx2 => unreachable!("the assertion above fails"),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Arrays>()
}

/// The logical vector on plain arrays, left to the compiler to vectorise.
#[derive(Clone, Copy)]
struct Arrays;

impl Simd for Arrays {
    type Real = F64x8;
    type Bits = U64x8;
}

#[derive(Clone, Copy)]
#[repr(align(64))]
struct F64x8([f64; LANES]);

#[derive(Clone, Copy)]
#[repr(align(64))]
struct U64x8([u64; LANES]);

macro_rules! operators {
    ($($trait:ident $method:ident $op:tt),*) => {$(
        impl $trait for F64x8 {
            type Output = Self;
            #[inline(always)]
            fn $method(mut self, other: Self) -> Self {
                for lane in 0..LANES {
                    self.0[lane] $op other.0[lane];
                }
                self
            }
        }
    )*};
}
operators!(Add add +=, Sub sub -=, Mul mul *=, Div div /=);

impl Real for F64x8 {
    #[inline(always)]
    fn from_array(x: [f64; LANES]) -> Self {
        F64x8(x)
    }
    #[inline(always)]
    fn to_array(self) -> [f64; LANES] {
        self.0
    }
    #[inline(always)]
    fn mul_add(mut self, a: Self, b: Self) -> Self {
        for lane in 0..LANES {
            self.0[lane] = self.0[lane].mul_add(a.0[lane], b.0[lane]);
        }
        self
    }
    #[inline(always)]
    fn sqrt(mut self) -> Self {
        for lane in 0..LANES {
            self.0[lane] = self.0[lane].sqrt();
        }
        self
    }
    #[inline(always)]
    fn if_greater(self, other: Self, yes: Self, mut no: Self) -> Self {
        for lane in 0..LANES {
            no.0[lane] = if self.0[lane] > other.0[lane] { yes.0[lane] } else { no.0[lane] };
        }
        no
    }
    #[inline(always)]
    fn if_equal(self, other: Self, yes: Self, mut no: Self) -> Self {
        for lane in 0..LANES {
            no.0[lane] = if self.0[lane] == other.0[lane] { yes.0[lane] } else { no.0[lane] };
        }
        no
    }
    #[inline(always)]
    fn scale(mut self, shifted: Self) -> Self {
        for lane in 0..LANES {
            let exponent = shifted.0[lane].to_bits() << 52;
            self.0[lane] = f64::from_bits(self.0[lane].to_bits().wrapping_add(exponent));
        }
        self
    }
}

impl U64x8 {
    #[inline(always)]
    fn map(mut self, f: impl Fn(u64) -> u64) -> Self {
        for lane in 0..LANES {
            self.0[lane] = f(self.0[lane]);
        }
        self
    }
}

impl Bits for U64x8 {
    type Real = F64x8;
    #[inline(always)]
    fn from_array(x: [u64; LANES]) -> Self {
        U64x8(x)
    }
    #[inline(always)]
    fn to_array(self) -> [u64; LANES] {
        self.0
    }
    #[inline(always)]
    fn wrapping_add(mut self, other: Self) -> Self {
        for lane in 0..LANES {
            self.0[lane] = self.0[lane].wrapping_add(other.0[lane]);
        }
        self
    }
    #[inline(always)]
    fn xor(mut self, other: Self) -> Self {
        for lane in 0..LANES {
            self.0[lane] ^= other.0[lane];
        }
        self
    }
    #[inline(always)]
    fn shl<const N: u32>(self) -> Self {
        self.map(|x| x << N)
    }
    #[inline(always)]
    fn rotate_left<const N: u32>(self) -> Self {
        self.map(|x| x.rotate_left(N))
    }
    #[inline(always)]
    fn unit(self) -> F64x8 {
        // In [1, 2) with the 52 bits as mantissa; less 1 - 2^-53 it is centred in its cell, and exact.
        let mut unit = F64x8([0.0; LANES]);
        for lane in 0..LANES {
            let one_to_two = f64::from_bits((self.0[lane] >> 12) | 0x3ff0_0000_0000_0000);
            unit.0[lane] = one_to_two - (1.0 - f64::EPSILON / 2.0);
        }
        unit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_centred_and_never_0_or_1() {
        for (bits, expected) in [
            (0, 0.5 * f64::EPSILON),
            (0xfff, 0.5 * f64::EPSILON),
            (1 << 12, 1.5 * f64::EPSILON),
            (u64::MAX, 1.0 - 0.5 * f64::EPSILON),
            (1 << 63, 0.5 + 0.5 * f64::EPSILON),
        ] {
            assert_eq!(U64x8([bits; LANES]).unit().0, [expected; LANES]);
        }
    }

    #[test]
    fn comparisons_with_nan_take_the_other() {
        let (nan, one) = (F64x8::splat(f64::NAN), F64x8::splat(1.0));
        assert_eq!(nan.max(one).0, one.0);
        assert_eq!(nan.min(one).0, one.0);
        assert!(one.max(nan).0[0].is_nan());
    }
}
