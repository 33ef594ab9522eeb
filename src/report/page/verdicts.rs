//! The verdicts on cells: how many have each, on what evidence, and why some are undecided.

use std::collections::HashMap;

use maud::{Markup, html};

use super::answer::list;
use super::number::brief;
use super::place::{Place, variables};
use super::section::Section;
use super::text::{counted, shown, slug};
use crate::report::results::Results;

/// A kind of verdict.
struct Kind {
    title: &'static str,
    column: &'static str,
    reason: &'static str,
    /// The columns that it rests on, and what they are called.
    evidence: &'static [(&'static str, &'static str)],
}

const KINDS: [Kind; 2] = [
    Kind {
        title: "Where learners end",
        column: "destination",
        reason: "destination_reason",
        evidence: &[
            ("bias_mean", "bias"),
            ("learning_bias_mean", "learning part"),
            ("multiplier_tail_mean_ci95", "± of *w*"),
        ],
    },
    Kind {
        title: "How they move",
        column: "movement",
        reason: "movement_reason",
        evidence: &[
            ("multiplier_tail_sd_mean", "sd of *w*"),
            ("predicted_sd", "by theory"),
            ("rotation_z", "rotation *z*"),
            ("continued_share", "left without noise"),
            ("eta_h", "*ηh*"),
        ],
    },
];

/// Cells with the same verdict, for the same reason.
struct Group<'a> {
    word: &'a str,
    reason: Option<&'a str>,
    cells: Vec<usize>,
}

/// No more cells are named beside a verdict.
const MOST_NAMED: usize = 8;

/// The verdicts of a sweep.
pub(super) fn verdicts(sweep: &Section, place: Place) -> Markup {
    let results = sweep.results;
    let others = other_reasons(results);
    html! {
        section.verdicts aria-labelledby=(place.id("verdicts")) {
            (place.heading("verdicts", "Verdicts"))
            div.kinds {
                @for kind in &KINDS {
                    div {
                        p.kind { (kind.title) }
                        @for group in groups(results, kind.column, kind.reason) {
                            (verdict(results, kind, &group))
                        }
                    }
                }
            }
            @if !others.is_empty() {
                p.kind { "What is missing, and why" }
                ul.others {
                    @for (column, group) in others {
                        li {
                            code { (column.trim_end_matches("_reason")) } ": "
                            bdi { (shown(group.reason.unwrap_or_default())) } " "
                            (which(results, &group.cells))
                        }
                    }
                }
            }
        }
    }
}

fn verdict(results: &Results, kind: &Kind, group: &Group) -> Markup {
    html! {
        div.verdict {
            p {
                span.word.(slug(group.word)) { (group.word) }
                " " b { (counted(group.cells.len(), "cell")) }
                @if let Some(reason) = group.reason { span.reason { ": " bdi { (shown(reason)) } } }
            }
            @let ranges = ranges(results, kind, &group.cells);
            @if !ranges.is_empty() {
                p.evidence {
                    @for (title, range) in ranges {
                        span { (variables(title)) " " span.number { (range) } } " "
                    }
                }
            }
            p { (which(results, &group.cells)) }
        }
    }
}

/// The cells of a group, by name where they are few.
fn which(results: &Results, cells: &[usize]) -> Markup {
    let name = |cell: usize| {
        let label = results.label(cell);
        if label.is_empty() { results.plan.name() } else { label }
    };
    html! {
        span.which {
            @if cells.len() <= MOST_NAMED {
                @for &cell in cells { button.more data-cells=(cell) { bdi { (shown(name(cell))) } } " " }
            } @else {
                button.more data-cells=(list(cells)) { "Mark all " (cells.len()) }
            }
        }
    }
}

/// The ranges of a kind's evidence over cells.
fn ranges<'a>(results: &Results, kind: &'a Kind, cells: &[usize]) -> Vec<(&'a str, String)> {
    let range = |&(column, title): &(&str, &'a str)| {
        let lines = cells.iter().flat_map(|&cell| results.lines_of(cell));
        let numbers: Vec<f64> = lines.filter_map(|line| results.number(line, column)).collect();
        let least = numbers.iter().copied().reduce(f64::min)?;
        let most = numbers.iter().copied().reduce(f64::max)?;
        let (least, most) = (brief(least), brief(most));
        Some((title, if least == most { least } else { format!("{least} to {most}") }))
    };
    kind.evidence.iter().filter_map(range).collect()
}

/// Cells by verdict and reason, the most frequent first.
fn groups<'a>(results: &'a Results, column: &str, reason: &str) -> Vec<Group<'a>> {
    let mut groups: Vec<Group> = Vec::new();
    let mut known: HashMap<(&str, Option<&str>), usize> = HashMap::new();
    for cell in 0..results.cells.rows() {
        let Some(word) = results.cells.text(column, cell) else { continue };
        let reason = results.cells.text(reason, cell);
        let at = *known.entry((word, reason)).or_insert_with(|| {
            groups.push(Group { word, reason, cells: Vec::new() });
            groups.len() - 1
        });
        groups[at].cells.push(cell);
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.cells.len()));
    groups
}

/// Why numbers other than verdicts are missing.
fn other_reasons(results: &Results) -> Vec<(&str, Group<'_>)> {
    let told = [KINDS[0].reason, KINDS[1].reason];
    let mut names: Vec<&str> = results.cells.infos().iter().map(|info| info.name.as_str()).collect();
    names.extend(results.bidders.infos().iter().map(|info| info.name.as_str()));
    names.retain(|name| name.ends_with("_reason") && !told.contains(name));
    names.sort_unstable();
    names.dedup();
    let mut found = Vec::new();
    for name in names {
        let mut groups: Vec<Group> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        for cell in 0..results.cells.rows() {
            let rows = results.bidders_of(cell);
            let reasons = rows.filter_map(|row| results.bidders.text(name, row));
            let reasons: Vec<&str> = results.cells.text(name, cell).into_iter().chain(reasons).collect();
            for reason in reasons {
                let at = *known.entry(reason).or_insert_with(|| {
                    groups.push(Group { word: name, reason: Some(reason), cells: Vec::new() });
                    groups.len() - 1
                });
                if groups[at].cells.last() != Some(&cell) {
                    groups[at].cells.push(cell);
                }
            }
        }
        found.extend(groups.into_iter().map(|group| (name, group)));
    }
    found
}
