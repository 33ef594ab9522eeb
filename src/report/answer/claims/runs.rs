//! Which runs are there, and which went wrong.

use super::Said;
use crate::report::answer::facts::Facts;
use crate::report::answer::grammar::{clauses, plural, sentence};
use crate::report::answer::{Quantity, Text, Verdict};

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let column = |name: &str, cell| facts.results.cells.number(name, cell).unwrap_or(0.0) as usize;
    let with = |name: &str| -> (usize, Vec<usize>) {
        let cells: Vec<usize> = (0..facts.cells()).filter(|&cell| column(name, cell) > 0).collect();
        (cells.iter().map(|&cell| column(name, cell)).sum(), cells)
    };
    let ((diverged, of_diverged), (failed, of_failed)) = (with("diverged"), with("failed"));
    let there: usize = (0..facts.cells()).map(|cell| column("replicates", cell)).sum();
    let planned = facts.results.plan.runs() as usize;
    // Cells beyond those that a report reads are there all the same.
    let missing = if facts.results.total > facts.cells() { 0 } else { planned.saturating_sub(there) };
    let mut told = Vec::new();
    for (count, cells, name, why) in [
        (diverged, &of_diverged, "diverged", ""),
        (failed, &of_failed, "failed", " (message in runs.parquet)"),
    ] {
        if count > 0 {
            let text = Text::default().number(Quantity::count(name, count)).words(" of ");
            let text = text.number(Quantity::count("there", there)).words(&format!(" runs {name}{why}"));
            told.push(text.text(facts.places(cells)));
        }
    }
    let counts = facts.results.manifest.counts;
    let trained = (counts.ok + counts.diverged + counts.failed) as usize;
    if missing > 0 && trained > there {
        let text = Text::of("the tables hold ").number(Quantity::count("there", there)).words(" of ");
        let text = text.number(Quantity::count("trained", trained));
        told.push(text.words(" trained runs: run the same sweep again, which makes them anew"));
    } else if missing > 0 {
        let text = Text::default().number(Quantity::count("missing", missing)).words(" of ");
        let text = text.number(Quantity::count("planned", planned));
        told.push(text.words(&format!(
            " {} {} missing",
            plural(planned, "run"),
            if missing == 1 { "is" } else { "are" }
        )));
    }
    let verdict = match (there, diverged + failed, missing) {
        (0, ..) => Verdict::Undecided,
        (_, 0, 0) => Verdict::Supported,
        _ => Verdict::Contradicted,
    };
    if told.is_empty() {
        told.push(match there {
            1 => Text::of("the one run trained to its end"),
            there => {
                Text::of("all ").number(Quantity::count("there", there)).words(" runs trained to their end")
            }
        });
    }
    let mut evidence = [of_diverged, of_failed].concat();
    evidence.sort_unstable();
    evidence.dedup();
    Some(Said { verdict, text: sentence(clauses(told)), evidence })
}
