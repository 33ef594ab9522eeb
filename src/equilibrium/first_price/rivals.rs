//! What a bidder of an equilibrium bids against, and its own bids, from the curves themselves.

use super::Bne;
use super::inverse_bids::Segment;
use crate::law::wins::Wins;
use crate::numeric::quadrature::GaussLegendre;

/// Nodes of the rule between neighbouring nodes of the curves, and in each of the panels below the lowest.
const ORDER: usize = 3;

/// How far below the lowest node values are looked at.
struct Below {
    /// In ln of their probability.
    log: f64,
    /// At most so far in s.
    most: f64,
    /// In so many panels.
    panels: usize,
}

const BELOW: Below = Below { log: 36.0, most: 40.0, panels: 24 };

/// The rivals of a bidder of an equilibrium: W = exp(sum_{j != i} l_j), and below the lowest bid that can win
/// those who cannot bid their values.
#[derive(Debug)]
pub(crate) struct Rivals<'a> {
    bne: &'a Bne,
    group: usize,
    bends: Vec<f64>,
}

/// A value of a bidder, its bid, and the weight of a node: its probability.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Own {
    pub value: f64,
    pub bid: f64,
    pub weight: f64,
}

impl<'a> Rivals<'a> {
    pub fn new(bne: &'a Bne, bidder: usize) -> Self {
        let group = bne.groups.of_bidder[bidder];
        let rivals = bne.groups.of_bidder.iter().enumerate().filter(|(j, _)| *j != bidder);
        let lowest = rivals.map(|(_, &group)| bne.groups.priors[group].support().0).fold(0.0, f64::max);
        let (low, top) = (bne.low_bid(), bne.top_bid());
        let mut bends = vec![lowest, low, top];
        if lowest >= low {
            bends.remove(0);
        }
        Rivals { bne, group, bends }
    }

    /// All bids at which W is to be sampled, rising, and whether each is a bend.
    pub fn samples(&self) -> impl Iterator<Item = (f64, bool)> + '_ {
        let curves = self.bne.curves();
        let (below, ends) = self.bends.split_at(self.bends.len() - 1);
        let (low, top) = (curves.low, curves.top);
        let nodes = curves.segments().map(move |(_, s, _)| low + curves.rise(s));
        let mut last = low;
        let inner = nodes.filter(move |&bid| {
            let kept = bid > last && bid < top;
            if kept {
                last = bid;
            }
            kept
        });
        let bends = |bids: &'_ [f64]| bids.iter().map(|bid| (*bid, true)).collect::<Vec<_>>();
        bends(below).into_iter().chain(inner.map(|bid| (bid, false))).chain(bends(ends))
    }

    /// Nodes over all own values that can win.
    pub fn own(&self) -> impl Iterator<Item = Own> + '_ {
        let curves = self.bne.curves();
        let rule = GaussLegendre::of_order(ORDER);
        let first = curves.first();
        let depth = (BELOW.log / curves.bottom_slope(self.group).max(f64::MIN_POSITIVE)).min(BELOW.most);
        let step = depth / BELOW.panels as f64;
        let below = (0..BELOW.panels).map(move |k| {
            let from = first - step * (BELOW.panels - k) as f64;
            (None, from, from + step)
        });
        let panels = below.chain(curves.segments().map(|(segment, from, to)| (Some(segment), from, to)));
        let nodes = panels.flat_map(move |(segment, from, to)| {
            rule.points(from, to).map(move |(s, weight)| self.node(segment, s, weight))
        });
        nodes.chain([self.node(curves.segment_of(0.0), 0.0, 0.0)])
    }

    fn node(&self, segment: Option<Segment>, s: f64, weight: f64) -> Own {
        let (groups, curves) = (&self.bne.groups, self.bne.curves());
        let (log, slope) = curves.at_any(self.group, segment, s);
        let start = groups.priors[self.group].support().0;
        Own {
            value: start + groups.quantiles[self.group].excess(log.min(0.0)),
            bid: curves.low + curves.rise(s),
            weight: weight * slope * libm::exp(log),
        }
    }

    /// W where rivals bid their values.
    fn at_values(&self, bid: f64) -> (f64, f64) {
        let groups = &self.bne.groups;
        let (mut wins, mut slope) = (1.0, 0.0);
        for (other, (prior, &count)) in groups.priors.iter().zip(&groups.counts).enumerate() {
            let rivals = if other == self.group { count - 1.0 } else { count };
            if rivals > 0.0 {
                let (cdf, density) = (prior.cdf(bid), prior.pdf(bid));
                let one_less = libm::pow(cdf, rivals - 1.0);
                slope = slope * one_less * cdf + wins * rivals * one_less * density;
                wins *= one_less * cdf;
            }
        }
        (wins, slope)
    }
}

impl Wins for Rivals<'_> {
    fn at(&self, bid: f64) -> (f64, f64) {
        let (groups, curves) = (&self.bne.groups, self.bne.curves());
        if bid >= curves.top {
            return (1.0, 0.0);
        }
        if bid < self.bends[0] {
            return (0.0, 0.0);
        }
        let rise = bid - curves.low;
        if rise <= 0.0 {
            let (wins, slope) = self.at_values(bid);
            // From the low bid on rivals shade: the right slope there is that at the lowest node.
            let lowest = || self.at(curves.low + curves.rise(curves.first())).1;
            return (wins, if rise < 0.0 { slope } else { lowest() });
        }
        let s = curves.place(bid);
        let segment = curves.segment_of(s);
        let (mut log, mut slope) = (0.0, 0.0);
        for (other, &count) in groups.counts.iter().enumerate() {
            let rivals = if other == self.group { count - 1.0 } else { count };
            if rivals > 0.0 {
                let (l, dl) = curves.at_any(other, segment, s);
                log += rivals * l.min(0.0);
                slope += rivals * dl;
            }
        }
        let wins = libm::exp(log);
        (wins, wins * slope / rise)
    }

    fn bends(&self) -> &[f64] {
        &self.bends
    }
}
