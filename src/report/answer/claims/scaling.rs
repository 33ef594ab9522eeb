//! With which power of beta the bias, and the gain of a best reply, fall.

use super::Said;
use crate::report::answer::facts::{Facts, in_brackets};
use crate::report::answer::grammar::{clauses, sentences};
use crate::report::answer::{Form, Quantity, Text, Variable, Verdict};
use crate::report::findings::PowerLaw;

/// An interval wider than this share of the exponent does not support it.
const WIDE: f64 = 0.25;

/// What the sweep says of the claim.
pub(super) fn of_bias(facts: &Facts) -> Option<Said> {
    says(facts, "bias", Text::of("the bias falls as "), -1.0)
}

/// What the sweep says of the claim.
pub(super) fn of_epsilon(facts: &Facts) -> Option<Said> {
    says(facts, "epsilon_ex_ante", Text::of("the gain of a best reply falls as "), -2.0)
}

fn says(facts: &Facts, measure: &str, start: Text, wanted: f64) -> Option<Said> {
    let laws: Vec<&PowerLaw> =
        facts.findings.power_laws.iter().filter(|law| law.measure == measure).collect();
    // The steeper betas come nearer to the limit; where they have a fit of their own it decides.
    let steep: Vec<&PowerLaw> = laws
        .iter()
        .copied()
        .filter(|law| !laws.iter().any(|other| other.label == law.label && other.from > law.from))
        .collect();
    let whole: Vec<&PowerLaw> = laws.iter().copied().filter(|law| !steep.contains(law)).collect();
    if steep.is_empty() {
        return None;
    }
    let holds = |law: &&&PowerLaw| (law.exponent - wanted).abs() <= law.exponent_ci95;
    let inside = steep.iter().filter(holds).count();
    let wide = steep.iter().filter(|law| law.exponent_ci95 > WIDE * wanted.abs()).count();
    let mut told = Vec::new();
    if !whole.is_empty() {
        told.push(
            start
                .clone()
                .text(exponents(facts, "whole", &whole))
                .words(" over all ")
                .variable(Variable::Beta),
        );
    }
    let from = Quantity::plain("from", steep[0].from, Form::Setting);
    let text = if whole.is_empty() { start } else { Text::of("as ") };
    let text = text.text(exponents(facts, "steep", &steep));
    told.push(if whole.is_empty() {
        text
    } else {
        text.words(" from ").variable(Variable::Beta).words(" = ").number(from).words(" on")
    });
    let limit = ", the limit of steep sigmoids";
    let power = || Text::default().power(Variable::Beta, Quantity::plain("theory", wanted, Form::Setting));
    let last = match (inside, steep.len()) {
        (0, 1) => Text::of("the interval leaves out ").text(power()).words(limit),
        (1, 1) => Text::of("the interval holds ").text(power()),
        (0, _) => Text::of("no interval holds ").text(power()).words(limit),
        (inside, all) if inside == all => {
            Text::of("all ").number(Quantity::count("inside", all)).words(" intervals hold ").text(power())
        }
        (inside, all) => {
            let out: Vec<usize> =
                steep.iter().filter(|law| !holds(law)).flat_map(|law| law.cells.clone()).collect();
            Text::default()
                .number(Quantity::count("inside", inside))
                .words(" of ")
                .number(Quantity::count("fits", all))
                .words(" intervals hold ")
                .text(power())
                .text(
                    lines(facts, &out)
                        .map_or_else(Text::default, |place| Text::of(", not with ").text(place)),
                )
        }
    };
    let doubt = if inside == steep.len() && wide > 0 {
        Text::of("at least one is too wide to tell the power")
    } else {
        Text::default()
    };
    Some(Said {
        verdict: match inside {
            inside if inside < steep.len() => Verdict::Contradicted,
            _ if wide > 0 => Verdict::Undecided,
            _ => Verdict::Supported,
        },
        text: sentences(vec![clauses(told), last, doubt]),
        evidence: laws.iter().flat_map(|law| law.cells.clone()).collect(),
    })
}

/// Where lines of cells along beta lie, if values of axes tell it.
fn lines(facts: &Facts, cells: &[usize]) -> Option<Text> {
    let beta = facts.results.axes.find("beta")?;
    // All betas of the lines, those left out of the fit too.
    let group = facts.results.axes.groups(&[beta]);
    let mut whole: Vec<usize> =
        group.into_iter().filter(|group| group.iter().any(|cell| cells.contains(cell))).flatten().collect();
    whole.sort_unstable();
    facts.exact_place(&whole)
}

/// The exponents of laws: one, or the lowest and the highest with their lines.
fn exponents(facts: &Facts, name: &str, laws: &[&PowerLaw]) -> Text {
    let by = |a: &&&PowerLaw, b: &&&PowerLaw| a.exponent.total_cmp(&b.exponent);
    let (low, high) = (laws.iter().min_by(by).expect("a law"), laws.iter().max_by(by).expect("a law"));
    let power = |end: &str, law: &PowerLaw| {
        let name = format!("{name}{end}");
        let exponent = Quantity::told(&name, law.exponent, Some(law.exponent_ci95), Form::Exponent);
        Text::default().power(Variable::Beta, exponent)
    };
    if laws.len() == 1 {
        return power("", low);
    }
    let at = |law: &PowerLaw| lines(facts, &law.cells).map_or_else(Text::default, in_brackets);
    power("High", high).text(at(high)).words(" to ").text(power("Low", low)).text(at(low))
}
