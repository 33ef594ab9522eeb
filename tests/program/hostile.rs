//! Folders, parts and words that somebody made on purpose: nothing hangs, nothing panics, nothing outside is
//! touched, and the next run is as if they had not been.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::crafted::{bytes_of, lies, rows, with};
use crate::sandbox::{Ended, Sandbox, Sweep, THREADS, Tables, assert_same_bytes};

/// What any verb on a small sweep may take, on a slow and busy machine.
const SOON: Duration = Duration::from_secs(60);

/// Runs the program to its end, which comes soon.
#[track_caller]
fn soon(sandbox: &Sandbox, arguments: &str) -> Ended {
    let start = Instant::now();
    // Read while it runs: a pipe that is full would make it wait.
    let ended = sandbox.within(arguments, SOON);
    assert!(start.elapsed() < SOON, "`{arguments}` hangs");
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    ended
}

/// What stands in a place where a file should.
#[derive(Clone, Copy, Debug)]
enum Odd {
    Pipe,
    Zeros,
    Loop,
    Folder,
    FullFolder,
    Link,
}

impl Odd {
    const ALL: [Odd; 6] = [Odd::Pipe, Odd::Zeros, Odd::Loop, Odd::Folder, Odd::FullFolder, Odd::Link];

    /// Puts it there, in place of what is.
    fn put(self, path: &Path, outside: &Path) {
        _ = fs::remove_file(path);
        match self {
            Odd::Pipe => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
            Odd::Zeros => symlink("/dev/zero", path).unwrap(),
            Odd::Loop => symlink(path.file_name().unwrap(), path).unwrap(),
            Odd::Folder => fs::create_dir(path).unwrap(),
            Odd::FullFolder => fs::create_dir_all(path.join("full")).unwrap(),
            Odd::Link => symlink(outside, path).unwrap(),
        }
    }
}

#[test]
fn what_is_no_file_is_put_aside_and_hangs_nothing() {
    let sweep = Sweep { axes: "", replicates: 2, ..Sweep::SHORT };
    let undisturbed = sweep.undisturbed();
    let sandbox = Sandbox::with(&sweep);
    sandbox.run("run x.toml --quiet --no-report").exits(0);
    let outside = sandbox.path("outside");
    fs::write(&outside, "keep me").unwrap();
    let names = [
        "parts/ffffffffffffffffffffffffffffffff.parquet",
        "manifest.json",
        "sweep.toml",
        ".lock",
        "runs.parquet",
        "cells.parquet",
        "findings.json",
        ".runs.parquet.tmp",
        "parts/.0.parquet.tmp",
        ".sound",
        ".manifest.json.tmp",
    ];
    // Each name meets two of what may stand there, and all of that meets names of each kind.
    for (count, name) in names.into_iter().enumerate() {
        for odd in Odd::ALL.into_iter().skip(count % 3).step_by(3) {
            odd.put(&sandbox.path("out/x").join(name), &outside);
            for verb in ["status out/x", "verify out/x --sample 1"] {
                let ended = soon(&sandbox, verb);
                assert!(ended.code.is_some(), "{name} as {odd:?}, {verb}: {}", ended.stderr);
                assert!(ended.stderr.lines().count() < 10, "{name} as {odd:?}, {verb}: {}", ended.stderr);
            }
            let ended = soon(&sandbox, "run x.toml --progress none --no-report").exits(0);
            let is_left_over = name.ends_with(".tmp") && !matches!(odd, Odd::Folder | Odd::FullFolder);
            let tells = ended.stderr.contains("put aside");
            assert!(tells || is_left_over, "{name} as {odd:?}: {}", ended.stderr);
            soon(&sandbox, "status out/x").exits(0).says("");
            assert_same_bytes(&sandbox.tables("x"), &undisturbed);
            assert_eq!(fs::read_to_string(&outside).unwrap(), "keep me", "{name} as {odd:?}");
        }
    }
    soon(&sandbox, "verify out/x --sample 2").exits(0);
}

#[test]
fn a_part_that_is_no_file_is_told_by_those_who_only_read() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml --quiet --no-report").exits(0);
    let part = &sandbox.parts("x")[0];
    for (odd, kind) in [(Odd::Pipe, "a pipe"), (Odd::Zeros, "a symbolic link"), (Odd::Folder, "a folder")] {
        let whole = fs::read(part).unwrap();
        odd.put(part, part);
        let status = soon(&sandbox, "status out/x").exits(75).stdout;
        let words = status.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(&format!("(it is {kind}, no regular file)")), "{status}");
        if let Odd::Folder = odd { fs::remove_dir(part) } else { fs::remove_file(part) }.unwrap();
        fs::write(part, whole).unwrap();
    }
    soon(&sandbox, "status out/x").exits(0);
}

#[test]
fn parts_that_lie_are_put_aside_and_their_runs_trained_again() {
    // Every replicate is recorded, so that each row of a part has all that there is.
    let measure = "trajectories = { replicates = 5, every = 10 }";
    let sweep = Sweep { measure, axes: "", replicates: 3, ..Sweep::SHORT };
    let undisturbed: Tables = sweep.undisturbed();
    let sandbox = Sandbox::with(&sweep);
    sandbox.run("run x.toml --quiet --no-report").exits(0);
    let part = &sandbox.parts("x")[0];
    let (whole, rows) = (fs::read(part).unwrap(), rows(part));
    let mut harmless = 0;
    let lies = lies(&whole, &rows);
    for (count, (what, bytes)) in lies.iter().enumerate() {
        fs::remove_dir_all(sandbox.path("out/x/parts")).unwrap();
        fs::create_dir(sandbox.path("out/x/parts")).unwrap();
        let name = format!("{}.parquet", &blake3::hash(bytes).to_hex()[..32]);
        fs::write(sandbox.path("out/x/parts").join(&name), bytes).unwrap();
        let status = soon(&sandbox, "status out/x");
        assert!(!status.stdout.contains('\u{1b}') && status.stdout.len() < 2000, "{what}: {}", status.stdout);
        if !status.stdout.contains("damaged: ") {
            // What nobody reads, or a byte whose change is another number: all that is there can be true.
            let is_unread = what.contains(" rows claimed (");
            assert!(is_unread || what.starts_with("byte "), "{what} is taken for a part");
            if is_unread {
                soon(&sandbox, "verify out/x").exits(0);
            }
            harmless += 1;
            continue;
        }
        let status = status.exits(75).stdout;
        assert!(status.contains("3 runs missing"), "{what}: {status}");
        // All are put aside the same way.
        if count % 4 > 0 {
            continue;
        }
        let ended = soon(&sandbox, "run x.toml --progress none --no-report --quiet").exits(0);
        assert!(ended.stderr.contains("it is put aside"), "{what}: {}", ended.stderr);
        assert_same_bytes(&sandbox.tables("x"), &undisturbed);
        assert!(sandbox.path("out/x/parts").join(name + ".damaged").exists(), "{what}");
    }
    assert!(harmless < lies.len() / 4, "{harmless} of {} are harmless", lies.len());
}

#[test]
fn parts_of_a_version_that_kept_no_run_before_its_continuation_are_read() {
    let sandbox = Sandbox::with(&Sweep { axes: "", ..Sweep::SHORT });
    sandbox.run("run x.toml --quiet --no-report").exits(0);
    let tables = sandbox.tables("x");
    for part in sandbox.parts("x") {
        let older = bytes_of(&with(&rows(&part), "standing", None));
        fs::remove_file(&part).unwrap();
        let name = format!("{}.parquet", &blake3::hash(&older).to_hex()[..32]);
        fs::write(part.with_file_name(name), older).unwrap();
    }
    sandbox.run("run x.toml --progress none --no-report").exits(0).says("out/x: trained 0 runs in TIME");
    assert_same_bytes(&sandbox.tables("x"), &tables);
}

/// What a terminal would act on.
fn steers(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c))
}

#[test]
fn words_of_a_file_steer_no_terminal() {
    let sandbox = Sandbox::new();
    let word = "\\u001b]0;title\\u0007\\u009b2J\\u202egnorw\\u001b[31m";
    let file = "x\u{1b}[31m\u{9b}.toml";
    let text = format!(
        "schema = 1\nname = \"x\"\nquestion = \"why {word}?\"\n[fixed]\nepochs = 5\nbatch = 2\n[[block]]\nlabel = \"{word}\"\n\
         axes.beta = [10, 20, 30]\n[[exclude]]\nbeta = 30\nwhy = \"{word}\"\n"
    );
    fs::write(sandbox.path(file), &text).unwrap();
    let cell = sandbox.cell(file, 0);
    let verbs = [
        format!("plan {file}"),
        format!("plan {file} --list --format json"),
        format!("run {file} --progress none"),
        format!("run {file} --dry-run"),
        "status out/x".to_owned(),
        "show out/x".to_owned(),
        "show out/x --verbose".to_owned(),
        "show out/x --format json".to_owned(),
        format!("show out/x {cell}"),
        format!("show out/x {cell} --format json"),
        "diff out/x out/x".to_owned(),
        "verify out/x".to_owned(),
        "report out/x".to_owned(),
        format!("nash {file} --cell {cell}"),
        format!("evaluate {file} --cell {cell} --multiplier 0.5"),
    ];
    for verb in &verbs {
        let ended = soon(&sandbox, verb).exits(0);
        assert!(!steers(&ended.stdout) && !steers(&ended.stderr), "{verb}: {ended:?}");
        if verb.contains("json") {
            ended
                .stdout
                .lines()
                .for_each(|line| _ = serde_json::from_str::<serde_json::Value>(line).unwrap());
        }
    }
    let seen = sandbox.run(&format!("plan {file}")).stdout;
    assert!(seen.contains("why \\u001b]0;title\\u0007\\u009b2J\\u202egnorw\\u001b[31m?"), "{seen}");
    // What is wrong is told with the same care, and hints too.
    for (text, hint) in [
        (format!("schema = 1\nname = \"{word}\"\n"), ""),
        (format!("schema = 1\nname = \"y\"\n[fixed]\n\"beta{word}\" = 1\nlearner = \"{word}\"\n"), "known"),
        (format!("schema = 1\nname = \"y\"\n[fixed]\npopulation = \"a{word}\"\n"), "[populations.a"),
        ("schema = 1\nname = \"y\"\n# \u{9b}2J\u{202e}\nx = 1\n\u{1b}[31m = 2\n".to_owned(), ""),
        (format!("schema = 1\nname = \"y\"\n[populations.\"{word}\"]\nbidders = []\n"), ""),
    ] {
        fs::write(sandbox.path(file), text).unwrap();
        for colour in ["never", "always"] {
            let ended = soon(&sandbox, &format!("plan {file} --color {colour}")).exits(2);
            assert!(ended.stderr.contains(hint), "{}", ended.stderr);
            let plain = ended.stderr.replace("\u{1b}[0m", "").replace("\u{1b}[1m", "");
            let colours =
                ["\u{1b}[1m\u{1b}[91m", "\u{1b}[91m", "\u{1b}[94m", "\u{1b}[96m", "\u{1b}[33m", "\u{1b}[1;"];
            let plain = colours.iter().fold(plain, |text, colour| text.replace(colour, ""));
            assert!(colour == "always" || !steers(&plain), "{plain:?}");
            assert!(
                !plain.contains("]0;title\u{7}") && !plain.contains('\u{9b}') && !plain.contains('\u{202e}')
            );
        }
    }
}

#[test]
fn very_many_mistakes_are_told_in_little_time_and_few_words() {
    let sandbox = Sandbox::new();
    let many = 100_000;
    let list = |item: &str| vec![item; many].join(",");
    let numbered = |item: &dyn Fn(usize) -> String, between: &str| {
        (0..many / 5).map(item).collect::<Vec<_>>().join(between)
    };
    let cases = [
        ("a long line", format!("[axes]\nbeta = [{}]", list("\"a\""))),
        ("a line each", format!("[axes]\nbeta = [\n{}]", vec!["\"a\""; many].join(",\n"))),
        ("twice", format!("[axes]\nbeta = [{}]", list("1"))),
        ("unknown keys", format!("[fixed]\n{}", numbered(&|k| format!("betta{k} = 1"), "\n"))),
        ("unknown words", format!("[axes]\nlearner = [{}]", list("\"adm\""))),
        ("unknown populations", {
            let known = numbered(&|k| format!("[populations.p{k}]\nbidders = [{{}}, {{}}]"), "\n");
            format!("[axes]\npopulation = [{}]\n{known}", numbered(&|k| format!("\"q{k}\""), ","))
        }),
        ("syntax", numbered(&|k| format!("a{k} = = 1"), "\n")),
        (
            "rules of nothing",
            format!(
                "[axes]\nbeta = [1, 2]\n{}",
                numbered(&|k| format!("[[exclude]]\nbeta = {}", k + 3), "\n")
            ),
        ),
    ];
    for (what, text) in cases {
        fs::write(sandbox.path("x.toml"), format!("schema = 1\nname = \"x\"\n{text}\n")).unwrap();
        let start = Instant::now();
        let ended = soon(&sandbox, "plan x.toml");
        assert!(start.elapsed() < Duration::from_secs(15), "{what}: {:?}", start.elapsed());
        assert!(ended.stderr.len() < 600_000, "{what}: {} bytes", ended.stderr.len());
        let last = ended.stderr.trim_end().lines().last().unwrap().to_owned();
        assert!(last.starts_with("and ") && last.ends_with(" more problems"), "{what}: {last}");
        assert_eq!(ended.code, Some(if what == "rules of nothing" { 0 } else { 2 }), "{what}");
    }
    // Rules that drop cells, as many as cells.
    let rules = numbered(&|k| format!("[[exclude]]\nbeta = {}\nbidders = 2", k + 1), "\n");
    let text =
        format!("[axes]\nbeta = {{ from = 1, to = {}, step = 1 }}\nbidders = [2, 3]\n{rules}", many / 5);
    fs::write(sandbox.path("x.toml"), format!("schema = 1\nname = \"x\"\n{text}\n")).unwrap();
    let start = Instant::now();
    let planned = soon(&sandbox, "plan x.toml --format json").exits(0).json();
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    assert_eq!(planned["cells"].as_u64(), Some(many as u64 / 5));
}

#[test]
fn threads_are_bounded_by_the_work_and_variables_by_sense() {
    let sandbox = Sandbox::with(&Sweep { axes: "", replicates: 1, ..Sweep::SHORT });
    let with = |variable: &str, value: &str, arguments: &str| {
        let mut command = sandbox.command(arguments);
        Ended::from(command.env(variable, value).stderr(Stdio::piped()).output().unwrap())
    };
    for variable in THREADS {
        with(variable, "100000", "run x.toml --progress none --prune").exits(0);
        with(variable, "", "run x.toml --quiet").exits(0);
        with(variable, "0", "run x.toml --quiet").exits(0);
        for value in ["many", "-3", "2.5", "99999999999999999999999"] {
            let ended = with(variable, value, "run x.toml --quiet").exits(2).prints_nothing();
            let said = format!("error: {variable} is \"{value}\", and that is no number of threads");
            assert!(ended.stderr.starts_with(&said), "{}", ended.stderr);
        }
        with(variable, "many", "run x.toml --quiet --threads 1").exits(0);
    }
    sandbox.run("run x.toml --quiet --threads 5000").exits(0);
    let more = Sandbox::with(&Sweep { replicates: 500, ..Sweep::SHORT });
    let told = more.run("run x.toml --progress none --threads 300 --no-report").exits(0).stderr;
    assert!(told.starts_with("warning: 300 threads share ") && told.contains("processor"), "{told}");
}

#[test]
fn names_help_and_large_files_are_answered() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    for (name, code) in [("a".repeat(100), 0), ("a".repeat(101), 2), ("a".repeat(256), 2)] {
        let ended = sandbox.run(&format!("plan x.toml --set name={name}")).exits(code);
        assert!(code == 0 || ended.stderr.contains("write a shorter one"), "{}", ended.stderr);
        sandbox
            .run(&format!("run x.toml --quiet --no-report --limit 0 --set name={name}"))
            .exits(if code == 0 { 75 } else { 2 });
    }
    for name in ["../../x", "/etc", "a.b", "x/y"] {
        let ended = sandbox.run(&format!("plan x.toml --set name={name}")).exits(2);
        let said = format!("error: `name` must be made of a-z, 0-9 and -, not \"{name}\"");
        assert!(ended.stderr.starts_with(&said), "{}", ended.stderr);
    }
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    for arguments in ["--help", "run --help", "--version", "--version --verbose", "list", "schema"] {
        let ended = sandbox.command(arguments).stdout(full()).stderr(Stdio::piped()).output().unwrap();
        let ended = Ended::from(ended).exits(1);
        assert!(ended.stderr.starts_with("error: cannot write to stdout: "), "{arguments}: {}", ended.stderr);
    }
    sandbox.run("run x.toml --quiet --no-report").exits(0);
    let manifest = sandbox.path("out/x/manifest.json");
    let whole = fs::read(&manifest).unwrap();
    // A gigabyte of nothing, which takes no room on the disk.
    File::options().write(true).open(&manifest).unwrap().set_len(1 << 30).unwrap();
    let ended = soon(&sandbox, "status out/x").exits(1);
    assert!(
        ended.stderr.contains("manifest.json is damaged: it is larger than 512 MiB; delete it"),
        "{}",
        ended.stderr
    );
    fs::write(&manifest, whole).unwrap();
    // Without its sweep file a folder still answers: each table has the text.
    fs::remove_file(sandbox.path("out/x/sweep.toml")).unwrap();
    let ended = sandbox.run("status out/x").exits(0);
    assert!(ended.stderr.contains("sweep.toml cannot be read: its text is taken from out/x/cells.parquet"));
    sandbox.run("verify out/x --sample 1").exits(0);
}

#[test]
fn a_folder_that_is_begun_is_shown_with_its_process_and_superseded_rows_are_no_runs() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml --quiet --no-report").exits(0);
    sandbox.write(&Sweep { measure: "tail = 0.25", ..Sweep::SHORT });
    sandbox.run("run x.toml --quiet --no-report").exits(0);
    let status = sandbox.run("status out/x").exits(0).stdout;
    assert_eq!(status, "x: 20 of 20 runs done\n");
    assert_eq!(sandbox.run("status out/x --format json").exits(0).json()["outdated"], 0);
    // Back again: the rows of before have gone, and none of the new ones is in the way.
    sandbox.write(&Sweep::SHORT);
    sandbox.run("run x.toml --progress none --no-report").exits(0).says(
        "20 runs were measured otherwise than [measure] now asks, and are trained again\nout/x: trained 20 runs in TIME",
    );
    sandbox.write(&Sweep { measure: "tail = 0.125", ..Sweep::SHORT });
    sandbox.run("run x.toml --quiet --no-report --limit 5").exits(75);
    let json = sandbox.run("status out/x --format json").exits(75).json();
    assert_eq!((&json["missing"], &json["outdated"]), (&15.into(), &15.into()));
}
