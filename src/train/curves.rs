//! The gradient of a batch's mean smoothed utility where strategies are not all linear: bids first, then the
//! derivatives of the utilities in the bids, then their sums over the bids' derivatives in the parameters.
//!
//! With bid b, highest other bid m and win probability p = sigmoid(beta (b - m)), bidder i's utility on a
//! sample is (v - b) p at the first price, and its derivative in the bid
//!
//! d/db (v - b) p = -p + beta (v - b) p (1 - p);
//!
//! those of other rules are in [`rule`](super::rule).
//!
//! Bids are in units of log2: y = beta log2(e) b and t = 2^(m - y), so that p = 1 / (1 + t) and
//! beta (v - b) = beta v - y ln 2.

use std::ops::Range;

use super::Run;
use super::arms::Arms;
use super::chunk::{Chunk, Known, STEPS};
use super::contexts::Contexts;
use super::odds::{TOGETHER, odds, probability, together};
use super::player::{Player, knots};
use super::rule::{AllBids, AnyPayment, At, OtherBid, OwnBid, Rule, margin};
use crate::auction::strategy::Play;
use crate::auction::{Mechanism, Strategy};
use crate::numeric::simd::{Float, LANES, Part, Real, Samples, Simd};

/// The bids of a batch and the sums over it.
pub(super) struct Curves<R, X> {
    bidders: Vec<Curve<R, X>>,
    /// In units of log2, shape \[bidder\]\[[`STEPS`]\].
    bids: Vec<X>,
    /// d utility / d bid, or of everybody's together, shape \[bidder\]\[[`STEPS`]\].
    derivatives: Vec<X>,
    beta: X,
    /// Units of bids a unit of value.
    per_value: X,
    /// Whether a difference of bids, in units of log2, may exceed what exp2 takes.
    steep: bool,
}

/// The bid function of one bidder: y = sum_k rise_k share_k(v).
struct Curve<R, X> {
    pieces: Vec<Piece<R, X>>,
    /// Whether shares are cut to \[0, 1\], or there is one share, the value itself.
    cut: bool,
}

/// What one parameter adds.
struct Piece<R, X> {
    /// d bid / d parameter where the share is 1.
    width: R,
    /// share = v x `per_value` + `offset`.
    per_value: X,
    offset: X,
    /// What the bid rises by with the share, in units of log2.
    rise: X,
    /// The derivatives times the share, summed over a block of the batch and over the batch.
    block: X,
    sum: R,
}

impl<R: Real, X: Float> Piece<R, X> {
    /// share(v) = clamp(v x `per_value` + `offset`, 0, 1).
    #[inline(always)]
    fn share(&self, value: X) -> X {
        value.mul_add(self.per_value, self.offset).min(X::splat(1.0)).max(X::splat(0.0))
    }
}

impl<R: Real, X: Float> Curves<R, X> {
    /// Those of a game that has none.
    pub(super) fn none() -> Self {
        let zero = X::splat(0.0);
        Curves {
            bidders: Vec::new(),
            bids: Vec::new(),
            derivatives: Vec::new(),
            beta: zero,
            per_value: zero,
            steep: true,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bidders.is_empty()
    }

    pub(super) fn new<S: Simd<Real = R>>(runs: &[Run<'_>; LANES]) -> Self
    where
        X: Samples<S>,
    {
        let bidders = runs[0].settings.bidders.len();
        let zeros = vec![X::splat(0.0); STEPS * bidders];
        Curves {
            bidders: (0..bidders).map(|place| Curve::new::<S>(runs, place)).collect(),
            bids: zeros.clone(),
            derivatives: zeros,
            ..Curves::none()
        }
    }

    /// Clears the sums of the batch.
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        for curve in &mut self.bidders {
            for piece in &mut curve.pieces {
                piece.sum = R::splat(0.0);
            }
        }
    }

    /// Takes a bidder's parameters; the highest bid, in units of log2, of which `per_bid` make a bid of 1.
    #[inline(always)]
    pub(super) fn take<S: Simd<Real = R>>(&mut self, place: usize, player: &Player<R>, per_bid: R) -> R
    where
        X: Samples<S>,
    {
        let curve = &mut self.bidders[place];
        let mut top = R::splat(0.0);
        for (piece, &parameter) in curve.pieces.iter_mut().zip(&player.parameters) {
            let rise = parameter * piece.width * per_bid;
            piece.rise = X::spread(rise);
            top = top + rise;
        }
        if curve.cut { top } else { top * player.high }
    }

    /// Takes what else a batch needs.
    #[inline(always)]
    pub(super) fn begin_batch<S: Simd<Real = R>>(&mut self, beta: R, per_value: R, steep: bool)
    where
        X: Samples<S>,
    {
        self.beta = X::spread(beta);
        self.per_value = X::spread(per_value);
        self.steep = steep;
    }

    /// The batch's summed derivative in a parameter.
    #[inline(always)]
    pub(super) fn gradient(&self, bidder: usize, k: usize) -> R {
        let piece = &self.bidders[bidder].pieces[k];
        piece.sum * piece.width
    }

    /// What the bid of a bidder rises by with its parameter k where the share of that is 1, a parameter of 1.
    #[inline(always)]
    pub(super) fn width(&self, bidder: usize, k: usize) -> R {
        self.bidders[bidder].pieces[k].width
    }

    /// The shares of values in a bidder's parameters, shape \[parameter\]\[[`STEPS`]\], and how many
    /// parameters there are.
    #[inline(always)]
    pub(super) fn shares(&self, bidder: usize, values: &[X], shares: &mut [X]) -> usize {
        let curve = &self.bidders[bidder];
        for (piece, shares) in curve.pieces.iter().zip(shares.chunks_exact_mut(STEPS)) {
            for (share, &value) in shares.iter_mut().zip(values) {
                *share = if curve.cut { piece.share(value) } else { value };
            }
        }
        curve.pieces.len()
    }

    /// Every bid of the chunk before, shape \[bidder\]\[[`STEPS`]\].
    #[inline(always)]
    pub(super) fn bids(&self) -> &[X] {
        &self.bids
    }

    /// Every bid of a chunk.
    #[inline(always)]
    pub(super) fn bid(&mut self, chunk: &Chunk<X>) {
        for (i, curve) in self.bidders.iter().enumerate() {
            let values = chunk.values(i);
            let bids = &mut self.bids[STEPS * i..][..values.len()];
            if !curve.cut {
                for (bid, &value) in bids.iter_mut().zip(values) {
                    *bid = curve.pieces[0].rise * value;
                }
                continue;
            }
            bids.fill(X::splat(0.0));
            for piece in &curve.pieces {
                for (bid, &value) in bids.iter_mut().zip(values) {
                    *bid = piece.rise.mul_add(piece.share(value), *bid);
                }
            }
        }
    }

    /// The derivatives of the utilities of some bidders in their own bids; rivals' bids stand in the chunk.
    #[inline(always)]
    fn derive_own<const STEEP: bool>(&mut self, rule: impl Rule<X>, bidders: Range<usize>, chunk: &Chunk<X>) {
        for i in bidders {
            let (values, rivals) = (chunk.values(i), chunk.rivals(i));
            let steps = values.len();
            let bids = &self.bids[STEPS * i..][..steps];
            let derivatives = &mut self.derivatives[STEPS * i..][..steps];
            let together = together::<X>(steps);
            if X::TOGETHER {
                for s in (0..together).step_by(TOGETHER) {
                    own::<X, STEEP, TOGETHER>(rule, self.beta, s, values, bids, rivals, derivatives);
                }
            }
            for s in together..steps {
                own::<X, STEEP, 1>(rule, self.beta, s, values, bids, rivals, derivatives);
            }
        }
    }

    /// The derivatives of everybody's utilities together in every bid: what a bid wins for its bidder, less
    /// what it takes from those whose highest rival it is. Of equal bids the first counts as the highest.
    #[inline(always)]
    fn derive_total<const STEEP: bool>(&mut self, chunk: &mut Chunk<X>) {
        let (zero, lowest) = (X::splat(0.0), X::splat(f64::NEG_INFINITY));
        let bidders = self.bidders.len();
        for s in 0..chunk.steps() {
            let (mut first, mut second) = (lowest, lowest);
            let (mut winner, mut runner_up) = (zero, zero);
            for j in 0..bidders {
                let (index, bid) = (X::splat(j as f64), self.bids[STEPS * j + s]);
                runner_up = bid.if_greater(first, winner, bid.if_greater(second, index, runner_up));
                second = bid.if_greater(first, first, bid.max(second));
                winner = bid.if_greater(first, index, winner);
                first = bid.max(first);
            }
            let (mut total, mut of_winner) = (zero, zero);
            for j in 0..bidders {
                let (index, bid, value) = (X::splat(j as f64), self.bids[STEPS * j + s], chunk.values(j)[s]);
                let rival = winner.if_equal(index, second, first);
                let [odds] = odds::<X, STEEP, 1>([rival - bid]);
                let p = probability(odds);
                let stake = margin(self.beta * value, bid) * (p * (p * odds));
                self.derivatives[STEPS * j + s] = stake - p;
                // What each has to lose to its highest rival, where the rival's bid would stand.
                chunk.rivals_mut(j)[s] = stake;
                total = total + stake;
                of_winner = winner.if_equal(index, stake, of_winner);
            }
            for j in 0..bidders {
                let index = X::splat(j as f64);
                let from_losers = winner.if_equal(index, total - chunk.rivals(j)[s], zero);
                let taken = runner_up.if_equal(index, of_winner, from_losers);
                let derivative = &mut self.derivatives[STEPS * j + s];
                *derivative = *derivative - taken;
            }
        }
    }

    /// Adds the derivatives of a chunk in the bids to those in the parameters.
    #[inline(always)]
    fn add(&mut self, bidders: Range<usize>, chunk: &Chunk<X>) {
        for i in bidders {
            let values = chunk.values(i);
            let derivatives = &self.derivatives[STEPS * i..][..values.len()];
            let curve = &mut self.bidders[i];
            for piece in &mut curve.pieces {
                let mut sum = piece.block;
                for (&value, &derivative) in values.iter().zip(derivatives) {
                    let share = if curve.cut { piece.share(value) } else { value };
                    sum = derivative.mul_add(share, sum);
                }
                piece.block = sum;
            }
        }
    }

    /// Adds the block to the batch, and begins the next.
    #[inline(always)]
    pub(super) fn end_block<S: Simd<Real = R>>(&mut self, bidders: Range<usize>)
    where
        X: Samples<S>,
    {
        for curve in &mut self.bidders[bidders] {
            for piece in &mut curve.pieces {
                piece.sum = piece.sum + piece.block.fold();
                piece.block = X::splat(0.0);
            }
        }
    }
}

/// Some derivatives together, from step `from` on.
#[inline(always)]
fn own<X: Float, const STEEP: bool, const N: usize>(
    rule: impl Rule<X>,
    beta: X,
    from: usize,
    values: &[X],
    bids: &[X],
    rivals: &[X],
    derivatives: &mut [X],
) {
    let mut x = [beta; N];
    for s in 0..N {
        x[s] = rivals[from + s] - bids[from + s];
    }
    let odds = odds::<X, STEEP, N>(x);
    for s in 0..N {
        let p = probability(odds[s]);
        let (value, bid, rival) = (beta * values[from + s], bids[from + s], rivals[from + s]);
        derivatives[from + s] = rule.derivative(At { value, bid, rival, p, pq: p * (p * odds[s]) });
    }
}

impl<R: Real, X: Float> Curve<R, X> {
    fn new<S: Simd<Real = R>>(runs: &[Run<'_>; LANES], place: usize) -> Self
    where
        X: Samples<S>,
    {
        let (zero, one) = (R::splat(0.0), R::splat(1.0));
        let piece = |width: R, per_value: R, offset: R| Piece {
            width,
            per_value: X::spread(per_value),
            offset: X::spread(offset),
            rise: X::splat(0.0),
            block: X::splat(0.0),
            sum: zero,
        };
        let segments = match runs[0].settings.bidders[place].play() {
            Play::Pure(Strategy::Linear) => return Curve { pieces: vec![piece(one, one, zero)], cut: false },
            Play::Pure(Strategy::PiecewiseLinear { segments }) => segments,
            // Its bids are drawn.
            Play::Arms { .. } | Play::Table(_) => return Curve { pieces: Vec::new(), cut: true },
        };
        let knots: Vec<R> = knots(runs.map(|run| &run.settings.bidders[place].prior), segments);
        // From 0 to the lowest value, where no value is, the first: so that a value of 0 in place of a sample
        // bids 0 and adds nothing. Where the lowest value is 0 it has no width and no share.
        let per_low = knots[0].if_greater(zero, one / knots[0], zero);
        let mut pieces = vec![piece(knots[0], per_low, zero)];
        for ends in knots.windows(2) {
            let width = ends[1] - ends[0];
            let per_value = one / width;
            pieces.push(piece(width, per_value, zero - ends[0] * per_value));
        }
        Curve { pieces, cut: true }
    }
}

/// Some bidders of a game in which some draw what they bid: each is told of its own utility.
pub(super) struct OfArms {
    /// The bidders whom the batch counts for.
    pub(super) summed: Range<usize>,
}

/// A chunk of such a game, to be added to a block of the batch.
pub(super) struct AddArms<'a, S: Simd, X: Samples<S>> {
    pub(super) summed: Range<usize>,
    pub(super) curves: &'a mut Curves<S::Real, X>,
    pub(super) arms: &'a mut [Option<Arms<S::Real, X::Number>>],
    pub(super) tables: &'a mut [Option<Contexts<S::Real, X::Number>>],
    pub(super) chunk: &'a mut Chunk<X>,
}

impl<S: Simd, X: Samples<S>> Part<S> for AddArms<'_, S, X> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let AddArms { summed, curves, arms, tables, chunk } = self;
        curves.bid(chunk);
        for (place, arms) in arms.iter_mut().enumerate() {
            if let Some(arms) = arms {
                let bids = &mut curves.bids[STEPS * place..][..chunk.steps()];
                arms.bid::<S, X>(chunk.bits(place), chunk.values(place), curves.per_value, bids);
            }
        }
        for (place, tables) in tables.iter_mut().enumerate() {
            if let Some(tables) = tables {
                let bids = &mut curves.bids[STEPS * place..][..chunk.steps()];
                tables.bid::<S, X>(chunk.bits(place), chunk.uniforms(place), curves.per_value, bids);
            }
        }
        match summed.len() {
            1 => chunk.find_rivals_of(summed.start, &Known(&curves.bids)),
            _ => chunk.find_rivals(&Known(&curves.bids)),
        }
        for place in summed {
            match (&mut arms[place], &mut tables[place]) {
                (Some(arms), _) => arms.add::<S, X>(place, chunk, curves.per_value, &curves.bids),
                (_, Some(tables)) => tables.add::<S, X>(place, chunk, curves.per_value, &curves.bids),
                _ => {
                    if curves.steep {
                        curves.derive_own::<true>(OwnBid, place..place + 1, chunk);
                    } else {
                        curves.derive_own::<false>(OwnBid, place..place + 1, chunk);
                    }
                    curves.add(place..place + 1, chunk);
                }
            }
        }
    }
}

/// Some bidders, each along its own utility, or along everybody's together.
pub(super) struct OfCurves {
    /// The bidders whose sums the batch counts for.
    pub(super) summed: Range<usize>,
    /// Whether along everybody's utilities together, which is known of the first price.
    pub(super) total: bool,
    pub(super) mechanism: Mechanism,
}

impl OfCurves {
    /// Adds the samples of a chunk to a block of the batch, at the first price.
    #[inline(always)]
    pub(super) fn add<R: Real, X: Float>(&self, curves: &mut Curves<R, X>, chunk: &mut Chunk<X>) {
        self.add_by(OwnBid, curves, chunk);
    }

    #[inline(always)]
    fn add_by<R: Real, X: Float>(&self, rule: impl Rule<X>, curves: &mut Curves<R, X>, chunk: &mut Chunk<X>) {
        if curves.steep {
            self.add_cut::<R, X, true>(rule, curves, chunk);
        } else {
            self.add_cut::<R, X, false>(rule, curves, chunk);
        }
    }

    #[inline(always)]
    fn add_cut<R: Real, X: Float, const STEEP: bool>(
        &self,
        rule: impl Rule<X>,
        curves: &mut Curves<R, X>,
        chunk: &mut Chunk<X>,
    ) {
        curves.bid(chunk);
        if self.total {
            curves.derive_total::<STEEP>(chunk);
        } else {
            match self.summed.len() {
                1 => chunk.find_rivals_of(self.summed.start, &Known(&curves.bids)),
                _ => chunk.find_rivals(&Known(&curves.bids)),
            }
            curves.derive_own::<STEEP>(rule, self.summed.clone(), chunk);
        }
        curves.add(self.summed.clone(), chunk);
    }
}

/// A chunk of a game of another rule than the first price, to be added to a block of the batch. Each is
/// compiled by itself, apart from the loop that draws.
pub(super) struct AddByRule<'a, S: Simd, X: Samples<S>> {
    pub(super) add: &'a OfCurves,
    pub(super) curves: &'a mut Curves<S::Real, X>,
    pub(super) chunk: &'a mut Chunk<X>,
}

impl<S: Simd, X: Samples<S>> Part<S> for AddByRule<'_, S, X> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let AddByRule { add, curves, chunk } = self;
        match add.mechanism {
            Mechanism::FirstPrice => add.add_by(OwnBid, curves, chunk),
            Mechanism::SecondPrice => add.add_by(OtherBid, curves, chunk),
            Mechanism::AllPay => add.add_by(AllBids, curves, chunk),
            Mechanism::Mixture { .. } => {
                add.add_by(AnyPayment::new(add.mechanism.payment()), curves, chunk);
            }
        }
    }
}
