//! Whether learners end at an equilibrium for every number of bidders.

use super::Said;
use crate::report::answer::facts::{End, Facts};
use crate::report::answer::grammar::{clauses, list, plural, sentence};
use crate::report::answer::{Form, Quantity, Text, Verdict};
use crate::report::results::Line;

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let axis = facts.results.axes.find("bidders")?;
    let values = &facts.results.axes.all()[axis].values;
    let (mut whole, mut away, mut partly, mut open) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (place, value) in values.iter().enumerate() {
        let cells: Vec<usize> =
            (0..facts.cells()).filter(|&cell| facts.results.axes.place(cell, axis) == Some(place)).collect();
        let elsewhere = cells.iter().filter(|&&cell| facts.end(cell) == End::Away).count();
        let undecided = cells.iter().filter(|&&cell| facts.end(cell).is_open()).count();
        let name = Text::default().user(&value.text);
        match (elsewhere, undecided) {
            _ if cells.is_empty() => {}
            (0, 0) => whole.push(name),
            (0, undecided) if undecided == cells.len() => open.push(name),
            (0, undecided) => partly.push((name, undecided, cells.len())),
            (elsewhere, _) => away.push((name, elsewhere, cells.len())),
        }
    }
    if whole.len() + away.len() + partly.len() + open.len() < 2 {
        return None;
    }
    let verdict = Verdict::for_all(whole.len(), away.len(), partly.len() + open.len());
    let mut told = Vec::new();
    if whole.len() > 1 && away.is_empty() && partly.is_empty() && open.is_empty() {
        told.push(Text::of("learners end at an equilibrium for every N of ").text(list(whole, " and ")));
    } else {
        if !whole.is_empty() {
            let all = Text::of("learners end at an equilibrium in every cell of N = ");
            told.push(all.text(list(whole, " and ")));
        }
        let part = |(name, part, all): (Text, usize, usize), key: &str| {
            let share = Text::default().number(Quantity::count(key, part)).words(" of ");
            let share = share.number(Quantity::count(&format!("{key}All"), all));
            Text::of("N = ").text(name).words(" (").text(share).words(&format!(" {})", plural(all, "cell")))
        };
        if !away.is_empty() {
            let parts = away.into_iter().map(|told| part(told, "away")).collect();
            told.push(Text::of("they end away from every equilibrium for ").text(list(parts, " and ")));
        }
        if !partly.is_empty() {
            let parts = partly.into_iter().map(|told| part(told, "open")).collect();
            told.push(Text::of("undecided in some cells of ").text(list(parts, " and ")));
        }
        if !open.is_empty() {
            told.push(Text::of("undecided in every cell of N = ").text(list(open, " and ")));
        }
    }
    told.extend(across(facts, axis));
    Some(Said { verdict, text: sentence(clauses(told)), evidence: (0..facts.cells()).collect() })
}

/// The bias at each number of bidders, all else as in the last cells of the sweep: the steepest, say.
fn across(facts: &Facts, axis: usize) -> Option<Text> {
    let groups = facts.results.axes.groups(&[axis]);
    let bias = |cell: usize| facts.estimate(Line { cell, bidder: None }, "bias");
    let is_told = |&cell: &usize| facts.results.is_alike(cell) && bias(cell).is_some();
    let group = groups.iter().rfind(|group| group.len() > 1 && group.iter().all(is_told))?;
    let told: Option<Vec<Text>> = group
        .iter()
        .map(|&cell| {
            let (bias, value) = (bias(cell)?, facts.results.axes.value(cell, axis)?);
            // One that its interval does not tell from 0 says nothing of N.
            let is_clear = facts.width(Line { cell, bidder: None }, &bias)? < bias.mean.abs();
            let name = format!("at{}", value.text);
            let told = Text::default().number(Quantity::told(&name, bias.mean, bias.ci95, Form::Signed));
            is_clear.then(|| told.words(" for N = ").user(&value.text))
        })
        .collect();
    let place = facts.place(group).map_or_else(Text::default, |place| Text::of("at ").text(place).words(" "));
    Some(place.words("the bias is ").text(list(told?, " and ")))
}
