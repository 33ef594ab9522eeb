//! Learners that try points around where they stand: a scalar transcription of whole runs.

use bidsweep::auction::Strategy;
use bidsweep::learner::{Adam, Es, Learner, Sgd};
use bidsweep::numeric::normal_quantile::normal_quantile;
use bidsweep::numeric::simd::Instance;
use bidsweep::train::{Batch, Precision, Profiles, Rate, Run, Settings, Updates, train, train_group};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

mod common;
use common::{RECORDING, settings};

const ADAM: Adam = Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
const SGD: Learner = Learner::Sgd(Sgd { momentum: 0.0 });

fn es(population: u32, sigma: f64) -> Learner {
    Learner::Es(Es { population, sigma, adam: ADAM })
}

fn stream(seed: u64, name: &str, index: usize) -> Xoshiro256PlusPlus {
    let key = [&seed.to_le_bytes()[..], &(index as u64).to_le_bytes(), name.as_bytes()].concat();
    let hash = blake3::hash(&key);
    Xoshiro256PlusPlus::seed_from_u64(u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap()))
}

/// The centred uniform of a draw's low 52 bits.
fn unit(draw: u64) -> f64 {
    ((draw % (1 << 52)) as f64 + 0.5) / (1_u64 << 52) as f64
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// The bid at a value of U[0, 1]; of segments of equal probability the slopes are e^theta, after one for values below
/// the lowest, of which there are none.
fn bid(strategy: Strategy, thetas: &[f64], v: f64) -> f64 {
    match strategy {
        Strategy::Linear => sigmoid(thetas[0]) * v,
        Strategy::PiecewiseLinear { segments } => {
            let width = 1.0 / segments as f64;
            let rise =
                |(k, theta): (usize, &f64)| libm::exp(*theta) * (v - k as f64 * width).clamp(0.0, width);
            thetas[1..].iter().enumerate().map(rise).sum()
        }
    }
}

/// theta of every bidder and parameter after the last epoch, of bidders with shared profiles in f64 who learn by es, or
/// by sgd on lines.
fn transcribed(settings: &Settings, seed: u64) -> Vec<Vec<f64>> {
    let n = settings.bidders.len();
    let Batch::Profiles(batch) = settings.batch else { panic!("nothing is drawn") };
    let mut values = stream(seed, "values", 0);
    let mut normals: Vec<_> = (1..=n).map(|index| stream(seed, "perturbations", index)).collect();
    let mut thetas: Vec<Vec<f64>> = (settings.bidders.iter())
        .map(|bidder| match bidder.strategy {
            Strategy::Linear => vec![0.9],
            Strategy::PiecewiseLinear { segments } => vec![libm::log(sigmoid(0.9)); segments + 1],
        })
        .collect();
    let mut moments: Vec<Vec<[f64; 2]>> = thetas.iter().map(|own| vec![[0.0; 2]; own.len()]).collect();
    for t in 1..=settings.epochs {
        let profiles: Vec<Vec<f64>> =
            (0..batch).map(|_| (0..n).map(|_| unit(values.next_u64())).collect()).collect();
        let before = thetas.clone();
        for i in 0..n {
            let bidder = &settings.bidders[i];
            let seen = if settings.updates == Updates::Sequential { thetas.clone() } else { before.clone() };
            let of = |j: usize, v: f64| bid(settings.bidders[j].strategy, &seen[j], v);
            let rival = |profile: &[f64]| {
                (0..n).filter(|&j| j != i).map(|j| of(j, profile[j])).fold(f64::NEG_INFINITY, f64::max)
            };
            let rate = bidder.learning_rate.at(t - 1);
            let Learner::Es(es) = bidder.learner else {
                let w = sigmoid(seen[i][0]);
                let beta = settings.beta.last();
                let derivative = |profile: &Vec<f64>| {
                    let v = profile[i];
                    let p = sigmoid(beta * (w * v - rival(profile)));
                    (beta * (1.0 - w) * v * p * (1.0 - p) - p) * v
                };
                let mean = profiles.iter().map(derivative).sum::<f64>() / f64::from(batch);
                thetas[i][0] += rate * mean * w * (1.0 - w);
                continue;
            };
            let payoff = |thetas: &[f64]| {
                let earned = |profile: &Vec<f64>| {
                    let own = bid(bidder.strategy, thetas, profile[i]);
                    if own > rival(profile) { profile[i] - own } else { 0.0 }
                };
                profiles.iter().map(earned).sum::<f64>() / f64::from(batch)
            };
            let mut gradient = vec![0.0; seen[i].len()];
            for _ in 0..es.population / 2 {
                let eps: Vec<f64> =
                    seen[i].iter().map(|_| normal_quantile(unit(normals[i].next_u64()))).collect();
                let moved = |sign: f64| -> Vec<f64> {
                    seen[i].iter().zip(&eps).map(|(theta, eps)| theta + sign * es.sigma * eps).collect()
                };
                let [above, below] = [1.0, -1.0].map(|sign| payoff(&moved(sign)));
                for (g, eps) in gradient.iter_mut().zip(&eps) {
                    *g += eps * (above - below) / (f64::from(es.population) * es.sigma);
                }
            }
            for ((theta, [m, s]), g) in thetas[i].iter_mut().zip(&mut moments[i]).zip(gradient) {
                *m = ADAM.beta1 * *m + (1.0 - ADAM.beta1) * g;
                *s = ADAM.beta2 * *s + (1.0 - ADAM.beta2) * g * g;
                let corrected = |moment: f64, decay: f64| moment / (1.0 - libm::pow(decay, f64::from(t)));
                *theta +=
                    rate * corrected(*m, ADAM.beta1) / (corrected(*s, ADAM.beta2).sqrt() + ADAM.epsilon);
            }
        }
    }
    thetas
}

fn with_learners(learners: &[(Learner, Strategy)], updates: Updates, precision: Precision) -> Settings {
    let mut settings = Settings { updates, precision, epochs: 40, ..settings(learners.len(), 30.0) };
    for (bidder, (learner, strategy)) in settings.bidders.iter_mut().zip(learners) {
        (bidder.learner, bidder.strategy) = (*learner, *strategy);
        bidder.learning_rate = Rate::Sqrt { first: 0.05 };
    }
    settings
}

const CURVE: Strategy = Strategy::PiecewiseLinear { segments: 3 };

#[test]
fn runs_follow_the_scalar_transcription() {
    let line = |learner| (learner, Strategy::Linear);
    for learners in [
        &[line(es(4, 0.1)); 2][..],
        &[line(es(6, 0.3)), line(SGD), line(es(2, 0.05))],
        &[(es(4, 0.1), CURVE), line(es(4, 0.2))],
        &[line(SGD), (es(4, 0.2), CURVE)],
    ] {
        for updates in [Updates::Simultaneous, Updates::Sequential] {
            for batch in [33, 128] {
                let settings = with_learners(learners, updates, Precision::F64);
                let settings = Settings { batch: Batch::Profiles(batch), ..settings };
                let outcome = train(&settings, 7, RECORDING);
                let expected = transcribed(&settings, 7);
                for (bidder, expected) in outcome.bidders.iter().zip(&expected) {
                    let rounding = |(a, b): (&f64, &f64)| (a - b).abs();
                    let distance =
                        bidder.standing.thetas.iter().zip(expected).map(rounding).fold(0.0, f64::max);
                    assert!(distance < 1e-9, "{learners:?}, {updates:?}, batch {batch}: {distance:e}");
                    if matches!(learners[0].0, Learner::Es(_)) && learners.len() == 2 {
                        assert_eq!(bidder.gradient_sd, None, "no gradient is seen");
                    }
                }
            }
        }
    }
}

#[test]
fn lanes_have_perturbations_of_their_own_and_their_own_sigma() {
    let line = |learner| (learner, Strategy::Linear);
    let cells: Vec<Settings> = (0..11)
        .map(|k| {
            let learners = [line(es(4, 0.05 * (1.0 + f64::from(k)))), line(SGD)];
            with_learners(&learners, Updates::Simultaneous, Precision::F32)
        })
        .map(|settings| Settings { profiles: Profiles::Own, ..settings })
        .collect();
    let run = |(k, settings)| Run { settings, seed: k as u64 % 8, recording: RECORDING, start: None };
    let runs: Vec<Run<'_>> = cells.iter().enumerate().map(run).collect();
    let outcomes = train_group(Instance::best(), &runs);
    for (run, together) in runs.iter().zip(&outcomes) {
        for instance in Instance::available() {
            assert_eq!(train_group(instance, &[*run])[0], *together, "{}", instance.name());
        }
    }
}
