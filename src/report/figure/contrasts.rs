//! Paired differences from the baseline, with intervals: filled where they are significant.

use super::{Picture, Subject, naming, room};
use crate::report::chart::{Axis, Chart, Direction, Dot, Figure, Height, Marker, Sample};
use crate::report::results::{Difference, Line, Results};
use crate::report::scene::{Dash, Ink, Mark, Markup, Stroke, width};
use crate::store::StoreError;

/// The most rows of a panel where its picture is as high as a page allows, in points, and what a row of panels
/// takes there beside them.
const TALLEST: f64 = 530.0;
const AROUND: f64 = 48.0;

/// The most pictures.
const MOST_PICTURES: usize = 3;

/// The height of a row, in points.
const ROW: f64 = 11.5;

/// Points that a panel needs beside its names.
const LEAST: f64 = 110.0;

/// A difference is significant where the corrected p-value is below this.
const LEVEL: f64 = 0.05;

/// What is shown: a column, and what its differences are called. A bidder's own stand for the run's.
const MEASURES: [(&str, &str); 4] = [
    ("multiplier_tail_mean", "multiplier *w*"),
    ("epsilon_relative", "relative gain *ε*"),
    ("utility", "utility"),
    ("revenue", "revenue"),
];

/// The differences of one measure.
struct Panel<'a> {
    column: &'static str,
    title: &'static str,
    rows: Vec<&'a Difference>,
}

pub(super) fn draw(subject: &Subject) -> Result<Vec<Picture>, StoreError> {
    let differences = subject.results.differences()?;
    let lines = lines(&differences);
    let is_there = |(column, _): &&(&str, &str)| differences.iter().any(|d| d.measure == *column);
    let count = MEASURES.iter().filter(is_there).count();
    let columns = columns(subject, &lines, subject.paper(2));
    // One below the other, four panels would be longer than a page.
    let measures = count.min(2 * columns);
    let most = most_rows(measures.div_ceil(columns));
    let pages = lines.len().div_ceil(most).min(MOST_PICTURES);
    let shown: Vec<Line> = room::spread(lines.len(), pages * most).into_iter().map(|at| lines[at]).collect();
    let left_out = lines.len() - shown.len();
    let groups = grouped(subject.results, &shown, shown.len().div_ceil(pages.max(1)).max(1), most);
    let pictures = groups.iter().enumerate().filter_map(|(page, rows)| {
        let name = if page == 0 { "contrasts".to_owned() } else { format!("contrasts-{}", page + 1) };
        picture(subject, name, rows, &differences, (measures, left_out))
    });
    Ok(pictures.collect())
}

/// So many rows are in each of some panels one below the other.
fn most_rows(panels: usize) -> usize {
    let each = TALLEST / panels.max(1) as f64 - AROUND;
    ((each / ROW) as usize).max(1)
}

/// How many panels stand side by side.
fn columns(subject: &Subject, lines: &[Line], inches: f64) -> usize {
    let names = lines.iter().map(|&line| Markup::from(naming::row(subject.results, line, &[])));
    let longest = names.map(|name| width(&name, 7.0, false)).fold(0.0, f64::max);
    room::columns_with_names(inches, longest, LEAST, 2)
}

/// Rows of pictures, of about so many lines each and at most another number: with a gap, a row of no line, where
/// the slowest axis goes on.
fn grouped(results: &Results, lines: &[Line], of_page: usize, most: usize) -> Vec<Vec<Option<Line>>> {
    let group = |line: &Line| (!results.axes.all().is_empty()).then(|| results.axes.place(line.cell, 0));
    // Where every line begins a group there is none.
    let varies = lines.windows(2).filter(|pair| group(&pair[0]) != group(&pair[1])).count();
    let has_gaps = varies > 0 && 2 * varies < lines.len();
    let mut pages: Vec<Vec<Option<Line>>> = Vec::new();
    let mut count = usize::MAX;
    for (at, line) in lines.iter().enumerate() {
        let begins = has_gaps && at > 0 && group(line) != group(&lines[at - 1]);
        let is_full = pages.last().is_some_and(|page| page.len() + usize::from(begins) >= most.max(of_page));
        if count >= of_page || is_full {
            pages.push(Vec::new());
            count = 0;
        } else if begins && let Some(page) = pages.last_mut() {
            page.push(None);
        }
        if let Some(page) = pages.last_mut() {
            page.push(Some(*line));
        }
        count += 1;
    }
    pages
}

fn picture(
    subject: &Subject,
    name: String,
    rows: &[Option<Line>],
    differences: &[Difference],
    (measures, left_out): (usize, usize),
) -> Option<Picture> {
    let results = subject.results;
    let name_of = |row: &Option<Line>| row.map_or(String::new(), |line| naming::row(results, line, &[]));
    let names: Vec<String> = rows.iter().map(name_of).collect();
    let lines: Vec<Line> = rows.iter().flatten().copied().collect();
    let inches = subject.inches(2);
    let columns = columns(subject, &lines, inches);
    let panels = MEASURES.map(|(column, title)| {
        let row = |line: &Line| {
            let is_it =
                |d: &&Difference| d.measure == column && (d.cell, d.bidder) == (line.cell, line.bidder);
            differences.iter().find(is_it)
        };
        Panel { column, title, rows: lines.iter().filter_map(row).collect() }
    });
    let panels: Vec<Panel> = panels.into_iter().filter(|panel| !panel.rows.is_empty()).collect();
    let panels: Vec<Panel> = panels.into_iter().take(measures).collect();
    let inches = if columns == 1 { subject.inches(1) } else { inches };
    if panels.is_empty() {
        return None;
    }
    let mut charts: Vec<Vec<Chart>> = Vec::new();
    for panels in panels.chunks(columns) {
        let chart = |(column, panel): (usize, &Panel)| chart(subject, panel, rows, &names, column > 0);
        charts.push(panels.iter().enumerate().map(chart).collect());
    }
    let caption = caption(subject, &panels, left_out);
    let description =
        format!("Forest plot of {} from the baseline.", naming::counted(lines.len(), "difference"));
    let scene = Figure::new(&name, "Differences from the baseline", &description, inches).grid(charts);
    Some(Picture { name, scene, caption })
}

/// The lines that have differences, in the order of the table, where those of a line stand together.
fn lines(differences: &[Difference]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for difference in differences {
        let line = Line { cell: difference.cell, bidder: difference.bidder };
        if lines.last() != Some(&line) {
            lines.push(line);
        }
    }
    lines
}

fn is_significant(difference: &Difference) -> bool {
    difference.p_holm.is_some_and(|p| p < LEVEL)
}

/// What the baseline is called, as markup: `adam`.
fn baseline_name(subject: &Subject, panels: &[Panel]) -> String {
    let all = subject.results.axes.all();
    let keys = || subject.settings.baseline.iter().map(|value| value.key.as_str());
    let is_named = |axis: &usize| keys().any(|key| all[*axis].keys.iter().any(|own| own == key));
    let axes: Vec<usize> = (0..all.len()).filter(is_named).collect();
    let first = panels.iter().flat_map(|panel| &panel.rows).next();
    let name = first.map(|difference| naming::cell(subject.results, difference.baseline, &axes));
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "the baseline".to_owned())
}

fn chart(
    subject: &Subject,
    panel: &Panel,
    shown: &[Option<Line>],
    names: &[String],
    is_unlabelled: bool,
) -> Chart {
    let results = subject.results;
    let baseline = baseline_name(subject, std::slice::from_ref(panel));
    let title = format!("{} minus that of {baseline}", panel.title);
    let y = Axis::categories("", names.iter().map(|name| Markup::from(name.as_str())));
    let y = if is_unlabelled { y.unlabelled() } else { y };
    let mut chart = Chart::new(Axis::linear(title).holding(0.0), y).unlettered().tall(Height::PerName(ROW));
    chart.reference(Direction::Up, 0.0, "", Stroke::new(Ink::Text, 0.8).dashed(Dash::Dashed));
    let place = |difference: &Difference| {
        let at = |row: &Option<Line>| {
            row.is_some_and(|line| (line.cell, line.bidder) == (difference.cell, difference.bidder))
        };
        shown.iter().position(at).map_or(f64::NAN, |at| at as f64)
    };
    let bar = |difference: &&Difference| {
        let (low, high) = difference.interval?;
        Some((place(difference), low, high))
    };
    chart.intervals(Direction::Across, panel.rows.iter().filter_map(bar), Ink::Hue(0));
    let dot = |difference: &&Difference| {
        let line =
            naming::plain(&naming::line(results, Line { cell: difference.cell, bidder: difference.bidder }));
        let tip = format!("{line}: {} {}", panel.column, naming::short(difference.mean, 3));
        Dot { at: (difference.mean, place(difference)), mark: Some(Mark { cell: difference.cell, tip }) }
    };
    let (sure, open): (Vec<&Difference>, Vec<&Difference>) =
        panel.rows.iter().copied().partition(|difference| is_significant(difference));
    chart.points(sure.iter().map(dot), Marker::Circle, Ink::Hue(0));
    chart.points(open.iter().map(dot), Marker::Ring, Ink::Hue(0));
    chart.key(Sample::Interval(Marker::Circle, Ink::Hue(0)), "significant");
    chart.key(Sample::Interval(Marker::Ring, Ink::Hue(0)), "not significant");
    chart
}

/// What is compared with what, and how many differences of each measure are significant.
fn caption(subject: &Subject, panels: &[Panel], left_out: usize) -> String {
    let all = || panels.iter().flat_map(|panel| panel.rows.iter().copied());
    let mut baselines: Vec<usize> = all().map(|difference| difference.baseline).collect();
    baselines.sort_unstable();
    baselines.dedup();
    let name = naming::plain(&baseline_name(subject, panels));
    let baseline = match baselines[..] {
        [_] => name,
        _ => format!("{name} ({} cells, each along its other axes)", baselines.len()),
    };
    let (least, most) = all().fold((usize::MAX, 0), |(l, m), d| (l.min(d.replicates), m.max(d.replicates)));
    let runs = if least == most { naming::counted(most, "pair") } else { format!("{least} to {most} pairs") };
    let counts: Vec<String> = panels
        .iter()
        .map(|panel| {
            let sure = panel.rows.iter().filter(|difference| is_significant(difference)).count();
            format!("{sure} of {} of {}", panel.rows.len(), naming::plain(panel.title))
        })
        .collect();
    let left_out = match left_out {
        0 => String::new(),
        count => format!(" {} more are in contrasts.parquet.", naming::counted(count, "row")),
    };
    format!(
        "Differences from {baseline}, replicate by replicate: means of {runs} of runs on the same draws, with Student's \
         95 % interval. Filled where p < {LEVEL} after Holm's correction for all differences of the measure: {}.{left_out}",
        naming::listed(&counts)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(cell: usize, bidder: Option<usize>, p_holm: Option<f64>) -> Difference {
        Difference {
            cell,
            baseline: 0,
            bidder,
            measure: "utility".into(),
            mean: 0.1,
            interval: None,
            replicates: 1,
            p_holm,
        }
    }

    #[test]
    fn a_row_is_a_cell_or_a_bidder_of_it() {
        let all = [(1, None), (1, None), (1, Some(0)), (1, Some(1)), (2, None)];
        let differences = all.map(|(cell, bidder)| difference(cell, bidder, None));
        let bidders: Vec<_> = lines(&differences).iter().map(|line| (line.cell, line.bidder)).collect();
        assert_eq!(bidders, [(1, None), (1, Some(0)), (1, Some(1)), (2, None)]);
    }

    #[test]
    fn without_a_test_nothing_is_significant() {
        let significant = [None, Some(0.051), Some(0.049)].map(|p| is_significant(&difference(1, None, p)));
        assert_eq!(significant, [false, false, true]);
    }
}
