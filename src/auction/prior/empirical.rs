//! A prior from data.

use std::path::Path;
use std::sync::Arc;

use super::law::{Law, wide_enough};
use super::sample::{Cleaning, Ties, present, spread};
use super::support::Support;
use super::{Form, PriorEntry};
use crate::data::read_column;
use crate::numeric::digits::Shortest;

pub(super) const ENTRY: PriorEntry = PriorEntry {
    name: "empirical",
    doc: "the values of a column of a CSV or Parquet file, their cdf interpolated linearly; where wanted `ties` (spread, refuse), `missing` (drop, refuse), `low`, `high`",
    form: Form::Column,
};

/// The fewest values that make a prior.
pub const MIN_VALUES: usize = 20;

/// The law of n observed values x_1 < ... < x_n: its quantile runs linearly through Q((k - 1) / (n - 1)) =
/// x_k, so that F is continuous and rises strictly from the lowest value to the highest.
///
/// Priors of the same values are equal, whatever the file and the order they came from.
///
/// References: Hyndman and Fan 1996, "Sample quantiles in statistical packages", definition 7.
#[derive(Clone, Debug)]
pub struct Empirical {
    sample: Arc<Sample>,
}

#[derive(Debug)]
struct Sample {
    file: String,
    column: String,
    support: Support,
    knots: Vec<f64>,
    digest: String,
    /// The first 128 bits of the hash that `digest` writes out.
    identity: [u64; 2],
    /// How many observed values repeated and were spread, of how many, and over which unit.
    spread: Option<(usize, usize, f64)>,
}

impl Empirical {
    /// The prior of a column of the CSV or Parquet file at `path`; `file` is what messages call it.
    ///
    /// # Errors
    /// Those of [`read_column`] and of [`Empirical::new`].
    pub fn read(path: &Path, file: &str, column: &str, cleaning: Cleaning) -> Result<Self, String> {
        let cells = read_column(path, column).map_err(|error| error.to_string())?;
        present(&cells, cleaning.missing)
            .and_then(|values| Empirical::of(file, column, &values, cleaning))
            .map_err(|message| format!("{file}, {message}"))
    }

    /// The prior of a column's values, one a row; `file` and `column` are what it was read from, for
    /// [`Display`](std::fmt::Display).
    ///
    /// # Errors
    /// What is wrong with which row (counted from 1, without the header): values that are negative or not
    /// finite, that are all the same, that occur twice and do not look rounded, or fewer than [`MIN_VALUES`].
    pub fn new(file: &str, column: &str, values: &[f64]) -> Result<Self, String> {
        Empirical::of(file, column, values, Cleaning::default())
    }

    /// The same where values that repeat, and the ends of the support, are dealt with as `cleaning` says. An
    /// end that it gives is one more value.
    ///
    /// # Errors
    /// As those of [`Empirical::new`]; an end that lies within the values.
    pub fn of(file: &str, column: &str, values: &[f64], cleaning: Cleaning) -> Result<Self, String> {
        let refuse =
            |row: usize, value: f64, what: &str| format!("row {}: {} {what}", row + 1, Shortest(value));
        for (row, &value) in values.iter().enumerate() {
            if !value.is_finite() {
                return Err(refuse(row, value, "is not a finite number: leave the row out"));
            }
            if value < 0.0 {
                return Err(refuse(row, value, "is negative: values are at least 0"));
            }
        }
        if values.len() < MIN_VALUES {
            return Err(format!("{} values are too few: give {MIN_VALUES} or more", values.len()));
        }
        let mut rows: Vec<usize> = (0..values.len()).collect();
        rows.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
        let mut sorted: Vec<f64> = rows.iter().map(|&row| values[row] + 0.0).collect();
        let (least, most) = (sorted[0], sorted[sorted.len() - 1]);
        if least == most {
            return Err(format!(
                "row {}: all values are {}: give values that differ",
                values.len(),
                Shortest(least)
            ));
        }
        let spread = if cleaning.ties == Ties::Spread { spread(&mut sorted, &cleaning) } else { None };
        let spread = spread.map(|(repeated, unit)| (repeated, values.len(), unit));
        if let Some(low) = cleaning.low.filter(|low| *low != sorted[0]) {
            if low > sorted[0] {
                return Err(format!(
                    "low = {} is above the lowest value, {}: write that or less",
                    Shortest(low),
                    Shortest(sorted[0])
                ));
            }
            sorted.insert(0, low);
            rows.insert(0, rows[0]);
        }
        let last = sorted[sorted.len() - 1];
        if let Some(high) = cleaning.high.filter(|high| *high != last) {
            if high < last {
                return Err(format!(
                    "high = {} is below the highest value, {}: write that or more",
                    Shortest(high),
                    Shortest(last)
                ));
            }
            sorted.push(high);
            rows.push(rows[rows.len() - 1]);
        }
        let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
        let support = Support::new(low, high)?;
        let knots: Vec<f64> = sorted.iter().map(|&value| support.share(value)).collect();
        if let Some(k) = knots.windows(2).position(|pair| pair[0] >= pair[1]) {
            let (first, second) = (rows[k].min(rows[k + 1]), rows[k].max(rows[k + 1]));
            let what = format!(
                "stands in row {} already: a value that repeats is an atom, at which bids tie; leave one out, or give \
                 values with more digits, or rounded ones with `ties = \"spread\"` in the prior's table",
                first + 1
            );
            return Err(refuse(second, values[second], &what));
        }
        let mut hasher = blake3::Hasher::new();
        sorted.iter().for_each(|value| {
            hasher.update(&value.to_le_bytes());
        });
        let hash = hasher.finalize();
        let digest = hash.to_hex()[..32].to_owned();
        let (words, _) = hash.as_bytes().as_chunks();
        let identity = [words[0], words[1]].map(u64::from_le_bytes);
        let (file, column) = (file.to_owned(), column.to_owned());
        wide_enough(Empirical {
            sample: Arc::new(Sample { file, column, support, knots, digest, identity, spread }),
        })
    }

    /// The file that the values came from, as given.
    pub fn file(&self) -> &str {
        &self.sample.file
    }

    /// The column that the values came from.
    pub fn column(&self) -> &str {
        &self.sample.column
    }

    /// What was done about values that repeat, in words; `None` where none does.
    pub fn note(&self) -> Option<String> {
        self.sample.spread.map(|(repeated, all, unit)| {
            format!(
                "{repeated} of {all} values of column `{}` of {} repeat: each is spread evenly over {unit} about it; \
                 `ties = \"refuse\"` in the prior's table makes that an error",
                self.sample.column, self.sample.file
            )
        })
    }

    /// What the values are known by: 32 hex digits of BLAKE3 over them, rising, each as eight bytes, little
    /// end first.
    pub fn digest(&self) -> &str {
        &self.sample.digest
    }

    /// The values as shares of the support: rising, first 0, last 1.
    pub(super) fn knots(&self) -> &[f64] {
        &self.sample.knots
    }

    /// Where F has a kink: the values between the lowest and the highest.
    pub(super) fn kinks(&self) -> impl Iterator<Item = f64> {
        let knots = &self.sample.knots;
        knots[1..knots.len() - 1].iter().map(|&z| self.sample.support.value(z))
    }

    fn steps(&self) -> f64 {
        (self.sample.knots.len() - 1) as f64
    }

    /// The last k with knots\[k\] <= z that begins a segment.
    fn segment(&self, z: f64) -> usize {
        let knots = &self.sample.knots;
        knots[1..knots.len() - 1].partition_point(|&knot| knot <= z)
    }

    /// The sum over segments of `of` its two ends, over their number: an expectation of a segment's mean.
    fn mean_over_segments(&self, mean_over: impl Fn(f64, f64) -> f64) -> f64 {
        self.sample.knots.windows(2).map(|ends| mean_over(ends[0], ends[1])).sum::<f64>() / self.steps()
    }
}

impl PartialEq for Empirical {
    fn eq(&self, other: &Self) -> bool {
        self.sample.digest == other.sample.digest
    }
}

impl Law for Empirical {
    fn entry(&self) -> &'static PriorEntry {
        &ENTRY
    }

    fn support(&self) -> Support {
        self.sample.support
    }

    fn parameters(&self) -> Vec<f64> {
        Vec::new()
    }

    fn identity(&self) -> Vec<u64> {
        self.sample.identity.to_vec()
    }

    fn cdf(&self, z: f64) -> f64 {
        let k = self.segment(z);
        let (from, to) = (self.sample.knots[k], self.sample.knots[k + 1]);
        (k as f64 + (z - from) / (to - from)) / self.steps()
    }

    fn pdf(&self, z: f64) -> f64 {
        let k = self.segment(z);
        1.0 / ((self.sample.knots[k + 1] - self.sample.knots[k]) * self.steps())
    }

    fn quantile(&self, p: f64) -> f64 {
        let position = p * self.steps();
        let k = (position as usize).min(self.sample.knots.len() - 2);
        let (from, to) = (self.sample.knots[k], self.sample.knots[k + 1]);
        (to - from).mul_add(position - k as f64, from).min(to)
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        let position = q * self.steps();
        let last = self.sample.knots.len() - 1;
        let k = last - (position as usize).min(last - 1);
        let (from, to) = (self.sample.knots[k - 1], self.sample.knots[k]);
        (from - to).mul_add(position - (last - k) as f64, to).max(from)
    }

    fn ln_cdf(&self, z: f64) -> f64 {
        libm::log(self.cdf(z))
    }

    fn quantile_of_ln(&self, l: f64) -> f64 {
        self.quantile(libm::exp(l))
    }

    fn mean(&self) -> f64 {
        self.mean_over_segments(|from, to| 0.5 * (from + to))
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        self.mean_over_segments(|from, to| {
            let (from, to) = (from - mean, to - mean);
            (from * from + from * to + to * to) / 3.0
        })
    }
}
