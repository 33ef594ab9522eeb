//! The bids of all groups side by side, and the law of the highest of a bidder's rivals.

use super::group::Group;

/// The bid functions of all groups, and all bids at which one of them bends.
#[derive(Clone, Debug)]
pub struct Bids {
    /// The bids of each group at the ends of its panels.
    pub of_group: Vec<Vec<f64>>,
    /// Bid, group, and which of the group's ends it is; rising.
    pub bends: Vec<(f64, usize, usize)>,
}

impl Bids {
    pub fn new(groups: &[Group], parameters: &[Vec<f64>]) -> Self {
        let of_group: Vec<Vec<f64>> =
            groups.iter().zip(parameters).map(|(group, parameters)| group.bids(parameters)).collect();
        let mut bends = Vec::with_capacity(of_group.iter().map(Vec::len).sum());
        for (group, bids) in of_group.iter().enumerate() {
            bends.extend(bids.iter().enumerate().map(|(end, bid)| (*bid, group, end)));
        }
        bends.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        Bids { of_group, bends }
    }

    pub fn are_finite(&self) -> bool {
        self.of_group.iter().flatten().all(|bid| bid.is_finite())
    }

    /// The lowest and the highest bid of a group.
    pub fn range(&self, group: usize) -> (f64, f64) {
        let bids = &self.of_group[group];
        (bids[0], bids[bids.len() - 1])
    }

    /// Below the first bid one of the rivals of a bidder of this group always bids higher, above the second
    /// none does.
    pub fn floor_and_top(&self, groups: &[Group], group: usize) -> (f64, f64) {
        let rivals = (0..groups.len()).filter(|other| *other != group || groups[group].count > 1);
        rivals
            .map(|other| self.range(other))
            .fold((0.0, 0.0), |all, one| (one.0.max(all.0), one.1.max(all.1)))
    }
}

/// The value at which a group bids `bid`, that of the nearer end for bids beyond; `passed` ends have no
/// higher bid.
pub fn inverse(ends: &[f64], bids: &[f64], passed: usize, bid: f64) -> f64 {
    if passed == 0 {
        return ends[0];
    }
    if passed == ends.len() {
        return ends[passed - 1];
    }
    let (from, to) = (passed - 1, passed);
    let rise = bids[to] - bids[from];
    if rise <= 0.0 {
        return ends[from];
    }
    let value = ((bid - bids[from]) / rise).mul_add(ends[to] - ends[from], ends[from]);
    value.clamp(ends[from], ends[to])
}

/// The probability that all bidders bid lower, without one bidder of a group, and its derivative, for every
/// group: from those of one bidder of each.
#[derive(Debug)]
pub struct Product {
    /// The bidders of each group.
    counts: Vec<u32>,
    below: Vec<(f64, f64)>,
}

impl Product {
    pub fn new(counts: impl Iterator<Item = u32>) -> Self {
        let counts: Vec<u32> = counts.collect();
        Product { below: vec![(1.0, 0.0); counts.len()], counts }
    }

    /// Calls `visitor(group, H, h)` for every group, from F and f of one bidder of each.
    #[inline]
    pub fn visit(&mut self, one: &[(f64, f64)], mut visitor: impl FnMut(usize, f64, f64)) {
        let mut product = (1.0, 0.0);
        for ((below, one), count) in self.below.iter_mut().zip(one).zip(&self.counts) {
            *below = product;
            product = times(product, power(*one, *count));
        }
        product = (1.0, 0.0);
        for (i, ((below, one), count)) in self.below.iter().zip(one).zip(&self.counts).enumerate().rev() {
            let (win, density) = times(times(*below, power(*one, count - 1)), product);
            visitor(i, win, density);
            product = times(product, power(*one, *count));
        }
    }
}

/// The product of two functions and its derivative, from those of each.
#[inline]
pub fn times(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0, a.1 * b.0 + a.0 * b.1)
}

/// The power of a function and its derivative.
#[inline]
pub fn power((x, slope): (f64, f64), n: u32) -> (f64, f64) {
    match n {
        0 => (1.0, 0.0),
        1 => (x, slope),
        _ => {
            let lower = super::linear::power(x, n - 1);
            (lower * x, f64::from(n) * lower * slope)
        }
    }
}
