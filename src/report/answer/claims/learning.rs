//! How much bias learning adds to the equilibrium that it climbs to.

use super::Said;
use crate::numeric::significance::{holm, student_p};
use crate::report::answer::facts::Facts;
use crate::report::answer::grammar::{plural, sentences};
use crate::report::answer::{Form, Quantity, Text, Verdict};
use crate::report::results::{Estimate, Line};

/// The chance that a sweep in which learning adds nothing is said to have a bias, over all its lines.
const LEVEL: f64 = 0.05;

/// Below this a bias is rounding.
const NOUGHT: f64 = 1e-6;

/// A line's learning bias, and the half-width of its interval where it has one.
struct Bias {
    line: Line,
    estimate: Estimate,
    width: Option<f64>,
}

/// What the sweep says of the claim: lines whose multipliers still move have no bias of learning yet.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let told = |&line: &Line| {
        let estimate = facts.estimate(line, "learning_bias")?;
        Some(Bias { line, width: facts.width(line, &estimate), estimate })
    };
    let all: Vec<Bias> = facts.lines.iter().filter_map(told).collect();
    let (moving, settled): (Vec<Bias>, Vec<Bias>) =
        all.into_iter().partition(|bias| facts.is_on_the_way(bias.line.cell));
    let evidence =
        |biases: &[Bias]| Facts::cells_of(&biases.iter().map(|bias| bias.line).collect::<Vec<_>>());
    let size = |bias: &Bias| bias.estimate.mean.abs();
    let Some(most) = settled.iter().max_by(|a, b| size(a).total_cmp(&size(b))) else {
        let text = Text::of("training is not over in any cell: multipliers still move");
        let undecided =
            Said { verdict: Verdict::Undecided, text: sentences(vec![text]), evidence: evidence(&moving) };
        return (!moving.is_empty()).then_some(undecided);
    };
    let margin = facts.results.plan.measure().margin;
    let several = settled.len() > 1;
    let first = Text::of(if several { "the largest learning bias is " } else { "learning's bias is " });
    let first = first.number(Quantity::told("most", most.estimate.mean, most.width, Form::Signed));
    let first = first.text(facts.at(most.line));

    let apart = apart(facts, &settled, 0.0);
    let beyond = apart_count(&self::apart(facts, &settled, margin));
    let within = settled.iter().all(|bias| bias.width.is_some_and(|width| size(bias) + width <= margin));
    let margin = || Quantity::plain("margin", margin, Form::Setting);
    let unit = facts.unit();
    let mut rest = match (apart_count(&apart), settled.len()) {
        _ if apart.iter().all(Option::is_none) => {
            Text::of("one replicate gives no interval, so it cannot be told from none")
        }
        (0, 1) => Text::of("its interval holds 0"),
        (_, 1) => Text::of("its interval leaves out 0"),
        (0, all) => Text::of("it is told from 0 in none of ")
            .number(Quantity::count("lines", all))
            .words(&format!(" {unit}s")),
        (count, all) => Text::of("it is told from 0")
            .text(facts.share("apart", count, all, unit))
            .words(&format!(", at a level of {} % for all together", 100.0 * LEVEL)),
    };
    rest = match (within, beyond) {
        (true, _) => rest
            .words(if several {
                ", and all are surely within the margin of "
            } else {
                ", and it is surely within the margin of "
            })
            .number(margin()),
        (false, 0) => rest,
        (false, _) if !several => rest.words(", and it is beyond the margin of ").number(margin()),
        (false, beyond) => rest
            .words(", and beyond the margin of ")
            .number(margin())
            .words(" in ")
            .number(Quantity::count("beyond", beyond)),
    };
    let left = (!moving.is_empty()).then(|| {
        Text::of("left out ")
            .words(if moving.len() == 1 { "is " } else { "are " })
            .number(Quantity::count("moving", moving.len()))
            .words(&format!(" {} whose multipliers still move", plural(moving.len(), unit)))
    });
    let verdict = match (beyond, within) {
        (1.., _) => Verdict::Contradicted,
        (0, true) => Verdict::Supported,
        _ => Verdict::Undecided,
    };
    Some(Said {
        verdict,
        text: sentences(vec![first, rest, left.unwrap_or_default()]),
        evidence: evidence(&settled),
    })
}

/// Whether each bias is surely further from 0 than `margin`: by Student's t over replicates, corrected for
/// the number of lines (Holm 1979), since lines share their draws. `None` where one replicate cannot tell.
fn apart(facts: &Facts, biases: &[Bias], margin: f64) -> Vec<Option<bool>> {
    let p_value = |bias: &Bias| -> Option<f64> {
        let excess = bias.estimate.mean.abs() - margin.max(NOUGHT);
        let replicates = facts.ok(bias.line.cell);
        let sure = |excess: f64| if excess > 0.0 { 0.0 } else { 1.0 };
        match bias.estimate.sd {
            _ if !facts.is_random(bias.line.cell) => Some(sure(excess)),
            Some(sd) if replicates > 1 && sd > 0.0 => {
                let t = excess.max(0.0) * (replicates as f64).sqrt() / sd;
                Some(student_p(t, replicates as u64 - 1))
            }
            // Replicates that agree to the last digit.
            Some(_) if replicates > 1 => Some(sure(excess)),
            _ => None,
        }
    };
    let p_values: Vec<Option<f64>> = biases.iter().map(p_value).collect();
    let mut corrected = holm(&p_values.iter().flatten().copied().collect::<Vec<_>>()).into_iter();
    p_values.iter().map(|p| p.and(corrected.next()).map(|p| p < LEVEL)).collect()
}

fn apart_count(apart: &[Option<bool>]) -> usize {
    apart.iter().filter(|apart| **apart == Some(true)).count()
}
