//! `bidsweep nash`: its numbers against published and independent ones, its forms, and what it refuses.

use std::fs;
use std::process::{Command, Output};

use serde_json::{Map, Value, json};

fn run(arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bidsweep"));
    command.arg("nash").args(arguments.split_whitespace()).output().unwrap()
}

/// What it prints; it succeeds and says nothing else.
#[track_caller]
fn print(arguments: &str) -> String {
    let Output { status, stdout, stderr } = run(arguments);
    assert_eq!((status.code(), String::from_utf8(stderr).unwrap().as_str()), (Some(0), ""), "{arguments}");
    String::from_utf8(stdout).unwrap()
}

/// Its JSON, of each game.
#[track_caller]
fn answers(arguments: &str) -> Vec<Value> {
    let printed = print(&format!("{arguments} --format json"));
    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Its JSON of one game.
#[track_caller]
fn answer(arguments: &str) -> Value {
    let mut answers = answers(arguments);
    assert_eq!(answers.len(), 1);
    answers.remove(0)
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

#[track_caller]
fn assert_close(actual: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(actual.len(), expected.len(), "{what}");
    for (actual, expected) in actual.iter().zip(expected) {
        assert!((actual - expected).abs() < tolerance, "{what}: {actual} for {expected}");
    }
}

/// The games of `tests/reference/oracles.json`: name, and prior and highest value of each bidder.
const GAMES: [(&str, &[(&str, f64)]); 12] = [
    ("GLS U[0,1.0] vs U[0,2.0]", &[("uniform:0:1", 1.0), ("uniform:0:2", 2.0)]),
    ("KZ U[0.0,1.0] vs U[0.5,1.5]", &[("uniform:0:1", 1.0), ("uniform:0.5:1.5", 1.5)]),
    ("KZ U[0.0,2.0] vs U[0.5,1.0]", &[("uniform:0:2", 2.0), ("uniform:0.5:1", 1.0)]),
    ("KZ U[0.0,1.0] vs U[0.0,2.0]", &[("uniform:0:1", 1.0), ("uniform:0:2", 2.0)]),
    ("Plum mu=2.0 U-supports 1.0,1.5", &[("power:2", 1.0), ("power:2:0:1.5", 1.5)]),
    ("Plum mu=0.5 U-supports 1.0,2.0", &[("power:0.5", 1.0), ("power:0.5:0:2", 2.0)]),
    ("SYM Beta(2,5) N=2", &[("beta:2:5", 1.0); 2]),
    ("SYM TruncNormal(.5,.2)[0,1] N=3", &[("truncated-normal:0.5:0.2", 1.0); 3]),
    ("SYM TruncExp(2)[0,1] N=2", &[("truncated-exponential:2", 1.0); 2]),
    ("G1 U[0,1] vs U[0,2]", &[("uniform", 1.0), ("uniform:0:2", 2.0)]),
    ("G2 Beta(3,2)x2 strong + Beta(2,3) weak", &[("beta:3:2", 1.0), ("beta:3:2", 1.0), ("beta:2:3", 1.0)]),
    ("G4 N=3 {U, v^3, Beta(2,2)}", &[("uniform:0:1", 1.0), ("power:3", 1.0), ("beta:2:2", 1.0)]),
];

/// The points of a bidder under the key of the game's kind: numbered, in a list, or common to all.
fn column(game: &Value, [numbered, listed, common]: [&str; 3], bidder: usize) -> Option<Vec<f64>> {
    let own = game.get(format!("{numbered}{}", bidder + 1));
    own.or_else(|| game.get(listed).map(|lists| &lists[bidder])).or_else(|| game.get(common)).map(numbers)
}

#[test]
fn equilibria_are_those_of_the_reference() {
    let games: Map<String, Value> = serde_json::from_str(include_str!("reference/oracles.json")).unwrap();
    assert_eq!(games.len(), GAMES.len());
    let mut points = 0;
    for (name, bidders) in GAMES {
        let game = &games[name];
        let values = |bidder: usize| {
            column(game, ["v", "none", "v"], bidder).unwrap_or_else(|| {
                let shares = numbers(&game["v_frac"]);
                shares.into_iter().map(|share| share * bidders[bidder].1).collect()
            })
        };
        let listed: Vec<String> =
            (0..bidders.len()).flat_map(values).map(|value| value.to_string()).collect();
        let priors: String = bidders.iter().map(|(prior, _)| format!("--prior {prior} ")).collect();
        let answer = answer(&format!("{priors} --values {}", listed.join(",")));
        assert!((0.0..1e-7).contains(&answer["certificate"].as_f64().unwrap()), "{name}: {answer}");
        let top = game["top"].as_f64().unwrap();
        assert_close(&[answer["top_bid"].as_f64().unwrap()], &[top], 1e-8, name);
        if let Some(bids) = game.get("b") {
            assert_close(&numbers(&answer["bids"]), &numbers(bids), 1e-8, name);
        }
        for (bidder, found) in answer["bidders"].as_array().unwrap().iter().enumerate() {
            if let Some(inverse_bids) = column(game, ["inv", "inv", "none"], bidder) {
                assert_close(&numbers(&found["inverse_bids"]), &inverse_bids, 1e-8, name);
                points += inverse_bids.len();
            }
            let bids = column(game, ["bid", "bids", "bid"], bidder).unwrap();
            let own = &found["bids_at_values"].as_array().unwrap()[bids.len() * bidder..][..bids.len()];
            assert_close(&numbers(&json!(own)), &bids, 1e-8, name);
            points += bids.len();
        }
    }
    // Both functions of two and of three bidders; bids of one prior.
    assert_eq!(points, 9 * (7 * 2 * 2 + 2 * 3 * 2 + 2 + 3 + 2));
}

fn multipliers(answer: &Value, equilibrium: &str) -> Vec<f64> {
    let bidders = answer["bidders"].as_array().unwrap().iter();
    bidders.map(|bidder| bidder[format!("{equilibrium}_multiplier")].as_f64().unwrap()).collect()
}

/// The real parts of the eigenvalues, all of which are real.
fn eigenvalues(answer: &Value) -> Vec<f64> {
    let pairs = answer["jacobian_eigenvalues"].as_array().unwrap().iter();
    pairs.map(|pair| if let [re, 0.0] = numbers(pair)[..] { re } else { panic!("{pair}") }).collect()
}

#[test]
fn smoothed_equilibria_of_equal_bidders_are_the_tabulated_ones() {
    let table = [
        (5, [0.2781904796, 0.3555589644, 0.4407756005, 0.5147953913, 0.5507552234]),
        (10, [0.4126879243, 0.5463502374, 0.6699836759, 0.7632545075, 0.8044078375]),
        (15, [0.4420262118, 0.5935195626, 0.7241797193, 0.8213665274, 0.8654289713]),
        (20, [0.4552630479, 0.6142282040, 0.7471046390, 0.8458808020, 0.8918047276]),
        (40, [0.4759724302, 0.6420996917, 0.7764401284, 0.8767685390, 0.9255547589]),
        (50, [0.4804666452, 0.6472586925, 0.7816026185, 0.8820566045, 0.9313153579]),
        (100, [0.4899162442, 0.6571993729, 0.7912458048, 0.8916882673, 0.9416178691]),
    ];
    for (beta, row) in table {
        for (bidders, expected) in [2, 3, 5, 10, 20].into_iter().zip(row) {
            let answer = answer(&format!("--bidders {bidders} --beta {beta}"));
            let what = format!("{bidders} bidders at {beta}");
            assert_close(&multipliers(&answer, "smoothed"), &vec![expected; bidders], 1e-8, &what);
            let n = bidders as f64;
            assert_close(&multipliers(&answer, "class"), &vec![(n - 1.0) / n; bidders], 1e-14, &what);
            assert_close(&[answer["revenue"].as_f64().unwrap()], &[(n - 1.0) / (n + 1.0)], 1e-12, &what);
        }
    }
}

#[test]
fn jacobians_of_equal_bidders_are_the_tabulated_ones() {
    // Bidders, beta, common and difference mode.
    for (bidders, beta, common, difference) in [
        (2, "5", -0.024995, -0.051895),
        (2, "100", -0.081591, -0.203459),
        (3, "50", -0.055337, -0.110754),
        (5, "20", -0.029926, -0.053252),
        (10, "10", -0.018318, -0.031495),
        (2, "inf", -1.0 / 12.0, -5.0 / 24.0),
    ] {
        let mut expected = vec![difference; bidders];
        expected[0] = common;
        let answer = answer(&format!("--prior uniform:0:1 --bidders {bidders} --beta {beta}"));
        assert_close(&eigenvalues(&answer), &expected, 1e-6, &format!("{bidders} bidders at {beta}"));
        assert_eq!(answer["jacobian_reason"], Value::Null);
    }
}

#[test]
fn smoothed_equilibria_of_unequal_bidders_are_the_tabulated_ones() {
    // The highest value of the second, beta, both multipliers, both eigenvalues.
    let table = [
        (1.25, 10, [0.439853, 0.397282], [-0.06454, -0.17252]),
        (1.25, 50, [0.497524, 0.436252], [-0.07651, -0.27020]),
        (1.25, 1000, [0.500000, 0.436856], [-0.07630, -0.28396]),
        (1.5, 10, [0.456142, 0.376218], [-0.06152, -0.23126]),
        (1.5, 50, [0.499554, 0.392072], [-0.07082, -0.34867]),
        (1.5, 1000, [0.500000, 0.390633], [-0.07111, -0.35278]),
        (2.0, 10, [0.471716, 0.333367], [-0.05464, -0.36261]),
        (2.0, 50, [0.499859, 0.328179], [-0.06343, -0.47315]),
        (2.0, 1000, [0.500000, 0.326677], [-0.06377, -0.47322]),
        (4.0, 10, [0.482770, 0.226009], [-0.04151, -0.79457]),
        (4.0, 50, [0.499870, 0.211452], [-0.04922, -0.81998]),
        (4.0, 1000, [0.500000, 0.210452], [-0.04950, -0.81801]),
        (10.0, 10, [0.484074, 0.126162], [-0.02991, -1.47012]),
        (10.0, 50, [0.499870, 0.116784], [-0.03565, -1.39475]),
        (10.0, 1000, [0.500000, 0.116222], [-0.03585, -1.38965]),
    ];
    for (high, beta, expected, modes) in table {
        let answer = answer(&format!("--prior uniform:0:1 --prior uniform:0:{high} --beta {beta}"));
        let what = format!("{high} at {beta}");
        assert_close(&multipliers(&answer, "smoothed"), &expected, 1e-5, &what);
        assert_close(&eigenvalues(&answer), &modes, 1e-5, &what);
    }
    let class = multipliers(&answer("--prior uniform --prior uniform:0:2"), "class");
    assert_close(&class, &[0.5, 0.326673], 1e-6, "the class equilibrium");
    assert!((48.0 * class[1] * class[1] * class[1] + class[1] - 2.0).abs() < 1e-8);
}

#[test]
fn the_parts_of_an_answer_are_where_they_were_promised() {
    let answer =
        answer("--prior 2xuniform:0:1 --prior uniform:0:1.2 --beta 50 --points 4 --values 0.5,1.1,3,-1");
    let [low, top] = ["low_bid", "top_bid"].map(|key| answer[key].as_f64().unwrap());
    let bids = [0.25, 0.5, 0.75].map(|share| low + share * (top - low));
    assert_close(&numbers(&answer["bids"]), &bids, 1e-15, "bids");
    assert_eq!(answer["values"], json!([0.5, 1.1, 3.0, -1.0]));
    assert_eq!((&answer["method"], &answer["beta"]), (&json!("collocation in log-quantiles"), &json!(50.0)));
    assert_eq!(answer["reason"], Value::Null);
    assert_eq!(answer["jacobian_eigenvalues"].as_array().unwrap().len(), 3);
    let bidders = answer["bidders"].as_array().unwrap();
    assert_eq!((bidders.len(), &bidders[0]), (3, &bidders[1]));
    for (bidder, (prior, high)) in
        bidders.iter().zip([("uniform:0:1", 1.0), ("uniform:0:1", 1.0), ("uniform:0:1.2", 1.2)])
    {
        assert_eq!(bidder["prior"], prior);
        assert_eq!(numbers(&bidder["inverse_bids"]).len(), 3);
        let bids = bidder["bids_at_values"].as_array().unwrap();
        // What a bidder's value cannot be has no bid.
        assert_eq!(bids.iter().map(Value::is_null).collect::<Vec<_>>(), [false, high < 1.1, true, true]);
        for key in ["utility", "bne_multiplier", "class_multiplier", "smoothed_multiplier"] {
            assert!((0.0..1.0).contains(&bidder[key].as_f64().unwrap()), "{key}: {bidder}");
        }
        assert_eq!((&bidder["class_reason"], &bidder["smoothed_reason"]), (&Value::Null, &Value::Null));
    }
    assert!(answers("--bidders 2 --points 1")[0]["bids"].as_array().unwrap().is_empty());
}

#[test]
fn what_does_not_exist_is_null_and_has_a_reason() {
    let shut_out = answer("--prior uniform:0:1 --prior uniform:2:3 --beta 50 --values 0.5");
    for key in ["method", "certificate", "low_bid", "top_bid", "revenue", "bids"] {
        assert_eq!(shut_out[key], Value::Null, "{key}");
    }
    assert!(shut_out["reason"].as_str().unwrap().contains("shuts it out"));
    for bidder in shut_out["bidders"].as_array().unwrap() {
        assert_eq!(
            [&bidder["inverse_bids"], &bidder["bids_at_values"], &bidder["utility"]],
            [&Value::Null; 3]
        );
        assert!(bidder["class_multiplier"].is_f64() && bidder["smoothed_multiplier"].is_f64(), "{bidder}");
    }

    let without_beta = answer("--bidders 2");
    assert_eq!([&without_beta["beta"], &without_beta["jacobian_eigenvalues"]], [&Value::Null; 2]);
    assert_eq!(without_beta["jacobian_reason"], "there is no smoothed equilibrium");
    let bidder = &without_beta["bidders"][0];
    assert_eq!((&bidder["smoothed_multiplier"], &bidder["class_multiplier"]), (&Value::Null, &json!(0.5)));
    assert_eq!(bidder["smoothed_reason"], "no beta is given: write, say, --beta 50");

    let too_smooth = answer("--bidders 2 --beta 3");
    assert!(too_smooth["bidders"][1]["smoothed_reason"].as_str().unwrap().contains("beta above 3"));

    let many: String = (1..=13).map(|high| format!("--prior uniform:0:{high} ")).collect();
    let many = answer(&format!("{many} --beta 50"));
    assert!(many["reason"].as_str().unwrap().contains("bidder 1, with prior uniform:0:1, would drop out"));
    for reason in [&many["bidders"][0]["class_reason"], &many["bidders"][12]["smoothed_reason"]] {
        assert!(reason.as_str().unwrap().starts_with("not computed: 13 different priors"), "{reason}");
    }
    assert!(
        print(&format!("{} --beta 50", "--prior uniform:0:1 --prior uniform:2:3"))
            .starts_with("no Bayes-Nash equilibrium: no value up to 1 of one bidder can win")
    );
}

#[test]
fn the_true_auction_has_one_equilibrium_in_the_class() {
    let answer = answer("--prior uniform --prior beta:2:2 --beta inf");
    assert_eq!(multipliers(&answer, "smoothed"), multipliers(&answer, "class"));
    assert_eq!((&answer["beta"], &answer["jacobian_eigenvalues"]), (&json!("inf"), &Value::Null));
    assert!(answer["jacobian_reason"].as_str().unwrap().contains("kinks"));
}

#[test]
fn people_read_tables() {
    let expected = "\
Bayes-Nash equilibrium by closed form of one uniform prior
  bids from 0 to 1.33333333, revenue 1
  certificate: no deviation gains more than CERTIFICATE

bidder  prior            utility  bne_multiplier  class_multiplier  smoothed_multiplier
1-3     uniform:0:2  0.166666667     0.666666667       0.666666667          0.647258692

        bid  value of bidders 1-3
0.666666667                     1

value  bid of bidders 1-3
    1         0.666666667
    3                   -

eigenvalues of the Jacobian at the smoothed equilibrium: FIRST, SECOND (2 times)
";
    let printed = print("--prior 3xuniform:0:2 --beta 25 --points 2 --values 1,3");
    let json = answer("--prior 3xuniform:0:2 --beta 25");
    let certificate = format!("{:.1e}", json["certificate"].as_f64().unwrap());
    let [first, second] =
        [0, 1].map(|i| format!("{:.9}", eigenvalues(&json)[i]).trim_end_matches('0').to_owned());
    let expected =
        expected.replace("CERTIFICATE", &certificate).replace("FIRST", &first).replace("SECOND", &second);
    assert_eq!(printed, expected);

    let unequal = print("--prior uniform --prior 2xbeta:2:2 --prior uniform --points 3");
    for part in
        ["\n1, 4    uniform:0:1", "\n2-3     beta:2:2:0:1", "value of bidders 1, 4", "value of bidders 2-3"]
    {
        assert!(unequal.contains(part), "{part} in {unequal}");
    }
    assert!(
        unequal.contains("\nno smoothed equilibrium: no beta is given: write, say, --beta 50\n"),
        "{unequal}"
    );
}

type Record = std::collections::BTreeMap<String, String>;

fn records(arguments: &str) -> Vec<Record> {
    let printed = print(&format!("{arguments} --format csv"));
    csv::Reader::from_reader(printed.as_bytes()).deserialize().map(Result::unwrap).collect()
}

#[test]
fn csv_has_a_row_a_bidder_and_point() {
    let game = "--prior uniform:0:1 --prior uniform:0:2 --beta 50 --points 4 --values 0.5,1.5";
    let (records, answer) = (records(game), answer(game));
    assert_eq!(records.len(), 2 * (3 + 2));
    let text = |value: &Value| if value.is_null() { None } else { value.as_f64() };
    let mut rows = records.iter();
    for (i, bidder) in answer["bidders"].as_array().unwrap().iter().enumerate() {
        let list = |value: &Value| value.as_array().unwrap().iter().map(text).collect::<Vec<_>>();
        let inverse = list(&bidder["inverse_bids"]).into_iter().zip(list(&answer["bids"]));
        let direct = list(&answer["values"]).into_iter().zip(list(&bidder["bids_at_values"]));
        for (value, bid) in inverse.chain(direct) {
            let row = rows.next().unwrap();
            let number = |key: &str| row[key].parse::<f64>().ok();
            assert_eq!((number("value"), number("bid")), (value, bid));
            assert_eq!(
                (&row["bidder"], &row["prior"]),
                (&(i + 1).to_string(), &format!("uniform:0:{}", i + 1))
            );
            for key in ["utility", "bne_multiplier", "class_multiplier", "smoothed_multiplier"] {
                assert_eq!(number(key), bidder[key].as_f64(), "{key}");
            }
            for key in ["low_bid", "top_bid", "revenue", "certificate", "beta"] {
                assert_eq!(number(key), answer[key].as_f64(), "{key}");
            }
            assert_eq!(row["method"], answer["method"].as_str().unwrap());
            assert_eq!(["reason", "class_reason", "smoothed_reason"].map(|key| row[key].as_str()), [""; 3]);
        }
    }
    assert_eq!(rows.next(), None);
}

#[test]
fn csv_of_what_does_not_exist_still_has_a_row_a_bidder() {
    let rows = records("--prior uniform:0:1 --prior uniform:2:3");
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!(["value", "bid", "method", "certificate", "beta"].map(|key| row[key].as_str()), [""; 5]);
        assert!(row["reason"].contains("shuts it out") && row["smoothed_reason"].contains("--beta 50"));
        assert!((0.0..1.0).contains(&row["class_multiplier"].parse().unwrap()));
    }
    let rows = records("--bidders 2 --points 1");
    assert_eq!(rows.iter().map(|row| row["bid"].as_str()).collect::<Vec<_>>(), ["", ""]);
}

/// A folder with a sweep file, and its path.
fn sweep(text: &str) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.toml");
    fs::write(&path, format!("schema = 1\nname = \"x\"\n{text}")).unwrap();
    let path = path.display().to_string();
    (dir, path)
}

/// Takes out what only a cell has.
fn without_cell(answer: &mut Value) {
    let object = answer.as_object_mut().unwrap();
    ["cell_id", "label"].into_iter().for_each(|key| assert!(object.remove(key).is_some()));
}

#[test]
fn every_cell_of_a_sweep_is_answered_or_the_one_asked_for() {
    let (_dir, file) = sweep("[axes]\nbeta = [10, 50]\nbidders = [2, 3]\nlearning_rate = [0.01, 0.1]\n");
    let all = answers(&file);
    assert_eq!(all.len(), 8);
    let labels: Vec<_> = all.iter().map(|answer| answer["label"].as_str().unwrap()).collect();
    assert_eq!(
        labels[..3],
        [
            "beta=10 bidders=2 learning_rate=0.01",
            "beta=10 bidders=2 learning_rate=0.1",
            "beta=10 bidders=3 learning_rate=0.01"
        ]
    );
    let (beta, bidders, human) = ([10, 50], [2, 3], print(&file));
    for (position, cell) in all.iter().enumerate() {
        let mut cell = cell.clone();
        let id = cell["cell_id"].as_str().unwrap().to_owned();
        assert_eq!(answer(&format!("{file} --cell {}", &id[..12])), cell);
        let told = format!("--beta {} --bidders {}", beta[position / 4], bidders[position / 2 % 2]);
        without_cell(&mut cell);
        assert_eq!(cell, answer(&told));
        assert!(human.contains(&format!("cell {id} beta=")), "{id} in {human}");
    }
    let rows = records(&format!("{file} --points 3"));
    assert_eq!(rows.len(), 2 * (2 + 3) * 2 * 2);
    assert_eq!((rows[0]["label"].as_str(), rows[0]["beta"].as_str()), (labels[0], "10"));
}

#[test]
fn a_cell_may_be_alone_annealed_or_of_a_population() {
    let (_dir, file) = sweep(
        "[fixed]\nbeta = { geometric = [10, 400] }\npopulation = \"two\"\n\
         [populations.two]\nbidders = [{ prior = { uniform = { high = 1.0 } } }, { prior = { uniform = { high = 2.0 } } }]\n",
    );
    let mut cell = answer(&file);
    // References are taken at the last epoch's beta.
    without_cell(&mut cell);
    assert_eq!(cell, answer("--prior uniform --prior uniform:0:2 --beta 400"));
    assert_eq!(answer(&format!("{file} --set beta=50"))["beta"], 50.0);
}

#[track_caller]
fn refused(arguments: &str, says: &str) {
    let Output { status, stdout, stderr } = run(arguments);
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!((status.code(), stdout.len()), (Some(2), 0), "{arguments}: {stderr}");
    assert!(stderr.contains(says), "{arguments}: {stderr}");
}

#[test]
fn what_cannot_be_answered_is_refused_with_what_to_write() {
    let empirical = "the prior `empirical:none.csv:value`: ";
    for (arguments, says) in [
        ("", "no bidders: write --prior once a bidder, such as --prior uniform:0:1"),
        ("--prior uniform", "1 bidder is not 2 to 64: write --prior once a bidder"),
        ("--prior unifrom --prior uniform", "there is no prior `unifrom`: the priors are uniform, power"),
        ("--prior uniform:1:0", "low = 1 must be below high = 0"),
        ("--prior beta:2 --bidders 2", "b is missing: write `beta:a:b[:low:high]`"),
        ("--prior empirical:none.csv:value --bidders 2", empirical),
        ("--prior 65xuniform", "65 bidders are not 1 to 64"),
        ("--prior 64xuniform --prior uniform", "65 bidders are not 2 to 64"),
        ("--bidders 65", "65 bidders are not 2 to 64"),
        ("--bidders 1", "1 bidder is not 2 to 64"),
        ("--bidders 18446744073709551615", "18446744073709551615 bidders are not 2 to 64"),
        ("--bidders 3 --prior uniform --prior power:2", "write --prior once and without a count"),
        ("--bidders 3 --prior 3xuniform", "write --prior once and without a count"),
        ("--bidders 2 --beta -3", "write a number above 0, or inf for the true auction"),
        ("--bidders 2 --beta 0", "write a number above 0, or inf"),
        ("--bidders 2 --beta NaN", "write a number above 0, or inf"),
        ("--bidders 2 --points 0", "0 is not in 1..=100000"),
        ("--bidders 2 --points -5", "-5 is not in 1..=100000"),
        ("--bidders 2 --points 1000001", "1000001 is not in 1..=100000"),
        ("--bidders 2 --values 0.5,x", "write values with commas between, such as 0.25,0.5,0.75"),
        ("--bidders 2 --values inf", "write values with commas between"),
        ("--bidders 2 --format xml", "[possible values: human, csv, json]"),
        ("--bidders 2 --cell 12", "--cell is about a sweep file: give one, or leave out --cell"),
        ("--bidders 2 --set beta=5", "--set is about a sweep file: give one, or leave out --set"),
        ("none.toml", "the file cannot be read"),
    ] {
        refused(arguments, says);
    }
}

#[test]
fn what_a_sweep_file_does_not_have_is_refused_with_what_to_write() {
    let (_dir, file) = sweep("[axes]\nbeta = [10, 50]\n");
    for (arguments, says) in [
        (
            "--cell zz",
            "no cell has an id that starts with \"zz\", or a label with it: `bidsweep plan --list ",
        ),
        ("--cell=", "several cells go by \"\": write more of an id or label:"),
        ("--bidders 2", "from the sweep file or from --prior and --bidders, not from both"),
        ("--prior uniform", "from the sweep file or from --prior and --bidders, not from both"),
        ("--beta 50", "leave out --beta, or write --set beta=50"),
        ("--set bidder=3", "bidders"),
    ] {
        refused(&format!("{file} {arguments}"), says);
    }
}

#[test]
fn other_verbs_print_no_csv() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_bidsweep")).args(["list", "--format", "csv"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("[possible values: human, json]"));
}
