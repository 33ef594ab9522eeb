//! What a bid earns against fixed rivals, under any rule: how often it wins, and what it pays.

use super::rivals::Rivals;
use super::smoothed_wins::{SmoothedMet, SmoothedWins};
use super::wins::Wins;
use crate::auction::Payment;
use crate::numeric::piecewise::{DEGREE, Piecewise};
use crate::numeric::quadrature::GaussLegendre;

/// A bid, the probability W(b) to win with it, and what it pays on average, P(b).
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    pub bid: f64,
    pub win: f64,
    pub pay: f64,
}

/// What the bids of one bidder earn against rivals whose strategies are fixed: a value v gets v W(b) - P(b).
pub trait Terms {
    /// Rising bids between which W and P are smooth.
    fn bends(&self) -> &[f64];

    /// W and P at a bid; who bids as high as a rival who has an atom there wins.
    fn offer(&self, bid: f64) -> Offer;

    /// The same of those who bid one bid with many values: ties are broken evenly.
    fn tied(&self, bid: f64) -> Offer {
        self.offer(bid)
    }

    /// v W(b) - P(b).
    fn utility(&self, value: f64, offer: Offer) -> f64;

    /// A weight times P(b).
    fn paid(&self, weight: f64, offer: Offer) -> f64 {
        weight * offer.pay
    }

    /// v W'(b) - P'(b).
    fn slope(&self, value: f64, bid: f64) -> f64;

    /// v(b) = P'/W', the value to which the bid is the first-order answer; none where W' is 0.
    fn answer(&self, bid: f64) -> Option<f64>;
}

/// The smoothed auction at the first price.
impl Terms for SmoothedWins {
    fn bends(&self) -> &[f64] {
        Wins::bends(self)
    }

    fn offer(&self, bid: f64) -> Offer {
        let win = self.value(bid);
        Offer { bid, win, pay: bid * win }
    }

    fn utility(&self, value: f64, Offer { bid, win, .. }: Offer) -> f64 {
        (value - bid) * win
    }

    fn paid(&self, weight: f64, Offer { bid, win, .. }: Offer) -> f64 {
        weight * win * bid
    }

    fn slope(&self, value: f64, bid: f64) -> f64 {
        let (wins, slope) = self.at(bid);
        (value - bid) * slope - wins
    }

    fn answer(&self, bid: f64) -> Option<f64> {
        let (wins, slope) = self.at(bid);
        // Where W is 0 with its slope, or so small that it underflows, so is W / W'.
        (slope > 0.0).then(|| if wins == 0.0 { bid } else { bid + wins / slope })
    }
}

/// W, and what the [`Payment`] depends on, as tables: in the true auction and in the smoothed one.
#[derive(Clone, Debug)]
pub struct PaidTerms {
    payment: Payment,
    wins: Piecewise,
    met: Met,
    /// Bids at which W jumps, rising, and how often all those win who bid it with many values: ties are
    /// broken evenly.
    jumps: Vec<f64>,
    tied: Vec<f64>,
}

/// E\[m; a bid b wins\], m the highest other bid.
#[derive(Clone, Debug)]
enum Met {
    /// Nobody pays it.
    Nothing,
    /// b W(b) less this area, int_0^b W: in the true auction.
    Area(Piecewise),
    /// In the smoothed auction.
    Moment(Piecewise),
}

/// The error of the tables of W where they are tried.
const TABLE_ERROR: f64 = 1e-13;

/// W jumps where it rises by more than rounding.
const JUMP: f64 = 1e-13;

/// Nodes of the rule that is exact for the polynomials of a table.
const EXACT: usize = DEGREE / 2 + 1;

impl PaidTerms {
    /// Against rivals in the true auction, for values up to a highest.
    pub fn new(rivals: &Rivals, payment: Payment, highest: f64) -> Self {
        let mut samples = Vec::new();
        rivals.samples(&mut samples);
        let mut ends: Vec<f64> = std::iter::once(0.0).chain(samples.iter().map(|sample| sample.0)).collect();
        let top = ends.iter().copied().fold(0.0, f64::max);
        // Beyond the highest of all bids W is 1, and there is a piece to say so.
        ends.push(if highest > top { highest } else { top + highest });
        ends.sort_by(f64::total_cmp);
        ends.dedup();
        let exact = |bid: f64| rivals.at(bid).0;
        let wins = Piecewise::new(&ends, exact, |bid, y| (y - exact(bid)).abs() < TABLE_ERROR);
        let met = if payment.other == 0.0 { Met::Nothing } else { Met::Area(area(&wins)) };
        let mut jumps = rivals.bends().to_vec();
        jumps.retain(|bid| rivals.at(*bid).0 - rivals.below(*bid) > JUMP);
        let tied = jumps.iter().map(|bid| rivals.flat(*bid)).collect();
        PaidTerms { payment, wins, met, jumps, tied }
    }

    /// In the smoothed auction, where W is known and so is E\[m; b wins\].
    pub fn smoothed(wins: &SmoothedWins, met: Option<&SmoothedMet>, payment: Payment) -> Self {
        let met = met.filter(|_| payment.other != 0.0);
        let met = met.map_or(Met::Nothing, |met| Met::Moment(met.table().clone()));
        PaidTerms { payment, wins: wins.table().clone(), met, jumps: Vec::new(), tied: Vec::new() }
    }

    /// Bids at which W jumps, rising.
    pub fn jumps(&self) -> &[f64] {
        &self.jumps
    }

    /// The highest bid of the table; higher ones win as it does.
    pub fn top(&self) -> f64 {
        self.wins.range().1
    }

    /// W(b).
    #[inline]
    pub fn win(&self, bid: f64) -> f64 {
        self.wins.at(bid.min(self.top())).clamp(0.0, 1.0)
    }

    fn win_slope(&self, bid: f64) -> f64 {
        if bid >= self.top() { 0.0 } else { self.wins.at_with_slope(bid).1 }
    }

    fn offer_at(&self, bid: f64, win: f64) -> Offer {
        let Payment { own, other, always } = self.payment;
        let pay = match &self.met {
            Met::Nothing => own.mul_add(win, always) * bid,
            Met::Area(area) => {
                // Above the table W is 1, and the area goes on.
                let beyond = (bid - self.top()).max(0.0);
                let area = area.at(bid.min(self.top())) + beyond;
                (own + other).mul_add(win, always) * bid - other * area
            }
            Met::Moment(moment) => {
                own.mul_add(win, always) * bid + other * moment.at(bid.min(moment.range().1))
            }
        };
        Offer { bid, win, pay }
    }

    /// P'(b), given W and W'.
    fn pay_slope(&self, bid: f64, win: f64, slope: f64) -> f64 {
        let Payment { own, other, always } = self.payment;
        let met = match &self.met {
            Met::Nothing => 0.0,
            Met::Area(_) => bid * slope,
            Met::Moment(moment) if bid >= moment.range().1 => 0.0,
            Met::Moment(moment) => moment.at_with_slope(bid).1,
        };
        own * bid.mul_add(slope, win) + other * met + always
    }
}

/// int_0^b W of a table.
fn area(wins: &Piecewise) -> Piecewise {
    let rule = GaussLegendre::of_order(EXACT);
    let ends = wins.ends();
    let part = |from: f64, to: f64| {
        // Inside a piece, whose last point is of the next.
        rule.integrate(from, to, |bid| wins.at(bid))
    };
    let mut below = vec![0.0];
    for pair in ends.windows(2) {
        below.push(below[below.len() - 1] + part(pair[0], pair[1]));
    }
    let exact = |bid: f64| {
        let k = ends[1..ends.len() - 1].partition_point(|end| *end <= bid);
        below[k] + part(ends[k], bid)
    };
    let scale = ends[ends.len() - 1];
    Piecewise::new(ends, exact, |bid, y| (y - exact(bid)).abs() < TABLE_ERROR * scale)
}

impl Wins for PaidTerms {
    fn at(&self, bid: f64) -> (f64, f64) {
        (self.win(bid), self.win_slope(bid))
    }

    fn bends(&self) -> &[f64] {
        self.wins.ends()
    }
}

impl Terms for PaidTerms {
    fn bends(&self) -> &[f64] {
        self.wins.ends()
    }

    #[inline]
    fn offer(&self, bid: f64) -> Offer {
        self.offer_at(bid, self.win(bid))
    }

    fn tied(&self, bid: f64) -> Offer {
        match self.jumps.iter().position(|jump| *jump == bid) {
            Some(k) => self.offer_at(bid, self.tied[k]),
            None => self.offer(bid),
        }
    }

    #[inline]
    fn utility(&self, value: f64, Offer { win, pay, .. }: Offer) -> f64 {
        value * win - pay
    }

    fn slope(&self, value: f64, bid: f64) -> f64 {
        let slope = self.win_slope(bid);
        value * slope - self.pay_slope(bid, self.win(bid), slope)
    }

    fn answer(&self, bid: f64) -> Option<f64> {
        let slope = self.win_slope(bid);
        (slope > 0.0).then(|| self.pay_slope(bid, self.win(bid), slope) / slope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::games::{game, through, with_priors};
    use crate::auction::{Mechanism, Population, Prior, Profile};
    use crate::law::bid_curve::BidCurve;
    use crate::law::marginal::Part;
    use crate::law::marginals::Marginals;
    use crate::law::rivals::BidLaws;

    fn of(population: &Population, profile: &Profile, mechanism: Mechanism, bidder: usize) -> PaidTerms {
        let marginals = Marginals::new(population);
        let laws = BidLaws::new(marginals.curves(profile, 0.0, Part::Both));
        let high = population.bidders[bidder].prior.support().1;
        PaidTerms::new(&laws.rivals(bidder), mechanism.payment(), high)
    }

    #[test]
    fn against_one_uniform_line_terms_have_closed_forms() {
        let population = Population::symmetric(2, Prior::STANDARD);
        let profile = Profile::linear([0.3, 0.8]);
        for (mechanism, pay) in [
            (Mechanism::FirstPrice, (|b, w| b * w) as fn(f64, f64) -> f64),
            (Mechanism::SecondPrice, |b, w| w * b.min(0.8) / 2.0),
            (Mechanism::AllPay, |b, _| b),
            (Mechanism::Mixture { a: 1.25 }, |b, w| 0.75 * b * w + 0.25 * w * b.min(0.8) / 2.0),
        ] {
            let terms = of(&population, &profile, mechanism, 0);
            for k in 0..=150 {
                let bid = f64::from(k) / 100.0;
                let win = (bid / 0.8).min(1.0);
                let offer = terms.offer(bid);
                assert!((offer.win - win).abs() < 1e-14, "{mechanism}: {} for {win} at {bid}", offer.win);
                let paid = pay(bid, win);
                assert!((offer.pay - paid).abs() < 1e-14, "{mechanism}: {} for {paid} at {bid}", offer.pay);
            }
            // First-order answers: 2 b, b, 0.8, and between the first two.
            let answer = terms.answer(0.4).unwrap();
            let exact = match mechanism {
                Mechanism::FirstPrice => 0.8,
                Mechanism::SecondPrice => 0.4,
                Mechanism::AllPay => 0.8,
                Mechanism::Mixture { .. } => 0.75 * 0.8 + 0.25 * 0.4,
            };
            assert!((answer - exact).abs() < 1e-12, "{mechanism}: {answer}");
            assert!(terms.slope(exact, 0.4).abs() < 1e-12);
        }
    }

    #[test]
    fn slopes_are_those_of_the_tables() {
        let [_, beta, normal, ..] = &crate::auction::games::seven_priors()[..] else { panic!() };
        let population = with_priors(&[Prior::STANDARD, beta.clone(), normal.clone()]);
        let flat = through(&[(0.0, 0.0), (0.4, 0.3), (0.6, 0.3), (1.0, 0.7)]);
        let profile = Profile { bids: vec![flat.clone(), flat, through(&[(0.0, 0.05), (1.5, 0.9)])] };
        let marginals = Marginals::new(&population);
        let curves: Vec<BidCurve> = marginals.curves(&profile, 0.0, Part::Both).collect();
        for mechanism in Mechanism::ALL {
            let truth = of(&population, &profile, mechanism, 0);
            let wins = SmoothedWins::of_all(&curves, 30.0);
            let met = SmoothedMet::of_all(&curves, 30.0);
            let smoothed = PaidTerms::smoothed(&wins[0], Some(&met[0]), mechanism.payment());
            for terms in [truth, smoothed] {
                for bid in [0.031, 0.12, 0.22, 0.41, 0.55, 0.63] {
                    let apart = 1e-5;
                    let at = |bid: f64| terms.utility(0.7, terms.offer(bid));
                    let quotient = (at(bid + apart) - at(bid - apart)) / (2.0 * apart);
                    let slope = terms.slope(0.7, bid);
                    assert!((slope - quotient).abs() < 1e-5, "{mechanism} at {bid}: {slope} for {quotient}");
                }
            }
        }
    }

    #[test]
    fn smoothed_terms_come_to_the_true_ones() {
        let population = game(&[(0.0, 1.0), (0.0, 2.0), (0.5, 1.5)]);
        let profile = Profile::linear([0.5, 0.6, 0.7]);
        let marginals = Marginals::new(&population);
        let curves: Vec<BidCurve> = marginals.curves(&profile, 0.0, Part::Both).collect();
        let (wins, met) = (SmoothedWins::of_all(&curves, 1e5), SmoothedMet::of_all(&curves, 1e5));
        for bidder in 0..3 {
            let mechanism = Mechanism::Mixture { a: 1.5 };
            let terms = of(&population, &profile, mechanism, bidder);
            let smoothed = PaidTerms::smoothed(&wins[bidder], Some(&met[bidder]), mechanism.payment());
            for bid in [0.4, 0.61, 0.8, 1.0] {
                let (exact, near) = (terms.offer(bid), smoothed.offer(bid));
                assert!((exact.win - near.win).abs() < 1e-4 && (exact.pay - near.pay).abs() < 1e-4);
            }
        }
    }
}
