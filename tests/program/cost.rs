//! What `plan` says that a sweep takes, and where it keeps how fast the machine is.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::sandbox::{Sandbox, Sweep};

/// `plan x.toml` as JSON, in a sandbox whose cache is at a path.
fn planned(sandbox: &Sandbox, arguments: &str, cache: &Path) -> Value {
    let output = sandbox.command(arguments).env("XDG_CACHE_HOME", cache).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The only file of the cache.
fn kept(cache: &Path) -> std::path::PathBuf {
    let mut entries = fs::read_dir(cache.join("bidsweep")).unwrap();
    let path = entries.next().unwrap().unwrap().path();
    assert!(entries.next().is_none());
    path
}

const PLAN: &str = "plan x.toml --format json --threads 1";

#[test]
fn a_calibration_is_kept_used_and_made_anew() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    let cache = sandbox.path("cache");
    let first = planned(&sandbox, PLAN, &cache);
    let path = kept(&cache);
    let name = path.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with(&format!("calibration-{}-", env!("CARGO_PKG_VERSION"))), "{name}");
    // Whatever else the machine does now.
    assert_eq!(planned(&sandbox, PLAN, &cache), first);

    // A machine of a tenth of the speed.
    let text = fs::read_to_string(&path).unwrap();
    let slow: String = text
        .lines()
        .map(|line| {
            let (key, seconds) = line.split_once(" = ").unwrap();
            format!("{key} = {:e}\n", 10.0 * seconds.parse::<f64>().unwrap())
        })
        .collect();
    fs::write(&path, &slow).unwrap();
    let later = planned(&sandbox, PLAN, &cache);
    for key in ["seconds", "seconds_training", "seconds_measures"] {
        let ratio = later[key].as_f64().unwrap() / first[key].as_f64().unwrap();
        assert!((ratio - 10.0).abs() < 1e-6, "{key}: {ratio}");
    }
    planned(&sandbox, &format!("{PLAN} --calibrate"), &cache);
    assert_ne!(fs::read_to_string(&path).unwrap(), slow);

    // What is no calibration is made anew.
    for text in ["", "lanes = 1\n", "lanes = 0.0\nnumbers = nan\n", "\u{1}"] {
        fs::write(&path, text).unwrap();
        planned(&sandbox, PLAN, &cache);
        assert_ne!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn where_nothing_can_be_kept_nothing_is_said() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    // No folder can be made under a file, whoever one is.
    let cache = sandbox.path("x.toml");
    assert!(planned(&sandbox, PLAN, &cache)["seconds"].as_f64().unwrap() > 0.0);
    planned(&sandbox, &format!("{PLAN} --calibrate"), &cache);
    let output = sandbox.command(PLAN).env_remove("XDG_CACHE_HOME").env_remove("HOME").output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn plan_names_what_takes_the_most_and_how_to_go_without_it() {
    for (text, most, off) in [
        ("fixed = { epochs = 20 }", "linear programs", "best_response = { lp = \"none\" }"),
        (
            "fixed = { strategy = \"piecewise-linear\" }",
            "continuation without sampling",
            "continuation = { replicates = 0 }",
        ),
        (
            "fixed = { strategy = \"piecewise-linear\", epochs = 100 }\nseeds.replicates = 300",
            "best responses within the strategy class",
            "best_response = { class = \"none\" }",
        ),
        (
            "fixed = { epochs = 20 }\nmeasure.best_response = { lp = \"none\", smoothed = \"runs\" }\n\
             seeds.replicates = 900",
            "best responses in the smoothed auction",
            "best_response = { smoothed = \"none\" }",
        ),
        ("seeds.replicates = 900\nmeasure.regret = true", "external regret", "regret = false"),
        (
            "fixed = { bidders = 10, epochs = 20000, batch = 1 }\nseeds.replicates = 99\n\
             measure.trajectories = { replicates = 99, every = 1 }",
            "trajectories",
            "trajectories = \"none\"",
        ),
    ] {
        let sandbox = Sandbox::new();
        let write = |rest: &str| {
            fs::write(sandbox.path("x.toml"), format!("schema = 1\nname = \"x\"\n{rest}")).unwrap();
            sandbox.run(PLAN).exits(0).json()
        };
        let share = |planned: &Value| {
            let shares = planned["shares"].as_array().unwrap();
            shares.iter().find(|share| share["what"] == most).unwrap()["seconds"].as_f64().unwrap()
        };
        let planned = write(text);
        // Beside tables and report, which take the most of what is as short as this.
        let written = ["the report", "tables"].map(Value::from);
        let mut shares = planned["shares"].as_array().unwrap().iter();
        let first = shares.find(|share| !written.contains(&share["what"])).unwrap().clone();
        let told = format!("[measure] {off}");
        assert_eq!((&first["what"], &first["off"]), (&most.into(), &told.into()), "{planned:#}");
        assert!(share(&planned) > 0.0);
        // What it says is a line of [measure], and it goes without it.
        let key = off.split(" =").next().unwrap();
        let kept: Vec<&str> = text.lines().filter(|line| !line.contains(&format!("measure.{key}"))).collect();
        assert_eq!(share(&write(&format!("{}\nmeasure.{off}", kept.join("\n")))), 0.0, "{off}");
    }
    let sandbox = Sandbox::new();
    let sweep = "schema = 1\nname = \"x\"\nfixed = { bidders = 3, strategy = \"piecewise-linear\", epochs = 9000 }\nseeds.replicates = 3";
    fs::write(sandbox.path("x.toml"), sweep).unwrap();
    let told = sandbox.run("plan x.toml").exits(0).stdout;
    let line = told.lines().last().unwrap();
    assert!(line.starts_with("  the largest part: continuation without sampling, "), "{told}");
    assert!(line.ends_with(" %: off with [measure] continuation = { replicates = 0 }"), "{told}");
}
