//! What `[report]` may say, what it comes to, and what it is refused with.

use bidsweep::store::MeasureKeys;
use bidsweep::sweep::Plan;
use bidsweep::sweep::report::{FigureName, Grouping, Interval, ReportSettings, Venue, Width};

const GRID: &str = r#"schema = 1
name = "x"
[axes]
beta = [10, 25]
population = ["two", "three"]
[zip.optimiser]
learner = ["adam", { sgd = { momentum = 0.3 } }]
batch = [64, 128]
[populations.two]
bidders = [{ count = 2 }]
[populations.three]
bidders = [{ count = 3 }]
"#;

fn parse(report: &str) -> Plan {
    let text = format!("{GRID}{report}");
    Plan::parse(&text, "s.toml", &[]).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn report(keys: &str) -> ReportSettings {
    parse(&format!("[report]\n{keys}")).report().clone()
}

/// The message, and what to write instead, of a key that stands on line 14; and the columns of its caret.
#[track_caller]
fn refused(key: &str, message: &str, caret: &str, help: &str) {
    let text = format!("{GRID}[report]\n{key}");
    let error = Plan::parse(&text, "s.toml", &[]).expect_err(key).to_string();
    let shown = error.lines().find(|line| line.contains('^')).expect("a caret");
    let start = shown.find('^').unwrap() - "   | ".len();
    let place = &key[start..start + shown.matches('^').count()];
    assert_eq!((error.lines().next(), place), (Some(&format!("error: {message}")[..]), caret), "{error}");
    let told = error.lines().find_map(|line| line.split_once("= help: ")).map_or("", |(_, help)| help);
    assert_eq!(told, help, "{error}");
    assert!(error.contains("s.toml:14:"), "{error}");
}

#[test]
fn keys_come_to_what_they_say() {
    assert_eq!(parse("").report(), &ReportSettings::default());
    let all = report(
        r#"width = 4.5
venue = "icml"
figures = ["forest", "convergence"]
columns = ["multiplier_tail_mean", "epsilon_relative"]
interval = "sd"
rows = "beta"
baseline = { learner = { sgd = { momentum = 0.3 } }, beta = 10.0, population = "three" }"#,
    );
    assert_eq!((all.width, all.venue, all.interval), (Some(Width::Inches(4.5)), Venue::Icml, Interval::Sd));
    assert_eq!(all.figures, Some(vec![FigureName::Forest, FigureName::Convergence]));
    assert_eq!(all.columns, Some(vec!["multiplier_tail_mean", "epsilon_relative"]));
    assert_eq!(all.rows, Some(Grouping { name: "beta".into(), settings: vec!["beta".into()] }));
    let baseline: Vec<_> = all.baseline.iter().map(|b| (&b.key[..], &b.value[..], &b.shown[..])).collect();
    let expected = [
        ("learner", "{ sgd = { momentum = 0.3 } }", "{ sgd = { momentum = 0.3 } }"),
        ("beta", "10", "10"),
        ("population", "\"three\"", "three"),
    ];
    assert_eq!(baseline, expected);
    assert_eq!(report("width = \"column\"").width, Some(Width::Column));
    assert_eq!(report("figures = []").figures, Some(Vec::new()));
}

#[test]
fn a_zip_groups_by_all_of_its_settings() {
    let settings = |rows: &str| report(&format!("rows = \"{rows}\"")).rows.unwrap().settings;
    assert_eq!(settings("optimiser"), ["learner", "batch"]);
    assert_eq!(settings("batch"), ["batch"]);
    assert_eq!(settings("population"), ["population"]);
}

#[test]
fn what_differs_between_blocks_varies() {
    let text = "schema = 1\nname = \"x\"\nfixed.beta = 20\n[[block]]\nfixed.learner = \"sgd\"\n[[block]]\n\
                [report]\nrows = \"learner\"\nbaseline = { learner = \"adam\" }";
    let plan = Plan::parse(text, "s.toml", &[]).unwrap();
    assert_eq!(plan.report().rows.as_ref().unwrap().settings, ["learner"]);
    assert_eq!(plan.report().baseline[0].value, "\"adam\"");
}

#[test]
fn a_baseline_is_compared_by_what_learners_come_to() {
    let same = report("baseline = { learner = { adam = { beta1 = 0.9 } } }");
    assert_eq!(same.baseline[0].value, "\"adam\"");
}

#[test]
fn a_report_changes_nothing_of_what_is_stored() {
    let (without, with) = (parse(""), parse("[report]\nfigures = []\nrows = \"beta\"\nbaseline.beta = 10"));
    assert_eq!(without.hash(), with.hash());
    assert!((0..without.len()).all(|position| without.id(position) == with.id(position)));
    assert_eq!(without.measure(), with.measure());
    let keys = |plan: &Plan| {
        let (keys, cell) = (MeasureKeys::of(plan), plan.id(0));
        [0, 5, 100].map(|replicate| keys.key(cell, replicate))
    };
    assert_eq!(keys(&without), keys(&with));
    // But the manifest tells it.
    let resolved = with.resolved();
    assert_eq!(resolved["report"]["baseline"]["beta"], "10");
    assert_eq!(without.resolved()["report"]["venue"], "default");
}

#[test]
fn unknown_names_are_refused_where_they_stand() {
    refused("widht = 3", "`[report]` has no key `widht`", "widht", "did you mean `width`?");
    let widths = "one of \"column\", \"text\", or a number of inches in [2, 12]";
    refused("width = 20", &format!("`width` must be {widths}, not 20"), "20", "");
    refused("width = \"page\"", &format!("`width` must be {widths}, not \"page\""), "\"page\"", "");
    refused(
        "figures = [\"forest\", \"convergense\"]",
        "`figures` must be one of \"convergence\", \"compensated\", \"bias-beta\", \"rmse-beta\", \"oscillation\", \
         \"bid-functions\", \"forest\", \"learning-rate\", \"heat-map\", \"phase\", \"mixture\", \"waterfall\", \
         \"contrasts\", not \"convergense\"",
        "\"convergense\"",
        "did you mean \"convergence\"?",
    );
    refused(
        "figures = [\"forest\", \"forest\"]",
        "`figures` has \"forest\" twice",
        "\"forest\"",
        "leave one of them out",
    );
    refused(
        "figures = \"forest\"",
        "`figures` must be a list of names, not \"forest\"",
        "\"forest\"",
        "write `figures = [\"forest\"]`",
    );
    for (written, near) in [
        ("epsilon_relative_mean", "epsilon_relative"),
        ("epsilon_ex_ante_time_averge", "epsilon_ex_ante_time_average"),
        ("multiplier_tail_men", "multiplier_tail_mean"),
    ] {
        refused(
            &format!("columns = [\"{written}\"]"),
            &format!("`cells` has no mean of a measure \"{written}\""),
            &format!("\"{written}\""),
            &format!("did you mean \"{near}\"?"),
        );
    }
    refused(
        "rows = \"betta\"",
        "`rows` names what varies, and there is no axis `betta`",
        "\"betta\"",
        "did you mean `beta`?",
    );
    refused(
        "rows = \"epochs\"",
        "`rows` names what varies, and there is no axis `epochs`",
        "\"epochs\"",
        "the names known here are `optimiser`, `beta`, `population`, `learner`, `batch`",
    );
}

#[test]
fn a_baseline_that_no_cell_has_is_refused() {
    refused("baseline = { beta = 50 }", "no cell has `beta = 50`", "50", "the values of `beta` are 10, 25");
    refused(
        "baseline = { learner = { sgd = { momentum = 0.4 } } }",
        "no cell has `learner = { sgd = { momentum = 0.4 } }`",
        "{ sgd = { momentum = 0.4 } }",
        "the values of `learner` are \"adam\", { sgd = { momentum = 0.3 } }",
    );
    refused(
        "baseline = { epochs = 2000 }",
        "a baseline says values of what varies, and `epochs` does not vary",
        "epochs",
        "the names known here are `beta`, `population`, `learner`, `batch`",
    );
    refused("baseline = 3", "`baseline` must be a table, not 3", "3", "");
}

#[test]
fn a_broken_axis_is_the_only_problem_of_what_refers_to_it() {
    let text =
        "schema = 1\nname = \"x\"\naxes.beta = [10, \"x\"]\n[report]\nrows = \"beta\"\nbaseline.beta = 10";
    let error = Plan::parse(text, "s.toml", &[]).unwrap_err().to_string();
    assert_eq!(error.matches("error:").count(), 1, "{error}");
}
