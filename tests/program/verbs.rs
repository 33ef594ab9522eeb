//! What each verb prints, writes and exits with.

use std::fs;
use std::io::{BufRead, BufReader, Read};

use bidsweep::auction::{Mechanism, Prior, Strategy};
use bidsweep::learner::Learner;
use bidsweep::measure::movement::MOVEMENTS;
use bidsweep::measure::{
    Column, DESTINATIONS, RunStatus, bidder_columns, cell_bidder_columns, cell_columns, run_columns,
};
use bidsweep::store::{Table, TableName, table_columns};
use bidsweep::sweep::report::{FigureName, Venue, report_keys};
use bidsweep::sweep::{measure_keys, settings};
use serde_json::{Value, json};

use crate::sandbox::{Ended, Sandbox, Sweep, closed_pipe};

const OTHER: Sweep = Sweep { name: "y", ..Sweep::SHORT };

#[test]
fn plan_expands_counts_and_estimates() {
    let sandbox = Sandbox::with(&Sweep { axes: "beta = [10]\nbidders = [2, 3]", ..Sweep::SHORT });
    let planned = sandbox.run("plan x.toml --list --threads 3").exits(0).says("").stdout;
    let is_estimate = |line: &&str| line.starts_with("  about ") || line.starts_with("  the largest part: ");
    let (about, rest): (Vec<_>, Vec<_>) = planned.lines().partition(is_estimate);
    assert_eq!(about.len(), 2);
    assert!(about[0].contains(" on 3 threads, about ") && about[0].ends_with("B"), "{}", about[0]);
    let [first, second] = [0, 1].map(|position| sandbox.cell("x.toml", position));
    assert_eq!(
        rest,
        [
            "x",
            "  fixed: epochs = 30, batch = 8",
            "  axis beta: 10",
            "  axis bidders: 2, 3",
            "  2 cells x 5 replicates = 10 runs",
            &format!("{first} beta=10 bidders=2"),
            &format!("{second} beta=10 bidders=3"),
        ]
    );
    assert!(!sandbox.path("out").exists());
}

#[test]
fn plan_tells_scripts_the_same() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    let planned = sandbox.run("plan x.toml --format json --threads 3").exits(0).says("").json();
    let counts = ["cells", "replicates", "runs", "threads"].map(|key| planned[key].as_u64().unwrap());
    assert_eq!(counts, [4, 5, 20, 3]);
    assert_eq!((&planned["name"], &planned["excluded"]), (&json!("x"), &json!([])));
    assert!(planned["seconds"].as_f64().unwrap() > 0.0 && planned["bytes"].as_u64().unwrap() > 0);
    assert_eq!(planned["sweep"]["seeds"], json!({ "root": 7, "replicates": 5, "common": true }));
    assert!(planned.get("list").is_none());
}

#[test]
fn a_dry_run_writes_nothing() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    let dry = sandbox.run("run x.toml --dry-run").exits(0).says("would train 20 runs in out/x");
    assert!(dry.stdout.contains("\n  4 cells x 5 replicates = 20 runs\n"), "{}", dry.stdout);
    assert!(!sandbox.path("out").exists());
    sandbox.run("run x.toml --quiet --limit 6").exits(75);
    let manifest = fs::read(sandbox.path("out/x/manifest.json")).unwrap();
    sandbox.run("run x.toml -n").exits(0).says("would train 14 runs in out/x");
    sandbox.run("run x.toml -n --limit 5").exits(0).says("would train 5 runs in out/x");
    assert_eq!(fs::read(sandbox.path("out/x/manifest.json")).unwrap(), manifest);
    assert_eq!(sandbox.done("x"), 6);
}

#[test]
fn run_prints_its_answer_and_show_the_same_and_more() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    let human = sandbox.run("run x.toml --quiet").exits(0).says("").stdout;
    let lines: Vec<_> = human.lines().collect();
    assert_eq!(lines[0], "x  20 runs, 4 cells x 5");
    assert!(lines.len() <= 30 && lines.iter().all(|line| line.chars().count() <= 80), "{human}");
    assert!(human.contains("bias of the multiplier, learned less Nash (± 95 %)\n"), "{human}");
    assert!(human.ends_with("tables  out/x/*.parquet\n"), "{human}");
    assert!(!human.contains('\u{1b}'), "{human}");
    assert!(sandbox.path("out/x/findings.json").exists());
    // The page stands only where it was written now.
    let shown = sandbox.run("show out/x").exits(0).says("").stdout;
    let without = |text: &str| text.lines().filter(|line| !line.contains("tables  ")).count();
    assert!(without(&shown) > 10 && shown.starts_with(lines[0]), "{shown}");

    let long = sandbox.run("show out/x -v").exits(0).stdout;
    assert_eq!(long.lines().filter(|line| line.starts_with("beta=")).count(), 8, "{long}");
    let bias = "bias = multiplier - BNE = class + smoothing + learning; BNE L2 = sqrt(E (bid - BNE bid)^2)";
    assert!(long.contains(bias), "{long}");
    // Thirty epochs are too few to come to rest: they are on their way, or it is not to be told.
    let on_the_way = |line: &&str| line.ends_with("drifting") || line.ends_with("undecided");
    assert_eq!(long.lines().filter(|line| line.starts_with("beta=")).filter(on_the_way).count(), 4, "{long}");

    let scripts = sandbox.run("run x.toml --quiet --format json").exits(0).says("").stdout;
    let cells: Vec<Value> = scripts.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(cells.len(), 4);
    let rows: Vec<&str> = long.lines().filter(|line| line.starts_with("beta=")).collect();
    for (position, cell) in cells.iter().enumerate() {
        assert_eq!(cell["cell_id"], sandbox.cell("x.toml", position));
        let printed = format!("{:.6}", cell["multiplier"].as_f64().unwrap());
        assert!(rows[position].contains(&printed), "{printed} in {long}");
    }
}

#[test]
fn progress_comes_in_the_form_asked_for() {
    let progress = |form: &str| {
        let sandbox = Sandbox::with(&Sweep::SHORT);
        sandbox.run(&format!("run x.toml --progress {form}")).exits(0).stderr
    };
    let told = progress("json");
    let lines: Vec<_> = told.lines().collect();
    assert!(lines.last().unwrap().starts_with("out/x: trained 20 runs in "), "{told}");
    let objects = lines[..lines.len() - 1].iter().map(|line| serde_json::from_str(line).unwrap());
    let objects: Vec<Value> = objects.collect();
    let last = &objects[objects.len() - 1];
    let counts = ["done", "total", "diverged", "failed"].map(|key| last[key].as_u64().unwrap());
    assert_eq!(counts, [20, 20, 0, 0]);
    assert!(last["runs_per_second"].as_f64().unwrap() > 0.0 && last["seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(last["seconds_left"], 0.0);

    // Nobody watches a terminal here.
    for form in ["plain", "auto"] {
        let told = progress(form);
        let line = told.lines().rev().nth(1).unwrap();
        assert!(line.starts_with("20/20 runs  ") && line.ends_with(" runs/s"), "{told}");
    }
    assert_eq!(progress("none").lines().count(), 1);
    assert_eq!(progress("json --quiet"), "");
}

#[test]
fn status_tells_what_is_done_and_missing() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml --quiet --limit 6").exits(75);
    let status = sandbox.run("status out/x").exits(75).says("").stdout;
    let (about, rest): (Vec<_>, Vec<_>) = status.lines().partition(|line| line.starts_with("  about "));
    assert_eq!(rest, ["x: 6 of 20 runs done", "  14 runs missing"]);
    assert!(about.len() == 1 && about[0].ends_with(" left"), "{status}");
    let status = sandbox.run("status out/x --format json").exits(75).json();
    let counts = ["cells", "runs", "ok", "diverged", "failed", "missing", "outdated", "surplus"];
    assert_eq!(counts.map(|key| status[key].as_u64().unwrap()), [4, 20, 6, 0, 0, 14, 0, 0]);
    assert_eq!((&status["name"], &status["damaged_parts"]), (&json!("x"), &json!([])));
    assert!(status["holder"].is_null() && status["seconds_left"].as_f64().unwrap() >= 0.0);

    sandbox.run("run x.toml --quiet").exits(0);
    assert_eq!(sandbox.run("status out/x").exits(0).stdout, "x: 20 of 20 runs done\n");
    assert!(sandbox.run("status out/x --format json").exits(0).json()["seconds_left"].is_null());
}

#[test]
fn show_finds_a_cell_or_a_run_by_the_start_of_its_id() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml --quiet").exits(0);
    let ids = [0, 1, 2, 3].map(|position| sandbox.cell("x.toml", position));
    let cell = &ids[2];
    let shown = sandbox.run(&format!("show out/x {cell}")).exits(0).says("").stdout;
    let prefix = &cell[..6];
    assert_eq!(sandbox.run(&format!("show out/x {prefix}")).exits(0).stdout, shown);
    let titles: Vec<_> = shown.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(titles, [&format!("cell {cell}"), "bidder 1", "bidder 2"]);
    for (name, value) in [("label", "beta=50 bidders=2"), ("replicates", "5"), ("bne_multiplier", "0.5")] {
        let line = shown.lines().find(|line| line.trim_start().starts_with(&format!("{name} "))).unwrap();
        assert!(line.ends_with(&format!("  {value}")), "{line}");
    }

    let run = sandbox.run(&format!("show out/x {prefix}:4 --format json")).exits(0).says("").json();
    let row = &run[format!("run {cell}:4")];
    assert_eq!((&row["status"], &row["replicate"], &row["beta"]), (&json!("ok"), &json!(4), &json!(50.0)));
    assert!(run["bidder 2"]["multiplier_tail_mean"].is_f64() && run.get("bidder 3").is_none());
}

#[test]
fn show_says_what_to_write_instead() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml --quiet --limit 1 --tables always").exits(75);
    let trained = (0..4).map(|position| sandbox.cell("x.toml", position));
    let (found, missing): (Vec<_>, Vec<_>) =
        trained.partition(|cell| sandbox.run(&format!("show out/x {cell}")).code == Some(0));
    assert_eq!(found.len(), 1);
    let cell = &found[0];
    sandbox.run(&format!("show out/x {}", missing[0])).exits(1).prints_nothing().says(&format!(
        "error: cell {} is not in cells.parquet: it has not been trained; `bidsweep run` trains what is missing",
        missing[0]
    ));
    sandbox.run(&format!("show out/x {cell}:1")).exits(1).prints_nothing().says(&format!(
        "error: run {cell}:1 is not in runs.parquet: it has not been trained; `bidsweep run` trains what is missing"
    ));
    for (id, told) in [
        (
            "zz",
            "no cell has an id that starts with \"zz\", or a label with it: `bidsweep plan --list out/x/sweep.toml` lists ids \
             and labels"
                .to_owned(),
        ),
        (&format!("{cell}:5"), "there is no replicate \"5\": write a number from 0 to 4".to_owned()),
        (&format!("{cell}:last"), "there is no replicate \"last\": write a number from 0 to 4".to_owned()),
        (&format!("{cell} --rerun"), format!("--rerun needs a run: write {cell}:0 for its replicate 0")),
    ] {
        let ended = sandbox.run(&format!("show out/x {id}")).exits(2).prints_nothing();
        ended.says(&format!("error: {told}"));
    }
    // A cell goes by its label too, or by words of it that no other has.
    let label = sandbox.run(&format!("show out/x {cell} --format json")).exits(0).json();
    let label = label[format!("cell {cell}")]["label"].as_str().unwrap().to_owned();
    for word in [label.clone(), label.split(' ').rev().collect::<Vec<_>>().join(" ")] {
        let shown = sandbox.command("show out/x").arg(&word).output().unwrap();
        assert!(Ended::from(shown).exits(0).stdout.starts_with(&format!("cell {cell}\n")), "{word}");
    }
    let several = sandbox.run("show out/x bidders=2").exits(2).prints_nothing().stderr;
    assert!(several.starts_with("error: several cells go by \"bidders=2\": write more of an id or label:\n"));
    assert_eq!(several.lines().filter(|line| line.contains(" bidders=2")).count(), 2, "{several}");
}

#[test]
fn overrides_make_another_sweep() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml --set batch=9").exits(2).prints_nothing().says(
        "error: --set makes another sweep: give it a folder with --out DIR, or a name with --set name=NAME",
    );
    assert!(!sandbox.path("out").exists());
    sandbox.run("run x.toml --quiet --set batch=9 --set name=z").exits(0);
    sandbox.run("run x.toml --quiet --set batch=9 --out there").exits(0);
    let written = Sandbox::with(&Sweep { fixed: "epochs = 30\nbatch = 9", ..Sweep::SHORT });
    for folder in ["out/z", "there/x"] {
        // What reads the folder knows of the override.
        sandbox.run(&format!("verify {folder}")).exits(0);
        let cell = written.cell("x.toml", 0);
        let shown = sandbox.run(&format!("show {folder} {cell} --format json")).exits(0).json();
        assert_eq!(shown[format!("cell {cell}")]["batch"], 9);
    }
    let planned = sandbox.run("plan x.toml --set batch=9 --format json").exits(0).json();
    assert_eq!(planned["sweep"]["set"], json!(["batch=9"]));
}

#[test]
fn several_files_are_run_one_after_the_other() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.write(&OTHER);
    let ended = sandbox.run("run x.toml y.toml --progress none").exits(0);
    ended.says("out/x: trained 20 runs in TIME\nout/y: trained 20 runs in TIME");
    assert_eq!((sandbox.done("x"), sandbox.done("y")), (20, 20));

    fs::write(sandbox.path("bad.toml"), "schema = 1\nname = \"b/c\"\n").unwrap();
    fs::remove_dir_all(sandbox.path("out")).unwrap();
    let bad = sandbox.run("run x.toml bad.toml").exits(2).prints_nothing();
    assert!(bad.stderr.contains("--> bad.toml:2:8"), "{}", bad.stderr);
    let twice = sandbox.run("run x.toml y.toml x.toml").exits(2).prints_nothing();
    twice.says(
        "error: two of the sweep files are named \"x\", and would share a folder: run them one after the other with \
         different --out",
    );
    assert!(!sandbox.path("out").exists());
}

#[test]
fn list_names_every_row_of_every_registry() {
    let sandbox = Sandbox::new();
    let names = |columns: &[Column]| columns.iter().map(|column| column.name.clone()).collect();
    let words = |words: &[(&str, &str)]| words.iter().map(|(word, _)| word.to_string()).collect();
    let mut registries: Vec<(&str, String, Vec<String>)> = [
        ("settings", "settings", settings().iter().map(|setting| setting.key.clone()).collect()),
        ("settings", "[measure]", measure_keys().into_iter().map(|[name, ..]| name).collect()),
        ("settings", "[report]", report_keys().into_iter().map(|[name, ..]| name).collect()),
        ("learners", "learners", Learner::REGISTRY.iter().map(|learner| learner.name.to_owned()).collect()),
        ("priors", "priors", Prior::REGISTRY.iter().map(|prior| prior.name.to_owned()).collect()),
        ("strategies", "strategies", Strategy::ALL.iter().map(|s| s.name().to_owned()).collect()),
        ("mechanisms", "mechanisms", Mechanism::ALL.iter().map(|m| m.name().to_owned()).collect()),
        ("measures", "measures of a run", names(run_columns())),
        ("measures", "measures of a run's bidder", names(bidder_columns())),
        ("measures", "measures of a cell", names(cell_columns())),
        ("measures", "measures of a cell's bidder", names(cell_bidder_columns())),
    ]
    .map(|(topic, title, rows)| (topic, title.to_owned(), rows))
    .into();
    for table in TableName::ALL {
        let rows = table_columns(table).into_iter().map(|column| column.name).collect();
        registries.push(("columns", format!("columns of {}", table.file()), rows));
    }
    registries.push((
        "verdicts",
        "destination: where the learners of a cell end".into(),
        words(&DESTINATIONS),
    ));
    registries.push(("verdicts", "movement: how they move".into(), words(&MOVEMENTS)));
    let statuses = RunStatus::ALL.map(|status| status.name().to_owned()).to_vec();
    registries.push(("verdicts", "status: how a run ends".into(), statuses));
    let figures = FigureName::ALL.iter().map(|figure| figure.name().to_owned()).collect();
    registries.push(("figures", "figures".into(), figures));
    registries.push(("figures", "venues".into(), Venue::ALL.map(|venue| venue.name().to_owned()).to_vec()));

    let listed = sandbox.run("list --format json").exits(0).says("").json();
    assert_eq!(listed.as_object().unwrap().len(), registries.len());
    let all = sandbox.run("list").exits(0).says("").stdout;
    assert!(all.lines().all(|line| line.chars().count() <= 100), "{all}");
    let mut sections = all.split("\n\n");
    for (topic, title, rows) in registries {
        let section = listed[&title].as_array().unwrap();
        assert!(section.iter().map(|row| row["name"].as_str().unwrap()).eq(rows.iter()), "{title}");
        let text = sections.next().unwrap();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some(&title[..]));
        // What goes on wraps further in.
        let named = lines
            .filter(|line| !line.starts_with("    "))
            .map(|line| line.split_whitespace().next().unwrap());
        assert!(named.eq(rows.iter()), "{title}");
        let alone = sandbox.run(&format!("list {topic}")).exits(0).says("").stdout;
        assert!(alone.contains(text.trim_end()), "{topic}: {title}");
        let alone = sandbox.run(&format!("list {topic} --format json")).exits(0).says("").json();
        assert_eq!(alone[&title], listed[&title]);
    }
    let said = sandbox.run("list measurs").exits(2).prints_nothing().stderr;
    assert!(said.contains("there is nothing called \"measurs\" to list: did you mean `measures`?"), "{said}");
}

#[test]
fn tables_have_the_columns_that_are_listed() {
    // On arms and with a baseline, so that every table is there.
    let fixed = "epochs = 30\nbatch = 8\nlearner = \"mwu\"";
    let measure = "[report]\nbaseline = { bidders = 2 }";
    let sandbox = Sandbox::with(&Sweep { axes: "bidders = [2, 3]", fixed, measure, ..Sweep::SHORT });
    sandbox.run("run x.toml --quiet").exits(0);
    let listed = sandbox.run("list columns --format json").exits(0).json();
    for name in TableName::ALL {
        let table = Table::open(&sandbox.path("out/x").join(name.file())).unwrap();
        let section = listed[format!("columns of {}", name.file())].as_array().unwrap();
        for (row, column) in section.iter().zip(table.told_columns()) {
            assert_eq!(
                (row["name"].as_str(), row["doc"].as_str()),
                (Some(&column.name[..]), Some(&column.doc[..]))
            );
            assert_eq!(row["unit"].as_str(), column.unit.as_deref(), "{}", column.name);
        }
        assert_eq!(section.len(), table.columns().count());
    }
    // What is no longer asked for does not stay.
    let plain =
        Sweep { axes: "", fixed, measure: "bid_functions = 0\ntrajectories = \"none\"", ..Sweep::SHORT };
    sandbox.write(&plain);
    sandbox.run("run x.toml --quiet --prune").exits(0);
    // Without an axis the label is the sweep's name.
    let cells = Table::open(&sandbox.path("out/x").join(TableName::Cells.file())).unwrap();
    for row in cells.select(&["label"]).unwrap() {
        assert_eq!(row.unwrap().text("label"), Some("x"));
    }
    for name in TableName::ALL {
        let there = !name.is_optional() || name == TableName::Mixtures;
        assert_eq!(sandbox.path("out/x").join(name.file()).exists(), there, "{}", name.file());
    }
    sandbox.run("verify out/x --sample 2").exits(0);
}

#[test]
fn means_of_cells_are_those_of_the_long_table() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml --quiet").exits(0);
    let open = |name: TableName| Table::open(&sandbox.path("out/x").join(name.file())).unwrap();
    let long = open(TableName::Summaries).select(&["cell_id", "bidder", "measure", "mean", "n"]).unwrap();
    let long: Vec<_> = long.map(Result::unwrap).collect();
    let cells = open(TableName::Cells);
    let columns: Vec<&str> = cells.columns().collect();
    let mut seen = 0;
    for row in cells.select(&columns).unwrap() {
        let row = row.unwrap();
        for found in long.iter().filter(|found| found.text("cell_id") == row.text("cell_id")) {
            let measure = found.text("measure").unwrap();
            let is_main =
                columns.contains(&format!("{measure}_ci95").as_str()) && found.integer("bidder").is_none();
            if is_main {
                let mean =
                    if measure.ends_with("_mean") { measure.to_owned() } else { format!("{measure}_mean") };
                assert_eq!(row.number(&mean), found.number("mean"), "{measure}");
                assert_eq!(found.integer("n"), row.integer("replicates"), "{measure}");
                seen += 1;
            }
        }
    }
    assert!(seen > 4 * 12, "{seen}");
}

#[test]
fn schema_describes_every_table_of_a_sweep_file() {
    let schema = Sandbox::new().run("schema").exits(0).says("").json();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    let keys: Vec<_> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    let known = [
        "axes",
        "block",
        "exclude",
        "fixed",
        "measure",
        "name",
        "populations",
        "question",
        "report",
        "schema",
        "seeds",
    ];
    assert!(known.iter().all(|key| keys.contains(key)) && keys.contains(&"zip"), "{keys:?}");
    assert_eq!(keys.len(), known.len() + 1);
}

#[test]
fn completions_know_every_verb() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = sandbox.run(&format!("completions {shell}")).exits(0).says("").stdout;
        for verb in
            ["plan", "run", "status", "show", "verify", "list", "schema", "completions", "retry-failed"]
        {
            assert!(script.contains(verb), "{shell} does not complete {verb}");
        }
    }
}

#[test]
fn wrong_usage_exits_with_2() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    for (arguments, told) in [
        ("", "Usage: bidsweep"),
        ("train x.toml", "unrecognized subcommand 'train'"),
        ("run", "required arguments were not provided"),
        ("run x.toml --bogus", "unexpected argument '--bogus'"),
        ("run x.toml --threads 0", "invalid value '0' for '--threads <N>'"),
        ("run x.toml --limit few", "invalid value 'few' for '--limit <N>'"),
        ("run x.toml --max-fails 0", "invalid value '0' for '--max-fails <N>'"),
        ("run x.toml --time-limit soon", "invalid value 'soon' for '--time-limit <TIME>'"),
        ("run x.toml --quiet --verbose", "cannot be used with '--verbose'"),
        ("verify out/x --sample 0", "invalid value '0' for '--sample <K>'"),
        ("completions sh", "invalid value 'sh' for '<SHELL>'"),
        ("plan none.toml", "the file cannot be read: No such file or directory"),
    ] {
        let said = sandbox.run(arguments).exits(2).prints_nothing().stderr;
        assert!(said.contains(told), "{arguments}: {said}");
    }
    assert!(!sandbox.path("out").exists());
}

#[test]
fn help_and_version_are_no_errors() {
    let sandbox = Sandbox::new();
    let help = sandbox.run("--help").exits(0).says("").stdout;
    for code in ["0 done", "1 input", "2 usage", "3 finished", "4 a check", "75 stopped", "130 interrupted"] {
        assert!(help.replace('\n', " ").contains(code), "{code} in {help}");
    }
    let version = sandbox.run("--version").exits(0).says("").stdout;
    assert_eq!(version, format!("bidsweep {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn colour_is_for_those_who_ask() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("bad.toml"), "schema = 1\n").unwrap();
    let is_coloured = |arguments: &str| sandbox.run(arguments).exits(2).stderr.contains('\x1b');
    assert!(is_coloured("plan bad.toml --color always"));
    assert!(!is_coloured("plan bad.toml --color never"));
    assert!(!is_coloured("plan bad.toml"), "stderr is no terminal");
}

#[test]
fn a_reader_that_leaves_ends_the_list() {
    // More than a pipe holds.
    let axes = "initial = { linspace = [0.1, 0.9], num = 10000 }";
    let sandbox = Sandbox::with(&Sweep { axes, measure: "", ..Sweep::SHORT });
    let mut running = sandbox.start("plan x.toml --list");
    let mut first = String::new();
    BufReader::new(running.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert_eq!(first, "x\n");
    let mut said = String::new();
    running.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((running.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}

#[test]
fn a_sweep_is_run_whoever_reads_and_ends_as_it_would() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.write(&OTHER);
    for (arguments, code) in [("run x.toml --limit 3", 75), ("run x.toml y.toml", 0)] {
        let mut command = sandbox.command(arguments);
        let status = command.stdout(closed_pipe()).stderr(closed_pipe()).status().unwrap();
        assert_eq!(status.code(), Some(code), "{arguments}");
    }
    assert_eq!((sandbox.done("x"), sandbox.done("y")), (20, 20));
}

#[test]
fn a_summary_that_cannot_be_written_is_an_error() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    let ended = Ended::from(sandbox.shell("exec \"$@\" > /dev/full", "run x.toml --quiet").output().unwrap());
    ended.exits(1).says("error: cannot write to stdout: No space left on device (os error 28)");
    assert_eq!(sandbox.done("x"), 20);
}

#[test]
fn a_linear_program_without_a_solution_is_null_with_its_reason() {
    let measure = "best_response = { lp = \"runs\", values = 8, bids = 16, constraint = { budget = -0.1 } }";
    let sandbox = Sandbox::with(&Sweep { measure, ..Sweep::SHORT });
    let ended = sandbox.run("run x.toml --quiet").exits(0).says("");
    let words = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = "4 lines without a linear program's solution: lp_reason in cell_bidders";
    assert!(words.contains(told), "{}", ended.stdout);
    sandbox.run("run x.toml --quiet --strict").exits(3);
    let run = format!("{}:1", sandbox.cell("x.toml", 0));
    let shown = sandbox.run(&format!("show out/x {run} --format json")).exits(0).json();
    let row = &shown[format!("run {run}")];
    assert_eq!(row["status"], "ok");
    assert!(
        row["message"].as_str().unwrap().starts_with("linear program of bidder 1: budget = -0.1"),
        "{row}"
    );
    assert!(
        shown["bidder 1"]["epsilon_lp_constrained"].is_null() && shown["bidder 1"]["epsilon_lp"].is_f64()
    );
}

#[test]
fn what_is_asked_of_runs_is_there() {
    let measure = "regret = true\nbest_response = { lp = \"runs\", smoothed = \"runs\", class = \"none\", \
                   values = 8, bids = 16, tight = true }\ncontinuation = { replicates = 1, epochs = 100 }";
    // Long enough for a verdict on movement.
    let fixed = "epochs = 400\nbatch = 8\nlearner = \"sgd\"\nlearning_rate = 3.0";
    let sandbox = Sandbox::with(&Sweep { fixed, measure, ..Sweep::SHORT });
    sandbox.run("run x.toml --quiet").exits(0);
    for replicate in [0, 1] {
        let run = format!("{}:{replicate}", sandbox.cell("x.toml", 0));
        let shown = sandbox.run(&format!("show out/x {run} --format json")).exits(0).json();
        let bidder = &shown["bidder 1"];
        for name in [
            "external_regret",
            "external_regret_bid_map",
            "epsilon_lp",
            "epsilon_smoothed",
            "utility_smoothed",
        ] {
            assert!(bidder[name].is_f64(), "{name} in {bidder}");
        }
        assert!(bidder["epsilon_class"].is_null());
        // That of the bidder who gains most is the run's, and told there.
        let of_run = &shown[format!("run {run}")]["epsilon_ex_ante"];
        let exact = bidder.get("epsilon_ex_ante").unwrap_or(of_run);
        let upper = &bidder["epsilon_ex_ante_upper"];
        assert!(upper.as_f64().unwrap() - exact.as_f64().unwrap() < 1e-5, "{bidder}");
        assert_eq!(shown[format!("run {run}")]["continued_sd"].is_f64(), replicate == 0);
    }
    sandbox.run("verify out/x").exits(0);
}

/// 300 bids of timber sales of the United States Forest Service, in dollars, two of them alike; as published
/// with simple-fpa 1.8 (MIT).
const TIMBER: &str = include_str!("../data/timber300.csv");

#[test]
fn rounded_data_that_repeat_are_read_and_told_once() {
    let sandbox = Sandbox::new();
    let file = |name: &str, text: &str| std::fs::write(sandbox.path(name), text).unwrap();
    file("timber.csv", TIMBER);
    let prior = |more: &str| {
        format!(
            "schema = 1\nname = \"x\"\n[fixed]\npopulation = \"three\"\nbeta = 1e-5\nepochs = 3\n[seeds]\nreplicates = 2\n\
             [populations.three]\nbidders = [{{ prior = {{ empirical = {{ file = \"timber.csv\", column = \"actual_bid\"{more} }} \
             }}, count = 3 }}]\n"
        )
    };
    file("x.toml", &prior(""));
    let told = sandbox.run("plan x.toml").exits(0).stderr;
    assert_eq!(
        told.matches("2 of 300 values of column `actual_bid` of timber.csv repeat").count(),
        1,
        "{told}"
    );
    file("x.toml", &prior(", ties = \"refuse\""));
    let told = sandbox.run("plan x.toml").exits(2).stderr;
    assert!(told.contains("stands in row") && told.contains("x.toml:"), "{told}");
    file("x.toml", &prior(", ties = \"sprad\""));
    let told = sandbox.run("plan x.toml").exits(2).stderr;
    assert!(told.contains("`ties` cannot be \"sprad\"") && told.contains("spread"), "{told}");
    // Cells without a value are told once, with their number.
    file("timber.csv", &TIMBER.replace("21959040.0", "").replace("1903830.0", "NA"));
    file("x.toml", &prior(""));
    let told = sandbox.run("plan x.toml").exits(2).stderr;
    assert!(told.contains("2 of 300 cells have no value (row 1, 2)"), "{told}");
    file("x.toml", &prior(", missing = \"drop\", low = 0, high = 1e9"));
    let told = sandbox.run("plan x.toml").exits(0).stderr;
    assert!(told.contains("of 298 values"), "{told}");
    // On the command line too.
    let told = sandbox.run("nash --bidders 2 --prior empirical:timber.csv:actual_bid").exits(2).stderr;
    assert!(told.contains("have no value"), "{told}");
}
