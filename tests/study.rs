//! The shipped sweeps end where the theory says: from the sweep file to the summary.

use std::fs;
use std::path::Path;
use std::process::Command;

use bidsweep::report::{SummaryLine, summary};
use bidsweep::store::Folder;

/// The summary of a shipped sweep, run in a folder of its own. What it prints stands in the README.
fn run(sweep: &str) -> Vec<SummaryLine> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dir = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_bidsweep"));
    let command = command.current_dir(root).args(["run", "--quiet", "--out"]).arg(dir.path());
    let output = command.arg(format!("sweeps/{sweep}.toml")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    assert!(readme.contains(&printed), "the README shows another summary of {sweep} than\n{printed}");
    summary(&Folder::new(dir.path().join(sweep))).unwrap().flat_map(Result::unwrap).collect()
}

/// Student's half-width is about two standard errors for these numbers of replicates: within 1 %.
fn standard_error(line: &SummaryLine) -> f64 {
    let quantile = match line.replicates {
        50 => 2.010,
        200 => 1.972,
        other => panic!("{other} replicates"),
    };
    line.multiplier_ci95.unwrap() / quantile
}

/// The mean multiplier is within `margin` and three standard errors of the smoothed equilibrium. Over the choice of the
/// root seed, which is fixed, chance alone would break this for at most one cell in 200.
fn assert_smoothed(line: &SummaryLine, margin: f64) {
    let distance = (line.multiplier.unwrap() - line.smoothed_multiplier.unwrap()).abs();
    let allowed = margin + 3.0 * standard_error(line);
    assert!(distance <= allowed, "{}: {distance} > {allowed}", line.label);
    let parts = line.class_bias.unwrap() + line.smoothing_bias.unwrap() + line.learning_bias.unwrap();
    assert!((parts - line.bias.unwrap()).abs() < 1e-12, "{}: the parts do not add up", line.label);
}

#[test]
fn week4_ends_at_the_smoothed_equilibrium() {
    let lines = run("week4");
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].replicates, lines[0].diverged, lines[0].failed), (200, 0, 0));
    assert!((lines[0].smoothed_multiplier.unwrap() - 0.480_467).abs() < 5e-7);
    assert_smoothed(&lines[0], 0.0005);
}

#[test]
fn beta_n_ends_at_the_smoothed_equilibria_but_for_a_learning_bias_at_beta_200() {
    let lines = run("beta-n");
    assert_eq!(lines.len(), 20);
    for line in &lines {
        let steep = line.label.starts_with("beta=200 ");
        assert_smoothed(line, if steep { 0.002 } else { 0.0005 });
    }
    // The bias shrinks with beta for every number of bidders.
    for bidders in [2, 3, 5, 10] {
        let of = lines.iter().filter(|line| line.label.ends_with(&format!(" bidders={bidders}")));
        let biases: Vec<f64> = of.map(|line| line.bias.unwrap()).collect();
        assert!(biases.is_sorted() && biases[4] < 0.0, "N = {bidders}: {biases:?}");
    }
}

#[test]
fn only_a_shared_graph_collapses() {
    let lines = run("updates");
    assert_eq!(lines.len(), 6);
    for line in &lines {
        if line.label.starts_with("updates=shared-graph ") {
            // The interior fixed point of the total smoothed utility at N = 2, beta = 50.
            let distance = (line.multiplier.unwrap() - 0.083_955).abs();
            assert!(distance <= 0.0002 + 3.0 * standard_error(line), "{}: {distance}", line.label);
        } else {
            assert_smoothed(line, 0.0005);
        }
    }
}

/// The lines of a cell, one a bidder, or one for all who are alike.
fn lines_of<'l>(lines: &'l [SummaryLine], label: &str) -> Vec<&'l SummaryLine> {
    let found: Vec<_> = lines.iter().filter(|line| line.label == label).collect();
    assert!(!found.is_empty(), "{label}");
    found
}

#[test]
fn unequal_bidders_reach_their_equilibrium_on_bid_functions_and_not_on_lines() {
    let lines = run("asymmetric");
    for population in ["u125", "u150", "u200", "u300", "beta", "strong-weak"] {
        let of = |strategy: &str| lines_of(&lines, &format!("population={population} strategy={strategy}"));
        for (line, curve) in of("linear").into_iter().zip(of("piecewise-linear")) {
            let (far, near) = (line.bne_l2.unwrap(), curve.bne_l2.unwrap());
            assert!(near < 0.25 * far, "{population}: {near} and {far}");
            let distance = (line.multiplier.unwrap() - line.smoothed_multiplier.unwrap()).abs();
            assert!(distance < 0.0005, "{population}: {distance} from the smoothed equilibrium");
        }
    }
}

#[test]
fn other_priors_have_equilibria_that_bid_functions_come_closer_to() {
    let lines = run("priors");
    for pair in lines.chunks(2) {
        let [line, curve] = pair else { panic!("{pair:?}") };
        assert!(line.label.ends_with("=linear") && curve.label.ends_with("=piecewise-linear"));
        assert!(curve.bne_l2.unwrap() < 0.5 * line.bne_l2.unwrap(), "{}", line.label);
        for of in [line, curve] {
            let distance = (of.multiplier.unwrap() - of.smoothed_multiplier.unwrap()).abs();
            assert!(distance < 0.001, "{}: {distance} from the smoothed equilibrium", of.label);
        }
    }
}

#[test]
fn exact_runs_land_on_the_smoothed_equilibrium() {
    let lines = run("exact");
    assert_eq!(lines.len(), 24);
    for line in &lines {
        let distance = (line.multiplier.unwrap() - line.smoothed_multiplier.unwrap()).abs();
        // Ten bidders without smoothing are still on their way after 2000 epochs.
        let bound = if line.label == "beta=inf bidders=10" { 2e-6 } else { 1e-6 };
        assert!(distance < bound, "{}: {distance:e}", line.label);
        if line.label.starts_with("beta=inf") {
            assert!(line.bias.unwrap().abs() < bound, "{}", line.label);
        }
    }
}
