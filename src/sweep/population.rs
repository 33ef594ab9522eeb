//! `[populations.NAME]`: bidders that differ.

use crate::auction::{MAX_BIDDERS, MIN_BIDDERS};

use super::choice::Choice;
use super::data_files::DataFiles;
use super::document::{Node, Value};
use super::form::Names;
use super::member::{Member, NamedPopulation, own_settings};
use super::problem::Problem;
use super::read;

/// All of `[populations]`; `files` says where data files are.
pub(super) fn read_populations(
    node: &Node,
    files: &DataFiles,
    problems: &mut Vec<Problem>,
) -> Vec<NamedPopulation> {
    let Some(table) = read::table(node, "`[populations]`", problems) else { return Vec::new() };
    let mut populations = Vec::new();
    for entry in &table.entries {
        if entry.key.is_empty() || !entry.key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        {
            let message = format!("a population cannot be called {:?}", entry.key);
            problems.push(Problem::error(entry.place, message).help("write letters, digits, - and _ only"));
        }
        let members = read_population(&entry.key, &entry.node, files, problems);
        populations.push(NamedPopulation { name: entry.key.clone(), place: entry.place, members });
    }
    populations
}

fn read_population(name: &str, node: &Node, files: &DataFiles, problems: &mut Vec<Problem>) -> Vec<Member> {
    let what = format!("`[populations.{name}]`");
    let Some(table) = read::table(node, &what, problems) else { return Vec::new() };
    read::only(table, &["bidders"], &what, problems);
    let help = "write `bidders = [{ prior = { uniform = { low = 0.0, high = 1.0 } } }, ...]`";
    let Some(bidders) = table.get("bidders") else {
        problems.push(Problem::error(node.place, format!("{what} has no `bidders`")).help(help));
        return Vec::new();
    };
    let Value::List(list) = &bidders.value else {
        let message = format!("the bidders of {what} are a list of tables, not {}", bidders.found());
        problems.push(Problem::error(bidders.place, message).help(help));
        return Vec::new();
    };
    let before = problems.len();
    let mut members = Vec::new();
    let mut count = 0;
    for bidder in list {
        let Some((member, copies)) = read_member(bidder, files, problems) else { continue };
        count += copies;
        members.extend(std::iter::repeat_n(member, copies.min(MAX_BIDDERS)));
    }
    if problems.len() == before && !(MIN_BIDDERS..=MAX_BIDDERS).contains(&count) {
        let message = format!("{what} has {count} bidders, not {MIN_BIDDERS} to {MAX_BIDDERS}");
        problems.push(Problem::error(bidders.place, message).help("add bidders or change their `count`"));
    }
    members
}

fn read_member(node: &Node, files: &DataFiles, problems: &mut Vec<Problem>) -> Option<(Member, usize)> {
    let table = read::table(node, "a bidder", problems)?;
    let settings = own_settings().map(|(_, entry)| entry.key.as_str());
    read::only(table, &settings.chain(["count"]).collect::<Vec<_>>(), "a bidder", problems);
    let mut member = Member::DEFAULT;
    let mut count = 1;
    // No setting of a bidder names a population.
    let names = Names { populations: &[], files };
    for (setting, entry) in own_settings() {
        let Some(node) = table.get(&entry.key) else { continue };
        let Some(choice) = entry.read(node, &names, problems) else { continue };
        if let Choice::Initial(initial) = &choice
            && initial.list().is_some()
        {
            let problem = Problem::error(node.place, "a bidder starts at one `initial`, not at a list");
            problems.push(problem.help("write one number, such as `initial = 0.7`"));
        } else {
            member.given.push((setting, choice));
        }
    }
    if let Some(node) = table.get("count") {
        count = read::integer(node, "count", 1, MAX_BIDDERS as u64, problems).unwrap_or(1) as usize;
    }
    Some((member, count))
}
