//! What a bid function earns against fixed rivals.

use crate::law::bid_curve::BidCurve;
use crate::law::marginal::{Marginal, Part, Share};
use crate::law::panels::GROWTH;
use crate::law::wins::Wins;
use crate::numeric::quadrature::{GaussLegendre, MAX_ORDER};

/// Rivals whose strategies are fixed, and the auction in which they are met.
pub(in super::super) trait Opposition: Wins {
    /// W(b).
    fn wins(&self, bid: f64) -> f64 {
        self.at(bid).0
    }

    /// Whether winners pay their own bids: other rules have no short cuts.
    fn is_first_price(&self) -> bool {
        true
    }

    /// A weight times what a value gets by a bid, v W(b) - P(b).
    #[inline]
    fn part(&self, weight: f64, value: f64, bid: f64) -> f64 {
        weight * (value - bid) * self.wins(bid)
    }

    /// The bids at which W jumps, rising.
    fn jumps(&self) -> &[f64] {
        &[]
    }

    /// The degree of the polynomials that W consists of between its bends, where it does.
    fn degree(&self) -> Option<usize>;

    /// E\[v W(b(v)) - P(b(v))\] over the bids of a curve, whose part is the density; ties are broken evenly.
    fn utility(&self, own: &BidCurve) -> f64;
}

/// Bid and place of the value.
pub(super) type Point = (f64, Share);

/// Nodes of a panel where F is not linear.
const ORDER: usize = 10;

/// Bids that rise by less than this part of the highest are not summed up from integrals of whole panels,
/// which would lose digits.
const LEAST_RISE: f64 = 1e-3;

/// What bid functions of one bidder earn.
pub(super) struct Payoff<'a, O> {
    pub marginal: &'a Marginal,
    pub against: &'a O,
    /// Where W consists of polynomials: a rule exact for W times the gap between value and bid, if F is
    /// linear.
    rule: Option<&'static GaussLegendre>,
    /// int W db and int b W db up to each bend, for uniform priors.
    sums: Vec<(f64, f64)>,
}

impl<'a, O: Opposition> Payoff<'a, O> {
    pub fn new(marginal: &'a Marginal, against: &'a O) -> Self {
        let order = against.degree().map(|degree| {
            let exact = (degree + 2).div_ceil(2);
            if marginal.is_uniform() { exact } else { exact.max(ORDER) }
        });
        let rule = order.filter(|order| *order <= MAX_ORDER).map(GaussLegendre::of_order);
        Payoff { marginal, against, rule, sums: Vec::new() }
    }

    /// The same, ready for many bid functions.
    pub fn with_sums(marginal: &'a Marginal, against: &'a O) -> Self {
        let mut payoff = Payoff::new(marginal, against);
        let Some(rule) = payoff.exact_rule().filter(|_| against.is_first_price()) else { return payoff };
        let mut sum = (0.0, 0.0);
        payoff.sums.push(sum);
        for pair in against.bends().windows(2) {
            for (bid, weight) in rule.points(pair[0], pair[1]) {
                let wins = weight * against.wins(bid);
                sum = (sum.0 + wins, wins.mul_add(bid, sum.1));
            }
            payoff.sums.push(sum);
        }
        payoff
    }

    /// The rule that is exact for utilities, where all of them are integrals of polynomials.
    pub fn exact_rule(&self) -> Option<&'static GaussLegendre> {
        self.rule.filter(|_| self.marginal.is_uniform())
    }

    /// The utility of the bids of a curve: where many values bid one bid, ties with rivals are broken evenly.
    pub fn judge(&self, own: &BidCurve) -> f64 {
        let rising = own.points.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if rising && self.exact_rule().is_some() {
            self.utility(&own.points)
        } else {
            self.against.utility(own)
        }
    }

    /// The utility of bids linear between points; who bids one bid with many values wins all ties.
    pub fn utility(&self, points: &[Point]) -> f64 {
        points.windows(2).map(|pair| self.segment_utility(pair[0], pair[1])).sum()
    }

    /// The part of the utility from the values between two points.
    pub fn segment_utility(&self, from: Point, to: Point) -> f64 {
        let ((start, low), (end, high)) = (from, to);
        let bends = self.against.bends();
        if end < bends[0] {
            return 0.0;
        }
        let rule = match self.rule {
            Some(rule) if !self.is_singular(low, high) => rule,
            _ => {
                let own = BidCurve::through(self.marginal, Part::Density, vec![from, to]);
                return self.against.utility(&own);
            }
        };
        let mut next = bends.partition_point(|bend| *bend <= start);
        let rise = end - start;
        if !self.marginal.is_uniform() {
            let bends = if rise > 0.0 { &bends[next..] } else { &[] };
            return self.uneven_utility(rule, from, to, bends);
        }
        let (lowest, highest) = (self.marginal.value(low), self.marginal.value(high));
        let mass = low.rise_to(high);
        if rise <= 0.0 {
            return self.against.part(mass, 0.5 * (lowest + highest), start);
        }
        let last = bends[next..].partition_point(|bend| *bend < end) + next;
        if last > next + 1 && !self.sums.is_empty() && rise > LEAST_RISE * end {
            let steep = (highest - lowest) / rise;
            let panel = |from: f64, to: f64| {
                rule.integrate(from, to, |bid| {
                    (steep.mul_add(bid - start, lowest) - bid) * self.against.wins(bid)
                })
            };
            let ((first, first_moment), (all, moment)) = (self.sums[next], self.sums[last - 1]);
            let inner = (lowest - steep * start) * (all - first) + (steep - 1.0) * (moment - first_moment);
            let below = if next > 0 { panel(start, bends[next]) } else { 0.0 };
            return mass / rise * (below + inner + panel(bends[last - 1], end));
        }
        let mut utility = 0.0;
        let mut t = if next == 0 { (bends[0] - start) / rise } else { 0.0 };
        next = next.max(1);
        while t < 1.0 {
            let upto = match bends.get(next) {
                Some(&bend) if bend < end => ((bend - start) / rise).clamp(t, 1.0),
                _ => 1.0,
            };
            for (share, weight) in rule.points(t, upto) {
                let bid = share.mul_add(rise, start);
                let value = share.mul_add(highest - lowest, lowest);
                utility += self.against.part(weight, value, bid);
            }
            (t, next) = (upto, next + 1);
        }
        mass * utility
    }

    /// Whether panels between two places would have to be graded.
    fn is_singular(&self, low: Share, high: Share) -> bool {
        let [at_low, at_high] = self.marginal.reaches();
        (at_low.is_some() && high.from_low > GROWTH * low.from_low)
            || (at_high.is_some() && low.from_high > GROWTH * high.from_high)
    }

    /// The same for any smooth prior: panels end at the bends, of which none is at or below the first bid,
    /// and where F does.
    fn uneven_utility(
        &self,
        rule: &GaussLegendre,
        (start, low): Point,
        (end, high): Point,
        bends: &[f64],
    ) -> f64 {
        let (rise, width) = (end - start, low.rise_to(high));
        let mut bends = bends.iter().map(|bend| (bend - start) / rise).peekable();
        let marks = self.marginal.marks_between(low, high);
        let mut marks = marks.iter().map(|mark| low.rise_to(mark.share) / width).peekable();
        let (mut utility, mut t) = (0.0, 0.0_f64);
        while t < 1.0 {
            let nearest = bends.peek().copied().unwrap_or(1.0).min(marks.peek().copied().unwrap_or(1.0));
            while bends.next_if(|bend| *bend <= nearest).is_some() {}
            while marks.next_if(|mark| *mark <= nearest).is_some() {}
            let upto = nearest.clamp(t, 1.0);
            for (t, weight) in rule.points(t, upto) {
                let bid = t.mul_add(rise, start);
                let share = Share {
                    from_low: t.mul_add(width, low.from_low),
                    from_high: (1.0 - t).mul_add(width, high.from_high),
                };
                let density = self.marginal.at(share, Part::Density).1;
                utility += self.against.part(weight * density, self.marginal.value(share), bid);
            }
            t = if upto > t || nearest < 1.0 { upto } else { 1.0 };
        }
        width * utility
    }
}
