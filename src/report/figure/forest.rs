//! A forest plot along an axis of words: where each cell or bidder ends, beside its reference equilibria.

mod panel;

use panel::{Panel, REFERENCES, Row, Scale, drawn, new_reference, pages, panel, row_axis, thin_out};

use super::{Picture, Subject, naming, room};
use crate::report::chart::{Axis, Chart, Direction, Dot, Figure, Height, Marker, Sample};
use crate::report::results::Results;
use crate::report::scene::{Ink, Mark, Markup, width};
use crate::store::StoreError;

/// The height of a row, in points.
const ROW: f64 = 11.5;

/// Points that a panel needs beside its names.
const LEAST: f64 = 110.0;

pub(super) fn draw(subject: &Subject) -> Result<Vec<Picture>, StoreError> {
    let results = subject.results;
    if results.axes.all().iter().all(|axis| axis.is_numeric()) {
        return Ok(Vec::new());
    }
    let axis = row_axis(results);
    let groups = match axis {
        Some(axis) => results.axes.groups(&[axis]),
        None => vec![(0..results.cells.rows()).collect()],
    };
    let settings = groups.len();
    let shown = room::choose(&results.axes, groups, room::MOST_PANELS);
    let mut panels: Vec<Panel> = shown.iter().map(|group| panel(results, group, axis)).collect();
    let hidden = thin_out(&mut panels);
    if panels.iter().flat_map(|panel| &panel.rows).all(|row| row.multiplier.is_none()) {
        return Ok(Vec::new());
    }
    let mut left_out = String::new();
    if settings > shown.len() {
        left_out = format!(" Shown are {} of {settings} settings, spread over the axes.", shown.len());
    }
    if hidden > 0 {
        left_out += &format!(" {} more are in cell_bidders.parquet.", naming::counted(hidden, "row"));
    }
    let scale = Scale::of(&panels);
    let pages = pages(panels);
    let pictures = pages.iter().enumerate().map(|(page, panels)| {
        let name = if page == 0 { "forest".to_owned() } else { format!("forest-{}", page + 1) };
        picture(subject, name, axis, panels, &scale, &left_out)
    });
    Ok(pictures.collect())
}

fn picture(
    subject: &Subject,
    name: String,
    axis: Option<usize>,
    panels: &[Panel],
    scale: &Scale,
    left_out: &str,
) -> Picture {
    let names = panels.iter().flat_map(|panel| &panel.rows).map(|row| {
        let markup: Markup = row.name.as_str().into();
        width(&markup, 7.0, false)
    });
    let names = names.fold(0.0, f64::max);
    let inches = subject.inches(panels.len().min(2));
    let same_names = panels.windows(2).all(|pair| {
        let names = |panel: &Panel| panel.rows.iter().map(|row| row.name.clone()).collect::<Vec<_>>();
        names(&pair[0]) == names(&pair[1])
    });
    let columns = room::columns_with_names(inches, names, LEAST, panels.len().min(2));
    // Of one column, on as much paper as names need.
    let narrow = subject.inches(1);
    let is_roomy = names <= naming::LETTERS_OF_NAMES * narrow * 72.0;
    let inches = match columns {
        1 if is_roomy => narrow,
        1 => subject.inches(2),
        _ => inches,
    };
    let drawn = drawn(panels);
    let mut charts: Vec<Vec<Chart>> = Vec::new();
    for (row, of_row) in panels.chunks(columns).enumerate() {
        let chart = |(column, panel): (usize, &Panel)| {
            let at = row * columns + column;
            let sides = Sides {
                has_keys: at == 0,
                has_names: column == 0 || !same_names,
                names: naming::LETTERS_OF_NAMES * inches * 72.0 / columns as f64,
                has_numbers: scale.range.is_none() || at + columns >= panels.len(),
            };
            chart(subject.results, axis, panel, scale, &drawn, sides)
        };
        charts.push(of_row.iter().enumerate().map(chart).collect());
    }
    let rows: usize = panels.iter().map(|panel| panel.rows.len()).sum();
    let description = format!("Forest plot of learned multipliers: {}.", naming::counted(rows, "row"));
    let scene = Figure::new(&name, "Learned multipliers", &description, inches).grid(charts);
    Picture { name, scene, caption: caption(subject.results, axis, panels) + left_out }
}

/// What stands around a panel.
struct Sides {
    /// Whether the samples stand above it.
    has_keys: bool,
    /// Whether names stand at its left.
    has_names: bool,
    /// The most points that a name takes.
    names: f64,
    /// Whether numbers stand below it.
    has_numbers: bool,
}

fn chart(
    results: &Results,
    axis: Option<usize>,
    panel: &Panel,
    scale: &Scale,
    drawn: &[bool; REFERENCES.len()],
    sides: Sides,
) -> Chart {
    let names = panel.rows.iter().map(|row| naming::squeezed(&row.name, sides.names));
    let title = axis.map_or(String::new(), |axis| naming::title(&results.axes.all()[axis]));
    let y = Axis::categories(title, names);
    let y = if sides.has_names { y } else { y.unlabelled() };
    let x = if scale.minus_nash { "multiplier *w* minus Nash" } else { "multiplier *w*" };
    let x = Axis { range: scale.range, labelled: sides.has_numbers, ..Axis::linear(x) };
    let mut chart = Chart::new(x, y)
        .titled(panel.title.as_str())
        .unlettered()
        .tall(Height::PerName(ROW))
        .when_empty("no run ended");
    let placed = || panel.rows.iter().enumerate().map(|(at, row)| (at as f64, row));
    for (kind, (_, name, ink)) in REFERENCES.into_iter().enumerate().filter(|(kind, _)| drawn[*kind]) {
        let dots = placed().filter_map(|(at, row)| {
            let reference = new_reference(row, kind)?;
            Some(dot(results, row, (scale.place(row, reference), at), (name, reference)))
        });
        chart.points(dots, Marker::Tick, ink);
        if sides.has_keys {
            chart.key(Sample::Point(Marker::Tick, ink), name);
        }
    }
    let ends = placed().filter_map(|(at, row)| {
        let (low, high) = row.multiplier?.interval();
        (high > low).then_some((at, scale.place(row, low), scale.place(row, high)))
    });
    let ends: Vec<_> = ends.collect();
    let has_intervals = !ends.is_empty();
    chart.intervals(Direction::Across, ends, Ink::Hue(0));
    let dots = placed().filter_map(|(at, row)| {
        let learned = row.multiplier?.mean;
        Some(dot(results, row, (scale.place(row, learned), at), ("learned", learned)))
    });
    chart.points(dots, Marker::Circle, Ink::Hue(0));
    if sides.has_keys {
        let sample = if has_intervals { Sample::Interval } else { Sample::Point };
        chart.key(sample(Marker::Circle, Ink::Hue(0)), "learned");
    }
    chart
}

fn dot(results: &Results, row: &Row, at: (f64, f64), (what, multiplier): (&str, f64)) -> Dot {
    let line = naming::plain(&naming::line(results, row.line));
    let tip = format!("{line}: {what} {}", naming::short(multiplier, 4));
    Dot { at, mark: Some(Mark { cell: row.line.cell, tip }) }
}

/// How many rows are shown, and which of them are nearest to Nash and farthest from it.
fn caption(results: &Results, axis: Option<usize>, panels: &[Panel]) -> String {
    let rows = || panels.iter().flat_map(|panel| panel.rows.iter().map(move |row| (panel, row)));
    let has_intervals = rows().any(|(_, row)| row.multiplier.is_some_and(|m| m.ci95.is_some()));
    let bars = if has_intervals { ", with Student's 95 % interval of the mean over replicates" } else { "" };
    let missing = rows().filter(|(_, row)| row.multiplier.is_none()).count();
    let missing = match missing {
        0 => String::new(),
        count => format!(
            " {} no run that ended.",
            if count == 1 { "1 row has".into() } else { format!("{count} rows have") }
        ),
    };
    let title =
        axis.map_or(String::from("cell"), |axis| naming::plain(&naming::title(&results.axes.all()[axis])));
    let distances = rows().filter_map(|(panel, row)| {
        let far = row.multiplier?.mean - row.references[0]?;
        let place = if panel.title.is_empty() || panels.len() == 1 {
            String::new()
        } else {
            format!(" ({})", panel.title)
        };
        Some((naming::plain(&format!("{}{place}", row.name)), far))
    });
    let distances: Vec<(String, f64)> = distances.collect();
    let nearest = distances.iter().min_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    let farthest = distances.iter().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    let extremes = match (nearest, farthest) {
        (Some(near), Some(far)) if distances.len() > 1 => format!(
            " Nearest to Nash is {}, {} from it, and farthest {}, {}.",
            near.0,
            naming::short(near.1, 2),
            far.0,
            naming::short(far.1, 2)
        ),
        _ => String::new(),
    };
    format!(
        "Learned multipliers by {title}: tail means{bars}, and ticks at the reference equilibria of each \
         row.{missing}{extremes}"
    )
}
