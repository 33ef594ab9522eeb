//! `bidsweep show`: what a sweep says, one cell or one run.

use std::collections::{BTreeMap, HashSet};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::input::cell_position;
use super::output::{described, number, screen_width};
use super::summary::print_summary;
use super::target::Target;
use super::verify::compare;
use super::{Console, Exit, Failure, Format};
use crate::data::visible;
use crate::engine::rerun;
use crate::measure::{RunRow, bidder_columns, run_columns};
use crate::report::Report;
use crate::store::{Folder, Row, Scan, StoreError, Table, TableName, mean_name};
use crate::sweep::{Cell, CellId, Plan, Scalar, setting_columns};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The sweep's folder, such as out/week4
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// A cell's label, its id or the start of that, or CELL:REPLICATE for one run; left out: what the sweep
    /// says, and its cells
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// Train the run again, show what comes out, and exit with 4 if the tables hold other bits
    #[arg(long)]
    rerun: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Titled groups of names and values.
type Sections = Vec<(String, Vec<(String, Scalar)>)>;

pub(super) fn show(args: &Args, console: &Console, out: &mut impl Write) -> Result<Exit, Failure> {
    let target = Target::with_tables(&args.dir, console)?;
    let Some(id) = &args.id else { return show_sweep(args, target, console, out) };
    let Target { folder, plan, .. } = target;
    // A label may hold colons itself.
    let (word, replicate) = match id.rsplit_once(':') {
        Some((word, replicate)) if cell_position(&plan, &folder.sweep(), id).is_err() => {
            (word, Some(replicate_of(replicate, &plan)?))
        }
        _ => (id.as_str(), None),
    };
    let cell = plan.cell(cell_position(&plan, &folder.sweep(), word)?);
    let mut differences = Vec::new();
    let sections = match (replicate, args.rerun) {
        (None, true) => {
            return Err(Failure::Usage(format!(
                "--rerun needs a run: write {}:0 for its replicate 0",
                cell.id
            )));
        }
        (None, false) => stored(&folder, &cell, None)?,
        (Some(replicate), false) => stored(&folder, &cell, Some(replicate))?,
        (Some(replicate), true) => {
            let row = rerun(&plan, &cell, replicate);
            let sections = trained_again(&plan, &cell, replicate, &row);
            if Scan::of(&folder, &plan)?.is_done(cell.position, replicate) {
                let name = (cell.id.to_string(), replicate.into());
                differences = compare(&folder, &BTreeMap::from([(name, row)]))?;
            } else {
                console.note("not trained before: there is nothing to compare it with");
            }
            sections
        }
    };
    match args.format {
        Format::Json => {
            let object = |rows: Vec<(String, Scalar)>| {
                rows.into_iter().map(|(name, value)| (name, json_of(&value))).collect::<Map<_, _>>()
            };
            let shown: Map<_, _> =
                sections.into_iter().map(|(title, rows)| (title, Value::Object(object(rows)))).collect();
            writeln!(out, "{}", Value::Object(shown))?;
        }
        Format::Human => {
            for (title, rows) in sections {
                writeln!(out, "{title}")?;
                described(out, &lines(&rows), screen_width())?;
            }
        }
    }
    differences.iter().for_each(|difference| console.warn(difference));
    Ok(if differences.is_empty() { Exit::Done } else { Exit::CheckFailed })
}

/// What the tables of a folder say.
fn show_sweep(args: &Args, target: Target, console: &Console, out: &mut impl Write) -> Result<Exit, Failure> {
    if args.rerun {
        return Err(Failure::Usage("--rerun needs a run: write CELL:0 for replicate 0 of a cell".into()));
    }
    let Target { folder, plan, manifest } = target;
    let plan = Arc::new(plan);
    let report = Report::read(folder.clone(), plan.clone(), manifest)?;
    print_summary(&plan, &folder, &report, None, args.format, console, out)?;
    if args.format == Format::Human {
        list_cells(&plan, out)?;
    }
    Ok(Exit::Done)
}

/// The most cells that are listed.
const MOST_LISTED: usize = 30;

/// What may be shown of a sweep.
fn list_cells(plan: &Plan, out: &mut impl Write) -> Result<(), Failure> {
    writeln!(out, "\ncells, for `bidsweep show DIR CELL`")?;
    for position in 0..plan.len().min(MOST_LISTED) {
        let line = format!("  {} {}", plan.id(position), visible(&plan.cell(position).label));
        writeln!(out, "{}", line.trim_end())?;
    }
    if plan.len() > MOST_LISTED {
        writeln!(out, "  and {} more: `bidsweep plan --list FILE`", plan.len() - MOST_LISTED)?;
    }
    Ok(())
}

fn replicate_of(text: &str, plan: &Plan) -> Result<u32, Failure> {
    let found = text.parse().ok().filter(|&replicate| replicate < plan.replicates());
    found.ok_or_else(|| {
        Failure::Usage(format!(
            "there is no replicate {text:?}: write a number from 0 to {}",
            plan.replicates() - 1
        ))
    })
}

/// What the tables hold of a cell or of a run.
fn stored(folder: &Folder, cell: &Cell, replicate: Option<u32>) -> Result<Sections, Failure> {
    let (whole, parts) = match replicate {
        None => (TableName::Cells, TableName::CellBidders),
        Some(_) => (TableName::Runs, TableName::Bidders),
    };
    let title = match replicate {
        None => format!("cell {}", cell.id),
        Some(replicate) => format!("run {}:{replicate}", cell.id),
    };
    let rows = rows(folder, whole, cell.id, replicate)?;
    let Some(row) = rows.into_iter().next() else {
        return Err(Failure::Refused(format!(
            "{title} is not in {}: it has not been trained; `bidsweep run` trains what is missing",
            whole.file()
        )));
    };
    // Settings that every bidder shares with the whole stand once, in the first section. Of measures the same
    // number is no sign of that: the largest of the bidders' is one of them.
    let settings: HashSet<String> = setting_columns().into_iter().map(|column| column.name).collect();
    let names_whole = |name: &str| ["cell_id", "label", "replicate"].contains(&name);
    let shared =
        |pair: &(String, Scalar)| (settings.contains(&pair.0) || names_whole(&pair.0)) && row.contains(pair);
    let mut sections = vec![(title, row.clone())];
    for bidder in self::rows(folder, parts, cell.id, replicate)? {
        let number = bidder.iter().find(|(name, _)| name == "bidder").map(|(_, value)| text_of(value));
        let own = bidder.into_iter().filter(|pair| pair.0 != "bidder" && !shared(pair)).collect();
        sections.push((format!("bidder {}", number.unwrap_or_default()), own));
    }
    if replicate.is_none() {
        add_summaries(folder, cell, &mut sections)?;
    }
    Ok(sections)
}

/// Adds to the sections of a cell and its bidders the summaries that stand in the long table alone.
fn add_summaries(folder: &Folder, cell: &Cell, sections: &mut Sections) -> Result<(), StoreError> {
    const PARTS: [&str; 5] = ["mean", "sd", "low95", "high95", "n"];
    let id = cell.id.to_string();
    let table = Table::open(&folder.table(TableName::Summaries))?;
    let columns = [&["bidder", "measure"], &PARTS[..]].concat();
    for row in table.select_where(&columns, move |cell, _| cell == id)? {
        let row = row?;
        // The cell's own section comes first, its bidders' follow.
        let place = row.integer("bidder").unwrap_or(0) as usize;
        let (Some(measure), Some((_, section))) = (row.text("measure"), sections.get_mut(place)) else {
            continue;
        };
        if !has_summary(measure, section) {
            let name = |part| if part == "mean" { mean_name(measure) } else { format!("{measure}_{part}") };
            section.extend(PARTS.map(|part| (name(part), row.value(part).clone())));
        }
    }
    Ok(())
}

fn rows(
    folder: &Folder,
    table: TableName,
    cell: CellId,
    replicate: Option<u32>,
) -> Result<Vec<Vec<(String, Scalar)>>, StoreError> {
    let table = Table::open(&folder.table(table))?;
    let names: Vec<&str> = table.columns().collect();
    let (id, replicate) = (cell.to_string(), replicate.map(i64::from));
    let wanted = move |cell: &str, other: Option<i64>| cell == id && other == replicate;
    let named = |row: Row| names.iter().map(|name| name.to_string()).zip(row.values().to_vec()).collect();
    table.select_where(&names, wanted)?.map(|row| row.map(named)).collect()
}

/// A run trained now.
fn trained_again(plan: &Plan, cell: &Cell, replicate: u32, row: &RunRow) -> Sections {
    let scalar = |number: Option<f64>| number.map_or(Scalar::Null, Scalar::Number);
    let named = |columns: &[crate::measure::Column], numbers: &[Option<f64>]| -> Vec<(String, Scalar)> {
        columns.iter().map(|column| column.name.clone()).zip(numbers.iter().map(|&x| scalar(x))).collect()
    };
    let mut run = vec![
        ("label".into(), Scalar::Text(cell.label.clone())),
        ("seed".into(), Scalar::Text(format!("{:016x}", plan.seed(cell.id, replicate)))),
        ("status".into(), Scalar::Text(row.status.name().into())),
        ("message".into(), row.message.clone().map_or(Scalar::Null, Scalar::Text)),
    ];
    run.extend(named(run_columns(), &row.values));
    let bidder = |(i, numbers): (usize, &Vec<Option<f64>>)| {
        (format!("bidder {}", i + 1), named(bidder_columns(), numbers))
    };
    let title = format!("run {}:{replicate}, trained again", cell.id);
    std::iter::once((title, run)).chain(row.bidders.iter().enumerate().map(bidder)).collect()
}

/// A line a value that is there; mean, spread and count of a summary stand on one.
fn lines(rows: &[(String, Scalar)]) -> Vec<(String, String)> {
    let value =
        |name: &str| rows.iter().find(|(n, _)| n == name).map(|(_, v)| v).filter(|v| **v != Scalar::Null);
    let line = |(name, mean): &(String, Scalar)| match summarised(name, rows) {
        Some(measure) => {
            let [sd, ci95, low, high, n] =
                SPREADS.map(|spread| value(&format!("{measure}{spread}")).map(text_of));
            let ends = low.zip(high).map(|(low, high)| format!(" [{low}, {high}]"));
            let interval = ci95.map(|ci95| format!(" ±{ci95}")).or(ends).unwrap_or_default();
            let rest = [sd.map(|sd| format!("sd {sd}")), n.map(|n| format!("n {n}"))];
            let rest = rest.into_iter().flatten().collect::<Vec<_>>().join(", ");
            let rest = if rest.is_empty() { rest } else { format!(" ({rest})") };
            (measure.to_owned(), format!("{}{interval}{rest}", text_of(mean)))
        }
        None => (name.clone(), text_of(mean)),
    };
    let is_there = |value: &Scalar| *value != Scalar::Null;
    rows.iter().filter(|(name, value)| is_there(value) && !is_spread(name, rows)).map(line).collect()
}

/// The measure whose mean over replicates stands under a name.
fn summarised<'n>(name: &'n str, rows: &[(String, Scalar)]) -> Option<&'n str> {
    let measures = [Some(name), name.strip_suffix("_mean")];
    measures.into_iter().flatten().find(|measure| mean_name(measure) == name && has_summary(measure, rows))
}

/// Whether a name is that of the rest of a summary.
fn is_spread(name: &str, rows: &[(String, Scalar)]) -> bool {
    SPREADS.iter().filter_map(|end| name.strip_suffix(end)).any(|measure| has_summary(measure, rows))
}

/// Whether a measure has a summary: a mean, a standard deviation and an interval.
fn has_summary(measure: &str, rows: &[(String, Scalar)]) -> bool {
    let [sd, ci95, low, ..] = SPREADS.map(|spread| format!("{measure}{spread}"));
    let is_there = |name: &String| rows.iter().any(|(other, _)| other == name);
    [mean_name(measure), sd].iter().all(is_there) && [ci95, low].iter().any(is_there)
}

/// What ends the names of the rest of a summary.
const SPREADS: [&str; 5] = ["_sd", "_ci95", "_low95", "_high95", "_n"];

fn json_of(value: &Scalar) -> Value {
    match value {
        Scalar::Null => Value::Null,
        Scalar::Integer(x) => json!(x),
        Scalar::Number(x) => json!(x),
        Scalar::Text(x) => json!(x),
    }
}

fn text_of(value: &Scalar) -> String {
    match value {
        Scalar::Null => "-".into(),
        Scalar::Integer(x) => x.to_string(),
        Scalar::Number(x) => number(*x, 6),
        Scalar::Text(x) => visible(x).into_owned(),
    }
}
