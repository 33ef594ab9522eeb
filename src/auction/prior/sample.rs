//! Observed values, made fit to be a prior: missing cells, values that repeat, and the ends of the support.

/// What becomes of values that repeat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ties {
    /// Values that look rounded are spread evenly over what they were rounded from; see [`Cleaning`].
    #[default]
    Spread,
    /// They are an error.
    Refuse,
}

/// What becomes of cells without a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// They are an error.
    #[default]
    Refuse,
    /// They are left out.
    Drop,
}

impl Ties {
    /// Each choice by its word in sweep files.
    pub const WORDS: [(&str, Ties); 2] = [("spread", Ties::Spread), ("refuse", Ties::Refuse)];
}

impl Missing {
    /// Each choice by its word in sweep files.
    pub const WORDS: [(&str, Missing); 2] = [("drop", Missing::Drop), ("refuse", Missing::Refuse)];
}

/// How the values of a column become those of a prior.
///
/// Values that repeat are atoms, at which bids would tie; most often they are rounded. With u the unit to
/// which all values are rounded, the largest power of ten of which each is a multiple, m values x become
///
/// ```text
/// x - u / 2 + u (i - 1 / 2) / m,    i = 1 .. m,
/// ```
///
/// in the middles of m equal parts of the interval that is rounded to x. Values that do not repeat stay.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cleaning {
    /// What becomes of values that repeat.
    pub ties: Ties,
    /// What becomes of cells without a value.
    pub missing: Missing,
    /// The lowest possible value, at most the lowest observed one; `None`: that one.
    pub low: Option<f64>,
    /// The highest possible value, at least the highest observed one; `None`: that one.
    pub high: Option<f64>,
}

/// Values are taken to be rounded if their unit is at least this part of the highest; below it, a repeated
/// value has all the digits that a number holds.
const ROUNDED: f64 = 1e-10;

/// The most rows that a message names.
const NAMED: usize = 3;

/// The values of cells; those without one are told apart as [`Missing`] says.
pub(super) fn present(cells: &[Option<f64>], missing: Missing) -> Result<Vec<f64>, String> {
    let is_missing = |cell: &Option<f64>| cell.is_none_or(f64::is_nan);
    let rows: Vec<String> = (1..)
        .zip(cells)
        .filter(|(_, cell)| is_missing(cell))
        .map(|(row, _): (usize, _)| row.to_string())
        .collect();
    if missing == Missing::Refuse && !rows.is_empty() {
        let named = rows[..rows.len().min(NAMED)].join(", ");
        let more = if rows.len() > NAMED { ", ..." } else { "" };
        return Err(format!(
            "{} of {} cells have no value (row {named}{more}): leave them out, or write `missing = \"drop\"` in the prior's table",
            rows.len(),
            cells.len()
        ));
    }
    Ok(cells.iter().filter(|cell| !is_missing(cell)).flatten().copied().collect())
}

/// Spreads the values of a rising list that repeat, as [`Cleaning`] says and within its ends; how many there
/// were, and the unit; `None` where none repeats or they do not look rounded.
pub(super) fn spread(sorted: &mut [f64], cleaning: &Cleaning) -> Option<(usize, f64)> {
    if sorted.windows(2).all(|pair| pair[0] < pair[1]) {
        return None;
    }
    let unit = unit(sorted)?;
    if unit < ROUNDED * sorted[sorted.len() - 1] {
        return None;
    }
    let mut spread = 0;
    for alike in sorted.chunk_by_mut(|a, b| a == b).filter(|alike| alike.len() > 1) {
        spread += alike.len();
        let count = alike.len() as f64;
        // Values are not negative.
        let from = (alike[0] - 0.5 * unit).max(cleaning.low.unwrap_or(0.0));
        let to = (alike[0] + 0.5 * unit).min(cleaning.high.unwrap_or(f64::INFINITY));
        for (i, value) in alike.iter_mut().enumerate() {
            *value = (to - from).mul_add((i as f64 + 0.5) / count, from);
        }
    }
    Some((spread, unit))
}

/// The largest power of ten of which all values are multiples, as decimal numbers; of values that came in
/// single precision, of the decimals that these stand for. `None` where all are 0.
fn unit(values: &[f64]) -> Option<f64> {
    let single = values.iter().all(|&value| f64::from(value as f32) == value);
    let written = |value: f64| if single { format!("{:e}", value as f32) } else { format!("{value:e}") };
    let places = values.iter().filter(|value| **value != 0.0).map(|&value| last_place(&written(value)));
    format!("1e{}", places.min()?).parse().ok()
}

/// The power of ten of the last digit of a number such as `1.25e3`.
fn last_place(written: &str) -> i32 {
    let (mantissa, power) = written.split_once('e').expect("a number in powers of ten");
    let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    power.parse::<i32>().expect("a power") - decimals as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_those_that_values_are_rounded_to() {
        let cases: [(&[f64], f64); 6] = [
            (&[1.0, 2.0, 30.0], 1.0),
            (&[1000.0, 25_000.0], 1000.0),
            (&[0.1, 0.25, 3.0], 0.01),
            (&[0.0, 5e-7], 1e-7),
            (&[f64::from(12.1_f32), f64::from(0.3_f32)], 0.1),
            (&[1.0 / 3.0], 1e-16),
        ];
        for (values, expected) in cases {
            assert_eq!(unit(values), Some(expected), "{values:?}");
        }
        assert_eq!(unit(&[0.0]), None);
    }

    #[test]
    fn repeated_values_fill_what_is_rounded_to_them() {
        let mut values = [0.0, 0.0, 1.0, 2.0, 2.0, 2.0, 2.0, 3.0];
        assert_eq!(spread(&mut values, &Cleaning::default()), Some((6, 1.0)));
        assert_eq!(values, [0.125, 0.375, 1.0, 1.625, 1.875, 2.125, 2.375, 3.0]);
        // Neighbours that both repeat do not meet.
        let mut values: Vec<f64> = (0..1000).map(|k| 0.01 * f64::from(k / 10)).collect();
        let rounded: Vec<f64> = values.iter().map(|value| format!("{value:.2}").parse().unwrap()).collect();
        values.copy_from_slice(&rounded);
        assert_eq!(spread(&mut values, &Cleaning::default()), Some((1000, 0.01)));
        assert!(values.windows(2).all(|pair| pair[0] < pair[1]) && values[0] > 0.0);
        // The mean stays, but where values would be negative.
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        assert!((mean(&values[10..]) - mean(&rounded[10..])).abs() < 1e-14);
        // All the digits of a number, twice: no rounding.
        let third = 1.0 / 3.0;
        assert_eq!(spread(&mut [third, third, 2.0], &Cleaning::default()), None);
        assert_eq!(spread(&mut [1.0, 2.0], &Cleaning::default()), None);
    }

    #[test]
    fn missing_cells_are_told_once_with_their_number() {
        let mut cells = vec![Some(1.0); 300];
        for row in [3, 7, 9, 12, 300] {
            cells[row - 1] = if row == 9 { Some(f64::NAN) } else { None };
        }
        assert_eq!(
            present(&cells, Missing::Refuse).unwrap_err(),
            "5 of 300 cells have no value (row 3, 7, 9, ...): leave them out, or write `missing = \"drop\"` in the prior's table"
        );
        assert_eq!(present(&cells, Missing::Drop).unwrap().len(), 295);
    }
}
