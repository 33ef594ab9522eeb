//! How likely a bid beats all rivals of a bidder of a profile.

use super::bid_curve::BidCurve;
use super::wins::Wins;
use crate::numeric::quadrature::GaussLegendre;

/// The fewest even steps in which smooth laws are sampled, and how near to another a sample may be, in units of all.
const SAMPLES: usize = 64;
const NEAR: f64 = 1e-13;

/// The laws of the bids of a profile, for the rivals of any bidder.
#[derive(Debug)]
pub struct BidLaws<'a> {
    /// One a bidder.
    laws: Vec<BidLaw<'a>>,
    /// Every bid at which the law of a bidder's bid bends or jumps, and the bidder; rising.
    bends: Vec<(f64, usize)>,
    /// The bidders, those with the highest top bids first.
    by_top: Vec<usize>,
}

/// G, the law of one bidder's bid: 0 below the lowest bid, 1 from the top bid on.
#[derive(Debug)]
struct BidLaw<'a> {
    lowest: f64,
    top: f64,
    shape: Shape<'a>,
}

#[derive(Debug)]
enum Shape<'a> {
    /// One line from the lowest bid to the top bid, of this slope.
    Line(f64),
    /// Lines between points, bid and G; G may jump.
    Lines(Vec<(f64, f64)>),
    /// A smooth law between points.
    Smooth(BidCurve<'a>),
}

/// W(b) = prod_j G_j(b) over the rivals j of one bidder. Who bids as high as a rival who has an atom there is taken to
/// win: an instant above, W is the same.
#[derive(Debug)]
pub struct Rivals<'a> {
    lines: Vec<Line>,
    others: Vec<&'a BidLaw<'a>>,
    /// Some rival always bids as much or more.
    floor: f64,
    bends: Vec<f64>,
}

/// A law that is one line; in the order of falling tops, so that those that are 1 at a bid stand last.
#[derive(Clone, Copy, Debug)]
struct Line {
    lowest: f64,
    top: f64,
    slope: f64,
}

impl<'a> BidLaws<'a> {
    /// From the bids of all bidders.
    pub fn new(curves: impl Iterator<Item = BidCurve<'a>>) -> Self {
        let laws: Vec<BidLaw> = curves.map(BidLaw::new).collect();
        let mut bends = Vec::with_capacity(4 * laws.len());
        for (bidder, law) in laws.iter().enumerate() {
            law.for_bends(|bid| bends.push((bid, bidder)));
        }
        bends.sort_by(|a: &(f64, usize), b| a.0.total_cmp(&b.0));
        let mut by_top: Vec<usize> = (0..laws.len()).collect();
        by_top.sort_by(|&a, &b| laws[b].top.total_cmp(&laws[a].top));
        BidLaws { laws, bends, by_top }
    }

    /// What one bidder bids against.
    pub fn rivals(&self, bidder: usize) -> Rivals<'_> {
        let mut rivals = Rivals {
            lines: Vec::with_capacity(self.laws.len()),
            others: Vec::new(),
            floor: f64::NEG_INFINITY,
            bends: Vec::with_capacity(self.bends.len()),
        };
        let mut top = f64::NEG_INFINITY;
        for law in self.by_top.iter().filter(|j| **j != bidder).map(|&j| &self.laws[j]) {
            rivals.floor = rivals.floor.max(law.lowest);
            top = top.max(law.top);
            match law.shape {
                Shape::Line(slope) => rivals.lines.push(Line { lowest: law.lowest, top: law.top, slope }),
                _ => rivals.others.push(law),
            }
        }
        rivals.bends.push(rivals.floor);
        for &(bid, of) in &self.bends {
            if of != bidder && bid > rivals.bends[rivals.bends.len() - 1] && bid <= top {
                rivals.bends.push(bid);
            }
        }
        rivals
    }

    /// W(b) of every bidder at each of these bids, which rise, as its [`Rivals`] have it, one bidder after another; in little more time
    /// than for one of them. `below` is room for as much.
    pub fn wins(&self, bids: &[f64], below: &mut [f64], wins: &mut [f64]) {
        let size = bids.len();
        let mut product = vec![1.0; size];
        let multiply = |product: &mut [f64], by: &[f64]| {
            product.iter_mut().zip(by).for_each(|(product, by)| *product *= by);
        };
        // First the product of the G_j before each bidder, then times those after.
        let rows = below.chunks_exact_mut(size).zip(wins.chunks_exact_mut(size));
        for (law, (below, wins)) in self.laws.iter().zip(rows) {
            law.upto(bids, below);
            wins.copy_from_slice(&product);
            multiply(&mut product, below);
        }
        product.fill(1.0);
        for (below, wins) in below.chunks_exact(size).zip(wins.chunks_exact_mut(size)).rev() {
            multiply(wins, &product);
            multiply(&mut product, below);
        }
    }
}

impl<'a> BidLaw<'a> {
    fn new(curve: BidCurve<'a>) -> Self {
        let (lowest, top) = (curve.lowest(), curve.points[curve.points.len() - 1].0);
        let marginal = curve.marginal;
        let middle = curve.points[0].1;
        let shape = if marginal.line(middle).is_none() {
            Shape::Smooth(curve)
        } else {
            let points = lines(&curve);
            match points[..] {
                [(lowest, _), (top, _)] if top - lowest >= f64::MIN_POSITIVE => {
                    Shape::Line(1.0 / (top - lowest))
                }
                _ => Shape::Lines(points),
            }
        };
        BidLaw { lowest, top, shape }
    }

    /// Calls `bend` with every bid at which G bends or jumps, rising.
    fn for_bends(&self, mut bend: impl FnMut(f64)) {
        match &self.shape {
            Shape::Line(_) => {
                bend(self.lowest);
                bend(self.top);
            }
            Shape::Lines(points) => points.iter().for_each(|point| bend(point.0)),
            Shape::Smooth(curve) => curve.points.iter().for_each(|point| bend(point.0)),
        }
    }

    /// G and its right derivative at a bid that is not below the lowest.
    fn at(&self, bid: f64) -> (f64, f64) {
        if bid >= self.top {
            return (1.0, 0.0);
        }
        match &self.shape {
            Shape::Line(slope) => (((bid - self.lowest) * slope).min(1.0), *slope),
            Shape::Lines(points) => {
                let k = points[1..].partition_point(|point| point.0 <= bid);
                let (from, to) = (points[k], points[k + 1]);
                let slope = (to.1 - from.1) / (to.0 - from.0);
                (slope * (bid - from.0) + from.1, slope)
            }
            Shape::Smooth(curve) => {
                let k = curve.points[1..].partition_point(|point| point.0 <= bid);
                let (from, to) = (curve.points[k], curve.points[k + 1]);
                let (cdf, density) = curve.marginal.at(curve.place(k, bid), curve.part);
                (cdf.clamp(0.0, 1.0), density.max(0.0) * (from.1.rise_to(to.1) / (to.0 - from.0)))
            }
        }
    }

    /// G at each of these bids, which rise.
    fn upto(&self, bids: &[f64], below: &mut [f64]) {
        let bids = bids.iter().zip(below);
        match &self.shape {
            Shape::Line(slope) => {
                for (bid, below) in bids {
                    let rise = ((bid - self.lowest) * slope).clamp(0.0, 1.0);
                    *below = if *bid >= self.top { 1.0 } else { rise };
                }
            }
            Shape::Lines(points) => {
                let mut k = 0;
                for (bid, below) in bids {
                    *below = if *bid < self.lowest {
                        0.0
                    } else if *bid >= self.top {
                        1.0
                    } else {
                        while points[k + 1].0 <= *bid {
                            k += 1;
                        }
                        let (from, to) = (points[k], points[k + 1]);
                        ((to.1 - from.1) / (to.0 - from.0)).mul_add(bid - from.0, from.1)
                    };
                }
            }
            Shape::Smooth(_) => {
                for (bid, below) in bids {
                    *below = if *bid < self.lowest { 0.0 } else { self.at(*bid).0 };
                }
            }
        }
    }

    /// The probability to bid below.
    fn below(&self, bid: f64) -> f64 {
        if bid <= self.lowest {
            return 0.0;
        }
        if bid > self.top {
            return 1.0;
        }
        match &self.shape {
            Shape::Line(slope) => ((bid - self.lowest) * slope).min(1.0),
            Shape::Lines(points) => {
                let k = points.partition_point(|point| point.0 < bid) - 1;
                let (from, to) = (points[k], points[k + 1]);
                ((to.1 - from.1) / (to.0 - from.0)).mul_add(bid - from.0, from.1)
            }
            Shape::Smooth(curve) => {
                let k = curve.points.partition_point(|point| point.0 < bid) - 1;
                curve.marginal.at(curve.place(k, bid), curve.part).0.clamp(0.0, 1.0)
            }
        }
    }
}

/// Bid and G where bids or F, which is linear between, bend; both rise, but for the two ends of an atom.
fn lines(curve: &BidCurve) -> Vec<(f64, f64)> {
    let mut points = Vec::with_capacity(curve.points.len());
    let cdf = |share| curve.marginal.at(share, curve.part).0;
    points.push((curve.lowest(), 0.0));
    for pair in curve.points.windows(2) {
        let ((from, low), (to, high)) = (pair[0], pair[1]);
        if to > from {
            for mark in curve.marginal.marks_between(low, high) {
                let bid = (low.rise_to(mark.share) / low.rise_to(high)).mul_add(to - from, from);
                if points[points.len() - 1].0 < bid && bid < to {
                    points.push((bid, cdf(mark.share)));
                }
            }
        }
        points.push((to, cdf(high).min(1.0)));
    }
    points
}

impl Wins for Rivals<'_> {
    #[inline]
    fn at(&self, bid: f64) -> (f64, f64) {
        if bid < self.floor {
            return (0.0, 0.0);
        }
        let (mut wins, mut slope) = (1.0, 0.0);
        for line in &self.lines {
            if bid >= line.top {
                break;
            }
            let below = ((bid - line.lowest) * line.slope).min(1.0);
            // Not fused: where the processor is not known to do it, that costs a call.
            slope = below * slope + wins * line.slope;
            wins *= below;
        }
        for law in &self.others {
            let (below, density) = law.at(bid);
            slope = below * slope + wins * density;
            wins *= below;
        }
        (wins, slope)
    }

    fn bends(&self) -> &[f64] {
        &self.bends
    }
}

impl Rivals<'_> {
    /// W(b-), the probability that all rivals bid less.
    pub fn below(&self, bid: f64) -> f64 {
        if bid <= self.floor { 0.0 } else { self.all(|law| law.below(bid), |law| law.below(bid)) }
    }

    /// The probability to win with a bid at which ties are broken evenly, as those who never bid an instant more have
    /// it: with t for the own priority among those who tie,
    ///
    /// ```text
    /// int_0^1 prod_j (G_j(b-) + t (G_j(b) - G_j(b-))) dt.
    /// ```
    pub fn tied(&self, bid: f64) -> f64 {
        if bid < self.floor {
            return 0.0;
        }
        let rule = GaussLegendre::of_order((self.lines.len() + self.others.len()) / 2 + 1);
        rule.integrate(0.0, 1.0, |t| {
            let of = |below: f64, upto: f64| t.mul_add(upto - below, below);
            self.all(|line| of(line.below(bid), line.at(bid)), |law| of(law.below(bid), law.at(bid).0))
        })
    }

    /// Whether every G is a line between bends.
    pub fn are_lines(&self) -> bool {
        !self.others.iter().any(|law| matches!(law.shape, Shape::Smooth(_)))
    }

    /// Rising bids from the first bend to the last, at least so close that what W does between neighbours shows at them,
    /// and whether each is a bend.
    pub fn samples(&self, samples: &mut Vec<(f64, bool)>) {
        samples.clear();
        samples.extend(self.bends.iter().map(|bend| (*bend, true)));
        let (floor, top) = (self.bends[0], self.bends[self.bends.len() - 1]);
        // Products of lines are log-concave between bends.
        if self.are_lines() {
            return;
        }
        for law in &self.others {
            let Shape::Smooth(curve) = &law.shape else { continue };
            for pair in curve.points.windows(2).filter(|pair| pair[0].0 < pair[1].0) {
                let ((from, low), (to, high)) = (pair[0], pair[1]);
                for mark in curve.marginal.marks_between(low, high) {
                    let share = low.rise_to(mark.share) / low.rise_to(high);
                    samples.push((share.mul_add(to - from, from), false));
                }
            }
        }
        let step = (top - floor) / SAMPLES as f64;
        samples.extend((1..SAMPLES).map(|k| (step.mul_add(k as f64, floor), false)));
        // A bend before others at its bid.
        samples.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let apart = NEAR * (top - floor);
        let mut next_bend = self.bends.iter().peekable();
        let mut last = f64::NEG_INFINITY;
        samples.retain(|&(bid, bends)| {
            while next_bend.next_if(|bend| **bend <= bid).is_some() {}
            let after = next_bend.peek().map_or(f64::INFINITY, |bend| **bend);
            let kept = bends || floor < bid && bid < top && bid - last > apart && after - bid > apart;
            if kept {
                last = bid;
            }
            kept
        });
    }

    fn all(&self, line: impl Fn(&Line) -> f64, law: impl Fn(&BidLaw) -> f64) -> f64 {
        self.lines.iter().map(line).chain(self.others.iter().map(|of| law(of))).product()
    }
}

impl Line {
    fn at(&self, bid: f64) -> f64 {
        ((bid - self.lowest) * self.slope).clamp(0.0, 1.0)
    }

    /// A line has no atoms.
    fn below(&self, bid: f64) -> f64 {
        self.at(bid)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::auction::games::{any_games, game, games, outbid, through};
    use crate::auction::{BidFunction, Population, Profile};
    use crate::law::marginal::Part;
    use crate::law::marginals::Marginals;

    /// What `of` gives for the rivals of every bidder.
    fn for_all<T>(
        population: &Population,
        profile: &Profile,
        of: impl Fn(usize, &Rivals, &BidLaws) -> T,
    ) -> Vec<T> {
        let marginals = Marginals::new(population);
        let laws = BidLaws::new(marginals.curves(profile, 0.0, Part::Both));
        (0..population.len()).map(|i| of(i, &laws.rivals(i), &laws)).collect()
    }

    /// Bids between the bends, as shares of the way from one to the next; none so near that rounding moves them.
    fn between(bends: &[f64], shares: &[f64]) -> Vec<f64> {
        let apart = bends.windows(2).filter(|ends| ends[1] - ends[0] > 1e-9 * ends[1]);
        apart.flat_map(|ends| shares.iter().map(|t| t.mul_add(ends[1] - ends[0], ends[0]))).collect()
    }

    fn assert_wins(population: &Population, profile: &Profile, tolerance: f64) -> Result<(), TestCaseError> {
        let checked = for_all(population, profile, |i, rivals, laws| {
            let mut of_all = [vec![0.0; population.len()], vec![0.0; population.len()]];
            let bends = rivals.bends();
            prop_assert!(bends.windows(2).all(|pair| pair[0] < pair[1]), "{bends:?}");
            let (floor, top) = (bends[0], bends[bends.len() - 1]);
            prop_assert_eq!(rivals.at(floor - 1e-9 * floor.max(1e-300)), (0.0, 0.0));
            prop_assert_eq!(rivals.at(top), (1.0, 0.0));
            for bid in between(bends, &[0.1, 0.5, 0.9]) {
                let (wins, slope) = rivals.at(bid);
                let expected = outbid(population, profile, i, bid);
                // Where W is steep, the definition loses the digits that a value near the end of its support has lost.
                let close = tolerance + 1e-14 * slope * top;
                prop_assert!((wins - expected).abs() <= close, "{wins} for {expected} at {bid}");
                prop_assert!((rivals.below(bid) - wins).abs() <= 1e-14);
                let [room, all] = &mut of_all;
                laws.wins(&[bid], room, all);
                prop_assert!((all[i] - wins).abs() <= 1e-14);
                prop_assert!(slope >= 0.0);
            }
            // The slope is that of W: its integral over a little of every panel, which may be steep elsewhere.
            let rule = GaussLegendre::of_order(6);
            for from in between(bends, &[0.2, 0.5, 0.8]) {
                let next = bends.iter().copied().filter(|bend| *bend > from).fold(f64::INFINITY, f64::min);
                let to = 0.999f64.mul_add(from, 0.001 * next);
                let rise = rule.integrate(from, to, |bid| rivals.at(bid).1);
                let expected = rivals.at(to).0 - rivals.at(from).0;
                let close = tolerance + 1e-6 * expected;
                prop_assert!((rise - expected).abs() <= close, "{rise} for {expected} from {from}");
            }
            Ok(())
        });
        checked.into_iter().collect()
    }

    proptest! {
        #[test]
        fn wins_of_lines_are_those_of_the_definition((population, profile) in games()) {
            assert_wins(&population, &profile, 1e-12)?;
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig {
        cases: 48,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..Default::default()
    })]

        #[test]
        fn any_wins_are_those_of_the_definition((population, profile) in any_games(4)) {
            assert_wins(&population, &profile, 1e-9)?;
        }
    }

    #[test]
    fn an_atom_is_beaten_an_instant_above() {
        // A third of the second bidder's values bid 0.3, half of the third's.
        let flat = through(&[(0.0, 0.0), (1.0 / 3.0, 0.3), (2.0 / 3.0, 0.3), (1.0, 0.6)]);
        let half = through(&[(0.5, 0.3), (1.0, 0.6)]);
        let profile = Profile { bids: vec![BidFunction::Linear { multiplier: 0.5 }, flat, half] };
        let wins = for_all(&game(&[(0.0, 1.0); 3]), &profile, |i, rivals, _| {
            (i, rivals.bends().to_vec(), rivals.at(0.3).0, rivals.below(0.3), rivals.tied(0.3))
        });
        let close = |one: f64, other: f64| (one - other).abs() < 1e-15;
        let (_, bends, at, below, tied) = &wins[0];
        assert_eq!(bends[..], [0.3, 0.6]);
        assert!(close(*at, 1.0 / 3.0) && *below == 0.0);
        // int (1/3 + t/3) t/2 dt.
        assert!(close(*tied, 1.0 / 12.0 + 1.0 / 18.0));
        let (_, bends, at, below, tied) = &wins[2];
        assert_eq!(bends[..], [0.0, 0.3, 0.5, 0.6]);
        assert!(close(*at, 0.6 * 2.0 / 3.0) && close(*below, 0.6 / 3.0) && close(*tied, 0.6 * 0.5));
    }

    #[test]
    fn multipliers_of_zero_are_atoms_at_zero() {
        let wins = for_all(&game(&[(0.0, 1.0); 3]), &Profile::linear([0.0, 0.0, 0.5]), |_, rivals, _| {
            (rivals.bends().to_vec(), rivals.at(0.0).0, rivals.below(0.0), rivals.tied(0.0))
        });
        assert_eq!(wins[2].0, [0.0]);
        assert_eq!((wins[2].1, wins[2].2), (1.0, 0.0));
        assert!((wins[2].3 - 1.0 / 3.0).abs() < 1e-15);
        assert_eq!(wins[0], (vec![0.0, 0.5], 0.0, 0.0, 0.0));
    }
}
