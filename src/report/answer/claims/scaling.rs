//! With which power of beta the bias, and the gain of a best response, fall where sigmoids are steep.

use super::Said;
use crate::report::answer::facts::{Facts, in_brackets};
use crate::report::answer::grammar::{clauses, sentences};
use crate::report::answer::{Form, Quantity, Text, Variable, Verdict};
use crate::report::findings::LastPower;

/// An exponent this near to that of the limit, as a share of it, has come to it.
const NEAR: f64 = 0.1;

/// An interval wider than this share of the exponent tells nothing.
const WIDE: f64 = 0.25;

/// An exponent that comes nearer by less than this, as a share of the limit's, stays where it is.
const LEAST_STEP: f64 = 0.02;

/// What the sweep says of the claim: smoothing's part decides, which has no noise; the learned bias is told
/// beside it.
pub(super) fn of_bias(facts: &Facts) -> Option<Said> {
    let smoothing = powers(facts, "smoothing_bias");
    let learned = powers(facts, "bias");
    let deciding = if smoothing.is_empty() { &learned } else { &smoothing };
    let mut said = says(facts, deciding, subject(!smoothing.is_empty()), -1.0)?;
    if !smoothing.is_empty() && learned.iter().any(|power| power.exponent_ci95.is_some()) {
        let text = Text::of("the learned bias falls there as ").text(exponents(facts, "learned", &learned));
        said.text = said.text.words(" ").text(sentences(vec![text]));
    }
    Some(said)
}

fn subject(has_parts: bool) -> &'static str {
    if has_parts { "smoothing's part of the bias falls as " } else { "the bias falls as " }
}

/// What the sweep says of the claim.
pub(super) fn of_epsilon(facts: &Facts) -> Option<Said> {
    says(facts, &powers(facts, "epsilon_ex_ante"), "the gain of a best response falls as ", -2.0)
}

fn powers<'f>(facts: &'f Facts, measure: &str) -> Vec<&'f LastPower> {
    facts.findings.last_powers.iter().filter(|power| power.measure == measure).collect()
}

/// How an exponent stands to that of the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    /// It has come to it.
    There,
    /// It has not yet, but comes nearer.
    Nearer,
    /// It stays away from it.
    Elsewhere,
    /// Its interval is too wide to tell.
    Wide,
}

fn course(power: &LastPower, limit: f64) -> Course {
    let (off, off_before) = ((power.exponent - limit).abs(), (power.before - limit).abs());
    let width = power.exponent_ci95.unwrap_or(0.0);
    if width > WIDE * limit.abs() {
        Course::Wide
    } else if off <= (NEAR * limit.abs()).max(width) {
        Course::There
    } else if off < off_before - LEAST_STEP * limit.abs() {
        Course::Nearer
    } else {
        Course::Elsewhere
    }
}

fn says(facts: &Facts, powers: &[&LastPower], start: &str, limit: f64) -> Option<Said> {
    let first = powers.first()?;
    let count = |wanted: Course| powers.iter().filter(|power| course(power, limit) == wanted).count();
    let (there, nearer) = (count(Course::There), count(Course::Nearer));
    let (elsewhere, wide) = (count(Course::Elsewhere), count(Course::Wide));
    let all = powers.len();
    let text = Text::of(start).text(exponents(facts, "last", powers));
    let text = if powers.iter().all(|power| power.betas == first.betas) {
        let beta = |name: &str, beta| Quantity::plain(name, beta, Form::Setting);
        text.words(" between ")
            .variable(Variable::Beta)
            .words(" = ")
            .number(beta("from", first.betas.0))
            .words(" and ")
            .number(beta("to", first.betas.1))
    } else {
        text.words(" between the two steepest ").variable(Variable::Beta).words(" of each series")
    };
    let power = || Text::default().power(Variable::Beta, Quantity::plain("limit", limit, Form::Setting));
    let counted = |name: &str, count: usize| match all {
        1 => Text::of("it"),
        all => Text::default()
            .number(Quantity::count(name, count))
            .words(" of ")
            .number(Quantity::count(&format!("{name}All"), all)),
    };
    let one = |count: usize, one: &str, many: &str| if count == 1 { one.to_owned() } else { many.to_owned() };
    let mut told = Vec::new();
    if there == all && all > 1 {
        told.push(Text::of("all are there at ").text(power()).words(", the limit of steep sigmoids"));
    } else if there > 0 {
        let is = one(there, " has come to ", " have come to ");
        told.push(counted("there", there).words(&is).text(power()).words(", the limit of steep sigmoids"));
    }
    if nearer > 0 {
        let text =
            counted("nearer", nearer).words(&one(nearer, " still bends towards ", " still bend towards "));
        told.push(text.text(power()));
    }
    if elsewhere > 0 {
        let text =
            counted("elsewhere", elsewhere).words(&one(elsewhere, " stays away from ", " stay away from "));
        told.push(text.text(power()));
    }
    if wide > 0 {
        let text = counted("wide", wide).words(&one(wide, " has", " have"));
        told.push(text.words(" too wide an interval to tell"));
    }
    Some(Said {
        verdict: Verdict::for_all(there, elsewhere, nearer + wide),
        text: sentences(vec![text, clauses(told)]),
        evidence: powers.iter().flat_map(|power| power.cells.clone()).collect(),
    })
}

/// Where lines of cells along beta lie, if values of axes tell it.
fn lines(facts: &Facts, cells: &[usize]) -> Option<Text> {
    let beta = facts.results.axes.find("beta")?;
    // All betas of the lines, those left out of the exponent too.
    let group = facts.results.axes.groups(&[beta]);
    let mut whole: Vec<usize> =
        group.into_iter().filter(|group| group.iter().any(|cell| cells.contains(cell))).flatten().collect();
    whole.sort_unstable();
    facts.exact_place(&whole)
}

/// The exponents: one, or the lowest and the highest with their lines.
fn exponents(facts: &Facts, name: &str, powers: &[&LastPower]) -> Text {
    let by = |a: &&&LastPower, b: &&&LastPower| a.exponent.total_cmp(&b.exponent);
    let (low, high) =
        (powers.iter().min_by(by).expect("a power"), powers.iter().max_by(by).expect("a power"));
    let power = |end: &str, power: &LastPower| {
        let name = format!("{name}{end}");
        let exponent = Quantity::told(&name, power.exponent, power.exponent_ci95, Form::Exponent);
        Text::default().power(Variable::Beta, exponent)
    };
    if powers.len() == 1 {
        return power("", low);
    }
    let at = |power: &LastPower| lines(facts, &power.cells).map_or_else(Text::default, in_brackets);
    power("High", high).text(at(high)).words(" to ").text(power("Low", low)).text(at(low))
}
