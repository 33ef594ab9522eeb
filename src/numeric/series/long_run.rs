//! How many independent points a correlated series is worth.

use super::sums::{SIDE_BY_SIDE, dot};

/// The highest order of the autoregressions that are tried: enough for paths that go round with several
/// learners, whose autoregressions of order two miss how well swings cancel in the mean.
const HIGHEST_ORDER: usize = 20;

/// At most one part in so many of the points is an order.
const POINTS_AN_ORDER: usize = 4;

/// By how much autoregressions find a series worth too much: they see it around its own mean, which takes
/// its slowest part away. Of order one the expected coefficient is too small by (1 + 3 phi) / points, and so
/// the effective size too large by 2 (1 + 3 phi) / (1 + phi)^2, which is 2 to 2.25 for phi from 0 to 1.
///
/// References: Marriott and Pope 1954, "Bias in the estimation of autocorrelations"; Kendall 1954.
const OF_THE_MEAN: f64 = 2.0;

/// Where less than this part of the variance is left unexplained, the rest is rounding.
const EXPLAINED: f64 = 1e-12;

/// What is reused from series to series.
#[derive(Clone, Debug, Default)]
pub(super) struct LongRun {
    forward: Vec<f64>,
    backward: Vec<f64>,
}

impl LongRun {
    /// The effective size of a series with mean 0 and the sum of squares `squares`; see
    /// [`Single::effective_size`](super::Single::effective_size).
    ///
    /// Burg's recursion adds a reflection k to an autoregression: it leaves 1 - k^2 of the noise, and
    /// multiplies the sum of its coefficients, 1 - sum phi, by 1 + k. So the spectrum at frequency 0 over the
    /// variance is the product of (1 - k) / (1 + k), and no coefficients are needed. The order is that with
    /// the least points log(noise) + 2 order (Akaike 1974).
    #[inline(always)]
    pub fn effective_size(&mut self, x: &[f64], squares: f64) -> f64 {
        let points = x.len();
        for errors in [&mut self.forward, &mut self.backward] {
            errors.clear();
            errors.extend_from_slice(x);
        }
        let n = points as f64;
        let last = points - 1;
        // The squares of all errors, forward and backward, that the next reflection is of.
        let mut left = 2.0 * squares - x[0] * x[0] - x[last] * x[last];
        let (mut log_noise, mut worth) = (0.0, 1.0);
        let (mut least, mut found) = (0.0, n);
        for order in 1..=HIGHEST_ORDER.min(points / POINTS_AN_ORDER) {
            let forward = &mut self.forward[order..];
            let backward = &mut self.backward[..points - order];
            if left <= EXPLAINED * squares {
                break;
            }
            let reflection = -2.0 * dot(forward, backward) / left;
            let unexplained = 1.0 - reflection * reflection;
            if unexplained.is_nan() || unexplained <= EXPLAINED {
                // A series without noise: a trend, a swing without end.
                found = n * worth * (1.0 + reflection).max(0.0) / (1.0 - reflection);
                break;
            }
            reflect(forward, backward, reflection);
            let (first, end) = (forward[0], backward[backward.len() - 1]);
            left = unexplained * left - first * first - end * end;
            log_noise += libm::log(unexplained);
            worth *= (1.0 + reflection) / (1.0 - reflection);
            let criterion = n * log_noise + 2.0 * order as f64;
            if criterion < least {
                (least, found) = (criterion, n * worth - OF_THE_MEAN);
            }
        }
        found.clamp(1.0, n)
    }
}

/// The errors of the next order, from those forward and those backward that stand at the same places.
#[inline(always)]
fn reflect(forward: &mut [f64], backward: &mut [f64], reflection: f64) {
    let (ahead, ahead_rest) = forward.as_chunks_mut::<SIDE_BY_SIDE>();
    let (back, back_rest) = backward.as_chunks_mut::<SIDE_BY_SIDE>();
    for (ahead, back) in ahead.iter_mut().zip(back) {
        for lane in 0..SIDE_BY_SIDE {
            let (f, b) = (ahead[lane], back[lane]);
            ahead[lane] = f + reflection * b;
            back[lane] = b + reflection * f;
        }
    }
    for (ahead, back) in ahead_rest.iter_mut().zip(back_rest) {
        let (f, b) = (*ahead, *back);
        *ahead = f + reflection * b;
        *back = b + reflection * f;
    }
}

#[cfg(test)]
mod tests {
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};

    use super::*;

    /// Independent normal numbers.
    fn normals(seed: u64) -> impl FnMut() -> f64 {
        let mut stream = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut uniform = move || ((stream.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        move || {
            let radius = (-2.0 * libm::log(uniform())).sqrt();
            radius * libm::cos(2.0 * std::f64::consts::PI * uniform())
        }
    }

    /// The sum of autoregressions of order two, from their stationary law on.
    fn sum_of(seed: u64, points: usize, parts: &[[f64; 2]]) -> Vec<f64> {
        const BURN_IN: usize = 1500;
        let mut normal = normals(seed);
        let mut path = vec![0.0; points];
        for [a, b] in parts {
            let mut x = [0.0; 2];
            for t in 0..points + BURN_IN {
                x = [a * x[0] + b * x[1] + normal(), x[0]];
                if t >= BURN_IN {
                    path[t - BURN_IN] += x[0];
                }
            }
        }
        path
    }

    /// The variance of such a sum, and points times that of its mean in the long run.
    fn variances(parts: &[[f64; 2]]) -> (f64, f64) {
        parts.iter().fold((0.0, 0.0), |(own, mean), [a, b]| {
            let noise = (1.0 - b) / ((1.0 + b) * ((1.0 - b) * (1.0 - b) - a * a));
            (own + noise, mean + 1.0 / ((1.0 - a - b) * (1.0 - a - b)))
        })
    }

    fn of_series(mut x: Vec<f64>) -> f64 {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        x.iter_mut().for_each(|x| *x -= mean);
        let squares = dot(&x, &x);
        LongRun::default().effective_size(&x, squares)
    }

    fn median(mut numbers: Vec<f64>) -> f64 {
        numbers.sort_by(f64::total_cmp);
        numbers[numbers.len() / 2]
    }

    #[test]
    fn sizes_are_those_of_the_mean_within_the_error_that_is_told() {
        // White noise, slow approach, what rings with a period of 23, Adam's common mode and that apart, and
        // two modes together.
        let families: [&[[f64; 2]]; 8] = [
            &[[0.0, 0.0]],
            &[[0.9, 0.0]],
            &[[0.98, 0.0]],
            &[[1.6, -0.65]],
            &[[1.8, -0.88]],
            &[[1.86, -0.9]],
            &[[1.893, -0.9]],
            &[[1.86, -0.9], [1.893, -0.9]],
        ];
        const RUNS: u64 = 100;
        for parts in families {
            let (own, mean) = variances(parts);
            for points in [250, 1000, 4000] {
                let expected = (points as f64 * own / mean).min(points as f64);
                if expected < 10.0 {
                    continue;
                }
                let of_seed = |seed| of_series(sum_of(seed, points, parts)) / expected;
                let ratios: Vec<f64> = (0..RUNS).map(of_seed).collect();
                let middle = median(ratios.clone());
                let error = (ratios.iter().map(|r| (r - 1.0) * (r - 1.0)).sum::<f64>() / RUNS as f64).sqrt();
                let told = 2.0 / expected.sqrt() + 0.25;
                assert!((0.78..1.22).contains(&middle), "{parts:?}, {points}: median {middle}");
                assert!(error < told, "{parts:?}, {points}: {error}, told {told}");
            }
        }
    }

    #[test]
    fn the_mean_of_many_series_varies_as_their_sizes_say() {
        // Without a formula: the variance of the means of 2000 series, whose relative error is 3 %. Tails of
        // this many points are those that the study's learners leave.
        const RUNS: u64 = 2000;
        let (mut own, mut means, mut told) = (0.0, 0.0, 0.0);
        for seed in 0..RUNS {
            let x = sum_of(seed + 500, 400, &[[1.86, -0.9]]);
            let mean = x.iter().sum::<f64>() / x.len() as f64;
            means += mean * mean;
            own += dot(&x, &x) / x.len() as f64;
            told += 1.0 / of_series(x);
        }
        let ratio = told / RUNS as f64 * own / means;
        assert!((0.9..1.12).contains(&ratio), "the sizes say {ratio} of the variance");
    }

    #[test]
    fn paths_that_go_round_are_worth_more_than_told_and_never_much_less() {
        for (decay, turn, least) in [(0.95, 0.02, 0.75), (0.95, 0.05, 0.45), (0.95, 0.2, 0.6)] {
            let (sin, cos) = libm::sincos(turn);
            let away = (1.0 - decay * cos) * (1.0 - decay * cos) + decay * decay * sin * sin;
            let expected = 2000.0 * away / (1.0 - decay * decay);
            let of_seed = |seed| {
                let mut normal = normals(seed);
                let mut x = [0.0, 0.0];
                let path = (0..2500).map(|_| {
                    let turned = [cos * x[0] - sin * x[1], sin * x[0] + cos * x[1]];
                    x = turned.map(|x| decay * x + normal());
                    x[0]
                });
                of_series(path.skip(500).collect()) / expected
            };
            let middle = median((0..60).map(of_seed).collect());
            assert!((least..1.15).contains(&middle), "{decay} {turn}: {middle}");
        }
    }

    #[test]
    fn what_has_no_noise_is_worth_a_point_or_all_of_them() {
        let trend = |t: usize| t as f64;
        assert_eq!(of_series((0..500).map(trend).collect()), 1.0);
        let step = |t: usize| f64::from(u8::from(t > 250));
        assert!(of_series((0..500).map(step).collect()) < 5.0);
        let alternating = |t: usize| if t.is_multiple_of(2) { 1.0 } else { -1.0 };
        assert_eq!(of_series((0..500).map(alternating).collect()), 500.0);
        for scale in [1e-150, 1.0, 1e150] {
            let scaled: Vec<f64> = sum_of(3, 300, &[[0.9, 0.0]]).iter().map(|x| scale * x).collect();
            let found = of_series(scaled);
            assert!(
                (found / of_series(sum_of(3, 300, &[[0.9, 0.0]])) - 1.0).abs() < 1e-9,
                "{scale}: {found}"
            );
        }
    }
}
