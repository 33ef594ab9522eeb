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

    /// The next uniform of each lane, in (0, 1): see [`Bits::unit`].
    #[inline(always)]
    pub fn uniform(&mut self) -> S::Real {
        self.draw().unit()
    }
}

#[cfg(test)]
mod tests {
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;
    use crate::numeric::simd::{Instance, Kernel, run};

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
}
