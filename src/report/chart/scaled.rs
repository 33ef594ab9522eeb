//! An axis with a range, in a length: its ticks, thinned to the room.

use super::axis::{Axis, Scale, Ticks};
use super::numbers::{plain, power};
use super::style::Style;
use super::ticks::{Tick, Ticking, linear, log};
use crate::report::scene::{Markup, fitted, width};

/// An axis that is ready to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaled {
    /// Whether places go with logarithms.
    pub log: bool,
    /// The values at its beginning and its end.
    pub range: (f64, f64),
    /// Its ticks; those without room have no label.
    pub ticks: Vec<Tick>,
    /// Short ticks.
    pub minor: Vec<f64>,
    /// Its title in lines.
    pub title: Markup,
    /// Whether labels of an axis across read upwards.
    pub turned: bool,
}

/// The least gap between labels side by side, in points.
const BETWEEN: f64 = 4.0;

/// Fewer ticks than this tell little of a scale: more are tried, as far as they have room.
const ENOUGH: usize = 3;

/// So many more ticks than fit easily are tried there.
const MORE: usize = 4;

/// The height of a line of text, in sizes of its letters.
pub const LINE: f64 = 1.15;

impl Scaled {
    /// The axis across, `length` points long. Names that must read upwards take at most `tallest` points.
    pub fn across(axis: &Axis, range: (f64, f64), length: f64, tallest: f64, style: &Style) -> Self {
        let place = |value: f64| share(axis, range, value) * length;
        let wide = |label: &Markup| width(label, style.tick, false);
        let apart = |ticks: &[Tick]| {
            let shown: Vec<_> = ticks.iter().filter(|tick| !tick.label.is_empty()).collect();
            shown.windows(2).all(|pair| {
                let gap = (place(pair[1].value) - place(pair[0].value)).abs();
                gap >= (wide(&pair[0].label) + wide(&pair[1].label)) / 2.0 + BETWEEN
            })
        };
        let want = (length / 28.0) as usize;
        let mut scaled = Self::round(axis, range, want.clamp(2, 8), |ticks| apart(ticks));
        if axis.has_names() && !apart(&scaled.ticks) {
            scaled.turned = true;
            for tick in &mut scaled.ticks {
                tick.label = fitted(&tick.label, style.tick, tallest);
            }
            thin(&mut scaled.ticks, |_| style.tick * LINE, place, 0.0, false);
        } else {
            thin(&mut scaled.ticks, wide, place, BETWEEN, !axis.has_names());
        }
        scaled
    }

    /// The upright axis, `length` points long. Names take at most `widest` points.
    pub fn upright(axis: &Axis, range: (f64, f64), length: f64, widest: f64, style: &Style) -> Self {
        let place = |value: f64| share(axis, range, value) * length;
        let want = (length / 16.0) as usize;
        let apart = |ticks: &[Tick]| {
            let near =
                |pair: &[Tick]| (place(pair[1].value) - place(pair[0].value)).abs() < style.tick * LINE;
            !ticks.windows(2).any(near)
        };
        let mut scaled = Self::round(axis, range, want.clamp(2, 8), apart);
        for tick in &mut scaled.ticks {
            tick.label = fitted(&tick.label, style.tick, widest);
        }
        thin(&mut scaled.ticks, |_| style.tick * LINE, place, 0.0, !axis.has_names());
        scaled
    }

    /// Ticks as the axis asks for; round ones fewer and fewer until they have room.
    fn round(axis: &Axis, range: (f64, f64), want: usize, roomy: impl Fn(&[Tick]) -> bool) -> Self {
        let is_log = matches!(axis.scale, Scale::Log);
        let within = |value: f64| {
            let share = share(axis, range, value);
            (-1e-9..=1.0 + 1e-9).contains(&share)
        };
        let given = |ticks: Vec<Tick>| Ticking { ticks, ..Ticking::default() };
        let ticking = match (&axis.ticks, &axis.scale) {
            (Ticks::At(values), _) => {
                let values = values.iter().filter(|value| within(**value));
                given(values.map(|value| Tick { value: *value, label: plain(*value) }).collect())
            }
            (Ticks::Named(ticks), _) => {
                let ticks = ticks.iter().filter(|(value, _)| within(*value));
                given(ticks.map(|(value, label)| Tick { value: *value, label: label.clone() }).collect())
            }
            (Ticks::Round, Scale::Categories(names)) => {
                let ticks = names.iter().enumerate();
                given(ticks.map(|(at, name)| Tick { value: at as f64, label: name.clone() }).collect())
            }
            (Ticks::Round, _) => {
                let (low, high) = (range.0.min(range.1), range.0.max(range.1));
                let rule = if is_log { log } else { linear };
                let tries: Vec<_> = (2..=want).rev().map(|want| rule(low, high, want)).collect();
                let fits = tries.iter().find(|ticking| roomy(&ticking.ticks));
                let usual = fits.or(tries.last()).cloned().unwrap_or_default();
                if usual.ticks.len() < ENOUGH {
                    let more = (want + 1..=want + MORE).map(|want| rule(low, high, want));
                    let enough = |ticking: &Ticking| ticking.ticks.len() >= ENOUGH && roomy(&ticking.ticks);
                    more.into_iter().find(enough).unwrap_or(usual)
                } else {
                    usual
                }
            }
        };
        let title = match ticking.factor {
            None => axis.title.clone(),
            Some(factor) => {
                let comma = if axis.title.is_empty() { "" } else { ", " };
                axis.title.clone().followed(&format!("{comma}in {}", power(factor)).into())
            }
        };
        Self { log: is_log, range, ticks: ticking.ticks, minor: ticking.minor, title, turned: false }
    }

    /// The length of its longest label, in points.
    pub fn widest(&self, style: &Style) -> f64 {
        self.ticks.iter().map(|tick| width(&tick.label, style.tick, false)).fold(0.0, f64::max)
    }
}

/// How far along the axis a value stands.
fn share(axis: &Axis, (low, high): (f64, f64), value: f64) -> f64 {
    match axis.scale {
        Scale::Log => libm::log(value / low) / libm::log(high / low),
        _ => (value - low) / (high - low),
    }
}

/// Takes the labels of ticks away whose room overlaps that of one before; those of both ends come first where
/// that is asked for, for they say how far a scale reaches.
fn thin(
    ticks: &mut [Tick],
    room: impl Fn(&Markup) -> f64,
    place: impl Fn(f64) -> f64,
    gap: f64,
    ends_first: bool,
) {
    let mut taken: Vec<(f64, f64)> = Vec::new();
    let mut order: Vec<usize> = (0..ticks.len()).filter(|&at| !ticks[at].label.is_empty()).collect();
    if ends_first && order.len() > 2 {
        order[1..].rotate_right(1);
    }
    for at in order {
        let tick = &mut ticks[at];
        let half = room(&tick.label) / 2.0;
        let (from, to) = (place(tick.value) - half, place(tick.value) + half);
        if taken.iter().any(|(start, end)| from < end + gap && *start < to + gap) {
            tick.label = Markup::default();
        } else {
            taken.push((from, to));
        }
    }
}
