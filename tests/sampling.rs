//! Tables looked up in vectors give the bits of tables evaluated number by number.

use bidsweep::auction::Prior;
use bidsweep::auction::prior::{Empirical, Table};
use bidsweep::numeric::simd::{Bits, Instance, Kernel, LANES, Real, Samples, Simd, run};
use bidsweep::numeric::table::Number;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

/// What a table makes of the uniforms of random bits, shape \[vector and sample of a lane\]\[lane\].
struct LookUp<'a> {
    bits: &'a [[u64; LANES]],
    single: &'a Table<f32>,
    double: &'a Table<f64>,
}

impl LookUp<'_> {
    #[inline(always)]
    fn shares<S: Simd, X: Samples<S>>(&self, table: &Table<X::Number>) -> Vec<[f64; LANES]> {
        let mut shares: Vec<X> = Vec::new();
        for &bits in self.bits {
            shares.push(X::units(S::Bits::from_array(bits)));
        }
        match table {
            Table::Identity => {}
            Table::Smooth(table) => X::look_up(&mut shares, table),
            Table::Steps(table) => X::look_up_steps(&mut shares, table),
        }
        let mut lanes = Vec::new();
        for vector in shares {
            let first = vector.first();
            lanes.push(first.fold().to_array());
            if X::PER_LANE == 2 {
                lanes.push((vector - first).fold().to_array());
            }
        }
        lanes
    }
}

impl Kernel for LookUp<'_> {
    type Output = [Vec<[f64; LANES]>; 2];
    #[inline(always)]
    fn run<S: Simd>(self) -> Self::Output {
        [self.shares::<S, S::Single>(self.single), self.shares::<S, S::Real>(self.double)]
    }
}

/// The same, number by number.
fn scalar<T: Number>(bits: &[[u64; LANES]], parts: u32, table: &Table<T>) -> Vec<[f64; LANES]> {
    let units = |k: u64| (k as f64 + 0.5) / (1_u64 << T::MANTISSA_BITS) as f64;
    let share = |bits: u64, part| {
        let k = (bits >> (32 * part)) % (1 << T::MANTISSA_BITS);
        table.evaluate(T::round(units(k))).widen()
    };
    bits.iter().flat_map(|bits| (0..parts).map(move |part| bits.map(|bits| share(bits, part)))).collect()
}

fn data(n: u64) -> Prior {
    let values: Vec<f64> = (0..n).map(|k| (k * k + k * (k % 3)) as f64).collect();
    Prior::Empirical(Empirical::new("values.csv", "v", &values).unwrap())
}

/// Random bits, with those of the smallest and the largest uniforms and of both sides of 1/2.
fn any_bits() -> impl Strategy<Value = u64> {
    let (ones, half) = (u64::MAX, 1_u64 << 51 | 1 << 54 | 1 << 22);
    let special = prop::sample::select(vec![0, 1, ones, ones - 1, half, half - 1, 0xffff_ffff]);
    // Few ones stand for small uniforms, few zeros for large ones.
    let sparse = (any::<u64>(), any::<u64>(), any::<u64>()).prop_map(|(a, b, c)| a & b & c);
    let shifted = (any::<u64>(), 0_u32..52).prop_map(|(bits, shift)| (bits >> 12) >> shift);
    prop_oneof![4 => any::<u64>(), 1 => special, 2 => sparse.clone(), 2 => sparse.prop_map(|bits| !bits),
        1 => shifted.clone(), 1 => shifted.prop_map(|bits| !bits)]
}

#[test]
fn every_instance_looks_up_the_bits_of_the_scalar_table() {
    let named = [
        "uniform",
        "power:3",
        "power:0.1",
        "beta:2:5",
        "beta:0.5:0.5",
        "beta:30:0.2",
        "kumaraswamy:2:3",
        "truncated-normal:0.3:0.2",
        "truncated-exponential:4",
    ];
    let priors = named.iter().map(|text| text.parse::<Prior>().unwrap()).chain([data(20), data(1000)]);
    for prior in priors {
        let (single, double) = (prior.table::<f32>(), prior.table::<f64>());
        let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) };
        let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
        let bits = vec(any_bits(), LANES..=50 * LANES);
        let tested = runner.run(&bits, |bits| {
            let (bits, _) = bits.as_chunks::<LANES>();
            let expected = [scalar(bits, 2, &single), scalar(bits, 1, &double)];
            for instance in Instance::available() {
                let shares = run(instance, LookUp { bits, single: &single, double: &double });
                for (shares, expected) in shares.iter().zip(&expected) {
                    let bits = |lanes: &[[f64; LANES]]| {
                        lanes.as_flattened().iter().map(|x| x.to_bits()).collect::<Vec<_>>()
                    };
                    prop_assert_eq!(bits(shares), bits(expected), "{:?}", instance);
                }
            }
            Ok(())
        });
        tested.unwrap_or_else(|error| panic!("{prior}: {error}"));
    }
}

/// Whatever stands for a uniform, no row outside the table is read.
#[test]
fn what_is_no_uniform_is_cut() {
    struct Wild<'a>(&'a Table<f32>, &'a Table<f64>, f64);
    impl Wild<'_> {
        #[inline(always)]
        fn look_up<S: Simd, X: Samples<S>>(table: &Table<X::Number>, x: f64) {
            let mut vectors = [X::splat(x); 3];
            match table {
                Table::Identity => unreachable!("the priors of this test have tables"),
                Table::Smooth(table) => X::look_up(&mut vectors, table),
                Table::Steps(table) => X::look_up_steps(&mut vectors, table),
            }
            std::hint::black_box(&mut vectors);
        }
    }
    impl Kernel for Wild<'_> {
        type Output = ();
        #[inline(always)]
        fn run<S: Simd>(self) {
            Self::look_up::<S, S::Single>(self.0, self.2);
            Self::look_up::<S, S::Real>(self.1, self.2);
        }
    }
    for prior in ["beta:2:5".parse().unwrap(), data(20)] {
        let (single, double) = (prior.table(), prior.table());
        for x in [0.5, 0.0, -0.0, 1.0, -1.0, 2.0, 1e30, -1e30, 1e-40, f64::INFINITY, -f64::INFINITY, f64::NAN]
        {
            for instance in
                Instance::available().into_iter().filter(|&instance| instance != Instance::Portable)
            {
                run(instance, Wild(&single, &double, x));
            }
        }
    }
}
