//! All bidders at one bid.

use crate::law::bid_curve::BidCurve;

/// One node: all bidders at one bid.
pub struct Node<'a> {
    pub bid: f64,
    /// One a bidder.
    pub bidders: &'a [At],
}

/// One bidder at a node.
#[derive(Clone, Copy, Debug, Default)]
pub struct At {
    /// G(bid), the probability to bid below.
    pub cdf: f64,
    /// The probability to bid here, as the weight of the node.
    pub mass: f64,
    /// The value of those who bid here.
    pub value: f64,
}

/// Room for all curves at a node, and for the bidders, where some play mixtures.
pub(super) struct Room {
    /// One a curve.
    pub(super) at: Vec<At>,
    /// None where every bidder has one curve.
    mixed: Option<Mixed>,
}

struct Mixed {
    /// Bidder, counted in the order of the curves, and weight of each curve.
    parts: Vec<(usize, f64)>,
    bidders: Vec<At>,
}

impl Room {
    pub(super) fn new(curves: &[BidCurve]) -> Self {
        let at = vec![At::default(); curves.len()];
        if !curves.windows(2).any(|pair| pair[0].bidder == pair[1].bidder) {
            return Room { at, mixed: None };
        }
        let of_bidder = curves.chunk_by(|one, other| one.bidder == other.bidder).enumerate();
        let parts: Vec<(usize, f64)> = of_bidder
            .flat_map(|(number, curves)| curves.iter().map(move |curve| (number, curve.weight)))
            .collect();
        let bidders = parts.last().map_or(0, |last| last.0 + 1);
        Room { at, mixed: Some(Mixed { parts, bidders: vec![At::default(); bidders] }) }
    }

    /// All bidders at the node.
    #[inline]
    pub(super) fn bidders(&mut self) -> &[At] {
        match &mut self.mixed {
            None => &self.at,
            Some(mixed) => mixed.of_curves(&self.at),
        }
    }
}

impl Mixed {
    /// Probabilities and masses of a bidder are the sums of those of the curves by weight, and the value is
    /// the mean one of those who bid here.
    fn of_curves(&mut self, at: &[At]) -> &[At] {
        self.bidders.fill(At::default());
        for (at, &(number, weight)) in at.iter().zip(&self.parts) {
            let all = &mut self.bidders[number];
            all.cdf += weight * at.cdf;
            all.mass += weight * at.mass;
            all.value += weight * at.mass * at.value;
        }
        for all in &mut self.bidders {
            all.value = if all.mass == 0.0 { 0.0 } else { all.value / all.mass };
        }
        &self.bidders
    }
}
