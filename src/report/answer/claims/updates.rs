//! Whether it matters in which order, and along what, bidders are updated.

use super::Said;
use crate::report::answer::facts::{End, Facts, grouped, range};
use crate::report::answer::grammar::{clauses, list, plural, sentences};
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
    let (differences, verdict) = differences(facts)?;
    Some(Said { verdict, text: sentences(vec![clauses(told), differences]), evidence: cells })
}

/// How far apart multipliers end with each way of updating and with the first, all else equal.
fn differences(facts: &Facts) -> Option<(Text, Verdict)> {
    let axis = facts.results.axes.find("updates")?;
    let ways = &facts.results.axes.all()[axis].values;
    let margin = facts.results.plan.measure().margin;
    // The largest difference of each way but the first, with the half-width of its interval.
    let mut most: Vec<Option<(f64, Option<f64>)>> = vec![None; ways.len()];
    for group in facts.results.axes.groups(&[axis]) {
        let place = |cell: usize| facts.results.axes.place(cell, axis);
        let Some(&first) = group.iter().find(|&&cell| place(cell) == Some(0)) else { continue };
        for &cell in group.iter().filter(|&&cell| cell != first) {
            for (line, other) in facts.results.lines_of(cell).zip(facts.results.lines_of(first)) {
                let of = |line: Line| {
                    let estimate = facts.estimate(line, "multiplier_tail_mean")?;
                    Some((estimate.mean, facts.width(line, &estimate)))
                };
                let (Some(way), Some((here, one)), Some((there, two))) = (place(cell), of(line), of(other))
                else {
                    continue;
                };
                let width = one.zip(two).map(|(one, two)| libm::hypot(one, two));
                let known = &mut most[way];
                if known.is_none_or(|known| (here - there).abs() > known.0.abs()) {
                    *known = Some((here - there, width));
                }
            }
        }
    }
    let known: Vec<(usize, (f64, Option<f64>))> =
        most.iter().enumerate().filter_map(|(way, most)| Some((way, (*most)?))).collect();
    let beyond =
        known.iter().filter(|(_, (most, width))| width.is_some_and(|width| most.abs() - width > margin));
    let within =
        known.iter().filter(|(_, (most, width))| width.is_some_and(|width| most.abs() + width <= margin));
    let verdict = match (beyond.count(), within.count()) {
        (1.., _) => Verdict::Contradicted,
        (0, within) if within == known.len() && within > 0 => Verdict::Supported,
        _ => Verdict::Undecided,
    };
    let told = known.iter().map(|&(way, (most, width))| {
        let name = &ways[way].text;
        let most = Quantity::told(&format!("{name}Apart"), most, width, Form::Signed);
        Text::default().number(most).words(" with ").user(name)
    });
    let first =
        Text::of("beside ").user(&ways.first()?.text).words(" updates, multipliers differ by at most ");
    Some((first.text(list(told.collect(), " and ")), verdict))
}
