//! Paired differences from a baseline, and what differs between two sweeps.

use std::collections::BTreeMap;

use bidsweep::store::{Row, Table};

use crate::sandbox::{Sandbox, Sweep};

/// The updates of the study under common draws, compared with simultaneous ones.
const UPDATES: Sweep = Sweep {
    fixed: "epochs = 40\nbatch = 8",
    axes: "bidders = [2, 3]\nupdates = [\"simultaneous\", \"sequential\", \"shared-graph\"]",
    replicates: 6,
    measure: "[report]\nbaseline = { updates = \"simultaneous\" }",
    ..Sweep::SHORT
};

fn rows(sandbox: &Sandbox, table: &str, columns: &[&str]) -> Vec<Row> {
    let table = Table::open(&sandbox.path(&format!("out/x/{table}.parquet"))).unwrap();
    table.select(columns).unwrap().map(Result::unwrap).collect()
}

/// A run's mean over bidders of a column of `bidders`, by label and replicate.
fn of_runs(sandbox: &Sandbox, measure: &str) -> BTreeMap<(String, i64), f64> {
    let mut sums: BTreeMap<(String, i64), (f64, f64)> = BTreeMap::new();
    for row in rows(sandbox, "bidders", &["label", "replicate", measure]) {
        let key = (row.text("label").unwrap().to_owned(), row.integer("replicate").unwrap());
        let (sum, count) = sums.entry(key).or_default();
        *sum += row.number(measure).unwrap();
        *count += 1.0;
    }
    sums.into_iter().map(|(key, (sum, count))| (key, sum / count)).collect()
}

#[test]
fn contrasts_are_paired_differences_of_replicates() {
    let sandbox = Sandbox::with(&UPDATES);
    sandbox.run("run x.toml").exits(0);
    let columns = [
        "label",
        "baseline_label",
        "bidder",
        "measure",
        "difference",
        "sd",
        "high95",
        "n",
        "t",
        "p",
        "p_holm",
    ];
    let contrasts = rows(&sandbox, "contrasts", &columns);
    assert!(
        contrasts.iter().all(|row| row.integer("bidder").is_none()),
        "alike bidders have rows of their own"
    );
    let mut found = 0;
    for measure in ["multiplier_tail_mean", "bne_l2"] {
        let numbers = of_runs(&sandbox, measure);
        let of_measure: Vec<&Row> =
            contrasts.iter().filter(|row| row.text("measure") == Some(measure)).collect();
        for row in &of_measure {
            let (label, baseline) = (row.text("label").unwrap(), row.text("baseline_label").unwrap());
            let bidders = label.split(' ').next().unwrap();
            assert_eq!(baseline, format!("{bidders} updates=simultaneous"));
            let number = |label: &str, replicate| numbers[&(label.to_owned(), replicate)];
            let differences: Vec<f64> = (0..6).map(|k| number(label, k) - number(baseline, k)).collect();
            let mean = differences.iter().sum::<f64>() / 6.0;
            let sd = (differences.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>() / 5.0).sqrt();
            let near = |column: &str, expected: f64| {
                let actual = row.number(column).unwrap();
                assert!(
                    (actual - expected).abs() < 1e-9 * expected.abs(),
                    "{label} {column}: {actual}, {expected}"
                );
            };
            near("difference", mean);
            near("sd", sd);
            // The quantile of 97.5 % of Student's distribution of 5 degrees of freedom.
            near("high95", mean + 2.570_581_835_636_314 * sd / 6f64.sqrt());
            near("t", mean / (sd / 6f64.sqrt()));
            assert_eq!(row.integer("n"), Some(6));
            found += 1;
        }
        // Four differences of a measure: the least p-value counts four times.
        let least =
            of_measure.iter().min_by(|a, b| a.number("p").unwrap().total_cmp(&b.number("p").unwrap()));
        let least = least.unwrap();
        assert_eq!(least.number("p_holm"), Some((4.0 * least.number("p").unwrap()).min(1.0)));
    }
    assert_eq!(found, 8);
}

#[test]
fn without_a_baseline_there_are_no_contrasts_and_none_stay() {
    let sandbox = Sandbox::with(&UPDATES);
    sandbox.run("run x.toml").exits(0);
    assert!(sandbox.path("out/x/contrasts.parquet").exists());
    sandbox.write(&Sweep { measure: "", ..UPDATES });
    sandbox.run("run x.toml").exits(0);
    assert!(!sandbox.path("out/x/contrasts.parquet").exists());
}

#[test]
fn a_baseline_that_fits_several_cells_is_told_what_to_name() {
    let zip = "[zip.learner]\nlearner = [\"adam\", \"adam\", \"sgd\"]\nlearning_rate = [0.01, 0.03, 0.1]\n";
    let measure = format!("[report]\nbaseline = {{ learner = \"adam\" }}\n{zip}");
    let measure: &'static str = Box::leak(measure.into_boxed_str());
    let sandbox = Sandbox::with(&Sweep { axes: "", measure, ..UPDATES });
    let ended = sandbox.run("run x.toml").exits(0);
    assert!(ended.stderr.contains("name the other keys of `learner` too"), "{}", ended.stderr);
    assert!(!sandbox.path("out/x/contrasts.parquet").exists());
}

#[test]
fn a_sweep_does_not_differ_from_itself_and_does_from_others() {
    let sandbox = Sandbox::with(&Sweep { measure: "", ..UPDATES });
    sandbox.run("run x.toml").exits(0);
    let same = sandbox.run("diff out/x out/x --check").exits(0).stdout;
    assert!(same.contains("6 cells in both\n0 of "), "{same}");
    let other = Sweep {
        name: "y",
        fixed: "epochs = 400\nbatch = 8\nbeta = 10",
        axes: "bidders = [2, 4]\nupdates = [\"simultaneous\", \"shared-graph\"]",
        measure: "",
        ..UPDATES
    };
    sandbox.write(&other);
    sandbox.run("run y.toml").exits(0);
    let told = sandbox.run("diff out/x out/y --check").exits(4).stdout;
    for part in [
        "2 cells added\n  bidders=4 updates=simultaneous",
        "4 cells removed",
        "2 cells in both, 2 by label alone",
        "multiplier_tail_mean",
    ] {
        assert!(told.contains(part), "{told}");
    }
    sandbox.run("diff out/x out/y").exits(0);
}
