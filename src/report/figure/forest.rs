//! A forest plot along an axis of words: where each cell or bidder ends, beside its reference equilibria.

use super::{Picture, Subject, naming, room};
use crate::report::chart::{Axis, Chart, Direction, Dot, Figure, Height, Marker, Sample};
use crate::report::results::{Estimate, Line, Results};
use crate::report::scene::{Ink, Mark, Markup, width};
use crate::store::StoreError;

/// The most rows of a picture.
const MOST_ROWS: usize = 40;

/// A panel's title and axis need as much room as this many rows, and the panels of a picture as this many in
/// all.
const AROUND: usize = 3;
const MOST_ROOM: usize = 48;

/// The most pictures.
const MOST_PICTURES: usize = 3;

/// The height of a row, in points.
const ROW: f64 = 11.5;

/// Points that a panel needs beside its names.
const LEAST: f64 = 110.0;

/// Reference equilibria that are closer than this are one.
const SAME: f64 = 1e-6;

/// The reference equilibria: column, what it is called, colour.
const REFERENCES: [(&str, &str, Ink); 5] = [
    ("bne_multiplier", "Nash", Ink::Text),
    ("class_multiplier", "class", Ink::Hue(2)),
    ("smoothed_multiplier", "smoothed", Ink::Hue(1)),
    ("grid_multiplier", "grid", Ink::Hue(3)),
    ("perturbed_multiplier", "perturbed", Ink::Hue(4)),
];

/// A row: a cell, or one of its bidders where these differ.
struct Row {
    line: Line,
    name: String,
    multiplier: Option<Estimate>,
    references: [Option<f64>; REFERENCES.len()],
}

/// The rows of cells that agree along all other axes.
struct Panel {
    title: String,
    rows: Vec<Row>,
}

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

/// The axis of words that has the most values: the last one of several. `None` where some cells have not it,
/// as those of other blocks, or hardly two differ along it alone: then every cell is a row of one panel.
fn row_axis(results: &Results) -> Option<usize> {
    let axes = results.axes.all().iter().enumerate().filter(|(_, axis)| !axis.is_numeric());
    let (axis, _) = axes.max_by_key(|(_, axis)| axis.values.len())?;
    let cells = results.cells.rows();
    let has_all = (0..cells).all(|cell| results.axes.place(cell, axis).is_some());
    (has_all && 2 * results.axes.groups(&[axis]).len() <= cells).then_some(axis)
}

fn panel(results: &Results, group: &[usize], axis: Option<usize>) -> Panel {
    let named: Vec<usize> =
        (0..results.axes.all().len()).filter(|&at| axis.is_some() && axis != Some(at)).collect();
    let lines = group.iter().flat_map(|&cell| results.lines_of(cell));
    let rows = lines.map(|line| {
        let place = axis.and_then(|axis| Some((axis, results.axes.place(line.cell, axis)?)));
        let name = match place {
            Some((axis, place)) => naming::tick(&results.axes.all()[axis], place),
            None => naming::line(results, Line { cell: line.cell, bidder: None }),
        };
        Row {
            line,
            name: match line.bidder {
                Some(bidder) => format!("{name}, bidder {}", bidder + 1),
                None => name,
            },
            multiplier: results.estimate(line, "multiplier_tail_mean"),
            references: REFERENCES.map(|(column, ..)| results.number(line, column)),
        }
    });
    Panel { title: naming::cell(results, group[0], &named), rows: rows.collect() }
}

/// Leaves rows, evenly spread, so that panels of as many each fit into the pictures; how many went.
fn thin_out(panels: &mut [Panel]) -> usize {
    let most = (MOST_PICTURES * MOST_ROWS / panels.len().max(1)).max(1);
    let mut hidden = 0;
    for panel in panels {
        let kept = room::spread(panel.rows.len(), most);
        hidden += panel.rows.len() - kept.len();
        let mut place = 0;
        panel.rows.retain(|_| {
            place += 1;
            kept.binary_search(&(place - 1)).is_ok()
        });
    }
    hidden
}

/// Panels that go into one picture: as many as have few enough rows in all. Rows beyond those of one picture
/// go into a panel of their own.
fn pages(panels: Vec<Panel>) -> Vec<Vec<Panel>> {
    let mut pages: Vec<Vec<Panel>> = Vec::new();
    let (mut rows, mut room) = (0, 0);
    for mut panel in panels {
        loop {
            let rest = panel.rows.split_off(panel.rows.len().min(MOST_ROWS));
            let next = Panel { title: panel.title.clone(), rows: rest };
            let needs = [panel.rows.len(), panel.rows.len() + AROUND];
            if pages.is_empty() || needs[0] > rows || needs[1] > room {
                pages.push(Vec::new());
                (rows, room) = (MOST_ROWS, MOST_ROOM);
            }
            (rows, room) = (rows - needs[0], room - needs[1]);
            pages.last_mut().expect("just pushed").push(panel);
            if next.rows.is_empty() {
                break;
            }
            panel = next;
        }
    }
    pages
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
    let inches = if columns == 1 { subject.inches(1) } else { inches };
    let drawn = drawn(panels);
    let mut charts: Vec<Vec<Chart>> = Vec::new();
    for (row, of_row) in panels.chunks(columns).enumerate() {
        let chart = |(column, panel): (usize, &Panel)| {
            let at = row * columns + column;
            let sides = Sides {
                has_keys: at == 0,
                has_names: column == 0 || !same_names,
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

/// A reference of a row, if it is not on one of the others before it.
fn new_reference(row: &Row, kind: usize) -> Option<f64> {
    let at = row.references[kind]?;
    let mut before = row.references[..kind].iter().flatten();
    (!before.any(|other| (other - at).abs() < SAME)).then_some(at)
}

/// Which references are drawn: those that are not on one of the others before them in every row.
fn drawn(panels: &[Panel]) -> [bool; REFERENCES.len()] {
    let mut drawn = [false; REFERENCES.len()];
    for row in panels.iter().flat_map(|panel| &panel.rows) {
        for (kind, drawn) in drawn.iter_mut().enumerate() {
            *drawn |= new_reference(row, kind).is_some();
        }
    }
    drawn
}

/// What stands around a panel.
struct Sides {
    /// Whether the samples stand above it.
    has_keys: bool,
    /// Whether names stand at its left.
    has_names: bool,
    /// Whether numbers stand below it.
    has_numbers: bool,
}

/// What stands across.
struct Scale {
    /// Multipliers less that of Nash, where that is not the same in all rows of a panel: else most of the
    /// width would show how Nash equilibria differ.
    less_nash: bool,
    /// From where to where, where all panels share it.
    range: Option<(f64, f64)>,
}

impl Scale {
    fn of(panels: &[Panel]) -> Self {
        let nash = |panel: &Panel| panel.rows.iter().map(|row| row.references[0]).collect::<Vec<_>>();
        let differ = |all: &[Option<f64>]| all.windows(2).any(|pair| pair[0] != pair[1]);
        let known = panels.iter().flat_map(nash).all(|nash| nash.is_some());
        let less_nash = known && panels.iter().any(|panel| differ(&nash(panel)));
        let all: Vec<Option<f64>> = panels.iter().flat_map(nash).collect();
        let scale = Scale { less_nash, range: None };
        if panels.len() == 1 || (differ(&all) && !less_nash) {
            return scale;
        }
        let places = panels.iter().flat_map(|panel| &panel.rows).flat_map(|row| {
            let learned = row.multiplier.map(|multiplier| multiplier.interval());
            let ends = learned.into_iter().flat_map(|(low, high)| [low, high]);
            ends.chain(row.references.into_iter().flatten())
                .map(|at| scale.place(row, at))
                .collect::<Vec<_>>()
        });
        let (low, high) =
            places.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)));
        let room = 0.04 * (high - low);
        Scale { range: (room > 0.0).then_some((low - room, high + room)), ..scale }
    }

    /// Where a multiplier of a row stands.
    fn place(&self, row: &Row, multiplier: f64) -> f64 {
        if self.less_nash { multiplier - row.references[0].unwrap_or(f64::NAN) } else { multiplier }
    }
}

fn chart(
    results: &Results,
    axis: Option<usize>,
    panel: &Panel,
    scale: &Scale,
    drawn: &[bool; REFERENCES.len()],
    sides: Sides,
) -> Chart {
    let names = panel.rows.iter().map(|row| row.name.as_str().into());
    let title = axis.map_or(String::new(), |axis| naming::title(&results.axes.all()[axis]));
    let y = Axis::categories(title, names);
    let y = if sides.has_names { y } else { y.unlabelled() };
    let x = if scale.less_nash { "multiplier *w* less Nash" } else { "multiplier *w*" };
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

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(rows: usize) -> Panel {
        let row = |at: usize| Row {
            line: Line { cell: at, bidder: None },
            name: String::new(),
            multiplier: None,
            references: [Some(0.5), Some(0.5), Some(0.48), None, None],
        };
        Panel { title: String::new(), rows: (0..rows).map(row).collect() }
    }

    #[test]
    fn pictures_hold_at_most_so_many_rows_and_all_rows_are_drawn() {
        let counts = |panels: Vec<Panel>| -> Vec<Vec<usize>> {
            pages(panels).iter().map(|page| page.iter().map(|panel| panel.rows.len()).collect()).collect()
        };
        assert_eq!(counts(vec![panel(14), panel(14), panel(14)]), [vec![14, 14], vec![14]]);
        assert_eq!(counts(vec![panel(90)]), [[40], [40], [10]]);
        assert_eq!(counts(vec![panel(40), panel(1)]), [[40], [1]]);
        // Nine rows of room are left, and titles need some too.
        assert_eq!(counts((0..10).map(|_| panel(3)).collect()), [vec![3; 8], vec![3; 2]]);
        assert_eq!(counts(vec![]), [[0; 0]; 0]);
    }

    #[test]
    fn of_too_many_rows_some_of_each_panel_stay() {
        let mut panels = vec![panel(1000), panel(5)];
        assert_eq!(thin_out(&mut panels), 940);
        assert_eq!([panels[0].rows.len(), panels[1].rows.len(), panels[0].rows[59].line.cell], [60, 5, 983]);
    }

    #[test]
    fn a_reference_on_another_is_not_drawn() {
        assert_eq!(drawn(&[panel(3)]), [true, false, true, false, false]);
        let mut other = panel(1);
        other.rows[0].references[1] = Some(0.49);
        assert_eq!(drawn(&[panel(3), other]), [true, true, true, false, false]);
    }
}
