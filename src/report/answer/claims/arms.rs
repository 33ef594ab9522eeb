//! Learners who play arms: the grid's own equilibria, what learning leaves, and their regret.

use super::Said;
use crate::report::answer::facts::{End, Facts, range};
use crate::report::answer::grammar::{clauses, plural, sentences};
use crate::report::answer::{Form, Quantity, Text, Verdict};
use crate::report::results::Line;

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let has = |line: &Line, measure: &str| facts.estimate(*line, measure).is_some();
    let lines: Vec<Line> = facts
        .lines
        .iter()
        .copied()
        .filter(|line| {
            has(line, "grid_bias") || has(line, "regret_per_profile") || has(line, "external_regret_bound")
        })
        .collect();
    if lines.is_empty() {
        return None;
    }
    let cells = Facts::cells_of(&lines);
    let count = |wanted: &dyn Fn(End) -> bool| cells.iter().filter(|&&cell| wanted(facts.end(cell))).count();
    let on_grid = count(&|end| end.is_at("grid"));
    let away = count(&|end| end == End::Away);
    let moving = count(&|end| end == End::OnTheWay);
    let open = count(&|end| end == End::Undecided);
    let other = cells.len() - on_grid - away - moving - open;
    let gridded = lines.iter().any(|line| has(line, "grid_bias"));
    let mut ends = Vec::new();
    if gridded {
        let number = |name: &str, count| Quantity::count(name, count);
        let text = Text::of("of ").number(number("cells", cells.len()));
        let text = text.words(&format!(" {} with learners on arms, ", plural(cells.len(), "cell")));
        ends.push(
            text.number(number("grid", on_grid))
                .words(if on_grid == 1 { " ends" } else { " end" })
                .words(" at an equilibrium of the grid"),
        );
        let rest = [
            (away, "away", " elsewhere"),
            (other, "other", " at another equilibrium"),
            (moving, "moving", " still on their way"),
            (open, "open", " undecided"),
        ];
        for (count, name, words) in rest.into_iter().filter(|(count, ..)| *count > 0) {
            ends.push(Text::default().number(number(name, count)).words(words));
        }
    }
    let numbers = |measure: &str| -> Vec<(f64, Option<f64>)> {
        let told = lines.iter().filter_map(|&line| facts.estimate(line, measure));
        told.map(|estimate| (estimate.mean, estimate.ci95)).collect()
    };
    let mut bias = Vec::new();
    if gridded {
        bias.push(Text::of("the grid makes a bias of ").text(range(
            "gridBias",
            &numbers("grid_bias"),
            Form::Signed,
        )));
        bias.push(Text::of("learning one of ").text(range(
            "learningBias",
            &numbers("learning_bias"),
            Form::Signed,
        )));
    }
    let verdict =
        if gridded { Verdict::for_all(on_grid + other, away, moving + open) } else { Verdict::Undecided };
    let told = vec![clauses(ends), clauses(bias), regret(facts, &lines), time_average(facts, &lines)];
    Some(Said { verdict, text: sentences(told), evidence: cells })
}

/// Regret against what theory promises.
fn regret(facts: &Facts, lines: &[Line]) -> Text {
    let of = |measure: &str| -> Vec<f64> {
        lines.iter().filter_map(|&line| facts.estimate(line, measure)).map(|estimate| estimate.mean).collect()
    };
    let above = of("external_regret_above_bound");
    let per_profile: Vec<(f64, Option<f64>)> = lines
        .iter()
        .filter_map(|&line| facts.estimate(line, "regret_per_profile"))
        .map(|estimate| (estimate.mean, estimate.ci95))
        .collect();
    let mut told = Vec::new();
    if !per_profile.is_empty() {
        told.push(Text::of("regret a profile is ").text(range("regret", &per_profile, Form::Small)));
    }
    if !above.is_empty() {
        let broken = above.iter().filter(|share| **share > 0.0).count();
        let all = above.len();
        let unit = facts.unit();
        told.push(if broken == 0 {
            let text =
                Text::of("regret keeps within its bound for all ").number(Quantity::count("bounded", all));
            text.words(&format!(" {} that have a sure one", plural(all, unit)))
        } else {
            let text = Text::of("regret exceeds its bound for ").number(Quantity::count("broken", broken));
            text.words(" of ")
                .number(Quantity::count("bounded", all))
                .words(&format!(" {}", plural(all, unit)))
        });
    }
    clauses(told)
}

/// Whether mixtures averaged over time are nearer to equilibrium than those over the tail.
fn time_average(facts: &Facts, lines: &[Line]) -> Text {
    let pairs: Vec<(f64, f64)> = lines
        .iter()
        .filter_map(|&line| {
            let average = facts.estimate(line, "epsilon_ex_ante_time_average")?;
            Some((average.mean, facts.estimate(line, "epsilon_ex_ante")?.mean))
        })
        .collect();
    if pairs.is_empty() {
        return Text::default();
    }
    let better = pairs.iter().filter(|(average, tail)| average < tail).count();
    Text::of("averages over all time are nearer to equilibrium than the tail for ")
        .number(Quantity::count("averageBetter", better))
        .words(" of ")
        .number(Quantity::count("averages", pairs.len()))
        .words(&format!(" {}", plural(pairs.len(), facts.unit())))
}
