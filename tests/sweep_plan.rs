//! What plans promise: counts, order, identity, extension; and the files that are shipped.

use std::collections::HashSet;

use bidsweep::sweep::{CellId, Plan, Scalar, setting_columns};
use proptest::prelude::*;

/// The plan of what follows `schema` and `name`.
fn plan(text: &str) -> Plan {
    plan_with(text, &[])
}

fn plan_with(text: &str, set: &[&str]) -> Plan {
    let set: Vec<String> = set.iter().map(|&argument| argument.to_owned()).collect();
    let text = format!("schema = 1\nname = \"x\"\n{text}");
    Plan::parse(&text, "s.toml", &set).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn labels(plan: &Plan) -> Vec<String> {
    plan.cells().map(|cell| cell.label).collect()
}

fn ids(plan: &Plan) -> Vec<CellId> {
    plan.cells().map(|cell| cell.id).collect()
}

/// The column of that name, of every cell.
fn column(plan: &Plan, name: &str) -> Vec<Scalar> {
    let columns = setting_columns();
    let column = columns.iter().find(|column| column.name == name).expect("the column is there");
    plan.cells().map(|cell| column.of_cell(&cell)).collect()
}

#[test]
fn the_first_key_is_slowest() {
    let plan = plan("axes.bidders = [2, 3]\naxes.beta = [10, 20]");
    let expected = ["bidders=2 beta=10", "bidders=2 beta=20", "bidders=3 beta=10", "bidders=3 beta=20"];
    assert_eq!(labels(&plan), expected);
}

#[test]
fn a_zip_moves_as_one_axis_where_it_stands() {
    let plan = plan(
        "[zip.step]\nlearning_rate = [0.1, 0.2]\nbatch = [32, 64]\n[axes]\nupdates = [\"sequential\", \"simultaneous\"]",
    );
    let expected = [
        "learning_rate=0.1 batch=32 updates=sequential",
        "learning_rate=0.1 batch=32 updates=simultaneous",
        "learning_rate=0.2 batch=64 updates=sequential",
        "learning_rate=0.2 batch=64 updates=simultaneous",
    ];
    assert_eq!(labels(&plan), expected);
}

#[test]
fn ranges_are_exact_in_decimal() {
    let plan = plan("axes.learning_rate = { from = 0.1, to = 0.7, step = 0.1 }");
    let expected = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7].map(Scalar::Number);
    assert_eq!(column(&plan, "learning_rate"), expected);
}

#[test]
fn ranges_of_counts_stay_integers() {
    let linear = plan("axes.batch = { linspace = [16, 64], num = 4 }");
    assert_eq!(column(&linear, "batch"), [16, 32, 48, 64].map(Scalar::Integer));
    let geometric = plan("axes.batch = { geomspace = [10, 160], num = 5 }");
    assert_eq!(column(&geometric, "batch"), [10, 20, 40, 80, 160].map(Scalar::Integer));
    let falling = plan("axes.epochs = { from = 300, to = 100, step = -100 }");
    assert_eq!(column(&falling, "epochs"), [300, 200, 100].map(Scalar::Integer));
}

#[test]
fn a_resolved_sweep_keeps_ranges_as_they_are_written() {
    for (written, kept) in [
        ("{ from = 10, to = 200, step = 10 }", "{ from = 10, to = 200, step = 10 }"),
        ("{ linspace = [10, 200], num = 1000 }", "{ linspace = [10, 200], num = 1000 }"),
        ("{ geomspace = [1, 1e3], num = 4 }", "{ geomspace = [1, 1e3], num = 4 }"),
    ] {
        let resolved = plan(&format!("axes.beta = {written}")).resolved();
        assert_eq!(resolved["grids"][0]["axes"][0]["values"]["beta"], kept);
        // What is kept leads to the same cells.
        let again = plan(&format!("axes.beta = {kept}"));
        assert_eq!(ids(&again), ids(&plan(&format!("axes.beta = {written}"))));
    }
    let listed = plan("axes.beta = [10, 25]").resolved();
    assert_eq!(listed["grids"][0]["axes"][0]["values"]["beta"], serde_json::json!(["10", "25"]));
}

#[test]
fn geomspace_hits_powers_of_ten() {
    let plan = plan("axes.learning_rate = { geomspace = [1e-3, 1e-1], num = 3 }");
    assert_eq!(column(&plan, "learning_rate"), [0.001, 0.01, 0.1].map(Scalar::Number));
}

#[test]
fn schedules_are_values_of_the_learning_rate() {
    let schedules = plan("axes.learning_rate = [0.01, { sqrt = 3.0 }, { harmonic = [0.3, 0.01] }]");
    let number = Scalar::Number;
    assert_eq!(column(&schedules, "learning_rate"), [number(0.01), number(3.0), number(0.3)]);
    let names = [Scalar::Null, "sqrt".into(), "harmonic".into()];
    assert_eq!(column(&schedules, "learning_rate_schedule"), names);
    assert_eq!(column(&schedules, "learning_rate_decay"), [Scalar::Null, Scalar::Null, number(0.01)]);
    let cells: Vec<_> = schedules.cells().collect();
    let expected = ["0.01", "{ sqrt = 3 }", "{ harmonic = [0.3, 0.01] }"];
    for (cell, rate) in cells.iter().zip(expected) {
        assert_eq!(cell.label, format!("learning_rate={rate}"));
    }
    // A number is what it was, and the default is left out.
    assert_eq!(Some(cells[0].id), plan("").cells().next().map(|cell| cell.id));
    let ids: HashSet<_> = cells.iter().map(|cell| cell.id).collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn a_sweep_without_axes_is_one_cell() {
    let plan = plan("");
    assert_eq!(labels(&plan), ["x"]);
    assert_eq!(plan.runs(), 1);
}

#[test]
fn blocks_inherit_what_they_do_not_override() {
    let plan = plan(
        r#"
        fixed.batch = 64
        [axes]
        beta = [10, 20]
        bidders = [2, 3]
        [[block]]
        label = "sgd"
        fixed.learner = "sgd"
        fixed.beta = 40
        axes.learning_rate = [0.5, 1]
        "#,
    );
    let expected = [
        "beta=10 bidders=2",
        "beta=10 bidders=3",
        "beta=20 bidders=2",
        "beta=20 bidders=3",
        "sgd bidders=2 learning_rate=0.5",
        "sgd bidders=2 learning_rate=1",
        "sgd bidders=3 learning_rate=0.5",
        "sgd bidders=3 learning_rate=1",
    ];
    assert_eq!(labels(&plan), expected);
    assert_eq!(column(&plan, "beta"), [10.0, 10.0, 20.0, 20.0, 40.0, 40.0, 40.0, 40.0].map(Scalar::Number));
    assert_eq!(column(&plan, "batch"), [64; 8].map(Scalar::Integer));
}

#[test]
fn blocks_without_axes_above_are_the_whole_grid() {
    let plan = plan("[[block]]\nlabel = \"a\"\n[[block]]\nlabel = \"b\"\nfixed.beta = 20");
    assert_eq!(labels(&plan), ["a", "b"]);
}

#[test]
fn a_population_of_a_block_stands_in_place_of_inherited_bidders() {
    let plan = plan(
        r#"
        axes.bidders = [2, 3]
        [[block]]
        fixed.population = "mixed"
        [populations.mixed]
        bidders = [
            { prior = { uniform = { high = 2.0 } }, count = 2 },
            { learner = { sgd = { momentum = 0.5 } }, learning_rate = 1, initial = 0.5 },
        ]
        "#,
    );
    assert_eq!(labels(&plan), ["bidders=2", "bidders=3", "x"]);
    let cell = plan.cell(2);
    assert_eq!(cell.population.as_deref(), Some("mixed"));
    let column = |name: &str| -> Vec<Scalar> {
        let columns = setting_columns();
        let column = columns.iter().find(|column| column.name == name).expect("the column is there");
        let bidders = (0..3).map(|bidder| column.of_bidder(&cell, bidder));
        std::iter::once(column.of_cell(&cell)).chain(bidders).collect()
    };
    let text = |text: &str| Scalar::Text(text.to_owned());
    let number = Scalar::Number;
    assert_eq!(column("bidders"), [3; 4].map(Scalar::Integer));
    assert_eq!(column("learner"), [Scalar::Null, text("adam"), text("adam"), text("sgd")]);
    assert_eq!(column("learning_rate"), [Scalar::Null, number(0.01), number(0.01), number(1.0)]);
    assert_eq!(column("adam_beta1"), [Scalar::Null, number(0.9), number(0.9), Scalar::Null]);
    assert_eq!(column("sgd_momentum"), [Scalar::Null, Scalar::Null, Scalar::Null, number(0.5)]);
    assert_eq!(column("beta"), [50.0; 4].map(number));
    assert_eq!(column("initial")[3], number(0.5));
    let highs: Vec<f64> = cell.settings.bidders.iter().map(|bidder| bidder.prior.support().1).collect();
    assert_eq!(highs, [2.0, 2.0, 1.0]);
}

#[test]
fn annealed_beta_shows_at_both_ends() {
    let plan = plan("axes.beta = [50, { geometric = [10, 400] }]");
    assert_eq!(column(&plan, "beta"), [50.0, 400.0].map(Scalar::Number));
    assert_eq!(column(&plan, "beta_first"), [50.0, 10.0].map(Scalar::Number));
    assert_eq!(plan.cell(1).label, "beta={ geometric = [10, 400] }");
}

#[test]
fn exclusions_are_counted_by_the_first_rule_that_matches() {
    let plan = plan(
        r#"
        axes.beta = [10, 50]
        axes.bidders = [2, 3, 5]
        [[exclude]]
        bidders = [3, 5]
        beta = 50
        why = "slow"
        [[exclude]]
        bidders = 5
        "#,
    );
    assert_eq!(labels(&plan), ["beta=10 bidders=2", "beta=10 bidders=3", "beta=50 bidders=2"]);
    let counted: Vec<_> =
        plan.exclusions().iter().map(|e| (e.rule.as_str(), e.why.as_deref(), e.cells)).collect();
    assert_eq!(counted, [("bidders = [3, 5], beta = 50", Some("slow"), 2), ("bidders = 5", None, 1)]);
    assert!(plan.warnings().is_empty());
}

#[test]
fn a_rule_that_excludes_nothing_is_a_warning() {
    let plan = plan(
        "axes.beta = [10, 50]\n[zip.a]\nbatch = [1, 2]\nepochs = [10, 20]\n[[exclude]]\nbatch = 1\nepochs = 20",
    );
    assert_eq!(plan.len(), 4);
    let expected = r#"
warning: this rule excludes nothing
 --> s.toml:7:1
  |
7 | [[exclude]]
  | ^^^^^^^^^^^
  |
  = help: no cell has all its values: drop it, or change one"#;
    assert_eq!(format!("\n{}", plan.warnings().render(false)), expected);
}

/// The warnings about a text that can run all the same; a newline begins `expected`, so that it stands at the
/// margin.
#[track_caller]
fn assert_warns(text: &str, expected: &str) {
    assert_eq!(format!("\n{}", plan(text).warnings().render(false)), expected);
}

#[test]
fn a_rule_over_a_value_that_is_not_there_is_a_warning() {
    assert_warns(
        "axes.beta = [10, 50]\n[[exclude]]\nbeta = [50, 60]",
        r#"
warning: no cell has `beta = 60`
 --> s.toml:5:13
  |
5 | beta = [50, 60]
  |             ^^
  |
  = help: the values of `beta` are 10, 50"#,
    );
}

#[test]
fn a_population_that_no_cell_uses_is_a_warning() {
    assert_warns(
        "[populations.p]\nbidders = [{ count = 2 }]",
        r#"
warning: no cell uses the population `p`
 --> s.toml:3:14
  |
3 | [populations.p]
  |              ^
  |
  = help: write `population = "p"` under [fixed], or make it an axis"#,
    );
}

#[test]
fn a_hyperparameter_that_no_learner_has_is_a_warning() {
    assert_warns(
        "fixed.learner = \"sgd\"\nfixed.adam.beta1 = 0.5",
        r#"
warning: no learner of this sweep uses `adam.beta1`
 --> s.toml:4:20
  |
4 | fixed.adam.beta1 = 0.5
  |                    ^^^
  |
  = help: drop it, or choose `learner = "adam"`"#,
    );
    let used_in_a_block = "fixed.learner = \"sgd\"\nfixed.adam.beta1 = 0.5\naxes.beta = [10, 20]\n[[block]]\nfixed.learner = \"adam\"";
    assert!(plan(used_in_a_block).warnings().is_empty());
}

#[test]
fn overrides_replace_fixed_settings_everywhere() {
    let text =
        "fixed.beta = 10\naxes.bidders = [2, 3]\n[[block]]\nfixed.beta = 20\nfixed.updates = \"sequential\"";
    let plan = plan_with(text, &["beta=30", "learner = { sgd = { momentum = 0.9 } }", "name=other"]);
    assert_eq!(plan.name(), "other");
    assert_eq!(column(&plan, "sgd_momentum"), [0.9; 4].map(Scalar::Number));
    assert_eq!(column(&plan, "beta"), [30.0; 4].map(Scalar::Number));
}

#[test]
fn ids_and_seeds_stay_as_they_are() {
    // Another value here means that results already computed are no longer found: raise RESULTS_VERSION.
    let plan = plan(
        r#"
        seeds = { root = 42, replicates = 2 }
        [[block]]
        [[block]]
        fixed = { bidders = 3, beta = { geometric = [10, 400] }, batch = 64, epochs = 10, initial = [0.5, 0.6, 0.7] }
        [[block]]
        fixed = { learner = { sgd = { momentum = 0.5 } }, learning_rate = 0.01, profiles = "own", updates = "shared-graph" }
        [[block]]
        fixed.population = "a"
        [populations.a]
        bidders = [{ prior = { uniform = { high = 2.0 } } }, { learning_rate = 1e-20 }]
        "#,
    );
    let named: Vec<String> = ids(&plan).iter().map(CellId::to_string).collect();
    assert_eq!(named, ["d654eb3593662e24", "b8f342f573c733f7", "f59c20ce42d747dd", "e99d6500392c7a76"]);
    let seeds = [0, 1].map(|replicate| plan.seed(plan.id(0), replicate));
    assert_eq!(seeds, [3551643938742070480, 15826387729077437423]);
    assert_eq!(plan.hash(), "c5afe8194dd1b3ed");
}

#[test]
fn identity_ignores_names_labels_replicates_and_measures() {
    let usual = plan("axes.beta = [10, 20]");
    let other = plan_with(
        r#"
        question = "why?"
        seeds.replicates = 7
        measure = { tail = 0.25, trajectories = { replicates = 1, every = 10 } }
        [[block]]
        label = "b"
        axes.beta = [10.0, 2e1]
        "#,
        &["name=other"],
    );
    assert_eq!(ids(&usual), ids(&other));
    assert_ne!(usual.hash(), other.hash());
}

#[test]
fn identity_leaves_out_introductory_defaults_and_unused_hyperparameters() {
    let written = plan(
        r#"
        [fixed]
        mechanism = "first-price"
        bidders = 2
        strategy = "linear"
        initial = { theta = [0.9, 0.9] }
        beta = 50.0
        learner = { adam = { beta1 = 0.9 } }
        learning_rate = 1e-2
        batch = 128
        profiles = "shared"
        epochs = 2000
        updates = "simultaneous"
        sgd.momentum = 0.7
        adam.beta2 = 0.999
        "#,
    );
    assert_eq!(ids(&plan("")), ids(&written));
}

#[test]
fn every_setting_but_an_unused_one_is_identity() {
    let usual = plan("").id(0);
    for fixed in [
        "bidders = 3",
        "initial = 0.5",
        "beta = 51",
        "beta = { geometric = [50, 50] }",
        "learner = \"sgd\"",
        "learning_rate = 0.011",
        "batch = 127",
        "profiles = \"own\"",
        "epochs = 1999",
        "updates = \"sequential\"",
        "adam.epsilon = 1e-7",
    ] {
        assert_ne!(plan(&format!("fixed = {{ {fixed} }}")).id(0), usual, "{fixed}");
    }
    assert_ne!(plan("seeds.root = 1").id(0), usual);
    assert_ne!(plan("seeds.common = false").id(0), usual);
}

#[test]
fn common_seeds_are_of_the_replicate_and_others_of_the_cell_too() {
    let text = "axes.beta = [10, 20]\nseeds.root = 3\nseeds.common =";
    let (common, own) = (plan(&format!("{text} true")), plan(&format!("{text} false")));
    assert_eq!(common.seed(common.id(0), 5), common.seed(common.id(1), 5));
    assert_ne!(common.seed(common.id(0), 5), common.seed(common.id(0), 6));
    assert_ne!(own.seed(own.id(0), 5), own.seed(own.id(1), 5));
}

#[test]
fn cell_ids_read_back_and_nothing_else_does() {
    let id = plan("").id(0);
    assert_eq!(id.to_string().parse(), Ok(id));
    for text in ["", "12", "+123456789abcdef", "00f3a1b2c4d5e6f7a", "00f3a1b2c4d5e6fg"] {
        let error = text.parse::<CellId>().unwrap_err().to_string();
        assert_eq!(
            error,
            format!("{text:?} is not a cell id: write its 16 hex digits, such as 00f3a1b2c4d5e6f7")
        );
    }
}

#[test]
fn a_large_plan_is_made_in_no_time() {
    let started = std::time::Instant::now();
    let plan = plan(
        "axes.beta = { from = 1, to = 100, step = 1 }\naxes.learning_rate = { linspace = [0.01, 0.1], num = 100 }\n\
         seeds.replicates = 100000",
    );
    assert_eq!((plan.len(), plan.runs()), (10_000, 1_000_000_000));
    // A plan that held its runs would take minutes and gigabytes, even where nothing is optimised.
    assert!(started.elapsed().as_secs() < 10);
}

#[test]
fn every_shipped_sweep_is_valid_and_opens_with_its_question() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sweeps");
    let mut names = Vec::new();
    let entries = std::fs::read_dir(folder).expect("the sweeps are there");
    let paths = entries.map(|entry| entry.expect("a folder's entry").path());
    for path in paths.filter(|path| path.extension().is_some_and(|ending| ending == "toml")) {
        let plan = Plan::load(&path, &[]).unwrap_or_else(|error| panic!("{error}"));
        assert!(plan.source().starts_with("# "), "{} begins with a comment", path.display());
        assert!(plan.question().is_some_and(|question| question.ends_with('?')), "{}", path.display());
        assert!(plan.warnings().is_empty(), "{}", path.display());
        assert_eq!(path.file_stem().and_then(|stem| stem.to_str()), Some(plan.name()));
        names.push((plan.name().to_owned(), plan.len(), plan.replicates()));
    }
    names.sort();
    let expected = [
        ("asymmetric", 12, 50),
        ("batch", 30, 12),
        ("beta-n", 20, 50),
        ("contextual", 30, 8),
        ("epsilon", 20, 24),
        ("es-bias", 16, 50),
        ("exact", 24, 1),
        ("learners", 56, 8),
        ("mixed", 5, 40),
        ("mwu", 36, 1),
        ("priors", 10, 16),
        ("revenue", 12, 8),
        ("smoke", 12, 10),
        ("tradeoff", 84, 24),
        ("updates", 6, 50),
        ("week4", 1, 200),
    ];
    assert_eq!(names, expected.map(|(name, cells, replicates)| (name.to_owned(), cells, replicates)));
}

/// The message that a file with these bytes is refused with, its folder left out.
fn refusal(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("s.toml");
    std::fs::write(&path, bytes).expect("a writable folder");
    let error = Plan::load(&path, &[]).expect_err("the file is bad").to_string();
    error.replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let expected = r#"
error: the file is not UTF-8: line 2 has a byte that is none
--> s.toml
 = help: save it as UTF-8"#;
    assert_eq!(format!("\n{}", refusal(b"schema = 1\nname = \"\xff\"")), expected);
    let expected = r#"
error: the file is larger than 4 MiB
--> s.toml
 = help: write long axes as ranges, such as `{ from = 10, to = 200, step = 10 }`"#;
    assert_eq!(format!("\n{}", refusal(&vec![b'#'; 10_000_000])), expected);
    let expected = r#"
error: the file cannot be read: No such file or directory (os error 2)
--> nowhere/s.toml
 = help: give the path of a sweep file"#;
    let error = Plan::load("nowhere/s.toml".as_ref(), &[]).expect_err("there is no file");
    assert_eq!(format!("\n{error}"), expected);
}

/// An axis, by key and values; the keys that a set of them takes are distinct.
fn axis() -> impl Strategy<Value = (&'static str, Vec<u32>)> {
    let key = prop::sample::select(vec!["beta", "bidders", "batch", "epochs", "learning_rate"]);
    (key, prop::collection::btree_set(2u32..=60, 1..6))
        .prop_map(|(key, set)| (key, set.into_iter().collect()))
}

/// Some axes in some order.
fn axes() -> impl Strategy<Value = Vec<(&'static str, Vec<u32>)>> {
    prop::collection::vec(axis(), 0..5).prop_map(|mut axes| {
        let mut seen = HashSet::new();
        axes.retain(|(key, _)| seen.insert(*key));
        axes
    })
}

fn written(axes: &[(&str, Vec<u32>)]) -> String {
    axes.iter().map(|(key, values)| format!("axes.{key} = {values:?}\n")).collect()
}

/// An exclusion of every second value of each axis at once.
fn exclusion(axes: &[(&str, Vec<u32>)]) -> String {
    let terms = axes.iter().map(|(key, values)| {
        let some: Vec<_> = values.iter().step_by(2).collect();
        format!("{key} = {some:?}\n")
    });
    format!("[[exclude]]\n{}", terms.collect::<String>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_count_is_the_listing_and_no_cell_stands_twice(axes in axes()) {
        let sizes = axes.iter().map(|(_, values)| values.len());
        let kept: usize = sizes.clone().product();
        let dropped: usize = sizes.map(|size| size.div_ceil(2)).product();
        let all = plan(&written(&axes));
        prop_assert_eq!(all.len(), kept);
        prop_assert_eq!(all.cells().count(), kept);
        let distinct: HashSet<_> = all.cells().map(|cell| cell.id).collect();
        prop_assert_eq!(distinct.len(), kept);
        let distinct: HashSet<_> = all.cells().map(|cell| format!("{:?}", cell.settings)).collect();
        prop_assert_eq!(distinct.len(), kept);
        if dropped < kept {
            let some = plan(&format!("{}{}", written(&axes), exclusion(&axes)));
            prop_assert_eq!(some.len(), kept - dropped);
            prop_assert!(some.cells().all(|cell| all.position(cell.id).is_some()));
        }
    }

    #[test]
    fn every_position_is_found_by_its_id(axes in axes()) {
        let plan = plan(&written(&axes));
        for (position, cell) in plan.cells().enumerate() {
            prop_assert_eq!(cell.position, position);
            prop_assert_eq!(plan.position(cell.id), Some(position));
        }
        prop_assert_eq!(plan.position(CellId(0)), None);
    }

    #[test]
    fn identity_does_not_depend_on_the_order_of_axes_or_values(axes in axes()) {
        let mut turned = axes.clone();
        turned.reverse();
        turned.iter_mut().for_each(|(_, values)| values.reverse());
        let named = |plan: &Plan| -> HashSet<(CellId, String)> {
            plan.cells().map(|cell| (cell.id, format!("{:?}", cell.settings))).collect()
        };
        prop_assert_eq!(named(&plan(&written(&axes))), named(&plan(&written(&turned))));
    }

    #[test]
    fn fixed_values_and_axes_of_one_value_are_the_same_cell(axes in axes()) {
        let first: Vec<_> = axes.iter().map(|(key, values)| (*key, values[0])).collect();
        let fixed: String = first.iter().map(|(key, value)| format!("fixed.{key} = {value}\n")).collect();
        let single: String = first.iter().map(|(key, value)| format!("axes.{key} = [{value}]\n")).collect();
        prop_assert_eq!(ids(&plan(&fixed)), ids(&plan(&single)));
        prop_assert_eq!(Some(plan(&fixed).id(0)), plan(&written(&axes)).cells().next().map(|cell| cell.id));
    }

    #[test]
    fn a_decimal_range_is_what_its_values_read_as(tenths in 1u32..50, count in 1u32..30) {
        let end = tenths * (count + 1);
        let text = format!("axes.beta = {{ from = {0}e-1, to = {end}e-1, step = {0}e-1 }}", tenths);
        let expected: Vec<Scalar> = (1..=count + 1)
            .map(|i| Scalar::Number(format!("{}e-1", tenths * i).parse().expect("a number")))
            .collect();
        prop_assert_eq!(column(&plan(&text), "beta"), expected);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[ -~\n]{0,80}") {
        let _ = Plan::parse(&format!("schema = 1\nname = \"x\"\n{text}"), "s.toml", &[]);
        let _ = Plan::parse("schema = 1\nname = \"x\"", "s.toml", &[text]);
    }
}
