//! The logical vector on AVX2 and on AVX-512, by intrinsics. All unsafe code of the crate is in this file.
//!
//! Unsafe blocks here are of four kinds. (1) Intrinsics that read and write registers only, unsafe because
//! the processor may lack them: the types of this file are private, and a kernel gets them from [`run_avx2`]
//! and [`run_avx512`] alone, which look at the processor first. (2) Transmutes between a vector and the array
//! of its lanes: plain numbers of one size, for which every bit pattern is valid. (3) The calls of functions
//! that enable the instruction set, in those and in [`Simd::apart`]. (4) Loads of rows of tables, each beside
//! the argument that the row is there.
#![allow(unsafe_code)]

use std::arch::x86_64::*;
use std::mem::transmute;
use std::ops::{Add, Div, Mul, Sub};

use super::{
    BELOW_ONE_F32, BELOW_ONE_F64, Bits, Float, Instance, Kernel, LANES, Part, Real, Samples, Simd, one_sample,
};
use crate::numeric::table::{Number, QuantileTable, StepTable};

/// Runs a kernel on AVX2 and FMA.
pub(super) fn run_avx2<K: Kernel>(kernel: K) -> K::Output {
    #[target_feature(enable = "avx2,fma")]
    fn run<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<Avx2>()
    }
    assert!(Instance::Avx2.is_available(), "this processor lacks AVX2 or FMA");
    // SAFETY: the processor has the features that the function enables.
    unsafe { run(kernel) }
}

/// Runs a kernel on AVX-512.
pub(super) fn run_avx512<K: Kernel>(kernel: K) -> K::Output {
    #[target_feature(enable = "avx2,fma,avx512f,avx512vl,avx512bw,avx512dq")]
    fn run<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<Avx512>()
    }
    assert!(Instance::Avx512.is_available(), "this processor lacks AVX-512 F, VL, BW or DQ");
    // SAFETY: the processor has the features that the function enables.
    unsafe { run(kernel) }
}

/// Two registers of 256 bits a vector.
#[derive(Clone, Copy)]
struct Avx2;

impl Simd for Avx2 {
    type Real = Two<Register<__m256d>>;
    type Single = Two<Register<__m256>>;
    type Bits = Two<Register<__m256i>>;

    #[inline(always)]
    fn apart<P: Part<Self>>(part: P) -> P::Output {
        #[inline(never)]
        #[target_feature(enable = "avx2,fma")]
        fn run<P: Part<Avx2>>(part: P) -> P::Output {
            part.run()
        }
        // SAFETY: the instance is handed out where the processor has the features alone.
        unsafe { run(part) }
    }
}

/// One register of 512 bits a vector.
#[derive(Clone, Copy)]
struct Avx512;

impl Simd for Avx512 {
    type Real = Register<__m512d>;
    type Single = Register<__m512>;
    type Bits = Register<__m512i>;

    #[inline(always)]
    fn apart<P: Part<Self>>(part: P) -> P::Output {
        #[inline(never)]
        #[target_feature(enable = "avx2,fma,avx512f,avx512vl,avx512bw,avx512dq")]
        fn run<P: Part<Avx512>>(part: P) -> P::Output {
            part.run()
        }
        // SAFETY: the instance is handed out where the processor has the features alone.
        unsafe { run(part) }
    }
}

/// One register.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Register<T>(T);

/// Two halves, the lower lanes first.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Two<V>(V, V);

/// Methods of registers that take and give registers.
macro_rules! methods {
    ($($name:ident($x:ident $(, $y:ident)*) => $body:expr;)*) => {$(
        #[inline(always)]
        fn $name(self $(, $y: Self)*) -> Self {
            let $x = self.0;
            $(let $y = $y.0;)*
            // SAFETY: register-only intrinsics of an instruction set that the processor has.
            Register(unsafe { $body })
        }
    )*};
}

macro_rules! float_register {
    (
        $register:ty, $number:ty, $mantissa_bits:literal, $splat:path,
        [$add:path, $sub:path, $mul:path, $div:path], {$($methods:tt)*} $({$($split:tt)*})?
    ) => {
        impl Add for Register<$register> {
            type Output = Self;
            methods! { add(x, y) => $add(x, y); }
        }
        impl Sub for Register<$register> {
            type Output = Self;
            methods! { sub(x, y) => $sub(x, y); }
        }
        impl Mul for Register<$register> {
            type Output = Self;
            methods! { mul(x, y) => $mul(x, y); }
        }
        impl Div for Register<$register> {
            type Output = Self;
            methods! { div(x, y) => $div(x, y); }
        }
        impl Float for Register<$register> {
            const MANTISSA_BITS: u32 = $mantissa_bits;

            #[inline(always)]
            fn splat(x: f64) -> Self {
                // SAFETY: a register-only intrinsic of an instruction set that the processor has.
                Register(unsafe { $splat(x as $number) })
            }
            methods! { $($methods)* }
            $($($split)*)?
        }
    };
}

float_register!(
    __m256d, f64, 52, _mm256_set1_pd,
    [_mm256_add_pd, _mm256_sub_pd, _mm256_mul_pd, _mm256_div_pd],
    {
        mul_add(x, a, b) => _mm256_fmadd_pd(x, a, b);
        mul_sub(x, a, b) => _mm256_fmsub_pd(x, a, b);
        mul_sub_from(x, a, b) => _mm256_fnmadd_pd(x, a, b);
        sqrt(x) => _mm256_sqrt_pd(x);
        max(x, y) => _mm256_max_pd(x, y);
        min(x, y) => _mm256_min_pd(x, y);
        if_greater(x, y, yes, no) => _mm256_blendv_pd(no, yes, _mm256_cmp_pd::<_CMP_GT_OQ>(x, y));
        if_equal(x, y, yes, no) => _mm256_blendv_pd(no, yes, _mm256_cmp_pd::<_CMP_EQ_OQ>(x, y));
        scale(x, integer) => {
            let exponent = _mm256_slli_epi64::<52>(_mm256_castpd_si256(integer));
            _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(x), exponent))
        };
    }
);

float_register!(
    __m256, f32, 23, _mm256_set1_ps,
    [_mm256_add_ps, _mm256_sub_ps, _mm256_mul_ps, _mm256_div_ps],
    {
        mul_add(x, a, b) => _mm256_fmadd_ps(x, a, b);
        mul_sub(x, a, b) => _mm256_fmsub_ps(x, a, b);
        mul_sub_from(x, a, b) => _mm256_fnmadd_ps(x, a, b);
        sqrt(x) => _mm256_sqrt_ps(x);
        max(x, y) => _mm256_max_ps(x, y);
        min(x, y) => _mm256_min_ps(x, y);
        if_greater(x, y, yes, no) => _mm256_blendv_ps(no, yes, _mm256_cmp_ps::<_CMP_GT_OQ>(x, y));
        if_equal(x, y, yes, no) => _mm256_blendv_ps(no, yes, _mm256_cmp_ps::<_CMP_EQ_OQ>(x, y));
        scale(x, integer) => {
            let exponent = _mm256_slli_epi32::<23>(_mm256_castps_si256(integer));
            _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(x), exponent))
        };
    }
);

/// [`Float::split`] by the instruction that gives x - k; k itself is the form for [`Float::scale`].
macro_rules! split_by_reduction {
    ($reduce:path) => {
        #[inline(always)]
        fn split(self) -> (Self, Self) {
            // SAFETY: a register-only intrinsic of an instruction set that the processor has.
            let rest = Register(unsafe { $reduce(self.0) });
            (self - rest, rest)
        }
    };
}

float_register!(
    __m512d, f64, 52, _mm512_set1_pd,
    [_mm512_add_pd, _mm512_sub_pd, _mm512_mul_pd, _mm512_div_pd],
    {
        mul_add(x, a, b) => _mm512_fmadd_pd(x, a, b);
        mul_sub(x, a, b) => _mm512_fmsub_pd(x, a, b);
        mul_sub_from(x, a, b) => _mm512_fnmadd_pd(x, a, b);
        sqrt(x) => _mm512_sqrt_pd(x);
        max(x, y) => _mm512_max_pd(x, y);
        min(x, y) => _mm512_min_pd(x, y);
        if_greater(x, y, yes, no) => _mm512_mask_blend_pd(_mm512_cmp_pd_mask::<_CMP_GT_OQ>(x, y), no, yes);
        if_equal(x, y, yes, no) => _mm512_mask_blend_pd(_mm512_cmp_pd_mask::<_CMP_EQ_OQ>(x, y), no, yes);
        scale(x, integer) => _mm512_scalef_pd(x, integer);
    }
    { split_by_reduction! { _mm512_reduce_pd::<_MM_FROUND_TO_NEAREST_INT> } }
);

float_register!(
    __m512, f32, 23, _mm512_set1_ps,
    [_mm512_add_ps, _mm512_sub_ps, _mm512_mul_ps, _mm512_div_ps],
    {
        mul_add(x, a, b) => _mm512_fmadd_ps(x, a, b);
        mul_sub(x, a, b) => _mm512_fmsub_ps(x, a, b);
        mul_sub_from(x, a, b) => _mm512_fnmadd_ps(x, a, b);
        sqrt(x) => _mm512_sqrt_ps(x);
        max(x, y) => _mm512_max_ps(x, y);
        min(x, y) => _mm512_min_ps(x, y);
        if_greater(x, y, yes, no) => _mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_GT_OQ>(x, y), no, yes);
        if_equal(x, y, yes, no) => _mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_EQ_OQ>(x, y), no, yes);
        scale(x, integer) => _mm512_scalef_ps(x, integer);
    }
    { split_by_reduction! { _mm512_reduce_ps::<_MM_FROUND_TO_NEAREST_INT> } }
);

/// Methods of two halves, each done by the halves.
macro_rules! halves {
    ($($name:ident($($y:ident),*))*) => {$(
        #[inline(always)]
        fn $name(self $(, $y: Self)*) -> Self {
            Two(self.0.$name($($y.0),*), self.1.$name($($y.1),*))
        }
    )*};
}

impl<V: Float> Add for Two<V> {
    type Output = Self;
    halves! { add(other) }
}

impl<V: Float> Sub for Two<V> {
    type Output = Self;
    halves! { sub(other) }
}

impl<V: Float> Mul for Two<V> {
    type Output = Self;
    halves! { mul(other) }
}

impl<V: Float> Div for Two<V> {
    type Output = Self;
    halves! { div(other) }
}

impl<V: Float> Float for Two<V> {
    const MANTISSA_BITS: u32 = V::MANTISSA_BITS;

    #[inline(always)]
    fn splat(x: f64) -> Self {
        Two(V::splat(x), V::splat(x))
    }
    halves! {
        mul_add(a, b)
        mul_sub(a, b)
        mul_sub_from(a, b)
        sqrt()
        max(other)
        min(other)
        if_greater(other, yes, no)
        if_equal(other, yes, no)
        scale(integer)
    }
}

/// `from_array` and `to_array` of a vector of numbers.
macro_rules! arrays {
    ($number:ty) => {
        #[inline(always)]
        fn from_array(x: [$number; LANES]) -> Self {
            // SAFETY: eight plain numbers either way.
            unsafe { transmute::<[$number; LANES], Self>(x) }
        }
        #[inline(always)]
        fn to_array(self) -> [$number; LANES] {
            // SAFETY: eight plain numbers either way.
            unsafe { transmute::<Self, [$number; LANES]>(self) }
        }
    };
}

impl Real for Two<Register<__m256d>> {
    arrays! { f64 }
}

impl Real for Register<__m512d> {
    arrays! { f64 }
}

impl Bits for Two<Register<__m256i>> {
    arrays! { u64 }
    halves! { wrapping_add(other) xor(other) }
    #[inline(always)]
    fn shl<const N: u32>(self) -> Self {
        Two(self.0.shl(N), self.1.shl(N))
    }
    #[inline(always)]
    fn rotate_left<const N: u32>(self) -> Self {
        Two(self.0.rotate_left(N), self.1.rotate_left(N))
    }
}

impl Register<__m256i> {
    methods! {
        wrapping_add(x, y) => _mm256_add_epi64(x, y);
        xor(x, y) => _mm256_xor_si256(x, y);
    }
    #[inline(always)]
    fn shl(self, n: u32) -> Self {
        // SAFETY: register-only intrinsics of an instruction set that the processor has.
        Register(unsafe { _mm256_sll_epi64(self.0, _mm_cvtsi32_si128(n as i32)) })
    }
    #[inline(always)]
    fn rotate_left(self, n: u32) -> Self {
        // SAFETY: register-only intrinsics of an instruction set that the processor has.
        let right = unsafe { _mm256_srl_epi64(self.0, _mm_cvtsi32_si128(64 - n as i32)) };
        // SAFETY: as above.
        Register(unsafe { _mm256_or_si256(self.shl(n).0, right) })
    }
}

impl Bits for Register<__m512i> {
    arrays! { u64 }
    methods! {
        wrapping_add(x, y) => _mm512_add_epi64(x, y);
        xor(x, y) => _mm512_xor_si512(x, y);
    }
    #[inline(always)]
    fn shl<const N: u32>(self) -> Self {
        // SAFETY: register-only intrinsics of an instruction set that the processor has.
        Register(unsafe { _mm512_sll_epi64(self.0, _mm_cvtsi32_si128(N as i32)) })
    }
    #[inline(always)]
    fn rotate_left<const N: u32>(self) -> Self {
        // SAFETY: register-only intrinsics of an instruction set that the processor has.
        Register(unsafe { _mm512_rolv_epi64(self.0, _mm512_set1_epi64(i64::from(N))) })
    }
}

/// Registers between the two passes of a lookup: the second loads what the first has stored long before, so
/// that neither waits.
const BLOCK: usize = 32;

/// The tables, by registers of 256 bits on either instance.
macro_rules! look_up {
    ($register:ty, $number:ty, $look_up:ident, $look_up_steps:ident) => {
        #[inline(always)]
        fn look_up(uniforms: &mut [Self], table: &QuantileTable<$number>) {
            $look_up(registers::<Self, $register>(uniforms), table);
        }
        #[inline(always)]
        fn look_up_steps(uniforms: &mut [Self], table: &StepTable<$number>) {
            $look_up_steps(registers::<Self, $register>(uniforms), table);
        }
    };
}

/// The halves of vectors of 512 bits, the lower lanes first.
#[inline(always)]
fn registers<V, T>(vectors: &mut [V]) -> &mut [T] {
    const { assert!(size_of::<V>() == 2 * size_of::<T>() && align_of::<V>() >= align_of::<T>()) };
    let length = 2 * vectors.len();
    // SAFETY: the same bytes, plain numbers either way, borrowed for as long.
    unsafe { std::slice::from_raw_parts_mut(vectors.as_mut_ptr().cast(), length) }
}

/// A table's coefficients as the lookups address them.
///
/// With w cut from below to the smallest, w = max(min(u, 1 - u), least), every u whatsoever, NaN too, gives a
/// row of the table: w is in [least, 1/2], so its segment is 0 .. segments of a side, the latter at w = 1/2
/// alone; and where u > 1 - u, where the other side begins, w is below 1/2.
struct Rows<T> {
    /// Where the row of w = 0 would be, could there be one.
    origin: *const T,
    /// Bits of w within a segment.
    within: u32,
    /// Bytes of a row, as a power of 2.
    row: u32,
    /// Bytes of a side.
    side: u64,
}

impl<T: Number> Rows<T> {
    #[inline(always)]
    fn new(table: &QuantileTable<T>) -> Self {
        let row = (size_of::<T>() * (T::DEGREE + 1)).trailing_zeros();
        let side = table.segments_of_a_side() << row;
        let within = T::MANTISSA_BITS - table.split();
        // What the loads below rely on.
        assert_eq!(size_of::<T>() * (T::DEGREE + 1), 1 << row);
        assert_eq!(size_of_val(table.coefficients()) as u64, 2 * side);
        assert!(row <= within);
        let origin = table.coefficients().as_ptr().wrapping_byte_sub((table.first() << row) as usize);
        Rows { origin, within, row, side }
    }
}

#[inline(always)]
fn look_up_f32(uniforms: &mut [__m256], table: &QuantileTable<f32>) {
    let rows = Rows::new(table);
    let mut offsets = [[0_u32; 8]; BLOCK];
    for block in uniforms.chunks_mut(BLOCK) {
        for (u, offsets) in block.iter_mut().zip(&mut offsets) {
            // SAFETY: register-only intrinsics of an instruction set that the processor has, and a transmute
            // between a vector and its lanes.
            unsafe {
                let mirrored = _mm256_sub_ps(_mm256_set1_ps(1.0), *u);
                let upper = _mm256_castps_si256(_mm256_cmp_ps::<_CMP_GT_OQ>(*u, mirrored));
                let least = _mm256_set1_ps(QuantileTable::<f32>::least());
                let w = _mm256_max_ps(_mm256_min_ps(*u, mirrored), least);
                let start = _mm256_and_si256(_mm256_castps_si256(w), _mm256_set1_epi32(-1 << rows.within));
                let shift = _mm256_set1_epi32((rows.within - rows.row) as i32);
                let side = _mm256_and_si256(upper, _mm256_set1_epi32(rows.side as i32));
                let offset = _mm256_add_epi32(_mm256_srlv_epi32(start, shift), side);
                *offsets = transmute::<__m256i, [u32; 8]>(offset);
                *u = _mm256_sub_ps(w, _mm256_castsi256_ps(start));
            }
        }
        for (x, offsets) in block.iter_mut().zip(&offsets) {
            // SAFETY: register-only intrinsics of an instruction set that the processor has, and loads of
            // whole rows of the table, see `Rows`.
            unsafe {
                let row = |i: usize| _mm_loadu_ps(rows.origin.wrapping_byte_add(offsets[i] as usize));
                let rows = |i: usize| _mm256_insertf128_ps::<1>(_mm256_castps128_ps256(row(i)), row(i + 4));
                let (r0, r1, r2, r3) = (rows(0), rows(1), rows(2), rows(3));
                let (low_01, high_01) = (_mm256_unpacklo_ps(r0, r1), _mm256_unpackhi_ps(r0, r1));
                let (low_23, high_23) = (_mm256_unpacklo_ps(r2, r3), _mm256_unpackhi_ps(r2, r3));
                let c0 = _mm256_shuffle_ps::<0b01_00_01_00>(low_01, low_23);
                let c1 = _mm256_shuffle_ps::<0b11_10_11_10>(low_01, low_23);
                let c2 = _mm256_shuffle_ps::<0b01_00_01_00>(high_01, high_23);
                let c3 = _mm256_shuffle_ps::<0b11_10_11_10>(high_01, high_23);
                let sum = _mm256_fmadd_ps(c3, *x, c2);
                let sum = _mm256_fmadd_ps(sum, *x, c1);
                let sum = _mm256_fmadd_ps(sum, *x, c0);
                *x = _mm256_min_ps(_mm256_max_ps(sum, _mm256_setzero_ps()), _mm256_set1_ps(1.0));
            }
        }
    }
}

#[inline(always)]
fn look_up_f64(uniforms: &mut [__m256d], table: &QuantileTable<f64>) {
    let rows = Rows::new(table);
    let mut offsets = [[0_u64; 4]; BLOCK];
    for block in uniforms.chunks_mut(BLOCK) {
        for (u, offsets) in block.iter_mut().zip(&mut offsets) {
            // SAFETY: register-only intrinsics of an instruction set that the processor has, and a transmute
            // between a vector and its lanes.
            unsafe {
                let mirrored = _mm256_sub_pd(_mm256_set1_pd(1.0), *u);
                let upper = _mm256_castpd_si256(_mm256_cmp_pd::<_CMP_GT_OQ>(*u, mirrored));
                let least = _mm256_set1_pd(QuantileTable::<f64>::least());
                let w = _mm256_max_pd(_mm256_min_pd(*u, mirrored), least);
                let start = _mm256_and_si256(_mm256_castpd_si256(w), _mm256_set1_epi64x(-1 << rows.within));
                let shift = _mm256_set1_epi64x(i64::from(rows.within - rows.row));
                let side = _mm256_and_si256(upper, _mm256_set1_epi64x(rows.side as i64));
                let offset = _mm256_add_epi64(_mm256_srlv_epi64(start, shift), side);
                *offsets = transmute::<__m256i, [u64; 4]>(offset);
                *u = _mm256_sub_pd(w, _mm256_castsi256_pd(start));
            }
        }
        for (x, offsets) in block.iter_mut().zip(&offsets) {
            // SAFETY: register-only intrinsics of an instruction set that the processor has, and loads of two
            // of the eight numbers of a row of the table, see `Rows`.
            unsafe {
                let load = |i: usize, power: usize| {
                    _mm_loadu_pd(rows.origin.wrapping_byte_add(offsets[i] as usize).wrapping_add(power))
                };
                let mut sum = _mm256_setzero_pd();
                for power in [6, 4, 2, 0] {
                    let even =
                        _mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(load(0, power)), load(2, power));
                    let odd =
                        _mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(load(1, power)), load(3, power));
                    let (c, next) = (_mm256_unpacklo_pd(even, odd), _mm256_unpackhi_pd(even, odd));
                    sum = if power == 6 { next } else { _mm256_fmadd_pd(sum, *x, next) };
                    sum = _mm256_fmadd_pd(sum, *x, c);
                }
                *x = _mm256_min_pd(_mm256_max_pd(sum, _mm256_setzero_pd()), _mm256_set1_pd(1.0));
            }
        }
    }
}

/// The rows of a table of steps, and their number less 1, to which the lookups cut every k as an unsigned
/// number.
#[inline(always)]
fn step_rows<T: Number>(table: &StepTable<T>) -> (*const [T; 2], i32) {
    let rows = table.rows();
    assert!((1..=1 << 24).contains(&rows.len()));
    (rows.as_ptr(), rows.len() as i32 - 1)
}

#[inline(always)]
fn look_up_steps_f32(uniforms: &mut [__m256], table: &StepTable<f32>) {
    let (rows, last) = step_rows(table);
    let mut indices = [[0_u32; 8]; BLOCK];
    for block in uniforms.chunks_mut(BLOCK) {
        for (u, indices) in block.iter_mut().zip(&mut indices) {
            // SAFETY: register-only intrinsics of an instruction set that the processor has, and a transmute
            // between a vector and its lanes.
            unsafe {
                let steps = _mm256_set1_ps((last + 1) as f32);
                let rounded = _mm256_cvttps_epi32(_mm256_mul_ps(*u, steps));
                let rest = _mm256_fmsub_ps(*u, steps, _mm256_cvtepi32_ps(rounded));
                let below = _mm256_cmp_ps::<_CMP_LT_OQ>(rest, _mm256_setzero_ps());
                *u = _mm256_add_ps(rest, _mm256_and_ps(below, _mm256_set1_ps(1.0)));
                // The mask of all bits is -1.
                let k = _mm256_add_epi32(rounded, _mm256_castps_si256(below));
                let k = _mm256_min_epu32(k, _mm256_set1_epi32(last));
                *indices = transmute::<__m256i, [u32; 8]>(k);
            }
        }
        for (x, indices) in block.iter_mut().zip(&indices) {
            // SAFETY: register-only intrinsics of an instruction set that the processor has, and loads of
            // rows up to the last.
            unsafe {
                let row = |i: usize| rows.wrapping_add(indices[i] as usize).cast::<f64>();
                let pair = |i: usize| _mm_loadh_pd(_mm_load_sd(row(i)), row(i + 1));
                let pairs = |i: usize| {
                    let lower = _mm256_castpd128_pd256(pair(i));
                    _mm256_castpd_ps(_mm256_insertf128_pd::<1>(lower, pair(i + 4)))
                };
                let (first, second) = (pairs(0), pairs(2));
                let points = _mm256_shuffle_ps::<0b10_00_10_00>(first, second);
                let steps = _mm256_shuffle_ps::<0b11_01_11_01>(first, second);
                *x = _mm256_fmadd_ps(steps, *x, points);
            }
        }
    }
}

#[inline(always)]
fn look_up_steps_f64(uniforms: &mut [__m256d], table: &StepTable<f64>) {
    let (rows, last) = step_rows(table);
    let mut indices = [[0_u32; 4]; BLOCK];
    for block in uniforms.chunks_mut(BLOCK) {
        for (u, indices) in block.iter_mut().zip(&mut indices) {
            // SAFETY: register-only intrinsics of an instruction set that the processor has, and a transmute
            // between a vector and its lanes.
            unsafe {
                let steps = _mm256_set1_pd(f64::from(last + 1));
                let rounded = _mm256_cvttpd_epi32(_mm256_mul_pd(*u, steps));
                let rest = _mm256_fmsub_pd(*u, steps, _mm256_cvtepi32_pd(rounded));
                let below = _mm256_cmp_pd::<_CMP_LT_OQ>(rest, _mm256_setzero_pd());
                let one = _mm256_and_pd(below, _mm256_set1_pd(1.0));
                *u = _mm256_add_pd(rest, one);
                let k = _mm_sub_epi32(rounded, _mm256_cvttpd_epi32(one));
                let k = _mm_min_epu32(k, _mm_set1_epi32(last));
                *indices = transmute::<__m128i, [u32; 4]>(k);
            }
        }
        for (x, indices) in block.iter_mut().zip(&indices) {
            // SAFETY: register-only intrinsics of an instruction set that the processor has, and loads of
            // rows up to the last.
            unsafe {
                let row = |i: usize| _mm_loadu_pd(rows.wrapping_add(indices[i] as usize).cast());
                let even = _mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(row(0)), row(2));
                let odd = _mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(row(1)), row(3));
                let (points, steps) = (_mm256_unpacklo_pd(even, odd), _mm256_unpackhi_pd(even, odd));
                *x = _mm256_fmadd_pd(steps, *x, points);
            }
        }
    }
}

/// The low mantissa bits of an f64 and of two f32, and 1.0 in both.
const F64_MANTISSA: i64 = (1 << 52) - 1;
const F64_ONE: i64 = 1.0_f64.to_bits() as i64;
const F32_MANTISSA: i32 = (1 << 23) - 1;
const F32_ONE: i32 = 1.0_f32.to_bits() as i32;

impl Samples<Avx2> for Two<Register<__m256d>> {
    one_sample!();
    look_up!(__m256d, f64, look_up_f64, look_up_steps_f64);

    #[inline(always)]
    fn units(bits: Two<Register<__m256i>>) -> Self {
        // SAFETY: register-only intrinsics of an instruction set that the processor has.
        let one_to_two = |x: Register<__m256i>| unsafe {
            let mantissa = _mm256_and_si256(x.0, _mm256_set1_epi64x(F64_MANTISSA));
            Register(_mm256_castsi256_pd(_mm256_or_si256(mantissa, _mm256_set1_epi64x(F64_ONE))))
        };
        Two(one_to_two(bits.0), one_to_two(bits.1)) - Self::splat(BELOW_ONE_F64)
    }
}

impl Samples<Avx2> for Two<Register<__m256>> {
    look_up!(__m256, f32, look_up_f32, look_up_steps_f32);

    type Number = f32;
    const PER_LANE: usize = 2;

    #[inline(always)]
    fn units(bits: Two<Register<__m256i>>) -> Self {
        // SAFETY: register-only intrinsics of an instruction set that the processor has.
        let one_to_two = |x: Register<__m256i>| unsafe {
            let mantissa = _mm256_and_si256(x.0, _mm256_set1_epi32(F32_MANTISSA));
            Register(_mm256_castsi256_ps(_mm256_or_si256(mantissa, _mm256_set1_epi32(F32_ONE))))
        };
        Two(one_to_two(bits.0), one_to_two(bits.1)) - Self::splat(BELOW_ONE_F32)
    }
    #[inline(always)]
    fn spread(x: Two<Register<__m256d>>) -> Self {
        // SAFETY: register-only intrinsics of an instruction set that the processor has.
        let spread = |x: Register<__m256d>| unsafe {
            let rounded = _mm256_castps128_ps256(_mm256_cvtpd_ps(x.0));
            Register(_mm256_permutevar8x32_ps(rounded, _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3)))
        };
        Two(spread(x.0), spread(x.1))
    }
    #[inline(always)]
    fn fold(self) -> Two<Register<__m256d>> {
        // SAFETY: register-only intrinsics of an instruction set that the processor has.
        let fold = |x: Register<__m256>| unsafe {
            let sorted = _mm256_permutevar8x32_ps(x.0, _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7));
            let first = _mm256_cvtps_pd(_mm256_castps256_ps128(sorted));
            let second = _mm256_cvtps_pd(_mm256_extractf128_ps::<1>(sorted));
            Register(_mm256_add_pd(first, second))
        };
        Two(fold(self.0), fold(self.1))
    }
    #[inline(always)]
    fn first(self) -> Self {
        // SAFETY: register-only intrinsics of an instruction set that the processor has.
        let first = |x: Register<__m256>| unsafe {
            Register(_mm256_blend_ps::<0b10101010>(x.0, _mm256_setzero_ps()))
        };
        Two(first(self.0), first(self.1))
    }
    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        let to: &mut [f32; 2 * LANES] = to.try_into().expect("two numbers a lane");
        // SAFETY: an instruction set that the processor has; the array has room for both halves.
        unsafe {
            _mm256_storeu_ps(to.as_mut_ptr(), self.0.0);
            _mm256_storeu_ps(to[LANES..].as_mut_ptr(), self.1.0);
        }
    }
    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        let from: &[f32; 2 * LANES] = from.try_into().expect("two numbers a lane");
        // SAFETY: an instruction set that the processor has; the array holds both halves.
        unsafe {
            Two(Register(_mm256_loadu_ps(from.as_ptr())), Register(_mm256_loadu_ps(from[LANES..].as_ptr())))
        }
    }
}

impl Samples<Avx512> for Register<__m512d> {
    one_sample!();
    look_up!(__m256d, f64, look_up_f64, look_up_steps_f64);

    #[inline(always)]
    fn units(bits: Register<__m512i>) -> Self {
        // SAFETY: register-only intrinsics of an instruction set that the processor has.
        let one_to_two = unsafe {
            let mantissa = _mm512_and_si512(bits.0, _mm512_set1_epi64(F64_MANTISSA));
            Register(_mm512_castsi512_pd(_mm512_or_si512(mantissa, _mm512_set1_epi64(F64_ONE))))
        };
        one_to_two - Self::splat(BELOW_ONE_F64)
    }
}

impl Samples<Avx512> for Register<__m512> {
    look_up!(__m256, f32, look_up_f32, look_up_steps_f32);

    type Number = f32;
    const PER_LANE: usize = 2;

    #[inline(always)]
    fn units(bits: Register<__m512i>) -> Self {
        // SAFETY: register-only intrinsics of an instruction set that the processor has.
        let one_to_two = unsafe {
            let mantissa = _mm512_and_si512(bits.0, _mm512_set1_epi32(F32_MANTISSA));
            Register(_mm512_castsi512_ps(_mm512_or_si512(mantissa, _mm512_set1_epi32(F32_ONE))))
        };
        one_to_two - Self::splat(BELOW_ONE_F32)
    }
    #[inline(always)]
    fn spread(x: Register<__m512d>) -> Self {
        // SAFETY: register-only intrinsics of an instruction set that the processor has.
        Register(unsafe {
            let low = _mm512_cvtepu32_epi64(_mm256_castps_si256(_mm512_cvtpd_ps(x.0)));
            _mm512_castsi512_ps(_mm512_or_si512(low, _mm512_slli_epi64::<32>(low)))
        })
    }
    #[inline(always)]
    fn fold(self) -> Register<__m512d> {
        // SAFETY: register-only intrinsics of an instruction set that the processor has.
        Register(unsafe {
            let bits = _mm512_castps_si512(self.0);
            let first = _mm512_cvtepi64_epi32(bits);
            let second = _mm512_cvtepi64_epi32(_mm512_srli_epi64::<32>(bits));
            let widen = |half| _mm512_cvtps_pd(_mm256_castsi256_ps(half));
            _mm512_add_pd(widen(first), widen(second))
        })
    }
    #[inline(always)]
    fn first(self) -> Self {
        // SAFETY: register-only intrinsics of an instruction set that the processor has.
        Register(unsafe { _mm512_maskz_mov_ps(0b0101_0101_0101_0101, self.0) })
    }
    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        let to: &mut [f32; 2 * LANES] = to.try_into().expect("two numbers a lane");
        // SAFETY: an instruction set that the processor has; the array has room for the register.
        unsafe { _mm512_storeu_ps(to.as_mut_ptr(), self.0) }
    }
    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        let from: &[f32; 2 * LANES] = from.try_into().expect("two numbers a lane");
        // SAFETY: an instruction set that the processor has; the array fills the register.
        Register(unsafe { _mm512_loadu_ps(from.as_ptr()) })
    }
}
