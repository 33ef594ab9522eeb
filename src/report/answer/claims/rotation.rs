//! Whether multipliers go round one way.

use super::Said;
use crate::report::answer::facts::Facts;
use crate::report::answer::grammar::sentence;
use crate::report::answer::{Quantity, Text, Verdict};

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let rotation = facts.findings.rotation.as_ref()?;
    let found = rotation.cells.len();
    let evidence: Vec<usize> = (0..facts.cells())
        .filter(|&cell| rotation.cells.iter().any(|label| label == facts.results.label(cell)))
        .collect();
    let text = match (found, rotation.tested) {
        (0, 1) => Text::of("the multipliers do not go round one way more than chance allows"),
        (_, 1) => Text::of("the multipliers go round one way"),
        (0, all) => Text::of("none of ")
            .number(Quantity::count("tested", all))
            .words(" tested cells goes round one way"),
        (found, all) => Text::default()
            .number(Quantity::count("found", found))
            .words(" of ")
            .number(Quantity::count("tested", all))
            .words(&format!(" tested cells {} round one way", if found == 1 { "goes" } else { "go" }))
            .text(facts.places(&evidence)),
    };
    let rate = format!(", at a false discovery rate of {} %", 100.0 * rotation.rate);
    let text = text.words(&rate);
    Some(Said {
        verdict: if found == 0 { Verdict::Supported } else { Verdict::Contradicted },
        text: sentence(text),
        evidence: if found == 0 { (0..facts.cells()).collect() } else { evidence },
    })
}
