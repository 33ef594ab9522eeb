//! The valuation profiles of a batch: uniforms mapped through the priors' quantiles, a chunk at a time.

use std::sync::Arc;

use super::Run;
use super::chunk::{Chunk, STEPS};
use crate::auction::Prior;
use crate::auction::prior::Table;
use crate::numeric::cancel;
use crate::numeric::simd::{Bits, LANES, Real, Samples, Simd};
use crate::numeric::table::Number;
use crate::numeric::xoshiro::Xoshiro;

/// Chunks whose samples are summed in the samples' own precision, before f64 takes the sums.
const CHUNKS_A_BLOCK: usize = 4;

/// Nanoseconds that a block takes a bidder and game, about.
const A_BLOCK: u64 = 400;

/// How a bidder's uniforms become values.
pub(super) struct Quantile<X, T> {
    /// Uniforms in, shares of the way from low to high out; the same in all lanes.
    table: Arc<Table<T>>,
    /// low and high - low.
    support: [X; 2],
}

impl<X, T: Number> Quantile<X, T> {
    /// The quantile of one bidder in a game's lanes; `None` where every lane's prior is U\[0, 1\], whose
    /// quantile is the identity.
    pub(super) fn new<S: Simd>(lanes: &[Run<'_>; LANES], bidder: usize) -> Option<Self>
    where
        X: Samples<S, Number = T>,
    {
        let priors = lanes.map(|run| &run.settings.bidders[bidder].prior);
        if priors.iter().all(|prior| **prior == Prior::STANDARD) {
            return None;
        }
        let supports = priors.map(Prior::support);
        let low = supports.map(|(low, _)| low);
        let width = supports.map(|(low, high)| high - low);
        Some(Quantile {
            table: priors[0].shared_table(),
            support: [low, width].map(|of_lanes| X::spread(S::Real::from_array(of_lanes))),
        })
    }

    /// Puts values in the place of uniforms.
    #[inline(always)]
    fn map<S: Simd>(&self, uniforms: &mut [X])
    where
        X: Samples<S, Number = T>,
    {
        match &*self.table {
            Table::Identity => {}
            Table::Smooth(table) => X::look_up(uniforms, table),
            Table::Steps(table) => X::look_up_steps(uniforms, table),
        }
        let [low, width] = self.support;
        for value in uniforms {
            *value = value.mul_add(width, low);
        }
    }
}

/// What is done with the samples of a batch: `Game` keeps their sums.
pub(super) trait Accumulate<Game, X> {
    /// Adds the samples of a chunk to a block of the batch.
    fn add(&self, game: &mut Game, chunk: &mut Chunk<X>);

    /// Adds the block to the batch, and begins the next.
    fn end_block(&self, game: &mut Game);
}

/// Where the profiles of a batch come from.
pub(super) struct Draws<S: Simd, X: Samples<S>> {
    /// One, or with own profiles one a bidder.
    pub(super) streams: Vec<Xoshiro<S>>,
    /// One a bidder who draws what it bids.
    pub(super) arms: Vec<Option<Xoshiro<S>>>,
    /// The bidders whose uniforms are kept.
    pub(super) on_tables: Vec<usize>,
    /// One a bidder.
    pub(super) quantiles: Vec<Option<Quantile<X, X::Number>>>,
    /// Samples of a batch.
    pub(super) batch: usize,
    pub(super) chunk: Chunk<X>,
}

impl<S: Simd, X: Samples<S>> Draws<S, X> {
    /// Draws one batch from a stream, once for all games: each adds its samples.
    #[inline(always)]
    pub(super) fn batch<Game>(&mut self, stream: usize, games: &mut [Game], add: &impl Accumulate<Game, X>) {
        let mut steps = self.batch.div_ceil(X::PER_LANE);
        // Where the last step has samples that the batch has not.
        let partial = !self.batch.is_multiple_of(X::PER_LANE);
        let mut chunks = 0;
        while steps > 0 {
            self.chunk.reset(steps.min(STEPS));
            steps -= self.chunk.steps();
            self.fill(stream);
            if partial && steps == 0 {
                // A sample in which every value is 0 adds nothing to any sum.
                self.chunk.end_with_first();
                let last = self.chunk.steps() - 1;
                for value in self.chunk.step_mut(last) {
                    *value = value.first();
                }
            }
            chunks += 1;
            for game in &mut *games {
                add.add(game, &mut self.chunk);
                if chunks == CHUNKS_A_BLOCK || steps == 0 {
                    add.end_block(game);
                }
            }
            if chunks == CHUNKS_A_BLOCK {
                chunks = 0;
                cancel::check((games.len() * self.quantiles.len()) as u64 * A_BLOCK);
            }
        }
    }

    /// Draws a chunk, sample by sample.
    #[inline(always)]
    fn fill(&mut self, stream: usize) {
        let mut generators = self.streams[stream];
        for step in 0..self.chunk.steps() {
            for value in self.chunk.step_mut(step) {
                *value = X::units(generators.draw());
            }
        }
        self.streams[stream] = generators;
        for &bidder in &self.on_tables {
            self.chunk.keep_uniforms(bidder);
        }
        for (bidder, quantile) in self.quantiles.iter().enumerate() {
            if let Some(quantile) = quantile {
                quantile.map(self.chunk.values_mut(bidder));
            }
        }
        for (bidder, stream) in self.arms.iter_mut().enumerate() {
            if let Some(stream) = stream {
                for bits in self.chunk.bits_mut(bidder) {
                    *bits = stream.draw().to_array();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auction::prior::Empirical;
    use crate::auction::{Mechanism, Strategy};
    use crate::learner::{Learner, Sgd};
    use crate::numeric::simd::{Instance, Kernel, run};
    use crate::numeric::xoshiro::Seeded;
    use crate::train::{
        Batch, Beta, BidderSettings, Initial, Precision, Profiles, Rate, Recording, Settings, Updates,
    };

    const CELLS: usize = 64;

    /// How often the cdf of the values that lanes draw is in each of [`CELLS`] equal parts of \[0, 1\], shape
    /// \[bidder\]\[cell\].
    struct Counts<'a> {
        lanes: [Run<'a>; LANES],
        chunks: usize,
    }

    impl Counts<'_> {
        #[inline(always)]
        fn count<S: Simd, X: Samples<S>>(&self) -> Vec<[f64; CELLS]> {
            let bidders = self.lanes[0].settings.bidders.len();
            let mut draws = Draws::<S, X> {
                streams: vec![Xoshiro::new(&Seeded::new(self.lanes.map(|run| run.seed)))],
                arms: Vec::new(),
                on_tables: Vec::new(),
                quantiles: (0..bidders).map(|bidder| Quantile::new::<S>(&self.lanes, bidder)).collect(),
                batch: 0,
                chunk: Chunk::new(bidders),
            };
            let mut counts = vec![[0.0; CELLS]; bidders];
            for _ in 0..self.chunks {
                draws.chunk.reset(STEPS);
                draws.fill(0);
                for (bidder, counts) in counts.iter_mut().enumerate() {
                    for &values in draws.chunk.values(bidder) {
                        let first = values.first();
                        let parts = [first, values - first];
                        for part in &parts[..X::PER_LANE] {
                            for (run, value) in self.lanes.iter().zip(part.fold().to_array()) {
                                let prior = &run.settings.bidders[bidder].prior;
                                let (low, high) = prior.support();
                                // In f32 the ends of the support are rounded too.
                                let slack = 1e-7 * high;
                                assert!(low - slack <= value && value <= high + slack, "{prior}: {value}");
                                let cell = prior.cdf(value) * CELLS as f64;
                                counts[(cell as usize).min(CELLS - 1)] += 1.0;
                            }
                        }
                    }
                }
            }
            counts
        }
    }

    impl Kernel for Counts<'_> {
        type Output = Vec<[f64; CELLS]>;
        #[inline(always)]
        fn run<S: Simd>(self) -> Self::Output {
            match self.lanes[0].settings.precision {
                Precision::F32 => self.count::<S, S::Single>(),
                Precision::F64 => self.count::<S, S::Real>(),
            }
        }
    }

    /// Each bidder's laws in the lanes: one law, two supports.
    fn laws() -> Vec<[Prior; 2]> {
        let named = [
            ["uniform", "uniform:0.5:2"],
            ["power:3", "power:3:1:4"],
            ["power:0.5", "power:0.5:0:3"],
            ["beta:2:5", "beta:2:5:0.5:2"],
            ["beta:0.5:0.5", "beta:0.5:0.5:0:7"],
            ["kumaraswamy:2:3", "kumaraswamy:2:3:0:0.5"],
            ["truncated-normal:0.5:0.25", "truncated-normal:2:0.5:1:3"],
            ["truncated-exponential:4", "truncated-exponential:2:1:3"],
        ];
        let data: Vec<f64> = (0..50).map(|k| f64::from(k * k)).collect();
        let data = Prior::Empirical(Empirical::new("values.csv", "v", &data).unwrap());
        let laws = named.map(|pair| pair.map(|text| text.parse().unwrap())).into_iter();
        laws.chain([[data.clone(), data]]).collect()
    }

    #[test]
    fn values_are_distributed_as_the_prior_says() {
        // Eighteen tests at an error of 2e-3 in all: the normal quantile of 1 - 2e-3 / 18 / 2 is 3.86.
        const QUANTILE: f64 = 3.86;
        for precision in [Precision::F32, Precision::F64] {
            let settings = [0, 1].map(|support| Settings {
                mechanism: Mechanism::FirstPrice,
                bidders: laws()
                    .into_iter()
                    .map(|supports| BidderSettings {
                        prior: supports[support].clone(),
                        strategy: Strategy::Linear,
                        learner: Learner::Sgd(Sgd { momentum: 0.0 }),
                        learning_rate: Rate::Fixed(0.1),
                        initial: Initial::Theta(0.0),
                    })
                    .collect(),
                beta: Beta::Fixed(50.0),
                batch: Batch::Profiles(1),
                profiles: Profiles::Shared,
                epochs: 1,
                updates: Updates::Simultaneous,
                precision,
            });
            let recording = Recording { tail: 1.0, ema: 0.0, trajectory: None, history: false };
            let lanes = std::array::from_fn(|lane| Run {
                settings: &settings[lane % 2],
                seed: lane as u64,
                recording,
                start: None,
            });
            let counts = run(Instance::best(), Counts { lanes, chunks: 256 });
            for (counts, [prior, _]) in counts.iter().zip(laws()) {
                let n: f64 = counts.iter().sum();
                assert!(n >= (256 * STEPS * LANES) as f64);
                let expected = n / CELLS as f64;
                let chi_square: f64 = counts.iter().map(|c| (c - expected) * (c - expected) / expected).sum();
                // Nearly normal, with mean k and variance 2 k.
                let freedom = (CELLS - 1) as f64;
                let z = (chi_square - freedom) / (2.0 * freedom).sqrt();
                assert!(z.abs() < QUANTILE, "chi-square of {prior}, {precision:?}: {chi_square}");
            }
        }
    }
}
