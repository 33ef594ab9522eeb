//! At which steepness multipliers are nearest to Nash.

use super::Said;
use crate::report::answer::facts::{Facts, grouped, in_brackets};
use crate::report::answer::grammar::{clauses, sentence};
use crate::report::answer::{Form, Quantity, Text, Variable, Verdict};
use crate::report::findings::BestBeta;

/// What the sweep says of the claim.
pub(super) fn says(facts: &Facts) -> Option<Said> {
    let best: Vec<&BestBeta> =
        facts.findings.best_betas.iter().filter(|best| best.measure == "rmse_bne_tail_mean").collect();
    if best.is_empty() {
        return None;
    }
    let axis = facts.results.axes.find("beta")?;
    let numbers = facts.results.axes.all()[axis].values.iter().filter_map(|value| value.number);
    let steepest = numbers.fold(f64::NEG_INFINITY, f64::max);
    let indices: Vec<usize> = (0..best.len()).collect();
    let groups = grouped(&indices, |i| format!("{}", best[i].beta));
    let inner = best.iter().filter(|best| best.interval.1 < steepest).count();
    let open = best.iter().filter(|best| best.beta < steepest && best.interval.1 >= steepest).count();
    let last = best.len() - inner - open;
    let mut told = Vec::new();
    for (i, (_, group)) in groups.iter().enumerate() {
        let beta = best[group[0]].beta;
        let text = Text::of(if i == 0 { "the mean over the tail is nearest to Nash at " } else { "at " });
        let beta = Quantity::plain("beta", beta, Form::Setting);
        let text = text.variable(Variable::Beta).words(" = ").number(beta);
        let of = if groups.len() == 1 { "" } else { " for " };
        let text = if of.is_empty() {
            text
        } else {
            text.words(of)
                .number(Quantity::count("lines", group.len()))
                .words(" of ")
                .number(Quantity::count("all", best.len()))
                .words(" series")
        };
        let (low, high) = group.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &i| {
            (low.min(best[i].interval.0), high.max(best[i].interval.1))
        });
        let reach = |name: &str, beta| Quantity::plain(name, beta, Form::Setting);
        told.push(if low < high {
            let span = Text::default()
                .number(reach("low", low))
                .words(" to ")
                .number(reach("high", high))
                .words(" differ by no more than chance");
            text.text(in_brackets(span))
        } else {
            text
        });
    }
    let verdict = match (inner, open + last) {
        (1.., 0) => Verdict::Supported,
        _ => Verdict::Undecided,
    };
    told.push(match (inner, open) {
        (0, 0) => Text::of("that is the steepest of the sweep, and a steeper one may be better"),
        (0, _) => Text::of("whether a steeper one is worse is not told"),
        (inner, _) if inner == best.len() => Text::of("a steeper one is worse"),
        (inner, _) => Text::of("a steeper one is surely worse on ")
            .number(Quantity::count("inner", inner))
            .words(" of ")
            .number(Quantity::count("innerAll", best.len())),
    });
    Some(Said { verdict, text: sentence(clauses(told)), evidence: (0..facts.cells()).collect() })
}
