//! Multipliers over the epochs: the median over replicates, the band from the 5 to the 95 % quantile, one
//! run, and the equilibria.

mod marked;

use marked::{ALONE, Marked, Reference, SMALL, names, references, references_of};

use super::spread::Space;
use super::{Picture, Subject, naming, spread, written};
use crate::report::chart::{Axis, Chart, Figure, Style, label_height, with_room};
use crate::report::results::{Band, Line, Results};
use crate::report::scene::{Ink, Markup, Stroke};
use crate::store::StoreError;

/// The most bidders of a cell that have a band; of more, medians alone.
const MOST_BANDS: usize = 3;

/// The most bidders of a cell that are shown.
const MOST_BIDDERS: usize = 7;

/// A panel narrower than this stands below the others.
const NARROWEST: f64 = 84.0;

/// Draws the figure of a sweep that recorded multipliers.
pub(super) fn draw(subject: &Subject) -> Result<Vec<Picture>, StoreError> {
    let results = subject.results;
    let all: Vec<usize> = (0..results.cells.rows()).collect();
    let has_names = all.iter().any(|&cell| !results.is_alike(cell));
    let least = if has_names { spread::NAMED } else { spread::LEAST };
    let (mut cells, mut bands) = shown(results, &all, Space::of(subject, all.len().min(3), least).most())?;
    if bands.is_empty() {
        return Ok(Vec::new());
    }
    let name = "convergence";
    let space = Space::of(subject, cells.len().min(3), least);
    let inches = space.inches;
    let axis = TimeAxis::of(&bands);
    let figure = |bands: &[Band]| {
        Figure::new(name, "Multipliers over the epochs", &description(results, bands), inches)
    };
    let scene = if let [cell] = cells[..] {
        figure(&bands).single(chart(results, cell, &bands, &axis, true))
    } else {
        let nash = |cell| results.cells.number("bne_multiplier", cell);
        let rows = spread::rows(&results.axes, &cells, &space, nash);
        cells = rows.concat();
        bands.retain(|band| cells.contains(&band.cell));
        let style = Style { narrowest: NARROWEST, label: 8.0, ..Style::default() };
        figure(&bands).styled(style).grid(panels(results, &rows, &bands, &axis))
    };
    let caption = caption(results, &cells, &bands, &axis);
    Ok(vec![Picture { name: name.into(), scene, caption }])
}

/// The cells that are shown, at most so many, and their bands.
fn shown(results: &Results, all: &[usize], most: usize) -> Result<(Vec<usize>, Vec<Band>), StoreError> {
    let mut cells = spread::choose(&results.axes, all, most);
    let mut bands = results.bands(&cells)?;
    let drawable = |bands: &[Band], cell: &usize| bands.iter().any(|band| band.cell == *cell);
    if cells.iter().any(|cell| !drawable(&bands, cell)) {
        // Only a share of the cells may be recorded.
        cells = spread::choose(&results.axes, &results.recorded()?, most);
        bands = results.bands(&cells)?;
    }
    bands.retain(|band| band.epochs.len() > 1 && band.bidder.is_none_or(|bidder| bidder < MOST_BIDDERS));
    cells.retain(|cell| drawable(&bands, cell));
    Ok((cells, bands))
}

/// The axis of epochs.
struct TimeAxis {
    /// Whether it is logarithmic: most of the movement is early, or the cells train for other numbers of
    /// epochs.
    log: bool,
    /// The last epoch of each cell is this; `None` where they differ.
    last: Option<f64>,
}

/// Multipliers that move for no longer than this share of the epochs are shown over log epochs.
const EARLY: f64 = 0.04;

/// The share of the way from the first multiplier to the middle of the second half that ends the movement.
const WAY: f64 = 0.95;

impl TimeAxis {
    fn of(bands: &[Band]) -> Self {
        let last = |band: &Band| band.epochs.last().copied().unwrap_or(0.0);
        let same = bands.iter().all(|band| last(band) == last(&bands[0]));
        let early = bands.iter().filter(|band| {
            // A picture over log epochs needs points there.
            let points = |epochs: &&f64| **epochs > 0.0 && **epochs <= EARLY * last(band);
            moves_until(&band.epochs, &band.quantiles[1]) <= EARLY * last(band)
                && band.epochs.iter().filter(points).count() >= 8
        });
        TimeAxis { log: 2 * early.count() > bands.len() || !same, last: same.then(|| last(&bands[0])) }
    }

    fn axis(&self) -> Axis {
        let axis = if self.log { Axis::log("epoch") } else { Axis::linear("epoch") };
        match self.last {
            Some(last) if !self.log => axis.over(0.0, last),
            _ => axis,
        }
    }
}

/// The epoch from which on a multiplier has gone most of its way to where it stays: the median of its later
/// half.
fn moves_until(epochs: &[f64], multipliers: &[f64]) -> f64 {
    let last = epochs.last().copied().unwrap_or(0.0);
    let mut late: Vec<f64> =
        epochs.iter().zip(multipliers).filter(|(epoch, _)| **epoch >= 0.5 * last).map(|(_, w)| *w).collect();
    late.sort_by(f64::total_cmp);
    let (Some(first), Some(rest)) = (multipliers.first(), late.get(late.len() / 2)) else { return last };
    // Noise about the place of rest is no movement.
    let noise = late.iter().map(|w| (w - rest).abs()).fold(0.0, f64::max);
    let near = ((1.0 - WAY) * (first - rest).abs()).max(noise);
    let outside = multipliers.iter().rposition(|w| (w - rest).abs() > near && within(*w, *first, *rest));
    outside.map_or(0.0, |at| epochs[(at + 1).min(epochs.len() - 1)])
}

/// Whether a multiplier lies on the way from one to another.
fn within(w: f64, from: f64, to: f64) -> bool {
    (from.min(to)..=from.max(to)).contains(&w)
}

/// Panels of a row share their heights where none of them would be emptier than this.
const ALIKE: f64 = 2.0;

/// Rows of panels: those of a row share their heights where their multipliers are alike.
fn panels(results: &Results, rows: &[Vec<usize>], bands: &[Band], axis: &TimeAxis) -> Vec<Vec<Chart>> {
    let mut panels = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let points = spread::panel_points(rows.len());
        let reaches: Vec<(f64, f64)> =
            row.iter().map(|&cell| reach(results, &[cell], bands, points)).collect();
        let all = reaches.iter().fold(reaches[0], |all, one| (all.0.min(one.0), all.1.max(one.1)));
        let narrowest = reaches.iter().map(|reach| reach.1 - reach.0).fold(f64::INFINITY, f64::min);
        let alike = all.1 - all.0 <= ALIKE * narrowest;
        let bottom = at + 1 == rows.len();
        let mut charts = Vec::new();
        for (column, (&cell, own)) in row.iter().zip(&reaches).enumerate() {
            let mut chart = chart(results, cell, bands, axis, false);
            let (low, high) = if alike { reach(results, row, bands, points) } else { *own };
            chart.y = chart.y.over(low, high);
            if column > 0 {
                chart.y.title = Markup::default();
                chart.y.labelled = !alike;
            }
            let above = axis.last.is_some() && !bottom && rows[at + 1].len() > column;
            chart.x.labelled = !above;
            chart = chart.tall(spread::height(rows.len(), !above));
            if axis.last.is_none() && !bottom {
                chart.x.title = Markup::default();
            }
            charts.push(chart);
        }
        panels.push(charts);
    }
    panels
}

/// The share of what multipliers span that stays free above and below.
const ROOM: f64 = 0.04;

/// From where to where the multipliers and equilibria of some cells reach, with room for the texts of
/// equilibria in panels of so many points.
fn reach(results: &Results, cells: &[usize], bands: &[Band], points: f64) -> (f64, f64) {
    let span = |all: &[f64]| {
        all.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (at.min(low), at.max(high)))
    };
    let (mut all, mut lines): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    for &cell in cells {
        let own: Vec<&Band> = bands.iter().filter(|band| band.cell == cell).collect();
        all.extend(own.iter().flat_map(|band| band.quantiles.iter().flatten()));
        let marked = Marked::of(results, &own, SMALL);
        all.extend(marked.lines.iter().map(|line| line.reference.at));
        if marked.are_inline() {
            lines.extend(marked.lines.iter().map(|line| line.reference.at));
        }
    }
    let (low, high) = span(&all);
    let room = (ROOM * (high - low)).max(1e-6);
    let range = (low - room, high + room);
    if lines.is_empty() {
        return range;
    }
    let (lowest, highest) = span(&lines);
    let share = label_height(Style::default().note) / points;
    with_room(false, range, (lowest, share), (highest, share))
}

/// The chart of a cell; `alone` if it is the only one.
fn chart(results: &Results, cell: usize, bands: &[Band], axis: &TimeAxis, alone: bool) -> Chart {
    let own: Vec<&Band> = bands.iter().filter(|band| band.cell == cell).collect();
    let mut chart = Chart::new(axis.axis(), Axis::linear("multiplier *w*"));
    if !alone {
        chart = chart.titled(naming::cell_but(results, cell, &[])).unlettered();
    }
    let marked = Marked::of(results, &own, if alone { ALONE } else { SMALL });
    let names = names(results, &own);
    marked.draw(&mut chart);
    let there = |epoch: f64| !axis.log || epoch > 0.0;
    for (at, band) in own.iter().enumerate() {
        let hue = Ink::Hue(at);
        let [low, median, high] = &band.quantiles;
        let rows = (0..band.epochs.len()).filter(|&at| there(band.epochs[at]));
        if own.len() <= MOST_BANDS && band.replicates > 1 {
            chart.band(rows.clone().map(|at| (band.epochs[at], low[at], high[at])), hue.faint(0.22));
        }
        if own.len() == 1 && band.replicates > 1 {
            chart.line(
                rows.clone().map(|at| (band.epochs[at], band.one[at])),
                Stroke::new(hue.faint(0.55), 0.4),
            );
        }
        chart.line(
            rows.map(|at| (band.epochs[at], median[at])),
            Stroke::new(hue, if alone { 1.3 } else { 1.1 }),
        );
        if let (Some(name), Some(epoch), Some(end)) = (&names[at], band.epochs.last(), median.last()) {
            chart.end((*epoch, *end), name.as_str(), hue);
        }
    }
    marked.name(&mut chart, own[0].epochs.last().copied().unwrap_or(0.0));
    if let ([band], true) = (&own[..], alone)
        && band.replicates > 1
    {
        chart.note(format!("median, 5 to 95 % of {} runs, and one run", band.replicates), Ink::Hue(0));
    }
    chart
}

fn description(results: &Results, bands: &[Band]) -> String {
    let ends = bands.iter().filter_map(|band| band.quantiles[1].last().copied());
    let ends = written::range(ends).unwrap_or_default();
    let cells = bands.iter().map(|band| band.cell).collect::<std::collections::BTreeSet<_>>().len();
    let many = if cells == 1 { "one cell".into() } else { format!("{cells} of {} cells", results.total) };
    format!("Multipliers over the epochs in {many}: the medians end at {ends}.")
}

fn caption(results: &Results, cells: &[usize], bands: &[Band], axis: &TimeAxis) -> String {
    let replicates = bands.iter().map(|band| band.replicates);
    let (least, most) = (replicates.clone().min().unwrap_or(0), replicates.max().unwrap_or(0));
    let many = if least == most { most.to_string() } else { format!("{least} to {most}") };
    let bidders = bands.iter().any(|band| band.bidder.is_some());
    let what = match (most, bidders) {
        (1, _) => "Multipliers of one replicate over the epochs".to_owned(),
        (_, true) => format!(
            "Multipliers over the epochs, one colour per bidder: medians of {many} replicates, with bands from the 5 to \
             the 95 % quantile where there are at most {MOST_BANDS} bidders"
        ),
        (_, false) => format!(
            "Multipliers over the epochs: median of {many} replicates (line), 5 to 95 % quantiles (band) and the first \
             replicate (thin)"
        ),
    };
    let log = if axis.log { " (log scale)" } else { "" };
    let mut caption = format!("{what}{log}; {}. {}", lines(results, bands), ends(results, bands));
    if cells.len() < results.total {
        caption += &format!(
            " Shown are {} of {} cells; what was recorded of the others is in trajectories.parquet.",
            cells.len(),
            results.total
        );
    }
    caption
}

/// What the lines from side to side are.
fn lines(results: &Results, bands: &[Band]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for band in bands {
        let references = references_of(results, band);
        for reference in references.iter().skip(1).take(1) {
            if !names.contains(&reference.name) {
                names.push(reference.name);
            }
        }
    }
    let of_bidders = bands.iter().any(|band| {
        band.bidder.is_some_and(|bidder| bidder > 0)
            && references_of(results, band) != references(results, Line { cell: band.cell, bidder: Some(0) })
    });
    let colours = if of_bidders { ", in the bidder's colour where these differ" } else { "" };
    match &names[..] {
        [] => format!("dashed: Nash{colours}"),
        names => format!("dashed: Nash; dotted: the {} equilibrium{colours}", names.join(" or ")),
    }
}

/// Where the medians end.
fn ends(results: &Results, bands: &[Band]) -> String {
    let told: Vec<(f64, Vec<Reference>)> = bands
        .iter()
        .filter_map(|band| {
            let line = Line { cell: band.cell, bidder: band.bidder };
            Some((*band.quantiles[1].last()?, references(results, line)))
        })
        .filter(|(_, references)| references.first().is_some_and(|first| first.name == "Nash"))
        .collect();
    if let [(end, references)] = &told[..] {
        let apart = |reference: &Reference| {
            let apart = end - reference.at;
            let side = if apart < 0.0 { "below" } else { "above" };
            format!(
                "{} {side} {} ({})",
                written::brief(apart.abs()),
                reference.name,
                written::multiplier(reference.at)
            )
        };
        let apart: Vec<String> = references.iter().take(3).map(apart).collect();
        return format!("The median ends at {}: {}.", written::number(*end, 4), apart.join(", "));
    }
    let unit = if bands.iter().any(|band| band.bidder.is_some()) { "line" } else { "cell" };
    let below = told.iter().filter(|(end, references)| *end < references[0].at).count();
    let mut text = format!("The median ends below Nash in {}", written::share(below, told.len(), unit));
    let second: Vec<_> = told.iter().filter(|(_, references)| references.len() > 1).collect();
    if !second.is_empty() {
        let nearer = |(end, references): &&&(f64, Vec<Reference>)| {
            (end - references[1].at).abs() < (end - references[0].at).abs()
        };
        let count = second.iter().filter(nearer).count();
        text += &format!(
            ", and nearer to the dotted line than to Nash in {}",
            written::share(count, second.len(), unit)
        );
    }
    text + "."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn movement_ends_where_most_of_the_way_is_gone() {
        let epochs: Vec<f64> = (0..=100).map(f64::from).collect();
        let falls = |rate: f64| epochs.iter().map(|t| 0.5 + 0.2 * libm::exp(-rate * t)).collect::<Vec<_>>();
        // 5 % of the way is left after ln 20 / rate epochs.
        assert_eq!(moves_until(&epochs, &falls(1.0)), 3.0);
        assert_eq!(moves_until(&epochs, &falls(0.1)), 30.0);
        let still = vec![0.5; 101];
        assert_eq!(moves_until(&epochs, &still), 0.0);
        assert_eq!(moves_until(&[], &[]), 0.0);
        // From 1 down to a noise of 0.1 about 0.5.
        let noise = |t: f64| if t % 2.0 > 0.0 { 0.1 } else { -0.1 };
        let noisy: Vec<f64> =
            epochs.iter().map(|t| if *t < 10.0 { 1.0 - 0.05 * t } else { 0.5 + noise(*t) }).collect();
        assert_eq!(moves_until(&epochs, &noisy), 8.0);
    }
}
