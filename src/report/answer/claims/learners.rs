//! Which learners end nearest to equilibrium.

use super::Said;
use crate::report::answer::facts::{Facts, grouped, shown};
use crate::report::answer::grammar::{clauses, sentence};
use crate::report::answer::{Form, Quantity, Text, Verdict};
use crate::report::results::Estimate;

/// A learner, or a combination of settings with one, and its cells.
struct Kind {
    name: String,
    cells: Vec<usize>,
    /// The relative gain of a best response where it is largest, and its interval.
    worst: Estimate,
}

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let axis = facts.results.axes.find("learner")?;
    let told = &facts.results.axes.all()[axis];
    // A zip has other keys too.
    let key = told.keys.iter().position(|key| key == "learner")?;
    let places: Vec<usize> = (0..told.values.len()).collect();
    let groups = grouped(&places, |place| told.values[place].words[key].clone());
    let mut kinds: Vec<Kind> =
        groups.iter().filter_map(|(name, places)| kind(facts, axis, name, places)).collect();
    if kinds.len() < 2 {
        return None;
    }
    kinds.sort_by(|a, b| a.worst.mean.total_cmp(&b.worst.mean));
    let (first, last) = (&kinds[0], &kinds[kinds.len() - 1]);
    let number = |name: &str, kind: &Kind| Quantity::of(name, &kind.worst, Form::Percent);
    let random = kinds.iter().any(|kind| kind.cells.iter().any(|&cell| facts.is_random(cell)));
    let ends = |kind: &Kind| match kind.worst.half_length() {
        Some(_) => Some(kind.worst.interval()),
        None => (!random).then_some((kind.worst.mean, kind.worst.mean)),
    };
    let apart = match (ends(first), ends(last)) {
        (Some(a), Some(b)) => Some(a.1 < b.0),
        _ => None,
    };
    let count = Quantity::count("learners", kinds.len());
    let mut text = vec![
        Text::of("of ")
            .number(count)
            .words(" learners ")
            .user(&first.name)
            .words(" ends nearest to equilibrium: a best response gains at most ")
            .number(number("nearest", first))
            .words(" of its utility"),
        Text::default().user(&last.name).words(" furthest: up to ").number(number("furthest", last)),
    ];
    if apart == Some(false) {
        text = vec![
            Text::default()
                .number(Quantity::count("learners", kinds.len()))
                .words(" learners differ by no more than chance: a best response gains at most ")
                .number(number("nearest", first))
                .words(" of its utility with ")
                .user(&first.name)
                .words(", ")
                .number(number("furthest", last))
                .words(" with ")
                .user(&last.name),
        ];
    }
    let near = kinds.iter().skip(1).filter(|kind| match (ends(first), ends(kind)) {
        (Some(a), Some(b)) => a.1 >= b.0,
        _ => true,
    });
    let near = near.count();
    if near > 0 && random && apart == Some(true) {
        let text_of = Text::default().number(Quantity::count("near", near));
        text.push(text_of.words(if near == 1 {
            " other differs from the nearest by no more than chance"
        } else {
            " others differ from the nearest by no more than chance"
        }));
    }
    Some(Said {
        verdict: match apart {
            Some(true) => Verdict::Contradicted,
            // Intervals that meet do not show that two are alike.
            Some(false) | None => Verdict::Undecided,
        },
        text: sentence(clauses(text)),
        evidence: kinds.iter().flat_map(|kind| kind.cells.clone()).collect(),
    })
}

fn kind(facts: &Facts, axis: usize, name: &str, places: &[usize]) -> Option<Kind> {
    let has = |&cell: &usize| facts.results.axes.place(cell, axis).is_some_and(|at| places.contains(&at));
    let cells: Vec<usize> = (0..facts.cells()).filter(has).collect();
    let lines = cells.iter().flat_map(|&cell| facts.results.lines_of(cell));
    let gains = lines.filter_map(|line| facts.estimate(line, "epsilon_relative"));
    let worst = gains.max_by(|a, b| a.mean.total_cmp(&b.mean))?;
    Some(Kind { name: shown(name), cells, worst })
}
