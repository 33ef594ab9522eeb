//! Numbers as sweep files write them: literals that stay exact in decimal until they become an f64.

use crate::numeric::digits::Shortest;

/// A number literal: decimal text that `f64::from_str` reads, NaN and infinities included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number(String);

impl Number {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Number(text.into())
    }

    /// The nearest f64; infinite where the literal is too large. Zero has no sign: -0 would be another
    /// identity.
    pub(super) fn to_f64(&self) -> f64 {
        self.0.parse::<f64>().unwrap_or(f64::NAN) + 0.0
    }

    /// Whether it says `inf`, which no finite literal means, however large.
    pub(super) fn is_infinity(&self) -> bool {
        self.0.trim_start_matches('+') == "inf"
    }

    /// The integer that the literal stands for, however it is written: `100`, `100.0`, `1e2`.
    pub(super) fn to_integer(&self) -> Option<i128> {
        let Decimal { mantissa, exponent } = self.to_decimal()?;
        mantissa.checked_mul(power_of_ten(u32::try_from(exponent).ok()?)?)
    }

    /// The exact value; none for NaN, infinities and more digits than fit.
    pub(super) fn to_decimal(&self) -> Option<Decimal> {
        let (digits, exponent) = match self.0.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse().ok()?),
            None => (self.0.as_str(), 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let mantissa = format!("{whole}{fraction}").parse().ok()?;
        Decimal::new(mantissa, i32::checked_sub(exponent, fraction.len().try_into().ok()?)?)
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// mantissa 10^exponent, with no zero at the mantissa's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    mantissa: i128,
    exponent: i32,
}

/// Digits kept of a quotient that does not end; f64 needs 17.
const QUOTIENT_DIGITS: usize = 40;

impl Decimal {
    fn new(mut mantissa: i128, mut exponent: i32) -> Option<Self> {
        if mantissa == 0 {
            return Some(Decimal { mantissa, exponent: 0 });
        }
        while mantissa % 10 == 0 {
            mantissa /= 10;
            exponent = exponent.checked_add(1)?;
        }
        Some(Decimal { mantissa, exponent })
    }

    /// Digits after the point.
    pub(super) fn digits(self) -> u32 {
        if self.exponent < 0 { self.exponent.unsigned_abs() } else { 0 }
    }

    pub(super) fn signum(self) -> i128 {
        self.mantissa.signum()
    }

    /// Both mantissas at one exponent, and that exponent.
    fn align(self, other: Decimal) -> Option<(i128, i128, i32)> {
        // Zero fits at every exponent.
        let exponent = match (self.mantissa, other.mantissa) {
            (0, _) => other.exponent,
            (_, 0) => self.exponent,
            _ => self.exponent.min(other.exponent),
        };
        let at_exponent = |d: Decimal| {
            if d.mantissa == 0 {
                return Some(0);
            }
            let shift = u32::try_from(d.exponent.checked_sub(exponent)?).ok()?;
            d.mantissa.checked_mul(power_of_ten(shift)?)
        };
        Some((at_exponent(self)?, at_exponent(other)?, exponent))
    }

    pub(super) fn minus(self, other: Decimal) -> Option<Decimal> {
        let (a, b, exponent) = self.align(other)?;
        Decimal::new(a.checked_sub(b)?, exponent)
    }

    /// self + step n.
    pub(super) fn plus_steps(self, step: Decimal, n: i128) -> Option<Decimal> {
        let (a, b, exponent) = self.align(Decimal::new(step.mantissa.checked_mul(n)?, step.exponent)?)?;
        Decimal::new(a.checked_add(b)?, exponent)
    }

    /// How often the divisor goes into self, towards zero, and what remains.
    pub(super) fn divide(self, divisor: Decimal) -> Option<(i128, Decimal)> {
        let (a, b, exponent) = self.align(divisor)?;
        Some((a.checked_div(b)?, Decimal::new(a.checked_rem(b)?, exponent)?))
    }

    /// ((n - i) self + i to) / n as a literal, exact where the decimal ends within [`QUOTIENT_DIGITS`].
    pub(super) fn between(self, to: Decimal, i: u64, n: u64) -> Option<Number> {
        let (a, b, exponent) = self.align(to)?;
        let (i, n) = (i128::from(i), i128::from(n));
        let sum = a.checked_mul(n - i)?.checked_add(b.checked_mul(i)?)?;
        let (mut digits, mut rest) = ((sum.abs() / n).to_string(), sum.abs() % n);
        let mut exponent = exponent;
        while rest != 0 && digits.len() < QUOTIENT_DIGITS {
            digits.push(char::from(b'0' + u8::try_from(rest * 10 / n).ok()?));
            rest = rest * 10 % n;
            exponent = exponent.checked_sub(1)?;
        }
        if rest != 0 {
            // Whatever the rest is, it lies above the digits kept: a last 1 keeps rounding to f64 correct.
            digits.push('1');
            exponent = exponent.checked_sub(1)?;
        }
        let sign = if sum < 0 { "-" } else { "" };
        Some(Number(format!("{sign}{}", positional(digits, exponent))))
    }

    /// self / n, where that decimal ends within `digits` significant digits.
    pub(super) fn short_quotient(self, n: i128, digits: u32) -> Option<Decimal> {
        let mut mantissa = self.mantissa;
        let mut exponent = self.exponent;
        while mantissa % n != 0 {
            if mantissa.abs() >= power_of_ten(36)? {
                return None;
            }
            mantissa *= 10;
            exponent = exponent.checked_sub(1)?;
        }
        let quotient = Decimal::new(mantissa / n, exponent)?;
        (quotient.mantissa.abs() < power_of_ten(digits)?).then_some(quotient)
    }

    pub(super) fn to_number(self) -> Number {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        Number(format!("{sign}{}", positional(self.mantissa.unsigned_abs().to_string(), self.exponent)))
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Shortest(self.to_number().to_f64()).fmt(f)
    }
}

/// digits 10^exponent as text, without an exponent where that is readable.
fn positional(mut digits: String, exponent: i32) -> String {
    match exponent {
        0..=20 => digits + &"0".repeat(exponent as usize),
        -60..=-1 => {
            let after = exponent.unsigned_abs() as usize;
            if digits.len() <= after {
                digits.insert_str(0, &"0".repeat(after + 1 - digits.len()));
            }
            digits.insert(digits.len() - after, '.');
            digits
        }
        _ => format!("{digits}e{exponent}"),
    }
}

fn power_of_ten(exponent: u32) -> Option<i128> {
    10i128.checked_pow(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Number::new(text).to_decimal().expect("a short decimal")
    }

    #[test]
    fn literals_are_read_exactly() {
        for (text, mantissa, exponent) in [
            ("0", 0, 0),
            ("-0.000", 0, 0),
            ("100", 1, 2),
            ("+12.50", 125, -1),
            ("1e-3", 1, -3),
            ("-6.02E23", -602, 21),
            ("170141183460469231731687303715884105727", i128::MAX, 0),
        ] {
            assert_eq!(decimal(text), Decimal { mantissa, exponent }, "{text}");
        }
        for text in ["inf", "-inf", "nan", "1e99999999999", "170141183460469231731687303715884105728"] {
            assert_eq!(Number::new(text).to_decimal(), None, "{text}");
        }
    }

    #[test]
    fn integers_are_integers_however_written() {
        for (text, integer) in
            [("100", Some(100)), ("100.0", Some(100)), ("1e2", Some(100)), ("-3", Some(-3))]
        {
            assert_eq!(Number::new(text).to_integer(), integer, "{text}");
        }
        for text in ["0.5", "1e-2", "inf", "1e40"] {
            assert_eq!(Number::new(text).to_integer(), None, "{text}");
        }
    }

    #[test]
    fn decimals_print_as_they_are() {
        for (text, plain) in [
            ("35e-1", "3.5"),
            ("-1e-3", "-0.001"),
            ("12e3", "12000"),
            ("0.0", "0"),
            ("1e-70", "1e-70"),
            ("-2e30", "-2e30"),
        ] {
            assert_eq!(decimal(text).to_number().to_string(), plain);
        }
    }

    #[test]
    fn sums_and_quotients_are_exact() {
        let tenth = decimal("0.1");
        assert_eq!(decimal("0").plus_steps(tenth, 3).map(|sum| sum.to_number().to_f64()), Some(0.3));
        assert_eq!(decimal("1e25").minus(decimal("1e-5")), Some(decimal("9999999999999999999999999.99999")));
        assert_eq!(decimal("1e30").minus(decimal("1e-30")), None);
        assert_eq!(decimal("1").divide(decimal("0.3")), Some((3, tenth)));
        assert_eq!(decimal("1.9").short_quotient(4, 6), Some(decimal("0.475")));
        assert_eq!(decimal("1").short_quotient(3, 6), None);
    }

    #[test]
    fn points_between_are_rounded_once() {
        let point = |i, n| decimal("0").between(decimal("1"), i, n).map(|number| number.to_f64());
        for n in 1..200 {
            for i in 0..=n {
                assert_eq!(point(i, n), Some(i as f64 / n as f64), "{i} of {n}");
            }
        }
        assert_eq!(
            decimal("-0.3").between(decimal("0.3"), 1, 4).map(|n| n.to_string()),
            Some("-0.15".to_owned())
        );
    }
}
