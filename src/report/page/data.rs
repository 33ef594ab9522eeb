//! The numbers of the page: the lines of a sweep's table, by column, as JSON.

use std::collections::HashSet;

use serde_json::json;

use super::columns::{AS_THE_MULTIPLIER, Group, KNOWN, Known, spans_powers};
use super::number::Digits;
use super::text::{embedded, shown};
use crate::report::results::{Line, Results};
use crate::store::TableColumn;
use crate::sweep::{Kind, setting_columns};

/// The table as the page holds it.
pub(super) struct Data {
    /// The columns that the page has, in order.
    pub(super) columns: Vec<Column>,
    /// The names of those for which there is no room.
    pub(super) left_out: Vec<String>,
    /// Lines: a cell, or one of its bidders where they differ.
    pub(super) rows: usize,
    /// Cells that the tables have but the page has not.
    pub(super) cells_left_out: usize,
    json: String,
}

/// A column.
pub(super) struct Column {
    /// Its name in the tables.
    pub(super) name: String,
    /// Its head; `*` encloses a variable, but for names of users.
    pub(super) title: String,
    /// One line that says what it is.
    pub(super) doc: String,
    /// What it belongs to.
    pub(super) group: Group,
    /// Whether it is shown at first.
    pub(super) shown: bool,
    tex: String,
    unit: Option<String>,
    form: Form,
    digits: Digits,
    values: Values,
}

/// What a column is to the script.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Axis,
    Number,
    /// The half-width of the interval of the column before.
    Half,
    Text,
}

enum Values {
    Numbers(Vec<Option<f64>>),
    Words { words: Vec<String>, rows: Vec<Option<usize>> },
}

/// The lines of a sweep, with as many columns as take no more than so many bytes.
pub(super) fn data(results: &Results, budget: usize) -> Data {
    let lines: Vec<Line> = results.lines().collect();
    let mut columns = axes(results, &lines);
    columns.extend(measures(results, &lines));
    columns.sort_by_key(|column| column.group);
    let written: Vec<String> = columns.iter().map(Column::json).collect();
    let head = head(results, &lines);
    // What is shown at first has room before what can be added, and axes before all.
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|&at| (columns[at].group != Group::Axes, !columns[at].shown, at));
    let mut room = budget.saturating_sub(head.len());
    let kept: HashSet<usize> = order
        .into_iter()
        .filter(|&at| {
            let fits = written[at].len() < room;
            room -= if fits { written[at].len() + 1 } else { 0 };
            fits
        })
        .collect();
    let json = written.into_iter().enumerate().filter(|(at, _)| kept.contains(at)).map(|(_, json)| json);
    let json = format!("{{{head},\"columns\":[{}]}}", json.collect::<Vec<_>>().join(","));
    let mut left_out = Vec::new();
    let mut at = 0;
    columns.retain(|column| {
        at += 1;
        let keep = kept.contains(&(at - 1));
        left_out.extend((!keep).then(|| column.name.clone()));
        keep
    });
    let cells_left_out = results.total - results.cells.rows();
    Data { columns, left_out, rows: lines.len(), cells_left_out, json }
}

impl Data {
    /// As JSON that may stand within a page.
    pub(super) fn json(&self) -> String {
        embedded(&self.json)
    }
}

/// The rows of `cells` that lines are of, where these are not the lines themselves.
fn head(results: &Results, lines: &[Line]) -> String {
    let cells: Vec<usize> = lines.iter().map(|line| line.cell).collect();
    let same = cells.iter().enumerate().all(|(at, cell)| at == *cell);
    let cells = if same { "null".into() } else { json!(cells).to_string() };
    format!("\"name\":{},\"rows\":{},\"cells\":{cells}", json!(shown(results.plan.name())), lines.len())
}

/// The axes of the sweep, and what tells the bidders of a cell apart.
fn axes(results: &Results, lines: &[Line]) -> Vec<Column> {
    let settings = setting_columns();
    let doc = |key: &str| {
        let found = settings.iter().find(|column| column.name == key);
        found.map_or_else(String::new, |column| column.doc.to_string())
    };
    let axes = results.axes.all().iter().enumerate().map(|(at, axis)| Column {
        name: shown(&axis.name),
        title: shown(&axis.name),
        tex: String::new(),
        doc: axis.keys.iter().map(|key| doc(key)).collect::<Vec<_>>().join("; "),
        unit: None,
        group: Group::Axes,
        shown: true,
        form: Form::Axis,
        digits: Digits::All,
        values: Values::Words {
            words: axis.values.iter().map(|value| shown(&value.text)).collect(),
            rows: lines.iter().map(|line| results.axes.place(line.cell, at)).collect(),
        },
    });
    let mut columns: Vec<Column> = axes.collect();
    if lines.iter().any(|line| line.bidder.is_some()) {
        let count = lines.iter().filter_map(|line| line.bidder).max().unwrap_or(0) + 1;
        columns.push(Column {
            name: "bidder".into(),
            title: "bidder".into(),
            tex: String::new(),
            doc: "the bidder, from 1; missing where all are alike".into(),
            unit: None,
            group: Group::Axes,
            shown: true,
            form: Form::Axis,
            digits: Digits::All,
            values: Values::Words {
                words: (1..=count).map(|bidder| bidder.to_string()).collect(),
                rows: lines.iter().map(|line| line.bidder).collect(),
            },
        });
    }
    columns
}

/// All other columns, those that the page knows first.
fn measures(results: &Results, lines: &[Line]) -> Vec<Column> {
    let infos = results.cells.infos().iter().chain(results.bidders.infos());
    let mut seen: HashSet<&str> = ["label", "bidder"].into();
    seen.extend(results.axes.all().iter().flat_map(|axis| axis.keys.iter().map(String::as_str)));
    let infos: Vec<&TableColumn> = infos.filter(|info| seen.insert(&info.name)).collect();
    let settings: HashSet<String> = setting_columns().into_iter().map(|column| column.name).collect();
    let multiplier = {
        let means = numbers(results, lines, "multiplier_tail_mean");
        let halves = numbers(results, lines, "multiplier_tail_mean_ci95");
        Digits::by_interval(&halves, &means).at_least(3)
    };
    let known = |name: &str| KNOWN.iter().position(|known| known.name == name);
    let mut order: Vec<&TableColumn> = infos.clone();
    order.retain(|info| !["_ci95", "_low95", "_high95"].iter().any(|end| info.name.ends_with(end)));
    order.sort_by_key(|info| known(&info.name).unwrap_or(KNOWN.len()));
    let mut columns = Vec::new();
    for info in order {
        let known = known(&info.name).map(|at| &KNOWN[at]);
        let is_setting = settings.contains(&info.name);
        let Some(mut column) = column(results, lines, info, known, is_setting) else { continue };
        let half_name = format!("{}_ci95", measure(&info.name));
        let half = infos.iter().find(|half| half.name == half_name);
        let halves = half.map_or_else(Vec::new, |half| numbers(results, lines, &half.name));
        if let Values::Numbers(numbers) = &column.values {
            let present: Vec<f64> = numbers.iter().flatten().copied().collect();
            column.digits = if is_setting || info.kind == Kind::Integer || info.name.ends_with("_n") {
                Digits::All
            } else if spans_powers(&info.name) {
                Digits::Exponent(2)
            } else if AS_THE_MULTIPLIER.iter().any(|end| info.name.ends_with(end)) {
                multiplier
            } else {
                Digits::by_interval(&halves, &present)
            };
        }
        let digits = column.digits;
        let shown = column.shown && known.is_some_and(|known| known.interval);
        let (group, title) = (column.group, column.title.clone());
        columns.push(column);
        for (end, side) in [("low95", "from"), ("high95", "to")] {
            let name = format!("{}_{end}", measure(&info.name));
            let Some(info) = infos.iter().find(|info| info.name == name) else { continue };
            let ends: Vec<Option<f64>> = lines.iter().map(|&line| results.number(line, &name)).collect();
            if ends.iter().any(Option::is_some) {
                columns.push(Column {
                    name,
                    title: format!("{title}, {side}"),
                    tex: String::new(),
                    doc: info.doc.clone(),
                    unit: info.unit.clone(),
                    group,
                    shown,
                    form: Form::Number,
                    digits,
                    values: Values::Numbers(ends),
                });
            }
        }
        if let Some(half) = half.filter(|_| !halves.is_empty()) {
            columns.push(Column {
                name: half.name.clone(),
                title: format!("± {title}"),
                tex: String::new(),
                doc: half.doc.clone(),
                unit: half.unit.clone(),
                group,
                shown,
                form: Form::Half,
                digits: if let Digits::Exponent(_) = digits { Digits::Exponent(1) } else { digits },
                values: Values::Numbers(lines.iter().map(|&line| results.number(line, &half.name)).collect()),
            });
        }
    }
    columns
}

/// A column of the tables, but its digits; `None` where it says nothing.
fn column(
    results: &Results,
    lines: &[Line],
    info: &TableColumn,
    known: Option<&Known>,
    is_setting: bool,
) -> Option<Column> {
    let name = &info.name;
    let (form, values) = match info.kind {
        Kind::Text => {
            let (words, rows) = words(lines.iter().map(|&line| results.text(line, name)));
            if words.is_empty() || (is_setting && words.len() == 1 && rows.iter().all(Option::is_some)) {
                return None;
            }
            (Form::Text, Values::Words { words, rows })
        }
        Kind::Integer | Kind::Number => {
            let numbers: Vec<Option<f64>> = lines.iter().map(|&line| results.number(line, name)).collect();
            let is_same = numbers.windows(2).all(|pair| pair[0] == pair[1]);
            if numbers.iter().all(Option::is_none) || (is_setting && is_same) {
                return None;
            }
            (Form::Number, Values::Numbers(numbers))
        }
    };
    // What tells the bidders of a cell apart stands beside the axes.
    let tells_apart = (is_setting || name == "prior") && differs_within_cells(results, lines, name);
    let is_zero = match &values {
        Values::Numbers(numbers) => numbers.iter().all(|number| number.is_none_or(|number| number == 0.0)),
        Values::Words { .. } => false,
    };
    let group = match known {
        Some(known) => known.group,
        None if tells_apart => Group::Axes,
        None if is_setting || ["cell_id", "prior"].contains(&name.as_str()) => Group::Settings,
        None if name.starts_with("epsilon_") => Group::Epsilon,
        None if name.contains("bias_") => Group::Bias,
        None if ["bne_", "class_", "smoothed_", "perturbed_", "grid_"]
            .iter()
            .any(|s| name.starts_with(s)) =>
        {
            Group::References
        }
        None => Group::Measures,
    };
    Some(Column {
        name: name.clone(),
        title: known.map_or_else(|| measure(name).replace('_', " "), |known| known.title.into()),
        tex: known.map_or_else(String::new, |known| known.tex.into()),
        doc: info.doc.clone(),
        unit: info.unit.clone(),
        group,
        shown: tells_apart || known.is_some_and(|known| known.shown && !is_zero),
        form,
        digits: Digits::All,
        values,
    })
}

/// Whether bidders of one cell differ in a column.
fn differs_within_cells(results: &Results, lines: &[Line], name: &str) -> bool {
    lines.windows(2).any(|pair| {
        pair[0].cell == pair[1].cell
            && (results.text(pair[0], name), results.number(pair[0], name))
                != (results.text(pair[1], name), results.number(pair[1], name))
    })
}

/// A measure's name without `_mean`, but for means over epochs.
fn measure(name: &str) -> &str {
    if name.ends_with("tail_mean") { name } else { name.strip_suffix("_mean").unwrap_or(name) }
}

/// Each word once, and the word of each line.
fn words<'a>(texts: impl Iterator<Item = Option<&'a str>>) -> (Vec<String>, Vec<Option<usize>>) {
    let mut words: Vec<String> = Vec::new();
    let mut known = std::collections::HashMap::new();
    let rows = texts.map(|text| {
        text.map(|text| {
            *known.entry(text).or_insert_with(|| {
                words.push(shown(text));
                words.len() - 1
            })
        })
    });
    let rows = rows.collect();
    (words, rows)
}

fn numbers(results: &Results, lines: &[Line], name: &str) -> Vec<f64> {
    lines.iter().filter_map(|&line| results.number(line, name)).collect()
}

impl Column {
    /// A filter of its first word, where that is short.
    pub(super) fn example(&self) -> Option<String> {
        let Values::Words { words, .. } = &self.values else { return None };
        let quote = |text: &str| if text.contains(' ') { format!("\"{text}\"") } else { text.to_owned() };
        let short = words.first().filter(|word| word.chars().count() <= 12);
        short.map(|word| quote(&format!("{}={word}", self.name)))
    }

    /// As the script reads it.
    fn json(&self) -> String {
        let form = match self.form {
            Form::Axis => "axis",
            Form::Number => "number",
            Form::Half => "half",
            Form::Text => "text",
        };
        let digits = match self.digits {
            Digits::Places(places) => json!(places),
            Digits::Exponent(places) => json!(format!("e{places}")),
            Digits::All => json!(null),
        };
        let values = match &self.values {
            Values::Numbers(numbers) => rows("data", numbers.iter().map(|number| self.digits.json(*number))),
            Values::Words { words, rows: places } => {
                let place = |place: &Option<usize>| place.map_or_else(|| "null".into(), |at| at.to_string());
                format!("\"words\":{},{}", json!(words), rows("data", places.iter().map(place)))
            }
        };
        let mut told = json!({
            "name": self.name,
            "key": measure(&self.name),
            "title": self.title,
            "form": form,
            "digits": digits,
            "shown": self.shown,
        });
        let more = [("tex", Some(&self.tex)), ("doc", Some(&self.doc)), ("unit", self.unit.as_ref())];
        for (key, text) in more.into_iter().filter_map(|(key, text)| Some((key, text?))) {
            if !text.is_empty() {
                told[key] = json!(text);
            }
        }
        let told = told.to_string();
        format!("{},{values}}}", &told[..told.len() - 1])
    }
}

/// The values of all lines: a list, or one value where all have the same.
fn rows(key: &str, values: impl Iterator<Item = String>) -> String {
    let values: Vec<String> = values.collect();
    match values.split_first() {
        Some((first, rest)) if rest.iter().all(|value| value == first) => format!("\"same\":{first}"),
        _ => format!("\"{key}\":[{}]", values.join(",")),
    }
}
