//! What the panels of bid functions hold: which cells and bidders, and how far their bids are from Nash.

use crate::report::figure::naming;
use crate::report::figure::references::{is_smoothed, plays_table};
use crate::report::results::{BidFunction, Line, Results};

/// The most lines of a panel in their own colours; those nearest to Nash beyond are thin and grey.
const MOST_LINES: usize = 12;

/// A line through 0 is as good as straight where no bid is farther from it, relative to the highest.
const STRAIGHT: f64 = 1e-4;

/// The bidders of some cells that differ in class or learner alone.
pub(super) struct Panel {
    pub(super) title: String,
    /// The name of a series, its colour, and its function.
    pub(super) series: Vec<(String, usize, BidFunction)>,
}

/// The axes along which cells are drawn into one panel: the class of bid functions and the learner.
pub(super) fn compared_axes(results: &Results) -> Vec<usize> {
    let is_compared = |key: &String| key == "strategy" || key == "learner";
    let axes = results.axes.all().iter().enumerate();
    axes.filter(|(_, axis)| axis.keys.iter().any(is_compared)).map(|(at, _)| at).collect()
}

/// The panels of a group of cells: one, or one for each bidder that differs from those before it.
pub(super) fn panels_of(
    results: &Results,
    group: &[usize],
    compared: &[usize],
    functions: &[BidFunction],
) -> Vec<Panel> {
    let others: Vec<usize> = (0..results.axes.all().len()).filter(|axis| !compared.contains(axis)).collect();
    let of_group: Vec<&BidFunction> =
        functions.iter().filter(|f| group.contains(&f.cell) && has_numbers(f)).collect();
    let mut bidders: Vec<Option<usize>> = of_group.iter().map(|function| function.bidder).collect();
    bidders.sort_unstable();
    bidders.dedup();
    let mut panels: Vec<Panel> = Vec::new();
    let mut known: Vec<(&BidFunction, Line)> = Vec::new();
    for bidder in bidders {
        let own: Vec<&BidFunction> = of_group.iter().copied().filter(|f| f.bidder == bidder).collect();
        let (function, line) = (own[0], line_of(own[0]));
        if known.iter().any(|(other, at)| are_alike(results, (other, *at), (function, line))) {
            continue;
        }
        known.push((function, line));
        let label = |cell: usize| {
            let axis = |&axis: &usize| Some((axis, results.axes.place(cell, axis)?));
            let places: Vec<(usize, usize)> = compared.iter().filter_map(axis).collect();
            let name = |&(axis, place): &(usize, usize)| series_name(results, axis, place);
            let colour = places
                .iter()
                .fold(0, |all, &(axis, place)| all * results.axes.all()[axis].values.len() + place);
            let name = places.iter().map(name).collect::<Vec<_>>().join(", ");
            (if name.is_empty() { "learned".to_owned() } else { name }, colour)
        };
        let series = own.iter().map(|function| {
            let (name, colour) = label(function.cell);
            let mut function = (*function).clone();
            if plays_table(results, line_of(&function)) {
                // The equilibria of the class are those of lines, which it does not play.
                function.smoothed.fill(None);
                function.class.fill(None);
            } else if !is_smoothed(results, function.cell) && function.class.iter().any(Option::is_some) {
                // Nothing is smoothed: it is the equilibrium of the class by another name.
                function.smoothed.fill(None);
            }
            (name, colour, function)
        });
        panels.push(Panel { title: title(results, function, line, &others), series: series.collect() });
    }
    panels
}

fn line_of(function: &BidFunction) -> Line {
    Line { cell: function.cell, bidder: function.bidder }
}

fn title(results: &Results, function: &BidFunction, line: Line, others: &[usize]) -> String {
    let cell = naming::cell(results, line.cell, others);
    let prior = naming::prior(&function.prior);
    match line.bidder {
        Some(bidder) if cell.is_empty() => format!("bidder {}, {prior}", bidder + 1),
        Some(bidder) => format!("bidder {}, {prior}: {cell}", bidder + 1),
        None if prior == "U[0, 1]" || cell.contains(&function.prior) => cell,
        None if cell.is_empty() => prior,
        // The name of a population that is its prior's says enough with the prior's numbers.
        None if prior.starts_with(cell.as_str()) => prior,
        None => format!("{cell}: {prior}"),
    }
}

/// Short, for it stands at the end of a line.
fn series_name(results: &Results, axis: usize, place: usize) -> String {
    match naming::tick(&results.axes.all()[axis], place).as_str() {
        "linear" => "line".to_owned(),
        "piecewise-linear" => "pieces".to_owned(),
        tick => tick.to_owned(),
    }
}

fn has_numbers(function: &BidFunction) -> bool {
    function.learned.iter().any(Option::is_some)
}

/// Whether two bidders of a cell have one prior, one equilibrium and one learner.
fn are_alike(results: &Results, one: (&BidFunction, Line), other: (&BidFunction, Line)) -> bool {
    let same = |column| results.text(one.1, column) == results.text(other.1, column);
    one.0.prior == other.0.prior
        && one.0.bne == other.0.bne
        && one.0.smoothed == other.0.smoothed
        && same("learner")
        && same("strategy")
}

/// Whether bids are w v, learned and in the Nash equilibrium.
pub(super) fn is_line(function: &BidFunction) -> bool {
    let straight = |bids: &[Option<f64>]| {
        let last = function.values.iter().zip(bids).rev().find_map(|(value, bid)| Some((*value, (*bid)?)));
        let Some((high, top)) = last.filter(|(high, _)| *high > 0.0) else { return true };
        let far = |value: f64, bid: f64| (bid - top / high * value).abs() > STRAIGHT * top.abs();
        !function.values.iter().zip(bids).any(|(value, bid)| bid.is_some_and(|bid| far(*value, bid)))
    };
    straight(&function.learned) && straight(&function.bne)
}

/// The differences of some bids from those of the Nash equilibrium, at each value; NaN where one is missing.
pub(super) fn minus_nash(function: &BidFunction, bids: &[Option<f64>]) -> Vec<(f64, f64)> {
    let difference = |bid: &Option<f64>, bne: &Option<f64>| bid.zip(*bne).map_or(f64::NAN, |(b, n)| b - n);
    let differences = bids.iter().zip(&function.bne).map(|(bid, bne)| difference(bid, bne));
    function.values.iter().copied().zip(differences).collect()
}

/// The reference beside Nash: the smoothed equilibrium, or that of the class where there is none.
pub(super) fn second_reference(function: &BidFunction) -> Option<(&'static str, &[Option<f64>])> {
    let there = |bids: &[Option<f64>]| bids.iter().any(Option::is_some);
    match function {
        f if there(&f.smoothed) => Some(("smoothed equilibrium", &f.smoothed)),
        f if there(&f.class) => Some(("equilibrium of the class", &f.class)),
        _ => None,
    }
}

/// One range for all panels of differences, bands and equilibria among them.
pub(super) fn range_of_differences(panels: &[Panel]) -> (f64, f64) {
    let (mut low, mut high) = (0.0_f64, 0.0_f64);
    let mut hold = |value: f64| {
        if value.is_finite() {
            (low, high) = (low.min(value), high.max(value));
        }
    };
    for (_, _, function) in panels.iter().flat_map(|panel| &panel.series) {
        for (at, (_, difference)) in minus_nash(function, &function.learned).into_iter().enumerate() {
            let width = function.ci95[at].unwrap_or(0.0);
            hold(difference - width);
            hold(difference + width);
        }
        if let Some((_, bids)) = second_reference(function) {
            minus_nash(function, bids).into_iter().for_each(|(_, difference)| hold(difference));
        }
    }
    let room = 0.06 * (high - low);
    if room > 0.0 { (low - room, high + room) } else { (-1e-3, 1e-3) }
}

/// Which series of a panel are drawn in their own colours: the farthest from Nash, where they are many.
pub(super) fn coloured(panel: &Panel) -> Vec<bool> {
    let far = |function: &BidFunction| {
        let all = minus_nash(function, &function.learned).into_iter().map(|(_, d)| d.abs());
        all.filter(|far| far.is_finite()).fold(0.0, f64::max)
    };
    let mut order: Vec<usize> = (0..panel.series.len()).collect();
    order.sort_by(|&a, &b| far(&panel.series[b].2).total_cmp(&far(&panel.series[a].2)).then(a.cmp(&b)));
    let mut chosen = vec![false; panel.series.len()];
    order.into_iter().take(MOST_LINES).for_each(|at| chosen[at] = true);
    chosen
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn function(learned: impl Fn(f64) -> f64, bne: impl Fn(f64) -> f64) -> BidFunction {
        let values: Vec<f64> = (0..=10).map(|k| 0.2 * f64::from(k)).collect();
        let bids =
            |rule: &dyn Fn(f64) -> f64| values.iter().map(|value| Some(rule(*value))).collect::<Vec<_>>();
        BidFunction {
            cell: 0,
            bidder: None,
            prior: "uniform:0:2".into(),
            learned: bids(&learned),
            ci95: vec![Some(0.01); values.len()],
            bne: bids(&bne),
            class: vec![None; values.len()],
            smoothed: vec![None; values.len()],
            values,
        }
    }

    pub fn panel(functions: Vec<BidFunction>) -> Panel {
        let series = functions.into_iter().enumerate().map(|(at, f)| (format!("s{at}"), at, f));
        Panel { title: String::new(), series: series.collect() }
    }

    #[test]
    fn lines_are_told_from_bent_bids() {
        assert!(is_line(&function(|v| 0.48 * v, |v| 0.5 * v)));
        assert!(!is_line(&function(|v| 0.48 * v, |v| v / (2.0 + 0.1 * v))));
        assert!(!is_line(&function(|v| 0.48 * v.min(1.5), |v| 0.5 * v)));
        let mut none = function(|v| v, |v| v);
        (none.learned, none.bne) = (vec![None; 11], vec![None; 11]);
        assert!(is_line(&none) && !has_numbers(&none));
    }

    #[test]
    fn the_scale_of_differences_holds_all_panels_with_their_bands() {
        let below = function(|v| 0.4 * v, |v| 0.5 * v);
        let above = function(|v| 0.5 * v + 0.05, |v| 0.5 * v);
        let (low, high) = range_of_differences(&[panel(vec![below]), panel(vec![above])]);
        // -0.2 at the highest value and 0.05 everywhere, with 0.01 of interval and some room.
        assert!(low < -0.21 && low > -0.24 && high > 0.06 && high < 0.09, "{low} {high}");
        let (low, high) = range_of_differences(&[]);
        assert!(low < 0.0 && high > 0.0);
    }

    #[test]
    fn the_farthest_of_many_series_have_colours() {
        let functions = (0..40).map(|k| function(move |v| (0.5 - 0.001 * f64::from(k)) * v, |v| 0.5 * v));
        let coloured = coloured(&panel(functions.collect()));
        assert_eq!(coloured.iter().filter(|is| **is).count(), MOST_LINES);
        assert!(coloured[39] && coloured[28] && !coloured[27]);
    }
}
