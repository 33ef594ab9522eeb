//! One logical vector of eight lanes, whatever the hardware's width, so that every width gives the same bits.
//!
//! A kernel is written once over [`Simd`]; [`run`] compiles it for each instruction set and takes the one
//! asked for. Only IEEE operations stand behind the traits (+ - x /, square root, fused multiply-add,
//! comparison) and integer ones, so instances agree bit for bit.

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::ops::{Add, Div, Mul, Sub};

use super::table::{Number, QuantileTable, StepTable};

/// Lanes of a logical vector.
pub const LANES: usize = 8;

/// Floating-point numbers, one or more a lane.
pub trait Float:
    Copy + Send + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// Bits of the mantissa, without the leading one.
    const MANTISSA_BITS: u32;
    /// Arguments of 2^x are cut to plus and minus this. A win probability of 2^-100 in f32, 2^-500 in f64, is
    /// 0 for every use, and its products with values are seldom denormal, which processors handle slowly.
    const EXP2_LIMIT: f64 = if Self::MANTISSA_BITS == 23 { 100.0 } else { 500.0 };
    /// Whether a kernel should work on several numbers step by step together, so that one's latency hides
    /// behind the others. Where an operation is many instructions nothing is hidden, and more is compiled.
    const TOGETHER: bool = true;

    /// The same number everywhere, rounded.
    fn splat(x: f64) -> Self;
    /// The square root.
    fn sqrt(self) -> Self;
    /// self x `a` + `b`, rounded once.
    fn mul_add(self, a: Self, b: Self) -> Self;
    /// self x `a` - `b`, rounded once.
    fn mul_sub(self, a: Self, b: Self) -> Self;
    /// `b` - self x `a`, rounded once.
    fn mul_sub_from(self, a: Self, b: Self) -> Self;
    /// The larger; `other` where either is NaN.
    fn max(self, other: Self) -> Self;
    /// The smaller; `other` where either is NaN.
    fn min(self, other: Self) -> Self;
    /// `yes` where self > `other`, `no` elsewhere, where either is NaN too.
    fn if_greater(self, other: Self, yes: Self, no: Self) -> Self;
    /// `yes` where self = `other`, `no` elsewhere, where either is NaN too.
    fn if_equal(self, other: Self, yes: Self, no: Self) -> Self;
    /// self x 2^k, where k is the integer that [`Float::split`] found; the product must be normal.
    fn scale(self, integer: Self) -> Self;

    /// x as k + f: the nearest integer k, of two the even one, in a form for [`Float::scale`], and the rest f
    /// in \[-1/2, 1/2\], exact. |x| must be below 2^([`Float::MANTISSA_BITS`] - 2).
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        // 1.5 x 2^(mantissa bits): adding it rounds to an integer, which then sits in the low bits.
        let shift = Self::splat(1.5 * (1_u64 << Self::MANTISSA_BITS) as f64);
        let integer = self + shift;
        (integer, self - (integer - shift))
    }
}

/// Eight f64, one a lane.
pub trait Real: Float {
    /// One number a lane.
    fn from_array(x: [f64; LANES]) -> Self;
    /// One number a lane.
    fn to_array(self) -> [f64; LANES];
}

/// Numbers in which samples are computed: eight f64, one sample a lane, or sixteen f32, two samples a lane.
pub trait Samples<S: Simd>: Float {
    /// One of the numbers.
    type Number: Number;
    /// Samples that a lane holds.
    const PER_LANE: usize;

    /// Uniforms from random bits, as many a lane as it has samples: (k + 1/2) 2^-m, where k is the low m bits
    /// of an equal part of the 64, the low part first, m = [`Float::MANTISSA_BITS`]. Centred, exact, never 0
    /// or 1.
    fn units(bits: S::Bits) -> Self;
    /// Each lane's number, rounded, for all samples of the lane.
    fn spread(x: S::Real) -> Self;
    /// The sum over the samples of each lane, added in f64.
    fn fold(self) -> S::Real;
    /// The first sample of each lane, and 0 for the others.
    fn first(self) -> Self;

    /// The samples one by one, those of a lane side by side: sample s of lane l is the number
    /// [`Samples::PER_LANE`] x l + s of [`LANES`] x [`Samples::PER_LANE`].
    fn store(self, to: &mut [Self::Number]);
    /// What [`Samples::store`] stores.
    fn load(from: &[Self::Number]) -> Self;
    /// Puts [`QuantileTable::evaluate`] of centred uniforms in their place.
    fn look_up(uniforms: &mut [Self], table: &QuantileTable<Self::Number>);
    /// Puts [`StepTable::evaluate`] of centred uniforms in their place.
    fn look_up_steps(uniforms: &mut [Self], table: &StepTable<Self::Number>);
}

/// What is taken off a number in \[1, 2) whose mantissa is k, to give (k + 1/2) 2^-m.
const BELOW_ONE_F64: f64 = 1.0 - f64::EPSILON / 2.0;
const BELOW_ONE_F32: f64 = 1.0 - f32::EPSILON as f64 / 2.0;

/// [`Samples`] of f64, one a lane, but for `units` and the tables.
macro_rules! one_sample {
    () => {
        type Number = f64;
        const PER_LANE: usize = 1;

        #[inline(always)]
        fn spread(x: Self) -> Self {
            x
        }
        #[inline(always)]
        fn fold(self) -> Self {
            self
        }
        #[inline(always)]
        fn first(self) -> Self {
            self
        }
        #[inline(always)]
        fn store(self, to: &mut [f64]) {
            to.copy_from_slice(&self.to_array());
        }
        #[inline(always)]
        fn load(from: &[f64]) -> Self {
            Self::from_array(from.try_into().expect("a number a lane"))
        }
    };
}
use one_sample;

/// Eight u64, as a random number generator needs them.
pub trait Bits: Copy + Send {
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
}

/// An instance of the logical vector.
pub trait Simd: Copy + 'static {
    /// Eight f64.
    type Real: Real + Samples<Self, Number = f64>;
    /// Sixteen f32.
    type Single: Samples<Self, Number = f32>;
    /// Eight u64.
    type Bits: Bits;

    /// Runs a part of a kernel by a call of its own, for the instance's instruction set: what is long and is
    /// asked for in many places is then compiled once.
    fn apart<P: Part<Self>>(part: P) -> P::Output;
}

/// A part of a kernel that is compiled once an instance, whoever asks for it; `run` must be
/// `#[inline(always)]`, as that of a [`Kernel`].
pub trait Part<S: Simd> {
    /// What it gives.
    type Output;
    /// The computation.
    fn run(self) -> Self::Output;
}

/// A computation written once over the logical vector. `run` and all that it calls often must be
/// `#[inline(always)]`, so that it is compiled with the caller's instruction set.
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
    /// AVX-512: F, VL, BW and DQ.
    Avx512,
}

impl Instance {
    /// Every instance, the best last.
    pub const ALL: [Instance; 3] = [Instance::Portable, Instance::Avx2, Instance::Avx512];

    /// Those that this processor has, the best last.
    pub fn available() -> Vec<Instance> {
        Self::ALL.into_iter().filter(|instance| instance.is_available()).collect()
    }

    /// Whether this processor has it.
    pub fn is_available(self) -> bool {
        match self {
            Instance::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Instance::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Instance::Avx512 => {
                Instance::Avx2.is_available()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
            }
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// The best that this processor has.
    pub fn best() -> Instance {
        *Self::available().last().expect("the portable instance is always there")
    }

    /// The name in the manifest and in [`Instance::VARIABLE`].
    pub const fn name(self) -> &'static str {
        match self {
            Instance::Portable => "portable",
            Instance::Avx2 => "avx2",
            Instance::Avx512 => "avx512",
        }
    }

    /// The environment variable that forces an instance.
    pub const VARIABLE: &'static str = "BIDSWEEP_SIMD";

    /// The instance that [`Instance::VARIABLE`] asks for, or the best where it is not set, or empty.
    ///
    /// # Errors
    /// What to write instead, where it names no instance or one that this processor lacks.
    pub fn chosen() -> Result<Instance, String> {
        let value = std::env::var_os(Self::VARIABLE).unwrap_or_default();
        if value.is_empty() {
            return Ok(Self::best());
        }
        let named = Self::ALL.into_iter().find(|instance| value == instance.name());
        if let Some(instance) = named.filter(|instance| instance.is_available()) {
            return Ok(instance);
        }
        let what = if named.is_some() { "an instruction set that this processor lacks" } else { "none" };
        let usable: Vec<_> = Self::available().into_iter().map(Instance::name).collect();
        let usable = usable.join(" or ");
        Err(format!("{}={value:?} names {what}: write {usable}, or leave it out", Self::VARIABLE))
    }

    /// [`Instance::chosen`], for those who have seen that it is one.
    ///
    /// # Panics
    /// Where [`Instance::VARIABLE`] names no instance or one that this processor lacks.
    pub fn current() -> Instance {
        Self::chosen().unwrap_or_else(|message| panic!("{message}"))
    }
}

/// Runs a kernel on an instance.
///
/// # Panics
/// Where the processor lacks the instance.
pub fn run<K: Kernel>(instance: Instance, kernel: K) -> K::Output {
    match instance {
        Instance::Portable => kernel.run::<portable::Arrays>(),
        #[cfg(target_arch = "x86_64")]
        Instance::Avx2 => x86::run_avx2(kernel),
        #[cfg(target_arch = "x86_64")]
        Instance::Avx512 => x86::run_avx512(kernel),
        #[cfg(not(target_arch = "x86_64"))]
        _ => panic!("this processor lacks {}", instance.name()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every operation of the traits on three vectors, as bits.
    struct Operations {
        x: [[f64; LANES]; 3],
        bits: [[u64; LANES]; 2],
    }

    impl Operations {
        /// Sums and first samples of what the operations give.
        #[inline(always)]
        fn floats<S: Simd, X: Samples<S>>(&self, results: &mut Vec<[f64; LANES]>) {
            let [x, y, z] = self
                .x
                .map(|x| X::spread(S::Real::from_array(x)) + X::units(S::Bits::from_array(self.bits[0])));
            let (integer, rest) = X::units(S::Bits::from_array(self.bits[1])).split();
            for result in [
                x + y,
                x - y,
                x * y,
                x / y,
                x.sqrt(),
                x.mul_add(y, z),
                x.mul_sub(y, z),
                x.mul_sub_from(y, z),
                x.max(y),
                x.min(y),
                x.if_greater(y, z, x),
                x.if_equal(x, y, z),
                x.if_equal(y, x, z),
                rest,
                X::splat(1.5).scale(integer),
            ] {
                results.extend([result.fold().to_array(), result.first().fold().to_array()]);
            }
            let mut samples = vec![X::Number::round(0.0); LANES * X::PER_LANE];
            x.store(&mut samples);
            let one_by_one = samples.as_chunks::<LANES>().0.iter();
            results.extend(one_by_one.map(|lanes| lanes.map(|sample| sample.widen())));
            results.push(X::load(&samples).fold().to_array());
        }
    }

    impl Kernel for Operations {
        type Output = (Vec<[f64; LANES]>, Vec<[u64; LANES]>);
        #[inline(always)]
        fn run<S: Simd>(self) -> Self::Output {
            let mut floats = Vec::new();
            self.floats::<S, S::Real>(&mut floats);
            self.floats::<S, S::Single>(&mut floats);
            let [a, b] = self.bits.map(S::Bits::from_array);
            let bits =
                [a.wrapping_add(b), a.xor(b), a.shl::<17>(), a.rotate_left::<23>(), b.rotate_left::<45>()];
            (floats, bits.map(S::Bits::to_array).to_vec())
        }
    }

    fn lanes<T: std::fmt::Debug>(lane: impl Strategy<Value = T>) -> impl Strategy<Value = [T; LANES]> {
        prop::collection::vec(lane, LANES).prop_map(|lanes| lanes.try_into().expect("eight lanes"))
    }

    /// Numbers whose squares f32 holds, NaN, infinities and both zeros.
    fn number() -> impl Strategy<Value = f64> {
        let special = prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0]);
        prop_oneof![9 => -1e6..1e6, 9 => -1.0..1.0, 2 => special]
    }

    proptest! {
        #[test]
        fn every_instance_gives_the_same_bits(
            x in lanes(number()), y in lanes(number()), z in lanes(number()),
            a in lanes(any::<u64>()), b in lanes(any::<u64>()),
        ) {
            let results = |instance| {
                let (floats, bits) = run(instance, Operations { x: [x, y, z], bits: [a, b] });
                // One NaN is as good as another.
                let canonical = |x: f64| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() };
                (floats.into_iter().flatten().map(canonical).collect::<Vec<_>>(), bits)
            };
            let portable = results(Instance::Portable);
            for instance in Instance::available() {
                prop_assert_eq!(&results(instance), &portable, "{:?}", instance);
            }
        }
    }

    #[test]
    fn integers_and_rests_are_exact() {
        struct Split([f64; LANES]);
        impl Kernel for Split {
            type Output = [[f64; LANES]; 2];
            #[inline(always)]
            fn run<S: Simd>(self) -> Self::Output {
                let (integer, rest) = S::Real::from_array(self.0).split();
                [S::Real::splat(1.0).scale(integer).to_array(), rest.to_array()]
            }
        }
        for instance in Instance::available() {
            let [powers, rests] = run(instance, Split([0.0, 0.5, 1.5, -0.5, -1.5, 3.25, -499.75, 499.5]));
            assert_eq!(powers, [0.0, 0.0, 2.0, 0.0, -2.0, 3.0, -500.0, 500.0].map(libm::exp2));
            assert_eq!(rests, [0.0, 0.5, -0.5, -0.5, 0.5, 0.25, 0.25, -0.5]);
        }
    }

    #[test]
    fn units_are_centred_and_never_0_or_1() {
        struct Units([u64; LANES]);
        impl Kernel for Units {
            type Output = [[f64; LANES]; 3];
            #[inline(always)]
            fn run<S: Simd>(self) -> Self::Output {
                let bits = S::Bits::from_array(self.0);
                let single = S::Single::units(bits);
                let first = single.first().fold();
                [S::Real::units(bits).to_array(), first.to_array(), (single.fold() - first).to_array()]
            }
        }
        let upper = 1 << 32;
        let bits = [0, 1, (1 << 52) - 1, u64::MAX, 1 << 52, (1 << 23) - 1, upper, 3 << 51];
        for instance in Instance::available() {
            let [double, low, high] = run(instance, Units(bits));
            let unit = |k: u64, bits: u32| (k as f64 + 0.5) / (1_u64 << bits) as f64;
            assert_eq!(double, bits.map(|k| unit(k % (1 << 52), 52)));
            assert_eq!(low, bits.map(|k| unit(k % (1 << 23), 23)));
            assert_eq!(high, bits.map(|k| unit(k / upper % (1 << 23), 23)));
        }
    }

    #[test]
    fn comparisons_with_nan_take_the_other() {
        struct Extremes;
        impl Kernel for Extremes {
            type Output = [f64; 4];
            #[inline(always)]
            fn run<S: Simd>(self) -> Self::Output {
                let (nan, one) = (S::Real::splat(f64::NAN), S::Real::splat(1.0));
                [nan.max(one), nan.min(one), one.max(nan), one.min(nan)].map(|x| x.to_array()[0])
            }
        }
        for instance in Instance::available() {
            let [a, b, c, d] = run(instance, Extremes);
            assert_eq!([a, b], [1.0; 2]);
            assert!(c.is_nan() && d.is_nan());
        }
    }
}
