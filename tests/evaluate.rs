//! `bidsweep evaluate`: every epsilon of a profile against closed forms, its forms, and what it refuses.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bidsweep")).arg("evaluate").args(arguments).output().unwrap()
}

fn words(arguments: &str) -> Output {
    run(&arguments.split_whitespace().collect::<Vec<_>>())
}

/// Its JSON of one game, told without a warning.
#[track_caller]
fn answer(arguments: &str) -> Value {
    let Output { status, stdout, stderr } = words(&format!("{arguments} --format json"));
    assert_eq!((status.code(), String::from_utf8(stderr).unwrap().as_str()), (Some(0), ""), "{arguments}");
    serde_json::from_slice(&stdout).unwrap()
}

#[track_caller]
fn number(answer: &Value, bidder: usize, name: &str) -> f64 {
    answer["bidders"][bidder][name].as_f64().unwrap_or_else(|| panic!("no {name} in {answer}"))
}

#[track_caller]
fn refused(arguments: &str, message: &str) {
    let Output { status, stdout, stderr } = words(arguments);
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!((status.code(), stdout.len()), (Some(2), 0), "{arguments}: {stderr}");
    assert!(stderr.contains(message), "{arguments}: {stderr}");
}

/// Utility, best reply's utility, largest interim gain and its value, for N bidders of U\[0, 1\] who all bid w v.
fn closed_form(n: f64, w: f64) -> (f64, f64, f64, f64) {
    let utility = (1.0 - w) / (n + 1.0);
    let r = w * n / (n - 1.0);
    if r <= 1.0 {
        let best = (n - 1.0) * r * r / (2.0 * (n + 1.0)) - (n - 1.0) * r / n + 0.5;
        // The value at which (v - w) W is as much above (1 - w) v^N as can be.
        let value = f64::max(libm::pow(n * (1.0 - w), -1.0 / (n - 1.0)), r);
        (utility, best, (value - w) - (1.0 - w) * libm::pow(value, n), value)
    } else {
        let best = libm::pow(r, 1.0 - n) / (n * (n + 1.0));
        (utility, best, libm::pow(r, 1.0 - n) / n - (1.0 - w), 1.0)
    }
}

#[test]
fn lines_have_the_epsilons_of_closed_forms() {
    // The smoothed equilibria of beta 10 and 50.
    let smoothed = |n: usize| match n {
        2 => [0.412_687_924_3, 0.480_466_645_2],
        3 => [0.546_350_237_4, 0.647_258_692_5],
        5 => [0.669_983_675_9, 0.781_602_618_5],
        _ => [0.763_254_507_5, 0.882_056_604_5],
    };
    for n in [2, 3, 5, 10] {
        for w in [0.3, 0.49, 0.71, 0.95].into_iter().chain(smoothed(n)) {
            let (utility, best, interim, value) = closed_form(n as f64, w);
            let answer = answer(&format!("--bidders {n} --multiplier {w} --lp-values 8 --lp-bids 32"));
            for bidder in 0..n {
                for (name, expected) in [
                    ("utility", utility),
                    ("best_response_utility", best),
                    ("epsilon_ex_ante", best - utility),
                    ("epsilon_interim", interim),
                    ("epsilon_relative", 1.0 - utility / best),
                ] {
                    let found = number(&answer, bidder, name);
                    assert!(
                        (found - expected).abs() < 1e-10,
                        "{n} bidders at {w}: {name} {found}, {expected}"
                    );
                }
                let found = number(&answer, bidder, "interim_value");
                assert!((found - value).abs() < 1e-5, "{n} bidders at {w}: at {found}, {value}");
                let upper = number(&answer, bidder, "epsilon_ex_ante_upper") - (best - utility);
                assert!((0.0..1e-5).contains(&upper), "{n} bidders at {w}: {upper} above");
            }
            let sum = answer["nash_conv"].as_f64().unwrap();
            assert!((sum - n as f64 * (best - utility)).abs() < 1e-9);
            let revenue = answer["revenue"].as_f64().unwrap();
            assert!((revenue - w * n as f64 / (n as f64 + 1.0)).abs() < 1e-10);
        }
    }
}

#[test]
fn at_the_smoothed_equilibrium_only_the_gain_within_the_class_of_the_smoothed_auction_is_zero() {
    let table = [
        (10.0, 0.412_687_924_3, 8.6e-4, 5.1e-3),
        (50.0, 0.480_466_645_2, 3.2e-4, 2.5e-4),
        (100.0, 0.489_916_244_2, 1.2e-4, 6.8e-5),
    ];
    for (beta, w, smoothed, true_auction) in table {
        let answer = answer(&format!("--bidders 2 --multiplier {w} --beta {beta}"));
        let near = |name: &str, expected: f64| {
            let found = number(&answer, 0, name);
            assert!((found / expected - 1.0).abs() < 0.06, "beta {beta}: {name} {found}, {expected}");
        };
        near("epsilon_smoothed", smoothed);
        near("epsilon_ex_ante", true_auction);
        assert!(number(&answer, 0, "epsilon_smoothed_class") < 1e-9);
        assert!(number(&answer, 0, "epsilon_class") > 1e-6);
    }
    let smoothed = number(&answer("--bidders 2 --multiplier 0.4804666452 --beta 50"), 0, "utility_smoothed");
    assert!((smoothed - 0.172_505).abs() < 5e-7);
}

#[test]
fn a_budget_has_the_closed_forms_utility_and_multiplier() {
    let at = |values: usize, bids: usize| {
        answer(&format!(
            "--bidders 2 --multiplier 0.5 --constraint budget=0.08 --lp-values {values} --lp-bids {bids}"
        ))
    };
    for (values, bids, utility_error, multiplier_error) in [(64, 256, 2e-5, 2e-3), (256, 512, 3e-6, 6e-4)] {
        let answer = at(values, bids);
        let utility = number(&answer, 0, "best_response_utility_lp_constrained");
        assert!((utility - 0.150_940).abs() < utility_error, "{utility}");
        let multiplier = number(&answer, 0, "lp_constraint_multiplier");
        assert!((multiplier - 0.443_38).abs() < multiplier_error, "{multiplier}");
        // The profile pays 1/6 each, and so does not keep the budget.
        assert!((number(&answer, 0, "epsilon_lp_constrained") - (utility - 1.0 / 6.0)).abs() < 1e-12);
        assert!(number(&answer, 0, "epsilon_lp").abs() < utility_error);
        assert!(number(&answer, 0, "epsilon_lp_bound") >= number(&answer, 0, "epsilon_lp"));
    }
}

#[test]
fn the_program_and_the_exact_best_response_agree_within_the_grid() {
    for game in [
        "--bidders 3 --multiplier 0.5",
        "--prior uniform:0:1 --prior uniform:0:2 --multiplier 0.5 --multiplier 0.33",
        "--prior beta:2:5 --prior power:2:0:1 --multiplier 0.7 --multiplier 0.4",
    ] {
        let answer = answer(game);
        for bidder in 0..answer["bidders"].as_array().unwrap().len() {
            let gap = number(&answer, bidder, "best_response_utility")
                - number(&answer, bidder, "best_response_utility_lp");
            assert!((0.0..2e-4).contains(&gap), "{game}: {gap}");
        }
    }
}

#[test]
fn constraints_that_cannot_be_kept_are_null_with_the_reason() {
    for constraint in ["budget=-0.1", "win_rate=0.9999", "win_rate=1.5"] {
        let arguments = format!(
            "--bidders 2 --prior uniform:0:1 --multiplier 0.5 --multiplier 0.5 --constraint {constraint} --format json"
        );
        let Output { status, stdout, .. } = words(&arguments);
        assert_eq!(status.code(), Some(0), "{constraint}");
        let answer: Value = serde_json::from_slice(&stdout).unwrap();
        let bidder = &answer["bidders"][0];
        if constraint == "win_rate=0.9999" {
            // Whoever bids 1/2 always wins.
            assert!(bidder["lp_reason"].is_null());
            continue;
        }
        assert!(bidder["epsilon_lp_constrained"].is_null(), "{constraint}");
        assert!(bidder["epsilon_lp"].is_f64(), "{constraint}: the program without it has a solution");
        let reason = bidder["lp_reason"].as_str().unwrap();
        assert!(reason.contains(constraint.split('=').next().unwrap()), "{reason}");
        assert_eq!(words(&format!("{arguments} --strict")).status.code(), Some(3));
    }
}

#[test]
fn bids_of_a_file_are_those_of_its_lines() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bids.csv");
    fs::write(&path, "bidder,value,bid\n1,0,0\n1,1,0.4\n2,0,0\n2,0.5,0.2\n2,1,0.4\n").unwrap();
    let of_file = answer(&format!("--bidders 2 --bids {} --beta 20", path.display()));
    let of_lines = answer("--bidders 2 --multiplier 0.4 --beta 20");
    for name in [
        "utility",
        "best_response_utility",
        "epsilon_ex_ante",
        "epsilon_interim",
        "epsilon_class",
        "epsilon_smoothed",
        "epsilon_smoothed_class",
        "epsilon_lp",
    ] {
        for bidder in 0..2 {
            let (file, line) = (number(&of_file, bidder, name), number(&of_lines, bidder, name));
            assert!((file - line).abs() < 1e-9, "{name}: {file}, {line}");
        }
    }
    fs::write(&path, "bidder,value,bid\n1,0,0\n1,1,0.4\n2,0,0\n2,0.5,0.2\n2,1,0.1\n").unwrap();
    refused(&format!("--bidders 2 --bids {}", path.display()), "bids.csv:6: bids of bidder 2 fall");
    fs::write(&path, "bidder,value,bid\n1,0,0.1\n1,1,0.4\n2,0,0\n2,1,0.1\n").unwrap();
    let warned = words(&format!("--bidders 2 --bids {}", path.display()));
    assert_eq!(warned.status.code(), Some(0));
    let stderr = String::from_utf8(warned.stderr).unwrap();
    assert!(stderr.contains("bids.csv:2: bidder 1 bids 0.1 at value 0"), "{stderr}");
}

#[test]
fn weights_of_a_file_are_a_mixture_with_the_epsilons_of_closed_forms() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bids.csv");
    let bids = format!("--bidders 2 --bids {}", path.display());
    // 0.4 v or 0.6 v with equal probability against v / 2.
    let rows = "1,0,0,0.5\n1,1,0.4,0.5\n1,0,0,0.5\n1,1,0.6,0.5\n2,0,0,1\n2,1,0.5,1\n";
    fs::write(&path, format!("bidder,value,bid,weight\n{rows}")).unwrap();
    let answer = answer(&format!("{bids} --beta 50"));
    let won = |r: f64| if r <= 1.0 { r / 3.0 } else { 0.5 - 1.0 / (6.0 * r * r) };
    let utility = 0.5 * (0.6 * won(0.8) + 0.4 * won(1.2));
    let against = 0.25 * (won(1.25) + won(0.5 / 0.6));
    let revenue = 0.5 * (0.4 * won(0.8) + 0.6 * won(1.2)) + against;
    for (bidder, name, expected) in [
        (0, "utility", utility),
        (0, "best_response_utility", 1.0 / 6.0),
        (0, "epsilon_ex_ante", 1.0 / 6.0 - utility),
        (0, "epsilon_class", 1.0 / 6.0 - utility),
        (0, "epsilon_interim", 0.06),
        (1, "utility", against),
        (1, "best_response_utility", 25.0 / 48.0 * 0.512 / 3.0 + 5.0 / 60.0),
    ] {
        let found = number(&answer, bidder, name);
        assert!((found - expected).abs() < 1e-12, "{bidder}: {name} {found}, {expected}");
    }
    assert!((answer["revenue"].as_f64().unwrap() - revenue).abs() < 1e-12);
    for bidder in 0..2 {
        let (exact, lp) = (number(&answer, bidder, "epsilon_ex_ante"), number(&answer, bidder, "epsilon_lp"));
        assert!(lp <= exact + 1e-12 && lp > exact - 2e-4, "{lp} for {exact}");
        let above = number(&answer, bidder, "epsilon_ex_ante_upper") - exact;
        assert!((-1e-12..1e-5).contains(&above), "{above}");
        let (class, free) =
            (number(&answer, bidder, "epsilon_smoothed_class"), number(&answer, bidder, "epsilon_smoothed"));
        assert!(class > 0.0 && class <= free + 1e-12, "{class} above {free}");
    }

    // Weights that are all 1 change nothing.
    let plain = "bidder,value,bid\n1,0,0\n1,1,0.4\n2,0,0\n2,1,0.5\n";
    fs::write(&path, plain).unwrap();
    let without = words(&format!("{bids} --beta 50 --format json")).stdout;
    let weighted = plain.replace('\n', ",1\n").replace("bid,1", "bid,weight");
    fs::write(&path, weighted).unwrap();
    assert_eq!(words(&format!("{bids} --beta 50 --format json")).stdout, without);

    fs::write(&path, "bidder,value,bid,weight\n1,0,0,0.5\n1,1,0.4,0.5\n2,0,0,1\n2,1,0.5,1\n").unwrap();
    refused(
        &bids,
        "bids.csv:2: the weights of bidder 1 add up to 0.5, not to 1: 0.5 from line 2; write such as 1",
    );
    fs::write(&path, "bidder,value,bid,weight\n1,0,0,-1\n1,1,0.4,-1\n").unwrap();
    refused(&bids, "bids.csv:2: weight -1 is below 0");
}

#[test]
fn what_nash_prints_can_be_evaluated() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bne.csv");
    let values: Vec<String> = (0..=200).map(|k| (f64::from(k) / 200.0).to_string()).collect();
    let output = Command::new(env!("CARGO_BIN_EXE_bidsweep"))
        .args([
            "nash",
            "--bidders",
            "2",
            "--prior",
            "power:2:0:1",
            "--points",
            "1",
            "--format",
            "csv",
            "--values",
        ])
        .arg(values.join(","))
        .output()
        .unwrap();
    fs::write(&path, output.stdout).unwrap();
    let answer = answer(&format!("--bidders 2 --prior power:2:0:1 --bids {}", path.display()));
    assert!(number(&answer, 0, "epsilon_ex_ante") < 1e-8);
}

#[test]
fn every_form_tells_the_same() {
    let arguments = "--bidders 2 --multiplier 0.4 --beta 50";
    let answer = answer(arguments);
    let csv = String::from_utf8(words(&format!("{arguments} --format csv")).stdout).unwrap();
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row: Vec<&str> = lines.next().unwrap().split(',').collect();
    let place = header.iter().position(|name| *name == "epsilon_ex_ante").unwrap();
    assert_eq!(row[place].parse::<f64>().unwrap(), number(&answer, 0, "epsilon_ex_ante"));
    assert_eq!(csv.lines().count(), 3);
    let human = String::from_utf8(words(arguments).stdout).unwrap();
    assert!(human.contains("epsilon_ex_ante"), "{human}");
    assert!(!human.contains("constrain"), "{human}");
}

#[test]
fn without_a_steepness_nothing_is_smoothed() {
    for (arguments, reason) in [("", "--beta"), ("--beta inf", "true one"), ("--beta 1e12", "10^6")] {
        let answer = answer(&format!("--bidders 2 --multiplier 0.4 {arguments}"));
        assert!(answer["bidders"][0]["epsilon_smoothed"].is_null());
        assert!(answer["smoothed_reason"].as_str().unwrap().contains(reason));
    }
}

#[test]
fn wrong_usage_says_what_to_write() {
    refused("--bidders 2", "--multiplier 0.48");
    refused("--bidders 3 --multiplier 0.4 --multiplier 0.5", "2 multipliers for 3 bidders");
    refused("--bidders 2 --multiplier 1.2", "write a number from 0 to 1");
    refused("--bidders 2 --multiplier 0.4 --constraint budget", "budget=NUMBER");
    refused("--bidders 2 --multiplier 0.4 --constraint buget=1", "there is no constraint `buget`");
    refused("--bidders 2 --multiplier 0.4 --constraint budget=x", "no finite number");
    refused("--bidders 2 --bids nowhere.csv", "nowhere.csv cannot be read");
}

#[test]
fn bidders_who_all_bid_nothing_tie() {
    let answer = answer("--bidders 2 --multiplier 0");
    let total = |name: &str| answer[name].as_f64().unwrap();
    for (name, right) in [("revenue", 0.0), ("welfare", 0.5), ("efficiency", 0.75)] {
        assert!((total(name) - right).abs() < 1e-15, "{name} {}", total(name));
    }
    for bidder in 0..2 {
        assert_eq!(number(&answer, bidder, "utility"), 0.25);
        assert!((number(&answer, bidder, "best_response_utility") - 0.5).abs() < 1e-13);
    }
}

#[test]
fn steep_priors_lose_no_mass() {
    let answer = answer("--prior beta:1:0.13 --prior beta:1:0.13 --multiplier 0 --multiplier 1e-6");
    let best = number(&answer, 0, "best_response_utility");
    assert!((best - 0.884_954_752_212_456_2).abs() < 1e-8, "{best}");
    assert!(number(&answer, 0, "epsilon_class") <= number(&answer, 0, "epsilon_ex_ante"));
}

#[test]
fn a_budget_of_nothing_buys_nothing() {
    let answer = answer("--bidders 2 --multiplier 0.5 --constraint budget=0");
    for bidder in 0..2 {
        assert_eq!(number(&answer, bidder, "best_response_utility_lp_constrained"), 0.0);
        assert!((number(&answer, bidder, "epsilon_lp_constrained") + 1.0 / 6.0).abs() < 1e-12);
    }
}

#[test]
fn own_bids_that_beat_their_class_and_the_grid_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bids.csv");
    // Half the value up to the rival's top bid is best, and no line.
    fs::write(&path, "bidder,value,bid\n1,0,0\n1,0.5,0.25\n1,1,0.25\n2,0,0\n2,1,0.25\n").unwrap();
    let answer = answer(&format!("--bidders 2 --bids {} --lp-values 4 --lp-bids 7", path.display()));
    assert!(number(&answer, 0, "epsilon_class") < -1e-3);
    assert!((0.0..1e-12).contains(&number(&answer, 0, "epsilon_lp")));
    let exact = number(&answer, 0, "epsilon_ex_ante");
    assert!(exact < 1e-12 && number(&answer, 0, "epsilon_lp_upper") >= exact);
    for bidder in 0..2 {
        let upper = number(&answer, bidder, "epsilon_lp_upper");
        assert!(upper >= number(&answer, bidder, "epsilon_ex_ante") && upper < 0.2, "{upper}");
    }
}
