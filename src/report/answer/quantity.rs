//! Numbers as texts quote them: with as many digits as their interval tells.

use crate::report::results::Estimate;

/// A number that a text quotes.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct Quantity {
    /// What it is, in letters: with the claim it names the number's macro in LaTeX, such as `least`.
    pub(in crate::report) name: String,
    /// The number, in the unit of its table.
    pub(in crate::report) value: f64,
    /// Half the length of its 95 % interval; `None` where it has none.
    pub(in crate::report) ci95: Option<f64>,
    /// The ends of the interval, where its sides are not equal.
    pub(in crate::report) ends: Option<(f64, f64)>,
    /// Whether the text tells the interval; else it only decides the digits.
    pub(in crate::report) tells_interval: bool,
    /// How it is written.
    pub(in crate::report) form: Form,
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Form {
    /// A count.
    Count,
    /// A setting, with the digits that it has.
    Setting,
    /// A decimal number.
    Decimal,
    /// A decimal number with its sign.
    Signed,
    /// A share, written in per cent.
    Percent,
    /// A small number, in powers of ten where it is below 0.001.
    Small,
    /// The exponent of a power law; in sentences it stands beside its base.
    Exponent,
}

/// A quantity in digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::report) struct Digits {
    /// The number before its power of ten, with an ASCII minus.
    pub(in crate::report) mantissa: String,
    /// The half-width of its interval in the same places; `None` where there is none, or it rounds to zero in
    /// all places that are told.
    pub(in crate::report) ci95: Option<String>,
    /// The ends of the interval in the same places, where its sides are not equal; there is no half-width
    /// then.
    pub(in crate::report) ends: Option<[String; 2]>,
    /// The power of ten of both; 0 where there is none.
    pub(in crate::report) power: i32,
}

/// The most decimal places of a number in a text.
const MOST_PLACES: i32 = 8;

/// Significant digits of a number without an interval.
const DIGITS: i32 = 3;

/// Below this, small numbers are written in powers of ten; below the other, every number without an interval.
const SMALL: f64 = 1e-3;
const TINY: f64 = 1e-4;

/// Below this, numbers are nothing but rounding.
const NOUGHT: f64 = 1e-12;

impl Quantity {
    /// A count.
    pub(in crate::report) fn count(name: &str, value: usize) -> Self {
        Quantity::plain(name, value as f64, Form::Count)
    }

    /// A number without an interval.
    pub(in crate::report) fn plain(name: &str, value: f64, form: Form) -> Self {
        Quantity::told(name, value, None, form)
    }

    /// A number and its interval.
    pub(in crate::report) fn told(name: &str, value: f64, ci95: Option<f64>, form: Form) -> Self {
        Quantity {
            name: name.into(),
            value,
            ci95: ci95.filter(|width| *width > 0.0),
            ends: None,
            tells_interval: true,
            form,
        }
    }

    /// A measure over replicates, with its interval.
    pub(in crate::report) fn of(name: &str, told: &Estimate, form: Form) -> Self {
        Quantity { ends: told.ends, ..Quantity::told(name, told.mean, told.half_length(), form) }
    }

    /// The same, told without its interval.
    pub(in crate::report) fn without_interval(self) -> Self {
        Quantity { tells_interval: false, ..self }
    }

    /// The number in digits with its interval, whether the text tells that or not.
    pub(in crate::report) fn digits_with_interval(&self) -> Digits {
        Quantity { tells_interval: true, ..self.clone() }.digits()
    }

    /// The number in digits, each of them told by the interval.
    pub(in crate::report) fn digits(&self) -> Digits {
        let scale = if self.form == Form::Percent { 100.0 } else { 1.0 };
        let (value, width) = (scale * self.value, self.ci95.map(|width| scale * width));
        let ends = self.ends.map(|(low, high)| (scale * low, scale * high));
        // Rounding, no number.
        let value = if value.abs() < NOUGHT { 0.0 } else { value };
        // The ends of a range have no more digits than a plain number has.
        let width = width.filter(|width| self.tells_interval || !is_fine(*width, value));
        let signed = self.form == Form::Signed;
        let small = match self.form {
            Form::Small => SMALL,
            _ if width.is_none() => TINY,
            _ => 0.0,
        };
        let digits = match self.form {
            Form::Count => Digits::whole(format!("{value:.0}")),
            Form::Setting => Digits::whole(format!("{value}")),
            _ if value != 0.0 && value.abs() < small => {
                let power = libm::floor(libm::log10(value.abs())) as i32;
                let unit = libm::exp10(f64::from(power));
                let ends = ends.map(|(low, high)| (low / unit, high / unit));
                Digits { power, ..decimal(value / unit, width.map(|width| width / unit), ends, signed) }
            }
            _ => decimal(value, width, ends, signed),
        };
        if self.tells_interval { digits } else { Digits { ci95: None, ends: None, ..digits } }
    }
}

impl Digits {
    fn whole(mantissa: String) -> Self {
        Digits { mantissa, ci95: None, ends: None, power: 0 }
    }
}

fn decimal(value: f64, width: Option<f64>, ends: Option<(f64, f64)>, signed: bool) -> Digits {
    let places = match width {
        Some(width) => places_of_interval(width),
        None => places_of_value(value),
    };
    let digits = places as usize;
    let is_zero = |text: &str| text.chars().all(|c| matches!(c, '0' | '.' | '-' | '+'));
    let written = |value: f64| {
        let text = if signed { format!("{value:+.digits$}") } else { format!("{value:.digits$}") };
        if is_zero(&text) { text.trim_start_matches(['-', '+']).into() } else { text }
    };
    let ci95 = width.map(|width| format!("{width:.digits$}")).filter(|text| !is_zero(text));
    let mantissa = written(value);
    match ends.filter(|_| ci95.is_some()) {
        Some((low, high)) => Digits { mantissa, ci95: None, ends: Some([low, high].map(written)), power: 0 },
        None => Digits { mantissa, ci95, ends: None, power: 0 },
    }
}

/// Whether an interval tells more digits than a plain number has.
fn is_fine(width: f64, value: f64) -> bool {
    places_of_interval(width) > places_of_value(value)
}

/// Decimal places that tell an interval by its first digit, by two where that is 1: 0.00057 has 4, 0.0012 has
/// 4.
pub(in crate::report) fn places_of_interval(width: f64) -> i32 {
    if !(width > 0.0 && width.is_finite()) {
        return MOST_PLACES;
    }
    let power = libm::floor(libm::log10(width)) as i32;
    // One that begins with 1 is told by two digits; 0.96 is told as 1.0.
    let first = width / libm::exp10(f64::from(power));
    let places = if first < 1.95 { 1 - power } else { -power };
    places.clamp(0, MOST_PLACES)
}

/// Decimal places that tell a number by three significant digits.
fn places_of_value(value: f64) -> i32 {
    if value == 0.0 || !value.is_finite() {
        return 0;
    }
    let power = libm::floor(libm::log10(value.abs())) as i32;
    (DIGITS - 1 - power).clamp(0, MOST_PLACES)
}
