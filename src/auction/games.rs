//! Games and draws that the tests of this layer share.

use proptest::prelude::{Just, Strategy as Generator, prop, prop_oneof};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use crate::auction::prior::{
    Beta, Empirical, Kumaraswamy, Power, SHAPES, TruncatedExponential, TruncatedNormal, Uniform,
};
use crate::auction::strategy::PiecewiseLinear;
use crate::auction::{
    BidFunction, Bidder, MAX_BIDDERS, Mechanism, Mixture, Population, Prior, Profile, PureBids, Strategy,
};
use crate::numeric::quadrature::TanhSinh;

/// Linear bidders with values from U\[low, high\] each.
pub fn game(supports: &[(f64, f64)]) -> Population {
    let bidder = |&(low, high): &(f64, f64)| Bidder { prior: uniform(low, high), strategy: Strategy::Linear };
    Population { mechanism: Mechanism::FirstPrice, bidders: supports.iter().map(bidder).collect() }
}

/// The prior U\[low, high\].
pub fn uniform(low: f64, high: f64) -> Prior {
    Prior::Uniform(Uniform::new(low, high).unwrap())
}

/// Any game and profile; some supports are disjoint, some multipliers tiny, some games symmetric.
pub fn games() -> impl Generator<Value = (Population, Profile)> {
    let support =
        prop_oneof![Just((0.0, 1.0)), (0.0..2.0, 0.1..3.0).prop_map(|(low, width)| (low, low + width))];
    let multiplier =
        prop_oneof![8 => 0.01..0.999, 1 => Just(0.5), 1 => (1.0..150.0).prop_map(|x: f64| libm::exp10(-x))];
    prop::collection::vec((support, multiplier), 2..=12).prop_map(|bidders| {
        let (supports, multipliers): (Vec<_>, Vec<_>) = bidders.into_iter().unzip();
        (game(&supports), Profile::linear(multipliers))
    })
}

/// Any prior: densities with poles, that vanish, that rise steeply, of data.
pub fn any_prior() -> impl Generator<Value = Prior> {
    let shape = || {
        prop_oneof![
            4 => 0.5..4.0,
            1 => Just(1.0),
            1 => Just(2.0),
            2 => 0.1..0.5,
            1 => (0.6..3.0).prop_map(|x: f64| libm::exp10(x)),
        ]
    };
    let support =
        prop_oneof![Just((0.0, 1.0)), (0.0..2.0, 0.1..3.0).prop_map(|(low, width)| (low, low + width))];
    (0..7, shape(), shape(), support).prop_filter_map("all but an atom", |(kind, a, b, (low, high))| {
        let width: f64 = high - low;
        let made = match kind {
            0 => Uniform::new(low, high).map(Prior::Uniform),
            1 => Power::new(a, low, high).map(Prior::Power),
            2 => Beta::new(a, b, low, high).map(Prior::Beta),
            3 => Kumaraswamy::new(a, b, low, high).map(Prior::Kumaraswamy),
            4 => TruncatedExponential::new(a / width, low, high).map(Prior::TruncatedExponential),
            5 => TruncatedNormal::new(low + 0.3 * a * width, 0.3 * b.min(3.0) * width, low, high)
                .map(Prior::TruncatedNormal),
            _ => {
                let values: Vec<f64> =
                    (0..40).map(|k| libm::pow(f64::from(k) / 39.0, a.clamp(0.3, 3.0))).collect();
                let values: Vec<f64> = values.into_iter().map(|z| low + width * z).collect();
                Empirical::new("values.csv", "value", &values).map(Prior::Empirical)
            }
        };
        made.ok()
    })
}

/// Any prior of the whole range of shapes that are accepted, evenly in the logarithm, on any support: from 0
/// on or further up, of any scale.
pub fn steep_prior() -> impl Generator<Value = Prior> {
    let shape = || {
        let ends = (libm::log10(*SHAPES.start()), libm::log10(*SHAPES.end()));
        let any = (ends.0..ends.1).prop_map(|x: f64| libm::exp10(x).clamp(*SHAPES.start(), *SHAPES.end()));
        prop_oneof![2 => any, 2 => 0.1..0.3, 1 => Just(0.1), 1 => Just(1.0)]
    };
    let support = prop_oneof![
        2 => Just((0.0, 1.0)),
        1 => (-6.0..6.0).prop_map(|x: f64| (0.0, libm::exp10(x))),
        2 => (-6.0..6.0, -2.0..3.0).prop_map(|(x, ratio): (f64, f64)| {
            let width = libm::exp10(x);
            (width * libm::exp10(ratio), width * libm::exp10(ratio) + width)
        }),
    ];
    (0..4, shape(), shape(), support).prop_filter_map("all but an atom", |(kind, a, b, (low, high))| {
        let made = match kind {
            0 => Power::new(a, low, high).map(Prior::Power),
            1 | 2 => Beta::new(a, b, low, high).map(Prior::Beta),
            _ => Kumaraswamy::new(a, b, low, high).map(Prior::Kumaraswamy),
        };
        made.ok()
    })
}

/// Any game of priors of the whole range of shapes, of two bidders to `most`, all of one prior or of others
/// on its support, with lines or piecewise-linear bids.
pub fn steep_games(most: usize) -> impl Generator<Value = (Population, Profile)> {
    let bidders = steep_prior().prop_flat_map(move |first| {
        let support = first.support();
        let other = steep_prior().prop_map(move |prior| on_support(&prior, support));
        let mixed = prop::collection::vec(other, most - 1);
        (Just(first), mixed, 2..=most, prop::bool::ANY)
    });
    let priors = bidders.prop_map(|(first, others, count, alike)| {
        let other = |k: usize| if alike { &first } else { others[k].as_ref().unwrap_or(&first) };
        std::iter::once(first.clone()).chain((1..count).map(|k| other(k - 1).clone())).collect::<Vec<_>>()
    });
    let bids = |priors: Vec<Prior>| {
        let one = |prior: Prior| {
            let line = prop_oneof![3 => 0.01..1.0, 1 => Just(0.5), 1 => Just(0.0)];
            let line = line.prop_map(|multiplier| BidFunction::Linear { multiplier }).boxed();
            (
                Just(prior.clone()),
                prop_oneof![2 => line, 1 => any_rising(prior).prop_map(|(_, bids)| bids).boxed()],
            )
        };
        priors.into_iter().map(one).collect::<Vec<_>>()
    };
    priors.prop_flat_map(bids).prop_map(|bidders| {
        let (priors, bids): (Vec<Prior>, Vec<BidFunction>) = bidders.into_iter().unzip();
        (with_priors(&priors), Profile { bids })
    })
}

/// The same shape on another support.
fn on_support(prior: &Prior, (low, high): (f64, f64)) -> Option<Prior> {
    let shapes = prior.parameters();
    match prior {
        Prior::Power(_) => Power::new(shapes[0], low, high).ok().map(Prior::Power),
        Prior::Beta(_) => Beta::new(shapes[0], shapes[1], low, high).ok().map(Prior::Beta),
        _ => Kumaraswamy::new(shapes[0], shapes[1], low, high).ok().map(Prior::Kumaraswamy),
    }
}

/// Any bid function that rises: a line, or a function of the class, some of its segments all but flat.
pub fn any_rising(prior: Prior) -> impl Generator<Value = (Prior, BidFunction)> {
    let slope =
        || prop_oneof![8 => 0.05..1.5, 1 => Just(0.5), 1 => (1.0..12.0).prop_map(|x: f64| libm::exp10(-x))];
    let line = (0.01..1.0).prop_map(|multiplier| BidFunction::Linear { multiplier }).boxed();
    let of_class = prop::sample::select(vec![1, 4, 16]).prop_flat_map(move |segments| {
        let prior = prior.clone();
        prop::collection::vec(slope(), segments + 1).prop_map(move |slopes| {
            let strategy = Strategy::PiecewiseLinear { segments };
            (prior.clone(), strategy.bid_function(&prior, &slopes))
        })
    });
    (of_class, line, 0..3)
        .prop_map(|((prior, function), line, kind)| (prior, if kind == 0 { line } else { function }))
}

/// Any game with any priors, and a profile of bid functions that rise.
pub fn any_games(most: usize) -> impl Generator<Value = (Population, Profile)> {
    prop::collection::vec(any_prior().prop_flat_map(any_rising), 2..=most).prop_map(|bidders| {
        let (priors, bids): (Vec<Prior>, Vec<BidFunction>) = bidders.into_iter().unzip();
        (with_priors(&priors), Profile { bids })
    })
}

/// Any mixture of one to four bid functions that rise, lines or of a class, for one prior.
pub fn any_mixture(prior: Prior) -> impl Generator<Value = (Prior, BidFunction)> {
    let component = any_rising(prior.clone()).prop_map(|(_, bids)| bids);
    prop::collection::vec((0.05..1.0, component), 1..=4).prop_map(move |components| {
        let total: f64 = components.iter().map(|(weight, _): &(f64, BidFunction)| weight).sum();
        let weighted = components.into_iter().map(|(weight, bids)| (weight / total, bids));
        (prior.clone(), mixed(weighted))
    })
}

/// Any game with any priors, and a profile of mixtures of bid functions that rise.
pub fn any_mixed_games(most: usize) -> impl Generator<Value = (Population, Profile)> {
    prop::collection::vec(any_prior().prop_flat_map(any_mixture), 2..=most).prop_map(|bidders| {
        let (priors, bids): (Vec<Prior>, Vec<BidFunction>) = bidders.into_iter().unzip();
        (with_priors(&priors), Profile { bids })
    })
}

/// The profiles of pure bids that a profile of mixtures draws, and how probable each is.
pub fn drawn_profiles(profile: &Profile) -> Vec<(f64, Profile)> {
    let mut drawn = vec![(1.0, Profile { bids: Vec::new() })];
    for bids in &profile.bids {
        let with = |(probability, before): &(f64, Profile), (weight, bids): (f64, PureBids)| {
            let mut profile = before.clone();
            profile.bids.push(bids.to_bid_function());
            (probability * weight, profile)
        };
        drawn = drawn.iter().flat_map(|before| bids.components().map(|one| with(before, one))).collect();
    }
    drawn
}

/// The mixture of weighted bid functions.
pub fn mixed(components: impl IntoIterator<Item = (f64, BidFunction)>) -> BidFunction {
    BidFunction::Mixed(Mixture::new(components.into_iter().collect()).unwrap())
}

/// The mixture of lines with these weights and multipliers.
pub fn mixed_lines(components: &[(f64, f64)]) -> BidFunction {
    mixed(components.iter().map(|&(weight, multiplier)| (weight, BidFunction::Linear { multiplier })))
}

/// Bidders with these priors.
pub fn with_priors(priors: &[Prior]) -> Population {
    let bidder = |prior: &Prior| Bidder { prior: prior.clone(), strategy: Strategy::Linear };
    Population { mechanism: Mechanism::FirstPrice, bidders: priors.iter().map(bidder).collect() }
}

/// The bid function through knots.
pub fn through(knots: &[(f64, f64)]) -> BidFunction {
    BidFunction::PiecewiseLinear(PiecewiseLinear::new(knots.to_vec()).unwrap())
}

/// A prior of every kind: smooth densities, poles, and data.
pub fn seven_priors() -> [Prior; 7] {
    let values: Vec<f64> = (0..60).map(|k| libm::pow((f64::from(k) + 0.5) / 60.0, 1.7)).collect();
    [
        uniform(0.2, 1.0),
        Prior::Power(Power::new(0.7, 0.0, 1.2).unwrap()),
        Prior::Beta(Beta::new(2.0, 5.0, 0.0, 1.5).unwrap()),
        Prior::Kumaraswamy(Kumaraswamy::new(0.4, 0.6, 0.0, 1.0).unwrap()),
        Prior::TruncatedNormal(TruncatedNormal::new(0.5, 0.2, 0.0, 1.0).unwrap()),
        Prior::TruncatedExponential(TruncatedExponential::new(2.0, 0.1, 1.3).unwrap()),
        Prior::Empirical(Empirical::new("values.csv", "value", &values).unwrap()),
    ]
}

/// Numbers of bidders that symmetric games are tested with.
pub const SIZES: [usize; 6] = [2, 3, 5, 10, 33, MAX_BIDDERS];

/// Profiles of values, drawn independently.
pub fn draws(population: &Population, seed: u64) -> impl Iterator<Item = Vec<f64>> + '_ {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    std::iter::repeat_with(move || {
        let mut draw = |bidder: &Bidder| {
            let uniform = (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
            bidder.prior.quantile(uniform)
        };
        population.bidders.iter().map(&mut draw).collect()
    })
}

/// Profiles of values and bids, drawn independently: of a mixture a function first.
pub fn plays<'a>(
    population: &'a Population,
    profile: &'a Profile,
    seed: u64,
) -> impl Iterator<Item = Vec<(f64, f64)>> + 'a {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x6d69_7874_7572_6573);
    draws(population, seed).map(move |values| {
        let mut play = |(value, bids): (f64, &BidFunction)| {
            let mut left = (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
            let drawn = bids.components().find(|(weight, _)| {
                left -= weight;
                left < 0.0
            });
            let (_, bids) = drawn.or_else(|| bids.components().last()).unwrap();
            (value, bids.bid(value))
        };
        values.into_iter().zip(&profile.bids).map(&mut play).collect()
    })
}

/// E of a function of bidder i's value and bid, over the own quantile, in which no density is left: tanh-sinh
/// between all places where the own bid is where anything happens to a rival's, moved by any of `shifts`.
pub fn expectation(
    population: &Population,
    profile: &Profile,
    i: usize,
    shifts: &[f64],
    integrand: impl Fn(f64, f64) -> f64,
) -> f64 {
    let components = profile.bids[i].components();
    components
        .map(|(weight, bids)| weight * expectation_of(population, profile, i, bids, shifts, &integrand))
        .sum()
}

/// The same of one function that bidder i may draw.
fn expectation_of(
    population: &Population,
    profile: &Profile,
    i: usize,
    bids: PureBids,
    shifts: &[f64],
    integrand: impl Fn(f64, f64) -> f64,
) -> f64 {
    let own = &population.bidders[i].prior;
    let mut shares: Vec<f64> = places(own, bids).into_iter().map(|v| own.cdf(v)).collect();
    for (j, rival) in profile.bids.iter().enumerate().filter(|(j, _)| *j != i) {
        for (_, rival) in rival.components() {
            for v in places(&population.bidders[j].prior, rival) {
                shares.extend(shifts.iter().map(|shift| own.cdf(value_at(own, bids, rival.bid(v) + shift))));
            }
        }
    }
    shares.extend([0.0, 1.0]);
    shares.sort_by(f64::total_cmp);
    let panels = shares.windows(2).filter(|ends| ends[1] - ends[0] > 1e-15);
    let nodes = panels.flat_map(|ends| TanhSinh::rule().points(ends[0], ends[1]));
    nodes
        .map(|(share, weight)| {
            let value = own.quantile(share);
            weight * integrand(value, bids.bid(value))
        })
        .sum()
}

/// The probability that all rivals of bidder i bid below `bid`.
pub fn outbid(population: &Population, profile: &Profile, i: usize, bid: f64) -> f64 {
    let below_of = |prior: &Prior, bids: PureBids| {
        let (low, high) = prior.support();
        if bid <= bids.bid(low) {
            0.0
        } else if bid >= bids.bid(high) {
            1.0
        } else {
            prior.cdf(value_at(prior, bids, bid))
        }
    };
    let below = |j: usize| -> f64 {
        let prior = &population.bidders[j].prior;
        profile.bids[j].components().map(|(weight, bids)| weight * below_of(prior, bids)).sum()
    };
    (0..population.len()).filter(|j| *j != i).map(below).product()
}

/// The values at which anything happens to a bidder's bid: ends, knots, kinks, and quantiles, since a prior
/// may rise steeply anywhere.
fn places(prior: &Prior, bids: PureBids) -> Vec<f64> {
    let levels = [-30.0, -14.0, -7.0, -3.0, -1.0, -0.4].map(|l| prior.quantile_of_ln(l));
    let uppers = [1e-12, 1e-6, 1e-3, 0.03, 0.1].map(|q| prior.upper_quantile(q));
    let mut values = <[f64; 2]>::from(prior.support()).to_vec();
    values.extend(levels.into_iter().chain(uppers).chain(prior.kinks()));
    if let PureBids::PiecewiseLinear(function) = bids {
        values.extend(function.knots().iter().map(|knot| knot.0));
    }
    values
}

/// The value at which a rising function bids `bid`, cut to the support.
fn value_at(prior: &Prior, bids: PureBids, bid: f64) -> f64 {
    let (low, high) = prior.support();
    let value = match bids {
        PureBids::Linear { multiplier } => bid / multiplier,
        PureBids::PiecewiseLinear(function) => {
            let knots = function.knots();
            let k = knots[1..knots.len() - 1].partition_point(|knot| knot.1 <= bid);
            let (from, to) = (knots[k], knots[k + 1]);
            from.0 + (bid - from.1) / (to.1 - from.1) * (to.0 - from.0)
        }
    };
    value.clamp(low, high)
}

/// A line as a piecewise-linear function with a few knots.
pub fn line_through_knots(prior: &Prior, multiplier: f64) -> BidFunction {
    let (low, high) = prior.support();
    let values = [0.0, 0.1, 0.55, 1.0].map(|share: f64| share.mul_add(high - low, low).min(high));
    through(&values.map(|value| (value, multiplier * value)))
}
