//! Whether it matters in which order, and along what, bidders are updated.

use super::Said;
use crate::report::answer::facts::{End, Facts, grouped, range};
use crate::report::answer::grammar::{clauses, list, plural, sentence};
use crate::report::answer::{Form, Quantity, Text, Verdict};
use crate::report::results::Line;

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let cells: Vec<usize> = (0..facts.cells()).collect();
    let text = |column: &str, cell| facts.results.cells.text(column, cell).unwrap_or("undecided").to_owned();
    let kinds = grouped(&cells, |cell| text("updates", cell));
    if kinds.len() < 2 {
        return None;
    }
    // A way of updating ends elsewhere if it surely does in some cell.
    let mut reach: Vec<Text> = Vec::new();
    let mut away: Vec<Text> = Vec::new();
    let mut doubt: Vec<Text> = Vec::new();
    for (kind, group) in &kinds {
        let gone: Vec<usize> = group.iter().copied().filter(|&cell| facts.end(cell) == End::Away).collect();
        let open = group.iter().filter(|&&cell| facts.end(cell).is_open()).count();
        let named = Text::default().user(kind);
        if !gone.is_empty() {
            let lines: Vec<Line> = gone.iter().flat_map(|&cell| facts.results.lines_of(cell)).collect();
            let ends: Vec<(f64, Option<f64>)> = lines
                .iter()
                .filter_map(|&line| facts.estimate(line, "multiplier_tail_mean"))
                .map(|end| (end.mean, end.ci95))
                .collect();
            away.push(
                Text::of("with ")
                    .text(named)
                    .words(" updates they end away from every equilibrium in ")
                    .number(Quantity::count("away", gone.len()))
                    .words(" of ")
                    .number(Quantity::count("awayAll", group.len()))
                    .words(&format!(" {}, at multipliers ", plural(group.len(), "cell")))
                    .text(range("awayEnd", &ends, Form::Decimal)),
            );
        } else if open == group.len() {
            doubt.push(named);
        } else {
            reach.push(named);
        }
    }
    let verdict = Verdict::for_all(reach.len(), away.len(), doubt.len());
    let mut told = Vec::new();
    if !reach.is_empty() {
        told.push(
            Text::of("with ").text(list(reach, " and ")).words(" updates learners end at an equilibrium"),
        );
    }
    told.extend(away);
    if !doubt.is_empty() {
        told.push(Text::of("undecided with ").text(list(doubt, " and ")).words(" updates"));
    }
    Some(Said { verdict, text: sentence(clauses(told)), evidence: cells })
}
