//! Paired differences from the baseline, with intervals: filled where they are significant.

use super::{Picture, Subject, naming, room};
use crate::report::chart::{Axis, Chart, Direction, Dot, Figure, Height, Marker, Sample};
use crate::report::results::{Difference, Line, Results};
use crate::report::scene::{Dash, Ink, Mark, Markup, Stroke, width};
use crate::store::StoreError;

/// The most rows of a panel where its picture is as high as a page allows, in points, and what a row of
/// panels takes there beside them.
const TALLEST: f64 = 530.0;
const AROUND: f64 = 48.0;

/// The most pictures.
const MOST_PICTURES: usize = 4;

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
    let results = subject.results;
    let differences = results.differences()?;
    let lines = lines(&differences);
    let is_there = |(column, _): &&(&str, &str)| differences.iter().any(|d| d.measure == *column);
    let count = MEASURES.iter().filter(is_there).count();
    let groups = groups(results, &lines);
    // Rows of a group that has a picture of its own need not name it.
    let fitting = |but: &[usize]| {
        let columns = columns(subject, &lines, but, subject.paper(2));
        // One below the other, four panels would be longer than a page.
        let measures = count.min(2 * columns);
        (measures, most_rows(measures.div_ceil(columns)))
    };
    let (measures, most) = fitting(&[]);
    let (apart, most_apart) = fitting(&[0]);
    let longest = groups.iter().map(Vec::len).max().unwrap_or(0);
    let is_apart = lines.len() + groups.len() > most + 1
        && (2..=MOST_PICTURES).contains(&groups.len())
        && longest <= most_apart;
    let (measures, left_out, pages) = if is_apart {
        let pages = groups.iter().map(|group| group.iter().copied().map(Some).collect::<Vec<_>>());
        (apart, 0, pages.collect::<Vec<_>>())
    } else {
        // Gaps take rows too.
        let kept = room::spread(lines.len(), (MOST_PICTURES * most).saturating_sub(groups.len()).max(1));
        let shown: Vec<Line> = kept.into_iter().map(|at| lines[at]).collect();
        (measures, lines.len() - shown.len(), with_gaps(&shown, &groups, most))
    };
    let pictures = pages.iter().enumerate().filter_map(|(page, rows)| {
        let name = if page == 0 { "contrasts".to_owned() } else { format!("contrasts-{}", page + 1) };
        let but: &[usize] = if is_apart { &[0] } else { &[] };
        picture(subject, name, (rows, but), &differences, (measures, left_out))
    });
    Ok(pictures.collect())
}

/// So many rows are in each of some panels one below the other.
fn most_rows(panels: usize) -> usize {
    let each = TALLEST / panels.max(1) as f64 - AROUND;
    ((each / ROW) as usize).max(1)
}

/// How many panels stand side by side.
fn columns(subject: &Subject, lines: &[Line], but: &[usize], inches: f64) -> usize {
    let names = lines.iter().map(|&line| Markup::from(naming::row(subject.results, line, but)));
    let longest = names.map(|name| width(&name, 7.0, false)).fold(0.0, f64::max);
    room::columns_with_names(inches, longest, LEAST, 2)
}

/// Lines that agree along the slowest axis; one group where each would have a line or two.
fn groups(results: &Results, lines: &[Line]) -> Vec<Vec<Line>> {
    let is_same = |a: &Line, b: &Line| {
        results.axes.all().is_empty() || results.axes.place(a.cell, 0) == results.axes.place(b.cell, 0)
    };
    let groups: Vec<Vec<Line>> = lines.chunk_by(is_same).map(<[Line]>::to_vec).collect();
    if 2 * groups.len() > lines.len() + 1 { vec![lines.to_vec()] } else { groups }
}

/// Rows of pictures of at most so many, with a gap, a row of no line, where a group ends.
fn with_gaps(lines: &[Line], groups: &[Vec<Line>], most: usize) -> Vec<Vec<Option<Line>>> {
    let group = |line: &Line| groups.iter().position(|group| group.contains(line));
    let mut pages: Vec<Vec<Option<Line>>> = Vec::new();
    for part in lines.chunk_by(|a, b| group(a) == group(b)) {
        let mut is_first = true;
        for line in part {
            let gap = usize::from(is_first && pages.last().is_some_and(|page| !page.is_empty()));
            match pages.last_mut().filter(|page| page.len() + gap < most) {
                Some(page) => page.extend(std::iter::repeat_n(None, gap).chain([Some(*line)])),
                None => pages.push(vec![Some(*line)]),
            }
            is_first = false;
        }
    }
    pages
}

fn picture(
    subject: &Subject,
    name: String,
    (rows, but): (&[Option<Line>], &[usize]),
    differences: &[Difference],
    (measures, left_out): (usize, usize),
) -> Option<Picture> {
    let results = subject.results;
    let lines: Vec<Line> = rows.iter().flatten().copied().collect();
    let inches = subject.inches(2);
    let columns = columns(subject, &lines, but, inches);
    let letters = naming::LETTERS_OF_NAMES * inches * 72.0 / columns as f64;
    let name_of = |row: &Option<Line>| {
        row.map_or(Markup::default(), |line| naming::squeezed(&naming::row(results, line, but), letters))
    };
    let names: Vec<Markup> = rows.iter().map(name_of).collect();
    let heading = lines.first().filter(|_| !but.is_empty()).map(|line| naming::cell(results, line.cell, but));
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
    if panels.is_empty() {
        return None;
    }
    let mut charts: Vec<Vec<Chart>> = Vec::new();
    for panels in panels.chunks(columns) {
        let chart = |(column, panel): (usize, &Panel)| chart(subject, panel, rows, &names, column > 0);
        charts.push(panels.iter().enumerate().map(chart).collect());
    }
    let place = heading.as_deref().map_or(String::new(), |heading| format!("{}: ", naming::plain(heading)));
    let caption = place + &caption(subject, &panels, left_out);
    let description =
        format!("Forest plot of {} from the baseline.", naming::counted(lines.len(), "difference"));
    let scene = Figure::new(&name, "Differences from the baseline", &description, inches)
        .headed(heading.unwrap_or_default())
        .grid(charts);
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
    names: &[Markup],
    is_unlabelled: bool,
) -> Chart {
    let results = subject.results;
    let baseline = baseline_name(subject, std::slice::from_ref(panel));
    let title = format!("{} minus that of {baseline}", panel.title);
    let y = Axis::categories("", names.iter().cloned());
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
    fn pages_hold_at_most_so_many_rows_with_gaps_between_groups() {
        let group = |from: usize, count: usize| {
            (from..from + count).map(|cell| Line { cell, bidder: None }).collect::<Vec<_>>()
        };
        for (sizes, most) in [([3, 4, 5], 20), ([3, 4, 5], 6), ([1, 1, 9], 4), ([2, 7, 2], 1)] {
            let mut groups: Vec<Vec<Line>> = Vec::new();
            for size in sizes {
                groups.push(group(groups.iter().map(Vec::len).sum(), size));
            }
            let lines = groups.concat();
            let pages = with_gaps(&lines, &groups, most);
            assert_eq!(pages.iter().flatten().flatten().copied().collect::<Vec<_>>(), lines);
            assert!(pages.iter().all(|page| page.len() <= most && page[0].is_some()));
            let gaps = pages.iter().flatten().filter(|row| row.is_none()).count();
            assert!(gaps < sizes.len() && (most < 20 || gaps == 2), "{gaps}");
        }
    }

    #[test]
    fn without_a_test_nothing_is_significant() {
        let significant = [None, Some(0.051), Some(0.049)].map(|p| is_significant(&difference(1, None, p)));
        assert_eq!(significant, [false, false, true]);
    }
}
