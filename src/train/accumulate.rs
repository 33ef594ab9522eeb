//! How a game takes the samples of a batch.

use std::ops::Range;

use super::chunk::Chunk;
use super::curves::{AddArms, AddByRule, OfArms, OfCurves};
use super::draws::Accumulate;
use super::game::Game;
use super::gradient::{Everyone, OfLines, One, Pair, Total};
use crate::numeric::simd::{Part, Samples, Simd};

impl<S: Simd, X: Samples<S>, L: OfLines> Accumulate<Game<'_, S, X>, X> for L {
    #[inline(always)]
    fn add(&self, game: &mut Game<'_, S, X>, chunk: &mut Chunk<X>) {
        game.lines.add(self, chunk);
    }

    #[inline(always)]
    fn end_block(&self, game: &mut Game<'_, S, X>) {
        game.lines.end_block(self.summed());
    }
}

impl<S: Simd, X: Samples<S>> Accumulate<Game<'_, S, X>, X> for OfCurves {
    #[inline(always)]
    fn add(&self, game: &mut Game<'_, S, X>, chunk: &mut Chunk<X>) {
        if self.mechanism.is_first_price() {
            self.add(&mut game.curves, chunk);
        } else {
            S::apart(AddByRule { add: self, curves: &mut game.curves, chunk });
        }
    }

    #[inline(always)]
    fn end_block(&self, game: &mut Game<'_, S, X>) {
        game.curves.end_block::<S>(self.summed.clone());
    }
}

impl<S: Simd, X: Samples<S>> Accumulate<Game<'_, S, X>, X> for OfArms {
    #[inline(always)]
    fn add(&self, game: &mut Game<'_, S, X>, chunk: &mut Chunk<X>) {
        let Game { curves, arms, tables, .. } = game;
        S::apart(AddArms { summed: self.summed.clone(), curves, arms, tables, chunk });
    }

    #[inline(always)]
    fn end_block(&self, game: &mut Game<'_, S, X>) {
        game.curves.end_block::<S>(self.summed.clone());
    }
}

/// What is done with the samples of a batch, chosen while the program runs.
pub(super) enum Add {
    /// Two bidders, each along its own utility.
    Pair(Pair),
    /// Any number of bidders, each along its own utility.
    Everyone(Everyone),
    /// One bidder along its own utility.
    One(One),
    /// Bidders along the total utility.
    Total(Total),
    /// Bidders whose strategies are not all linear.
    Curves(OfCurves),
    /// Bidders of whom some draw what they bid.
    Arms(OfArms),
    /// What some bidders try alone; the others add it to what they are told.
    Trials(Range<usize>),
}

impl Add {
    /// The bidders whose sums it adds to.
    #[inline(always)]
    fn summed(&self) -> Range<usize> {
        match self {
            Add::Pair(pair) => pair.summed(),
            Add::Everyone(everyone) => everyone.summed(),
            Add::One(one) => one.summed(),
            Add::Total(total) => total.summed(),
            Add::Curves(curves) => curves.summed.clone(),
            Add::Arms(arms) => arms.summed.clone(),
            Add::Trials(summed) => summed.clone(),
        }
    }
}

/// A chunk, to be added to what some bidders try.
struct AddTrials<'a, 'g, S: Simd, X: Samples<S>> {
    bidders: Range<usize>,
    game: &'a mut Game<'g, S, X>,
    chunk: &'a mut Chunk<X>,
}

impl<S: Simd, X: Samples<S>> Part<S> for AddTrials<'_, '_, S, X> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Game { trials, lines, curves, .. } = self.game;
        trials.add(self.bidders, &lines.block.slopes, curves, self.chunk);
    }
}

impl<S: Simd, X: Samples<S>> Accumulate<Game<'_, S, X>, X> for Add {
    #[inline(always)]
    fn add(&self, game: &mut Game<'_, S, X>, chunk: &mut Chunk<X>) {
        match self {
            Add::Pair(pair) => Accumulate::add(pair, game, chunk),
            Add::Everyone(everyone) => Accumulate::add(everyone, game, chunk),
            Add::One(one) => Accumulate::add(one, game, chunk),
            Add::Total(total) => Accumulate::add(total, game, chunk),
            Add::Curves(curves) => Accumulate::add(curves, game, chunk),
            Add::Arms(arms) => Accumulate::add(arms, game, chunk),
            // The others know the bids.
            Add::Trials(_) => game.curves.bid(chunk),
        }
        if !game.trials.is_empty() {
            S::apart(AddTrials { bidders: self.summed(), game, chunk });
        }
    }

    #[inline(always)]
    fn end_block(&self, game: &mut Game<'_, S, X>) {
        match self {
            Add::Pair(pair) => pair.end_block(game),
            Add::Everyone(everyone) => everyone.end_block(game),
            Add::One(one) => one.end_block(game),
            Add::Total(total) => total.end_block(game),
            Add::Curves(curves) => Accumulate::end_block(curves, game),
            Add::Arms(arms) => arms.end_block(game),
            Add::Trials(_) => {}
        }
        if !game.trials.is_empty() {
            game.trials.end_block(self.summed());
        }
    }
}
