//! Summaries over replicates.

use crate::numeric::statistics::Moments;

/// The coverage of [`Summary::ci95`].
const COVERAGE: f64 = 0.95;

/// Count, mean, standard deviation, confidence interval and range of one column over replicates.
///
/// Numbers are pushed in the order of the replicates, missing ones left out; the same order gives the same
/// bits.
///
/// ```
/// let mut summary = bidsweep::measure::Summary::default();
/// summary.push(0.48);
/// assert_eq!((summary.n(), summary.mean(), summary.ci95()), (1, Some(0.48), None));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    moments: Moments,
    /// The least and the largest number, once there is one.
    range: Option<(f64, f64)>,
}

impl Summary {
    /// Adds the number of the next replicate.
    pub fn push(&mut self, x: f64) {
        self.moments.push(x);
        let (least, most) = self.range.unwrap_or((x, x));
        self.range = Some((least.min(x), most.max(x)));
    }

    /// How many replicates have a number.
    pub fn n(&self) -> u64 {
        self.moments.n()
    }

    /// The mean; `None` where no replicate has a number.
    pub fn mean(&self) -> Option<f64> {
        self.moments.mean()
    }

    /// The standard deviation (divisor n - 1); `None` for fewer than two replicates.
    pub fn sd(&self) -> Option<f64> {
        self.moments.sd()
    }

    /// The half-width t_(0.975, n-1) sd / sqrt(n) of Student's 95 % interval for the mean; `None` for fewer
    /// than two replicates.
    pub fn ci95(&self) -> Option<f64> {
        self.half_width(COVERAGE)
    }

    /// The ends of that interval.
    pub fn interval95(&self) -> Option<(f64, f64)> {
        let (mean, half_width) = (self.mean()?, self.ci95()?);
        Some((mean - half_width, mean + half_width))
    }

    /// The least number; `None` where no replicate has one.
    pub fn min(&self) -> Option<f64> {
        self.range.map(|range| range.0)
    }

    /// The largest number; `None` where no replicate has one.
    pub fn max(&self) -> Option<f64> {
        self.range.map(|range| range.1)
    }

    /// The half-width of Student's interval of another coverage; `None` for fewer than two replicates.
    pub fn half_width(&self, coverage: f64) -> Option<f64> {
        self.moments.half_width(coverage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(numbers: &[f64]) -> Summary {
        let mut summary = Summary::default();
        numbers.iter().for_each(|&x| summary.push(x));
        summary
    }

    #[test]
    fn nothing_has_no_mean_and_one_replicate_no_spread() {
        let none = summary(&[]);
        assert_eq!((none.n(), none.mean(), none.sd(), none.ci95()), (0, None, None, None));
        let one = summary(&[2.0]);
        assert_eq!((one.n(), one.mean(), one.sd(), one.ci95()), (1, Some(2.0), None, None));
    }

    #[test]
    fn ten_replicates_have_a_student_interval() {
        // 1 .. 10: variance 55 / 6, t_(0.975, 9) = 2.262157162798206.
        let ten = summary(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]);
        assert_eq!((ten.n(), ten.mean()), (10, Some(5.5)));
        let sd = (55.0_f64 / 6.0).sqrt();
        assert!((ten.sd().unwrap() - sd).abs() < 1e-14);
        let ci95 = 2.262_157_162_798_206 * sd / 10.0_f64.sqrt();
        assert!((ten.ci95().unwrap() - ci95).abs() < 1e-12);
        let (low, high) = ten.interval95().unwrap();
        assert!((low - (5.5 - ci95)).abs() < 1e-12 && (high - (5.5 + ci95)).abs() < 1e-12);
        assert_eq!((ten.min(), ten.max()), (Some(1.0), Some(10.0)));
    }

    #[test]
    fn equal_numbers_have_no_spread() {
        let equal = summary(&[0.1; 7]);
        assert_eq!((equal.mean(), equal.sd(), equal.ci95()), (Some(0.1), Some(0.0), Some(0.0)));
    }
}
