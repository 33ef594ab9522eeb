//! Numbers as texts.

/// The shortest decimal text that reads back as the finite number; an integer without a point. Valid TOML and
/// JSON.
pub(crate) struct Shortest(pub f64);

impl std::fmt::Display for Shortest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let x = self.0;
        let is_plain = x == 0.0 || (1e-5..1e16).contains(&x.abs());
        if is_plain { write!(f, "{x}") } else { write!(f, "{x:e}") }
    }
}

/// A number with as many digits as tell it from its neighbours.
pub(crate) fn shortest(x: f64) -> String {
    Shortest(x).to_string()
}

/// A number for people: its first digits, so many or fewer where the rest are zeros.
pub(crate) fn first_digits(x: f64, digits: usize) -> String {
    shortest(format!("{x:.0$e}", digits - 1).parse().unwrap_or(x))
}

/// As many digits as people read.
pub(crate) fn six_digits(x: f64) -> String {
    first_digits(x, 6)
}

/// A text for people: numbers with a point in it have six digits at most.
pub(crate) fn with_six_digits(text: &str) -> String {
    let is_of_number = |c: char| c.is_ascii_digit() || c == '.';
    let mut rest = text;
    let mut short = String::with_capacity(text.len());
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, number) = rest.split_at(start);
        short.push_str(before);
        let plain = number.find(|c| !is_of_number(c)).unwrap_or(number.len());
        // A power of ten belongs to it.
        let power = number[plain..].strip_prefix('e').map_or(0, |rest| {
            let digits = rest.trim_start_matches('-');
            1 + rest.len() - digits.len() + digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len())
        });
        let (numeral, after) = number.split_at(plain + power);
        // A digit within a word is none of a number: `0xab`, `p12`.
        let is_in_word = before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        match numeral.parse::<f64>() {
            Ok(x) if numeral.contains('.') && numeral.len() > 7 && !is_in_word => short += &six_digits(x),
            _ => short.push_str(numeral),
        }
        rest = after;
    }
    short + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_six_digits() {
        for (x, text) in [
            (13.223761271250098, "13.2238"),
            (0.01, "0.01"),
            (1.0 / 3.0, "0.333333"),
            (-0.123456789, "-0.123457"),
            (999_999.6, "1000000"),
            (1.23456789e-7, "1.23457e-7"),
            (0.0, "0"),
        ] {
            assert_eq!(six_digits(x), text);
        }
        for (text, short) in [
            ("13.223761271250098", "13.2238"),
            ("{ random = [0.20000000000000004, 0.9] }", "{ random = [0.2, 0.9] }"),
            ("-1.2345678912e-12", "-1.23457e-12"),
            ("1234567890", "1234567890"),
            ("a1.23456789", "a1.23456789"),
            ("beta:2.00000001:5", "beta:2:5"),
            ("a name without any", "a name without any"),
        ] {
            assert_eq!(with_six_digits(text), short);
        }
    }

    #[test]
    fn shortest_text_reads_back() {
        for (x, text) in [
            (50.0, "50"),
            (0.0, "0"),
            (-0.1, "-0.1"),
            (1e-8, "1e-8"),
            (1e15, "1000000000000000"),
            (1e16, "1e16"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
        ] {
            assert_eq!(shortest(x), text);
            assert_eq!(text.parse(), Ok(x));
        }
    }
}
