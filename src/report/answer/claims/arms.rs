//! Learners on a grid of arms: the grid's own equilibria, and what learning leaves.

use super::Said;
use crate::report::answer::facts::{End, Facts, range};
use crate::report::answer::grammar::{clauses, plural, sentences};
use crate::report::answer::{Form, Quantity, Text, Verdict};
use crate::report::results::Line;

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let has = |line: &Line, measure: &str| facts.estimate(*line, measure).is_some();
    let lines: Vec<Line> = facts.lines.iter().copied().filter(|line| has(line, "grid_bias")).collect();
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
    let number = |name: &str, count| Quantity::count(name, count);
    let first = Text::of("of ").number(number("cells", cells.len()));
    let first = first.words(&format!(" {} with learners on a grid, ", plural(cells.len(), "cell")));
    let first = first.number(number("grid", on_grid)).words(if on_grid == 1 { " ends" } else { " end" });
    let mut ends = vec![first.words(" at an equilibrium of the grid")];
    let rest = [
        (away, "away", " elsewhere"),
        (other, "other", " at another equilibrium"),
        (moving, "moving", " still on their way"),
        (open, "open", " undecided"),
    ];
    for (count, name, words) in rest.into_iter().filter(|(count, ..)| *count > 0) {
        ends.push(Text::default().number(number(name, count)).words(words));
    }
    let numbers = |measure: &str| -> Vec<(f64, Option<f64>)> {
        let told = lines.iter().filter_map(|&line| facts.estimate(line, measure));
        told.map(|estimate| (estimate.mean, estimate.ci95)).collect()
    };
    let part = |start: &str, name: &str, measure: &str| {
        Text::of(start).text(range(name, &numbers(measure), Form::Signed))
    };
    let bias = vec![
        part("the grid makes a bias of ", "gridBias", "grid_bias"),
        part("learning one of ", "learningBias", "learning_bias"),
    ];
    Some(Said {
        verdict: Verdict::for_all(on_grid + other, away, moving + open),
        text: sentences(vec![clauses(ends), clauses(bias), time_average(facts, &lines)]),
        evidence: cells,
    })
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
