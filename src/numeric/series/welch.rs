//! The spectra of two series together, and the autocorrelations behind them.

use std::f64::consts::PI;

use super::fourier::Fourier;

/// The shortest segment, and the shortest series that has one and its periodogram.
const SHORTEST_SEGMENT: usize = 16;
/// The fewest points of a series that has a spectrum: four of the shortest segments.
pub const FEWEST_POINTS: usize = 4 * SHORTEST_SEGMENT;

/// Mean periodograms of segments under Hann's window, which overlap by about half.
///
/// The segments are as long as the largest power of two that is below 2 / 7 of the series, 6 to 13 of them,
/// spread evenly from end to end. Two series go through one complex transform, x + i y.
///
/// References: Welch 1967, "The use of fast Fourier transform for the estimation of power spectra".
#[derive(Clone, Debug)]
pub struct Welch {
    fourier: Fourier,
    /// Where the segments start.
    starts: Vec<usize>,
    window: Vec<f64>,
    /// The sum of w_t^2 over the segment as a multiple of that of w_t w_(t+k), for k up to 5 / 16 of the
    /// segment.
    widening: Vec<f64>,
    re: Vec<f64>,
    im: Vec<f64>,
    /// Of k from 0 to half of the segment: where Z_k and Z_(-k) are.
    pairs: Vec<[u32; 2]>,
}

/// Spectra of two series at the frequencies k / segment for k from 0 to half of the segment, as multiples of
/// that of white noise with variance 1: their means over all k of a segment are the variances.
#[derive(Clone, Debug, Default)]
pub struct Spectra {
    /// Of x and of y.
    pub own: [Vec<f64>; 2],
    /// The real part of the cross spectrum.
    pub shared: Vec<f64>,
}

impl Welch {
    /// For series of `points` points; `None` where they are too few for a spectrum.
    pub fn for_points(points: usize) -> Option<Self> {
        if points < FEWEST_POINTS {
            return None;
        }
        let longest = 2 * points / 7;
        let segment = 1 << longest.ilog2();
        let fourier = Fourier::of_length(segment);
        let segments = (2 * points).div_ceil(segment) - 1;
        let starts = (0..segments).map(|i| i * (points - segment) / (segments - 1)).collect();
        let angle = |t: usize| 2.0 * PI * t as f64 / segment as f64;
        let raw: Vec<f64> = (0..segment).map(|t| 0.5 - 0.5 * libm::cos(angle(t))).collect();
        let norm = raw.iter().map(|w| w * w).sum::<f64>().sqrt();
        // The scale makes the mean over segments of |Z_k|^2 that of white noise's variance.
        let scale = 1.0 / (norm * (segments as f64).sqrt());
        let window = raw.iter().map(|w| w * scale).collect();
        let widening = (0..=5 * segment / 16)
            .map(|k| norm * norm / raw.iter().zip(&raw[k..]).map(|(a, b)| a * b).sum::<f64>())
            .collect();
        let places = fourier.places();
        let pairs = (0..=segment / 2).map(|k| [places[k], places[(segment - k) % segment]]).collect();
        let zeros = || vec![0.0; segment];
        Some(Welch { starts, window, widening, re: zeros(), im: zeros(), pairs, fourier })
    }

    /// How many points a segment has.
    #[inline(always)]
    pub fn segment(&self) -> usize {
        self.fourier.length()
    }

    /// cos(2 pi k / segment) for k below half of the segment.
    #[inline(always)]
    pub fn cosines(&self) -> &[f64] {
        self.fourier.cosines()
    }

    /// Puts the spectra of two series of mean 0 into `spectra`.
    ///
    /// # Panics
    /// Where a series has fewer points than the workspace is for.
    #[inline(always)]
    pub fn spectra(&mut self, x: &[f64], y: &[f64], spectra: &mut Spectra) {
        let segment = self.segment();
        let [own_x, own_y] = &mut spectra.own;
        let shared = &mut spectra.shared;
        for sums in [&mut *own_x, &mut *own_y, &mut *shared] {
            sums.clear();
            sums.resize(segment / 2 + 1, 0.0);
        }
        for &start in &self.starts {
            let (x, y) = (&x[start..start + segment], &y[start..start + segment]);
            for (re, (w, x)) in self.re.iter_mut().zip(self.window.iter().zip(x)) {
                *re = w * x;
            }
            for (im, (w, y)) in self.im.iter_mut().zip(self.window.iter().zip(y)) {
                *im = w * y;
            }
            self.fourier.transform(&mut self.re, &mut self.im);
            let (re, im) = (&self.re[..segment], &self.im[..segment]);
            let sums = own_x.iter_mut().zip(own_y.iter_mut()).zip(shared.iter_mut());
            for (((own_x, own_y), shared), &[at, mirror]) in sums.zip(&self.pairs) {
                // X = (Z_k + conj Z_(-k)) / 2 and Y = (Z_k - conj Z_(-k)) / 2 i.
                let (a, b) = (re[at as usize], im[at as usize]);
                let (c, d) = (re[mirror as usize], im[mirror as usize]);
                let [x_re, x_im, y_re, y_im] = [a + c, b - d, b + d, c - a];
                *own_x += x_re * x_re + x_im * x_im;
                *own_y += y_re * y_re + y_im * y_im;
                *shared += x_re * y_re + x_im * y_im;
            }
        }
        for sums in [own_x, own_y, shared] {
            sums.iter_mut().for_each(|sum| *sum *= 0.25);
        }
    }

    /// The autocorrelations at lags 0 to 5 / 16 of the segment that two spectra imply, the windows' overlap
    /// divided out. Both are 1 at lag 0, unless the spectrum is 0, where all are 0.
    #[inline(always)]
    pub fn autocorrelations(&mut self, spectra: [&[f64]; 2], into: [&mut Vec<f64>; 2]) {
        let segment = self.segment();
        let half = segment / 2;
        for (parts, spectrum) in [&mut self.re, &mut self.im].into_iter().zip(spectra) {
            parts[..=half].copy_from_slice(&spectrum[..=half]);
            let (left, right) = parts.split_at_mut(half + 1);
            right.iter_mut().zip(left[1..half].iter().rev()).for_each(|(right, left)| *right = *left);
        }
        // Real and even spectra have real transforms, which the imaginary unit keeps apart.
        self.fourier.transform(&mut self.re, &mut self.im);
        for (parts, into) in [&self.re, &self.im].into_iter().zip(into) {
            let unit = if parts[0] > 0.0 { 1.0 / parts[0] } else { 0.0 };
            let lags = self.fourier.places().iter().zip(&self.widening);
            into.clear();
            into.extend(lags.map(|(&at, widening)| parts[at as usize] * unit * widening));
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};

    use super::*;

    fn noise(seed: u64, points: usize) -> Vec<f64> {
        let mut stream = Xoshiro256PlusPlus::seed_from_u64(seed);
        (0..points).map(|_| (stream.next_u64() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0).collect()
    }

    /// |sum of w x e^(-i w t)|^2 segment by segment, straight from the definition.
    fn definition(welch: &Welch, x: &[f64], y: &[f64], k: usize) -> [f64; 3] {
        let mut sums = [0.0; 3];
        for &start in &welch.starts {
            let mut parts = [0.0; 4];
            for (t, w) in welch.window.iter().enumerate() {
                let (sin, cos) = libm::sincos(2.0 * PI * (k * t) as f64 / welch.segment() as f64);
                for (part, value) in parts.iter_mut().zip([
                    cos * x[start + t],
                    sin * x[start + t],
                    cos * y[start + t],
                    sin * y[start + t],
                ]) {
                    *part += w * value;
                }
            }
            let [a, b, c, d] = parts;
            sums[0] += a * a + b * b;
            sums[1] += c * c + d * d;
            sums[2] += a * c + b * d;
        }
        sums
    }

    #[test]
    fn spectra_are_those_of_the_definition() {
        for points in [64, 100, 127, 640, 1000] {
            let mut welch = Welch::for_points(points).unwrap();
            assert!((6..=13).contains(&welch.starts.len()), "{points} points: {:?}", welch.starts);
            assert_eq!(welch.starts.last().unwrap() + welch.segment(), points, "to the end");
            let (x, y) = (noise(1, points), noise(2, points));
            let mut spectra = Spectra::default();
            welch.spectra(&x, &y, &mut spectra);
            for k in 0..=welch.segment() / 2 {
                let expected = definition(&welch, &x, &y, k);
                for (found, expected) in
                    [&spectra.own[0], &spectra.own[1], &spectra.shared].into_iter().zip(expected)
                {
                    assert!(
                        (found[k] - expected).abs() < 1e-12 * welch.segment() as f64,
                        "{points} points, {k}"
                    );
                }
            }
        }
        assert!(Welch::for_points(FEWEST_POINTS - 1).is_none());
    }

    #[test]
    fn autocorrelations_are_those_of_the_process() {
        // x_t = e_t + 0.8 e_(t-1) and y_t = e_t - e_(t-3): 0.8 / 1.64 at lag 1, -1 / 2 at lag 3, else 0.
        let e = noise(3, 100_003);
        let x: Vec<f64> = (3..e.len()).map(|t| e[t] + 0.8 * e[t - 1]).collect();
        let y: Vec<f64> = (3..e.len()).map(|t| e[t] - e[t - 3]).collect();
        let mut welch = Welch::for_points(x.len()).unwrap();
        let mut spectra = Spectra::default();
        welch.spectra(&x, &y, &mut spectra);
        let (mut rho_x, mut rho_y) = (Vec::new(), Vec::new());
        welch.autocorrelations([&spectra.own[0], &spectra.own[1]], [&mut rho_x, &mut rho_y]);
        assert!((rho_x[0] - 1.0).abs() < 1e-15);
        assert_eq!(rho_x.len(), 5 * welch.segment() / 16 + 1);
        for lag in 1..12 {
            let expected = [if lag == 1 { 0.8 / 1.64 } else { 0.0 }, if lag == 3 { -0.5 } else { 0.0 }];
            let errors = [rho_x[lag] - expected[0], rho_y[lag] - expected[1]];
            assert!(errors.iter().all(|error| error.abs() < 0.02), "lag {lag}: {errors:?}");
        }
        // Both halves of a spectrum have the mean that is the variance: that of y is 2 / 3.
        let n = welch.segment();
        let mean = (0..n).map(|k| spectra.own[1][k.min(n - k)]).sum::<f64>() / n as f64;
        assert!((mean - 2.0 / 3.0).abs() < 0.02, "{mean}");
    }
}
