//! Names of LaTeX commands: letters alone.

/// The command of a number of a sweep: the words of both names, each with a capital, digits spelled:
/// `beta-n` and `bias-least` make `BetaNBiasLeast`.
pub(in crate::report) fn macro_name(sweep: &str, number: &str) -> String {
    format!("{}{}", words(sweep), words(number))
}

fn words(name: &str) -> String {
    let mut out = String::new();
    let mut begins = true;
    for c in name.chars() {
        match c.to_digit(10) {
            Some(digit) => {
                out += DIGITS[digit as usize];
                begins = true;
            }
            None if c.is_ascii_alphabetic() => {
                out.push(if begins { c.to_ascii_uppercase() } else { c });
                begins = false;
            }
            None => begins = true,
        }
    }
    out
}

const DIGITS: [&str; 10] = ["Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"];
