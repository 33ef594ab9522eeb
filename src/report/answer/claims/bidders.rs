//! Whether learners end at an equilibrium for every number of bidders.

use super::Said;
use crate::report::answer::facts::{Facts, range};
use crate::report::answer::grammar::{clauses, list, plural, sentence};
use crate::report::answer::{Form, Quantity, Text, Verdict};
use crate::report::results::Line;

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let axis = facts.results.axes.find("bidders")?;
    let values = &facts.results.axes.all()[axis].values;
    let word = |cell: usize| facts.results.cells.text("destination", cell).unwrap_or("undecided");
    let (mut holds, mut fails, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for (place, value) in values.iter().enumerate() {
        let cells: Vec<usize> =
            (0..facts.cells()).filter(|&cell| facts.results.axes.place(cell, axis) == Some(place)).collect();
        let count = |wanted: &str| cells.iter().filter(|&&cell| word(cell) == wanted).count();
        let (away, undecided) = (count("elsewhere"), count("undecided"));
        let name = Text::default().user(&value.text);
        match cells.len() - away - undecided {
            _ if cells.is_empty() => {}
            _ if away > 0 => fails.push((name, away, cells.len())),
            0 => open.push(name),
            _ => holds.push(name),
        }
    }
    if holds.len() + fails.len() + open.len() < 2 {
        return None;
    }
    let verdict = Verdict::for_all(holds.len(), fails.len(), open.len());
    let mut told = Vec::new();
    if fails.is_empty() && open.is_empty() {
        told.push(Text::of("learners end at an equilibrium for every N of ").text(list(holds, " and ")));
    } else {
        if !holds.is_empty() {
            told.push(Text::of("learners end at an equilibrium for N = ").text(list(holds, " and ")));
        }
        for (i, (name, away, all)) in fails.into_iter().enumerate() {
            let text = Text::of(if i == 0 {
                "learners end away from every equilibrium for N = "
            } else {
                "for N = "
            })
            .text(name);
            told.push(
                text.words(" in ")
                    .number(Quantity::count("away", away))
                    .words(" of ")
                    .number(Quantity::count("awayAll", all))
                    .words(&format!(" {}", plural(all, "cell"))),
            );
        }
        if !open.is_empty() {
            told.push(Text::of("undecided for N = ").text(list(open, " and ")));
        }
    }
    told.extend(across(facts, axis));
    Some(Said { verdict, text: sentence(clauses(told)), evidence: (0..facts.cells()).collect() })
}

/// How the bias differs between the fewest and the most bidders, all else equal.
fn across(facts: &Facts, axis: usize) -> Option<Text> {
    let groups = facts.results.axes.groups(&[axis]);
    // The group whose bias is smallest: that is where N counts most for the reader who wants no bias.
    let bias = |cell: usize| facts.estimate(Line { cell, bidder: None }, "bias");
    let whole = groups.iter().filter(|group| {
        group.len() > 1 && group.iter().all(|&cell| facts.results.is_alike(cell) && bias(cell).is_some())
    });
    let size = |group: &&Vec<usize>| {
        group.iter().filter_map(|&cell| bias(cell)).map(|bias| bias.mean.abs()).sum::<f64>()
    };
    let group = whole.min_by(|a, b| size(a).total_cmp(&size(b)))?;
    let (first, last) = (group[0], *group.last()?);
    let told = |name: &str, cell| {
        let bias = bias(cell)?;
        Some(range(name, &[(bias.mean, bias.ci95)], Form::Signed))
    };
    let value = |cell| facts.results.axes.value(cell, axis).map(|value| value.text.as_str());
    let text = Text::of("where the bias is least").text(facts.places(group)).words(", it is ");
    let text = text.text(told("fewest", first)?).words(&format!(" for N = {} and ", value(first)?));
    Some(text.text(told("most", last)?).words(&format!(" for N = {}", value(last)?)))
}
