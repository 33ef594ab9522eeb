//! No sweep file panics, hangs or floods: mutations of the shipped sweeps, drawn from a fixed seed. Those of
//! the default tests are `CASES`; the variable `BIDSWEEP_FUZZ_CASES` asks for more, from the same stream.

use std::collections::BTreeMap;
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bidsweep::sweep::{Plan, Severity, settings};
use rayon::prelude::*;

/// How many files are tried in the process of the test.
const CASES: u64 = 2000;

/// Every so many of them the program itself is given.
const THROUGH_THE_PROGRAM: u64 = 50;

/// What one file may take, on a slow and busy machine. What a file asks for is bounded below.
const LONGEST: Duration = Duration::from_secs(20);

/// The most bytes of a message: fifty problems with their lines.
const MOST_TOLD: usize = 600_000;

/// SplitMix64: a stream for each case, whatever the others are.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// Values that are at the edge of something, or beyond it.
const VALUES: &[&str] = &[
    "[]",
    "{}",
    "[[]]",
    "[{}]",
    "[[], []]",
    "{ theta = [] }",
    "{ theta = [[]] }",
    "{ random = [] }",
    "\"\"",
    "true",
    "0",
    "-1",
    "1",
    "-0.0",
    "1e-320",
    "1e308",
    "inf",
    "-inf",
    "nan",
    "9223372036854775807",
    "0x10",
    "1e400",
    "[1, \"a\"]",
    "\"10..20\"",
    "[10, 10]",
    "[inf]",
    "[0.5, 0.5, 0.5]",
    "1979-05-27",
    "{ from = 1, to = 2, step = 0 }",
    "{ from = 1, to = 3, step = 1 }",
    "{ from = 1, to = 1e300, step = 1e-300 }",
    "{ linspace = [], num = 3 }",
    "{ geomspace = [0, 1], num = 3 }",
    "{ linspace = [0, 1], num = 1 }",
    "{ geometric = [] }",
    "{ geometric = [10, 400] }",
    "{ adam = {} }",
    "{ adam = { beta1 = [] } }",
    "{ mwu = { arms = 0 } }",
    "\"exact\"",
    "\"\\u001b[31m\"",
    "\"\\u202e\"",
    "'''\n'''",
    "[[[[[[[[]]]]]]]]",
    "\"truthful\"",
    "{ every = 0 }",
    "{ points = 1 }",
    "{ replicates = 4, every = 10 }",
    "{ crra = 1 }",
    "{ mixture = 3 }",
    "{ budget = 0 }",
    "64",
    "65",
    "2",
    "0.999999999",
];

/// Lines that stand for a section or begin one.
const LINES: &[&str] = &[
    "[fixed]",
    "[axes]",
    "[zip.a]",
    "[zip]",
    "[[exclude]]",
    "[exclude]",
    "[[block]]",
    "[block]",
    "[seeds]",
    "[measure]",
    "[report]",
    "[populations.p]",
    "[populations]",
    "population = \"p\"",
    "label = \"b\"",
    "why = \"so\"",
    "]",
    "[[",
    "bidders = [{ prior = { uniform = { low = 0, high = 1 } } }, { count = 2 }]",
    "bidders = []",
    "bidders = [{}]",
    "bidders = [{ count = 65 }]",
    "bidders = [{ prior = {} }]",
    "bidders = [{ prior = { empirical = {} } }]",
    "bidders = [{ prior = { empirical = { file = \"/dev/zero\", column = \"v\" } } }]",
    "bidders = [{ initial = [] }, { initial = { theta = [] } }]",
    "replicates = 0",
    "root = -1",
    "common = 1",
    "\u{9b} = 1",
];

/// The names of keys, of settings and beside them.
fn keys() -> Vec<String> {
    let more = [
        "schema",
        "name",
        "question",
        "fixed",
        "axes",
        "zip",
        "exclude",
        "block",
        "seeds",
        "measure",
        "report",
        "populations",
        "tail",
        "ema",
        "trajectories",
        "best_response",
        "continuation",
        "bid_functions",
        "regret",
        "bidders",
        "prior",
        "count",
        "low",
        "high",
        "baseline",
        "figures",
        "\"\"",
        "a.b.c",
    ];
    settings().iter().map(|setting| setting.key.clone()).chain(more.map(str::to_owned)).collect()
}

/// The shipped sweeps by name.
fn shipped() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sweeps");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap())).collect()
}

/// The places of what is a number or a word in quotes.
fn tokens(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = match bytes[at] {
            b'"' => bytes[at + 1..].iter().position(|&b| b == b'"' || b == b'\n').map(|end| end + 2),
            b'0'..=b'9' => Some(
                bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || b"._+-".contains(b)).count(),
            ),
            _ => None,
        };
        if let Some(length) = length {
            tokens.push((at, at + length));
        }
        at += length.unwrap_or(1);
    }
    tokens
}

/// A place where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    (at..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
}

/// A change of a text.
fn mutate(text: &mut String, keys: &[String], pool: &[String], draws: &mut Draws) {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    match draws.below(12) {
        0 | 1 => {
            let tokens = tokens(text);
            if let Some(&(start, end)) = tokens.get(draws.below(tokens.len())) {
                let new = draws.of(VALUES).to_owned();
                text.replace_range(start..end, new);
            }
            return;
        }
        2 => {
            let tokens = tokens(text);
            if let Some(&(start, end)) = tokens.get(draws.below(tokens.len())) {
                let new = draws.of(pool).clone();
                text.replace_range(start..end, &new);
            }
            return;
        }
        3 => {
            let start = boundary(text, draws.below(text.len() + 1));
            let end = boundary(text, (start + draws.below(20)).min(text.len()));
            text.replace_range(start..end, "");
            return;
        }
        4 => {
            let at = boundary(text, draws.below(text.len() + 1));
            let new = [
                "\"",
                "[",
                "]",
                "{",
                "}",
                "=",
                ".",
                "\n",
                "\u{0}",
                "\u{1b}[2J",
                "é",
                "\u{9b}",
                "#",
                ",",
                "'",
            ];
            text.insert_str(at, draws.of::<&str>(&new));
            return;
        }
        5 => {
            let at = boundary(text, draws.below(text.len() + 1));
            text.truncate(at);
            return;
        }
        6 => {
            let at = draws.below(lines.len() + 1);
            lines.insert(at, draws.of(LINES).to_string());
        }
        7 | 8 => {
            let line = format!("{} = {}", draws.of(keys), draws.of(VALUES));
            lines.insert(draws.below(lines.len() + 1), line);
        }
        9 => {
            // The value behind a key.
            let places: Vec<usize> = (0..lines.len()).filter(|&at| lines[at].contains('=')).collect();
            if let Some(&at) = places.get(draws.below(places.len())) {
                let key = lines[at].split('=').next().unwrap_or_default().trim().to_owned();
                lines[at] = format!("{key} = {}", draws.of(VALUES));
            }
        }
        10 if !lines.is_empty() => {
            let at = draws.below(lines.len());
            let line = lines.remove(at);
            if draws.below(2) == 0 {
                lines.insert(draws.below(lines.len() + 1), line);
            }
        }
        _ if !lines.is_empty() => {
            let line = draws.of(&lines).clone();
            lines.insert(draws.below(lines.len() + 1), line);
        }
        _ => {}
    }
    *text = lines.join("\n");
}

/// The file of a case.
fn case(number: u64, shipped: &[(String, String)], keys: &[String], pool: &[String]) -> String {
    let mut draws = Draws(number.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x0b1d_5ee9);
    let mut text = draws.of(shipped).1.clone();
    for _ in 0..=draws.below(4) {
        mutate(&mut text, keys, pool, &mut draws);
    }
    text
}

/// What is wrong with how a text was taken.
fn judged(text: &str) -> Result<bool, String> {
    let start = Instant::now();
    let read = catch_unwind(|| match Plan::parse(text, "sweeps/s.toml", &[]) {
        Ok(plan) => {
            // What other verbs ask of a plan.
            for position in [0, plan.len() / 2, plan.len() - 1] {
                let cell = plan.cell(position);
                plan.recording(cell.id, 0);
                plan.coordinates(position);
                assert_eq!(plan.position(cell.id), Some(position));
            }
            (
                true,
                !format!("{}{}{:?}", plan.warnings().render(false), plan.resolved(), plan.exclusions())
                    .is_empty(),
                plan.warnings().render(false),
            )
        }
        Err(error) => {
            let errs = error.problems.iter().any(|problem| problem.severity == Severity::Error);
            (false, errs, error.problems.render(false))
        }
    });
    let (is_valid, is_sound, told) = read.map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        format!("it panics: {}", text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("?"))
    })?;
    if start.elapsed() > LONGEST {
        return Err(format!("it takes {:?}", start.elapsed()));
    }
    if !is_sound {
        return Err("it is refused without an error".to_owned());
    }
    if told.len() > MOST_TOLD {
        return Err(format!("its message has {} bytes", told.len()));
    }
    if let Some(c) = told.chars().find(|c| c.is_control() && *c != '\n' && *c != '\t') {
        return Err(format!("its message holds {c:?}"));
    }
    if !is_valid && !told.contains("s.toml") {
        return Err(format!("its message does not name the file: {told}"));
    }
    Ok(is_valid)
}

#[test]
fn no_sweep_file_panics_hangs_or_floods() {
    let cases = std::env::var("BIDSWEEP_FUZZ_CASES").map_or(CASES, |text| text.parse().unwrap());
    let shipped: Vec<(String, String)> = shipped().into_iter().collect();
    let keys = keys();
    let pool: Vec<String> = shipped
        .iter()
        .flat_map(|(_, text)| tokens(text).into_iter().map(|(start, end)| text[start..end].to_owned()))
        .collect();
    let judge = |number: u64| {
        let text = case(number, &shipped, &keys, &pool);
        (number, judged(&text), text)
    };
    let judged: Vec<_> = (0..cases).into_par_iter().map(judge).collect();
    let mut valid = 0;
    for (number, judged, text) in &judged {
        match judged {
            Ok(is_valid) => valid += u64::from(*is_valid),
            Err(what) => panic!("case {number}: {what}\n{text}"),
        }
    }
    // Both must be met: neither all nor none is valid.
    assert!((cases / 20..cases * 19 / 20).contains(&valid), "{valid} of {cases} are valid");
    // The program says the same, by its exit code and its streams.
    let dir = tempfile::tempdir().unwrap();
    for (number, judged, text) in judged.iter().step_by(THROUGH_THE_PROGRAM as usize) {
        let file = dir.path().join("s.toml");
        fs::write(&file, text).unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_bidsweep"));
        program.args(["plan", "--format", "json"]).arg(&file).stdin(Stdio::null());
        let ended = program.output().unwrap();
        let code = if *judged.as_ref().unwrap() { 0 } else { 2 };
        assert_eq!(ended.status.code(), Some(code), "case {number}\n{text}");
        assert_eq!(ended.stdout.is_empty(), code == 2, "case {number}\n{text}");
    }
}

#[test]
fn no_setting_that_is_accepted_breaks_a_run() {
    // The settings of a small sweep, one or two of them at an edge; a few runs of each.
    let keys: Vec<String> = settings().iter().map(|setting| setting.key.clone()).collect();
    let dir = tempfile::tempdir().unwrap();
    let mut ran = 0;
    for number in 0..40 {
        let mut draws = Draws(number);
        let mut fixed = String::new();
        for _ in 0..=draws.below(2) {
            let (key, value) = (draws.of(&keys), draws.of(VALUES));
            if !fixed.contains(key.as_str()) && !["epochs", "batch", "bidders"].contains(&key.as_str()) {
                fixed += &format!("{key} = {value}\n");
            }
        }
        let text = format!("schema = 1\nname = \"s\"\n[fixed]\nepochs = 3\nbatch = 2\nbidders = 2\n{fixed}");
        let file = dir.path().join("s.toml");
        fs::write(&file, &text).unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_bidsweep"));
        program.args([
            "run",
            "--no-report",
            "-q",
            "--threads",
            "1",
            "--limit",
            "2",
            "--time-limit",
            "20s",
            "--out",
        ]);
        program.arg(dir.path().join(number.to_string())).arg(&file).stdin(Stdio::null());
        let ended = program.output().unwrap();
        let told = String::from_utf8(ended.stderr).unwrap();
        let code = ended.status.code();
        assert!([Some(0), Some(2), Some(3), Some(75)].contains(&code), "{code:?}: {told}\n{text}");
        assert!(!told.contains("panicked"), "{told}\n{text}");
        ran += u64::from(code != Some(2));
    }
    assert!(ran > 0, "every file is refused");
}
