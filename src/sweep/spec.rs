//! The sweep file, read and checked value by value: what lies between the document and the plan.

use crate::measure::MeasureSettings;

use super::data_files::DataFiles;
use super::document::{KEYS, Node, Table, Value};
use super::exclude::Rule;
use super::form::Names;
use super::grid::Grid;
use super::identity::Seeds;
use super::limits::{MAX_REPLICATES, SCHEMA};
use super::measures;
use super::member::NamedPopulation;
use super::population::read_populations;
use super::problem::{Place, Problem, suggestion};
use super::read;
use super::report::{self, Ground, ReportSettings};
use super::scope::{self, Override, Scope};
use super::settings;

/// The most letters of a sweep's name: file systems take 255 for a folder, and some of them fewer.
const LONGEST_NAME: usize = 100;

const BLOCK_KEYS: [&str; 5] = ["label", "fixed", "axes", "zip", "exclude"];

/// A sweep file whose values are valid one by one.
#[derive(Debug)]
pub(super) struct Spec {
    pub name: String,
    pub question: Option<String>,
    pub seeds: Seeds,
    pub measure: MeasureSettings,
    /// Where `[measure]` says which epochs are recorded.
    pub recorded: Place,
    pub report: ReportSettings,
    pub populations: Vec<NamedPopulation>,
    /// The main grid, where there is one, then the blocks.
    pub grids: Vec<Grid>,
    pub rules: Vec<Rule>,
}

impl Spec {
    /// Reads a file's root table; `files` says where data files are. Values that cannot be read
    /// are reported and left out; none where there is no saying what the grid is.
    pub(super) fn read(
        root: &Table,
        files: &DataFiles,
        set: &[String],
        problems: &mut Vec<Problem>,
    ) -> Option<Spec> {
        report_unknown_keys(root, problems);
        read_schema(root, problems);
        let overrides = Override::read_all(set, problems);
        let name = overrides.iter().find(|o| o.key == "name").map(|o| &o.node).or(root.get("name"));
        let populations =
            root.get("populations").map_or_else(Vec::new, |node| read_populations(node, files, problems));
        let named: Vec<String> = populations.iter().map(|population| population.name.clone()).collect();
        let names = Names { populations: &named, files };
        let measure = measures::registry().read(root.get("measure"), &(), problems);
        let recorded = measures::place_of_epochs(root.get("measure"));
        let mut scopes = vec![Scope::read(root, Place::File, &names, &overrides, problems)];
        for block in read_blocks(root, problems) {
            let Some(table) = read::table(block, "`[[block]]`", problems) else { continue };
            read::only(table, &BLOCK_KEYS, "`[[block]]`", problems);
            scopes.push(Scope::read(table, block.place, &names, &overrides, problems));
        }
        let name = read_name(name, problems);
        let question = root.get("question").and_then(|node| read::text(node, "question", problems));
        let seeds = read_seeds(root.get("seeds"), problems);
        let composed = scope::compose(scopes, &names, problems);
        let (grids, rules) = composed.unzip();
        let ground = Ground { grids: grids.unwrap_or_default(), populations: named };
        let report = report::registry().read(root.get("report"), &ground, problems);
        Some(Spec {
            name,
            question: question.map(str::to_owned),
            seeds,
            measure,
            recorded,
            report,
            populations,
            grids: ground.grids,
            rules: rules?,
        })
    }

    /// The place of a cell's grid and its index there, from its index through all grids.
    pub(super) fn locate(&self, index: usize) -> (usize, usize) {
        let mut rest = index;
        for (place, grid) in self.grids.iter().enumerate() {
            if rest < grid.size() {
                return (place, rest);
            }
            rest -= grid.size();
        }
        unreachable!("no grid has a cell {index}")
    }
}

fn report_unknown_keys(root: &Table, problems: &mut Vec<Problem>) {
    for entry in root.entries.iter().filter(|entry| !KEYS.contains(&entry.key.as_str())) {
        let problem = Problem::error(entry.place, format!("a sweep file has no key `{}`", entry.key));
        problems.push(if settings::find(&entry.key).is_some() {
            problem.help(format!("`{}` is a setting: write it under [fixed] or [axes]", entry.key))
        } else {
            problem.help(suggestion(&entry.key, KEYS))
        });
    }
}

fn read_schema(root: &Table, problems: &mut Vec<Problem>) {
    let help = format!("write `schema = {SCHEMA}`, the version of the file's words");
    match root.get("schema") {
        None => problems.push(Problem::error(Place::File, "the file has no `schema`").help(help)),
        Some(Node { value: Value::Number(number), .. }) if number.to_integer() == Some(SCHEMA.into()) => {}
        Some(node) => {
            let message = format!("`schema` must be {SCHEMA}, not {}", node.found());
            problems.push(Problem::error(node.place, message).help(help));
        }
    }
}

fn read_name(node: Option<&Node>, problems: &mut Vec<Problem>) -> String {
    let Some(node) = node else {
        let problem = Problem::error(Place::File, "the file has no `name`");
        problems.push(problem.help("write `name = \"my-sweep\"`: it names the output folder"));
        return String::new();
    };
    let Some(name) = read::text(node, "name", problems) else { return String::new() };
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        let message = format!("`name` must be made of a-z, 0-9 and -, not {}", node.found());
        let problem = Problem::error(node.place, message);
        problems.push(problem.help("write such as `name = \"my-sweep\"`: it names the output folder"));
    } else if name.len() > LONGEST_NAME {
        let message = format!("`name` has {} letters, and at most {LONGEST_NAME} name a folder", name.len());
        problems.push(Problem::error(node.place, message).help("write a shorter one"));
    }
    name.to_owned()
}

fn read_blocks<'n>(root: &'n Table, problems: &mut Vec<Problem>) -> &'n [Node] {
    let Some(node) = root.get("block") else { return &[] };
    match &node.value {
        Value::List(list) => list,
        _ => {
            let message = format!("`block` must be tables under `[[block]]`, not {}", node.found());
            problems.push(Problem::error(node.place, message).help("write `[[block]]` with two brackets"));
            &[]
        }
    }
}

fn read_seeds(node: Option<&Node>, problems: &mut Vec<Problem>) -> Seeds {
    let mut seeds = Seeds::default();
    if let Some(node) = node
        && let Value::Number(number) = &node.value
    {
        let problem = Problem::error(node.place, format!("`[seeds]` must be a table, not {number}"));
        problems.push(problem.help(format!("write `seeds = {{ replicates = {number} }}`")));
        return seeds;
    }
    let Some(table) = node.and_then(|node| read::table(node, "`[seeds]`", problems)) else { return seeds };
    read::only(table, &["root", "replicates", "common"], "`[seeds]`", problems);
    if let Some(node) = table.get("root") {
        seeds.root = read::integer(node, "root", 0, i64::MAX as u64, problems).unwrap_or(seeds.root);
    }
    if let Some(node) = table.get("replicates") {
        seeds.replicates =
            read::count(node, "replicates", 1, MAX_REPLICATES, problems).unwrap_or(seeds.replicates);
    }
    if let Some(node) = table.get("common") {
        seeds.common = read::boolean(node, "common", problems).unwrap_or(seeds.common);
    }
    seeds
}
