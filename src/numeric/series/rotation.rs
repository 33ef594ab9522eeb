//! Whether a path in a plane goes round: signed area and the eigenvalue of its autoregression.

use super::Unmeasured;
use super::sums::{cross, dot};

/// Blocks of this many e-folding times count as independent.
const BLOCK: f64 = 5.0;
/// The fewest blocks of a verdict, so that a path has at least [`BLOCK`] times as many e-folding times.
const FEWEST_BLOCKS: usize = 5;
/// The fewest points of a block, for series that forget within a point.
const SHORTEST_BLOCK: f64 = 5.0;
/// The autoregression goes over this part of an e-folding time.
const STEP: f64 = 0.125;
/// Where Q is cut: swings without end have no finite one.
pub const MOST_Q: f64 = 1000.0;

/// How a path moves in a plane; times in epochs.
///
/// A path that looks the same run backwards has `levy_z` near a standard normal number and Q near 0, however
/// noisy its parts are and however they correlate. One that goes round has both large: ask `|levy_z| > 3` and
/// `Q > 1`. The area alone is no rotation: where the noise of unequal players does not suit their field, a
/// path with real eigenvalues encloses a small area too.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rotation {
    /// Half the sum of x_t (y_(t+1) - y_t) - y_t (x_(t+1) - x_t) for series of mean 0 and variance 1: 2 pi a
    /// turn of an even circle, above 0 from x towards y.
    pub levy_area: f64,
    /// The t statistic of the mean area of blocks of five e-folding times, as the normal number of equal
    /// probability.
    pub levy_z: f64,
    /// Radians that the leading eigenvalue of the autoregression over an eighth of an e-folding time turns
    /// while its length falls to 1 / e: `|arg lambda| / -ln |lambda|`, in \[0, [`MOST_Q`]\]; 0 for real
    /// eigenvalues.
    pub rotation_q: f64,
    /// The e-folding time of the plane: where half the trace of C(k) C(0)^-1 first is 1 / e, C(k) the
    /// covariance over lag k. The same whatever axes span the plane.
    pub folding_time: f64,
    /// How many blocks `levy_z` is of, at least 5.
    pub blocks: usize,
}

/// The rotation of a path (x, y) of mean 0, variance 1 and correlation 0, with the e-folding time in points.
/// The axes that the area is told in have `correlation`.
#[inline(always)]
pub(super) fn rotation(
    x: &[f64],
    y: &[f64],
    folding_lag: f64,
    correlation: f64,
    stride: f64,
) -> Result<Rotation, Unmeasured> {
    let steps = x.len() - 1;
    let blocks = (x.len() as f64 / (BLOCK * folding_lag).max(SHORTEST_BLOCK)) as usize;
    if blocks < FEWEST_BLOCKS {
        return Err(Unmeasured::TooShort);
    }
    let n = blocks as f64;
    let (mut sum, mut squares) = (0.0, 0.0);
    for block in 0..blocks {
        let [from, to] = [block, block + 1].map(|end| end * steps / blocks);
        let next = from + 1..to + 1;
        let area = 0.5 * cross(&x[from..to], &y[from..to], &x[next.clone()], &y[next]);
        sum += area;
        squares += area * area;
    }
    let mean = sum / n;
    let variance = ((squares - n * mean * mean) / (n - 1.0)).max(0.0);
    Ok(Rotation {
        levy_area: sum * (1.0 - correlation * correlation).sqrt(),
        levy_z: normal_of_student(mean, variance / n, n - 1.0),
        rotation_q: quality(x, y, ((STEP * folding_lag).round() as usize).max(1)),
        folding_time: folding_lag * stride,
        blocks,
    })
}

/// The normal number about as probable as Student's t = `mean` / sqrt(`variance`): within 0.05 of the true
/// one from four degrees of freedom on, for t up to 10.
///
/// References: Wallace 1959, "Bounds on normal approximations to Student's and the chi-square distributions".
fn normal_of_student(mean: f64, variance: f64, degrees: f64) -> f64 {
    // A path whose blocks are all alike has no finite t.
    let square = (mean * mean / variance.max(f64::MIN_POSITIVE)).min(f64::MAX);
    let size =
        (8.0 * degrees + 1.0) / (8.0 * degrees + 3.0) * (degrees * libm::log1p(square / degrees)).sqrt();
    size.copysign(mean)
}

/// See [`Rotation::rotation_q`], over `step` points.
#[inline(always)]
fn quality(x: &[f64], y: &[f64], step: usize) -> f64 {
    let pairs = (x.len() - step) as f64;
    let over = |from: &[f64], to: &[f64]| dot(from, &to[step..]) / pairs;
    // x and y are uncorrelated and of variance 1: the autoregression is the covariance over the step.
    let [[a, b], [c, d]] = [[over(x, x), over(y, x)], [over(x, y), over(y, y)]];
    let (half, determinant) = (0.5 * (a + d), a * d - b * c);
    let square = 0.25 * (a - d) * (a - d) + b * c;
    if square >= 0.0 {
        return 0.0;
    }
    let decay = -0.5 * libm::log(determinant);
    let turn = libm::atan2((-square).sqrt(), half);
    // A length that does not fall has no finite Q.
    if decay * MOST_Q > turn { turn / decay } else { MOST_Q }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_numbers_are_as_probable_as_students() {
        // Quantiles at 0.995 and 0.9995 from tables: degrees, t, the normal one.
        let table = [
            (4.0, 4.604_095, 2.575_829),
            (4.0, 8.610_302, 3.290_527),
            (9.0, 3.249_836, 2.575_829),
            (9.0, 4.780_913, 3.290_527),
            (30.0, 2.749_996, 2.575_829),
            (1000.0, 3.300_283, 3.290_527),
        ];
        for (degrees, t, normal) in table {
            for sign in [1.0, -1.0] {
                let z = normal_of_student(sign * t, 1.0, degrees);
                assert!((z - sign * normal).abs() < 0.05, "{degrees} {t}: {z}");
            }
        }
        assert!(normal_of_student(1.0, 0.0, 4.0).is_finite());
        assert_eq!(normal_of_student(0.0, 0.0, 4.0), 0.0);
    }
}
