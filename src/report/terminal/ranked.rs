//! A sweep as a list of lines, the worst first.

use super::line::{ScreenLine, Tone, length, shortened};
use super::notation::{mark, narrow, percent};
use crate::data::visible;
use crate::report::answer::{axis_name, places_of_interval, shown};
use crate::report::results::{Line, Results};

/// The least room for the name of a line.
const NAME: usize = 24;

/// A column of the list.
struct Column {
    head: String,
    entries: Vec<String>,
    /// Those of the lowest rank go first where there is no room.
    rank: usize,
}

/// The list: its lines, and how many lines of the sweep it leaves out. `most` is the number of rows.
pub(super) fn ranked(results: &Results, width: usize, most: usize) -> (Vec<ScreenLine>, usize) {
    let mut lines: Vec<Line> = results.lines().collect();
    let all = lines.len();
    if all > most {
        // Failed first, then the largest gain of a best reply.
        let gain = |line: &Line| {
            let gain = results.estimate(*line, "epsilon_relative");
            gain.map_or(f64::INFINITY, |gain| gain.mean)
        };
        lines.sort_by(|a, b| gain(b).total_cmp(&gain(a)));
        lines.truncate(most);
    }
    let mut columns = columns(results, &lines);
    let mut names = names(results, &lines);
    let wide = |columns: &[Column]| columns.iter().map(|column| column.width() + GAP).sum::<usize>();
    let long = |names: &[Column]| wide(names).saturating_sub(GAP);
    while columns.len() > 2 && wide(&columns) + long(&names).min(NAME) > width {
        let last = columns.iter().map(|column| column.rank).max().unwrap_or(0);
        columns.retain(|column| column.rank != last);
    }
    shorten(&mut names, width.saturating_sub(wide(&columns)));
    let mut head = String::new();
    for name in &names {
        head += &format!("{:<width$}", name.head, width = name.width() + GAP);
    }
    head.truncate(head.trim_end().len());
    let mut head = format!("{head:<width$}", width = long(&names));
    for column in &columns {
        head += &format!("{:>width$}", column.head, width = column.width() + GAP);
    }
    let mut told = vec![ScreenLine::plain(head)];
    for (i, &line) in lines.iter().enumerate() {
        let mut name = String::new();
        for column in &names {
            name += &format!("{:<width$}", column.entries[i], width = column.width() + GAP);
        }
        name.truncate(name.trim_end().len());
        let mut row = ScreenLine::plain(format!("{name:<width$}", width = long(&names)));
        for column in &columns {
            let entry = &column.entries[i];
            let tone = match (column.head.as_str(), mark(results, line).0) {
                ("end", '?') => Tone::Undecided,
                _ if entry == "-" && column.head == "w" => Tone::Failed,
                _ if column.head == "movement" && entry == "undecided" => Tone::Undecided,
                _ => Tone::Plain,
            };
            row.push(tone, format!("{entry:>width$}", width = column.width() + GAP));
        }
        told.push(row.trimmed());
    }
    (told, all - lines.len())
}

/// Spaces between columns.
const GAP: usize = 2;

/// The values of lines along the axes, and their bidders.
fn names(results: &Results, lines: &[Line]) -> Vec<Column> {
    let axes = results.axes.all().iter().enumerate();
    let mut names: Vec<Column> = axes
        .map(|(at, axis)| {
            let value = |line: &Line| match results.axes.place(line.cell, at) {
                Some(place) => visible(&shown(axis.short(place))).into_owned(),
                None => "-".into(),
            };
            Column { head: axis_name(axis).plain(), entries: lines.iter().map(value).collect(), rank: 0 }
        })
        .collect();
    if lines.iter().any(|line| line.bidder.is_some()) {
        let bidder =
            |line: &Line| line.bidder.map_or_else(|| "all".into(), |bidder| (bidder + 1).to_string());
        names.push(Column { head: "bidder".into(), entries: lines.iter().map(bidder).collect(), rank: 0 });
    }
    names
}

/// Makes the widest names shorter until all are within a width.
fn shorten(names: &mut [Column], width: usize) {
    let total = |names: &[Column]| names.iter().map(|name| name.width() + GAP).sum::<usize>();
    while total(names) > width + GAP {
        let Some(widest) = names.iter_mut().max_by_key(|name| name.width()) else { return };
        let less = widest.width() - 1;
        if less < 3 {
            return;
        }
        widest.head = shortened(&widest.head, less);
        widest.entries.iter_mut().for_each(|entry| *entry = shortened(entry, less));
    }
}

impl Column {
    fn width(&self) -> usize {
        self.entries.iter().map(|entry| length(entry)).max().unwrap_or(0).max(length(&self.head))
    }
}

/// The measures of the list, with their rank; the interval of the multiplier gives the digits of all.
const PARTS: [(&str, &str, usize); 6] = [
    ("bias", "bias", 2),
    ("class_bias", "class", 4),
    ("smoothing_bias", "smoothing", 4),
    ("grid_bias", "grid", 4),
    ("perturbation_bias", "perturbed", 4),
    ("learning_bias", "learning", 3),
];

/// Decimal places where nothing has an interval.
const PLACES: usize = 4;

fn columns(results: &Results, lines: &[Line]) -> Vec<Column> {
    let places = places(results, lines);
    let number = |line: &Line, measure: &str| results.estimate(*line, measure).map(|told| told.mean);
    let entries = |measure: &str, write: &dyn Fn(f64) -> String| -> Vec<String> {
        lines.iter().map(|line| number(line, measure).map_or_else(|| "-".into(), write)).collect()
    };
    let unsigned = |x: f64| narrow(&format!("{x:.places$}"));
    let signed = |x: f64| {
        let text = format!("{x:+.places$}");
        narrow(if is_zero(&text) { &text[1..] } else { &text })
    };
    let mut columns =
        vec![Column { head: "w".into(), entries: entries("multiplier_tail_mean", &unsigned), rank: 0 }];
    let widths: Vec<String> = lines
        .iter()
        .map(|&line| {
            let width = results.estimate(line, "multiplier_tail_mean").and_then(|told| told.ci95);
            width.map_or_else(
                || "-".into(),
                |width| {
                    let text = format!("{width:.places$}");
                    // An interval is never told as nothing.
                    if is_zero(&text) {
                        format!("<{}", narrow(&unit(places)))
                    } else {
                        format!("±{}", narrow(&text))
                    }
                },
            )
        })
        .collect();
    if widths.iter().any(|width| width != "-") {
        columns.push(Column { head: "95 %".into(), entries: widths, rank: 2 });
    }
    let bne: Vec<String> = lines
        .iter()
        .map(|&line| results.number(line, "bne_multiplier").map_or_else(|| "-".into(), unsigned))
        .collect();
    columns.push(Column { head: "Nash".into(), entries: bne, rank: 3 });
    for (measure, head, rank) in PARTS {
        let mut entries = entries(measure, &signed);
        if measure == "learning_bias" {
            // What training that is not over has left so far is no bias of learning.
            let moving = lines.iter().zip(&mut entries).filter(|(line, _)| results.is_moving(line.cell));
            moving.for_each(|(_, entry)| *entry = "moving".to_owned());
        }
        columns.push(Column { head: head.into(), entries, rank });
    }
    columns.push(Column {
        head: "gain".into(),
        entries: entries("epsilon_relative", &|x| percent(x.max(0.0))),
        rank: 1,
    });
    columns.push(Column {
        head: "end".into(),
        entries: lines.iter().map(|&line| mark(results, line).0.into()).collect(),
        rank: 0,
    });
    let movement = |line: &Line| results.cells.text("movement", line.cell).unwrap_or("-").to_owned();
    columns.push(Column { head: "movement".into(), entries: lines.iter().map(movement).collect(), rank: 5 });
    // What is zero or missing in every line says nothing.
    columns.retain(|column| column.entries.iter().any(|entry| entry != "-" && !is_zero(entry)));
    columns
}

/// Decimal places from the median interval.
fn places(results: &Results, lines: &[Line]) -> usize {
    let told = lines.iter().filter_map(|&line| results.estimate(line, "multiplier_tail_mean"));
    let mut widths: Vec<f64> = told.filter_map(|told| told.ci95).filter(|width| *width > 0.0).collect();
    widths.sort_by(f64::total_cmp);
    widths.get(widths.len() / 2).map_or(PLACES, |width| places_of_interval(*width) as usize)
}

/// One unit of the last place.
fn unit(places: usize) -> String {
    format!("{:.places$}", libm::exp10(-(places as f64)))
}

fn is_zero(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '0' | '.' | '-' | '+'))
}
