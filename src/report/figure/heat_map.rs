//! Heat maps over two numeric axes: the bias, diverging about 0, and what a best reply gains.

use super::{Picture, Subject, naming, room};
use crate::report::chart::{Axis, Cell, Chart, ColourBar, Figure, Height};
use crate::report::results::{Line, Results};
use crate::report::scene::{Mark, Markup};
use crate::store::StoreError;

/// The most panels over further axes.
const MOST_PANELS: usize = 6;

/// The most values of an axis at which numbers are printed.
const MOST_PRINTED: usize = 8;

/// The height of a row, in points; lower where there are many.
const ROW: f64 = 18.0;

/// The most height of all rows of a panel, in points.
const TALLEST: f64 = 260.0;

/// Points that a panel needs.
const LEAST: f64 = 150.0;

/// What a heat map shows.
#[derive(Clone, Copy, PartialEq)]
enum Measure {
    /// The learned multiplier less that of the Nash equilibrium, in thousandths.
    Bias,
    /// What a best reply gains over what it earns, in per cent, by its logarithm.
    Epsilon,
}

impl Measure {
    fn column(self) -> &'static str {
        match self {
            Measure::Bias => "bias",
            Measure::Epsilon => "epsilon_relative",
        }
    }

    /// What the colours show.
    fn title(self) -> &'static str {
        match self {
            Measure::Bias => "multiplier less Nash, in 10^{−3}",
            Measure::Epsilon => "log_{10} of the gain *ε* in %",
        }
    }

    /// A number of the table in the unit of the picture.
    fn scaled(self, number: f64) -> f64 {
        match self {
            Measure::Bias => 1e3 * number,
            Measure::Epsilon => 1e2 * number,
        }
    }

    /// What the colour of a number of the picture follows; NaN where it has none.
    fn coloured(self, scaled: f64) -> f64 {
        match self {
            Measure::Bias => scaled,
            Measure::Epsilon if scaled > 0.0 => libm::log10(scaled),
            Measure::Epsilon => f64::NAN,
        }
    }

    /// In two digits, below 100.
    fn printed(self, scaled: f64) -> String {
        let places = if scaled.abs() >= 99.5 { 0 } else { naming::places(scaled, 2).min(4) };
        naming::decimal(scaled, places)
    }
}

/// The two axes of the maps, and the further ones.
struct Plane {
    across: usize,
    up: usize,
    further: Vec<usize>,
}

pub(super) fn draw(subject: &Subject) -> Result<Vec<Picture>, StoreError> {
    let results = subject.results;
    let Some(plane) = plane(results) else { return Ok(Vec::new()) };
    let groups = results.axes.groups(&[plane.across, plane.up]);
    let shown = room::spread(groups.len(), MOST_PANELS);
    let groups: Vec<&[usize]> = shown.iter().map(|&group| &groups[group][..]).collect();
    let picture = |(name, measure): (&str, Measure)| picture(subject, &plane, &groups, name, measure);
    Ok([("heat-map", Measure::Bias), ("heat-map-2", Measure::Epsilon)]
        .into_iter()
        .filter_map(picture)
        .collect())
}

/// Two numeric axes of most values, the steepness and rates across; `None` where there are not two.
fn plane(results: &Results) -> Option<Plane> {
    let all = results.axes.all();
    let mut numeric: Vec<usize> = (0..all.len()).filter(|&axis| all[axis].is_numeric()).collect();
    // The most values first; of as many the number of bidders last.
    numeric.sort_by_key(|&axis| (std::cmp::Reverse(all[axis].values.len()), all[axis].name == "bidders"));
    let (&first, &second) = (numeric.first()?, numeric.get(1)?);
    let (across, up) = if all[first].name == "bidders" { (second, first) } else { (first, second) };
    let further = (0..all.len()).filter(|axis| ![across, up].contains(axis)).collect();
    Some(Plane { across, up, further })
}

/// The values of an axis by rising number, as places.
fn rising(results: &Results, axis: usize) -> Vec<usize> {
    let values = &results.axes.all()[axis].values;
    let mut places: Vec<usize> = (0..values.len()).collect();
    let number = |place: usize| values[place].number.unwrap_or(f64::NAN);
    places.sort_by(|&a, &b| number(a).total_cmp(&number(b)));
    places
}

/// A cell's number on the map.
struct Value {
    cell: usize,
    x: usize,
    y: usize,
    scaled: f64,
}

fn values(results: &Results, plane: &Plane, group: &[usize], measure: Measure) -> Vec<Value> {
    let (columns, rows) = (rising(results, plane.across), rising(results, plane.up));
    let value = |&cell: &usize| {
        let place = |axis, order: &[usize]| {
            let place = results.axes.place(cell, axis)?;
            order.iter().position(|other| *other == place)
        };
        // Names of an upright axis run downwards, and its numbers upwards.
        let y = rows.len() - 1 - place(plane.up, &rows)?;
        let x = place(plane.across, &columns)?;
        let number = results.estimate(Line { cell, bidder: None }, measure.column())?.mean;
        Some(Value { cell, x, y, scaled: measure.scaled(number) })
    };
    group.iter().filter_map(value).collect()
}

fn picture(
    subject: &Subject,
    plane: &Plane,
    groups: &[&[usize]],
    name: &str,
    measure: Measure,
) -> Option<Picture> {
    let results = subject.results;
    let all: Vec<Vec<Value>> = groups.iter().map(|group| values(results, plane, group, measure)).collect();
    let numbers = || all.iter().flatten().map(|value| value.scaled);
    if numbers().next().is_none() {
        return None;
    }
    let bar = ColourBar::of_values(numbers().map(|scaled| measure.coloured(scaled)), measure.title());
    let bar = ColourBar { diverging: measure == Measure::Bias, ..bar };
    let inches = subject.inches(groups.len().min(2));
    let columns = room::columns(inches, LEAST).min(groups.len());
    let inches = if columns == 1 { subject.inches(1) } else { inches };
    let axes = results.axes.all();
    let (across, up) = (&axes[plane.across], &axes[plane.up]);
    let is_printed = across.values.len() <= MOST_PRINTED && up.values.len() <= MOST_PRINTED;
    let names =
        |axis: usize| rising(results, axis).into_iter().map(move |place| naming::tick(&axes[axis], place));
    let mut charts: Vec<Vec<Chart>> = Vec::new();
    for (first, row) in groups.chunks(columns).enumerate() {
        let chart = |(column, group): (usize, &&[usize])| {
            let x = Axis::categories(naming::title(across), names(plane.across).map(Markup::from));
            let down: Vec<Markup> = names(plane.up).map(Markup::from).collect();
            let y = Axis::categories(naming::title(up), down.into_iter().rev());
            let y = if column > 0 { y.unlabelled() } else { y };
            let mut chart = Chart::new(x, y)
                .titled(naming::cell(results, group[0], &plane.further))
                .tall(Height::PerName((TALLEST / up.values.len() as f64).min(ROW)))
                .when_empty("no run ended");
            let cell = |value: &Value| {
                let printed = measure.printed(value.scaled);
                let line = naming::plain(&naming::line(results, Line { cell: value.cell, bidder: None }));
                let unit = if measure == Measure::Bias { " × 10⁻³" } else { " %" };
                Cell {
                    label: is_printed.then(|| Markup::plain(&printed)),
                    mark: Some(Mark { cell: value.cell, tip: format!("{line}: {printed}{unit}") }),
                    ..Cell::unit(value.x, value.y, bar.ink(measure.coloured(value.scaled)))
                }
            };
            chart.cells(all[first * columns + column].iter().map(cell));
            if column + 1 == row.len() {
                chart.colour_bar(bar.clone());
            }
            chart
        };
        charts.push(row.iter().enumerate().map(chart).collect());
    }
    let title = match measure {
        Measure::Bias => "Bias over two settings",
        Measure::Epsilon => "Gain of a best reply over two settings",
    };
    let description = format!(
        "Heat map over {} and {}.",
        naming::plain(&naming::title(across)),
        naming::plain(&naming::title(up))
    );
    let scene = Figure::new(name, title, &description, inches).grid(charts);
    let caption = caption(results, plane, groups, &all, measure);
    Some(Picture { name: name.to_owned(), scene, caption })
}

/// What the colours are, and the least and greatest number with its cell.
fn caption(
    results: &Results,
    plane: &Plane,
    groups: &[&[usize]],
    all: &[Vec<Value>],
    measure: Measure,
) -> String {
    let what = match measure {
        Measure::Bias => "Tail mean of the multiplier less that of Nash, in thousandths",
        Measure::Epsilon => "What a best reply gains, in per cent of what it earns; colours by the logarithm",
    };
    let extreme = |values: &mut dyn Iterator<Item = &Value>, sign: f64| {
        let value = values.max_by(|a, b| (sign * a.scaled).total_cmp(&(sign * b.scaled)))?;
        let label = naming::plain(&naming::line(results, Line { cell: value.cell, bidder: None }));
        Some(format!("{} ({label})", measure.printed(value.scaled)))
    };
    let least = extreme(&mut all.iter().flatten(), -1.0);
    let most = extreme(&mut all.iter().flatten(), 1.0);
    let range = least.zip(most).map_or(String::new(), |(least, most)| format!(" From {least} to {most}."));
    let total = results.axes.groups(&[plane.across, plane.up]).len();
    let left_out = if total > groups.len() {
        format!(" Shown are {} of {total} settings of the other axes, evenly spread.", groups.len())
    } else {
        String::new()
    };
    format!("{what}: means over replicates.{range}{left_out}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_two_digits_below_a_hundred() {
        let printed = |scaled| Measure::Bias.printed(scaled);
        assert_eq!([-136.9, -4.38, 0.0, 0.0071, 99.6].map(printed), ["−137", "−4.4", "0", "0.0071", "100"]);
    }

    #[test]
    fn what_gains_nothing_has_no_colour_of_a_logarithm() {
        assert!(Measure::Epsilon.coloured(0.0).is_nan());
        assert_eq!(Measure::Epsilon.coloured(Measure::Epsilon.scaled(0.1)), 1.0);
    }
}
