//! Round numbers on an axis.

use super::numbers::{decimal, exponent, fixed, plain, power};
use crate::report::scene::Markup;

/// A value on an axis and its label; without one where there is no room.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where it stands.
    pub value: f64,
    /// What is written there.
    pub label: Markup,
}

/// The ticks of an axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ticking {
    /// Those with labels.
    pub ticks: Vec<Tick>,
    /// Short ones without.
    pub minor: Vec<f64>,
    /// Labels count in 10 to this power.
    pub factor: Option<i32>,
}

/// Steps of ticks in tenths.
const STEPS: [i64; 5] = [10, 20, 25, 50, 100];

/// Ticks at multiples of 1, 2, 2.5 or 5 times a power of ten: some `want` of them, at least two wherever
/// low < high.
pub fn linear(low: f64, high: f64, want: usize) -> Ticking {
    let found = (want..want + 12).map(|want| multiples(low, high, want));
    let mut found = found.filter(|(values, _)| values.len() > 1);
    let Some((values, decimals)) = found.next() else { return Ticking::default() };
    let largest = values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let most = exponent(largest);
    let factor = (!(-4..7).contains(&most)).then_some(most);
    let label = |value: f64| match factor {
        None => fixed(value, decimals.max(0) as usize),
        Some(power) => fixed(value / decimal(1, power), (decimals + power).clamp(0, 9) as usize),
    };
    let ticks = values.iter().map(|value| Tick { value: *value, label: label(*value).into() }).collect();
    Ticking { ticks, minor: Vec::new(), factor }
}

/// Multiples of a round step, at most about `want`, and how many decimals they need.
fn multiples(low: f64, high: f64, want: usize) -> (Vec<f64>, i32) {
    let raw = (high - low) / want.max(1) as f64;
    if !(raw > 0.0 && raw.is_finite()) {
        return (Vec::new(), 0);
    }
    let power = exponent(raw);
    // The step is `tenths` times 10^(power - 1).
    let enough = |tenths: &&i64| decimal(**tenths, power - 1) >= raw * 0.999;
    let tenths = *STEPS.iter().find(enough).unwrap_or(&100);
    let step = decimal(tenths, power - 1);
    let (first, last) = (libm::ceil(low / step - 1e-9), libm::floor(high / step + 1e-9));
    // Steps too small to be told apart at these values.
    if !(last - first < 1000.0 && first.abs().max(last.abs()) < 1e15) {
        return (Vec::new(), 0);
    }
    let values = (first as i64..=last as i64).map(|at| decimal(at * tenths, power - 1)).collect();
    let decimals = if tenths == 25 {
        1 - power
    } else if tenths == 100 {
        -power - 1
    } else {
        -power
    };
    (values, decimals)
}

/// Ticks at powers of ten, some `want` of them; at their multiples where the range holds fewer than two; at
/// round numbers where it holds fewer than two of these too.
pub fn log(low: f64, high: f64, want: usize) -> Ticking {
    let (near, far) = (low * (1.0 - 1e-9), high * (1.0 + 1e-9));
    let within = |value: &f64| (near..=far).contains(value);
    let exponents = exponent(low)..=exponent(far);
    let powers: Vec<i32> = exponents.clone().filter(|power| within(&decimal(1, *power))).collect();
    let times = |digits: &'static [i64]| {
        let all =
            exponents.clone().flat_map(move |power| digits.iter().map(move |digit| decimal(*digit, power)));
        all.filter(within).collect::<Vec<f64>>()
    };
    // Two powers of ten tell little where there is room for their multiples.
    let multiples = times(&[1, 2, 5]);
    if powers.len() == 2 && want >= FINER {
        return named(if want > FINER { multiples } else { times(&[1, 3]) });
    }
    if powers.len() > 1 {
        let kept = |every: i32| powers.iter().filter(move |power| *power % every == 0);
        let every =
            (1..=powers.len().div_ceil(want.max(2)) as i32).rev().find(|every| kept(*every).count() > 1);
        let every = every.unwrap_or(1);
        let minor = match every {
            1 if powers.len() <= 6 => times(&[2, 3, 4, 5, 6, 7, 8, 9]),
            1 => Vec::new(),
            _ => powers.iter().filter(|power| *power % every != 0).map(|power| decimal(1, *power)).collect(),
        };
        let whole = powers[0] >= 0 && powers[powers.len() - 1] <= 4;
        let label = |at: i32| if whole { plain(decimal(1, at)) } else { power(at).into() };
        let ticks =
            kept(every).map(|power| Tick { value: decimal(1, *power), label: label(*power) }).collect();
        return Ticking { ticks, minor, factor: None };
    }
    if multiples.len() > 2 || (multiples.len() == 2 && want < FINER) {
        return Ticking { minor: times(&[3, 4, 6, 7, 8, 9]), ..named(multiples) };
    }
    linear(low, high, want)
}

/// From so many wanted ticks on, two of a logarithmic axis are too few.
const FINER: usize = 5;

/// Ticks at values that are written as they are.
fn named(values: Vec<f64>) -> Ticking {
    let ticks = values.into_iter().map(|value| Tick { value, label: plain(value) }).collect();
    Ticking { ticks, ..Ticking::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(ticking: &Ticking) -> Vec<String> {
        ticking.ticks.iter().map(|tick| tick.label.text()).collect()
    }

    #[test]
    fn round_numbers_have_the_decimals_of_their_step() {
        assert_eq!(labels(&linear(0.44, 0.72, 6)), ["0.45", "0.50", "0.55", "0.60", "0.65", "0.70"]);
        assert_eq!(labels(&linear(-0.1, 0.012, 2)), ["−0.1", "0.0"]);
        assert_eq!(labels(&linear(0.0, 2000.0, 4)), ["0", "500", "1000", "1500", "2000"]);
        assert_eq!(labels(&linear(0.0, 1.0, 4)), ["0.00", "0.25", "0.50", "0.75", "1.00"]);
        assert_eq!(
            labels(&linear(0.0, 100.0, 10)),
            ["0", "10", "20", "30", "40", "50", "60", "70", "80", "90", "100"]
        );
    }

    #[test]
    fn small_and_large_numbers_share_a_power_of_ten() {
        let small = linear(0.0, 3e-7, 3);
        assert_eq!(
            (labels(&small), small.factor),
            (vec!["0".into(), "1".into(), "2".into(), "3".into()], Some(-7))
        );
        let large = linear(0.0, 2.5e8, 5);
        assert_eq!(large.factor, Some(8));
        assert_eq!(labels(&large), ["0.0", "0.5", "1.0", "1.5", "2.0", "2.5"]);
    }

    #[test]
    fn logarithmic_ticks_are_powers_then_multiples_then_round_numbers() {
        assert_eq!(log(2e-3, 2e-1, 4).ticks.iter().map(|tick| tick.value).collect::<Vec<_>>(), [0.01, 0.1]);
        assert_eq!(log(2e-3, 2e-1, 4).ticks[0].label, Markup::from("10^{−2}"));
        assert_eq!(labels(&log(1.0, 1000.0, 4)), ["1", "10", "100", "1000"]);
        assert_eq!(labels(&log(0.015, 0.09, 4)), ["0.02", "0.05"]);
        assert_eq!(labels(&log(0.31, 0.33, 4)), ["0.310", "0.315", "0.320", "0.325", "0.330"]);
        // Every third of many powers.
        let many = log(1e-12, 1.0, 5);
        assert_eq!(many.ticks.len(), 5);
        assert_eq!(many.minor.len(), 8);
    }

    proptest! {
        #[test]
        fn linear_ticks_are_two_or_more_even_and_within(
            low in -1e6..1e6_f64, exponent in -7..7_i32, part in 1.0..10.0_f64, want in 1..9_usize
        ) {
            let high = low + part * decimal(1, exponent);
            let Ticking { ticks, .. } = linear(low, high, want);
            prop_assert!((2..=2 * want + 3).contains(&ticks.len()), "{}", ticks.len());
            let span = high - low;
            for tick in &ticks {
                prop_assert!(tick.value >= low - 1e-6 * span && tick.value <= high + 1e-6 * span);
            }
            let step = ticks[1].value - ticks[0].value;
            for pair in ticks.windows(2) {
                prop_assert!((pair[1].value - pair[0].value - step).abs() < 1e-6 * step + 1e-9);
                prop_assert_ne!(&pair[0].label, &pair[1].label);
            }
        }

        #[test]
        fn logarithmic_ticks_are_two_or_more_and_within(
            exponent in -300..290_i32, part in 1.0..10.0_f64, ratio in 1.001..1e8_f64, want in 1..9_usize
        ) {
            let low = part * decimal(1, exponent);
            let high = low * ratio;
            let Ticking { ticks, minor, .. } = log(low, high, want);
            prop_assert!(ticks.len() >= 2 && ticks.len() <= 2 * want + 4, "{}", ticks.len());
            for value in ticks.iter().map(|tick| tick.value).chain(minor) {
                prop_assert!(value >= low * 0.999_999 && value <= high * 1.000_001);
            }
        }
    }
}
