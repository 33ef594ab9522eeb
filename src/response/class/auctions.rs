//! The rivals of a bidder in the true auction and in the smoothed one.

use std::cell::OnceCell;

use super::payoff::Opposition;
use crate::auction::{Prior, Profile};
use crate::expectation::Evaluator;
use crate::law::bid_curve::BidCurve;
use crate::law::marginal::Part;
use crate::law::panels::{Integrand, walk};
use crate::law::rivals::{BidLaws, Rivals};
use crate::law::smoothed_wins::SmoothedWins;
use crate::law::terms::{PaidTerms, Terms};
use crate::law::wins::Wins;
use crate::numeric::piecewise::{DEGREE, Piecewise};

/// The rivals of one bidder in the true auction.
pub(in crate::response) struct TrueAuction<'a> {
    evaluator: &'a Evaluator,
    profile: &'a Profile,
    bidder: usize,
    rivals: Rivals<'a>,
    degree: Option<usize>,
    /// Where W jumps.
    jumps: Vec<f64>,
    /// The bids of the rivals, where they are asked for.
    curves: OnceCell<Vec<BidCurve<'a>>>,
}

impl<'a> TrueAuction<'a> {
    pub fn new(evaluator: &'a Evaluator, profile: &'a Profile, laws: &'a BidLaws<'a>, bidder: usize) -> Self {
        let bidders = &evaluator.population.bidders;
        let has_lines = |prior: &Prior| matches!(prior, Prior::Uniform(_) | Prior::Empirical(_));
        let mut rivals = bidders.iter().enumerate().filter(|(j, _)| *j != bidder);
        let polynomial = rivals.all(|(_, rival)| has_lines(&rival.prior));
        let mut auction = TrueAuction {
            evaluator,
            profile,
            bidder,
            rivals: laws.rivals(bidder),
            degree: polynomial.then(|| bidders.len() - 1),
            jumps: Vec::new(),
            curves: OnceCell::new(),
        };
        auction.jumps = auction.find_jumps();
        auction
    }

    fn find_jumps(&self) -> Vec<f64> {
        let flat = |curve: &BidCurve| -> Vec<f64> {
            let pairs = curve.points.windows(2).filter(|pair| pair[0].0 == pair[1].0);
            pairs.map(|pair| pair[0].0).collect()
        };
        let mut jumps: Vec<f64> = self.curves().iter().flat_map(flat).collect();
        jumps.sort_by(f64::total_cmp);
        jumps.dedup();
        jumps.retain(|&bid| self.rivals.at(bid).0 - self.rivals.below(bid) > JUMP);
        jumps
    }

    fn curves(&self) -> &[BidCurve<'a>] {
        self.curves.get_or_init(|| {
            let curves = self.evaluator.curves(self.profile, 0.0, Part::Cdf);
            curves.filter(|curve| curve.bidder != self.bidder).collect()
        })
    }

    /// A table of W, good enough for a search; none where all rivals bid one bid.
    pub fn tabulated(&self) -> Option<Tabulated<'_, 'a>> {
        let mut ends = self.bends().to_vec();
        let (floor, top) = (ends[0], ends[ends.len() - 1]);
        if self.degree.is_none() {
            for curve in self.curves() {
                for pair in curve.points.windows(2) {
                    let ((from, low), (to, high)) = (pair[0], pair[1]);
                    let bid = |share| (low.rise_to(share) / low.rise_to(high)).mul_add(to - from, from);
                    let marks = curve.marginal.marks_between(low, high).iter().map(|mark| bid(mark.share));
                    ends.extend(marks.filter(|bid| floor < *bid && *bid < top));
                }
            }
            ends.sort_by(f64::total_cmp);
            ends.dedup();
        }
        let exact = |bid: f64| self.at(bid).0;
        let close = |bid: f64, y: f64| (y - exact(bid)).abs() < TABLE_ERROR;
        (floor < top).then(|| Tabulated { auction: self, table: Piecewise::new(&ends, exact, close) })
    }
}

impl Wins for TrueAuction<'_> {
    #[inline]
    fn at(&self, bid: f64) -> (f64, f64) {
        self.rivals.at(bid)
    }

    fn bends(&self) -> &[f64] {
        self.rivals.bends()
    }
}

impl Opposition for TrueAuction<'_> {
    fn jumps(&self) -> &[f64] {
        &self.jumps
    }

    fn degree(&self) -> Option<usize> {
        self.degree
    }

    fn utility(&self, own: &BidCurve) -> f64 {
        let floor = own.lowest().max(self.bends()[0]);
        let own = BidCurve { bidder: self.bidder, ..own.clone() };
        let curves: Vec<BidCurve> = self.curves().iter().cloned().chain([own]).collect();
        let bidders = self.profile.bids.len();
        let mut utility = 0.0;
        walk(&curves, Integrand::Product(bidders), floor, &mut |node| {
            let Some((own, rivals)) = node.bidders.split_last() else { return };
            if own.mass > 0.0 {
                let wins: f64 = rivals.iter().map(|at| at.cdf).product();
                utility += own.mass * (own.value - node.bid) * wins;
            }
        });
        utility
    }
}

/// W jumps where it rises by more than rounding.
const JUMP: f64 = 1e-13;

/// The error of a table of W for a search.
const TABLE_ERROR: f64 = 1e-12;

/// The same with W from a table.
pub(in crate::response) struct Tabulated<'t, 'a> {
    auction: &'t TrueAuction<'a>,
    table: Piecewise,
}

impl Wins for Tabulated<'_, '_> {
    fn at(&self, bid: f64) -> (f64, f64) {
        let (floor, top) = self.table.range();
        if bid < floor || bid >= top { self.auction.at(bid) } else { self.table.at_with_slope(bid) }
    }

    fn bends(&self) -> &[f64] {
        self.table.ends()
    }
}

impl Opposition for Tabulated<'_, '_> {
    #[inline]
    fn wins(&self, bid: f64) -> f64 {
        let (floor, top) = self.table.range();
        if bid < floor {
            0.0
        } else if bid >= top {
            1.0
        } else {
            self.table.at(bid)
        }
    }

    fn jumps(&self) -> &[f64] {
        &self.auction.jumps
    }

    fn degree(&self) -> Option<usize> {
        Some(DEGREE)
    }

    fn utility(&self, own: &BidCurve) -> f64 {
        smooth_utility(self, own)
    }
}

impl Opposition for SmoothedWins {
    #[inline]
    fn wins(&self, bid: f64) -> f64 {
        self.value(bid)
    }

    fn degree(&self) -> Option<usize> {
        Some(DEGREE)
    }

    fn utility(&self, own: &BidCurve) -> f64 {
        smooth_utility(self, own)
    }
}

impl Opposition for PaidTerms {
    #[inline]
    fn wins(&self, bid: f64) -> f64 {
        self.win(bid)
    }

    fn is_first_price(&self) -> bool {
        false
    }

    /// Who bids with many values what a rival bids with many ties.
    #[inline]
    fn part(&self, weight: f64, value: f64, bid: f64) -> f64 {
        weight * Terms::utility(self, value, self.tied(bid))
    }

    fn jumps(&self) -> &[f64] {
        self.jumps()
    }

    fn degree(&self) -> Option<usize> {
        Some(DEGREE)
    }

    fn utility(&self, own: &BidCurve) -> f64 {
        smooth_utility(self, own)
    }
}

/// E\[v W(b(v)) - P(b(v))\] where W is smooth between its bends.
fn smooth_utility(wins: &impl Opposition, own: &BidCurve) -> f64 {
    let (from, to) = (own.lowest(), own.top());
    let bends = wins.bends().iter().copied().filter(|bend| from < *bend && *bend < to);
    let mut cuts: Vec<f64> = std::iter::once(from).chain(bends).chain([to]).collect();
    cuts.dedup();
    let curves: Vec<BidCurve> = std::iter::once(own.clone()).chain(BidCurve::ruler(&cuts)).collect();
    let mut utility = 0.0;
    walk(&curves, Integrand::Smooth, from, &mut |node| {
        let own = node.bidders[0];
        if own.mass > 0.0 {
            utility += wins.part(own.mass, own.value, node.bid);
        }
    });
    utility
}
