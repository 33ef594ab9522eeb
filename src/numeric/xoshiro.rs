//! Eight xoshiro256++ generators side by side (Blackman and Vigna 2021), one a lane.

use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use super::simd::{Bits, LANES, Simd};

/// The states of eight generators, shape \[word\]\[lane\]. Lane k gives the numbers of
/// `rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(seeds[k])`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeded([[u64; LANES]; 4]);

impl Seeded {
    /// The states after seeding, by rand_xoshiro's own rule: four numbers of SplitMix64.
    pub fn new(seeds: [u64; LANES]) -> Self {
        let mut state = [[0; LANES]; 4];
        for (lane, &seed) in seeds.iter().enumerate() {
            let mut words = SplitMix64::seed_from_u64(seed);
            for word in &mut state {
                word[lane] = words.next_u64();
            }
        }
        Seeded(state)
    }
}

/// The generators in vector registers.
#[derive(Clone, Copy)]
pub struct Xoshiro<S: Simd>([S::Bits; 4]);

impl<S: Simd> Xoshiro<S> {
    /// The generators, at the start of their streams.
    #[inline(always)]
    pub fn new(seeded: &Seeded) -> Self {
        Xoshiro(std::array::from_fn(|word| S::Bits::from_array(seeded.0[word])))
    }

    /// The next number of each lane.
    #[inline(always)]
    pub fn draw(&mut self) -> S::Bits {
        let [mut s0, mut s1, mut s2, mut s3] = self.0;
        let result = s0.wrapping_add(s3).rotate_left::<23>().wrapping_add(s0);
        let shifted = s1.shl::<17>();
        s2 = s2.xor(s0);
        s3 = s3.xor(s1);
        s1 = s1.xor(s2);
        s0 = s0.xor(s3);
        s2 = s2.xor(shifted);
        s3 = s3.rotate_left::<45>();
        self.0 = [s0, s1, s2, s3];
        result
    }
}

#[cfg(test)]
mod tests {
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;
    use crate::numeric::simd::{Instance, Kernel, Real, Samples, run};

    struct Draw([u64; LANES], usize);

    impl Kernel for Draw {
        type Output = Vec<[u64; LANES]>;
        #[inline(always)]
        fn run<S: Simd>(self) -> Self::Output {
            let mut generators = Xoshiro::<S>::new(&Seeded::new(self.0));
            (0..self.1).map(|_| generators.draw().to_array()).collect()
        }
    }

    #[test]
    fn a_lane_is_rand_xoshiro_seeded_alike() {
        let seeds = [0, 1, 2, 42, u64::MAX, 1 << 63, 0xdead_beef, 7];
        for instance in Instance::available() {
            let rows = run(instance, Draw(seeds, 1000));
            for (lane, &seed) in seeds.iter().enumerate() {
                let mut scalar = Xoshiro256PlusPlus::seed_from_u64(seed);
                assert!(rows.iter().all(|row| row[lane] == scalar.next_u64()), "{instance:?}, lane {lane}");
            }
        }
    }

    /// The uniforms of each lane, a lane's samples one after the other, shape \[lane\]\[draw\].
    struct Uniforms {
        draws: usize,
        single: bool,
    }

    impl Uniforms {
        #[inline(always)]
        fn draw<S: Simd, X: Samples<S>>(&self) -> Vec<Vec<f64>> {
            let mut generators = Xoshiro::<S>::new(&Seeded::new(std::array::from_fn(|lane| lane as u64)));
            let mut lanes = vec![Vec::new(); LANES];
            for _ in 0..self.draws {
                let uniforms = X::units(generators.draw());
                let first = uniforms.first().fold();
                let others = uniforms.fold() - first;
                for (lane, uniforms) in lanes.iter_mut().enumerate() {
                    uniforms.push(first.to_array()[lane]);
                    if X::PER_LANE > 1 {
                        uniforms.push(others.to_array()[lane]);
                    }
                }
            }
            lanes
        }
    }

    impl Kernel for Uniforms {
        type Output = Vec<Vec<f64>>;
        #[inline(always)]
        fn run<S: Simd>(self) -> Self::Output {
            if self.single { self.draw::<S, S::Single>() } else { self.draw::<S, S::Real>() }
        }
    }

    #[test]
    fn uniforms_are_even_and_do_not_follow_from_the_last() {
        // Sixty-four tests at an error of 2e-3 in all: the normal quantile of 1 - 2e-3 / 64 / 2 is 4.17.
        const QUANTILE: f64 = 4.17;
        const CELLS: usize = 256;
        for single in [false, true] {
            for (lane, uniforms) in
                run(Instance::best(), Uniforms { draws: 1 << 16, single }).iter().enumerate()
            {
                let n = uniforms.len() as f64;
                let mut counts = [0.0; CELLS];
                uniforms.iter().for_each(|u| counts[(u * CELLS as f64) as usize] += 1.0);
                let expected = n / CELLS as f64;
                let chi_square: f64 =
                    counts.iter().map(|c: &f64| (c - expected) * (c - expected) / expected).sum();
                // Nearly normal, with mean k and variance 2 k.
                let freedom = (CELLS - 1) as f64;
                let z = (chi_square - freedom) / (2.0 * freedom).sqrt();
                assert!(z.abs() < QUANTILE, "chi-square of lane {lane}, single {single}: {chi_square}");
                for lag in [1, 2, 3] {
                    let pairs = uniforms.iter().zip(&uniforms[lag..]);
                    let products: f64 = pairs.map(|(a, b)| (a - 0.5) * (b - 0.5)).sum();
                    // Products of independent uniforms have the variance 1/144.
                    let z = 12.0 * products / (n - lag as f64).sqrt();
                    assert!(z.abs() < QUANTILE, "lag {lag} of lane {lane}, single {single}: {z}");
                }
            }
        }
    }
}
