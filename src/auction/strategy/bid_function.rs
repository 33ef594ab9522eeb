//! What a bidder bids: a bid function, or a mixture of some.

use super::piecewise_linear::PiecewiseLinear;
use super::table::TableBids;

/// The weights of a mixture may miss 1 by this.
const WEIGHT_ERROR: f64 = 1e-9;

/// One bid function, of a strategy class or a mixture of such functions.
#[derive(Clone, Debug, PartialEq)]
pub enum BidFunction {
    /// b = w v.
    Linear {
        /// The multiplier w, in \[0, 1\].
        multiplier: f64,
    },
    /// See [`PiecewiseLinear`].
    PiecewiseLinear(PiecewiseLinear),
    /// One of several bid functions, drawn once an auction: see [`Mixture`].
    Mixed(Mixture),
    /// For each bin of values one of several bids, drawn once an auction: see [`TableBids`].
    Table(TableBids),
}

/// A mixed strategy: bid functions and their weights. One is drawn in every auction, whatever the value, and
/// the others do not see which.
///
/// The law of the bid is the mixture of the laws of the components, G(b) = sum_k w_k G_k(b), and the utility
/// the mean of theirs. The mean bid is not bid by anybody.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// Weights above 0 that add up to 1, and functions that are no mixtures.
    components: Vec<(f64, BidFunction)>,
}

/// A bid function that is no mixture: it tells the bid itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PureBids<'a> {
    /// b = w v.
    Linear {
        /// The multiplier w, in \[0, 1\].
        multiplier: f64,
    },
    /// See [`PiecewiseLinear`].
    PiecewiseLinear(&'a PiecewiseLinear),
}

impl PureBids<'_> {
    /// The bid at a value of the support.
    pub fn bid(self, value: f64) -> f64 {
        match self {
            PureBids::Linear { multiplier } => multiplier * value,
            PureBids::PiecewiseLinear(function) => function.bid(value),
        }
    }

    /// The same function, to keep.
    pub fn to_bid_function(self) -> BidFunction {
        match self {
            PureBids::Linear { multiplier } => BidFunction::Linear { multiplier },
            PureBids::PiecewiseLinear(function) => BidFunction::PiecewiseLinear(function.clone()),
        }
    }
}

impl BidFunction {
    /// The mean of what is bid at a value of the support: the bid itself, where the function is no mixture.
    pub fn mean_bid(&self, value: f64) -> f64 {
        match (self.pure(), self) {
            (Some(bids), _) => bids.bid(value),
            (None, BidFunction::Table(table)) => table.mean_bid(value),
            (None, _) => self.components().map(|(weight, bids)| weight * bids.bid(value)).sum(),
        }
    }

    /// The function itself where nothing is drawn: it is no mixture, or one of a single component.
    pub fn pure(&self) -> Option<PureBids<'_>> {
        match self {
            BidFunction::Linear { multiplier } => Some(PureBids::Linear { multiplier: *multiplier }),
            BidFunction::PiecewiseLinear(function) => Some(PureBids::PiecewiseLinear(function)),
            BidFunction::Mixed(mixture) => match &mixture.components[..] {
                [(_, only)] => only.pure(),
                _ => None,
            },
            BidFunction::Table(_) => None,
        }
    }

    /// The table, where one is played.
    pub fn table(&self) -> Option<&TableBids> {
        match self {
            BidFunction::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The functions that are drawn, each with its weight: the function itself, where it is no mixture.
    /// None of a table, whose bids are drawn.
    pub fn components(&self) -> impl Iterator<Item = (f64, PureBids<'_>)> {
        let (only, mixed) = match (self.pure(), self) {
            (None, BidFunction::Mixed(mixture)) => (None, &mixture.components[..]),
            (only, _) => (only, &[][..]),
        };
        let mixed = mixed.iter().filter_map(|(weight, bids)| Some((*weight, bids.pure()?)));
        only.into_iter().map(|bids| (1.0, bids)).chain(mixed)
    }

    /// The multiplier, where whatever is drawn is one line.
    pub fn multiplier(&self) -> Option<f64> {
        let mut components = self.components().map(|(_, bids)| match bids {
            PureBids::Linear { multiplier } => Some(multiplier),
            PureBids::PiecewiseLinear(_) => None,
        });
        let first = components.next()??;
        components.all(|other| other == Some(first)).then_some(first)
    }
}

impl Mixture {
    /// The mixture of some bid functions with these weights. Functions of weight 0 are left out, the
    /// components of mixtures taken in.
    ///
    /// ```
    /// use bidsweep::auction::{BidFunction, Mixture};
    ///
    /// let line = |multiplier| BidFunction::Linear { multiplier };
    /// let mixture = Mixture::new(vec![(0.5, line(0.4)), (0.5, line(0.6))]).unwrap();
    /// assert_eq!(BidFunction::Mixed(mixture).mean_bid(0.8), 0.4);
    /// assert_eq!(
    ///     Mixture::new(vec![(0.5, line(0.4)), (0.4, line(0.6))]).unwrap_err(),
    ///     "the weights add up to 0.9: write weights that add up to 1"
    /// );
    /// ```
    ///
    /// # Errors
    /// Where a weight is no number of 0 or more, or they do not add up to 1 within 1e-9, or one is a table.
    pub fn new(components: Vec<(f64, BidFunction)>) -> Result<Self, String> {
        if let Some((weight, _)) =
            components.iter().find(|(weight, _)| !(0.0..=f64::INFINITY).contains(weight))
        {
            return Err(format!("the weight {weight} is not 0 or more"));
        }
        if components.iter().any(|(_, bids)| bids.table().is_some()) {
            return Err(
                "a table is a mixture of bids by itself: it cannot be one of several functions".to_owned()
            );
        }
        // From 0, since the sum of none is -0.
        let sum = components.iter().fold(0.0, |sum, (weight, _)| sum + weight);
        if (sum - 1.0).abs() > WEIGHT_ERROR {
            return Err(format!("the weights add up to {sum}: write weights that add up to 1"));
        }
        let mut flat = Vec::with_capacity(components.len());
        for (weight, bids) in components.into_iter().filter(|(weight, _)| *weight > 0.0) {
            let weight = weight / sum;
            match bids {
                BidFunction::Mixed(inner) => {
                    flat.extend(inner.components.into_iter().map(|(part, bids)| (weight * part, bids)));
                }
                pure => flat.push((weight, pure)),
            }
        }
        Ok(Mixture { components: flat })
    }

    /// The functions and their weights, which are above 0 and add up to 1; none is a mixture.
    pub fn components(&self) -> &[(f64, BidFunction)] {
        &self.components
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(multiplier: f64) -> BidFunction {
        BidFunction::Linear { multiplier }
    }

    fn mixed(components: &[(f64, BidFunction)]) -> BidFunction {
        BidFunction::Mixed(Mixture::new(components.to_vec()).unwrap())
    }

    #[test]
    fn weights_are_probabilities() {
        for (weights, message) in [
            (vec![0.5, -0.5, 1.0], "the weight -0.5 is not 0 or more"),
            (vec![f64::NAN], "the weight NaN is not 0 or more"),
            (vec![0.25, 0.5], "the weights add up to 0.75: write weights that add up to 1"),
            (vec![f64::INFINITY], "the weights add up to inf: write weights that add up to 1"),
            (vec![], "the weights add up to 0: write weights that add up to 1"),
        ] {
            let components = weights.into_iter().map(|weight| (weight, line(0.5))).collect();
            assert_eq!(Mixture::new(components).unwrap_err(), message);
        }
        assert!(Mixture::new(vec![(0.1, line(0.5)); 10]).is_ok());
        let nearly = Mixture::new(vec![(0.5 + 5e-10, line(0.2)), (0.5, line(0.4))]).unwrap();
        assert!((nearly.components().iter().map(|(weight, _)| weight).sum::<f64>() - 1.0).abs() < 1e-15);
    }

    #[test]
    fn mixtures_of_mixtures_are_flat_and_weights_of_0_are_left_out() {
        let inner = mixed(&[(0.25, line(0.2)), (0.75, line(0.4))]);
        let outer = mixed(&[(0.5, inner), (0.0, line(0.9)), (0.5, line(0.6))]);
        let BidFunction::Mixed(mixture) = &outer else { panic!("pure") };
        assert_eq!(mixture.components(), [(0.125, line(0.2)), (0.375, line(0.4)), (0.5, line(0.6))]);
        assert_eq!(outer.components().count(), 3);
        assert!((outer.mean_bid(2.0) - 2.0 * (0.025 + 0.15 + 0.3)).abs() < 1e-15);
        assert_eq!(outer.pure(), None);
    }

    #[test]
    fn a_mixture_of_one_line_has_its_multiplier() {
        let twice = mixed(&[(0.5, line(0.3)), (0.5, line(0.3))]);
        assert_eq!((twice.multiplier(), twice.pure()), (Some(0.3), None));
        let once = mixed(&[(1.0, line(0.3))]);
        assert_eq!((once.multiplier(), once.pure()), (Some(0.3), Some(PureBids::Linear { multiplier: 0.3 })));
        assert_eq!(once.components().collect::<Vec<_>>(), [(1.0, PureBids::Linear { multiplier: 0.3 })]);
        assert_eq!(mixed(&[(0.5, line(0.3)), (0.5, line(0.4))]).multiplier(), None);
        let pieces = PiecewiseLinear::new(vec![(0.0, 0.0), (1.0, 0.3)]).unwrap();
        assert_eq!(
            mixed(&[(0.5, line(0.3)), (0.5, BidFunction::PiecewiseLinear(pieces))]).multiplier(),
            None
        );
    }
}
