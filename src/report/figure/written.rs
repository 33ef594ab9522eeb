//! How figures write numbers and counts.

use crate::report::results::{Line, Results};

/// A number with so many decimal places and a true minus; no minus before a zero.
pub(super) fn number(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    match text.strip_prefix('-') {
        Some(size) if size.bytes().all(|byte| matches!(byte, b'0' | b'.')) => size.to_owned(),
        Some(size) => format!("−{size}"),
        None => text,
    }
}

/// A number with its sign.
pub(super) fn signed(value: f64, places: usize) -> String {
    let text = number(value, places);
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if is_zero || text.starts_with('−') { text } else { format!("+{text}") }
}

/// Decimal places in which a number has so many significant digits, at most eight.
pub(super) fn places(value: f64, digits: i32) -> usize {
    if value == 0.0 || !value.is_finite() {
        return 0;
    }
    (digits - 1 - libm::floor(libm::log10(value.abs())) as i32).clamp(0, 8) as usize
}

/// Decimal places of a number with an interval of this half-width: its first digit is told; of a number
/// without one, three digits.
pub(super) fn places_of(value: f64, width: Option<f64>) -> usize {
    match width.filter(|width| *width > 0.0) {
        Some(width) => places(width, 1),
        None => places(value, 3),
    }
}

/// A number and the half-width of its interval, in as many places as the interval tells.
pub(super) fn estimate(value: f64, width: Option<f64>) -> String {
    let places = places_of(value, width);
    match width.filter(|width| *width > 0.0) {
        Some(width) => format!("{} ± {}", number(value, places), number(width, places)),
        None => number(value, places),
    }
}

/// A number and the ends of its interval, in as many places as the interval tells.
pub(super) fn with_ends(value: f64, ends: Option<(f64, f64)>) -> String {
    let Some((low, high)) = ends else { return estimate(value, None) };
    let places = places_of(value, Some(0.5 * (high - low)));
    format!("{} [{}, {}]", number(value, places), number(low, places), number(high, places))
}

/// A number in few digits, as exponents in captions: three significant digits; small ones as 2.1e−5.
pub(super) fn brief(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-4 {
        return format!("{value:.1e}").replace('-', "−");
    }
    number(value, places(value, 3))
}

/// A multiplier of a reference equilibrium: four decimal places, without zeros at the end.
pub(super) fn multiplier(value: f64) -> String {
    let text = number(value, 4);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A whole number or setting as it is written in a sweep file.
pub(super) fn plain(value: f64) -> String {
    if value.is_infinite() { "∞".into() } else { value.to_string().replace('-', "−") }
}

/// The tip of a line's point: its cell, its bidder, and what it shows. Plain text.
pub(super) fn tip(results: &Results, line: Line, shows: &str) -> String {
    let bidder = line.bidder.map(|bidder| format!(", bidder {}", bidder + 1)).unwrap_or_default();
    match results.label(line.cell) {
        "" => format!("{shows}{bidder}"),
        label => format!("{label}{bidder}: {shows}"),
    }
}

/// "50 replicates", "8 to 50 replicates", "one replicate": of the cells.
pub(super) fn replicates(results: &Results, cells: impl IntoIterator<Item = usize>) -> String {
    let number = |cell, column| results.cells.number(column, cell).unwrap_or(0.0);
    let trained = |cell| number(cell, "replicates") - number(cell, "failed") - number(cell, "diverged");
    let counts = cells.into_iter().map(trained);
    let (least, most) =
        counts.fold((f64::INFINITY, 0.0), |(least, most), n| (least.min(n), f64::max(most, n)));
    match (least, most) {
        (_, 1.0) => "one replicate".into(),
        _ if least == most => format!("{most} replicates"),
        _ if least > most => "no replicate".into(),
        _ => format!("{least} to {most} replicates"),
    }
}

/// "all 12 cells", "3 of 12 cells", "no cell": counted in a unit.
pub(super) fn share(part: usize, all: usize, unit: &str) -> String {
    match (part, all) {
        (1, 1) => format!("the only {unit}"),
        (0, _) => format!("no {unit}"),
        _ if part == all => format!("all {all} {unit}s"),
        _ => format!("{part} of {all} {unit}s"),
    }
}

/// The range of numbers in words: "0.88 to 1.22", or the only number.
pub(super) fn range(values: impl IntoIterator<Item = f64>) -> Option<String> {
    let values: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
    let least = values.iter().copied().min_by(f64::total_cmp)?;
    let most = values.iter().copied().max_by(f64::total_cmp)?;
    let (low, high) = (brief(least), brief(most));
    Some(if low == high { low } else { format!("{low} to {high}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_true_minuses_and_no_negative_zeros() {
        assert_eq!(number(-0.0196, 3), "−0.020");
        assert_eq!(number(-0.0001, 3), "0.000");
        assert_eq!([signed(0.5, 1), signed(-0.5, 1), signed(-0.001, 1)], ["+0.5", "−0.5", "0.0"]);
        assert_eq!(estimate(-0.019_387, Some(0.000_56)), "−0.0194 ± 0.0006");
        assert_eq!(estimate(0.480_467, None), "0.480");
        assert_eq!(with_ends(0.012_34, Some((0.0112, 0.0148))), "0.012 [0.011, 0.015]");
        assert_eq!(with_ends(0.012_34, None), "0.0123");
        assert_eq!([brief(2.14e-5), brief(0.000_214), brief(0.0)], ["2.1e−5", "0.000214", "0"]);
        assert_eq!([multiplier(0.5), multiplier(2.0 / 3.0), multiplier(1.0)], ["0.5", "0.6667", "1"]);
        assert_eq!(range([1.22, 0.88, f64::NAN]).unwrap(), "0.880 to 1.22");
    }
}
