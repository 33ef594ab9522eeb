//! Pages of small sweeps: what they hold, that it is what the tables hold, and that nothing a user wrote is
//! markup.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use maud::html;
use serde_json::Value;

use super::*;
use crate::engine::{Extent, Options, ProgressForm, Stop, Tell, train_missing};
use crate::report::results::Results;
use crate::store::{Folder, Host, Lock, Manifest, PartWriter, Row, Scan, Table, TableName, write_tables};
use crate::sweep::Plan;

/// A sweep that has been run in a folder of its own.
struct Done {
    results: Results,
    _dir: tempfile::TempDir,
}

/// One sweep for all tests: cells of alike bidders and of others, some of which diverge.
static SMALL_DONE: LazyLock<Done> = LazyLock::new(|| done(SMALL));

fn done(text: &str) -> Done {
    let dir = tempfile::tempdir().unwrap();
    let plan = Arc::new(Plan::parse(text, "x.toml", &[]).unwrap());
    let folder = Folder::new(dir.path().join("x"));
    let _lock = Lock::take(&folder, "h").unwrap();
    let options = Options {
        threads: NonZeroUsize::MIN,
        limit: None,
        max_fails: None,
        retry_failed: false,
        progress: Tell::Stderr(ProgressForm::None),
    };
    let scan = Scan::of(&folder, &plan).unwrap();
    train_missing(&plan, &Extent::WHOLE, PartWriter::new(&folder), &scan, &options, &Stop::after(None))
        .unwrap();
    let scan = Scan::of(&folder, &plan).unwrap();
    write_tables(&folder, &plan, &scan).unwrap();
    let mut manifest = Manifest::start(&plan, Host::default(), None);
    manifest.note(scan.counts(), Duration::ZERO);
    let results = Results::read(folder, plan, manifest).unwrap();
    Done { results, _dir: dir }
}

const SMALL: &str = r#"
schema = 1
name = "small"
question = "Which </script><script>alert(1)</script> & \"why\"? \u001b[31m\u202E"
[fixed]
batch = "exact"
epochs = 4
learner = "sgd"
[[block]]
label = "<i>a&b</i> *x*"
axes = { beta = [20, inf], learning_rate = [0.01, 0.02] }
[[block]]
label = "</script>\u202E\u001b[0m"
fixed = { population = "two" }
axes = { learning_rate = [0.01, 1e308] }
[populations.two]
bidders = [{ initial = 0.6 }, { initial = 0.7 }]
[seeds]
root = 1
replicates = 3
[measure]
best_response = { class = "none", lp = "none", smoothed = "none", values = 8, bids = 16 }
"#;

/// A section with one figure: each cell a point.
fn section(results: &Results) -> Section<'_> {
    Section {
        name: results.plan.name().into(),
        question: results.plan.question().map(str::to_owned),
        answer: vec![
            Claim {
                is_check: false,
                is_good: true,
                verdict: "supported".into(),
                holds: "Learners end at an equilibrium.".into(),
                words: html! { "The bias is that of " i { "smoothing" } "." },
                figure: Some("points".into()),
                cells: vec![0],
            },
            Claim {
                is_check: false,
                is_good: true,
                verdict: "undecided".into(),
                holds: "Learners end at an equilibrium.".into(),
                words: html! { "All else." },
                figure: None,
                cells: Vec::new(),
            },
        ],
        facts: Facts::of(results),
        plates: vec![plate(results, "points", false), plate(results, "wide", true)],
        results,
        failures: failures(results).unwrap(),
        commands: commands(Path::new("sweeps/x.toml"), Path::new("out/x"), &[]),
        sweep: results.plan.source().into(),
    }
}

fn plate(results: &Results, name: &str, wide: bool) -> Plate {
    let (width, height) = if wide { (396.0, 200.0) } else { (234.0, 145.0) };
    let cells = results.cells.rows();
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" aria-label="{name}">"#
    );
    for cell in 0..cells.min(500) {
        let Some(w) = results.cells.number("multiplier_tail_mean", cell) else { continue };
        let x = 20.0 + (width - 40.0) * (cell as f64 + 0.5) / cells as f64;
        let y = height - 15.0 - (height - 30.0) * w;
        svg += &format!(r#"<circle cx="{x:.2}" cy="{y:.2}" r="3" fill="var(--c0)" data-cell="{cell}"/>"#);
    }
    svg += r#"<text x="20" y="12" font-size="7" fill="var(--soft)">multiplier of each cell</text></svg>"#;
    let files = ["svg", "png", "pdf"].map(|ending| format!("figures/{name}.{ending}")).to_vec();
    let title = "Multiplier".into();
    Plate {
        name: name.into(),
        title,
        caption: html! { "Each cell a point." },
        svg,
        narrow: None,
        wide,
        files,
    }
}

fn of_one(results: &Results) -> String {
    let title = results.plan.name().into();
    page(&Page { title, study: None, sections: vec![section(results)], figure_css: "" })
}

/// The JSON of a page's only sweep.
fn json(page: &str) -> Value {
    let (_, rest) = page.split_once(r#"<script type="application/json" id="data">"#).unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

/// The value of a line in a column of the page's JSON.
fn value(column: &Value, line: usize) -> &Value {
    let raw = if column["data"].is_array() { &column["data"][line] } else { &column["same"] };
    match (&column["words"], raw.as_u64()) {
        (Value::Array(words), Some(at)) => &words[at as usize],
        _ => raw,
    }
}

/// Whether a number of the page is that of the table, as far as the column's digits go.
fn agrees(shown: &Value, digits: &Value, exact: Option<f64>) -> bool {
    match (shown.as_f64(), exact.filter(|exact| exact.is_finite())) {
        (Some(shown), Some(exact)) => match digits {
            Value::Number(places) => {
                let places = places.as_u64().unwrap() as usize;
                format!("{shown:.places$}").trim_start_matches('-')
                    == format!("{exact:.places$}").trim_start_matches('-')
            }
            Value::String(exponent) => {
                let places: usize = exponent[1..].parse().unwrap();
                format!("{shown:.places$e}") == format!("{exact:.places$e}")
            }
            _ => shown == exact,
        },
        (None, None) => true,
        _ => false,
    }
}

#[test]
fn the_numbers_of_the_page_are_those_of_the_tables() {
    let done = &SMALL_DONE;
    let json = json(&of_one(&done.results));
    let columns = json["columns"].as_array().unwrap();
    assert_eq!(json["rows"], 8);
    let read = |name| {
        let table = Table::open(&done.results.folder.table(name)).unwrap();
        let names: Vec<String> = table.columns().map(str::to_owned).collect();
        let rows = table.select(&names.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
        (names, rows.map(|row| row.unwrap()).collect::<Vec<_>>())
    };
    let (cell_names, cells) = read(TableName::Cells);
    let (bidder_names, bidders) = read(TableName::CellBidders);
    let has = |names: &[String], name| names.iter().any(|known| known == name);
    let number = |row: &Row, name| row.number(name).or_else(|| row.integer(name).map(|count| count as f64));
    let by_name = |name| columns.iter().find(|column| column["name"] == name).unwrap();
    let mut compared = 0;
    for line in 0..8 {
        let cell = &cells[json["cells"][line].as_u64().unwrap() as usize];
        let own: Option<i64> = value(by_name("bidder"), line).as_str().map(|bidder| bidder.parse().unwrap());
        let is_own = |row: &&Row| {
            row.text("cell_id") == cell.text("cell_id") && row.integer("bidder") == Some(own.unwrap_or(1))
        };
        let bidder = bidders.iter().find(is_own).unwrap();
        for column in columns.iter().filter(|column| ["number", "half"].iter().any(|f| column["form"] == *f))
        {
            let name = column["name"].as_str().unwrap();
            let of_cell = || if has(&cell_names, name) { number(cell, name) } else { None };
            let of_bidder = || if has(&bidder_names, name) { number(bidder, name) } else { None };
            let exact = match own {
                Some(_) if has(&bidder_names, name) => of_bidder(),
                Some(_) => of_cell(),
                None => of_cell().or_else(of_bidder),
            };
            assert!(agrees(value(column, line), &column["digits"], exact), "{name} {line}: {exact:?}");
            compared += usize::from(exact.is_some());
        }
    }
    assert!(compared > 200, "{compared}");
    assert!(by_name("multiplier_tail_mean")["shown"].as_bool().unwrap());
}

#[test]
fn nothing_of_a_sweep_file_is_markup() {
    let done = &SMALL_DONE;
    let page = of_one(&done.results);
    for mark in ["<script>alert", "<i>a&b", "\u{1b}", "\u{202e}"] {
        assert!(!page.contains(mark), "{mark:?}");
    }
    // The data and the script, and no other.
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    assert!(page.contains("&lt;script&gt;alert(1)"));
    let json = json(&page);
    let axis = &json["columns"][0];
    assert_eq!(axis["words"][0], "<i>a&b</i> *x*");
    assert_eq!(axis["words"][1], "</script>\u{fffd}\u{241b}[0m");
}

#[test]
fn a_page_fetches_nothing() {
    let done = &SMALL_DONE;
    let page = of_one(&done.results);
    for mark in ["http://", "https://", "src=", "@import", "url(", "<link", "import("] {
        let found: Vec<&str> = page.split(mark).skip(1).map(|rest| &rest[..rest.len().min(24)]).collect();
        assert!(found.iter().all(|rest| rest.starts_with("www.w3.org/2000/svg")), "{mark}: {found:?}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn columns_that_find_no_room_are_named() {
    let done = &SMALL_DONE;
    let all = data::data(&done.results, usize::MAX);
    assert!(all.left_out.is_empty());
    let some = data::data(&done.results, 4000);
    assert!(some.json().len() < 4100, "{}", some.json().len());
    assert_eq!(some.columns.len() + some.left_out.len(), all.columns.len());
    assert_eq!(some.columns[0].name, "block");
    let json: Value = serde_json::from_str(&some.json()).unwrap();
    assert_eq!(json["columns"].as_array().unwrap().len(), some.columns.len());
}

#[test]
fn ids_of_a_page_are_there_once() {
    let done = &SMALL_DONE;
    let study = Page {
        title: "Both".into(),
        study: Some(html! { p { "Together." } }),
        sections: vec![section(&done.results), section(&done.results)],
        figure_css: "",
    };
    let page = page(&study);
    let mut ids: Vec<&str> =
        page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
    assert!(ids.contains(&"small-cells") && ids.contains(&"small-again-cells"), "{ids:?}");
    for link in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(ids.contains(&link), "{link}");
    }
}
