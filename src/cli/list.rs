//! `bidsweep list`: what sweep files may say, and what tables hold.

use std::io::Write;

use serde_json::{Value, json};

use super::output::columns;
use super::{Exit, Failure, Format};
use crate::auction::{Mechanism, Prior, Strategy};
use crate::learner::Learner;
use crate::measure::{bidder_columns, cell_bidder_columns, cell_columns, run_columns};
use crate::sweep::{measure_keys, settings};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// A registry: its title, and name, values or parameters, and doc of each row.
struct Section {
    title: &'static str,
    rows: Vec<[String; 3]>,
}

pub(super) fn list(args: &Args, out: &mut impl Write) -> Result<Exit, Failure> {
    let sections = sections();
    if args.format == Format::Json {
        let row = |[name, values, doc]: &[String; 3]| json!({ "name": name, "values": values, "doc": doc });
        let section = |s: &Section| (s.title.to_owned(), s.rows.iter().map(row).collect());
        let listed: serde_json::Map<String, Value> = sections.iter().map(section).collect();
        writeln!(out, "{}", Value::Object(listed))?;
        return Ok(Exit::Done);
    }
    for (i, Section { title, rows }) in sections.into_iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{title}")?;
        let row = |[name, values, doc]: [String; 3]| {
            let values = if values.is_empty() { String::new() } else { format!(" [{values}]") };
            vec![format!("  {name}"), format!("{doc}{values}")]
        };
        columns(out, &rows.into_iter().map(row).collect::<Vec<_>>(), 2)?;
    }
    Ok(Exit::Done)
}

fn sections() -> Vec<Section> {
    let settings = settings().iter().map(|setting| {
        let values = match &setting.default {
            Some(default) => format!("{}; default {default}", setting.values),
            None => setting.values.clone(),
        };
        [setting.key.clone(), values, setting.doc.clone()]
    });
    let learners = Learner::REGISTRY.iter().map(|learner| {
        let names: Vec<_> = learner.hyperparameters.iter().map(|h| h.name).collect();
        [learner.name.into(), names.join(", "), learner.doc.into()]
    });
    let priors =
        Prior::REGISTRY.iter().map(|prior| [prior.name.into(), prior.keys().join(", "), prior.doc.into()]);
    let strategies = Strategy::ALL.iter().map(|s| [s.name().into(), String::new(), s.doc().into()]);
    let mechanisms = Mechanism::ALL.iter().map(|m| [m.name().into(), String::new(), m.doc().into()]);
    let measures = |columns: &[crate::measure::Column]| {
        columns.iter().map(|c| [c.name.clone(), String::new(), c.doc.clone()]).collect()
    };
    vec![
        Section { title: "settings", rows: settings.collect() },
        Section { title: "learners", rows: learners.collect() },
        Section { title: "priors", rows: priors.collect() },
        Section { title: "strategies", rows: strategies.collect() },
        Section { title: "mechanisms", rows: mechanisms.collect() },
        Section { title: "measures of a run", rows: measures(run_columns()) },
        Section { title: "measures of a run's bidder", rows: measures(bidder_columns()) },
        Section { title: "measures of a cell", rows: measures(cell_columns()) },
        Section { title: "measures of a cell's bidder", rows: measures(cell_bidder_columns()) },
        Section { title: "[measure]", rows: measure_keys().to_vec() },
    ]
}
