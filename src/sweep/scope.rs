//! `[fixed]`, `[axes]`, `[zip]` and `[[exclude]]`, of the file and of each `[[block]]`, and the grids they
//! make.

use std::collections::HashMap;
use std::sync::Arc;

use super::axis::Series;
use super::document::{Node, Table, Value};
use super::exclude::{Rule, read_rules};
use super::form::Names;
use super::grid::{Axis, Column, Fixed, Grid, Placed};
use super::limits::MAX_CELLS;
use super::problem::{Place, Problem};
use super::read;
use super::settings::{self, BIDDERS, POPULATION, settings};

/// `key=value` from the command line.
#[derive(Debug)]
pub(super) struct Override {
    pub key: String,
    pub node: Node,
}

impl Override {
    /// Reads `--set` arguments: a setting's key, or `name`.
    pub(super) fn read_all(set: &[String], problems: &mut Vec<Problem>) -> Vec<Override> {
        let mut overrides: Vec<Override> = Vec::new();
        for (index, argument) in (0..).zip(set) {
            let place = Place::Set(index);
            let Some((key, value)) = argument.split_once('=') else {
                problems.push(Problem::error(place, "there is no `=`").help("write `--set key=value`"));
                continue;
            };
            let key = key.trim().to_owned();
            if overrides.iter().any(|other| other.key == key) {
                problems.push(Problem::error(place, format!("`{key}` is set twice")).help("set it once"));
                continue;
            }
            if key != "name" && settings::index(&key, place, problems).is_none() {
                continue;
            }
            match Node::parse_argument(value.trim(), place) {
                Ok(node) => overrides.push(Override { key, node }),
                Err(message) => {
                    let problem = Problem::error(place, format!("the value is not TOML: {message}"));
                    problems.push(problem.help("write such as `--set beta=50` or `--set learner=sgd`"));
                }
            }
        }
        overrides
    }
}

/// The file, or a block, before the file's part of a block is added to it.
pub(super) struct Scope {
    label: Option<String>,
    place: Place,
    /// Whether it has `[axes]` or `[zip]`.
    has_axes: bool,
    fixed: Vec<Fixed>,
    axes: Vec<WrittenAxis>,
    rules: Vec<Rule>,
    /// Settings some value of which could not be read.
    broken: Vec<usize>,
}

/// An axis before its values are read.
struct WrittenAxis {
    /// The name of the zip.
    name: Option<String>,
    place: Place,
    columns: Vec<WrittenColumn>,
}

struct WrittenColumn {
    setting: usize,
    node: Node,
    series: Series,
    /// The values, once read.
    column: Option<Arc<Column>>,
}

impl WrittenAxis {
    fn len(&self) -> u64 {
        self.columns[0].series.len()
    }
}

impl Scope {
    pub(super) fn read(
        table: &Table,
        place: Place,
        names: &Names,
        overrides: &[Override],
        problems: &mut Vec<Problem>,
    ) -> Scope {
        let mut scope = Scope {
            label: None,
            place,
            has_axes: table.get("axes").is_some() || table.get("zip").is_some(),
            fixed: Vec::new(),
            axes: Vec::new(),
            rules: Vec::new(),
            broken: Vec::new(),
        };
        let in_block = place != Place::File;
        if in_block && let Some(label) = table.get("label") {
            scope.label = read::text(label, "label", problems).map(str::to_owned);
        }
        let fixed = table.get("fixed").and_then(|node| read::table(node, "`[fixed]`", problems));
        let mut fixed = fixed.map_or_else(Table::default, settings::flat);
        for Override { key, node } in overrides {
            if key != "name" && (!in_block || fixed.get(key).is_some()) {
                fixed.set(key, node.clone());
            }
        }
        scope.read_fixed(&fixed, names, problems);
        scope.read_axes(table, problems);
        scope.read_zips(table, problems);
        scope.axes.sort_by_key(|axis| axis.place);
        scope.report_conflicts(problems);
        if let Some(node) = table.get("exclude") {
            scope.rules = read_rules(node, names, problems);
        }
        scope
    }

    fn read_fixed(&mut self, table: &Table, names: &Names, problems: &mut Vec<Problem>) {
        for entry in &table.entries {
            let Some(setting) = settings::index(&entry.key, entry.place, problems) else { continue };
            match settings()[setting].read(&entry.node, names, problems) {
                Some(choice) => {
                    let value = Placed { choice, place: entry.node.place };
                    self.fixed.push(Fixed { setting, value });
                }
                None => self.broken.push(setting),
            }
        }
    }

    fn read_axes(&mut self, table: &Table, problems: &mut Vec<Problem>) {
        let Some(axes) = table.get("axes").and_then(|node| read::table(node, "`[axes]`", problems)) else {
            return;
        };
        for entry in &settings::flat(axes).entries {
            let columns: Vec<_> =
                self.read_column(&entry.key, entry.place, &entry.node, problems).into_iter().collect();
            if !columns.is_empty() {
                self.axes.push(WrittenAxis { name: None, place: entry.place, columns });
            }
        }
    }

    fn read_zips(&mut self, table: &Table, problems: &mut Vec<Problem>) {
        let Some(zips) = table.get("zip").and_then(|node| read::table(node, "`[zip]`", problems)) else {
            return;
        };
        for zip in &zips.entries {
            let Value::Table(table) = &zip.node.value else {
                let message = format!("`zip.{}` must be a table of lists, not {}", zip.key, zip.node.found());
                let problem = Problem::error(zip.node.place, message);
                problems.push(problem.help("write `[zip.NAME]` and its lists of equal length below"));
                continue;
            };
            let before = problems.len();
            let read = |entry: &super::document::Entry| {
                self.read_column(&entry.key, entry.place, &entry.node, problems)
            };
            let columns: Vec<_> = settings::flat(table).entries.iter().filter_map(read).collect();
            if problems.len() > before {
                self.broken.extend(columns.iter().map(|column| column.setting));
                continue;
            }
            let Some(first) = columns.first() else {
                let problem = Problem::error(zip.place, format!("`[zip.{}]` has no lists", zip.key));
                problems.push(problem.help("write two or more lists of equal length, or leave it out"));
                continue;
            };
            let mut lengths =
                columns.iter().filter(|column| column.series.len() != first.series.len()).peekable();
            if lengths.peek().is_some() {
                for column in lengths {
                    let message = format!(
                        "the lists of `[zip.{}]` must be of equal length: `{}` has {}, `{}` has {}",
                        zip.key,
                        settings()[first.setting].key,
                        first.series.len(),
                        settings()[column.setting].key,
                        column.series.len(),
                    );
                    problems.push(
                        Problem::error(column.node.place, message)
                            .help("write one value for each, or move one of the lists to [axes]"),
                    );
                }
                self.broken.extend(columns.iter().map(|column| column.setting));
                continue;
            }
            self.axes.push(WrittenAxis { name: Some(zip.key.clone()), place: zip.place, columns });
        }
    }

    fn read_column(
        &mut self,
        key: &str,
        place: Place,
        node: &Node,
        problems: &mut Vec<Problem>,
    ) -> Option<WrittenColumn> {
        let setting = settings::index(key, place, problems)?;
        let series = Series::read(key, node, problems);
        if series.is_none() {
            self.broken.push(setting);
        }
        Some(WrittenColumn { setting, node: node.clone(), series: series?, column: None })
    }

    /// Settings that the scope gives more than one way.
    fn report_conflicts(&self, problems: &mut Vec<Problem>) {
        let mut given: HashMap<usize, (Place, &str)> =
            self.fixed.iter().map(|fixed| (fixed.setting, (fixed.value.place, "fixed"))).collect();
        for axis in &self.axes {
            for column in &axis.columns {
                let kind = if axis.name.is_some() { "in a zip" } else { "an axis" };
                let key = &settings()[column.setting].key;
                match given.insert(column.setting, (column.node.place, kind)) {
                    None => {}
                    Some((place @ Place::Set(_), _)) => problems.push(set_on_axis(place, key)),
                    Some((place, before)) => problems.push(
                        Problem::error(column.node.place, format!("`{key}` is both {before} and {kind}"))
                            .also(place, "also here")
                            .help("write it in one place"),
                    ),
                }
            }
        }
        let [bidders, population] = partners();
        if let (Some((bidders, _)), Some((population, _))) = (given.get(&bidders), given.get(&population)) {
            let message = "`bidders` and `population` both say who bids";
            problems.push(
                Problem::error(*bidders, message)
                    .also(*population, "also here")
                    .help("leave out `bidders`: a population has its own"),
            );
        }
    }

    /// Whether the scope gives a setting, or the one that stands in its place.
    fn overrides(&self, setting: usize) -> bool {
        let gives = |setting| {
            let axes = self.axes.iter().flat_map(|axis| axis.columns.iter().map(|column| column.setting));
            self.fixed.iter().map(|fixed| fixed.setting).chain(axes).any(|other| other == setting)
                || self.broken.contains(&setting)
        };
        let [bidders, population] = partners();
        gives(setting)
            || (setting == bidders && gives(population))
            || (setting == population && gives(bidders))
    }

    /// Reads the values of every axis. Those of a range are at one place and reported once.
    fn read_values(&mut self, names: &Names, problems: &mut Vec<Problem>) {
        for axis in &mut self.axes {
            let is_zip = axis.name.is_some();
            for column in &mut axis.columns {
                let entry = &settings()[column.setting];
                let mut values = Vec::new();
                // The lists of a zip may repeat a value; a range cannot.
                let is_distinct = !is_zip && matches!(column.series, Series::List(_));
                let mut seen: HashMap<String, Place> = HashMap::new();
                let mut bad_place = None;
                for node in column.series.nodes(&column.node) {
                    if bad_place == Some(node.place) {
                        break;
                    }
                    let Some(choice) = entry.read(&node, names, problems) else {
                        bad_place = Some(node.place);
                        continue;
                    };
                    if is_distinct && let Some(first) = seen.insert(choice.to_string(), node.place) {
                        let message = format!("the axis `{}` has {} twice", entry.key, choice.toml());
                        let problem = Problem::error(node.place, message).also(first, "first here");
                        problems.push(problem.help(
"leave one of them out; how many runs each cell has is `replicates`, under [seeds]"));
                    }
                    values.push(Placed { choice, place: node.place });
                }
                if bad_place.is_some() {
                    self.broken.push(column.setting);
                }
                column.column = Some(Arc::new(Column {
                    setting: column.setting,
                    values,
                    range: column.series.written(),
                }));
            }
        }
    }
}

fn set_on_axis(place: Place, key: &str) -> Problem {
    Problem::error(place, format!("`{key}` is an axis of the sweep; --set replaces fixed settings only"))
        .help("change the axis in the file")
}

/// The two settings of which a cell has one.
fn partners() -> [usize; 2] {
    [BIDDERS, POPULATION].map(settings::index_of)
}

/// The grids: the main one where it has axes or there is no block, and one a block; and the rules. None where
/// the cells are too many.
pub(super) fn compose(
    mut scopes: Vec<Scope>,
    names: &Names,
    problems: &mut Vec<Problem>,
) -> Option<(Vec<Grid>, Vec<Rule>)> {
    let first = usize::from(scopes.len() > 1 && !scopes[0].has_axes);
    let size = |scope| {
        let lengths = axes_of(&scopes, scope).into_iter().map(|(axis, _)| u128::from(axis.len()));
        lengths.into_iter().try_fold(1u128, u128::checked_mul)
    };
    let cells = (first..scopes.len()).map(size).try_fold(0u128, |sum, size| sum.checked_add(size?));
    if cells.is_none_or(|cells| cells > MAX_CELLS) {
        let count = cells.map_or("more than 10^38".to_owned(), |cells| cells.to_string());
        let message = format!("the grid has {count} cells, more than the {MAX_CELLS} that a sweep may have");
        problems.push(
            Problem::error(Place::File, message)
                .help("shorten the axes, or split the sweep in several files"),
        );
        return None;
    }
    for scope in &mut scopes {
        scope.read_values(names, problems);
    }
    let grids = (first..scopes.len()).map(|scope| grid(&scopes, scope, problems)).collect();
    let mut rules = Vec::new();
    for (index, scope) in scopes.into_iter().enumerate() {
        let grid = (index > 0).then(|| index - first);
        rules.extend(scope.rules.into_iter().map(|rule| Rule { grid, ..rule }));
    }
    Some((grids, rules))
}

/// The axes of a scope, those that a block inherits first, with the columns that the block does not override.
fn axes_of(scopes: &[Scope], index: usize) -> Vec<(&WrittenAxis, Vec<&WrittenColumn>)> {
    let inherited = if index == 0 { &[] } else { scopes[0].axes.as_slice() };
    let block = &scopes[index];
    let kept = inherited.iter().map(|axis| {
        let columns = axis.columns.iter().filter(|column| !block.overrides(column.setting));
        (axis, columns.collect::<Vec<_>>())
    });
    let own = block.axes.iter().map(|axis| (axis, axis.columns.iter().collect()));
    kept.filter(|(_, columns)| !columns.is_empty()).chain(own).collect()
}

fn grid(scopes: &[Scope], index: usize, problems: &mut Vec<Problem>) -> Grid {
    let (top, scope) = (&scopes[0], &scopes[index]);
    let mut fixed = Vec::new();
    let mut broken = scope.broken.clone();
    if index > 0 {
        for inherited in &top.fixed {
            if !scope.overrides(inherited.setting) {
                fixed.push(inherited.clone());
            } else if let place @ Place::Set(_) = inherited.value.place
                && scope.axes.iter().flat_map(|axis| &axis.columns).any(|c| c.setting == inherited.setting)
            {
                problems.push(set_on_axis(place, &settings()[inherited.setting].key));
            }
        }
        broken.extend(top.broken.iter().filter(|&&setting| !scope.overrides(setting)));
    }
    fixed.extend(scope.fixed.iter().cloned());
    let mut axes = Vec::new();
    for (axis, columns) in axes_of(scopes, index) {
        let columns: Vec<_> = columns.iter().filter_map(|column| column.column.clone()).collect();
        // Where values could not be read, what is left may have nothing to move together with.
        let length = columns[0].values.len();
        if length > 0 && columns.iter().all(|column| column.values.len() == length) {
            axes.push(Axis { name: axis.name.clone(), columns });
        } else {
            broken.extend(columns.iter().map(|column| column.setting));
        }
    }
    Grid::new(scope.label.clone(), scope.place, fixed, axes, broken)
}
