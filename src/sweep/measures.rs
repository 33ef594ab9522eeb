//! The `[measure]` table.

use super::document::{Node, Table};
use super::problem::{Place, Problem, suggestion};
use super::read;
use super::spec::{MAX_REPLICATES, MAX_VALUES};
use crate::measure::{BestResponseSettings, Continuation, MeasureSettings, Scope, Trajectories};
use crate::response::{Constraint, MOST_BIDS, MOST_CELLS};

/// The keys of the table.
const KEYS: [&str; 8] =
    ["tail", "ema", "trajectories", "bid_functions", "best_response", "continuation", "margin", "regret"];

/// Every key of `[measure]` and of its tables: name, values and default, and a line of what it asks for.
pub fn measure_keys() -> [[String; 3]; 16] {
    let of = MeasureSettings::default();
    let (response, continuation) = (of.best_response, of.continuation);
    let scopes = Scope::ALL.map(Scope::name).join(", ");
    let row = |key: &str, values: String, doc: &str| [key.to_owned(), values, doc.to_owned()];
    [
        row("tail", format!("(0, 1]; default {}", of.tail), "last part of the epochs that tail columns use"),
        row("ema", format!("[0, 1); default {}", of.ema), "factor of the exponential moving average"),
        row("trajectories.replicates", "1 or more".into(), "replicates whose multipliers are kept"),
        row("trajectories.every", "1 or more".into(), "epochs from one that is kept to the next"),
        row(
            "bid_functions",
            format!("0, or 2 or more; default {}", of.bid_functions),
            "values at which bid functions are told",
        ),
        row(
            "best_response.lp",
            format!("{scopes}; default {}", response.lp.name()),
            "whose best responses are solved by linear program: those to the mean profile of every cell, to every run",
        ),
        row(
            "best_response.values",
            format!("2 to {MOST_CELLS}; default {}", response.values),
            "value cells of the linear program",
        ),
        row(
            "best_response.bids",
            format!("2 to {}; default {}", MOST_BIDS / 2, response.bids),
            "bids of the linear program",
        ),
        row(
            "best_response.constraint",
            Constraint::names().join(", "),
            "what couples the values of the linear program, such as { budget = 0.08 }",
        ),
        row(
            "best_response.class",
            format!("{scopes}; default {}", response.class.name()),
            "whose best responses within the strategy class are looked for",
        ),
        row(
            "best_response.smoothed",
            format!("{scopes}; default {}", response.smoothed.name()),
            "whose best responses in the smoothed auction are looked for",
        ),
        row(
            "best_response.tight",
            format!("true, false; default {}", response.tight),
            "whether epsilon_ex_ante_upper is the tight bound",
        ),
        row(
            "continuation.replicates",
            format!("0 or more; default {}", continuation.replicates),
            "replicates that go on without sampling, for the verdict on movement",
        ),
        row(
            "continuation.epochs",
            format!("1 or more; default {}", continuation.epochs),
            "the most epochs of that; fewer where the movement has died out",
        ),
        row(
            "margin",
            format!("above 0; default {}", of.margin),
            "how near to a reference a mean multiplier must be for the destination",
        ),
        row("regret", format!("true, false; default {}", of.regret), "whether external regret is measured"),
    ]
}

/// `[measure]`, and where its `every` stands.
pub(super) fn read_measure(node: Option<&Node>, problems: &mut Vec<Problem>) -> (MeasureSettings, Place) {
    let mut measure = MeasureSettings::default();
    let mut every = Place::File;
    let Some(table) = node.and_then(|node| read::table(node, "`[measure]`", problems)) else {
        return (measure, every);
    };
    for entry in &table.entries {
        match entry.key.as_str() {
            "tail" => {
                let allows = |x: f64| x > 0.0 && x <= 1.0;
                let tail = read::number(&entry.node, "tail", "a number in (0, 1]", allows, problems);
                measure.tail = tail.unwrap_or(measure.tail);
            }
            "ema" => {
                let allows = |x: f64| (0.0..1.0).contains(&x);
                let ema = read::number(&entry.node, "ema", "a number in [0, 1)", allows, problems);
                measure.ema = ema.unwrap_or(measure.ema);
            }
            "trajectories" => {
                measure.trajectories = read_trajectories(&entry.node, &mut every, problems);
            }
            "bid_functions" => {
                let count = read::integer(&entry.node, "bid_functions", 0, MAX_VALUES, problems);
                if count == Some(1) {
                    let message = "`bid_functions` is the number of values that bids are told at, both ends of the \
                                   support among them: 0 or at least 2";
                    problems.push(
                        Problem::error(entry.node.place, message)
                            .help("write such as `bid_functions = 33`, or 0"),
                    );
                }
                measure.bid_functions = count.map_or(measure.bid_functions, |count| count as u32);
            }
            "best_response" => read_best_response(&entry.node, &mut measure.best_response, problems),
            "continuation" => read_continuation(&entry.node, &mut measure.continuation, problems),
            "margin" => {
                let allows = |x: f64| x > 0.0 && x.is_finite();
                let margin = read::number(&entry.node, "margin", "a number above 0", allows, problems);
                measure.margin = margin.unwrap_or(measure.margin);
            }
            "regret" => {
                measure.regret = read::boolean(&entry.node, "regret", problems).unwrap_or(measure.regret);
            }
            key => {
                let problem = Problem::error(entry.place, format!("`[measure]` has no key `{key}`"));
                problems.push(problem.help(suggestion(key, KEYS)));
            }
        }
    }
    (measure, every)
}

fn read_trajectories(node: &Node, place: &mut Place, problems: &mut Vec<Problem>) -> Option<Trajectories> {
    let table = read::table(node, "`trajectories`", problems)?;
    read::only(table, &["replicates", "every"], "`trajectories`", problems);
    let mut part = |key: &str, max: u64| match table.get(key) {
        Some(node) => read::integer(node, key, 1, max, problems).map(|count| (node, count as u32)),
        None => {
            let problem = Problem::error(node.place, format!("`trajectories` has no `{key}`"));
            problems.push(problem.help("write `trajectories = { replicates = 4, every = 10 }`"));
            None
        }
    };
    let (replicates, every) = (part("replicates", MAX_REPLICATES.into()), part("every", read::MAX_COUNT));
    let ((_, replicates), (every_node, every)) = (replicates?, every?);
    *place = every_node.place;
    Some(Trajectories { replicates, every })
}

fn read_continuation(node: &Node, continuation: &mut Continuation, problems: &mut Vec<Problem>) {
    let Some(table) = read::table(node, "`continuation`", problems) else { return };
    read::only(table, &["replicates", "epochs"], "`continuation`", problems);
    if let Some(node) = table.get("replicates") {
        let replicates = read::integer(node, "replicates", 0, MAX_REPLICATES.into(), problems);
        continuation.replicates = replicates.map_or(continuation.replicates, |replicates| replicates as u32);
    }
    if let Some(node) = table.get("epochs") {
        let epochs = read::integer(node, "epochs", 1, read::MAX_COUNT, problems);
        continuation.epochs = epochs.map_or(continuation.epochs, |epochs| epochs as u32);
    }
}

fn read_best_response(node: &Node, response: &mut BestResponseSettings, problems: &mut Vec<Problem>) {
    let Some(table) = read::table(node, "`best_response`", problems) else { return };
    let keys = ["lp", "values", "bids", "constraint", "class", "smoothed", "tight"];
    read::only(table, &keys, "`best_response`", problems);
    let scope = |key: &str, problems: &mut Vec<Problem>| read_scope(table.get(key)?, key, problems);
    response.lp = scope("lp", problems).unwrap_or(response.lp);
    response.class = scope("class", problems).unwrap_or(response.class);
    response.smoothed = scope("smoothed", problems).unwrap_or(response.smoothed);
    let count = |key: &str, most: usize, problems: &mut Vec<Problem>| {
        read::integer(table.get(key)?, key, 2, most as u64, problems).map(|count| count as u32)
    };
    response.values = count("values", MOST_CELLS, problems).unwrap_or(response.values);
    response.bids = count("bids", MOST_BIDS / 2, problems).unwrap_or(response.bids);
    if let Some(node) = table.get("tight") {
        response.tight = read::boolean(node, "tight", problems).unwrap_or(response.tight);
    }
    if let Some(node) = table.get("constraint") {
        response.constraint = read_constraint(node, problems);
    }
}

fn read_scope(node: &Node, key: &str, problems: &mut Vec<Problem>) -> Option<Scope> {
    let text = read::text(node, key, problems)?;
    let found = Scope::ALL.into_iter().find(|scope| scope.name() == text);
    if found.is_none() {
        let problem = Problem::error(node.place, format!("`{key}` is no {text:?}"));
        problems.push(problem.help(suggestion(text, Scope::ALL.map(Scope::name))));
    }
    found
}

/// A table of one key, such as `{ budget = 0.08 }`.
fn read_constraint(node: &Node, problems: &mut Vec<Problem>) -> Option<Constraint> {
    let table: &Table = read::table(node, "`constraint`", problems)?;
    read::only(table, &Constraint::names(), "`constraint`", problems);
    let known = |name: &&str| table.get(name).is_some();
    let given: Vec<&str> = Constraint::names().into_iter().filter(known).collect();
    let [name] = given[..] else {
        if given.len() != 1 && table.entries.len() == given.len() {
            let problem = Problem::error(node.place, "`constraint` must have one key");
            problems.push(problem.help("write such as `constraint = { budget = 0.08 }`"));
        }
        return None;
    };
    let number = read::number(table.get(name)?, name, "a finite number", f64::is_finite, problems)?;
    Constraint::new(name, number)
}
