//! The discrete Fourier transform of a power of two of points.

use std::f64::consts::PI;

/// The transform of a length: Z_k = sum over t of z_t exp(-2 pi i k t / length).
///
/// Decimation in frequency, two passes at a time, which leaves Z_k at the place of k's reversed bits: whoever
/// sums over transforms sums in that order and looks up places once. The cosines come from `libm`, so that
/// the bits are the same everywhere.
///
/// References: Cooley and Tukey 1965; Gentleman and Sande 1966, "Fast Fourier transforms - for fun and
/// profit".
#[derive(Clone, Debug)]
pub struct Fourier {
    /// cos(2 pi j / length) for j below half of the length.
    cosines: Vec<f64>,
    /// Of every width from the length down by factors of 4 while above 4.
    passes: Vec<Pass>,
    /// Where Z_k is.
    places: Vec<u32>,
}

/// The turns of a pass over blocks of a width: cos and -sin of 2 pi m j / width for m = 1, 2, 3 and j below a
/// quarter of the width.
#[derive(Clone, Debug)]
struct Pass {
    width: usize,
    turns: [[Vec<f64>; 2]; 3],
}

impl Pass {
    fn of_width(width: usize) -> Self {
        let turns = [1, 2, 3].map(|m| {
            let angles = (0..width / 4).map(|j| 2.0 * PI * (m * j) as f64 / width as f64);
            let (cos, sin) = angles.map(|angle| (libm::cos(angle), -libm::sin(angle))).unzip();
            [cos, sin]
        });
        Pass { width, turns }
    }
}

impl Fourier {
    /// The transform of `length` points.
    ///
    /// # Panics
    /// Where `length` is not a power of two, or below 4.
    pub fn of_length(length: usize) -> Self {
        assert!(length.is_power_of_two() && length >= 4, "{length} points");
        let cosines = (0..length / 2).map(|j| libm::cos(2.0 * PI * j as f64 / length as f64)).collect();
        let widths =
            std::iter::successors(Some(length), |width| Some(width / 4)).take_while(|&width| width > 4);
        let bits = length.trailing_zeros();
        let places = (0..length as u32).map(|k| k.reverse_bits() >> (32 - bits)).collect();
        Fourier { cosines, passes: widths.map(Pass::of_width).collect(), places }
    }

    /// How many points are transformed.
    pub fn length(&self) -> usize {
        self.places.len()
    }

    /// Where Z_k is after [`transform`](Self::transform), for k from 0 to the length less 1.
    pub fn places(&self) -> &[u32] {
        &self.places
    }

    /// cos(2 pi k / length) for k from 0 to half of the length less 1.
    pub fn cosines(&self) -> &[f64] {
        &self.cosines
    }

    /// Replaces the numbers z, given by their real and imaginary parts, by their transform in the order of
    /// [`places`](Self::places).
    ///
    /// # Panics
    /// Where one of them has another length.
    #[inline(always)]
    pub fn transform(&self, re: &mut [f64], im: &mut [f64]) {
        let length = self.length();
        assert!(re.len() == length && im.len() == length, "{length} points");
        for Pass { width, turns } in &self.passes {
            for (re, im) in re.chunks_exact_mut(*width).zip(im.chunks_exact_mut(*width)) {
                match width {
                    8 => one_pass(re, im, &turns[0]),
                    _ => two_passes(re, im, turns),
                }
            }
        }
        for (re, im) in re.chunks_exact_mut(4).zip(im.chunks_exact_mut(4)) {
            last_two(re, im);
        }
    }
}

/// Cuts a block of eight in two: sums into the first half, turned differences into the second.
#[inline(always)]
fn one_pass(re: &mut [f64], im: &mut [f64], [cos, sin]: &[Vec<f64>; 2]) {
    for j in 0..4 {
        // The turns of a quarter of the block, and those less a right angle.
        let (c, s) = if j < 2 { (cos[j], sin[j]) } else { (sin[j - 2], -cos[j - 2]) };
        let (dr, di) = (re[j] - re[j + 4], im[j] - im[j + 4]);
        re[j] += re[j + 4];
        im[j] += im[j + 4];
        re[j + 4] = dr * c - di * s;
        im[j + 4] = dr * s + di * c;
    }
}

/// Numbers that are computed side by side: loaded before any is stored, so that a compiler sees that they are
/// apart.
type Row = [f64; 4];

#[inline(always)]
fn plus(a: Row, b: Row) -> Row {
    std::array::from_fn(|lane| a[lane] + b[lane])
}

#[inline(always)]
fn minus(a: Row, b: Row) -> Row {
    std::array::from_fn(|lane| a[lane] - b[lane])
}

#[inline(always)]
fn times(a: Row, b: Row) -> Row {
    std::array::from_fn(|lane| a[lane] * b[lane])
}

/// The product of complex numbers.
#[inline(always)]
fn turned([r, i]: [Row; 2], [cos, sin]: [Row; 2]) -> [Row; 2] {
    [minus(times(r, cos), times(i, sin)), plus(times(r, sin), times(i, cos))]
}

/// Cuts a block in four.
#[inline(always)]
fn two_passes(re: &mut [f64], im: &mut [f64], turns: &[[Vec<f64>; 2]; 3]) {
    let quarter = re.len() / 4;
    let [r0, r1, r2, r3] = quarters(re, quarter);
    let [i0, i1, i2, i3] = quarters(im, quarter);
    let [once, twice, thrice] = turns.each_ref().map(|turn| turn.each_ref().map(|part| part.as_chunks().0));
    let rows = r0.len();
    let same = [r1.len(), r2.len(), r3.len(), i0.len(), i1.len(), i2.len(), i3.len()];
    assert!(same.iter().all(|&length| length == rows));
    let turns_of = |turn: [&[Row]; 2], j: usize| [turn[0][j], turn[1][j]];
    for j in 0..rows {
        let sum02 = [plus(r0[j], r2[j]), plus(i0[j], i2[j])];
        let sum13 = [plus(r1[j], r3[j]), plus(i1[j], i3[j])];
        let dif02 = [minus(r0[j], r2[j]), minus(i0[j], i2[j])];
        let dif13 = [minus(r1[j], r3[j]), minus(i1[j], i3[j])];
        let even = [minus(sum02[0], sum13[0]), minus(sum02[1], sum13[1])];
        let low = [plus(dif02[0], dif13[1]), minus(dif02[1], dif13[0])];
        let high = [minus(dif02[0], dif13[1]), plus(dif02[1], dif13[0])];
        [r0[j], i0[j]] = [plus(sum02[0], sum13[0]), plus(sum02[1], sum13[1])];
        [r1[j], i1[j]] = turned(even, turns_of(twice, j));
        [r2[j], i2[j]] = turned(low, turns_of(once, j));
        [r3[j], i3[j]] = turned(high, turns_of(thrice, j));
    }
}

/// The four quarters of a block.
#[inline(always)]
fn quarters(block: &mut [f64], quarter: usize) -> [&mut [Row]; 4] {
    let (a, rest) = block.split_at_mut(quarter);
    let (b, rest) = rest.split_at_mut(quarter);
    let (c, d) = rest.split_at_mut(quarter);
    [a, b, c, d].map(|quarter| quarter.as_chunks_mut().0)
}

/// The last two passes over four points, whose turns are 1 and -i.
#[inline(always)]
fn last_two(re: &mut [f64], im: &mut [f64]) {
    let (r0, r1, r2, r3) = (re[0] + re[2], re[1] + re[3], re[0] - re[2], re[1] - re[3]);
    let (i0, i1, i2, i3) = (im[0] + im[2], im[1] + im[3], im[0] - im[2], im[1] - im[3]);
    (re[0], re[1], re[2], re[3]) = (r0 + r1, r0 - r1, r2 + i3, r2 - i3);
    (im[0], im[1], im[2], im[3]) = (i0 + i1, i0 - i1, i2 - r3, i2 + r3);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_transform_is_its_sum(z in prop::collection::vec((-1.0..1.0, -1.0..1.0), 256), bits in 2_u32..=8) {
            let n = 1_usize << bits;
            let fourier = Fourier::of_length(n);
            let (mut re, mut im): (Vec<f64>, Vec<f64>) = z[..n].iter().copied().unzip();
            fourier.transform(&mut re, &mut im);
            for k in 0..n {
                let (mut real, mut imaginary) = (0.0, 0.0);
                for (t, (x, y)) in z[..n].iter().enumerate() {
                    let (sin, cos) = libm::sincos(-2.0 * PI * ((k * t) % n) as f64 / n as f64);
                    real += x * cos - y * sin;
                    imaginary += x * sin + y * cos;
                }
                let at = fourier.places()[k] as usize;
                let error = (re[at] - real).abs().max((im[at] - imaginary).abs());
                prop_assert!(error < 1e-12, "{} points, Z_{}: {}", n, k, error);
            }
        }
    }
}
