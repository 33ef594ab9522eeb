//! Whether the noise of multipliers falls with the batch as the learner's own theory says.

use super::Said;
use crate::report::answer::facts::{Facts, grouped};
use crate::report::answer::grammar::{clauses, sentences};
use crate::report::answer::{Form, Quantity, Text, Variable, Verdict};
use crate::report::findings::BatchSlope;

/// The slope of noise where theory has none for a learner: that of independent gradients.
const USUAL: f64 = -1.0;

/// An interval wider than this share of noise's slope tells nothing.
const WIDE: f64 = 0.5;

/// A slope this near to noise's, as a share of it, is noise's, whatever its interval says.
const NEAR: f64 = 0.1;

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let slopes = &facts.findings.batch_slopes;
    if slopes.is_empty() {
        return None;
    }
    let indices: Vec<usize> = (0..slopes.len()).collect();
    let theory = |slope: &BatchSlope| slope.noise_slope.map_or_else(String::new, |noise| noise.to_string());
    let groups = grouped(&indices, |i| theory(&slopes[i]));
    let far = |slope: &BatchSlope, from: f64| (slope.slope - from).abs() > slope.slope_ci95;
    let mut told = Vec::new();
    for (i, (_, group)) in groups.iter().enumerate() {
        let group: Vec<&BatchSlope> = group.iter().map(|&i| &slopes[i]).collect();
        let start = if i == 0 { "the variance over the tail goes as " } else { "as " };
        let text = Text::of(start).text(span(&group));
        let Some(noise) = group[0].noise_slope else {
            told.push(text.words(", where theory has no word"));
            continue;
        };
        let away = group.iter().filter(|slope| far(slope, noise)).count();
        let noise = Text::default().power(Variable::Batch, Quantity::plain("noise", noise, Form::Setting));
        let all = group.len();
        told.push(match (away, all) {
            (0, _) => text.words(", as theory has it for noise: ").text(noise),
            (away, all) if away == all => text.words(", where theory has ").text(noise).words(" for noise"),
            (away, all) => text
                .words(", where theory has ")
                .text(noise)
                .words(" for noise, outside ")
                .number(Quantity::count("outside", away))
                .words(" of ")
                .number(Quantity::count("lines", all))
                .words(" intervals"),
        });
    }
    // A cycle's variance does not fall with the batch, and noise's falls as theory has it.
    let expected = |slope: &BatchSlope| slope.noise_slope.unwrap_or(USUAL);
    let is_wide = |slope: &&BatchSlope| slope.slope_ci95 > WIDE * expected(slope).abs();
    let is_noise = |slope: &&BatchSlope| {
        !far(slope, expected(slope)) || (slope.slope - expected(slope)).abs() <= NEAR * expected(slope).abs()
    };
    let is_cycle = |slope: &&BatchSlope| !far(slope, 0.0) && !is_noise(slope);
    let wide = slopes.iter().filter(is_wide).count();
    let narrow = || slopes.iter().filter(|slope| !is_wide(slope));
    let (noise, cycles) = (narrow().filter(is_noise).count(), narrow().filter(is_cycle).count());
    let counted = |name: &str, count: usize| {
        Text::default()
            .number(Quantity::count(name, count))
            .words(" of ")
            .number(Quantity::count(&format!("{name}All"), slopes.len()))
    };
    let mut last = Vec::new();
    if cycles > 0 {
        last.push(counted("flat", cycles).words(" stay as a cycle's would"));
    } else if wide < slopes.len() {
        last.push(Text::of("none is 0, as a cycle's would be"));
    }
    if wide > 0 {
        last.push(counted("wide", wide).words(" intervals are too wide to tell noise from a cycle"));
    }
    let verdict = match (cycles, noise) {
        (1.., _) => Verdict::Contradicted,
        (0, noise) if noise == slopes.len() => Verdict::Supported,
        _ => Verdict::Undecided,
    };
    let last = clauses(last);
    Some(Said { verdict, text: sentences(vec![clauses(told), last]), evidence: (0..facts.cells()).collect() })
}

/// The slopes of a group as powers of the batch.
fn span(group: &[&BatchSlope]) -> Text {
    let by = |a: &&&BatchSlope, b: &&&BatchSlope| a.slope.total_cmp(&b.slope);
    let (low, high) = (group.iter().min_by(by).expect("a slope"), group.iter().max_by(by).expect("a slope"));
    let power = |name: &str, slope: &BatchSlope| {
        let exponent = Quantity::told(name, slope.slope, Some(slope.slope_ci95), Form::Exponent);
        Text::default().power(Variable::Batch, exponent)
    };
    let text = power("slope", high);
    let text = if group.len() > 1 { text.words(" to ").text(power("slopeLow", low)) } else { text };
    let learners: Vec<&str> = group.iter().filter_map(|slope| learner(&slope.label)).collect();
    match learners.first() {
        Some(first) if learners.len() == group.len() && learners.iter().all(|learner| learner == first) => {
            text.words(" with ").user(first)
        }
        _ => text,
    }
}

/// The learner that a label names.
fn learner(label: &str) -> Option<&str> {
    label.split(' ').find_map(|word| word.strip_prefix("learner="))
}
