//! Bidders who differ: how far their bids are from the asymmetric equilibrium.

use super::Said;
use crate::report::answer::facts::{End, Facts, grouped, range};
use crate::report::answer::grammar::{clauses, sentences};
use crate::report::answer::{Form, Quantity, Text, Verdict};
use crate::report::results::Line;

/// A class bias below this is none.
const NOUGHT: f64 = 1e-6;

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let cells: Vec<usize> = (0..facts.cells()).filter(|&cell| !facts.results.is_alike(cell)).collect();
    if cells.is_empty() {
        return None;
    }
    let away: Vec<usize> = cells.iter().copied().filter(|&cell| facts.end(cell) == End::Away).collect();
    let open: Vec<usize> = cells.iter().copied().filter(|&cell| facts.end(cell).is_open()).collect();
    let nash = cells.iter().filter(|&&cell| facts.end(cell).is_at("bne")).count();
    let reached = cells.len() - away.len() - open.len();
    let share = |name: &str, count: usize| facts.share(name, count, cells.len(), "cell");
    let mut ends = Vec::new();
    if reached > 0 {
        let text = Text::of("asymmetric bidders end at an equilibrium").text(share("reached", reached));
        ends.push(match nash {
            0 => text.words(", never within the margin of Nash itself"),
            nash if nash == reached => text.words(", that of the true auction"),
            nash => text.words(", that of the true auction").text(share("nash", nash)),
        });
    }
    let (elsewhere, doubt) = match reached {
        0 => ("asymmetric bidders end elsewhere", "where asymmetric bidders end is undecided"),
        _ => ("they end elsewhere", "undecided"),
    };
    for (group, words, name) in [(&away, elsewhere, "away"), (&open, doubt, "open")] {
        if !group.is_empty() {
            ends.push(Text::of(words).text(share(name, group.len())).text(facts.places(group)));
        }
    }
    let told = vec![clauses(ends), distances(facts, &cells), class_part(facts, &cells)];
    Some(Said {
        verdict: Verdict::for_all(reached, away.len(), open.len()),
        text: sentences(told),
        evidence: cells,
    })
}

/// Distances from the equilibrium's bids, by strategy where that varies.
fn distances(facts: &Facts, cells: &[usize]) -> Text {
    let lines: Vec<Line> = cells.iter().flat_map(|&cell| facts.results.lines_of(cell)).collect();
    let groups = grouped(&lines, |line| facts.results.text(line, "strategy").unwrap_or("").to_owned());
    let several = groups.len() > 1;
    let told = groups.into_iter().enumerate().filter_map(|(i, (strategy, lines))| {
        let numbers: Vec<(f64, Option<f64>)> = lines
            .iter()
            .filter_map(|&line| facts.estimate(line, "bne_l2"))
            .map(|distance| (distance.mean, distance.ci95))
            .collect();
        if numbers.is_empty() {
            return None;
        }
        let start = if i == 0 { "their bids are " } else { "" };
        let text = Text::of(start).text(range(&format!("distance{strategy}"), &numbers, Form::Decimal));
        let text = text.words(if i == 0 { " from those of Nash (root mean square)" } else { "" });
        Some(if several { text.words(" with ").user(&strategy).words(" bids") } else { text })
    });
    clauses(told.collect())
}

/// Which part of the bias is the class.
fn class_part(facts: &Facts, cells: &[usize]) -> Text {
    let lines: Vec<Line> = cells.iter().flat_map(|&cell| facts.results.lines_of(cell)).collect();
    let parts: Vec<(f64, f64)> = lines
        .iter()
        .filter_map(|&line| {
            let of = |measure| facts.estimate(line, measure).map(|estimate| estimate.mean);
            Some((of("class_bias")?, of("bias")?))
        })
        .filter(|(_, bias)| *bias != 0.0)
        .collect();
    let most = parts
        .iter()
        .filter(|(class, bias)| (bias - class).abs() < (class.abs() - (bias - class).abs()))
        .count();
    if parts.is_empty() {
        return Text::of("the share of the class is not known");
    }
    // Where the class holds the equilibrium it makes no bias by construction.
    if parts.iter().all(|(class, _)| class.abs() < NOUGHT) {
        return Text::default();
    }
    Text::of("the strategy class makes most of the bias of ")
        .number(Quantity::count("classMost", most))
        .words(" of ")
        .number(Quantity::count("classKnown", parts.len()))
        .words(" bidders whose class is known")
}
