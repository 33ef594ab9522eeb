//! Answers to made-up tables: other findings, other words.

mod doubts;

use super::*;
use crate::report::findings::findings;
use crate::report::results::{Estimate, Frame};
use crate::sweep::{Plan, Scalar};

/// A sweep file of two axes.
const GRID: &str = r#"
schema = 1
name = "made-up"
[fixed]
learner = "adam"
learning_rate = 0.01
batch = 16
epochs = 20
initial = 0.7
[axes]
beta = [10, 20, 50]
bidders = [2, 3]
[seeds]
root = 1
replicates = 50
"#;

/// A made-up cell.
#[derive(Clone)]
struct Cell {
    destination: &'static str,
    destination_reason: Option<&'static str>,
    movement: &'static str,
    smoothing: f64,
    learning: f64,
    ci95: Option<f64>,
    replicates: i64,
    diverged: i64,
    failed: i64,
    gain: Option<f64>,
}

impl Cell {
    fn smoothed() -> Self {
        Cell {
            destination: "smoothed",
            destination_reason: None,
            movement: "noise",
            smoothing: -0.02,
            learning: 0.0001,
            ci95: Some(0.0003),
            replicates: 50,
            diverged: 0,
            failed: 0,
            gain: Some(0.002),
        }
    }
}

/// The results of a sweep whose cells are made up, with bidders that are alike.
fn results(file: &str, cells: &[Cell]) -> Results {
    let plan = Plan::parse(file, "made-up.toml", &[]).unwrap_or_else(|error| panic!("{error}"));
    let planned: Vec<_> = plan.cells().collect();
    assert_eq!(planned.len(), cells.len());
    let text = |of: &dyn Fn(usize) -> Option<String>| -> Vec<Scalar> {
        (0..cells.len()).map(|at| of(at).map_or(Scalar::Null, Scalar::Text)).collect()
    };
    let number = |of: &dyn Fn(&Cell) -> Option<f64>| -> Vec<Scalar> {
        cells.iter().map(|cell| of(cell).map_or(Scalar::Null, Scalar::Number)).collect()
    };
    let integer = |of: &dyn Fn(&Cell) -> i64| -> Vec<Scalar> {
        cells.iter().map(|cell| Scalar::Integer(of(cell))).collect()
    };
    let dead = |cell: &Cell| cell.replicates - cell.diverged - cell.failed == 0;
    let alive = |cell: &Cell, number: f64| (!dead(cell)).then_some(number);
    let setting = |key: &str| -> Vec<Scalar> {
        let value = |cell: &crate::sweep::Cell| {
            let words = cell.label.split(' ').find_map(|word| word.strip_prefix(&format!("{key}=")));
            words.and_then(|words| words.parse().ok()).map_or(Scalar::Null, Scalar::Number)
        };
        planned.iter().map(value).collect()
    };
    let columns: Vec<(&str, Vec<Scalar>)> = vec![
        ("cell_id", text(&|at| Some(planned[at].id.to_string()))),
        ("label", text(&|at| Some(planned[at].label.clone()))),
        ("bidders", planned.iter().map(|cell| Scalar::Integer(cell.settings.bidders.len() as i64)).collect()),
        ("beta", setting("beta")),
        ("updates", text(&|at| word_of(&planned[at].label, "updates"))),
        ("replicates", integer(&|cell| cell.replicates)),
        ("diverged", integer(&|cell| cell.diverged)),
        ("failed", integer(&|cell| cell.failed)),
        ("destination", text(&|at| Some(cells[at].destination.into()))),
        ("destination_reason", text(&|at| cells[at].destination_reason.map(String::from))),
        ("movement", text(&|at| Some(cells[at].movement.into()))),
        (
            "movement_reason",
            text(&|at| (cells[at].movement == "undecided").then(|| "the tail is short".to_owned())),
        ),
        ("multiplier_tail_mean", number(&|cell| alive(cell, 0.5 + cell.smoothing + cell.learning))),
        ("multiplier_tail_mean_ci95", number(&|cell| cell.ci95)),
        ("bias_mean", number(&|cell| alive(cell, cell.smoothing + cell.learning))),
        ("bias_ci95", number(&|cell| cell.ci95)),
        ("class_bias_mean", number(&|cell| alive(cell, 0.0))),
        ("smoothing_bias_mean", number(&|cell| alive(cell, cell.smoothing))),
        ("learning_bias_mean", number(&|cell| alive(cell, cell.learning))),
        ("learning_bias_ci95", number(&|cell| cell.ci95)),
        // The interval is about two standard errors.
        (
            "learning_bias_sd",
            number(&|cell| cell.ci95.map(|ci95| 0.5 * ci95 * (cell.replicates as f64).sqrt())),
        ),
        ("epsilon_relative_mean", number(&|cell| cell.gain)),
        ("epsilon_relative_ci95", number(&|cell| cell.gain.map(|gain| 0.01 * gain))),
    ];
    let bidders: Vec<(&str, Vec<Scalar>)> = columns
        .iter()
        .filter(|(name, _)| *name != "destination" && *name != "movement")
        .map(|(name, values)| {
            let each = values.iter().zip(&planned);
            let each = each.flat_map(|(value, cell)| vec![value.clone(); cell.settings.bidders.len()]);
            (*name, each.collect::<Vec<_>>())
        })
        .collect();
    Results::made_up(
        file,
        Frame::made_up(cells.len(), &columns),
        Frame::made_up(bidders[0].1.len(), &bidders),
    )
}

/// The word of a key in a label.
fn word_of(label: &str, key: &str) -> Option<String> {
    label.split(' ').find_map(|word| word.strip_prefix(&format!("{key}="))).map(str::to_owned)
}

fn told(file: &str, cells: &[Cell]) -> Answer {
    let results = results(file, cells);
    answer(&results, &findings(&results))
}

fn statement<'a>(answer: &'a Answer, claim: &str) -> &'a Statement {
    answer.statements.iter().find(|statement| statement.claim.0 == claim).expect("a claim")
}

/// The verdict and the words of a claim.
fn said(answer: &Answer, claim: &str) -> (Verdict, String) {
    let statement = statement(answer, claim);
    (statement.verdict, statement.text.plain())
}

#[test]
fn smoothing_that_makes_the_bias_is_told_so() {
    let answer = told(GRID, &vec![Cell::smoothed(); 6]);
    assert_eq!(
        said(&answer, "destination"),
        (Verdict::Supported, "Learners end at the smoothed equilibrium in all 6 cells.".into())
    );
    let (verdict, words) = said(&answer, "bias");
    assert_eq!(verdict, Verdict::Supported);
    assert!(
        words.starts_with("The bias is mostly smoothing in all 6 cells: smoothing makes -0.0200"),
        "{words}"
    );
    assert_eq!(said(&answer, "movement").1, "No cell cycles: all 6 fluctuating with sampling noise.");
    let (verdict, words) = said(&answer, "bidders");
    assert_eq!(verdict, Verdict::Supported);
    assert!(words.starts_with("Learners end at an equilibrium for every N of 2 and 3"), "{words}");
    assert_eq!(statement(&answer, "batch").verdict, Verdict::NotAsked);
    assert_eq!(statement(&answer, "runs").verdict, Verdict::Supported);
}

#[test]
fn learning_that_makes_the_bias_is_told_so_and_where() {
    let mut cells = vec![Cell::smoothed(); 6];
    for cell in &mut cells[4..] {
        *cell = Cell { destination: "elsewhere", learning: -0.1, ..Cell::smoothed() };
    }
    let answer = told(GRID, &cells);
    let (verdict, words) = said(&answer, "destination");
    assert_eq!(verdict, Verdict::Contradicted);
    assert_eq!(
        words,
        "Learners end at the smoothed equilibrium in 4 of 6 cells; away from every equilibrium known in 2 (beta = 50)."
    );
    let (verdict, words) = said(&answer, "bias");
    assert_eq!(verdict, Verdict::Contradicted);
    assert!(
        words.contains("the bias is mostly learning in 2 of 6 cells (beta = 50): learning makes -0.100"),
        "{words}"
    );
    let learning = said(&answer, "learning");
    assert_eq!(learning.0, Verdict::Contradicted);
    assert!(
        learning.1.starts_with("The largest learning bias is -0.1000 ±0.0003 (beta = 50, N = "),
        "{}",
        learning.1
    );
    assert!(said(&answer, "bidders").1.contains("for N = 2 (1 of 3 cells) and N = 3 (1 of 3 cells)"));
}

#[test]
fn learning_of_either_size_is_undecided() {
    let wide = Cell { learning: -0.015, ci95: Some(0.01), ..Cell::smoothed() };
    let (verdict, words) = said(&told(GRID, &vec![wide; 6]), "bias");
    assert_eq!(verdict, Verdict::Undecided);
    assert!(words.starts_with("Which part is the largest is undecided in all 6 cells"), "{words}");
}

#[test]
fn a_cell_that_cycles_is_named() {
    let mut cells = vec![Cell::smoothed(); 6];
    cells[3].movement = "cycle";
    let (verdict, words) = said(&told(GRID, &cells), "movement");
    assert_eq!(verdict, Verdict::Contradicted);
    assert_eq!(
        words,
        "Multipliers cycle in 1 of 6 cells (beta = 20, N = 3): the game makes it turn; the others: 5 fluctuating with sampling noise."
    );
    cells[3].movement = "optimiser-cycle";
    assert!(said(&told(GRID, &cells), "movement").1.contains("the optimiser makes it turn"));
}

#[test]
fn nothing_decided_stays_undecided_with_its_reason() {
    let open = Cell {
        destination: "undecided",
        destination_reason: Some("give more replicates"),
        movement: "undecided",
        ..Cell::smoothed()
    };
    let answer = told(GRID, &vec![open; 6]);
    assert_eq!(
        said(&answer, "destination"),
        (Verdict::Undecided, "Where learners end is undecided in all 6 cells: give more replicates.".into())
    );
    assert_eq!(
        said(&answer, "movement"),
        (Verdict::Undecided, "How multipliers move is undecided in all 6 cells: the tail is short.".into())
    );
    assert_eq!(statement(&answer, "bidders").verdict, Verdict::Undecided);
}

#[test]
fn one_replicate_has_no_interval() {
    let file = GRID.replace("replicates = 50", "replicates = 1");
    let one = Cell { ci95: None, replicates: 1, ..Cell::smoothed() };
    let answer = told(&file, &vec![one; 6]);
    let (verdict, words) = said(&answer, "learning");
    assert_eq!(verdict, Verdict::Undecided);
    assert!(words.ends_with("One replicate gives no interval, so it cannot be told from none."), "{words}");
    assert_eq!(said(&answer, "replicates").0, Verdict::Contradicted);
    let (verdict, words) = said(&answer, "bias");
    assert_eq!(verdict, Verdict::Undecided);
    assert!(words.contains("learning's part has no interval"), "{words}");
}

#[test]
fn runs_that_all_diverged_say_nothing_but_that() {
    let dead = Cell {
        destination: "undecided",
        destination_reason: Some("no replicate ended with status ok"),
        movement: "diverged",
        ci95: None,
        diverged: 50,
        gain: None,
        ..Cell::smoothed()
    };
    let answer = told(GRID, &vec![dead; 6]);
    assert_eq!(said(&answer, "runs"), (Verdict::Contradicted, "300 of 300 runs diverged.".into()));
    for claim in ["bias", "learning", "epsilon", "bias-scaling"] {
        assert_eq!(statement(&answer, claim).verdict, Verdict::NotAsked, "{claim}");
    }
    assert_eq!(said(&answer, "movement").0, Verdict::Undecided);
    assert!(said(&answer, "movement").1.contains("6 cells diverged"));
}

#[test]
fn a_power_is_found_and_a_wrong_one_refused() {
    let file = GRID.replace("[10, 20, 50]", "[10, 20, 40, 80]");
    let law = |power: f64| -> Vec<Cell> {
        let cell = |beta: f64| Cell {
            smoothing: -libm::pow(beta, power),
            learning: 0.0,
            ci95: Some(1e-4 * libm::pow(beta, power)),
            ..Cell::smoothed()
        };
        [10.0, 20.0, 40.0, 80.0].into_iter().flat_map(|beta| [cell(beta), cell(beta)]).collect()
    };
    let (verdict, words) = said(&told(&file, &law(-1.0)), "bias-scaling");
    assert_eq!(verdict, Verdict::Supported, "{words}");
    assert!(words.contains("beta^-1.0") && words.contains("All are there at beta^-1"), "{words}");
    let (verdict, words) = said(&told(&file, &law(-0.5)), "bias-scaling");
    assert_eq!(verdict, Verdict::Contradicted);
    assert!(words.contains("2 of 2 stay away from beta^-1"), "{words}");
}

#[test]
fn other_findings_have_other_words() {
    let cells = |change: &dyn Fn(&mut Cell)| {
        let mut cells = vec![Cell::smoothed(); 6];
        cells.iter_mut().for_each(change);
        told(GRID, &cells).told().map(|statement| statement.text.plain()).collect::<Vec<_>>().join("\n")
    };
    let answers = [
        cells(&|_| ()),
        cells(&|cell| cell.learning = -0.1),
        cells(&|cell| cell.movement = "cycle"),
        cells(&|cell| cell.movement = "drifting"),
        cells(&|cell| cell.destination = "elsewhere"),
        cells(&|cell| cell.destination = "bne+class+smoothed"),
        cells(&|cell| cell.destination = "undecided"),
        cells(&|cell| cell.diverged = 3),
        cells(&|cell| cell.failed = 1),
        cells(&|cell| cell.gain = Some(0.5)),
    ];
    for (at, answer) in answers.iter().enumerate() {
        assert!(answers[..at].iter().all(|other| other != answer), "{answer}");
    }
}

fn check(text: &Text) {
    let plain = text.plain();
    assert!(!plain.chars().any(char::is_control), "{plain:?}");
    let html = text.html().into_string();
    assert!(!html.contains("<b>") && !html.contains("<script"), "{html}");
    let tex = text.tex(None);
    assert!(!tex.contains(r"\input") && !tex.contains('\u{1b}'), "{tex}");
    // A span of code is no HTML.
    let markdown = text.markdown();
    assert!(!markdown.split('`').step_by(2).any(|outside| outside.contains("<b>")), "{markdown}");
}

#[test]
fn words_of_users_are_escaped_by_every_writer() {
    let words = "<b>&\\input{x}$%#_^~ \u{1b}]0;evil\u{7}red\u{1b}[31m\u{202e}*[a](b)|\n\u{9b}2Jx";
    let text = Text::of("See ").user(words).words(" and ").code(words).words(".");
    check(&text);
    assert_eq!(text.plain(), format!("See {0} and {0}.", "<b>&\\input{x}$%#_^~ red *[a](b)| x"));
    let tex = text.tex(None);
    assert!(
        tex.contains(r"\&\textbackslash{}input\{x\}\$\%\#\_\textasciicircum{}\textasciitilde{}"),
        "{tex}"
    );
    assert!(text.markdown().contains(r"\*\[a\]\(b\)\|"), "{}", text.markdown());
}

#[test]
fn digits_follow_from_intervals() {
    let write = |value: f64, ci95: Option<f64>, form: Form| {
        Text::default().number(Quantity::told("x", value, ci95, form)).plain()
    };
    assert_eq!(write(0.480_394, Some(0.000_255), Form::Decimal), "0.4804 ±0.0003");
    assert_eq!(write(0.480_394, Some(0.001_2), Form::Decimal), "0.4804 ±0.0012");
    assert_eq!(write(-0.136_777, Some(0.000_044), Form::Signed), "-0.13678 ±0.00004");
    assert_eq!(write(0.5, Some(0.96), Form::Decimal), "0.5 ±1.0");
    assert_eq!(write(-0.000_01, Some(0.01), Form::Signed), "0.000 ±0.010");
    assert_eq!(write(0.000_265, Some(0.000_007), Form::Small), "(2.65 ±0.07)e-4");
    assert_eq!(write(0.025_41, None, Form::Percent), "2.54 %");
    assert_eq!(write(-5.8e-7, None, Form::Signed), "-5.80e-7");
    assert_eq!(write(3e-18, None, Form::Small), "0");
    assert_eq!(Text::default().number(Quantity::count("n", 1000)).plain(), "1000");
}

#[test]
fn intervals_of_unequal_sides_are_told_by_their_ends_in_every_format() {
    let told = |mean: f64, ends: (f64, f64), form: Form| {
        let estimate = Estimate { mean, sd: None, ci95: None, ends: Some(ends) };
        Text::default().number(Quantity::of("x", &estimate, form))
    };
    let share = told(0.001_519, (0.001_472, 0.001_61), Form::Percent);
    assert_eq!(share.plain(), "0.152 [0.147, 0.161] %");
    assert_eq!(share.tex(None), r"\qty{0.152}{\percent}~[\qty{0.147}{\percent}, \qty{0.161}{\percent}]");
    assert!(share.html().into_string().contains("0.152 [0.147, 0.161]"), "{}", share.html().into_string());
    let small = told(0.000_265, (0.000_258, 0.000_279), Form::Small);
    assert_eq!(small.plain(), "(2.65 [2.58, 2.79])e-4");
    assert_eq!(small.markdown(), "(2.65 [2.58, 2.79]) × 10<sup>−4</sup>");
    // Of what does not scatter there is nothing to tell.
    assert_eq!(told(0.25, (0.25, 0.25), Form::Decimal).plain(), "0.250");
}

#[test]
fn a_verdict_of_frozen_or_bimodal_cells_is_told_and_no_cycle() {
    let frozen = told(GRID, &vec![Cell { movement: "frozen", ..Cell::smoothed() }; 6]);
    let shown: String = frozen.told().map(|statement| statement.text.plain() + "\n").collect();
    assert!(shown.contains("frozen where no gradient reaches them"), "{shown}");
    let mut cells = vec![Cell::smoothed(); 6];
    cells[2].movement = "bimodal";
    let shown: String = told(GRID, &cells).told().map(|statement| statement.text.plain() + "\n").collect();
    assert!(shown.contains("end around several points in 1 of 6 cells"), "{shown}");
    assert!(!shown.contains("no cell cycles"), "{shown}");
}

#[test]
fn every_number_has_a_macro_of_its_own() {
    let mut cells = vec![Cell::smoothed(); 6];
    cells[3].movement = "cycle";
    cells[5].destination = "undecided";
    let answer = told(GRID, &cells);
    let macros = crate::report::tables::macros(&answer, "made-up 2");
    let names: Vec<&str> = macros
        .lines()
        .filter_map(|line| line.strip_prefix(r"\newcommand{\"))
        .filter_map(|line| line.split('}').next())
        .collect();
    assert_eq!(names.len(), answer.told().map(|statement| statement.text.numbers().count()).sum::<usize>());
    for (at, name) in names.iter().enumerate() {
        assert!(name.chars().all(|c| c.is_ascii_alphabetic()) && name.starts_with("MadeUpTwo"), "{name}");
        assert!(!names[..at].contains(name), "{name} stands twice");
    }
}

#[test]
fn a_study_tells_the_questions_in_order_and_what_is_not_shown() {
    let one = results(GRID, &vec![Cell::smoothed(); 6]);
    let other = results(GRID, &vec![Cell { destination: "undecided", ..Cell::smoothed() }; 6]);
    let [first, second] = [&one, &other].map(|results| answer(results, &findings(results)));
    let study = study(&[(&one, &first), (&other, &second)]);
    let topics: Vec<Topic> = study.questions.iter().map(|question| question.topic).collect();
    let in_order = [
        Topic::Smoothing,
        Topic::Convergence,
        Topic::Weights,
        Topic::Asymmetric,
        Topic::Cycling,
        Topic::Epsilon,
    ];
    assert_eq!(topics, in_order);
    assert!(study.questions[0].entries.len() >= 4);
    let not_shown: Vec<String> = study.not_shown.iter().map(|(_, text)| text.plain()).collect();
    assert!(
        not_shown.iter().any(|text| text.contains("destination is undecided in made-up")),
        "{not_shown:?}"
    );
    assert!(not_shown.iter().any(|text| text.contains("No sweep asks about arms")), "{not_shown:?}");
    assert!(study.corrections.is_empty());
}
