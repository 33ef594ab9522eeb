//! Whether there are replicates enough for intervals.

use super::Said;
use crate::report::answer::facts::Facts;
use crate::report::answer::grammar::{plural, sentence};
use crate::report::answer::{Quantity, Text, Verdict};

/// The fewest replicates that intervals should rest on: with fewer, Student's factor is above 2.4.
const FEW: usize = 5;

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let random: Vec<usize> = (0..facts.cells()).filter(|&cell| facts.is_random(cell)).collect();
    if random.is_empty() {
        return None;
    }
    let least = |from: usize, to: usize| -> Vec<usize> {
        random.iter().copied().filter(|&cell| (from..to).contains(&facts.ok(cell))).collect()
    };
    let (none, few) = (least(0, 2), least(2, FEW));
    let told = |cells: &[usize], name: &str| {
        Text::default()
            .number(Quantity::count(name, cells.len()))
            .words(" of ")
            .number(Quantity::count("cells", facts.cells()))
            .words(&format!(" {}", plural(facts.cells(), "cell")))
    };
    let text = match (none.len(), few.len()) {
        (0, 0) => {
            let fewest = random.iter().map(|&cell| facts.ok(cell)).min().unwrap_or(0);
            Text::of("every interval rests on ")
                .number(Quantity::count("fewest", fewest))
                .words(" replicates or more")
        }
        (0, _) => told(&few, "few")
            .words(&format!(" have fewer than {FEW} replicates: intervals are wide"))
            .text(facts.places(&few)),
        (_, _) if facts.cells() == 1 => Text::of("there is no interval: it takes two finished replicates"),
        (_, _) => told(&none, "none")
            .words(" have no interval: it takes two finished replicates")
            .text(facts.places(&none)),
    };
    Some(Said {
        verdict: if none.len() + few.len() == 0 { Verdict::Supported } else { Verdict::Contradicted },
        text: sentence(text),
        evidence: if none.is_empty() { few } else { none },
    })
}
