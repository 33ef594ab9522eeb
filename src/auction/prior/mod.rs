//! Priors: the distributions of values. One file a prior, one row in [`Prior::REGISTRY`].

mod uniform;

pub use uniform::Uniform;

/// The distribution of one bidder's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Prior {
    /// Uniform on \[low, high\].
    Uniform(Uniform),
}

/// A parameter of a prior, as sweep files name it.
#[derive(Clone, Copy, Debug)]
pub struct PriorParameter {
    /// The TOML key.
    pub name: &'static str,
    /// What it is taken for where the key is left out.
    pub default: Option<f64>,
}

/// One row of the registry of priors.
#[derive(Clone, Copy, Debug)]
pub struct PriorEntry {
    /// The name in sweep files.
    pub name: &'static str,
    /// One line for `bidsweep list`.
    pub doc: &'static str,
    /// The parameters, in the order of the command line's `name:p1:p2`.
    pub parameters: &'static [PriorParameter],
    /// The prior of given parameters, in that order; an error says which values would do.
    pub build: fn(&[f64]) -> Result<Prior, String>,
}

impl Prior {
    /// Every prior, in the order of `bidsweep list`.
    pub const REGISTRY: &'static [PriorEntry] = &[uniform::ENTRY];

    /// U\[0, 1\], what a bidder without a named prior has.
    pub const STANDARD: Prior = Prior::Uniform(Uniform::STANDARD);

    /// Lowest and highest possible value.
    pub fn support(&self) -> (f64, f64) {
        match self {
            Prior::Uniform(prior) => (prior.low, prior.high),
        }
    }

    /// P(value <= v), for any v.
    pub fn cdf(&self, v: f64) -> f64 {
        match self {
            Prior::Uniform(prior) => prior.cdf(v),
        }
    }

    /// The density at v; 0 outside the support.
    pub fn pdf(&self, v: f64) -> f64 {
        match self {
            Prior::Uniform(prior) => prior.pdf(v),
        }
    }

    /// The value v with P(value <= v) = p, for p in \[0, 1\].
    pub fn quantile(&self, p: f64) -> f64 {
        match self {
            Prior::Uniform(prior) => prior.quantile(p),
        }
    }

    /// The name in sweep files.
    pub fn name(&self) -> &'static str {
        match self {
            Prior::Uniform(_) => uniform::ENTRY.name,
        }
    }

    /// The parameters, in the registry's order.
    pub fn parameters(&self) -> Vec<f64> {
        match self {
            Prior::Uniform(prior) => vec![prior.low, prior.high],
        }
    }
}

impl std::fmt::Display for Prior {
    /// The command line's spelling, `uniform:0:1`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())?;
        self.parameters().iter().try_for_each(|p| write!(f, ":{p}"))
    }
}
