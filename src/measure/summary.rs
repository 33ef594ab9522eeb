//! Summaries over replicates.

use crate::numeric::statistics::SkewedMoments;

/// The coverage of [`Summary::ci95`].
const COVERAGE: f64 = 0.95;

/// How the interval of a measure's mean over replicates is made; the row of each measure says which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MeanInterval {
    /// Student's, symmetric: for what scatters evenly around its mean.
    #[default]
    Student,
    /// Hall's, with unequal sides: for what is bounded on one side and scatters near there, such as a loss,
    /// which is quadratic in the error of the multipliers.
    Skewed,
}

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
    moments: SkewedMoments,
    how: MeanInterval,
    /// The least and the largest number, once there is one.
    range: Option<(f64, f64)>,
}

impl Summary {
    /// An empty one, whose interval is made so.
    pub fn of(how: MeanInterval) -> Self {
        Summary { how, ..Summary::default() }
    }

    /// Adds the number of the next replicate.
    pub fn push(&mut self, x: f64) {
        self.moments.push(x);
        let (least, most) = self.range.unwrap_or((x, x));
        self.range = Some((least.min(x), most.max(x)));
    }

    /// How many replicates have a number.
    pub fn n(&self) -> u64 {
        self.moments.moments().n()
    }

    /// The mean; `None` where no replicate has a number.
    pub fn mean(&self) -> Option<f64> {
        self.moments.moments().mean()
    }

    /// The standard deviation (divisor n - 1); `None` for fewer than two replicates.
    pub fn sd(&self) -> Option<f64> {
        self.moments.moments().sd()
    }

    /// The half-width t_(0.975, n-1) sd / sqrt(n) of Student's 95 % interval for the mean; `None` for fewer
    /// than two replicates, and where the sides of the interval are not equal.
    pub fn ci95(&self) -> Option<f64> {
        match self.how {
            MeanInterval::Skewed if self.sd()? > 0.0 => None,
            _ => self.half_width(COVERAGE),
        }
    }

    /// The ends of the 95 % interval for the mean; `None` for fewer than two replicates.
    pub fn interval95(&self) -> Option<(f64, f64)> {
        match self.how {
            MeanInterval::Student => {
                let (mean, half_width) = (self.mean()?, self.ci95()?);
                Some((mean - half_width, mean + half_width))
            }
            MeanInterval::Skewed => self.moments.interval(COVERAGE),
        }
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
        self.moments.moments().half_width(coverage)
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
    fn skewed_numbers_have_an_interval_of_unequal_sides_and_no_half_width() {
        let mut skewed = Summary::of(MeanInterval::Skewed);
        [0.0, 0.1, 0.0, 0.2, 2.0].iter().for_each(|&x| skewed.push(x));
        let (mean, (low, high)) = (skewed.mean().unwrap(), skewed.interval95().unwrap());
        assert!(high - mean > 1.5 * (mean - low) && low < mean, "{low} {mean} {high}");
        assert_eq!(skewed.ci95(), None);
        assert!(skewed.half_width(0.95).is_some());
        let mut equal = Summary::of(MeanInterval::Skewed);
        [0.3; 4].iter().for_each(|&x| equal.push(x));
        assert_eq!((equal.ci95(), equal.interval95()), (Some(0.0), Some((0.3, 0.3))));
    }

    #[test]
    fn equal_numbers_have_no_spread() {
        let equal = summary(&[0.1; 7]);
        assert_eq!((equal.mean(), equal.sd(), equal.ci95()), (Some(0.1), Some(0.0), Some(0.0)));
    }
}
