//! The report that a sweep ends with: files that are those of the tables, whatever the sweep is named or
//! holds.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::sandbox::{Sandbox, Sweep};

/// Every file below a folder, by its path there.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(folder).unwrap().to_path_buf(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn page(sandbox: &Sandbox, folder: &str) -> String {
    fs::read_to_string(sandbox.path(folder).join("index.html")).unwrap()
}

#[test]
fn a_report_is_a_function_of_the_tables() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml -j 1").exits(0);
    let first = files(&sandbox.path("out/x/report"));
    assert!(first.contains_key(Path::new("index.html")) && first.len() > 10, "{:?}", first.keys());
    sandbox.run("report out/x -j 3").exits(0);
    assert!(files(&sandbox.path("out/x/report")) == first, "made again, the report is another");
    // From another place, by another path.
    let absolute = sandbox.path("out/x");
    sandbox.run(&format!("report --check {}", absolute.display())).exits(0);
    sandbox.run("run x.toml --out elsewhere -j 2").exits(0);
    assert!(files(&sandbox.path("elsewhere/x/report")) == first, "elsewhere the report is another");
}

#[test]
fn a_check_names_what_is_not_that_of_the_tables() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml").exits(0);
    sandbox.run("report --check out/x").exits(0);
    let report = sandbox.path("out/x/report");
    let figure =
        files(&report).into_keys().find(|path| path.extension().is_some_and(|end| end == "svg")).unwrap();
    fs::write(report.join(&figure), "<svg/>").unwrap();
    fs::remove_file(report.join("tables/cells.tex")).unwrap();
    fs::write(report.join("figures/convergence-9.pdf"), "").unwrap();
    fs::write(report.join("figures/mine.pdf"), "").unwrap();
    let told = sandbox.run("report --check out/x").exits(4).stdout;
    for part in [
        &format!("{}: it is not what the tables say", Path::new("out/x/report").join(&figure).display())[..],
        "tables/cells.tex: it is missing",
        "figures/convergence-9.pdf: the report does not have it any more",
        "3 differences",
    ] {
        assert!(told.contains(part), "{part:?} in {told}");
    }
    sandbox.run("report out/x").exits(0);
    sandbox.run("report --check out/x").exits(0);
    assert!(report.join("figures/mine.pdf").exists(), "what is a user's stays");
    // Data that moved on leave the report behind.
    sandbox.write(&Sweep { replicates: 6, ..Sweep::SHORT });
    sandbox.run("run x.toml --no-report").exits(0);
    assert!(sandbox.run("report --check out/x").exits(4).stdout.contains("index.html: it is not"));
}

#[test]
fn a_run_makes_no_report_where_none_is_wanted() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    let printed = sandbox.run("run x.toml --no-report").exits(0).stdout;
    assert!(!sandbox.path("out/x/report").exists() && !printed.contains("index.html"), "{printed}");
    let printed = sandbox.run("run x.toml").exits(0).stdout;
    assert!(printed.contains("out/x/report/index.html"), "{printed}");
}

#[test]
fn several_sweeps_make_one_page_of_which_each_keeps_its_own() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.write(&Sweep { name: "y", axes: "learner = [\"adam\", \"sgd\"]", ..Sweep::SHORT });
    sandbox.run("run x.toml y.toml").exits(0);
    // A shell writes `out/*` out; the second time that names the page, too.
    for _ in 0..2 {
        let folders: Vec<String> = fs::read_dir(sandbox.path("out"))
            .unwrap()
            .map(|entry| format!("out/{}", entry.unwrap().file_name().to_str().unwrap()))
            .collect();
        sandbox.run(&format!("report {}", folders.join(" "))).exits(0);
    }
    let study = page(&sandbox, "out/report");
    for part in
        ["href=\"../x/report/figures/", "id=\"x-top\"", "id=\"y-top\"", "Is the bias smoothing or dynamics?"]
    {
        assert!(study.contains(part), "{part}");
    }
    sandbox.run("report --check out/x out/y").exits(0);
    let mut ids: Vec<&str> =
        study.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "two elements of one id");
    sandbox.run("report out/report").exits(2);
}

/// What must not reach a page, a LaTeX file or a terminal as it stands.
const HOSTILE: &str =
    "<script>alert(1)</script> & \\\\input{/etc/passwd} $x_1$ 100% #~^ \\u001b[31m\\u0007 \\u202e";

#[test]
fn nothing_of_a_sweep_file_is_taken_for_markup() {
    let sandbox = Sandbox::new();
    let text = format!(
        "schema = 1\nname = \"x\"\nquestion = \"{HOSTILE}\"\n[fixed]\nepochs = 30\nbatch = 8\n[[block]]\nlabel = \"{HOSTILE}\"\n\
         axes.beta = [10, 50, 100]\n[seeds]\nreplicates = 3\n"
    );
    fs::write(sandbox.path("x.toml"), text).unwrap();
    let printed = sandbox.run("run x.toml").exits(0).stdout;
    for (path, bytes) in files(&sandbox.path("out/x/report")) {
        let ending = path.extension().and_then(|end| end.to_str()).unwrap_or_default().to_owned();
        if ["png", "pdf"].contains(&&ending[..]) {
            continue;
        }
        let text = String::from_utf8(bytes).unwrap();
        let name = path.display();
        assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{name} has control characters");
        if ending == "html" || ending == "svg" {
            assert!(!text.contains("<script>alert"), "{name} has the script");
            assert!(!text.contains('\u{202e}'), "{name} turns the direction of writing");
        }
        if ending == "tex" {
            assert!(!text.contains("\\input{/etc"), "{name} reads a file");
        }
    }
    assert!(!printed.contains('\u{1b}') && !printed.contains('\u{202e}'), "{printed:?}");
}

#[test]
fn odd_sweeps_have_a_report_too() {
    let odd = [
        ("one", "epochs = 20\nbatch = 8", "", 1),
        ("exact", "epochs = 20\nbatch = \"exact\"", "", 1),
        (
            "words",
            "epochs = 20\nbatch = 8",
            "learner = [\"adam\", \"sgd\"]\nupdates = [\"simultaneous\", \"sequential\"]",
            2,
        ),
        ("diverged", "epochs = 20\nbatch = 8\nlearner = \"sgd\"\nlearning_rate = 1e308\nbeta = 1000", "", 3),
        ("many", "epochs = 3\nbatch = 4", "beta = { from = 10, to = 50, step = 1 }", 2),
        ("arms", "epochs = 20\nbatch = 8\nlearner = \"mwu\"", "", 2),
        ("steep", "epochs = 20\nbatch = \"exact\"\nbeta = inf", "bidders = [2, 3]", 1),
    ];
    let sandbox = Sandbox::new();
    for (name, fixed, axes, replicates) in odd {
        sandbox.write(&Sweep { name, fixed, axes, replicates, measure: "", ..Sweep::SHORT });
        let ended = sandbox.run(&format!("run {name}.toml"));
        assert!([Some(0), Some(3)].contains(&ended.code), "{name}: {}", ended.stderr);
        sandbox.run(&format!("report --check out/{name}")).exits(0);
        let page = page(&sandbox, &format!("out/{name}/report"));
        // The script may speak of numbers that are none.
        let shown = page.split("<script>").next().unwrap();
        assert!(!shown.contains("NaN") && !shown.contains("±inf"), "{name}: a number that is none");
        for line in ended.stdout.lines() {
            assert!(line.chars().count() <= 80, "{name}: {line}");
        }
        assert!(ended.stdout.lines().count() <= 30, "{name}:\n{}", ended.stdout);
    }
}

#[test]
fn a_report_takes_nothing_from_a_folder_of_the_users() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.write(&Sweep { name: "y", ..Sweep::SHORT });
    sandbox.run("run x.toml y.toml").exits(0);
    let paper = sandbox.path("paper");
    fs::create_dir_all(paper.join("figures")).unwrap();
    let mine = ["figures/convergence.pdf", "figures/phase-2.png", "index.html"];
    for file in mine {
        fs::write(paper.join(file), "mine").unwrap();
    }
    for command in ["report out/x -o paper", "report out/x out/y -o paper"] {
        let told = sandbox.run(command).exits(1).stderr;
        assert!(told.contains("is not of a report, and would be replaced"), "{command}: {told}");
    }
    fs::remove_file(paper.join("index.html")).unwrap();
    sandbox.run("report out/x -o paper").exits(1);
    // A page of several is one file, and stands beside what is there.
    for _ in 0..2 {
        sandbox.run("report out/x out/y -o paper").exits(0);
    }
    for file in &mine[..2] {
        assert_eq!(fs::read_to_string(paper.join(file)).unwrap(), "mine", "{file}");
    }
    // The report of one sweep goes where it is wanted, whole.
    sandbox.run("report out/x -o new/place").exits(0);
    assert!(files(&sandbox.path("new/place")) == files(&sandbox.path("out/x/report")));
    sandbox.run("report --check out/x -o new/place").exits(0);
}

#[test]
fn a_page_of_several_replaces_the_report_of_none() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.write(&Sweep { name: "y", ..Sweep::SHORT });
    sandbox.run("run x.toml y.toml").exits(0);
    let before = files(&sandbox.path("out/x/report"));
    for command in ["report out/x out/y -o out/x/report", "report out/x out/y -o out/../out/x"] {
        assert!(sandbox.run(command).exits(2).stderr.contains("give another folder with --out"), "{command}");
    }
    assert!(files(&sandbox.path("out/x/report")) == before);
    // One folder by two names is one sweep.
    sandbox.run("report out/x out/../out/x").exits(0);
    assert!(!sandbox.path("out/report").exists());
}

#[test]
fn sweeps_of_one_name_have_ids_of_their_own() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml").exits(0);
    sandbox.run("run x.toml --out other").exits(0);
    sandbox.run("report out/x other/x -o both").exits(0);
    let study = page(&sandbox, "both");
    let mut ids: Vec<&str> =
        study.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert!(ids.len() == all && all > 20, "{} of {all} ids are different", ids.len());
    assert!(
        study.contains("href=\"../out/x/report/figures/")
            && study.contains("href=\"../other/x/report/figures/")
    );
}

#[test]
fn tables_of_different_moments_are_refused() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    sandbox.run("run x.toml --limit 3 --tables always").exits(75);
    let old = |name: &str| fs::read(sandbox.path("out/x").join(name)).unwrap();
    let names = ["cells.parquet", "cell_bidders.parquet", "runs.parquet", "bidders.parquet"];
    let early = names.map(old);
    sandbox.run("run x.toml").exits(0);
    for (name, early) in names.iter().zip(&early) {
        let path = sandbox.path("out/x").join(name);
        let late = fs::read(&path).unwrap();
        fs::write(&path, early).unwrap();
        for verb in ["report", "show"] {
            let told = sandbox.run(&format!("{verb} out/x")).exits(1).stderr;
            assert!(told.contains("was not written together with"), "{verb}, {name}: {told}");
        }
        fs::write(&path, late).unwrap();
    }
    sandbox.run("report out/x").exits(0);
}

#[test]
fn figures_that_are_asked_for_and_not_drawn_are_told() {
    let sandbox = Sandbox::with(&Sweep {
        measure: "margin = 0.002\n[report]\nfigures = [\"convergence\", \"contrasts\", \"mixture\"]",
        ..Sweep::SHORT
    });
    let told = sandbox.run("run x.toml").exits(0).stderr;
    assert!(told.contains("names \"contrasts\"") && told.contains("names \"mixture\""), "{told}");
    assert!(!told.contains("names \"convergence\""), "{told}");
    assert!(sandbox.run("report out/x").exits(0).stderr.contains("names \"mixture\""));
}

#[test]
fn a_sweep_without_runs_has_no_tables_for_papers() {
    let sandbox = Sandbox::with(&Sweep::SHORT);
    let told = sandbox.run("run x.toml --limit 0 --tables always").exits(75).stdout;
    assert!(told.contains("No run is done yet"), "{told}");
    assert!(told.lines().all(|line| line.trim() != "."), "a statement about nothing: {told}");
    let made = files(&sandbox.path("out/x/report"));
    assert!(made.contains_key(Path::new("index.html")), "{:?}", made.keys());
    assert!(!made.contains_key(Path::new("tables/cells.tex")), "{:?}", made.keys());
}

#[test]
fn captions_name_the_auction() {
    for (rules, said) in [
        ("\"first-price\"", "in the first-price auction"),
        ("\"second-price\"", "in the second-price auction"),
        ("\"all-pay\", \"first-price\"", "in the auctions all-pay, first-price"),
    ] {
        let axes = format!("mechanism = [{rules}]").leak();
        let sandbox = Sandbox::with(&Sweep { axes, replicates: 2, ..Sweep::SHORT });
        sandbox.run("run x.toml --quiet").exits(0);
        let table = fs::read_to_string(sandbox.path("out/x/report/tables/cells.tex")).unwrap();
        assert!(table.contains(said), "{table}");
    }
}
