//! What the bias is made of: the strategy class, smoothing, the grid, perturbed bids, or learning.

use super::Said;
use crate::report::answer::facts::{Facts, grouped, range};
use crate::report::answer::grammar::{clauses, plural, sentences};
use crate::report::answer::{Form, Quantity, Text, Verdict};
use crate::report::results::Line;

/// The parts beside learning: the measure, and what makes it.
const PARTS: [(&str, &str); 4] = [
    ("class_bias", "the strategy class"),
    ("smoothing_bias", "smoothing"),
    ("grid_bias", "the grid"),
    ("perturbation_bias", "perturbed bids"),
];

const LEARNING: &str = "learning";

/// What keeps multipliers away that still move when training ends.
const UNFINISHED: &str = "unfinished";

/// Where the parts cancel, so that no bias beyond the margin is left.
const SMALL: &str = "small";

/// A part below this is no bias.
const NOUGHT: f64 = 1e-6;

/// What more than this share of the parts' sizes is makes most of the bias.
const MOST: f64 = 0.6;

/// The parts of a line's bias.
struct Parts {
    line: Line,
    /// What makes it, and how much, of those beside learning.
    given: Vec<(&'static str, f64)>,
    learning: (f64, Option<f64>),
    /// Which is the largest: "" where there is no bias, "?" where it is undecided, [`UNFINISHED`] where
    /// training is not over, [`SMALL`] where all of the bias is within the margin.
    largest: &'static str,
    /// Whether it is more than half of the sizes of all parts.
    is_most: bool,
}

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let parts: Vec<Parts> = facts.lines.iter().filter_map(|&line| parts(facts, line)).collect();
    if parts.is_empty() {
        return None;
    }
    let indices: Vec<usize> = (0..parts.len()).collect();
    let key = |i: usize| format!("{}{}", parts[i].largest, if parts[i].is_most { "" } else { " in part" });
    let groups = grouped(&indices, key);
    let count = |wanted: &str| parts.iter().filter(|parts| parts.largest == wanted).count();
    let (learning, undecided) = (count(LEARNING), count("?") + count(UNFINISHED));
    let told = groups.iter().map(|(_, group)| {
        let group: Vec<&Parts> = group.iter().map(|&i| &parts[i]).collect();
        clause(facts, group[0].largest, &group, parts.len())
    });
    let unknown = facts.lines.len() - parts.len();
    let unknown = (unknown > 0).then(|| {
        Text::of("of ")
            .number(Quantity::count("unknown", unknown))
            .words(&format!(" {} the parts are not all known", plural(unknown, facts.unit())))
    });
    Some(Said {
        verdict: Verdict::for_all(parts.len() - learning - undecided, learning, undecided),
        text: sentences(vec![clauses(told.collect()), unknown.unwrap_or_default()]),
        evidence: Facts::cells_of(&parts.iter().map(|parts| parts.line).collect::<Vec<_>>()),
    })
}

fn parts(facts: &Facts, line: Line) -> Option<Parts> {
    let known = |(measure, by): &(&str, &'static str)| {
        facts.estimate(line, measure).map(|estimate| (*by, estimate.mean))
    };
    let given: Vec<(&str, f64)> = PARTS.iter().filter_map(known).collect();
    let learning = facts.estimate(line, "learning_bias")?;
    // The class and one more: without either the parts do not add up.
    if given.len() < 2 {
        return None;
    }
    let width = facts.width(line, &learning);
    let most = given.iter().copied().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
    let (own, other) = (learning.mean.abs(), most.1.abs());
    let largest = match width {
        Some(width) if own + width < NOUGHT && other < NOUGHT => "",
        Some(width) if own - width > other && facts.is_on_the_way(line.cell) => UNFINISHED,
        Some(width) if own - width > other => LEARNING,
        Some(width) if own + width < other => most.0,
        _ => "?",
    };
    // Parts of either sign may cancel: then their sizes say nothing of the bias.
    let margin = facts.results.plan.measure().margin;
    let cancels = facts.estimate(line, "bias").is_some_and(|bias| {
        other > margin.min(own)
            && facts.width(line, &bias).is_some_and(|width| bias.mean.abs() + width < 0.5 * own.max(other))
    });
    let largest = if cancels && largest != UNFINISHED { SMALL } else { largest };
    let sizes: f64 = own + given.iter().map(|(_, part)| part.abs()).sum::<f64>();
    let is_most = ["", "?", UNFINISHED, SMALL].contains(&largest) || own.max(other) > MOST * sizes;
    Some(Parts { line, given, learning: (learning.mean, width), largest, is_most })
}

/// What is said of the lines whose largest part is one.
fn clause(facts: &Facts, largest: &str, group: &[&Parts], all: usize) -> Text {
    let lines: Vec<Line> = group.iter().map(|parts| parts.line).collect();
    let is_most = group[0].is_most;
    let share = facts.share(&name(largest), group.len(), all, facts.unit());
    let where_ = share.text(facts.places_of_lines(&lines));
    let learned: Vec<_> = group.iter().map(|parts| parts.learning).collect();
    let by = |by: &str| -> Vec<(f64, Option<f64>)> {
        let given = group.iter().flat_map(|parts| &parts.given);
        given.filter(|(other, _)| *other == by).map(|&(_, bias)| (bias, None)).collect()
    };
    let learning =
        |text: Text| text.text(range(&format!("{}Learning", name(largest)), &learned, Form::Signed));
    match largest {
        "" => Text::of("there is no bias").text(where_),
        "?" => {
            let text = Text::of("which part is the largest is undecided").text(where_);
            let none = learned.iter().all(|(_, width)| width.is_none());
            let why =
                if none { ": learning's part has no interval, it is " } else { ": learning's part is " };
            learning(text.words(why))
        }
        UNFINISHED => {
            let text = Text::of("training is not over").text(where_);
            learning(text.words(": multipliers still move, and learning has so far left "))
        }
        SMALL => {
            let text = Text::of("parts of either sign cancel").text(where_);
            learning(text.words(": learning makes "))
        }
        LEARNING => {
            let start = if is_most {
                "the bias is mostly learning"
            } else {
                "learning is the largest part of the bias"
            };
            let text = learning(Text::of(start).text(where_).words(": learning makes "));
            let rest = second(group);
            if rest.is_empty() {
                return text.words(", and nothing else makes any");
            }
            text.words(&format!(", {rest} ")).text(range("learningBeside", &by(&rest), Form::Signed))
        }
        part => {
            let start = match is_most {
                true => format!("the bias is mostly {part}"),
                false => format!(
                    "{part} {} the largest part of the bias",
                    if is_plural(part) { "are" } else { "is" }
                ),
            };
            let text = Text::of(&start).text(where_);
            let text = text.words(&format!(": {part} {} ", if is_plural(part) { "make" } else { "makes" }));
            let text = text.text(range(&name(part), &by(part), Form::Signed));
            learning(text.words(", learning "))
        }
    }
}

/// Whether a part's name stands in the plural: "perturbed bids", but "the strategy class".
fn is_plural(part: &str) -> bool {
    part.ends_with('s') && !part.ends_with("ss")
}

/// The largest part beside learning.
fn second(group: &[&Parts]) -> String {
    let given = group.iter().flat_map(|parts| &parts.given);
    let most = given.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    most.filter(|most| most.1.abs() > NOUGHT).map_or_else(String::new, |most| most.0.to_owned())
}

/// A name in letters for the macros of a part.
fn name(part: &str) -> String {
    match part {
        "" => "none".into(),
        "?" => "undecided".into(),
        part => part.rsplit(' ').next().unwrap_or(part).into(),
    }
}
