//! How a game takes the samples of a batch.

use super::chunk::Chunk;
use super::curves::OfCurves;
use super::draws::Accumulate;
use super::game::Game;
use super::gradient::OfLines;
use crate::numeric::simd::{Samples, Simd};

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
        self.add(&mut game.curves, chunk);
    }

    #[inline(always)]
    fn end_block(&self, game: &mut Game<'_, S, X>) {
        game.curves.end_block::<S>(self.summed.clone());
    }
}
