//! The scalar transcription of a run, with libm and one generator at a time: the oracle of the vectorised
//! kernel.

use bidsweep::auction;
use bidsweep::auction::prior::{Empirical, Form, Prior, Uniform};
use bidsweep::auction::strategy::piecewise_linear::knots;
use bidsweep::auction::{Mechanism, Payment};
use bidsweep::learner::{Extragradient, Learner, Look, Sgd};
use bidsweep::numeric::simd::Instance;
use bidsweep::numeric::table::Number;
use bidsweep::train::{
    Batch, Beta, BidderSettings, Initial, Outcome, Precision, Profiles, Rate, RecordedEpochs, Recording, Run,
    Settings, Status, Updates, train, train_group,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

mod common;
use common::{RECORDING, settings};

/// The multiplier of theta.
fn sigmoid(theta: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-theta))
}

/// The stream of one purpose, by the rule that the design gives.
fn stream(seed: u64, name: &str, index: usize) -> Xoshiro256PlusPlus {
    let key = [&seed.to_le_bytes()[..], &(index as u64).to_le_bytes(), name.as_bytes()].concat();
    let hash = blake3::hash(&key);
    Xoshiro256PlusPlus::seed_from_u64(u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap()))
}

/// The value at the centred uniform (k + 1/2) 2^-bits, by the prior's own quantile function, from the end of
/// the support that is nearer.
fn value(prior: &Prior, k: u64, bits: u32) -> f64 {
    let unit = |k: u64| (k as f64 + 0.5) / (1_u64 << bits) as f64;
    match prior {
        Prior::Uniform(uniform) => uniform.low() + (uniform.high() - uniform.low()) * unit(k),
        _ if unit(k) < 0.5 => prior.quantile(unit(k)),
        _ => prior.upper_quantile(unit((1 << bits) - 1 - k)),
    }
}

/// A batch of valuation profiles, shape [sample][bidder]: in f64 a uniform a draw from its low 52 bits, in
/// f32 two, those of two samples, from the low 23 bits of either half.
fn draw(settings: &Settings, stream: &mut Xoshiro256PlusPlus) -> Vec<Vec<f64>> {
    let (parts, bits) = match settings.precision {
        Precision::F32 => (2, 23),
        Precision::F64 => (1, 52),
    };
    let mut profiles = Vec::new();
    let Batch::Profiles(batch) = settings.batch else { panic!("nothing is drawn") };
    while profiles.len() < batch as usize {
        let draws: Vec<u64> = settings.bidders.iter().map(|_| stream.next_u64()).collect();
        for part in 0..parts {
            let value = |(bidder, draw): (&BidderSettings, &u64)| {
                let k = (draw >> (32 * part)) % (1 << bits);
                value(&bidder.prior, k, bits)
            };
            profiles.push(settings.bidders.iter().zip(&draws).map(value).collect());
        }
    }
    profiles.truncate(batch as usize);
    profiles
}

/// The derivatives of a bidder's bid at a value in its parameters, in which the bid is linear.
fn basis(bidder: &BidderSettings, v: f64) -> Vec<f64> {
    let auction::Strategy::PiecewiseLinear { segments } = bidder.strategy else { return vec![v] };
    let knots = knots(&bidder.prior, segments);
    let rises = knots.windows(2).map(|ends| v.clamp(ends[0], ends[1]) - ends[0]);
    std::iter::once(knots[0]).chain(rises).collect()
}

/// A parameter of theta, and its derivative.
fn parameter(bidder: &BidderSettings, theta: f64) -> [f64; 2] {
    match bidder.strategy {
        auction::Strategy::Linear => [sigmoid(theta), sigmoid(theta) * (1.0 - sigmoid(theta))],
        auction::Strategy::PiecewiseLinear { .. } => [libm::exp(theta); 2],
    }
}

/// The derivatives in theta_i of bidder i's mean smoothed utility over a batch, or of everybody's together.
fn gradient(settings: &Settings, batch: &[Vec<f64>], thetas: &[Vec<f64>], i: usize, beta: f64) -> Vec<f64> {
    let (n, total) = (thetas.len(), settings.updates == Updates::SharedGraph);
    let values = |j: usize| thetas[j].iter().map(move |theta| parameter(&settings.bidders[j], *theta)[0]);
    let values: Vec<Vec<f64>> = (0..n).map(|j| values(j).collect()).collect();
    let mut sums = vec![0.0; thetas[i].len()];
    let mut bids = vec![0.0; n];
    for v in batch {
        for (j, bid) in bids.iter_mut().enumerate() {
            let bidder = &settings.bidders[j];
            *bid = match bidder.strategy {
                auction::Strategy::Linear => values[j][0] * v[j],
                _ => basis(bidder, v[j]).iter().zip(&values[j]).map(|(c, m)| c * m).sum(),
            };
        }
        let mut derivative = 0.0;
        let Payment { own, other, always } = settings.mechanism.payment();
        for j in (0..n).filter(|&j| total || j == i) {
            // The highest rival of j, the first of equals.
            let rival =
                (0..n).filter(|&k| k != j).reduce(|a, b| if bids[b] > bids[a] { b } else { a }).unwrap();
            let p = sigmoid(beta * (bids[j] - bids[rival]));
            let slope = beta * (v[j] - own * bids[j] - other * bids[rival]) * p * (1.0 - p);
            if j == i {
                derivative += slope - own * p - always;
            } else if rival == i {
                derivative -= slope;
            }
        }
        match settings.bidders[i].strategy {
            auction::Strategy::Linear => sums[0] += derivative * v[i],
            _ => {
                let of_parameters = basis(&settings.bidders[i], v[i]);
                sums.iter_mut().zip(of_parameters).for_each(|(sum, c)| *sum += derivative * c);
            }
        }
    }
    let rates = thetas[i].iter().map(|theta| parameter(&settings.bidders[i], *theta)[1]);
    sums.iter().zip(rates).map(|(sum, rate)| sum / batch.len() as f64 * rate).collect()
}

/// The state of one learner: Adam's moments, or the velocity.
#[derive(Clone, Copy, Default)]
struct State(f64, f64);

fn step(learner: Learner, rate: f64, t: f64, state: &mut State, gradient: f64) -> f64 {
    if let Learner::Adam(adam) = learner {
        state.0 = adam.beta1 * state.0 + (1.0 - adam.beta1) * gradient;
        state.1 = adam.beta2 * state.1 + (1.0 - adam.beta2) * gradient * gradient;
        let mean = state.0 / (1.0 - libm::pow(adam.beta1, t));
        return rate * mean / ((state.1 / (1.0 - libm::pow(adam.beta2, t))).sqrt() + adam.epsilon);
    }
    if let Learner::Sgd(sgd) = learner {
        state.0 = sgd.momentum * state.0 + gradient;
        return rate * state.0;
    }
    if let Learner::Extragradient(_) = learner {
        return rate * gradient;
    }
    panic!("the steps of {} are transcribed beside it, no runs are here", learner.name())
}

/// The multiplier of the line that is nearest to a bidder's bids.
fn multiplier(bidder: &BidderSettings, thetas: &[f64]) -> f64 {
    let weights = bidder.strategy.projection(&bidder.prior);
    weights.iter().zip(thetas).map(|(weight, theta)| weight * parameter(bidder, *theta)[0]).sum()
}

/// The batches of an epoch: one for all, or with own profiles one a bidder; and as many on which those learn
/// who ask for fresh ones after a look.
type Batches = Vec<Vec<Vec<f64>>>;

/// The batches of epoch after epoch.
fn draws(settings: &Settings, seed: u64) -> impl Iterator<Item = Batches> {
    let of_a_kind = |name| -> Vec<_> {
        match settings.profiles {
            Profiles::Own => (1..=settings.bidders.len()).map(|i| stream(seed, name, i)).collect(),
            Profiles::Shared => vec![stream(seed, name, 0)],
        }
    };
    let mut streams = [of_a_kind("values"), of_a_kind("fresh values")].concat();
    std::iter::repeat_with(move || streams.iter_mut().map(|stream| draw(settings, stream)).collect())
}

/// Multipliers after each epoch, shape [epoch][bidder], epoch 0 first. Every second gradient is a share
/// `nudge` off.
fn oracle(settings: &Settings, seed: u64, nudge: f64) -> Vec<Vec<f64>> {
    oracle_on(settings, draws(settings, seed), nudge)
}

/// The same on given batches.
fn oracle_on(settings: &Settings, draws: impl IntoIterator<Item = Batches>, nudge: f64) -> Vec<Vec<f64>> {
    let n = settings.bidders.len();
    let own = settings.profiles == Profiles::Own;
    let mut draws = draws.into_iter();
    let start = |bidder: &BidderSettings| match (bidder.initial, bidder.strategy) {
        (Initial::Theta(theta), auction::Strategy::Linear) => vec![theta],
        (Initial::Theta(theta), _) => vec![libm::log(sigmoid(theta)); bidder.strategy.parameters()],
        (initial, _) => panic!("{initial:?}"),
    };
    let multipliers = |thetas: &[Vec<f64>]| -> Vec<f64> {
        settings.bidders.iter().zip(thetas).map(|(bidder, thetas)| multiplier(bidder, thetas)).collect()
    };
    let mut thetas: Vec<Vec<f64>> = settings.bidders.iter().map(start).collect();
    let mut states: Vec<Vec<State>> = thetas.iter().map(|of| vec![State::default(); of.len()]).collect();
    let mut path = vec![multipliers(&thetas)];
    for t in 1..=settings.epochs {
        let beta = settings.beta.at(t - 1, settings.epochs);
        let batches = draws.next().expect("batches for every epoch");
        let place = |i: usize| if own { i } else { 0 };
        // Where a bidder looks ahead to, if it does.
        let ahead = |i: usize, thetas: &[Vec<f64>]| -> Vec<f64> {
            let bidder = &settings.bidders[i];
            if bidder.learner.look().is_none() {
                return thetas[i].clone();
            }
            let gradients = gradient(settings, &batches[place(i)], thetas, i, beta);
            thetas[i]
                .iter()
                .zip(gradients)
                .map(|(theta, g)| theta + bidder.learning_rate.at(t - 1) * g)
                .collect()
        };
        let all_ahead: Vec<Vec<f64>> = (0..n).map(|i| ahead(i, &thetas)).collect();
        for i in 0..n {
            let bidder = &settings.bidders[i];
            let fresh = bidder.learner.look() == Some(Look::Fresh);
            let batch = &batches[if fresh { batches.len() / 2 } else { 0 } + place(i)];
            let seen = if settings.updates == Updates::Sequential {
                let mut seen = thetas.clone();
                seen[i] = ahead(i, &thetas);
                seen
            } else {
                all_ahead.clone()
            };
            let gradients = gradient(settings, batch, &seen, i, beta);
            for ((theta, state), g) in thetas[i].iter_mut().zip(&mut states[i]).zip(gradients) {
                let g = if (i + t as usize).is_multiple_of(2) { g * (1.0 + nudge) } else { g };
                *theta += step(bidder.learner, bidder.learning_rate.at(t - 1), f64::from(t), state, g);
            }
        }
        path.push(multipliers(&thetas));
    }
    path
}

/// Every multiplier of every epoch, with the observers' summary of them.
fn trained(settings: &Settings, seed: u64) -> Outcome {
    train(settings, seed, Recording { trajectory: Some(RecordedEpochs::Every(1)), ..RECORDING })
}

/// The largest difference of two series.
fn distance<'a>(a: impl IntoIterator<Item = &'a f64>, b: impl IntoIterator<Item = &'a f64>) -> f64 {
    a.into_iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// The largest difference between the kernel's multipliers and the oracle's over all epochs.
fn distance_to_oracle(settings: &Settings, seed: u64) -> f64 {
    let trajectory = trained(settings, seed).trajectory.expect("it was asked for");
    let path = oracle(settings, seed, 0.0);
    assert_eq!(trajectory.dim(), (path.len(), settings.bidders.len()));
    distance(&trajectory, path.iter().flatten())
}

const UPDATES: [Updates; 3] = [Updates::Simultaneous, Updates::Sequential, Updates::SharedGraph];
const PROFILES: [Profiles; 2] = [Profiles::Shared, Profiles::Own];

/// The largest difference between the final multipliers and the oracle's, over seeds.
fn final_distance(settings: &Settings) -> f64 {
    let of_seed = |seed| {
        let outcome = train(settings, seed, RECORDING);
        let path = oracle(settings, seed, 0.0);
        let last = outcome.bidders.iter().map(|bidder| &bidder.last_iterate).collect::<Vec<_>>();
        distance(last, path.last().expect("an epoch"))
    };
    (0..4).map(of_seed).fold(0.0, f64::max)
}

#[test]
fn final_multipliers_are_the_oracles() {
    for bidders in [2, 3, 5, 10] {
        // At beta 1000 runs of three bidders and more are chaotic: a bid's rounding in f32 is a
        // ten-thousandth of the sigmoid's width there, and Adam's first steps turn on few near ties.
        let steepest = if matches!(bidders, 3 | 5) { 5e-6 } else { 2e-7 };
        for (beta, epochs, single) in
            [(10.0, 2000, 2e-7), (50.0, 2000, 2e-7), (200.0, 2000, 2e-7), (1000.0, 20, steepest)]
        {
            for (precision, bound) in [(Precision::F32, single), (Precision::F64, 1e-13)] {
                let settings = Settings { precision, epochs, ..settings(bidders, beta) };
                let distance = final_distance(&settings);
                assert!(distance <= bound, "{precision:?}, N = {bidders}, beta = {beta}: {distance:e}");
            }
        }
    }
}

#[test]
fn the_kernel_follows_the_oracle_over_2000_epochs() {
    for (bidders, beta) in [(2, 50.0), (2, 200.0), (3, 10.0), (3, 200.0), (10, 50.0), (10, 200.0)] {
        for updates in UPDATES {
            if (bidders, updates) == (10, Updates::SharedGraph) {
                continue; // See the next test.
            }
            let settings = Settings { updates, ..settings(bidders, beta) };
            let distance = distance_to_oracle(&settings, 7);
            assert!(distance <= 1e-9, "N = {bidders}, beta = {beta}, {updates:?}: {distance:e}");
        }
    }
}

#[test]
fn where_rounding_grows_the_kernel_follows_the_oracle_as_far_as_the_oracle_itself() {
    // On the total utility of ten bidders the bids come together, and which is the highest turns on the last
    // bit: an oracle whose gradients are rounded otherwise leaves the first by as much as the kernel does.
    let settings = Settings { updates: Updates::SharedGraph, ..settings(10, 50.0) };
    let [first, other] = [0.0, 4.0 * f64::EPSILON].map(|nudge| oracle(&settings, 7, nudge));
    let sensitivity = distance(first.iter().flatten(), other.iter().flatten());
    assert!(sensitivity > 1e-9, "{sensitivity:e} needs no exception");
    let trajectory = trained(&settings, 7).trajectory.expect("it was asked for");
    let far = distance(&trajectory, first.iter().flatten());
    assert!(far <= 10.0 * sensitivity, "{far:e}, the oracle's own {sensitivity:e}");
    let near = distance(trajectory.iter().take(200 * 10), first.iter().flatten());
    assert!(near <= 1e-9, "200 epochs: {near:e}");
}

#[test]
fn the_kernel_follows_the_oracle_on_own_profiles() {
    for bidders in [2, 3, 5] {
        for updates in UPDATES {
            let profiles = Profiles::Own;
            let settings = Settings { updates, profiles, epochs: 300, ..settings(bidders, 50.0) };
            let distance = distance_to_oracle(&settings, 0);
            assert!(distance <= 1e-9, "N = {bidders}, {updates:?}: {distance:e}");
        }
    }
}

fn uniform(low: f64, high: f64) -> Prior {
    Prior::Uniform(Uniform::new(low, high).unwrap())
}

/// Three bidders who differ in everything.
fn mixed() -> Settings {
    let mut settings =
        Settings { beta: Beta::Geometric { from: 10.0, to: 100.0 }, epochs: 200, ..settings(3, f64::NAN) };
    settings.bidders[1].prior = uniform(0.25, 2.0);
    settings.bidders[1].learner = Learner::Sgd(Sgd { momentum: 0.5 });
    settings.bidders[1].learning_rate = Rate::Fixed(0.05);
    settings.bidders[2].prior = uniform(0.0, 1.5);
    settings.bidders[2].initial = Initial::Theta(-0.4);
    settings.bidders[2].learning_rate = Rate::Harmonic { first: 0.03, decay: 0.02 };
    settings
}

/// The segments of piecewise-linear bidders, where some are; the others are linear.
fn with_curves(mut settings: Settings, segments: &[Option<usize>]) -> Settings {
    for (bidder, segments) in settings.bidders.iter_mut().zip(segments.iter().cycle()) {
        bidder.strategy = segments
            .map_or(auction::Strategy::Linear, |segments| auction::Strategy::PiecewiseLinear { segments });
    }
    settings
}

#[test]
fn the_kernel_follows_the_oracle_on_curves_and_among_lines_at_every_batch_size() {
    for batch in [1, 7, 128] {
        for (updates, profiles) in UPDATES.into_iter().flat_map(|u| PROFILES.map(|p| (u, p))) {
            for segments in [&[Some(4), Some(16)][..], &[Some(3), None, Some(1)], &[None, Some(5)]] {
                // Few samples leave the gradient to few near ties, and Adam turns on its sign.
                let single = if batch < 100 { 1e-5 } else { 2e-6 };
                for (precision, bound) in [(Precision::F64, 1e-9), (Precision::F32, single)] {
                    let mixed = Settings { updates, profiles, precision, epochs: 100, ..mixed() };
                    let mut settings =
                        with_curves(Settings { batch: Batch::Profiles(batch), ..mixed }, segments);
                    settings.bidders.truncate(segments.len());
                    let distance = distance_to_oracle(&settings, 3);
                    let what = format!(
                        "batch = {batch}, {precision:?}, {updates:?}, {profiles:?}, segments = {segments:?}"
                    );
                    assert!(distance <= bound, "{what}: {distance:e}");
                }
            }
        }
    }
}

#[test]
fn the_kernel_follows_the_oracle_under_every_rule() {
    for mechanism in Mechanism::ALL {
        for (updates, profiles) in UPDATES[..2].iter().flat_map(|u| PROFILES.map(|p| (*u, p))) {
            for segments in [&[None][..], &[None, Some(5), Some(3)]] {
                for batch in [7, 128] {
                    // Few samples leave the gradient to few near ties, and Adam turns on its sign.
                    let single = if batch < 100 { 1e-5 } else { 2e-6 };
                    for (precision, bound) in [(Precision::F64, 1e-9), (Precision::F32, single)] {
                        let batch = Batch::Profiles(batch);
                        let mixed = Settings {
                            mechanism,
                            updates,
                            profiles,
                            precision,
                            batch,
                            epochs: 100,
                            ..mixed()
                        };
                        let distance = distance_to_oracle(&with_curves(mixed, segments), 3);
                        let what =
                            format!("{mechanism}, {precision:?}, {updates:?}, {profiles:?}, {segments:?}");
                        assert!(distance <= bound, "{what}: {distance:e}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_group_holds_one_rule() {
    let with = |mechanism| Settings { mechanism, ..settings(2, 50.0) };
    for (k, rule) in Mechanism::ALL.into_iter().enumerate() {
        assert!(Mechanism::ALL[..k].iter().all(|other| with(*other).shape() != with(rule).shape()));
    }
    let [one, other] = [1.25, 1.5].map(|a| with(Mechanism::Mixture { a }).shape());
    assert!(one != other);
}

#[test]
fn the_kernel_follows_the_oracle_where_bidders_differ_at_every_batch_size() {
    for batch in [1, 7, 16, 127, 128, 1000] {
        for (updates, profiles) in UPDATES.into_iter().flat_map(|u| PROFILES.map(|p| (u, p))) {
            for bidders in [2, 3] {
                // Few samples leave the gradient to few near ties, and Adam turns on its sign.
                let single = if batch < 100 { 1e-5 } else { 1e-7 };
                for (precision, bound) in [(Precision::F64, 1e-9), (Precision::F32, single)] {
                    let mut settings = Settings {
                        updates,
                        profiles,
                        precision,
                        batch: Batch::Profiles(batch),
                        epochs: 100,
                        ..mixed()
                    };
                    settings.bidders.truncate(bidders);
                    let distance = distance_to_oracle(&settings, 3);
                    let what =
                        format!("batch = {batch}, {precision:?}, {updates:?}, {profiles:?}, N = {bidders}");
                    assert!(distance <= bound, "{what}: {distance:e}");
                }
            }
        }
    }
}

#[test]
fn the_kernel_follows_the_oracle_where_bidders_look_ahead() {
    let ahead = |fresh| Learner::Extragradient(Extragradient { fresh });
    let sgd = Learner::Sgd(Sgd { momentum: 0.5 });
    for learners in
        [&[ahead(false); 3][..], &[ahead(true); 2], &[ahead(true), sgd, ahead(false)], &[sgd, ahead(false)]]
    {
        for (updates, profiles) in UPDATES.into_iter().flat_map(|u| PROFILES.map(|p| (u, p))) {
            for segments in [&[None][..], &[Some(3), None]] {
                for (precision, bound) in [(Precision::F64, 1e-9), (Precision::F32, 2e-6)] {
                    let mut settings = Settings { updates, profiles, precision, epochs: 60, ..mixed() };
                    settings.bidders.truncate(learners.len());
                    for (bidder, learner) in settings.bidders.iter_mut().zip(learners) {
                        (bidder.learner, bidder.learning_rate) = (*learner, Rate::Sqrt { first: 2.0 });
                    }
                    let distance = distance_to_oracle(&with_curves(settings, segments), 3);
                    let what =
                        format!("{learners:?}, {precision:?}, {updates:?}, {profiles:?}, {segments:?}");
                    assert!(distance <= bound, "{what}: {distance:e}");
                }
            }
        }
    }
}

fn prior(text: &str) -> Prior {
    text.parse().unwrap()
}

/// Values with gaps of several sizes.
fn empirical() -> Prior {
    let values: Vec<f64> = (0..60).map(|k| f64::from(10 * k * k + 3 * (k % 3)) / 10_000.0).collect();
    Prior::Empirical(Empirical::new("values.csv", "v", &values).unwrap())
}

/// One or more of each row of the registry, with densities that vanish, jump and have poles at the ends.
fn every_prior() -> Vec<Prior> {
    let numbers = [
        "uniform:0.25:2",
        "power:3",
        "beta:2:5",
        "beta:0.5:0.5:0.5:2",
        "kumaraswamy:0.4:3:0:1.5",
        "truncated-normal:0.3:0.2",
        "truncated-exponential:2:0.1:2",
    ];
    let priors: Vec<Prior> = numbers.into_iter().map(prior).chain([empirical()]).collect();
    assert!(Prior::REGISTRY.iter().all(|entry| priors.iter().any(|prior| prior.name() == entry.name)));
    priors
}

/// The final multipliers of populations with given priors are those of the exact quantile functions, as far
/// as the stated error of the tables explains: twice what it does to move every bidder's shares by it, up and
/// down in turns, beside the rounding that U[0, 1] shows too. Steepnesses are per unit of the highest value.
fn check_priors(priors: &[Prior]) {
    const EPOCHS: u32 = 40;
    let highest = priors.iter().map(|prior| prior.support().1).fold(0.0, f64::max);
    for (precision, bound, rounding) in
        [(Precision::F32, f32::BOUND, 2e-7), (Precision::F64, f64::BOUND, 1e-13)]
    {
        let settings_at = |beta: f64| {
            let mut settings =
                Settings { precision, epochs: EPOCHS, ..settings(priors.len(), beta / highest) };
            settings.bidders.iter_mut().zip(priors).for_each(|(bidder, prior)| bidder.prior = prior.clone());
            settings
        };
        let exact: Vec<Batches> = draws(&settings_at(1.0), 5).take(EPOCHS as usize).collect();
        let mut moved = exact.clone();
        for sample in moved.iter_mut().flatten().flatten() {
            for (i, (value, prior)) in sample.iter_mut().zip(priors).enumerate() {
                let (low, high) = prior.support();
                let by = (high - low) * if i % 2 == 0 { bound } else { -bound };
                *value = (*value + by).clamp(low, high);
            }
        }
        for beta in [10.0, 50.0, 200.0] {
            let settings = settings_at(beta);
            let last = |draws: &[Batches]| oracle_on(&settings, draws.iter().cloned(), 0.0).pop().unwrap();
            let (exact, moved) = (last(&exact), last(&moved));
            let explained = 2.0 * distance(&exact, &moved);
            let outcome = train(&settings, 5, RECORDING);
            let distance = distance(outcome.bidders.iter().map(|bidder| &bidder.last_iterate), &exact);
            let what = format!("{precision:?}, {} of {}, beta = {beta}", priors[0], priors.len());
            assert!(distance <= explained + rounding, "{what}: {distance:e}, explained {explained:e}");
        }
    }
}

#[test]
fn final_multipliers_are_the_oracles_under_every_prior() {
    for prior in every_prior() {
        for bidders in [2, 3] {
            check_priors(&vec![prior.clone(); bidders]);
        }
    }
}

#[test]
fn final_multipliers_are_the_oracles_where_priors_are_mixed() {
    let mixtures = [
        vec![prior("beta:2:5"), Prior::STANDARD],
        vec![Prior::STANDARD, empirical(), prior("power:3:0.5:1.5")],
        every_prior(),
    ];
    for priors in mixtures {
        check_priors(&priors);
    }
}

/// Settings of any shape, short enough to be trained on every instance many times.
fn any_settings() -> impl Strategy<Value = Settings> {
    let steepness = prop_oneof![Just(50.0), Just(1e4), 1e-3..3.0, 3.0..500.0];
    let learner = prop_oneof![Just(None), (0.0..0.9).prop_map(|momentum| Some(Sgd { momentum }))];
    let law = sample::select(&["uniform", "beta:2:5", "beta:0.4:0.7", "kumaraswamy:2:3", "empirical"]);
    let bidder = (law, 0.0..2.0, 0.1..3.0, learner, 0.001..0.3, -2.0..2.0);
    let curves = prop_oneof![Just(vec![None]), vec(proptest::option::of(1_usize..6), 1..4)];
    let kinds = (sample::select(&UPDATES), sample::select(&PROFILES), any::<bool>(), any::<bool>(), curves);
    let sizes = (prop_oneof![1_u32..100, Just(128)], 1_u32..12);
    (steepness, vec(bidder, 2..=12), kinds, sizes).prop_map(|(beta, bidders, kinds, (batch, epochs))| {
        let (updates, profiles, single, standard, curves) = kinds;
        let precision = if single { Precision::F32 } else { Precision::F64 };
        let mut settings = Settings {
            batch: Batch::Profiles(batch),
            epochs,
            updates,
            profiles,
            precision,
            ..settings(bidders.len(), beta)
        };
        for (bidder, (law, low, width, sgd, learning_rate, theta)) in settings.bidders.iter_mut().zip(bidders)
        {
            if !standard {
                bidder.prior = match law {
                    "empirical" => empirical(),
                    law => prior(&format!("{law}:{low}:{}", low + width)),
                };
            }
            bidder.learner = sgd.map_or(bidder.learner, Learner::Sgd);
            (bidder.learning_rate, bidder.initial) = (Rate::Fixed(learning_rate), Initial::Theta(theta));
        }
        with_curves(settings, &curves)
    })
}

proptest! {
    #[test]
    fn a_run_is_the_same_bits_alone_in_any_lane_beside_any_game_and_on_every_instance(
        settings in any_settings(), seed in any::<u64>(), betas in vec(prop_oneof![Just(1e4), 1.0..300.0], 2..=20),
        highs in vec(prop_oneof![Just(1.0), 0.5..4.0], 8),
    ) {
        // The runs of a lane have one seed and one prior, those of a game any beta.
        let cell = |(k, &beta): (usize, &f64)| {
            let mut cell = Settings { beta: Beta::Fixed(beta), ..settings.clone() };
            // The law is the group's, the support the lane's; data have the support that they have.
            let prior = &mut cell.bidders[1].prior;
            if let Form::Numbers { build, .. } = prior.entry().form {
                let mut numbers = prior.parameters();
                numbers.truncate(numbers.len() - 2);
                numbers.extend([0.0, highs[k % 8]]);
                *prior = build(&numbers).unwrap();
            }
            cell
        };
        let cells: Vec<_> = betas.iter().enumerate().map(cell).collect();
        let run = |k: usize| Run { settings: &cells[k], seed: seed ^ (k % 8) as u64, recording: RECORDING, start: None };
        let runs: Vec<_> = (0..cells.len()).map(run).collect();
        let alone: Vec<_> = runs.iter().map(|run| train(run.settings, run.seed, RECORDING)).collect();
        for instance in Instance::available() {
            prop_assert_eq!(&train_group(instance, &runs), &alone, "{:?}", instance);
            for shared in runs.chunks(3).filter(|runs| runs.len() > 1) {
                let first = runs.iter().position(|run| std::ptr::eq(run.settings, shared[0].settings)).unwrap();
                prop_assert_eq!(&train_group(instance, shared)[..], &alone[first..first + shared.len()]);
            }
        }
    }
}

#[test]
fn many_bidders_and_batches_are_the_same_bits_on_every_instance() {
    for (bidders, batch, updates) in [(64, 33, UPDATES[0]), (64, 7, UPDATES[2]), (2, 10_000, UPDATES[0])] {
        for precision in [Precision::F32, Precision::F64] {
            let batch = Batch::Profiles(batch);
            let settings = Settings { epochs: 3, batch, updates, precision, ..settings(bidders, 50.0) };
            let run = Run { settings: &settings, seed: 1, recording: RECORDING, start: None };
            let portable = train_group(Instance::Portable, &[run]);
            for instance in Instance::available() {
                assert_eq!(train_group(instance, &[run; 3]), vec![portable[0].clone(); 3], "{instance:?}");
            }
        }
    }
}

#[test]
fn no_steepness_makes_a_run_diverge() {
    for (precision, bidders) in [Precision::F32, Precision::F64].into_iter().flat_map(|p| [(p, 2), (p, 5)]) {
        for beta in [1e-3, 1e4, 1e15] {
            let settings = Settings { precision, epochs: 200, ..settings(bidders, beta) };
            let outcome = train(&settings, 0, RECORDING);
            assert_eq!(outcome.status, Status::Ok, "{precision:?}, N = {bidders}, beta = {beta}");
            assert!(outcome.bidders.iter().all(|bidder| (0.0..1.0).contains(&bidder.tail_mean)));
        }
    }
}

#[test]
fn runs_of_a_lane_with_different_seeds_are_refused() {
    let settings = Settings { epochs: 1, ..settings(2, 50.0) };
    let runs: Vec<_> =
        (0..9).map(|seed| Run { settings: &settings, seed, recording: RECORDING, start: None }).collect();
    let trained = std::panic::catch_unwind(|| train_group(Instance::Portable, &runs));
    assert!(trained.is_err());
}

#[test]
fn adams_first_step_is_the_learning_rate_whatever_the_gradient() {
    // From 0.71095 towards 0.48 and 0.65, or towards 0.88.
    for (bidders, expected) in [(2, 0.70889), (3, 0.70889), (10, 0.71300)] {
        let settings = Settings { epochs: 1, ..settings(bidders, 50.0) };
        for bidder in trained(&settings, 0).bidders {
            assert!((bidder.last_iterate - expected).abs() < 5e-6, "{}", bidder.last_iterate);
        }
    }
}

#[test]
fn observers_agree_with_the_trajectory() {
    let settings = Settings { epochs: 101, ..settings(2, 50.0) };
    let outcome = trained(&settings, 5);
    let trajectory = outcome.trajectory.unwrap();
    for (i, bidder) in outcome.bidders.iter().enumerate() {
        let w: Vec<f64> = trajectory.column(i).to_vec();
        let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
        // Half of 101 epochs, rounded up.
        let tail = &w[51..];
        assert_eq!((w.len(), tail.len()), (102, 51));
        let centre = mean(tail);
        let variance = tail.iter().map(|x| (x - centre) * (x - centre)).sum::<f64>() / 50.0;
        let average = w.iter().skip(1).fold(vec![w[0]], |mut e, x| {
            e.push(0.99 * e.last().unwrap() + 0.01 * x);
            e
        });
        let extreme = |pick: fn(f64, f64) -> f64| average[51..].iter().copied().reduce(pick).unwrap();
        for (name, seen, expected) in [
            ("last_iterate", bidder.last_iterate, w[101]),
            ("tail_mean", bidder.tail_mean, centre),
            ("tail_sd", bidder.tail_sd.unwrap(), variance.sqrt()),
            ("time_average", bidder.time_average, mean(&w[1..])),
            ("ema_last", bidder.ema_last, average[101]),
            ("ema_min", bidder.ema_min, extreme(f64::min)),
            ("ema_max", bidder.ema_max, extreme(f64::max)),
            ("ema_residual_sd", bidder.ema_residual_sd.unwrap(), {
                let residuals: Vec<f64> = tail.iter().zip(&average[51..]).map(|(x, e)| x - e).collect();
                let centre = mean(&residuals);
                (residuals.iter().map(|x| (x - centre) * (x - centre)).sum::<f64>() / 50.0).sqrt()
            }),
        ] {
            assert!((seen - expected).abs() < 1e-13, "{name}: {seen} and {expected}");
        }
    }
}

#[test]
fn the_series_of_the_tail_is_the_trajectorys_however_long() {
    for (epochs, bidders, stride) in [(101, 2, 1), (9000, 2, 2), (3000, 64, 2), (20_000, 3, 3)] {
        let settings = Settings { epochs, batch: Batch::Profiles(1), ..settings(bidders, 50.0) };
        let outcome =
            train(&settings, 3, Recording { trajectory: Some(RecordedEpochs::Every(1)), ..RECORDING });
        let (trajectory, series) = (outcome.trajectory.unwrap(), outcome.series);
        assert_eq!(series.stride, stride);
        let first = epochs - RECORDING.tail_epochs(epochs) + 1;
        let kept = (first..=epochs).filter(|epoch| (epochs - epoch) % stride == 0);
        assert!(series.multipliers.len() <= 1 << 16);
        assert!(series.multipliers.rows().into_iter().eq(kept.map(|epoch| trajectory.row(epoch as usize))));
    }
}

#[test]
fn a_run_goes_on_where_another_stood() {
    for updates in [Updates::Simultaneous, Updates::Sequential] {
        let mut settings = Settings { epochs: 120, batch: Batch::Exact, updates, ..settings(2, 50.0) };
        settings.bidders[1].learner = Learner::Sgd(Sgd { momentum: 0.7 });
        settings.bidders[1].strategy = auction::Strategy::PiecewiseLinear { segments: 4 };
        let whole = train(&settings, 1, RECORDING);
        settings.epochs = 60;
        let half = train(&settings, 1, RECORDING);
        let start: Vec<_> = half.bidders.iter().map(|bidder| bidder.standing.clone()).collect();
        let run = Run { settings: &settings, seed: 1, recording: RECORDING, start: Some(&start) };
        let rest = &train_group(Instance::best(), &[run])[0];
        for (rest, whole) in rest.bidders.iter().zip(&whole.bidders) {
            assert_eq!(rest.standing, whole.standing);
            assert_eq!(rest.last_parameters, whole.last_parameters);
        }
    }
}

#[test]
fn the_gradients_sd_is_that_of_plain_steps() {
    // Without momentum a step of SGD is the learning rate times the gradient, so theta tells the gradients.
    let mut settings = Settings { epochs: 40, ..settings(2, 50.0) };
    for bidder in &mut settings.bidders {
        bidder.learner = Learner::Sgd(Sgd { momentum: 0.0 });
        bidder.learning_rate = Rate::Fixed(0.5);
    }
    let outcome = trained(&settings, 1);
    let theta = outcome.trajectory.unwrap().column(0).mapv(bidsweep::auction::strategy::linear::theta);
    let gradients: Vec<f64> = (21..=40).map(|t| (theta[t] - theta[t - 1]) / 0.5).collect();
    let mean = gradients.iter().sum::<f64>() / 20.0;
    let sd = (gradients.iter().map(|g| (g - mean) * (g - mean)).sum::<f64>() / 19.0).sqrt();
    assert!((outcome.bidders[0].gradient_sd.unwrap() / sd - 1.0).abs() < 1e-9);
}

#[test]
fn a_run_that_stops_being_finite_says_when_and_leaves_its_neighbours_alone() {
    let good = Settings { epochs: 50, ..settings(2, 50.0) };
    let mut bad = good.clone();
    bad.bidders[1].learner = Learner::Sgd(Sgd { momentum: 0.99 });
    bad.bidders[1].learning_rate = Rate::Fixed(f64::MAX);
    let mut fine = bad.clone();
    fine.bidders[1].learning_rate = Rate::Fixed(0.1);
    let run = |settings| Run { settings, seed: 1, recording: RECORDING, start: None };
    let outcomes = train_group(Instance::best(), &[run(&fine), run(&bad)]);
    assert_eq!(outcomes[0], train(&fine, 1, RECORDING));
    assert_eq!(outcomes[0].status, Status::Ok);
    let recorded = train(&bad, 1, Recording { trajectory: Some(RecordedEpochs::Every(1)), ..RECORDING })
        .trajectory
        .unwrap();
    let lost = recorded.rows().into_iter().position(|row| row.iter().any(|w| w.is_nan()));
    // The velocity times the largest number overflows as soon as the velocity exceeds 1: by hand, the first
    // epoch at which theta is not finite.
    let Status::Diverged { epoch } = outcomes[1].status else { panic!("{:?}", outcomes[1]) };
    let finite = |epochs| train(&Settings { epochs, ..bad.clone() }, 1, RECORDING).status == Status::Ok;
    assert!(epoch > 1 && finite(epoch - 1) && !finite(epoch), "{epoch}");
    assert_eq!(lost, Some(epoch as usize), "multipliers are missing from the epoch of divergence on");
}

#[test]
fn recorded_epochs_are_the_multiples_and_the_last() {
    let recording = Recording { trajectory: Some(RecordedEpochs::Every(10)), ..RECORDING };
    assert_eq!(recording.epochs(25), [0, 10, 20, 25]);
    assert_eq!(recording.epochs(20), [0, 10, 20]);
    assert!(RECORDING.epochs(20).is_empty());
    // As written in decimal: 0.07 x 100 is 7, though not in binary.
    let tails =
        [0.07, 0.08, 0.5, 0.29, 1e-9, 1.0].map(|tail| Recording { tail, ..RECORDING }.tail_epochs(100));
    assert_eq!(tails, [7, 8, 50, 29, 1, 100]);
}
