//! The shipped sweeps end where the theory says: from the sweep file to the summary.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use bidsweep::report::{BestBeta, Findings, Report, SummaryLine, summary};
use bidsweep::store::{Folder, Manifest, Table, TableName};
use bidsweep::sweep::Plan;

/// The summary of a shipped sweep, run in a folder of its own. What it prints stands in
/// `tests/reference/summaries`: where it is to change,
/// `bidsweep run sweeps/NAME.toml --quiet | sed '/^report  /d; /^tables  /d'` makes it; `-long` of
/// `bidsweep show out/NAME -v`.
fn run(sweep: &str) -> Vec<SummaryLine> {
    run_with(sweep, |_| ()).0
}

/// The same, and what is read of its folder.
fn run_with<T>(sweep: &str, read: impl Fn(&Folder) -> T) -> (Vec<SummaryLine>, T) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dir = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_bidsweep"));
    let command = command.current_dir(root).args(["run", "--quiet", "--out"]).arg(dir.path());
    let output = command.arg(format!("sweeps/{sweep}.toml")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_printed(sweep, &printed);
    let folder = Folder::new(dir.path().join(sweep));
    assert_figures(sweep, &folder);
    (summary(&folder).unwrap().flat_map(Result::unwrap).collect(), read(&folder))
}

/// The figures of the README, `sweeps/figures/SWEEP-FIGURE.svg`, are those of the report, byte for byte:
/// where they are to change, copy them from there.
fn assert_figures(sweep: &str, folder: &Folder) {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("sweeps/figures");
    for entry in fs::read_dir(kept).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap();
        if let Some(figure) = name.strip_prefix(&format!("{sweep}-")) {
            let made = fs::read(folder.report().join("figures").join(figure)).unwrap();
            assert!(made == fs::read(&path).unwrap(), "{name} is not what the report of {sweep} has");
        }
    }
}

/// What is printed is what `tests/reference/summaries` holds, but for the lines that name the folder; no line
/// of it is wider than a screen, and there are at most 30.
fn assert_printed(name: &str, printed: &str) {
    let is_kept = |line: &&str| !line.starts_with("report  ") && !line.starts_with("tables  ");
    let kept: String = printed.lines().filter(is_kept).map(|line| format!("{line}\n")).collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/reference/summaries/{name}.txt"));
    assert_eq!(fs::read_to_string(file).unwrap(), kept, "{name} prints another summary");
    if !name.ends_with("-long") {
        assert!(
            printed.lines().count() <= 30 && kept.lines().all(|line| line.chars().count() <= 80),
            "{kept}"
        );
    }
}

/// What the sweep says along its axes.
fn findings(folder: &Folder) -> Findings {
    let manifest = Manifest::read(folder).unwrap().unwrap();
    let plan = Arc::new(Plan::load(&folder.sweep(), &manifest.set).unwrap());
    Report::read(folder.clone(), plan, manifest).unwrap().findings().clone()
}

/// What `show` prints of a folder where more is asked for.
fn shown_in_full(folder: &Folder) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bidsweep"));
    let output = command.arg("show").arg(folder.path()).arg("--verbose").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Columns of the table of cells, after the label.
fn cells(folder: &Folder, columns: &[&str]) -> Vec<(String, Vec<Option<f64>>)> {
    let table = Table::open(&folder.table(TableName::Cells)).unwrap();
    let rows = table.select(&[&["label"], columns].concat()).unwrap().map(Result::unwrap);
    let numbers = |row: &bidsweep::store::Row| columns.iter().map(|name| row.number(name)).collect();
    rows.map(|row| (row.text("label").unwrap().to_owned(), numbers(&row))).collect()
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

/// The mean multiplier is within `margin` and three standard errors of the smoothed equilibrium. Over the
/// choice of the root seed, which is fixed, chance alone would break this for at most one cell in 200.
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
    let (lines, long) = run_with("beta-n", shown_in_full);
    assert_printed("beta-n-long", &long);
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
fn evolution_strategies_end_where_perturbed_bids_come_to_rest() {
    let lines = run("es-bias");
    assert_eq!(lines.len(), 16);
    for line in &lines {
        let distance = (line.multiplier.unwrap() - line.perturbed_multiplier.unwrap()).abs();
        // The narrowest perturbations have the noisiest steps, and those a learning bias.
        let margin = if line.label.starts_with("es.sigma=0.05 ") { 0.002 } else { 0.0005 };
        let allowed = margin + 3.0 * standard_error(line);
        assert!(distance <= allowed, "{}: {distance} > {allowed}", line.label);
        let parts = line.class_bias.unwrap() + line.perturbation_bias.unwrap() + line.learning_bias.unwrap();
        assert!((parts - line.bias.unwrap()).abs() < 1e-12, "{}: the parts do not add up", line.label);
        assert_eq!(line.smoothing_bias, None, "{}", line.label);
    }
    for (sigma, fixed) in [("0.05", 0.493_087), ("0.1", 0.487_195), ("0.2", 0.477_878)] {
        let line = lines.iter().find(|line| line.label == format!("es.sigma={sigma} bidders=2")).unwrap();
        assert!((line.multiplier.unwrap() - fixed).abs() < 0.002, "{line:?}");
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

#[test]
fn what_is_left_at_the_end_is_noise_that_falls_with_the_batch_as_the_optimisers_theory_says() {
    let columns = ["predicted_sd", "multiplier_tail_sd_mean", "eta_h", "eta_h_ringing"];
    let (lines, (findings, cells)) = run_with("batch", |folder| (findings(folder), cells(folder, &columns)));
    assert_eq!((lines.len(), cells.len()), (30, 30));
    let Findings { batch_slopes, rotation, .. } = findings;
    assert_eq!(batch_slopes.len(), 5);
    for of in &batch_slopes {
        let theory = if of.label.contains("adam") { -0.5 } else { -1.0 };
        assert_eq!(of.noise_slope, Some(theory));
        assert!((of.slope - theory).abs() < 0.1, "{}: {}", of.label, of.slope);
    }
    assert!(rotation.unwrap().cells.is_empty());
    for (line, (label, numbers)) in lines.iter().zip(&cells) {
        let [predicted, sd, eta_h, ringing] = numbers[..] else { panic!("{numbers:?}") };
        let off = predicted.unwrap() / sd.unwrap() - 1.0;
        assert!(off.abs() < 0.1, "{label}: predicted {off:+} off");
        // Momentum rings from here on, and SGD has none.
        let rings = label.contains("adam") && eta_h.unwrap() > ringing.unwrap();
        assert_eq!(line.movement.as_deref(), Some(if rings { "ringing" } else { "noise" }), "{label}");
    }
}

#[test]
fn epsilon_falls_with_the_square_of_the_bias() {
    let columns =
        ["epsilon_ex_ante", "epsilon_class", "epsilon_smoothed", "epsilon_smoothed_class", "epsilon_lp"]
            .map(|name| format!("{name}_mean_profile"));
    let columns = columns.each_ref().map(String::as_str);
    let (lines, cells) = run_with("epsilon", |folder| cells(folder, &columns));
    assert_eq!((lines.len(), cells.len()), (20, 20));
    for (line, (label, numbers)) in lines.iter().zip(&cells) {
        let [exact, class, smoothed, smoothed_class, lp] =
            numbers[..].iter().map(|x| x.unwrap()).collect::<Vec<_>>()[..]
        else {
            panic!("{numbers:?}")
        };
        // eps(w) = (N - 1) / (2 (N + 1)) (1 - w / w*)^2 below the Nash multiplier w*.
        let n: f64 = label.split("bidders=").nth(1).unwrap().parse().unwrap();
        let apart = 1.0 - line.multiplier.unwrap() * n / (n - 1.0);
        let closed_form = (n - 1.0) / (2.0 * (n + 1.0)) * apart * apart;
        // The bidder who gains most, beside the formula at the mean of the bidders' multipliers: where w is
        // all but w* these differ by a tenth.
        assert!((exact / closed_form - 1.0).abs() < 0.15, "{label}: {exact} and {closed_form}");
        assert!(class < exact && smoothed_class < 5e-6 && smoothed > 10.0 * smoothed_class, "{label}");
        assert!(lp <= exact + 1e-12 && exact - lp < 2e-4, "{label}: {lp} of {exact}");
        // Noise inflates the mean over runs.
        assert!(line.epsilon_ex_ante.unwrap() > exact, "{label}");
    }
}

#[test]
fn a_steeper_sigmoid_trades_smoothing_bias_for_noise_and_learning_bias() {
    let columns = ["rmse_bne_last_iterate", "learning_bias_mean", "learning_bias_ci95"];
    let (lines, (findings, cells)) =
        run_with("tradeoff", |folder| (findings(folder), cells(folder, &columns)));
    assert_eq!((lines.len(), cells.len()), (84, 84));
    let best = |label: &str| {
        let of = |best: &&BestBeta| best.measure == "rmse_bne_last_iterate" && best.label == label;
        findings.best_betas.iter().find(of).unwrap_or_else(|| panic!("{label} in {:?}", findings.best_betas))
    };
    // .0121 at beta 200, of learning rate 0.01 and two bidders.
    let usual = best("bidders=2 learning_rate=0.01");
    assert!(usual.interval.0 <= 200.0 && 200.0 <= usual.interval.1, "{usual:?}");
    assert!((100.0..=400.0).contains(&usual.beta), "{usual:?}");
    assert!((usual.least / 0.0121 - 1.0).abs() < 0.25, "{usual:?}");
    // Learning bias at beta 200: N = 3 -.00146, N = 5 -.00114; a third of it at learning rate .003.
    let bias = |label: &str| {
        let (_, numbers) = cells.iter().find(|(of, _)| of == label).unwrap();
        (numbers[1].unwrap(), numbers[2].unwrap())
    };
    for (bidders, expected) in [(3, -0.001_46), (5, -0.001_14)] {
        let (mean, width) = bias(&format!("beta=200 learning_rate=0.01 bidders={bidders}"));
        assert!((mean - expected).abs() < 2.0 * width, "{bidders} bidders: {mean} ±{width}");
        assert!(mean + width < 0.0, "{bidders} bidders: {mean} ±{width}");
    }
    // At learning rate 0 none of it is left, within the intervals, up to beta 200.
    let small = findings.learning_rate_zero.iter().filter(|of| {
        of.label.split_once("beta=").unwrap().1.split(' ').next().unwrap().parse::<f64>().unwrap() <= 200.0
    });
    let (left, all) = small.fold((0, 0), |(left, all), of| {
        (left + usize::from(of.learning_bias.abs() > of.learning_bias_ci95), all + 1)
    });
    assert!(all == 15 && left <= 2, "{left} of {all}");
}

#[test]
fn multiplicative_weights_end_at_the_lower_equilibrium_of_the_grid() {
    let lines = run("mwu");
    assert_eq!(lines.len(), 36);
    for line in &lines {
        let parts = [line.class_bias, line.grid_bias, line.learning_bias].map(Option::unwrap);
        assert!((parts.iter().sum::<f64>() - line.bias.unwrap()).abs() < 1e-12, "{}", line.label);
        // A large step is there; with a small one learning is not over.
        if line.label.ends_with("mwu.step=3") && !line.label.starts_with("bidders=10") {
            assert!(line.learning_bias.unwrap().abs() < 0.0005, "{}: {:?}", line.label, line.learning_bias);
        }
    }
    let grid = |label: &str| lines_of(&lines, label)[0].grid_multiplier;
    assert_eq!(grid("bidders=2 mwu.arms=51 mwu.step=3"), Some(0.48));
    assert_eq!(grid("bidders=3 mwu.arms=51 mwu.step=3"), Some(0.66));
    assert_eq!(
        lines_of(&lines, "bidders=2 mwu.arms=51 mwu.step=0.04")[0].movement.as_deref(),
        Some("drifting")
    );
}

#[test]
fn nobody_gains_in_a_mixed_game_where_both_keep_up() {
    let lines = run("mixed");
    assert_eq!(lines.len(), 12);
    // Adam smooths and rests at the smoothed equilibrium; the others have no part of the bias but what is
    // left.
    let adam = lines_of(&lines, "population=adam-mwu")[0];
    assert!(adam.smoothing_bias.is_some() && adam.learning_bias.unwrap().abs() < 0.004, "{adam:?}");
}

#[test]
fn learners_end_where_their_kind_ends_and_below_their_bounds() {
    let read = |folder: &Folder| {
        let table = Table::open(&folder.table(TableName::Bidders)).unwrap();
        let rows = table.select(&["external_regret_above_bound"]).unwrap().map(Result::unwrap);
        rows.filter_map(|row| row.number("external_regret_above_bound")).collect::<Vec<_>>()
    };
    let (lines, above) = run_with("learners", read);
    assert_eq!(lines.len(), 56);
    assert!(above.len() > 400 && above.iter().all(|above| *above == 0.0), "{} runs", above.len());
    for line in lines.iter().filter(|line| line.smoothing_bias.is_some()) {
        let learning = line.learning_bias.unwrap();
        assert!(learning.abs() < 0.002, "{}: {learning}", line.label);
    }
}

#[test]
fn context_brings_the_equilibrium_where_bids_are_fine() {
    let lines = run("contextual");
    for line in lines_of(&lines, "learner=soda batch=exact population=u200") {
        assert!(line.bias.unwrap().abs() < 0.002, "{line:?}");
        // Multipliers alone stay at the equilibrium of their class.
        assert!(line.class_bias.unwrap() < -0.05);
    }
    for learner in ["{ mwu-contextual = { step = 1 } }", "{ mwu-contextual = { step = 1, cross = true } }"] {
        let label = format!("learner={learner} batch=128 population=two");
        assert!(lines_of(&lines, &label)[0].bias.unwrap().abs() < 0.005);
    }
}

#[test]
fn revenue_is_equal_but_for_smoothing_where_own_bids_are_paid() {
    let columns = ["beta", "revenue_mean", "efficiency_mean"];
    let (lines, cells) = run_with("revenue", |folder| cells(folder, &columns));
    assert_eq!((lines.len(), cells.len()), (12, 12));
    let revenue = |rule: &str, beta: f64| {
        let cell = cells.iter().find(|(label, told)| label.contains(rule) && told[0] == Some(beta));
        let (label, told) = cell.unwrap();
        assert!(told[2].unwrap() > 0.9999, "{label}: bidders alike are efficient");
        told[1].unwrap()
    };
    for rule in ["first-price", "second-price", "mixture", "all-pay"] {
        let [smooth, steep] = [20.0, 200.0].map(|beta| revenue(rule, beta));
        assert!((steep - 1.0 / 3.0).abs() < 0.006, "{rule}: {steep}");
        assert!(smooth < 1.0 / 3.0 - 0.003, "{rule}: {smooth}");
    }
    let order = ["second-price", "mixture", "first-price", "all-pay"].map(|rule| revenue(rule, 20.0));
    assert!(order.is_sorted_by(|more, less| *more > less + 0.005), "{order:?}");
    // Truthful bids hardly feel the smoothing.
    assert!((revenue("second-price", 200.0) - 1.0 / 3.0).abs() < 1e-4);
}
