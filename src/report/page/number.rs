//! How many digits of a column are shown.

/// How the numbers of a column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digits {
    /// With so many decimals.
    Places(usize),
    /// With an exponent and so many decimals before it.
    Exponent(usize),
    /// As short as tells the number from all others: counts, settings.
    All,
}

/// No column has more decimals.
const MOST_PLACES: i32 = 10;

impl Digits {
    /// Decimals such that the median interval has two digits; where there is no interval, that the median
    /// number has four.
    pub(super) fn by_interval(intervals: &[f64], numbers: &[f64]) -> Self {
        let places = |digits: i32, median: f64| {
            Digits::Places((digits - 1 - exponent(median)).clamp(0, MOST_PLACES) as usize)
        };
        match (median(intervals), median(numbers)) {
            (Some(interval), _) => places(2, interval),
            (None, Some(number)) => places(4, number),
            (None, None) => Digits::Places(4),
        }
    }

    /// The same with no fewer decimals than these.
    pub(super) fn at_least(self, least: usize) -> Self {
        match self {
            Digits::Places(places) => Digits::Places(places.max(least)),
            other => other,
        }
    }

    /// A number as JSON: rounded, without zeros that say nothing. `null` where it is missing or not finite.
    pub(super) fn json(self, number: Option<f64>) -> String {
        let Some(number) = number.filter(|number| number.is_finite()) else { return "null".into() };
        match self {
            Digits::Places(places) => {
                let text = format!("{number:.places$}");
                let short = if places > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
                if short == "-0" { "0".into() } else { short.into() }
            }
            Digits::Exponent(places) => {
                let rounded: f64 = format!("{number:.places$e}").parse().expect("a number is written");
                shortest(rounded)
            }
            Digits::All => shortest(number),
        }
    }
}

/// The shorter of a number's two forms, each of which reads as the number.
fn shortest(number: f64) -> String {
    let (plain, exponent) = (number.to_string(), format!("{number:e}"));
    if exponent.len() < plain.len() { exponent } else { plain }
}

/// A number of three digits, for reading: with a true minus, and an exponent where it is small.
pub(super) fn brief(number: f64) -> String {
    let text = match exponent(number) {
        _ if number == 0.0 => "0".into(),
        -3..=4 => {
            let places = (2 - exponent(number)).max(0) as usize;
            format!("{number:.places$}")
        }
        _ => format!("{number:.2e}"),
    };
    text.replace('-', "\u{2212}")
}

/// The decimal exponent of a number that is not 0.
fn exponent(number: f64) -> i32 {
    let text = format!("{number:e}");
    text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

/// The median size of numbers that are finite and not 0.
fn median(numbers: &[f64]) -> Option<f64> {
    let mut sizes: Vec<f64> = numbers.iter().map(|number| number.abs()).collect();
    sizes.retain(|size| size.is_finite() && *size > 0.0);
    sizes.sort_by(f64::total_cmp);
    sizes.get(sizes.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_follow_the_median_interval() {
        assert_eq!(Digits::by_interval(&[0.0002, 0.0005, 0.001, 0.0], &[0.4]), Digits::Places(5));
        assert_eq!(Digits::by_interval(&[], &[0.4127]), Digits::Places(4));
        assert_eq!(Digits::by_interval(&[30.0], &[]), Digits::Places(0));
        assert_eq!(Digits::by_interval(&[0.0, f64::NAN], &[0.0]), Digits::Places(4));
    }

    #[test]
    fn brief_numbers_have_three_digits() {
        let texts = [0.0, -0.136_77, 0.004_77, 0.000_123_4, 12.345, 123_456.0].map(brief);
        assert_eq!(texts, ["0", "\u{2212}0.137", "0.00477", "1.23e\u{2212}4", "12.3", "1.23e5"]);
    }

    #[test]
    fn json_has_no_zeros_that_say_nothing() {
        let places = Digits::Places(4);
        assert_eq!(places.json(Some(0.41)), "0.41");
        assert_eq!(places.json(Some(-0.00001)), "0");
        assert_eq!(places.json(Some(200.0)), "200");
        assert_eq!(Digits::Places(0).json(Some(200.0)), "200");
        assert_eq!(places.json(None), "null");
        assert_eq!(places.json(Some(f64::INFINITY)), "null");
        assert_eq!(Digits::Exponent(2).json(Some(0.000_012_345)), "1.23e-5");
        assert_eq!(Digits::All.json(Some(0.1)), "0.1");
    }
}
