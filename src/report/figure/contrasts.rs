//! Paired differences from the baseline, with intervals: filled where they are significant.

use super::{Picture, Subject, naming, room};
use crate::report::chart::{Axis, Chart, Direction, Dot, Figure, Height, Marker, Sample};
use crate::report::results::{Difference, Line, Results};
use crate::report::scene::{Dash, Ink, Mark, Markup, Stroke, width};
use crate::store::StoreError;

/// The most rows of a picture.
const MOST_ROWS: usize = 40;

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
    let pages = lines.len().div_ceil(MOST_ROWS).min(MOST_PICTURES);
    let shown: Vec<Line> =
        room::spread(lines.len(), pages * MOST_ROWS).into_iter().map(|at| lines[at]).collect();
    let left_out = lines.len() - shown.len();
    let rows = shown.len().div_ceil(pages.max(1)).max(1);
    let pictures = shown.chunks(rows).enumerate().filter_map(|(page, lines)| {
        let name = if page == 0 { "contrasts".to_owned() } else { format!("contrasts-{}", page + 1) };
        picture(subject, name, lines, &differences, left_out)
    });
    Ok(pictures.collect())
}

fn picture(
    subject: &Subject,
    name: String,
    lines: &[Line],
    differences: &[Difference],
    left_out: usize,
) -> Option<Picture> {
    let results = subject.results;
    let names: Vec<String> = lines.iter().map(|&line| naming::line(results, line)).collect();
    let longest =
        names.iter().map(|name| width(&Markup::from(name.as_str()), 7.0, false)).fold(0.0, f64::max);
    let inches = subject.inches(2);
    let columns = room::columns_with_names(inches, longest, LEAST, 2);
    let panels = MEASURES.map(|(column, title)| {
        let row = |line: &Line| {
            let is_it =
                |d: &&Difference| d.measure == column && (d.cell, d.bidder) == (line.cell, line.bidder);
            differences.iter().find(is_it)
        };
        Panel { column, title, rows: lines.iter().filter_map(row).collect() }
    });
    let panels: Vec<Panel> = panels.into_iter().filter(|panel| !panel.rows.is_empty()).collect();
    // One below the other, four would be longer than a page.
    let panels: Vec<Panel> = panels.into_iter().take(2 * columns).collect();
    let inches = if columns == 1 { subject.inches(1) } else { inches };
    if panels.is_empty() {
        return None;
    }
    let mut charts: Vec<Vec<Chart>> = Vec::new();
    for (row, panels) in panels.chunks(columns).enumerate() {
        let chart = |(column, panel): (usize, &Panel)| {
            chart(results, panel, lines, &names, row == 0 && column == 0, column > 0)
        };
        charts.push(panels.iter().enumerate().map(chart).collect());
    }
    let caption = caption(results, &panels, left_out);
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

fn chart(
    results: &Results,
    panel: &Panel,
    shown: &[Line],
    names: &[String],
    has_keys: bool,
    is_unlabelled: bool,
) -> Chart {
    let y = Axis::categories("", names.iter().map(|name| Markup::from(name.as_str())));
    let y = if is_unlabelled { y.unlabelled() } else { y };
    let mut chart =
        Chart::new(Axis::linear(panel.title).holding(0.0), y).unlettered().tall(Height::PerName(ROW));
    chart.reference(Direction::Up, 0.0, "", Stroke::new(Ink::Text, 0.8).dashed(Dash::Dashed));
    let place = |difference: &Difference| {
        let at = |line: &Line| (line.cell, line.bidder) == (difference.cell, difference.bidder);
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
    if has_keys {
        chart.key(Sample::Interval(Marker::Circle, Ink::Hue(0)), "significant");
        chart.key(Sample::Interval(Marker::Ring, Ink::Hue(0)), "not significant");
    }
    chart
}

/// What is compared with what, and how many differences of each measure are significant.
fn caption(results: &Results, panels: &[Panel], left_out: usize) -> String {
    let all = || panels.iter().flat_map(|panel| panel.rows.iter().copied());
    let mut baselines: Vec<usize> = all().map(|difference| difference.baseline).collect();
    baselines.sort_unstable();
    baselines.dedup();
    let baseline = match baselines[..] {
        [one] => naming::plain(&naming::line(results, Line { cell: one, bidder: None })),
        _ => format!("{} baseline cells, each along its other axes", baselines.len()),
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
