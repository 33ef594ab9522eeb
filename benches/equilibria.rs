//! Exact gradient steps beside a minibatch step, and the reference equilibria.

mod rounds;

use std::hint::black_box;
use std::time::Instant;

use bidsweep::auction::prior::{Beta, Power, Prior, TruncatedExponential, Uniform};
use bidsweep::auction::{Bidder, Mechanism, Population, Strategy};
use bidsweep::equilibrium::{bne, class_equilibrium, references, smoothed_multiplier};
use bidsweep::expectation::ExpectedGradient;
use bidsweep::learner::{Adam, Learner};
use bidsweep::train::{
    self, Batch, BidderSettings, Initial, Precision, Profiles, Rate, Recording, Settings, Updates,
};
use rounds::{median, rounds};

const EPOCHS: u32 = 2000;

const PIECES: Strategy = Strategy::PiecewiseLinear { segments: 16 };

fn uniform(high: f64) -> Prior {
    Prior::Uniform(Uniform::new(0.0, high).expect("a prior"))
}

fn population(priors: impl IntoIterator<Item = Prior>, strategy: Strategy) -> Population {
    let bidder = |prior| Bidder { prior, strategy };
    Population { mechanism: Mechanism::FirstPrice, bidders: priors.into_iter().map(bidder).collect() }
}

/// Seconds of one call, of as many in a row.
fn each(times: u32, mut call: impl FnMut()) -> f64 {
    let start = Instant::now();
    (0..times).for_each(|_| call());
    start.elapsed().as_secs_f64() / f64::from(times)
}

/// Seconds of an exact step of two bidders with values from U\[0, 1\].
fn step(strategy: Strategy, beta: f64) -> f64 {
    let gradient = ExpectedGradient::new(&population([uniform(1.0), uniform(1.0)], strategy), beta);
    let parameters = [0.45, 0.55].map(|line| vec![line; strategy.parameters()]);
    each(1000, || {
        black_box(gradient.at(black_box(&parameters)));
    })
}

/// Seconds of an exact step of bidders in one auction at steepness 50, at multipliers between 0.5 and 0.9: no
/// two alike, or all 0.6. Curves have slopes around them.
fn exact(population: &Population, alike: bool) -> f64 {
    let gradient = ExpectedGradient::new(population, 50.0);
    let bidders = population.len() as f64;
    let parameters: Vec<Vec<f64>> = (0_u32..)
        .zip(&population.bidders)
        .map(|(bidder, settings)| {
            let multiplier = if alike { 0.6 } else { 0.5 + 0.4 * f64::from(bidder) / bidders };
            let slope = |k: usize| multiplier + if k % 2 == 1 { 0.05 } else { -0.05 };
            match settings.strategy.parameters() {
                1 => vec![multiplier],
                slopes => (0..slopes).map(slope).collect(),
            }
        })
        .collect();
    each(20, || {
        black_box(gradient.at(black_box(&parameters)));
    })
}

/// Seconds of an epoch of two linear bidders on minibatches.
fn minibatch() -> f64 {
    let bidder = BidderSettings {
        prior: uniform(1.0),
        strategy: Strategy::Linear,
        learner: Learner::Adam(Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }),
        learning_rate: Rate::Fixed(0.01),
        initial: Initial::Theta(0.9),
    };
    let settings = Settings {
        mechanism: Mechanism::FirstPrice,
        bidders: vec![bidder; 2],
        beta: train::Beta::Fixed(50.0),
        batch: Batch::Profiles(128),
        profiles: Profiles::Shared,
        epochs: EPOCHS,
        updates: Updates::Simultaneous,
        precision: Precision::F32,
    };
    let recording = Recording { tail: 0.1, ema: 0.99, trajectory: None, history: false };
    each(1, || {
        black_box(train::train(black_box(&settings), 1, recording));
    }) / f64::from(EPOCHS)
}

fn beta(a: f64, b: f64) -> Prior {
    Prior::Beta(Beta::new(a, b, 0.0, 1.0).expect("a prior"))
}

fn mixed() -> Population {
    let power = Prior::Power(Power::new(2.0, 0.0, 1.0).expect("a prior"));
    let exponential = Prior::TruncatedExponential(TruncatedExponential::new(2.0, 0.0, 1.0).expect("a prior"));
    population([uniform(1.0), power, beta(2.0, 2.0), beta(3.0, 2.0), exponential], Strategy::Linear)
}

fn main() {
    let symmetric = population([uniform(1.0), uniform(1.0)], Strategy::Linear);
    let unequal = |strategy| population([uniform(1.0), uniform(2.0)], strategy);
    let (lines, pieces, mixed) = (unequal(Strategy::Linear), unequal(PIECES), mixed());
    let bne_of_pieces = bne(&pieces).expect("an equilibrium");
    let (ten, many) = ([10, 64]).map(|n| population(vec![uniform(1.0); n], Strategy::Linear)).into();
    let four = population(vec![beta(2.0, 5.0); 4], Strategy::Linear);
    let three = population(mixed.bidders[..3].iter().map(|bidder| bidder.prior.clone()), Strategy::Linear);
    let curves = population([uniform(1.0), uniform(1.0), uniform(0.8)], PIECES);
    let bent = population(vec![beta(2.0, 5.0); 3], PIECES);
    let candidates: &mut [(&str, &mut dyn FnMut() -> f64)] = &mut [
        ("minibatch step of 128, linear", &mut minibatch),
        ("exact step, linear", &mut || step(Strategy::Linear, 50.0)),
        ("exact step, 16 segments, beta 50", &mut || step(PIECES, 50.0)),
        ("exact step, 16 segments, beta 1000", &mut || step(PIECES, 1000.0)),
        ("exact step, 10 lines", &mut || exact(&ten, false)),
        ("exact step, 10 lines alike", &mut || exact(&ten, true)),
        ("exact step, 64 lines", &mut || exact(&many, false)),
        ("exact step, 4 lines of Beta(2,5)", &mut || exact(&four, false)),
        ("exact step, 4 such alike", &mut || exact(&four, true)),
        ("exact step, 3 unequal priors", &mut || exact(&three, false)),
        ("exact step, 3 x 16 segments", &mut || exact(&curves, false)),
        ("exact step, 3 x 16, Beta(2,5)", &mut || exact(&bent, false)),
        ("smoothed_multiplier", &mut || {
            each(10, || {
                black_box(smoothed_multiplier(2, black_box(50.0)));
            })
        }),
        ("references, symmetric", &mut || each(1, || drop(black_box(references(&symmetric, 50.0))))),
        ("references, U[0,1] and U[0,2]", &mut || each(1, || drop(black_box(references(&lines, 50.0))))),
        ("class_equilibrium, 16 segments", &mut || {
            each(1, || drop(black_box(class_equilibrium(&pieces, 50.0, Some(&bne_of_pieces)))))
        }),
        ("bne, five mixed priors", &mut || each(1, || drop(black_box(bne(&mixed))))),
    ];
    // Words after `--`: only candidates with one of them in the title.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let asked = |title: &str| words.is_empty() || words.iter().any(|word| title.contains(word.as_str()));
    let (titles, mut calls): (Vec<_>, Vec<_>) = candidates
        .iter_mut()
        .filter(|(title, _)| asked(title))
        .map(|(title, call)| (*title, &mut **call))
        .unzip();
    for (title, times) in titles.iter().zip(rounds(7, &mut calls)) {
        println!("{title:<36}{:>12.2} us", median(times) * 1e6);
    }
}
