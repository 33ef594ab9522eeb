//! How much a best response gains.

use super::Said;
use crate::report::answer::facts::{Facts, range_of};
use crate::report::answer::grammar::{clauses, sentence};
use crate::report::answer::{Form, Quantity, Text, Verdict};
use crate::report::results::{Estimate, Line};

/// Below this share of its utility, the gain of a best response counts as small.
const SMALL: f64 = 0.01;

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let of = |measure: &str| -> Vec<(Line, Estimate)> {
        facts.lines.iter().filter_map(|&line| Some((line, facts.estimate(line, measure)?))).collect()
    };
    let relative = of("epsilon_relative");
    let by = |a: &&(Line, Estimate), b: &&(Line, Estimate)| a.1.mean.total_cmp(&b.1.mean);
    let (worst, _) = *relative.iter().max_by(by)?;
    let numbers = |told: &[(Line, Estimate)]| -> Vec<Estimate> {
        told.iter().map(|(_, estimate)| Estimate { mean: estimate.mean.max(0.0), ..*estimate }).collect()
    };
    let first =
        Text::of("a best response gains ").text(range_of("share", &numbers(&relative), Form::Percent));
    let first = first.words(" of its utility").text(most_at(facts, worst));
    let mut told = vec![first];
    let ex_ante = numbers(&of("epsilon_ex_ante"));
    if !ex_ante.is_empty() {
        told.push(Text::of("ex ante that is ").text(range_of("exAnte", &ex_ante, Form::Small)));
    }
    let surely = |low: bool| {
        let is = |(line, estimate): &&(Line, Estimate)| {
            let ends = facts.ends(*line, estimate);
            ends.is_some_and(|ends| if low { ends.1 < SMALL } else { ends.0 >= SMALL })
        };
        relative.iter().filter(is).count()
    };
    let (small, large) = (surely(true), surely(false));
    let all = relative.len();
    if all > 1 {
        let share = facts.share("small", small, all, facts.unit());
        let text = Text::of(&format!("it is surely below {} %", 100.0 * SMALL)).text(share);
        let open = all - small - large;
        told.push(match open {
            0 => text,
            open => text.words(", not told in ").number(Quantity::count("open", open)),
        });
    }
    Some(Said {
        verdict: Verdict::for_all(small, large, all - small - large),
        text: sentence(clauses(told)),
        evidence: Facts::cells_of(&relative.iter().map(|(line, _)| *line).collect::<Vec<_>>()),
    })
}

/// ", most at N = 10".
fn most_at(facts: &Facts, line: Line) -> Text {
    let name = facts.name_line(line);
    if name.is_empty() { name } else { Text::of(", most at ").text(name) }
}
