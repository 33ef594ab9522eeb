//! What every prior of the registry keeps.

use bidsweep::auction::Prior;
use bidsweep::auction::prior::{Cleaning, Empirical, Form, LEAST_SPREAD, MIN_VALUES, SHAPES, Ties};
use bidsweep::numeric::quadrature::GaussLegendre;
use bidsweep::numeric::table::Number;
use proptest::prelude::{BoxedStrategy, Just, Strategy as Generator, any, prop, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, prop_assume, proptest};

/// Numbers evenly spread over the orders of magnitude.
fn magnitudes(from: f64, to: f64) -> impl Generator<Value = f64> {
    (libm::log(from)..libm::log(to)).prop_map(libm::exp)
}

fn supports() -> impl Generator<Value = (f64, f64)> {
    prop_oneof![
        Just((0.0, 1.0)),
        magnitudes(1e-3, 1e3).prop_map(|high| (0.0, high)),
        (0.0..2.0, 0.5..3.0).prop_map(|(low, width)| (low, low + width)),
    ]
}

/// Values with gaps of all sizes, in some order.
fn data() -> impl Generator<Value = Vec<f64>> {
    let gaps = prop::collection::vec(magnitudes(1e-3, 1.0), MIN_VALUES..60);
    let values = gaps.prop_map(|gaps| {
        let rise = |sum: &mut f64, gap| {
            *sum += gap;
            Some(*sum)
        };
        gaps.into_iter().scan(0.0, rise).collect::<Vec<_>>()
    });
    values.prop_shuffle()
}

fn shapes() -> impl Generator<Value = f64> {
    magnitudes(*SHAPES.start(), *SHAPES.end())
}

/// Priors of one row of the registry; those that are all but an atom are left out.
fn priors_named(name: &'static str) -> BoxedStrategy<Prior> {
    let numbers: BoxedStrategy<Vec<f64>> = match name {
        "uniform" => Just(vec![]).boxed(),
        "power" => shapes().prop_map(|exponent| vec![exponent]).boxed(),
        "beta" | "kumaraswamy" => (shapes(), shapes()).prop_map(|(a, b)| vec![a, b]).boxed(),
        // In units of the support: inside it, at its ends, and far out.
        "truncated-normal" => (prop_oneof![-0.5..1.5, -100.0..100.0], magnitudes(1e-3, 1e3))
            .prop_map(|(mean, sd)| vec![mean, sd])
            .boxed(),
        "truncated-exponential" => magnitudes(1e-12, 1e3).prop_map(|decay| vec![decay]).boxed(),
        "empirical" => {
            return data()
                .prop_map(|values| Prior::Empirical(Empirical::new("values.csv", "value", &values).unwrap()))
                .boxed();
        }
        _ => panic!("the tests know no prior `{name}`: say which parameters to test it with"),
    };
    let entry = Prior::REGISTRY.iter().find(|entry| entry.name == name).unwrap();
    let Form::Numbers { build, .. } = entry.form else { panic!("{name} is made of numbers") };
    (numbers, supports())
        .prop_filter_map("narrow", move |(mut numbers, (low, high))| {
            match name {
                "truncated-normal" => {
                    numbers[0] = (high - low).mul_add(numbers[0], low);
                    numbers[1] *= high - low;
                }
                "truncated-exponential" => numbers[0] /= high - low,
                _ => {}
            }
            numbers.extend([low, high]);
            let built = build(&numbers);
            if let Err(message) = &built {
                assert!(
                    message.contains(&format!("less than {LEAST_SPREAD}")),
                    "{name} {numbers:?}: {message}"
                );
            }
            built.ok()
        })
        .boxed()
}

/// Priors of every row.
fn priors() -> impl Generator<Value = Prior> {
    prop::sample::select(Prior::REGISTRY).prop_flat_map(|entry| priors_named(entry.name))
}

/// Probabilities, many of them close to 0 or 1.
fn probabilities() -> impl Generator<Value = f64> {
    prop_oneof![0.0..1.0, magnitudes(1e-12, 0.5), magnitudes(1e-12, 0.5).prop_map(|q| 1.0 - q)]
}

/// Probabilities between which quantile functions and densities are smooth: halving towards both ends.
fn levels(prior: &Prior) -> Vec<f64> {
    let halves = (1..=60).map(|k| libm::exp2(-f64::from(k)));
    let mut levels: Vec<f64> = halves.flat_map(|w| [w, 1.0 - w]).chain([0.0, 1.0]).collect();
    levels.extend(prior.kinks().into_iter().map(|kink| prior.cdf(kink)));
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    levels
}

/// A few units in the last place to both sides of v, within the support.
fn around(prior: &Prior, v: f64) -> [f64; 2] {
    let (low, high) = prior.support();
    let ulps = 8.0 * f64::EPSILON;
    [v * (1.0 - ulps), v * (1.0 + ulps)].map(|v| v.clamp(low, high))
}

#[test]
fn names_are_unique_and_every_prior_has_its_row() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for (i, entry) in Prior::REGISTRY.iter().enumerate() {
        assert!(Prior::REGISTRY[..i].iter().all(|other| other.name != entry.name), "{} twice", entry.name);
        let prior = priors_named(entry.name).new_tree(&mut runner).unwrap().current();
        assert_eq!(prior.name(), entry.name);
        if let Form::Numbers { parameters, build } = entry.form {
            assert_eq!(prior.parameters().len(), parameters.len());
            assert_eq!(build(&prior.parameters()).unwrap(), prior);
            assert_eq!(prior.to_string().parse::<Prior>().unwrap(), prior);
            // Only the last may be left out on the command line.
            assert!(parameters.is_sorted_by_key(|parameter| parameter.default.is_some()));
        }
    }
}

proptest! {
    #[test]
    fn the_ends_of_the_support_have_all_the_mass_between_them(prior in priors()) {
        let (low, high) = prior.support();
        prop_assert_eq!((prior.cdf(low), prior.cdf(high)), (0.0, 1.0));
        prop_assert_eq!((prior.cdf(-1.0), prior.cdf(2.0 * high)), (0.0, 1.0));
        prop_assert_eq!((prior.pdf(-1.0), prior.pdf(2.0 * high)), (0.0, 0.0));
        prop_assert_eq!((prior.quantile(0.0), prior.upper_quantile(1.0)), (low, low));
        let tops = [prior.quantile(1.0), prior.upper_quantile(0.0), prior.quantile_of_ln(0.0)];
        prop_assert!(tops.iter().all(|&top| top <= high && top >= high * (1.0 - f64::EPSILON)), "{prior}: {tops:?}");
        prop_assert_eq!((prior.ln_cdf(low), prior.ln_cdf(high)), (f64::NEG_INFINITY, 0.0));
        prop_assert_eq!(prior.quantile_of_ln(f64::NEG_INFINITY), low);
    }

    /// F(v) is p to 1e-12 somewhere within rounding of v.
    #[test]
    fn the_quantile_is_the_inverse_of_the_cdf(prior in priors(), p in probabilities()) {
        let v = prior.quantile(p);
        let [before, after] = around(&prior, v).map(|v| prior.cdf(v));
        prop_assert!(before <= p * (1.0 + 1e-12) && p <= after * (1.0 + 1e-12), "{prior}: {before} {p} {after}");
    }

    #[test]
    fn the_upper_quantile_is_the_quantile_of_the_rest(prior in priors(), q in probabilities()) {
        let v = prior.upper_quantile(q);
        let [before, after] = around(&prior, v).map(|v| 1.0 - prior.cdf(v));
        // 1 - F loses all digits below the spacing of numbers near 1.
        let tolerance = 1e-12 * q + 4.0 * f64::EPSILON;
        prop_assert!(before >= q - tolerance && q >= after - tolerance, "{prior}: {before} {q} {after}");
    }

    #[test]
    fn the_inverse_of_ln_f_reaches_far_into_the_tail(prior in priors(), depth in magnitudes(1e-9, 300.0)) {
        let v = prior.quantile_of_ln(-depth);
        // A flat F may have its quantile below the smallest numbers.
        prop_assume!(v > 1e-290);
        let [before, after] = around(&prior, v).map(|v| prior.ln_cdf(v));
        let tolerance = 1e-13 + 1e-14 * depth;
        prop_assert!(before <= tolerance - depth && -depth <= after + tolerance, "{prior}: {before} {depth} {after}");
    }

    #[test]
    fn ln_f_is_the_logarithm_of_f(prior in priors(), p in probabilities()) {
        let v = prior.quantile(p);
        let cdf = prior.cdf(v);
        prop_assume!(cdf > 0.0);
        let error = (libm::log(cdf) - prior.ln_cdf(v)).abs();
        prop_assert!(error < 1e-13 * (1.0 - libm::log(p)), "{prior} at {v}: {error:e}");
    }

    #[test]
    fn cdf_and_quantile_rise(prior in priors(), p in probabilities(), q in probabilities()) {
        let (p, q) = (p.min(q), p.max(q));
        let (from, to) = (prior.quantile(p), prior.quantile(q));
        // Neighbouring p may meet the same quantile but for rounding.
        prop_assert!(from <= to * (1.0 + 1e-12), "{prior}: {from} {to}");
        prop_assert!(prior.cdf(from) <= prior.cdf(to) * (1.0 + 1e-12), "{prior}");
        prop_assert!(prior.ln_cdf(from) <= prior.ln_cdf(to) + 1e-12, "{prior}");
    }

    /// To 1e-4 of it, of which the step of a thousandth of the smaller tail's length takes most.
    #[test]
    fn the_density_is_the_slope_of_the_cdf(prior in priors(), p in 1e-6..0.999) {
        let v = prior.quantile(p);
        let (low, high) = prior.support();
        let pdf = prior.pdf(v);
        let step = (1e-3 * p.min(1.0 - p) / pdf).min(1e-3 * (v - low).min(high - v));
        // Steps below rounding say nothing, and a kink has two slopes.
        prop_assume!(step > 1e-9 * v && pdf.is_finite());
        prop_assume!(prior.kinks().iter().all(|kink| (kink - v).abs() > step));
        let slope = (prior.cdf(v + step) - prior.cdf(v - step)) / (2.0 * step);
        let rounding = f64::EPSILON * p / step;
        prop_assert!((slope - pdf).abs() <= 1e-4 * pdf + 2.0 * rounding, "{prior} at {v}: {slope} {pdf}");
    }
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(64))]

    #[test]
    fn the_density_integrates_to_the_cdf(prior in priors(), p in 1e-6..0.5, q in 0.5..0.99) {
        let (from, to) = (prior.quantile(p), prior.quantile(q));
        let (low, high) = prior.support();
        // At a pole the mass between neighbouring numbers is no integral of them.
        prop_assume!((low == 0.0 || from - low > 1e-6 * low) && high - to > 1e-6 * high);
        // Densities with poles are smooth between values that double their distance from the ends.
        let distances = (0..300).map(|k| (high - low) * libm::exp2(-f64::from(k)));
        let mut breakpoints: Vec<f64> = distances.flat_map(|d| [low + d, high - d]).collect();
        breakpoints.extend(levels(&prior).into_iter().map(|level| prior.quantile(level)));
        breakpoints.retain(|&v| from < v && v < to);
        breakpoints.extend([from, to]);
        breakpoints.sort_by(f64::total_cmp);
        let mass = GaussLegendre::of_order(32).integrate_panels(&breakpoints, |v| prior.pdf(v));
        let expected = prior.cdf(to) - prior.cdf(from);
        prop_assert!((mass - expected).abs() < 1e-9, "{prior}: {mass} {expected}");
    }

    #[test]
    fn mean_and_variance_are_the_integrals_over_the_quantile(prior in priors()) {
        let (low, high) = prior.support();
        let width = high - low;
        let rule = GaussLegendre::of_order(24);
        let levels = levels(&prior);
        let mean = rule.integrate_panels(&levels, |p| prior.quantile(p));
        prop_assert!((prior.mean() - mean).abs() < 1e-11 * width + 1e-14 * high, "{prior}: {} {mean}", prior.mean());
        let square = |p| (prior.quantile(p) - mean) * (prior.quantile(p) - mean);
        let variance = rule.integrate_panels(&levels, square);
        let error = (prior.variance() - variance).abs();
        prop_assert!(error < 1e-10 * width * width, "{prior}: {} {variance}", prior.variance());
        prop_assert!(prior.variance().sqrt() >= LEAST_SPREAD * width);
    }

    #[test]
    fn tables_keep_their_bound(prior in priors(), seeds in prop::collection::vec(any::<u64>(), 500)) {
        check_table::<f32>(&prior, &seeds)?;
        check_table::<f64>(&prior, &seeds)?;
    }
}

/// At centred uniforms of all orders of magnitude, on both sides.
fn check_table<T: Number>(prior: &Prior, seeds: &[u64]) -> Result<(), proptest::test_runner::TestCaseError> {
    let (low, high) = prior.support();
    let table = prior.table::<T>();
    let units = 1_u64 << T::MANTISSA_BITS;
    for seed in seeds {
        let shift = seed % u64::from(T::MANTISSA_BITS);
        let k = (seed >> (64 - T::MANTISSA_BITS)) >> shift;
        let w = (k as f64 + 0.5) / units as f64;
        for (u, exact) in [(w, prior.quantile(w)), (1.0 - w, prior.upper_quantile(w))] {
            let share = table.evaluate(T::round(u)).widen();
            let error = (share - (exact - low) / (high - low)).abs();
            // What the exact quantile loses where low is far from 0.
            let rounding = f64::EPSILON * high / (high - low);
            prop_assert!(error <= T::BOUND + rounding, "{prior} at {u}: {error:e}");
            prop_assert!((0.0..=1.0).contains(&share), "{prior} at {u}: {share}");
        }
    }
    Ok(())
}

#[test]
fn parameters_out_of_range_are_refused_with_what_to_write() {
    let cases = [
        ("uniform:1:1", "low = 1 must be below high = 1"),
        ("uniform:2:1", "low = 2 must be below high = 1"),
        ("uniform:-1:1", "low = -1 must be at least 0: values are not negative"),
        ("uniform:0:inf", "low = 0 and high = inf must be finite"),
        (
            "uniform:0:1e101",
            "high = 1e101 and high - low = 1e101 must be from 1e-100 to 1e100: give values in another unit",
        ),
        (
            "uniform:0:1e-300",
            "high = 1e-300 and high - low = 1e-300 must be from 1e-100 to 1e100: give values in another unit",
        ),
        ("power:0", "exponent = 0 must be from 0.1 to 1000"),
        ("power:-2", "exponent = -2 must be from 0.1 to 1000"),
        ("power:NaN", "exponent = NaN must be from 0.1 to 1000"),
        ("beta:0.01:2", "a = 0.01 must be from 0.1 to 1000"),
        ("beta:2:1e9", "b = 1000000000 must be from 0.1 to 1000"),
        ("kumaraswamy:2:-3", "b = -3 must be from 0.1 to 1000"),
        (
            "kumaraswamy:0.1:1000",
            "the values spread over less than 0.0001 of the support from 0 to 1: narrow `low` and `high` around them",
        ),
        ("truncated-normal:NaN:1", "mean = NaN must be finite"),
        ("truncated-normal:0.5:0", "sd = 0 must be finite and above 0"),
        ("truncated-normal:0.5:inf", "sd = inf must be finite and above 0"),
        (
            "truncated-normal:0.5:1e-300",
            "the values spread over less than 0.0001 of the support from 0 to 1: narrow `low` and `high` around them",
        ),
        (
            "truncated-normal:-1e9:1:0:1",
            "the values spread over less than 0.0001 of the support from 0 to 1: narrow `low` and `high` around them",
        ),
        ("truncated-exponential:0", "rate = 0 must be from 1e-20 to 1000 on a support from 0 to 1"),
        ("truncated-exponential:-1:0:2", "rate = -1 must be from 5e-21 to 500 on a support from 0 to 2"),
    ];
    for (text, expected) in cases {
        assert_eq!(text.parse::<Prior>().unwrap_err(), format!("the prior `{text}`: {expected}"));
    }
}

#[test]
fn the_poles_of_a_density_are_at_its_ends() {
    let pdf_at_ends = |text: &str| {
        let prior: Prior = text.parse().unwrap();
        [prior.pdf(prior.support().0), prior.pdf(prior.support().1)]
    };
    assert_eq!(pdf_at_ends("beta:0.1:0.1"), [f64::INFINITY; 2]);
    assert_eq!(pdf_at_ends("beta:1:3:0:2"), [1.5, 0.0]);
    assert_eq!(pdf_at_ends("kumaraswamy:0.5:1"), [f64::INFINITY, 0.5]);
    assert_eq!(pdf_at_ends("power:2"), [0.0, 2.0]);
}

/// Twenty values and more, with gaps that grow.
fn growing(n: usize) -> Vec<f64> {
    (0..n).map(|k| (k * k) as f64).collect()
}

#[test]
fn the_empirical_prior_runs_through_its_values() {
    let prior = Prior::Empirical(Empirical::new("values.csv", "value", &growing(21)).unwrap());
    assert_eq!(prior.to_string(), "empirical:values.csv:value");
    assert_eq!(prior.support(), (0.0, 400.0));
    for k in 0..=20 {
        let (p, v) = (f64::from(k) / 20.0, f64::from(k * k));
        assert!((prior.quantile(p) - v).abs() < 1e-12 && (prior.cdf(v) - p).abs() < 1e-15, "{k}");
    }
    // Halfway from 9 to 16, over which a twentieth of the mass is spread.
    assert!((prior.quantile(3.5 / 20.0) - 12.5).abs() < 1e-13);
    assert!((prior.pdf(12.5) - 1.0 / (20.0 * 7.0)).abs() < 1e-17);
    assert_eq!(prior.kinks().len(), 19);
}

#[test]
fn the_empirical_prior_knows_data_by_content() {
    let mut backwards = growing(30);
    backwards.reverse();
    let prior = Empirical::new("values.csv", "value", &growing(30)).unwrap();
    assert_eq!(prior, Empirical::new("other.parquet", "v", &backwards).unwrap());
    let mut changed = growing(30);
    changed[7] += 1e-13;
    assert_ne!(prior, Empirical::new("values.csv", "value", &changed).unwrap());
    assert_eq!(prior.digest().len(), 32);
}

#[test]
fn data_that_make_no_prior_are_refused_with_the_row() {
    let with = |row: usize, value: f64| {
        let mut values = growing(25);
        values[row - 1] = value;
        values
    };
    let cases = [
        (with(7, f64::NAN), "row 7: NaN is not a finite number: leave the row out"),
        (with(9, f64::INFINITY), "row 9: inf is not a finite number: leave the row out"),
        (with(25, -0.5), "row 25: -0.5 is negative: values are at least 0"),
        (growing(19), "19 values are too few: give 20 or more"),
        (vec![], "0 values are too few: give 20 or more"),
        (vec![2.5; 25], "row 25: all values are 2.5: give values that differ"),
    ];
    for (values, expected) in cases {
        assert_eq!(Empirical::new("values.csv", "value", &values).unwrap_err(), expected);
    }
}

#[test]
fn values_that_repeat_are_spread_if_they_look_rounded_and_may_be_refused() {
    let refused = "row 20: 9 stands in row 4 already: a value that repeats is an atom, at which bids tie";
    let mut rounded = growing(25);
    rounded[19] = 9.0;
    let refuse = Cleaning { ties: Ties::Refuse, ..Cleaning::default() };
    let told = Empirical::of("values.csv", "value", &rounded, refuse).unwrap_err();
    assert!(told.starts_with(refused), "{told}");
    let prior = Empirical::new("values.csv", "value", &rounded).unwrap();
    assert!(prior.note().unwrap().starts_with("2 of 25 values of column `value` of values.csv repeat"));
    // The two stand in the middles of the halves of what is rounded to 9.
    let prior = Prior::Empirical(prior);
    let at = |k: u32| prior.quantile(f64::from(k) / 24.0);
    assert!((at(3) - 8.75).abs() < 1e-12 && (at(4) - 9.25).abs() < 1e-12, "{} {}", at(3), at(4));
    // Numbers with all their digits are not rounded ones.
    let thirds: Vec<f64> = rounded.iter().map(|value| value / 3.0).collect();
    assert!(Empirical::new("values.csv", "value", &thirds).unwrap_err().contains("stands in row 4 already"));
    assert_eq!(Empirical::new("values.csv", "value", &growing(25)).unwrap().note(), None);
}

#[test]
fn the_ends_of_the_support_may_be_given() {
    let of = |low, high| {
        let cleaning = Cleaning { low, high, ..Cleaning::default() };
        Empirical::of("values.csv", "value", &growing(21)[1..], cleaning).map(Prior::Empirical)
    };
    let prior = of(Some(0.0), Some(1000.0)).unwrap();
    assert_eq!(prior.support(), (0.0, 1000.0));
    // An end is one more value: 22 of them, from 0 over 1, 4, .. 400 to 1000.
    for (k, value) in [(0, 0.0), (1, 1.0), (2, 4.0), (20, 400.0), (21, 1000.0)] {
        assert!((prior.quantile(f64::from(k) / 21.0) - value).abs() < 1e-9, "{k}");
    }
    assert_eq!(of(Some(1.0), Some(400.0)), of(None, None));
    assert_eq!(of(Some(2.0), None).unwrap_err(), "low = 2 is above the lowest value, 1: write that or less");
    assert_eq!(
        of(None, Some(3.0)).unwrap_err(),
        "high = 3 is below the highest value, 400: write that or more"
    );
}
