//! Numbers as ticks write them: a true minus sign, powers of ten raised.

use crate::report::scene::Markup;

/// 10^exponent times a whole number, rounded once.
pub fn decimal(digits: i64, exponent: i32) -> f64 {
    format!("{digits}e{exponent}").parse().expect("digits and an exponent are a number")
}

/// A number with so many decimals: `−0.50`.
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    // What rounds to 0 has no sign.
    let zero = !text.contains(|c| ('1'..='9').contains(&c));
    if zero { text.replace('-', "") } else { text.replace('-', "−") }
}

/// A power of ten: `10^{−2}`.
pub fn power(exponent: i32) -> String {
    format!("10^{{{}}}", exponent.to_string().replace('-', "−"))
}

/// The exponent of a number's first digit; 0 for 0.
pub fn exponent(value: f64) -> i32 {
    let text = format!("{value:e}");
    text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

/// A number with as few digits as tell it from others: `0.05`, `−3`, `2·10^{−5}`.
pub fn plain(value: f64) -> Markup {
    if value == 0.0 || !value.is_finite() || (-4..7).contains(&exponent(value)) {
        return Markup::plain(&(value + 0.0).to_string().replace('-', "−"));
    }
    let text = format!("{value:e}");
    let digits = text.split_once('e').map_or("", |(digits, _)| digits).replace('-', "−");
    let power = power(exponent(value));
    match digits.as_str() {
        "1" => power,
        "−1" => format!("−{power}"),
        digits => format!("{digits}·{power}"),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_with_a_true_minus_and_raised_powers() {
        assert_eq!(fixed(-0.5, 2), "−0.50");
        assert_eq!(fixed(-0.001, 2), "0.00");
        assert_eq!(power(-12), "10^{−12}");
        assert_eq!(plain(0.05).text(), "0.05");
        assert_eq!(plain(-200.0).text(), "−200");
        assert_eq!(plain(2e-5), Markup::from("2·10^{−5}"));
        assert_eq!(plain(-1e9), Markup::from("−10^{9}"));
        assert_eq!(plain(0.0).text(), "0");
        assert_eq!(plain(-0.0).text(), "0");
        assert_eq!(decimal(25, -2), 0.25);
        assert_eq!(exponent(0.099), -2);
    }
}
