//! The pieces of the hot loop in the fastest cache, each next to its ceiling.

use std::hint::black_box;

use bidsweep::auction::Prior;
use bidsweep::auction::prior::{Empirical, Table};
use bidsweep::learner::{Adam, Course, Learn, Learner, State, Told};
use bidsweep::numeric::elementary::exp2;
use bidsweep::numeric::simd::{Float, Instance, Kernel, LANES, Real, Samples, Simd, run};
use bidsweep::numeric::xoshiro::{Seeded, Xoshiro};
use bidsweep::train::Precision;
use cpu_time::ThreadTime;

use crate::PRECISIONS;
use crate::ceilings::Ceilings;
use crate::rounds::{median, rounds};
use crate::work::Work;

/// Vectors in cache, and how often each is visited.
const VECTORS: usize = 64;
const VISITS: usize = 20_000;

#[derive(Clone, Copy)]
enum Piece {
    Uniforms,
    /// Values of the prior.
    Values,
    Exp2,
    WinProbability,
    Update,
}

struct Timing<'a> {
    piece: Piece,
    precision: Precision,
    prior: &'a Prior,
}

impl Timing<'_> {
    /// ns per number.
    #[inline(always)]
    fn time<S: Simd, X: Samples<S>>(&self) -> f64 {
        let mut generators = Xoshiro::<S>::new(&Seeded::new(std::array::from_fn(|lane| lane as u64)));
        let mut numbers = [X::splat(0.0); VECTORS];
        for number in &mut numbers {
            *number = X::units(generators.draw());
        }
        let adam = Learner::Adam(Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
        let course = Course { epochs: 1, high: 1.0 };
        let mut learner = State::start([adam; LANES], [course; LANES], vec![S::Real::splat(0.9)]);
        let rate = S::Real::splat(0.01);
        let one = X::splat(1.0);
        let table = self.prior.table::<X::Number>();
        let (low, high) = self.prior.support();
        let (low, width) = (X::splat(low), X::splat(high - low));
        let start = ThreadTime::now();
        for _ in 0..VISITS {
            match self.piece {
                Piece::Uniforms => {
                    for number in &mut numbers {
                        *number = X::units(generators.draw());
                    }
                }
                // A bidder's part of a chunk at a time, as in training.
                Piece::Values => {
                    for values in numbers.chunks_mut(16) {
                        for value in &mut *values {
                            *value = X::units(generators.draw());
                        }
                        match &table {
                            Table::Identity => {}
                            Table::Smooth(table) => X::look_up(values, table),
                            Table::Steps(table) => X::look_up_steps(values, table),
                        }
                        for value in values {
                            *value = value.mul_add(width, low);
                        }
                    }
                }
                // Results are arguments again, so they must stay in a range.
                Piece::Exp2 => {
                    let (vectors, _) = numbers.as_chunks_mut::<4>();
                    for four in vectors {
                        let powers = exp2(*four);
                        for i in 0..4 {
                            four[i] = powers[i] - one;
                        }
                    }
                }
                Piece::WinProbability => {
                    let (vectors, _) = numbers.as_chunks_mut::<4>();
                    for four in vectors {
                        let odds = exp2(*four);
                        for i in 0..4 {
                            four[i] = one / (one + odds[i]);
                        }
                    }
                }
                Piece::Update => {
                    for _ in 0..VECTORS {
                        let gradient = [learner.numbers()[0]];
                        learner.learn(Told::Gradient(&gradient), rate);
                    }
                }
            }
            black_box(&mut numbers);
        }
        let seconds = start.elapsed().as_secs_f64();
        black_box(learner.numbers()[0].to_array());
        let per_vector = if matches!(self.piece, Piece::Update) { LANES } else { LANES * X::PER_LANE };
        seconds * 1e9 / (VISITS * VECTORS * per_vector) as f64
    }
}

impl Kernel for Timing<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self) -> f64 {
        match self.precision {
            Precision::F32 => self.time::<S, S::Single>(),
            Precision::F64 => self.time::<S, S::Real>(),
        }
    }
}

pub fn print(instance: Instance, ceilings: &Ceilings) {
    println!("\n{:<38}{:>9}{:>9}", "pieces, ns a number", "measured", "ceiling");
    let line = |title: &str, piece, precision, ceiling: Option<f64>| {
        let timing = || Timing { piece, precision, prior: &Prior::STANDARD };
        let ns = median(rounds(9, &mut [&mut || run(instance, timing())]).remove(0));
        let ceiling = ceiling.map_or("-".to_owned(), |ns| format!("{ns:.3}"));
        println!("{title:<38}{ns:>9.3}{ceiling:>9}");
    };
    for (precision, name) in PRECISIONS {
        let sigmoid = ceilings.sigmoid(precision);
        line(&format!("uniforms, {name}"), Piece::Uniforms, precision, ceilings.uniform(precision));
        line(&format!("2^x - 1, {name}"), Piece::Exp2, precision, sigmoid.map(|[exp2, _]| exp2));
        line(&format!("1 / (1 + 2^x), {name}"), Piece::WinProbability, precision, sigmoid.map(|[_, p]| p));
    }
    line("Adam's update of one bidder, a run", Piece::Update, Precision::F64, None);
    priors();
}

/// Values of priors with tables, random numbers included, and whole epochs of two bidders, against those of a uniform
/// prior.
fn priors() {
    println!("\n{:<44}{:>9}{:>9}", "priors, ns", "measured", "uniform");
    let data: Vec<f64> = (0..1000).map(|k| f64::from(k * k)).collect();
    let data = Empirical::new("values.csv", "v", &data).expect("a thousand values that differ");
    let named = |text: &str| text.parse::<Prior>().expect("a prior");
    let uniform = named("uniform:0:2");
    let smooth = ["beta:2:5", "truncated-normal:0.5:0.2"].map(|text| (text, named(text)));
    // The portable instance waits for the platform's library, prior or not.
    let instances = || Instance::available().into_iter().filter(|&instance| instance != Instance::Portable);
    for (title, prior) in smooth.into_iter().chain([("data", Prior::Empirical(data))]) {
        for ((precision, name), instance) in
            PRECISIONS.into_iter().flat_map(|p| instances().map(move |i| (p, i)))
        {
            let line = |what: &str, times: Vec<Vec<f64>>| {
                let [ns, of_uniform] = [0, 1].map(|k| median(times[k].clone()));
                let title = format!("{title}, {name}, {}, {what}", instance.name());
                println!("{title:<44}{ns:>9.3}{of_uniform:>9.3}{:>8.0} %", 100.0 * of_uniform / ns);
            };
            let time = |prior| run(instance, Timing { piece: Piece::Values, precision, prior });
            line("a value", rounds(9, &mut [&mut || time(&prior), &mut || time(&uniform)]));
            let work = |prior| Work::new(instance, precision, 2, &[50.0]).with_prior(prior);
            let (of_prior, of_uniform) = (work(&prior), work(&uniform));
            line("a sample", rounds(9, &mut [&mut || of_prior.common(), &mut || of_uniform.common()]));
        }
    }
}
