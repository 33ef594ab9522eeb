//! How far data reach, and from where to where axes run.

use std::collections::BTreeSet;

use super::axis::{Axis, Scale};
use super::layer::{Direction, Layer};
use super::panel::Chart;

/// From where to where both axes run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// The axis across.
    pub x: (f64, f64),
    /// The axis upwards.
    pub y: (f64, f64),
}

/// The room beside the data, as a share of what they span.
const ROOM: f64 = 0.06;

/// The ranges of a chart's axes; none where nothing can be shown.
pub fn extent(chart: &Chart) -> Option<Extent> {
    let shown: Vec<_> = places(chart).into_iter().filter(|place| shows(chart, *place)).collect();
    if shown.is_empty() {
        return None;
    }
    let has = |wanted: fn(&Layer) -> bool| chart.layers.iter().any(wanted);
    let cells = has(|layer| matches!(layer, Layer::Cells(_)));
    let points = has(|layer| matches!(layer, Layer::Points { .. } | Layer::Intervals { .. }));
    let across = range(&chart.x, references(chart, Direction::Up), shown.iter().map(|(x, _)| *x));
    let up = range(&chart.y, references(chart, Direction::Across), shown.iter().map(|(_, y)| *y));
    let (x, y) = (across?, up?);
    let room_x = if points && !cells { ROOM } else { 0.0 };
    let room_y = if cells && !points { 0.0 } else { ROOM };
    let with_room =
        |axis: &Axis, span, room| if axis.range.is_some() { span } else { roomy(axis, span, room) };
    let (x, y) = (with_room(&chart.x, x, room_x), with_room(&chart.y, y, room_y));
    // Names of an upright axis run downwards.
    Some(Extent { x, y: if chart.y.has_names() { (y.1, y.0) } else { y } })
}

/// A range, widened so that between its lower end and the lowest of some values, and between the highest and
/// its upper end, there are at least these shares of its length: room for the texts of lines.
pub fn with_room(
    is_log: bool,
    (low, high): (f64, f64),
    (lowest, below): (f64, f64),
    (highest, above): (f64, f64),
) -> (f64, f64) {
    let to = |value| if is_log { libm::log(value) } else { value };
    let back = |value| if is_log { libm::exp(value) } else { value };
    let (mut from, mut end) = (to(low), to(high));
    let (lowest, highest) = (to(lowest), to(highest));
    if ![from, end, lowest, highest].iter().all(|value| value.is_finite()) || from >= end {
        return (low, high);
    }
    let (below, above) = (below.min(MOST_ROOM), above.min(MOST_ROOM));
    // Where data reach a little beyond a line its text stands beyond them.
    let near = NEAR * (end - from);
    let lowest = if below > 0.0 && lowest - from < near { from } else { lowest };
    let highest = if above > 0.0 && end - highest < near { end } else { highest };
    // Each side's room grows with what the other adds: less and less.
    for _ in 0..ROUNDS {
        let span = end - from;
        (from, end) = (from.min(lowest - below * span), end.max(highest + above * span));
    }
    // What does not move stays as it was, to the bit.
    let low = if from < to(low) { back(from) } else { low };
    let high = if end > to(high) { back(end) } else { high };
    (low, high)
}

/// The most of a range that is left to the texts of lines on each side.
const MOST_ROOM: f64 = 0.35;

/// A line is near the end of a range that is no farther than this share of it.
const NEAR: f64 = 0.15;

/// Until the room of both sides changes no more.
const ROUNDS: usize = 40;

/// The lowest and the highest of the lines from side to side that have a text; none where there are none.
pub fn labelled(chart: &Chart, wanted: Direction) -> Option<(f64, f64)> {
    let at = |layer: &Layer| match layer {
        Layer::Reference { along, at, label, .. } if *along == wanted && !label.is_empty() => Some(*at),
        _ => None,
    };
    let span =
        |span: Option<(f64, f64)>, at: f64| Some(span.map_or((at, at), |(l, h)| (at.min(l), at.max(h))));
    chart.layers.iter().filter_map(at).fold(None, span)
}

/// How many places cannot be shown on a logarithmic axis.
pub fn left_out(chart: &Chart) -> usize {
    let out: BTreeSet<_> = places(chart)
        .into_iter()
        .filter(|(x, y)| x.is_finite() && y.is_finite() && !shows_scales(chart, (*x, *y)))
        .map(|(x, y)| (x.to_bits(), y.to_bits()))
        .collect();
    out.len()
}

/// The places of all data. Of intervals and bands that reach to 0 and below, the end above it is enough on a
/// logarithmic axis.
fn places(chart: &Chart) -> Vec<(f64, f64)> {
    let mut places = Vec::new();
    let ends = |axis: &Axis, low: f64, high: f64| {
        if matches!(axis.scale, Scale::Log) && low <= 0.0 && high > 0.0 {
            vec![high]
        } else {
            vec![low, high]
        }
    };
    for layer in &chart.layers {
        match layer {
            Layer::Line { points, .. } => places.extend(points),
            Layer::Points { dots, .. } => places.extend(dots.iter().map(|dot| dot.at)),
            Layer::Band { rows, .. } | Layer::Intervals { along: Direction::Up, rows, .. } => {
                for (x, low, high) in rows {
                    places.extend(ends(&chart.y, *low, *high).into_iter().map(|y| (*x, y)));
                }
            }
            Layer::Intervals { along: Direction::Across, rows, .. } => {
                for (y, low, high) in rows {
                    places.extend(ends(&chart.x, *low, *high).into_iter().map(|x| (x, *y)));
                }
            }
            Layer::Cells(cells) => {
                for cell in cells {
                    for x in ends(&chart.x, cell.x.0.min(cell.x.1), cell.x.0.max(cell.x.1)) {
                        let ys = ends(&chart.y, cell.y.0.min(cell.y.1), cell.y.0.max(cell.y.1));
                        places.extend(ys.into_iter().map(|y| (x, y)));
                    }
                }
            }
            Layer::Strip { .. } | Layer::Reference { .. } | Layer::Guide { .. } => {}
        }
    }
    places
}

fn references(chart: &Chart, wanted: Direction) -> Vec<f64> {
    let at = |layer: &Layer| match layer {
        Layer::Reference { along, at, .. } if *along == wanted => Some(*at),
        _ => None,
    };
    chart.layers.iter().filter_map(at).collect()
}

fn fits_scale(axis: &Axis, value: f64) -> bool {
    value.is_finite() && (!matches!(axis.scale, Scale::Log) || value > 0.0)
}

fn shows_scales(chart: &Chart, (x, y): (f64, f64)) -> bool {
    fits_scale(&chart.x, x) && fits_scale(&chart.y, y)
}

/// Whether a place can be shown, within the ranges that were asked for.
fn shows(chart: &Chart, (x, y): (f64, f64)) -> bool {
    let within = |axis: &Axis, value: f64| {
        axis.range.is_none_or(|(low, high)| (low.min(high)..=low.max(high)).contains(&value))
    };
    shows_scales(chart, (x, y)) && within(&chart.x, x) && within(&chart.y, y)
}

/// The range of an axis without room beside the data.
fn range(axis: &Axis, references: Vec<f64>, data: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    if let Some((low, high)) = axis.range
        && fits_scale(axis, low)
        && fits_scale(axis, high)
        && low != high
    {
        return Some((low, high));
    }
    if let Scale::Categories(names) = &axis.scale {
        return (!names.is_empty()).then_some((-0.5, names.len() as f64 - 0.5));
    }
    let all = data.chain(references).chain(axis.holds.iter().copied());
    all.filter(|value| fits_scale(axis, *value)).fold(None, |span: Option<(f64, f64)>, value| {
        Some(span.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
    })
}

/// The range with room beside the data; a range of some width where all data are equal.
fn roomy(axis: &Axis, (low, high): (f64, f64), room: f64) -> (f64, f64) {
    let equal = high - low <= 1e-9 * high.abs().max(low.abs());
    match axis.scale {
        Scale::Categories(_) => (low, high),
        Scale::Log if equal => ((low / 2.0).max(f64::MIN_POSITIVE), (high * 2.0).min(f64::MAX)),
        Scale::Log => {
            let part = libm::exp(room * (libm::log(high) - libm::log(low)));
            ((low / part).max(f64::MIN_POSITIVE), (high * part).min(f64::MAX))
        }
        Scale::Linear if equal => {
            let part = if low == 0.0 { 1.0 } else { 0.1 * low.abs().max(high.abs()) };
            (low - part, high + part)
        }
        Scale::Linear => {
            // Halves first: the difference of the largest numbers is none.
            let part = 2.0 * room * (high / 2.0 - low / 2.0);
            let below = if low == 0.0 { 0.0 } else { part };
            let above = if high == 0.0 { 0.0 } else { part };
            ((low - below).max(f64::MIN / 4.0), (high + above).min(f64::MAX / 4.0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_beyond_lines_have_their_share_of_the_range(
            low in -10.0..10.0_f64, span in 0.1..10.0_f64, place in 0.0..1.0_f64, further in 0.0..1.0_f64,
            below in 0.0..0.34_f64, above in 0.0..0.34_f64,
        ) {
            let lowest = low + place * span;
            let highest = lowest + further * (low + span - lowest);
            let (from, end) = with_room(false, (low, low + span), (lowest, below), (highest, above));
            prop_assert!(from <= low && end >= low + span);
            prop_assert!((lowest - from) / (end - from) >= below - 1e-4, "{from} {end}");
            prop_assert!((end - highest) / (end - from) >= above - 1e-4, "{from} {end}");
            // The same on a logarithmic scale.
            let [a, b, c, d] = [low, low + span, lowest, highest].map(libm::exp);
            let (log_from, log_end) = with_room(true, (a, b), (c, below), (d, above));
            prop_assert!((libm::log(log_from) - from).abs() < 1e-6 && (libm::log(log_end) - end).abs() < 1e-6);
        }
    }
}
