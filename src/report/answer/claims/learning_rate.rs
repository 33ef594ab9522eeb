//! Whether the bias of learning vanishes with the learning rate.

use super::Said;
use crate::report::answer::facts::{Facts, label_text};
use crate::report::answer::grammar::{clauses, sentence};
use crate::report::answer::{Form, Quantity, Text, Verdict};
use crate::report::findings::LearningRateZero;

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let lines = &facts.findings.learning_rate_zero;
    let away = lines.iter().filter(|line| line.learning_bias.abs() > line.learning_bias_ci95).count();
    let size = |line: &&LearningRateZero| line.learning_bias.abs() / line.learning_bias_ci95;
    let most = lines.iter().max_by(|a, b| size(a).total_cmp(&size(b)))?;
    let bias = Quantity::told("most", most.learning_bias, Some(most.learning_bias_ci95), Form::Signed);
    let label = label_text(&most.label);
    let first = Text::of("extrapolated by a line to learning rate 0 the learning bias");
    let all = lines.len();
    let text = match (away, all) {
        (0, 1) => first.words(" is ").number(bias).words(", which holds 0"),
        (1, 1) => first.words(" is ").number(bias).words(", which leaves out 0"),
        (0, all) => clauses(vec![
            first.words(" holds 0 on all ").number(Quantity::count("lines", all)).words(" series"),
            Text::of("the furthest from it, for its interval, is ").number(bias).text(label),
        ]),
        (away, all) => clauses(vec![
            first
                .words(" leaves out 0 on ")
                .number(Quantity::count("away", away))
                .words(" of ")
                .number(Quantity::count("lines", all))
                .words(" series"),
            Text::of("the furthest from it, for its interval, is ").number(bias).text(label),
        ]),
    };
    let margin = facts.results.plan.measure().margin;
    let is_beyond = |line: &&LearningRateZero| line.learning_bias.abs() - line.learning_bias_ci95 > margin;
    let is_within = |line: &LearningRateZero| line.learning_bias.abs() + line.learning_bias_ci95 <= margin;
    let verdict = match lines.iter().filter(is_beyond).count() {
        1.. => Verdict::Contradicted,
        0 if lines.iter().all(is_within) => Verdict::Supported,
        0 => Verdict::Undecided,
    };
    Some(Said { verdict, text: sentence(text), evidence: (0..facts.cells()).collect() })
}
