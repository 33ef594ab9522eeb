//! Priors: the distributions of values. One file a prior, one row in [`Prior::REGISTRY`].

mod beta;
mod empirical;
mod kumaraswamy;
mod law;
mod power;
mod sample;
mod spelling;
mod support;
mod tables;
mod truncated_exponential;
mod truncated_normal;
mod uniform;

pub use beta::Beta;
pub use empirical::{Empirical, MIN_VALUES};
pub use kumaraswamy::Kumaraswamy;
use law::Law;
pub use law::{LEAST_SPREAD, SHAPES};
pub use power::Power;
pub use sample::{Cleaning, Missing, Ties};
pub use spelling::bidders;
pub use support::SCALES;
use support::Support;
pub use tables::TableKey;
pub use truncated_exponential::TruncatedExponential;
pub use truncated_normal::TruncatedNormal;
pub use uniform::Uniform;

use crate::numeric::table::{Number, QuantileTable, StepTable};

/// The distribution of one bidder's value: a continuous F that rises strictly over its support.
#[derive(Clone, Debug, PartialEq)]
pub enum Prior {
    /// See [`Uniform`].
    Uniform(Uniform),
    /// See [`Power`].
    Power(Power),
    /// See [`Beta`].
    Beta(Beta),
    /// See [`Kumaraswamy`].
    Kumaraswamy(Kumaraswamy),
    /// See [`TruncatedNormal`].
    TruncatedNormal(TruncatedNormal),
    /// See [`TruncatedExponential`].
    TruncatedExponential(TruncatedExponential),
    /// See [`Empirical`].
    Empirical(Empirical),
}

/// A quantile function for sampling: centred uniforms in, shares of the way from low to high out, at most
/// [`Number::BOUND`] off.
#[derive(Clone, Debug, PartialEq)]
pub enum Table<T> {
    /// The share is the uniform itself.
    Identity,
    /// See [`QuantileTable`].
    Smooth(QuantileTable<T>),
    /// See [`StepTable`].
    Steps(StepTable<T>),
}

impl<T: Number> Table<T> {
    /// The share at a centred uniform.
    #[inline(always)]
    pub fn evaluate(&self, u: T) -> T {
        match self {
            Table::Identity => u,
            Table::Smooth(table) => table.evaluate(u),
            Table::Steps(table) => table.evaluate(u),
        }
    }
}

/// A parameter of a prior, as sweep files name it.
#[derive(Clone, Copy, Debug)]
pub struct PriorParameter {
    /// The TOML key.
    pub name: &'static str,
    /// What it is taken for where the key is left out.
    pub default: Option<f64>,
}

impl PriorParameter {
    const fn required(name: &'static str) -> Self {
        PriorParameter { name, default: None }
    }
}

/// The lowest value, the last parameter but one of every prior of numbers.
const LOW: PriorParameter = PriorParameter { name: "low", default: Some(Support::STANDARD.low) };
/// The highest value, the last parameter of every prior of numbers.
const HIGH: PriorParameter = PriorParameter { name: "high", default: Some(Support::STANDARD.high) };

/// One row of the registry of priors.
#[derive(Clone, Copy, Debug)]
pub struct PriorEntry {
    /// The name in sweep files.
    pub name: &'static str,
    /// One line for `bidsweep list`.
    pub doc: &'static str,
    /// What it is made of.
    pub form: Form,
}

/// What a prior is made of.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Numbers.
    Numbers {
        /// The parameters, in the order of the command line's `name:p1:p2`; those with defaults stand last.
        parameters: &'static [PriorParameter],
        /// The prior of given parameters, in that order; an error says which values would do.
        build: fn(&[f64]) -> Result<Prior, String>,
    },
    /// The values of a `column` of a `file`; see [`Empirical::read`].
    Column,
}

/// The keys of [`Form::Column`].
pub const COLUMN_KEYS: [&str; 2] = ["file", "column"];

/// The keys of [`Form::Column`] that may be left out, of texts and of numbers: those of [`Cleaning`].
pub const COLUMN_WORDS: [&str; 2] = ["ties", "missing"];
/// See [`COLUMN_WORDS`].
pub const COLUMN_ENDS: [&str; 2] = ["low", "high"];

impl PriorEntry {
    /// The names of the parameters, in the order of the command line.
    pub fn keys(&self) -> Vec<&'static str> {
        match self.form {
            Form::Numbers { parameters, .. } => parameters.iter().map(|parameter| parameter.name).collect(),
            Form::Column => COLUMN_KEYS.to_vec(),
        }
    }
}

impl Prior {
    /// Every prior, in the order of `bidsweep list`.
    pub const REGISTRY: &'static [PriorEntry] = &[
        uniform::ENTRY,
        power::ENTRY,
        beta::ENTRY,
        kumaraswamy::ENTRY,
        truncated_normal::ENTRY,
        truncated_exponential::ENTRY,
        empirical::ENTRY,
    ];

    /// U\[0, 1\], what a bidder without a named prior has.
    pub const STANDARD: Prior = Prior::Uniform(Uniform::STANDARD);

    fn law(&self) -> &dyn Law {
        match self {
            Prior::Uniform(law) => law,
            Prior::Power(law) => law,
            Prior::Beta(law) => law,
            Prior::Kumaraswamy(law) => law,
            Prior::TruncatedNormal(law) => law,
            Prior::TruncatedExponential(law) => law,
            Prior::Empirical(law) => law,
        }
    }

    /// Lowest and highest possible value.
    pub fn support(&self) -> (f64, f64) {
        let Support { low, high } = self.law().support();
        (low, high)
    }

    /// F(v) = P(value <= v), for any v.
    pub fn cdf(&self, v: f64) -> f64 {
        let law = self.law();
        law.cdf(law.support().share(v))
    }

    /// The density F'(v); 0 outside the support, and infinite at an end of it where the density has a pole.
    pub fn pdf(&self, v: f64) -> f64 {
        let law = self.law();
        let support = law.support();
        if support.contains(v) { law.pdf(support.share(v)) / support.width() } else { 0.0 }
    }

    /// The value v with F(v) = p, for p in \[0, 1\].
    pub fn quantile(&self, p: f64) -> f64 {
        let law = self.law();
        law.support().value(law.quantile(p))
    }

    /// The value v with 1 - F(v) = q, for q in \[0, 1\]: near the top a p = 1 - q has lost the digits.
    pub fn upper_quantile(&self, q: f64) -> f64 {
        let law = self.law();
        law.support().value(law.upper_quantile(q))
    }

    /// ln F(v), also where F(v) underflows; minus infinity from low downwards.
    pub fn ln_cdf(&self, v: f64) -> f64 {
        let law = self.law();
        law.ln_cdf(law.support().share(v))
    }

    /// The value v with ln F(v) = l, for l <= 0. With low = 0 it keeps its relative accuracy down to values
    /// of the smallest f64, however small F is there.
    ///
    /// ```
    /// use bidsweep::auction::prior::{Power, Prior};
    ///
    /// let prior = Prior::Power(Power::new(8.0, 0.0, 1.0).unwrap());
    /// assert_eq!(prior.cdf(prior.quantile_of_ln(-4000.0)), 0.0);
    /// assert!((prior.ln_cdf(prior.quantile_of_ln(-4000.0)) + 4000.0).abs() < 1e-11);
    /// ```
    pub fn quantile_of_ln(&self, l: f64) -> f64 {
        let law = self.law();
        law.support().value(law.quantile_of_ln(l))
    }

    /// The value v with ln F(v) = l, less low: to its full relative accuracy also where it is tiny beside
    /// low.
    pub fn excess_of_ln(&self, l: f64) -> f64 {
        let law = self.law();
        law.support().width() * law.quantile_of_ln(l)
    }

    /// The expected value.
    pub fn mean(&self) -> f64 {
        let law = self.law();
        law.support().value(law.mean())
    }

    /// The variance of the value.
    pub fn variance(&self) -> f64 {
        let law = self.law();
        let width = law.support().width();
        width * width * law.variance()
    }

    /// Values inside the support where the density jumps, rising: a rule of quadrature is as good as it is
    /// for smooth functions between neighbours of them.
    pub fn kinks(&self) -> Vec<f64> {
        match self {
            Prior::Empirical(law) => law.kinks().collect(),
            _ => Vec::new(),
        }
    }

    /// How many [`Prior::kinks`] there are.
    pub fn kinks_number(&self) -> usize {
        match self {
            Prior::Empirical(law) => law.kinks().count(),
            _ => 0,
        }
    }

    /// The quantile function as a table for sampling. Tables are for the share of the way from low to high,
    /// so that priors that differ in their support alone share them: v = low + (high - low) x share.
    ///
    /// It takes some milliseconds: see [`Prior::shared_table`].
    pub fn table<T: Number>(&self) -> Table<T> {
        match self {
            Prior::Uniform(_) => Table::Identity,
            Prior::Empirical(law) => Table::Steps(StepTable::build(law.knots())),
            _ => {
                let law = self.law();
                let table = QuantileTable::build(|w| law.quantile(w), |w| law.upper_quantile(w));
                Table::Smooth(table.expect("every prior that is made fits a table"))
            }
        }
    }

    /// The prior's row of the registry.
    pub fn entry(&self) -> &'static PriorEntry {
        self.law().entry()
    }

    /// The name in sweep files.
    pub fn name(&self) -> &'static str {
        self.entry().name
    }

    /// The parameters, in the registry's order; none of a prior that is made of data.
    pub fn parameters(&self) -> Vec<f64> {
        self.law().parameters()
    }
}
