//! What this machine's vector units can do at most, measured, and what the hot loop asks of them.

use std::fmt;
use std::hint::black_box;

use bidsweep::numeric::simd::{Bits, Float, Instance, Kernel, LANES, Real, Samples, Simd, run};
use bidsweep::train::Precision;
use cpu_time::ThreadTime;

use crate::rounds::{median, rounds};

/// Vectors of sixteen f32 or eight f64, per nanosecond.
pub struct Ceilings {
    instance: Instance,
    /// Multiply-adds.
    multiply_adds: f64,
    /// Multiply-adds, additions, exclusive ors and integer additions in equal parts.
    operations: f64,
    /// Divisions, f32 and f64.
    divisions: [f64; 2],
}

/// Steps of a stream.
const LENGTH: usize = 1_000_000;

/// A stream of operations in `CHAINS` independent chains of each kind: as many as registers hold, and enough for the
/// latencies of processors of four vector units and two registers a vector, or two and one.
#[derive(Clone, Copy)]
enum Stream<const CHAINS: usize> {
    MultiplyAdds,
    /// Multiply-adds, additions, and exclusive ors with integer additions.
    Mixed,
    DivisionsF32,
    DivisionsF64,
}

impl<const CHAINS: usize> Stream<CHAINS> {
    #[inline(always)]
    fn divisions<S: Simd, X: Samples<S>>() -> f64 {
        let half = X::splat(black_box(0.5));
        let mut chains = [half; CHAINS];
        let start = ThreadTime::now();
        for _ in 0..LENGTH {
            for x in &mut chains {
                *x = half / *x;
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        look(&chains);
        (CHAINS * LENGTH) as f64 / (seconds * 1e9)
    }
}

/// Looks at every lane, or the compiler may leave lanes out.
#[inline(always)]
fn look<S: Simd, X: Samples<S>>(chains: &[X]) {
    for x in chains {
        black_box(x.fold().to_array());
    }
}

impl<const CHAINS: usize> Kernel for Stream<CHAINS> {
    type Output = f64;

    /// Operations per nanosecond.
    #[inline(always)]
    fn run<S: Simd>(self) -> f64 {
        let half = S::Single::splat(black_box(0.5));
        let bits = S::Bits::from_array(black_box([3; LANES]));
        let (mut a, mut b, mut c) = ([half; CHAINS], [half; CHAINS], [bits; CHAINS]);
        let start = ThreadTime::now();
        let operations = match self {
            Stream::DivisionsF32 => return Self::divisions::<S, S::Single>(),
            Stream::DivisionsF64 => return Self::divisions::<S, S::Real>(),
            Stream::MultiplyAdds => {
                for _ in 0..LENGTH {
                    for a in &mut a {
                        *a = a.mul_add(half, half);
                    }
                }
                1
            }
            Stream::Mixed => {
                for _ in 0..LENGTH {
                    for i in 0..CHAINS {
                        a[i] = a[i].mul_add(half, half);
                        b[i] = b[i] + half;
                        c[i] = c[i].xor(bits).wrapping_add(bits);
                    }
                }
                4
            }
        };
        let seconds = start.elapsed().as_secs_f64();
        look(&a);
        look(&b);
        black_box(c.map(S::Bits::to_array));
        (operations * CHAINS * LENGTH) as f64 / (seconds * 1e9)
    }
}

fn rate<const CHAINS: usize>(instance: Instance, stream: Stream<CHAINS>) -> f64 {
    median(rounds(9, &mut [&mut || run(instance, stream)]).remove(0))
}

pub fn measure(instance: Instance) -> Ceilings {
    Ceilings {
        instance,
        // AVX2 has sixteen registers, two a vector; AVX-512 thirty-two, one a vector.
        multiply_adds: match instance {
            Instance::Avx512 => rate(instance, Stream::<12>::MultiplyAdds),
            _ => rate(instance, Stream::<5>::MultiplyAdds),
        },
        operations: match instance {
            Instance::Avx512 => rate(instance, Stream::<6>::Mixed),
            _ => rate(instance, Stream::<2>::Mixed),
        },
        divisions: [rate(instance, Stream::<5>::DivisionsF32), rate(instance, Stream::<5>::DivisionsF64)],
    }
}

/// Vector operations of the pieces of the hot loop. A division counts as one, though some processors take three.
struct Counts {
    /// A uniform: the generator's step and its bits as a number.
    uniform: f64,
    /// 2^x by a polynomial of a degree.
    exp2: f64,
}

impl Ceilings {
    fn counts(&self, precision: Precision) -> Option<Counts> {
        let degree = match precision {
            Precision::F32 => 5.0,
            Precision::F64 => 11.0,
        };
        match self.instance {
            // The compiler decides.
            Instance::Portable => None,
            // A rotation is three operations; splitting off the integer is three, scaling two.
            Instance::Avx2 => Some(Counts { uniform: 14.0 + 3.0, exp2: 3.0 + degree + 2.0 }),
            // Rotations are one operation, two exclusive ors in a row too; splitting is two, scaling one.
            Instance::Avx512 => Some(Counts { uniform: 9.0 + 2.0, exp2: 2.0 + degree + 1.0 }),
        }
    }

    /// ns per agent-sample if the loop's vector operations were all that is to be done, and no unit ever idle.
    pub fn limit(&self, precision: Precision, bidders: usize) -> Option<f64> {
        let Counts { uniform, exp2 } = self.counts(precision)?;
        let n = bidders as f64;
        // The sums of a sample, and the probability's sum.
        let (operations, divisions) = match bidders {
            2 => (2.0 * uniform + 2.0 + exp2 + 1.0 + 8.0, 1.0),
            _ => (n * uniform + (2.0 * n - 1.0) + 3.0 * (n - 2.0) + n * (1.0 + exp2 + 1.0 + 4.0), n),
        };
        let (per_vector, division) = match precision {
            Precision::F32 => (16.0, self.divisions[0]),
            Precision::F64 => (8.0, self.divisions[1]),
        };
        let ns = ((operations + divisions) / self.operations).max(divisions / division);
        Some(ns / (n * per_vector))
    }

    /// ns per uniform at most.
    pub fn uniform(&self, precision: Precision) -> Option<f64> {
        let per_vector = if precision == Precision::F32 { 16.0 } else { 8.0 };
        Some(self.counts(precision)?.uniform / self.operations / per_vector)
    }

    /// ns per 2^x at most, and per win probability.
    pub fn sigmoid(&self, precision: Precision) -> Option<[f64; 2]> {
        let exp2 = self.counts(precision)?.exp2;
        let (per_vector, division) = match precision {
            Precision::F32 => (16.0, self.divisions[0]),
            Precision::F64 => (8.0, self.divisions[1]),
        };
        let sigmoid = ((exp2 + 2.0) / self.operations).max(1.0 / division);
        Some([exp2 / self.operations / per_vector, sigmoid / per_vector])
    }
}

impl fmt::Display for Ceilings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "measured ceilings, vectors of 16 f32 or 8 f64 per ns:")?;
        writeln!(f, "  multiply-adds                       {:9.3}", self.multiply_adds)?;
        writeln!(f, "  those, sums and integer operations  {:9.3}", self.operations)?;
        write!(f, "  divisions, f32 and f64              {:9.3} {:.3}", self.divisions[0], self.divisions[1])
    }
}
