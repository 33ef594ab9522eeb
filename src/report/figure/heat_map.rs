//! Heat maps over two numeric axes: the bias, diverging about 0, and what a best response gains.

use super::{Picture, Subject, naming, room, written};
use crate::report::chart::{Axis, Cell, Chart, ColourBar, Figure, Height, Style};
use crate::report::results::{Line, Results};
use crate::report::scene::{Mark, Markup};
use crate::store::StoreError;

/// The most panels over further axes.
const MOST_PANELS: usize = 6;

/// The most values of an axis at which numbers are printed.
const MOST_PRINTED: usize = 8;

/// The height of a row, in points; lower where there are many.
const ROW: f64 = 20.0;

/// The most height of the rows of all panels one below the other, in points.
const TALLEST: f64 = 330.0;

/// Points that a panel needs beside its cells, and each cell across.
const BESIDE: f64 = 42.0;
const ACROSS: f64 = 19.0;

/// A panel narrower than this stands below the others.
const NARROWEST: f64 = 72.0;

/// The least gain, in per cent, and the least bias, in thousandths, that are printed.
const LEAST_PRINTED: f64 = 1e-3;
const LEAST_BIAS: f64 = 5e-5;

/// Gains below the largest one by more than this have one colour.
const SPAN: f64 = 1e4;

/// What a heat map shows.
#[derive(Clone, Copy, PartialEq)]
enum Measure {
    /// The learned multiplier minus that of the Nash equilibrium, in thousandths.
    Bias,
    /// What a best response gains over what it earns, in per cent, by its logarithm.
    Epsilon,
}

impl Measure {
    fn column(self) -> &'static str {
        match self {
            Measure::Bias => "bias",
            Measure::Epsilon => "epsilon_relative",
        }
    }

    /// What the numbers are.
    fn title(self) -> &'static str {
        match self {
            Measure::Bias => "1000 (*w* − Nash)",
            Measure::Epsilon => "relative gain *ε* in %",
        }
    }

    /// What the scale of the colours shows.
    fn scale(self) -> &'static str {
        match self {
            Measure::Bias => "1000 (*w* − Nash)",
            Measure::Epsilon => "log_{10} (*ε* in %)",
        }
    }

    /// A number of the table in the unit of the picture.
    fn scaled(self, number: f64) -> f64 {
        match self {
            Measure::Bias => 1e3 * number,
            Measure::Epsilon => 1e2 * number,
        }
    }

    /// What the colour of a number of the picture follows; of gains below a floor that of the floor, for
    /// their logarithm would take most of the colours.
    fn coloured(self, scaled: f64, floor: f64) -> f64 {
        match self {
            Measure::Bias => scaled,
            Measure::Epsilon => libm::log10(scaled.max(floor)),
        }
    }

    /// In two digits, below 100. A gain that is small beside what is told, and not 0, says so.
    fn printed(self, scaled: f64) -> String {
        match self {
            _ if scaled == 0.0 => "0".into(),
            Measure::Epsilon if scaled.abs() < LEAST_PRINTED => format!("<{LEAST_PRINTED}"),
            Measure::Bias if scaled.abs() < LEAST_BIAS => "0".into(),
            _ => written::number(scaled, naming::places(scaled, 2).min(4)),
        }
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
    let groups = room::choose(&results.axes, groups, MOST_PANELS);
    let groups: Vec<&[usize]> = groups.iter().map(|group| &group[..]).collect();
    let maps: Vec<Map> = [Measure::Bias, Measure::Epsilon]
        .into_iter()
        .filter_map(|measure| map(results, &plane, &groups, measure))
        .collect();
    let name = |page: usize| if page == 0 { "heat-map".to_owned() } else { format!("heat-map-{}", page + 1) };
    // Both measures of the only setting stand side by side.
    let pages: Vec<&[Map]> =
        if groups.len() == 1 { maps.chunks(2).collect() } else { maps.chunks(1).collect() };
    let pictures = pages.into_iter().enumerate();
    Ok(pictures.map(|(page, maps)| picture(subject, &plane, &groups, name(page), maps)).collect())
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

/// A measure of all groups, and its colours.
struct Map {
    measure: Measure,
    bar: ColourBar,
    /// Gains below it have its colour.
    floor: f64,
    /// One a group.
    panels: Vec<Vec<Value>>,
}

/// `None` where no cell has the measure.
fn map(results: &Results, plane: &Plane, groups: &[&[usize]], measure: Measure) -> Option<Map> {
    let panels: Vec<Vec<Value>> = groups.iter().map(|group| values(results, plane, group, measure)).collect();
    let numbers = || panels.iter().flatten().map(|value| value.scaled);
    numbers().next()?;
    let floor = numbers().fold(0.0, f64::max) / SPAN;
    let bar = ColourBar::of_values(numbers().map(|scaled| measure.coloured(scaled, floor)), measure.scale());
    let bar = ColourBar { diverging: measure == Measure::Bias, ..bar };
    Some(Map { measure, bar, floor, panels })
}

fn picture(subject: &Subject, plane: &Plane, groups: &[&[usize]], name: String, maps: &[Map]) -> Picture {
    let results = subject.results;
    let axes = results.axes.all();
    let panels: Vec<(&Map, usize)> =
        maps.iter().flat_map(|map| (0..groups.len()).map(move |group| (map, group))).collect();
    let inches = subject.inches(panels.len().min(2));
    let least = BESIDE + ACROSS * axes[plane.across].values.len().min(MOST_PRINTED) as f64;
    let columns = room::columns(inches, least).min(panels.len());
    let inches = if columns == 1 { subject.inches(1) } else { inches };
    let mut charts: Vec<Vec<Chart>> = Vec::new();
    // What the numbers of all panels are is said once, above them.
    let is_headed = maps.len() == 1 && groups.len() > 1;
    let tallest = TALLEST / panels.len().div_ceil(columns) as f64;
    for row in panels.chunks(columns) {
        let chart = |(column, (map, group)): (usize, &(&Map, usize))| {
            let cell = naming::cell(results, groups[*group][0], &plane.further);
            let title = if is_headed { cell } else { map.measure.title().to_owned() };
            let is_last = column + 1 == row.len() || maps.len() > 1;
            let sides = Sides { has_names: column == 0, has_scale: is_last, tallest };
            chart(results, plane, map, *group, title, sides)
        };
        charts.push(row.iter().enumerate().map(chart).collect());
    }
    let title = match maps {
        [Map { measure: Measure::Bias, .. }] => "Bias over two settings",
        [_] => "Gain of a best response over two settings",
        _ => "Bias and gain of a best response over two settings",
    };
    let [across, up] = [plane.across, plane.up].map(|axis| naming::plain(&naming::title(&axes[axis])));
    let description = format!("{} over {across} and {up}.", naming::counted(panels.len(), "heat map"));
    let style = Style { narrowest: NARROWEST, ..Style::default() };
    let heading = if is_headed { maps[0].measure.title() } else { "" };
    let figure = Figure::new(&name, title, &description, inches).headed(heading).styled(style);
    let scene = figure.grid(charts);
    Picture { name, scene, caption: caption(results, plane, groups, maps) }
}

/// What stands around a panel, and the most height of its rows in points.
struct Sides {
    has_names: bool,
    has_scale: bool,
    tallest: f64,
}

fn chart(
    results: &Results,
    plane: &Plane,
    map: &Map,
    group: usize,
    title: String,
    Sides { has_names, has_scale, tallest }: Sides,
) -> Chart {
    let axes = results.axes.all();
    let (across, up) = (&axes[plane.across], &axes[plane.up]);
    let is_printed = across.values.len() <= MOST_PRINTED && up.values.len() <= MOST_PRINTED;
    let names = |axis: usize| {
        let rising = rising(results, axis).into_iter();
        rising.map(move |place| Markup::from(naming::tick(&axes[axis], place))).collect::<Vec<_>>()
    };
    let x = Axis::categories(naming::title(across), names(plane.across));
    let y = Axis::categories(naming::title(up), names(plane.up).into_iter().rev());
    let y = if has_names { y } else { y.unlabelled() };
    let mut chart = Chart::new(x, y)
        .titled(title)
        .unlettered()
        .tall(Height::PerName((tallest / up.values.len() as f64).min(ROW)))
        .when_empty("no run ended");
    let cell = |value: &Value| {
        let printed = map.measure.printed(value.scaled);
        let line = naming::plain(&naming::line(results, Line { cell: value.cell, bidder: None }));
        let unit = if map.measure == Measure::Bias { " × 10⁻³" } else { " %" };
        Cell {
            label: is_printed.then(|| Markup::plain(&printed)),
            mark: Some(Mark { cell: value.cell, tip: format!("{line}: {printed}{unit}") }),
            ..Cell::unit(value.x, value.y, map.bar.ink(map.measure.coloured(value.scaled, map.floor)))
        }
    };
    chart.cells(map.panels[group].iter().map(cell));
    // Numbers say what colours mean.
    if has_scale && !is_printed {
        chart.colour_bar(map.bar.clone());
    }
    chart
}

/// What the numbers are, and the least and greatest one with its cell.
fn caption(results: &Results, plane: &Plane, groups: &[&[usize]], maps: &[Map]) -> String {
    let told = maps.iter().map(|map| {
        let what = match map.measure {
            Measure::Bias => "the multiplier's tail mean minus that of Nash, in thousandths",
            Measure::Epsilon => {
                "what a best response gains, in per cent of what it earns (colours by the logarithm)"
            }
        };
        let value = |value: &Value| {
            let label = naming::plain(&naming::line(results, Line { cell: value.cell, bidder: None }));
            format!("{} ({label})", map.measure.printed(value.scaled))
        };
        let all = || map.panels.iter().flatten();
        let least = all().min_by(|a, b| a.scaled.total_cmp(&b.scaled)).map_or(String::new(), value);
        let most = all().max_by(|a, b| a.scaled.total_cmp(&b.scaled)).map_or(String::new(), value);
        format!("{what}, from {least} to {most}")
    });
    let told: Vec<String> = told.collect();
    let total = results.axes.groups(&[plane.across, plane.up]).len();
    let left_out = if total > groups.len() {
        format!(" Shown are {} of {total} settings of the other axes, spread over them.", groups.len())
    } else {
        String::new()
    };
    format!("Means over replicates of {}.{left_out}", told.join("; and of "))
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
    fn what_gains_nothing_has_the_colour_of_the_floor() {
        let coloured = |gain: f64| Measure::Epsilon.coloured(Measure::Epsilon.scaled(gain), 1e-3);
        assert_eq!([0.0, 1e-12, 1e-5, 0.1].map(coloured), [-3.0, -3.0, -3.0, 1.0]);
        assert_eq!(Measure::Bias.coloured(-2.0, 1e-3), -2.0);
    }

    #[test]
    fn small_gains_are_not_printed_as_nought() {
        let printed = [0.0, 1e-9, 0.0012, 0.35].map(|scaled| Measure::Epsilon.printed(scaled));
        assert_eq!(printed, ["0", "<0.001", "0.0012", "0.35"]);
        assert_eq!(Measure::Bias.printed(-1e-6), "0");
    }
}
