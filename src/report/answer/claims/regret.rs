//! Regret against what theory promises.

use super::Said;
use crate::report::answer::facts::{Facts, range};
use crate::report::answer::grammar::{clauses, plural, sentence};
use crate::report::answer::{Form, Quantity, Text, Verdict};
use crate::report::results::{Estimate, Line};

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let of = |measure: &str| -> Vec<(Line, Estimate)> {
        facts.lines.iter().filter_map(|&line| Some((line, facts.estimate(line, measure)?))).collect()
    };
    let (above, per_profile) = (of("external_regret_above_bound"), of("regret_per_profile"));
    if above.is_empty() && per_profile.is_empty() {
        return None;
    }
    let mut told = Vec::new();
    if !per_profile.is_empty() {
        let numbers: Vec<_> =
            per_profile.iter().map(|(_, estimate)| (estimate.mean, estimate.ci95)).collect();
        told.push(Text::of("regret per profile is ").text(range("regret", &numbers, Form::Small)));
    }
    let all = above.len();
    let broken = above.iter().filter(|(_, share)| share.mean > 0.0).count();
    let unit = plural(all, facts.unit());
    told.push(match (broken, all) {
        (_, 0) => Text::of("no learner here has a proven bound"),
        (0, 1) => Text::of("it keeps within its proven bound"),
        (0, all) => {
            let text = Text::of("it keeps within its bound in all ").number(Quantity::count("bounded", all));
            text.words(&format!(" {unit} that have a proven one"))
        }
        (broken, all) => {
            let text = Text::of("it exceeds its proven bound in ").number(Quantity::count("broken", broken));
            text.words(" of ").number(Quantity::count("bounded", all)).words(&format!(" {unit}"))
        }
    });
    let lines: Vec<Line> = above.iter().chain(&per_profile).map(|(line, _)| *line).collect();
    let mut evidence = Facts::cells_of(&lines);
    evidence.sort_unstable();
    evidence.dedup();
    Some(Said {
        verdict: match (broken, all) {
            (_, 0) => Verdict::Undecided,
            (0, _) => Verdict::Supported,
            _ => Verdict::Contradicted,
        },
        text: sentence(clauses(told)),
        evidence,
    })
}
