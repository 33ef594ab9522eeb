//! What claims look at: the lines of a sweep, their names in words, and where a set of cells lies.

use super::grammar::{clauses, list, plural};
use super::quantity::{Form, Quantity};
use super::text::{Text, Variable};
use crate::report::findings::Findings;
use crate::report::results::{Axis, Estimate, Line, Results};

/// A sweep as claims look at it.
pub(super) struct Facts<'r> {
    pub(super) results: &'r Results,
    pub(super) findings: &'r Findings,
    /// A cell a line, or a bidder a line where bidders differ.
    pub(super) lines: Vec<Line>,
    random: Vec<bool>,
}

/// Where the learners of a cell end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End<'r> {
    /// At the equilibria of the column's words.
    At(&'r str),
    /// Away from every equilibrium known, and there to stay.
    Away,
    /// Away as well when training ended, but still moving: they may yet come to one.
    OnTheWay,
    /// The column does not tell.
    Undecided,
}

impl End<'_> {
    /// Whether they may be at an equilibrium or not.
    pub(super) fn is_open(self) -> bool {
        matches!(self, End::OnTheWay | End::Undecided)
    }

    /// Whether they are at an equilibrium of the column's words, such as `bne`.
    pub(super) fn is_at(self, equilibrium: &str) -> bool {
        matches!(self, End::At(words) if words.split('+').any(|word| word == equilibrium))
    }
}

/// The most values of an axis, and the most cells, that a sentence names.
const NAMED: usize = 4;

impl<'r> Facts<'r> {
    pub(super) fn new(results: &'r Results, findings: &'r Findings) -> Self {
        let is_random = |cell| results.plan.cell(results.position(cell)).settings.is_random();
        let random = (0..results.cells.rows()).map(is_random).collect();
        Facts { results, findings, lines: results.lines().collect(), random }
    }

    /// Number of cells.
    pub(super) fn cells(&self) -> usize {
        self.results.cells.rows()
    }

    /// Whether the runs of a cell differ by seed.
    pub(super) fn is_random(&self, cell: usize) -> bool {
        self.random[cell]
    }

    /// Runs of a cell that trained all their epochs.
    pub(super) fn ok(&self, cell: usize) -> usize {
        let number = |column| self.results.cells.number(column, cell).unwrap_or(0.0);
        (number("replicates") - number("diverged") - number("failed")).max(0.0) as usize
    }

    /// Whether the multipliers of a cell surely still move when training ends.
    pub(super) fn is_on_the_way(&self, cell: usize) -> bool {
        self.results.is_moving(cell)
    }

    /// Where the learners of a cell end.
    pub(super) fn end(&self, cell: usize) -> End<'r> {
        match self.results.cells.text("destination", cell) {
            None | Some("undecided") => End::Undecided,
            Some("elsewhere") if self.is_on_the_way(cell) => End::OnTheWay,
            Some("elsewhere") => End::Away,
            Some(words) => End::At(words),
        }
    }

    /// A measure of a line over replicates.
    pub(super) fn estimate(&self, line: Line, measure: &str) -> Option<Estimate> {
        self.results.estimate(line, measure)
    }

    /// Half the width of the 95 % interval of an estimate of a line: 0 where nothing is random; `None` where
    /// it is unknown.
    pub(super) fn width(&self, line: Line, estimate: &Estimate) -> Option<f64> {
        if self.is_random(line.cell) { estimate.ci95 } else { Some(0.0) }
    }

    /// The ends of the 95 % interval of an estimate of a line: both the mean where nothing is random; `None`
    /// where they are unknown.
    pub(super) fn ends(&self, line: Line, estimate: &Estimate) -> Option<(f64, f64)> {
        if !self.is_random(line.cell) {
            return Some((estimate.mean, estimate.mean));
        }
        estimate.half_length().map(|_| estimate.interval())
    }

    /// What a number of lines is counted in.
    pub(super) fn unit(&self) -> &'static str {
        if self.lines.iter().any(|line| line.bidder.is_some()) { "bidder" } else { "cell" }
    }

    /// The cells of lines, each once, in order.
    pub(super) fn cells_of(lines: &[Line]) -> Vec<usize> {
        let mut cells: Vec<usize> = lines.iter().map(|line| line.cell).collect();
        cells.dedup();
        cells
    }

    /// A cell by its values along the axes; empty of the only cell.
    pub(super) fn name(&self, cell: usize) -> Text {
        name_of_line(self.results, Line { cell, bidder: None })
    }

    /// " (beta = 200)": where lines lie, if they are all the lines of their cells.
    pub(super) fn places_of_lines(&self, lines: &[Line]) -> Text {
        let cells = Facts::cells_of(lines);
        let all: usize = cells.iter().map(|&cell| self.results.lines_of(cell).count()).sum();
        if all == lines.len() { self.places(&cells) } else { Text::default() }
    }

    /// A line by its cell and its bidder.
    pub(super) fn name_line(&self, line: Line) -> Text {
        name_of_line(self.results, line)
    }

    /// " (beta = 200, N = 3)"; nothing of the only line.
    pub(super) fn at(&self, line: Line) -> Text {
        in_brackets(self.name_line(line))
    }

    /// Where a set of cells lies, in values of axes: the cells that have these values, or else "all with"
    /// values that others have too. `None` of all cells, or where no values tell it in few words.
    pub(super) fn place(&self, cells: &[usize]) -> Option<Text> {
        let (told, exact) = self.values(cells)?;
        if exact {
            return Some(told);
        }
        if cells.len() < NAMED {
            return Some(clauses(cells.iter().map(|&cell| self.name(cell)).collect()));
        }
        // They share values, if not alone.
        (!told.is_empty()).then(|| Text::of("all with ").text(told))
    }

    /// Where a set of cells lies, if it is all that have some values.
    pub(super) fn exact_place(&self, cells: &[usize]) -> Option<Text> {
        self.values(cells).filter(|(_, exact)| *exact).map(|(told, _)| told)
    }

    /// Values of axes that all of some cells have, and whether no other cell has these; `None` of all cells.
    fn values(&self, cells: &[usize]) -> Option<(Text, bool)> {
        if cells.is_empty() || cells.len() == self.cells() {
            return None;
        }
        let axes = &self.results.axes;
        let used: Vec<Vec<Option<usize>>> = (0..axes.all().len())
            .map(|axis| {
                let mut places: Vec<_> = cells.iter().map(|&cell| axes.place(cell, axis)).collect();
                places.sort_unstable();
                places.dedup();
                places
            })
            .collect();
        let within =
            |cell: &usize| used.iter().enumerate().all(|(a, used)| used.contains(&axes.place(*cell, a)));
        let alone = (0..self.cells()).filter(within).count() == cells.len();
        let few =
            |used: &Vec<Option<usize>>, axis: &Axis| used.len() <= NAMED && used.len() < axis.values.len();
        let restricted = axes.all().iter().zip(&used).filter(|(axis, used)| few(used, axis));
        let told: Vec<Text> = restricted
            .map(|(axis, used)| (axis, used.iter().flatten().copied().collect::<Vec<_>>()))
            .filter(|(_, places)| !places.is_empty())
            .map(|(axis, places)| axis_values(axis, &places))
            .collect();
        let named = used
            .iter()
            .zip(axes.all())
            .all(|(used, axis)| few(used, axis) || used.len() >= axis.values.len());
        let exact = alone && named && !told.is_empty();
        Some((list(told, ", "), exact))
    }

    /// " (beta = 200)": where a set of cells lies, if that can be told in few words.
    pub(super) fn places(&self, cells: &[usize]) -> Text {
        match self.place(cells) {
            Some(place) => in_brackets(place),
            None => Text::default(),
        }
    }

    /// "in 18 of 20 cells", "in all 20 cells", nothing of one; `unit` is what is counted.
    pub(super) fn share(&self, name: &str, part: usize, all: usize, unit: &str) -> Text {
        let count = |name: &str, count| Quantity::count(name, count);
        match (part, all) {
            (_, 1) => Text::default(),
            (part, all) if part == all => {
                Text::of(" in all ").number(count(name, all)).words(" ").words(&plural(all, unit))
            }
            _ => Text::of(" in ")
                .number(count(name, part))
                .words(" of ")
                .number(count(&format!("{name}All"), all))
                .words(" ")
                .words(&plural(all, unit)),
        }
    }

    /// " in 2": of what was just counted.
    pub(super) fn again(&self, name: &str, part: usize) -> Text {
        Text::of(" in ").number(Quantity::count(name, part))
    }

    /// The reasons that a column gives for the doubts of some cells, the commonest first.
    pub(super) fn reasons(&self, cells: &[usize], column: &str) -> Vec<(String, Vec<usize>)> {
        grouped(cells, |cell| self.results.cells.text(column, cell).unwrap_or("no reason is told").to_owned())
    }
}

/// Cells by a word of each, the commonest first.
pub(super) fn grouped<T: Copy>(cells: &[T], word: impl Fn(T) -> String) -> Vec<(String, Vec<T>)> {
    let mut groups: Vec<(String, Vec<T>)> = Vec::new();
    for &cell in cells {
        let word = word(cell);
        match groups.iter_mut().find(|(other, _)| *other == word) {
            Some((_, group)) => group.push(cell),
            None => groups.push((word, vec![cell])),
        }
    }
    groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.len()));
    groups
}

/// A line by its cell's values along the axes, and its bidder; empty of the only line.
pub(in crate::report) fn name_of_line(results: &Results, line: Line) -> Text {
    let axes = results.axes.all().iter().enumerate();
    let mut named: Vec<Text> = axes
        .filter_map(|(at, axis)| Some(axis_values(axis, &[results.axes.place(line.cell, at)?])))
        .collect();
    named.extend(line.bidder.map(bidder_text));
    list(named, ", ")
}

fn bidder_text(bidder: usize) -> Text {
    Text::of("bidder ").words(&(bidder + 1).to_string())
}

/// A text in brackets after a space; nothing of nothing.
pub(super) fn in_brackets(text: Text) -> Text {
    if text.is_empty() { text } else { Text::of(" (").text(text).words(")") }
}

/// An axis and some of its values: "beta = 100 or 200", "strategy linear".
pub(super) fn axis_values(axis: &Axis, places: &[usize]) -> Text {
    let is_number = axis.is_numeric();
    let values = places.iter().map(|&place| Text::default().user(&shown(axis.short(place)))).collect();
    axis_name(axis).words(if is_number { " = " } else { " " }).text(list(values, " or "))
}

/// The name of an axis: a variable, or its key in words.
pub(in crate::report) fn axis_name(axis: &Axis) -> Text {
    match (axis.name.as_str(), &axis.keys[..]) {
        ("beta", _) => Text::default().variable(Variable::Beta),
        ("bidders", _) => Text::default().variable(Variable::N),
        // The name of a zip is its user's; a key is this program's.
        (name, [key]) if name == key => Text::of(&name.replace('_', " ")),
        (name, _) => Text::default().user(name),
    }
}

/// A value as people write it: `{ mwu = { optimism = 1 } }` is `mwu (optimism = 1)`.
pub(in crate::report) fn shown(value: &str) -> String {
    let inner = value.strip_prefix("{ ").and_then(|rest| rest.strip_suffix(" }"));
    match inner.and_then(|inner| inner.split_once(" = ")) {
        Some((name, rest)) => {
            let rest = rest.trim_start_matches("{ ").trim_end_matches(" }");
            format!("{name} ({rest})")
        }
        None => value.to_owned(),
    }
}

/// The range of a measure over some lines: "-0.137 to -0.0040", or one number with its interval.
pub(super) fn range(name: &str, numbers: &[(f64, Option<f64>)], form: Form) -> Text {
    let told = |&(mean, ci95): &(f64, Option<f64>)| Estimate { mean, sd: None, ci95, ends: None };
    range_of(name, &numbers.iter().map(told).collect::<Vec<_>>(), form)
}

/// The same of measures whose intervals may have unequal sides.
pub(super) fn range_of(name: &str, estimates: &[Estimate], form: Form) -> Text {
    let by_value = |a: &&Estimate, b: &&Estimate| a.mean.total_cmp(&b.mean);
    let (Some(&least), Some(&most)) = (estimates.iter().min_by(by_value), estimates.iter().max_by(by_value))
    else {
        return Text::of("nothing");
    };
    if estimates.len() == 1 {
        return Text::default().number(Quantity::of(name, &least, form));
    }
    let end =
        |end: &str, told: Estimate| Quantity::of(&format!("{name}{end}"), &told, form).without_interval();
    let (low, high) = (end("Least", least), end("Most", most));
    if low.digits() == high.digits() {
        return Text::default().number(low);
    }
    Text::default().number(low).words(" to ").number(high)
}

/// A label of findings, `beta=50 bidders=2`, in words and in brackets.
pub(super) fn label_text(label: &str) -> Text {
    if label.is_empty() {
        return Text::default();
    }
    let told = label.split(' ').map(|word| match word.split_once('=') {
        Some(("beta", value)) => Text::default().variable(Variable::Beta).words(" = ").user(value),
        Some(("bidders", value)) => Text::default().variable(Variable::N).words(" = ").user(value),
        Some((key, value)) => Text::default().user(key).words(" = ").user(value),
        None => Text::default().user(word),
    });
    in_brackets(list(told.collect(), ", "))
}
