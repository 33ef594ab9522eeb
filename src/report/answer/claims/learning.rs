//! How much bias learning adds to the equilibrium that it climbs to.

use super::Said;
use crate::report::answer::facts::Facts;
use crate::report::answer::grammar::sentences;
use crate::report::answer::{Form, Quantity, Text, Verdict};
use crate::report::results::{Estimate, Line};

/// The share of intervals that leave out the truth by chance.
const MISSES: f64 = 0.05;

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let biases: Vec<(Line, Estimate)> =
        facts.lines.iter().filter_map(|&line| Some((line, facts.estimate(line, "learning_bias")?))).collect();
    let (line, most) = *biases.iter().max_by(|a, b| a.1.mean.abs().total_cmp(&b.1.mean.abs()))?;
    let said = |text: Text, verdict| {
        let evidence = Facts::cells_of(&biases.iter().map(|(line, _)| *line).collect::<Vec<_>>());
        Some(Said { verdict, text, evidence })
    };
    let most = Quantity::told("most", most.mean, most.ci95, Form::Signed);
    let tested: Vec<(f64, f64)> = biases
        .iter()
        .filter_map(|(_, bias)| Some((bias.mean, bias.ci95.filter(|width| *width > 0.0)?)))
        .collect();
    let first =
        Text::of(if biases.len() > 1 { "the largest learning bias is " } else { "learning's bias is " });
    let first = first.number(most.clone()).text(facts.at(line));
    if tested.is_empty() {
        let margin = facts.results.plan.measure().margin;
        let exact = biases.iter().all(|(line, _)| !facts.is_random(line.cell));
        let within = |bias: &Estimate| bias.mean.abs() <= margin;
        let settled_within = biases.iter().all(|(line, bias)| within(bias) || facts.is_on_the_way(line.cell));
        let (rest, verdict) = match (exact, most.value.abs() <= margin) {
            (false, _) => (
                Text::of("one replicate gives no interval, so it cannot be told from none"),
                Verdict::Undecided,
            ),
            (true, true) => (
                Text::of("nothing is random, and that is within the margin of ").number(Quantity::plain(
                    "margin",
                    margin,
                    Form::Setting,
                )),
                Verdict::Supported,
            ),
            (true, false) if settled_within => (
                Text::of("where it is out of the margin multipliers still move, so training is not over"),
                Verdict::Undecided,
            ),
            (true, false) => (Text::of("nothing is random, so that is no noise"), Verdict::Contradicted),
        };
        return said(sentences(vec![first, rest]), verdict);
    }
    let apart = tested.iter().filter(|(bias, width)| bias.abs() > *width).count();
    let count = tested.len() as f64;
    let chance = MISSES * count;
    // Two standard deviations above what chance gives.
    let many = apart as f64 > chance + 2.0 * (chance * (1.0 - MISSES)).sqrt();
    let rest = match (apart, tested.len()) {
        (0, 1) => Text::of("its interval holds 0"),
        (1, 1) => Text::of("its interval leaves out 0"),
        (0, all) => Text::of("0 lies in all ").number(Quantity::count("tested", all)).words(" intervals"),
        (apart, all) => {
            let unit = facts.unit();
            let text = Text::of("0 lies outside the interval").text(facts.share("apart", apart, all, unit));
            let expected = format!("{chance:.0}");
            let expected = if expected == "0" { "fewer than 1".into() } else { format!("about {expected}") };
            text.words(&format!("; chance alone would give {expected}"))
        }
    };
    said(sentences(vec![first, rest]), if many { Verdict::Contradicted } else { Verdict::Supported })
}
