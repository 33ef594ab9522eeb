//! Bid functions: what was learned beside the equilibria, and below it how far that is from Nash.

mod panel;

use panel::{
    Panel, coloured, compared_axes, is_line, minus_nash, panels_of, range_of_differences, second_reference,
};

use super::{Picture, Subject, naming, room, written};
use crate::report::chart::{Axis, Chart, Figure, Height, Sample};
use crate::report::results::{BidFunction, Results};
use crate::report::scene::{Dash, Ink, Stroke};
use crate::store::StoreError;

/// The most panels one below the other in a picture.
const MOST_ROWS: usize = 2;

/// Points that a panel needs, with the labels at its right.
const LEAST: f64 = 150.0;

/// The height of a panel of bid functions and of one of differences, in points.
const HEIGHTS: [f64; 2] = [100.0, 74.0];

/// Names of more letters than this stand above the first panel, not at the ends of lines.
const LONG: usize = 12;

pub(super) fn draw(subject: &Subject) -> Result<Vec<Picture>, StoreError> {
    let results = subject.results;
    let compared = compared_axes(results);
    let groups = results.axes.groups(&compared);
    let settings = groups.len();
    let shown = room::choose(&results.axes, groups, room::MOST_PANELS);
    let functions = results.bid_functions(&shown.concat())?;
    let mut panels: Vec<Panel> = Vec::new();
    for group in &shown {
        panels.extend(panels_of(results, group, &compared, &functions));
    }
    let is_alone = results.cells.rows() == 1;
    if panels.is_empty() || !(is_alone || functions.iter().any(|function| !is_line(function))) {
        return Ok(Vec::new());
    }
    let found = panels.len();
    panels.truncate(room::MOST_PANELS);
    let range = range_of_differences(&panels);
    let columns_of = |inches: f64| room::columns(inches, LEAST).min(panels.len());
    let inches = subject.inches(panels.len().min(2));
    let columns = columns_of(inches);
    let inches = if columns == 1 { subject.inches(1) } else { inches };
    let of_page = columns_of(subject.paper(panels.len().min(2))) * MOST_ROWS;
    let left_out = match (settings - shown.len(), found - panels.len()) {
        (0, 0) => String::new(),
        (0, panels) => format!(" {} more are in bid_functions.parquet.", naming::counted(panels, "panel")),
        (_, _) => format!(
            " Shown are {} of {settings} settings, spread over the axes; all are in bid_functions.parquet.",
            shown.len()
        ),
    };
    let is_long = |(name, ..): &(String, usize, BidFunction)| naming::plain(name).chars().count() > LONG;
    let has_long_names = panels.iter().flat_map(|panel| &panel.series).any(is_long);
    let pages: Vec<&[Panel]> = panels.chunks(of_page).collect();
    let picture = |(page, panels): (usize, &&[Panel])| {
        let name = if page == 0 { "bid-functions".to_owned() } else { format!("bid-functions-{}", page + 1) };
        let caption = caption(results, panels) + &left_out;
        let description = format!("Bid functions in {}.", naming::counted(panels.len(), "panel"));
        let figure = Figure::new(&name, "Bid functions", &description, inches);
        let mut rows: Vec<Vec<Chart>> = Vec::new();
        for panels in panels.chunks(columns) {
            let names = if has_long_names { Names::Above(rows.is_empty()) } else { Names::AtEnds };
            let charts = panels.iter().enumerate();
            let (tops, belows) = charts
                .map(|(at, panel)| (bids(panel, at == 0, names), differences(panel, range, at == 0)))
                .unzip();
            rows.extend([tops, belows]);
        }
        Picture { name, scene: figure.grid(rows), caption }
    };
    Ok(pages.iter().enumerate().map(picture).collect())
}

fn pen(colour: usize, is_coloured: bool) -> Stroke {
    if is_coloured { Stroke::new(Ink::Hue(colour), 1.3) } else { Stroke::new(Ink::Soft.faint(0.5), 0.4) }
}

fn nash_pen() -> Stroke {
    Stroke::new(Ink::Text, 0.8).dashed(Dash::Dashed)
}

fn second_pen() -> Stroke {
    Stroke::new(Ink::Text, 0.8).dashed(Dash::Dotted)
}

fn places<'a>(values: &'a [f64], bids: &'a [Option<f64>]) -> impl Iterator<Item = (f64, f64)> + 'a {
    values.iter().copied().zip(bids.iter().map(|bid| bid.unwrap_or(f64::NAN)))
}

fn last((values, bids): (&[f64], &[Option<f64>])) -> Option<(f64, f64)> {
    values.iter().zip(bids).rev().find_map(|(value, bid)| Some((*value, (*bid)?)))
}

/// Where the names of series stand.
#[derive(Clone, Copy, PartialEq)]
enum Names {
    /// At the ends of lines.
    AtEnds,
    /// Above the first panel, if this row of panels holds it.
    Above(bool),
}

/// The panel of the bid functions.
fn bids(panel: &Panel, is_first: bool, names: Names) -> Chart {
    let title = if is_first { "bid *b*(*v*)" } else { "" };
    let mut chart = Chart::new(Axis::linear("").unlabelled(), Axis::linear(title).holding(0.0))
        .titled(panel.title.as_str())
        .unlettered()
        .tall(Height::Points(HEIGHTS[0]));
    let coloured = coloured(panel);
    for ((_, colour, function), is_coloured) in panel.series.iter().zip(&coloured) {
        chart.line(places(&function.values, &function.learned), pen(*colour, *is_coloured));
    }
    let nash = panel.series.iter().map(|(_, _, f)| f).find(|f| f.bne.iter().any(Option::is_some));
    if let Some(function) = nash {
        chart.line(places(&function.values, &function.bne), nash_pen());
        if let Some(at) = last((&function.values, &function.bne)) {
            chart.end(at, "Nash", Ink::Text);
        }
    }
    for ((name, colour, function), is_coloured) in panel.series.iter().zip(&coloured) {
        let end = last((&function.values, &function.learned)).filter(|_| *is_coloured);
        match (names, end) {
            (Names::AtEnds, Some(at)) => {
                chart.end(at, name.as_str(), Ink::Hue(*colour));
            }
            (Names::Above(true), Some(_)) if is_first => {
                chart.key(Sample::Line(pen(*colour, true)), name.as_str());
            }
            _ => {}
        }
    }
    chart
}

/// The panel of the differences from Nash below it.
fn differences(panel: &Panel, (low, high): (f64, f64), is_first: bool) -> Chart {
    let title = if is_first { "minus Nash" } else { "" };
    let mut chart = Chart::new(Axis::linear("value *v*"), Axis::linear(title).over(low, high))
        .unlettered()
        .tall(Height::Points(HEIGHTS[1]))
        .when_empty("no Nash equilibrium known");
    let coloured = coloured(panel);
    for ((_, colour, function), is_coloured) in panel.series.iter().zip(&coloured) {
        let learned = minus_nash(function, &function.learned);
        if *is_coloured && function.ci95.iter().any(Option::is_some) {
            let band = learned.iter().zip(&function.ci95).map(|(&(value, difference), width)| {
                let width = width.unwrap_or(f64::NAN);
                (value, difference - width, difference + width)
            });
            chart.band(band, Ink::Hue(*colour).faint(0.25));
        }
        chart.line(learned, pen(*colour, *is_coloured));
    }
    for (_, _, function) in &panel.series {
        if let Some((_, bids)) = second_reference(function) {
            chart.line(minus_nash(function, bids), second_pen());
        }
    }
    if let Some((_, _, function)) = panel.series.first() {
        let ends = [function.values.first(), function.values.last()];
        chart.line(ends.into_iter().flatten().map(|value| (*value, 0.0)), nash_pen());
    }
    chart
}

/// What is shown, and how far each series is from Nash at most.
fn caption(results: &Results, panels: &[Panel]) -> String {
    let functions = || panels.iter().flat_map(|panel| &panel.series);
    let runs = written::replicates(results, functions().map(|(_, _, function)| function.cell));
    let has_bands = functions().any(|(_, _, f)| f.ci95.iter().any(Option::is_some));
    let bands = if has_bands { ", with Student's 95 % interval of the mean as a band" } else { "" };
    let shown = if has_bands { format!("the mean of {runs}{bands}") } else { runs };
    let mut names: Vec<&str> = functions().filter_map(|(_, _, f)| Some(second_reference(f)?.0)).collect();
    names.sort_unstable();
    names.dedup();
    let dotted = if names.is_empty() { String::new() } else { format!(" Dotted: {}.", names.join(" or ")) };
    format!(
        "Learned bids ({shown}) and those of the Nash equilibrium (dashed), and below what the learned bids \
         are minus the Nash bids, on one scale.{dotted}{}",
        farthest(panels)
    )
}

/// Where each series is farthest from Nash, the nearest series first.
fn farthest(panels: &[Panel]) -> String {
    let mut most: Vec<(&str, f64, f64, &str)> = Vec::new();
    for (panel, (name, _, function)) in panels.iter().flat_map(|p| p.series.iter().map(move |s| (p, s))) {
        for (value, difference) in minus_nash(function, &function.learned) {
            match most.iter_mut().find(|(known, ..)| known == name) {
                _ if difference.is_nan() => {}
                Some(known) if known.1.abs() >= difference.abs() => {}
                Some(known) => (known.1, known.2, known.3) = (difference, value, &panel.title),
                None => most.push((name, difference, value, &panel.title)),
            }
        }
    }
    let told = |&(name, difference, value, title): &(&str, f64, f64, &str)| {
        let place = if panels.len() == 1 || title.is_empty() {
            String::new()
        } else {
            format!(" ({})", naming::plain(title))
        };
        let (by, at) = (naming::short(difference, 2), naming::setting(value));
        (naming::plain(name), format!("{by} at v = {at}{place}"))
    };
    let told: Vec<(String, String)> = most.iter().map(told).collect();
    match &told[..] {
        [(_, far)] => format!(" The largest difference is {far}."),
        [_, _, _, _, _, ..] | [] => String::new(),
        several => {
            let several: Vec<String> = several.iter().map(|(name, far)| format!("{name} {far}")).collect();
            format!(" The largest differences: {}.", naming::listed(&several))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::panel::tests::{function, panel};
    use super::*;

    #[test]
    fn captions_tell_where_each_series_is_farthest() {
        let functions = vec![
            function(|v| 0.4 * v, |v| 0.5 * v),
            function(|v| 0.5 * v + 0.01 * v * (2.0 - v), |v| 0.5 * v),
        ];
        assert_eq!(
            farthest(&[panel(functions)]),
            " The largest differences: s0 −0.20 at v = 2 and s1 0.010 at v = 1."
        );
    }
}
