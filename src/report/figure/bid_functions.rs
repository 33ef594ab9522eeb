//! Bid functions: what was learned beside the equilibria, and below it how far that is from Nash.

use super::{Picture, Subject, naming, room, written};
use crate::report::chart::{Axis, Chart, Figure, Height, Sample};
use crate::report::results::{BidFunction, Line, Results};
use crate::report::scene::{Dash, Ink, Stroke};
use crate::store::StoreError;

/// The most lines of a panel in their own colours; those nearest to Nash beyond are thin and grey.
const MOST_LINES: usize = 12;

/// The most panels one below the other in a picture.
const MOST_ROWS: usize = 3;

/// Points that a panel needs, with the labels at its right.
const LEAST: f64 = 150.0;

/// The height of a panel of bid functions and of one of differences, in points.
const HEIGHTS: [f64; 2] = [100.0, 74.0];

/// Names of more letters than this stand above the first panel, not at the ends of lines.
const LONG: usize = 12;

/// A line through 0 is as good as straight where no bid is farther from it, relative to the highest.
const STRAIGHT: f64 = 1e-4;

/// The bidders of some cells that differ in class or learner alone.
struct Panel {
    title: String,
    /// The name of a series, its colour, and its function.
    series: Vec<(String, usize, BidFunction)>,
}

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
    let inches = subject.inches(panels.len().min(2));
    let columns = room::columns(inches, LEAST).min(panels.len());
    let inches = if columns == 1 { subject.inches(1) } else { inches };
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
    let pages: Vec<&[Panel]> = panels.chunks(columns * MOST_ROWS).collect();
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

/// The axes along which cells are drawn into one panel: the class of bid functions and the learner.
fn compared_axes(results: &Results) -> Vec<usize> {
    let is_compared = |key: &String| key == "strategy" || key == "learner";
    let axes = results.axes.all().iter().enumerate();
    axes.filter(|(_, axis)| axis.keys.iter().any(is_compared)).map(|(at, _)| at).collect()
}

/// The panels of a group of cells: one, or one for each bidder that differs from those before it.
fn panels_of(
    results: &Results,
    group: &[usize],
    compared: &[usize],
    functions: &[BidFunction],
) -> Vec<Panel> {
    let others: Vec<usize> = (0..results.axes.all().len()).filter(|axis| !compared.contains(axis)).collect();
    let of_group: Vec<&BidFunction> =
        functions.iter().filter(|f| group.contains(&f.cell) && has_numbers(f)).collect();
    let mut bidders: Vec<Option<usize>> = of_group.iter().map(|function| function.bidder).collect();
    bidders.sort_unstable();
    bidders.dedup();
    let mut panels: Vec<Panel> = Vec::new();
    let mut known: Vec<(&BidFunction, Line)> = Vec::new();
    for bidder in bidders {
        let own: Vec<&BidFunction> = of_group.iter().copied().filter(|f| f.bidder == bidder).collect();
        let (function, line) = (own[0], line_of(own[0]));
        if known.iter().any(|(other, at)| are_alike(results, (other, *at), (function, line))) {
            continue;
        }
        known.push((function, line));
        let label = |cell: usize| {
            let axis = |&axis: &usize| Some((axis, results.axes.place(cell, axis)?));
            let places: Vec<(usize, usize)> = compared.iter().filter_map(axis).collect();
            let name = |&(axis, place): &(usize, usize)| series_name(results, axis, place);
            let colour = places
                .iter()
                .fold(0, |all, &(axis, place)| all * results.axes.all()[axis].values.len() + place);
            let name = places.iter().map(name).collect::<Vec<_>>().join(", ");
            (if name.is_empty() { "learned".to_owned() } else { name }, colour)
        };
        let series = own.iter().map(|function| {
            let (name, colour) = label(function.cell);
            let mut function = (*function).clone();
            if plays_table(results, line_of(&function)) {
                // The equilibria of the class are those of lines, which it does not play.
                function.smoothed.fill(None);
                function.class.fill(None);
            }
            (name, colour, function)
        });
        panels.push(Panel { title: title(results, function, line, &others), series: series.collect() });
    }
    panels
}

fn line_of(function: &BidFunction) -> Line {
    Line { cell: function.cell, bidder: function.bidder }
}

/// Whether a bidder's learner plays a table of bids at values, whatever its strategy.
fn plays_table(results: &Results, line: Line) -> bool {
    let settings = results.plan.cell(results.position(line.cell)).settings;
    settings.bidders.get(line.bidder.unwrap_or(0)).is_some_and(|bidder| bidder.play().table().is_some())
}

fn title(results: &Results, function: &BidFunction, line: Line, others: &[usize]) -> String {
    let cell = naming::cell(results, line.cell, others);
    let prior = naming::prior(&function.prior);
    match line.bidder {
        Some(bidder) if cell.is_empty() => format!("bidder {}, {prior}", bidder + 1),
        Some(bidder) => format!("{cell}: bidder {}, {prior}", bidder + 1),
        None if prior == "U[0, 1]" || cell.contains(&function.prior) => cell,
        None if cell.is_empty() => prior,
        // The name of a population that is its prior's says enough with the prior's numbers.
        None if prior.starts_with(cell.as_str()) => prior,
        None => format!("{cell}: {prior}"),
    }
}

/// Short, for it stands at the end of a line.
fn series_name(results: &Results, axis: usize, place: usize) -> String {
    match naming::tick(&results.axes.all()[axis], place).as_str() {
        "linear" => "line".to_owned(),
        "piecewise-linear" => "pieces".to_owned(),
        tick => tick.to_owned(),
    }
}

fn has_numbers(function: &BidFunction) -> bool {
    function.learned.iter().any(Option::is_some)
}

/// Whether two bidders of a cell have one prior, one equilibrium and one learner.
fn are_alike(results: &Results, one: (&BidFunction, Line), other: (&BidFunction, Line)) -> bool {
    let same = |column| results.text(one.1, column) == results.text(other.1, column);
    one.0.prior == other.0.prior
        && one.0.bne == other.0.bne
        && one.0.smoothed == other.0.smoothed
        && same("learner")
        && same("strategy")
}

/// Whether bids are w v, learned and in the Nash equilibrium.
fn is_line(function: &BidFunction) -> bool {
    let straight = |bids: &[Option<f64>]| {
        let last = function.values.iter().zip(bids).rev().find_map(|(value, bid)| Some((*value, (*bid)?)));
        let Some((high, top)) = last.filter(|(high, _)| *high > 0.0) else { return true };
        let far = |value: f64, bid: f64| (bid - top / high * value).abs() > STRAIGHT * top.abs();
        !function.values.iter().zip(bids).any(|(value, bid)| bid.is_some_and(|bid| far(*value, bid)))
    };
    straight(&function.learned) && straight(&function.bne)
}

/// The differences of some bids from those of the Nash equilibrium, at each value; NaN where one is missing.
fn less_nash(function: &BidFunction, bids: &[Option<f64>]) -> Vec<(f64, f64)> {
    let difference = |bid: &Option<f64>, bne: &Option<f64>| bid.zip(*bne).map_or(f64::NAN, |(b, n)| b - n);
    let differences = bids.iter().zip(&function.bne).map(|(bid, bne)| difference(bid, bne));
    function.values.iter().copied().zip(differences).collect()
}

/// The reference beside Nash: the smoothed equilibrium, or that of the class where there is none.
fn second_reference(function: &BidFunction) -> Option<(&'static str, &[Option<f64>])> {
    let there = |bids: &[Option<f64>]| bids.iter().any(Option::is_some);
    match function {
        f if there(&f.smoothed) => Some(("smoothed equilibrium", &f.smoothed)),
        f if there(&f.class) => Some(("equilibrium of the class", &f.class)),
        _ => None,
    }
}

/// One range for all panels of differences, bands and equilibria among them.
fn range_of_differences(panels: &[Panel]) -> (f64, f64) {
    let (mut low, mut high) = (0.0_f64, 0.0_f64);
    let mut hold = |value: f64| {
        if value.is_finite() {
            (low, high) = (low.min(value), high.max(value));
        }
    };
    for (_, _, function) in panels.iter().flat_map(|panel| &panel.series) {
        for (at, (_, difference)) in less_nash(function, &function.learned).into_iter().enumerate() {
            let width = function.ci95[at].unwrap_or(0.0);
            hold(difference - width);
            hold(difference + width);
        }
        if let Some((_, bids)) = second_reference(function) {
            less_nash(function, bids).into_iter().for_each(|(_, difference)| hold(difference));
        }
    }
    let room = 0.06 * (high - low);
    if room > 0.0 { (low - room, high + room) } else { (-1e-3, 1e-3) }
}

/// Which series of a panel are drawn in their own colours: the farthest from Nash, where they are many.
fn coloured(panel: &Panel) -> Vec<bool> {
    let far = |function: &BidFunction| {
        let all = less_nash(function, &function.learned).into_iter().map(|(_, d)| d.abs());
        all.filter(|far| far.is_finite()).fold(0.0, f64::max)
    };
    let mut order: Vec<usize> = (0..panel.series.len()).collect();
    order.sort_by(|&a, &b| far(&panel.series[b].2).total_cmp(&far(&panel.series[a].2)).then(a.cmp(&b)));
    let mut chosen = vec![false; panel.series.len()];
    order.into_iter().take(MOST_LINES).for_each(|at| chosen[at] = true);
    chosen
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
    let title = if is_first { "less Nash" } else { "" };
    let mut chart = Chart::new(Axis::linear("value *v*"), Axis::linear(title).over(low, high))
        .unlettered()
        .tall(Height::Points(HEIGHTS[1]))
        .when_empty("no Nash equilibrium known");
    let coloured = coloured(panel);
    for ((_, colour, function), is_coloured) in panel.series.iter().zip(&coloured) {
        let learned = less_nash(function, &function.learned);
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
            chart.line(less_nash(function, bids), second_pen());
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
         are less the Nash bids, on one scale.{dotted}{}",
        farthest(panels)
    )
}

/// Where each series is farthest from Nash, the nearest series first.
fn farthest(panels: &[Panel]) -> String {
    let mut most: Vec<(&str, f64, f64, &str)> = Vec::new();
    for (panel, (name, _, function)) in panels.iter().flat_map(|p| p.series.iter().map(move |s| (p, s))) {
        for (value, difference) in less_nash(function, &function.learned) {
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
    use super::*;

    fn function(learned: impl Fn(f64) -> f64, bne: impl Fn(f64) -> f64) -> BidFunction {
        let values: Vec<f64> = (0..=10).map(|k| 0.2 * f64::from(k)).collect();
        let bids =
            |rule: &dyn Fn(f64) -> f64| values.iter().map(|value| Some(rule(*value))).collect::<Vec<_>>();
        BidFunction {
            cell: 0,
            bidder: None,
            prior: "uniform:0:2".into(),
            learned: bids(&learned),
            ci95: vec![Some(0.01); values.len()],
            bne: bids(&bne),
            class: vec![None; values.len()],
            smoothed: vec![None; values.len()],
            values,
        }
    }

    fn panel(functions: Vec<BidFunction>) -> Panel {
        let series = functions.into_iter().enumerate().map(|(at, f)| (format!("s{at}"), at, f));
        Panel { title: String::new(), series: series.collect() }
    }

    #[test]
    fn lines_are_told_from_bent_bids() {
        assert!(is_line(&function(|v| 0.48 * v, |v| 0.5 * v)));
        assert!(!is_line(&function(|v| 0.48 * v, |v| v / (2.0 + 0.1 * v))));
        assert!(!is_line(&function(|v| 0.48 * v.min(1.5), |v| 0.5 * v)));
        let mut none = function(|v| v, |v| v);
        (none.learned, none.bne) = (vec![None; 11], vec![None; 11]);
        assert!(is_line(&none) && !has_numbers(&none));
    }

    #[test]
    fn the_scale_of_differences_holds_all_panels_with_their_bands() {
        let below = function(|v| 0.4 * v, |v| 0.5 * v);
        let above = function(|v| 0.5 * v + 0.05, |v| 0.5 * v);
        let (low, high) = range_of_differences(&[panel(vec![below]), panel(vec![above])]);
        // -0.2 at the highest value and 0.05 everywhere, with 0.01 of interval and some room.
        assert!(low < -0.21 && low > -0.24 && high > 0.06 && high < 0.09, "{low} {high}");
        let (low, high) = range_of_differences(&[]);
        assert!(low < 0.0 && high > 0.0);
    }

    #[test]
    fn the_farthest_of_many_series_have_colours() {
        let functions = (0..40).map(|k| function(move |v| (0.5 - 0.001 * f64::from(k)) * v, |v| 0.5 * v));
        let coloured = coloured(&panel(functions.collect()));
        assert_eq!(coloured.iter().filter(|is| **is).count(), MOST_LINES);
        assert!(coloured[39] && coloured[28] && !coloured[27]);
    }

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
