//! The plan: every cell of a sweep in order, checked, none twice.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::auction::Prior;
use crate::measure::{MeasureSettings, RunMeasurement};
use crate::train::Recording;

use super::cell::{Cell, CellId};
use super::cells::{Cells, Exclusion};
use super::choice::Choice;
use super::data_files::DataFiles;
use super::document::Table;
use super::grid::{Axis, Grid, Written};
use super::identity::Seeds;
use super::limits::SCHEMA;
use super::measures;
use super::member::Member;
use super::problem::{Place, Problem, Problems, Severity, SweepError, without_echoes};
use super::records::Records;
use super::report::{self, ReportSettings};
use super::settings::{PRIOR, index_of};
use super::spec::Spec;

/// The largest sweep file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 4 << 20;

/// A checked sweep: every cell is valid, none stands twice.
///
/// ```
/// use bidsweep::sweep::Plan;
///
/// let text = r#"
///     schema = 1
///     name = "beta"
///     fixed.precision = "f64"
///     axes.beta = [10, 25, 50]
///     axes.bidders = [2, 3]
/// "#;
/// let plan = Plan::parse(text, "beta.toml", &[])?;
/// assert_eq!(plan.len(), 6);
/// assert_eq!(plan.cell(1).label, "beta=10 bidders=3");
/// # Ok::<(), bidsweep::sweep::SweepError>(())
/// ```
#[derive(Debug)]
pub struct Plan {
    spec: Spec,
    cells: Cells,
    records: Records,
    source: String,
    set: Vec<String>,
    data: BTreeMap<String, PathBuf>,
    warnings: Problems,
    hash: String,
}

impl Plan {
    /// Reads, expands and checks a sweep file. `set` holds `key=value` overrides: of a fixed setting, or of
    /// `name`.
    ///
    /// # Errors
    /// All that is wrong with the file, each with its place and what to write instead.
    pub fn load(path: &Path, set: &[String]) -> Result<Plan, SweepError> {
        let file = path.display().to_string();
        match read(path) {
            Ok(text) => Plan::parse(&text, &file, set),
            Err(problem) => Err(SweepError { problems: Problems::new(&file, "", set, vec![*problem]) }),
        }
    }

    /// As [`Plan::load`], of a text; `file` stands in messages, and data files are sought beside it.
    ///
    /// # Errors
    /// As [`Plan::load`].
    pub fn parse(text: &str, file: &str, set: &[String]) -> Result<Plan, SweepError> {
        Plan::parse_with(text, file, set, &DataFiles::beside(file))
    }

    /// As [`Plan::parse`], with data files that are elsewhere.
    ///
    /// # Errors
    /// As [`Plan::load`].
    pub fn parse_with(text: &str, file: &str, set: &[String], files: &DataFiles) -> Result<Plan, SweepError> {
        let mut problems = Vec::new();
        let root = Table::parse(text, &mut problems);
        if problems.is_empty() && root.entries.is_empty() {
            let problem = Problem::error(Place::File, "the file is empty")
                .help("write `schema = 1` and a `name` to begin with");
            return Err(SweepError { problems: Problems::new(file, text, set, vec![problem]) });
        }
        let mut found = Vec::new();
        let read = Spec::read(&root, files, set, &mut found).map(|spec| {
            let cells = Cells::expand(&spec, &mut found);
            (spec, cells)
        });
        if !problems.is_empty() {
            found = without_echoes(text, &problems, found);
        }
        problems.extend(found);
        let problems = Problems::new(file, text, set, problems);
        match read {
            Some((spec, cells)) if problems.iter().all(|problem| problem.severity == Severity::Warning) => {
                let hash = plan_hash(&spec, &cells.ids);
                let records = Records::new(spec.measure.trajectories, cells.demand);
                let (source, set) = (text.to_owned(), set.to_vec());
                let data = data_files(&spec, files);
                Ok(Plan { spec, cells, records, source, set, data, warnings: problems, hash })
            }
            _ => Err(SweepError { problems }),
        }
    }

    /// What is odd about the file, though it can run.
    pub fn warnings(&self) -> &Problems {
        &self.warnings
    }

    /// The sweep's name.
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// The question the sweep answers.
    pub fn question(&self) -> Option<&str> {
        self.spec.question.as_deref()
    }

    /// The text of the sweep file as given.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The `key=value` overrides as given.
    pub fn set(&self) -> &[String] {
        &self.set
    }

    /// The data files of the populations: where each is that the sweep file names.
    pub fn data_files(&self) -> &BTreeMap<String, PathBuf> {
        &self.data
    }

    /// The root seed.
    pub fn root(&self) -> u64 {
        self.spec.seeds.root
    }

    /// Whether replicate k sees the same draws in every cell of the same shape.
    pub fn common(&self) -> bool {
        self.spec.seeds.common
    }

    /// Replicates of every cell.
    pub fn replicates(&self) -> u32 {
        self.spec.seeds.replicates
    }

    /// What is measured.
    pub fn measure(&self) -> &MeasureSettings {
        &self.spec.measure
    }

    /// What is measured of a run.
    pub fn measurement(&self, cell: CellId, replicate: u32) -> RunMeasurement {
        let measurement = self.measure().of_run(replicate);
        RunMeasurement { recording: self.recording(cell, replicate), ..measurement }
    }

    /// What the observers keep of a run.
    pub fn recording(&self, cell: CellId, replicate: u32) -> Recording {
        let trajectory = self.records.of(cell, replicate);
        Recording { trajectory, ..self.measure().recording() }
    }

    /// Of how many replicates of a cell a trajectory is recorded: of the first ones.
    pub fn recorded_replicates(&self, cell: CellId) -> u32 {
        self.records.replicates(cell).min(self.replicates())
    }

    /// What the report shows, and how.
    pub fn report(&self) -> &ReportSettings {
        &self.spec.report
    }

    /// The grids, in the order of the cells: the main one, if the file has one, then the blocks.
    pub fn grids(&self) -> &[Grid] {
        &self.spec.grids
    }

    /// The rules of `[[exclude]]`, in the order of the file, and what each dropped.
    pub fn exclusions(&self) -> &[Exclusion] {
        &self.cells.exclusions
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.cells.ids.len()
    }

    /// Whether there is no cell, which no valid sweep file leads to.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of runs.
    pub fn runs(&self) -> u64 {
        self.len() as u64 * u64::from(self.replicates())
    }

    /// The cell at a position.
    ///
    /// # Panics
    /// Where the position is not below [`Plan::len`].
    pub fn cell(&self, position: usize) -> Cell {
        let (place, index) = self.spec.locate(self.cells.indices[position] as usize);
        let grid = &self.spec.grids[place];
        let draft = grid.draft(index);
        let label = grid.cell_label(index);
        Cell {
            position,
            id: self.cells.ids[position],
            label: if label.is_empty() { self.name().to_owned() } else { label },
            population: draft.population().map(|population| self.spec.populations[population].name.clone()),
            settings: draft.settings(&self.spec.populations),
        }
    }

    /// Where the cell at a position stands: the place of its grid in [`Plan::grids`], and its place along
    /// each of that grid's axes, from 0.
    ///
    /// # Panics
    /// Where the position is not below [`Plan::len`].
    pub fn coordinates(&self, position: usize) -> (usize, Vec<usize>) {
        let (place, index) = self.spec.locate(self.cells.indices[position] as usize);
        let grid = &self.spec.grids[place];
        (place, (0..grid.axes().len()).map(|axis| grid.digit(axis, index)).collect())
    }

    /// All cells in order.
    pub fn cells(&self) -> impl Iterator<Item = Cell> + '_ {
        (0..self.len()).map(|position| self.cell(position))
    }

    /// The id of the cell at a position, without its settings.
    ///
    /// # Panics
    /// Where the position is not below [`Plan::len`].
    pub fn id(&self, position: usize) -> CellId {
        self.cells.ids[position]
    }

    /// The position of a cell, if the plan has it.
    pub fn position(&self, id: CellId) -> Option<usize> {
        let Cells { ids, by_id, .. } = &self.cells;
        let found = by_id.binary_search_by_key(&id, |&position| ids[position as usize]).ok()?;
        Some(by_id[found] as usize)
    }

    /// The seed of a run: the same for all cells where [`Plan::common`].
    pub fn seed(&self, cell: CellId, replicate: u32) -> u64 {
        self.spec.seeds.of_run(cell, replicate)
    }

    /// 16 hex digits over the ordered cells, replicates, seeds and `[measure]`.
    pub fn hash(&self) -> String {
        self.hash.clone()
    }

    /// The resolved sweep, for the manifest.
    pub fn resolved(&self) -> Json {
        let Spec { name, question, seeds, measure, report, populations, grids, rules, .. } = &self.spec;
        let axis = |axis: &Axis| {
            let values: BTreeMap<&str, Written> = axis.written().collect();
            json!({ "zip": axis.zip(), "values": values })
        };
        let grid = |grid: &Grid| {
            let axes: Vec<Json> = grid.axes().iter().map(axis).collect();
            let fixed: BTreeMap<&str, String> = grid.fixed().collect();
            json!({ "label": grid.label(), "cells": grid.size(), "fixed": fixed, "axes": axes })
        };
        let exclude =
            rules.iter().map(|rule| json!({ "grid": rule.grid, "rule": rule.to_string(), "why": rule.why }));
        let populations = populations.iter().map(|population| {
            let members: Vec<Json> = population.members.iter().map(Member::resolved).collect();
            (population.name.clone(), json!(members))
        });
        json!({
            "schema": SCHEMA,
            "name": name,
            "question": question,
            "set": self.set,
            "grids": grids.iter().map(grid).collect::<Vec<_>>(),
            "exclude": exclude.collect::<Vec<_>>(),
            "populations": populations.collect::<serde_json::Map<_, _>>(),
            "seeds": { "root": seeds.root, "replicates": seeds.replicates, "common": seeds.common },
            "measure": measures::registry().resolved(measure),
            "report": report::registry().resolved(report),
        })
    }
}

/// The data files of all priors.
fn data_files(spec: &Spec, files: &DataFiles) -> BTreeMap<String, PathBuf> {
    let prior = index_of(PRIOR);
    let members = spec.populations.iter().flat_map(|population| &population.members);
    let own = members.filter_map(|member| member.own(prior));
    let file = |choice: &Choice| match choice {
        Choice::Prior(Prior::Empirical(law)) => Some((law.file().to_owned(), files.path(law.file()))),
        _ => None,
    };
    own.chain(spec.grids.iter().flat_map(|grid| grid.choices(prior))).filter_map(file).collect()
}

fn plan_hash(spec: &Spec, ids: &[CellId]) -> String {
    let Seeds { root, replicates, common } = spec.seeds;
    let mut hasher = blake3::Hasher::new();
    // What stands in braces ends there, and what stands before the ids ends as braces do.
    hasher.update(format!("{root} {replicates} {common} {:?}", spec.measure).as_bytes());
    ids.iter().for_each(|id| {
        hasher.update(&id.0.to_be_bytes());
    });
    hasher.finalize().to_hex()[..16].to_owned()
}

/// The text of a sweep file.
fn read(path: &Path) -> Result<String, Box<Problem>> {
    let problem = |message: String, help: &str| Box::new(Problem::error(Place::File, message).help(help));
    let unreadable =
        |error| problem(format!("the file cannot be read: {error}"), "give the path of a sweep file");
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let message = format!("the file is larger than {} MiB", MAX_FILE_BYTES >> 20);
        return Err(problem(
            message,
            "write long axes as ranges, such as `{ from = 10, to = 200, step = 10 }`",
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
        problem(format!("the file is not UTF-8: line {line} has a byte that is none"), "save it as UTF-8")
    })
}
