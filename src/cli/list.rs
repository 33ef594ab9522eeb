//! `bidsweep list`: what sweep files may say, and what tables hold.

use std::io::Write;

use serde_json::{Map, Value, json};

use super::output::{described, terminal_width};
use super::{Exit, Failure, Format};
use crate::auction::{Mechanism, Prior, Strategy};
use crate::learner::Learner;
use crate::measure::movement::MOVEMENTS;
use crate::measure::{
    Column, DESTINATIONS, RunStatus, bidder_columns, cell_bidder_columns, cell_columns, run_columns,
};
use crate::store::{TableName, table_columns};
use crate::sweep::report::{FigureName, Venue, report_keys};
use crate::sweep::{measure_keys, nearest, settings, suggestion};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// settings, learners, priors, strategies, mechanisms, measures, columns, verdicts or figures, or the
    /// name of one of them; all of them where left out
    #[arg(value_name = "TOPIC")]
    topic: Option<String>,
    /// One of the topic's names
    name: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What can be listed: its name, and its sections.
type Topic = (&'static str, fn() -> Vec<Section>);

const TOPICS: [Topic; 9] = [
    ("settings", settings_sections),
    ("learners", learners),
    ("priors", priors),
    ("strategies", strategies),
    ("mechanisms", mechanisms),
    ("measures", measures),
    ("columns", columns),
    ("verdicts", verdicts),
    ("figures", figures),
];

/// A registry: its title and its rows.
struct Section {
    title: String,
    rows: Vec<Entry>,
}

/// A row of a registry.
struct Entry {
    name: String,
    /// The values that it may take, or its parameters; empty where it has none.
    values: String,
    /// What its numbers are counted in.
    unit: Option<String>,
    doc: String,
}

pub(super) fn list(args: &Args, out: &mut impl Write) -> Result<Exit, Failure> {
    let all = || TOPICS.iter().flat_map(|(_, sections)| sections());
    let of_topic =
        |topic: &str| TOPICS.iter().find(|(name, _)| *name == topic).map(|(_, sections)| sections());
    let sections: Vec<Section> = match (&args.topic, &args.name) {
        (None, _) => all().collect(),
        (Some(topic), None) => match of_topic(topic) {
            Some(sections) => sections,
            None => named(all(), topic)?,
        },
        (Some(topic), Some(name)) => match of_topic(topic) {
            Some(sections) => named(sections.into_iter(), name)?,
            None => return Err(unlisted(topic, TOPICS.iter().map(|(topic, _)| *topic))),
        },
    };
    match args.format {
        Format::Json => print_json(&sections, out)?,
        Format::Human => print_human(sections, out)?,
    }
    Ok(Exit::Done)
}

/// The rows of a name, or what to write instead.
fn named(sections: impl Iterator<Item = Section>, name: &str) -> Result<Vec<Section>, Failure> {
    let mut names = TOPICS.map(|(topic, _)| topic.to_owned()).to_vec();
    let mut found = Vec::new();
    for Section { title, rows } in sections {
        names.extend(rows.iter().map(|row| row.name.clone()));
        let rows: Vec<Entry> = rows.into_iter().filter(|row| row.name == name).collect();
        if !rows.is_empty() {
            found.push(Section { title, rows });
        }
    }
    if found.is_empty() { Err(unlisted(name, names.iter().map(String::as_str))) } else { Ok(found) }
}

/// The message about a name that nothing to list has.
fn unlisted<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Failure {
    let near = match nearest(name, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => suggestion(name, TOPICS.map(|(topic, _)| topic)),
    };
    Failure::Usage(format!("there is nothing called {name:?} to list: {near}"))
}

fn print_json(sections: &[Section], out: &mut impl Write) -> Result<(), Failure> {
    let row = |entry: &Entry| {
        let Entry { name, values, unit, doc } = entry;
        json!({ "name": name, "values": values, "unit": unit, "doc": doc })
    };
    let section = |s: &Section| (s.title.clone(), s.rows.iter().map(row).collect());
    let listed: Map<String, Value> = sections.iter().map(section).collect();
    writeln!(out, "{}", Value::Object(listed))?;
    Ok(())
}

fn print_human(sections: Vec<Section>, out: &mut impl Write) -> Result<(), Failure> {
    let width = terminal_width();
    for (i, Section { title, rows }) in sections.into_iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{title}")?;
        let text = |Entry { name, values, unit, doc }: Entry| {
            let values = if values.is_empty() { String::new() } else { format!(" [{values}]") };
            // Numbers without a unit need not say so to people.
            let unit = unit.filter(|unit| unit != "1").map(|unit| format!(" ({unit})")).unwrap_or_default();
            (name, format!("{doc}{unit}{values}"))
        };
        described(out, &rows.into_iter().map(text).collect::<Vec<_>>(), width)?;
    }
    Ok(())
}

impl Entry {
    fn new(name: &str, values: String, doc: &str) -> Self {
        Entry { name: name.into(), values, unit: None, doc: doc.into() }
    }
}

fn section(title: &str, rows: impl Iterator<Item = Entry>) -> Section {
    Section { title: title.into(), rows: rows.collect() }
}

/// What `[fixed]`, `[axes]` and the like may set, and what `[measure]` and `[report]` may ask for.
fn settings_sections() -> Vec<Section> {
    let row = |setting: &crate::sweep::SettingEntry| {
        let values = match &setting.default {
            Some(default) => format!("{}; default {default}", setting.values),
            None => setting.values.clone(),
        };
        let unit = setting.unit().map(str::to_owned);
        Entry { unit, ..Entry::new(&setting.key, values, &setting.doc) }
    };
    let keys = |title: &str, keys: Vec<[String; 3]>| {
        section(title, keys.into_iter().map(|[key, values, doc]| Entry::new(&key, values, &doc)))
    };
    vec![
        section("settings", settings().iter().map(row)),
        keys("[measure]", measure_keys()),
        keys("[report]", report_keys()),
    ]
}

fn learners() -> Vec<Section> {
    let row = |learner: &crate::learner::Entry| {
        let rate = learner.learning_rate.map(|rate| format!("learning_rate {rate}"));
        let names = learner.hyperparameters.iter().map(|h| h.name.to_owned());
        let values: Vec<String> = rate.into_iter().chain(names).collect();
        Entry::new(learner.name, values.join(", "), learner.doc)
    };
    vec![section("learners", Learner::REGISTRY.iter().map(row))]
}

fn priors() -> Vec<Section> {
    let rows = Prior::REGISTRY.iter().map(|prior| Entry::new(prior.name, prior.keys().join(", "), prior.doc));
    vec![section("priors", rows)]
}

fn strategies() -> Vec<Section> {
    let row = |strategy: &Strategy| Entry::new(strategy.name(), String::new(), strategy.doc());
    vec![section("strategies", Strategy::ALL.iter().map(row))]
}

fn mechanisms() -> Vec<Section> {
    let row = |mechanism: &Mechanism| Entry::new(mechanism.name(), String::new(), mechanism.doc());
    vec![section("mechanisms", Mechanism::ALL.iter().map(row))]
}

fn measures() -> Vec<Section> {
    let listed = |title: &str, columns: &[Column]| {
        let row = |column: &Column| Entry {
            unit: column.unit.map(str::to_owned),
            ..Entry::new(&column.name, String::new(), &column.doc)
        };
        section(title, columns.iter().map(row))
    };
    vec![
        listed("measures of a run", run_columns()),
        listed("measures of a run's bidder", bidder_columns()),
        listed("measures of a cell", cell_columns()),
        listed("measures of a cell's bidder", cell_bidder_columns()),
    ]
}

fn columns() -> Vec<Section> {
    let listed = |name: TableName| {
        let row = |column: crate::store::TableColumn| Entry {
            unit: column.unit,
            ..Entry::new(&column.name, String::new(), &column.doc)
        };
        section(&format!("columns of {}", name.file()), table_columns(name).into_iter().map(row))
    };
    TableName::ALL.map(listed).into()
}

fn verdicts() -> Vec<Section> {
    let words = |title, words: &[(&str, &str)]| {
        section(title, words.iter().map(|(word, doc)| Entry::new(word, String::new(), doc)))
    };
    let statuses =
        RunStatus::ALL.into_iter().map(|status| Entry::new(status.name(), String::new(), status.doc()));
    vec![
        words("destination: where the learners of a cell end", &DESTINATIONS),
        words("movement: how they move", &MOVEMENTS),
        section("status: how a run ends", statuses),
    ]
}

fn figures() -> Vec<Section> {
    let figure = |figure: FigureName| Entry::new(figure.name(), String::new(), figure.doc());
    let venue = |venue: Venue| {
        let widths = format!("a column is {} in wide, the text {} in", venue.column(), venue.text());
        Entry::new(venue.name(), String::new(), &widths)
    };
    vec![
        section("figures", FigureName::ALL.iter().copied().map(figure)),
        section("venues", Venue::ALL.into_iter().map(venue)),
    ]
}
