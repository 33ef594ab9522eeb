//! The gradient of linear bidders in their multipliers.

mod point;
mod uniform;

pub(crate) use point::power;
use point::{Point, Rivals};
pub(super) use uniform::UniformGradient;

use crate::auction::Prior;
use crate::law::groups::Groups;
use crate::law::marginal::ValueTable;
use crate::numeric::quadrature::Grade;

/// The panels of the logistic density; less than 1e-9 of it lies beyond the last.
pub(super) const PANEL_ENDS: [f64; 7] = [-22.0, -11.0, -4.5, 0.0, 4.5, 11.0, 22.0];

/// Nodes of the rules over the logistic variable, for uniform and for other priors, and over values of
/// others.
#[derive(Clone, Copy)]
struct Orders {
    uniform: usize,
    other: usize,
    values: usize,
}

/// For learners.
const FAST: Orders = Orders { uniform: 8, other: 14, values: 10 };

/// For references.
const FINE: Orders = Orders { uniform: 16, other: 20, values: 14 };

/// The gradient of every bidder's expected utility in the own multiplier, for fixed priors and steepness.
///
/// Bidder i has the value v ~ F_i, bids w_i v and meets the highest other bid m ~ H_i, H_i(m) = prod_{j != i}
/// F_j(m / w_j), with density h_i. Of the smoothed utility E\[(v - w v) s(beta (w v - m))\], s the logistic
/// function, the derivative in w is, with xi = beta (w v - m),
///
/// ```text
/// g_i = int s'(xi) int f_i(v) { -v H_i(w_i v - xi / beta) + (1 - w_i) v^2 h_i(w_i v - xi / beta) } dv dxi,
/// ```
///
/// in which nothing grows steep with beta. For an infinite beta, the true auction, xi / beta is 0. Panels of
/// Gauss-Legendre rules end wherever a support does.
///
/// References: this project's derivation; no published source is known to us.
#[derive(Clone, Debug)]
struct LinearGradient {
    tables: Vec<ValueTable>,
    beta: f64,
    rules: Rules,
}

/// The rules of all panels: nodes and weights on \[0, 1\].
#[derive(Clone, Debug)]
struct Rules {
    outer: Vec<(f64, f64)>,
    inner: Vec<(f64, f64)>,
}

impl LinearGradient {
    fn of_priors<'a>(
        priors: impl Iterator<Item = &'a Prior>,
        bidders: usize,
        beta: f64,
        orders: Orders,
    ) -> Self {
        let tables: Vec<ValueTable> = priors.map(ValueTable::new).collect();
        let grade = tables.iter().map(|table| table.grade).fold(Grade::Even, Grade::max);
        let graded = grade != Grade::Even;
        // Of uniform priors the inner integrals are polynomials of this degree.
        let exact = bidders.div_ceil(2) + 1;
        let inner = if graded { orders.values.max(exact.min(16)) } else { exact };
        let outer = if graded { orders.other } else { orders.uniform };
        let rules = Rules {
            // What the inner integrals are is smoother than the densities by one power.
            outer: grade.min(Grade::Ends).points(outer).collect(),
            inner: grade.points(inner).collect(),
        };
        LinearGradient { tables, beta, rules }
    }
}

/// The gradient for groups of bidders who play alike.
pub(crate) struct GroupGradient {
    gradient: LinearGradient,
    counts: Vec<u32>,
}

impl GroupGradient {
    /// For references.
    pub fn new(groups: &Groups, beta: f64) -> Self {
        Self::with_orders(groups, beta, FINE)
    }

    /// As accurate as that for learners.
    pub fn fast(groups: &Groups, beta: f64) -> Self {
        Self::with_orders(groups, beta, FAST)
    }

    fn with_orders(groups: &Groups, beta: f64, orders: Orders) -> Self {
        let bidders = groups.of_bidder.len();
        GroupGradient {
            gradient: LinearGradient::of_priors(groups.priors.iter(), bidders, beta, orders),
            counts: groups.counts.iter().map(|&count| count as u32).collect(),
        }
    }

    /// The gradient of one bidder of a group who plays `own` against all others at their groups' multipliers.
    pub fn of(&self, group: usize, own: f64, multipliers: &[f64]) -> f64 {
        let rivals = self.rivals(group, multipliers);
        Point::new(&self.gradient, &self.gradient.tables[group], own, &rivals).gradient()
    }

    /// The derivatives of that in `own`, and in the multiplier of one rival of each group (0 where it has
    /// none).
    pub fn slopes(&self, group: usize, own: f64, multipliers: &[f64]) -> (f64, Vec<f64>) {
        let rivals = self.rivals(group, multipliers);
        Point::new(&self.gradient, &self.gradient.tables[group], own, &rivals).slopes()
    }

    /// About how many looks into a table one gradient takes: what bounds the work of a search without a
    /// clock.
    pub fn looks(&self) -> f64 {
        let LinearGradient { tables, beta, rules } = &self.gradient;
        let panels: usize = tables.iter().map(|table| 2 + table.marks.len() + table.kinks.len()).sum();
        let outer = if beta.is_finite() { (PANEL_ENDS.len() + panels) * rules.outer.len() } else { 1 };
        let each: f64 = tables.iter().map(ValueTable::looks).sum();
        (panels * rules.inner.len() * outer) as f64 * each
    }

    fn rivals(&self, group: usize, multipliers: &[f64]) -> Vec<Rivals<'_>> {
        let tables = self.gradient.tables.iter().zip(&self.counts).zip(multipliers).enumerate();
        tables
            .map(|(g, ((table, &count), &multiplier))| {
                Rivals::new(table, if g == group { count - 1 } else { count }, multiplier)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
